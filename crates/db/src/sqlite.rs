//! SQLite: one writer, several readers, statements run on the calling thread.
//!
//! A point read takes about 2 µs on the calling thread and about 24 µs through a blocking pool. A commit only copies
//! into the system's memory; what takes long has threads of its own: `disk.rs` and `checkpoint.rs`.

use crate::disk::{Disk, Pending};
use crate::written::{Mark, Written};
use crate::{DbError, DbResult, Durability, Row, Value, checkpoint};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, ffi};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, Semaphore};

const READERS: usize = 4;
const CACHED_STATEMENTS: usize = 400;
/// So long who reads waits for the connection that writes; as a group of the seat desk takes, but not as an import does.
const SOON: Duration = Duration::from_millis(20);

pub(crate) struct Pool {
    writer: Arc<tokio::sync::Mutex<Writer>>,
    readers: Mutex<Vec<Connection>>,
    permits: Semaphore,
    disk: Option<Arc<Disk>>,
}

/// The only connection that writes.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    written: Written,
}

impl Pool {
    pub(crate) fn open(path: &Path, durability: Durability) -> DbResult<Self> {
        let writer = Writer {
            connection: connect(path, durability, true)?,
            written: Written::default(),
        };
        let readers = (0..READERS)
            .map(|_| connect(path, durability, false))
            .collect::<DbResult<Vec<_>>>()?;
        let writer = Arc::new(tokio::sync::Mutex::new(writer));
        let disk = match durability {
            Durability::Full => Some(Arc::new(disk_of(path, &writer)?)),
            Durability::Fast => None,
        };
        Ok(Self {
            disk,
            writer,
            readers: Mutex::new(readers),
            permits: Semaphore::new(READERS),
        })
    }

    pub(crate) async fn rows(&self, text: &str, args: &[Value]) -> DbResult<Vec<Row>> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| DbError::Unavailable("the database is closed".into()))?;
        self.with_reader(|connection| rows(connection, text, args))
    }

    /// As [`Pool::rows`], through the connection that writes if it is free soon.
    pub(crate) async fn warm_rows(&self, text: &str, args: &[Value]) -> DbResult<Vec<Row>> {
        // Nothing is written outside a transaction: a reader refuses it.
        if !only_reads(text) {
            return self.rows(text, args).await;
        }
        match tokio::time::timeout(SOON, self.writer.lock()).await {
            Ok(writer) => rows(&writer.connection, text, args),
            Err(_) => self.rows(text, args).await,
        }
    }

    pub(crate) fn prepare(&self, text: &str) -> DbResult<Vec<String>> {
        self.with_reader(|connection| {
            let statement = connection
                .prepare(text)
                .map_err(|error| explain(connection, &error))?;
            Ok(statement.column_names().map(str::to_owned).collect())
        })
    }

    /// What does not hold together in the file: pages, indexes, rows that point at nothing. At most twenty findings of each kind.
    pub(crate) fn damage(&self) -> DbResult<Vec<String>> {
        self.with_reader(|connection| {
            let look = || {
                let mut pages = connection.prepare("PRAGMA integrity_check(20)")?;
                let pages = pages.query_map([], |row| row.get::<_, String>(0))?;
                let mut found = pages.collect::<Result<Vec<_>, _>>()?;
                found.retain(|line| line != "ok");
                let orphans =
                    "SELECT \"table\" || ' → ' || \"parent\" FROM pragma_foreign_key_check LIMIT 20";
                let mut orphans = connection.prepare(orphans)?;
                let orphans = orphans.query_map([], |row| row.get::<_, String>(0))?;
                found.extend(orphans.collect::<Result<Vec<_>, _>>()?);
                Ok(found)
            };
            look().map_err(|error| explain(connection, &error))
        })
    }

    pub(crate) fn copy_to(&self, path: &Path) -> DbResult<()> {
        self.with_reader(|connection| {
            connection
                .backup("main", path, None::<fn(rusqlite::backup::Progress)>)
                .map_err(|error| explain(connection, &error))
        })
    }

    fn with_reader<T>(&self, work: impl FnOnce(&Connection) -> DbResult<T>) -> DbResult<T> {
        let reader = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader =
            reader.ok_or_else(|| DbError::Unavailable("every reading connection is in use".into()))?;
        let result = work(&reader);
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        result
    }

    pub(crate) async fn begin(&self) -> DbResult<Session> {
        let guard = Arc::clone(&self.writer).lock_owned().await;
        if let Some(disk) = &self.disk {
            disk.check()?;
        }
        guard
            .connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(|error| explain(&guard.connection, &error))?;
        Ok(Session {
            writer: Mutex::new(Some(guard)),
            disk: self.disk.clone(),
        })
    }
}

