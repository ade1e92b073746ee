//! Rules of money: pure. What a step posts, what can be undone, and what receipts are called.

use crate::PostingId;
use db::text_enum;
use kernel::Instant;

text_enum! {
    /// How the fee of an enrolment stands. Programs must accept values they do not know yet.
    pub enum Money {
        /// Nothing is to be paid.
        None => "none",
        /// To be paid.
        Due => "due",
        /// Paid.
        Paid => "paid",
        /// Paid, and a part was given back.
        PartRefunded => "part_refunded",
        /// Paid, and all was given back.
        Refunded => "refunded",
        /// Need not be paid.
        Waived => "waived",
        /// Went along to the enrolment that continues this one.
        Carried => "carried",
    }
}

text_enum! {
    /// By what money moves.
    pub enum Method {
        /// Notes and coins.
        Cash => "cash",
        /// A card at the desk.
        Card => "card",
        /// The provider of payments on line.
        Online => "online",
        /// None: the fee is waived.
        Waiver => "waiver",
    }
}

text_enum! {
    /// An account of the ledger; a debit is positive.
    pub enum Account {
        /// In the drawer.
        Cash => "cash",
        /// With the bank, by card.
        Card => "card",
        /// With the provider of payments on line.
        Online => "online",
        /// What was not asked for.
        Waiver => "waiver",
        /// Fees for classes (a credit, so negative).
        Income => "income",
        /// On its way from one enrolment to another: nothing is left on it.
        Carried => "carried",
        /// Owed to people who get money back (negative as long as it is owed).
        Refund => "refund",
        /// Counted more or less in the drawer than the books say.
        Difference => "difference",
    }
}

text_enum! {
    /// What a posting stands for.
    pub enum Kind {
        /// A fee was paid or waived.
        Paid => "paid",
        /// A payment came that nothing is due for; it is owed back.
        Unclaimed => "unclaimed",
        /// A part of a fee is owed back.
        Owed => "owed",
        /// What was owed was given back.
        Refunded => "refunded",
        /// An earlier posting was undone.
        Reversal => "reversal",
        /// The drawer was counted.
        Counted => "counted",
        /// A fee left with its learner for another class.
        CarriedOut => "carried_out",
        /// A fee came along with its learner from another class.
        CarriedIn => "carried_in",
    }
}

platform::api_words!(Money, Method, Kind);

/// One line of a posting: account and amount in fen.
pub type Line = (Account, i64);

/// What the books say of an enrolment: sums of the postings that stand, and what was given back of its fee, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Booked {
    /// Received, or come along from another class.
    pub paid: i64,
    /// Waived.
    pub waived: i64,
    /// Gone along to another class.
    pub carried: i64,
    /// Given back.
    pub refunded: i64,
}

impl Money {
    /// Whether a fee that stands so, of so many fen, is what the books say. A waiver that went along stands at the new place alone.
    #[must_use]
    pub const fn is_booked(self, due: i64, booked: Booked) -> bool {
        let Booked {
            paid,
            waived,
            carried,
            refunded,
        } = booked;
        match self {
            Self::None | Self::Due => paid == 0 && waived == 0 && carried == 0,
            Self::Paid => paid == due && waived == 0 && carried == 0 && refunded == 0,
            Self::PartRefunded => paid == due && waived == 0 && 0 < refunded && refunded < due,
            Self::Refunded => paid == due && waived == 0 && refunded >= due,
            Self::Waived => waived == due && paid == 0 && carried == 0,
            Self::Carried if paid == 0 => waived == 0 && carried == 0,
            Self::Carried => paid == due && waived == 0 && carried <= due,
        }
    }
}

/// What comes in for an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its posting.
    pub id: PostingId,
    /// By what.
    pub method: Method,
    /// The payment on line that it settles.
    pub settles: Option<Settled>,
}

/// A payment on line that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Our number of it.
    pub order: crate::OrderId,
    /// The provider's.
    pub number: String,
    /// How much came, in fen.
    pub fen: i64,
    /// Who paid it for the learner, if somebody of their family did.
    pub helper: Option<kernel::PersonId>,
}

