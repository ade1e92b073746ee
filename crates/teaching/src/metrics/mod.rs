//! What teaching counts: classes and seats, by the month in which the class begins. Lessons are counted with the rolls.

mod store;

use store::{CLASSES, SEATS};

use metrics::definition::{Declared, Measure};
use metrics::{Dimension, How, Metric, SourceKind};

/// Metrics and sources of this crate.
pub const DECLARED: Declared = Declared {
    metrics: METRICS,
    spans: &[CLASSES, SEATS],
    moments: &[],
};

/// A category of courses is its own word.
fn category(word: &str) -> String {
    word.to_owned()
}

/// Classes that are or were given: neither planned only nor cancelled.
const GIVEN: &[&str] = &["published", "running", "closed"];

const BASE: Metric = Metric {
    id: "",
    name: "",
    unit: "",
    words: "",
    source_kind: SourceKind::Operations,
    document: "",
    how: How::Sum {
        source: "classes",
        measure: Measure::N,
        tags: GIVEN,
    },
    breakdowns: &[Dimension::Kind],
    small_cell: 0,
    decimals: 0,
    scale: 1,
    version: 1,
    valid_from: "2000-01-01",
};

const METRICS: &[Metric] = &[
    Metric {
        id: "classes.count",
        name: "开班数",
        unit: "个",
        words: "在这个时间段内开班的班级，按开班月份计；计划中的和停办的不计。",
        document: "统计报表 T4（推定）；M22 第29条",
        ..BASE
    },
    Metric {
        id: "classes.cancelled",
        name: "停办班数",
        unit: "个",
        words: "原定在这个时间段内开班、后来停办的班级。",
        document: "学圈自定",
        how: How::Sum {
            source: "classes",
            measure: Measure::N,
            tags: &["cancelled"],
        },
        ..BASE
    },
    Metric {
        id: "seats.offered",
        name: "提供名额",
        unit: "个",
        words: "在这个时间段内开班的班级的名额之和。",
        document: "统计报表 T4（推定）",
        how: How::Sum {
            source: "seats",
            measure: Measure::N,
            tags: GIVEN,
        },
        ..BASE
    },
    Metric {
        id: "seats.taken",
        name: "占用名额",
        unit: "个",
        words: "在这个时间段内开班的班级里有人的名额。",
        document: "统计报表 T4（推定）",
        how: How::Sum {
            source: "seats",
            measure: Measure::M,
            tags: GIVEN,
        },
        ..BASE
    },
    Metric {
        id: "seats.fill",
        name: "名额使用率",
        unit: "%",
        words: "占用名额除以提供名额。",
        document: "学圈自定",
        how: How::Ratio {
            part: "seats.taken",
            whole: "seats.offered",
            per: 100,
        },
        decimals: 1,
        ..BASE
    },
];
