//! Looks up the tokens of all who come at the same moment in one statement: in the minute of an opening hundreds come whom the
//! program has not seen before, and one look for each costs a sixth of all that their asks take.

use super::session::hash_text;
use super::watch::TokenHash;
use db::{Db, DbResult};
use platform::{AppError, AppResult, Platform};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Tokens looked up in one statement.
const AT_ONCE: usize = 1_000;

/// Rows that are being read.
type Rows<R> = Pin<Box<dyn Future<Output = DbResult<Vec<R>>> + Send>>;

/// Reads the rows of these hashes.
type Read<R> = fn(Db, Vec<String>) -> Rows<R>;

/// Who waits for an answer.
type Waiting<R> = (TokenHash, oneshot::Sender<AppResult<Option<R>>>);

/// Those whose tokens of one kind are to be looked up next.
pub(crate) struct Lookup<R> {
    read: Read<R>,
    /// The hash of a row.
    hash: fn(&R) -> &str,
    waiting: Mutex<Vec<Waiting<R>>>,
}

impl<R: Clone + Send + 'static> Lookup<R> {
    pub(crate) fn new(read: Read<R>, hash: fn(&R) -> &str) -> Arc<Self> {
        Arc::new(Self {
            read,
            hash,
            waiting: Mutex::default(),
        })
    }

    /// The row of this token, if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn find(
        self: &Arc<Self>,
        platform: &Arc<Platform>,
        hash: TokenHash,
    ) -> AppResult<Option<R>> {
        let (reply, answer) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push((hash, reply));
            waiting.len() == 1
        };
        if is_first {
            // A task of its own: whoever came first may go away.
            tokio::spawn(look(Arc::clone(self), platform.db.clone()));
        }
        answer
            .await
            .map_err(|_| AppError::Unavailable("looking up a token ended".into()))?
    }

    fn take(&self) -> Vec<Waiting<R>> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Looks up all who wait by now. Others go first once, so that those who are here are among them; alone nobody waits for that.
async fn look<R: Clone + Send + 'static>(lookup: Arc<Lookup<R>>, db: Db) {
    tokio::task::yield_now().await;
    let mut waiting = lookup.take();
    while !waiting.is_empty() {
        let rest = waiting.split_off(waiting.len().min(AT_ONCE));
        let hashes = waiting.iter().map(|(hash, _)| hash_text(hash)).collect();
        let rows = (lookup.read)(db.clone(), hashes).await.map_err(AppError::from);
        let by_hash = |row: R| ((lookup.hash)(&row).to_owned(), row);
        let rows = rows.map(|rows| rows.into_iter().map(by_hash).collect::<HashMap<String, R>>());
        for (hash, reply) in waiting {
            let found = rows.as_ref().map(|rows| rows.get(&hash_text(&hash)).cloned());
            // Who has gone away asks again.
            let _ = reply.send(found.map_err(AppError::clone));
        }
        waiting = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::app;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static READS: AtomicUsize = AtomicUsize::new(0);

    /// Knows every token whose hash begins with a zero.
    fn read(_: Db, hashes: Vec<String>) -> Rows<String> {
        READS.fetch_add(1, Ordering::SeqCst);
        let known = hashes.into_iter().filter(|hash| hash.starts_with('0'));
        let rows = known.collect();
        Box::pin(async { Ok(rows) })
    }

    #[tokio::test]
    async fn who_come_together_are_looked_up_in_one_statement_and_each_gets_their_own_answer() {
        let (app, _) = app().await;
        let lookup = Lookup::new(read, String::as_str);
        let zeros = || Ok(Some("0".repeat(64)));
        let some = (0..2_u8).map(|first| lookup.find(&app.platform, [first * 0xf0; 32]));
        let mut some: Vec<_> = some.map(Box::pin).collect();
        let (known, unknown) = (some.remove(0), some.remove(0));
        let (known, unknown) = tokio::join!(known, unknown);
        assert_eq!((known, unknown), (zeros(), Ok(None)));
        assert_eq!(READS.load(Ordering::SeqCst), 1);
        // Who comes first and goes away leaves nobody waiting.
        let mut gone = Box::pin(lookup.find(&app.platform, [0; 32]));
        tokio::select! {
            biased;
            _ = &mut gone => panic!("it takes a moment"),
            () = std::future::ready(()) => {}
        }
        drop(gone);
        assert_eq!(lookup.find(&app.platform, [0; 32]).await, zeros());
        assert_eq!(READS.load(Ordering::SeqCst), 2);
    }
}
