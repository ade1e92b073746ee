//! What a level sees, and who is behind. No I/O.

use metrics::{Figure, State};

/// A figure of the cockpit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panel {
    /// Its metric.
    pub metric: &'static str,
    /// For whom.
    pub levels: &'static [Level],
    /// How orgs below are compared.
    pub compare: Compare,
}

/// Whose cockpit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// City and district: areas that plan.
    Government,
    /// Street or neighbourhood.
    Street,
    /// A school or site.
    Institution,
}

impl Level {
    /// The level of an org by its kind.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        match kind {
            "province" | "city" | "district" => Self::Government,
            "street" | "neighborhood" => Self::Street,
            _ => Self::Institution,
        }
    }
}

/// How orgs below are compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// A ratio where more is better: with the figure of the org above.
    WithWhole,
    /// A count: with its own of last year.
    WithLastYear,
    /// Not at all: more is neither better nor worse.
    Never,
}

const ALL: &[Level] = &[Level::Government, Level::Street, Level::Institution];
const AREAS: &[Level] = &[Level::Government, Level::Street];

/// The figures, most important first.
pub const PANELS: &[Panel] = &[
    panel("learners.count", ALL, Compare::WithLastYear),
    panel("learners.elder_rate", AREAS, Compare::WithWhole),
    panel("enrollments.count", ALL, Compare::WithLastYear),
    panel("attendance.visits", ALL, Compare::WithLastYear),
    panel("attendance.rate", ALL, Compare::WithWhole),
    panel("classes.count", ALL, Compare::WithLastYear),
    panel("seats.fill", ALL, Compare::WithWhole),
    panel("waitlist.demand", ALL, Compare::Never),
    panel("learners.first_time", ALL, Compare::WithLastYear),
    panel("completions.count", ALL, Compare::WithLastYear),
    panel("schools.count", &[Level::Government], Compare::Never),
    panel("sites.by_kind", AREAS, Compare::WithLastYear),
    panel("sites.coverage", AREAS, Compare::WithWhole),
    panel("schools.floor_area", &[Level::Government], Compare::WithWhole),
    panel("staff.full_time_per_10000", AREAS, Compare::WithWhole),
    panel("funding.per_resident", AREAS, Compare::WithWhole),
];

const fn panel(metric: &'static str, levels: &'static [Level], compare: Compare) -> Panel {
    Panel {
        metric,
        levels,
        compare,
    }
}

/// The change against another figure, in words: `比上年同期多 12.5 %`; nothing where one of them is not known.
#[must_use]
pub fn change(now: &Figure, before: &Figure) -> String {
    let (Some(now_is), Some(was)) = (now.number(), before.number()) else {
        return String::new();
    };
    if matches!(before.state, State::Partial { .. }) && now.per != 100 {
        return "上年同期的数据不完整，不作比较".to_owned();
    }
    if now.per == 100 {
        let points = now_is - was;
        return in_words(points, |much| format!("{much:.1} 个百分点"));
    }
    if was == 0.0 {
        return if now_is > 0.0 {
            "上年同期没有".to_owned()
        } else {
            String::new()
        };
    }
    in_words((now_is - was) * 100.0 / was, |much| format!("{much:.1} %"))
}

fn in_words(change: f64, much: impl Fn(f64) -> String) -> String {
    if change.abs() < 0.05 {
        "与上年同期持平".to_owned()
    } else if change > 0.0 {
        format!("比上年同期多 {}", much(change))
    } else {
        format!("比上年同期少 {}", much(-change))
    }
}

/// Why an org below counts as behind; nothing when it does not or cannot be told.
#[must_use]
pub fn behind(compare: Compare, own: &Figure, last_year: &Figure, whole: &Figure) -> Option<String> {
    let own_is = own.number()?;
    match compare {
        Compare::WithWhole => {
            let above = whole.number()?;
            // What reads the same is not behind.
            (own_is < above && own.text() != whole.text())
                .then(|| format!("低于本级的 {}", whole.with_unit()))
        }
        Compare::WithLastYear => {
            let was = last_year.number().filter(|_| last_year.state == State::Known)?;
            (own_is < was).then(|| format!("少于上年同期的 {}", last_year.with_unit()))
        }
        Compare::Never => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Date, Instant};

    fn figure(part: i64, whole: Option<i64>) -> Figure {
        Figure {
            state: State::Known,
            empty: false,
            part: Some(part),
            whole,
            per: if whole.is_some() { 100 } else { 1 },
            scale: 1,
            decimals: usize::from(whole.is_some()),
            unit: if whole.is_some() { "%" } else { "人" },
            as_of: Instant::from_millis(0),
            tree_on: Date::constant(2026, 11, 22),
        }
    }

    fn unknown() -> Figure {
        Figure {
            state: State::NotBegun,
            ..figure(0, None)
        }
    }

    fn each_ten_thousand(part: i64) -> Figure {
        Figure {
            per: 10_000,
            ..figure(part, Some(1_000_000))
        }
    }

    fn partial() -> Figure {
        let from = Date::constant(2025, 6, 1);
        Figure {
            state: State::Partial { from },
            ..figure(1, None)
        }
    }

    #[test]
    fn a_change_is_said_in_words() {
        for (now, before, words) in [
            (figure(110, None), figure(100, None), "比上年同期多 10.0 %"),
            (figure(90, None), figure(100, None), "比上年同期少 10.0 %"),
            (figure(100, None), figure(100, None), "与上年同期持平"),
            (figure(5, None), figure(0, None), "上年同期没有"),
            (figure(0, None), figure(0, None), ""),
            (
                figure(1, Some(2)),
                figure(2, Some(5)),
                "比上年同期多 10.0 个百分点",
            ),
            (
                each_ten_thousand(52),
                each_ten_thousand(45),
                "比上年同期多 15.6 %",
            ),
            (figure(1, None), unknown(), ""),
            (figure(9, None), partial(), "上年同期的数据不完整，不作比较"),
            (figure(1, Some(0)), figure(2, Some(5)), ""),
        ] {
            assert_eq!(change(&now, &before), words);
        }
    }

    #[test]
    fn ratios_are_held_against_the_whole_and_counts_against_last_year() {
        let half = figure(1, Some(2));
        let third = figure(1, Some(3));
        let (many, few) = (figure(100, None), figure(50, None));
        for (compare, own, last_year, whole, is_behind) in [
            (Compare::WithWhole, &third, &half, &half, true),
            (Compare::WithWhole, &half, &half, &third, false),
            (Compare::WithWhole, &half, &half, &half, false),
            (Compare::WithLastYear, &few, &many, &many, true),
            (Compare::WithLastYear, &many, &few, &many, false),
            (Compare::Never, &few, &many, &many, false),
            (Compare::WithLastYear, &few, &unknown(), &many, false),
            (Compare::WithLastYear, &figure(0, None), &partial(), &many, false),
            (
                Compare::WithWhole,
                &figure(3332, Some(10000)),
                &half,
                &third,
                false,
            ),
        ] {
            assert_eq!(behind(compare, own, last_year, whole).is_some(), is_behind);
        }
    }
}
