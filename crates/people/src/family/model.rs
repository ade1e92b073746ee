//! The rules of family links: how long, how many, what they are called. No I/O.

use crate::persons::Sex;
use db::text_enum;
use kernel::{Date, Instant};
use platform::{AppError, AppResult};

/// Days within which a request is answered.
pub const ASK_DAYS: i64 = 7;
/// Days for which a link is good.
pub const LINK_DAYS: i64 = 365;
/// People for whom one helper may act.
pub const MOST_ELDERS: usize = 5;
/// Helpers of one elder.
pub const MOST_HELPERS: usize = 3;
/// Requests of one helper in 24 hours.
pub const ASKS_A_DAY: i64 = 5;
/// Messages about requests to one elder in 24 hours.
pub const TOLD_A_DAY: i64 = 3;
/// Days for which a request that came to nothing is kept.
pub const ASK_KEPT_DAYS: i64 = 30;

text_enum! {
    /// What the helper is to the elder.
    pub enum Relation {
        /// Daughter or son.
        Child => "child",
        /// Wife or husband.
        Spouse => "spouse",
        /// Another relative.
        Relative => "relative",
        /// Somebody who cares for them.
        Carer => "carer",
    }
}

impl Relation {
    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Child => "儿女",
            Self::Spouse => "配偶",
            Self::Relative => "其他亲属",
            Self::Carer => "照护人",
        }
    }

    /// What the elder calls the helper.
    #[must_use]
    pub const fn called(self, helper: Option<Sex>) -> &'static str {
        match (self, helper) {
            (Self::Child, Some(Sex::Female)) => "女儿",
            (Self::Child, Some(Sex::Male)) => "儿子",
            (Self::Child, None) => "儿女",
            (Self::Spouse, _) => "老伴",
            (Self::Relative, _) => "亲属",
            (Self::Carer, _) => "照护人",
        }
    }

    /// What the helper calls the elder.
    #[must_use]
    pub const fn calls(self, elder: Option<Sex>) -> &'static str {
        match (self, elder) {
            (Self::Child, Some(Sex::Female)) => "妈妈",
            (Self::Child, Some(Sex::Male)) => "爸爸",
            (Self::Spouse, _) => "老伴",
            (Self::Relative, _) => "亲属",
            (Self::Child, None) | (Self::Carer, _) => "长辈",
        }
    }
}

text_enum! {
    /// What is written of a link.
    pub enum LinkStatus {
        /// Asked for.
        Asked => "asked",
        /// The elder agreed.
        Confirmed => "confirmed",
        /// The elder did not.
        Refused => "refused",
        /// One of the two ended it, or took the request back.
        Ended => "ended",
    }
}

text_enum! {
    /// How a clerk made sure who stands there.
    pub enum IdentityCheck {
        /// By the identity card.
        IdCard => "id_card",
        /// By the learner's card and a question.
        LearnerCard => "learner_card",
        /// Known to the clerk for long.
        Known => "known",
    }
}

impl IdentityCheck {
    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::IdCard => "看过身份证",
            Self::LearnerCard => "看过学习卡，问过出生日期",
            Self::Known => "老学员，认识本人",
        }
    }
}

platform::api_words!(Relation, IdentityCheck, Standing);

text_enum! {
    /// How a link stands now.
    pub enum Standing {
        /// Waits for the elder.
        Waiting => "waiting",
        /// In force.
        Active => "active",
        /// Not answered in time.
        Lapsed => "lapsed",
        /// Refused by the elder.
        Refused => "refused",
        /// Its time is over.
        Over => "over",
        /// Ended.
        Ended => "ended",
    }
}

/// How a link stands at a moment.
#[must_use]
pub fn standing(status: LinkStatus, expires_at: Instant, valid_to: Option<Date>, now: Instant) -> Standing {
    match status {
        LinkStatus::Asked if now < expires_at => Standing::Waiting,
        LinkStatus::Asked => Standing::Lapsed,
        LinkStatus::Confirmed if valid_to.is_some_and(|end| now.date() < end) => Standing::Active,
        LinkStatus::Confirmed => Standing::Over,
        LinkStatus::Refused => Standing::Refused,
        LinkStatus::Ended => Standing::Ended,
    }
}

