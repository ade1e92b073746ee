//! Who paid a fee on line and who undid a step with money, in words: the learner, somebody of their family by name, the school.

use crate::PostingId;
use crate::enrollments::store::EnrollmentRow;
use kernel::PersonId;
use people::family;
use platform::audit;
use platform::{AppResult, Channel};
use std::collections::HashMap;

/// Who did something, and by which way.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    /// `本人`, `女儿李娟`, or the school's staff; a name is told as it is.
    pub(super) who: String,
    /// A key of the English catalogue.
    pub(super) way: &'static str,
}

/// The hands through which the postings of a fee went.
#[derive(Debug, Clone, Default)]
pub(super) struct Hands {
    /// Who paid, by posting.
    pub(super) paid: HashMap<PostingId, Hand>,
    /// Who undid, by the posting that was undone.
    pub(super) undone: HashMap<PostingId, Hand>,
}

/// The hands of an enrolment's fee, from its events.
pub(super) async fn of(db: &db::Db, row: &EnrollmentRow) -> AppResult<Hands> {
    let mut hands = Hands::default();
    for event in audit::of_subject(db, "enrollment", row.id).await? {
        let paid = match event.kind.as_str() {
            "fee.paid" => true,
            "fee.undone" => false,
            _ => continue,
        };
        let Some(posting) = posting_of(&event.data) else {
            continue;
        };
        let channel = event.channel.parse().unwrap_or(Channel::System);
        let Some(who) = who(db, row, (event.actor_person, channel), paid).await? else {
            continue;
        };
        let into = if paid { &mut hands.paid } else { &mut hands.undone };
        let way = channel.label();
        into.insert(posting, Hand { who, way });
    }
    Ok(hands)
}

fn posting_of(data: &str) -> Option<PostingId> {
    let data: serde_json::Value = serde_json::from_str(data).ok()?;
    data.get("posting")?.as_str()?.parse().ok()
}

/// What the provider tells without saying who paid, the learner has paid.
async fn who(
    db: &db::Db,
    row: &EnrollmentRow,
    (actor, channel): (Option<PersonId>, Channel),
    paid: bool,
) -> AppResult<Option<String>> {
    Ok(match actor {
        Some(actor) if actor == row.person_id => Some("本人".to_owned()),
        Some(actor) if channel == Channel::Family => Some(family::called(db, actor, row.person_id).await?),
        Some(_) => Some("学校工作人员".to_owned()),
        None => paid.then(|| "本人".to_owned()),
    })
}