impl Method {
    /// The account that grows when money comes in this way.
    #[must_use]
    pub const fn account(self) -> Account {
        match self {
            Self::Cash => Account::Cash,
            Self::Card => Account::Card,
            Self::Online => Account::Online,
            Self::Waiver => Account::Waiver,
        }
    }

    /// Its name on the screen; a key of the English catalogue.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cash => "现金",
            Self::Card => "刷卡",
            Self::Online => "网上支付",
            Self::Waiver => "免交",
        }
    }

    /// Whether something is received, so that a receipt is given.
    #[must_use]
    pub const fn is_money(self) -> bool {
        !matches!(self, Self::Waiver)
    }
}

impl Kind {
    /// Its name on the screen; a key of the English catalogue.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Paid => "交费",
            Self::Unclaimed => "收到不该收的钱，等退",
            Self::Owed => "要退的钱",
            Self::Refunded => "退费",
            Self::Reversal => "撤销",
            Self::Counted => "点钞长短款",
            Self::CarriedOut => "学费转到新的班",
            Self::CarriedIn => "学费从原来的班转来",
        }
    }

    /// The lines of a posting of this kind; a reversal's come from [`reversed`].
    #[must_use]
    pub fn lines(self, method: Method, fen: i64) -> [Line; 2] {
        let (debit, credit) = match self {
            Self::Paid | Self::Reversal => (method.account(), Account::Income),
            Self::Unclaimed => (method.account(), Account::Refund),
            Self::Owed => (Account::Income, Account::Refund),
            Self::Refunded => (Account::Refund, method.account()),
            Self::Counted => (method.account(), Account::Difference),
            Self::CarriedOut => (Account::Income, Account::Carried),
            Self::CarriedIn => (Account::Carried, Account::Income),
        };
        [(debit, fen), (credit, -fen)]
    }
}

/// The lines that take a posting back.
#[must_use]
pub fn reversed(lines: &[Line]) -> Vec<Line> {
    lines.iter().map(|(account, fen)| (*account, -fen)).collect()
}

impl Money {
    /// Its name on the screen; a key of the English catalogue.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "不用交",
            Self::Due => "要交",
            Self::Paid => "已交",
            Self::PartRefunded => "已退一部分",
            Self::Refunded => "已退",
            Self::Waived => "已免",
            Self::Carried => "已转到新的班",
        }
    }
}

/// Seconds in which a step with money can be undone (长辈版: ten minutes for money).
pub const UNDO_SECS: i64 = 600;

/// Whether a posting made at this moment can still be undone.
#[must_use]
pub fn can_undo(kind: Kind, made: Instant, now: Instant, is_reversed: bool, is_closed: bool) -> bool {
    matches!(kind, Kind::Paid | Kind::Refunded)
        && !is_reversed
        && !is_closed
        && now.secs_since(made) < UNDO_SECS
}

