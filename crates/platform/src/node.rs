//! Which number this process has among the nodes of an installation.

use crate::AppResult;
use db::{Db, Tx, args};
use kernel::Instant;

/// A node not heard of for so long (seconds) gives up its number. If it comes back, its next event meets the other's
/// in the primary key and is refused, so a chain is never written by two; it takes another number and goes on.
const SILENT_SECS: i64 = 90;

/// Takes a number, but not `lost`: the one this holder had, else a free one, else the next.
///
/// # Errors
/// When the database refuses.
pub async fn claim(db: &Db, holder: &str, now: Instant, lost: Option<i64>) -> AppResult<i64> {
    let tx = db.begin().await?;
    tx.lock("node", 0).await?;
    let known: Vec<(i64, String, Instant)> = tx
        .query(
            "SELECT number, holder, seen_at FROM node ORDER BY number LIMIT 10000",
            args![],
        )
        .await?;
    let mut may_be = known.iter().filter(|(number, _, _)| Some(*number) != lost);
    let own = may_be.clone().find(|(_, name, _)| name == holder);
    let free = own.or_else(|| may_be.find(|(_, _, seen)| now.secs_since(*seen) > SILENT_SECS));
    let number = match free {
        Some((number, _, _)) => *number,
        None => known.last().map_or(1, |(number, _, _)| number + 1),
    };
    see(&tx, number, holder, now).await?;
    tx.finish().await?;
    Ok(number)
}

/// Tells that this node is alive; whether the number is still its own.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn beat(db: &Db, number: i64, holder: &str, now: Instant) -> AppResult<bool> {
    let tx = db.begin().await?;
    let sql = "UPDATE node SET seen_at = $3 WHERE number = $1 AND holder = $2";
    let own = tx.exec(sql, args![number, holder, now]).await?;
    tx.finish().await?;
    Ok(own > 0)
}

async fn see(tx: &Tx, number: i64, holder: &str, now: Instant) -> AppResult<()> {
    tx.exec(
        "INSERT INTO node (number, holder, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (number) DO UPDATE SET holder = excluded.holder, seen_at = excluded.seen_at",
        args![number, holder, now],
    )
    .await?;
    Ok(())
}
