//! What of plans waits for the actor: slips to answer, reports to write, changes to decide.

use super::days::Window;
use super::duties::answers_for;
use super::lights;
use super::model::{TaskState, report_day};
use super::store::{self, SilentRow};
use kernel::{Date, Instant};
use platform::{AppResult, Ctx, Permission, Waiting};

/// Days before the day of reports on which they begin to wait.
const AHEAD: i64 = 7;

/// What waits for the actor.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let mut all = Vec::new();
    let report = ctx.reach(Permission::PlanReport);
    if !report.is_nothing() {
        let slips = store::open_slips(ctx.db(), &report).await?;
        let own = slips
            .into_iter()
            .filter(|slip| answers_for(ctx, &slip.plan_path, &slip.org_path));
        for slip in own.take(50) {
            all.push(Waiting {
                title: format!("回复督办单：{}", slip.words.chars().take(30).collect::<String>()),
                detail: slip.org_name,
                href: format!("/desk/plans/{}/tasks/{}#slips", slip.plan_id, slip.task_id),
                due: Some(slip.due),
                count: 1,
            });
        }
        all.extend(reports(ctx, &report).await?);
    }
    let decide = ctx.reach(Permission::PlanIssue);
    if !decide.is_nothing() {
        for (plan, task, title, _) in store::waiting_changes(ctx.db(), &decide).await? {
            all.push(Waiting {
                title: format!("审批变更申请：《{title}》"),
                detail: String::new(),
                href: format!("/desk/plans/{plan}/tasks/{task}#changes"),
                due: None,
                count: 1,
            });
        }
    }
    Ok(all)
}

/// Tasks that nobody reported on this month, when the day of reports is near or past.
async fn reports(ctx: &Ctx, scope: &db::Scope) -> AppResult<Vec<Waiting>> {
    let today = ctx.today();
    let month = Instant::of_china(today.first_of_month(), kernel::Time::midnight());
    let mut all = Vec::new();
    let mut silent = store::silent(ctx.db(), scope, today, month).await?;
    silent.retain(|row| answers_for(ctx, &row.plan_path, &row.org_path));
    silent.dedup_by_key(|row| row.task_id);
    for (row, tasks) in open_by_plan(silent, today) {
        let preset = lights::preset(row.lights.as_deref().unwrap_or_default());
        let due = preset.and_then(|preset| report_day(today, preset.report_workday));
        if due.is_some_and(|due| super::model::days_between(today, due) <= AHEAD) {
            all.push(Waiting {
                title: format!("填报本月进度：《{}》", row.title),
                detail: format!("{tasks} 项任务这个月还没有填报"),
                href: format!("/desk/plans/{}/progress?mine=yes", row.plan_id),
                due,
                count: tasks,
            });
        }
    }
    Ok(all)
}

/// The first of the tasks of each plan that are open, and how many are; they come plan by plan.
fn open_by_plan(silent: Vec<SilentRow>, today: Date) -> Vec<(SilentRow, i64)> {
    let mut plans: Vec<(SilentRow, i64)> = Vec::new();
    for row in silent {
        let window = Window {
            plan: (row.starts_on, row.ends_on),
            from: &row.window_from,
            to: &row.window_to,
            every_year: row.every_year,
        };
        let said = row.state.zip(row.at.map(|at| at.date()));
        if window.time(None, today).state(said) != TaskState::Open {
            continue;
        }
        match plans.last_mut() {
            Some((plan, tasks)) if plan.plan_id == row.plan_id => *tasks += 1,
            _ => plans.push((row, 1)),
        }
    }
    plans
}
