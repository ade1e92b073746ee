//! HTML of one task: reports, milestones, slips, changes. Names no store.

use super::actions::{self, Progress, ReportDraft};
use super::changes::{self, ChangeDraft};
use super::duties;
use super::figures::StandingSource;
use super::form::{self, Forms};
use super::model::{ChangeVerdict, DutyPart, TaskState};
use super::pages::{days_left, noticed};
use super::slips;
use super::store::{ChangeRow, MilestoneRow, ReportRow, SlipRow};
use crate::plans::pages::{crumbs, id};
use crate::plans::{self, PlanRow, TargetRow};
use crate::{PlanChangeId, PlanId, PlanMilestoneId, PlanReportId, PlanSlipId, PlanTargetId, PlanTaskId};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use metrics::Metrics;
use orgs::tree::OrgBrief;
use platform::web::{Posted, Upload, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use std::sync::Arc;
use ui::{Crumbs, Form, Lang, Page, Pairs, Tag};

#[derive(Template)]
#[template(path = "progress/task.html")]
struct TaskPage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    task: Progress,
    milestones: Vec<MilestoneRow>,
    slips: Vec<SlipRow>,
    changes: Vec<ChangeRow>,
    orgs: Vec<OrgBrief>,
    forms: Forms,
    left: String,
    today: kernel::Date,
    own_slips: Vec<PlanSlipId>,
    manages: bool,
    issues: bool,
    reports: bool,
}

impl TaskPage {
    fn path(&self) -> String {
        format!("/desk/plans/{}", self.plan.id)
    }

    fn own(&self) -> String {
        format!("/desk/plans/{}/tasks/{}", self.plan.id, self.task.task.row.id)
    }

    /// What is known of a target, in a line.
    fn known(&self, target: &TargetRow) -> String {
        let Some(standing) = self.task.standings.get(&target.id) else {
            return String::new();
        };
        match standing.source {
            StandingSource::Nothing if standing.remark.is_empty() => "还没有数".to_owned(),
            StandingSource::Nothing => standing.remark.clone(),
            _ => standing.words(target),
        }
    }

    fn forecast(&self, target: &TargetRow) -> String {
        self.task.forecast(&self.plan, target, self.today)
    }

    fn target_words(&self, id: &PlanTargetId) -> String {
        let target = self.task.task.targets.iter().find(|target| target.id == *id);
        target.map(TargetRow::words).unwrap_or_default()
    }

    fn answers(&self, slip: &SlipRow) -> bool {
        self.own_slips.contains(&slip.id)
    }

    /// The reply to a slip that was not taken, if there is one.
    fn reply_to(&self, slip: &SlipRow) -> Option<&Form> {
        let typed = self.forms.reply.as_ref().filter(|(id, _)| *id == slip.id);
        typed.map(|(_, form)| form)
    }

    /// What was said of a change and not taken, if anything was.
    fn note_on(&self, change: &ChangeRow) -> Option<&Form> {
        let typed = self.forms.note.as_ref().filter(|(id, _)| *id == change.id);
        typed.map(|(_, form)| form)
    }

    fn is_done(&self) -> bool {
        self.task.state == TaskState::Done
    }

    fn is_carried(&self) -> bool {
        self.task.state == TaskState::Carried
    }

    fn has_leads(&self) -> bool {
        self.task.duties.iter().any(|duty| duty.part == DutyPart::Lead)
    }
}

impl ReportRow {
    fn typed(&self) -> String {
        self.value_milli.map(plans::plain_amount).unwrap_or_default()
    }
}

impl SlipRow {
    fn tag(&self) -> Tag {
        match (self.closed_at, self.replied_at, self.received_at) {
            (Some(_), ..) => Tag::quiet("已办结"),
            (None, Some(_), _) => Tag::good("已回复"),
            (None, None, Some(_)) => Tag::waiting("已签收，等回复"),
            (None, None, None) => Tag::warn("还没有签收"),
        }
    }
}

