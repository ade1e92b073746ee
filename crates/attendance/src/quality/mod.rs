//! What the hub of data tells of attendance: what the rows of its source are, and what must not be among them.

mod store;

use metrics::{Described, QualityRule, Severity, SourceWords};
use platform::Permission;

/// Words and rules of this crate.
pub const DESCRIBED: Described = Described {
    sources: &[
        SourceWords {
            source: "attendance",
            name: "考勤",
            row: "一个人在一次课上的考勤，记在上课的月份",
            kept: "点名",
        },
        SourceWords {
            source: "sessions",
            name: "课次",
            row: "一次点过名的课，记在上课的月份",
            kept: "班级的课次和点名",
        },
    ],
    rules: &[
        QualityRule {
            id: "sessions.without_roll",
            name: "没有点名的课",
            words: "近 100 天里上课日期已过、没有停课、班里有学员，却没有点名：到课人次会少算。请教师补点名。",
            domain: "课次",
            severity: Severity::Incomplete,
            permission: Permission::ClassRead,
            rows: store::WITHOUT_ROLL,
        },
        QualityRule {
            id: "attendance.without_place",
            name: "点了名却没有报名",
            words: "近 100 天里有人在一次课上有考勤，却从来没有这个班的报名，也没有约过试听。多半是导入的数据；请补办报名或更正考勤。",
            domain: "课次",
            severity: Severity::Wrong,
            permission: Permission::ClassRead,
            rows: store::WITHOUT_PLACE,
        },
    ],
};
