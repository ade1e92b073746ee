//! What makes a commit durable on SQLite: one thread brings the write-ahead log to the disk for all who wait.
//!
//! SQLite itself runs with `synchronous=NORMAL`: a commit is written and can be read, the file stays whole whatever
//! happens, but the last commits could be lost when the power fails. Nobody is answered before this thread has
//! synced the log up to their commit, so nothing that was answered is lost, and the next transaction can be worked
//! on while the disk is busy with the last.

use crate::{DbError, DbResult};
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tokio::sync::watch;

/// The way to the thread that syncs.
pub(crate) struct Disk {
    line: Arc<Line>,
    reached: watch::Receiver<Reached>,
}

/// Commits that asked to be synced.
#[derive(Default)]
struct Line {
    state: Mutex<Asked>,
    more: Condvar,
}

#[derive(Default)]
struct Asked {
    commits: u64,
    closed: bool,
}

/// How far the log is on the disk.
#[derive(Default)]
struct Reached {
    commits: u64,
    /// Why no more can be trusted: after a failed sync the system may have dropped what it could not write.
    failure: Option<String>,
}

/// A commit that can be read and is on its way to the disk.
#[must_use = "nobody may be answered before the commit is durable"]
pub struct Pending {
    commit: u64,
    reached: Option<watch::Receiver<Reached>>,
}

impl Pending {
    /// A commit that is durable already.
    pub(crate) const fn durable() -> Self {
        Self {
            commit: 0,
            reached: None,
        }
    }

    /// Waits until the commit is on the disk.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the disk did not take it; the work may or may not be there after a restart.
    pub async fn wait(self) -> DbResult<()> {
        let Some(mut reached) = self.reached else {
            return Ok(());
        };
        let known = reached
            .wait_for(|at| at.commits >= self.commit || at.failure.is_some())
            .await
            .map_err(|_| DbError::Unavailable("the database is closed".into()))?;
        match &known.failure {
            Some(failure) if known.commits < self.commit => Err(DbError::Unavailable(failure.clone())),
            _ => Ok(()),
        }
    }
}

impl Disk {
    /// Starts the thread for the log of this database file. `synced` hears of each sync that could be told at once.
    pub(crate) fn start(database: &Path, synced: SyncSender<()>) -> DbResult<Self> {
        let line = Arc::new(Line::default());
        let (told, reached) = watch::channel(Reached::default());
        let mut log = Log::of(database);
        let theirs = Arc::clone(&line);
        std::thread::Builder::new()
            .name("db-disk".into())
            .spawn(move || {
                serve(&theirs, &told, || {
                    log.sync()?;
                    // Full: it will look anyway.
                    let _ = synced.try_send(());
                    Ok(())
                });
            })
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self { line, reached })
    }

    /// Whether commits still reach the disk.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] after a failed sync: only a restart reads again what the disk really holds.
    pub(crate) fn check(&self) -> DbResult<()> {
        match &self.reached.borrow().failure {
            Some(failure) => Err(DbError::Unavailable(failure.clone())),
            None => Ok(()),
        }
    }

    /// Asks for the commit that was just made; called by who still holds the writer.
    pub(crate) fn ask(&self) -> Pending {
        let mut asked = self.line.state.lock().unwrap_or_else(PoisonError::into_inner);
        asked.commits += 1;
        self.line.more.notify_one();
        Pending {
            commit: asked.commits,
            reached: Some(self.reached.clone()),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let mut asked = self.line.state.lock().unwrap_or_else(PoisonError::into_inner);
        asked.closed = true;
        self.line.more.notify_one();
    }
}

fn serve(line: &Line, told: &watch::Sender<Reached>, mut sync: impl FnMut() -> std::io::Result<()>) {
    let mut done = 0;
    loop {
        let asked = line.state.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = line
            .more
            .wait_while(asked, |asked| asked.commits == done && !asked.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let commits = asked.commits;
        if commits == done {
            return;
        }
        drop(asked);
        match sync() {
            Ok(()) => {
                done = commits;
                told.send_modify(|at| at.commits = commits);
            }
            Err(error) => {
                tracing::error!(%error, "the disk did not take the write-ahead log; no more is written");
                told.send_modify(|at| at.failure = Some(format!("the disk did not take a commit: {error}")));
                return;
            }
        }
    }
}

/// The write-ahead log as a file; SQLite keeps it as long as a connection is open.
struct Log {
    path: PathBuf,
    open: Option<File>,
}

impl Log {
    fn of(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Self {
            path: path.into(),
            open: None,
        }
    }

    fn sync(&mut self) -> std::io::Result<()> {
        let there = std::fs::metadata(&self.path)?.ino();
        let same = match &self.open {
            Some(file) => file.metadata()?.ino() == there,
            None => false,
        };
        if !same {
            self.open = Some(File::open(&self.path)?);
            // A new file is only there after a crash when its folder is.
            if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                File::open(folder)?.sync_all()?;
            }
        }
        self.open.as_ref().map_or(Ok(()), File::sync_data)
    }
}

#[cfg(test)]
mod tests {
    use super::{Disk, Line, Reached, serve};
    use crate::DbError;
    use std::io::Error;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::watch;

    fn disk(mut syncs: impl FnMut() -> std::io::Result<()> + Send + 'static) -> Disk {
        let line = Arc::new(Line::default());
        let (told, reached) = watch::channel(Reached::default());
        let theirs = Arc::clone(&line);
        std::thread::spawn(move || serve(&theirs, &told, &mut syncs));
        Disk { line, reached }
    }

    #[tokio::test]
    async fn one_sync_serves_all_who_wait() {
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let syncs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&syncs);
        let disk = disk(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            gate.recv().map_err(Error::other)
        });
        let first = disk.ask();
        while syncs.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let others: Vec<_> = (0..20).map(|_| disk.ask()).collect();
        open.send(()).unwrap();
        open.send(()).unwrap();
        first.wait().await.unwrap();
        for other in others {
            other.wait().await.unwrap();
        }
        assert_eq!(
            syncs.load(Ordering::SeqCst),
            2,
            "one for the first, one for all that came meanwhile"
        );
    }

    #[tokio::test]
    async fn after_a_failed_sync_nothing_more_is_promised() {
        let mut left = 1;
        let disk = disk(move || {
            left -= 1;
            if left < 0 {
                Err(Error::other("no space"))
            } else {
                Ok(())
            }
        });
        disk.ask().wait().await.unwrap();
        disk.check().unwrap();
        assert!(matches!(disk.ask().wait().await, Err(DbError::Unavailable(_))));
        assert!(matches!(disk.check(), Err(DbError::Unavailable(_))));
    }
}
