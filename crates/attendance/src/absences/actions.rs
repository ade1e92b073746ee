//! What waits, and a clerk's decision after a call.

use super::model::{Call, Decision, State, check};
use super::store::{self, CaseRow};
use crate::AbsenceId;
use enrollment::SeatDesk;
use enrollment::enrollments::actions::withdraw_absent;
use platform::{AppError, AppResult, Ctx, Event, Permission, Waiting};
use serde_json::json;

/// Proposals of the caller's scope, oldest first.
///
/// # Errors
/// [`AppError::Forbidden`] without the permission.
pub async fn list(ctx: &Ctx) -> AppResult<Vec<CaseRow>> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    Ok(store::proposed(ctx.db(), &scope).await?)
}

/// One case.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show(ctx: &Ctx, id: AbsenceId) -> AppResult<CaseRow> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    Ok(store::find_within(ctx.db(), &scope, id).await?)
}

fn settled() -> AppError {
    AppError::refused_with_door(
        "absence_settled",
        "这件事已经办过了，或者学员又来上课了，不用再办。",
        "看长期没来的学员",
        "/desk/absences",
    )
}

/// Decides on a proposal after a call: keeps the place, or gives it up through the seat desk. What was said is kept
/// before the seat is touched; sent again, the seat is given up once.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] at the field that is wrong; a refusal when it was
/// decided, or the learner came again.
pub async fn decide(
    ctx: &Ctx,
    desk: &SeatDesk,
    id: AbsenceId,
    (call, decision, note): (Call, Decision, &str),
) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let tx = ctx.begin().await?;
    tx.lock("absence", id.raw()).await?;
    let case = store::find_within(&tx, &scope, id).await?;
    if case.state != State::Proposed || store::came_again(&tx, &case).await? {
        return Err(settled());
    }
    let (call, note) = check((&call, decision, note), case.noted_at.date(), ctx.today())?;
    store::called(&tx, id, &call).await?;
    let called = event("absence.called", &case)
        .data(json!({ "whom": call.whom.as_str(), "on": call.on.to_string() }))
        .note(call.said.clone());
    match decision {
        Decision::Keep(until) => {
            store::decided(&tx, id, State::Kept, Some(until), &note).await?;
            let kept = event("absence.kept", &case).data(json!({ "until": until.to_string() }));
            tx.commit(vec![called, kept.note(note)]).await
        }
        Decision::Withdraw => {
            tx.commit(vec![called]).await?;
            withdraw_absent(ctx, desk, case.enrollment_id, &note).await?;
            let tx = ctx.begin().await?;
            tx.lock("absence", id.raw()).await?;
            store::decided(&tx, id, State::Withdrawn, None, &note).await?;
            tx.commit(vec![event("absence.withdrawn", &case).note(note)])
                .await
        }
    }
}

fn event(kind: &'static str, case: &CaseRow) -> Event {
    Event::new(kind, "absence", case.id)
        .at(case.org_id)
        .on_behalf_of(case.person_id)
}

/// Proposals for who decides, and alerts for who teaches.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let mut all = Vec::new();
    let scope = ctx.reach(Permission::EnrollmentAct);
    if !scope.is_nothing() {
        let rows = store::proposed(ctx.db(), &scope).await?;
        all.extend(rows.first().map(|first| Waiting {
            title: format!("长期没来：{} 人", rows.len()),
            detail: format!(
                "先打电话，再决定保留名额还是清退。最早的一个在“{}”，没请假没来 {} 次。",
                first.class_name, first.missed
            ),
            href: "/desk/absences".into(),
            due: None,
            count: i64::try_from(rows.len()).unwrap_or(0),
        }));
    }
    let person = ctx.actor.person.filter(|_| ctx.can(Permission::AttendanceOwn));
    if let Some(person) = person {
        let item = |away: store::Away| Waiting {
            title: format!("连续没来：{} {} 人", away.name, away.count),
            detail: "请打个电话问问，是不是身体不舒服。".into(),
            href: format!("/desk/classes/{}/attendance", away.id),
            due: None,
            count: away.count,
        };
        all.extend(store::of_teacher(ctx.db(), person).await?.into_iter().map(item));
    }
    Ok(all)
}
