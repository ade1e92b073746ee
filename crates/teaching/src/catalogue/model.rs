//! What the public sees of a class, and how a class stands at a moment.

use super::round::{Applications, Selection};
use crate::ClassId;
use crate::classes::{ClassStatus, Level, Mode};
use db::text_enum;
use kernel::time::Weekday;
use kernel::{Date, Fen, Instant, OrgId, Point, Time};
use std::sync::Arc;

text_enum! {
    /// Part of the day in which a class starts.
    pub enum DayPart {
        /// Before 12:00.
        Morning => "morning",
        /// From 12:00, before 18:00.
        Afternoon => "afternoon",
        /// From 18:00.
        Evening => "evening",
    }
}

impl DayPart {
    /// The part in which this time lies.
    #[must_use]
    pub fn of(time: Time) -> Self {
        match time.hour() {
            ..12 => Self::Morning,
            12..18 => Self::Afternoon,
            _ => Self::Evening,
        }
    }

    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Morning => "上午",
            Self::Afternoon => "下午",
            Self::Evening => "晚上",
        }
    }
}

/// An area by id and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The area.
    pub id: OrgId,
    /// Its short name.
    pub name: String,
    /// city, district or street.
    pub kind: String,
    /// Code of the statistics bureau, where it has one.
    pub code: Option<String>,
}

/// The institution that gives a class, with what a person needs to get there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The institution.
    pub id: OrgId,
    /// Its full name.
    pub name: String,
    /// Ids of the areas above it and its own, from the root.
    pub above: Vec<OrgId>,
    /// The street it lies in.
    pub street: Option<Arc<Area>>,
    /// The district it lies in.
    pub district: Option<Arc<Area>>,
    /// Street address.
    pub address: String,
    /// Telephone for questions.
    pub phone: String,
    /// Hours in words.
    pub hours: String,
    /// How to get there, in words.
    pub transport: String,
    /// Where it is.
    pub point: Option<Point>,
    /// No step from the street to the rooms.
    pub step_free: bool,
    /// A toilet for wheelchairs.
    pub accessible_toilet: bool,
    /// A lift.
    pub lift: bool,
    /// A loop for hearing aids.
    pub hearing_loop: bool,
}

impl Place {
    /// What helps people who walk, see or hear badly, in Chinese words.
    #[must_use]
    pub fn helps(&self) -> Vec<&'static str> {
        let facts = [
            (self.step_free, "门口没有台阶"),
            (self.lift, "有电梯"),
            (self.accessible_toilet, "有无障碍厕所"),
            (self.hearing_loop, "有助听设备"),
        ];
        facts
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, words)| words)
            .collect()
    }
}

/// A class as a person decides by it; seats are kept apart in [`Seats`], because they change all the time.
#[derive(Debug, Clone)]
pub struct ClassCard {
    /// The class.
    pub id: ClassId,
    /// Its name.
    pub name: String,
    /// Key by which names sort.
    pub sort_key: String,
    /// The course's name.
    pub course: String,
    /// The course's category.
    pub category: String,
    /// How much one should know already.
    pub level: Level,
    /// Who gives it and where.
    pub place: Arc<Place>,
    /// The room, with its floor.
    pub room: Option<String>,
    /// The teacher's name.
    pub teacher: Option<String>,
    /// The term's name.
    pub term: String,
    /// First day of the term.
    pub term_starts_on: Date,
    /// Last day of the term.
    pub term_ends_on: Date,
    /// Day of the week.
    pub weekday: Weekday,
    /// When a session starts.
    pub starts: Time,
    /// How long a session lasts, in minutes.
    pub minutes: u16,
    /// Day of the first session.
    pub starts_on: Date,
    /// Day of the last session.
    pub ends_on: Date,
    /// Number of sessions.
    pub session_count: u16,
    /// How it is held.
    pub mode: Mode,
    /// What it costs for the whole term.
    pub fee: Fen,
    /// Seats in all.
    pub capacity: u32,
    /// Youngest age allowed, in full years.
    pub age_min: Option<u16>,
    /// Oldest age allowed, in full years.
    pub age_max: Option<u16>,
    /// Who lives or works where may come, in the school's words.
    pub residence_note: String,
    /// Whether it is hard on the body.
    pub strenuous: bool,
    /// Attendance needed to complete, in percent.
    pub pass_percent: u8,
    /// When enrolment opens, unless a round gives the seats ([`ClassCard::window`]).
    pub opens: Instant,
    /// When enrolment closes, unless a round gives the seats.
    pub closes: Instant,
    /// Where it stands.
    pub status: ClassStatus,
    /// The school's words on the status, such as why it is cancelled.
    pub status_note: String,
    /// The round that gives its seats by selection.
    pub selection: Option<Arc<Selection>>,
}

