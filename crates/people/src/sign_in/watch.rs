//! What one running installation remembers of its visitors between requests: who a token is (for 30 seconds), when
//! it was last seen, and how often an address tried.
//!
//! All of it may be lost without harm: the database holds the truth.

use super::lookup::Lookup;
use super::store::{self, SignInRow, TokenRow};
use kernel::{Instant, PersonId};
use platform::{Actor, Notice, Platform};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Duration;

/// How long an answer about a token is believed without asking the database, in seconds.
const BELIEVED_SECS: i64 = 30;
/// More tokens than this are not remembered at once.
const MOST_TOKENS: usize = 200_000;
/// Times of last use are written so often.
const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

struct Known {
    actor: Arc<Actor>,
    until: Instant,
}

/// What was seen since the last writing: a sign-in or a token, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Seen {
    SignIn(i64),
    Token(i64),
}

/// What was tried, and by whom.
type Tried = (&'static str, String);

/// The memory of one installation.
pub(crate) struct Watch {
    /// Sign-ins that are looked up.
    pub(crate) sign_ins: Arc<Lookup<SignInRow>>,
    /// Tokens that are looked up.
    pub(crate) tokens: Arc<Lookup<TokenRow>>,
    known: RwLock<HashMap<TokenHash, Known>>,
    seen: Mutex<HashMap<Seen, Instant>>,
    tries: Mutex<HashMap<Tried, (Instant, u32)>>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            sign_ins: Lookup::new(
                |db, hashes| Box::pin(async move { store::sign_ins_by_hash(&db, hashes).await }),
                |row| &row.token_hash,
            ),
            tokens: Lookup::new(
                |db, hashes| Box::pin(async move { store::tokens_by_hash(&db, hashes).await }),
                |row| &row.token_hash,
            ),
            known: RwLock::default(),
            seen: Mutex::default(),
            tries: Mutex::default(),
        }
    }
}

/// A memory with its installation: the weak pointer keeps the address from being given to another one.
type Kept = (Weak<Platform>, Arc<Watch>);

/// By the address of the installation.
static WATCHES: LazyLock<RwLock<HashMap<usize, Kept>>> = LazyLock::new(RwLock::default);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    /// The memory of this installation; made, with its listener, at the first call.
    pub(crate) fn of(platform: &Arc<Platform>) -> Arc<Self> {
        let place = Arc::as_ptr(platform).addr();
        if let Some((_, watch)) = WATCHES.read().unwrap_or_else(PoisonError::into_inner).get(&place) {
            return Arc::clone(watch);
        }
        let mut all = WATCHES.write().unwrap_or_else(PoisonError::into_inner);
        let (_, watch) = all.entry(place).or_insert_with(|| {
            let watch = Arc::new(Self::default());
            let listener = listen(
                Arc::downgrade(platform),
                platform.bus.subscribe(),
                Arc::clone(&watch),
                place,
            );
            drop(tokio::spawn(listener));
            (Arc::downgrade(platform), watch)
        });
        Arc::clone(watch)
    }

    /// Who this token was, if that was asked within the last 30 seconds.
    pub(crate) fn recall(&self, hash: &TokenHash, now: Instant) -> Option<Arc<Actor>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let entry = known.get(hash)?;
        (now < entry.until).then(|| Arc::clone(&entry.actor))
    }

    /// Remembers who a token is; `ends` is when it stops to be valid.
    pub(crate) fn remember(&self, hash: TokenHash, actor: Arc<Actor>, now: Instant, ends: Instant) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_TOKENS {
            known.retain(|_, entry| now < entry.until);
            if known.len() >= MOST_TOKENS {
                known.clear();
            }
        }
        let until = now.plus_secs(BELIEVED_SECS).min(ends);
        known.insert(hash, Known { actor, until });
    }

    /// Forgets every token of a person: their posts, account or sign-ins changed.
    pub(crate) fn forget(&self, person: PersonId) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, entry| entry.actor.person != Some(person));
    }

    /// Forgets everybody: the tree of organisations changed, or notices were missed.
    pub(crate) fn forget_all(&self) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Notes that a sign-in or a token was used.
    pub(crate) fn note(&self, what: Seen, now: Instant) {
        locked(&self.seen).insert(what, now);
    }

    /// Takes what was noted.
    pub(crate) fn take_seen(&self) -> Vec<(Seen, Instant)> {
        locked(&self.seen).drain().collect()
    }

    /// Counts one try of an address; `false` when there were more than `most` within `secs` seconds.
    pub(crate) fn allows(&self, what: &'static str, from: &str, most: u32, secs: i64, now: Instant) -> bool {
        let mut tries = locked(&self.tries);
        if tries.len() > MOST_TOKENS {
            tries.clear();
        }
        let entry = tries.entry((what, from.to_owned())).or_insert((now, 0));
        if now.secs_since(entry.0) >= secs {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        entry.1 <= most
    }
}

/// Drops what is remembered when something changes, and writes times of last use; ends with the installation.
async fn listen(
    platform: Weak<Platform>,
    mut bus: tokio::sync::broadcast::Receiver<Arc<[Notice]>>,
    watch: Arc<Watch>,
    place: usize,
) {
    use tokio::sync::broadcast::error::RecvError;
    let mut ticks = tokio::time::interval(FLUSH_EVERY);
    loop {
        tokio::select! {
            heard = bus.recv() => match heard {
                Ok(notices) => notices.iter().for_each(|notice| hear(&watch, notice)),
                Err(RecvError::Lagged(_)) => watch.forget_all(),
                Err(RecvError::Closed) => break,
            },
            _ = ticks.tick() => {
                let Some(platform) = platform.upgrade() else { break };
                if let Err(error) = super::session::write_seen(&platform, &watch).await {
                    tracing::warn!(%error, "times of last use were not written");
                }
            }
        }
    }
    WATCHES
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&place);
}

fn hear(watch: &Watch, notice: &Notice) {
    match (notice.subject_kind, notice.kind) {
        ("person", "sign_in.ended" | "api_token.ended") => {
            watch.forget(PersonId::from_raw(notice.subject_id));
        }
        ("post" | "account" | "org", _) => watch.forget_all(),
        _ => {}
    }
}
