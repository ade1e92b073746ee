//! What people do with classes: look, plan, change. Publishing and what follows is in [`super::lifecycle`].

use super::changes;
use super::model::{self, ClassDraft, ClassRow, ClassStatus, Pattern};
use super::store::{self, NewClass};
use crate::courses::CourseRow;
use crate::duty::{self, DutyRow};
use crate::names::{self, Names};
use crate::sessions::clash::{Busy, Clash};
use crate::sessions::{self, SessionRow, SessionStatus};
use crate::terms::{self, TermRow};
use crate::{ClassId, CourseId, TermId, courses};
use db::{Db, Scope};
use kernel::chinese_date::day_text;
use kernel::weekly::PlanWarning;
use kernel::{OrgId, PersonId, Planned};
use orgs::RoomId;
use orgs::rooms::RoomBrief;
use orgs::tree::{self, OrgBrief};
use platform::api::Part;
use platform::{AppError, AppResult, Ctx, Event, Permission as P, Tx};
use serde_json::json;
use std::collections::HashMap;

pub use store::{Filter, SORTS};

/// The classes of one exported file.
const EXPORTED: Part = Part {
    limit: 20_000,
    offset: 0,
};

/// Classes with the names beside them.
#[derive(Debug)]
pub struct Listed {
    /// The classes.
    pub rows: Vec<ClassRow>,
    pub(crate) names: Names,
    pub(crate) courses: HashMap<CourseId, String>,
    pub(crate) terms: HashMap<TermId, String>,
}

async fn with_names(ctx: &Ctx, rows: Vec<ClassRow>) -> AppResult<Listed> {
    let orgs = rows.iter().map(|row| row.org_id).collect();
    let rooms = rows.iter().filter_map(|row| row.room_id).collect();
    let people = rows.iter().filter_map(|row| row.teacher_id).collect();
    let courses: Vec<CourseId> = rows.iter().map(|row| row.course_id).collect();
    let terms: Vec<TermId> = rows.iter().map(|row| row.term_id).collect();
    Ok(Listed {
        names: Names::load(ctx.db(), orgs, rooms, people).await?,
        courses: courses::names(ctx.db(), &courses).await?,
        terms: terms::names(ctx.db(), &terms).await?,
        rows,
    })
}

/// A part of the classes, read one row too long.
///
/// # Errors
/// Forbidden without `ClassRead`.
pub async fn list(ctx: &Ctx, filter: &Filter, sort: (&str, bool), part: Part) -> AppResult<Listed> {
    let scope = ctx.may(P::ClassRead)?;
    let rows = store::list(ctx.db(), &scope, filter, sort, part).await?;
    with_names(ctx, rows).await
}

/// All classes of a filter, for a file.
///
/// # Errors
/// Forbidden without `ClassRead`.
pub async fn export(ctx: &Ctx, filter: &Filter, sort: (&str, bool)) -> AppResult<Listed> {
    let scope = ctx.may(P::ClassRead)?;
    with_names(ctx, store::list(ctx.db(), &scope, filter, sort, EXPORTED).await?).await
}

/// What the filters of the list offer.
#[derive(Debug)]
pub struct Filters {
    /// Institutions.
    pub orgs: Vec<(OrgId, String)>,
    /// Terms, the latest first.
    pub terms: Vec<(TermId, String)>,
}

/// What the filters of the list offer in the actor's scope.
///
/// # Errors
/// Forbidden without `ClassRead`.
pub async fn filters(ctx: &Ctx) -> AppResult<Filters> {
    let scope = ctx.may(P::ClassRead)?;
    let orgs = names::institutions(ctx.db(), &scope).await?;
    let mut above: Vec<OrgId> = orgs.iter().flat_map(|org| tree::ids_of(&org.path)).collect();
    above.sort_unstable();
    above.dedup();
    let year_ago = ctx
        .today()
        .checked_sub(sessions::actions::days_long(365))
        .unwrap_or(ctx.today());
    let terms = terms::of_orgs(ctx.db(), &above, year_ago).await?;
    Ok(Filters {
        orgs: names::to_choose(orgs),
        terms: terms.into_iter().map(|term| (term.id, term.name)).collect(),
    })
}