/// The threads that make commits durable and keep the log short.
fn disk_of(path: &Path, writer: &Arc<tokio::sync::Mutex<Writer>>) -> DbResult<Disk> {
    let (synced, committed) = std::sync::mpsc::sync_channel(1);
    let own = connect(path, Durability::Full, true)?;
    checkpoint::start(own, Arc::clone(writer), committed)
        .map_err(|error| DbError::Unavailable(error.to_string()))?;
    Disk::start(path, synced)
}

fn connect(path: &Path, durability: Durability, writes: bool) -> DbResult<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| DbError::Unavailable(format!("{}: {error}", path.display())))?;
    // 0: `checkpoint.rs` does it; otherwise in a commit, at as many pages.
    let (synchronous, checkpoint_at) = match durability {
        Durability::Full => ("NORMAL", 0),
        Durability::Fast => ("OFF", 1_000),
    };
    // Who writes keeps what it touches in memory: of a mapped page the log is asked anew each time. A reader forgets all
    // after each commit of another.
    let (query_only, cache_kib, mapped) = if writes {
        ("OFF", 32_000, 0)
    } else {
        ("ON", 64_000, 256 << 20)
    };
    let pragmas = format!(
        "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};
         PRAGMA foreign_keys=ON; PRAGMA case_sensitive_like=ON; PRAGMA temp_store=MEMORY;
         PRAGMA cache_size=-{cache_kib}; PRAGMA mmap_size={mapped}; PRAGMA wal_autocheckpoint={checkpoint_at};
         PRAGMA query_only={query_only};"
    );
    connection
        .execute_batch(&pragmas)
        .map_err(|error| explain(&connection, &error))?;
    // One plan for a statement, whatever it is asked for: otherwise it is planned anew for each argument.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| explain(&connection, &error))?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// The writer, held by one transaction.
pub(crate) struct Session {
    writer: Mutex<Option<OwnedMutexGuard<Writer>>>,
    disk: Option<Arc<Disk>>,
}

impl Session {
    fn with<T>(&self, work: impl FnOnce(&mut Writer) -> DbResult<T>) -> DbResult<T> {
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = guard
            .as_deref_mut()
            .ok_or_else(|| DbError::Statement("the transaction has ended".into()))?;
        work(writer)
    }

    pub(crate) fn rows(&self, text: &str, args: &[Value]) -> DbResult<Vec<Row>> {
        self.with(|Writer { connection, written }| {
            if !only_reads(text) {
                written.note(text);
            }
            rows(connection, text, args)
        })
    }

    pub(crate) fn mark(&self, tables: &[&str]) -> DbResult<Mark> {
        self.with(|Writer { connection, written }| {
            let others = || {
                let mut statement = connection.prepare_cached("PRAGMA data_version")?;
                statement.query_row([], |row| row.get(0))
            };
            Ok(Mark {
                others: others().map_err(|error| explain(connection, &error))?,
                written: written.of(tables),
            })
        })
    }

    pub(crate) fn exec(&self, text: &str, args: &[Value]) -> DbResult<u64> {
        self.with(|Writer { connection, written }| {
            written.note(text);
            let run = || {
                let mut statement = connection.prepare_cached(text)?;
                statement.execute(rusqlite::params_from_iter(args))
            };
            run()
                .map(|touched| touched as u64)
                .map_err(|error| explain(connection, &error))
        })
    }

    pub(crate) fn batch(&self, sql: &str) -> DbResult<()> {
        self.with(|Writer { connection, written }| {
            // Several statements, of which only the first would be looked at.
            written.note_anything();
            connection
                .execute_batch(sql)
                .map_err(|error| explain(connection, &error))
        })
    }

    pub(crate) fn insert_many(&self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> DbResult<()> {
        let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            columns.join(", "),
            places.join(", ")
        );
        self.with(|Writer { connection, written }| {
            written.note_table(table);
            let run = || {
                let mut statement = connection.prepare_cached(&sql)?;
                for row in rows {
                    statement.execute(rusqlite::params_from_iter(row))?;
                }
                Ok(())
            };
            run().map_err(|error| explain(connection, &error))
        })
    }

