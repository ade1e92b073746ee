//! PostgreSQL through a pool; a transaction never goes back to the pool open.

use crate::{DbError, DbResult, Row, Value};
use bytes::{BufMut, Bytes, BytesMut};
use deadpool_postgres::{Manager, ManagerConfig, Object, RecyclingMethod};
use futures_util::SinkExt;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

const CONNECTIONS: usize = 16;
const WAIT: Duration = Duration::from_secs(10);

pub(crate) struct Pool {
    pool: deadpool_postgres::Pool,
}

impl Pool {
    pub(crate) async fn open(url: &str) -> DbResult<Self> {
        let config: tokio_postgres::Config = url
            .parse()
            .map_err(|error| DbError::Unavailable(format!("数据库地址读不懂：{error}")))?;
        let manager = Manager::from_config(
            config,
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = deadpool_postgres::Pool::builder(manager)
            .max_size(CONNECTIONS)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .build()
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        let opened = Self { pool };
        drop(opened.client().await?);
        Ok(opened)
    }

    async fn client(&self) -> DbResult<Object> {
        self.pool
            .get()
            .await
            .map_err(|error| DbError::Unavailable(error.to_string()))
    }

    pub(crate) async fn rows(&self, text: &str, args: &[Value]) -> DbResult<Vec<Row>> {
        let client = self.client().await?;
        match rows(&client, text, args).await {
            // The table changed under a cached plan: plan once more.
            Err(Failure::Stale) => {
                client.statement_cache.clear();
                rows(&client, text, args).await.map_err(DbError::from)
            }
            other => other.map_err(DbError::from),
        }
    }

    pub(crate) async fn prepare(&self, text: &str) -> DbResult<Vec<String>> {
        let client = self.client().await?;
        let statement = client.prepare(text).await.map_err(|error| explain(&error))?;
        Ok(statement
            .columns()
            .iter()
            .map(|column| column.name().to_owned())
            .collect())
    }

    pub(crate) async fn outside_transaction(&self, sql: &str) -> DbResult<()> {
        self.client()
            .await?
            .batch_execute(sql)
            .await
            .map_err(|error| explain(&error))
    }

    pub(crate) async fn begin(&self) -> DbResult<Session> {
        let client = self.client().await?;
        let session = Session { client: Some(client) };
        session.batch("BEGIN").await?;
        Ok(session)
    }
}

enum Failure {
    Stale,
    Other(DbError),
}

impl From<Failure> for DbError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Stale => Self::Unavailable("a table changed while it was read; try again".into()),
            Failure::Other(error) => error,
        }
    }
}

async fn rows(client: &Object, text: &str, args: &[Value]) -> Result<Vec<Row>, Failure> {
    let fail = |error: tokio_postgres::Error| {
        let stale = error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED)
            && error
                .as_db_error()
                .is_some_and(|cause| cause.message().contains("cached plan"));
        if stale {
            Failure::Stale
        } else {
            Failure::Other(explain(&error))
        }
    };
    let statement = client.prepare_cached(text).await.map_err(fail)?;
    let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
    let found = client.query(&statement, &args).await.map_err(fail)?;
    let columns: Arc<[String]> = statement
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    found
        .iter()
        .map(|row| {
            let cells = (0..columns.len())
                .map(|at| cell(row, at))
                .collect::<DbResult<_>>()
                .map_err(Failure::Other)?;
            Ok(Row {
                columns: Arc::clone(&columns),
                cells,
            })
        })
        .collect()
}

