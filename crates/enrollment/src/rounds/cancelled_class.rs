//! What a cancelled class means for rounds that are not over: who wishes for it is told what is left of their signup.
//!
//! It is left out of the board and of the list that is sealed. A sealed list stays as it is; the class then gives no seats
//! (`publishing.rs`).

use super::model::{self, RoundStatus};
use super::store::{self, RoundRow, SignupRow};
use crate::SignupId;
use kernel::Instant;
use kernel::chinese_date::moment_text;
use people::contact;
use platform::{AppResult, Event, Tx};
use serde_json::json;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use teaching::ClassId;
use teaching::classes::{self, ClassRow, ClassStatus};

/// Tells everybody who wishes for a class that was cancelled, and gives the events to commit. Run again, it tells nobody twice.
///
/// `sentence` says what happened, and why.
pub(crate) async fn tell(tx: &Tx, class: ClassId, sentence: &str) -> AppResult<Vec<Event>> {
    let mut rounds: HashMap<i64, RoundRow> = HashMap::new();
    let mut known: HashMap<ClassId, ClassRow> = HashMap::new();
    let mut events = Vec::new();
    for signup in store::signups_wishing(tx, class).await? {
        if told_before(tx, signup.id, class).await? {
            continue;
        }
        let round = match rounds.entry(signup.round_id.raw()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(store::find(tx, signup.round_id).await?),
        };
        let left = left(tx, &signup, &mut known).await?;
        let text = format!(
            "【学圈】很抱歉，{sentence}{}",
            words(round, &signup.receipt, &left, tx.ctx().now())
        );
        for member in store::members_of(tx, signup.id).await? {
            if member.live {
                let org = Some(round.org_id);
                contact::tell(tx, member.person_id, org, "signup.class_cancelled", text.clone()).await?;
            }
        }
        let event = Event::new("signup.class_cancelled", "signup", signup.id)
            .at(signup.org_id)
            .on_behalf_of(signup.person_id);
        events.push(event.data(json!({ "class": class, "left": left.len() })));
    }
    Ok(events)
}

async fn told_before(tx: &Tx, signup: SignupId, class: ClassId) -> AppResult<bool> {
    let events = platform::audit::of_subject(tx, "signup", signup).await?;
    let class = class.to_string();
    let of_class = |event: &platform::event::EventRow| event.data.contains(&class);
    Ok(events
        .iter()
        .any(|event| event.kind == "signup.class_cancelled" && of_class(event)))
}

/// Names of the classes that a signup wishes for and that are still held.
async fn left(tx: &Tx, signup: &SignupRow, known: &mut HashMap<ClassId, ClassRow>) -> AppResult<Vec<String>> {
    let mut names = Vec::new();
    for wish in store::wishes_of(tx, signup.id).await? {
        let class = match known.entry(wish) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(classes::find(tx, wish).await?),
        };
        if class.status != ClassStatus::Cancelled {
            names.push(class.name.clone());
        }
    }
    Ok(names)
}

/// What is left of a signup, and what can be done: while the window is open it can be changed, after that it stands as it is.
fn words(round: &RoundRow, receipt: &str, left: &[String], now: Instant) -> String {
    let receipt = model::spaced(receipt);
    let open = round.status == RoundStatus::Planned && now < round.closes;
    let closes = moment_text(round.closes);
    let name = &round.name;
    let by = "网上“我的学习”、电话或柜台都可以";
    match (left.is_empty(), open) {
        (true, true) => format!(
            "您在“{name}”的报名申请（回执号 {receipt}）里填的班都停办了。{closes} 前可以撤回，改报别的班：{by}。"
        ),
        (true, false) => format!(
            "您在“{name}”的报名申请（回执号 {receipt}）里填的班都停办了，这份申请不再有名额。可以看看还有名额的班，或打电话问学校。"
        ),
        (false, true) => format!(
            "您在“{name}”的报名申请（回执号 {receipt}）里，这个志愿不算了，其余的照旧：{}。想改志愿，{closes} 前可以撤回重报：{by}。",
            left.join("、")
        ),
        (false, false) => format!(
            "您在“{name}”的报名申请（回执号 {receipt}）里，这个志愿不再有名额，其余的照旧：{}。请等结果，不用再办什么。",
            left.join("、")
        ),
    }
}
