//! A small HTTP/1.1 client: one request at a time on each connection, answers read by Content-Length.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What to fire.
pub struct Target {
    /// The request of each number from 0; `None` after the last.
    pub request: Box<dyn Fn(usize) -> Option<String> + Send + Sync>,
}

/// What came of it.
pub struct Figures {
    /// Number and status of each answered request.
    pub answers: Vec<(usize, u16)>,
    /// Milliseconds of each answer, sorted.
    waits: Vec<f64>,
    /// Connections that broke.
    pub broken: usize,
    /// From the first request to the last answer.
    pub took: Duration,
}

impl Figures {
    /// How many answers had each status.
    pub fn statuses(&self) -> BTreeMap<u16, usize> {
        let mut all = BTreeMap::new();
        for (_, status) in &self.answers {
            *all.entry(*status).or_insert(0) += 1;
        }
        all
    }

    /// Milliseconds within which so many percent were answered.
    pub fn percentile(&self, percent: usize) -> f64 {
        let at = self.waits.len().saturating_sub(1) * percent / 100;
        self.waits.get(at).copied().unwrap_or(0.0)
    }
}

/// Fires all requests over this many connections.
pub async fn run(address: &str, connections: usize, target: Arc<Target>) -> Figures {
    let next = Arc::new(AtomicUsize::new(0));
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        if let Ok(stream) = TcpStream::connect(address).await {
            let _ = stream.set_nodelay(true);
            open.push(stream);
        }
    }
    let missing = connections - open.len();
    let started = Instant::now();
    let tasks: Vec<_> = open
        .into_iter()
        .map(|stream| tokio::spawn(serve(stream, Arc::clone(&next), Arc::clone(&target))))
        .collect();
    let mut figures = Figures {
        answers: Vec::new(),
        waits: Vec::new(),
        broken: missing,
        took: Duration::ZERO,
    };
    for task in tasks {
        if let Ok((answers, waits, broken)) = task.await {
            figures.answers.extend(answers);
            figures.waits.extend(waits);
            figures.broken += usize::from(broken);
        }
    }
    figures.took = started.elapsed();
    figures.waits.sort_by(f64::total_cmp);
    figures
}

type Share = (Vec<(usize, u16)>, Vec<f64>, bool);

async fn serve(mut stream: TcpStream, next: Arc<AtomicUsize>, target: Arc<Target>) -> Share {
    let (mut answers, mut waits) = (Vec::new(), Vec::new());
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = (target.request)(at) else {
            return (answers, waits, false);
        };
        let sent = Instant::now();
        if stream.write_all(request.as_bytes()).await.is_err() {
            return (answers, waits, true);
        }
        let Some(status) = read_answer(&mut stream, &mut buffer).await else {
            return (answers, waits, true);
        };
        waits.push(sent.elapsed().as_secs_f64() * 1000.0);
        answers.push((at, status));
    }
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<u16> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(buffer.get(..end)?).ok()?;
        let status = head.get(9..12)?.parse().ok()?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        let whole = end + 4 + length?;
        while buffer.len() < whole {
            if stream.read_buf(buffer).await.ok()? == 0 {
                return None;
            }
        }
        return Some(status);
    }
}
