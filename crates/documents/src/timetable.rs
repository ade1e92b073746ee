//! 大课表: all classes of a street, a school or a site in one grid of times by weekdays.

use crate::words::WEEKDAYS;
use crate::{DocumentError, Template, Typesetter};
use kernel::chinese_date::time_text;
use kernel::{Instant, Time};
use serde::Serialize;
use std::collections::BTreeMap;

/// More lessons than this at one time on one day go on in a further row, which says its time again.
const LESSONS_A_CELL: usize = 4;

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
    continued: bool,
    cells: Vec<Vec<&'a Lesson>>,
}

const TEMPLATE: Template = Template {
    name: "timetable",
    source: include_str!("../templates/timetable.typ"),
};

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
        for lesson in self
            .lessons
            .iter()
            .filter(|lesson| days.contains(&lesson.weekday))
        {
            times
                .entry((lesson.starts, lesson.ends))
                .or_default()
                .push(lesson);
        }
        let lesson_count = times.values().map(Vec::len).sum();
        let mut rows = Vec::new();
        for ((starts, ends), lessons) in &times {
            let cells: Vec<Vec<&Lesson>> = days
                .iter()
                .map(|&day| {
                    lessons
                        .iter()
                        .copied()
                        .filter(|lesson| lesson.weekday == day)
                        .collect()
                })
                .collect();
            let longest = cells.iter().map(Vec::len).max().unwrap_or_default();
            for from in (0..longest).step_by(LESSONS_A_CELL) {
                let part = cells
                    .iter()
                    .map(|cell| cell.iter().copied().skip(from).take(LESSONS_A_CELL).collect());
                let (starts, ends) = (time_text(*starts), time_text(*ends));
                rows.push(Row {
                    starts,
                    ends,
                    continued: from > 0,
                    cells: part.collect(),
                });
            }
        }
        Grid {
            title: &self.title,
            provider: &self.provider,
            subtitle: self.subtitle.as_deref(),
            paper: self.paper,
            rows,
            days: days
                .iter()
                .filter_map(|&day| WEEKDAYS.get(usize::from(day) - 1).copied())
                .collect(),
            lesson_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sample::timetable;
    use crate::{Lesson, Paper, Timetable};

    fn with_days(days: &[u8]) -> Timetable {
        let sample = timetable(Paper::A4, 1);
        let lesson = |&weekday: &u8| Lesson {
            weekday,
            ..sample.lessons[0].clone()
        };
        Timetable {
            lessons: days.iter().map(lesson).collect(),
            ..sample.clone()
        }
    }

    #[test]
    fn has_a_column_for_each_working_day_and_each_day_in_use() {
        for (days, columns, lessons) in [
            (&[][..], "一二三四五", 0),
            (&[3], "一二三四五", 1),
            (&[1, 7], "一二三四五日", 2),
            (&[0, 6, 8], "一二三四五六", 1),
        ] {
            let table = with_days(days);
            let grid = table.grid();
            assert_eq!(grid.days.concat().replace('周', ""), columns);
            assert_eq!(grid.lesson_count, lessons);
        }
    }

    #[test]
    fn a_crowded_time_goes_on_in_further_rows() {
        let table = with_days(&[2, 2, 2, 2, 2, 2, 2, 2, 2, 5]);
        let rows = table.grid().rows;
        let counts: Vec<_> = rows
            .iter()
            .map(|row| (row.continued, row.cells[1].len(), row.cells[4].len()))
            .collect();
        assert_eq!(counts, [(false, 4, 1), (true, 4, 0), (true, 1, 0)]);
        assert!(
            rows.iter()
                .all(|row| row.starts == "09:00" && row.ends == "10:30")
        );
    }
}
