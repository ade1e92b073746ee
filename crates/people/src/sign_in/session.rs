//! From a token to an actor: the first thing of every request, and so the fastest.

use super::store::{self, ActorRow};
use super::watch::{Seen, TokenHash, Watch};
use data_encoding::HEXLOWER;
use kernel::{Instant, PersonId};
use platform::web::Credentials;
use platform::{Actor, AppError, AppResult, Permission, Platform};
use sha2::{Digest, Sha256};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Times of last use are kept to this many seconds.
const SEEN_EVERY_SECS: i64 = 60;

/// Finds the actor of a request. A wrong bearer token is [`AppError::SignInNeeded`]; a cookie of a sign-in that is
/// over is nobody. An answer is remembered for 30 seconds, and forgotten when the person signs out or a post changes.
pub fn identify(
    platform: Arc<Platform>,
    given: Credentials,
) -> Pin<Box<dyn Future<Output = AppResult<Arc<Actor>>> + Send>> {
    let watch = Watch::of(&platform);
    let now = platform.clock.now();
    let (token, is_bearer) = match (given.bearer, given.session) {
        (Some(token), _) => (token, true),
        (None, Some(token)) => (token, false),
        (None, None) => return Box::pin(std::future::ready(Ok(Arc::default()))),
    };
    let hash = token_hash(&token);
    if let Some(actor) = watch.recall(&hash, now) {
        return Box::pin(std::future::ready(Ok(actor)));
    }
    Box::pin(async move {
        let found = if is_bearer {
            of_bearer(&platform, &watch, hash, now).await?
        } else {
            of_cookie(&platform, &watch, hash, now).await?
        };
        match found {
            Some((actor, ends)) => {
                let actor = Arc::new(actor);
                watch.remember(hash, Arc::clone(&actor), now, ends);
                Ok(actor)
            }
            None if is_bearer => Err(AppError::SignInNeeded),
            None => Ok(Arc::default()),
        }
    })
}

/// SHA-256 of a token; the database knows only this.
pub(crate) fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// The hash as the database keeps it.
pub(crate) fn hash_text(hash: &TokenHash) -> String {
    HEXLOWER.encode(hash)
}

async fn of_cookie(
    platform: &Arc<Platform>,
    watch: &Watch,
    hash: TokenHash,
    now: Instant,
) -> AppResult<Option<(Actor, Instant)>> {
    let text = hash_text(&hash);
    let Some(row) = watch.sign_ins.find(platform, hash).await? else {
        return Ok(None);
    };
    let idle_ends = row.seen_at.plus_secs(row.idle_secs);
    let ends = row.expires_at.min(idle_ends);
    if now >= ends {
        return Ok(None);
    }
    if now.secs_since(row.seen_at) >= SEEN_EVERY_SECS {
        watch.note(Seen::SignIn(row.id.raw()), now);
    }
    let actor = ActorRow {
        person: row.person_id,
        account: row.account_id,
        name: row.name,
        strong: row.strong,
        has_posts: row.has_posts,
    };
    let ends = row.expires_at.min(now.plus_secs(row.idle_secs));
    Ok(Some((actor_of(platform, actor, text, None).await?, ends)))
}

async fn of_bearer(
    platform: &Arc<Platform>,
    watch: &Watch,
    hash: TokenHash,
    now: Instant,
) -> AppResult<Option<(Actor, Instant)>> {
    let text = hash_text(&hash);
    let Some(row) = watch.tokens.find(platform, hash).await? else {
        return Ok(None);
    };
    let ends = row.expires_at.unwrap_or(Instant::from_millis(i64::MAX));
    if now >= ends {
        return Ok(None);
    }
    if row.used_at.is_none_or(|used| now.secs_since(used) >= 3600) {
        watch.note(Seen::Token(row.id.raw()), now);
    }
    let permissions: Vec<Permission> = row
        .permissions
        .split(',')
        .filter_map(|p| p.parse().ok())
        .collect();
    let actor = ActorRow {
        person: row.person_id,
        account: None,
        name: row.name,
        // A token with permissions was made in a sign-in with second factor.
        strong: !permissions.is_empty(),
        has_posts: row.has_posts && !permissions.is_empty(),
    };
    let actor = actor_of(platform, actor, text, Some(permissions.into())).await?;
    Ok(Some((actor, ends)))
}

/// Members of staff with their posts, by number of the person from the one after `after` on; as if they had signed in with a second
/// factor, for work that the system does on their behalf.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn staff_after(
    platform: &Arc<Platform>,
    after: Option<PersonId>,
    limit: i64,
) -> AppResult<Vec<Actor>> {
    let today = platform.clock.today();
    let mut staff = Vec::new();
    for (person, name) in store::staff_after(&platform.db, after, today, limit).await? {
        let row = ActorRow {
            person,
            account: None,
            name,
            strong: true,
            has_posts: true,
        };
        staff.push(actor_of(platform, row, String::new(), None).await?);
    }
    Ok(staff)
}

async fn actor_of(
    platform: &Arc<Platform>,
    row: ActorRow,
    session: String,
    limited_to: Option<Arc<[Permission]>>,
) -> AppResult<Actor> {
    let posts = if row.has_posts {
        store::grants(&platform.db, row.person, platform.clock.today()).await?
    } else {
        Vec::new()
    };
    Ok(Actor {
        person: Some(row.person),
        account: row.account,
        name: row.name,
        posts: posts.into(),
        limited_to,
        strong: row.strong,
        session,
        system: false,
    })
}

/// Writes the times of last use that were noted. Bookkeeping, no act of anybody: it has no event.
pub(crate) async fn write_seen(platform: &Arc<Platform>, watch: &Watch) -> AppResult<()> {
    let seen = watch.take_seen();
    let Some(at) = seen.iter().map(|(_, at)| *at).max() else {
        return Ok(());
    };
    // A few seconds do not matter, and one statement for all spares the database thousands in a rush.
    let (mut sign_ins, mut tokens) = (Vec::new(), Vec::new());
    for (what, _) in seen {
        match what {
            Seen::SignIn(id) => sign_ins.push(id),
            Seen::Token(id) => tokens.push(id),
        }
    }
    let tx = platform.db.begin().await?;
    store::set_seen(&tx, (sign_ins, tokens), at).await?;
    tx.finish().await?;
    Ok(())
}
