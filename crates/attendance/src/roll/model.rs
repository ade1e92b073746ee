//! When a roll is finished.

use enrollment::roll::RollRow;
use kernel::Date;

/// Whether a roll of this day has a mark for every learner whom it asks for: those who had their seat by then.
pub fn is_finished(roll: &[RollRow], day: Date, has_mark: impl Fn(&RollRow) -> bool) -> bool {
    roll.iter().filter(|row| row.expected_on(day)).all(has_mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use enrollment::EnrollmentStatus;
    use enrollment::roll::Pause;
    use kernel::Id;

    #[test]
    fn a_single_mark_finishes_no_roll() {
        let row = |number: i64, since: Option<&str>| RollRow {
            enrollment: Id::from_raw(number),
            person: Id::from_raw(number),
            name: String::new(),
            number: String::new(),
            status: EnrollmentStatus::Attending,
            seated_on: since.map(|day| day.parse().unwrap()),
            pause: None,
        };
        let paused = |number, from: &str, to: Option<&str>| RollRow {
            pause: Some(Pause {
                from: from.parse().unwrap(),
                to: to.map(|day| day.parse().unwrap()),
            }),
            ..row(number, None)
        };
        let roll = [
            // These pause on that day; the seventh came back on it.
            paused(5, "2026-11-22", None),
            paused(6, "2026-11-01", Some("2026-11-23")),
            paused(7, "2026-11-01", Some("2026-11-22")),
            row(1, Some("2026-11-01")),
            row(2, Some("2026-11-22")),
            row(3, Some("2026-11-23")),
            row(4, None),
        ];
        let day: Date = "2026-11-22".parse().unwrap();
        for (marked, finished) in [
            (&[][..], false),
            (&[1], false),
            (&[1, 2], false),
            (&[1, 4], false),
            (&[1, 2, 4], false),
            // The third had no seat yet on that day.
            (&[1, 2, 4, 7], true),
            (&[1, 2, 3, 4, 7], true),
        ] {
            let has = |row: &RollRow| marked.contains(&row.person.raw());
            assert_eq!(is_finished(&roll, day, has), finished, "{marked:?}");
        }
        assert!(is_finished(&[], day, |_| false), "nobody is asked for");
    }
}
