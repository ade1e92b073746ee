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

/// Lets the database file grow by so many pages of 4 KiB and no more; says whether it could (SQLite only).
///
/// # Errors
/// See [`DbError`].
pub async fn limit_pages(db: &Db, more: i64) -> DbResult<bool> {
    if db.dialect() == Dialect::Postgres {
        return Ok(false);
    }
    // The limit is that of the writer's connection, so it stays when the transaction is rolled back.
    let tx = db.begin().await?;
    let has: i64 = tx.query_one("PRAGMA page_count", &[]).await?;
    let limit = format!("PRAGMA max_page_count = {}", has.saturating_add(more));
    let _: i64 = tx.query_one(&limit, &[]).await?;
    Ok(true)
}

/// Breaks every other connection to this database, whatever it is doing; says whether there can be any (PostgreSQL only).
///
/// # Errors
/// See [`DbError`].
pub async fn break_connections(db: &Db) -> DbResult<bool> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(false);
    }
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let _: i64 = db.query_one(sql, &[]).await?;
    Ok(true)
}
