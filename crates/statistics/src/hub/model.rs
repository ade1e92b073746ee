//! What is published, and for which periods. No I/O.

use kernel::Date;
use metrics::Period;

/// Years that are published, the present one with its ended quarters included.
const YEARS: i16 = 4;

/// The licence of the open data.
pub const LICENCE: &str = "知识共享 署名 4.0 国际许可协议（CC BY 4.0）";

/// A metric that anybody may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The metric.
    pub metric: &'static str,
    /// The published metric whose persons contain these: the difference of the two must not be small either.
    pub within: Option<&'static str>,
}

const fn published(metric: &'static str) -> Published {
    Published { metric, within: None }
}

/// What is published: counts only. A ratio would tell its part to who knows its whole.
pub const PUBLISHED: &[Published] = &[
    published("learners.count"),
    Published {
        metric: "learners.elders",
        within: Some("learners.count"),
    },
    Published {
        metric: "learners.first_time",
        within: Some("learners.count"),
    },
    published("enrollments.count"),
    published("attendance.visits"),
    published("completions.count"),
    published("certificates.count"),
    published("classes.count"),
    published("classes.hours"),
    published("seats.offered"),
    published("schools.count"),
    published("sites.by_kind"),
    published("bases.count"),
    published("rooms.count"),
];

/// The published metric of this name.
#[must_use]
pub fn find(metric: &str) -> Option<Published> {
    PUBLISHED.iter().find(|one| one.metric == metric).copied()
}

/// The metric whose file is called so: `learners.count.csv`.
#[must_use]
pub fn of_file(name: &str) -> Option<Published> {
    find(name.strip_suffix(".csv")?)
}

/// A year and what of it has ended by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// The year itself, once it has ended.
    pub whole: Option<Period>,
    /// Its quarters that have ended.
    pub quarters: Vec<Period>,
}

/// The years of which something has ended before a day, the oldest first.
#[must_use]
pub fn years(today: Date) -> Vec<Year> {
    let ended = |period: &Period| period.last_day() < today;
    (today.year() - YEARS + 1..=today.year())
        .map(|year| Year {
            year,
            whole: Some(Period::Year(year)).filter(ended),
            quarters: (1..=4)
                .map(|quarter| Period::Quarter { year, quarter })
                .filter(ended)
                .collect(),
        })
        .filter(|year| year.whole.is_some() || !year.quarters.is_empty())
        .collect()
}

/// How many rows a rule found, for people: `3`, `1000 以上`, `—` for who may not see them.
#[must_use]
pub fn counted(count: Option<i64>) -> String {
    match count {
        None => "—".to_owned(),
        Some(count) if count > metrics::quality::MOST_COUNTED => {
            format!("{} 以上", metrics::quality::MOST_COUNTED)
        }
        Some(count) => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_ended_is_published() {
        for (today, wanted) in [
            (
                (2026, 1, 1),
                vec![(2023, true, 4), (2024, true, 4), (2025, true, 4)],
            ),
            (
                (2025, 12, 31),
                vec![
                    (2022, true, 4),
                    (2023, true, 4),
                    (2024, true, 4),
                    (2025, false, 3),
                ],
            ),
            (
                (2026, 3, 31),
                vec![(2023, true, 4), (2024, true, 4), (2025, true, 4)],
            ),
            (
                (2026, 4, 1),
                vec![
                    (2023, true, 4),
                    (2024, true, 4),
                    (2025, true, 4),
                    (2026, false, 1),
                ],
            ),
        ] {
            let found: Vec<_> = years(Date::constant(today.0, today.1, today.2))
                .into_iter()
                .map(|year| (year.year, year.whole.is_some(), year.quarters.len()))
                .collect();
            assert_eq!(found, wanted, "{today:?}");
        }
    }

    #[test]
    fn a_file_is_named_after_a_published_metric() {
        for (name, found) in [
            ("learners.count.csv", true),
            ("learners.count", false),
            ("learners.elder_share.csv", false),
            (".csv", false),
        ] {
            assert_eq!(of_file(name).is_some(), found, "{name}");
        }
        for one in PUBLISHED {
            assert!(one.within.is_none_or(|whole| find(whole).is_some()), "{one:?}");
        }
    }

    #[test]
    fn a_large_number_is_not_counted_out() {
        for (count, text) in [
            (None, "—"),
            (Some(0), "0"),
            (Some(1000), "1000"),
            (Some(1001), "1000 以上"),
        ] {
            assert_eq!(counted(count), text);
        }
    }
}
