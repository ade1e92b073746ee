//! SQL of early asks.

use super::model::KEPT_DAYS;
use crate::EarlyAskId;
use db::{Db, DbResult, Scope, Tx, Value, args, record};
use kernel::{Instant, OrgId, PersonId};
use platform::Channel;
use platform::retention::Old;
use teaching::ClassId;

record! {
    /// An early ask with the name of its class.
    pub struct EarlyAskRow {
        /// Its id.
        pub id: EarlyAskId,
        /// The class's org.
        pub org_id: OrgId,
        /// The class.
        pub class_id: ClassId,
        /// Its name.
        pub class_name: String,
        /// The moment for which it was left.
        pub opens: Instant,
        /// Its ticket.
        pub ticket: i64,
        /// Whether they wait when the seats are gone.
        pub accept_waitlist: bool,
        /// How it came in.
        pub channel: Channel,
        /// Who left it.
        pub actor_person: PersonId,
        /// Whether it is not decided yet.
        pub waiting: bool,
        /// What became of it: nothing yet, `placed`, `dropped`, or the code of the refusal.
        pub outcome: String,
        /// The words of the refusal.
        pub sentence: String,
        /// When it was left.
        pub created_at: Instant,
    }
}

macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.org_id, a.class_id, c.name AS class_name, a.opens, a.ticket, a.accept_waitlist, a.channel,
             a.actor_person, a.waiting, a.outcome, a.sentence, a.created_at FROM early_ask a JOIN class c ON c.id = a.class_id ",
            $rest
        )
    };
}

pub(crate) async fn find(db: &Db, id: EarlyAskId) -> DbResult<EarlyAskRow> {
    db.query_one(
        rows!("WHERE a.id = $1 {unscoped: the caller checks whose it is}"),
        args![id],
    )
    .await
}

/// An ask for a class inside a scope.
pub(super) async fn find_within(db: &Db, scope: &Scope, id: EarlyAskId) -> DbResult<EarlyAskRow> {
    db.within(scope)
        .query_one(rows!("WHERE a.id = $1 AND {scope a.org_id}"), args![id])
        .await
}

/// Asks of a person that wait, for classes inside a scope, the newest first.
pub(super) async fn waiting_within(db: &Db, scope: &Scope, person: PersonId) -> DbResult<Vec<EarlyAskRow>> {
    db.within(scope)
        .query(
            rows!(
                "WHERE a.id IN (SELECT ask_id FROM early_ask_member WHERE person_id = $1 AND waiting = TRUE)
                 AND {scope a.org_id} ORDER BY a.id DESC LIMIT 50"
            ),
            args![person],
        )
        .await
}

/// The ask of a person for a class that waits.
pub(super) async fn of_person_and_class(
    db: &Db,
    person: PersonId,
    class: ClassId,
) -> DbResult<Option<EarlyAskId>> {
    db.query_opt(
        "SELECT ask_id FROM early_ask_member WHERE class_id = $1 AND person_id = $2 AND waiting = TRUE",
        args![class, person],
    )
    .await
}

/// Asks of a person, the newest first.
pub(crate) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<EarlyAskRow>> {
    db.query(
        rows!(
            "WHERE a.id IN (SELECT ask_id FROM early_ask_member WHERE person_id = $1)
             {unscoped: a person's own} ORDER BY a.id DESC LIMIT 100"
        ),
        args![person],
    )
    .await
}

/// Those whose moment has come, by ticket.
pub(super) async fn due(db: &Db, classes: &[ClassId], now: Instant, most: i64) -> DbResult<Vec<EarlyAskRow>> {
    db.query(
        rows!(
            "WHERE a.class_id {any $1} AND a.waiting = TRUE AND a.opens <= $2
             {unscoped: the seat desk serves all} ORDER BY a.opens, a.ticket, a.id LIMIT $3"
        ),
        args![classes, now, most],
    )
    .await
}

/// Classes that have asks whose moment has come.
pub(crate) async fn due_classes(db: &Db, now: Instant) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT DISTINCT class_id FROM early_ask
         WHERE waiting = TRUE AND opens <= $1 {unscoped: the seat desk serves all} ORDER BY class_id LIMIT 1000",
        args![now],
    )
    .await
}

/// For whom these asks are, each in order of place.
pub(super) async fn members(db: &Db, asks: &[EarlyAskId]) -> DbResult<Vec<(EarlyAskId, PersonId)>> {
    db.query(
        "SELECT ask_id, person_id FROM early_ask_member WHERE ask_id {any $1} ORDER BY ask_id, place",
        args![asks],
    )
    .await
}

