//! What everybody may read of places.

use super::model::SiteFilter;
use crate::facts::{self, Facts};
use crate::rooms::{self, RoomRow};
use crate::tree::{self, OrgBrief, OrgStatus, Place};
use kernel::OrgId;
use platform::{AppError, AppResult, Ctx};

/// A place with its facts and rooms.
#[derive(Debug, Clone)]
pub struct Site {
    /// The institution.
    pub org: OrgBrief,
    /// Those above it, from the root down.
    pub above: Vec<OrgBrief>,
    /// Its facts, if they were written.
    pub facts: Option<Facts>,
    /// Its rooms in use.
    pub rooms: Vec<RoomRow>,
    /// The institution's version.
    pub version: i64,
}

/// The places that the filter takes, by name, and the streets in which there are any.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn list(ctx: &Ctx, filter: &SiteFilter) -> AppResult<(Vec<Place>, Vec<(OrgId, String)>)> {
    let all = tree::institutions(ctx.db()).await?;
    let mut streets: Vec<(OrgId, String)> = all
        .iter()
        .filter_map(|place| Some((place.street?, place.street_name.clone())))
        .collect();
    streets.sort_by_cached_key(|(id, name)| (kernel::pinyin::sort_key(name), *id));
    streets.dedup();
    let found = all.into_iter().filter(|place| filter.takes(place)).collect();
    Ok((found, streets))
}

/// One place.
///
/// # Errors
/// [`AppError::NotFound`] when it is not an open public institution that teaches.
pub async fn get(ctx: &Ctx, id: OrgId) -> AppResult<Site> {
    let org = tree::find_public(ctx.db(), id).await?;
    if org.status != OrgStatus::Open || !org.kind.teaches() {
        return Err(AppError::NotFound);
    }
    Ok(Site {
        above: tree::ancestors(ctx.db(), id).await?,
        facts: facts::find_public(ctx.db(), id).await?,
        rooms: rooms::actions::list_public(ctx, id).await?,
        version: tree::version_of(ctx.db(), id).await?,
        org,
    })
}
