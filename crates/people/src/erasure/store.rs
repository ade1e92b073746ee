//! SQL of wishes for erasure, of what is told and erased here, and of what grows old.

use super::model::{CODE_DAYS, ENDED_DAYS, SIGN_IN_DAYS, State};
use crate::ErasureRequestId;
use crate::persons::store::VISIBLE;
use db::{Db, DbResult, Scope, Tx, args, record};
use kernel::{Date, Instant, PersonId};
use platform::personal::{ERASED_NAME, MOST_TOLD};
use platform::retention::Old;

record! {
    /// A wish for erasure with the person it is about.
    pub struct RequestRow {
        /// The wish.
        pub id: ErasureRequestId,
        /// Whose.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// Their number.
        pub number: String,
        /// When it was asked.
        pub asked_at: Instant,
        /// By which way.
        pub channel: String,
        /// Who took it at the counter.
        pub asked_by: Option<PersonId>,
        /// When it was taken back.
        pub withdrawn_at: Option<Instant>,
        /// accepted or refused.
        pub decision: Option<String>,
        /// When it was decided on.
        pub decided_at: Option<Instant>,
        /// Why, for the person who asked.
        pub reason: String,
        /// The day from which it is carried out.
        pub due_on: Option<Date>,
        /// When it was carried out.
        pub done_at: Option<Instant>,
    }
}

impl RequestRow {
    /// How it stands.
    #[must_use]
    pub fn state(&self) -> State {
        State::of(
            self.withdrawn_at.is_some(),
            self.done_at.is_some(),
            self.decision.as_deref(),
            self.due_on,
        )
    }
}

const ROW: &str = "SELECT e.id, e.person_id, p.name, p.number, e.asked_at, e.channel, e.asked_by, e.withdrawn_at, e.decision,
    e.decided_at, e.reason, e.due_on, e.done_at FROM erasure_request e JOIN person p ON p.id = e.person_id";

/// People who belong to no org: they are seen from the top of the tree only.
const ORPHAN: &str = "(p.registered_at_org_id IS NULL AND p.home_org_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM person_org x WHERE x.person_id = p.id))";

/// The person's latest wish.
pub(crate) async fn latest(db: &Db, person: PersonId) -> DbResult<Option<RequestRow>> {
    let sql = format!("{ROW} WHERE e.person_id = $1 ORDER BY e.asked_at DESC, e.id DESC LIMIT 1");
    db.query_opt(&sql, args![person]).await
}

/// All wishes of a person, oldest first.
pub(super) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<RequestRow>> {
    let sql = format!("{ROW} WHERE e.person_id = $1 ORDER BY e.asked_at, e.id LIMIT 100");
    db.query(&sql, args![person]).await
}

/// A wish, for the job that carries it out.
pub(super) async fn find(db: &Db, id: ErasureRequestId) -> DbResult<RequestRow> {
    let sql = format!("{ROW} WHERE e.id = $1");
    db.query_one(&sql, args![id]).await
}

/// A wish of somebody whom the actor sees; `whole` adds people who belong to no org.
pub(super) async fn find_within(
    db: &Db,
    scope: &Scope,
    whole: bool,
    id: ErasureRequestId,
) -> DbResult<RequestRow> {
    let sql = format!("{ROW} WHERE e.id = $1 AND ({VISIBLE} OR ($2 AND {ORPHAN}))");
    db.within(scope).query_one(&sql, args![id, whole]).await
}

/// Wishes of people whom the actor sees, the newest first.
pub(super) async fn list_within(db: &Db, scope: &Scope, whole: bool) -> DbResult<Vec<RequestRow>> {
    let sql =
        format!("{ROW} WHERE ({VISIBLE} OR ($1 AND {ORPHAN})) ORDER BY e.asked_at DESC, e.id DESC LIMIT 200");
    db.within(scope).query(&sql, args![whole]).await
}

/// Wishes that wait for somebody: not decided, or accepted and overdue; the oldest first.
pub(super) async fn waiting_within(
    db: &Db,
    scope: &Scope,
    whole: bool,
    today: Date,
) -> DbResult<Vec<RequestRow>> {
    let sql = format!(
        "{ROW} WHERE e.withdrawn_at IS NULL AND e.done_at IS NULL
           AND (e.decision IS NULL OR (e.decision = 'accepted' AND e.due_on < $2))
           AND ({VISIBLE} OR ($1 AND {ORPHAN})) ORDER BY e.asked_at, e.id LIMIT 50"
    );
    db.within(scope).query(&sql, args![whole, today]).await
}

