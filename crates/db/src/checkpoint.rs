//! Copies SQLite's write-ahead log back into the file, beside the work: SQLite would do it inside a commit, which then
//! takes as long as tens of others.

use crate::sqlite::Writer;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::Mutex;

/// Pages in the log at which it is copied back: 128 MB. Pages that many commits touch are copied once for all of them.
const PAGES: i64 = 32_000;

/// Looks after the log each time something was committed, until nobody can commit any more.
pub(crate) fn serve(own: &Connection, writer: &Mutex<Writer>, committed: &Receiver<()>) {
    while committed.recv().is_ok() {
        if let Err(error) = look(own, writer) {
            tracing::warn!(%error, "copying the write-ahead log back");
        }
    }
}

/// Copies what is there while others go on writing; then the little that came meanwhile, while nobody writes, so that
/// the log begins anew.
fn look(own: &Connection, writer: &Mutex<Writer>) -> rusqlite::Result<()> {
    if pages(own, "NOOP")? < PAGES {
        return Ok(());
    }
    pages(own, "PASSIVE")?;
    pages(&writer.blocking_lock().connection, "PASSIVE")?;
    Ok(())
}

/// Runs a checkpoint; gives the pages in the log.
fn pages(connection: &Connection, kind: &str) -> rusqlite::Result<i64> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({kind})"), [], |row| row.get(1))
}

/// Starts the thread; it ends when the sender of `committed` is dropped.
pub(crate) fn start(
    own: Connection,
    writer: Arc<Mutex<Writer>>,
    committed: Receiver<()>,
) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name("db-checkpoint".into())
        .spawn(move || serve(&own, &writer, &committed))?;
    Ok(())
}
