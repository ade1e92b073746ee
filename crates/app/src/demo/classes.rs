//! The classes of three terms: rooms and teachers are given out by cells of the week, so that none clash.

use super::Days;
use super::courses::{Course, Library};
use super::draw::{Draw, moment, plus};
use super::load::Load;
use super::orgs::{Institution, Institutions, Kind};
use super::people::People;
use super::regions::{HOME_STREET, Regions};
use kernel::{Calendar, Date, HolidayRule, Id, Instant, PersonId, Slot, Time, Until, Weekday, WeeklyPattern};
use platform::AppResult;
use std::collections::BTreeMap;
use std::sync::Arc;
use teaching::classes::model::{ClassDraft, Pattern};
use teaching::classes::{self, ClassStatus, Level, Mode, NewClass, Risk, Standing};
use teaching::sessions::{self, SessionRow, SessionStatus};

/// Meeting times of a day. A meeting of 120 minutes fits from the second on; none runs into the next.
const TIMES: [(i8, i8); 5] = [(8, 30), (10, 15), (13, 0), (15, 10), (18, 30)];
/// Weekdays by how often they are used, Monday first.
const WEEKDAYS: [u32; 7] = [18, 37, 56, 75, 90, 97, 100];
/// Times of day by how often they are used.
const TIMES_USED: [u32; 5] = [28, 52, 78, 94, 100];
/// Tries at finding a free cell before a class is given up.
const TRIES: usize = 40;
/// Courses of the first classes of the school where the demo's staff work; all in its first room, for calligraphy.
const STARS: [&str; 3] = ["楷书入门", "硬笔书法", "国画花鸟入门"];
/// Classes of that school that are over and wait for its clerk to complete them.
const LEFT_OPEN: usize = 2;

/// A meeting in the week, as one bit: learners, rooms and teachers keep a mask of these.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    weekday: usize,
    time: usize,
}

impl Cell {
    pub(super) const fn bit(self) -> u64 {
        1 << (self.weekday * TIMES.len() + self.time)
    }

    /// Whether one cannot get from a lesson here to one there, or back: between neighbours of a half-day there is
    /// less than half an hour.
    const fn leaves_no_way_to(self, other: Self) -> bool {
        let (first, second) = if self.time < other.time {
            (self.time, other.time)
        } else {
            (other.time, self.time)
        };
        self.weekday == other.weekday && matches!((first, second), (0, 1) | (2, 3))
    }

    fn start(self) -> Time {
        let (hour, minute) = TIMES.get(self.time).copied().unwrap_or((8, 30));
        Time::constant(hour, minute, 0, 0)
    }

    fn weekday(self) -> Weekday {
        Weekday::from_monday_zero_offset(self.weekday as i8).unwrap_or(Weekday::Monday)
    }
}

pub(super) struct Class {
    pub(super) id: i64,
    pub(super) org: usize,
    pub(super) course: usize,
    pub(super) season: usize,
    pub(super) name: String,
    room: Option<usize>,
    pub(super) teacher: usize,
    pub(super) capacity: i64,
    pub(super) fee_fen: i64,
    pub(super) age_min: Option<i64>,
    pub(super) age_max: Option<i64>,
    pub(super) strenuous: bool,
    pub(super) cell: Cell,
    pub(super) minutes: u16,
    pub(super) days: Arc<[Date]>,
    pub(super) sessions: Vec<i64>,
    pub(super) status: ClassStatus,
    pub(super) opens: Instant,
    pub(super) closes: Instant,
    /// One of the first classes of the school where the demo's staff work: their order.
    pub(super) star: Option<usize>,
    /// Whether its seats are given by the draw that is open.
    pub(super) drawn: bool,
    pub(super) enrolled: i64,
    pub(super) waitlisted: i64,
}

impl Class {
    pub(super) fn starts_on(&self) -> Date {
        self.days.first().copied().unwrap_or_default()
    }

    pub(super) fn ends_on(&self) -> Date {
        self.days.last().copied().unwrap_or_default()
    }

    /// Sessions that were held before this day.
    pub(super) fn held(&self, today: Date) -> usize {
        self.days.partition_point(|day| *day < today)
    }

