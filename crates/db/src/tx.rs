//! Transactions: the only way to write.

use crate::{Db, DbError, DbResult, Mark, Pending, Pool, Scope, Value, note_slow, postgres, sqlite};
use std::ops::Deref;
use std::sync::Arc;

/// An open transaction. Dropped without [`Tx::finish`], it is rolled back.
///
/// It dereferences to [`Db`], so that a store's reading functions work inside and outside.
#[must_use = "a transaction that is not finished is rolled back"]
pub struct Tx {
    db: Db,
    session: Arc<Session>,
}

pub(crate) enum Session {
    Sqlite(sqlite::Session),
    Postgres(Box<postgres::Session>),
}

impl Session {
    pub(crate) async fn rows(&self, text: &str, args: &[Value]) -> DbResult<Vec<crate::Row>> {
        match self {
            Self::Sqlite(session) => session.rows(text, args),
            Self::Postgres(session) => session.rows(text, args).await,
        }
    }
}

impl Deref for Tx {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Db {
    /// Opens a transaction. On SQLite it waits for the one writer; on PostgreSQL it sees what others commit.
    /// A rule that reads before it writes takes a [`Tx::lock`] on what it reads.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection can be had.
    pub async fn begin(&self) -> DbResult<Tx> {
        if self.session.is_some() {
            return Err(DbError::Statement("a transaction inside a transaction".into()));
        }
        let session = match &self.shared.pool {
            Pool::Sqlite(pool) => Session::Sqlite(pool.begin().await?),
            Pool::Postgres(pool) => Session::Postgres(Box::new(pool.begin().await?)),
        };
        let session = Arc::new(session);
        let db = Self {
            shared: Arc::clone(&self.shared),
            session: Some(Arc::clone(&session)),
            is_warm: false,
        };
        Ok(Tx { db, session })
    }
}

impl Tx {
    /// Runs a statement that writes; gives the number of rows it touched.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn exec(&self, sql: &str, args: &[Value]) -> DbResult<u64> {
        self.execute(sql, None, args).await
    }

    /// Runs a statement that writes, within a scope.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn exec_within(&self, scope: &Scope, sql: &str, args: &[Value]) -> DbResult<u64> {
        self.execute(sql, Some(scope), args).await
    }

    /// Runs a statement that writes once for each row of arguments; PostgreSQL is sent all of them before it answers the first.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn exec_many(&self, sql: &str, rows: &[Vec<Value>]) -> DbResult<()> {
        rows.iter().try_for_each(|row| Value::check_all(row))?;
        let statement = self.shared.statements.render(sql, None)?;
        let started = self.start();
        match &*self.session {
            Session::Sqlite(session) => {
                for row in rows {
                    session.exec(&statement.text, row)?;
                }
            }
            Session::Postgres(session) => session.exec_many(&statement.text, rows).await?,
        }
        note_slow(sql, started);
        Ok(())
    }

    async fn execute(&self, sql: &str, scope: Option<&Scope>, args: &[Value]) -> DbResult<u64> {
        Value::check_all(args)?;
        let statement = self.shared.statements.render(sql, scope)?;
        let args = statement.with_scope_args(args);
        let started = self.start();
        let touched = match &*self.session {
            Session::Sqlite(session) => session.exec(&statement.text, &args),
            Session::Postgres(session) => session.exec(&statement.text, &args).await,
        };
        note_slow(sql, started);
        touched
    }

    /// Inserts many rows at once: a prepared loop on SQLite, `COPY` on PostgreSQL. All or none.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn insert_many(&self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> DbResult<()> {
        if rows.is_empty() {
            return Ok(());
        }
        if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
            return Err(DbError::Statement(format!(
                "{table}: {} columns, a row of {}",
                columns.len(),
                row.len()
            )));
        }
        rows.iter().try_for_each(|row| Value::check_all(row))?;
        self.start();
        match &*self.session {
            Session::Sqlite(session) => session.insert_many(table, columns, rows),
            Session::Postgres(session) => session.insert_many(table, columns, rows).await,
        }
    }

    /// Waits until no other transaction holds this name and number, and holds it to the end of this one.
    /// On SQLite there is one writer, so there is nothing to wait for.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the connection is lost.
    pub async fn lock(&self, name: &str, number: i64) -> DbResult<()> {
        match &*self.session {
            Session::Sqlite(_) => Ok(()),
            Session::Postgres(session) => session.lock(name, &[number]).await,
        }
    }

    /// Like [`Tx::lock`] for many numbers, taken in ascending order so that two callers cannot wait for each other.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the connection is lost.
    pub async fn lock_all(&self, name: &str, numbers: &[i64]) -> DbResult<()> {
        match &*self.session {
            Session::Sqlite(_) => Ok(()),
            Session::Postgres(session) => {
                let mut sorted = numbers.to_vec();
                sorted.sort_unstable();
                sorted.dedup();
                session.lock(name, &sorted).await
            }
        }
    }

    /// A mark of these tables: a later transaction that finds the same one knows that nobody has written them since. `None` on
    /// PostgreSQL, where others write of whom this process does not hear.
    ///
    /// # Errors
    /// See [`DbError`].
    pub fn mark(&self, tables: &[&str]) -> DbResult<Option<Mark>> {
        match &*self.session {
            Session::Sqlite(session) => session.mark(tables).map(Some),
            Session::Postgres(_) => Ok(None),
        }
    }

    /// Marks a point to which [`Tx::rollback_to`] can return.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn savepoint(&self) -> DbResult<()> {
        self.batch("SAVEPOINT step").await
    }

    /// Undoes what was written since [`Tx::savepoint`].
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn rollback_to(&self) -> DbResult<()> {
        self.batch("ROLLBACK TO SAVEPOINT step").await
    }

    /// Runs statements without arguments, separated by `;`.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn batch(&self, sql: &str) -> DbResult<()> {
        self.start();
        match &*self.session {
            Session::Sqlite(session) => session.batch(sql),
            Session::Postgres(session) => session.batch(sql).await,
        }
    }

    /// Commits. Only `platform` calls this, after it has written the events: no commit without an event.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the database did not confirm; the work may or may not be in it.
    pub async fn finish(self) -> DbResult<()> {
        self.finish_early().await?.wait().await
    }

    /// Commits without waiting for the disk: others can read the work now, and nobody may be answered before
    /// [`Pending::wait`] has returned. Only `platform` calls this.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the database did not confirm; the work may or may not be in it.
    pub async fn finish_early(self) -> DbResult<Pending> {
        let Self { db, session } = self;
        drop(db);
        match Arc::try_unwrap(session) {
            Ok(Session::Sqlite(session)) => session.commit(),
            Ok(Session::Postgres(session)) => session.commit().await.map(|()| Pending::durable()),
            Err(_) => Err(DbError::Statement(
                "the transaction is still being read from".into(),
            )),
        }
    }
}
