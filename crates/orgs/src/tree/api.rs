//! JSON of organisations: what everybody may see, and what staff see and change.

use super::actions::{self, OrgView};
use super::kind::{OrgKind, OrgStatus};
use super::model::{Change, OrgDraft, Touched};
use super::{Filter, OrgBrief, OrgRow, Period};
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{Asked, At, Created, Day, Listed, Made, Paging, created, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(OrgKind, OrgStatus);

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrgJson {
    /// Id.
    id: String,
    /// Kind.
    kind: OrgKind,
    /// Kind in words.
    kind_name: &'static str,
    /// Whole name.
    name: String,
    /// Name for lists.
    short_name: String,
    /// Id of the one above; null for a root.
    parent: Option<String>,
    /// Code of the statistics bureau, 12 digits; areas only.
    region_code: Option<String>,
    /// Whether it works.
    status: OrgStatus,
}

impl From<OrgRow> for OrgJson {
    fn from(row: OrgRow) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind,
            kind_name: row.kind.label(),
            name: row.name,
            short_name: row.short_name,
            parent: row.parent_id.map(|id| id.to_string()),
            region_code: row.region_code,
            status: row.status,
        }
    }
}

impl From<OrgBrief> for OrgJson {
    fn from(org: OrgBrief) -> Self {
        Self {
            id: org.id.to_string(),
            kind: org.kind,
            kind_name: org.kind.label(),
            name: org.name,
            short_name: org.short_name,
            parent: org.parent_id.map(|id| id.to_string()),
            region_code: org.region_code,
            status: org.status,
        }
    }
}

/// An organisation with everything the tree knows of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrgDetailJson {
    #[serde(flatten)]
    org: OrgJson,
    /// First day.
    opened_on: Day,
    /// First day after its end.
    closed_on: Option<Day>,
    /// Of which it became part.
    successor: Option<OrgJson>,
    /// Whether it has a public page.
    is_public: bool,
    /// Zone or committee that is not counted to people.
    special: bool,
    /// Those above it that you may open, from the root down.
    above: Vec<OrgJson>,
    /// What stands on it.
    touched: Touched,
    /// Counts changes of it and of its facts.
    version: i64,
}

impl From<OrgView> for OrgDetailJson {
    fn from(view: OrgView) -> Self {
        let detail = view.detail;
        Self {
            org: view.org.into(),
            opened_on: detail.opened_on.into(),
            closed_on: detail.closed_on.map(Day),
            successor: view.successor.map(OrgJson::from),
            is_public: detail.is_public,
            special: detail.special,
            above: view.above.into_iter().map(OrgJson::from).collect(),
            touched: view.touched,
            version: detail.version,
        }
    }
}

/// A name or a place in the tree, with its days.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodJson {
    /// The name, or the name of the one above.
    name: String,
    /// First day.
    valid_from: Day,
    /// First day after; null while it lasts.
    valid_to: Option<Day>,
}

impl From<Period> for PeriodJson {
    fn from(period: Period) -> Self {
        Self {
            name: period.text,
            valid_from: period.valid_from.into(),
            valid_to: period.valid_to.map(Day),
        }
    }
}

/// What an organisation was called and where it stood.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrgHistoryJson {
    /// Its names, newest first.
    names: Vec<PeriodJson>,
    /// Those above it, newest first.
    parents: Vec<PeriodJson>,
}

/// An organisation to open.
#[derive(Debug, Deserialize, ToSchema)]
pub struct OrgBody {
    /// Kind; it must fit under the parent's.
    kind: OrgKind,
    /// Id of the one above.
    #[schema(value_type = String)]
    parent: OrgId,
    /// Whole name, 2 to 60 characters.
    name: String,
    /// Name for lists; the whole name when empty.
    #[serde(default)]
    short_name: String,
    /// First day, not after today.
    opened_on: Day,
    /// Whether it has a public page.
    #[serde(default)]
    is_public: bool,
    /// Why.
    reason: String,
}

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RenameBody {
    /// Whole name, 2 to 60 characters.
    name: String,
    /// Name for lists; the whole name when empty.
    #[serde(default)]
    short_name: String,
    /// First day on which it holds, not after today.
    on: Day,
    /// Why.
    reason: String,
    /// Version that you read.
    version: i64,
}

/// Another place in the tree.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MoveBody {
    /// Id of the new one above.
    #[schema(value_type = String)]
    parent: OrgId,
    /// First day on which it holds, not after today.
    on: Day,
    /// Why.
    reason: String,
    /// Version that you read.
    version: i64,
}

/// A successor.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MergeBody {
    /// Id of the organisation of which it becomes part.
    #[schema(value_type = String)]
    into: OrgId,
    /// First day on which it holds, not after today.
    on: Day,
    /// Why.
    reason: String,
    /// Version that you read.
    version: i64,
}

/// The end.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CloseBody {
    /// First day on which it holds, not after today.
    on: Day,
    /// Why.
    reason: String,
    /// Version that you read.
    version: i64,
}

fn change(on: Day, reason: String, version: i64) -> Change {
    Change {
        on: on.0,
        reason,
        version,
    }
}

/// The filters that the public list and that of staff share; `below` is the path of `under`.
fn filter(asked: &Asked, below: Option<String>, status: Option<OrgStatus>) -> AppResult<Filter> {
    Ok(Filter {
        q: asked.text("q"),
        kind: asked.word("kind", OrgKind::ALL, OrgKind::as_str)?,
        parent: asked.id("parent")?,
        below,
        status,
        after: None,
        limit: asked.limit()?,
    })
}

fn listed((rows, more): (Vec<OrgRow>, bool)) -> Json<Listed<OrgJson>> {
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let items = rows.into_iter().map(OrgJson::from).collect();
    Json(Listed { items, next })
}

