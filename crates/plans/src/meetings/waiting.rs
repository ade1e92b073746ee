//! What of meetings waits for the actor: notices to answer, minutes to issue.

use super::store;
use crate::progress::duties::answers_for;
use kernel::Instant;
use platform::{AppResult, Ctx, Permission, Waiting};

/// A day of this year or the next with its hour, as it stands on the desk: 12月2日 14:00.
fn moment(at: Instant) -> String {
    let (day, time) = at.china();
    format!(
        "{}月{}日 {:02}:{:02}",
        day.month(),
        day.day(),
        time.hour(),
        time.minute()
    )
}

/// What waits for the actor.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let mut all = Vec::new();
    let report = ctx.reach(Permission::PlanReport);
    if !report.is_nothing() {
        for one in store::unanswered(ctx.db(), &report, ctx.now()).await? {
            if answers_for(ctx, &one.plan_path, &one.org_path) {
                all.push(Waiting {
                    title: format!("回复会议通知：{}", one.title),
                    detail: format!("{}，{}", one.org_name, moment(one.begins_at)),
                    href: format!("/desk/plans/{}/meetings/{}", one.plan_id, one.meeting_id),
                    due: Some(one.begins_at.date()),
                    count: 1,
                });
            }
        }
    }
    let edit = ctx.reach(Permission::PlanEdit);
    if !edit.is_nothing() {
        for (meeting, plan, title, begins_at) in store::unminuted(ctx.db(), &edit, ctx.now()).await? {
            all.push(Waiting {
                title: format!("印发会议纪要：{title}"),
                detail: moment(begins_at),
                href: format!("/desk/plans/{plan}/meetings/{meeting}/minutes"),
                due: None,
                count: 1,
            });
        }
    }
    Ok(all)
}
