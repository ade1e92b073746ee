//! 大课表: all classes of a street, a school or a site in one grid of times by weekdays.

use crate::words::WEEKDAYS;
use crate::{DocumentError, Template, Typesetter};
use kernel::{Instant, Time};
use serde::Serialize;
use std::collections::BTreeMap;

/// The paper of a timetable; both lie on their long side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 420 × 297 mm.
    A3,
    /// 297 × 210 mm.
    A4,
}

/// One class's weekly meeting.
#[derive(Debug, Clone, Serialize)]
pub struct Lesson {
    /// The weekday, 1 for Monday to 7 for Sunday; any other is left out.
    #[serde(skip)]
    pub weekday: u8,
    /// The start.
    #[serde(skip)]
    pub starts: Time,
    /// The end.
    #[serde(skip)]
    pub ends: Time,
    /// The class.
    pub class: String,
    /// Site and room.
    pub place: String,
    /// The teacher.
    pub teacher: Option<String>,
    /// A word on it, such as 剩 3 个名额.
    pub note: Option<String>,
}

/// A timetable of many classes.
#[derive(Debug, Clone)]
pub struct Timetable {
    /// Whose timetable it is, such as 新桥街道社区学校 2026年秋季课表.
    pub title: String,
    /// Who publishes it.
    pub provider: String,
    /// A line below the title, such as dates of the term and the number to call.
    pub subtitle: Option<String>,
    /// The paper.
    pub paper: Paper,
    /// The meetings, in any order.
    pub lessons: Vec<Lesson>,
}

#[derive(Serialize)]
struct Grid<'a> {
    title: &'a str,
    provider: &'a str,
    subtitle: Option<&'a str>,
    paper: Paper,
    days: Vec<&'static str>,
    rows: Vec<Row<'a>>,
    lesson_count: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    starts: String,
    ends: String,
    cells: Vec<Vec<&'a Lesson>>,
}

const TEMPLATE: Template =
    Template { name: "timetable", source: include_str!("../templates/timetable.typ") };

impl Timetable {
    /// The timetable as PDF; the row of weekdays repeats on every page.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        typesetter.set(TEMPLATE, &self.grid(), made)
    }

    /// Monday to Friday always have a column; the weekend's days only when a lesson falls on them.
    fn grid(&self) -> Grid<'_> {
        let shown = |day: &u8| *day <= 5 || self.lessons.iter().any(|lesson| lesson.weekday == *day);
        let days: Vec<u8> = (1..=7).filter(shown).collect();
        let mut times: BTreeMap<(Time, Time), Vec<&Lesson>> = BTreeMap::new();
        for lesson in self.lessons.iter().filter(|lesson| days.contains(&lesson.weekday)) {
            times.entry((lesson.starts, lesson.ends)).or_default().push(lesson);
        }
        let lesson_count = times.values().map(Vec::len).sum();
        let rows = times.iter().map(|((starts, ends), lessons)| Row {
            starts: clock(*starts),
            ends: clock(*ends),
            cells: days
                .iter()
                .map(|&day| lessons.iter().copied().filter(|lesson| lesson.weekday == day).collect())
                .collect(),
        });
        Grid {
            title: &self.title,
            provider: &self.provider,
            subtitle: self.subtitle.as_deref(),
            paper: self.paper,
            rows: rows.collect(),
            days: days.iter().filter_map(|&day| WEEKDAYS.get(usize::from(day) - 1).copied()).collect(),
            lesson_count,
        }
    }
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
