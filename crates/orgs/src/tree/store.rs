//! SQL of the tree. Structure is changed only here; each function keeps `org`, `org_path`, `org_name` and `org_edge` agreed.

use super::kind::{OrgKind, OrgStatus};
use super::model::{Touched, spelling};
use super::read::{NodeThen, OrgBrief};
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, OrgId};

db::record! {
    /// A row of a list of organisations.
    pub struct OrgRow {
        /// Id.
        pub id: OrgId,
        /// Kind.
        pub kind: OrgKind,
        /// Whole name.
        pub name: String,
        /// Name for lists.
        pub short_name: String,
        /// Sort key.
        pub sort_key: String,
        /// Above it.
        pub parent_id: Option<OrgId>,
        /// Name of the one above; only the tree's roots have none.
        pub parent_name: Option<String>,
        /// Code of the statistics bureau.
        pub region_code: Option<String>,
        /// Whether it works.
        pub status: OrgStatus,
        /// Zone or committee that is not counted to people.
        pub special: bool,
    }
}

db::record! {
    /// An organisation with everything the tree knows of it.
    pub struct OrgDetail {
        /// Id.
        pub id: OrgId,
        /// First day.
        pub opened_on: Date,
        /// First day after its end.
        pub closed_on: Option<Date>,
        /// Of which it became part.
        pub successor_id: Option<OrgId>,
        /// Whether it has a public page.
        pub is_public: bool,
        /// Zone or committee that is not counted to people.
        pub special: bool,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

db::record! {
    /// A name or a place in the tree, with its days.
    pub struct Period {
        /// Name, or the name of the one above.
        pub text: String,
        /// First day.
        pub valid_from: Date,
        /// First day after.
        pub valid_to: Option<Date>,
    }
}

/// Which organisations a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name, or its pinyin or initials; empty for all.
    pub q: String,
    /// Only this kind.
    pub kind: Option<OrgKind>,
    /// Only directly below this one.
    pub parent: Option<OrgId>,
    /// Only below this path, itself excluded.
    pub below: Option<String>,
    /// Only this status.
    pub status: Option<OrgStatus>,
    /// After the organisation with this sort key and id.
    pub after: Option<(String, OrgId)>,
    /// At most so many.
    pub limit: i64,
}

macro_rules! list_sql {
    ($who:literal) => {
        concat!(
            "SELECT o.id, o.kind, o.name, o.short_name, o.sort_key, o.parent_id, a.name AS parent_name, o.region_code, \
             o.status, o.special FROM org o JOIN org_path p ON p.org_id = o.id LEFT JOIN org a ON a.id = o.parent_id \
             WHERE ",
            $who,
            " AND (CAST($1 AS TEXT) IS NULL OR o.name LIKE $1 OR o.spelling LIKE $1 OR o.region_code LIKE $1) \
             AND (CAST($2 AS TEXT) IS NULL OR o.kind = $2) AND (CAST($3 AS BIGINT) IS NULL OR o.parent_id = $3) \
             AND (CAST($4 AS TEXT) IS NULL OR (p.path > $4 AND p.path < $5)) \
             AND (CAST($6 AS TEXT) IS NULL OR o.status = $6) \
             AND (CAST($7 AS TEXT) IS NULL OR o.sort_key > $7 OR (o.sort_key = $7 AND o.id > $8)) \
             ORDER BY o.sort_key, o.id LIMIT $9"
        )
    };
}

fn list_args(filter: &Filter) -> Vec<Value> {
    let plain: String = filter
        .q
        .to_lowercase()
        .chars()
        .filter(|letter| !matches!(letter, '%' | '_'))
        .collect();
    let like = (!plain.trim().is_empty()).then(|| format!("%{}%", plain.trim()));
    let after = filter.after.as_ref();
    vec![
        like.into(),
        filter.kind.map(|kind| kind.as_str().to_owned()).into(),
        filter.parent.map(OrgId::raw).into(),
        filter.below.clone().into(),
        filter.below.as_ref().map(|path| end_of(path)).into(),
        filter.status.map(|status| status.as_str().to_owned()).into(),
        after.map(|(key, _)| key.clone()).into(),
        after.map(|(_, id)| id.raw()).into(),
        filter.limit.into(),
    ]
}

/// The organisations inside the scope that the filter takes.
pub async fn list_within(db: &Db, scope: &Scope, filter: &Filter) -> DbResult<Vec<OrgRow>> {
    db.within(scope)
        .query(list_sql!("{scope o.id}"), &list_args(filter))
        .await
}

/// The public organisations that the filter takes.
pub async fn list_public(db: &Db, filter: &Filter) -> DbResult<Vec<OrgRow>> {
    db.query(list_sql!("o.is_public"), &list_args(filter)).await
}

/// The sort key of an organisation, for continuing a list behind it.
pub async fn sort_key_of(db: &Db, id: OrgId) -> DbResult<Option<String>> {
    db.query_opt("SELECT sort_key FROM org WHERE id = $1", args![id])
        .await
}

/// What the tree knows of an organisation beyond its brief.
pub async fn detail(db: &Db, id: OrgId) -> DbResult<OrgDetail> {
    db.query_one(
        "SELECT id, opened_on, closed_on, successor_id, is_public, special, version FROM org WHERE id = $1",
        args![id],
    )
    .await
}

/// Names with their days, newest first.
pub async fn names(db: &Db, id: OrgId) -> DbResult<Vec<Period>> {
    db.query(
        "SELECT name AS text, valid_from, valid_to FROM org_name WHERE org_id = $1 ORDER BY valid_from DESC LIMIT 200",
        args![id],
    )
    .await
}

/// The ones above with their days, newest first. A step further up that moved shows as a line with the same name.
pub async fn parents(db: &Db, id: OrgId) -> DbResult<Vec<Period>> {
    db.query(
        "SELECT o.name AS text, e.valid_from, e.valid_to FROM org_edge e JOIN org o ON o.id = e.parent_id \
         WHERE e.org_id = $1 ORDER BY e.valid_from DESC LIMIT 200",
        args![id],
    )
    .await
}

/// What a change of structure touches; `today` begins the bookings to come.
pub async fn touched(db: &Db, id: OrgId, path: &str, today: Date) -> DbResult<Touched> {
    let children: i64 = db
        .query_one(
            "SELECT count(*) FROM org WHERE parent_id = $1 AND status = 'open'",
            args![id],
        )
        .await?;
    let below: i64 = db
        .query_one(
            "SELECT count(*) FROM org_path WHERE path > $1 AND path < $2",
            args![path, end_of(path)],
        )
        .await?;
    let rooms: i64 = db
        .query_one(
            "SELECT count(*) FROM room WHERE org_id = $1 AND active {unscoped: the organisation was found in scope}",
            args![id],
        )
        .await?;
    let bookings: i64 = db
        .query_one(
            "SELECT count(*) FROM room_booking WHERE org_id = $1 AND day >= $2 \
             AND (status = 'waiting' OR status = 'approved') {unscoped: the organisation was found in scope}",
            args![id, today],
        )
        .await?;
    Ok(Touched {
        children,
        below,
        rooms,
        bookings,
    })
}

/// The day of the last change of name or place in the subtree.
pub async fn last_change(db: &Db, path: &str) -> DbResult<Option<Date>> {
    let (edge, name): (Option<Date>, Option<Date>) = db
        .query_one(
            "SELECT (SELECT max(e.valid_from) FROM org_edge e JOIN org_path p ON p.org_id = e.org_id \
             WHERE p.path >= $1 AND p.path < $2), (SELECT max(n.valid_from) FROM org_name n \
             JOIN org_path p ON p.org_id = n.org_id WHERE p.path >= $1 AND p.path < $2)",
            args![path, end_of(path)],
        )
        .await?;
    Ok(edge.max(name))
}

/// Ids and paths directly below, open or not.
pub async fn children(db: &Db, id: OrgId) -> DbResult<Vec<(OrgId, String)>> {
    db.query(
        "SELECT o.id, p.path FROM org o JOIN org_path p ON p.org_id = o.id WHERE o.parent_id = $1 \
         ORDER BY o.id LIMIT 100000",
        args![id],
    )
    .await
}

/// A new organisation, as all its tables need it.
#[derive(Debug, Clone)]
pub struct NewOrg {
    /// Id.
    pub id: OrgId,
    /// Kind.
    pub kind: OrgKind,
    /// Above it.
    pub parent: Option<OrgId>,
    /// Path, its own id included.
    pub path: String,
    /// Whole name.
    pub name: String,
    /// Name for lists.
    pub short_name: String,
    /// Code of the statistics bureau.
    pub region_code: Option<String>,
    /// First day.
    pub opened_on: Date,
    /// Whether everybody sees it.
    pub is_public: bool,
    /// Zone or committee that is not counted to people.
    pub special: bool,
}

/// Writes new organisations with their names and places; parents before children.
///
/// # Errors
/// When the database refuses.
pub async fn insert_many(tx: &Tx, all: &[NewOrg]) -> DbResult<()> {
    let rows: Vec<Vec<Value>> = all.iter().map(org_cells).collect();
    let columns = [
        "id",
        "kind",
        "parent_id",
        "name",
        "short_name",
        "sort_key",
        "spelling",
        "region_code",
        "status",
        "opened_on",
        "is_public",
        "special",
        "version",
    ];
    tx.insert_many("org", &columns, &rows).await?;
    let rows: Vec<Vec<Value>> = all
        .iter()
        .map(|org| vec![org.id.into(), org.path.as_str().into()])
        .collect();
    tx.insert_many("org_path", &["org_id", "path"], &rows).await?;
    let rows: Vec<Vec<Value>> = all
        .iter()
        .map(|org| {
            vec![
                org.id.into(),
                org.name.as_str().into(),
                org.short_name.as_str().into(),
                org.opened_on.into(),
            ]
        })
        .collect();
    tx.insert_many("org_name", &["org_id", "name", "short_name", "valid_from"], &rows)
        .await?;
    let rows: Vec<Vec<Value>> = all
        .iter()
        .filter_map(|org| {
            let parent = org.parent?;
            Some(vec![
                org.id.into(),
                parent.into(),
                org.path.as_str().into(),
                org.opened_on.into(),
            ])
        })
        .collect();
    tx.insert_many("org_edge", &["org_id", "parent_id", "path", "valid_from"], &rows)
        .await
}

fn org_cells(org: &NewOrg) -> Vec<Value> {
    vec![
        org.id.into(),
        org.kind.into(),
        org.parent.into(),
        org.name.as_str().into(),
        org.short_name.as_str().into(),
        kernel::pinyin::sort_key(&org.name).into(),
        spelling(&org.name).into(),
        org.region_code.clone().into(),
        OrgStatus::Open.into(),
        org.opened_on.into(),
        org.is_public.into(),
        org.special.into(),
        1_i64.into(),
    ]
}

/// Gives an organisation another name from a day on; a name of that same day is replaced.
pub(crate) async fn rename_row(tx: &Tx, id: OrgId, name: &str, short_name: &str, on: Date) -> DbResult<()> {
    tx.exec(
        "DELETE FROM org_name WHERE org_id = $1 AND valid_from = $2 AND valid_to IS NULL",
        args![id, on],
    )
    .await?;
    tx.exec(
        "UPDATE org_name SET valid_to = $2 WHERE org_id = $1 AND valid_to IS NULL",
        args![id, on],
    )
    .await?;
    tx.exec(
        "INSERT INTO org_name (org_id, name, short_name, valid_from, valid_to) VALUES ($1, $2, $3, $4, NULL)",
        args![id, name, short_name, on],
    )
    .await?;
    tx.exec(
        "UPDATE org SET name = $2, short_name = $3, sort_key = $4, spelling = $5, version = version + 1 WHERE id = $1",
        args![id, name, short_name, kernel::pinyin::sort_key(name), spelling(name)],
    )
    .await?;
    Ok(())
}

/// Moves a subtree from a day on: every path below changes, and every edge below begins anew, because an edge holds
/// the whole path of its time.
pub(crate) async fn move_subtree(
    tx: &Tx,
    (id, path): (OrgId, &str),
    (parent, parent_path): (OrgId, &str),
    on: Date,
) -> DbResult<String> {
    let new_path = format!("{parent_path}{id}/");
    tx.exec(
        "DELETE FROM org_edge WHERE valid_to IS NULL AND valid_from = $3 \
         AND org_id IN (SELECT org_id FROM org_path WHERE path >= $1 AND path < $2)",
        args![path, end_of(path), on],
    )
    .await?;
    tx.exec(
        "UPDATE org_edge SET valid_to = $3 WHERE valid_to IS NULL \
         AND org_id IN (SELECT org_id FROM org_path WHERE path >= $1 AND path < $2)",
        args![path, end_of(path), on],
    )
    .await?;
    tx.exec(
        "UPDATE org SET parent_id = $2, version = version + 1 WHERE id = $1",
        args![id, parent],
    )
    .await?;
    tx.exec(
        "UPDATE org_path SET path = CAST($3 AS TEXT) || substr(path, length($1) + 1) WHERE path >= $1 AND path < $2",
        args![path, end_of(path), new_path.as_str()],
    )
    .await?;
    tx.exec(
        "INSERT INTO org_edge (org_id, parent_id, path, valid_from) SELECT o.id, o.parent_id, p.path, CAST($3 AS TEXT) \
         FROM org o JOIN org_path p ON p.org_id = o.id WHERE p.path >= $1 AND p.path < $2",
        args![new_path.as_str(), end_of(&new_path), on],
    )
    .await?;
    Ok(new_path)
}

/// Ends an organisation.
pub(crate) async fn close_row(
    tx: &Tx,
    id: OrgId,
    status: OrgStatus,
    successor: Option<OrgId>,
    on: Date,
) -> DbResult<()> {
    tx.exec(
        "UPDATE org SET status = $2, successor_id = $3, closed_on = $4, version = version + 1 WHERE id = $1",
        args![id, status, successor, on],
    )
    .await?;
    Ok(())
}

/// Makes an organisation part of another: what stood below it, its rooms and itself. Gives how many children and rooms.
pub(crate) async fn merge_rows(tx: &Tx, org: &OrgBrief, into: &OrgBrief, on: Date) -> DbResult<(usize, u64)> {
    let children = children(tx, org.id).await?;
    for (child, path) in &children {
        move_subtree(tx, (*child, path), (into.id, &into.path), on).await?;
    }
    move_subtree(tx, (org.id, &org.path), (into.id, &into.path), on).await?;
    let rooms = hand_over_rooms(tx, org.id, into.id, &org.short_name).await?;
    close_row(tx, org.id, OrgStatus::Merged, Some(into.id), on).await?;
    Ok((children.len(), rooms))
}

/// Gives the rooms of one organisation, with their bookings, to another; a name that is taken there gets `prefix`.
pub async fn hand_over_rooms(tx: &Tx, from: OrgId, to: OrgId, prefix: &str) -> DbResult<u64> {
    let rooms = tx
        .exec(
            "UPDATE room SET org_id = $2, version = version + 1, name = CASE WHEN name IN (SELECT t.name FROM room t \
             WHERE t.org_id = $2) THEN CAST($3 AS TEXT) || ' ' || name ELSE name END WHERE org_id = $1 \
             {unscoped: both organisations were found in scope}",
            args![from, to, prefix],
        )
        .await?;
    tx.exec(
        "UPDATE room_booking SET org_id = $2 WHERE org_id = $1 {unscoped: both organisations were found in scope}",
        args![from, to],
    )
    .await?;
    Ok(rooms)
}

/// The first text behind every path below `path`.
fn end_of(path: &str) -> String {
    format!("{}0", path.strip_suffix('/').unwrap_or(path))
}

const BRIEF: &str = "SELECT o.id, o.kind, o.name, o.short_name, p.path, o.parent_id, o.region_code, o.status \
     FROM org o JOIN org_path p ON p.org_id = o.id";

/// An organisation by id.
pub(super) async fn brief(db: &Db, id: OrgId) -> DbResult<OrgBrief> {
    db.query_one(&format!("{BRIEF} WHERE o.id = $1"), args![id]).await
}

/// An organisation by id, inside the scope.
pub(super) async fn brief_within(db: &Db, scope: &Scope, id: OrgId) -> DbResult<OrgBrief> {
    db.within(scope)
        .query_one(&format!("{BRIEF} WHERE o.id = $1 AND {{scope o.id}}"), args![id])
        .await
}

/// An organisation by id, if it is public.
pub(super) async fn brief_public(db: &Db, id: OrgId) -> DbResult<OrgBrief> {
    db.query_one(&format!("{BRIEF} WHERE o.id = $1 AND o.is_public"), args![id])
        .await
}

/// Organisations by id.
pub(super) async fn briefs(db: &Db, ids: &[OrgId]) -> DbResult<Vec<OrgBrief>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    db.query(
        &format!("{BRIEF} WHERE o.id {{any $1}} ORDER BY p.path LIMIT 5000"),
        args![ids],
    )
    .await
}

