//! What of meetings waits for the actor: notices to answer, what was called off, minutes to issue.

use super::model::MeetingStatus;
use super::store;
use crate::progress::duties::own_orgs;
use kernel::chinese_date::short_moment_text;
use platform::{AppResult, Ctx, Permission, Waiting};

/// What waits for the actor.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let mut all = Vec::new();
    let own = own_orgs(ctx);
    if !own.is_empty() {
        for one in store::invitations(ctx.db(), &own, ctx.now()).await? {
            let cancelled = one.status == MeetingStatus::Cancelled;
            let what = if cancelled {
                "会议已取消"
            } else {
                "回复会议通知"
            };
            all.push(Waiting {
                title: format!("{what}：{}", one.title),
                detail: format!("{}，{}", one.org_name, short_moment_text(one.begins_at)),
                href: format!("/desk/plans/{}/meetings/{}", one.plan_id, one.meeting_id),
                // Nothing is to be done about one that was called off.
                due: (!cancelled).then(|| one.begins_at.date()),
                count: 1,
            });
        }
    }
    let edit = ctx.reach(Permission::PlanEdit);
    if !edit.is_nothing() {
        for (meeting, plan, title, begins_at) in store::unminuted(ctx.db(), &edit, ctx.now()).await? {
            all.push(Waiting {
                title: format!("印发会议纪要：{title}"),
                detail: short_moment_text(begins_at),
                href: format!("/desk/plans/{plan}/meetings/{meeting}/minutes"),
                due: None,
                count: 1,
            });
        }
    }
    Ok(all)
}
