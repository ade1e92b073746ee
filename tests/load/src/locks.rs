//! The usual way to give seats on PostgreSQL, for comparison: one transaction an ask that locks the row of the class.
//!
//! Three forms of it, so that nobody need argue which is fair: with the least tables that it could have; writing the rows
//! that the product keeps, into copies of its tables with their indexes; and with its events on a chain, as the product
//! has them, where each waits for the one before to be on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

/// Connections that ask at the same time: more only wait for each other.
const CONNECTIONS: usize = 64;
/// How long each form is measured.
const FOR: Duration = Duration::from_secs(5);
/// Seats in each class: enough that none is full before the end.
const SEATS: i64 = 1_000_000;
/// Ids of new rows begin here, above all that the product gave.
const FIRST_ID: i64 = 1 << 62;

/// How much an ask has to write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Least,
    SameRows,
    SameRowsAndChain,
}

/// Seats given a second in each form.
pub struct Rates {
    /// With the least tables.
    pub least: f64,
    /// With the rows of the product.
    pub same_rows: f64,
    /// With the rows of the product and its chain of events.
    pub chain: f64,
}

impl Rates {
    /// The figures in words, each with how many times as many `decided` is.
    pub fn words(&self, decided: f64) -> String {
        let beside =
            |what: &str, rate: f64| format!("{what} {rate:.0} a second ({:.1} times)", decided / rate);
        [
            beside("with the least tables", self.least),
            beside("writing the same rows", self.same_rows),
            beside("writing the same rows and the chain of events", self.chain),
        ]
        .join(", ")
    }
}

const LEAST: &str = "
    CREATE TABLE row_locks.class (id BIGINT PRIMARY KEY, capacity BIGINT NOT NULL, enrolled BIGINT NOT NULL,
      CHECK (enrolled <= capacity));
    CREATE TABLE row_locks.seat (class_id BIGINT NOT NULL, person_id BIGINT NOT NULL, queue BIGINT NOT NULL,
      UNIQUE (class_id, person_id));
    CREATE INDEX seat_person ON row_locks.seat (person_id);
    CREATE TABLE row_locks.event (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data TEXT NOT NULL);";

/// Copies of the product's tables, filled as they are, with all indexes and checks.
const SAME: &str = "
    CREATE TABLE row_locks.class (LIKE public.class INCLUDING ALL);
    INSERT INTO row_locks.class SELECT * FROM public.class;
    CREATE TABLE row_locks.enrollment (LIKE public.enrollment INCLUDING ALL);
    INSERT INTO row_locks.enrollment SELECT * FROM public.enrollment;
    CREATE TABLE row_locks.event (LIKE public.event INCLUDING ALL);
    INSERT INTO row_locks.event SELECT * FROM public.event;
    CREATE TABLE row_locks.chain (one BIGINT PRIMARY KEY, hash TEXT NOT NULL);
    INSERT INTO row_locks.chain VALUES (1, '');
    ANALYZE row_locks.class; ANALYZE row_locks.enrollment; ANALYZE row_locks.event;";

/// Seats given a second by row locks to these people in these classes, each durable when it is counted.
///
/// # Errors
/// When the database does not answer, or an id is none.
pub async fn per_second(database: &str, people: &[i64], classes: &[i64]) -> Result<Rates, String> {
    let measure = async |form| one_form(database, form, people, classes).await;
    Ok(Rates {
        least: measure(Form::Least).await?,
        same_rows: measure(Form::SameRows).await?,
        chain: measure(Form::SameRowsAndChain).await?,
    })
}

async fn one_form(database: &str, form: Form, people: &[i64], classes: &[i64]) -> Result<f64, String> {
    let text = |error: tokio_postgres::Error| error.to_string();
    let one = connect(database).await?;
    one.batch_execute("DROP SCHEMA IF EXISTS row_locks CASCADE; CREATE SCHEMA row_locks;")
        .await
        .map_err(text)?;
    if form == Form::Least {
        one.batch_execute(LEAST).await.map_err(text)?;
        for class in classes {
            let row: [&(dyn ToSql + Sync); 2] = [class, &SEATS];
            one.execute("INSERT INTO row_locks.class VALUES ($1, $2, 0)", &row)
                .await
                .map_err(text)?;
        }
    } else {
        one.batch_execute(SAME).await.map_err(text)?;
        one.execute("UPDATE row_locks.class SET capacity = $1", &[&SEATS])
            .await
            .map_err(text)?;
    }
    let rate = ask_all(database, form, people, classes).await?;
    one.batch_execute("DROP SCHEMA row_locks CASCADE")
        .await
        .map_err(text)?;
    Ok(rate)
}

