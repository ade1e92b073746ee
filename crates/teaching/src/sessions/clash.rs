//! The rule of clashes: a room or a teacher at two places at once.

use kernel::chinese_date::session_text;
use kernel::{Date, OrgId, PersonId, Time, overlaps};
use orgs::RoomId;

/// Minutes a teacher needs between sessions at two different orgs. Inside one org sessions may touch.
pub const TRAVEL_MINUTES: u16 = 30;

/// A room and a teacher in use for a while on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The day.
    pub day: Date,
    /// From when, time in China.
    pub starts: Time,
    /// For how long, in minutes.
    pub minutes: u16,
    /// The room, if one is used.
    pub room: Option<RoomId>,
    /// The teacher, if one is needed.
    pub teacher: Option<PersonId>,
    /// Where the teacher is.
    pub org: OrgId,
    /// What for, in words: the class's name.
    pub what: String,
}

/// Two uses that cannot both be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Whether the room clashes.
    pub room: bool,
    /// Whether the teacher clashes.
    pub teacher: bool,
    /// What is planned.
    pub planned: Busy,
    /// What stands already.
    pub taken: Busy,
}

impl Clash {
    /// What clashes with what, in Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        let what = match (self.room, self.teacher) {
            (true, true) => "教室和教师都",
            (true, false) => "教室",
            _ => "教师",
        };
        let when = session_text(self.planned.day, self.planned.starts, self.planned.minutes);
        let taken = kernel::chinese_date::span_text(self.taken.starts, self.taken.minutes);
        let travel = if self.teacher && self.planned.org != self.taken.org {
            format!("（两处上课之间要留 {TRAVEL_MINUTES} 分钟路程）")
        } else {
            String::new()
        };
        format!(
            "{when}：{what}已被「{}」（{taken}）占用{travel}。",
            self.taken.what
        )
    }
}

/// Every pair of a planned and a taken use that clash, in the order of the plan.
#[must_use]
pub fn clashes(planned: &[Busy], taken: &[Busy]) -> Vec<Clash> {
    let pairs = planned
        .iter()
        .flat_map(|plan| taken.iter().map(move |other| (plan, other)));
    pairs
        .filter(|(plan, other)| plan.day == other.day)
        .filter_map(|(plan, other)| {
            let close = |gap| overlaps(plan.starts, plan.minutes, other.starts, other.minutes, gap);
            let travel = if plan.org == other.org { 0 } else { TRAVEL_MINUTES };
            let room = plan.room.is_some() && plan.room == other.room && close(0);
            let teacher = plan.teacher.is_some() && plan.teacher == other.teacher && close(travel);
            (room || teacher).then(|| Clash {
                room,
                teacher,
                planned: plan.clone(),
                taken: other.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn busy(day: &str, starts: &str, minutes: u16, room: i64, teacher: i64, org: i64) -> Busy {
        let some = |n: i64| (n > 0).then_some(n);
        Busy {
            day: day.parse().unwrap(),
            starts: starts.parse().unwrap(),
            minutes,
            room: some(room).map(Id::from_raw),
            teacher: some(teacher).map(Id::from_raw),
            org: Id::from_raw(org),
            what: "合唱".into(),
        }
    }

    #[test]
    fn cases() {
        let plan = busy("2027-03-01", "09:00", 90, 1, 1, 1);
        for (taken, room, teacher) in [
            // The same hour.
            (busy("2027-03-01", "09:00", 90, 1, 1, 1), true, true),
            (busy("2027-03-01", "09:00", 90, 1, 2, 1), true, false),
            (busy("2027-03-01", "09:00", 90, 2, 1, 1), false, true),
            (busy("2027-03-01", "09:00", 90, 2, 2, 1), false, false),
            // Another day.
            (busy("2027-03-02", "09:00", 90, 1, 1, 1), false, false),
            // Touching ends.
            (busy("2027-03-01", "10:30", 90, 1, 1, 1), false, false),
            (busy("2027-03-01", "07:30", 90, 1, 1, 1), false, false),
            // One minute shared.
            (busy("2027-03-01", "10:29", 90, 1, 1, 1), true, true),
            // Inside.
            (busy("2027-03-01", "09:30", 15, 1, 9, 1), true, false),
            // A teacher at another org needs the way between, a room does not.
            (busy("2027-03-01", "10:30", 90, 2, 1, 2), false, true),
            (busy("2027-03-01", "10:59", 90, 2, 1, 2), false, true),
            (busy("2027-03-01", "11:00", 90, 2, 1, 2), false, false),
            (busy("2027-03-01", "10:30", 90, 1, 2, 2), false, false),
            // Nothing decided yet clashes with nothing.
            (busy("2027-03-01", "09:00", 90, 0, 0, 1), false, false),
        ] {
            let found = clashes(std::slice::from_ref(&plan), std::slice::from_ref(&taken));
            let kinds = found
                .first()
                .map_or((false, false), |clash| (clash.room, clash.teacher));
            assert_eq!(kinds, (room, teacher), "{taken:?}");
        }
        let open = busy("2027-03-01", "09:00", 90, 0, 0, 1);
        assert_eq!(
            clashes(std::slice::from_ref(&open), std::slice::from_ref(&open)),
            []
        );
    }

    #[test]
    fn the_sentence_names_the_other_class() {
        let plan = busy("2027-03-01", "09:00", 90, 1, 1, 1);
        let there = busy("2027-03-01", "10:30", 60, 2, 1, 2);
        let found = clashes(&[plan], &[there]);
        let sentence = found.first().unwrap().sentence();
        assert!(
            sentence.contains("「合唱」（10:30–11:30）") && sentence.contains("30 分钟路程"),
            "{sentence}"
        );
    }
}
