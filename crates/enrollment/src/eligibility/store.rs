//! SQL of eligibility rules.

use crate::{EligibilityRuleId, EnrollmentId, EnrollmentStatus};
use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::Tx;
use teaching::{ClassId, CourseId, TermId};

record! {
    /// A version of a rule.
    #[derive(PartialEq, Eq)]
    pub struct RuleRow {
        /// The rule.
        pub id: EligibilityRuleId,
        /// Counts from 1.
        pub version: i64,
        /// Whose.
        pub org_id: OrgId,
        /// For classes of this course only.
        pub course_id: Option<CourseId>,
        /// For this class only.
        pub class_id: Option<ClassId>,
        /// CEL.
        pub expression: String,
        /// Why a learner is refused.
        pub words: String,
        /// What the next door says.
        pub door_label: String,
        /// Where it leads.
        pub door_href: String,
        /// From when it counts.
        pub valid_from: Instant,
        /// From when it counts no more.
        pub ended_at: Option<Instant>,
    }
}

macro_rules! columns {
    () => {
        "id, version, org_id, course_id, class_id, expression, words, door_label, door_href, valid_from, ended_at"
    };
}

/// Versions of these orgs that count now or later.
pub(super) async fn standing(db: &Db, orgs: &[OrgId], now: Instant) -> DbResult<Vec<RuleRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM eligibility_rule {unscoped: who may enrol is public}
         WHERE org_id {any $1} AND (ended_at IS NULL OR ended_at > $2) ORDER BY id, version"
    );
    db.query(sql, args![orgs, now]).await
}

/// All versions of these orgs, the last first.
pub(super) async fn of_orgs(db: &Db, orgs: &[OrgId]) -> DbResult<Vec<RuleRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM eligibility_rule {unscoped: who may enrol is public}
         WHERE org_id {any $1} ORDER BY id DESC, version DESC LIMIT 500"
    );
    db.query(sql, args![orgs]).await
}

/// The last version of a rule inside a scope.
pub(super) async fn last_within(db: &Db, scope: &Scope, id: EligibilityRuleId) -> DbResult<RuleRow> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM eligibility_rule WHERE id = $1 AND {scope org_id} ORDER BY version DESC LIMIT 1"
    );
    db.within(scope).query_one(sql, args![id]).await
}

pub(super) async fn insert(tx: &Tx, rule: &RuleRow) -> DbResult<()> {
    let ctx = tx.ctx();
    tx.exec(
        "INSERT INTO eligibility_rule (id, version, org_id, course_id, class_id, expression, words, door_label, door_href,
           valid_from, ended_at, actor_person, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) {unscoped: the caller found the org}",
        args![
            rule.id,
            rule.version,
            rule.org_id,
            rule.course_id,
            rule.class_id,
            rule.expression.as_str(),
            rule.words.as_str(),
            rule.door_label.as_str(),
            rule.door_href.as_str(),
            rule.valid_from,
            rule.ended_at,
            ctx.actor.person,
            ctx.now()
        ],
    )
    .await?;
    changed(tx).await
}

/// Ends a version.
pub(super) async fn end(tx: &Tx, id: EligibilityRuleId, version: i64, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE eligibility_rule SET ended_at = $3 WHERE id = $1 AND version = $2 {unscoped: the caller found it}",
        args![id, version, at],
    )
    .await?;
    changed(tx).await
}

/// The seat desks read rules again.
async fn changed(tx: &Tx) -> DbResult<()> {
    tx.exec(
        "UPDATE eligibility_change SET changes = changes + 1 WHERE one = 1",
        args![],
    )
    .await?;
    Ok(())
}

record! {
    /// A seat that somebody has or had to the end.
    pub struct SeatRow {
        /// The enrolment.
        pub id: EnrollmentId,
        /// Whose.
        pub person_id: PersonId,
        /// Where.
        pub class_id: ClassId,
        /// Where it stands.
        pub status: EnrollmentStatus,
    }
}

/// Seats of these people, of all times.
pub(super) async fn seats_of(db: &Db, people: &[PersonId]) -> DbResult<Vec<SeatRow>> {
    db.query(
        "SELECT id, person_id, class_id, status FROM enrollment {unscoped: rules look at all classes of a person}
         WHERE person_id {any $1}
           AND status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended')
         ORDER BY person_id, id",
        args![people],
    )
    .await
}

/// Classes of a term, but this one, in which somebody has a seat or is offered one.
pub(super) async fn held_in(db: &Db, person: PersonId, term: TermId, but: ClassId) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT class_id FROM enrollment {unscoped: rules look at all classes of a person}
         WHERE person_id = $1 AND term_id = $2 AND class_id <> $3 AND live = TRUE
           AND status NOT IN ('applied', 'waitlisted') ORDER BY id LIMIT 200",
        args![person, term, but],
    )
    .await
}

/// The term that began last in a scope, and for a course.
pub(super) async fn last_term(
    db: &Db,
    scope: &Scope,
    course: Option<CourseId>,
    today: Date,
) -> DbResult<Option<TermId>> {
    db.within(scope)
        .query_opt(
            "SELECT c.term_id FROM class c WHERE {scope c.org_id} AND c.starts_on <= $1
             AND (CAST($2 AS BIGINT) IS NULL OR c.course_id = $2)
             AND c.status IN ('published', 'running', 'closed') ORDER BY c.starts_on DESC, c.id DESC LIMIT 1",
            args![today, course],
        )
        .await
}

/// Seats of a term in a scope, and of a course; at most `most`.
pub(super) async fn seats_in(
    db: &Db,
    scope: &Scope,
    term: TermId,
    course: Option<CourseId>,
    most: i64,
) -> DbResult<Vec<SeatRow>> {
    db.within(scope)
        .query(
            "SELECT e.id, e.person_id, e.class_id, e.status FROM enrollment e JOIN class c ON c.id = e.class_id
             WHERE e.term_id = $1 AND {scope e.org_id} AND (CAST($2 AS BIGINT) IS NULL OR c.course_id = $2)
               AND e.status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed', 'ended')
             ORDER BY e.id LIMIT $3",
            args![term, course, most],
        )
        .await
}

/// Courses that a rule of an org may name: those kept there, below, above, or shared; by name, at most 300.
pub(super) async fn courses(db: &Db, scope: &Scope, above: &[OrgId]) -> DbResult<Vec<(CourseId, String)>> {
    db.within(scope)
        .query(
            "SELECT c.id, c.name FROM course c WHERE c.status <> 'retired'
             AND ({scope c.org_id} OR c.org_id {any $1}
               OR EXISTS (SELECT 1 FROM class k WHERE k.course_id = c.id AND {scope k.org_id})) ORDER BY c.sort_key, c.id LIMIT 300",
            args![above],
        )
        .await
}

/// Ends earlier versions of a rule that still count.
pub(super) async fn end_earlier(tx: &Tx, id: EligibilityRuleId, version: i64, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE eligibility_rule SET ended_at = $3 WHERE id = $1 AND version < $2 AND ended_at > $3
         {unscoped: the caller found it}",
        args![id, version, at],
    )
    .await?;
    Ok(())
}
