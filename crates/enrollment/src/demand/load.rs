//! Reading what the rule looks at: who waits, and what a class could be planned with.

use super::model::{Frame, Hour, Met, Room, Suits, Teacher, Waiter, suits};
use super::store::WaitRow;
use crate::merging::store::held;
use crate::rules::Rule;
use db::{Db, Scope};
use kernel::{Date, OrgId, PersonId, Point, Time};
use orgs::rooms::Facility;
use orgs::tree::{self, OrgBrief};
use platform::{AppResult, Ctx};
use std::collections::{BTreeSet, HashMap};
use teaching::classes::model::Pattern;
use teaching::classes::{self, ClassRow};
use teaching::seats::{self, Facts, Slot};
use teaching::sessions::clash::Busy;
use teaching::terms::{self, TermRow};
use teaching::{ClassId, CourseId, planning};

/// Institutions of a street, rooms, teachers and times that are looked at: work stays bounded.
const MOST_ORGS: usize = 8;
const MOST_ROOMS: usize = 60;
const MOST_TEACHERS: usize = 60;
const MOST_STARTS: usize = 8;

/// Where no class was ever given: when schools with daytime hours begin (8:30–16:30, as they publish them).
const USUAL: [(i64, Time); 10] = {
    let (morning, afternoon) = (Time::constant(9, 0, 0, 0), Time::constant(13, 30, 0, 0));
    [
        (1, morning),
        (1, afternoon),
        (2, morning),
        (2, afternoon),
        (3, morning),
        (3, afternoon),
        (4, morning),
        (4, afternoon),
        (5, morning),
        (5, afternoon),
    ]
};

/// All that a proposal is made from.
#[derive(Debug)]
pub(super) struct Means {
    /// The class whose facts the new one takes: where most wait.
    pub(super) like: ClassRow,
    pub(super) course_name: String,
    pub(super) sessions: i64,
    pub(super) minutes: i64,
    pub(super) rule: Rule,
    pub(super) frame: Frame,
    pub(super) waiters: Vec<Waiter>,
    pub(super) hours: Vec<Hour>,
    pub(super) rooms: Vec<Room>,
    pub(super) teachers: Vec<Teacher>,
    /// Names for the page.
    pub(super) orgs: HashMap<OrgId, String>,
    pub(super) room_names: HashMap<orgs::RoomId, String>,
    pub(super) teacher_names: HashMap<PersonId, String>,
}

/// Reads what a further class of a course could be made from, for people who wait, below a street.
pub(super) async fn means(
    ctx: &Ctx,
    scope: &Scope,
    street: &OrgBrief,
    course: CourseId,
    rows: &[WaitRow],
) -> AppResult<Option<Means>> {
    let db = ctx.db();
    let Some(like) = like(db, rows).await? else {
        return Ok(None);
    };
    let term = terms::find(db, like.term_id).await?;
    let rule = crate::rules::of_org(db, like.org_id).await?;
    let rule = rule.map(|(_, rule)| rule).unwrap_or_default();
    let (course_name, sessions, minutes) = planning::syllabus(db, scope, course).await?;
    let mut orgs = tree::open_within(db, scope, |kind| !kind.is_area()).await?;
    orgs.retain(|org| org.path.starts_with(&street.path));
    // The school where most wait first.
    orgs.sort_by_key(|org| org.id != like.org_id);
    orgs.truncate(MOST_ORGS);
    let ids: Vec<OrgId> = orgs.iter().map(|org| org.id).collect();
    let used = planning::hours(db, &ids).await?;
    let hours = hours(&used, &term, (sessions, minutes), first_day(ctx, &term, &rule));
    let (mut rooms, room_names) = rooms(db, &orgs, course).await?;
    let (mut teachers, teacher_names) = teachers(ctx, scope, &orgs, course).await?;
    fill_busy(db, &hours, &mut rooms, &mut teachers).await?;
    Ok(Some(Means {
        waiters: waiters(db, rows, &like).await?,
        frame: Frame {
            minimum: like.minimum,
            most: like.capacity,
            room_percent: rule.room_percent,
            age_min: like.age_min,
            age_max: like.age_max,
        },
        orgs: orgs.into_iter().map(|org| (org.id, org.name)).collect(),
        like,
        course_name,
        sessions,
        minutes,
        rule,
        hours,
        rooms,
        teachers,
        room_names,
        teacher_names,
    }))
}

