//! Looking at demand, and at what would serve it.

use super::load::{Means, means};
use super::model::{Proposal, SMALL, propose};
use super::store::{self, OpeningRow, WaitRow};
use db::Scope;
use kernel::chinese_date::{date_text, day_text};
use kernel::{OrgId, PersonId, Time};
use orgs::tree::{self, OrgBrief};
use orgs::{OrgKind, RoomId};
use platform::{AppError, AppResult, Ctx, Permission, Waiting};
use std::collections::{BTreeMap, HashMap, HashSet};
use teaching::{ClassId, CourseId, TermId, classes, planning};

/// People who wait for a course at the schools of a street.
#[derive(Debug, Clone)]
pub struct Group {
    /// The street.
    pub street: OrgId,
    /// Its name.
    pub street_name: String,
    /// The course.
    pub course: CourseId,
    /// Its name.
    pub course_name: String,
    /// How many people wait; `None` when so few that they are not told to this actor.
    pub people: Option<i64>,
    /// How many classes they wait for.
    pub classes: i64,
    /// Least learners of such a class.
    pub minimum: i64,
    /// Whether enough wait for a further class.
    pub enough: bool,
}

/// The demand of a term.
#[derive(Debug)]
pub struct Demand {
    /// The term.
    pub term: Option<TermId>,
    /// Terms in which somebody waits.
    pub terms: Vec<(TermId, String)>,
    /// By street and course, where most wait first.
    pub groups: Vec<Group>,
    /// Classes opened for those who wait, with their names.
    pub opened: Vec<(OpeningRow, String)>,
    /// Whether the actor may see proposals and open classes.
    pub may_open: bool,
}

