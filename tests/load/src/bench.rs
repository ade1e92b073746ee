//! The parts of the bench that compare with the baseline.

use crate::client::{self, Figures, Requests};
use crate::figures;
use crate::kill;
use crate::rush;
use crate::server::{Folder, Server, command, get};
use crate::{BenchOptions, Part};
use std::sync::Arc;
use std::time::Duration;

/// Requests for a page in one turn.
const READS: usize = 40_000;
/// Turns of baseline and product.
const ROUNDS: usize = 5;
/// Between two turns that write; shorter than messages of a rush wait.
const PAUSE: Duration = Duration::from_secs(1);
/// Learners who ask for seats.
const LEARNERS: usize = 36_000;
/// Classes that each of them asks for.
const WISHES: usize = 3;
/// The baseline is fired at as often as the seat desk.
const ASKS: usize = LEARNERS * WISHES;

/// What the parts share.
pub struct Bench<'a> {
    pub options: &'a BenchOptions,
    pub folder: Folder,
    hello: Server,
}

/// Runs the parts asked for.
pub async fn run(options: &BenchOptions) -> Result<(), String> {
    let folder = Folder::within(&options.within, "bench")?;
    let itself = std::env::current_exe().map_err(|error| error.to_string())?;
    let hello = Server::start(&itself, &["hello"], "/", &folder.0.join("hello.log")).await?;
    let bench = Bench {
        options,
        folder,
        hello,
    };
    let wanted = |part| options.parts.is_empty() || options.parts.contains(&part);
    if wanted(Part::Figures) {
        figures::run(options, &bench.folder).await?;
    }
    if options.parts == [Part::Figures] {
        return Ok(());
    }
    let first = bench.serve().await?;
    println!(
        "demonstration made and served after {:.2} s",
        first.ready_after.as_secs_f64()
    );
    first.kill();
    if wanted(Part::Start) {
        bench.start().await?;
    }
    if wanted(Part::Catalogue) {
        bench.catalogue().await?;
    }
    if wanted(Part::Seats) {
        bench.seats().await?;
    }
    if wanted(Part::Kill) {
        kill::run(&bench).await?;
    }
    if let Some(database) = options.database.as_deref().filter(|_| wanted(Part::Rush)) {
        rush::run(&bench, database).await?;
    }
    Ok(())
}

