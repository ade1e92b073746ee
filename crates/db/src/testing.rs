//! For tests only: statements that cannot stand in a transaction, such as making a database.

use crate::{Db, DbError, DbResult, Pool};

/// Runs one statement outside any transaction (PostgreSQL only).
///
/// # Errors
/// See [`DbError`]; on SQLite always [`DbError::Statement`].
pub async fn outside_transaction(db: &Db, sql: &str) -> DbResult<()> {
    match &db.shared.pool {
        Pool::Postgres(pool) => pool.outside_transaction(sql).await,
        Pool::Sqlite(_) => Err(DbError::Statement("SQLite needs no such statement".into())),
    }
}
