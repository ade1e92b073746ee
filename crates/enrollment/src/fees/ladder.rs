//! What is given back to who leaves a class: a table of the school ([`crate::school_rules`]), as it stood when they enrolled; every
//! refund keeps the version that made it.
//!
//! The default ladder (practice of schools for older learners; 台北老人社大: all before the start, pro rata to week 3,
//! later only for grave cause):
//! 1. Before the first lesson: all of it.
//! 2. Until the third lesson has begun: the part for the lessons that have not begun.
//! 3. Later: nothing; with proof of illness, death or a move, the part for the lessons that have not begun.
//! 4. When the school cancels the class: all of it, at any time, whatever the school has decided.
//!
//! A part of a fen is given to the person.

use db::text_enum;
use ui::Page;

/// Version of the default and of what no school decides, kept with every refund.
pub const LADDER_VERSION: &str = "refund/1";

text_enum! {
    /// Why money goes back.
    pub enum Cause {
        /// The person left.
        Withdrawn => "withdrawn",
        /// The school gave up the place of a person who stayed away.
        Absent => "absent",
        /// The person left with proof of illness, death or a move.
        Proof => "proof",
        /// The person pauses and gets back what is left, or paused and did not return.
        Suspended => "suspended",
        /// The school cancelled the class.
        Cancelled => "cancelled",
        /// The school merged the class, and the person wants no other.
        Merged => "merged",
        /// The class to which the person moved costs less.
        Cheaper => "cheaper",
        /// The person undid a payment on line.
        Undone => "undone",
        /// A payment came when the seat was no longer kept, or was paid already.
        Late => "late",
        /// A payment came with another sum than was asked for.
        WrongSum => "wrong_sum",
    }
}

platform::api_words!(Cause);

impl Cause {
    /// Its name on the screen; a key of the English catalogue.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Withdrawn => "本人取消报名",
            Self::Absent => "长期没来，学校清退",
            Self::Proof => "因病、去世或搬家，有证明",
            Self::Suspended => "休学",
            Self::Cancelled => "班级停办",
            Self::Merged => "并班，本人不去新的班",
            Self::Cheaper => "新的班学费低，退差价",
            Self::Undone => "付款撤销了",
            Self::Late => "付款晚了或重复了",
            Self::WrongSum => "付款金额不对",
        }
    }
}

text_enum! {
    /// What of the fee is given back.
    pub enum Share {
        /// Nothing.
        Nothing => "nothing",
        /// The part for the lessons that have not begun.
        Unused => "unused",
        /// All of it.
        Whole => "whole",
    }
}

platform::api_words!(Share);

impl Share {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "不退",
            Self::Unused => "按没上的课退",
            Self::Whole => "全退",
        }
    }
}

/// The ladder of a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// All goes back until so many lessons have begun.
    pub whole: i64,
    /// After that the part for the lessons that have not begun, until so many have.
    pub part: i64,
    /// After that this.
    pub late: Share,
    /// Or this, with proof of illness, death or a move.
    pub proof: Share,
}

impl Ladder {
    const fn share(&self, begun: i64, proof: bool) -> Share {
        if begun <= self.whole {
            Share::Whole
        } else if begun <= self.part {
            Share::Unused
        } else if proof {
            self.proof
        } else {
            self.late
        }
    }

    /// In words, for who reads what they would get back.
    #[must_use]
    pub fn words(&self, page: &Page) -> String {
        let mut all = vec![match self.whole {
            0 => page.t("第一次课以前取消，学费全退").to_owned(),
            lessons => page.tn("上过 {} 次课以内取消，学费全退", &[&lessons]),
        }];
        if self.part > self.whole {
            all.push(page.tn("上过 {} 次课以内，按没上的课退", &[&self.part]));
        }
        all.push(match self.late {
            Share::Nothing => page.t("再晚不退").to_owned(),
            Share::Unused => page.t("再晚也按没上的课退").to_owned(),
            Share::Whole => page.t("再晚也全退").to_owned(),
        });
        match self.proof {
            proof if proof == self.late => {}
            Share::Whole => all.push(page.t("因病、去世或搬家有证明的，全退").to_owned()),
            _ => all.push(page.t("因病、去世或搬家有证明的，按没上的课退").to_owned()),
        }
        all.push(page.t("学校停办的，全退").to_owned());
        page.tn("退费：{}。", &[&all.join(page.t("；"))])
    }
}