/// How the helper sees it: a refusal looks like silence until the request would have run out, and after.
#[must_use]
pub fn as_helper_sees(standing: Standing, expires_at: Instant, now: Instant) -> Standing {
    match standing {
        Standing::Refused if now < expires_at => Standing::Waiting,
        Standing::Refused => Standing::Lapsed,
        other => other,
    }
}

/// Whether a helper may ask once more; `held` counts links in force and requests that wait.
///
/// # Errors
/// A sentence that says nothing about the elder.
pub fn may_ask(held: usize, asks_today: i64) -> AppResult<()> {
    if asks_today >= ASKS_A_DAY {
        return Err(AppError::TooMany(
            "今天申请的次数太多了。请明天再来，或者和老人一起到柜台办。".into(),
        ));
    }
    if held >= MOST_ELDERS {
        return Err(too_many_elders());
    }
    Ok(())
}

/// Whether a link may begin; the counts are without the two people's own earlier link.
///
/// # Errors
/// A refusal with what to do.
pub fn may_begin(helpers: usize, elders: usize) -> AppResult<()> {
    if helpers >= MOST_HELPERS {
        return Err(AppError::refused_with_door(
            "too_many_helpers",
            format!("最多请 {MOST_HELPERS} 个人代办。请先停掉一个，再同意新的。"),
            "看谁能替我办事",
            "/me/family",
        ));
    }
    if elders >= MOST_ELDERS {
        return Err(too_many_elders());
    }
    Ok(())
}

fn too_many_elders() -> AppError {
    AppError::refused_with_door(
        "too_many_elders",
        format!("一个人最多替 {MOST_ELDERS} 位办事。请先停掉不用的，再申请。"),
        "看我替谁办事",
        "/me/family",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stands_by_its_dates() {
        let now = Instant::from_millis(1_796_000_000_000);
        let (before, after) = (now.plus_secs(-1), now.plus_secs(1));
        let (today, tomorrow) = (now.date(), now.plus_secs(86_400).date());
        for (status, expires, to, stands, seen) in [
            (
                LinkStatus::Asked,
                after,
                None,
                Standing::Waiting,
                Standing::Waiting,
            ),
            (LinkStatus::Asked, now, None, Standing::Lapsed, Standing::Lapsed),
            (
                LinkStatus::Refused,
                after,
                None,
                Standing::Refused,
                Standing::Waiting,
            ),
            (
                LinkStatus::Refused,
                before,
                None,
                Standing::Refused,
                Standing::Lapsed,
            ),
            (
                LinkStatus::Confirmed,
                before,
                Some(tomorrow),
                Standing::Active,
                Standing::Active,
            ),
            (
                LinkStatus::Confirmed,
                before,
                Some(today),
                Standing::Over,
                Standing::Over,
            ),
            (
                LinkStatus::Confirmed,
                before,
                None,
                Standing::Over,
                Standing::Over,
            ),
            (
                LinkStatus::Ended,
                after,
                Some(tomorrow),
                Standing::Ended,
                Standing::Ended,
            ),
        ] {
            let got = standing(status, expires, to, now);
            assert_eq!(got, stands, "{status:?}");
            assert_eq!(as_helper_sees(got, expires, now), seen, "{status:?}");
        }
    }

    #[test]
    fn limits_hold() {
        for (held, today, code) in [(0, 0, None), (4, 4, None), (5, 0, Some(409)), (0, 5, Some(429))] {
            assert_eq!(
                may_ask(held, today).err().map(|e| e.status()),
                code,
                "{held} {today}"
            );
        }
        for (helpers, elders, code) in [
            (2, 4, None),
            (3, 0, Some("too_many_helpers")),
            (0, 5, Some("too_many_elders")),
        ] {
            let got = may_begin(helpers, elders).err();
            assert_eq!(got.as_ref().map(AppError::code), code, "{helpers} {elders}");
        }
    }

    #[test]
    fn people_are_called_as_at_home() {
        use {Relation as R, Sex as S};
        for (relation, helper, elder, called, calls) in [
            (R::Child, Some(S::Female), Some(S::Female), "女儿", "妈妈"),
            (R::Child, Some(S::Male), Some(S::Male), "儿子", "爸爸"),
            (R::Child, None, None, "儿女", "长辈"),
            (R::Spouse, None, None, "老伴", "老伴"),
            (R::Relative, None, None, "亲属", "亲属"),
            (R::Carer, None, None, "照护人", "长辈"),
        ] {
            assert_eq!((relation.called(helper), relation.calls(elder)), (called, calls));
        }
    }
}
