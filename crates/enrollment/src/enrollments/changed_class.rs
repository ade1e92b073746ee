//! What a published class that was changed is for those who have to do with it: each is told once, and what they can do.

use super::jobs::{commit_told, id, payload, sentence, told_before};
use super::store::{self, EnrollmentRow};
use crate::EnrollmentStatus;
use crate::fees::Money;
use crate::trials::store as trials;
use kernel::chinese_date::moment_text;
use kernel::{Fen, PersonId};
use people::contact;
use platform::{AppResult, Ctx, Job, Tx};
use std::collections::HashSet;
use teaching::ClassId;
use teaching::classes::{self, ClassRow, ClassStatus};

/// A class that was changed.
pub(crate) struct Changed {
    /// The class as it is now.
    pub(crate) class: ClassRow,
    /// What has changed, from what to what.
    pub(crate) sentence: String,
    /// Whether the fee is another.
    pub(crate) fee: bool,
}

/// Everybody who was told, or has no telephone to be told by.
#[derive(Default)]
pub(crate) struct Heard {
    people: HashSet<PersonId>,
    told: usize,
}

impl Heard {
    /// Tells somebody who was not told yet.
    pub(crate) async fn tell(
        &mut self,
        tx: &Tx,
        person: PersonId,
        change: &Changed,
        what_to_do: &str,
    ) -> AppResult<()> {
        if self.people.insert(person) {
            let text = format!("【学圈】{}{what_to_do}", change.sentence);
            let org = Some(change.class.org_id);
            self.told += usize::from(contact::tell(tx, person, org, "class.changed", text).await?);
        }
        Ok(())
    }
}

/// Tells whoever has a place, waits for one, tries a lesson or has applied in a round. Run again, it tells nobody twice.
pub(super) async fn tell(ctx: Ctx, job: Job) -> AppResult<String> {
    if told_before(&ctx, &job).await? {
        return Ok("已通知过".into());
    }
    let payload = payload(&job)?;
    let class: ClassId = id(&payload, "class")?;
    let tx = ctx.begin().await?;
    let change = Changed {
        class: classes::find(&tx, class).await?,
        sentence: sentence(&payload).to_owned(),
        fee: payload
            .get("fee")
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false),
    };
    if change.class.status == ClassStatus::Cancelled {
        return Ok("这个班已停办，另有通知".into());
    }
    let mut heard = Heard::default();
    for row in store::live_of_class(&tx, class).await? {
        let back = crate::fees::actions::would_get_back(&ctx, &row).await?;
        let words = place_words(&row, change.fee, back);
        heard.tell(&tx, row.person_id, &change, &words).await?;
    }
    for guest in trials::booked_of_class(&tx, class).await? {
        let words = "您约的试听照旧；不想来，请早些取消：网上“我的学习”、电话或柜台都可以。";
        heard.tell(&tx, guest.person_id, &change, words).await?;
    }
    crate::rounds::changed_class::tell(&tx, &change, &mut heard).await?;
    commit_told(tx, &job, heard.told, heard.people.len()).await
}

const WAYS: &str = "网上“我的学习”、电话或柜台都可以";

/// What somebody can do who has a place or waits for one; with `back`, what of the fee that they have paid goes back now.
fn place_words(row: &EnrollmentRow, fee: bool, back: Option<i64>) -> String {
    match row.status {
        EnrollmentStatus::Applied | EnrollmentStatus::Waitlisted => {
            let fee = if fee {
                "轮到您时按新的学费交。"
            } else {
                ""
            };
            format!("您的候补位置不变。{fee}不想等了可以取消：{WAYS}。")
        }
        EnrollmentStatus::Offered => {
            let until = moment_text(row.held_until.unwrap_or(row.changed_at));
            let fee = if fee {
                "接受的话，按新的学费交。"
            } else {
                ""
            };
            format!("名额还给您留到 {until}。{fee}不想上，不接受就可以：{WAYS}。")
        }
        _ => {
            let fee = if fee { own_fee(row) } else { String::new() };
            let back = match back {
                None => String::new(),
                Some(0) => "照退费办法，现在取消，学费不退。".to_owned(),
                Some(fen) => format!("现在取消，学费退 {}。", Fen(fen)),
            };
            format!("您的名额不变。{fee}不想上了可以取消：{WAYS}。{back}")
        }
    }
}