    /// Commits; what is given back waits for the disk.
    pub(crate) fn commit(self) -> DbResult<Pending> {
        let guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(guard) = guard else {
            return Err(DbError::Statement("the transaction has ended".into()));
        };
        let connection = &guard.connection;
        if let Err(error) = connection.execute_batch("COMMIT") {
            let explained = explain(connection, &error);
            roll_back(connection);
            return Err(explained);
        }
        Ok(self
            .disk
            .as_ref()
            .map_or_else(Pending::durable, |disk| disk.ask()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let guard = self
            .writer
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(guard) = guard {
            roll_back(&guard.connection);
        }
    }
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "rollback");
    }
}

fn rows(connection: &Connection, text: &str, args: &[Value]) -> DbResult<Vec<Row>> {
    let run = || {
        let mut statement = connection.prepare_cached(text)?;
        let mut found = statement.query(rusqlite::params_from_iter(args))?;
        let mut columns: Arc<[String]> = Arc::new([]);
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            if rows.is_empty() {
                // Only after the first step: a cached statement is planned again when its table changed.
                columns = row.as_ref().column_names().map(str::to_owned).collect();
            }
            let cells = (0..columns.len())
                .map(|at| row.get_ref(at).map(cell))
                .collect::<Result<_, _>>()?;
            rows.push(Row {
                columns: Arc::clone(&columns),
                cells,
            });
        }
        Ok(rows)
    };
    run().map_err(|error| explain(connection, &error))
}

/// Whether a statement writes nothing for certain: what is written may give rows too (`RETURNING`).
fn only_reads(text: &str) -> bool {
    text.trim_start().starts_with("SELECT")
}

fn cell(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::Value as Lite;
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Lite::Null),
            Self::Int(number) => ToSqlOutput::Owned(Lite::Integer(*number)),
            Self::Bool(truth) => ToSqlOutput::Owned(Lite::Integer(i64::from(*truth))),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Word(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Ints(list) => ToSqlOutput::Owned(Lite::Text(json(list)?)),
            Self::Texts(list) => ToSqlOutput::Owned(Lite::Text(json(list)?)),
        })
    }
}

fn json<T: serde::Serialize>(list: &[T]) -> rusqlite::Result<String> {
    serde_json::to_string(list).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn explain(connection: &Connection, error: &rusqlite::Error) -> DbError {
    let rusqlite::Error::SqliteFailure(code, message) = error else {
        return DbError::Statement(error.to_string());
    };
    let message = message.clone().unwrap_or_else(|| code.to_string());
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            DbError::Unique(unique_index(connection, &message))
        }
        ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_NOTNULL => DbError::Check(message),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => DbError::ForeignKey(message),
        _ => match code.code {
            rusqlite::ErrorCode::DatabaseBusy
            | rusqlite::ErrorCode::DatabaseLocked
            | rusqlite::ErrorCode::DiskFull
            | rusqlite::ErrorCode::CannotOpen
            | rusqlite::ErrorCode::SystemIoFailure
            | rusqlite::ErrorCode::ReadOnly => DbError::Unavailable(message),
            _ => DbError::Statement(message),
        },
    }
}

/// SQLite names the columns, PostgreSQL the index: finds the index by its columns. An index of an expression SQLite names too.
fn unique_index(connection: &Connection, message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let named = columns
        .strip_prefix("index '")
        .and_then(|name| name.strip_suffix('\''));
    if let Some(name) = named {
        return name.to_owned();
    }
    let Some(table) = columns.split('.').next() else {
        return columns.to_owned();
    };
    let wanted: Vec<&str> = columns
        .split(", ")
        .filter_map(|column| column.rsplit('.').next())
        .collect();
    let find = || -> rusqlite::Result<Option<String>> {
        let mut indexes =
            connection.prepare("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1")?;
        let names = indexes
            .query_map([table], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        for name in names {
            let mut info = connection.prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
            let has = info
                .query_map([&name], |row| row.get::<_, Option<String>>(0))?
                .collect::<Result<Vec<_>, _>>()?;
            // An expression has no name.
            if has
                .iter()
                .map(Option::as_deref)
                .eq(wanted.iter().copied().map(Some))
            {
                return Ok(Some(name));
            }
        }
        Ok(None)
    };
    find().ok().flatten().unwrap_or_else(|| columns.to_owned())
}
