//! SQL of terms.

use super::model::{TermDraft, TermRow};
use crate::TermId;
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Date, OrgId};
use platform::AppResult;
use platform::api::Part;
use std::collections::HashMap;

macro_rules! term_columns {
    () => {
        "t.id, t.org_id, t.name, t.starts_on, t.ends_on, t.enrollment_opens, t.enrollment_closes, t.class_limit, t.version"
    };
}

/// A term by its id, wherever it is.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: TermId) -> AppResult<TermRow> {
    let sql = concat!(
        "SELECT ",
        term_columns!(),
        " FROM term t WHERE t.id = $1 {unscoped: the dates of a term are public}"
    );
    Ok(db.query_one(sql, args![id]).await?)
}

/// The term that is so many terms after another of the same org; with 0 the term itself, `None` where it is not planned yet.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is no such term.
pub async fn later(db: &Db, id: TermId, by: i64) -> AppResult<Option<TermRow>> {
    let term = find(db, id).await?;
    if by < 1 {
        return Ok(Some(term));
    }
    let sql = concat!(
        "SELECT ",
        term_columns!(),
        " FROM term t WHERE t.org_id = $1 AND t.starts_on > $2 {unscoped: the dates of a term are public}
          ORDER BY t.starts_on, t.id LIMIT 1 OFFSET $3"
    );
    Ok(db
        .query_opt(sql, args![term.org_id, term.starts_on, by - 1])
        .await?)
}

/// Names of terms.
pub async fn names(db: &Db, ids: &[TermId]) -> DbResult<HashMap<TermId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql =
        "SELECT t.id, t.name FROM term t WHERE t.id {any $1} {unscoped: names of terms of rows already found}
               ORDER BY t.id LIMIT 5000";
    let rows: Vec<(TermId, String)> = db.query(sql, args![ids]).await?;
    Ok(rows.into_iter().collect())
}

/// A term of the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: TermId) -> DbResult<TermRow> {
    let sql = concat!(
        "SELECT ",
        term_columns!(),
        " FROM term t WHERE t.id = $1 AND {scope t.org_id}"
    );
    db.within(scope).query_one(sql, args![id]).await
}

/// The terms of a scope, the latest first.
pub async fn list(db: &Db, scope: &Scope, part: Part) -> DbResult<Vec<TermRow>> {
    let sql = concat!(
        "SELECT ",
        term_columns!(),
        " FROM term t WHERE {scope t.org_id} ORDER BY t.starts_on DESC, t.id LIMIT $1 OFFSET $2"
    );
    db.within(scope).query(sql, args![part.rows(), part.offset]).await
}

/// The terms set by these orgs that are not over, the next first.
pub async fn of_orgs(db: &Db, orgs: &[OrgId], today: Date) -> DbResult<Vec<TermRow>> {
    let sql = concat!(
        "SELECT ",
        term_columns!(),
        " FROM term t WHERE t.org_id {any $1} AND t.ends_on >= $2 {unscoped: an org and those above it}
          ORDER BY t.starts_on, t.id LIMIT 100"
    );
    db.query(sql, args![orgs, today]).await
}

/// Whether the org has another term of this name.
pub async fn name_taken(db: &Db, org: OrgId, name: &str, but: Option<TermId>) -> DbResult<bool> {
    let found: Option<i64> = db
        .query_opt(
            "SELECT t.id FROM term t WHERE t.org_id = $1 AND t.name = $2
               AND (CAST($3 AS BIGINT) IS NULL OR t.id <> $3) {unscoped: the caller checked the org}
             ORDER BY t.id LIMIT 1",
            args![org, name, but],
        )
        .await?;
    Ok(found.is_some())
}

/// Adds a term.
pub async fn insert(tx: &Tx, id: TermId, org: OrgId, draft: &TermDraft) -> DbResult<()> {
    tx.exec(
        "INSERT INTO term (id, org_id, name, starts_on, ends_on, enrollment_opens, enrollment_closes, class_limit, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
        args![
            id,
            org,
            &draft.name,
            draft.starts_on,
            draft.ends_on,
            draft.enrollment_opens,
            draft.enrollment_closes,
            draft.class_limit
        ],
    )
    .await?;
    Ok(())
}

/// Changes a term and counts the change.
pub async fn update(tx: &Tx, id: TermId, draft: &TermDraft) -> DbResult<()> {
    tx.exec(
        "UPDATE term SET name = $2, starts_on = $3, ends_on = $4, enrollment_opens = $5, enrollment_closes = $6,
           class_limit = $7, version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![
            id,
            &draft.name,
            draft.starts_on,
            draft.ends_on,
            draft.enrollment_opens,
            draft.enrollment_closes,
            draft.class_limit
        ],
    )
    .await?;
    Ok(())
}
