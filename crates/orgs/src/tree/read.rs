//! What other domains read of the tree. They call these functions and never the tables.

use super::kind::{OrgKind, OrgStatus};
use super::store::{self, PlaceRow};
use db::{Db, Scope};
use kernel::{Date, OrgId, Point};
use platform::{AppError, AppResult};
use std::collections::HashMap;

db::record! {
    /// An organisation in brief, as it is today.
    pub struct OrgBrief {
        /// Id.
        pub id: OrgId,
        /// Kind.
        pub kind: OrgKind,
        /// Whole name.
        pub name: String,
        /// Name for lists.
        pub short_name: String,
        /// Ids from the root down to this one: `/a/b/`.
        pub path: String,
        /// The organisation above; `None` for a root.
        pub parent_id: Option<OrgId>,
        /// Code of the statistics bureau, 12 digits; areas only.
        pub region_code: Option<String>,
        /// Whether it works.
        pub status: OrgStatus,
    }
}

/// An organisation by id.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: OrgId) -> AppResult<OrgBrief> {
    Ok(store::brief(db, id).await?)
}

/// An organisation by id, only inside the scope.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or none for this caller.
pub async fn find_within(db: &Db, scope: &Scope, id: OrgId) -> AppResult<OrgBrief> {
    Ok(store::brief_within(db, scope, id).await?)
}

/// An organisation that everybody may see.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or it is not public.
pub async fn find_public(db: &Db, id: OrgId) -> AppResult<OrgBrief> {
    Ok(store::brief_public(db, id).await?)
}

/// Several organisations in one statement, by path; who is not there is left out.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn find_many(db: &Db, ids: &[OrgId]) -> AppResult<Vec<OrgBrief>> {
    Ok(store::briefs(db, ids).await?)
}

/// Open organisations inside the scope whose kind is taken, by name; at most 500, for a list to choose from.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn open_within(
    db: &Db,
    scope: &Scope,
    takes: impl Fn(OrgKind) -> bool,
) -> AppResult<Vec<OrgBrief>> {
    let kinds = words_of(takes);
    Ok(store::open_within(db, scope, kinds).await?)
}

fn words_of(takes: impl Fn(OrgKind) -> bool) -> Vec<String> {
    let kinds = OrgKind::ALL.iter().filter(|kind| takes(**kind));
    kinds.map(|kind| kind.as_str().to_owned()).collect()
}

/// The organisations above one, from the root down, without itself.
///
/// # Errors
/// [`AppError::NotFound`] when the organisation does not exist.
pub async fn ancestors(db: &Db, id: OrgId) -> AppResult<Vec<OrgBrief>> {
    let path = find(db, id).await?.path;
    let above: Vec<OrgId> = ids_of(&path).filter(|other| *other != id).collect();
    let mut rows = store::briefs(db, &above).await?;
    rows.sort_by_key(|row| row.path.len());
    Ok(rows)
}

/// The ids in a path, from the root down.
pub fn ids_of(path: &str) -> impl Iterator<Item = OrgId> + '_ {
    path.split('/').filter_map(|text| text.parse().ok())
}

/// An open institution that people can come to, with what the catalogue shows of it.
#[derive(Debug, Clone)]
pub struct Place {
    /// Id.
    pub id: OrgId,
    /// Kind.
    pub kind: OrgKind,
    /// Whole name.
    pub name: String,
    /// Name for lists.
    pub short_name: String,
    /// Key by which names sort.
    pub sort_key: String,
    /// Ids from the root.
    pub path: String,
    /// Street address; may be empty.
    pub address: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Opening hours in words; may be empty.
    pub hours: String,
    /// Place on the map in WGS-84, if known.
    pub point: Option<Point>,
    /// Whether one gets in without a step.
    pub step_free: bool,
    /// Whether there is a toilet for wheelchair users.
    pub accessible_toilet: bool,
    /// Whether there is a lift.
    pub lift: bool,
    /// Whether there is a hearing loop.
    pub hearing_loop: bool,
    /// The street it lies in, if it lies in one.
    pub street: Option<OrgId>,
    /// The street's name; empty without one.
    pub street_name: String,
    /// The district it lies in, if it lies in one.
    pub district: Option<OrgId>,
    /// The district's name; empty without one.
    pub district_name: String,
}

