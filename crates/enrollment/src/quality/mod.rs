//! What the hub of data tells of enrolment: what the rows of its sources are, and what must not be among them.

mod store;

use metrics::{Described, QualityRule, Severity, SourceWords};
use platform::Permission;

/// Words and rules of this crate.
pub const DESCRIBED: Described = Described {
    sources: &[
        SourceWords {
            source: "enrollments",
            name: "报名和学籍",
            row: "一个人在一个班级的报名，记在开班的月份",
            kept: "报名",
        },
        SourceWords {
            source: "first_enrollments",
            name: "首次入学",
            row: "一个人的第一个学籍，记在开班的月份",
            kept: "报名",
        },
        SourceWords {
            source: "trials",
            name: "试听",
            row: "一个人对一次课的试听，记在那次课的月份",
            kept: "试听",
        },
    ],
    rules: &[QualityRule {
        id: "classes.over",
        name: "在册超过名额的班级",
        words: "占着名额的报名比班级的名额多，或者和班级记着的在册人数不一致。系统报名不会这样，多半是导入的数据；请核对名单。",
        domain: "班级",
        severity: Severity::Wrong,
        permission: Permission::ClassRead,
        rows: store::OVER_CAPACITY,
    }],
};
