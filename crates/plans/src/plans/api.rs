//! JSON of plans.

use super::actions;
use super::intake::Source;
use super::model::{PlanStatus, TargetComparison, TaskKind};
use super::read::{Item, Task};
use super::store::{Counts, PlanBrief, PlanRow, TargetRow, Which};
use crate::PlanId;
use crate::reading::draft::{plain, plain_option};
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{Asked, At, Created, Day, Listed, Named, Paging, Ref, Seen, created, done};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A plan in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanBriefJson {
    /// Id.
    id: String,
    /// Whose it is.
    org: Named,
    /// Title.
    title: String,
    /// 发文字号; may be empty.
    document_number: String,
    /// Year.
    year: i64,
    /// How far it is.
    status: PlanStatus,
    /// Number of items.
    items: i64,
    /// Number of targets.
    targets: i64,
    /// Number of targets that no metric moves.
    unbound: i64,
}

impl From<PlanBrief> for PlanBriefJson {
    fn from(row: PlanBrief) -> Self {
        Self {
            id: row.id.to_string(),
            org: Named::new(row.org_id, row.org_name),
            title: row.title,
            document_number: row.document_number,
            year: row.year,
            status: row.status,
            items: row.items,
            targets: row.targets,
            unbound: row.unbound,
        }
    }
}

/// A plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanJson {
    /// Id.
    id: String,
    /// Whose it is.
    org: Named,
    /// Title.
    title: String,
    /// 发文字号; may be empty.
    document_number: String,
    /// Who signed it; may be empty.
    issuer: String,
    /// Day of the document, `YYYY-MM-DD` or `YYYY-MM`; may be empty.
    date: String,
    /// Year.
    year: i64,
    /// First day.
    starts_on: Day,
    /// Last day.
    ends_on: Day,
    /// How far it is.
    status: PlanStatus,
    /// Number of items.
    items: i64,
    /// Number of items that nobody has looked at and that the reader doubts.
    doubtful: i64,
    /// Number of targets.
    targets: i64,
    /// Number of targets that no metric moves.
    unbound: i64,
    /// Counts changes; issuing names the one that was read.
    version: i64,
}

fn plan_json((row, counts): (PlanRow, Counts)) -> PlanJson {
    PlanJson {
        id: row.id.to_string(),
        org: Named::new(row.org_id, row.org_name),
        title: row.title,
        document_number: row.document_number,
        issuer: row.issuer,
        date: row.dated,
        year: row.year,
        starts_on: Day(row.starts_on),
        ends_on: Day(row.ends_on),
        status: row.status,
        items: counts.items,
        doubtful: counts.doubtful,
        targets: counts.targets,
        unbound: counts.unbound,
        version: row.version,
    }
}

/// An item of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanItemJson {
    /// Id.
    id: String,
    /// Printed label without its mark; null for a paragraph without one.
    #[schema(required)]
    number: Option<String>,
    /// Headings above, outermost first.
    path: Vec<String>,
    /// Its own heading; may be empty.
    heading: String,
    /// Its exact words.
    text: String,
    /// First line in the document; 0 for what a person added.
    line_from: i64,
    /// Last line.
    line_to: i64,
    /// Whether a person has looked at it.
    checked: bool,
    /// Its tasks.
    tasks: Vec<PlanTaskJson>,
    /// Counts changes.
    version: i64,
}

/// A task of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanTaskJson {
    /// Id.
    id: String,
    /// Its words.
    text: String,
    /// What would show that it is done.
    kind: TaskKind,
    /// Who leads, as printed.
    lead: Vec<String>,
    /// Who helps, as printed.
    helpers: Vec<String>,
    /// First day of its window, `YYYY-MM-DD`, or `MM-DD` when it returns every year; may be empty.
    from: String,
    /// Last day.
    to: String,
    /// Whether the window returns every year.
    every_year: bool,
    /// What is to be reached.
    targets: Vec<PlanTargetJson>,
}

/// A target of a task.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanTargetJson {
    /// Id.
    id: String,
    /// Id of its item.
    item: String,
    /// Id of its task.
    task: String,
    /// What is counted.
    object: String,
    /// What is done to it; may be empty.
    verb: String,
    /// How the figure is meant.
    comparison: TargetComparison,
    /// The figure; 60 % is 60.
    #[serde(serialize_with = "plain")]
    value: f64,
    /// Upper end of a span.
    #[schema(required)]
    #[serde(serialize_with = "plain_option")]
    value_to: Option<f64>,
    /// Unit: as printed, or `%`, `‰`, `‱`, `ratio`.
    unit: String,
    /// Last day.
    #[schema(required)]
    due: Option<Day>,
    /// Metric that moves it.
    #[schema(required)]
    metric: Option<String>,
    /// How sure the reader was, in percent; 100 for what a person wrote.
    confidence: i64,
    /// The words it was read from.
    source_text: String,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures are far below 2^53 thousandths"
)]
pub(crate) fn figure(milli: i64) -> f64 {
    milli as f64 / 1000.0
}

impl From<&TargetRow> for PlanTargetJson {
    fn from(row: &TargetRow) -> Self {
        Self {
            id: row.id.to_string(),
            item: row.item_id.to_string(),
            task: row.task_id.to_string(),
            object: row.object.clone(),
            verb: row.verb.clone(),
            comparison: row.comparison,
            value: figure(row.value_milli),
            value_to: row.value_to_milli.map(figure),
            unit: row.unit.clone(),
            due: row.due.map(Day),
            metric: row.metric.clone(),
            confidence: row.confidence,
            source_text: row.source_text.clone(),
        }
    }
}