/// A fee stays what it was when the seat was given.
fn own_fee(row: &EnrollmentRow) -> String {
    let fen = Fen(row.due_fen);
    match (row.money, row.held_until) {
        _ if row.due_fen == 0 => "您报名时不收学费，现在也不用补交。".to_owned(),
        (Money::Waived, _) => "您的学费已经免交，不变。".to_owned(),
        (Money::Due, Some(until)) => format!("您的学费还是 {fen}，请在 {} 前交。", moment_text(until)),
        _ => format!("您的学费还是报名时的 {fen}，不补也不退。"),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Stage, stage_with_fee};
    use db::args;
    use serde_json::{Value, json};

    async fn due(stage: &Stage, at: usize) -> i64 {
        let sql =
            "SELECT due_fen FROM enrollment WHERE person_id = $1 {unscoped: test} ORDER BY id DESC LIMIT 1";
        let db = &stage.app.platform.db;
        db.query_one(sql, args![stage.people[at]]).await.unwrap()
    }

    /// What somebody heard of a change.
    async fn heard(stage: &Stage, at: usize) -> Vec<String> {
        let all = stage.told(at).await.into_iter();
        all.filter(|text| text.contains("有变动")).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn everybody_hears_of_another_fee_and_who_has_a_seat_owes_what_they_did() {
        let stage = stage_with_fee(2, 5).await;
        for at in 0..5 {
            stage.give_phone(at).await;
        }
        // One has paid, one is to pay, one waits, one tries a lesson, one has nothing to do with it.
        let paid = stage.paid(0).await;
        stage.enroll(1).await;
        let asks = format!("/api/v1/classes/{}/enrollments", stage.class);
        let wait = json!({});
        stage.as_learner(2).call(201, "POST", &asks, &wait).await;
        let guest = stage.as_learner(3);
        let trials = format!("/api/v1/classes/{}/trials", stage.class);
        let lessons = guest.call(200, "GET", &trials, &Value::Null).await;
        let lesson = lessons["items"][0]["session"].as_str().unwrap().to_owned();
        let book = format!("/api/v1/sessions/{lesson}/trials");
        guest.call(201, "POST", &book, &json!({})).await;
        stage.app.run_jobs(crate::JOBS).await;

        stage.change_class(stage.class, |draft| draft.minimum = 1).await;
        assert!(heard(&stage, 0).await.is_empty(), "nobody decides by that");
        stage
            .change_class(stage.class, |draft| draft.fee_fen = 20_000)
            .await;
        let words = [
            ["您的学费还是报名时的 120 元", "现在取消，学费退 120 元"],
            ["您的学费还是 120 元，请在", "不想上了可以取消"],
            ["您的候补位置不变", "轮到您时按新的学费交"],
            ["您约的试听照旧", "不想来，请早些取消"],
        ];
        for (at, words) in words.iter().enumerate() {
            let told = heard(&stage, at).await;
            assert_eq!(told.len(), 1, "{told:?}");
            let change = "「书法入门」有变动：学费由“120 元”改为“200 元”。";
            let right = words.iter().chain([&change]).all(|text| told[0].contains(text));
            assert!(right, "{at}: {told:?}");
        }
        assert!(heard(&stage, 4).await.is_empty(), "a stranger");

        assert_eq!((due(&stage, 0).await, due(&stage, 1).await), (12_000, 12_000));
        let page = stage.as_learner(0).get(&format!("/me/enrollments/{paid}")).await;
        assert!(page.shows("120 元") && !page.shows("200 元"), "{}", page.body);
        // Whose turn comes pays the new fee.
        let leave = format!("/api/v1/enrollments/{paid}");
        assert_eq!(
            stage.as_learner(0).api("DELETE", &leave, &json!({})).await.status,
            200
        );
        assert_eq!(stage.status(2).await, "reserved");
        assert_eq!(due(&stage, 2).await, 20_000);
        stage.app.run_jobs(crate::JOBS).await;
        stage.books_are_right(12_000).await;
    }
}
