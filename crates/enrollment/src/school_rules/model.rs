//! The rules and their bounds. No I/O.

use crate::fees::ladder::{Ladder, Share};
use crate::fees::late::LateFee;
use crate::seat_desk::holds::Limits;
use db::text_enum;
use kernel::OrgId;
use platform::{AppError, AppResult};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What it means when somebody whose paid class was merged does not answer.
    pub enum Silence {
        /// They keep the new seat where the new class meets on the same day, at the same time and place; else all goes back.
        KeepIfSame => "keep_if_same",
        /// They keep the new seat.
        Keep => "keep",
        /// They give the new seat up, and all goes back.
        Refund => "refund",
    }
}

platform::api_words!(Silence);

impl Silence {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::KeepIfSame => "时间地点都没变的，留在新的班；变了的，全部退费",
            Self::Keep => "留在新的班",
            Self::Refund => "全部退费",
        }
    }

    /// What it comes to: [`Silence::Keep`] or [`Silence::Refund`].
    #[must_use]
    pub const fn settled(self, same: bool) -> Self {
        match self {
            Self::KeepIfSame if same => Self::Keep,
            Self::KeepIfSame => Self::Refund,
            other => other,
        }
    }
}

text_enum! {
    /// What becomes of the seat of somebody who pauses.
    pub enum SeatMeanwhile {
        /// It goes to the next who waits.
        Give => "give",
        /// It is kept.
        Keep => "keep",
    }
}

text_enum! {
    /// What becomes of the fee of somebody who pauses.
    pub enum FeeMeanwhile {
        /// It stays, and pays for the class in which they come back.
        Carry => "carry",
        /// It goes back by the ladder; who comes back pays anew.
        Refund => "refund",
    }
}

platform::api_words!(SeatMeanwhile, FeeMeanwhile);

impl SeatMeanwhile {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Give => "让给候补的人，复学时优先补空名额",
            Self::Keep => "一直留着",
        }
    }
}

impl FeeMeanwhile {
    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Carry => "留着，复学时抵学费",
            Self::Refund => "按退费规定退，复学时再交",
        }
    }
}

/// What a school decides. A field that an older version did not have yet has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SchoolRules {
    /// Days in which who has paid answers to a merge.
    pub merge_days: i64,
    /// What no answer means.
    pub merge_silence: Silence,
    /// Weeks after the first lesson in which a learner may change classes.
    pub transfer_weeks: i64,
    /// Weeks after the first lesson in which a learner may ask to pause.
    pub suspend_weeks: i64,
    /// Terms after the class's own for which the place of who pauses is kept.
    pub suspend_terms: i64,
    /// What becomes of their seat meanwhile.
    pub suspend_seat: SeatMeanwhile,
    /// What becomes of their fee meanwhile.
    pub suspend_fee: FeeMeanwhile,
    /// What who joins late pays.
    pub late_fee: LateFee,
    /// Hours for which a seat is kept unpaid for who enrols on line.
    pub fee_hours: i64,
    /// Working days for which it is kept for who enrols at the counter.
    pub fee_days: i64,
    /// Lessons begun until which who leaves gets all back.
    pub refund_whole: i64,
    /// Lessons begun until which they get the part back for the lessons that have not begun.
    pub refund_part: i64,
    /// What they get back later.
    pub refund_late: Share,
    /// What they get back later with proof of illness, death or a move.
    pub refund_proof: Share,
    /// Absences in a row at which the teacher and the monitor are told.
    pub absence_alert: i64,
    /// Absences in a row at which it is proposed to give up the place.
    pub absence_row: i64,
    /// Percent of the lessons held, missed without leave, at which it is proposed too.
    pub absence_percent: i64,
}

