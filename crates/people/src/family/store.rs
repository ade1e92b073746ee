//! SQL of family links.

use super::model::{ASK_KEPT_DAYS, IdentityCheck, LinkStatus, Relation, Standing, standing};
use crate::FamilyLinkId;
use crate::erasure::model::ENDED_DAYS;
use crate::persons::Sex;
use db::{Db, DbResult, Tx, args, record};
use kernel::{Date, Instant, PersonId};
use platform::retention::Old;

record! {
    /// A link with the names of both sides.
    pub struct LinkRow {
        /// Its id.
        pub id: FamilyLinkId,
        /// Who acts.
        pub helper_id: PersonId,
        /// Their name.
        pub helper_name: String,
        /// Their sex.
        pub helper_sex: Option<Sex>,
        /// Their learner's number.
        pub helper_number: String,
        /// Their telephone, masked.
        pub helper_phone: Option<String>,
        /// For whom; nobody when the request met no one.
        pub elder_id: Option<PersonId>,
        /// Their name.
        pub elder_name: Option<String>,
        /// Their sex.
        pub elder_sex: Option<Sex>,
        /// What the helper is to the elder.
        pub relation: Relation,
        /// What the helper typed, sealed.
        pub asked_sealed: Option<String>,
        /// What is written of it.
        pub status: LinkStatus,
        /// When it was asked for.
        pub asked_at: Instant,
        /// Until when the request can be answered.
        pub expires_at: Instant,
        /// First day without the link.
        pub valid_to: Option<Date>,
    }
}

impl LinkRow {
    /// How it stands.
    #[must_use]
    pub fn standing(&self, now: Instant) -> Standing {
        standing(self.status, self.expires_at, self.valid_to, now)
    }

    /// What the elder calls the helper: `女儿李娟`.
    #[must_use]
    pub fn helper(&self) -> String {
        format!("{}{}", self.relation.called(self.helper_sex), self.helper_name)
    }
}

const ROW: &str = "SELECT l.id, l.helper_id, h.name AS helper_name, h.sex AS helper_sex, h.number AS helper_number,
    h.phone_masked AS helper_phone, l.elder_id, e.name AS elder_name, e.sex AS elder_sex, l.relation, l.asked_sealed,
    l.status, l.asked_at, l.expires_at, l.valid_to
    FROM family_link l JOIN person h ON h.id = l.helper_id LEFT JOIN person e ON e.id = l.elder_id";

pub(super) async fn find(db: &Db, id: FamilyLinkId) -> DbResult<LinkRow> {
    let sql = format!("{ROW} WHERE l.id = $1");
    db.query_one(&sql, args![id]).await
}

/// Links in which a person helps, the newest first.
pub(crate) async fn of_helper(db: &Db, helper: PersonId) -> DbResult<Vec<LinkRow>> {
    let sql = format!("{ROW} WHERE l.helper_id = $1 ORDER BY l.asked_at DESC, l.id DESC LIMIT 50");
    db.query(&sql, args![helper]).await
}

/// Links in which a person is helped, the newest first.
pub(crate) async fn of_elder(db: &Db, elder: PersonId) -> DbResult<Vec<LinkRow>> {
    let sql = format!("{ROW} WHERE l.elder_id = $1 ORDER BY l.asked_at DESC, l.id DESC LIMIT 50");
    db.query(&sql, args![elder]).await
}

/// Links that may be in force, of a helper or of an elder: their dates are still to be looked at.
pub(super) async fn confirmed_of(
    db: &Db,
    helper: Option<PersonId>,
    elder: Option<PersonId>,
) -> DbResult<Vec<LinkRow>> {
    let sql = format!(
        "{ROW} WHERE l.status = 'confirmed' AND (CAST($1 AS BIGINT) IS NULL OR l.helper_id = $1)
           AND (CAST($2 AS BIGINT) IS NULL OR l.elder_id = $2) AND h.status = 'active' AND e.status = 'active'
         ORDER BY l.asked_at DESC, l.id DESC LIMIT 50"
    );
    db.query(&sql, args![helper, elder]).await
}

/// The latest link of two people that was ever confirmed: for words about what the helper did.
pub(super) async fn latest_of(db: &Db, helper: PersonId, elder: PersonId) -> DbResult<Option<LinkRow>> {
    let sql = format!(
        "{ROW} WHERE l.helper_id = $1 AND l.elder_id = $2 AND l.valid_to IS NOT NULL
         ORDER BY l.asked_at DESC, l.id DESC LIMIT 1"
    );
    db.query_opt(&sql, args![helper, elder]).await
}

