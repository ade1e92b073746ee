//! What two aligned plans say of each other. No I/O.

use super::likeness::same_object;
use crate::plans::model::{TargetComparison, TargetDraft};
use crate::progress::model::grows;
use crate::reading::bind::Bindings;
use platform::AppError;
use std::cmp::Ordering;

db::text_enum! {
    /// What a person said of a pair.
    pub enum AlignVerdict {
        /// The lower item serves the upper one.
        Confirmed => "confirmed",
        /// It does not.
        Rejected => "rejected",
        /// Nothing any more: the pair may be suggested again.
        Cleared => "cleared",
    }
}
platform::api_words!(AlignVerdict);

impl AlignVerdict {
    /// The kind of its event.
    #[must_use]
    pub const fn event(self) -> &'static str {
        match self {
            Self::Confirmed => "plan.aligned",
            Self::Rejected => "plan.align_rejected",
            Self::Cleared => "plan.align_cleared",
        }
    }
}

db::text_enum! {
    /// How a target stands to the upper one.
    pub enum AlignStanding {
        /// It asks for more.
        Above => "above",
        /// It asks for as much.
        Equal => "equal",
        /// It asks for less.
        Below => "below",
        /// It counts what adds up to the upper figure, and is less than the whole.
        Part => "part",
    }
}
platform::api_words!(AlignStanding);

impl AlignStanding {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Above => "高于上级",
            Self::Equal => "和上级一样",
            Self::Below => "低于上级",
            Self::Part => "上级是合计",
        }
    }
}

/// How a target stands to one of the upper item, where the two speak of the same thing: of one kind, of as many stars, of
/// chosen ones or of all, of growth or of what is there.
///
/// Compared is what must be reached at least (of a span, its lower end); for a bound from above (不超过), less asks for more.
/// A count of a plan of another organisation is a part of the upper one, and less than the whole is not too little.
#[must_use]
pub fn standing(lower: &TargetDraft, upper: &TargetDraft, one_org: bool) -> Option<AlignStanding> {
    let bound = |target: &TargetDraft| target.comparison == TargetComparison::Le;
    let bounded = bound(lower);
    if lower.unit != upper.unit || bounded != bound(upper) || !same_thing(lower, upper) {
        return None;
    }
    let adds_up = !one_org && adds_up(&lower.unit);
    Some(match lower.value_milli.cmp(&upper.value_milli) {
        Ordering::Equal => AlignStanding::Equal,
        Ordering::Less if adds_up => AlignStanding::Part,
        Ordering::Greater if bounded => AlignStanding::Below,
        Ordering::Less if !bounded => AlignStanding::Below,
        Ordering::Greater | Ordering::Less => AlignStanding::Above,
    })
}

fn same_thing(lower: &TargetDraft, upper: &TargetDraft) -> bool {
    let one_metric = lower.metric.is_some() && lower.metric == upper.metric;
    let named = same_object(&lower.object, &upper.object) || one_metric && lower.unit == "%";
    // Where only one of the two has a metric, both are judged by its words.
    let metric = lower
        .metric
        .as_deref()
        .or(upper.metric.as_deref())
        .unwrap_or_default();
    let table = Bindings::shipped();
    let means = |target: &TargetDraft| {
        let object = &target.object;
        (
            table.kind(metric, object).to_owned(),
            table.chosen_ones(metric, object),
            stars(object),
            grows(&target.verb, &target.unit),
        )
    };
    named && means(lower) == means(upper)
}

/// How many stars the words name (五星级, 5星级).
fn stars(object: &str) -> Option<char> {
    let before = object.split_once('星')?.0.chars().next_back()?;
    match before {
        '一' | '二' | '三' | '四' | '五' | '六' => Some(before),
        '1'..='6' => "一二三四五六"
            .chars()
            .nth(usize::try_from(before.to_digit(10)?).ok()?.checked_sub(1)?),
        _ => None,
    }
}

/// Units of what is counted, of area and of money.
const ADDITIVE: [&str; 64] = [
    "个",
    "人",
    "名",
    "位",
    "人次",
    "人·次",
    "户",
    "所",
    "家",
    "间",
    "座",
    "处",
    "站",
    "点",
    "门",
    "门次",
    "场",
    "场次",
    "次",
    "期",
    "期次",
    "班",
    "堂",
    "节",
    "讲",
    "课",
    "支",
    "队",
    "组",
    "团",
    "条",
    "项",
    "件",
    "例",
    "款",
    "台",
    "套",
    "部",
    "辆",
    "张",
    "块",
    "片",
    "幅",
    "盏",
    "枚",
    "床",
    "篇",
    "册",
    "本",
    "份",
    "集",
    "章",
    "平方米",
    "平米",
    "平方",
    "㎡",
    "m²",
    "m2",
    "平方公里",
    "亩",
    "元",
    "万元",
    "亿元",
    "副",
];