/// Accepted wishes whose day has come.
pub(super) async fn due(db: &Db, today: Date) -> DbResult<Vec<ErasureRequestId>> {
    let sql = "SELECT id FROM erasure_request WHERE withdrawn_at IS NULL AND done_at IS NULL
        AND decision = 'accepted' AND due_on <= $1 ORDER BY due_on, id LIMIT 1000";
    db.query(sql, args![today]).await
}

pub(super) async fn ask(
    tx: &Tx,
    id: ErasureRequestId,
    person: PersonId,
    by: Option<PersonId>,
    channel: &str,
    now: Instant,
) -> DbResult<u64> {
    let sql = "INSERT INTO erasure_request (id, person_id, asked_at, asked_by, channel) VALUES ($1, $2, $3, $4, $5)";
    tx.exec(sql, args![id, person, now, by, channel]).await
}

pub(super) async fn withdraw(tx: &Tx, id: ErasureRequestId, now: Instant) -> DbResult<u64> {
    let sql = "UPDATE erasure_request SET withdrawn_at = $2 WHERE id = $1";
    tx.exec(sql, args![id, now]).await
}

/// Writes a decision.
pub(super) async fn decide(
    tx: &Tx,
    id: ErasureRequestId,
    (decision, reason): (&str, &str),
    by: Option<PersonId>,
    due_on: Option<Date>,
    now: Instant,
) -> DbResult<u64> {
    let sql =
        "UPDATE erasure_request SET decision = $2, reason = $3, decided_by = $4, due_on = $5, decided_at = $6
        WHERE id = $1";
    tx.exec(sql, args![id, decision, reason, by, due_on, now]).await
}

pub(super) async fn done(tx: &Tx, id: ErasureRequestId, now: Instant) -> DbResult<u64> {
    let sql = "UPDATE erasure_request SET done_at = $2 WHERE id = $1";
    tx.exec(sql, args![id, now]).await
}

/// Whether a person holds a post now or later.
pub(super) async fn holds_post(db: &Db, person: PersonId, today: Date) -> DbResult<bool> {
    let sql = "SELECT o.id FROM post o WHERE o.person_id = $1 AND (o.valid_to IS NULL OR o.valid_to > $2)
        ORDER BY o.id LIMIT 1 {unscoped: whoever erases must know all posts}";
    let post: Option<i64> = db.query_opt(sql, args![person, today]).await?;
    Ok(post.is_some())
}

/// Rows of a person that go; `$1` is the person. The code's row is found by the telephone, so the person comes last.
const GO: &[&str] = &[
    "DELETE FROM sign_in_code WHERE phone_index IN (SELECT p.phone_index FROM person p WHERE p.id = $1)",
    "DELETE FROM sign_in WHERE person_id = $1",
    "DELETE FROM code_card WHERE person_id = $1",
    "DELETE FROM api_token WHERE person_id = $1",
    "UPDATE account SET login = NULL, password_hash = NULL, totp_sealed = NULL, totp_last = NULL, status = 'closed'
     WHERE person_id = $1",
];

/// Erases what this domain keeps of a person.
pub(super) async fn erase(tx: &Tx, person: PersonId, now: Instant) -> DbResult<()> {
    for sql in GO {
        tx.exec(sql, args![person]).await?;
    }
    crate::family::store::erase(tx, person).await?;
    let consents = "UPDATE consent SET withdrawn_at = $2 WHERE person_id = $1 AND withdrawn_at IS NULL";
    tx.exec(consents, args![person, now]).await?;
    tx.exec(
        "UPDATE person SET name = $3, sort_key = $3, spelling = NULL, sex = NULL, birth = NULL, id_kind = NULL,
           id_sealed = NULL, id_index = NULL, id_masked = NULL, phone_sealed = NULL, phone_index = NULL,
           phone_masked = NULL, home_org_id = NULL, needs = '', contact_sealed = NULL, status = 'closed',
           code_serial = code_serial + 1, erased_at = COALESCE(erased_at, $2), version = version + 1
         WHERE id = $1",
        args![person, now, ERASED_NAME],
    )
    .await?;
    Ok(())
}

