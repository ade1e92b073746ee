//! SQL of signups.

use super::super::model::SignupStatus;
use super::RoundRow;
use crate::{EnrollmentId, EnrollmentStatus, RoundId, SignupId};
use db::{Db, DbResult, Scope, Tx, Value, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::Channel;
use teaching::{ClassId, TermId};

record! {
    /// A signup.
    pub struct SignupRow {
        /// Its id.
        pub id: SignupId,
        /// The round.
        pub round_id: RoundId,
        /// The round's org.
        pub org_id: OrgId,
        /// Its number, the only mark of it in public.
        pub receipt: String,
        /// Who applied.
        pub person_id: PersonId,
        /// Tickets in the draw.
        pub tickets: i64,
        /// Whether nobody in it ever had a seat at the org.
        pub newcomer: bool,
        /// Where it stands.
        pub status: SignupStatus,
        /// Why a seat that was won could not be taken; may be empty.
        pub refusal: String,
        /// How it came in.
        pub channel: String,
        /// Who acted.
        pub actor_person: Option<PersonId>,
        /// When it was made.
        pub created_at: Instant,
    }
}

macro_rules! signups {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.round_id, s.org_id, s.receipt, s.person_id, s.tickets, s.newcomer, s.status, s.refusal,
             s.channel, s.actor_person, s.created_at FROM signup s ",
            $rest
        )
    };
}

pub(in crate::rounds) async fn find_signup(db: &Db, id: SignupId) -> DbResult<SignupRow> {
    db.query_one(
        signups!("WHERE s.id = $1 {unscoped: the caller checks whose it is}"),
        args![id],
    )
    .await
}

pub(in crate::rounds) async fn find_signup_within(
    db: &Db,
    scope: &Scope,
    id: SignupId,
) -> DbResult<SignupRow> {
    db.within(scope)
        .query_one(signups!("WHERE s.id = $1 AND {scope s.org_id}"), args![id])
        .await
}

/// Signups in which a person takes part or took part, newest first.
pub(in crate::rounds) async fn signups_of(db: &Db, person: PersonId) -> DbResult<Vec<SignupRow>> {
    db.query(
        signups!(
            "JOIN signup_member m ON m.signup_id = s.id WHERE m.person_id = $1 {unscoped: a person's own}
             ORDER BY s.id DESC LIMIT 200"
        ),
        args![person],
    )
    .await
}

/// Signups of a round that take part, by receipt number.
pub(in crate::rounds) async fn signups_in(db: &Db, round: RoundId) -> DbResult<Vec<SignupRow>> {
    db.query(
        signups!(
            "WHERE s.round_id = $1 AND s.status = 'applied' {unscoped: the caller found the round} ORDER BY s.receipt LIMIT 200000"
        ),
        args![round],
    )
    .await
}

/// Signups that wish for a class, of rounds that are not over.
pub(in crate::rounds) async fn signups_wishing(db: &Db, class: ClassId) -> DbResult<Vec<SignupRow>> {
    db.query(
        signups!(
            "JOIN signup_wish w ON w.signup_id = s.id JOIN round r ON r.id = s.round_id
             WHERE w.class_id = $1 AND s.status = 'applied'
             AND r.status IN ('planned', 'sealed', 'proposed', 'confirmed', 'drawn', 'publishing')
             {unscoped: work of the system} ORDER BY s.id LIMIT 200000"
        ),
        args![class],
    )
    .await
}

record! {
    /// Somebody in a signup.
    pub struct Member {
        /// The signup.
        pub signup_id: SignupId,
        /// The person.
        pub person_id: PersonId,
        /// Whether they still take part.
        pub live: bool,
    }
}

/// Everybody in the signups of a round that take part; the one who applied is not told apart.
pub(in crate::rounds) async fn members_in(db: &Db, round: RoundId) -> DbResult<Vec<Member>> {
    db.query(
        "SELECT signup_id, person_id, live FROM signup_member WHERE round_id = $1 AND live = TRUE
         ORDER BY signup_id, person_id LIMIT 500000",
        args![round],
    )
    .await
}

pub(in crate::rounds) async fn members_of(db: &Db, signup: SignupId) -> DbResult<Vec<Member>> {
    db.query(
        "SELECT signup_id, person_id, live FROM signup_member WHERE signup_id = $1 ORDER BY person_id",
        args![signup],
    )
    .await
}

