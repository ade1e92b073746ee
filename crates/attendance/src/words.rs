//! Words that several pages of this crate share.

use crate::marks::Status;
use kernel::chinese_date::time_text;
use teaching::sessions::SessionRow;
use ui::{Icon, Lang, Tag, Tone};

const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// `11月23日 周一 09:00，第 3 次课`.
pub fn when(session: &SessionRow) -> String {
    let day = session.day;
    let place = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    format!(
        "{}月{}日 {} {}，第 {} 次课",
        day.month(),
        day.day(),
        WEEKDAYS.get(place).copied().unwrap_or_default(),
        time_text(session.starts),
        session.number
    )
}

/// Like [`when`] in the reader's language.
pub fn when_in(lang: Lang, session: &SessionRow) -> String {
    match lang {
        Lang::Zh => when(session),
        Lang::En => format!(
            "{} {}, session {}",
            session.day,
            time_text(session.starts),
            session.number
        ),
    }
}

/// The tag of a status.
pub fn tag(status: Status) -> Tag {
    match status {
        Status::Present => Tag::good(status.label()),
        Status::Late | Status::LeftEarly => Tag::warn(status.label()),
        Status::Excused => Tag::new(Tone::Quiet, Icon::FileText, status.label()),
        Status::Absent => Tag::bad(status.label()),
    }
}
