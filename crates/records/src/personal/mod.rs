//! What this domain tells of a person, and how it erases it: hours and outcomes stay, the name on certificates goes.

mod store;

use crate::CertificateId;
use kernel::{Minutes, PersonId};
use platform::personal::{Cell, Erasing, Keeper, Retention, Rule, Section, Telling, erase_notes};
use platform::{AppResult, Ctx, Event, Tx};

/// The keeper of hours, outcomes and certificates.
pub const KEEPER: Keeper = Keeper {
    retention: &[
        Retention {
            what: "学时",
            table: "hours_entry",
            rule: Rule::Kept,
            why: "学时的账只能冲销，不能删改；只有编号和分钟数。",
            days: None,
        },
        Retention {
            what: "学习成果",
            table: "outcome",
            rule: Rule::Kept,
            why: "和学时的账对得上；依据里只有到课的次数。",
            days: None,
        },
        Retention {
            what: "证书上的姓名和撤销的原因",
            table: "certificate",
            rule: Rule::Emptied,
            why: "证书编号要连着，所以留下编号；查验时只说“已注销”。",
            days: None,
        },
    ],
    tell: |ctx, person| -> Telling<'_> { Box::pin(tell(ctx, person)) },
    erase: |tx, person| -> Erasing<'_> { Box::pin(erase(tx, person)) },
};

async fn tell(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Section>> {
    let db = ctx.db();
    let hours = Section::new("hours", "学时", store::hours(db, person).await?, |row| {
        vec![
            Cell::new("day", "日期", &row.earned_on),
            Cell::new("minutes", "分钟", &row.minutes),
            Cell::new("hours", "学时", &Minutes(row.minutes).hours_text()),
            Cell::new("source", "来源", &row.source_kind),
            Cell::new("rule", "规则", &row.rule_version),
            Cell::at("entered_at", "记的时间", Some(row.entered_at)),
        ]
    });
    let outcomes = Section::new(
        "outcomes",
        "学习成果",
        store::outcomes(db, person).await?,
        |row| {
            vec![
                Cell::new("title", "名称", &row.title),
                Cell::new("day", "日期", &row.earned_on),
                Cell::new("minutes", "分钟", &row.minutes),
                Cell::new("evidence", "依据", &row.evidence),
                Cell::new("rule", "规则", &row.rule_version),
                Cell::new("status", "状态", &row.status),
            ]
        },
    );
    let certificates = store::certificates(db, person).await?;
    let certificates = Section::new("certificates", "证书", certificates, |row| {
        vec![
            Cell::new("number", "编号", &row.number),
            Cell::new("code", "查验码", &row.code),
            Cell::new("name", "姓名", &row.name),
            Cell::new("facts", "内容", &row.facts),
            Cell::new("issued_on", "发证日期", &row.issued_on),
            Cell::new("status", "状态", &row.status),
            Cell::new("revoke_reason", "撤销的原因", &row.revoke_reason),
        ]
    });
    Ok(vec![hours, outcomes, certificates])
}

async fn erase(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    let certificates = store::certificates(tx, person).await?;
    let ids: Vec<CertificateId> = certificates.into_iter().map(|row| row.id).collect();
    erase_notes(tx, "certificate", &ids).await?;
    store::erase(tx, person).await?;
    Ok(Vec::new())
}
