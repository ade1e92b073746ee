//! A small HTTP/1.1 client: one request at a time on each connection, answers read by Content-Length.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The request of each number from 0; `None` after the last.
pub type Requests = Arc<dyn Fn(usize) -> Option<String> + Send + Sync>;

/// What came of it.
#[derive(Default)]
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

    /// Answers a second.
    pub fn per_second(&self) -> f64 {
        self.answers.len() as f64 / self.took.as_secs_f64().max(0.001)
    }
}

/// Fires all requests over this many connections, which are opened first.
pub async fn run(address: &str, connections: usize, requests: &Requests) -> Figures {
    let next = Arc::new(AtomicUsize::new(0));
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        if let Ok(stream) = TcpStream::connect(address).await {
            let _ = stream.set_nodelay(true);
            open.push(stream);
        }
    }
    let mut figures = Figures {
        broken: connections - open.len(),
        ..Figures::default()
    };
    let started = Instant::now();
    let tasks: Vec<_> = open
        .into_iter()
        .map(|stream| tokio::spawn(serve(stream, Arc::clone(&next), Arc::clone(requests))))
        .collect();
    for task in tasks {
        if let Ok(share) = task.await {
            figures.answers.extend(share.answers);
            figures.waits.extend(share.waits);
            figures.broken += usize::from(share.broke);
        }
    }
    figures.took = started.elapsed();
    figures.waits.sort_by(f64::total_cmp);
    figures
}

/// What one connection got.
#[derive(Default)]
struct Share {
    answers: Vec<(usize, u16)>,
    waits: Vec<f64>,
    broke: bool,
}

async fn serve(mut stream: TcpStream, next: Arc<AtomicUsize>, requests: Requests) -> Share {
    let mut share = Share::default();
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests(at) else {
            return share;
        };
        let sent = Instant::now();
        let written = stream.write_all(request.as_bytes()).await.is_ok();
        let status = if written {
            read_answer(&mut stream, &mut buffer).await
        } else {
            None
        };
        let Some(status) = status else {
            share.broke = true;
            return share;
        };
        share.waits.push(sent.elapsed().as_secs_f64() * 1000.0);
        share.answers.push((at, status));
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
