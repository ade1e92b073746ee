//! SQL of sign-ins, codes, accounts and cards.

use super::watch::Seen;
use crate::{ApiTokenId, CodeCardId, SignInId};
use db::{Db, DbResult, Tx, args, record};
use kernel::{AccountId, Date, Instant, OrgId, PersonId, PostId};
use platform::{Grant, Role};

/// Person and account behind a token.
pub(crate) struct ActorRow {
    pub(crate) person: PersonId,
    pub(crate) account: Option<AccountId>,
    pub(crate) name: String,
    pub(crate) strong: bool,
    pub(crate) has_posts: bool,
}

record! {
    pub(crate) struct SignInRow {
        pub(crate) id: SignInId,
        pub(crate) account_id: Option<AccountId>,
        pub(crate) person_id: PersonId,
        pub(crate) name: String,
        pub(crate) strong: bool,
        pub(crate) seen_at: Instant,
        pub(crate) expires_at: Instant,
        pub(crate) idle_secs: i64,
        pub(crate) has_posts: bool,
    }
}

pub(crate) async fn sign_in_by_hash(db: &Db, hash: &str) -> DbResult<Option<SignInRow>> {
    let sql =
        "SELECT s.id, s.account_id, s.person_id, p.name, s.strong, s.seen_at, s.expires_at, s.idle_secs,
          EXISTS (SELECT 1 FROM post o WHERE o.person_id = s.person_id) AS has_posts
        FROM sign_in s JOIN person p ON p.id = s.person_id
        WHERE s.token_hash = $1 AND s.ended_at IS NULL AND p.status = 'active' {unscoped: one's own sign-in}";
    db.query_opt(sql, args![hash]).await
}

record! {
    pub(crate) struct TokenRow {
        pub(crate) id: ApiTokenId,
        pub(crate) person_id: PersonId,
        pub(crate) name: String,
        pub(crate) permissions: String,
        pub(crate) expires_at: Option<Instant>,
        pub(crate) used_at: Option<Instant>,
        pub(crate) has_posts: bool,
    }
}

pub(crate) async fn token_by_hash(db: &Db, hash: &str) -> DbResult<Option<TokenRow>> {
    let sql = "SELECT t.id, t.person_id, p.name, t.permissions, t.expires_at, t.used_at,
          EXISTS (SELECT 1 FROM post o WHERE o.person_id = t.person_id) AS has_posts
        FROM api_token t JOIN person p ON p.id = t.person_id
        WHERE t.token_hash = $1 AND t.ended_at IS NULL AND p.status = 'active' {unscoped: one's own token}";
    db.query_opt(sql, args![hash]).await
}

record! {
    struct PostRow { id: PostId, role: Role, org_id: OrgId, org_name: String, org_path: String }
}

/// The posts a person holds on a day; `valid_to` is the first day without it.
pub(crate) async fn grants(db: &Db, person: PersonId, today: Date) -> DbResult<Vec<Grant>> {
    let sql = "SELECT o.id, o.role, o.org_id, g.name AS org_name, op.path AS org_path
        FROM post o JOIN org g ON g.id = o.org_id JOIN org_path op ON op.org_id = o.org_id
        WHERE o.person_id = $1 AND o.valid_from <= $2 AND (o.valid_to IS NULL OR o.valid_to > $2)
        ORDER BY op.path, o.id LIMIT 100 {unscoped: one's own posts}";
    let rows: Vec<PostRow> = db.query(sql, args![person, today]).await?;
    let grant = |row: PostRow| Grant {
        post: row.id,
        role: row.role,
        org: row.org_id,
        org_name: row.org_name,
        org_path: row.org_path,
    };
    Ok(rows.into_iter().map(grant).collect())
}

pub(crate) async fn set_seen(tx: &Tx, what: Seen, at: Instant) -> DbResult<u64> {
    let (sql, id) = match what {
        Seen::SignIn(id) => (
            "UPDATE sign_in SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
            id,
        ),
        Seen::Token(id) => ("UPDATE api_token SET used_at = $2 WHERE id = $1", id),
    };
    tx.exec(sql, args![id, at]).await
}
