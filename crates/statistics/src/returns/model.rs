//! Rules of returns: what may follow on what, what a cell takes, what stands in the way of filing. No I/O.

use crate::datasets::definition::{Element, Fill, How, Upward};
use crate::number::Number;
use kernel::{Date, PersonId, bounded};
use platform::{AppError, AppResult};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Letters of a reason, a remark or a note.
pub const MOST_LETTERS: usize = 200;
/// Cells that are saved at once.
pub const MOST_AT_ONCE: usize = 3_000;

db::text_enum! {
    /// How far a return is.
    pub enum ReturnStatus {
        /// Being filled.
        Draft => "draft",
        /// Filed, waits to be checked.
        Filed => "filed",
        /// Checked, waits to be approved.
        Checked => "checked",
        /// Some cells are open again.
        SentBack => "sent_back",
        /// Approved: it counts in the sums above.
        Approved => "approved",
        /// Fixed for ever.
        Locked => "locked",
    }
}

platform::api_words!(ReturnStatus);

impl ReturnStatus {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "填报中",
            Self::Filed => "待核对",
            Self::Checked => "待审核",
            Self::SentBack => "退回修改",
            Self::Approved => "已审核",
            Self::Locked => "已锁定",
        }
    }

    /// Whether the office has done its part.
    #[must_use]
    pub const fn is_filed(self) -> bool {
        !matches!(self, Self::Draft | Self::SentBack)
    }

    /// Whether it counts in the sums of the level above.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Approved | Self::Locked)
    }
}

/// What is done with a return as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The office hands it in.
    File,
    /// The level above finds it in order.
    Check,
    /// Single cells go back.
    SendBack,
    /// It is approved.
    Approve,
    /// It is fixed for ever.
    Lock,
    /// A written request to change it was granted.
    Reopen,
}

impl Act {
    /// What it is called on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::File => "上报",
            Self::Check => "核对通过",
            Self::SendBack => "退回",
            Self::Approve => "审核通过",
            Self::Lock => "锁定",
            Self::Reopen => "同意更正",
        }
    }
}

/// Rule 5: what a return becomes by an act.
///
/// # Errors
/// [`AppError::Refused`] with what it is now.
pub fn next(status: ReturnStatus, act: Act) -> AppResult<ReturnStatus> {
    use ReturnStatus as S;
    match (act, status) {
        (Act::File, S::Draft | S::SentBack) => Ok(S::Filed),
        (Act::Check, S::Filed) => Ok(S::Checked),
        // More cells may go back while some are open: what must hold between cells may need a cell that is shut.
        (Act::SendBack, S::Filed | S::Checked | S::SentBack)
        | (Act::Reopen, S::Filed | S::Checked | S::Approved) => Ok(S::SentBack),
        (Act::Approve, S::Checked) => Ok(S::Approved),
        (Act::Lock, S::Approved) => Ok(S::Locked),
        _ => Err(AppError::refused(
            "not_now",
            format!(
                "这份报表现在是“{}”，不能{}。请刷新页面看最新的情况。",
                status.label(),
                act.label()
            ),
        )),
    }
}

/// Rule 6: who filed a return does not check or approve it, unless nobody stands above.
///
/// # Errors
/// [`AppError::Refused`].
pub fn other_person(
    filed_by: Option<PersonId>,
    actor: Option<PersonId>,
    stands_above: bool,
) -> AppResult<()> {
    if stands_above && actor.is_some() && filed_by == actor {
        return Err(AppError::refused(
            "same_person",
            "这份报表是您自己上报的，核对和审核要由另一个人来做。",
        ));
    }
    Ok(())
}

/// Rule 8, after 湘教办通〔2008〕137号: a request to change what was filed is granted only before the level above has
/// summed up.
///
/// # Errors
/// [`AppError::Refused`] with what is left to do.
pub fn before_summing(upper: Option<ReturnStatus>, own: ReturnStatus) -> AppResult<()> {
    if own == ReturnStatus::Locked || upper.is_some_and(ReturnStatus::counts) {
        return Err(AppError::refused(
            "summed_up",
            "上级已经汇总审核，数字不能再改（湘教办通〔2008〕137号：更正只在汇总前）。有错请在年度版里发勘误。",
        ));
    }
    Ok(())
}