    pub(super) fn start(&self) -> Time {
        self.cell.start()
    }
}

struct Planner<'a> {
    draw: Draw,
    orgs: &'a Institutions,
    people: &'a People,
    library: &'a Library,
    courses: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    calendar: &'static Calendar,
    today: Date,
    /// Days of a pattern: from, weekday, count.
    patterns: BTreeMap<(Date, usize, u16), Arc<[Date]>>,
    rooms: BTreeMap<usize, u64>,
    teachers: BTreeMap<usize, u64>,
    /// Where each teacher is in the week.
    taught: BTreeMap<usize, Vec<(Cell, i64)>>,
    turns: BTreeMap<usize, usize>,
    numbers: BTreeMap<(usize, usize), usize>,
}

/// A class's course, room and cell of the week.
struct Choice {
    course: usize,
    room: usize,
    cell: Cell,
    teacher: usize,
}

/// Decides the classes of all three terms.
pub(super) fn plan(
    regions: &Regions,
    orgs: &Institutions,
    people: &People,
    library: &Library,
    days: &Days,
) -> Vec<Class> {
    let mut planner = Planner {
        draw: Draw::new("classes"),
        orgs,
        people,
        library,
        courses: library.by_category(),
        calendar: teaching::holidays::calendar(),
        today: days.today,
        patterns: BTreeMap::new(),
        rooms: BTreeMap::new(),
        teachers: BTreeMap::new(),
        taught: BTreeMap::new(),
        turns: BTreeMap::new(),
        numbers: BTreeMap::new(),
    };
    let home = home_school(regions, orgs);
    let mut classes = Vec::new();
    for season in 0..days.seasons.len() {
        planner.rooms.clear();
        planner.teachers.clear();
        planner.taught.clear();
        planner.numbers.clear();
        for (at, org) in orgs.all.iter().enumerate() {
            for number in 0..org.classes {
                let star = (Some(at) == home && number < STARS.len()).then_some(number);
                classes.extend(planner.class((at, org), season, star, days));
            }
        }
    }
    leave_open(&mut classes, home);
    give_ids(&mut classes, days);
    classes
}

/// The school where the demo's staff work.
pub(super) fn home_school(regions: &Regions, orgs: &Institutions) -> Option<usize> {
    let (street, _) = regions.of_code(HOME_STREET)?;
    orgs.in_street(street, Kind::School).map(|(at, _)| at)
}

/// The classes that ended last are not completed yet.
fn leave_open(classes: &mut [Class], home: Option<usize>) {
    let mut over: Vec<&mut Class> = classes
        .iter_mut()
        .filter(|class| {
            Some(class.org) == home && class.star.is_none() && class.status == ClassStatus::Closed
        })
        .collect();
    over.sort_by_key(|class| std::cmp::Reverse((class.ends_on(), class.name.clone())));
    over.into_iter()
        .take(LEFT_OPEN)
        .for_each(|class| class.status = ClassStatus::Running);
}

fn give_ids(classes: &mut [Class], days: &Days) {
    let draw = Draw::new("class ids");
    for (season, plan) in days.seasons.iter().enumerate() {
        let of_season = || classes.iter().filter(|class| class.season == season);
        let sessions = of_season().map(|class| class.days.len()).sum();
        let mut ids = draw.ids(plan.opened_on, of_season().count());
        let mut session_ids = draw.ids(plan.opened_on, sessions);
        for class in classes.iter_mut().filter(|class| class.season == season) {
            class.id = ids.take();
            class.sessions = (0..class.days.len()).map(|_| session_ids.take()).collect();
        }
    }
}

