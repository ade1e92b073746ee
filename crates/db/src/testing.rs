//! For tests only: statements outside a transaction, such as making a database, and what tables there are.

use crate::{Db, DbError, DbResult, Dialect, Pool};

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

/// Tables of this database with each of their columns, in order.
///
/// # Errors
/// See [`DbError`].
pub async fn columns(db: &Db) -> DbResult<Vec<(String, String)>> {
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid"
        }
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        }
    };
    db.query(sql, &[]).await
}
