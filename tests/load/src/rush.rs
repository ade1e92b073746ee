//! The opening minute: tens of thousands of people with open connections ask for few seats, on two processes that share
//! one PostgreSQL.

use crate::bench::{Bench, asks, words};
use crate::client;
use crate::desk;
use crate::locks;
use crate::server::{Server, command, get};
use std::path::Path;
use std::time::{Duration, Instant};

/// People who ask, each once and over a connection of their own.
const PEOPLE: usize = 36_000;
/// Classes they ask for.
const CLASSES: usize = 40;

/// Two servers of one kind, each with half of the people.
struct Pair {
    servers: [Server; 2],
}

/// What half of the people, fired from a process of their own, came to.
struct Half {
    took: Duration,
    broken: usize,
    words: String,
}

impl Pair {
    /// Fires at both at once, each half from a process of its own: a process may not hold enough files for all. Gives
    /// what each came to.
    async fn fire(
        &self,
        bench: &Bench<'_>,
        tokens: &[String],
        classes: &[String],
    ) -> Result<Vec<Half>, String> {
        let itself = std::env::current_exe().map_err(|error| error.to_string())?;
        let write = |name: String, lines: &[String]| {
            let path = bench.folder.path(&name);
            let written = std::fs::write(&path, lines.join("\n"));
            written.map(|()| path).map_err(|error| error.to_string())
        };
        let classes = write("classes".into(), classes)?;
        let mut firing = Vec::new();
        for (at, (server, own)) in self.servers.iter().zip(tokens.chunks(PEOPLE / 2)).enumerate() {
            let tokens = write(format!("tokens-{at}"), own)?;
            let (program, address, classes) = (itself.clone(), server.address.clone(), classes.clone());
            firing.push(tokio::task::spawn_blocking(move || {
                command(&program, &["people", &address, &tokens, &classes])
            }));
        }
        let mut halves = Vec::new();
        for one in firing {
            halves.push(read_half(&one.await.map_err(|error| error.to_string())??)?);
        }
        Ok(halves)
    }

    fn memory_kib(&self) -> u64 {
        self.servers.iter().map(Server::memory_kib).sum()
    }
}

fn read_half(said: &str) -> Result<Half, String> {
    let mut parts = said.trim().splitn(3, '\t');
    let mut next = || parts.next().ok_or_else(|| format!("not a result: {said}"));
    let number = |text: &str| text.parse::<usize>().map_err(|error| error.to_string());
    Ok(Half {
        took: Duration::from_millis(number(next()?)? as u64),
        broken: number(next()?)?,
        words: next()?.to_owned(),
    })
}

/// Half of the people, as a process of its own: opens all connections, asks, and says milliseconds from the first
/// connection to the last answer, broken connections, and the figures in words.
pub async fn people(address: &str, tokens: &Path, classes: &Path) -> Result<(), String> {
    let read = |path: &Path| -> Result<Vec<String>, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        Ok(text.lines().map(str::to_owned).collect())
    };
    let (tokens, classes) = (read(tokens)?, read(classes)?);
    let requests = asks(&tokens, &classes, tokens.len(), "");
    let started = Instant::now();
    let figures = client::run(address, tokens.len(), &requests).await;
    println!(
        "{}\t{}\t{}",
        started.elapsed().as_millis(),
        figures.broken,
        words(&figures)
    );
    Ok(())
}

/// Runs the rush against `database`, beside two bare servers.
pub async fn run(bench: &Bench<'_>, database: &str) -> Result<(), String> {
    let first = serve(bench, database, "first.log").await?;
    println!(
        "demonstration on PostgreSQL made and served after {:.1} s",
        first.ready_after.as_secs_f64()
    );
    let classes = bench.open_classes(&first, CLASSES).await?;
    let people = PEOPLE.to_string();
    let data = bench.folder.path("shared");
    let arguments = [
        "demo",
        "tokens",
        "--learners",
        &people,
        "--database",
        database,
        "--data",
        &data,
    ];
    let said = command(&bench.options.program, &arguments)?;
    let (people, tokens): (Vec<String>, Vec<String>) = said
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(person, token)| (person.to_owned(), token.to_owned()))
        .unzip();
    first.rests().await;
    beside_row_locks((bench, database), &first, (&people, &tokens)).await?;
    let bare = Pair {
        servers: [bench.hello("one.log").await?, bench.hello("two.log").await?],
    };
    let second = serve(bench, database, "second.log").await?;
    let base = bare.fire(bench, &tokens, &classes).await?;
    let pair = Pair {
        servers: [first, second],
    };
    let before = pair.memory_kib();
    let halves = pair.fire(bench, &tokens, &classes).await?;
    let held = pair.memory_kib().saturating_sub(before);
    for half in &halves {
        println!("  a process: {}", half.words);
    }
    let longest = |halves: &[Half]| halves.iter().map(|half| half.took).max().unwrap_or_default();
    let broken: usize = halves.iter().map(|half| half.broken).sum();
    println!(
        "{PEOPLE} people connect and ask at once for {CLASSES} classes, two processes: all answered after {:.2} s, {broken} broken; two bare servers answer as many after {:.2} s; memory grew by {:.1} KiB a connection",
        longest(&halves).as_secs_f64(),
        longest(&base).as_secs_f64(),
        held as f64 / PEOPLE as f64
    );
    check(bench, &pair, database, &classes).await?;
    if broken > 0 {
        return Err(format!("{broken} people got no answer"));
    }
    Ok(())
}