impl Planner<'_> {
    fn class(
        &mut self,
        (at, org): (usize, &Institution),
        season: usize,
        star: Option<usize>,
        days: &Days,
    ) -> Option<Class> {
        let on_today = star == Some(0) && season == 1;
        let choice = match star {
            Some(star) => self.choose_star(org, star, on_today)?,
            None => self.choose(org)?,
        };
        let course = self.library.courses.get(choice.course)?;
        let plan = days.seasons.get(season)?;
        *self.rooms.entry(choice.room).or_default() |= choice.cell.bit();
        *self.teachers.entry(choice.teacher).or_default() |= choice.cell.bit();
        self.taught
            .entry(choice.teacher)
            .or_default()
            .push((choice.cell, org.id));
        let number = self.numbers.entry((at, choice.course)).or_default();
        *number += 1;
        let number = *number;
        let offset = self.first_week(org, course, star);
        let mut meetings = self.pattern(plus(plan.starts_on, 7 * offset), choice.cell, course.weeks);
        if on_today {
            meetings = with_day(&meetings, self.today);
        }
        let online = course.mode == "online";
        let most = self.most_seats(org, (!online).then_some(choice.room));
        let status = self.status(season, star, &meetings);
        let late = season == 2 && star.is_none() && self.draw.chance(10);
        let first = meetings.first().copied()?;
        Some(Class {
            id: 0,
            org: at,
            course: choice.course,
            season,
            name: class_name(course, number),
            room: (!online).then_some(choice.room),
            teacher: choice.teacher,
            capacity: self.draw.between(most * 4 / 5, most),
            fee_fen: self.fee(org, course),
            age_min: (org.kind == Kind::University).then_some(45),
            age_max: course.strenuous.then_some(75),
            strenuous: course.strenuous,
            cell: choice.cell,
            minutes: course.minutes,
            days: meetings,
            sessions: Vec::new(),
            status,
            opens: if late {
                moment(plus(days.today, 9), 9, 0)
            } else {
                plan.opens
            },
            // A short course that begins in the middle of a term can be entered until it begins.
            closes: plan.closes.max(moment(plus(first, -1), 17, 0)),
            star,
            drawn: false,
            enrolled: 0,
            waitlisted: 0,
        })
    }

    /// Seats that a class may have: those of its room, or a lesson on line's.
    fn most_seats(&self, org: &Institution, room: Option<usize>) -> i64 {
        let Some(room) = room else { return 60 };
        let seats = self.orgs.rooms.get(room).map_or(20, |room| room.seats);
        seats.min(org.kind.class_seats())
    }

    /// Weeks after the term's first in which a class begins: at a site, where courses are short, whenever it still ends
    /// in the term.
    fn first_week(&self, org: &Institution, course: &Course, star: Option<usize>) -> i64 {
        let latest = match org.kind {
            Kind::Site => 16_i64.saturating_sub(course.weeks.into()).max(1),
            _ => 1,
        };
        match star {
            Some(_) => 0,
            None => self.draw.between(0, latest),
        }
    }

    fn status(&self, season: usize, star: Option<usize>, meetings: &[Date]) -> ClassStatus {
        let (first, last) = (meetings.first(), meetings.last());
        if star.is_none() && season == 2 && self.draw.chance(5) {
            ClassStatus::Planned
        } else if star.is_none() && season < 2 && self.draw.below(120) == 0 {
            ClassStatus::Cancelled
        } else if last.is_some_and(|last| *last < self.today) {
            ClassStatus::Closed
        } else if first.is_some_and(|first| *first <= self.today) {
            ClassStatus::Running
        } else {
            ClassStatus::Published
        }
    }

    fn fee(&self, org: &Institution, course: &Course) -> i64 {
        let (low, high) = course.fee;
        match org.kind {
            Kind::Site => 0,
            // Whole tens of yuan.
            _ => self.draw.between(low, high) / 1_000 * 1_000,
        }
    }

    fn pattern(&mut self, from: Date, cell: Cell, count: u16) -> Arc<[Date]> {
        let calendar = self.calendar;
        let days = self
            .patterns
            .entry((from, cell.weekday, count))
            .or_insert_with(|| {
                let pattern = WeeklyPattern {
                    slots: vec![Slot {
                        weekday: cell.weekday(),
                        start: cell.start(),
                        minutes: 60,
                    }],
                    from,
                    until: Until::Count(count),
                };
                let planned = pattern.sessions(calendar, HolidayRule::SkipBoth);
                planned.sessions.iter().map(|session| session.date).collect()
            });
        Arc::clone(days)
    }

    /// One of the first classes of the demo's school; that of the demo's teacher meets today.
    fn choose_star(&mut self, org: &Institution, star: usize, on_today: bool) -> Option<Choice> {
        let name = STARS.get(star)?;
        let mut courses = self.library.courses.iter();
        let course = courses.position(|course| course.district == org.district && course.name == *name)?;
        let room = org.rooms.clone().next()?;
        for _ in 0..TRIES {
            let cell = if on_today {
                self.cell_today()
            } else {
                self.cell(org.kind, 90)
            };
            if self.rooms.get(&room).copied().unwrap_or(0) & cell.bit() != 0 {
                continue;
            }
            let teacher = if on_today {
                self.people.teachers.get(&org.run_by)?.first().copied()
            } else {
                self.free_teacher(org, cell)
            };
            return teacher.map(|teacher| Choice {
                course,
                room,
                cell,
                teacher,
            });
        }
        None
    }

    /// A course that fits a room of the institution, with a cell in which room and teacher are free.
    fn choose(&mut self, org: &Institution) -> Option<Choice> {
        let rooms: Vec<usize> = org.rooms.clone().collect();
        for number in 0..TRIES {
            let room = *self.draw.pick(&rooms)?;
            let categories = &self.orgs.rooms.get(room)?.categories;
            let category = self.draw.pick(categories)?;
            let list = self.courses.get(&(org.district, category.as_str()))?;
            let course_at = *self.draw.pick(list)?;
            let course = self.library.courses.get(course_at)?;
            let at_site_too_long = org.kind == Kind::Site && (course.weeks > 12 || course.mode == "online");
            if at_site_too_long && number + 8 < TRIES {
                continue;
            }
            let cell = self.cell(org.kind, course.minutes);
            let taken = self.rooms.get(&room).copied().unwrap_or(0);
            if taken & cell.bit() != 0 {
                continue;
            }
            if let Some(teacher) = self.free_teacher(org, cell) {
                return Some(Choice {
                    course: course_at,
                    room,
                    cell,
                    teacher,
                });
            }
        }
        None
    }

    fn cell_today(&self) -> Cell {
        Cell {
            weekday: self.today.weekday().to_monday_zero_offset() as usize,
            time: 1,
        }
    }

    fn cell(&self, kind: Kind, minutes: u16) -> Cell {
        let weekday = self.draw.weighted(&WEEKDAYS);
        let time = self.draw.weighted(&TIMES_USED);
        Cell {
            // Neighbourhood points keep office hours.
            weekday: if kind == Kind::Site { weekday % 5 } else { weekday },
            time: match (kind, time) {
                (Kind::Site, 4) => 2,
                (_, 0) if minutes > 90 => 1,
                _ => time,
            },
        }
    }

    fn free_teacher(&mut self, org: &Institution, cell: Cell) -> Option<usize> {
        let pool = self.people.teachers.get(&org.run_by)?;
        let turn = self.turns.entry(org.run_by).or_default();
        for _ in 0..pool.len() {
            *turn = (*turn + 1) % pool.len();
            let teacher = pool.get(*turn).copied()?;
            let free = self.teachers.get(&teacher).copied().unwrap_or(0) & cell.bit() == 0;
            let elsewhere = self.taught.get(&teacher).is_some_and(|taught| {
                taught
                    .iter()
                    .any(|(other, place)| *place != org.id && cell.leaves_no_way_to(*other))
            });
            if free && !elsewhere {
                return Some(teacher);
            }
        }
        None
    }
}