/// A class with what stands around it.
#[derive(Debug)]
pub struct Detail {
    /// The class.
    pub class: ClassRow,
    /// The course.
    pub course_name: String,
    /// Number of the course version.
    pub course_version: i64,
    /// The term.
    pub term: TermRow,
    /// Its sessions.
    pub sessions: Vec<SessionRow>,
    /// Assistants and monitors.
    pub duties: Vec<DutyRow>,
    /// Whether the actor may change it.
    pub editable: bool,
    /// Whether the actor may publish, close and cancel it.
    pub publishable: bool,
    /// What else of it the actor may open.
    pub doors: Doors,
    pub(crate) names: Names,
}

/// What of a class the actor may open beside its own page, so that no page offers a link that refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doors {
    /// The list of learners.
    pub learners: bool,
    /// The attendance, and the roll of each session.
    pub attendance: bool,
    /// Completion and certificates.
    pub completion: bool,
}

/// The doors of a class of an org.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn doors(ctx: &Ctx, class: &ClassRow) -> AppResult<Doors> {
    let path = tree::find(ctx.db(), class.org_id).await?.path;
    let take = ctx.reach(P::AttendanceTake).contains(&path);
    let own = match ctx.actor.person {
        Some(person) if ctx.can(P::AttendanceOwn) => duty::holds_duty(ctx.db(), class.id, person).await?,
        _ => false,
    };
    Ok(Doors {
        learners: ctx.reach(P::EnrollmentRead).contains(&path),
        attendance: take || own,
        completion: ctx.reach(P::RecordIssue).contains(&path),
    })
}

/// A class with what stands around it.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `ClassRead`.
pub async fn find(ctx: &Ctx, id: ClassId) -> AppResult<Detail> {
    let scope = ctx.may(P::ClassRead)?;
    let class = store::find_within(ctx.db(), &scope, id).await?;
    let path = tree::find(ctx.db(), class.org_id).await?.path;
    let (course, version) = courses::of_version(ctx.db(), class.course_version_id).await?;
    let term = terms::find(ctx.db(), class.term_id).await?;
    let sessions = sessions::of_class(ctx.db(), id).await?;
    let duties = duty::of_class(ctx.db(), id).await?;
    let mut people: Vec<PersonId> = duties.iter().map(|row| row.person_id).collect();
    people.extend(class.teacher_id);
    let rooms = class.room_id.into_iter().collect();
    let names = Names::load(ctx.db(), vec![class.org_id], rooms, people).await?;
    Ok(Detail {
        editable: ctx.reach(P::ClassEdit).contains(&path),
        publishable: ctx.reach(P::ClassPublish).contains(&path),
        doors: doors(ctx, &class).await?,
        class,
        course_name: course.name,
        course_version: version.number,
        term,
        sessions,
        duties,
        names,
    })
}

/// What a class of an org can be planned with.
#[derive(Debug)]
pub struct Choices {
    pub(crate) org: OrgBrief,
    pub(crate) terms: Vec<TermRow>,
    pub(crate) rooms: Vec<RoomBrief>,
    pub(crate) teachers: Vec<(PersonId, String)>,
    pub(crate) courses: Vec<(CourseId, String)>,
}

/// The orgs for which the actor may plan classes.
///
/// # Errors
/// Forbidden without `ClassEdit`.
pub async fn orgs(ctx: &Ctx) -> AppResult<Vec<(OrgId, String)>> {
    let scope = ctx.may(P::ClassEdit)?;
    Ok(names::to_choose(names::institutions(ctx.db(), &scope).await?))
}

/// What a class of this org can be planned with.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `ClassEdit`.
pub async fn choices(ctx: &Ctx, org: OrgId) -> AppResult<Choices> {
    let scope = ctx.may(P::ClassEdit)?;
    let org = tree::find_within(ctx.db(), &scope, org).await?;
    Ok(Choices {
        terms: terms::actions::for_org(ctx.db(), &org, ctx.today()).await?,
        rooms: names::rooms_of(ctx.db(), org.id).await?,
        teachers: names::teachers(ctx.db(), &scope, &org, ctx.today()).await?,
        courses: courses::usable(ctx.db(), &scope).await?,
        org,
    })
}

/// A course with its approved version, to begin a plan from.
///
/// # Errors
/// [`AppError::NotFound`] when it may not be seen; refused when nothing of it is approved.
pub async fn course(ctx: &Ctx, id: CourseId) -> AppResult<(CourseRow, courses::VersionRow)> {
    let scope = ctx.may(P::ClassEdit)?;
    courses::to_teach(ctx.db(), &scope, id).await
}

/// A class as planned, with the sessions it would have.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The org that gives it.
    pub org: OrgId,
    /// The course.
    pub course: CourseId,
    /// The term.
    pub term: TermId,
    /// The facts.
    pub draft: ClassDraft,
    /// The weekly pattern.
    pub pattern: Pattern,
}