/// The default. Three days are long enough to be reached by telephone and to ask one's family. No answer: an elder who
/// reads no message comes at the usual hour to the usual room, so nothing is taken away where both stayed; where they
/// changed, nobody is made to pay for what they did not choose (吴江老年大学: a class not held is refunded in full). Four
/// weeks to change classes (广东老年大学: one month; others one or two weeks). Two absences in a row are asked about, four or a
/// third of the lessons are proposed (published: six weeks, three months; an absent elder may be ill, so people look early).
/// Two weeks to ask for a pause (杭州老干部大学: on proof, within two weeks); whoever cannot come later may leave with proof. The
/// seat goes on to who waits, because an empty chair helps nobody, and who returns comes before them; what was paid stays for one
/// more term, because it was paid for a course that they mean to finish: product defaults. Who joins late pays the
/// whole fee (广东老年大学). Two working days to pay at the counter (西安老年大学); the ladder of refunds: `fees/ladder.rs`.
impl Default for SchoolRules {
    fn default() -> Self {
        Self {
            merge_days: 3,
            merge_silence: Silence::KeepIfSame,
            transfer_weeks: 4,
            suspend_weeks: 2,
            suspend_terms: 1,
            suspend_seat: SeatMeanwhile::Give,
            suspend_fee: FeeMeanwhile::Carry,
            late_fee: LateFee::Full,
            fee_hours: 48,
            fee_days: 2,
            refund_whole: 0,
            refund_part: 3,
            refund_late: Share::Nothing,
            refund_proof: Share::Unused,
            absence_alert: 2,
            absence_row: 4,
            absence_percent: 33,
        }
    }
}

impl SchoolRules {
    /// How long a seat is kept for its fee.
    #[must_use]
    pub fn fee_limits(&self) -> Limits {
        Limits {
            online_hours: self.fee_hours,
            counter_days: usize::try_from(self.fee_days).unwrap_or(1),
        }
    }

    /// The ladder of refunds.
    #[must_use]
    pub const fn ladder(&self) -> Ladder {
        Ladder {
            whole: self.refund_whole,
            part: self.refund_part,
            late: self.refund_late,
            proof: self.refund_proof,
        }
    }

