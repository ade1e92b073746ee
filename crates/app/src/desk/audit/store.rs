//! Reading events.

use super::model::Search;
use db::{Db, DbResult, Scope, args, record};
use kernel::{Instant, OrgId, PersonId};

record! {
    /// One found event.
    pub struct Found {
        /// Its number.
        pub id: i64,
        /// When.
        pub at: Instant,
        /// What happened.
        pub kind: String,
        /// To what kind of thing.
        pub subject_kind: String,
        /// To which.
        pub subject_id: i64,
        /// Where.
        pub org_id: Option<OrgId>,
        /// By whom.
        pub actor_person: Option<PersonId>,
        /// For whom.
        pub on_behalf_of: Option<PersonId>,
        /// How.
        pub channel: String,
        /// In which request.
        pub request: String,
        /// Ids and codes.
        pub data: String,
        /// What the actor wrote.
        pub note: Option<String>,
    }
}

/// The newest events that fit, at most `limit`; `whole` adds those without an org.
pub async fn find(db: &Db, scope: &Scope, whole: bool, search: &Search, limit: i64) -> DbResult<Vec<Found>> {
    let (cursor_at, cursor_id) = search.cursor.unzip();
    let kinds = search.kinds.clone();
    db.within(scope)
        .query(
            "SELECT e.id, e.at, e.kind, e.subject_kind, e.subject_id, e.org_id, e.actor_person, e.on_behalf_of,
                    e.channel, e.request, e.data, n.note
             FROM event e LEFT JOIN event_note n ON n.event_id = e.id
             WHERE ({scope e.org_id} OR ($1 AND e.org_id IS NULL))
               AND (CAST($2 AS TEXT) IS NULL OR e.at >= $2)
               AND (CAST($3 AS TEXT) IS NULL OR e.at < $3)
               AND ($4 = '' OR (e.kind >= $4 AND e.kind < $5))
               AND ($12 OR e.kind {any $13})
               AND (CAST($6 AS BIGINT) IS NULL OR e.org_id IN (
                    SELECT below.org_id FROM org_path below JOIN org_path top ON top.org_id = $6
                    WHERE below.path >= top.path AND below.path < top.path || '~'))
               AND ($14 = '' OR e.org_id IN (
                    SELECT below.org_id FROM org named JOIN org_path top ON top.org_id = named.id
                    JOIN org_path below ON below.path >= top.path AND below.path < top.path || '~'
                    WHERE named.name LIKE '%' || $14 || '%'))
               AND (CAST($7 AS BIGINT) IS NULL OR e.actor_person = $7 OR e.on_behalf_of = $7)
               AND ($8 = '' OR e.request = $8)
               AND (CAST($9 AS TEXT) IS NULL OR e.at < $9 OR (e.at = $9 AND e.id < $10))
             ORDER BY e.at DESC, e.id DESC LIMIT $11",
            args![
                whole,
                search.from,
                search.before,
                search.kind.as_str(),
                format!("{}~", search.kind),
                search.org,
                search.person,
                search.request.as_str(),
                cursor_at,
                cursor_id,
                limit,
                kinds.is_none(),
                kinds.unwrap_or_default(),
                search.org_name.as_str()
            ],
        )
        .await
}
