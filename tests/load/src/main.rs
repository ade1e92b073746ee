//! Load for the bench: many keep-alive connections, plain HTTP/1.1, and the baseline they are compared with.
//!
//! `load hello` serves "hello" with axum; `load get` and `load seats` fire at an address and print one line of
//! figures: requests a second, statuses, p50, p99, and the CPU time of the server's process.
#![expect(clippy::print_stdout, reason = "the figures are this program's output")]

mod client;

use clap::{Parser, Subcommand};
use client::{Figures, Target};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Parser)]
#[command(name = "load", about = "Load for the bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves "hello" at every address, as the baseline.
    Hello {
        /// Address to listen at.
        #[arg(long, default_value = "127.0.0.1:8091")]
        listen: String,
    },
    /// Reads one address again and again.
    Get {
        #[command(flatten)]
        fire: Fire,
        /// Path with query.
        #[arg(long, default_value = "/")]
        path: String,
        /// Requests in all.
        #[arg(long, default_value_t = 100_000)]
        requests: usize,
    },
    /// Enrols each learner in each class: learner after learner in the first class, then in the next.
    Seats {
        #[command(flatten)]
        fire: Fire,
        /// File of bearer tokens, one a line (the last column counts).
        #[arg(long)]
        tokens: PathBuf,
        /// File of class ids, one a line.
        #[arg(long)]
        classes: PathBuf,
        /// At most so many requests.
        #[arg(long, default_value_t = usize::MAX)]
        requests: usize,
        /// Sends an Idempotency-Key with each request.
        #[arg(long)]
        keys: bool,
        /// Writes "token number, class, status" of every answer into this file, for counting after a crash.
        #[arg(long)]
        journal: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
struct Fire {
    /// Server, as `127.0.0.1:8080`.
    #[arg(long)]
    url: String,
    /// Connections held open.
    #[arg(long, default_value_t = 512)]
    connections: usize,
    /// Process of the server, to read its CPU time.
    #[arg(long)]
    pid: Option<u32>,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            println!("error: {why}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Hello { listen } => hello(&listen).await,
        Command::Get { fire, path, requests } => {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: br\r\n\r\n",
                fire.url
            );
            let target = Target {
                request: Box::new(move |at| (at < requests).then(|| request.clone())),
            };
            measure(&fire, target, None).await
        }
        Command::Seats {
            fire,
            tokens,
            classes,
            requests,
            keys,
            journal,
        } => {
            let target = seats(&fire.url, &lines(&tokens)?, lines(&classes)?, requests, keys);
            measure(&fire, target, journal.as_deref()).await
        }
    }
}

async fn hello(listen: &str) -> Result<(), String> {
    let routes = axum::Router::new().fallback(async || "hello");
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| format!("{listen}: {error}"))?;
    axum::serve(listener, routes)
        .await
        .map_err(|error| error.to_string())
}

fn lines(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let last_column = |line: &str| line.rsplit('\t').next().unwrap_or_default().trim().to_owned();
    let all: Vec<String> = text
        .lines()
        .map(last_column)
        .filter(|line| !line.is_empty())
        .collect();
    if all.is_empty() {
        return Err(format!("{}: no lines", path.display()));
    }
    Ok(all)
}

fn seats(url: &str, tokens: &[String], classes: Vec<String>, requests: usize, keys: bool) -> Target {
    let heads: Vec<String> = tokens
        .iter()
        .map(|token| {
            format!("Host: {url}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n")
        })
        .collect();
    let all = heads.len().saturating_mul(classes.len()).min(requests);
    let request = move |at: usize| {
        let head = heads.get(at % heads.len())?;
        let class = classes.get(at / heads.len())?;
        let key = if keys {
            format!("Idempotency-Key: load-{at}\r\n")
        } else {
            String::new()
        };
        (at < all).then(|| {
            format!("POST /api/v1/classes/{class}/enrollments HTTP/1.1\r\n{head}{key}Content-Length: 2\r\n\r\n{{}}")
        })
    };
    Target {
        request: Box::new(request),
    }
}

async fn measure(fire: &Fire, target: Target, journal: Option<&Path>) -> Result<(), String> {
    let before = fire.pid.and_then(cpu_ms);
    let figures = client::run(&fire.url, fire.connections, Arc::new(target)).await;
    let used = fire
        .pid
        .and_then(cpu_ms)
        .zip(before)
        .map(|(after, before)| after - before);
    if let Some(path) = journal {
        let text: String = figures
            .answers
            .iter()
            .map(|(at, status)| format!("{at}\t{status}\n"))
            .collect();
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    print(&figures, used);
    Ok(())
}

fn print(figures: &Figures, cpu_ms: Option<u64>) {
    let count = figures.answers.len();
    let seconds = figures.took.as_secs_f64();
    let statuses: Vec<String> = figures
        .statuses()
        .iter()
        .map(|(status, count)| format!("{status}:{count}"))
        .collect();
    let cpu = cpu_ms.map_or(String::new(), |ms| {
        format!(
            " cpu_us_per_request={:.2}",
            ms as f64 * 1000.0 / count.max(1) as f64
        )
    });
    println!(
        "requests={count} seconds={seconds:.3} per_second={:.0} statuses={} p50_ms={:.2} p99_ms={:.2} broken={}{cpu}",
        count as f64 / seconds,
        statuses.join(","),
        figures.percentile(50),
        figures.percentile(99),
        figures.broken
    );
}

/// CPU milliseconds of a process so far, in user and kernel, at 100 ticks a second.
fn cpu_ms(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = stat.rsplit(") ").next()?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some((user + kernel) * 10)
}