    /// Checks the bounds of what is about money.
    fn check_money(&self) -> AppResult<()> {
        let bounds = [
            (
                "fee_hours",
                (1..=336).contains(&self.fee_hours),
                "网上报名留名额的时间要在 1 到 336 小时之间。",
            ),
            (
                "fee_days",
                (1..=30).contains(&self.fee_days),
                "柜台报名留名额的时间要在 1 到 30 个工作日之间。",
            ),
            (
                "refund_whole",
                (0..=20).contains(&self.refund_whole),
                "全退的课次要在 0 到 20 之间。",
            ),
            (
                "refund_part",
                (self.refund_whole..=60).contains(&self.refund_part),
                "按没上的课退的课次不能少于全退的课次，最多 60。",
            ),
            (
                "refund_proof",
                self.refund_proof >= self.refund_late,
                "有证明的不能比没有证明的退得少。",
            ),
        ];
        let wrong = bounds.into_iter().find(|(_, holds, _)| !holds);
        wrong.map_or(Ok(()), |(field, _, sentence)| {
            Err(AppError::invalid(field, sentence))
        })
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AppError::Invalid`] at the field that is out of bounds.
    pub fn check(&self) -> AppResult<()> {
        if !(1..=30).contains(&self.merge_days) {
            return Err(AppError::invalid("merge_days", "答复的天数要在 1 到 30 之间。"));
        }
        if !(0..=20).contains(&self.transfer_weeks) {
            return Err(AppError::invalid(
                "transfer_weeks",
                "转班的周数要在 0 到 20 之间。",
            ));
        }
        if !(0..=20).contains(&self.suspend_weeks) {
            return Err(AppError::invalid(
                "suspend_weeks",
                "申请休学的周数要在 0 到 20 之间。",
            ));
        }
        if !(0..=4).contains(&self.suspend_terms) {
            return Err(AppError::invalid(
                "suspend_terms",
                "保留学籍的学期数要在 0 到 4 之间。",
            ));
        }
        if self.suspend_seat == SeatMeanwhile::Keep && self.suspend_fee == FeeMeanwhile::Refund {
            return Err(AppError::invalid(
                "suspend_fee",
                "名额一直留着的，学费不能退。请改成学费留着，或者名额让给候补的人。",
            ));
        }
        if !(1..=10).contains(&self.absence_alert) {
            return Err(AppError::invalid(
                "absence_alert",
                "提醒老师的次数要在 1 到 10 之间。",
            ));
        }
        if !(self.absence_alert..=20).contains(&self.absence_row) {
            return Err(AppError::invalid(
                "absence_row",
                "提请清退的次数不能少于提醒老师的次数，最多 20。",
            ));
        }
        if !(10..=100).contains(&self.absence_percent) {
            return Err(AppError::invalid(
                "absence_percent",
                "没来的比例要在 10 到 100 之间。",
            ));
        }
        self.check_money()
    }
}

/// What counts otherwise than typed, as `网上交费的期限现在是 24 小时`, for an officer whose page is out of date.
#[must_use]
pub fn differences(now: &SchoolRules, typed: &SchoolRules) -> Vec<String> {
    let mut all = other_words(now, typed);
    all.extend(other_numbers(now, typed));
    all
}

fn other_words(now: &SchoolRules, typed: &SchoolRules) -> Vec<String> {
    let words = [
        (
            now.merge_silence != typed.merge_silence,
            "并班没有答复的",
            now.merge_silence.label(),
        ),
        (
            now.suspend_seat != typed.suspend_seat,
            "休学的人的名额",
            now.suspend_seat.label(),
        ),
        (
            now.suspend_fee != typed.suspend_fee,
            "休学的人的学费",
            now.suspend_fee.label(),
        ),
        (
            now.late_fee != typed.late_fee,
            "开课以后才报名的",
            now.late_fee.label(),
        ),
        (
            now.refund_late != typed.refund_late,
            "再晚取消的",
            now.refund_late.label(),
        ),
        (
            now.refund_proof != typed.refund_proof,
            "再晚取消、有证明的",
            now.refund_proof.label(),
        ),
    ];
    let of_words = words.into_iter().filter(|(differs, ..)| *differs);
    of_words
        .map(|(_, label, value)| format!("{label}现在是“{value}”"))
        .collect()
}

fn other_numbers(now: &SchoolRules, typed: &SchoolRules) -> Vec<String> {
    let of = |number: fn(&SchoolRules) -> i64| (number(now), number(typed));
    let numbers = [
        (of(|all| all.merge_days), "并班答复的期限", "天"),
        (of(|all| all.transfer_weeks), "开课后可以转班的时间", "周"),
        (of(|all| all.suspend_weeks), "开课后可以休学的时间", "周"),
        (of(|all| all.suspend_terms), "休学保留学籍", "个学期"),
        (of(|all| all.fee_hours), "网上交费的期限", "小时"),
        (of(|all| all.fee_days), "柜台交费的期限", "个工作日"),
        (of(|all| all.refund_whole), "学费全退的课次", "次"),
        (of(|all| all.refund_part), "按没上的课退的课次", "次"),
        (of(|all| all.absence_alert), "连续没来就提醒", "次"),
        (of(|all| all.absence_row), "连续没来就提请清退", "次"),
        (of(|all| all.absence_percent), "没来的课占的百分比", "%"),
    ];
    let differing = numbers.into_iter().filter(|((now, typed), ..)| now != typed);
    differing
        .map(|((now, _), label, unit)| format!("{label}现在是 {now} {unit}"))
        .collect()
}

/// Rules as they were set at an org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Where.
    pub org: OrgId,
    /// Which time.
    pub version: i64,
    /// What.
    pub rules: SchoolRules,
}

/// Rules with where they come from: what a decision keeps, so that it can be explained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ruling {
    /// The org that set them; `None` for the default.
    pub org: Option<OrgId>,
    /// Which of its versions; 0 for the default.
    pub version: i64,
    /// The rules.
    pub rules: SchoolRules,
}

impl Ruling {
    /// What a decision keeps of it; `None` for the default.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.org.map(|org| format!("school-rules/{org}/{}", self.version))
    }

    /// The rules that count for an org whose path from the root is this.
    #[must_use]
    pub fn of(path: &[OrgId], sets: Vec<Set>) -> Self {
        nearest(path, sets).map_or_else(Self::default, |set| Self {
            org: Some(set.org),
            version: set.version,
            rules: set.rules,
        })
    }
}

/// The rules that count for an org whose path from the root is this: the nearest, in their last version.
#[must_use]
pub fn nearest(path: &[OrgId], sets: Vec<Set>) -> Option<Set> {
    let depth = |set: &Set| path.iter().position(|org| *org == set.org);
    let above = sets.into_iter().filter(|set| depth(set).is_some());
    above.max_by_key(|set| (depth(set), set.version))
}
