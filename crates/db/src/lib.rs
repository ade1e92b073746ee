//! SQL in, rows out: one text for SQLite and PostgreSQL. The only crate that names a database driver.
//!
//! What it adds to the drivers: organisation scope in every statement on an org-owned table ([`Scope`]),
//! writing only inside a transaction ([`Tx`]), a slow-statement log, a statement count for tests, marks by which
//! what was read can be kept until somebody writes it (`written.rs`), and the traps of two databases closed in one
//! place. Rules for SQL text: `docs/adr/0004-sql-by-hand.md`.
//!
//! Markers a statement may hold:
//! - `$1 … $n`: arguments, numbered on both databases;
//! - `{scope c.org_id}`: the row's org must lie in the caller's [`Scope`];
//! - `{unscoped: why}`: a stated exception to the scope on an org-owned table;
//! - `id {any $1}`: equals any of a list ([`Value::Ints`], [`Value::Texts`]).
//!
//! Start reading at [`Db::query`] and [`Db::begin`].

mod checkpoint;
mod disk;
mod error;
mod migrate;
mod postgres;
mod row;
mod scope;
mod sqlite;
mod statement;
pub mod testing;
mod tx;
mod value;
mod written;

pub use disk::Pending;
pub use error::DbError;
pub use migrate::{Migration, Schema};
pub use row::{FromRow, Row};
pub use scope::Scope;
pub use tx::Tx;
pub use value::{FromValue, Value};
pub use written::Mark;

use statement::Statements;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Result of a database call.
pub type DbResult<T> = Result<T, DbError>;

/// A statement slower than this is logged by its text (never its arguments).
const SLOW: Duration = Duration::from_millis(200);

/// Which database is behind a [`Db`]; only the texts listed in `docs/adr/0004-sql-by-hand.md` may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The database inside the program.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// A handle for reading; cheap to clone. Inside a transaction it reads what the transaction wrote.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
    session: Option<Arc<tx::Session>>,
    /// Whether statements outside a transaction go through the connection that writes; see [`Db::warm`].
    is_warm: bool,
}

struct Shared {
    pool: Pool,
    statements: Statements,
    count: AtomicU64,
}

enum Pool {
    Sqlite(sqlite::Pool),
    Postgres(postgres::Pool),
}

/// How durable SQLite commits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on disk before it is answered.
    Full,
    /// Tests only: the operating system may lose the last commits.
    Fast,
}

impl Db {
    /// Opens a database: `sqlite:PATH` or `postgres://…`. `org_owned` names the tables that need a scope.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the file or the server cannot be reached.
    pub async fn open(url: &str, durability: Durability, schemas: &[Schema]) -> DbResult<Self> {
        let pool = if let Some(path) = url.strip_prefix("sqlite:") {
            Pool::Sqlite(sqlite::Pool::open(path.as_ref(), durability)?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Pool::Postgres(postgres::Pool::open(url).await?)
        } else {
            return Err(DbError::Unavailable(format!(
                "数据库地址要以 sqlite: 或 postgres:// 开头，现在是「{}」",
                url.split(':').next().unwrap_or_default()
            )));
        };
        let dialect = match pool {
            Pool::Sqlite(_) => Dialect::Sqlite,
            Pool::Postgres(_) => Dialect::Postgres,
        };
        let statements = Statements::new(dialect, schemas);
        Ok(Self {
            shared: Arc::new(Shared {
                pool,
                statements,
                count: AtomicU64::new(0),
            }),
            session: None,
            is_warm: false,
        })
    }

    /// The same database for what is read very often while much is written: on SQLite it reads through the connection that
    /// writes, whose pages are in memory, unless that is busy for long. A reader forgets all its pages after each commit of another.
    #[must_use]
    pub fn warm(&self) -> Self {
        Self {
            is_warm: true,
            ..self.clone()
        }
    }

    /// Which database this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.shared.statements.dialect()
    }

    /// Rows of a statement that reads.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn query<T: FromRow>(&self, sql: &str, args: &[Value]) -> DbResult<Vec<T>> {
        self.rows(sql, None, args)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn query_opt<T: FromRow>(&self, sql: &str, args: &[Value]) -> DbResult<Option<T>> {
        self.rows(sql, None, args)
            .await?
            .first()
            .map(T::from_row)
            .transpose()
    }

    /// The only row.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is none.
    pub async fn query_one<T: FromRow>(&self, sql: &str, args: &[Value]) -> DbResult<T> {
        self.query_opt(sql, args).await?.ok_or(DbError::NotFound)
    }

    /// Reads within a scope: the statement must hold a `{scope …}` marker.
    #[must_use]
    pub fn within<'a>(&'a self, scope: &'a Scope) -> Within<'a> {
        Within { db: self, scope }
    }

