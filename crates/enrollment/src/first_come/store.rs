//! SQL of rounds by first come.

use super::load::FIRST_COME;
use super::model::Pool;
use super::model::RoundPlan;
use crate::RoundId;
use crate::rounds::model::{Audience, RoundMethod, RoundStatus};
use crate::rounds::store::{NewRound, insert_round};
use db::{Db, DbResult, Scope, Tx, args, record};
use kernel::chinese_date::date_text;
use kernel::{Date, Instant, OrgId, PersonId};
use teaching::{ClassId, TermId};

record! {
    /// A round that is not over, at one of its classes.
    pub(crate) struct LiveRound {
        pub(crate) class_id: ClassId, pub(crate) id: RoundId, pub(crate) org_id: OrgId, pub(crate) method: RoundMethod,
        pub(crate) status: RoundStatus, pub(crate) status_note: String, pub(crate) audience: Audience,
        pub(crate) opens: Instant, pub(crate) closes: Instant, pub(crate) desk_percent: i64,
        pub(crate) newcomer_percent: i64, pub(crate) release_at: Option<Instant>,
    }
}

/// Rounds of these classes that are not over, in the order in which they open.
pub(crate) async fn live_rounds(db: &Db, classes: &[ClassId]) -> DbResult<Vec<LiveRound>> {
    db.query(
        "SELECT c.class_id, r.id, r.org_id, r.method, r.status, r.status_note, r.audience, r.opens, r.closes,
                r.desk_percent, r.newcomer_percent, r.release_at
         FROM round_class c JOIN round r ON r.id = c.round_id
         WHERE c.class_id {any $1} AND r.status IN ('planned', 'paused', 'sealed', 'proposed', 'confirmed', 'drawn', 'publishing')
         {unscoped: the seat desk serves all} ORDER BY c.class_id, r.opens, r.id",
        args![classes],
    )
    .await
}

/// Classes that are in a draw, an interview or a choice of the school that is not over.
pub(super) async fn selected_classes(db: &Db) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT DISTINCT c.class_id FROM round_class c JOIN round r ON r.id = c.round_id
         WHERE r.method <> 'first_come' AND r.status IN ('planned', 'sealed', 'proposed', 'confirmed', 'drawn', 'publishing')
         {unscoped: rounds are public} ORDER BY c.class_id LIMIT 50000",
        args![],
    )
    .await
}

record! {
    /// Seats of a pool taken in a class.
    pub(crate) struct TakenRow {
        pub(crate) class_id: ClassId, pub(crate) pool: Pool, pub(crate) seats: i64,
    }
}

/// Seats taken by those for whom some are kept.
pub(crate) async fn taken(db: &Db, classes: &[ClassId]) -> DbResult<Vec<TakenRow>> {
    db.query(
        "SELECT class_id, pool, count(*) AS seats FROM enrollment {unscoped: the seat desk serves all}
         WHERE class_id {any $1} AND pool <> 'open' AND live = TRUE AND status IN ('offered', 'reserved', 'confirmed', 'attending', 'suspended')
         GROUP BY class_id, pool ORDER BY class_id, pool",
        args![classes],
    )
    .await
}

record! {
    /// Seats of a class that are offered to who waited.
    pub(super) struct Offered {
        pub(super) seats: i64, pub(super) until: Option<Instant>,
    }
}

/// Seats of a class that are offered, and when the last of these offers ends.
pub(super) async fn offered(db: &Db, class: ClassId) -> DbResult<Offered> {
    db.query_one(
        "SELECT count(*) AS seats, max(held_until) AS until FROM enrollment
         WHERE class_id = $1 AND live = TRUE AND status = 'offered' {unscoped: the caller decided}",
        args![class],
    )
    .await
}

/// Classes in which these people have or had a seat.
pub(crate) async fn seats_of(db: &Db, people: &[PersonId]) -> DbResult<Vec<(PersonId, ClassId)>> {
    db.query(
        "SELECT person_id, class_id FROM enrollment {unscoped: rules look at all classes of a person}
         WHERE person_id {any $1}
           AND status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended')
         ORDER BY person_id, class_id",
        args![people],
    )
    .await
}

record! {
    /// A round by first come.
    pub struct OpenRow {
        /// Its id.
        pub id: RoundId,
        /// Who holds it.
        pub org_id: OrgId,
        /// The term of its classes.
        pub term_id: TermId,
        /// Its name.
        pub name: String,
        /// Whom it takes.
        pub audience: Audience,
        /// First moment of the window.
        pub opens: Instant,
        /// First moment after it.
        pub closes: Instant,
        /// Share of each class's seats kept for the counter.
        pub desk_percent: i64,
        /// Share of each class's seats kept for newcomers.
        pub newcomer_percent: i64,
        /// When kept seats go to everybody.
        pub release_at: Option<Instant>,
        /// Where it stands.
        pub status: RoundStatus,
        /// Why it pauses or was cancelled, in words.
        pub status_note: String,
        /// Counts changes.
        pub version: i64,
    }
}

macro_rules! open_rounds {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.org_id, r.term_id, r.name, r.audience, r.opens, r.closes, r.desk_percent, r.newcomer_percent,
             r.release_at, r.status, r.status_note, r.version FROM round r WHERE r.id = $1 AND r.method = 'first_come' ",
            $rest
        )
    };
}

