//! The programs under load: the product and the baseline, each a process of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server that makes its demonstration first may need this long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Seconds without a job after which the work of a new demonstration counts as done: its returns are opened this long after it.
const QUIET_SECS: u32 = 35;

/// A running program; it is killed when this is dropped.
pub struct Server {
    child: Child,
    /// Where it listens, as `127.0.0.1:8080`.
    pub address: String,
    /// From its start to its first answer.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `program` with these arguments and `--listen`, and waits until `path` answers 200.
    pub async fn start(program: &Path, arguments: &[&str], path: &str, log: &Path) -> Result<Self, String> {
        let address = free_address()?;
        let output = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let started = Instant::now();
        let child = Command::new(program)
            .args(arguments)
            .args(["--listen", &address])
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let mut server = Self {
            child,
            address,
            ready_after: Duration::ZERO,
        };
        while get(&server.address, path, None)
            .await
            .is_none_or(|(status, _)| status != 200)
        {
            if started.elapsed() > PATIENCE || matches!(server.child.try_wait(), Ok(Some(_))) {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                return Err(format!("{} did not answer: {said}", program.display()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.ready_after = started.elapsed();
        Ok(server)
    }

    /// CPU milliseconds of the process so far, in user and kernel, at 100 ticks a second.
    pub fn cpu_ms(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let fields: Vec<u64> = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse().ok())
            .collect();
        fields.iter().sum::<u64>() * 10
    }

    /// Resident memory in KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kib.unwrap_or(0)
    }

    /// Waits until no job has been due for some seconds: made just now, the demonstration has a day's work to do first, which would
    /// share the machine with those who ask.
    pub async fn rests(&self) {
        let started = Instant::now();
        let mut quiet = 0;
        while quiet < QUIET_SECS {
            if started.elapsed() > PATIENCE {
                println!("jobs are due still; the figures that follow share the machine with them");
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            let counters = get(&self.address, "/metrics", None).await;
            let none = counters.is_some_and(|(_, text)| text.contains("\nxuequan_jobs_waiting 0\n"));
            quiet = if none { quiet + 1 } else { 0 };
        }
    }

    /// Ends the process at once, as a failure of the machine would (SIGKILL).
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// An address of this machine that nobody listens at.
fn free_address() -> Result<String, String> {
    let probe = std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = probe.local_addr().map_err(|error| error.to_string())?;
    Ok(address.to_string())
}

/// Reads one address: status and body; `None` when there is no whole answer.
pub async fn get(address: &str, path: &str, token: Option<&str>) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let bearer = token.map_or(String::new(), |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{bearer}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let text = String::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.get(9..12)?.parse().ok()?, body.to_owned()))
}

/// Runs a command of the product to its end and gives what it printed.
pub fn command(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let done = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    if done.status.success() {
        Ok(said)
    } else {
        Err(format!(
            "{arguments:?}: {said}{}",
            String::from_utf8_lossy(&done.stderr)
        ))
    }
}

/// A folder that is removed when this is dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    /// Makes it in this folder.
    pub fn within(parent: &Path, name: &str) -> Result<Self, String> {
        let path = parent.join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// The path of something in it, as text.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
