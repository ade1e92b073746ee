//! SQL of datasets, and nothing else.

use super::definition::{Basis, Definition, PeriodKind};
use super::model::{self, DatasetStatus};
use crate::{DatasetId, VersionId};
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Date, Instant, OrgId, PersonId};
use metrics::Period;
use platform::{AppError, AppResult};

/// Most datasets of an installation that are listed.
const MOST_DATASETS: i64 = 500;
/// Most versions of a dataset that are listed.
const MOST_VERSIONS: i64 = 200;

db::record! {
    /// A dataset with its newest version.
    pub struct DatasetRow {
        /// Id.
        pub id: DatasetId,
        /// Who issues it.
        pub org_id: OrgId,
        /// Code.
        pub code: String,
        /// Name.
        pub name: String,
        /// Newest version.
        pub version_id: VersionId,
        /// Its number.
        pub number: i64,
        /// How far it is.
        pub status: DatasetStatus,
        /// How sure it is.
        pub basis: Basis,
    }
}

db::record! {
    /// A version in brief.
    pub struct VersionRow {
        /// Id.
        pub id: VersionId,
        /// Of which dataset.
        pub dataset_id: DatasetId,
        /// Who issues it.
        pub org_id: OrgId,
        /// Number, from 1.
        pub number: i64,
        /// Name of the version.
        pub edition: String,
        /// How far it is.
        pub status: DatasetStatus,
        /// Length of the period.
        pub period: PeriodKind,
        /// First day of periods.
        pub valid_from: Date,
        /// First day without.
        pub valid_to: Option<Date>,
        /// How sure it is.
        pub basis: Basis,
        /// The document.
        pub source: String,
        /// When it was published.
        pub published_at: Option<Instant>,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

impl VersionRow {
    /// Whether a period is one that this version is for.
    #[must_use]
    pub fn is_for(&self, period: Period) -> bool {
        model::is_for(self.span(), period)
    }

    /// Length of the period, first day and end.
    #[must_use]
    pub const fn span(&self) -> model::Span {
        (self.period, self.valid_from, self.valid_to)
    }

    /// The period that is looked at first: today's, or else the first that the version is for.
    #[must_use]
    pub fn period_at(&self, today: Date) -> Period {
        let now = self.period.at(today);
        if self.is_for(now) {
            now
        } else {
            self.period.first_from(self.valid_from)
        }
    }
}

db::record! {
    /// The definition of a version as it is stored.
    pub struct StoredDefinition {
        /// JSON.
        pub definition: String,
        /// How far the version is.
        pub status: DatasetStatus,
    }
}

impl StoredDefinition {
    /// The definition itself.
    ///
    /// # Errors
    /// [`AppError::Internal`] when what is stored cannot be read.
    pub fn read(&self) -> AppResult<Definition> {
        serde_json::from_str(&self.definition).map_err(|error| AppError::Internal(error.to_string()))
    }
}

/// All datasets, by code. What a form asks is public.
pub async fn list(db: &Db) -> DbResult<Vec<DatasetRow>> {
    db.query(
        "SELECT d.id, d.org_id, d.code, d.name, v.id AS version_id, v.number, v.status, v.basis \
         FROM dataset d JOIN dataset_version v ON v.dataset_id = d.id AND v.number = \
         (SELECT max(o.number) FROM dataset_version o WHERE o.dataset_id = d.id) \
         WHERE 1 = 1 {unscoped: what a form asks is public} ORDER BY d.code LIMIT $1",
        args![MOST_DATASETS],
    )
    .await
}

/// A dataset by its code.
pub async fn by_code(db: &Db, code: &str) -> DbResult<Option<(DatasetId, OrgId)>> {
    db.query_opt(
        "SELECT id, org_id FROM dataset WHERE code = $1 {unscoped: what a form asks is public}",
        args![code],
    )
    .await
}

/// Versions of a dataset, newest first.
pub async fn versions(db: &Db, dataset: DatasetId) -> DbResult<Vec<VersionRow>> {
    db.query(
        "SELECT id, dataset_id, org_id, number, edition, status, period, valid_from, valid_to, basis, source, published_at, \
         version FROM dataset_version WHERE dataset_id = $1 {unscoped: what a form asks is public} \
         ORDER BY number DESC LIMIT $2",
        args![dataset, MOST_VERSIONS],
    )
    .await
}

/// One version.
pub async fn find(db: &Db, id: VersionId) -> DbResult<VersionRow> {
    db.query_one(
        "SELECT id, dataset_id, org_id, number, edition, status, period, valid_from, valid_to, basis, source, published_at, \
         version FROM dataset_version WHERE id = $1 {unscoped: what a form asks is public}",
        args![id],
    )
    .await
}

/// One version that the actor may change.
pub async fn find_within(db: &Db, scope: &Scope, id: VersionId) -> DbResult<VersionRow> {
    db.within(scope)
        .query_one(
            "SELECT v.id, v.dataset_id, v.org_id, v.number, v.edition, v.status, v.period, v.valid_from, v.valid_to, v.basis, \
             v.source, v.published_at, v.version FROM dataset_version v WHERE v.id = $1 AND {scope v.org_id}",
            args![id],
        )
        .await
}

/// The definition of a version.
pub async fn definition(db: &Db, id: VersionId) -> DbResult<StoredDefinition> {
    db.query_one(
        "SELECT definition, status FROM dataset_version WHERE id = $1 {unscoped: what a form asks is public}",
        args![id],
    )
    .await
}

/// A new dataset.
pub async fn insert(
    tx: &Tx,
    id: DatasetId,
    org: OrgId,
    definition: &Definition,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO dataset (id, org_id, code, name, created_at) VALUES ($1, $2, $3, $4, $5) \
         {unscoped: the org was found in scope}",
        args![id, org, &definition.code, &definition.name, now],
    )
    .await?;
    Ok(())
}

/// A new version, as a draft.
pub struct NewVersion<'a> {
    /// Id.
    pub id: VersionId,
    /// Of which dataset.
    pub dataset: DatasetId,
    /// Who issues it.
    pub org: OrgId,
    /// What it is.
    pub definition: &'a Definition,
    /// Who wrote it.
    pub by: Option<PersonId>,
    /// When.
    pub now: Instant,
}

