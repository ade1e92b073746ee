//! What of meetings waits for the actor: notices to answer, minutes to issue.

use super::store;
use crate::progress::duties::answers_for;
use platform::{AppResult, Ctx, Permission, Waiting};

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
                    detail: format!("{}，{}", one.org_name, one.begins_at.to_china_text()),
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
                detail: begins_at.to_china_text(),
                href: format!("/desk/plans/{plan}/meetings/{meeting}/minutes"),
                due: None,
                count: 1,
            });
        }
    }
    Ok(all)
}
