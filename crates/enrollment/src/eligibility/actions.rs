//! Reading, trying, publishing and ending rules.

use super::load::{self, about_class, about_person};
use super::model::{Compiled, Words, check};
use super::store::{self, RuleRow, SeatRow};
use crate::EligibilityRuleId;
use crate::rounds::lifecycle;
use kernel::{Date, Instant, OrgId, PersonId, Time};
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;
use std::collections::{BTreeSet, HashMap, HashSet};
use teaching::seats::Kind;
use teaching::{ClassId, CourseId, seats};

/// Seats of the last term that a dry run looks at.
const MOST_SEATS: i64 = 5_000;
/// Days ahead for which a rule may be written.
const MOST_DAYS_AHEAD: i64 = 400;

/// The rules of an org.
#[derive(Debug, Clone)]
pub struct View {
    /// The org.
    pub org: OrgBrief,
    /// Other orgs of the caller.
    pub orgs: Vec<OrgBrief>,
    /// Its versions, the last first.
    pub rules: Vec<RuleRow>,
    /// Rules of orgs above that count now or later, each with the org's name.
    pub above: Vec<(RuleRow, String)>,
    /// Courses that a rule may name.
    pub courses: Vec<(CourseId, String)>,
    /// Places that a rule of residence may name, the widest first.
    pub places: Vec<OrgBrief>,
}

/// The rules of one of the caller's orgs.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show(ctx: &Ctx, org: Option<OrgId>) -> AppResult<View> {
    let (orgs, org) = lifecycle::holders(ctx, org).await?;
    let places = tree::ancestors(ctx.db(), org.id).await?;
    let above: Vec<OrgId> = places.iter().map(|place| place.id).collect();
    let scope = ctx.may(Permission::RoundRun)?.below(&org.path);
    let inherited = store::standing(ctx.db(), &above, ctx.now()).await?;
    let name = |id: OrgId| places.iter().find(|place| place.id == id);
    Ok(View {
        rules: store::of_orgs(ctx.db(), &[org.id]).await?,
        above: inherited
            .into_iter()
            .filter_map(|row| name(row.org_id).map(|place| (row, place.name.clone())))
            .collect(),
        courses: store::courses(ctx.db(), &scope, &above).await?,
        places,
        org,
        orgs,
    })
}

/// A rule as it is typed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// For which course; all without.
    pub course: Option<CourseId>,
    /// For which class; all without.
    pub class: Option<ClassId>,
    /// CEL.
    pub expression: String,
    /// What a learner reads.
    pub words: Words,
    /// From which day it counts; at once without.
    pub valid_from: Option<Date>,
    /// The rule that gets a new version, with the version that was seen; its scope stays.
    pub next_of: Option<(EligibilityRuleId, i64)>,
}

/// A draft that may be kept.
struct Checked {
    row: RuleRow,
    compiled: Compiled,
    before: Option<RuleRow>,
}

async fn checked(ctx: &Ctx, db: &db::Db, org: OrgId, draft: &Draft) -> AppResult<Checked> {
    let scope = ctx.may(Permission::RoundRun)?;
    let org = tree::find_within(db, &scope, org).await?;
    let (expression, compiled) = check(&draft.expression)?;
    let words = draft.words.check()?;
    let valid_from = begins(ctx, draft.valid_from)?;
    let before = match draft.next_of {
        Some((id, seen)) => {
            let last = store::last_within(db, &scope, id).await?;
            if last.org_id != org.id {
                return Err(AppError::NotFound);
            }
            if last.version != seen || last.ended_at.is_some() {
                return Err(changed_meanwhile(org.id));
            }
            Some(last)
        }
        None => None,
    };
    let (course, class) = match &before {
        Some(last) => (last.course_id, last.class_id),
        None => target(ctx, db, &org, draft).await?,
    };
    let row = RuleRow {
        id: before.as_ref().map_or_else(|| ctx.new_id(), |last| last.id),
        version: before.as_ref().map_or(0, |last| last.version) + 1,
        org_id: org.id,
        course_id: course,
        class_id: class,
        expression,
        words: words.words,
        door_label: words.door_label,
        door_href: words.door_href,
        valid_from,
        ended_at: None,
    };
    Ok(Checked {
        row,
        compiled,
        before,
    })
}

/// Class and course of a draft, which must be the org's to rule on.
async fn target(
    ctx: &Ctx,
    db: &db::Db,
    org: &OrgBrief,
    draft: &Draft,
) -> AppResult<(Option<CourseId>, Option<ClassId>)> {
    let below = ctx.may(Permission::RoundRun)?.below(&org.path);
    if let Some(class) = draft.class {
        teaching::classes::find_within(db, &below, class).await?;
    }
    if let Some(course) = draft.course {
        let above: Vec<OrgId> = tree::ids_of(&org.path).collect();
        let known = store::courses(db, &below, &above).await?;
        if !known.iter().any(|one| one.0 == course) {
            return Err(AppError::NotFound);
        }
    }
    Ok((draft.course, draft.class))
}

fn begins(ctx: &Ctx, day: Option<Date>) -> AppResult<Instant> {
    let today = ctx.today();
    let Some(day) = day.filter(|day| *day != today) else {
        return Ok(ctx.now());
    };
    let ahead = i64::from((day - today).get_days());
    if !(1..=MOST_DAYS_AHEAD).contains(&ahead) {
        return Err(AppError::invalid(
            "valid_from",
            "从今天或以后的一天起算，最多提前 400 天。",
        ));
    }
    Ok(Instant::of_china(day, Time::midnight()))
}

fn changed_meanwhile(org: OrgId) -> AppError {
    AppError::refused_with_door(
        "changed_meanwhile",
        "别人刚刚改过。请看一看现在的样子，再改。",
        "看现在的规则",
        format!("/desk/eligibility?org={org}"),
    )
}

