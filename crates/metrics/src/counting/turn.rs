//! Turns: several processes and the recount count at the same time, and what was counted from older rows must not be
//! written over what was counted from newer ones. Who writes has the turn that was there before they read the rows.

use crate::store;
use db::Db;
use platform::{AppResult, Ctx, Tx};

/// The turn before the rows are read.
pub(super) async fn now(db: &Db) -> AppResult<i64> {
    Ok(store::turn(db).await?)
}

/// A transaction for what was counted since `seen`; nothing when somebody has written cells meanwhile: count again then.
pub(super) async fn take(ctx: &Ctx, seen: i64) -> AppResult<Option<Tx>> {
    let tx = take_any(ctx).await?;
    // The turn was moved on by this transaction itself.
    Ok((store::turn(&tx).await? == seen + 1).then_some(tx))
}

/// A transaction for what is made of the cells alone.
pub(super) async fn take_any(ctx: &Ctx) -> AppResult<Tx> {
    let tx = ctx.begin().await?;
    tx.lock("metrics", 0).await?;
    store::next_turn(&tx).await?;
    Ok(tx)
}
