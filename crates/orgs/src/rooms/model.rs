//! What a room is, and the rules for what is typed of one. No I/O.

use kernel::bounded;
use platform::{AppError, AppResult, FieldError};

/// Most seats of one room: the largest hall of a senior university has fewer.
pub const MOST_SEATS: i64 = 2_000;
/// Largest room in square metres.
pub const LARGEST_M2: i64 = 10_000;

db::text_enum! {
    /// What a room has.
    pub enum Facility {
        /// Projector or large screen.
        Projector => "projector",
        /// Computers for learners.
        Computers => "computers",
        /// Piano or electric organ.
        Piano => "piano",
        /// Mirrors and a floor for dancing.
        DanceFloor => "dance_floor",
        /// Tables for calligraphy and painting.
        ArtTables => "art_tables",
        /// A kitchen.
        Kitchen => "kitchen",
        /// Camera and microphones for lessons online.
        Camera => "camera",
        /// Loudspeakers.
        Sound => "sound",
        /// Air conditioning.
        AirConditioning => "air_conditioning",
    }
}

impl Facility {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Projector => "投影或大屏",
            Self::Computers => "电脑",
            Self::Piano => "钢琴或电子琴",
            Self::DanceFloor => "舞蹈地板和镜子",
            Self::ArtTables => "书画桌",
            Self::Kitchen => "厨房",
            Self::Camera => "网课摄像头",
            Self::Sound => "音响",
            Self::AirConditioning => "空调",
        }
    }

    /// The facilities in a stored list (`;` between), without words that are none.
    pub fn stored(list: &str) -> impl Iterator<Item = Self> {
        list.split(';').filter_map(|word| word.trim().parse().ok())
    }

    /// The words for people of a stored list (`;` between); a word that is no facility stays as it is.
    #[must_use]
    pub fn words(stored: &str) -> Vec<&str> {
        stored
            .split(';')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(|word| word.parse::<Self>().map_or(word, |facility| facility.label()))
            .collect()
    }
}

/// A room as a clerk describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomDraft {
    /// Name.
    pub name: String,
    /// Floor in words.
    pub floor: String,
    /// Seats.
    pub seats: i64,
    /// Area in square metres.
    pub area_m2: i64,
    /// Facilities.
    pub facilities: Vec<Facility>,
    /// Whether one gets there without a step.
    pub step_free: bool,
    /// Whether others may book it.
    pub open_to_others: bool,
}

impl RoomDraft {
    /// The facilities as they are stored.
    #[must_use]
    pub fn stored_facilities(&self) -> String {
        let words: Vec<&str> = self.facilities.iter().map(|facility| facility.as_str()).collect();
        words.join(";")
    }
}

/// Rule 1 without the comparison with other rooms: bounds of each field.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: RoomDraft) -> AppResult<RoomDraft> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    match bounded(&draft.name, 1, 30, "教室名称") {
        Ok(name) => draft.name = name,
        Err(sentence) => say("name", sentence),
    }
    match bounded(&draft.floor, 0, 20, "楼层") {
        Ok(floor) => draft.floor = floor,
        Err(sentence) => say("floor", sentence),
    }
    if !(1..=MOST_SEATS).contains(&draft.seats) {
        say(
            "seats",
            format!("座位数要在 1 到 {MOST_SEATS} 之间，您填了 {}。", draft.seats),
        );
    }
    if !(1..=LARGEST_M2).contains(&draft.area_m2) {
        say(
            "area_m2",
            format!(
                "面积要在 1 到 {LARGEST_M2} 平方米之间，您填了 {}。",
                draft.area_m2
            ),
        );
    }
    draft.facilities.sort_unstable();
    draft.facilities.dedup();
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// Rule 1, the comparison: another room has this name.
#[must_use]
pub fn name_taken(name: &str) -> AppError {
    AppError::invalid(
        "name",
        format!("这个机构已经有一间“{name}”。请换一个名称，或者去改那一间。"),
    )
}

/// Rule 4: the room is not any more as the page showed it.
#[must_use]
pub fn changed_meanwhile() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，别人改过这间教室。下面是您填的内容，还没有保存；请对照最新的内容，再保存一次。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is changed, how, and the field that is wrong then.
    type Case = (&'static str, fn(&mut RoomDraft), Option<&'static str>);

    fn draft() -> RoomDraft {
        RoomDraft {
            name: "203 书画室".into(),
            floor: "2 楼".into(),
            seats: 30,
            area_m2: 60,
            ..RoomDraft::default()
        }
    }

    #[test]
    fn each_bound_has_its_sentence() {
        let cases: [Case; 8] = [
            ("as it is", |_| (), None),
            ("one seat", |d| d.seats = 1, None),
            ("no name", |d| d.name = "  ".into(), Some("name")),
            ("long name", |d| d.name = "书".repeat(31), Some("name")),
            ("long floor", |d| d.floor = "楼".repeat(21), Some("floor")),
            ("no seat", |d| d.seats = 0, Some("seats")),
            ("too many", |d| d.seats = MOST_SEATS + 1, Some("seats")),
            ("no area", |d| d.area_m2 = 0, Some("area_m2")),
        ];
        for (what, change, field) in cases {
            let mut typed = draft();
            change(&mut typed);
            let wrong = match check(typed) {
                Ok(_) => None,
                Err(AppError::Invalid(fields)) => Some(fields[0].field.clone()),
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(wrong.as_deref(), field, "{what}");
        }
    }

    #[test]
    fn facilities_are_stored_once_each_and_read_back_in_words() {
        let typed = RoomDraft {
            facilities: vec![Facility::Sound, Facility::Piano, Facility::Sound],
            ..draft()
        };
        let stored = check(typed).unwrap().stored_facilities();
        assert_eq!(stored, "piano;sound");
        assert_eq!(Facility::words(&stored), ["钢琴或电子琴", "音响"]);
        assert_eq!(Facility::words("白板; "), ["白板"]);
        assert!(Facility::words("").is_empty());
    }
}