fn json(definition: &Definition) -> AppResult<String> {
    serde_json::to_string(definition).map_err(|error| AppError::Internal(error.to_string()))
}

/// Adds a version with the next number.
pub async fn insert_version(tx: &Tx, new: &NewVersion<'_>) -> AppResult<()> {
    let last: Option<i64> = tx
        .query_one(
            "SELECT max(number) FROM dataset_version WHERE dataset_id = $1 {unscoped: found in scope before}",
            args![new.dataset],
        )
        .await?;
    let what = new.definition;
    tx.exec(
        "INSERT INTO dataset_version (id, dataset_id, org_id, number, edition, status, period, valid_from, valid_to, \
         basis, source, definition, created_by, created_at, version) \
         VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $11, $12, $13, 1) {unscoped: found in scope before}",
        args![
            new.id,
            new.dataset,
            new.org,
            last.unwrap_or(0) + 1,
            &what.edition,
            what.period,
            what.valid_from,
            what.valid_to,
            what.basis,
            &what.source,
            json(what)?,
            new.by,
            new.now
        ],
    )
    .await?;
    Ok(())
}

/// Writes a draft anew.
///
/// # Errors
/// [`AppError::Refused`] when it is no draft any more.
pub async fn update(tx: &Tx, id: VersionId, dataset: DatasetId, what: &Definition) -> AppResult<()> {
    let written = tx.exec(
        "UPDATE dataset_version SET edition = $2, period = $3, valid_from = $4, valid_to = $5, basis = $6, source = $7, \
         definition = $8, version = version + 1 WHERE id = $1 AND status = 'draft' {unscoped: found in scope before}",
        args![
            id,
            &what.edition,
            what.period,
            what.valid_from,
            what.valid_to,
            what.basis,
            &what.source,
            json(what)?
        ],
    )
    .await?;
    if written == 0 {
        return Err(model::not_a_draft());
    }
    tx.exec(
        "UPDATE dataset SET name = $2 WHERE id = $1 {unscoped: found in scope before}",
        args![dataset, &what.name],
    )
    .await?;
    Ok(())
}

/// Ends a published version where the next one begins.
pub async fn close(tx: &Tx, id: VersionId, until: Date) -> DbResult<()> {
    tx.exec(
        "UPDATE dataset_version SET valid_to = $2, version = version + 1 WHERE id = $1 AND status = 'published' \
         {unscoped: found in scope before}",
        args![id, until],
    )
    .await?;
    Ok(())
}

/// Sets how far a version is.
pub async fn set_status(tx: &Tx, id: VersionId, status: DatasetStatus, now: Option<Instant>) -> DbResult<()> {
    tx.exec(
        "UPDATE dataset_version SET status = $2, published_at = COALESCE($3, published_at), version = version + 1 \
         WHERE id = $1 {unscoped: found in scope before}",
        args![id, status, now],
    )
    .await?;
    Ok(())
}
