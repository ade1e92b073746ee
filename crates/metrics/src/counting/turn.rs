//! Turns: several processes and the recount count at the same time, and what was counted from older rows must not be
//! written over what was counted from newer ones. Who writes has the turn that was there before they read the rows, and
//! moves it on; who finds nothing to write leaves it where it is.
//!
//! Who was refused a few times while others wrote holds the turn and counts then, so that they come to an end.

use crate::store;
use db::Db;
use platform::{AppResult, Ctx, Tx};

/// How often somebody counts without holding the turn.
const TRIES: usize = 3;

/// What a count begins with.
pub(super) enum Begun {
    /// It reads freely; the turn before.
    Free(i64),
    /// It holds the turn while it reads.
    Held(Box<Tx>),
}

impl Begun {
    /// How to begin after so many refusals.
    pub(super) async fn after(ctx: &Ctx, refusals: usize) -> AppResult<Self> {
        if refusals < TRIES {
            Ok(Self::Free(now(ctx.db()).await?))
        } else {
            Ok(Self::Held(Box::new(hold(ctx).await?)))
        }
    }

    /// Whether it holds the turn.
    pub(super) const fn is_held(&self) -> bool {
        matches!(self, Self::Held(_))
    }

    /// Where to read.
    pub(super) fn reads<'a>(&'a self, ctx: &'a Ctx) -> Reads<'a> {
        match self {
            Self::Free(_) => Reads::Free(ctx),
            Self::Held(tx) => Reads::Held(tx),
        }
    }

    /// A transaction that writes what was counted; nothing when somebody has written cells meanwhile.
    pub(super) async fn write(self, ctx: &Ctx) -> AppResult<Option<Tx>> {
        match self {
            Self::Free(seen) => take(ctx, seen).await,
            Self::Held(tx) => Ok(Some(*tx)),
        }
    }
}

/// Where a count reads the rows.
#[derive(Clone, Copy)]
pub(super) enum Reads<'a> {
    /// Outside of any transaction.
    Free(&'a Ctx),
    /// In the transaction that holds the turn.
    Held(&'a Tx),
}

impl Reads<'_> {
    pub(super) fn db(&self) -> &Db {
        match self {
            Self::Free(ctx) => ctx.db(),
            Self::Held(tx) => tx,
        }
    }
}

/// The turn before the rows are read.
pub(super) async fn now(db: &Db) -> AppResult<i64> {
    Ok(store::turn(db).await?)
}

/// A transaction for what was counted since `seen`; nothing when somebody has written cells meanwhile: count again then.
pub(super) async fn take(ctx: &Ctx, seen: i64) -> AppResult<Option<Tx>> {
    let tx = hold(ctx).await?;
    Ok((store::turn(&tx).await? == seen).then_some(tx))
}

/// A transaction during which nobody else writes cells.
async fn hold(ctx: &Ctx) -> AppResult<Tx> {
    let tx = ctx.begin().await?;
    tx.lock("metrics", 0).await?;
    Ok(tx)
}

/// Moves the turn on, because cells are written: what others counted before is old.
pub(super) async fn move_on(tx: &Tx) -> AppResult<()> {
    Ok(store::next_turn(tx).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;
    use platform::{Event, Routes};
    use testkit::TestApp;

    #[tokio::test(flavor = "multi_thread")]
    async fn who_read_before_another_wrote_counts_again() {
        let app = TestApp::start(&[platform::SCHEMA, crate::SCHEMA], |_| Routes::new()).await;
        let ctx = app.system();
        let seen = now(ctx.db()).await.unwrap();
        let event = || vec![Event::new("test.counted", "metrics", Id::<()>::from_raw(0))];
        let tx = take(&ctx, seen).await.unwrap().expect("nobody wrote meanwhile");
        tx.commit(event()).await.unwrap();
        let tx = take(&ctx, seen)
            .await
            .unwrap()
            .expect("who wrote nothing moves nothing on");
        move_on(&tx).await.unwrap();
        tx.commit(event()).await.unwrap();
        assert!(
            take(&ctx, seen).await.unwrap().is_none(),
            "what was read before is old"
        );
        let newer = now(ctx.db()).await.unwrap();
        assert_eq!(newer, seen + 1, "a turn that was refused moves nothing on");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_was_refused_often_holds_the_turn() {
        let app = TestApp::start(&[platform::SCHEMA, crate::SCHEMA], |_| Routes::new()).await;
        let ctx = app.system();
        for refusals in 0..5 {
            let begun = Begun::after(&ctx, refusals).await.unwrap();
            let held = matches!(begun, Begun::Held(_));
            assert_eq!(held, refusals >= TRIES, "{refusals}");
            assert!(begun.write(&ctx).await.unwrap().is_some(), "{refusals}");
        }
    }
}
