//! SQL of facts.

use super::model::{Basis, FactsDraft};
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{OrgId, Point};
use platform::AppResult;

db::record! {
    /// The facts of an institution.
    pub struct Facts {
        /// Whose.
        pub org_id: OrgId,
        /// Street address.
        pub address: String,
        /// Telephone.
        pub phone: String,
        /// Opening hours in words.
        pub hours: String,
        /// A few sentences.
        pub intro: String,
        /// How to get there.
        pub transport: String,
        /// Longitude in millionths of a degree, WGS-84.
        pub lng_e6: Option<i64>,
        /// Latitude in millionths of a degree, WGS-84.
        pub lat_e6: Option<i64>,
        /// Where the place comes from.
        pub place_basis: String,
        /// Floor area in square metres.
        pub floor_area_m2: Option<i64>,
        /// Whether one gets in without a step.
        pub step_free: bool,
        /// Whether there is a toilet for wheelchair users.
        pub accessible_toilet: bool,
        /// Whether there is a lift.
        pub lift: bool,
        /// Whether there is a hearing loop.
        pub hearing_loop: bool,
    }
}

impl Facts {
    /// The place on the map.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        crate::tree::point(self.lng_e6, self.lat_e6)
    }

    /// Where the place comes from, in words.
    #[must_use]
    pub fn basis_label(&self) -> &'static str {
        self.place_basis.parse::<Basis>().map_or("来源不明", Basis::label)
    }

    /// What helps those who cannot walk, see or hear well; says so when nothing is known to help.
    #[must_use]
    pub fn access_words(&self) -> Vec<&'static str> {
        let all = [
            (self.step_free, "进门没有台阶"),
            (self.lift, "有电梯"),
            (self.accessible_toilet, "有无障碍厕所"),
            (self.hearing_loop, "有助听环"),
        ];
        let words: Vec<&str> = all
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, word)| word)
            .collect();
        if words.is_empty() {
            vec!["没有登记无障碍设施，去之前请先打电话问一问"]
        } else {
            words
        }
    }
}

/// The facts of an institution inside the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: OrgId) -> DbResult<Option<Facts>> {
    db.within(scope)
        .query_opt(
            "SELECT f.org_id, f.address, f.phone, f.hours, f.intro, f.transport, f.lng_e6, f.lat_e6, f.place_basis, \
             f.floor_area_m2, f.step_free, f.accessible_toilet, f.lift, f.hearing_loop FROM org_facts f \
             WHERE f.org_id = $1 AND {scope f.org_id}",
            args![id],
        )
        .await
}

/// The facts of a public institution.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn find_public(db: &Db, id: OrgId) -> AppResult<Option<Facts>> {
    Ok(db.query_opt(
        "SELECT f.org_id, f.address, f.phone, f.hours, f.intro, f.transport, f.lng_e6, f.lat_e6, f.place_basis, \
         f.floor_area_m2, f.step_free, f.accessible_toilet, f.lift, f.hearing_loop FROM org_facts f \
         JOIN org o ON o.id = f.org_id AND o.is_public WHERE f.org_id = $1 {unscoped: facts of public institutions}",
        args![id],
    )
    .await?)
}

/// Where these organisations are, as far as it is known.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn points(db: &Db, ids: &[OrgId]) -> AppResult<Vec<(OrgId, Point)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(OrgId, Option<i64>, Option<i64>)> = db
        .query(
            "SELECT f.org_id, f.lng_e6, f.lat_e6 FROM org_facts f WHERE f.org_id {any $1} AND f.lng_e6 IS NOT NULL \
             {unscoped: where an area or institution lies is public} ORDER BY f.org_id LIMIT 5000",
            args![ids],
        )
        .await?;
    let place = |(id, lng, lat)| Some((id, crate::tree::point(lng, lat)?));
    Ok(rows.into_iter().filter_map(place).collect())
}

/// Writes the facts anew, and counts the organisation's version up.
pub async fn save(tx: &Tx, id: OrgId, draft: &FactsDraft, point: Option<Point>, basis: &str) -> DbResult<()> {
    tx.exec(
        "DELETE FROM org_facts WHERE org_id = $1 {unscoped: the organisation was found in scope}",
        args![id],
    )
    .await?;
    tx.exec(
        "INSERT INTO org_facts (org_id, address, phone, hours, intro, transport, lng_e6, lat_e6, place_basis, \
         floor_area_m2, step_free, accessible_toilet, lift, hearing_loop) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         {unscoped: the organisation was found in scope}",
        args![
            id,
            &draft.address,
            &draft.phone,
            &draft.hours,
            &draft.intro,
            &draft.transport,
            point.map(|point| i64::from(point.lng_e6)),
            point.map(|point| i64::from(point.lat_e6)),
            basis,
            draft.floor_area_m2,
            draft.step_free,
            draft.accessible_toilet,
            draft.lift,
            draft.hearing_loop
        ],
    )
    .await?;
    tx.exec("UPDATE org SET version = version + 1 WHERE id = $1", args![id])
        .await?;
    Ok(())
}
