//! What records count: completions, hours of study, certificates.

mod store;

use store::{CERTIFICATES, OUTCOMES};

use metrics::definition::{Declared, Measure};
use metrics::{Dimension, How, Metric, SourceKind};

/// Metrics and sources of this crate.
pub const DECLARED: Declared = Declared {
    metrics: METRICS,
    spans: &[OUTCOMES, CERTIFICATES],
    moments: &[],
};

fn outcome_kind(word: &str) -> String {
    match word {
        "class" => "班级结业".to_owned(),
        other => other.to_owned(),
    }
}

const BASE: Metric = Metric {
    id: "",
    name: "",
    unit: "",
    words: "",
    source_kind: SourceKind::Operations,
    document: "统计报表 T5（推定）；M22 第12条",
    how: How::Sum {
        source: "outcomes",
        measure: Measure::N,
        tags: &[],
    },
    breakdowns: &[Dimension::Sex, Dimension::Age, Dimension::Kind],
    small_cell: 5,
    decimals: 0,
    scale: 1,
    version: 1,
    valid_from: "2000-01-01",
};

const METRICS: &[Metric] = &[
    Metric {
        id: "completions.count",
        name: "结业人次",
        unit: "人次",
        words: "在这个时间段内取得的学习成果，一人结业两个班计两人次；已撤销的不计。",
        how: How::Sum {
            source: "outcomes",
            measure: Measure::N,
            tags: VALID,
        },
        ..BASE
    },
    Metric {
        id: "completions.hours",
        name: "认定学时",
        unit: "小时",
        words: "在这个时间段内取得的学习成果的学时，折成小时；已撤销的不计。",
        how: How::Sum {
            source: "outcomes",
            measure: Measure::M,
            tags: VALID,
        },
        decimals: 1,
        scale: 60,
        ..BASE
    },
    Metric {
        id: "completions.share",
        name: "结业比例",
        unit: "%",
        words: "结业人次除以学员人次。结业和开班常常不在同一个时间段，请按学年看。",
        how: How::Ratio {
            part: "completions.count",
            whole: "enrollments.count",
            per: 100,
        },
        breakdowns: &[Dimension::Sex, Dimension::Age],
        decimals: 1,
        ..BASE
    },
    Metric {
        id: "certificates.count",
        name: "发证数",
        unit: "张",
        words: "在这个时间段内发出的证书，已撤销的不计。",
        how: How::Sum {
            source: "certificates",
            measure: Measure::N,
            tags: &["valid"],
        },
        ..BASE
    },
];

/// Statuses of an outcome that stands.
const VALID: &[&str] = &["verified", "deposited", "converted"];