/// Seats at the desk and over HTTP from one process on PostgreSQL, beside the usual way: a transaction an ask that locks
/// the class.
async fn beside_row_locks(
    (bench, database): (&Bench<'_>, &str),
    server: &Server,
    (people, tokens): (&[String], &[String]),
) -> Result<(), String> {
    let classes = bench.open_classes(server, CLASSES * 3 + 1).await?;
    let data = bench.folder.path("shared");
    let ids = desk::ids::<()>(people)?;
    let raw: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
    let some = classes.get(CLASSES * 2..CLASSES * 3).unwrap_or_default();
    let one = classes.get(CLASSES * 3..).unwrap_or_default();
    let many = format!("{CLASSES} classes");
    for (what, classes) in [(many.as_str(), some), ("one class that everybody wants", one)] {
        let ids: Vec<i64> = desk::ids::<()>(classes)?.iter().map(|id| id.raw()).collect();
        let locked = locks::per_second(database, &raw, &ids).await?;
        let decided = desk::per_second((database, &data), people, classes).await?;
        println!(
            "seats in {what}, PostgreSQL, without HTTP: the desk {decided:.0} a second; one transaction a seat that locks the class's row: {} (limit 20 times)",
            locked.words(decided)
        );
    }
    server.rests().await;
    let others = classes.get(CLASSES..CLASSES * 2).unwrap_or_default();
    let requests = asks(tokens, others, tokens.len(), "");
    let (figures, each) = bench.fire(server, &requests).await;
    println!(
        "POST enrollments on PostgreSQL, one process: {} · CPU {each:.2} µs",
        words(&figures)
    );
    Ok(())
}

async fn serve(bench: &Bench<'_>, database: &str, log: &str) -> Result<Server, String> {
    let data = bench.folder.path("shared");
    let arguments = [
        "serve",
        "--demo",
        "--today",
        "2026-11-22",
        "--data",
        &data,
        "--database",
        database,
    ];
    Server::start(
        &bench.options.program,
        &arguments,
        "/readyz",
        &bench.folder.0.join(log),
    )
    .await
}

/// Every class that more people asked for than had seats is exactly full, and counters and rows agree.
async fn check(bench: &Bench<'_>, pair: &Pair, database: &str, classes: &[String]) -> Result<(), String> {
    // Both processes read each other's changes within a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let [first, _] = &pair.servers;
    let (mut full, mut waiting, mut wrong) = (0, 0, Vec::new());
    for id in classes {
        let Some((200, body)) = get(&first.address, &format!("/api/v1/classes/{id}"), None).await else {
            return Err(format!("class {id} did not answer"));
        };
        let class: serde_json::Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        let number = |name: &str| class.get(name).and_then(serde_json::Value::as_i64).unwrap_or(-1);
        let (capacity, enrolled, waits) = (number("capacity"), number("enrolled"), number("waitlisted"));
        full += usize::from(enrolled == capacity);
        waiting += waits;
        if enrolled > capacity || (waits > 0 && enrolled < capacity) {
            wrong.push(format!("{id}: {enrolled} of {capacity}, {waits} waiting"));
        }
    }
    let checked = command(
        &bench.options.program,
        &[
            "check",
            "--database",
            database,
            "--data",
            &bench.folder.path("shared"),
        ],
    );
    println!(
        "{full} of {} classes exactly full, {waiting} people waiting, {} wrong; counters and books: {}",
        classes.len(),
        wrong.len(),
        if checked.is_ok() { "agree" } else { "DISAGREE" }
    );
    checked?;
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; "))
    }
}
