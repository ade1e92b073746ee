//! Whether somebody is reminded, when, and in which words. No I/O.

use kernel::{Date, Time, Weekday};
use platform::Waiting;

/// How many things are due when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Due {
    overdue: i64,
    yesterday: i64,
    today: i64,
    tomorrow: i64,
}

fn due(items: &[Waiting], today: Date) -> Due {
    let mut all = Due::default();
    for item in items {
        let Some(due) = item.due else { continue };
        let days = (due - today).get_days();
        match days {
            ..0 => all.overdue += item.count,
            0 => all.today += item.count,
            1 => all.tomorrow += item.count,
            _ => {}
        }
        if days == -1 {
            all.yesterday += item.count;
        }
    }
    all
}

/// Whether a telephone may ring at this time of the day for a reminder: from eight to eight.
#[must_use]
pub fn is_hour(time: Time) -> bool {
    (8..20).contains(&time.hour())
}

/// The message to somebody for whom these things wait; `None` when nothing is worth one today.
#[must_use]
pub fn digest(items: &[Waiting], today: Date) -> Option<String> {
    let due = due(items, today);
    let monday = today.weekday() == Weekday::Monday;
    if due.today + due.tomorrow + due.yesterday == 0 && !(monday && due.overdue > 0) {
        return None;
    }
    let parts: Vec<String> = [
        (due.overdue, "已过期"),
        (due.today, "今天到期"),
        (due.tomorrow, "明天到期"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{words} {count} 件"))
    .collect();
    Some(format!(
        "【学圈】您的待办：{}。请登录工作台办理。",
        parts.join("，")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(days: &[(&str, i64)]) -> Vec<Waiting> {
        days.iter()
            .map(|(day, count)| Waiting {
                title: "点名".into(),
                detail: String::new(),
                href: "/desk".into(),
                due: day.parse().ok(),
                count: *count,
            })
            .collect()
    }

    #[test]
    fn nobody_is_woken() {
        for (hour, may) in [
            (0, false),
            (7, false),
            (8, true),
            (19, true),
            (20, false),
            (23, false),
        ] {
            assert_eq!(is_hour(Time::constant(hour, 59, 0, 0)), may, "{hour}");
        }
    }

    /// Today, what waits as (due, how many), and what is said.
    type Case = (&'static str, &'static [(&'static str, i64)], Option<&'static str>);

    #[test]
    fn only_what_is_due_is_worth_a_message() {
        // 2026-11-26 is a Thursday, 2026-11-30 a Monday.
        let cases: [Case; 7] = [
            ("2026-11-26", &[], None),
            ("2026-11-26", &[("", 5)], None),
            ("2026-11-26", &[("2026-11-28", 1)], None),
            ("2026-11-26", &[("2026-11-20", 1)], None),
            (
                "2026-11-26",
                &[("2026-11-25", 1), ("2026-11-26", 2), ("2026-11-27", 3)],
                Some("【学圈】您的待办：已过期 1 件，今天到期 2 件，明天到期 3 件。请登录工作台办理。"),
            ),
            (
                "2026-11-26",
                &[("2026-11-01", 1), ("2026-11-27", 1)],
                Some("【学圈】您的待办：已过期 1 件，明天到期 1 件。请登录工作台办理。"),
            ),
            (
                "2026-11-30",
                &[("2026-11-01", 4)],
                Some("【学圈】您的待办：已过期 4 件。请登录工作台办理。"),
            ),
        ];
        for (today, waiting, said) in cases {
            let found = digest(&items(waiting), today.parse().unwrap());
            assert_eq!(found.as_deref(), said, "{today} {waiting:?}");
        }
    }
}