async fn ask_all(database: &str, form: Form, people: &[i64], classes: &[i64]) -> Result<f64, String> {
    let (given, next) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (people, classes): (Arc<[i64]>, Arc<[i64]>) = (people.into(), classes.into());
    let started = Instant::now();
    let mut asking = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let client = connect(database).await?;
        let (given, next) = (Arc::clone(&given), Arc::clone(&next));
        let (people, classes) = (Arc::clone(&people), Arc::clone(&classes));
        asking.push(tokio::spawn(async move {
            let statements = Statements::of(&client, form).await?;
            while started.elapsed() < FOR {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let (Some(person), Some(class)) = (people.get(at), classes.get(at % classes.len())) else {
                    break;
                };
                if statements.ask(&client, form, at, (*class, *person)).await? {
                    given.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok::<(), tokio_postgres::Error>(())
        }));
    }
    for one in asking {
        let done = one.await.map_err(|error| error.to_string())?;
        done.map_err(|error| error.to_string())?;
    }
    Ok(given.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
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
    /// Takes the end of the chain, and writes the new end.
    chain: Option<(Statement, Statement)>,
}

/// As `enrollment_alive` and `event_pkey` have them: what a seat writes besides its ids.
const SEAT: &str = "INSERT INTO row_locks.enrollment
      (id, class_id, term_id, org_id, person_id, status, live, queue, money, channel, actor_person, rule_version,
       created_at, changed_at, seated_on, pool, due_fen)
    SELECT $1, c.id, c.term_id, c.org_id, $2, 'confirmed', TRUE, $3, 'none', 'api', $2, 'enrollment-rules/1',
       '2026-11-22T01:00:00.000Z', '2026-11-22T01:00:00.000Z', '2026-11-22', 'open', 0
    FROM row_locks.class c WHERE c.id = $4 ON CONFLICT DO NOTHING";
const EVENT: &str = "INSERT INTO row_locks.event
      (id, at, kind, subject_kind, subject_id, org_id, actor_person, on_behalf_of, channel, request, data, hash)
    SELECT $1, '2026-11-22T01:00:00.000Z', 'enrollment.confirmed', 'enrollment', $1, c.org_id, $2, $2, 'api', 'seat-desk',
       '{\"class\":\"0000000000000\",\"rules\":\"enrollment-rules/1\",\"status\":\"confirmed\"}', $3
    FROM row_locks.class c WHERE c.id = $4";

impl Statements {
    async fn of(client: &Client, form: Form) -> Result<Self, tokio_postgres::Error> {
        let least = form == Form::Least;
        let chain = if form == Form::SameRowsAndChain {
            Some((
                client
                    .prepare("SELECT hash FROM row_locks.chain WHERE one = 1 FOR UPDATE")
                    .await?,
                client
                    .prepare("UPDATE row_locks.chain SET hash = $1 WHERE one = 1")
                    .await?,
            ))
        } else {
            None
        };
        let held = if least {
            "SELECT class_id FROM row_locks.seat WHERE person_id = $1"
        } else {
            "SELECT e.class_id, e.status, e.term_id, p.birth FROM public.person p
             LEFT JOIN row_locks.enrollment e ON e.person_id = p.id AND e.live = TRUE WHERE p.id = $1"
        };
        Ok(Self {
            lock: client
                .prepare("SELECT capacity, enrolled FROM row_locks.class WHERE id = $1 FOR UPDATE")
                .await?,
            held: client.prepare(held).await?,
            seat: client
                .prepare(if least {
                    "INSERT INTO row_locks.seat VALUES ($4, $2, $3 + 0 * CAST($1 AS BIGINT))"
                } else {
                    SEAT
                })
                .await?,
            count: client
                .prepare("UPDATE row_locks.class SET enrolled = enrolled + 1 WHERE id = $1")
                .await?,
            event: client
                .prepare(if least {
                    "INSERT INTO row_locks.event (data) VALUES ($1)"
                } else {
                    EVENT
                })
                .await?,
            chain,
        })
    }

    /// One seat: lock the class, look at what the person holds, write seat, counter and event. False when the person had
    /// it already.
    async fn ask(
        &self,
        client: &Client,
        form: Form,
        at: usize,
        (class, person): (i64, i64),
    ) -> Result<bool, tokio_postgres::Error> {
        let id = FIRST_ID + i64::try_from(at).unwrap_or(0);
        client.batch_execute("BEGIN").await?;
        let row = client.query_one(&self.lock, &[&class]).await?;
        let (capacity, enrolled): (i64, i64) = (row.get(0), row.get(1));
        client.query(&self.held, &[&person]).await?;
        let mut given = 0;
        if enrolled < capacity {
            given = client
                .execute(&self.seat, &[&id, &person, &(enrolled + 1), &class])
                .await?;
        }
        if given > 0 {
            client.execute(&self.count, &[&class]).await?;
            if form == Form::Least {
                client.execute(&self.event, &[&"a seat"]).await?;
            } else {
                self.tell(client, id, (class, person)).await?;
            }
        }
        client.batch_execute("COMMIT").await?;
        Ok(given > 0)
    }

    /// Writes the event with a hash as long as the product's; with the chain, the end of it is held until the commit.
    async fn tell(
        &self,
        client: &Client,
        id: i64,
        (class, person): (i64, i64),
    ) -> Result<(), tokio_postgres::Error> {
        let hash = format!("{id:064x}");
        if let Some((end, _)) = &self.chain {
            client.query_one(end, &[]).await?;
        }
        client
            .execute(&self.event, &[&id, &person, &hash, &class])
            .await?;
        if let Some((_, next)) = &self.chain {
            client.execute(next, &[&hash]).await?;
        }
        Ok(())
    }
}