fn task_json(task: &Task) -> PlanTaskJson {
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    PlanTaskJson {
        id: task.row.id.to_string(),
        text: task.row.text.clone(),
        kind: task.row.kind,
        lead: lines(&task.row.lead),
        helpers: lines(&task.row.helpers),
        from: task.row.window_from.clone(),
        to: task.row.window_to.clone(),
        every_year: task.row.every_year,
        targets: task.targets.iter().map(PlanTargetJson::from).collect(),
    }
}

impl From<&Item> for PlanItemJson {
    fn from(item: &Item) -> Self {
        Self {
            id: item.row.id.to_string(),
            number: item.row.number.clone(),
            path: item.row.headings(),
            heading: item.row.heading.clone(),
            text: item.row.text.clone(),
            line_from: item.row.line_from,
            line_to: item.row.line_to,
            checked: item.row.checked,
            tasks: item.tasks.iter().map(task_json).collect(),
            version: item.row.version,
        }
    }
}

/// A document to be read as a draft.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PlanBody {
    /// Id of the organisation whose plan it is.
    #[schema(value_type = String)]
    org: Ref<OrgId>,
    /// The document's text.
    text: String,
}

/// Issued plans that the reader may see, newest year first; or drafts that they may correct.
#[utoipa::path(get, path = "/api/v1/plans", tag = "plans",
    params(Paging, ("year" = Option<i64>, Query, description = "only this year"),
        ("status" = Option<String>, Query, description = "`draft` for drafts; otherwise issued plans")),
    responses((status = 200, body = Listed<PlanBriefJson>)))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<PlanBriefJson>>> {
    let part = asked.part()?;
    let year = asked.get("year", "year 是四位数的年度。")?;
    let listed = match asked.text("status").as_str() {
        "draft" => {
            let drafts = actions::drafts(&ctx).await?;
            part.of(drafts
                .into_iter()
                .filter(|plan| year.is_none_or(|year| plan.year == year))
                .collect())
        }
        "" | "issued" => part.listed(actions::list(&ctx, year, part.rows(), part.offset).await?),
        _ => return Err(AppError::invalid("status", "这里只能写 draft、issued。")),
    };
    Ok(Json(listed.map(PlanBriefJson::from)))
}

/// A plan.
#[utoipa::path(get, path = "/api/v1/plans/{plan}", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan")),
    responses((status = 200, body = PlanJson)))]
pub(super) async fn get(ctx: Ctx, At(plan): At<PlanId>) -> AppResult<Json<PlanJson>> {
    actions::get(&ctx, plan).await.map(plan_json).map(Json)
}

/// The items of a plan with their tasks and targets, in order.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/items", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"),
        ("cursor" = Option<String>, Query, description = "where the list goes on: `next` of the answer before")),
    responses((status = 200, body = Listed<PlanItemJson>)))]
pub(super) async fn items(
    ctx: Ctx,
    At(plan): At<PlanId>,
    asked: Asked,
) -> AppResult<Json<Listed<PlanItemJson>>> {
    let from = asked.get("cursor", platform::api::WRONG_CURSOR)?.unwrap_or(0);
    let (items, next) = actions::items(&ctx, plan, Which::All, from).await?;
    Ok(Json(Listed {
        items: items.iter().map(PlanItemJson::from).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

/// The targets of a plan, in order.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/targets", tag = "plans",
    params(("plan" = String, Path, description = "id of the plan"), Paging,
        ("unbound" = Option<bool>, Query, description = "only those that no metric moves")),
    responses((status = 200, body = Listed<PlanTargetJson>)))]
pub(super) async fn targets(
    ctx: Ctx,
    At(plan): At<PlanId>,
    asked: Asked,
) -> AppResult<Json<Listed<PlanTargetJson>>> {
    let part = asked.part()?;
    let unbound = asked.flag("unbound")?;
    let items = actions::all(&ctx, plan).await?;
    let targets = items
        .iter()
        .flat_map(|item| &item.tasks)
        .flat_map(|task| &task.targets);
    let wanted: Vec<PlanTargetJson> = targets
        .filter(|target| !unbound || target.metric.is_none())
        .map(PlanTargetJson::from)
        .collect();
    Ok(Json(part.of(wanted)))
}

/// Reads a document's text as a draft.
#[utoipa::path(post, path = "/api/v1/plans", tag = "plans", request_body = PlanBody,
    responses((status = 201, body = platform::api::Made), (status = 422, description = "nothing could be read")))]
pub(super) async fn create(ctx: Ctx, web::Json(body): web::Json<PlanBody>) -> AppResult<Created> {
    let org: OrgId = body.org.0;
    let source = Source {
        pasted: body.text,
        ..Source::default()
    };
    let made = actions::create(&ctx, org, source).await;
    made.map_err(|error| error.beside("file", "text")).map(created)
}

/// Issues a plan: its text is frozen from now on.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/issue", tag = "plans", request_body = Seen,
    params(("plan" = String, Path, description = "id of the plan")),
    responses((status = 204, description = "issued"), (status = 409, description = "not ready, issued already, or changed meanwhile")))]
pub(super) async fn issue(
    ctx: Ctx,
    At(plan): At<PlanId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    actions::issue(&ctx, plan, body.version).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get, items, targets, create, issue))]
pub struct PlansApi;
