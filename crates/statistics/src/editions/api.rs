//! JSON of editions, for staff.

use super::actions::{self, ErratumDraft, Shown};
use super::reading::Kept;
use crate::number::Number;
use crate::{EditionId, Measures, ReturnId};
use axum::http::StatusCode;
use axum::{Extension, Json};
use platform::api::{At, Created, Moment, Named, created, done};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A frozen figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct FrozenCellJson {
    /// Code.
    element: String,
    /// Row and column.
    label: String,
    /// Unit.
    unit: String,
    /// The value as decimal text; null when it was empty.
    #[schema(required)]
    value: Option<String>,
    /// Hash of its content.
    hash: String,
}

/// What turned out to be wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErratumJson {
    /// Code of the figure.
    element: String,
    /// What it was.
    #[schema(required)]
    value_was: Option<String>,
    /// What it is.
    #[schema(required)]
    value_is: Option<String>,
    /// Why.
    reason: String,
    /// When it was told.
    told_at: Moment,
}

/// A frozen edition with its own figures and errata.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditionJson {
    /// Id.
    id: String,
    /// Its name.
    name: String,
    /// Whose figures it holds.
    org: Named,
    /// Period.
    period: String,
    /// Returns in it.
    returns: i64,
    /// Hash of its cells.
    hash: String,
    /// When it was frozen.
    frozen_at: Moment,
    /// Its own figures.
    cells: Vec<FrozenCellJson>,
    /// Errata, the newest first.
    errata: Vec<ErratumJson>,
}

impl From<Shown> for EditionJson {
    fn from(shown: Shown) -> Self {
        let text = |value: Option<i64>| value.map(|value| Number::from_raw(value).to_string());
        let cells = shown.cells.iter().map(|cell| {
            let element = shown.form.find(&cell.element);
            FrozenCellJson {
                element: cell.element.clone(),
                label: element.map(|element| element.label()).unwrap_or_default(),
                unit: element.map(|element| element.unit.clone()).unwrap_or_default(),
                value: text(cell.value),
                hash: cell.hash.clone(),
            }
        });
        let errata = shown.errata.iter().map(|one| ErratumJson {
            element: one.element.clone(),
            value_was: text(one.value_was),
            value_is: text(one.value_is),
            reason: one.reason.clone(),
            told_at: Moment(one.created_at),
        });
        Self {
            cells: cells.collect(),
            errata: errata.collect(),
            id: shown.edition.id.to_string(),
            name: shown.edition.name.clone(),
            org: Named::new(shown.org.id, shown.org.name.clone()),
            period: shown.edition.period.clone(),
            returns: shown.edition.returns,
            hash: shown.edition.hash.clone(),
            frozen_at: Moment(shown.edition.created_at),
        }
    }
}

/// The name of an edition.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FreezeBody {
    /// 2 to 60 letters.
    name: String,
}

/// A figure that turned out to be wrong.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ErratumBody {
    /// Code of the figure.
    element: String,
    /// What it is, as decimal text.
    value: String,
    /// Why, 4 to 300 letters.
    reason: String,
}

/// An edition of one's area.
#[utoipa::path(get, path = "/api/v1/editions/{edition}", tag = "statistics",
    params(("edition" = String, Path, description = "id of the edition")),
    responses((status = 200, body = EditionJson), (status = 404, description = "no such edition, or not for you")))]
pub(super) async fn get(ctx: Ctx, At(id): At<EditionId>) -> AppResult<Json<EditionJson>> {
    Ok(Json(actions::get(&ctx, id).await?.into()))
}

/// Freezes an approved sum with all returns below it.
#[utoipa::path(post, path = "/api/v1/returns/{return}/edition", tag = "statistics", request_body = FreezeBody,
    params(("return" = String, Path, description = "id of the return at its top")),
    responses((status = 201, body = platform::api::Made), (status = 409, description = "not approved, not a sum, not over, or frozen already"),
        (status = 422, description = "a name that is too short, too long or taken")))]
pub(super) async fn freeze(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Extension(kept): Extension<Arc<Kept>>,
    At(id): At<ReturnId>,
    web::Json(body): web::Json<FreezeBody>,
) -> AppResult<Created> {
    actions::freeze(&ctx, &metrics, &kept, id, &body.name)
        .await
        .map(created)
}

/// Tells that a figure of an edition is wrong.
#[utoipa::path(post, path = "/api/v1/editions/{edition}/errata", tag = "statistics", request_body = ErratumBody,
    params(("edition" = String, Path, description = "id of the edition")),
    responses((status = 204, description = "told"), (status = 422, description = "an unknown figure, a wrong number or no reason")))]
pub(super) async fn tell(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Extension(kept): Extension<Arc<Kept>>,
    At(id): At<EditionId>,
    web::Json(body): web::Json<ErratumBody>,
) -> AppResult<StatusCode> {
    let draft = ErratumDraft {
        element: &body.element,
        value: &body.value,
        reason: &body.reason,
    };
    actions::tell(&ctx, &metrics, &kept, id, draft).await.map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(get, freeze, tell))]
pub struct EditionsApi;