/// The sessions a plan would make, with everything the planner has to look at.
#[derive(Debug)]
pub struct Preview {
    /// Sessions and skipped days.
    pub planned: Planned,
    /// Sentences to look at; the plan can be saved all the same.
    pub warnings: Vec<String>,
    /// Clashes; the plan cannot be saved.
    pub clashes: Vec<Clash>,
}

impl Preview {
    /// A mark of what was shown: a plan that would come out otherwise is shown again before it is saved.
    #[must_use]
    pub fn mark(&self) -> String {
        let days: Vec<String> = self.planned.sessions.iter().map(|s| s.date.to_string()).collect();
        format!(
            "{}|{}|{}",
            days.join(","),
            self.warnings.concat(),
            self.clashes.len()
        )
    }
}

fn uses(plan: &Plan, planned: &Planned) -> Vec<Busy> {
    let of = |session: &kernel::weekly::PlannedSession| Busy {
        day: session.date,
        starts: session.start,
        minutes: session.minutes,
        room: plan.draft.room_id,
        teacher: plan.draft.teacher_id,
        org: plan.org,
        what: plan.draft.name.clone(),
    };
    planned.sessions.iter().map(of).collect()
}

/// Plans the sessions, leaving out those of a class that is planned anew.
///
/// # Errors
/// Not found outside the scope; invalid for wrong facts, or when the pattern makes no sense.
pub async fn preview(ctx: &Ctx, plan: &Plan, but: Option<ClassId>) -> AppResult<Preview> {
    let scope = ctx.may(P::ClassEdit)?;
    let now = match but {
        Some(class) => Some(store::find_within(ctx.db(), &scope, class).await?),
        None => None,
    };
    tree::find_within(ctx.db(), &scope, plan.org).await?;
    model::check(&plan.draft, now.as_ref().map_or(0, |class| class.enrolled))?;
    check_room(ctx.db(), plan.org, plan.draft.room_id).await?;
    if now.is_none_or(|class| class.teacher_id != plan.draft.teacher_id) {
        check_teacher(ctx, &scope, plan.org, plan.draft.teacher_id).await?;
    }
    preview_in(ctx.db(), plan, but).await
}

async fn preview_in(db: &Db, plan: &Plan, but: Option<ClassId>) -> AppResult<Preview> {
    plan.pattern.check()?;
    let planned = plan.pattern.sessions();
    let broken = planned
        .warnings
        .iter()
        .find(|warning| !matches!(warning, PlanWarning::YearNotPublished(_) | PlanWarning::CutOff));
    if let Some(warning) = broken {
        return Err(AppError::invalid("count", warning.sentence()));
    }
    let mut warnings: Vec<String> = planned.warnings.iter().map(PlanWarning::sentence).collect();
    let term = terms::find(db, plan.term).await?;
    let outside = |day: kernel::Date| day < term.starts_on || day > term.ends_on;
    if let Some(session) = planned.sessions.iter().find(|session| outside(session.date)) {
        warnings.push(format!(
            "{}不在{}学期的日期里。",
            day_text(session.date),
            term.name
        ));
    }
    if let Some(room) = plan.draft.room_id {
        let room = orgs::rooms::find(db, room).await?;
        if plan.draft.capacity > room.seats {
            warnings.push(format!(
                "名额 {} 人，{}只有 {} 个座位。",
                plan.draft.capacity, room.name, room.seats
            ));
        }
    }
    let clashes = sessions::actions::clashes_of(db, &uses(plan, &planned), but, None).await?;
    Ok(Preview {
        planned,
        warnings,
        clashes,
    })
}

/// A class keeps to the rooms of its own org that are in use.
pub(crate) async fn check_room(db: &Db, org: OrgId, room: Option<RoomId>) -> AppResult<()> {
    let Some(room) = room else { return Ok(()) };
    let known = orgs::rooms::find(db, room).await;
    match known {
        Ok(room) if room.org_id == org && room.active => Ok(()),
        Ok(_) | Err(AppError::NotFound) => Err(AppError::invalid("room", "请从本机构在用的教室里选。")),
        Err(other) => Err(other),
    }
}