fn cell(row: &tokio_postgres::Row, at: usize) -> DbResult<Value> {
    let column = row
        .columns()
        .get(at)
        .ok_or_else(|| DbError::Statement(format!("no column {at}")))?;
    let read = |error: tokio_postgres::Error| DbError::Statement(error.to_string());
    let value = match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(at).map_err(read)?.map(Value::Int),
        Type::INT4 => row
            .try_get::<_, Option<i32>>(at)
            .map_err(read)?
            .map(|n| Value::Int(n.into())),
        Type::INT2 => row
            .try_get::<_, Option<i16>>(at)
            .map_err(read)?
            .map(|n| Value::Int(n.into())),
        Type::BOOL => row.try_get::<_, Option<bool>>(at).map_err(read)?.map(Value::Bool),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => row
            .try_get::<_, Option<String>>(at)
            .map_err(read)?
            .map(Value::Text),
        Type::BYTEA => row
            .try_get::<_, Option<Vec<u8>>>(at)
            .map_err(read)?
            .map(Value::Blob),
        ref other => {
            return Err(DbError::Statement(format!(
                "column {} is {other}: write CAST(… AS BIGINT) or AS TEXT",
                column.name()
            )));
        }
    };
    Ok(value.unwrap_or(Value::Null))
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(number), &Type::INT8) => number.to_sql(ty, out),
            (Self::Int(number), &Type::INT4) => i32::try_from(*number)?.to_sql(ty, out),
            (Self::Int(number), &Type::INT2) => i16::try_from(*number)?.to_sql(ty, out),
            (Self::Bool(truth), &Type::BOOL) => truth.to_sql(ty, out),
            (
                Self::Text(_) | Self::Word(_),
                &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR | &Type::NAME | &Type::UNKNOWN,
            ) => self.text()?.to_sql(ty, out),
            (Self::Blob(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (Self::Ints(list), &Type::INT8_ARRAY) => list.to_sql(ty, out),
            (Self::Texts(list), &Type::TEXT_ARRAY | &Type::VARCHAR_ARRAY) => list.to_sql(ty, out),
            (value, _) => Err(format!("an argument is a {}, the column a {ty}", value.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A connection inside `BEGIN … COMMIT`.
pub(crate) struct Session {
    client: Option<Object>,
}

impl Session {
    fn client(&self) -> DbResult<&Object> {
        self.client
            .as_ref()
            .ok_or_else(|| DbError::Statement("the transaction has ended".into()))
    }

    pub(crate) async fn rows(&self, text: &str, args: &[Value]) -> DbResult<Vec<Row>> {
        rows(self.client()?, text, args).await.map_err(DbError::from)
    }

    pub(crate) async fn exec(&self, text: &str, args: &[Value]) -> DbResult<u64> {
        let client = self.client()?;
        let statement = client
            .prepare_cached(text)
            .await
            .map_err(|error| explain(&error))?;
        let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect();
        client
            .execute(&statement, &args)
            .await
            .map_err(|error| explain(&error))
    }

    pub(crate) async fn exec_many(&self, text: &str, rows: &[Vec<Value>]) -> DbResult<()> {
        let all = rows.iter().map(|row| self.exec(text, row));
        futures_util::future::try_join_all(all).await.map(drop)
    }

    pub(crate) async fn batch(&self, sql: &str) -> DbResult<()> {
        self.client()?
            .batch_execute(sql)
            .await
            .map_err(|error| explain(&error))
    }

    /// Advisory locks are numbers: 16 bits of the name's hash, 48 of the number (an id's random part).
    pub(crate) async fn lock(&self, name: &str, numbers: &[i64]) -> DbResult<()> {
        let space = name
            .bytes()
            .fold(0_i64, |hash, byte| (hash * 31 + i64::from(byte)) & 0x7fff)
            << 48;
        let keys = numbers.iter().map(|number| space | (number & 0xffff_ffff_ffff));
        // Sorted below the call, so that the locks are taken in this order whatever the plan is.
        self.rows(
            "SELECT count(held) FROM (SELECT pg_advisory_xact_lock(key) IS NULL AS held
               FROM (SELECT key FROM unnest(CAST($1 AS BIGINT[])) AS wanted (key) ORDER BY key OFFSET 0) AS sorted) AS locked",
            &[Value::Ints(keys.collect())],
        )
        .await?;
        Ok(())
    }

    pub(crate) async fn insert_many(
        &self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Value>],
    ) -> DbResult<()> {
        let sql = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
        let client = self.client()?;
        let sink = client
            .copy_in::<_, Bytes>(&sql)
            .await
            .map_err(|error| explain(&error))?;
        let mut sink = std::pin::pin!(sink);
        for chunk in rows.chunks(500) {
            let mut text = BytesMut::with_capacity(chunk.len() * 120);
            for row in chunk {
                copy_line(&mut text, row)?;
            }
            sink.send(text.freeze()).await.map_err(|error| explain(&error))?;
        }
        sink.finish().await.map(|_| ()).map_err(|error| explain(&error))
    }

    /// Commits in a task of its own, so that a caller who goes away cannot leave it half sent.
    pub(crate) async fn commit(mut self) -> DbResult<()> {
        let Some(client) = self.client.take() else {
            return Err(DbError::Statement("the transaction has ended".into()));
        };
        let work = tokio::spawn(async move {
            let done = client.batch_execute("COMMIT").await;
            if done.is_err() {
                drop(Object::take(client));
            }
            done
        });
        let done = work
            .await
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        done.map_err(|error| explain(&error))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if client.batch_execute("ROLLBACK").await.is_err() {
                    drop(Object::take(client));
                }
            });
        } else {
            drop(Object::take(client));
        }
    }
}