/// Keeps a rule, or a new version of one.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] beside the field that is wrong.
pub async fn publish(ctx: &Ctx, org: OrgId, draft: &Draft) -> AppResult<RuleRow> {
    ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    tx.lock("org", org.raw()).await?;
    let Checked { row, before, .. } = checked(ctx, &tx, org, draft).await?;
    if let Some(before) = before {
        store::end(&tx, before.id, before.version, row.valid_from).await?;
    }
    store::insert(&tx, &row).await?;
    let event = Event::new("eligibility_rule.set", "eligibility_rule", row.id)
        .at(org)
        .data(json!({
            "version": row.version, "course": row.course_id, "class": row.class_id,
            "expression": row.expression, "words": row.words, "valid_from": row.valid_from.to_string(),
        }));
    tx.commit(vec![event]).await?;
    Ok(row)
}

/// Ends a rule now.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; refused when it has ended or has another version.
pub async fn end(ctx: &Ctx, id: EligibilityRuleId, version: i64) -> AppResult<OrgId> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    let org = store::last_within(&tx, &scope, id).await?.org_id;
    tx.lock("org", org.raw()).await?;
    let last = store::last_within(&tx, &scope, id).await?;
    if last.version != version || last.ended_at.is_some() {
        return Err(changed_meanwhile(org));
    }
    store::end(&tx, id, version, ctx.now()).await?;
    // A version that this one was to follow, and that still counts, ends with it.
    store::end_earlier(&tx, id, version, ctx.now()).await?;
    let event = Event::new("eligibility_rule.ended", "eligibility_rule", id)
        .at(org)
        .data(json!({ "version": version }));
    tx.commit(vec![event]).await?;
    Ok(org)
}

/// What a rule would have done in the last term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DryRun {
    /// Learners with a seat in the classes that it is for.
    pub learners: usize,
    /// Of them, those whom it would have refused a seat.
    pub refused: usize,
    /// Whether there were more seats than it looked at.
    pub cut: bool,
}

/// Tries a draft on those who had seats in the last term: in the classes of the org, the course, or the class's course.
///
/// # Errors
/// As [`publish`].
pub async fn dry_run(ctx: &Ctx, org: OrgId, draft: &Draft) -> AppResult<DryRun> {
    let db = ctx.db();
    let Checked { row, compiled, .. } = checked(ctx, db, org, draft).await?;
    let (org, course) = match row.class_id {
        Some(class) => {
            let class = teaching::classes::find(db, class).await?;
            (class.org_id, Some(class.course_id))
        }
        None => (org, row.course_id),
    };
    let scope = ctx
        .may(Permission::RoundRun)?
        .below(&tree::find(db, org).await?.path);
    let mut learned = Vec::new();
    if let Some(term) = store::last_term(db, &scope, course, ctx.today()).await? {
        learned = store::seats_in(db, &scope, term, course, MOST_SEATS).await?;
    }
    let refused = refused(db, &compiled, &learned).await?;
    let learners: HashSet<PersonId> = learned.iter().map(|seat| seat.person_id).collect();
    Ok(DryRun {
        learners: learners.len(),
        refused: refused.len(),
        cut: learned.len() as i64 == MOST_SEATS,
    })
}

/// Those of these learners whom a rule refuses, as if each asked again in the order of then.
async fn refused(db: &db::Db, compiled: &Compiled, learned: &[SeatRow]) -> AppResult<HashSet<PersonId>> {
    let people: BTreeSet<PersonId> = learned.iter().map(|seat| seat.person_id).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let mut needs = compiled.needs;
    // Seats of then are found in the history.
    needs.history = true;
    let classes: BTreeSet<ClassId> = learned.iter().map(|seat| seat.class_id).collect();
    let reading = load::read(db, &people, classes, needs).await?;
    let births: HashMap<PersonId, Option<Date>> =
        people::births::of(db, &people).await?.into_iter().collect();
    let mut refused = HashSet::new();
    for seat in learned {
        let Some(class) = reading.kinds.get(&seat.class_id) else {
            continue;
        };
        let birth = births.get(&seat.person_id).copied().flatten();
        let age = crate::declarations::age(birth, class.starts_on);
        let held = held_before(&reading, seat, class);
        let about = about_person(
            &reading,
            seat.person_id,
            class,
            age.unwrap_or(0),
            held.into_iter(),
        );
        let unknown = compiled.needs.age && age.is_none();
        if unknown || compiled.holds(&about_class(class), &about) != Some(true) {
            refused.insert(seat.person_id);
        }
    }
    Ok(refused)
}

/// Classes of the same term in which somebody had a seat when they got this one.
fn held_before(reading: &load::Reading, seat: &SeatRow, class: &Kind) -> Vec<ClassId> {
    let past = reading.people.get(&seat.person_id);
    let earlier = past
        .into_iter()
        .flat_map(|read| &read.past)
        .filter(|other| other.id < seat.id && other.class_id != seat.class_id);
    earlier
        .map(|other| other.class_id)
        .filter(|id| {
            let kind = reading.kinds.get(id);
            kind.is_some_and(|kind| kind.term_id == class.term_id)
        })
        .collect()
}

/// The classes' names by id, for a page about one.
pub(super) async fn class_of(ctx: &Ctx, class: ClassId) -> AppResult<(Kind, String)> {
    let scope = ctx.may(Permission::RoundRun)?;
    let row = teaching::classes::find_within(ctx.db(), &scope, class).await?;
    let kind = seats::kinds(ctx.db(), &[class]).await?.pop();
    Ok((kind.ok_or(AppError::NotFound)?, row.name))
}
