//! What a changed class means for rounds that are not over: who wishes for it is told what they can do.

use super::model::{self, RoundStatus};
use super::store::{self, RoundRow};
use crate::enrollments::changed_class::{Changed, Heard};
use kernel::Instant;
use kernel::chinese_date::moment_text;
use platform::{AppResult, Tx};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Tells everybody who wishes for a class that was changed, and has not heard of it yet.
pub(crate) async fn tell(tx: &Tx, change: &Changed, heard: &mut Heard) -> AppResult<()> {
    let mut rounds: HashMap<i64, RoundRow> = HashMap::new();
    for signup in store::signups_wishing(tx, change.class.id).await? {
        let round = match rounds.entry(signup.round_id.raw()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(store::find(tx, signup.round_id).await?),
        };
        let words = words(round, &signup.receipt, change.fee, tx.ctx().now());
        for member in store::members_of(tx, signup.id).await? {
            if member.live {
                heard.tell(tx, member.person_id, change, &words).await?;
            }
        }
    }
    Ok(())
}

/// While the window is open the wishes can be changed; after that they stand, and who gets a seat may give it up.
fn words(round: &RoundRow, receipt: &str, fee: bool, now: Instant) -> String {
    let (name, receipt) = (&round.name, model::spaced(receipt));
    let ways = "网上“我的学习”、电话或柜台都可以";
    let fee = if fee {
        "报上的话，按新的学费交。"
    } else {
        ""
    };
    let then = if round.status == RoundStatus::Planned && now < round.closes {
        let closes = moment_text(round.closes);
        format!("想改志愿，{closes} 前可以撤回重报：{ways}。")
    } else {
        format!("请等结果；报上以后不想上，可以取消：{ways}。")
    };
    format!("您在“{name}”的报名申请（回执号 {receipt}）里填了这个班，申请照旧。{fee}{then}")
}