/// The class in which most of these wait.
async fn like(db: &Db, rows: &[WaitRow]) -> AppResult<Option<ClassRow>> {
    let mut counts: HashMap<ClassId, usize> = HashMap::new();
    for row in rows {
        *counts.entry(row.class_id).or_default() += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(class, count)| (*count, std::cmp::Reverse(*class)));
    match most {
        Some((class, _)) => Ok(Some(classes::find(db, class).await?)),
        None => Ok(None),
    }
}

/// The first day on which a session may be: in the term, and late enough to tell people.
fn first_day(ctx: &Ctx, term: &TermRow, rule: &Rule) -> Date {
    let ahead = std::time::Duration::from_secs(rule.lead_days.unsigned_abs() * 86_400);
    let ready = ctx.today().checked_add(ahead).unwrap_or(ctx.today());
    ready.max(term.starts_on)
}

/// The hours of the week at which a whole course still fits into the term.
pub(super) fn hours(
    used: &[(i64, Time)],
    term: &TermRow,
    (sessions, minutes): (i64, i64),
    from: Date,
) -> Vec<Hour> {
    let used = if used.is_empty() { &USUAL } else { used };
    let days: BTreeSet<i64> = used.iter().map(|(weekday, _)| *weekday).collect();
    let mut starts: Vec<Time> = used.iter().map(|(_, starts)| *starts).collect();
    starts.sort_unstable();
    starts.dedup();
    starts.truncate(MOST_STARTS);
    let each = days
        .iter()
        .flat_map(|weekday| starts.iter().map(move |starts| (*weekday, *starts)));
    let hour = |(weekday, starts): (i64, Time)| {
        let pattern = Pattern {
            weekday,
            starts,
            minutes,
            from,
            count: sessions,
        };
        pattern.check().ok()?;
        let planned = pattern.sessions().sessions;
        let last = planned.last()?.date;
        let slots: Vec<Slot> = planned
            .iter()
            .map(|one| slot(one.date, one.start, one.minutes))
            .collect();
        let day_long = slots.iter().all(|slot| slot.to <= 24 * 60);
        (last <= term.ends_on && day_long && slots.len() as i64 == sessions).then_some(Hour {
            weekday,
            starts,
            from,
            slots,
        })
    };
    each.filter_map(hour).collect()
}

fn slot(day: Date, starts: Time, minutes: u16) -> Slot {
    let from = i32::from(starts.hour()) * 60 + i32::from(starts.minute());
    Slot {
        day,
        from,
        to: from + i32::from(minutes),
    }
}

type Rooms = (Vec<Room>, HashMap<orgs::RoomId, String>);

async fn rooms(db: &Db, orgs: &[OrgBrief], course: CourseId) -> AppResult<Rooms> {
    let ids: Vec<OrgId> = orgs.iter().map(|org| org.id).collect();
    let places: HashMap<OrgId, Point> = orgs::facts::points(db, &ids).await?.into_iter().collect();
    let met: HashMap<orgs::RoomId, bool> = planning::rooms_met(db, &ids, course).await?.into_iter().collect();
    let (mut rooms, mut names, mut held) = (Vec::new(), HashMap::new(), Vec::new());
    for org in orgs {
        for room in orgs::rooms::of_org(db, org.id).await? {
            if !room.active || rooms.len() >= MOST_ROOMS {
                continue;
            }
            let met = match met.get(&room.id) {
                Some(true) => Met::Course,
                Some(false) => Met::Category,
                None => Met::Never,
            };
            held.push((met, Facility::stored(&room.facilities).collect()));
            names.insert(room.id, room.name);
            rooms.push(Room {
                id: room.id,
                org: org.id,
                seats: room.seats,
                step_free: room.step_free,
                suits: Suits::Plain,
                place: places.get(&org.id).copied(),
                busy: Vec::new(),
            });
        }
    }
    for (room, suits) in rooms.iter_mut().zip(suits(&held)) {
        room.suits = suits;
    }
    Ok((rooms, names))
}

