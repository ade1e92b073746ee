//! SQL of population.

use super::model::YearDraft;
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::OrgId;
use platform::AppResult;

db::record! {
    /// One band of one year.
    pub struct BandRow {
        /// The year at whose end was counted.
        pub year: i64,
        /// Code of the age band, see [`kernel::AgeBand`].
        pub band: String,
        /// Men.
        pub male: i64,
        /// Women.
        pub female: i64,
        /// official, adapted, derived, demo.
        pub basis: String,
        /// Which document.
        pub source: String,
    }
}

/// The bands of an area at the end of a year, for other domains; empty when nothing was written.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn of_year(db: &Db, org: OrgId, year: i64) -> AppResult<Vec<BandRow>> {
    Ok(db
        .query(
            "SELECT year, band, male, female, basis, source FROM population WHERE org_id = $1 AND year = $2 \
             {unscoped: counts of residents are no secret between domains} ORDER BY band LIMIT 10",
            args![org, year],
        )
        .await?)
}

/// All years inside the scope, newest first.
pub async fn all_within(db: &Db, scope: &Scope, org: OrgId) -> DbResult<Vec<BandRow>> {
    db.within(scope)
        .query(
            "SELECT p.year, p.band, p.male, p.female, p.basis, p.source FROM population p \
             WHERE p.org_id = $1 AND {scope p.org_id} ORDER BY p.year DESC, p.band LIMIT 600",
            args![org],
        )
        .await
}

/// Writes a year anew.
pub async fn set(tx: &Tx, org: OrgId, draft: &YearDraft) -> DbResult<()> {
    tx.exec(
        "DELETE FROM population WHERE org_id = $1 AND year = $2 {unscoped: the area was found in scope}",
        args![org, draft.year],
    )
    .await?;
    let rows: Vec<Vec<Value>> = draft
        .bands
        .iter()
        .map(|(band, male, female)| {
            vec![
                org.into(),
                draft.year.into(),
                band.code().into(),
                (*male).into(),
                (*female).into(),
                draft.basis.into(),
                draft.source.as_str().into(),
            ]
        })
        .collect();
    let columns = ["org_id", "year", "band", "male", "female", "basis", "source"];
    tx.insert_many("population", &columns, &rows).await
}

db::record! {
    /// How many people lived in an area at the end of a year.
    pub struct Residents {
        /// The year.
        pub year: i64,
        /// All residents.
        pub residents: i64,
        /// Those of 60 and over.
        pub elders: i64,
    }
}

/// Residents of an area at the ends of all years that are known, newest first, for other features and domains. An area
/// without figures of its own has the sums of those directly below it, of years for which each of them that stood has figures: a
/// sum without one of them would make every ratio per resident too large.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn residents(db: &Db, org: OrgId) -> AppResult<Vec<Residents>> {
    let own: Vec<Residents> = db
        .query(
            "SELECT year, CAST(sum(male + female) AS BIGINT) AS residents, \
             CAST(sum(CASE WHEN band IN ('60-69', '70-79', '80+') THEN male + female ELSE 0 END) AS BIGINT) AS elders \
             FROM population WHERE org_id = $1 {unscoped: counts of residents are no secret between domains} \
             GROUP BY year ORDER BY year DESC LIMIT 100",
            args![org],
        )
        .await?;
    if !own.is_empty() {
        return Ok(own);
    }
    Ok(db
        .query(
            "SELECT p.year, CAST(sum(p.male + p.female) AS BIGINT) AS residents, \
             CAST(sum(CASE WHEN p.band IN ('60-69', '70-79', '80+') THEN p.male + p.female ELSE 0 END) AS BIGINT) AS elders \
             FROM population p JOIN org o ON o.id = p.org_id AND o.status = 'open' WHERE o.parent_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM org c WHERE c.parent_id = $1 AND c.status = 'open' AND NOT c.special \
             AND c.kind IN ('province', 'city', 'district', 'street', 'neighborhood') \
             AND c.opened_on <= CAST(p.year AS TEXT) || '-12-31' \
             AND NOT EXISTS (SELECT 1 FROM population q WHERE q.org_id = c.id AND q.year = p.year)) \
             {unscoped: counts of residents are no secret between domains} \
             GROUP BY p.year ORDER BY p.year DESC LIMIT 100",
            args![org],
        )
        .await?)
}
