//! A meeting of the demo: 闵行区 asked its schools and streets to come in five days, about the tasks that lag.

use super::draw::plus;
use kernel::Time;
use metrics::Metrics;
use plans::meetings::model::TypedNotice;
use plans::meetings::{actions, agenda, guests};
use plans::plans::actions as plans_of;
use platform::{AppResult, Ctx, Platform};
use std::sync::Arc;

/// Lagging tasks on the agenda.
const POINTS: usize = 3;

/// Calls the meeting, where the district has a plan of this year.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn call(platform: &Arc<Platform>) -> AppResult<()> {
    let ctx = Ctx::system(platform, "demo");
    let metrics: Metrics = crate::wiring::metrics(platform)?;
    let year = i64::from(ctx.today().year());
    let plans = plans_of::list(&ctx, Some(year), 20, 0).await?;
    let Some(plan) = plans.into_iter().find(|plan| plan.org_name == "闵行区") else {
        return Ok(());
    };
    let typed = TypedNotice {
        title: "街镇社区学校常务副校长工作例会".to_owned(),
        day: Some(plus(ctx.today(), 5)),
        time: Some(Time::constant(14, 0, 0, 0)),
        place: "区社区学院三楼会议室".to_owned(),
        words: "请带本单位牵头任务的进展和佐证材料。".to_owned(),
    };
    let meeting = actions::create(&ctx, plan.id, &typed).await?;
    let asked = ["leads", "street_schools"];
    guests::invite(&ctx, plan.id, meeting, &asked, "区老龄工作委员会办公室").await?;
    let lagging = agenda::proposed(&ctx, &metrics, plan.id, &[]).await?;
    let tasks: Vec<_> = lagging.iter().take(POINTS).map(|task| task.task.row.id).collect();
    agenda::add(&ctx, &metrics, plan.id, meeting, &tasks, "年底统计填报的安排").await?;
    actions::call(&ctx, plan.id, meeting).await
}
