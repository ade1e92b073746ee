//! SQL of trials.

use super::model::TrialState;
use crate::TrialId;
use db::{Db, DbResult, Scope, Tx, args, record};
use kernel::{Instant, OrgId, PersonId};
use platform::Channel;
use teaching::{ClassId, SessionId, TermId};

record! {
    /// A trial.
    pub struct TrialRow {
        /// Its id.
        pub id: TrialId,
        /// The lesson.
        pub session_id: SessionId,
        /// The class.
        pub class_id: ClassId,
        /// The class's term.
        pub term_id: TermId,
        /// The class's org.
        pub org_id: OrgId,
        /// Who tries.
        pub person_id: PersonId,
        /// How far it is.
        pub state: TrialState,
        /// How it came in.
        pub channel: String,
        /// Who acted.
        pub actor_person: Option<PersonId>,
        /// When it was made.
        pub created_at: Instant,
    }
}

macro_rules! trials {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.session_id, t.class_id, t.term_id, t.org_id, t.person_id, t.state, t.channel, t.actor_person,
             t.created_at FROM trial t ",
            $rest
        )
    };
}

pub(super) async fn find(db: &Db, id: TrialId) -> DbResult<TrialRow> {
    db.query_one(
        trials!("WHERE t.id = $1 {unscoped: the caller checks whose it is}"),
        args![id],
    )
    .await
}

/// Trials of a person, newest first.
pub(crate) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<TrialRow>> {
    db.query(
        trials!("WHERE t.person_id = $1 {unscoped: a person's own} ORDER BY t.id DESC LIMIT 200"),
        args![person],
    )
    .await
}

/// Lessons that a person has booked and not been at yet.
pub(super) async fn booked_by(db: &Db, person: PersonId) -> DbResult<Vec<SessionId>> {
    db.query(
        "SELECT t.session_id FROM trial t WHERE t.person_id = $1 AND t.state = 'booked' {unscoped: a person's own}
         ORDER BY t.id LIMIT 200",
        args![person],
    )
    .await
}

/// Guests of a lesson who have not given it up, in the order of asking.
pub(super) async fn of_session(db: &Db, session: SessionId) -> DbResult<Vec<TrialRow>> {
    db.query(
        trials!("WHERE t.session_id = $1 AND t.state <> 'cancelled' {unscoped: the caller checked the session} ORDER BY t.id LIMIT 200"),
        args![session],
    )
    .await
}

/// Guests of a class whose lesson is still to come.
pub(crate) async fn booked_of_class(db: &Db, class: ClassId) -> DbResult<Vec<TrialRow>> {
    db.query(
        trials!("WHERE t.class_id = $1 AND t.state = 'booked' {unscoped: work of the system} ORDER BY t.id LIMIT 5000"),
        args![class],
    )
    .await
}

/// How many guests each lesson of a class has.
pub(super) async fn booked(db: &Db, class: ClassId) -> DbResult<Vec<(SessionId, i64)>> {
    db.query(
        "SELECT t.session_id, count(*) FROM trial t WHERE t.class_id = $1 AND t.state <> 'cancelled'
         {unscoped: the seats of a class are public} GROUP BY t.session_id ORDER BY t.session_id LIMIT 400",
        args![class],
    )
    .await
}

/// How many people of the scope tried a class, and how many of them have a seat in it or finished it: also who got it from the
/// waitlist, and not who gave it up.
pub(crate) async fn counts_within(db: &Db, scope: &Scope, class: ClassId) -> DbResult<(i64, i64)> {
    db.within(scope)
        .query_one(
            "SELECT count(DISTINCT t.person_id), count(DISTINCT e.person_id) FROM trial t
             LEFT JOIN enrollment e ON e.class_id = t.class_id AND e.person_id = t.person_id
               AND e.status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed')
             WHERE t.class_id = $1 AND t.state <> 'cancelled' AND {scope t.org_id}",
            args![class],
        )
        .await
}

/// Lessons that a person has tried or booked in a term.
pub(super) async fn tried(db: &Db, person: PersonId, term: TermId) -> DbResult<i64> {
    db.query_one(
        "SELECT count(*) FROM trial WHERE person_id = $1 AND term_id = $2 AND state <> 'cancelled' {unscoped: a person's own}",
        args![person, term],
    )
    .await
}

/// Writes a new trial.
pub(super) async fn insert(tx: &Tx, row: &TrialRow, channel: Channel) -> DbResult<()> {
    tx.exec(
        "INSERT INTO trial (id, session_id, class_id, term_id, org_id, person_id, state, channel, actor_person, created_at,
           changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) {unscoped: the caller decided}",
        args![
            row.id,
            row.session_id,
            row.class_id,
            row.term_id,
            row.org_id,
            row.person_id,
            row.state,
            channel,
            row.actor_person,
            row.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes how far trials are.
pub(crate) async fn set(tx: &Tx, ids: &[TrialId], state: TrialState, now: Instant) -> DbResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    tx.exec(
        "UPDATE trial SET state = $2, changed_at = $3 WHERE id {any $1} {unscoped: the caller found them}",
        args![ids, state, now],
    )
    .await?;
    Ok(())
}
