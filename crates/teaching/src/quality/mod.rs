//! What the hub of data tells of teaching: what the rows of its sources are, and what must not be among them.

mod store;

use metrics::{Described, QualityRule, Severity, SourceWords};
use platform::Permission;

/// Words and rules of this crate.
pub const DESCRIBED: Described = Described {
    sources: &[
        SourceWords {
            source: "classes",
            name: "班级",
            row: "一个班级，记在开班的月份",
            kept: "班级",
        },
        SourceWords {
            source: "seats",
            name: "名额",
            row: "一个班级的名额和在册人数，记在开班的月份",
            kept: "班级和报名",
        },
    ],
    rules: &[
        QualityRule {
            id: "classes.teacher",
            name: "没有教师的在读班级",
            words: "班级已经开课，却没有登记任课教师：教师课时会少算。请在班级里选好教师。",
            domain: "班级",
            severity: Severity::Incomplete,
            permission: Permission::ClassRead,
            rows: store::WITHOUT_TEACHER,
        },
        QualityRule {
            id: "classes.room",
            name: "没有教室的线下班级",
            words: "要到现场上课的班级已经公布或开课，却没有教室：学员不知道到哪里去。请在班级里选好教室。",
            domain: "班级",
            severity: Severity::Incomplete,
            permission: Permission::ClassRead,
            rows: store::WITHOUT_ROOM,
        },
    ],
};
