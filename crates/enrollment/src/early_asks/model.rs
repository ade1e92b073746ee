//! Rules of early asks: pure, tested by tables of cases.

use crate::first_come::Plan;
use crate::seat_desk::Refusal;
use kernel::{Instant, PersonId};
use teaching::classes::ClassRow;

/// Minutes before an opening in which an ask can be left: enough to come in peace, too few to stand in line all night.
pub const EARLY_MINUTES: i64 = 30;
/// Days for which a decided ask is kept, for whoever reads late what became of it.
pub const KEPT_DAYS: i64 = 30;

/// What somebody can do before they may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Early {
    /// They can ask at once.
    Open,
    /// They can leave an ask for this moment.
    Now(Instant),
    /// They can leave one from the first moment on, for the second.
    From(Instant, Instant),
}

/// When somebody may first ask for a class, and whether an ask can be left for then.
///
/// # Errors
/// Why they will not be taken, if it is known now.
pub fn early(class: &ClassRow, plan: &Plan, person: PersonId, now: Instant) -> Result<Early, Refusal> {
    let opens = match plan.admit(person, now.max(class.enrollment_opens)) {
        Ok(()) => class.enrollment_opens,
        Err(Refusal::OwnRoundLater { opens, .. }) => opens.max(class.enrollment_opens),
        Err(other) => return Err(other),
    };
    if opens >= class.enrollment_closes {
        return Err(Refusal::Closed {
            at: Some(class.enrollment_closes),
        });
    }
    if let Some(round) = plan.drawn(opens.max(now)) {
        return Err(Refusal::InDraw { round });
    }
    let from = opens.plus_secs(-EARLY_MINUTES * 60);
    Ok(if opens <= now {
        Early::Open
    } else if from <= now {
        Early::Now(opens)
    } else {
        Early::From(from, opens)
    })
}

/// What the slip of the counter says of the ticket: how the order comes about, and that nobody knows it.
#[must_use]
pub fn ticket_words(opens: &str) -> String {
    format!(
        "{opens} 开始报名，到点由电脑随机排次序：先登记后登记、网上和柜台都一样，不用守着。排到第几，开始以前谁也看不到，工作人员也看不到。有名额就报上，没有就排候补。结果打电话或到柜台问，网上“我的学习”也有。"
    )
}

/// Seconds after which a page that waits asks again: the nearer the opening the sooner, and later when many wait, so
/// that looking does not slow the seats down.
#[must_use]
pub fn poll_secs(now: Instant, opens: Instant, present: i64) -> i64 {
    let left = (opens.millis() - now.millis()).div_euclid(1_000);
    let crowd = present / 2_000;
    match left {
        ..=0 => 2 + crowd,
        left => (left / 4).clamp(5, 60).max(crowd).min(left + 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_more_often_near_the_opening_and_less_in_a_crowd() {
        let at = |secs: i64| Instant::from_millis(secs * 1_000);
        for (left, present, secs) in [
            (1_800, 1, 60),
            (100, 1, 25),
            (8, 1, 5),
            (2, 1, 4),
            (0, 1, 2),
            (-10, 1, 2),
            (8, 36_000, 10),
            (600, 36_000, 60),
            (0, 36_000, 20),
        ] {
            assert_eq!(
                poll_secs(at(10_000), at(10_000 + left), present),
                secs,
                "{left} {present}"
            );
        }
    }
}
