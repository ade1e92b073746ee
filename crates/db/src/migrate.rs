//! Migrations: each domain owns a numbered list; applied in order, once, under a lock.
//!
//! Rules (`docs/adr/0004-sql-by-hand.md`): one text for both databases where it can be; a released
//! migration never changes; nothing is dropped or renamed in the release that stops using it.

use crate::{Db, DbError, DbResult, Dialect, Tx, args};

/// One step of a domain's tables.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Position in the domain, from 1.
    pub number: i64,
    /// What it makes, in a few words.
    pub name: &'static str,
    /// Statements, separated by `;`.
    pub sql: &'static str,
}

/// A domain's tables.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The crate that owns them.
    pub domain: &'static str,
    /// Steps in order.
    pub migrations: &'static [Migration],
    /// Tables whose rows belong to an org: statements on them need a scope.
    pub org_owned: &'static [&'static str],
}

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    domain TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (domain, number))";

impl Db {
    /// Applies what is missing and gives the names of what was applied.
    ///
    /// # Errors
    /// [`DbError::Statement`] when an applied migration's text has changed since.
    pub async fn migrate(&self, schemas: &[Schema]) -> DbResult<Vec<String>> {
        let tx = self.begin().await?;
        tx.lock("migrate", 0).await?;
        tx.batch(LEDGER).await?;
        let mut applied = Vec::new();
        for schema in schemas {
            for migration in schema.migrations {
                if apply(&tx, schema.domain, migration).await? {
                    applied.push(format!(
                        "{}/{:04} {}",
                        schema.domain, migration.number, migration.name
                    ));
                }
            }
        }
        tx.finish().await?;
        Ok(applied)
    }
}

impl Db {
    /// Names of the steps that are not applied yet, or whose text has changed since.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the database is; a database without any tables is not an error.
    pub async fn pending(&self, schemas: &[Schema]) -> DbResult<Vec<String>> {
        let find = "SELECT checksum FROM schema_migration WHERE domain = $1 AND number = $2";
        let empty = match self.prepare(find).await {
            Ok(_) => false,
            Err(DbError::Statement(_)) => true,
            Err(other) => return Err(other),
        };
        let mut pending = Vec::new();
        for schema in schemas {
            for migration in schema.migrations {
                let known: Option<String> = if empty {
                    None
                } else {
                    self.query_opt(find, args![schema.domain, migration.number])
                        .await?
                };
                if known.as_deref() != Some(checksum(migration.sql).as_str()) {
                    pending.push(format!(
                        "{}/{:04} {}",
                        schema.domain, migration.number, migration.name
                    ));
                }
            }
        }
        Ok(pending)
    }

    /// The order in which the database compares text; `None` on SQLite, which compares bytes.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the database is.
    pub async fn collation(&self) -> DbResult<Option<String>> {
        match self.dialect() {
            Dialect::Sqlite => Ok(None),
            Dialect::Postgres => {
                self.query_opt(
                    "SELECT CAST(datcollate AS TEXT) FROM pg_database WHERE datname = current_database()",
                    args![],
                )
                .await
            }
        }
    }
}

async fn apply(tx: &Tx, domain: &str, migration: &Migration) -> DbResult<bool> {
    let checksum = checksum(migration.sql);
    let known: Option<String> = tx
        .query_opt(
            "SELECT checksum FROM schema_migration WHERE domain = $1 AND number = $2",
            args![domain, migration.number],
        )
        .await?;
    match known {
        Some(same) if same == checksum => Ok(false),
        Some(_) => Err(DbError::Statement(format!(
            "migration {domain}/{:04} was changed after it was applied",
            migration.number
        ))),
        None => {
            tx.batch(&for_dialect(migration.sql, tx.dialect())).await?;
            tx.exec(
                "INSERT INTO schema_migration (domain, number, name, checksum) VALUES ($1, $2, $3, $4)",
                args![domain, migration.number, migration.name, checksum],
            )
            .await?;
            Ok(true)
        }
    }
}

/// SQLite keeps a table ordered by its key only when the key is declared `INTEGER PRIMARY KEY`. What stands behind
/// `--postgres ` is for PostgreSQL alone, behind `--sqlite ` for SQLite.
fn for_dialect(sql: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => sql
            .replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
            .replace("--sqlite ", ""),
        Dialect::Postgres => sql.replace("--postgres ", ""),
    }
}

/// FNV-1a, 64 bits, over the text without its spacing: enough to notice an edit.
fn checksum(sql: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for word in sql.split_whitespace() {
        for byte in word.bytes().chain([b' ']) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
