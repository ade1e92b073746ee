//! What two aligned plans say of each other. No I/O.

use super::likeness::same_object;
use crate::plans::model::{TargetComparison, TargetDraft};
use platform::AppError;

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
        }
    }
}

/// How a target stands to one of the upper item, where the two speak of the same thing.
///
/// Compared is what must be reached at least (of a span, its lower end); for a bound from above (不超过), less asks for more.
#[must_use]
pub fn standing(lower: &TargetDraft, upper: &TargetDraft) -> Option<AlignStanding> {
    let one_metric = lower.metric.is_some() && lower.metric == upper.metric;
    let same_thing = same_object(&lower.object, &upper.object) || one_metric && lower.unit == "%";
    let bound = |target: &TargetDraft| target.comparison == TargetComparison::Le;
    if lower.unit != upper.unit || !same_thing || bound(lower) != bound(upper) {
        return None;
    }
    let order = lower.value_milli.cmp(&upper.value_milli);
    let order = if bound(lower) { order.reverse() } else { order };
    Some(match order {
        std::cmp::Ordering::Greater => AlignStanding::Above,
        std::cmp::Ordering::Equal => AlignStanding::Equal,
        std::cmp::Ordering::Less => AlignStanding::Below,
    })
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
        use AlignStanding::{Above, Below, Equal};
        use TargetComparison::{Eq, Ge, Le};
        for (lower, upper, standing_found) in [
            (
                target("社会学习点", 65, "个", Ge),
                target("社会学习点", 60, "个", Eq),
                Some(Above),
            ),
            (
                target("社会学习点", 60, "个", Eq),
                target("老年教育社会学习点", 60, "个", Ge),
                Some(Equal),
            ),
            (
                target("社会学习点", 5, "个", Eq),
                target("社会学习点", 60, "个", Eq),
                Some(Below),
            ),
            (
                target("办结时间", 5, "天", Le),
                target("办结时间", 10, "天", Le),
                Some(Above),
            ),
            (
                target("办结时间", 5, "天", Le),
                target("办结时间", 10, "天", Ge),
                None,
            ),
            (
                target("社会学习点", 5, "家", Eq),
                target("社会学习点", 60, "个", Eq),
                None,
            ),
            (
                target("五星级团队", 6, "个", Eq),
                target("社会学习点", 60, "个", Eq),
                None,
            ),
            (
                target("甲的比例", 60, "%", Ge),
                target("乙", 50, "%", Ge),
                Some(Above),
            ),
        ] {
            assert_eq!(standing(&lower, &upper), standing_found, "{lower:?} {upper:?}");
        }
    }
}
