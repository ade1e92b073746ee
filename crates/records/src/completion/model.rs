//! The rule of completion.

use attendance::summary::Counts;

/// The version of the rule, kept with what follows from it.
pub const RULE: &str = "completion/1";

/// Whether a learner completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Attended enough.
    Completes,
    /// So many sessions are missing.
    Short(i64),
}

/// The rule: in time and late count; `pass_percent` of the sessions held are needed, rounded up.
#[must_use]
pub const fn decide(counts: &Counts, pass_percent: i64) -> Verdict {
    let needed = needed(counts.held, pass_percent);
    let attended = counts.attended();
    if counts.held > 0 && attended >= needed {
        Verdict::Completes
    } else {
        Verdict::Short(needed - attended)
    }
}

/// Sessions that must be attended.
#[must_use]
pub const fn needed(held: i64, pass_percent: i64) -> i64 {
    (held * pass_percent + 99) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_completes() {
        for (present, late, held, percent, want) in [
            (7, 0, 10, 70, Verdict::Completes),
            (5, 2, 10, 70, Verdict::Completes),
            (6, 0, 10, 70, Verdict::Short(1)),
            (2, 0, 3, 70, Verdict::Short(1)),
            (3, 0, 3, 70, Verdict::Completes),
            (0, 0, 4, 0, Verdict::Completes),
            (0, 0, 0, 70, Verdict::Short(0)),
            (0, 0, 4, 100, Verdict::Short(4)),
        ] {
            let counts = Counts {
                present,
                late,
                held,
                ..Counts::default()
            };
            assert_eq!(decide(&counts, percent), want, "{present}+{late} of {held}");
        }
        // Leave and leaving early do not count.
        let away = Counts {
            excused: 2,
            left_early: 2,
            held: 4,
            ..Counts::default()
        };
        assert_eq!(decide(&away, 50), Verdict::Short(2));
    }
}