impl ChangeRow {
    fn tag(&self) -> Tag {
        match self.verdict {
            ChangeVerdict::Waiting => Tag::waiting(self.verdict.label()),
            ChangeVerdict::Approved => Tag::good(self.verdict.label()),
            ChangeVerdict::Refused => Tag::quiet(self.verdict.label()),
        }
    }

    /// From what to what.
    fn words(&self) -> String {
        let mut words = Vec::new();
        if let Some(value) = self.value_milli {
            let old = self.old_value_milli.map(plans::plain_amount).unwrap_or_default();
            words.push(format!("数值从 {old} 改为 {}", plans::plain_amount(value)));
        }
        if let Some(due) = self.due {
            let old = self.old_due.clone().filter(|day| !day.is_empty());
            words.push(format!(
                "完成日期从 {} 改为 {due}",
                old.as_deref().unwrap_or("没有")
            ));
        }
        words.join("，")
    }

    fn is_waiting(&self) -> bool {
        self.verdict == ChangeVerdict::Waiting
    }
}

type Ids = Path<(String, String)>;
type Shared = Extension<Arc<Metrics>>;

fn ids<K>(Path((plan, other)): Ids) -> AppResult<(PlanId, kernel::Id<K>)> {
    Ok((id(&plan)?, id(&other)?))
}

fn back((plan, task): (PlanId, PlanTaskId), done: &str, anchor: &str) -> Response {
    see_other(&format!("/desk/plans/{plan}/tasks/{task}?done={done}{anchor}"))
}

/// One task.
pub(super) async fn show(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    page(&ctx, &metrics, (plan, task), None, &query, 200).await
}

async fn page(
    ctx: &Ctx,
    metrics: &Metrics,
    (plan, task): (PlanId, PlanTaskId),
    forms: Option<Forms>,
    query: &Pairs,
    status: u16,
) -> AppResult<Response> {
    let (row, found) = actions::task(ctx, metrics, plan, task).await?;
    let may = |permission| ctx.reach(permission).contains(&row.org_path);
    let manages = may(Permission::PlanEdit);
    let page = noticed(ui::desk_page(ctx, &found.item), query);
    let slips = slips::list(ctx, plan, task).await?;
    let template = TaskPage {
        crumbs: crumbs(&page, &row, Some("任务")),
        page,
        milestones: actions::milestones(ctx, plan, task).await?,
        own_slips: slips::open_to(ctx, &slips),
        slips,
        changes: changes::list(ctx, plan, task).await?,
        orgs: if manages {
            duties::candidates(ctx, &row).await?
        } else {
            Vec::new()
        },
        forms: forms.unwrap_or_else(|| Forms::blank(&found)),
        left: days_left(ctx.today(), found.days.1),
        today: ctx.today(),
        issues: may(Permission::PlanIssue),
        reports: found.state == TaskState::Open && duties::speaks_for(ctx, &row, task).await.is_ok(),
        manages,
        plan: row,
        task: found,
    };
    Ok(ui::respond::html_with(status, &template))
}

/// The page again with what was typed in one of its forms.
async fn again(
    ctx: &Ctx,
    metrics: &Metrics,
    ids: (PlanId, PlanTaskId),
    put: impl FnOnce(&mut Forms),
    status: u16,
) -> AppResult<Response> {
    let (_, found) = actions::task(ctx, metrics, ids.0, ids.1).await?;
    let mut forms = Forms::blank(&found);
    put(&mut forms);
    page(ctx, metrics, ids, Some(forms), &Pairs::new(), status).await
}

/// Gives an organisation a part in the task, or takes it away.
pub(super) async fn duty(ctx: Ctx, path: Ids, posted: Posted) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    let part = match posted.get("part") {
        "" => None,
        word => Some(
            word.parse::<DutyPart>()
                .map_err(|()| AppError::invalid("part", "请选牵头或者配合。"))?,
        ),
    };
    duties::set_duty(&ctx, plan, task, id(posted.get("org"))?, part).await?;
    Ok(back((plan, task), "duty", "#duties"))
}