pub(super) async fn find(db: &Db, id: RoundId) -> DbResult<OpenRow> {
    let sql = open_rounds!("{unscoped: rounds are public, the caller checks the org}");
    db.query_one(sql, args![id]).await
}

pub(super) async fn find_within(db: &Db, scope: &Scope, id: RoundId) -> DbResult<OpenRow> {
    let sql = open_rounds!("AND {scope r.org_id}");
    db.within(scope).query_one(sql, args![id]).await
}

pub(super) async fn insert(
    tx: &Tx,
    id: RoundId,
    term: TermId,
    plan: &RoundPlan,
    now: Instant,
) -> DbResult<()> {
    let new = NewRound {
        id,
        org: plan.org,
        term,
        name: &plan.name,
        method: FIRST_COME,
        audience: plan.audience,
        window: (plan.opens, plan.closes),
        limits: [1; 3],
        kept: [plan.desk_percent, plan.newcomer_percent],
        release_at: plan.release_at,
        classes: &plan.classes,
    };
    insert_round(tx, &new, now).await
}

pub(super) use crate::rounds::store::{classes, set_status};

record! {
    /// A class that can be in a round.
    pub(super) struct OpenClass {
        pub(super) id: ClassId, pub(super) name: String, pub(super) starts_on: Date, pub(super) free: i64,
        pub(super) term: String,
    }
}

impl OpenClass {
    /// The line of the form.
    pub(super) fn words(&self) -> String {
        format!(
            "{}（{}，{} 开课，空 {} 个名额）",
            self.name,
            self.term,
            date_text(self.starts_on),
            self.free
        )
    }
}

/// Classes below a path that are public and whose own window is not over, by term and name.
pub(super) async fn open_classes(db: &Db, path: &str, now: Instant) -> DbResult<Vec<OpenClass>> {
    db.query(
        "SELECT c.id, c.name, c.starts_on, c.capacity - c.enrolled AS free, t.name AS term
         FROM class c JOIN org_path p ON p.org_id = c.org_id JOIN term t ON t.id = c.term_id
         WHERE p.path LIKE $1 AND c.status IN ('published', 'running') AND c.enrollment_closes > $2
         {unscoped: the caller found the org in scope} ORDER BY t.starts_on DESC, c.sort_key, c.id LIMIT 500",
        args![format!("{path}%"), now],
    )
    .await
}

record! {
    /// What came in through one channel.
    pub struct OfChannel {
        /// How it came in.
        pub channel: String,
        /// Seats.
        pub seated: i64,
        /// Places on waitlists.
        pub waiting: i64,
    }
}

/// What a round's classes took since it opened and until it closed, by channel.
pub(super) async fn by_channel(db: &Db, row: &OpenRow) -> DbResult<Vec<OfChannel>> {
    db.query(
        "SELECT e.channel, count(*) FILTER (WHERE e.status <> 'waitlisted') AS seated,
                count(*) FILTER (WHERE e.status = 'waitlisted') AS waiting
         FROM round_class c JOIN enrollment e ON e.class_id = c.class_id AND e.live = TRUE
         WHERE c.round_id = $1 AND e.created_at >= $2 AND e.created_at < $3 {unscoped: the caller found the round}
         GROUP BY e.channel ORDER BY e.channel",
        args![row.id, row.opens, row.closes],
    )
    .await
}

record! {
    /// What one class took through one channel.
    pub struct OfClass {
        /// The class.
        pub class: String,
        /// How it came in.
        pub channel: String,
        /// Seats.
        pub seated: i64,
        /// Places on the waitlist.
        pub waiting: i64,
    }
}

/// What each of a round's classes took since it opened and until it closed, by channel.
pub(super) async fn by_class(db: &Db, row: &OpenRow) -> DbResult<Vec<OfClass>> {
    db.query(
        "SELECT k.name AS class, e.channel, count(*) FILTER (WHERE e.status <> 'waitlisted') AS seated,
                count(*) FILTER (WHERE e.status = 'waitlisted') AS waiting
         FROM round_class c JOIN class k ON k.id = c.class_id JOIN enrollment e ON e.class_id = c.class_id AND e.live = TRUE
         WHERE c.round_id = $1 AND e.created_at >= $2 AND e.created_at < $3 {unscoped: the caller found the round}
         GROUP BY k.sort_key, k.id, k.name, e.channel ORDER BY k.sort_key, k.id, e.channel",
        args![row.id, row.opens, row.closes],
    )
    .await
}

/// How many people learn the courses of a round's classes in classes that began in the days before.
pub(crate) async fn returning_reach(db: &Db, round: RoundId, since: Date) -> DbResult<i64> {
    db.query_one(
        "SELECT count(DISTINCT e.person_id) FROM round_class c JOIN class k ON k.id = c.class_id
         JOIN class b ON b.course_id = k.course_id AND b.org_id = k.org_id AND b.id <> k.id
           AND b.starts_on < k.starts_on AND b.starts_on >= $2
         JOIN enrollment e ON e.class_id = b.id AND e.status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended')
         WHERE c.round_id = $1 {unscoped: the caller found the round}",
        args![round, since],
    )
    .await
}

/// When the first round by first come after this moment opens.
pub(super) async fn next_opening(db: &Db, after: Instant) -> DbResult<Option<Instant>> {
    db.query_opt(
        "SELECT opens FROM round WHERE method = 'first_come' AND status = 'planned' AND opens > $1
         {unscoped: a moment of the demonstration} ORDER BY opens LIMIT 1",
        args![after],
    )
    .await
}