/// Who of these people takes part in a signup of the round already.
pub(in crate::rounds) async fn already(
    db: &Db,
    round: RoundId,
    people: &[PersonId],
) -> DbResult<Vec<Member>> {
    db.query(
        "SELECT signup_id, person_id, live FROM signup_member
         WHERE round_id = $1 AND person_id {any $2} AND live = TRUE ORDER BY person_id",
        args![round, people],
    )
    .await
}

/// Wishes of the signups of a round, each signup's in their order.
pub(in crate::rounds) async fn wishes_in(db: &Db, round: RoundId) -> DbResult<Vec<(SignupId, ClassId)>> {
    db.query(
        "SELECT w.signup_id, w.class_id FROM signup_wish w JOIN signup s ON s.id = w.signup_id
         WHERE s.round_id = $1 AND s.status = 'applied' {unscoped: the caller found the round}
         ORDER BY w.signup_id, w.position LIMIT 1000000",
        args![round],
    )
    .await
}

pub(in crate::rounds) async fn wishes_of(db: &Db, signup: SignupId) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT class_id FROM signup_wish WHERE signup_id = $1 ORDER BY position",
        args![signup],
    )
    .await
}

/// A signup to be written.
pub(in crate::rounds) struct NewSignup<'a> {
    pub(in crate::rounds) id: SignupId,
    pub(in crate::rounds) round: &'a RoundRow,
    pub(in crate::rounds) receipt: &'a str,
    pub(in crate::rounds) person: PersonId,
    pub(in crate::rounds) people: &'a [PersonId],
    pub(in crate::rounds) wishes: &'a [ClassId],
    pub(in crate::rounds) tickets: i64,
    pub(in crate::rounds) newcomer: bool,
    pub(in crate::rounds) channel: Channel,
    pub(in crate::rounds) actor: Option<PersonId>,
    pub(in crate::rounds) at: Instant,
}

pub(in crate::rounds) async fn insert_signup(tx: &Tx, new: &NewSignup<'_>) -> DbResult<()> {
    tx.exec(
        "INSERT INTO signup (id, round_id, org_id, receipt, person_id, tickets, newcomer, status, refusal, channel,
         actor_person, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'applied', '', $8, $9, $10, $10)
         {unscoped: the round was found}",
        args![
            new.id,
            new.round.id,
            new.round.org_id,
            new.receipt,
            new.person,
            new.tickets,
            new.newcomer,
            new.channel,
            new.actor,
            new.at
        ],
    )
    .await?;
    let members: Vec<Vec<Value>> = new
        .people
        .iter()
        .map(|person| vec![new.id.into(), (*person).into(), new.round.id.into(), true.into()])
        .collect();
    tx.insert_many(
        "signup_member",
        &["signup_id", "person_id", "round_id", "live"],
        &members,
    )
    .await?;
    let wishes: Vec<Vec<Value>> = new
        .wishes
        .iter()
        .zip(1_i64..)
        .map(|(class, position)| vec![new.id.into(), position.into(), (*class).into()])
        .collect();
    tx.insert_many("signup_wish", &["signup_id", "position", "class_id"], &wishes)
        .await
}

/// Whether a receipt number is given out.
pub(in crate::rounds) async fn receipt_is_taken(db: &Db, receipt: &str) -> DbResult<bool> {
    let found: Option<SignupId> = db
        .query_opt(
            "SELECT id FROM signup WHERE receipt = $1 {unscoped: receipt numbers are given once}",
            args![receipt],
        )
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn withdraw(tx: &Tx, signup: SignupId, now: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE signup SET status = 'withdrawn', changed_at = $2 WHERE id = $1 {unscoped: the caller found it}",
        args![signup, now],
    )
    .await?;
    tx.exec(
        "UPDATE signup_member SET live = FALSE WHERE signup_id = $1",
        args![signup],
    )
    .await?;
    Ok(())
}

/// Takes one person out of their signups of rounds that are not over.
pub(crate) async fn leave(tx: &Tx, person: PersonId) -> DbResult<()> {
    tx.exec(
        "UPDATE signup_member SET live = FALSE WHERE person_id = $1 AND live = TRUE AND round_id IN (
             SELECT id FROM round WHERE status IN ('planned', 'sealed', 'proposed', 'confirmed', 'drawn', 'publishing'))
         {unscoped: work of the system}",
        args![person],
    )
    .await?;
    Ok(())
}