/// Says that the task is done, or open again.
pub(super) async fn done(ctx: Ctx, path: Ids, posted: Posted) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    let done = posted.get("state") == "done";
    actions::set_done(&ctx, plan, task, done).await?;
    Ok(back((plan, task), if done { "done" } else { "open" }, ""))
}

/// Takes a report with its evidence.
pub(super) async fn report(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    upload: Upload,
) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    let (_, found) = actions::task(&ctx, &metrics, plan, task).await?;
    let mut form = Form::from_pairs(form::report_fields(&found), Lang::Zh, &upload.fields.0);
    let value = typed_value(&mut form, "target", "value");
    if !form.is_valid() {
        return again(&ctx, &metrics, (plan, task), |forms| forms.report = form, 422).await;
    }
    let draft = ReportDraft {
        words: form.get("words").to_owned(),
        percent: form.number("percent"),
        value,
        file: (!upload.bytes.is_empty()).then_some((upload.name, upload.bytes)),
    };
    match actions::report(&ctx, plan, task, draft).await {
        Ok(_) => Ok(back((plan, task), "reported", "#reports")),
        Err(error) => {
            let status = form.take_up(error)?;
            again(&ctx, &metrics, (plan, task), |forms| forms.report = form, status).await
        }
    }
}

/// A target and its typed value; the one without the other is told.
fn typed_value(form: &mut Form, target: &str, value: &str) -> Option<(PlanTargetId, i64)> {
    let chosen: Option<PlanTargetId> = form.get(target).parse().ok();
    let typed = form.get(value).to_owned();
    match (chosen, plans::parse_amount(&typed)) {
        (Some(chosen), Some(milli)) => Some((chosen, milli)),
        (None, _) if typed.is_empty() => None,
        (None, _) => {
            form.error(target, "请选这个数是哪个指标值的。");
            None
        }
        (Some(_), None) => {
            form.error(value, "数值要填数字，例如 60 或 0.5。");
            None
        }
    }
}

/// Adds a milestone.
pub(super) async fn milestone(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    let mut form = Form::from_pairs(form::milestone_fields(), Lang::Zh, &posted.0);
    let Some(due) = form.date("milestone_due").filter(|_| form.is_valid()) else {
        return again(&ctx, &metrics, (plan, task), |forms| forms.milestone = form, 422).await;
    };
    match actions::add_milestone(&ctx, plan, task, form.get("title"), due).await {
        Ok(_) => Ok(back((plan, task), "milestone", "#milestones")),
        Err(error) => {
            let status = form.take_up(error)?;
            again(
                &ctx,
                &metrics,
                (plan, task),
                |forms| forms.milestone = form,
                status,
            )
            .await
        }
    }
}

/// Says that a milestone is there.
pub(super) async fn reached(ctx: Ctx, path: Ids, posted: Posted) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    let milestone: PlanMilestoneId = id(posted.get("milestone"))?;
    actions::reach_milestone(&ctx, plan, task, milestone).await?;
    Ok(back((plan, task), "milestone", "#milestones"))
}

/// Asks for a change.
pub(super) async fn change(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    let (_, found) = actions::task(&ctx, &metrics, plan, task).await?;
    let mut form = Form::from_pairs(form::change_fields(&found), Lang::Zh, &posted.0);
    let typed = form.get("change_value").to_owned();
    let value_milli = plans::parse_amount(&typed);
    if !typed.is_empty() && value_milli.is_none() {
        form.error("change_value", "数值要填数字，例如 60 或 0.5。");
    }
    if !form.is_valid() {
        return again(&ctx, &metrics, (plan, task), |forms| forms.change = form, 422).await;
    }
    let draft = ChangeDraft {
        target: form.get("change_target").parse().ok(),
        value_milli,
        due: form.date("change_due"),
        reason: form.get("reason").to_owned(),
    };
    match changes::ask(&ctx, plan, task, draft).await {
        Ok(_) => Ok(back((plan, task), "asked", "#changes")),
        Err(error) => {
            let status = form.take_up(
                error
                    .beside("value", "change_value")
                    .beside("target", "change_target"),
            )?;
            again(&ctx, &metrics, (plan, task), |forms| forms.change = form, status).await
        }
    }
}