/// Rule 7: a return is approved before the return that sums it up: afterwards its figures would be in no sum. `door` leads to
/// that return.
///
/// # Errors
/// [`AppError::Refused`] with what is left to do.
pub fn before_its_sum(upper: ReturnStatus, door: &str) -> AppResult<()> {
    let left = match upper {
        ReturnStatus::Approved => "要计入，先由上级申请更正它的汇总表，同意以后再审核这一份，然后重新汇总。",
        ReturnStatus::Locked => "汇总表已经锁定，这一份不能再计入。有错请在年度版里发勘误。",
        _ => return Ok(()),
    };
    Err(AppError::refused_with_door(
        "already_summed",
        format!("上级的汇总表已经审核通过，里面没有这一份的数，现在审核通过也不会计入。{left}"),
        "看上级的汇总表",
        door,
    ))
}

/// Rule 7: whether a return may go from under one sum to another, with how far both sums are: its figures are never in two
/// sums that were approved, and never in none.
#[must_use]
pub fn may_move(own: ReturnStatus, from: Option<ReturnStatus>, to: Option<ReturnStatus>) -> bool {
    let summed = |sum: Option<ReturnStatus>| sum.is_some_and(ReturnStatus::counts);
    own != ReturnStatus::Locked && !(own.counts() && (summed(from) || summed(to)))
}

db::text_enum! {
    /// Where the value of a cell comes from.
    pub enum Origin {
        /// A metric.
        Machine => "machine",
        /// The sum of the returns below.
        Sum => "sum",
        /// A formula.
        Formula => "formula",
        /// Typed, where the machine knows nothing.
        Typed => "typed",
        /// Typed against what the machine says, with a reason.
        Override => "override",
    }
}

platform::api_words!(Origin);

impl Origin {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Machine => "系统",
            Self::Sum => "汇总",
            Self::Formula => "公式",
            Self::Typed => "自填",
            Self::Override => "改过",
        }
    }
}

/// From where a cell of a return is filled by itself; `None` where it is typed.
#[must_use]
pub fn automatic(element: &Element, how: How) -> Option<Origin> {
    match (&element.fill, how, element.up) {
        (Fill::Formula(_), ..) => Some(Origin::Formula),
        (_, How::Sum, Upward::Sum) => Some(Origin::Sum),
        (_, How::Sum, Upward::Typed) | (Fill::Typed, ..) => None,
        (Fill::Metric { .. }, ..) => Some(Origin::Machine),
    }
}

/// Whether a cell follows the machine when it is asked again. Of a return that came back those do that are open, and all
/// sums: a return that does not hold the sums of now cannot go on.
#[must_use]
pub fn follows(status: ReturnStatus, open: bool, automatic: Option<Origin>) -> bool {
    match status {
        ReturnStatus::Draft => true,
        ReturnStatus::SentBack => open || automatic == Some(Origin::Sum),
        _ => false,
    }
}

/// What a cell holds of value: the part of it that is approved and hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The value.
    pub value: Option<Number>,
    /// Where it comes from.
    pub origin: Origin,
    /// Why it differs from the machine or from last year.
    pub reason: String,
}

impl Content {
    /// Its hash, with the cell's code; the same content always has the same.
    #[must_use]
    pub fn hash(&self, element: &str) -> String {
        let value = self
            .value
            .map(|number| number.raw().to_string())
            .unwrap_or_default();
        let text = format!("{element}\n{value}\n{}\n{}", self.origin.as_str(), self.reason);
        hex(&Sha256::digest(text.as_bytes()))
    }
}

/// Bytes as small hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Rules 2 and 3: what a cell holds after somebody typed into it. `automatic` and `machine` say what it has by itself.
///
/// # Errors
/// A sentence for the cell.
pub fn typed(
    element: &Element,
    automatic: Option<Origin>,
    machine: Option<Number>,
    text: &str,
    reason: &str,
) -> Result<Content, String> {
    if automatic == Some(Origin::Formula) {
        return Err("这一格由公式算出，不能改。请改它用到的格。".into());
    }
    let reason = bounded(reason, 0, MOST_LETTERS, "说明")?;
    let own = |value, reason| Content {
        value,
        origin: automatic.filter(|_| machine.is_some()).unwrap_or(Origin::Typed),
        reason,
    };
    if text.trim().is_empty() {
        return Ok(own(machine, reason));
    }
    let number = Number::read(text, element.decimals)?;
    match machine {
        Some(known) if known != number => {
            if reason.chars().count() < 2 {
                return Err(format!(
                    "系统的数是 {}，您填了 {}。要改的话，请写明原因（2 到 {MOST_LETTERS} 个字）。",
                    known.text(element.decimals),
                    number.text(element.decimals)
                ));
            }
            Ok(Content {
                value: Some(number),
                origin: Origin::Override,
                reason,
            })
        }
        _ => Ok(own(Some(number), reason)),
    }
}

