//! The rules of erasure: what goes, what stays, and how a wish moves on. No I/O.

use kernel::Date;
use platform::personal::{Retention, Rule};
use platform::{AppError, AppResult};

/// Days between the word of the one who decides and the erasure: time to take the wish back.
pub const WAIT_DAYS: i64 = 15;
/// Kind of the daily job that carries erasures out.
pub const JOB: &str = "person.erase";
/// Days for which a code sent to a telephone is kept: its row counts the codes of the day.
pub const CODE_DAYS: i64 = 2;
/// Days for which a sign-in is kept after it ended.
pub const SIGN_IN_DAYS: i64 = 90;
/// Days for which a token or a card is kept after it ended.
pub const ENDED_DAYS: i64 = 365;

/// What an erasure does to each table of this domain, and how old its rows get in any case.
pub const RETENTION: &[Retention] = &[
    Retention {
        what: "姓名、性别、出生日期、身份证号、手机号、住址、紧急联系人、需要照顾的地方",
        table: "person",
        rule: Rule::Emptied,
        why: "留下学员号和登记的学校，名册和学时才对得上；姓名改成“已注销”。",
        days: None,
    },
    Retention {
        what: "在哪些学校报过名、登记过",
        table: "person_org",
        rule: Rule::Kept,
        why: "只有编号；学校要能看到自己的不带名字的记录。",
        days: None,
    },
    Retention {
        what: "登录账号和密码",
        table: "account",
        rule: Rule::Emptied,
        why: "留下账号的编号，审计日志才对得上；登录名、密码和动态码都删掉。",
        days: None,
    },
    Retention {
        what: "任过的岗位",
        table: "post",
        rule: Rule::Kept,
        why: "只有编号和日期；证明当时谁有权办事。",
        days: None,
    },
    Retention {
        what: "登录记录",
        table: "sign_in",
        rule: Rule::Deleted,
        why: "用过什么设备、什么时候，注销以后没有用处。",
        days: Some(SIGN_IN_DAYS),
    },
    Retention {
        what: "短信验证码",
        table: "sign_in_code",
        rule: Rule::Deleted,
        why: "只管当天的登录。",
        days: Some(CODE_DAYS),
    },
    Retention {
        what: "学习卡的密码",
        table: "code_card",
        rule: Rule::Deleted,
        why: "卡不能再用。",
        days: Some(ENDED_DAYS),
    },
    Retention {
        what: "给程序用的令牌",
        table: "api_token",
        rule: Rule::Deleted,
        why: "令牌不能再用。",
        days: Some(ENDED_DAYS),
    },
    Retention {
        what: "同意和撤回的记录",
        table: "consent",
        rule: Rule::Kept,
        why: "都记为已撤回；证明以前的使用是本人同意的。",
        days: None,
    },
    Retention {
        what: "删除资料的申请",
        table: "erasure_request",
        rule: Rule::Kept,
        why: "证明为什么删除、谁同意的。",
        days: None,
    },
    Retention {
        what: "谁替谁办事的授权",
        table: "family_link",
        rule: Rule::Deleted,
        why: "注销以后谁也不能再代办；办过的事在审计日志里，只有编号。",
        days: Some(ENDED_DAYS),
    },
];

/// How a wish for erasure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for a decision.
    Asked,
    /// Accepted; will be carried out on this day.
    Accepted(Date),
    /// Refused.
    Refused,
    /// Taken back.
    Withdrawn,
    /// Carried out.
    Done,
}

impl State {
    /// The state that follows from what is kept of a wish.
    #[must_use]
    pub fn of(withdrawn: bool, done: bool, decision: Option<&str>, due_on: Option<Date>) -> Self {
        match (withdrawn, done, decision, due_on) {
            (_, true, ..) => Self::Done,
            (true, ..) => Self::Withdrawn,
            (_, _, Some("accepted"), Some(due)) => Self::Accepted(due),
            (_, _, Some(_), _) => Self::Refused,
            (_, _, None, _) => Self::Asked,
        }
    }

    /// Whether the wish still stands: it can be taken back, and no other can be asked.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Asked | Self::Accepted(_))
    }

    /// Whether it is to be carried out today.
    #[must_use]
    pub fn is_due(self, today: Date) -> bool {
        matches!(self, Self::Accepted(due) if due <= today)
    }

    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Asked => "等待答复",
            Self::Accepted(_) => "已同意，等待期内",
            Self::Refused => "没有同意",
            Self::Withdrawn => "本人撤回了",
            Self::Done => "已注销",
        }
    }
}

/// A decision may be made once, on a wish that stands.
///
/// # Errors
/// [`AppError::Refused`] when it was decided on, taken back or carried out.
pub fn may_decide(state: State) -> AppResult<()> {
    if state == State::Asked {
        return Ok(());
    }
    Err(AppError::refused_with_door(
        "changed_meanwhile",
        format!("这份申请现在是“{}”，不用再处理。", state.label()),
        "看全部申请",
        "/desk/erasures",
    ))
}

/// Who holds a post answers for what they do in it: the post ends first.
#[must_use]
pub fn holds_post() -> AppError {
    AppError::refused_with_door(
        "holds_post",
        "这位现在还有岗位，不能注销。请先由管理员结束岗位，再来同意。",
        "看岗位",
        "/desk/posts",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_moves_one_way() {
        let due: Date = "2026-12-07".parse().unwrap();
        let later: Date = "2026-12-08".parse().unwrap();
        let before: Date = "2026-12-06".parse().unwrap();
        for (withdrawn, done, decision, state, stands, due_now) in [
            (false, false, None, State::Asked, true, false),
            (false, false, Some("accepted"), State::Accepted(due), true, true),
            (false, false, Some("refused"), State::Refused, false, false),
            (true, false, None, State::Withdrawn, false, false),
            (true, false, Some("accepted"), State::Withdrawn, false, false),
            (false, true, Some("accepted"), State::Done, false, false),
        ] {
            let got = State::of(withdrawn, done, decision, decision.map(|_| due));
            assert_eq!(got, state);
            assert_eq!(got.stands(), stands, "{got:?}");
            assert_eq!(got.is_due(later), due_now, "{got:?}");
            assert_eq!(may_decide(got).is_ok(), got == State::Asked, "{got:?}");
        }
        assert!(!State::Accepted(due).is_due(before));
        assert!(State::Accepted(due).is_due(due));
    }

    #[test]
    fn every_rule_says_why() {
        for rule in RETENTION {
            assert!(!rule.what.is_empty() && rule.why.ends_with('。'), "{rule:?}");
        }
    }
}
