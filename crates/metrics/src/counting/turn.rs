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
        let tx = take(&ctx, seen).await.unwrap().expect("nobody wrote meanwhile");
        let event = || vec![Event::new("test.counted", "metrics", Id::<()>::from_raw(0))];
        tx.commit(event()).await.unwrap();
        assert!(
            take(&ctx, seen).await.unwrap().is_none(),
            "what was read before is old"
        );
        let newer = now(ctx.db()).await.unwrap();
        assert_eq!(newer, seen + 1, "a turn that was refused moves nothing on");
        take_any(&ctx).await.unwrap().commit(event()).await.unwrap();
        assert!(take(&ctx, newer).await.unwrap().is_none());
    }
}