/// Days past a deadline; none while there is time or when it is done.
#[must_use]
pub fn days_late(due: Date, status: Option<ReturnStatus>, today: Date) -> Option<i32> {
    let done = status.is_some_and(ReturnStatus::is_filed);
    let days = (today - due).get_days();
    (!done && days > 0).then_some(days)
}

/// Somebody changed the return since the page was opened.
#[must_use]
pub fn changed_meanwhile() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，这份报表有了变化。请看一看最新的情况，再做一次；您写的话还在。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::definition::Nature;

    fn element(fill: Fill, up: Upward) -> Element {
        Element {
            code: "T1_a_n".into(),
            table: 0,
            row: "甲".into(),
            column: "数".into(),
            unit: "人".into(),
            nature: Nature::Span,
            decimals: 0,
            fill,
            up,
            change_percent: Some(30),
            source: None,
        }
    }

    fn metric() -> Fill {
        Fill::Metric {
            id: "x".into(),
            slice: None,
        }
    }

    fn number(text: &str) -> Number {
        Number::read(text, 4).unwrap()
    }

    #[test]
    fn each_act_has_its_time() {
        use ReturnStatus as S;
        let all = [
            S::Draft,
            S::Filed,
            S::Checked,
            S::SentBack,
            S::Approved,
            S::Locked,
        ];
        for (act, from, to) in [
            (Act::File, vec![S::Draft, S::SentBack], S::Filed),
            (Act::Check, vec![S::Filed], S::Checked),
            (
                Act::SendBack,
                vec![S::Filed, S::Checked, S::SentBack],
                S::SentBack,
            ),
            (Act::Approve, vec![S::Checked], S::Approved),
            (Act::Lock, vec![S::Approved], S::Locked),
            (Act::Reopen, vec![S::Filed, S::Checked, S::Approved], S::SentBack),
        ] {
            for status in all {
                let expected = from.contains(&status).then_some(to);
                assert_eq!(next(status, act).ok(), expected, "{act:?} {status:?}");
            }
        }
    }

    #[test]
    fn of_what_came_back_open_cells_and_sums_follow_the_machine() {
        for (status, open, automatic, expected) in [
            (ReturnStatus::Draft, false, None, true),
            (ReturnStatus::SentBack, false, Some(Origin::Machine), false),
            (ReturnStatus::SentBack, true, Some(Origin::Machine), true),
            (ReturnStatus::SentBack, false, Some(Origin::Sum), true),
            (ReturnStatus::Filed, true, Some(Origin::Sum), false),
            (ReturnStatus::Checked, false, Some(Origin::Sum), false),
        ] {
            assert_eq!(
                follows(status, open, automatic),
                expected,
                "{status:?} {open} {automatic:?}"
            );
        }
    }

    type Expected = Result<(Option<&'static str>, Origin), &'static str>;
    type Case = (
        &'static str,
        Option<Origin>,
        Option<&'static str>,
        &'static str,
        &'static str,
        Expected,
    );

    const CASES: [Case; 10] = [
        ("typed", None, None, "12", "", Ok((Some("12"), Origin::Typed))),
        ("emptied", None, None, " ", "", Ok((None, Origin::Typed))),
        (
            "as the machine",
            Some(Origin::Machine),
            Some("7"),
            "7",
            "",
            Ok((Some("7"), Origin::Machine)),
        ),
        (
            "back to the machine",
            Some(Origin::Machine),
            Some("7"),
            "",
            "",
            Ok((Some("7"), Origin::Machine)),
        ),
        (
            "override",
            Some(Origin::Machine),
            Some("7"),
            "9",
            "漏了两人",
            Ok((Some("9"), Origin::Override)),
        ),
        (
            "no reason",
            Some(Origin::Machine),
            Some("7"),
            "9",
            "",
            Err("请写明原因"),
        ),
        (
            "machine knows nothing",
            Some(Origin::Machine),
            None,
            "9",
            "",
            Ok((Some("9"), Origin::Typed)),
        ),
        ("words", None, None, "三十", "", Err("不是数字")),
        ("formula", Some(Origin::Formula), None, "9", "", Err("由公式算出")),
        (
            "sum",
            Some(Origin::Sum),
            Some("7"),
            "7",
            "",
            Ok((Some("7"), Origin::Sum)),
        ),
    ];

    #[test]
    fn a_cell_takes_what_its_origin_allows() {
        for (what, automatic, machine, text, reason, expected) in CASES {
            let element = element(metric(), Upward::Sum);
            let got = typed(&element, automatic, machine.map(number), text, reason);
            match (got, expected) {
                (Ok(content), Ok((value, origin))) => {
                    assert_eq!(
                        (content.value, content.origin),
                        (value.map(number), origin),
                        "{what}"
                    );
                }
                (Err(said), Err(sentence)) => assert!(said.contains(sentence), "{what}: {said}"),
                (got, _) => panic!("{what}: {got:?}"),
            }
        }
    }

    #[test]
    fn cells_go_up_as_their_dataset_says() {
        for (fill, how, up, origin) in [
            (metric(), How::Fill, Upward::Sum, Some(Origin::Machine)),
            (metric(), How::Sum, Upward::Sum, Some(Origin::Sum)),
            (metric(), How::Sum, Upward::Metric, Some(Origin::Machine)),
            (metric(), How::Sum, Upward::Typed, None),
            (Fill::Typed, How::Fill, Upward::Sum, None),
            (Fill::Typed, How::Sum, Upward::Sum, Some(Origin::Sum)),
            (Fill::Typed, How::Sum, Upward::Typed, None),
            (
                Fill::Formula("1".into()),
                How::Sum,
                Upward::Sum,
                Some(Origin::Formula),
            ),
        ] {
            assert_eq!(
                automatic(&element(fill.clone(), up), how),
                origin,
                "{fill:?} {how:?} {up:?}"
            );
        }
    }

    #[test]
    fn the_rest_of_the_rules() {
        let one = Some(kernel::Id::from_raw(1));
        assert!(other_person(one, one, true).is_err());
        assert!(other_person(one, one, false).is_ok());
        assert!(other_person(one, Some(kernel::Id::from_raw(2)), true).is_ok());
        for (upper, own, may) in [
            (None, ReturnStatus::Approved, true),
            (Some(ReturnStatus::Draft), ReturnStatus::Approved, true),
            (Some(ReturnStatus::Approved), ReturnStatus::Approved, false),
            (None, ReturnStatus::Locked, false),
        ] {
            assert_eq!(before_summing(upper, own).is_ok(), may, "{upper:?} {own:?}");
        }
        for status in ReturnStatus::ALL {
            let late = before_its_sum(*status, "/desk/returns/1").is_err();
            assert_eq!(late, status.counts(), "{status:?}");
        }
        use ReturnStatus as S;
        for (own, from, to, may) in [
            (S::Draft, None, None, true),
            (S::Approved, Some(S::Filed), Some(S::Draft), true),
            (S::Approved, Some(S::Filed), None, true),
            // It is in the sum that it leaves, or would be in no sum.
            (S::Approved, Some(S::Approved), Some(S::Draft), false),
            (S::Approved, Some(S::Draft), Some(S::Locked), false),
            // Not approved in time: it may still count elsewhere.
            (S::Checked, Some(S::Locked), Some(S::Draft), true),
            (S::Locked, None, Some(S::Draft), false),
        ] {
            assert_eq!(may_move(own, from, to), may, "{own:?} {from:?} {to:?}");
        }
        let day = |text: &str| text.parse().unwrap();
        for (today, status, late) in [
            ("2026-01-20", None, None),
            ("2026-01-25", None, Some(5)),
            ("2026-01-25", Some(ReturnStatus::SentBack), Some(5)),
            ("2026-01-25", Some(ReturnStatus::Filed), None),
        ] {
            assert_eq!(days_late(day("2026-01-20"), status, day(today)), late, "{today}");
        }
        let content = Content {
            value: Some(number("1")),
            origin: Origin::Typed,
            reason: String::new(),
        };
        assert_eq!(content.hash("A"), content.clone().hash("A"));
        assert_ne!(content.hash("A"), content.hash("B"));
    }
}