/// All open public institutions where people learn, by name.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn institutions(db: &Db) -> AppResult<Vec<Place>> {
    let rows = store::places(db, words_of(OrgKind::teaches)).await?;
    let areas = streets_and_districts(db).await?;
    Ok(rows.into_iter().map(|row| place(row, &areas)).collect())
}

type Areas = HashMap<OrgId, (OrgKind, String)>;

async fn streets_and_districts(db: &Db) -> AppResult<Areas> {
    Ok(store::streets_and_districts(db)
        .await?
        .into_iter()
        .map(|(id, kind, name)| (id, (kind, name)))
        .collect())
}

fn place(row: PlaceRow, areas: &Areas) -> Place {
    let above = |wanted: OrgKind| {
        ids_of(&row.path).find_map(|id| match areas.get(&id) {
            Some((kind, name)) if *kind == wanted => Some((id, name.clone())),
            _ => None,
        })
    };
    let street = above(OrgKind::Street);
    let district = above(OrgKind::District);
    Place {
        point: point(row.lng_e6, row.lat_e6),
        street: street.as_ref().map(|(id, _)| *id),
        street_name: street.map(|(_, name)| name).unwrap_or_default(),
        district: district.as_ref().map(|(id, _)| *id),
        district_name: district.map(|(_, name)| name).unwrap_or_default(),
        id: row.id,
        kind: row.kind,
        name: row.name,
        short_name: row.short_name,
        sort_key: row.sort_key,
        path: row.path,
        address: row.address.unwrap_or_default(),
        phone: row.phone.unwrap_or_default(),
        hours: row.hours.unwrap_or_default(),
        step_free: row.step_free.unwrap_or(false),
        accessible_toilet: row.accessible_toilet.unwrap_or(false),
        lift: row.lift.unwrap_or(false),
        hearing_loop: row.hearing_loop.unwrap_or(false),
    }
}

/// A point from millionths of a degree.
#[must_use]
pub fn point(lng_e6: Option<i64>, lat_e6: Option<i64>) -> Option<Point> {
    Some(Point {
        lng_e6: i32::try_from(lng_e6?).ok()?,
        lat_e6: i32::try_from(lat_e6?).ok()?,
    })
}

db::record! {
    /// An organisation as it stood in the tree on a past day.
    pub struct NodeThen {
        /// Id.
        pub id: OrgId,
        /// Kind.
        pub kind: OrgKind,
        /// Name on that day.
        pub name: String,
        /// Parent on that day.
        pub parent_id: Option<OrgId>,
        /// Path on that day.
        pub path: String,
    }
}

/// The subtree below `root` as it was on `day`, itself included; for figures of a past period.
/// A day on which the root did not stand gives an empty list. At most 50,000 rows.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such organisation at all.
pub async fn tree_on(db: &Db, root: OrgId, day: Date) -> AppResult<Vec<NodeThen>> {
    let Some(path) = path_on(db, root, day).await? else {
        return Ok(Vec::new());
    };
    let end = format!("{}0", path.trim_end_matches('/'));
    Ok(store::tree_on(db, day, path, end).await?)
}

/// The path an organisation had on a day; `None` when it did not stand then.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such organisation at all.
pub async fn path_on(db: &Db, id: OrgId, day: Date) -> AppResult<Option<String>> {
    let now = find(db, id).await?;
    if !store::stood_on(db, id, day).await? {
        return Ok(None);
    }
    let then = store::edge_path_on(db, id, day).await?;
    // A root has no edge and never moves.
    Ok(then.or_else(|| now.parent_id.is_none().then_some(now.path)))
}

/// The version of an organisation: goes up with each change of it or its facts.
pub(crate) async fn version_of(db: &Db, id: OrgId) -> AppResult<i64> {
    Ok(store::version_of(db, id).await?)
}

/// The id a text in an address stands for.
///
/// # Errors
/// [`AppError::NotFound`] when the text is no id.
pub(crate) fn id_in_path<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}