    /// Statements run through this database since it was opened; tests compare it before and after.
    #[must_use]
    pub fn statements_run(&self) -> u64 {
        self.shared.count.load(Ordering::Relaxed)
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when it does not.
    pub async fn answers(&self) -> DbResult<()> {
        let _: i64 = self.query_one("SELECT 1", &[]).await?;
        Ok(())
    }

    /// Lets PostgreSQL count what is in the tables, after very much was written at once: until then it plans as if they
    /// were empty. SQLite plans by its indexes alone.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the database cannot be reached.
    pub async fn gather_statistics(&self) -> DbResult<()> {
        match &self.shared.pool {
            Pool::Sqlite(_) => Ok(()),
            Pool::Postgres(pool) => pool.outside_transaction("ANALYZE").await,
        }
    }

    /// Checks that a statement can be prepared, and gives the names of its result columns.
    ///
    /// # Errors
    /// The database's message when the text is wrong.
    pub async fn prepare(&self, sql: &str) -> DbResult<Vec<String>> {
        let text = self
            .shared
            .statements
            .render(sql, Some(&Scope::everything()))?
            .text;
        match &self.shared.pool {
            Pool::Sqlite(pool) => pool.prepare(&text),
            Pool::Postgres(pool) => pool.prepare(&text).await,
        }
    }

    /// Copies the whole database into a file while it is in use (SQLite only).
    ///
    /// # Errors
    /// [`DbError::Unavailable`] on PostgreSQL, which has its own tools for this.
    pub async fn copy_to(&self, path: &std::path::Path) -> DbResult<()> {
        match &self.shared.pool {
            Pool::Sqlite(pool) => pool.copy_to(path),
            Pool::Postgres(_) => Err(DbError::Unavailable(
                "PostgreSQL 请用 pg_dump 备份数据库，本命令只备份内置数据库".into(),
            )),
        }
    }

    /// What of the file of the built-in database does not hold together; `None` on PostgreSQL, which has checks of its own.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the file cannot be read.
    pub fn damage(&self) -> DbResult<Option<Vec<String>>> {
        match &self.shared.pool {
            Pool::Sqlite(pool) => pool.damage().map(Some),
            Pool::Postgres(_) => Ok(None),
        }
    }

    async fn rows(&self, sql: &str, scope: Option<&Scope>, args: &[Value]) -> DbResult<Vec<Row>> {
        Value::check_all(args)?;
        let statement = self.shared.statements.render(sql, scope)?;
        let args = statement.with_scope_args(args);
        let started = self.start();
        let rows = match (&self.shared.pool, self.session.as_deref()) {
            (_, Some(session)) => session.rows(&statement.text, &args).await,
            (Pool::Sqlite(pool), None) if self.is_warm => pool.warm_rows(&statement.text, &args).await,
            (Pool::Sqlite(pool), None) => pool.rows(&statement.text, &args).await,
            (Pool::Postgres(pool), None) => pool.rows(&statement.text, &args).await,
        };
        note_slow(sql, started);
        rows
    }

    fn start(&self) -> Instant {
        self.shared.count.fetch_add(1, Ordering::Relaxed);
        Instant::now()
    }
}

fn note_slow(sql: &str, started: Instant) {
    let took = started.elapsed();
    if took > SLOW {
        tracing::warn!(millis = took.as_millis(), sql, "slow statement");
    }
}

/// A [`Db`] bound to a scope; see [`Db::within`].
#[derive(Clone, Copy)]
pub struct Within<'a> {
    db: &'a Db,
    scope: &'a Scope,
}

impl Within<'_> {
    /// Rows inside the scope.
    ///
    /// # Errors
    /// [`DbError::Unscoped`] when the statement has no `{scope …}` marker.
    pub async fn query<T: FromRow>(&self, sql: &str, args: &[Value]) -> DbResult<Vec<T>> {
        self.db
            .rows(sql, Some(self.scope), args)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// The first row inside the scope, if there is one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn query_opt<T: FromRow>(&self, sql: &str, args: &[Value]) -> DbResult<Option<T>> {
        self.db
            .rows(sql, Some(self.scope), args)
            .await?
            .first()
            .map(T::from_row)
            .transpose()
    }

    /// The only row inside the scope.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is none.
    pub async fn query_one<T: FromRow>(&self, sql: &str, args: &[Value]) -> DbResult<T> {
        self.query_opt(sql, args).await?.ok_or(DbError::NotFound)
    }
}

/// Arguments of a statement: `args![id, name, None::<i64>]`.
#[macro_export]
macro_rules! args {
    () => { &[] as &[$crate::Value] };
    ($($value:expr),+ $(,)?) => { &[$($crate::Value::from($value)),+] };
}

/// A struct that is read from a row by the names of its fields.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),* }
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row) -> $crate::DbResult<Self> {
                let mut place = 0;
                Ok(Self { $($field: row.next(&mut place, stringify!($field))?),* })
            }
        }
    };
}