type Teachers = (Vec<Teacher>, HashMap<PersonId, String>);

async fn teachers(ctx: &Ctx, scope: &Scope, orgs: &[OrgBrief], course: CourseId) -> AppResult<Teachers> {
    let (mut all, mut names): (Vec<Teacher>, HashMap<PersonId, String>) = (Vec::new(), HashMap::new());
    for org in orgs {
        for (id, name) in planning::teachers(ctx.db(), scope, org, course, ctx.today()).await? {
            names.insert(id, name);
            if let Some(known) = all.iter_mut().find(|known| known.id == id) {
                known.orgs.push(org.id);
            } else if all.len() < MOST_TEACHERS {
                all.push(Teacher {
                    id,
                    orgs: vec![org.id],
                    busy: Vec::new(),
                });
            }
        }
    }
    Ok((all, names))
}

async fn fill_busy(db: &Db, hours: &[Hour], rooms: &mut [Room], teachers: &mut [Teacher]) -> AppResult<()> {
    let days = || {
        hours
            .iter()
            .flat_map(|hour| hour.slots.iter().map(|slot| slot.day))
    };
    let (Some(from), Some(to)) = (days().min(), days().max()) else {
        return Ok(());
    };
    let of_rooms = rooms.iter().map(|room| room.id).collect();
    let of_teachers = teachers.iter().map(|teacher| teacher.id).collect();
    for busy in planning::busy(db, of_rooms, of_teachers, (from, to)).await? {
        let Busy {
            room, teacher, org, ..
        } = busy;
        let taken = slot(busy.day, busy.starts, busy.minutes);
        if let Some(room) = rooms.iter_mut().find(|known| Some(known.id) == room) {
            room.busy.push(taken);
        }
        if let Some(teacher) = teachers.iter_mut().find(|known| Some(known.id) == teacher) {
            teacher.busy.push((taken, org));
        }
    }
    rooms.iter_mut().for_each(|room| room.busy.sort_unstable());
    Ok(())
}

/// Those who wait, with age, home, and their own classes.
async fn waiters(db: &Db, rows: &[WaitRow], like: &ClassRow) -> AppResult<Vec<Waiter>> {
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let births: HashMap<PersonId, Option<Date>> =
        people::births::of(db, &people).await?.into_iter().collect();
    let homes: HashMap<PersonId, OrgId> = people::homes::of(db, &people).await?.into_iter().collect();
    let mut areas: Vec<OrgId> = homes.values().copied().collect();
    areas.sort_unstable();
    areas.dedup();
    let points: HashMap<OrgId, Point> = orgs::facts::points(db, &areas).await?.into_iter().collect();
    // Of no class is left out: everything they hold counts.
    let held = held(db, &people, ClassId::from_raw(0)).await?;
    let mut ids: Vec<ClassId> = held.iter().map(|(_, class)| *class).collect();
    ids.sort_unstable();
    ids.dedup();
    let facts: HashMap<ClassId, Facts> = seats::facts(db, &ids)
        .await?
        .into_iter()
        .map(|facts| (facts.id, facts))
        .collect();
    let now = seats::now(db, &[like.id]).await?;
    let limit = now.first().map_or(0, |row| row.class_limit);
    let waiter = |row: &WaitRow| {
        let own = || {
            let of = held.iter().filter(|(person, _)| *person == row.person_id);
            of.filter_map(|(_, class)| facts.get(class))
        };
        let mut busy: Vec<Slot> = own().flat_map(|facts| facts.slots.iter().copied()).collect();
        busy.sort_unstable();
        Waiter {
            birth: births.get(&row.person_id).copied().flatten(),
            home: homes
                .get(&row.person_id)
                .and_then(|area| points.get(area))
                .copied(),
            may_hold: (own().filter(|facts| facts.term == like.term_id).count() as i64) < limit,
            busy,
        }
    };
    Ok(rows.iter().map(waiter).collect())
}