/// Requests of a helper since a moment.
pub(super) async fn asks_of_helper(db: &Db, helper: PersonId, since: Instant) -> DbResult<i64> {
    let sql =
        "SELECT count(*) FROM family_link WHERE helper_id = $1 AND asked_index IS NOT NULL AND asked_at > $2";
    db.query_one(sql, args![helper, since]).await
}

/// Requests to an elder since a moment.
pub(super) async fn asks_to_elder(db: &Db, elder: PersonId, since: Instant) -> DbResult<i64> {
    let sql =
        "SELECT count(*) FROM family_link WHERE elder_id = $1 AND asked_index IS NOT NULL AND asked_at > $2";
    db.query_one(sql, args![elder, since]).await
}

/// A request of the helper with this mark that is not over; a refused one counts, because the helper does not know.
pub(super) async fn open_ask(
    db: &Db,
    helper: PersonId,
    index: &str,
    now: Instant,
) -> DbResult<Option<FamilyLinkId>> {
    let sql = "SELECT id FROM family_link WHERE helper_id = $1 AND asked_index = $2 AND status IN ('asked', 'refused')
        AND expires_at > $3 ORDER BY id LIMIT 1";
    db.query_opt(sql, args![helper, index, now]).await
}

/// People who take part with this name and telephone.
pub(super) async fn named(db: &Db, name: &str, phone_index: &str) -> DbResult<Vec<PersonId>> {
    let sql = "SELECT id FROM person WHERE phone_index = $1 AND name = $2 AND status = 'active' ORDER BY id LIMIT 2";
    db.query(sql, args![phone_index, name]).await
}

/// A new request.
pub(super) struct NewAsk {
    pub(super) id: FamilyLinkId,
    pub(super) helper: PersonId,
    pub(super) elder: Option<PersonId>,
    pub(super) relation: Relation,
    /// Sealed text and mark; missing when a clerk records it.
    pub(super) asked: Option<(String, String)>,
    pub(super) now: Instant,
    pub(super) expires_at: Instant,
}

pub(super) async fn insert(tx: &Tx, ask: &NewAsk) -> DbResult<u64> {
    let (sealed, index) = ask.asked.clone().unzip();
    tx.exec(
        "INSERT INTO family_link (id, helper_id, elder_id, relation, asked_sealed, asked_index, status, asked_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8)",
        args![ask.id, ask.helper, ask.elder, ask.relation, sealed, index, ask.now, ask.expires_at],
    )
    .await
}

/// Who decided on a request, and how.
pub(super) struct Word {
    pub(super) by: PersonId,
    pub(super) channel: &'static str,
    pub(super) check: Option<IdentityCheck>,
    pub(super) now: Instant,
}

/// Answers a request; a link in force has an end.
pub(super) async fn decide(
    tx: &Tx,
    id: FamilyLinkId,
    status: LinkStatus,
    relation: Relation,
    valid_to: Option<Date>,
    word: &Word,
) -> DbResult<u64> {
    tx.exec(
        "UPDATE family_link SET status = $2, relation = $3, valid_to = $4, decided_at = $5, decided_by = $6,
           decided_channel = $7, identity_check = $8 WHERE id = $1 AND status = 'asked'",
        args![
            id,
            status,
            relation,
            valid_to,
            word.now,
            word.by,
            word.channel,
            word.check
        ],
    )
    .await
}

pub(super) async fn end(tx: &Tx, id: FamilyLinkId, by: PersonId, now: Instant) -> DbResult<u64> {
    tx.exec(
        "UPDATE family_link SET status = 'ended', ended_at = $3, ended_by = $2 WHERE id = $1 AND status <> 'ended'",
        args![id, by, now],
    )
    .await
}

/// Every link of a person on either side goes.
pub(crate) async fn erase(tx: &Tx, person: PersonId) -> DbResult<u64> {
    let sql = "DELETE FROM family_link WHERE helper_id = $1 OR elder_id = $1";
    tx.exec(sql, args![person]).await
}

/// Links and requests that are over.
pub(crate) const OLD: &[Old] = &[
    Old {
        what: "family_link.ask",
        days: ASK_KEPT_DAYS,
        sql: "DELETE FROM family_link WHERE id IN (SELECT id FROM family_link
                WHERE status IN ('asked', 'refused') AND asked_at < $1 ORDER BY id LIMIT $2)",
    },
    Old {
        what: "family_link",
        days: ENDED_DAYS,
        sql: "DELETE FROM family_link WHERE id IN (SELECT id FROM family_link
                WHERE ended_at < $1 OR valid_to < $1 ORDER BY id LIMIT $2)",
    },
];