/// Sends a supervision slip.
pub(super) async fn slip(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, task) = ids(path)?;
    let (_, found) = actions::task(&ctx, &metrics, plan, task).await?;
    let mut form = Form::from_pairs(form::slip_fields(&found), Lang::Zh, &posted.0);
    let (Some(due), true) = (form.date("slip_due"), form.is_valid()) else {
        return again(&ctx, &metrics, (plan, task), |forms| forms.slip = form, 422).await;
    };
    let org = id(form.get("org"))?;
    match slips::send(&ctx, (plan, task), org, form.get("slip_words"), due).await {
        Ok(_) => Ok(back((plan, task), "slip", "#slips")),
        Err(error) => {
            let status = form.take_up(error.beside("words", "slip_words").beside("due", "slip_due"))?;
            again(&ctx, &metrics, (plan, task), |forms| forms.slip = form, status).await
        }
    }
}

/// The evidence of a report, to be saved.
pub(super) async fn evidence(ctx: Ctx, path: Ids) -> AppResult<Response> {
    let (plan, report): (PlanId, PlanReportId) = ids(path)?;
    let (name, bytes) = actions::evidence(&ctx, plan, report).await?;
    Ok(ui::respond::download(bytes, &name, "application/octet-stream"))
}

/// Says that a slip was received.
pub(super) async fn receive(ctx: Ctx, path: Ids, _posted: Posted) -> AppResult<Response> {
    let (plan, slip): (PlanId, PlanSlipId) = ids(path)?;
    let slip = slips::receive(&ctx, plan, slip).await?;
    Ok(back((plan, slip.task_id), "received", "#slips"))
}

/// Replies to a slip.
pub(super) async fn reply(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, id): (PlanId, PlanSlipId) = ids(path)?;
    let task = slips::get(&ctx, plan, id).await?.task_id;
    let mut form = Form::from_pairs(form::reply_fields(), Lang::Zh, &posted.0);
    let status = if form.is_valid() {
        match slips::reply(&ctx, plan, id, form.get("reply")).await {
            Ok(_) => return Ok(back((plan, task), "replied", "#slips")),
            Err(error) => form.take_up(error)?,
        }
    } else {
        422
    };
    let put = |forms: &mut Forms| forms.reply = Some((id, form));
    again(&ctx, &metrics, (plan, task), put, status).await
}

/// Closes a slip.
pub(super) async fn close(ctx: Ctx, path: Ids, _posted: Posted) -> AppResult<Response> {
    let (plan, slip): (PlanId, PlanSlipId) = ids(path)?;
    let slip = slips::close(&ctx, plan, slip).await?;
    Ok(back((plan, slip.task_id), "closed", "#slips"))
}

/// Grants or refuses a change.
pub(super) async fn decide(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, id): (PlanId, PlanChangeId) = ids(path)?;
    let task = changes::get(&ctx, plan, id).await?.task_id;
    let mut form = Form::from_pairs(form::note_fields(), Lang::Zh, &posted.0);
    let granted = match posted.get("verdict") {
        "approved" => Some(true),
        "refused" => Some(false),
        _ => None,
    };
    let status = match granted.filter(|_| form.is_valid()) {
        Some(granted) => match changes::decide(&ctx, plan, id, granted, form.get("note")).await {
            Ok(_) => return Ok(back((plan, task), "decided", "#changes")),
            Err(error) => form.take_up(error)?,
        },
        None => {
            if granted.is_none() {
                form.refuse("请选同意或者不同意。");
            }
            422
        }
    };
    let put = |forms: &mut Forms| forms.note = Some((id, form));
    again(&ctx, &metrics, (plan, task), put, status).await
}