/// How many seats of a class are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seats {
    /// People who have a seat.
    pub enrolled: u32,
    /// People who wait for one.
    pub waitlisted: u32,
}

/// What a person can do about a class now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Enrolment is open and so many seats are left.
    Free {
        /// Seats left, at least 1.
        left: u32,
        /// Whether few are left.
        few: bool,
    },
    /// Enrolment is open, every seat is taken; so many people wait.
    Full {
        /// People on the waitlist.
        waiting: u32,
    },
    /// A round gives the seats by selection; nobody who simply asks gets one.
    Selected {
        /// Its word on screen.
        method: &'static str,
        /// Whether one can apply.
        applications: Applications,
    },
    /// Enrolment has not begun.
    NotYet,
    /// Enrolment is over.
    Over,
    /// The class is over.
    Ended,
    /// The class will not take place.
    Stopped,
}

impl ClassCard {
    /// Seats left; never below 0.
    #[must_use]
    pub const fn seats_left(&self, seats: Seats) -> u32 {
        self.capacity.saturating_sub(seats.enrolled)
    }

    /// How the class stands at this moment. Few are left when 3 or fewer, or at most a tenth, are.
    #[must_use]
    pub fn standing(&self, seats: Seats, now: Instant) -> Standing {
        match self.status {
            ClassStatus::Cancelled => return Standing::Stopped,
            ClassStatus::Closed => return Standing::Ended,
            // Nobody is shown a class that is only planned; if one were, its enrolment would not be open.
            ClassStatus::Planned => return Standing::NotYet,
            ClassStatus::Published | ClassStatus::Running => {}
        }
        if let Some(selection) = self.selected(now) {
            return Standing::Selected {
                method: selection.method,
                applications: selection.applications(now),
            };
        }
        if now < self.opens {
            return Standing::NotYet;
        }
        if now >= self.closes {
            return Standing::Over;
        }
        match self.seats_left(seats) {
            0 => Standing::Full {
                waiting: seats.waitlisted,
            },
            left => Standing::Free {
                left,
                few: left <= 3 || u64::from(left) * 10 <= u64::from(self.capacity),
            },
        }
    }

    /// The round that gives its seats by selection at this moment.
    #[must_use]
    pub fn selected(&self, now: Instant) -> Option<&Selection> {
        self.selection
            .as_deref()
            .filter(|selection| self.is_listed() && selection.from <= now)
    }

    /// From when to when one enrols, as told at this moment: the window of the round that gives its seats, else its own.
    #[must_use]
    pub fn window(&self, now: Instant) -> (Instant, Instant) {
        match self.selected(now) {
            Some(selection) => (selection.opens, selection.closes),
            None => (self.opens, self.closes),
        }
    }