/// The meetings with this day among them: where it is none of them, as on a holiday, the nearest is held on it.
fn with_day(meetings: &[Date], day: Date) -> Arc<[Date]> {
    let mut days = meetings.to_vec();
    let away = |other: &&mut Date| (**other - day).get_days().abs();
    if let Some(nearest) = days.iter_mut().min_by_key(away) {
        *nearest = day;
    }
    days.into()
}

fn class_name(course: &Course, number: usize) -> String {
    match number {
        1 => course.name.clone(),
        _ => format!("{}（{number} 班）", course.name),
    }
}

/// What the rows of a class point to.
pub(super) struct Links<'a> {
    pub(super) orgs: &'a Institutions,
    pub(super) people: &'a People,
    pub(super) library: &'a Library,
    pub(super) days: &'a Days,
}

/// Writes classes and their sessions.
pub(super) async fn write(load: &Load<'_>, links: &Links<'_>, classes: &[Class]) -> AppResult<()> {
    let rows = classes.iter().filter_map(|class| row(links, class));
    load.put_named("class", rows).await?;
    let sessions = classes.iter().flat_map(|class| session_rows(links, class));
    let cells = sessions.map(|session| sessions::cells(&session));
    load.put("session", sessions::COLUMNS, cells).await
}

fn row(links: &Links<'_>, class: &Class) -> Option<Vec<(&'static str, db::Value)>> {
    let course = links.library.courses.get(class.course)?;
    let org = links.orgs.all.get(class.org)?;
    let season = links.days.seasons.get(class.season)?;
    let new = NewClass {
        id: Id::from_raw(class.id),
        org: Id::from_raw(org.id),
        course: Id::from_raw(course.id),
        course_version: Id::from_raw(course.version_id),
        term: Id::from_raw(links.library.term(org.run_by, class.season)),
        at: season.opens.plus_secs(-20 * 86_400),
    };
    let pattern = Pattern {
        weekday: class.cell.weekday as i64 + 1,
        starts: class.start(),
        minutes: class.minutes.into(),
        from: class.starts_on(),
        count: class.days.len() as i64,
    };
    let standing = Standing {
        enrolled: class.enrolled,
        waitlisted: class.waitlisted,
        starts_on: class.starts_on(),
        ends_on: class.ends_on(),
        session_count: class.days.len() as i64,
        status: class.status,
        status_note: if class.status == ClassStatus::Cancelled {
            "报名人数不足，本期停开".into()
        } else {
            String::new()
        },
    };
    Some(classes::row(
        new,
        &draft(links, class, course),
        &pattern,
        &standing,
    ))
}