/// Open public organisations, by name.
#[utoipa::path(get, path = "/api/v1/orgs", tag = "orgs",
    params(("q" = Option<String>, Query, description = "part of the name, its pinyin or initials, or a code"),
        ("kind" = Option<OrgKind>, Query, description = "only this kind"),
        ("parent" = Option<String>, Query, description = "only directly below this organisation"),
        ("under" = Option<String>, Query, description = "only below this organisation, at any depth"), Paging),
    responses((status = 200, body = Listed<OrgJson>), (status = 422, description = "a filter cannot be read")))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<OrgJson>>> {
    let below = match asked.id("under")? {
        Some(under) => Some(actions::get_public(&ctx, under).await?.path),
        None => None,
    };
    let filter = filter(&asked, below, Some(OrgStatus::Open))?;
    Ok(listed(
        actions::list_public(&ctx, filter, &asked.text("cursor")).await?,
    ))
}

/// Organisations in your subtree, by name: those that are not public and those that have ended too.
#[utoipa::path(get, path = "/api/v1/desk/orgs", tag = "orgs",
    params(("q" = Option<String>, Query, description = "part of the name, its pinyin or initials, or a code"),
        ("kind" = Option<OrgKind>, Query, description = "only this kind"),
        ("status" = Option<OrgStatus>, Query, description = "only this status"),
        ("parent" = Option<String>, Query, description = "only directly below this organisation"),
        ("under" = Option<String>, Query, description = "only below this organisation, at any depth"), Paging),
    responses((status = 200, body = Listed<OrgJson>), (status = 422, description = "a filter cannot be read")))]
pub(super) async fn list_within(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<OrgJson>>> {
    let below = match asked.id("under")? {
        Some(under) => Some(actions::get(&ctx, under).await?.org.path),
        None => None,
    };
    let status = asked.word("status", OrgStatus::ALL, OrgStatus::as_str)?;
    let filter = filter(&asked, below, status)?;
    Ok(listed(actions::list(&ctx, filter, &asked.text("cursor")).await?))
}

/// One public organisation.
#[utoipa::path(get, path = "/api/v1/orgs/{org}", tag = "orgs",
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 200, body = OrgJson)))]
pub(super) async fn get(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<OrgJson>> {
    Ok(Json(actions::get_public(&ctx, org).await?.into()))
}

/// One organisation of your subtree, with what a change of it would touch.
#[utoipa::path(get, path = "/api/v1/desk/orgs/{org}", tag = "orgs",
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 200, body = OrgDetailJson)))]
pub(super) async fn get_within(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<OrgDetailJson>> {
    Ok(Json(actions::get(&ctx, org).await?.into()))
}

/// Names and places of an organisation with their days.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/history", tag = "orgs",
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 200, body = OrgHistoryJson)))]
pub(super) async fn history(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<OrgHistoryJson>> {
    let (_, names, parents) = actions::history(&ctx, org).await?;
    Ok(Json(OrgHistoryJson {
        names: names.into_iter().map(PeriodJson::from).collect(),
        parents: parents.into_iter().map(PeriodJson::from).collect(),
    }))
}

/// Opens an organisation.
#[utoipa::path(post, path = "/api/v1/orgs", tag = "orgs", request_body = OrgBody,
    responses((status = 201, body = Made), (status = 422, description = "a field is wrong, or the kind does not fit under the parent")))]
pub(super) async fn create(ctx: Ctx, web::Json(body): web::Json<OrgBody>) -> AppResult<Created> {
    let draft = OrgDraft {
        kind: body.kind,
        parent: body.parent,
        name: body.name,
        short_name: body.short_name,
        opened_on: body.opened_on.0,
        is_public: body.is_public,
    };
    actions::create(&ctx, &draft, &body.reason).await.map(created)
}

/// Gives another name from a day on; the old one stays in the history.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/rename", tag = "orgs", request_body = RenameBody,
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 204, description = "renamed"), (status = 409, description = "it has ended, or somebody changed it meanwhile")))]
pub(super) async fn rename(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<RenameBody>,
) -> AppResult<StatusCode> {
    let change = change(body.on, body.reason, body.version);
    actions::rename(&ctx, org, &body.name, &body.short_name, &change)
        .await
        .map(done)
}

/// Puts it with everything below under another one.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/move", tag = "orgs", request_body = MoveBody,
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 204, description = "moved"), (status = 409, description = "it has ended or is a root, or somebody changed it meanwhile")))]
pub(super) async fn move_to(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<MoveBody>,
) -> AppResult<StatusCode> {
    let change = change(body.on, body.reason, body.version);
    actions::move_to(&ctx, org, body.parent, &change).await.map(done)
}

/// Makes it part of another of its kind; this cannot be undone.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/merge", tag = "orgs", request_body = MergeBody,
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 204, description = "merged"), (status = 409, description = "it has ended or is a root, or somebody changed it meanwhile")))]
pub(super) async fn merge(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<MergeBody>,
) -> AppResult<StatusCode> {
    let change = change(body.on, body.reason, body.version);
    actions::merge(&ctx, org, body.into, &change).await.map(done)
}

/// Ends it, when nothing open stands below it and its rooms are not lent.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/close", tag = "orgs", request_body = CloseBody,
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 204, description = "ended"), (status = 409, description = "something stands on it, or somebody changed it meanwhile")))]
pub(super) async fn close(
    ctx: Ctx,
    At(org): At<OrgId>,
    web::Json(body): web::Json<CloseBody>,
) -> AppResult<StatusCode> {
    let change = change(body.on, body.reason, body.version);
    actions::close(&ctx, org, &change).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list,
    list_within,
    get,
    get_within,
    history,
    create,
    rename,
    move_to,
    merge,
    close
))]
pub struct TreeApi;
