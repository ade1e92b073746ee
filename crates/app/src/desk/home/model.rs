//! How a deadline is told.

use kernel::Date;
use ui::{Icon, Tag, Tone};

/// Days within which a deadline is near.
const NEAR_DAYS: i32 = 3;

/// The deadline as a tag: 已过期 2 天, 今天, 明天, 还有 3 天, or the date; no tag without a deadline.
pub fn deadline(due: Option<Date>, today: Date) -> Option<Tag> {
    let due = due?;
    // Dates subtract to days, never to months, unless asked.
    let days = (due - today).get_days();
    Some(match days {
        ..0 => Tag::new(Tone::Bad, Icon::Warning, format!("已过期 {} 天", -days)),
        0 => Tag::new(Tone::Warn, Icon::Clock, "今天"),
        1 => Tag::new(Tone::Warn, Icon::Clock, "明天"),
        2..=NEAR_DAYS => Tag::new(Tone::Warn, Icon::Clock, format!("还有 {days} 天")),
        _ => Tag::new(
            Tone::Info,
            Icon::Calendar,
            format!("{}月{}日前", due.month(), due.day()),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_told_in_words() {
        let today: Date = "2026-11-29".parse().unwrap();
        for (due, said) in [
            ("2026-10-30", "已过期 30 天"),
            ("2026-11-28", "已过期 1 天"),
            ("2026-11-29", "今天"),
            ("2026-11-30", "明天"),
            ("2026-12-02", "还有 3 天"),
            ("2026-12-03", "12月3日前"),
            ("2027-01-15", "1月15日前"),
        ] {
            let tag = deadline(due.parse().ok(), today).unwrap().to_string();
            assert!(tag.contains(said), "{due}: {tag}");
        }
        assert!(deadline(None, today).is_none());
    }
}
