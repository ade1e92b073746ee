//! JSON of organisations: what everybody may see.

use super::actions;
use super::kind::OrgKind;
use super::{Filter, OrgBrief, OrgRow, id_in_path};
use crate::tree::OrgStatus;
use axum::Json;
use axum::extract::{Path, Query};
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrgJson {
    /// Id.
    id: String,
    /// Kind, for programs; clients take new values.
    kind: String,
    /// Kind in words.
    kind_name: String,
    /// Whole name.
    name: String,
    /// Name for lists.
    short_name: String,
    /// Id of the one above; null for a root.
    parent: Option<String>,
    /// Code of the statistics bureau, 12 digits; areas only.
    region_code: Option<String>,
    /// open, closed, merged.
    status: String,
}

impl From<OrgRow> for OrgJson {
    fn from(row: OrgRow) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind.as_str().to_owned(),
            kind_name: row.kind.label().to_owned(),
            name: row.name,
            short_name: row.short_name,
            parent: row.parent_id.map(|id| id.to_string()),
            region_code: row.region_code,
            status: row.status.as_str().to_owned(),
        }
    }
}

impl From<OrgBrief> for OrgJson {
    fn from(org: OrgBrief) -> Self {
        Self {
            id: org.id.to_string(),
            kind: org.kind.as_str().to_owned(),
            kind_name: org.kind.label().to_owned(),
            name: org.name,
            short_name: org.short_name,
            parent: org.parent_id.map(|id| id.to_string()),
            region_code: org.region_code,
            status: org.status.as_str().to_owned(),
        }
    }
}

/// A page of organisations.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrgList {
    /// Organisations by name.
    items: Vec<OrgJson>,
    /// Cursor of the next page, or null.
    next: Option<String>,
}

/// Filters of the list.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct OrgQuery {
    /// Part of the name, its pinyin or initials.
    #[serde(default)]
    q: String,
    /// Only this kind.
    #[serde(default)]
    kind: String,
    /// Only directly below this organisation.
    #[serde(default)]
    parent: String,
    /// Only below this organisation, at any depth.
    #[serde(default)]
    under: String,
    /// At most so many, 1 to 200; 50 when missing.
    #[serde(default)]
    limit: String,
    /// Where the page begins, from `next`.
    #[serde(default)]
    cursor: String,
}

/// Open public organisations.
#[utoipa::path(get, path = "/api/v1/orgs", tag = "orgs", params(OrgQuery),
    responses((status = 200, body = OrgList), (status = 422, description = "a filter cannot be read")))]
pub(super) async fn list(ctx: Ctx, Query(query): Query<OrgQuery>) -> AppResult<Json<OrgList>> {
    let id = |field: &str, text: &str| match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| AppError::invalid(field, "这不是机构的编号。")),
    };
    let kind = match query.kind.as_str() {
        "" => None,
        text => Some(
            text.parse::<OrgKind>()
                .map_err(|()| AppError::invalid("kind", "没有这种机构。"))?,
        ),
    };
    let limit: i64 = match query.limit.as_str() {
        "" => 50,
        text => text.parse().unwrap_or_default(),
    };
    if !(1..=200).contains(&limit) {
        return Err(AppError::invalid("limit", "limit 要在 1 到 200 之间。"));
    }
    let below = match id("under", &query.under)? {
        Some(under) => Some(actions::get_public(&ctx, under).await?.path),
        None => None,
    };
    let filter = Filter {
        q: query.q.chars().take(60).collect(),
        kind,
        parent: id("parent", &query.parent)?,
        below,
        status: Some(OrgStatus::Open),
        after: None,
        limit,
    };
    let (rows, more) = actions::list_public(&ctx, filter, &query.cursor).await?;
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(Json(OrgList {
        items: rows.into_iter().map(OrgJson::from).collect(),
        next,
    }))
}

/// One public organisation.
#[utoipa::path(get, path = "/api/v1/orgs/{org}", tag = "orgs",
    params(("org" = String, Path, description = "id of the organisation")),
    responses((status = 200, body = OrgJson), (status = 404, description = "no such public organisation")))]
pub(super) async fn get(ctx: Ctx, Path(org): Path<String>) -> AppResult<Json<OrgJson>> {
    let org = actions::get_public(&ctx, id_in_path(&org)?).await?;
    Ok(Json(org.into()))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get), components(schemas(OrgList, OrgJson)))]
pub struct TreeApi;
