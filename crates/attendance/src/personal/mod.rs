//! What this domain tells of a person, and how it erases it: who was there stays, the words about it go.

mod store;

use crate::marks::{Method, Status};
use kernel::PersonId;
use platform::personal::{Cell, Erasing, Keeper, Retention, Rule, Section, Telling, erase_own_notes};
use platform::{AppResult, Ctx, Event, Tx};

/// The keeper of attendance.
pub const KEEPER: Keeper = Keeper {
    retention: &[
        Retention {
            what: "考勤",
            table: "attendance",
            rule: Rule::Kept,
            why: "只有编号和到没到；班级的出勤率和结业要对得上。",
            days: None,
        },
        Retention {
            what: "每一条点名记录和更正的原因",
            table: "attendance_mark",
            rule: Rule::Emptied,
            why: "原因是人写的话，可能提到身体和家里的事。",
            days: None,
        },
        Retention {
            what: "请假和请假的原因",
            table: "leave_request",
            rule: Rule::Emptied,
            why: "原因是人写的话，可能提到身体和家里的事。",
            days: None,
        },
        Retention {
            what: "长期没来时打的电话和决定的原因",
            table: "absence_case",
            rule: Rule::Emptied,
            why: "电话里说的和原因是人写的话，可能提到身体和家里的事。",
            days: None,
        },
    ],
    tell: |ctx, person| -> Telling<'_> { Box::pin(tell(ctx, person)) },
    erase: |tx, person| -> Erasing<'_> { Box::pin(erase(tx, person)) },
};

async fn tell(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Section>> {
    let marks = store::marks(ctx.db(), person).await?;
    let marks = Section::new("attendance", "考勤的每一条记录", marks, |row| {
        vec![
            Cell::new("class", "班级", &row.class),
            Cell::new("session", "第几次课", &row.number),
            Cell::new("day", "日期", &row.day),
            Cell::new("status", "记录", &Status::label(row.status)),
            Cell::new("method", "方式", &Method::label(row.method)),
            Cell::at("marked_at", "记的时间", Some(row.marked_at)),
            Cell::new("reason", "原因", &row.reason),
        ]
    });
    let leaves = store::leaves(ctx.db(), person).await?;
    let leaves = Section::new("leave_requests", "请假", leaves, |row| {
        vec![
            Cell::new("class", "班级", &row.class),
            Cell::new("session", "第几次课", &row.number),
            Cell::new("day", "日期", &row.day),
            Cell::new("reason", "原因", &row.reason),
            Cell::new("status", "结果", &row.status.label()),
            Cell::at("asked_at", "请假时间", Some(row.asked_at)),
        ]
    });
    let cases = store::cases(ctx.db(), person).await?;
    let cases = Section::new("absences", "长期没来", cases, |row| {
        vec![
            Cell::new("class", "班级", &row.class),
            Cell::new("state", "结果", &row.state.label()),
            Cell::new("said", "电话里说的", &row.said),
            Cell::new("note", "原因", &row.note),
            Cell::at("noted_at", "提醒时间", Some(row.noted_at)),
        ]
    });
    Ok(vec![marks, leaves, cases])
}

async fn erase(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    let sessions = store::sessions(tx, person).await?;
    erase_own_notes(tx, "session", &sessions, person).await?;
    let cases = store::case_ids(tx, person).await?;
    erase_own_notes(tx, "absence", &cases, person).await?;
    store::erase(tx, person).await?;
    Ok(Vec::new())
}
