//! A class of the small world with people on its roll.

use crate::world::{School, insert};
use db::args;
use kernel::{Id, PersonId};
use platform::{Event, Platform};
use std::sync::Arc;

/// Puts people on the roll of a class as confirmed; gives the numbers of their enrolments.
pub async fn enroll(platform: &Arc<Platform>, school: &School, class: i64, people: &[PersonId]) -> Vec<i64> {
    let ctx = platform::Ctx::system(platform, "world");
    let tx = ctx.begin().await.expect("a transaction");
    let term: i64 = tx
        .query_one(
            "SELECT term_id FROM class WHERE id = $1 {unscoped: test world}",
            args![class],
        )
        .await
        .expect("the term");
    let mut all = Vec::with_capacity(people.len());
    for person in people {
        let id: Id<()> = platform.ids.next();
        insert(
            &tx,
            "enrollment",
            &[
                ("id", id.into()),
                ("class_id", class.into()),
                ("term_id", term.into()),
                ("org_id", school.org.into()),
                ("person_id", (*person).into()),
                ("status", "confirmed".into()),
                ("live", true.into()),
                ("queue", 0_i64.into()),
                ("money", "none".into()),
                ("channel", "web".into()),
                ("rule_version", "test".into()),
                ("created_at", "2026-11-01T00:00:00.000Z".into()),
                ("changed_at", "2026-11-01T00:00:00.000Z".into()),
            ],
        )
        .await;
        all.push(id.raw());
    }
    let count = i64::try_from(people.len()).unwrap_or(0);
    tx.exec(
        "UPDATE class SET capacity = capacity + $2, enrolled = enrolled + $2 WHERE id = $1 {unscoped: test world}",
        args![class, count],
    )
    .await
    .expect("the count");
    tx.commit(vec![Event::new(
        "test.enrolled",
        "class",
        Id::<()>::from_raw(class),
    )])
    .await
    .expect("a commit");
    all
}

/// The sessions of a class, by their number, as the outside text of their ids.
pub async fn sessions(platform: &Arc<Platform>, class: i64) -> Vec<String> {
    let rows: Vec<i64> = platform
        .db
        .query(
            "SELECT id FROM session WHERE class_id = $1 {unscoped: test world} ORDER BY number",
            args![class],
        )
        .await
        .expect("sessions");
    rows.into_iter()
        .map(|id| Id::<()>::from_raw(id).to_string())
        .collect()
}