/// How many people wait for a class at this moment, and how many of them in asks of a smaller ticket.
pub(super) async fn crowd(db: &Db, ask: &EarlyAskRow) -> DbResult<(i64, i64)> {
    db.query_one(
        "SELECT CAST(count(*) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN a.ticket < $3 THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM early_ask a JOIN early_ask_member m ON m.ask_id = a.id
         WHERE a.class_id = $1 AND a.opens = $2 AND a.waiting = TRUE {unscoped: a count}",
        args![ask.class_id, ask.opens, ask.ticket],
    )
    .await
}

/// Of these people, those who have an ask for the class that waits.
pub(super) async fn taken(db: &Db, class: ClassId, people: &[PersonId]) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT person_id FROM early_ask_member WHERE class_id = $1 AND person_id {any $2} AND waiting = TRUE
         ORDER BY person_id",
        args![class, people],
    )
    .await
}

/// An ask to be written.
pub(super) struct NewEarlyAsk<'a> {
    pub(super) id: EarlyAskId,
    pub(super) org: OrgId,
    pub(super) class: ClassId,
    pub(super) opens: Instant,
    pub(super) ticket: i64,
    pub(super) wait: bool,
    pub(super) channel: Channel,
    pub(super) actor: PersonId,
    pub(super) people: &'a [PersonId],
    pub(super) at: Instant,
}

pub(super) async fn insert(tx: &Tx, new: &NewEarlyAsk<'_>) -> DbResult<()> {
    tx.exec(
        "INSERT INTO early_ask (id, org_id, class_id, opens, ticket, accept_waitlist, channel, actor_person, waiting,
           outcome, sentence, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, '', '', $9)",
        args![
            new.id, new.org, new.class, new.opens, new.ticket, new.wait, new.channel, new.actor, new.at
        ],
    )
    .await?;
    let members = new.people.iter().enumerate().map(|(place, person)| {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        let cells: Vec<Value> = vec![
            new.id.into(),
            place.into(),
            new.class.into(),
            (*person).into(),
            true.into(),
        ];
        cells
    });
    let members: Vec<Vec<Value>> = members.collect();
    let columns = ["ask_id", "place", "class_id", "person_id", "waiting"];
    tx.insert_many("early_ask_member", &columns, &members).await
}

/// Writes what became of these asks.
pub(crate) async fn close(
    tx: &Tx,
    asks: &[EarlyAskId],
    outcome: &str,
    sentence: &str,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE early_ask SET waiting = FALSE, outcome = $2, sentence = $3, decided_at = $4
         WHERE id {any $1} {unscoped: decided by the caller}",
        args![asks, outcome, sentence, now],
    )
    .await?;
    tx.exec(
        "UPDATE early_ask_member SET waiting = FALSE WHERE ask_id {any $1}",
        args![asks],
    )
    .await?;
    Ok(())
}

/// Drops what a person left or takes part in, and forgets them.
pub(crate) async fn erase(tx: &Tx, person: PersonId) -> DbResult<()> {
    let own: Vec<EarlyAskId> = tx
        .query(
            "SELECT ask_id FROM early_ask_member WHERE person_id = $1 ORDER BY ask_id",
            args![person],
        )
        .await?;
    tx.exec(
        "DELETE FROM early_ask_member WHERE ask_id {any $1}",
        args![own.as_slice()],
    )
    .await?;
    tx.exec(
        "DELETE FROM early_ask WHERE id {any $1} {unscoped: of one person}",
        args![own.as_slice()],
    )
    .await?;
    Ok(())
}

/// Members of asks long decided, then the asks.
pub(crate) const OLD: &[Old] = &[
    Old {
        what: "early_ask_member",
        days: KEPT_DAYS,
        sql: "DELETE FROM early_ask_member WHERE (ask_id, place) IN (
                SELECT m.ask_id, m.place FROM early_ask_member m JOIN early_ask a ON a.id = m.ask_id
                WHERE a.waiting = FALSE AND a.created_at < $1 {unscoped: work of the system}
                ORDER BY m.ask_id, m.place LIMIT $2)",
    },
    Old {
        what: "early_ask",
        days: KEPT_DAYS,
        sql: "DELETE FROM early_ask WHERE id IN (SELECT a.id FROM early_ask a WHERE a.waiting = FALSE AND a.created_at < $1
                AND NOT EXISTS (SELECT 1 FROM early_ask_member m WHERE m.ask_id = a.id)
                ORDER BY a.id LIMIT $2) {unscoped: work of the system}",
    },
];
