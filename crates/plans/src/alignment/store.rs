//! SQL of alignment, and nothing else.

use super::model::AlignVerdict;
use crate::{PlanId, PlanItemId};
use db::{Db, DbResult, Tx, args};
use kernel::Instant;

db::record! {
    /// What a person said of a pair.
    pub struct LinkRow {
        /// The lower item.
        pub item_id: PlanItemId,
        /// The upper item.
        pub upper_item_id: PlanItemId,
        /// What was said.
        pub verdict: AlignVerdict,
    }
}

/// Most pairs of two plans.
const MOST_LINKS: i64 = 20_000;

/// What people said of the pairs of two plans.
pub async fn links(db: &Db, plan: PlanId, upper: PlanId) -> DbResult<Vec<LinkRow>> {
    db.query(
        "SELECT item_id, upper_item_id, verdict FROM plan_link WHERE plan_id = $1 AND upper_plan_id = $2 \
         ORDER BY item_id, upper_item_id LIMIT $3",
        args![plan, upper, MOST_LINKS],
    )
    .await
}

/// The plans that a plan has confirmed pairs with, and how many.
pub async fn uppers(db: &Db, plan: PlanId) -> DbResult<Vec<(PlanId, i64)>> {
    db.query(
        "SELECT upper_plan_id, count(*) FROM plan_link WHERE plan_id = $1 AND verdict = 'confirmed' \
         GROUP BY upper_plan_id ORDER BY upper_plan_id LIMIT 200",
        args![plan],
    )
    .await
}

/// A pair: the lower plan and its item, the upper plan and its item.
pub type Pair = ((PlanId, PlanItemId), (PlanId, PlanItemId));

/// Writes what was said of pairs, instead of what was said before.
pub async fn decide(tx: &Tx, pairs: &[Pair], verdict: AlignVerdict, at: Instant) -> DbResult<()> {
    for ((_, item), (_, upper_item)) in pairs {
        tx.exec(
            "DELETE FROM plan_link WHERE item_id = $1 AND upper_item_id = $2",
            args![item.raw(), upper_item.raw()],
        )
        .await?;
    }
    if verdict == AlignVerdict::Cleared {
        return Ok(());
    }
    let rows: Vec<Vec<db::Value>> = pairs
        .iter()
        .map(|((plan, item), (upper, upper_item))| {
            vec![
                (*plan).into(),
                (*item).into(),
                (*upper).into(),
                (*upper_item).into(),
                verdict.into(),
                at.into(),
            ]
        })
        .collect();
    let columns = [
        "plan_id",
        "item_id",
        "upper_plan_id",
        "upper_item_id",
        "verdict",
        "decided_at",
    ];
    tx.insert_many("plan_link", &columns, &rows).await
}