/// Whether figures of this unit add up over organisations. Only what is known to does: shares, ranks, ages, times and kinds of
/// things do not, and of an unknown unit nobody can tell.
fn adds_up(unit: &str) -> bool {
    ADDITIVE.contains(&unit)
}

/// A plan is not aligned to itself.
#[must_use]
pub fn same_plan() -> AppError {
    AppError::refused("same_plan", "不能和自己对标。请选上级印发的计划。")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(object: &str, value: i64, unit: &str, comparison: TargetComparison) -> TargetDraft {
        TargetDraft {
            object: object.into(),
            verb: String::new(),
            comparison,
            value_milli: value * 1000,
            value_to_milli: None,
            unit: unit.into(),
            due: None,
            metric: Some("sites.by_kind".into()),
            confidence: 95,
            source_text: String::new(),
        }
    }

    #[test]
    fn targets_are_compared_where_they_speak_of_one_thing() {
        use AlignStanding::{Above, Below, Equal, Part};
        use TargetComparison::{Eq, Ge, Le};
        for ((object, value, comparison), (upper_object, upper_value), unit, found) in [
            (("社会学习点", 65, Ge), ("社会学习点", 60), "个", Above),
            (("社会学习点", 60, Ge), ("老年教育社会学习点", 60), "个", Equal),
            (("社会学习点", 5, Eq), ("社会学习点", 60), "个", Part),
            (("5星级学习团队", 5, Eq), ("五星级学习团队", 5), "个", Equal),
            (("老年人参与率", 40, Ge), ("老年人参与率", 50), "%", Below),
            (("甲的比例", 60, Ge), ("乙", 50), "%", Above),
            (("办结时间", 5, Le), ("办结时间", 10), "天", Above),
            (("办结时间", 10, Le), ("办结时间", 5), "天", Below),
            (("撤并的学习点", 10, Le), ("撤并的学习点", 5), "个", Below),
            (("撤并的学习点", 5, Le), ("撤并的学习点", 10), "个", Part),
        ] {
            let lower = target(object, value, unit, comparison);
            let upper = target(upper_object, upper_value, unit, comparison);
            assert_eq!(standing(&lower, &upper, false), Some(found), "{object}");
        }
        // Of one organisation's own plans a count can be too little.
        let sites = |value| target("社会学习点", value, "个", Eq);
        assert_eq!(standing(&sites(5), &sites(60), true), Some(Below));
    }

    #[test]
    fn only_counts_areas_and_money_add_up() {
        for (unit, adds) in [
            ("个", true),
            ("人", true),
            ("人次", true),
            ("平方米", true),
            ("万元", true),
            ("场次", true),
            ("%", false),
            ("‱", false),
            ("ratio", false),
            ("元/人", false),
            ("平方米/人", false),
            ("百分点", false),
            ("个百分点", false),
            ("倍", false),
            ("分", false),
            ("学时", false),
            ("天", false),
            ("个月", false),
            ("岁", false),
            ("级", false),
            ("星", false),
            ("类", false),
            ("", false),
        ] {
            assert_eq!(adds_up(unit), adds, "{unit}");
            let lower = target("甲", 5, unit, TargetComparison::Ge);
            let upper = target("甲", 60, unit, TargetComparison::Ge);
            let wanted = if adds {
                AlignStanding::Part
            } else {
                AlignStanding::Below
            };
            assert_eq!(standing(&lower, &upper, false), Some(wanted), "{unit}");
        }
    }

    #[test]
    fn what_is_not_one_thing_is_not_compared() {
        use TargetComparison::{Eq, Ge, Le};
        let verb = |verb: &str, target: TargetDraft| TargetDraft {
            verb: verb.into(),
            ..target
        };
        let count = |object: &str| target(object, 60, "个", Eq);
        for (lower, upper) in [
            (target("办结时间", 5, "天", Le), target("办结时间", 10, "天", Ge)),
            (target("社会学习点", 5, "家", Eq), count("社会学习点")),
            (count("五星级团队"), count("社会学习点")),
            // A kind and all; another number of stars; chosen ones and all; growth and what is there.
            (count("养教结合学习点"), count("学习点")),
            (count("一星级团队"), count("五星级团队")),
            (count("优秀社会学习点"), count("社会学习点")),
            (
                verb("达到", count("社会学习点")),
                verb("新增", count("社会学习点")),
            ),
        ] {
            assert_eq!(standing(&lower, &upper, false), None, "{lower:?} {upper:?}");
        }
    }
}