/// One line of `COPY … FROM STDIN` in its text format.
fn copy_line(out: &mut BytesMut, row: &[Value]) -> DbResult<()> {
    for (at, value) in row.iter().enumerate() {
        if at > 0 {
            out.put_u8(b'\t');
        }
        match value {
            Value::Null => out.put_slice(b"\\N"),
            Value::Int(number) => out.put_slice(number.to_string().as_bytes()),
            Value::Bool(truth) => out.put_u8(if *truth { b't' } else { b'f' }),
            Value::Text(_) | Value::Word(_) => copy_text(out, value.text()?),
            Value::Blob(bytes) => {
                out.put_slice(b"\\\\x");
                for byte in bytes {
                    out.put_slice(format!("{byte:02x}").as_bytes());
                }
            }
            Value::Ints(_) | Value::Texts(_) => {
                return Err(DbError::Statement("a list cannot be stored".into()));
            }
        }
    }
    out.put_u8(b'\n');
    Ok(())
}

fn copy_text(out: &mut BytesMut, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.put_slice(b"\\\\"),
            b'\n' => out.put_slice(b"\\n"),
            b'\r' => out.put_slice(b"\\r"),
            b'\t' => out.put_slice(b"\\t"),
            other => out.put_u8(other),
        }
    }
}

fn explain(error: &tokio_postgres::Error) -> DbError {
    let Some(cause) = error.as_db_error() else {
        // Lost connections have no cause; a misfit of argument and column has a source with words.
        return match std::error::Error::source(error) {
            Some(source) if !error.is_closed() && source.to_string().contains("an argument is a") => {
                DbError::Statement(source.to_string())
            }
            _ => DbError::Unavailable(error.to_string()),
        };
    };
    let code = cause.code();
    let message = cause.message().to_owned();
    if *code == SqlState::UNIQUE_VIOLATION {
        return DbError::Unique(cause.constraint().unwrap_or_default().to_owned());
    }
    if *code == SqlState::CHECK_VIOLATION || *code == SqlState::NOT_NULL_VIOLATION {
        return DbError::Check(message);
    }
    if *code == SqlState::FOREIGN_KEY_VIOLATION {
        return DbError::ForeignKey(message);
    }
    match code.code().get(..2) {
        // connection, transaction rollback (deadlock), resources, operator intervention, system
        Some("08" | "40" | "53" | "57" | "58") => DbError::Unavailable(message),
        _ => DbError::Statement(message),
    }
}
