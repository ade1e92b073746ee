//! What the hub of data tells of persons: what must not be among them.

mod store;

use metrics::{Described, QualityRule, Severity};
use platform::Permission;

/// Rules of this crate; no source is its own.
pub const DESCRIBED: Described = Described {
    sources: &[],
    rules: &[
        QualityRule {
            id: "persons.age",
            name: "年龄不可能的学员",
            words: "出生日期在今天以后，或者今天已满 111 岁。多半是登记时打错了年份，请对照身份证改正。",
            domain: "学员",
            severity: Severity::Wrong,
            permission: Permission::PersonRead,
            rows: store::IMPOSSIBLE_AGE,
        },
        QualityRule {
            id: "persons.twice",
            name: "可能登记了两次的学员",
            words: "姓名、性别、出生日期都相同，学员号不同。可能真是两个人，请核对证件；是同一个人的，请只用一个学员号。",
            domain: "学员",
            severity: Severity::Doubtful,
            permission: Permission::PersonRead,
            rows: store::SAME_PERSON,
        },
    ],
};