    /// Whether one can enrol, or apply in the round that gives its seats, at this moment.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        let (opens, closes) = self.window(now);
        self.is_listed() && (opens..closes).contains(&now)
    }

    /// Whether lists show it; a class that is over or cancelled is found by its own address only.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        matches!(self.status, ClassStatus::Published | ClassStatus::Running)
    }

    /// Whether somebody of this age may enrol.
    #[must_use]
    pub fn fits_age(&self, age: u16) -> bool {
        self.age_min.is_none_or(|min| age >= min) && self.age_max.is_none_or(|max| age <= max)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use kernel::Id;

    /// A place for tests of this feature.
    pub fn place(id: i64, street: i64) -> Arc<Place> {
        let area = |id: i64, name: &str, kind: &str, code: &str| {
            Arc::new(Area {
                id: Id::from_raw(id),
                name: name.into(),
                kind: kind.into(),
                code: Some(code.into()),
            })
        };
        Arc::new(Place {
            id: Id::from_raw(id),
            name: format!("第{id}社区学校"),
            above: vec![
                Id::from_raw(1),
                Id::from_raw(2),
                Id::from_raw(street),
                Id::from_raw(id),
            ],
            street: Some(area(street, "莘庄镇", "street", "310112101000")),
            district: Some(area(2, "闵行区", "district", "310112000000")),
            address: "学堂路 1 号".into(),
            phone: "021-60000000".into(),
            hours: String::new(),
            transport: String::new(),
            point: Point::from_degrees(121.38 + f64::from(i32::try_from(id).unwrap()) / 1000.0, 31.11),
            step_free: id % 2 == 0,
            accessible_toilet: false,
            lift: true,
            hearing_loop: false,
        })
    }

    /// A class for tests of this feature.
    pub fn card(id: i64, name: &str) -> ClassCard {
        ClassCard {
            id: Id::from_raw(id),
            name: name.into(),
            sort_key: kernel::pinyin::sort_key(name),
            course: name.into(),
            category: "书画篆刻".into(),
            level: Level::Beginner,
            place: place(100, 10),
            room: Some("101 教室".into()),
            teacher: Some("曾长江".into()),
            term: "2027 春季".into(),
            term_starts_on: "2027-02-22".parse().unwrap(),
            term_ends_on: "2027-06-30".parse().unwrap(),
            weekday: Weekday::Monday,
            starts: kernel::time::Time::constant(9, 0, 0, 0),
            minutes: 90,
            starts_on: "2027-03-01".parse().unwrap(),
            ends_on: "2027-06-21".parse().unwrap(),
            session_count: 16,
            mode: Mode::OnSite,
            fee: Fen(12_000),
            capacity: 30,
            age_min: None,
            age_max: None,
            residence_note: String::new(),
            strenuous: false,
            pass_percent: 70,
            opens: "2026-11-01T00:00:00Z".parse().unwrap(),
            closes: "2027-02-20T00:00:00Z".parse().unwrap(),
            status: ClassStatus::Published,
            status_note: String::new(),
            selection: None,
        }
    }

    #[test]
    fn how_a_class_stands() {
        let free = |left, few| Standing::Free { left, few };
        for (status, enrolled, now, standing) in [
            ("published", 0, "2026-10-31T23:59:59Z", Standing::NotYet),
            ("published", 0, "2026-11-01T00:00:00Z", free(30, false)),
            ("published", 26, "2026-11-01T00:00:00Z", free(4, false)),
            ("running", 27, "2026-11-01T00:00:00Z", free(3, true)),
            (
                "published",
                30,
                "2026-11-01T00:00:00Z",
                Standing::Full { waiting: 7 },
            ),
            ("published", 30, "2027-02-20T00:00:00Z", Standing::Over),
            ("closed", 3, "2026-12-01T00:00:00Z", Standing::Ended),
            ("cancelled", 3, "2026-12-01T00:00:00Z", Standing::Stopped),
        ] {
            let class = ClassCard {
                status: status.parse().unwrap(),
                ..card(1, "书法")
            };
            let seats = Seats {
                enrolled,
                waitlisted: 7,
            };
            assert_eq!(
                class.standing(seats, now.parse().unwrap()),
                standing,
                "{status} {enrolled} {now}"
            );
        }
    }

    #[test]
    fn ages_include_both_ends() {
        for (min, max, age, fits) in [
            (None, None, 5, true),
            (Some(50), None, 49, false),
            (Some(50), None, 50, true),
            (Some(50), Some(75), 75, true),
            (Some(50), Some(75), 76, false),
        ] {
            let class = ClassCard {
                age_min: min,
                age_max: max,
                ..card(1, "书法")
            };
            assert_eq!(class.fits_age(age), fits, "{min:?} {max:?} {age}");
        }
    }
}
