//! 点名册: A4 landscape, learners down, sessions across.

use crate::{DocumentError, Template, Typesetter};
use kernel::{Date, Instant};
use serde::Serialize;

/// Sessions side by side on one sheet; more of them go on further sheets.
const SESSIONS_A_SHEET: usize = 30;

/// One learner's line on a roll.
#[derive(Debug, Clone)]
pub struct RollLearner {
    /// The full name.
    pub name: String,
    /// A word for the teacher, such as 班长 or 轮椅.
    pub note: Option<String>,
}

/// A roll to tick by hand.
#[derive(Debug, Clone)]
pub struct Roll {
    /// Who runs the class.
    pub provider: String,
    /// The class.
    pub class: String,
    /// The term.
    pub term: String,
    /// The teacher.
    pub teacher: String,
    /// Place and weekly time in words.
    pub place: String,
    /// The days of the sessions, in order.
    pub sessions: Vec<Date>,
    /// The learners, in order.
    pub learners: Vec<RollLearner>,
    /// Print 张*三 for 张小三, for a roll that hangs in public.
    pub mask_names: bool,
}

#[derive(Serialize)]
struct Sheet<'a> {
    provider: &'a str,
    class: &'a str,
    term: &'a str,
    teacher: &'a str,
    place: &'a str,
    masked: bool,
    learners: Vec<Line<'a>>,
    sheets: Vec<Vec<Day>>,
    session_count: usize,
}

#[derive(Serialize)]
struct Line<'a> {
    name: String,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct Day {
    number: usize,
    month: i8,
    day: i8,
}

const TEMPLATE: Template = Template {
    name: "roll",
    source: include_str!("../templates/roll.typ"),
};

impl Roll {
    /// The roll as PDF; the heading repeats on every page.
    pub fn pdf(&self, typesetter: &Typesetter, made: Instant) -> Result<Vec<u8>, DocumentError> {
        typesetter.set(TEMPLATE, &self.sheet(), made)
    }

    fn sheet(&self) -> Sheet<'_> {
        let name = |learner: &RollLearner| match self.mask_names {
            true => masked_name(&learner.name),
            false => learner.name.clone(),
        };
        let learners = self.learners.iter().map(|learner| Line {
            name: name(learner),
            note: learner.note.as_deref(),
        });
        let days: Vec<(usize, &Date)> = (1..).zip(&self.sessions).collect();
        let day = |&(number, date): &(usize, &Date)| Day {
            number,
            month: date.month(),
            day: date.day(),
        };
        let mut sheets: Vec<Vec<Day>> = days
            .chunks(SESSIONS_A_SHEET)
            .map(|chunk| chunk.iter().map(day).collect())
            .collect();
        if sheets.is_empty() {
            sheets.push(Vec::new());
        }
        Sheet {
            provider: &self.provider,
            class: &self.class,
            term: &self.term,
            teacher: &self.teacher,
            place: &self.place,
            masked: self.mask_names,
            learners: learners.collect(),
            sheets,
            session_count: self.sessions.len(),
        }
    }
}

/// The first and the last character with at most two stars between; of two characters the first and a star.
fn masked_name(name: &str) -> String {
    let count = name.chars().count();
    let first = name.chars().take(1);
    let last = name.chars().skip(count.saturating_sub(1).max(2));
    let stars = std::iter::repeat_n('*', count.saturating_sub(2).clamp(usize::from(count > 1), 2));
    first.chain(stars).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::masked_name;

    #[test]
    fn masks_names() {
        for (name, masked) in [
            ("", ""),
            ("张", "张"),
            ("张三", "张*"),
            ("张小三", "张*三"),
            ("欧阳小三", "欧**三"),
            ("𠅤䶮三", "𠅤*三"),
            ("阿卜杜热合曼", "阿**曼"),
        ] {
            assert_eq!(masked_name(name), masked);
        }
    }
}
