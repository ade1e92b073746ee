//! What attendance counts: lessons with a roll, presences at sessions (课时人次) and the attendance rate, by the month of the session.

mod store;
#[cfg(test)]
mod tests;

use store::{MARKS, SESSIONS};

use metrics::definition::{Declared, Measure};
use metrics::{Dimension, How, Metric, SourceKind};

/// Metrics and sources of this crate.
pub const DECLARED: Declared = Declared {
    metrics: METRICS,
    spans: &[MARKS, SESSIONS],
    moments: &[],
};

fn category(word: &str) -> String {
    word.to_owned()
}

/// Who was there, late or not whole as they may have been.
const PRESENT: &[&str] = &["present", "late", "left_early"];

const BASE: Metric = Metric {
    id: "",
    name: "",
    unit: "",
    words: "",
    source_kind: SourceKind::Operations,
    document: "统计报表 T5（推定）",
    how: How::Sum {
        source: "attendance",
        measure: Measure::N,
        tags: PRESENT,
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
        id: "classes.hours",
        name: "授课时数",
        unit: "小时",
        words: "在这个时间段内上了的课，按每次课的分钟数累计，折成小时；停课的不计。",
        document: "统计报表 T4（推定）",
        how: How::Sum {
            source: "sessions",
            measure: Measure::M,
            tags: &[],
        },
        decimals: 1,
        scale: 60,
        breakdowns: &[Dimension::Kind],
        small_cell: 0,
        ..BASE
    },
    Metric {
        id: "sessions.held",
        name: "上课次数",
        unit: "次",
        words: "在这个时间段内点过名的课次，停课的不计。",
        document: "统计报表 T4（推定）",
        how: How::Sum {
            source: "sessions",
            measure: Measure::N,
            tags: &[],
        },
        breakdowns: &[Dimension::Kind],
        small_cell: 0,
        ..BASE
    },
    Metric {
        id: "attendance.visits",
        name: "课时人次",
        unit: "人次",
        words: "在这个时间段内的课次上到课（含迟到、早退）的人次：一人到课十次计十人次。与学员人次（学籍）不同。",
        ..BASE
    },
    Metric {
        id: "attendance.due",
        name: "应到人次",
        unit: "人次",
        words: "在这个时间段内点过名的课次上应到的人次：到课、请假和缺席之和。",
        how: How::Sum {
            source: "attendance",
            measure: Measure::N,
            tags: &[],
        },
        ..BASE
    },
    Metric {
        id: "attendance.rate",
        name: "出勤率",
        unit: "%",
        words: "课时人次除以应到人次；请假算未到。",
        how: How::Ratio {
            part: "attendance.visits",
            whole: "attendance.due",
            per: 100,
        },
        decimals: 1,
        ..BASE
    },
    Metric {
        id: "attendance.learners",
        name: "到课人数",
        unit: "人",
        words: "在这个时间段内至少到课一次的不同的人。",
        how: How::Persons {
            source: "attendance",
            tags: PRESENT,
            bands: &[],
        },
        ..BASE
    },
    Metric {
        id: "attendance.hours",
        name: "到课时数",
        unit: "小时",
        words: "到课的人次乘以课次的时长，折成小时。",
        how: How::Sum {
            source: "attendance",
            measure: Measure::M,
            tags: PRESENT,
        },
        decimals: 1,
        scale: 60,
        ..BASE
    },
    Metric {
        id: "attendance.elders",
        name: "60 岁及以上到课人数",
        unit: "人",
        words: "在这个时间段内至少到课一次、当年年满 60 岁的不同的人。",
        document: "Q22 二",
        how: How::Persons {
            source: "attendance",
            tags: PRESENT,
            bands: &["60-69", "70-79", "80+"],
        },
        breakdowns: &[Dimension::Sex, Dimension::Age],
        ..BASE
    },
    Metric {
        id: "participation.elder_rate",
        name: "老年人学习参与率",
        unit: "%",
        words: "在这个时间段内至少参加一次学习的 60 岁及以上的人，除以 60 岁及以上常住人口。第 1 版只算到班上课；\
                讲座、活动、行走和线上学习接入以后另出版本。与“老年人入学率”（有学籍的人）不同。",
        document: "Q22 二",
        how: How::Ratio {
            part: "attendance.elders",
            whole: "residents.elders",
            per: 100,
        },
        breakdowns: &[Dimension::Sex, Dimension::Age],
        decimals: 2,
        ..BASE
    },
];
