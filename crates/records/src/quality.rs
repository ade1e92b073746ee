//! What the hub of data tells of records: what the rows of its sources are.

use metrics::{Described, SourceWords};

/// Words of this crate; it has no rules of its own: the ledger of hours proves itself (`records::verify_ledger`).
pub const DESCRIBED: Described = Described {
    sources: &[
        SourceWords {
            source: "outcomes",
            name: "学习成果",
            row: "一个人的一项学习成果，记在取得的月份",
            kept: "结业和学习成果",
        },
        SourceWords {
            source: "certificates",
            name: "证书",
            row: "一张证书，记在发证的月份",
            kept: "证书",
        },
    ],
    rules: &[],
};
