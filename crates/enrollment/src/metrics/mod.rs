//! What enrolment counts: places in classes (人次), learners (人), those who wait, first-time learners, trials; by the
//! month in which the class begins.

mod store;

use store::{FIRST_PLACES, PLACES, TRIALS};

use metrics::definition::{Declared, Measure};
use metrics::{Dimension, How, Metric, SourceKind};

/// Metrics and sources of this crate.
pub const DECLARED: Declared = Declared {
    metrics: METRICS,
    spans: &[PLACES, FIRST_PLACES, TRIALS],
    moments: &[],
};

fn category(word: &str) -> String {
    word.to_owned()
}

/// Statuses of a place that counts: a seat that is or was somebody's, paid where it costs something.
const SEATED: &[&str] = &["confirmed", "attending", "suspended", "completed"];
/// Statuses of who waits for a seat.
const WAITING: &[&str] = &["waitlisted", "offered"];
const ELDERS: &[&str] = &["60-69", "70-79", "80+"];

const BASE: Metric = Metric {
    id: "",
    name: "",
    unit: "人",
    words: "",
    source_kind: SourceKind::Operations,
    document: "",
    how: persons(&[]),
    breakdowns: &[Dimension::Sex, Dimension::Age, Dimension::Kind],
    small_cell: 5,
    decimals: 0,
    scale: 1,
    version: 1,
    valid_from: "2000-01-01",
};

const fn persons(bands: &'static [&'static str]) -> How {
    How::Persons {
        source: "enrollments",
        tags: SEATED,
        bands,
    }
}

const METRICS: &[Metric] = &[
    Metric {
        id: "enrollments.count",
        name: "学员人次",
        unit: "人次",
        words: "在这个时间段内开班的班级里的学籍数（已确认、在读、休学、结业）。一人上两个班计两人次；候补和退出的不计。",
        document: "统计报表 T5（推定）；S24 第4条",
        how: How::Sum {
            source: "enrollments",
            measure: Measure::N,
            tags: SEATED,
        },
        ..BASE
    },
    Metric {
        id: "learners.count",
        name: "学员人数",
        words: "在这个时间段内开班的班级里有学籍的不同的人。一人上几个班只计一次，在几所学校上课，上级合计时也只计一次。",
        document: "统计报表 T5（推定）；S24 第4条",
        ..BASE
    },
    Metric {
        id: "learners.elders",
        name: "60 岁及以上学员人数",
        words: "学员人数中年满 60 岁的，年龄按当年 12 月 31 日的周岁。",
        document: "Q22 二；统计报表 T5（推定）",
        how: persons(ELDERS),
        ..BASE
    },
    Metric {
        id: "learners.elder_share",
        name: "老年学员占比",
        unit: "%",
        words: "60 岁及以上学员人数除以学员人数。",
        document: "学圈自定",
        how: How::Ratio {
            part: "learners.elders",
            whole: "learners.count",
            per: 100,
        },
        decimals: 1,
        ..BASE
    },
    Metric {
        id: "learners.elder_rate",
        name: "老年人入学率",
        unit: "%",
        words: "60 岁及以上学员人数（上课的不同的人）除以 60 岁及以上常住人口。只算班级，不算讲座、活动等其他学习，所以不是“老年人学习参与率”。",
        document: "Q22 二（另有参与率，定义不同）",
        how: How::Ratio {
            part: "learners.elders",
            whole: "residents.elders",
            per: 100,
        },
        breakdowns: &[Dimension::Sex, Dimension::Age],
        decimals: 2,
        ..BASE
    },
    Metric {
        id: "learners.first_time",
        name: "首次入学人数",
        words: "在这个时间段内开班的班级里有学籍、而在更早开班的班级里从来没有学籍的人。",
        document: "学圈自定",
        how: How::Persons {
            source: "first_enrollments",
            tags: SEATED,
            bands: &[],
        },
        ..BASE
    },
    Metric {
        id: "waitlist.demand",
        name: "候补人次",
        unit: "人次",
        words: "在这个时间段内开班的班级里，现在还在候补或有递补通知的报名。",
        document: "学圈自定",
        how: How::Sum {
            source: "enrollments",
            measure: Measure::N,
            tags: WAITING,
        },
        ..BASE
    },
    Metric {
        id: "trials.count",
        name: "试听人次",
        unit: "人次",
        words: "约在这个时间段内课次的试听，取消的不计。",
        document: "M22 第19条",
        how: How::Sum {
            source: "trials",
            measure: Measure::N,
            tags: &["booked", "attended", "missed"],
        },
        ..BASE
    },
];