/// A teacher has a teacher's post in the org, above it, or in the planner's scope.
pub(crate) async fn check_teacher(
    ctx: &Ctx,
    scope: &Scope,
    org: OrgId,
    teacher: Option<PersonId>,
) -> AppResult<()> {
    let Some(teacher) = teacher else { return Ok(()) };
    let org = tree::find(ctx.db(), org).await?;
    let known = names::teachers(ctx.db(), scope, &org, ctx.today()).await?;
    if known.iter().any(|(id, _)| *id == teacher) {
        Ok(())
    } else {
        Err(AppError::invalid(
            "teacher",
            "这位没有教师岗位。请先由管理员给他加上岗位，或改选一位教师。",
        ))
    }
}

async fn check_term(ctx: &Ctx, org: &OrgBrief, term: TermId) -> AppResult<()> {
    let terms = terms::actions::for_org(ctx.db(), org, ctx.today()).await?;
    if terms.iter().any(|known| known.id == term) {
        Ok(())
    } else {
        Err(AppError::invalid(
            "term",
            "请从列出的学期里选；已经结束的学期不能再排班。",
        ))
    }
}

fn session_rows(ctx: &Ctx, class: ClassId, plan: &Plan, planned: &Planned) -> Vec<SessionRow> {
    let numbered = planned.sessions.iter().zip(1_i64..);
    numbered
        .map(|(session, number)| SessionRow {
            id: ctx.new_id(),
            class_id: class,
            org_id: plan.org,
            number,
            day: session.date,
            starts: session.start,
            minutes: i64::from(session.minutes),
            room_id: plan.draft.room_id,
            teacher_id: plan.draft.teacher_id,
            topic: String::new(),
            status: SessionStatus::Planned,
            status_note: String::new(),
            version: 1,
        })
        .collect()
}

/// Plans the sessions under lock and refuses a clash.
async fn plan_locked(tx: &Tx, plan: &Plan, but: Option<ClassId>) -> AppResult<Preview> {
    sessions::actions::lock(tx, &uses(plan, &plan.pattern.sessions())).await?;
    let preview = preview_in(tx, plan, but).await?;
    if preview.clashes.is_empty() {
        Ok(preview)
    } else {
        Err(sessions::actions::refused_by(&preview.clashes))
    }
}

/// Plans a class with its sessions.
///
/// # Errors
/// Not found outside the scope; invalid for wrong fields; refused for a clash or a course without an approved version.
pub async fn create(ctx: &Ctx, plan: Plan) -> AppResult<ClassId> {
    let id: ClassId = ctx.new_id();
    make(ctx, id, plan, ClassStatus::Planned).await?;
    Ok(id)
}

/// Plans a class of this id with its sessions, and publishes it, in one transaction.
pub(crate) async fn create_published(ctx: &Ctx, id: ClassId, plan: Plan) -> AppResult<()> {
    let scope = ctx.may(P::ClassPublish)?;
    tree::find_within(ctx.db(), &scope, plan.org).await?;
    make(ctx, id, plan, ClassStatus::Published).await
}

async fn make(ctx: &Ctx, id: ClassId, mut plan: Plan, status: ClassStatus) -> AppResult<()> {
    let scope = ctx.may(P::ClassEdit)?;
    plan.draft = model::check(&plan.draft, 0)?;
    let org = tree::find_within(ctx.db(), &scope, plan.org).await?;
    let (_, version) = courses::to_teach(ctx.db(), &scope, plan.course).await?;
    check_term(ctx, &org, plan.term).await?;
    check_room(ctx.db(), plan.org, plan.draft.room_id).await?;
    check_teacher(ctx, &scope, plan.org, plan.draft.teacher_id).await?;
    let tx = ctx.begin().await?;
    let preview = plan_locked(&tx, &plan, None).await?;
    let new = NewClass {
        id,
        org: plan.org,
        course: plan.course,
        course_version: version.id,
        term: plan.term,
        at: ctx.now(),
    };
    store::insert(&tx, new, &plan.draft, &plan.pattern).await?;
    sessions::store::insert(&tx, &session_rows(ctx, id, &plan, &preview.planned)).await?;
    store::follow_sessions(&tx, id).await?;
    let data =
        json!({ "course": plan.course, "term": plan.term, "sessions": preview.planned.sessions.len() });
    let mut events = vec![Event::new("class.planned", "class", id).at(plan.org).data(data)];
    if status == ClassStatus::Published {
        model::check_step(&store::find(&tx, id).await?, status)?;
        store::set_status(&tx, id, status, "").await?;
        events.push(Event::new("class.published", "class", id).at(plan.org));
    }
    tx.commit(events).await
}