/// Open organisations of these kinds inside the scope, by name.
pub(super) async fn open_within(db: &Db, scope: &Scope, kinds: Vec<String>) -> DbResult<Vec<OrgBrief>> {
    let sql = format!(
        "{BRIEF} WHERE o.status = 'open' AND o.kind {{any $1}} AND {{scope o.id}} ORDER BY o.sort_key, o.id LIMIT 500"
    );
    db.within(scope).query(&sql, args![kinds]).await
}

db::record! {
    /// An institution by what the catalogue shows of it.
    pub(super) struct PlaceRow {
        pub(super) id: OrgId,
        pub(super) kind: OrgKind,
        pub(super) name: String,
        pub(super) short_name: String,
        pub(super) sort_key: String,
        pub(super) path: String,
        pub(super) address: Option<String>,
        pub(super) phone: Option<String>,
        pub(super) hours: Option<String>,
        pub(super) lng_e6: Option<i64>,
        pub(super) lat_e6: Option<i64>,
        pub(super) step_free: Option<bool>,
        pub(super) accessible_toilet: Option<bool>,
        pub(super) lift: Option<bool>,
        pub(super) hearing_loop: Option<bool>,
    }
}

/// Most organisations of one installation that are read at once; a city has a few thousand.
const MOST_PLACES: i64 = 50_000;