/// Whether this cause gives all back whatever the school has decided: it is not the person's doing.
#[must_use]
pub const fn is_whole(cause: Cause) -> bool {
    match cause {
        Cause::Cancelled | Cause::Merged | Cause::Cheaper | Cause::Undone | Cause::Late | Cause::WrongSum => {
            true
        }
        Cause::Withdrawn | Cause::Absent | Cause::Suspended | Cause::Proof => false,
    }
}

/// Which share somebody gets who leaves after so many lessons have begun.
#[must_use]
pub fn share(cause: Cause, ladder: &Ladder, begun: i64) -> Share {
    match cause {
        cause if is_whole(cause) => Share::Whole,
        cause => ladder.share(begun, cause == Cause::Proof),
    }
}

/// What is given back, in fen, of what was paid: never less than nothing, never more than was paid.
#[must_use]
pub fn refund(cause: Cause, ladder: &Ladder, paid: i64, (begun, lessons): (i64, i64)) -> i64 {
    let begun = begun.clamp(0, lessons.max(0));
    match share(cause, ladder, begun) {
        Share::Whole => paid,
        Share::Nothing => 0,
        Share::Unused if lessons <= 0 => paid,
        Share::Unused => {
            let part = i128::from(paid) * i128::from(lessons - begun);
            let lessons = i128::from(lessons);
            i64::try_from((part + lessons - 1) / lessons)
                .unwrap_or(paid)
                .min(paid)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school_rules::SchoolRules;
    use proptest::prelude::*;

    fn usual() -> Ladder {
        SchoolRules::default().ladder()
    }

    #[test]
    fn a_school_sets_its_ladder() {
        let ladder = Ladder {
            whole: 1,
            part: 2,
            late: Share::Unused,
            proof: Share::Whole,
        };
        for (cause, begun, fen) in [
            (Cause::Withdrawn, 1, 12_000),
            (Cause::Withdrawn, 2, 10_500),
            (Cause::Withdrawn, 4, 9_000),
            (Cause::Proof, 2, 10_500),
            (Cause::Proof, 4, 12_000),
            (Cause::Cancelled, 16, 12_000),
        ] {
            assert_eq!(
                refund(cause, &ladder, 12_000, (begun, 16)),
                fen,
                "{cause:?} {begun}"
            );
        }
    }

    #[test]
    fn the_ladder() {
        for (cause, begun, fen) in [
            (Cause::Withdrawn, 0, 12_000),
            (Cause::Withdrawn, 1, 11_250),
            (Cause::Withdrawn, 3, 9_750),
            (Cause::Withdrawn, 4, 0),
            (Cause::Withdrawn, 16, 0),
            (Cause::Absent, 3, 9_750),
            (Cause::Absent, 4, 0),
            (Cause::Suspended, 2, 10_500),
            (Cause::Proof, 0, 12_000),
            (Cause::Proof, 4, 9_000),
            (Cause::Proof, 16, 0),
            (Cause::Cancelled, 0, 12_000),
            (Cause::Cancelled, 9, 12_000),
            (Cause::Merged, 9, 12_000),
            (Cause::Late, 16, 12_000),
        ] {
            assert_eq!(
                refund(cause, &usual(), 12_000, (begun, 16)),
                fen,
                "{cause:?} {begun}"
            );
        }
    }

    #[test]
    fn a_part_of_a_fen_is_given_to_the_person() {
        assert_eq!(refund(Cause::Withdrawn, &usual(), 100, (1, 3)), 67);
        assert_eq!(refund(Cause::Withdrawn, &usual(), 100, (0, 0)), 100);
    }

    #[test]
    fn every_cause_has_english() {
        let texts: Vec<&str> = Cause::ALL.iter().map(|cause| cause.label()).collect();
        assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn never_more_than_paid_and_never_more_later(paid in 0..100_000_000_i64, lessons in 0..60_i64, begun in 0..60_i64, at in 0..Cause::ALL.len()) {
            let cause = Cause::ALL[at];
            let now = refund(cause, &usual(), paid, (begun, lessons));
            prop_assert!((0..=paid).contains(&now));
            prop_assert!(refund(cause, &usual(), paid, (begun + 1, lessons)) <= now);
            prop_assert!(refund(Cause::Proof, &usual(), paid, (begun, lessons)) >= refund(Cause::Withdrawn, &usual(), paid, (begun, lessons)));
        }
    }
}