fn draft(links: &Links<'_>, class: &Class, course: &Course) -> ClassDraft {
    ClassDraft {
        name: class.name.clone(),
        room_id: links.room(class),
        teacher_id: links.teacher(class),
        mode: course.mode.parse().unwrap_or(Mode::OnSite),
        level: course.level.parse().unwrap_or(Level::Beginner),
        risk: if course.strenuous {
            Risk::Strenuous
        } else {
            Risk::None
        },
        fee_fen: class.fee_fen,
        capacity: class.capacity,
        minimum: class.capacity / 3,
        age_min: class.age_min,
        age_max: class.age_max,
        residence_note: String::new(),
        enrollment_opens: class.opens,
        enrollment_closes: class.closes,
        pass_percent: super::PASS_PERCENT,
    }
}

fn session_rows<'a>(links: &'a Links<'_>, class: &'a Class) -> impl Iterator<Item = SessionRow> + 'a {
    let org = links.orgs.all.get(class.org).map_or(0, |org| org.id);
    let (room, teacher) = (links.room(class), links.teacher(class));
    let outline = links
        .library
        .courses
        .get(class.course)
        .map_or(&[][..], |course| &course.outline);
    let held = class.held(links.days.today);
    let days = class.days.iter().zip(&class.sessions).enumerate();
    days.map(move |(at, (day, id))| {
        let topic = outline.get(at * outline.len() / class.days.len().max(1));
        SessionRow {
            id: Id::from_raw(*id),
            class_id: Id::from_raw(class.id),
            org_id: Id::from_raw(org),
            number: at as i64 + 1,
            day: *day,
            starts: class.start(),
            minutes: class.minutes.into(),
            room_id: room,
            teacher_id: teacher,
            topic: topic.cloned().unwrap_or_default(),
            status: match class.status {
                ClassStatus::Cancelled => SessionStatus::Cancelled,
                _ if at < held => SessionStatus::Held,
                _ => SessionStatus::Planned,
            },
            status_note: String::new(),
            version: 1,
        }
    })
}

impl Links<'_> {
    fn room(&self, class: &Class) -> Option<::orgs::RoomId> {
        let room = class.room.and_then(|at| self.orgs.rooms.get(at));
        room.map(|room| Id::from_raw(room.id))
    }

    fn teacher(&self, class: &Class) -> Option<PersonId> {
        let teacher = self.people.all.get(class.teacher);
        teacher.map(|person| Id::from_raw(person.id))
    }
}
