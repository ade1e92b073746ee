//! The usual way to give seats on PostgreSQL, for comparison: one transaction an ask that locks the row of the class.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls, Statement};

/// Connections that ask at the same time: more only wait for each other.
const CONNECTIONS: usize = 64;
/// How long it is measured.
const FOR: Duration = Duration::from_secs(5);
/// Seats in each class: enough that none is full before the end.
const SEATS: i64 = 1_000_000;

const TABLES: &str = "
    DROP SCHEMA IF EXISTS row_locks CASCADE;
    CREATE SCHEMA row_locks;
    CREATE TABLE row_locks.class (id BIGINT PRIMARY KEY, capacity BIGINT NOT NULL, enrolled BIGINT NOT NULL,
      CHECK (enrolled <= capacity));
    CREATE TABLE row_locks.seat (class_id BIGINT NOT NULL, person_id BIGINT NOT NULL, queue BIGINT NOT NULL,
      UNIQUE (class_id, person_id));
    CREATE INDEX seat_person ON row_locks.seat (person_id);
    CREATE TABLE row_locks.event (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data TEXT NOT NULL)";

/// Seats given a second in so many classes, each durable when it is counted.
///
/// # Errors
/// When the database does not answer.
pub async fn per_second(database: &str, classes: i64) -> Result<f64, String> {
    let one = connect(database).await?;
    one.batch_execute(TABLES)
        .await
        .map_err(|error| error.to_string())?;
    for class in 0..classes {
        one.execute(
            "INSERT INTO row_locks.class VALUES ($1, $2, 0)",
            &[&class, &SEATS],
        )
        .await
        .map_err(|error| error.to_string())?;
    }
    let given = Arc::new(AtomicUsize::new(0));
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut asking = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let client = connect(database).await?;
        let (given, next) = (Arc::clone(&given), Arc::clone(&next));
        asking.push(tokio::spawn(async move {
            let statements = Statements::of(&client).await?;
            while started.elapsed() < FOR {
                let at = i64::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(0);
                statements.ask(&client, at % classes, at / classes).await?;
                given.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), tokio_postgres::Error>(())
        }));
    }
    for one in asking {
        let done = one.await.map_err(|error| error.to_string())?;
        done.map_err(|error| error.to_string())?;
    }
    let rate = given.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    one.batch_execute("DROP SCHEMA row_locks CASCADE")
        .await
        .map_err(|error| error.to_string())?;
    Ok(rate)
}

async fn connect(database: &str) -> Result<Client, String> {
    let (client, connection) = tokio_postgres::connect(database, NoTls)
        .await
        .map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    Ok(client)
}

/// The statements of one connection, prepared once.
struct Statements {
    lock: Statement,
    held: Statement,
    seat: Statement,
    count: Statement,
    event: Statement,
}

impl Statements {
    async fn of(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            lock: client
                .prepare("SELECT capacity, enrolled FROM row_locks.class WHERE id = $1 FOR UPDATE")
                .await?,
            held: client
                .prepare("SELECT class_id FROM row_locks.seat WHERE person_id = $1")
                .await?,
            seat: client
                .prepare("INSERT INTO row_locks.seat VALUES ($1, $2, $3)")
                .await?,
            count: client
                .prepare("UPDATE row_locks.class SET enrolled = enrolled + 1 WHERE id = $1")
                .await?,
            event: client
                .prepare("INSERT INTO row_locks.event (data) VALUES ($1)")
                .await?,
        })
    }

    /// One seat: lock the class, look at what the person holds, write seat, counter and event.
    async fn ask(&self, client: &Client, class: i64, person: i64) -> Result<(), tokio_postgres::Error> {
        client.batch_execute("BEGIN").await?;
        let row = client.query_one(&self.lock, &[&class]).await?;
        let (capacity, enrolled): (i64, i64) = (row.get(0), row.get(1));
        client.query(&self.held, &[&person]).await?;
        if enrolled < capacity {
            client
                .execute(&self.seat, &[&class, &person, &(enrolled + 1)])
                .await?;
            client.execute(&self.count, &[&class]).await?;
            client.execute(&self.event, &[&"a seat"]).await?;
        }
        client.batch_execute("COMMIT").await
    }
}
