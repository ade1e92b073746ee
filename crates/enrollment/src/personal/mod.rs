//! What this domain tells of a person, and how it erases it: enrolments stay without a name, seats become free.

mod store;

use crate::enrollments::model::label;
use crate::enrollments::store::{EnrollmentRow, live_of_person, set_status};
use crate::{EnrollmentId, EnrollmentStatus};
use kernel::PersonId;
use platform::personal::{Cell, Erasing, Keeper, Retention, Rule, Section, Telling, erase_notes, happened};
use platform::{AppResult, Channel, Ctx, Event, Tx};
use serde_json::json;
use std::collections::BTreeMap;
use store::Told;
use teaching::{ClassId, classes};

/// The keeper of enrolments.
pub const KEEPER: Keeper = Keeper {
    retention: &[Retention {
        what: "报名和学籍",
        table: "enrollment",
        rule: Rule::Kept,
        why: "只有编号、日期和状态；名额、结业率要和名册对得上。还没上完的班会取消。",
        days: None,
    }],
    tell: |ctx, person| -> Telling<'_> { Box::pin(tell(ctx, person)) },
    erase: |tx, person| -> Erasing<'_> { Box::pin(erase(tx, person)) },
};

async fn tell(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Section>> {
    let rows = store::of_person(ctx.db(), person).await?;
    let ids: Vec<EnrollmentId> = rows.iter().map(|row| row.id).collect();
    let told = Section::new("enrollments", "报名和学籍", rows, |row: Told| {
        let channel = row.channel.parse().map_or("", Channel::label);
        vec![
            Cell::new("id", "报名编号", &row.id),
            Cell::new("class", "班级", &row.class),
            Cell::new("org", "学校", &row.org),
            Cell::new("status", "状态", &label(row.status)),
            Cell::new("channel", "方式", &channel),
            Cell::at("asked_at", "报名时间", Some(row.created_at)),
            Cell::at("changed_at", "最后变化", Some(row.changed_at)),
        ]
    });
    let title = "报名的经过";
    let history = happened(ctx.db(), "enrollment_events", title, "enrollment", &ids).await?;
    Ok(vec![told, history])
}

/// Gives up what is live, so that the seats go to others, and erases the words written about the person's enrolments.
async fn erase(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    let live = live_of_person(tx, person).await?;
    let mut of_class: BTreeMap<ClassId, Vec<&EnrollmentRow>> = BTreeMap::new();
    for row in &live {
        of_class.entry(row.class_id).or_default().push(row);
    }
    // In order of id, as the seat desk locks them after the person.
    let locks: Vec<i64> = of_class.keys().map(|class| class.raw()).collect();
    tx.lock_all("class", &locks).await?;
    for (class, rows) in of_class {
        let seats = rows.iter().filter(|row| row.status.holds_seat()).count();
        let waits = rows.len() - seats;
        let class = classes::find(tx, class).await?;
        let less = |count: i64, by: usize| (count - i64::try_from(by).unwrap_or(0)).max(0);
        let (enrolled, waitlisted) = (less(class.enrolled, seats), less(class.waitlisted, waits));
        classes::set_seat_counts(tx, class.id, enrolled, waitlisted).await?;
    }
    let ids: Vec<EnrollmentId> = live.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        set_status(tx, &ids, EnrollmentStatus::Withdrawn, tx.ctx().now()).await?;
    }
    let all = store::of_person(tx, person).await?;
    let all: Vec<EnrollmentId> = all.into_iter().map(|row| row.id).collect();
    erase_notes(tx, "enrollment", &all).await?;
    let event = |row: &EnrollmentRow| {
        Event::new("enrollment.withdrawn", "enrollment", row.id)
            .at(row.org_id)
            .on_behalf_of(person)
            .data(json!({ "class": row.class_id, "from": row.status.as_str(), "because": "erased" }))
    };
    Ok(live.iter().map(event).collect())
}