/// The number of a receipt as it is printed: `2026-000123`.
#[must_use]
pub fn receipt_text(year: i64, number: i64) -> String {
    format!("{year}-{number:06}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_fee_stands_as_the_books_say() {
        let booked = |[paid, waived, carried, refunded]: [i64; 4]| Booked {
            paid,
            waived,
            carried,
            refunded,
        };
        for (money, sums, right) in [
            (Money::None, [0, 0, 0, 0], true),
            (Money::Due, [0, 0, 0, 0], true),
            (Money::Due, [120, 0, 0, 0], false),
            (Money::Paid, [120, 0, 0, 0], true),
            (Money::Paid, [0, 0, 0, 0], false),
            (Money::Paid, [240, 0, 0, 0], false),
            (Money::Paid, [120, 0, 0, 60], false),
            (Money::PartRefunded, [120, 0, 0, 60], true),
            (Money::PartRefunded, [120, 0, 0, 0], false),
            (Money::Refunded, [120, 0, 0, 120], true),
            (Money::Refunded, [120, 0, 0, 60], false),
            (Money::Waived, [0, 120, 0, 0], true),
            (Money::Waived, [0, 0, 0, 0], false),
            (Money::Carried, [120, 0, 80, 0], true),
            (Money::Carried, [0, 0, 0, 0], true),
            (Money::Carried, [120, 0, 130, 0], false),
        ] {
            assert_eq!(money.is_booked(120, booked(sums)), right, "{money:?} {sums:?}");
        }
    }

    #[test]
    fn what_each_step_posts() {
        for (kind, method, lines) in [
            (
                Kind::Paid,
                Method::Cash,
                [(Account::Cash, 5), (Account::Income, -5)],
            ),
            (
                Kind::Paid,
                Method::Waiver,
                [(Account::Waiver, 5), (Account::Income, -5)],
            ),
            (
                Kind::Unclaimed,
                Method::Online,
                [(Account::Online, 5), (Account::Refund, -5)],
            ),
            (
                Kind::Owed,
                Method::Cash,
                [(Account::Income, 5), (Account::Refund, -5)],
            ),
            (
                Kind::Refunded,
                Method::Card,
                [(Account::Refund, 5), (Account::Card, -5)],
            ),
            (
                Kind::Counted,
                Method::Cash,
                [(Account::Cash, 5), (Account::Difference, -5)],
            ),
            (
                Kind::CarriedOut,
                Method::Cash,
                [(Account::Income, 5), (Account::Carried, -5)],
            ),
            (
                Kind::CarriedIn,
                Method::Cash,
                [(Account::Carried, 5), (Account::Income, -5)],
            ),
        ] {
            assert_eq!(kind.lines(method, 5), lines, "{kind:?}");
        }
    }

    #[test]
    fn what_can_be_undone() {
        let made: Instant = "2026-11-22T01:00:00.000Z".parse().unwrap();
        for (kind, secs, is_reversed, is_closed, can) in [
            (Kind::Paid, 0, false, false, true),
            (Kind::Paid, 599, false, false, true),
            (Kind::Paid, 600, false, false, false),
            (Kind::Refunded, 10, false, false, true),
            (Kind::Paid, 10, true, false, false),
            (Kind::Paid, 10, false, true, false),
            (Kind::Owed, 10, false, false, false),
            (Kind::Reversal, 10, false, false, false),
        ] {
            let found = can_undo(kind, made, made.plus_secs(secs), is_reversed, is_closed);
            assert_eq!(found, can, "{kind:?} {secs}");
        }
    }

    #[test]
    fn every_word_has_english() {
        let money: Vec<&str> = Money::ALL.iter().map(|one| one.label()).collect();
        let methods: Vec<&str> = Method::ALL.iter().map(|one| one.label()).collect();
        let kinds: Vec<&str> = Kind::ALL.iter().map(|one| one.label()).collect();
        for texts in [money, methods, kinds] {
            assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
        }
    }

    proptest! {
        /// Whatever steps are taken, in whatever order, the books sum to nothing, and what is undone leaves no trace.
        #[test]
        fn every_posting_sums_to_nothing(steps in prop::collection::vec((0..8_usize, 0..4_usize, 1..10_000_000_i64, any::<bool>()), 0..60)) {
            let mut books: BTreeMap<Account, i64> = BTreeMap::new();
            let mut kept: BTreeMap<Account, i64> = BTreeMap::new();
            for (kind, method, fen, undone) in steps {
                let lines = Kind::ALL[kind].lines(Method::ALL[method], fen);
                prop_assert_eq!(lines.iter().map(|line| line.1).sum::<i64>(), 0);
                let mut all = lines.to_vec();
                if undone {
                    all.extend(reversed(&lines));
                } else {
                    for (account, fen) in lines { *kept.entry(account).or_default() += fen; }
                }
                for (account, fen) in all { *books.entry(account).or_default() += fen; }
            }
            prop_assert_eq!(books.values().sum::<i64>(), 0);
            books.retain(|_, fen| *fen != 0);
            kept.retain(|_, fen| *fen != 0);
            prop_assert_eq!(books, kept);
        }
    }
}