/// Who waits, by course, and by street of the school.
///
/// # Errors
/// Forbidden without `EnrollmentRead`.
pub async fn list(ctx: &Ctx, term: Option<TermId>) -> AppResult<Demand> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let rows = store::waiting_within(ctx.db(), &scope, None, ctx.today()).await?;
    let mut counts: BTreeMap<TermId, usize> = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.term_id).or_default() += 1;
    }
    let most = counts
        .iter()
        .max_by_key(|(_, count)| **count)
        .map(|(term, _)| *term);
    let term = term.or(most);
    let ids: Vec<TermId> = counts.keys().copied().collect();
    let names = planning::term_names(ctx.db(), &ids).await?;
    let rows: Vec<WaitRow> = rows.into_iter().filter(|row| Some(row.term_id) == term).collect();
    let mut opened = Vec::new();
    if let Some(term) = term {
        for row in store::openings_within(ctx.db(), &scope, term).await? {
            match classes::find(ctx.db(), row.class_id).await {
                Ok(class) => opened.push((row, class.name)),
                // It is being made just now.
                Err(AppError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
    }
    Ok(Demand {
        term,
        terms: names.into_iter().collect(),
        groups: groups(ctx, &rows).await?,
        opened,
        may_open: ctx.can(Permission::ClassPublish),
    })
}

async fn groups(ctx: &Ctx, rows: &[WaitRow]) -> AppResult<Vec<Group>> {
    let streets = streets(ctx, rows).await?;
    let mut courses: Vec<CourseId> = rows.iter().map(|row| row.course_id).collect();
    courses.sort_unstable();
    courses.dedup();
    let names = planning::course_names(ctx.db(), &courses).await?;
    let mut of: BTreeMap<(OrgId, CourseId), Vec<&WaitRow>> = BTreeMap::new();
    for row in rows {
        if let Some(street) = streets.get(&row.org_id) {
            of.entry((street.id, row.course_id)).or_default().push(row);
        }
    }
    let by_id: HashMap<OrgId, &OrgBrief> = streets.values().map(|street| (street.id, street)).collect();
    // Who works at the counter knows these people; others are told no small numbers.
    let all = ctx.can(Permission::EnrollmentAct);
    let mut groups = Vec::with_capacity(of.len());
    for ((street, course), rows) in of {
        let people: HashSet<PersonId> = rows.iter().map(|row| row.person_id).collect();
        let at: HashSet<ClassId> = rows.iter().map(|row| row.class_id).collect();
        let minimum = rows.iter().map(|row| row.minimum).min().unwrap_or(1);
        groups.push(Group {
            street,
            street_name: by_id
                .get(&street)
                .map(|street| street.name.clone())
                .unwrap_or_default(),
            course,
            course_name: names.get(&course).cloned().unwrap_or_default(),
            people: (all || people.len() >= SMALL).then_some(people.len() as i64),
            classes: at.len() as i64,
            minimum,
            enough: people.len() as i64 >= minimum,
        });
    }
    groups.sort_by_key(|group| (!group.enough, std::cmp::Reverse(group.people), group.course));
    Ok(groups)
}

/// The street in which each school lies; the school's own district where it lies in no street.
async fn streets(ctx: &Ctx, rows: &[WaitRow]) -> AppResult<HashMap<OrgId, OrgBrief>> {
    let mut ids: Vec<OrgId> = rows.iter().map(|row| row.org_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let orgs = tree::find_many(ctx.db(), &ids).await?;
    let above: HashSet<OrgId> = orgs.iter().flat_map(|org| tree::ids_of(&org.path)).collect();
    let above: Vec<OrgId> = above.into_iter().collect();
    let areas: HashMap<OrgId, OrgBrief> = tree::find_many(ctx.db(), &above)
        .await?
        .into_iter()
        .map(|org| (org.id, org))
        .collect();
    let mut streets = HashMap::new();
    for org in orgs {
        let line: Vec<OrgId> = tree::ids_of(&org.path).collect();
        let of = |kind| {
            line.iter()
                .rev()
                .filter_map(|id| areas.get(id))
                .find(move |area| area.kind == kind)
        };
        if let Some(street) = of(OrgKind::Street).or_else(|| of(OrgKind::District)) {
            streets.insert(org.id, street.clone());
        }
    }
    Ok(streets)
}

/// A class that could be opened, in words.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The figures.
    pub found: Proposal,
    /// The org that would give it.
    pub org: OrgId,
    /// Its name.
    pub org_name: String,
    /// The room.
    pub room: RoomId,
    /// Its name.
    pub room_name: String,
    /// The teacher.
    pub teacher: PersonId,
    /// Their name.
    pub teacher_name: String,
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i64,
    /// When it starts.
    pub starts: Time,
    /// Minutes of a session.
    pub minutes: i64,
    /// How many sessions.
    pub sessions: i64,
    /// Days of the first and last session, in words.
    pub days: (String, String),
    /// Why this one.
    pub reasons: Vec<String>,
}

/// What would serve a group.
#[derive(Debug)]
pub struct Proposals {
    /// The street.
    pub street: OrgBrief,
    /// Name of the course.
    pub course_name: String,
    /// How many wait.
    pub waiting: i64,
    /// Least learners of such a class.
    pub minimum: i64,
    /// What was looked at: hours, rooms, teachers.
    pub looked: (usize, usize, usize),
    /// The proposals, the best first.
    pub offers: Vec<Offer>,
    pub(super) means: Means,
    pub(super) rows: Vec<WaitRow>,
    pub(super) scope: Scope,
}

/// Up to three classes that would serve those who wait for a course at the schools of a street.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `ClassPublish`, or when nobody waits.
pub async fn proposals(ctx: &Ctx, term: TermId, street: OrgId, course: CourseId) -> AppResult<Proposals> {
    let scope = ctx.may(Permission::ClassPublish)?;
    let street = tree::find(ctx.db(), street).await?;
    let rows = store::waiting_within(ctx.db(), &scope, Some(term), ctx.today()).await?;
    let known = streets(ctx, &rows).await?;
    let at = |row: &WaitRow| known.get(&row.org_id).is_some_and(|area| area.id == street.id);
    let mut rows: Vec<WaitRow> = rows
        .into_iter()
        .filter(|row| row.course_id == course && at(row))
        .collect();
    // Who waits for two classes of the course is asked once, for the longer wait.
    let mut people = HashSet::new();
    rows.retain(|row| people.insert(row.person_id));
    let Some(means) = means(ctx, &scope, &street, course, &rows).await? else {
        return Err(AppError::NotFound);
    };
    let found = propose(
        &means.frame,
        &means.waiters,
        &means.hours,
        &means.rooms,
        &means.teachers,
    );
    Ok(Proposals {
        street,
        course_name: means.course_name.clone(),
        waiting: rows.len() as i64,
        minimum: means.frame.minimum,
        looked: (means.hours.len(), means.rooms.len(), means.teachers.len()),
        offers: found.iter().filter_map(|one| offer(&means, one)).collect(),
        means,
        rows,
        scope,
    })
}

fn offer(means: &Means, found: &Proposal) -> Option<Offer> {
    let hour = means.hours.get(found.hour)?;
    let room = means.rooms.get(found.room)?;
    let teacher = means.teachers.get(found.teacher)?;
    let (first, last) = (hour.slots.first()?.day, hour.slots.last()?.day);
    Some(Offer {
        found: *found,
        org: room.org,
        org_name: means.orgs.get(&room.org).cloned().unwrap_or_default(),
        room: room.id,
        room_name: means.room_names.get(&room.id).cloned().unwrap_or_default(),
        teacher: teacher.id,
        teacher_name: means.teacher_names.get(&teacher.id).cloned().unwrap_or_default(),
        weekday: hour.weekday,
        starts: hour.starts,
        minutes: means.minutes,
        sessions: means.sessions,
        days: (day_text(first), date_text(last)),
        reasons: reasons(means, found, room.seats, room.step_free),
    })
}

/// Why a proposal is made, in plain words.
fn reasons(means: &Means, found: &Proposal, seats: i64, step_free: bool) -> Vec<String> {
    let mut all = vec![
        format!("教室 {seats} 个座位，{} 次课都空着，避开了节假日", means.sessions),
        "教师教过这门课，这些时间都没有别的课".to_owned(),
    ];
    all.push(if step_free {
        "教室没有台阶，轮椅能到".to_owned()
    } else {
        "教室要上台阶".to_owned()
    });
    if let Some(walk) = found.walk {
        all.push(format!(
            "登记了住处的人，走路大约 {walk} 分钟（排在中间的那一位）"
        ));
    }
    for (people, why) in [
        (found.clash, "和自己别的班时间冲突"),
        (found.full, "这学期的班已报满"),
        (found.age, "年龄不合适"),
    ] {
        if people > 0 {
            all.push(format!("{people} 人{why}，候补位置不变"));
        }
    }
    all
}

/// Groups with enough people for a further class, of the actor's scope.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::ClassPublish);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let rows = store::waiting_within(ctx.db(), &scope, None, ctx.today()).await?;
    let groups = groups(ctx, &rows).await?;
    let enough = groups.iter().filter(|group| group.enough).count();
    if enough == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![Waiting {
        title: "候补的人够开新班".to_owned(),
        detail: format!("{enough} 门课排候补的人数到了开班人数，看看能不能加开。"),
        href: "/desk/demand".to_owned(),
        due: None,
        count: enough.try_into().unwrap_or(1),
    }])
}