/// Signups that a person made in rounds whose list is not sealed, for erasure.
pub(crate) async fn open_signups_of(db: &Db, person: PersonId) -> DbResult<Vec<SignupRow>> {
    db.query(
        signups!(
            "JOIN round r ON r.id = s.round_id WHERE s.person_id = $1 AND s.status = 'applied' AND r.status = 'planned'
             {unscoped: work of the system} ORDER BY s.id LIMIT 200"
        ),
        args![person],
    )
    .await
}

pub(in crate::rounds) async fn set_refusal(
    tx: &Tx,
    signup: SignupId,
    sentence: &str,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE signup SET refusal = $2, changed_at = $3 WHERE id = $1 {unscoped: work of the system}",
        args![signup, sentence, now],
    )
    .await?;
    Ok(())
}

/// Who of these people had a seat in a class below the path in another term.
pub(crate) async fn known_at(
    db: &Db,
    path: &str,
    people: &[PersonId],
    but: TermId,
) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT DISTINCT e.person_id FROM enrollment e JOIN org_path p ON p.org_id = e.org_id
         WHERE e.person_id {any $1} AND p.path LIKE $2 AND e.term_id <> $3
           AND e.status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended')
         {unscoped: rules look at all enrolments of a person} ORDER BY e.person_id",
        args![people, format!("{path}%"), but],
    )
    .await
}

/// In how many terms that began before this day each of these people was left on a waitlist below the path, of a draw or of
/// first come: it ended with the class or was cancelled with it. Whose turn came, and who let it pass, was not left.
pub(crate) async fn terms_waited(
    db: &Db,
    path: &str,
    people: &[PersonId],
    before: Date,
) -> DbResult<Vec<(PersonId, i64)>> {
    db.query(
        "SELECT e.person_id, count(DISTINCT t.starts_on) FROM enrollment e JOIN org_path p ON p.org_id = e.org_id
         JOIN term t ON t.id = e.term_id
         WHERE e.person_id {any $1} AND p.path LIKE $2 AND t.starts_on < $3
           AND (e.status = 'waitlisted' OR (e.status = 'expired' AND e.held_until IS NULL)
                OR (e.status = 'cancelled' AND e.seated_on IS NULL))
         {unscoped: rules look at all enrolments of a person} GROUP BY e.person_id ORDER BY e.person_id",
        args![people, format!("{path}%"), before],
    )
    .await
}

/// Who asked for a class below the path in the latest term that began before this day.
pub(in crate::rounds) async fn asked_last_term(db: &Db, path: &str, before: Date) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT DISTINCT e.person_id FROM enrollment e JOIN org_path p ON p.org_id = e.org_id
         JOIN term t ON t.id = e.term_id
         WHERE p.path LIKE $1 AND t.starts_on = (
             SELECT max(u.starts_on) FROM term u JOIN enrollment f ON f.term_id = u.id
             JOIN org_path q ON q.org_id = f.org_id WHERE q.path LIKE $1 AND u.starts_on < $2)
         {unscoped: the caller found the org in scope} ORDER BY e.person_id LIMIT 100000",
        args![format!("{path}%"), before],
    )
    .await
}

record! {
    /// An enrolment that came from a signup.
    pub struct PlacedRow {
        /// The signup.
        pub signup_id: SignupId,
        /// The class.
        pub class_id: ClassId,
        /// The enrolment.
        pub id: EnrollmentId,
        /// Whose.
        pub person_id: PersonId,
        /// Where it stands.
        pub status: EnrollmentStatus,
        /// The fee in fen, where the seat is kept until it is paid.
        pub due_fen: i64,
        /// Until when it is kept.
        pub held_until: Option<Instant>,
    }
}

/// Everything that was placed for these signups.
pub(in crate::rounds) async fn placed(db: &Db, signups: &[SignupId]) -> DbResult<Vec<PlacedRow>> {
    db.query(
        "SELECT signup_id, class_id, id, person_id, status, due_fen, held_until FROM enrollment
         WHERE signup_id {any $1} {unscoped: the caller found the signups} ORDER BY signup_id, class_id, id",
        args![signups],
    )
    .await
}