record! {
    pub(super) struct SignedIn {
        pub(super) method: String, pub(super) device: String, pub(super) created_at: Instant,
        pub(super) seen_at: Instant, pub(super) ended_at: Option<Instant>,
    }
}

/// Every sign-in that is kept.
pub(super) async fn sign_ins(db: &Db, person: PersonId) -> DbResult<Vec<SignedIn>> {
    let sql = "SELECT method, device, created_at, seen_at, ended_at FROM sign_in WHERE person_id = $1
        ORDER BY created_at, id LIMIT $2";
    db.query(sql, args![person, MOST_TOLD]).await
}

record! {
    pub(super) struct Account {
        pub(super) login: Option<String>, pub(super) status: String, pub(super) created_at: Instant,
    }
}

/// The person's accounts.
pub(super) async fn accounts(db: &Db, person: PersonId) -> DbResult<Vec<Account>> {
    let sql = "SELECT login, status, created_at FROM account WHERE person_id = $1 ORDER BY created_at, id LIMIT 100";
    db.query(sql, args![person]).await
}

record! {
    pub(super) struct Post {
        pub(super) role: String, pub(super) org: String, pub(super) valid_from: Date, pub(super) valid_to: Option<Date>,
    }
}

/// The person's posts, past ones too.
pub(super) async fn posts(db: &Db, person: PersonId) -> DbResult<Vec<Post>> {
    let sql =
        "SELECT o.role, g.name AS org, o.valid_from, o.valid_to FROM post o JOIN org g ON g.id = o.org_id
        WHERE o.person_id = $1 ORDER BY o.valid_from, o.id LIMIT 1000 {unscoped: one's own posts}";
    db.query(sql, args![person]).await
}

record! {
    pub(super) struct Card { pub(super) issued_at: Instant, pub(super) ended_at: Option<Instant> }
}

/// The person's cards; their codes are kept as marks only and cannot be told.
pub(super) async fn cards(db: &Db, person: PersonId) -> DbResult<Vec<Card>> {
    let sql =
        "SELECT issued_at, ended_at FROM code_card WHERE person_id = $1 ORDER BY issued_at, id LIMIT 1000";
    db.query(sql, args![person]).await
}

record! {
    pub(super) struct Token {
        pub(super) name: String, pub(super) permissions: String, pub(super) created_at: Instant,
        pub(super) used_at: Option<Instant>, pub(super) ended_at: Option<Instant>,
    }
}

/// The person's tokens, ended ones too.
pub(super) async fn tokens(db: &Db, person: PersonId) -> DbResult<Vec<Token>> {
    let sql = "SELECT name, permissions, created_at, used_at, ended_at FROM api_token WHERE person_id = $1
        ORDER BY created_at, id LIMIT 1000";
    db.query(sql, args![person]).await
}

/// Names of orgs whose staff see the person because they came there.
pub(super) async fn known_at(db: &Db, person: PersonId) -> DbResult<Vec<String>> {
    let sql = "SELECT g.name FROM person_org x JOIN org g ON g.id = x.org_id WHERE x.person_id = $1
        ORDER BY g.sort_key, g.id LIMIT 1000 {unscoped: one's own schools}";
    db.query(sql, args![person]).await
}

/// What grows old here.
pub(crate) const OLD: &[Old] = &[
    Old {
        what: "sign_in_code",
        days: CODE_DAYS,
        sql: "DELETE FROM sign_in_code WHERE phone_index IN (
                SELECT phone_index FROM sign_in_code WHERE expires_at < $1 ORDER BY phone_index LIMIT $2)",
    },
    Old {
        what: "sign_in",
        days: SIGN_IN_DAYS,
        sql: "DELETE FROM sign_in WHERE id IN (
                SELECT id FROM sign_in WHERE ended_at < $1 OR expires_at < $1 ORDER BY id LIMIT $2)",
    },
    Old {
        what: "api_token",
        days: ENDED_DAYS,
        sql: "DELETE FROM api_token WHERE id IN (
                SELECT id FROM api_token WHERE ended_at < $1 OR expires_at < $1 ORDER BY id LIMIT $2)",
    },
    Old {
        what: "code_card",
        days: ENDED_DAYS,
        sql: "DELETE FROM code_card WHERE id IN (SELECT id FROM code_card WHERE ended_at < $1 ORDER BY id LIMIT $2)",
    },
];
