//! SQL of titles.

use super::model::{Holder, Status, TitleDraft, TitleKind, TitleLevel};
use crate::TitleId;
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Date, OrgId};
use platform::StoredFile;

db::record! {
    /// A title.
    pub struct TitleRow {
        /// Id.
        pub id: TitleId,
        /// Whose.
        pub org_id: OrgId,
        /// What of the organisation holds it.
        pub holder: Holder,
        /// Name of the team or course; empty for the organisation itself.
        pub holder_name: String,
        /// The title.
        pub name: String,
        /// Who grants it, by level.
        pub level: TitleLevel,
        /// What is honoured.
        pub kind: TitleKind,
        /// Who granted it.
        pub granted_by: String,
        /// Number of the document; may be empty.
        pub document: String,
        /// The day on which it was granted.
        pub granted_on: Date,
        /// The last day; `None` when it has no end.
        pub valid_to: Option<Date>,
        /// official, adapted, derived, demo.
        pub basis: String,
        /// The day on which it was taken back.
        pub revoked_on: Option<Date>,
        /// Why; empty when it was not.
        pub revoke_reason: String,
        /// Hash of the proof among the stored files.
        pub proof: Option<String>,
        /// The proof's name.
        pub proof_name: String,
        /// The proof's content type.
        pub proof_type: String,
        /// The proof's bytes.
        pub proof_size: i64,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

impl TitleRow {
    /// Whether it counts on a day.
    #[must_use]
    pub fn status(&self, day: Date) -> Status {
        Status::on(day, self.valid_to, self.revoked_on)
    }
}

/// Most titles of one organisation that are shown.
const MOST_TITLES: i64 = 1_000;

/// The titles of an organisation inside the scope, the latest first.
pub async fn list_within(db: &Db, scope: &Scope, org: OrgId) -> DbResult<Vec<TitleRow>> {
    db.within(scope)
        .query(
            "SELECT t.id, t.org_id, t.holder, t.holder_name, t.name, t.level, t.kind, t.granted_by, t.document, t.granted_on, \
             t.valid_to, t.basis, t.revoked_on, t.revoke_reason, t.proof, t.proof_name, t.proof_type, t.proof_size, t.version \
             FROM title t WHERE t.org_id = $1 AND {scope t.org_id} ORDER BY t.granted_on DESC, t.id LIMIT $2",
            args![org, MOST_TITLES],
        )
        .await
}

/// A title, only inside the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: TitleId) -> DbResult<TitleRow> {
    db.within(scope)
        .query_one(
            "SELECT t.id, t.org_id, t.holder, t.holder_name, t.name, t.level, t.kind, t.granted_by, t.document, t.granted_on, \
             t.valid_to, t.basis, t.revoked_on, t.revoke_reason, t.proof, t.proof_name, t.proof_type, t.proof_size, t.version \
             FROM title t WHERE t.id = $1 AND {scope t.org_id}",
            args![id],
        )
        .await
}

/// Whether another title of the organisation says the same.
pub async fn is_there(tx: &Tx, org: OrgId, title: &TitleDraft, except: TitleId) -> DbResult<bool> {
    let other: Option<i64> = tx
        .query_opt(
            "SELECT id FROM title WHERE org_id = $1 AND name = $2 AND level = $3 AND holder_name = $4 AND granted_on = $5 \
             AND revoked_on IS NULL AND id <> $6 {unscoped: the organisation was found in scope} ORDER BY id LIMIT 1",
            args![
                org,
                &title.name,
                title.level,
                &title.holder_name,
                title.granted_on,
                except
            ],
        )
        .await?;
    Ok(other.is_some())
}

/// Writes a title without proof.
pub async fn insert(tx: &Tx, id: TitleId, org: OrgId, title: &TitleDraft) -> DbResult<()> {
    tx.exec(
        "INSERT INTO title (id, org_id, holder, holder_name, name, level, kind, granted_by, document, granted_on, valid_to, \
         basis, revoke_reason, proof_name, proof_type, proof_size, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', '', 0, 1) \
         {unscoped: the organisation was found in scope}",
        args![
            id,
            org,
            title.holder,
            &title.holder_name,
            &title.name,
            title.level,
            title.kind,
            &title.granted_by,
            &title.document,
            title.granted_on,
            title.valid_to,
            title.basis
        ],
    )
    .await?;
    Ok(())
}

/// Writes what a clerk changed.
pub async fn update(tx: &Tx, id: TitleId, title: &TitleDraft) -> DbResult<()> {
    tx.exec(
        "UPDATE title SET holder = $2, holder_name = $3, name = $4, level = $5, kind = $6, granted_by = $7, document = $8, \
         granted_on = $9, valid_to = $10, basis = $11, version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![
            id,
            title.holder,
            &title.holder_name,
            &title.name,
            title.level,
            title.kind,
            &title.granted_by,
            &title.document,
            title.granted_on,
            title.valid_to,
            title.basis
        ],
    )
    .await?;
    Ok(())
}

/// Keeps which stored file proves a title.
pub async fn set_proof(tx: &Tx, id: TitleId, file: &StoredFile) -> DbResult<()> {
    tx.exec(
        "UPDATE title SET proof = $2, proof_name = $3, proof_type = $4, proof_size = $5, version = version + 1 WHERE id = $1 \
         {unscoped: found in scope before}",
        args![
            id,
            &file.sha256,
            &file.name,
            file.content_type,
            i64::try_from(file.size).unwrap_or(i64::MAX)
        ],
    )
    .await?;
    Ok(())
}

/// Takes a title back.
pub async fn revoke(tx: &Tx, id: TitleId, on: Date, reason: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE title SET revoked_on = $2, revoke_reason = $3, version = version + 1 WHERE id = $1 \
         {unscoped: found in scope before}",
        args![id, on, reason],
    )
    .await?;
    Ok(())
}
