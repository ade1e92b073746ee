//! What somebody pays who joins when lessons have begun.
//!
//! A school takes the whole fee (广东老年大学, 2023: who joins after a month pays the listed fee in full), or the part for the
//! lessons that have not begun. Who pays for some lessons gets back by those lessons too ([`super::ladder`]).

use db::text_enum;
use kernel::{Instant, Time};
use platform::{AppResult, Ctx};
use teaching::classes::ClassRow;
use teaching::seats::{self, Slot};

text_enum! {
    /// What who joins late pays.
    pub enum LateFee {
        /// The whole fee.
        Full => "full",
        /// The part for the lessons that have not begun.
        Lessons => "lessons",
    }
}

platform::api_words!(LateFee);

impl LateFee {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Full => "交全部学费",
            Self::Lessons => "按还没上的课交",
        }
    }
}

/// What a seat costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// How much, in fen.
    pub fen: i64,
    /// For how many lessons, where it is for fewer than all.
    pub lessons: Option<i64>,
}

/// Lessons that have begun by now, and how many there are.
#[must_use]
pub fn begun(slots: &[Slot], now: Instant) -> (i64, i64) {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let begins = |slot: &&Slot| {
        let (hour, minute) = (slot.from / 60, slot.from % 60);
        let at = i8::try_from(hour).ok().zip(i8::try_from(minute).ok());
        let time = at.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
        time.is_some_and(|time| Instant::of_china(slot.day, time) <= now)
    };
    (count(slots.iter().filter(begins).count()), count(slots.len()))
}

/// What a seat costs when so many of so many lessons have begun; a part of a fen is given to the person, and at least one
/// lesson is paid.
#[must_use]
pub fn due(rule: LateFee, fee_fen: i64, (begun, lessons): (i64, i64)) -> Due {
    if rule == LateFee::Full || begun < 1 || lessons < 1 {
        return Due {
            fen: fee_fen,
            lessons: None,
        };
    }
    let left = (lessons - begun).max(1);
    let part = i128::from(fee_fen) * i128::from(left) / i128::from(lessons);
    Due {
        fen: i64::try_from(part).unwrap_or(fee_fen),
        lessons: Some(left),
    }
}

/// What who enrols now would pay, and after how many lessons.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// How much, in fen.
    pub fen: i64,
    /// For how many lessons, where it is for fewer than all.
    pub lessons: Option<i64>,
    /// Lessons that have begun.
    pub begun: i64,
}

/// What a class would cost who enrols now, as the seat desk will charge it.
///
/// # Errors
/// When the database cannot be read.
pub async fn now(ctx: &Ctx, class: &ClassRow) -> AppResult<Now> {
    let facts = seats::facts(ctx.db(), &[class.id]).await?;
    let slots = facts.first().map_or(&[][..], |facts| facts.slots.as_slice());
    let begun = begun(slots, ctx.now());
    let rule = crate::school_rules::of(ctx.db(), class.org_id).await?.late_fee;
    let due = due(rule, class.fee_fen, begun);
    Ok(Now {
        fen: due.fen,
        lessons: due.lessons,
        begun: begun.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_who_joins_late_pays() {
        let of = |fen, lessons| Due { fen, lessons };
        for (rule, begun, expected) in [
            (LateFee::Full, 0, of(12_000, None)),
            (LateFee::Full, 9, of(12_000, None)),
            (LateFee::Lessons, 0, of(12_000, None)),
            (LateFee::Lessons, 1, of(11_250, Some(15))),
            (LateFee::Lessons, 3, of(9_750, Some(13))),
            (LateFee::Lessons, 15, of(750, Some(1))),
            (LateFee::Lessons, 16, of(750, Some(1))),
        ] {
            assert_eq!(due(rule, 12_000, (begun, 16)), expected, "{rule:?} {begun}");
        }
        assert_eq!(
            due(LateFee::Lessons, 100, (1, 3)).fen,
            66,
            "a part of a fen is the person's"
        );
        assert_eq!(due(LateFee::Lessons, 100, (0, 0)).fen, 100);
    }

    #[test]
    fn a_lesson_has_begun_at_its_minute() {
        let slot = |day: &str, from| Slot {
            day: day.parse().unwrap(),
            from,
            to: from + 90,
        };
        let slots = [slot("2027-03-01", 540), slot("2027-03-08", 540)];
        for (now, expected) in [
            ("2027-03-01T00:59:59.000Z", 0),
            ("2027-03-01T01:00:00.000Z", 1),
            ("2027-03-08T00:59:00.000Z", 1),
            ("2027-03-09T00:00:00.000Z", 2),
        ] {
            assert_eq!(begun(&slots, now.parse().unwrap()), (expected, 2), "{now}");
        }
    }

    proptest! {
        #[test]
        fn never_more_later(fee in 0..100_000_000_i64, lessons in 0..60_i64, begun in 0..60_i64) {
            let now = due(LateFee::Lessons, fee, (begun, lessons)).fen;
            prop_assert!((0..=fee).contains(&now));
            prop_assert!(due(LateFee::Lessons, fee, (begun + 1, lessons)).fen <= now);
        }
    }
}