impl Bench<'_> {
    /// Starts the product on the bench's data.
    pub async fn serve(&self) -> Result<Server, String> {
        let data = self.folder.path("data");
        let log = self.folder.0.join("server.log");
        let arguments = ["serve", "--demo", "--today", "2026-11-22", "--data", &data];
        Server::start(&self.options.program, &arguments, "/readyz", &log).await
    }

    /// Another bare server.
    pub async fn hello(&self, log: &str) -> Result<Server, String> {
        let itself = std::env::current_exe().map_err(|error| error.to_string())?;
        Server::start(&itself, &["hello"], "/", &self.folder.0.join(log)).await
    }

    /// Fires at a server and gives the figures with CPU µs a request.
    pub async fn fire(&self, server: &Server, requests: &Requests) -> (Figures, f64) {
        let before = server.cpu_ms();
        let figures = client::run(&server.address, self.options.connections, requests).await;
        let used = server.cpu_ms() - before;
        let each = used as f64 * 1000.0 / figures.answers.len().max(1) as f64;
        (figures, each)
    }

    /// Bearer tokens of so many learners.
    pub fn tokens(&self, learners: usize) -> Result<Vec<String>, String> {
        let (data, count) = (self.folder.path("data"), learners.to_string());
        let said = command(
            &self.options.program,
            &["demo", "tokens", "--learners", &count, "--data", &data],
        )?;
        let tokens = said
            .lines()
            .filter_map(|line| Some(line.split_once('\t')?.1.to_owned()));
        Ok(tokens.collect())
    }

    /// Ids of classes with seats that are open now.
    pub async fn open_classes(&self, server: &Server, most: usize) -> Result<Vec<String>, String> {
        let mut ids = Vec::new();
        let mut cursor = String::new();
        while ids.len() < most {
            let path = format!("/api/v1/classes?open=1&limit=200{cursor}");
            let Some((200, body)) = get(&server.address, &path, None).await else {
                return Err(format!("{path} did not answer"));
            };
            let page: serde_json::Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
            let items = page.get("items").and_then(|items| items.as_array());
            ids.extend(
                items
                    .into_iter()
                    .flatten()
                    .filter_map(|item| Some(item.get("id")?.as_str()?.to_owned())),
            );
            match page.get("next").and_then(|next| next.as_str()) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        ids.truncate(most);
        if ids.is_empty() {
            Err("no class is open".into())
        } else {
            Ok(ids)
        }
    }

    async fn start(&self) -> Result<(), String> {
        for _ in 0..3 {
            let server = self.serve().await?;
            println!(
                "started on filled data, catalogue ready, after {:.2} s; {} MiB",
                server.ready_after.as_secs_f64(),
                server.memory_kib() / 1024
            );
        }
        Ok(())
    }

    async fn catalogue(&self) -> Result<(), String> {
        let server = self.serve().await?;
        server.rests().await;
        for path in ["/classes", "/api/v1/classes?limit=30"] {
            let page: Requests = {
                let request =
                    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n");
                Arc::new(move |at| (at < READS).then(|| request.clone()))
            };
            // In turns, so that a machine whose speed wavers is as fast for one as for the other.
            let (mut bare, mut each, mut last) = (0.0, 0.0, String::new());
            for _ in 0..ROUNDS {
                bare += self.fire(&self.hello, &page).await.1 / ROUNDS as f64;
                let (figures, used) = self.fire(&server, &page).await;
                each += used / ROUNDS as f64;
                last = words(&figures);
            }
            println!(
                "GET {path}: CPU {each:.2} µs a request, hello {bare:.2} µs: {:.0} % of hello (limit 60 %); in {ROUNDS} turns, the last: {last}",
                bare / each * 100.0
            );
        }
        Ok(())
    }

    /// First what each learner asks first, when the program does not know who they are; then what they ask further. In turns
    /// with the baseline, so that a machine whose speed wavers is as fast for one as for the other.
    async fn seats(&self) -> Result<(), String> {
        let server = self.serve().await?;
        server.rests().await;
        let classes = self.open_classes(&server, 40).await?;
        let asks = asks(&self.tokens(LEARNERS)?, &classes, ASKS, "");
        for (name, from, to) in [("first asks", 0, LEARNERS), ("further asks", LEARNERS, ASKS)] {
            let (mut bare, mut desk) = (Turns::default(), Turns::default());
            let some = (to - from) / ROUNDS;
            for from in (from..to).step_by(some) {
                let all = Arc::clone(&asks);
                let some: Requests = Arc::new(move |at| (at < some).then(|| all(from + at)).flatten());
                bare.add(self.fire(&self.hello, &some).await);
                desk.add(self.fire(&server, &some).await);
                // What the disk still has to do is not the baseline's.
                tokio::time::sleep(PAUSE).await;
            }
            println!("POST to hello: {bare}");
            println!(
                "POST enrollments, durable, {name}: {desk} · {:.0} % of hello by rate, {:.0} % by CPU (limit 35 %)",
                desk.per_second() / bare.per_second() * 100.0,
                bare.cpu() / desk.cpu() * 100.0
            );
        }
        Ok(())
    }
}

/// What several turns came to together.
#[derive(Default)]
struct Turns {
    asks: usize,
    seconds: f64,
    cpu_us: f64,
    last: String,
}

impl Turns {
    fn add(&mut self, (figures, each): (Figures, f64)) {
        self.asks += figures.answers.len();
        self.seconds += figures.took.as_secs_f64();
        self.cpu_us += each * figures.answers.len() as f64;
        self.last = words(&figures);
    }

    fn per_second(&self) -> f64 {
        self.asks as f64 / self.seconds.max(0.001)
    }

    /// CPU µs a request.
    fn cpu(&self) -> f64 {
        self.cpu_us / self.asks.max(1) as f64
    }
}

impl std::fmt::Display for Turns {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{:.0} a second, CPU {:.2} µs; in {ROUNDS} turns, the last: {}",
            self.per_second(),
            self.cpu(),
            self.last
        )
    }
}

/// Each learner asks for one class after another; neighbours in time ask for different classes.
pub fn asks(tokens: &[String], classes: &[String], most: usize, note: &str) -> Requests {
    let heads: Vec<String> = tokens
        .iter()
        .map(|token| {
            format!(
                "Host: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n{note}"
            )
        })
        .collect();
    let classes = classes.to_vec();
    Arc::new(move |at| {
        let head = heads.get(at % heads.len())?;
        let class = classes.get((at % heads.len() + at / heads.len() * 7) % classes.len())?;
        (at < most).then(|| {
            format!(
                "POST /api/v1/classes/{class}/enrollments HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n{{}}"
            )
        })
    })
}

/// The class of the ask with this number.
pub fn class_of(at: usize, learners: usize, classes: usize) -> usize {
    (at % learners + at / learners * 7) % classes
}

/// Figures in words.
pub fn words(figures: &Figures) -> String {
    let statuses: Vec<String> = figures
        .statuses()
        .iter()
        .map(|(status, count)| format!("{status} × {count}"))
        .collect();
    format!(
        "{} in {:.2} s, {:.0} a second ({}), p50 {:.1} ms, p99 {:.1} ms, {} broken",
        figures.answers.len(),
        figures.took.as_secs_f64(),
        figures.per_second(),
        statuses.join(", "),
        figures.percentile(50),
        figures.percentile(99),
        figures.broken
    )
}