/// The open public institutions of these kinds, by name.
pub(super) async fn places(db: &Db, kinds: Vec<String>) -> DbResult<Vec<PlaceRow>> {
    db.query(
        "SELECT o.id, o.kind, o.name, o.short_name, o.sort_key, p.path, f.address, f.phone, f.hours, \
         f.lng_e6, f.lat_e6, f.step_free, f.accessible_toilet, f.lift, f.hearing_loop \
         FROM org o JOIN org_path p ON p.org_id = o.id LEFT JOIN org_facts f ON f.org_id = o.id \
         WHERE o.kind {any $1} AND o.status = 'open' AND o.is_public {unscoped: public facts of institutions} \
         ORDER BY o.sort_key, o.id LIMIT $2",
        args![kinds, MOST_PLACES],
    )
    .await
}

/// Every street and district with its name.
pub(super) async fn streets_and_districts(db: &Db) -> DbResult<Vec<(OrgId, OrgKind, String)>> {
    db.query(
        "SELECT id, kind, name FROM org WHERE kind = 'street' OR kind = 'district' ORDER BY id LIMIT $1",
        args![MOST_PLACES],
    )
    .await
}

/// What stood on a day with a path from `path` up to `end`.
pub(super) async fn tree_on(db: &Db, day: Date, path: String, end: String) -> DbResult<Vec<NodeThen>> {
    let sql = "SELECT o.id, o.kind, n.name, e.parent_id, COALESCE(e.path, p.path) AS path FROM org o \
         JOIN org_path p ON p.org_id = o.id \
         JOIN org_name n ON n.org_id = o.id AND n.valid_from <= $1 AND (n.valid_to IS NULL OR n.valid_to > $1) \
         LEFT JOIN org_edge e ON e.org_id = o.id AND e.valid_from <= $1 AND (e.valid_to IS NULL OR e.valid_to > $1) \
         WHERE (o.closed_on IS NULL OR o.closed_on > $1) AND COALESCE(e.path, p.path) >= $2 \
         AND COALESCE(e.path, p.path) < $3 ORDER BY path, o.id LIMIT $4";
    db.query(sql, args![day, path, end, MOST_PLACES]).await
}

/// Whether an organisation stood on a day.
pub(super) async fn stood_on(db: &Db, id: OrgId, day: Date) -> DbResult<bool> {
    let found: Option<i64> = db
        .query_opt(
            "SELECT id FROM org WHERE id = $1 AND opened_on <= $2 AND (closed_on IS NULL OR closed_on > $2)",
            args![id, day],
        )
        .await?;
    Ok(found.is_some())
}

/// The path that an organisation's place in the tree gave it on a day; a root has none.
pub(super) async fn edge_path_on(db: &Db, id: OrgId, day: Date) -> DbResult<Option<String>> {
    db.query_opt(
        "SELECT path FROM org_edge WHERE org_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)",
        args![id, day],
    )
    .await
}

/// How often an organisation was changed.
pub(super) async fn version_of(db: &Db, id: OrgId) -> DbResult<i64> {
    db.query_one("SELECT version FROM org WHERE id = $1", args![id])
        .await
}