/// Changes the facts of a class; with a pattern (only while it is planned) its sessions are made anew. Whom a published class
/// concerns is told.
///
/// # Errors
/// Not found outside the scope; invalid for wrong fields; refused for a clash, a class that is over, or a change meanwhile
/// (the sentence says what stands now).
pub async fn change(
    ctx: &Ctx,
    id: ClassId,
    draft: ClassDraft,
    pattern: Option<Pattern>,
    version: i64,
) -> AppResult<()> {
    let scope = ctx.may(P::ClassEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("class", id.raw()).await?;
    let class = store::find_within(&tx, &scope, id).await?;
    if class.version != version {
        return Err(outdated(&class, &draft));
    }
    if matches!(class.status, ClassStatus::Closed | ClassStatus::Cancelled) {
        let sentence = format!("这个班{}，不能再改。", class.status.label());
        return Err(AppError::refused("class_over", sentence));
    }
    let draft = model::check(&draft, class.enrolled)?;
    model::keeps_what_is_public(&class, &draft)?;
    check_room(&tx, class.org_id, draft.room_id).await?;
    if draft.teacher_id != class.teacher_id {
        check_teacher(ctx, &scope, class.org_id, draft.teacher_id).await?;
    }
    match pattern {
        Some(pattern) if class.status == ClassStatus::Planned => {
            replan(ctx, &tx, &class, &draft, pattern).await?;
        }
        _ => move_sessions(ctx, &tx, &class, &draft).await?,
    }
    store::update(&tx, id, &draft).await?;
    changes::tell(&tx, &class, &draft).await?;
    let event = Event::new("class.changed", "class", id)
        .at(class.org_id)
        .data(json!({ "fields": model::differences(&class, &draft).len() }));
    tx.commit(vec![event]).await
}

fn outdated(class: &ClassRow, draft: &ClassDraft) -> AppError {
    let differences = model::differences(class, draft);
    let what = if differences.is_empty() {
        "改过的内容和您填的一样，或者改的是课次。".to_owned()
    } else {
        format!("和您填的不同：{}。", differences.join("；"))
    };
    AppError::refused_with_door(
        "changed_meanwhile",
        format!(
            "您打开这一页以后，有人改过这个班，所以没有保存。{what}您填的内容还在下面；再保存一次，就以您的为准。"
        ),
        "看现在的内容",
        format!("/desk/classes/{}", class.id),
    )
}

async fn replan(ctx: &Ctx, tx: &Tx, class: &ClassRow, draft: &ClassDraft, pattern: Pattern) -> AppResult<()> {
    let plan = Plan {
        org: class.org_id,
        course: class.course_id,
        term: class.term_id,
        draft: draft.clone(),
        pattern,
    };
    let preview = plan_locked(tx, &plan, Some(class.id)).await?;
    sessions::store::delete_of_class(tx, class.id).await?;
    sessions::store::insert(tx, &session_rows(ctx, class.id, &plan, &preview.planned)).await?;
    store::set_pattern(tx, class.id, &plan.pattern).await?;
    store::follow_sessions(tx, class.id).await
}

/// The sessions to come follow the class to its new room and teacher, if these are free.
async fn move_sessions(ctx: &Ctx, tx: &Tx, class: &ClassRow, draft: &ClassDraft) -> AppResult<()> {
    if (class.room_id, class.teacher_id) == (draft.room_id, draft.teacher_id) {
        return Ok(());
    }
    let rows = sessions::of_class(tx, class.id).await?;
    let open = |row: &&SessionRow| {
        row.day >= ctx.today() && matches!(row.status, SessionStatus::Planned | SessionStatus::Moved)
    };
    let follow = |now: &SessionRow| Busy {
        day: now.day,
        starts: now.starts,
        minutes: now.length(),
        room: if now.room_id == class.room_id {
            draft.room_id
        } else {
            now.room_id
        },
        teacher: if now.teacher_id == class.teacher_id {
            draft.teacher_id
        } else {
            now.teacher_id
        },
        org: class.org_id,
        what: class.name.clone(),
    };
    let plan: Vec<Busy> = rows.iter().filter(open).map(follow).collect();
    sessions::actions::lock(tx, &plan).await?;
    let found = sessions::actions::clashes_of(tx, &plan, Some(class.id), None).await?;
    if !found.is_empty() {
        return Err(sessions::actions::refused_by(&found));
    }
    let rooms = (class.room_id, draft.room_id);
    let teachers = (class.teacher_id, draft.teacher_id);
    sessions::store::follow_class(tx, class.id, ctx.today(), rooms, teachers).await?;
    Ok(())
}
