//! Statistics of the demo: the shipped dataset published for 闵行区, and returns of some schools on their way up.
//!
//! The returns are opened by a job once the figures are counted, through the same actions as in life, so that every machine
//! value is the metric's. What a school types is invented like everything here.

use kernel::OrgId;
use metrics::{Metrics, State};
use orgs::OrgKind;
use platform::{AppError, AppResult, Ctx, Event, JobFuture, JobKind, Platform};
use serde_json::json;
use statistics::datasets::model::Over;
use statistics::datasets::{Definition, actions as datasets};
use statistics::returns::actions::{self as returns, Keep, Typed};
use statistics::returns::lifecycle::{self, Remark};
use statistics::returns::model::ReturnStatus;
use statistics::{ReturnId, VersionId};
use std::sync::Arc;

/// The dataset that ships.
pub(crate) const SHIPPED: &str = include_str!("../../../../data/datasets/community-education.toml");
/// Seconds after which the figures are counted on a plain machine.
const COUNTED_SECS: i64 = 20;

/// What the schools of the demo typed; every other cell that nobody counts is 0.
const TYPED: &[(&str, &str)] = &[
    ("T1_own_n", "1"),
    ("T2_rail_n", "1"),
    ("T2_toilet_n", "1"),
    ("T2_computers_n", "24"),
    ("T2_books_n", "3200"),
    ("T3b_volunteers_n", "36"),
    ("T3b_served_n", "410"),
    ("T6_lectures_times", "12"),
    ("T6_lectures_visits", "480"),
    ("T6_lectures_elders", "365"),
    ("T6_festival_times", "3"),
    ("T6_festival_visits", "650"),
    ("T6_festival_elders", "420"),
    ("T7_s0_teams", "9"),
    ("T7_s0_people", "162"),
    ("T7_s1_teams", "3"),
    ("T7_s1_people", "54"),
    ("T10b_class_n", "186000.00"),
    ("T12_local_all", "4"),
    ("T12_local_new", "1"),
    ("T12_local_public", "2"),
    ("T13_smart_times", "6"),
    ("T13_smart_people", "118"),
    ("T13_smart_visits", "472"),
];

/// Opens the returns; done once.
pub(crate) const OPEN: JobKind = JobKind {
    name: "demo.returns",
    run: |ctx, job| -> JobFuture {
        Box::pin(async move {
            let metrics = Arc::new(crate::wiring::metrics(&ctx.platform)?);
            let payload: serde_json::Value =
                serde_json::from_str(&job.payload).map_err(|error| AppError::Internal(error.to_string()))?;
            let version = payload
                .get("version")
                .and_then(|text| text.as_str()?.parse().ok());
            let version = version.ok_or(AppError::NotFound)?;
            let opened = open_some(&ctx, &metrics, version).await?;
            Ok(format!("开了 {opened} 份填报"))
        })
    },
};

/// Publishes the shipped dataset for 闵行区 and queues the opening of returns.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn publish(platform: &Arc<Platform>) -> AppResult<()> {
    let ctx = Ctx::system(platform, "demo");
    let metrics = crate::wiring::metrics(platform)?;
    let Some(version) = draft(&ctx, &metrics).await? else {
        return Ok(());
    };
    datasets::publish(&ctx, &metrics, version, 1).await?;
    let tx = ctx.begin().await?;
    let payload = json!({ "version": version.to_string() });
    let at = ctx.now().plus_secs(COUNTED_SECS);
    let job = platform::job::enqueue(&tx, OPEN.name, &payload, at, Some(OPEN.name.to_owned())).await?;
    tx.commit(vec![Event::new("demo.returns", "job", job)]).await
}

/// The shipped dataset as a draft of 闵行区, where there is one.
pub(crate) async fn draft(ctx: &Ctx, metrics: &Metrics) -> AppResult<Option<VersionId>> {
    let definition = Definition::from_toml(SHIPPED).map_err(AppError::Internal)?;
    let areas = datasets::issuers(ctx).await?;
    let Some(district) = areas.iter().find(|area| area.name == "闵行区") else {
        return Ok(None);
    };
    let put = datasets::put(ctx, metrics, district.id, definition, (Over::Draft, false)).await?;
    Ok(Some(put.version))
}

/// Opens the returns of up to six schools for the running year: two being filled, one filed, one sent back by a cell, one
/// checked, one approved. Gives how many.
pub(crate) async fn open_some(ctx: &Ctx, metrics: &Arc<Metrics>, version: VersionId) -> AppResult<usize> {
    let found = returns::overview(ctx, metrics, Some(version), None).await?;
    let period = found.period.ok_or(AppError::NotFound)?;
    let schools = found
        .expected
        .iter()
        .filter(|one| one.kind == OrgKind::StreetSchool);
    let schools: Vec<OrgId> = schools.map(|one| one.org).take(6).collect();
    if let Some(first) = schools.first() {
        let counted = metrics.figure(ctx, "classes.count", *first, period).await?;
        if matches!(counted.state, State::NoData { .. }) {
            return Err(AppError::Unavailable("the figures are not counted yet".into()));
        }
    }
    for (number, school) in schools.iter().enumerate() {
        let id = returns::open(ctx, metrics, version, *school, period).await?;
        // A run that stopped half-way is done again: what it took on its way up stays there.
        if returns::get(ctx, id).await?.filled.row.status != ReturnStatus::Draft {
            continue;
        }
        if number > 0 {
            type_rest(ctx, id).await?;
        }
        move_up(ctx, metrics, id, number).await?;
    }
    Ok(schools.len())
}

/// Types what the machine does not know.
async fn type_rest(ctx: &Ctx, id: ReturnId) -> AppResult<()> {
    let shown = returns::get(ctx, id).await?;
    let empty = shown.filled.issues().into_iter();
    let codes: Vec<String> = empty.filter_map(|issue| issue.cells.into_iter().next()).collect();
    let typed = codes.into_iter().filter_map(|code| {
        let (_, cell) = shown.filled.find(&code)?;
        let value = TYPED.iter().find(|(known, _)| *known == code);
        Some(Typed {
            value: value.map_or("0", |(_, value)| value).to_owned(),
            reason: None,
            seen: cell.version,
            element: code.clone(),
        })
    });
    returns::save(ctx, id, typed.collect(), Keep::Good)
        .await
        .map(drop)
}

async fn version_of(ctx: &Ctx, id: ReturnId) -> AppResult<i64> {
    Ok(returns::get(ctx, id).await?.filled.row.version)
}

/// Takes a return so far as its number says.
async fn move_up(ctx: &Ctx, metrics: &Arc<Metrics>, id: ReturnId, number: usize) -> AppResult<()> {
    if number < 2 {
        return Ok(());
    }
    let note = "支出按用途还没有分完，年底决算后再核。";
    lifecycle::file(ctx, metrics, id, note, version_of(ctx, id).await?).await?;
    if number == 3 {
        let remark = Remark {
            element: "T6_lectures_visits".into(),
            text: "和活动台账差 20 人次，请核对。".into(),
        };
        return lifecycle::send_back(ctx, metrics, id, vec![remark], version_of(ctx, id).await?).await;
    }
    if number >= 4 {
        lifecycle::check(ctx, metrics, id, version_of(ctx, id).await?).await?;
    }
    if number >= 5 {
        lifecycle::approve(ctx, metrics, id, version_of(ctx, id).await?).await?;
    }
    Ok(())
}
