//! JSON of datasets.

use super::actions;
use super::definition::Basis;
use super::model::{DatasetStatus, Over};
use super::store::DatasetRow;
use crate::{Measures, VersionId};
use axum::Extension;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{Asked, At, Listed, Paging, Reasoned, Ref, Seen, done};
use platform::{AppError, AppResult, Ctx, FieldError, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A dataset with its newest version.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatasetJson {
    /// Code for ever.
    code: String,
    /// Name.
    name: String,
    /// Who issues it.
    org: String,
    /// Id of the newest version.
    version_id: String,
    /// Its number.
    number: i64,
    /// How far it is.
    status: DatasetStatus,
    /// How sure it is: official, adapted or derived.
    basis: Basis,
}

impl From<DatasetRow> for DatasetJson {
    fn from(row: DatasetRow) -> Self {
        Self {
            code: row.code,
            name: row.name,
            org: row.org_id.to_string(),
            version_id: row.version_id.to_string(),
            number: row.number,
            status: row.status,
            basis: row.basis,
        }
    }
}

/// A cell of a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub struct ElementJson {
    /// Code: table, row, column.
    code: String,
    /// Code of the table.
    table: String,
    /// Heading of the row.
    row: String,
    /// Heading of the column.
    column: String,
    /// Unit.
    unit: String,
    /// How it is filled, in words.
    fill: &'static str,
    /// The metric that fills it.
    #[schema(required)]
    metric: Option<String>,
    /// Decimal places.
    decimals: u8,
}

/// A version with all it asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionJson {
    /// Id.
    id: String,
    /// Code of the dataset.
    code: String,
    /// Name.
    name: String,
    /// Number.
    number: i64,
    /// How far it is.
    status: DatasetStatus,
    /// Counts changes.
    version: i64,
    /// How sure it is.
    basis: Basis,
    /// The document.
    source: String,
    /// Cells in the order of the form.
    elements: Vec<ElementJson>,
    /// The whole definition as TOML, which can be put in again.
    toml: String,
}

/// A dataset to put in as a draft.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DatasetBody {
    /// Who issues it.
    #[schema(value_type = String)]
    org: Ref<OrgId>,
    /// The definition as TOML.
    toml: String,
    /// Only says what would come of it.
    #[serde(default)]
    dry_run: bool,
    /// Version of the draft that you read and that is to be written over; a draft is left alone when missing.
    #[serde(default)]
    version: Option<i64>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PutJson {
    /// Id of the draft; of no use after a dry run.
    id: String,
    /// Its number.
    number: i64,
    /// Whether the dataset is new.
    new_dataset: bool,
    /// Whether a draft was written over.
    replaced: bool,
    /// Cells.
    cells: usize,
    /// Cells that a metric fills.
    filled_by_metrics: usize,
    /// What stands in the way of publishing.
    faults: Vec<FieldError>,
}

/// All datasets, by code.
#[utoipa::path(get, path = "/api/v1/datasets", tag = "statistics", params(Paging),
    responses((status = 200, body = Listed<DatasetJson>)))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<DatasetJson>>> {
    let part = asked.part()?;
    let rows = actions::list(&ctx).await?;
    Ok(Json(part.of(rows).map(DatasetJson::from)))
}

/// One version of a dataset.
#[utoipa::path(get, path = "/api/v1/datasets/{version}", tag = "statistics",
    params(("version" = String, Path, description = "id of the version")),
    responses((status = 200, body = VersionJson)))]
pub(super) async fn get(ctx: Ctx, At(version): At<VersionId>) -> AppResult<Json<VersionJson>> {
    let shown = actions::get(&ctx, version).await?;
    let tables = &shown.definition.tables;
    let elements = shown.definition.elements().into_iter().map(|one| ElementJson {
        table: tables
            .get(one.table)
            .map(|table| table.code.clone())
            .unwrap_or_default(),
        fill: one.fill.label(),
        metric: match one.fill {
            super::definition::Fill::Metric { id, .. } => Some(id),
            _ => None,
        },
        code: one.code,
        row: one.row,
        column: one.column,
        unit: one.unit,
        decimals: one.decimals,
    });
    Ok(Json(VersionJson {
        elements: elements.collect(),
        toml: shown.definition.to_toml().map_err(AppError::Internal)?,
        id: shown.version.id.to_string(),
        number: shown.version.number,
        status: shown.version.status,
        version: shown.version.version,
        basis: shown.version.basis,
        source: shown.version.source,
        code: shown.definition.code,
        name: shown.definition.name,
    }))
}

/// Puts a dataset in as a draft: a new one, a new version, or over its draft.
#[utoipa::path(post, path = "/api/v1/datasets", tag = "statistics", request_body = DatasetBody,
    responses((status = 200, body = PutJson), (status = 409, description = "the code is somebody else's, or a draft is there")))]
pub(super) async fn put(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    web::Json(body): web::Json<DatasetBody>,
) -> AppResult<Json<PutJson>> {
    let definition =
        super::Definition::from_toml(&body.toml).map_err(|sentence| AppError::invalid("toml", sentence))?;
    let org: OrgId = body.org.0;
    let over = body.version.map_or(Over::NoDraft, Over::Seen);
    let put = actions::put(&ctx, &metrics, org, definition, (over, body.dry_run)).await?;
    let fault = |(field, sentence)| FieldError { field, sentence };
    Ok(Json(PutJson {
        id: put.version.to_string(),
        number: put.number,
        new_dataset: put.new_dataset,
        replaced: put.replaced,
        cells: put.cells.0,
        filled_by_metrics: put.cells.1,
        faults: put.faults.into_iter().map(fault).collect(),
    }))
}

/// Publishes a draft.
#[utoipa::path(post, path = "/api/v1/datasets/{version}/publish", tag = "statistics", request_body = Seen,
    params(("version" = String, Path, description = "id of the version")),
    responses((status = 204, description = "published"), (status = 422, description = "faults, each with its place")))]
pub(super) async fn publish(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    At(version): At<VersionId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    actions::publish(&ctx, &metrics, version, body.version)
        .await
        .map(done)
}

/// Takes a published version out of use.
#[utoipa::path(post, path = "/api/v1/datasets/{version}/retire", tag = "statistics", request_body = Reasoned,
    params(("version" = String, Path, description = "id of the version")),
    responses((status = 204, description = "out of use"), (status = 409, description = "not published, or changed")))]
pub(super) async fn retire(
    ctx: Ctx,
    At(version): At<VersionId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    actions::retire(&ctx, version, &body.reason, body.version)
        .await
        .map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, get, put, publish, retire))]
pub struct DatasetsApi;
