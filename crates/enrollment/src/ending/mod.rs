//! How the end of a class ends its enrolments: completed, ended without completion, or a wait that is over.
//!
//! 1. Who is judged, and by what rule, is decided by `records`; here the enrolment gets its status, an event with the
//!    figures, and the person a message. All in the caller's transaction.
//! 2. A seat stays counted when its enrolment ends with the class: it was taken to the end. Only the waitlist is emptied.
//! 3. Who ended without completion may be completed later, when a roll was corrected; nobody's completion is taken back
//!    here (a certificate is revoked, see `records`).
//!
//! 4. Who pauses neither completes nor ends: their place goes on ([`crate::suspension`]).
//!
//! Events: enrollment.completed, enrollment.ended, enrollment.expired. Table: enrollment. Start reading at [`end`].

#[cfg(test)]
mod tests;

use crate::enrollments::store::{self, EnrollmentRow};
use crate::enrollments::wishes;
use crate::{EnrollmentId, EnrollmentStatus};
use kernel::PersonId;
use people::contact;
use platform::{AppResult, Event, Tx};
use serde_json::json;
use teaching::classes::{self, ClassRow};

/// A learner who does not meet the rule of their class, with the figures that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shortfall {
    /// Sessions attended.
    pub attended: i64,
    /// Sessions held.
    pub held: i64,
    /// Sessions that must be attended.
    pub needed: i64,
}

/// What an end came to.
#[derive(Debug, Default)]
pub struct Ended {
    /// One for each enrolment that ended; the caller commits them.
    pub events: Vec<Event>,
    /// People without a telephone, whom somebody must tell.
    pub untold: usize,
}

impl Ended {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.events.extend(other.events);
        self.untold += other.untold;
        self
    }
}

/// Ends enrolments as completed; those that are completed already stay as they are.
///
/// # Errors
/// When the database refuses.
pub async fn complete(tx: &Tx, class: &ClassRow, ids: &[EnrollmentId], rule: &str) -> AppResult<Ended> {
    let rows = store::find_many(tx, ids).await?;
    let may = |row: &EnrollmentRow| takes_part(row) || row.status == EnrollmentStatus::Ended;
    let rows: Vec<EnrollmentRow> = rows.into_iter().filter(may).collect();
    let text = format!("【学圈】恭喜您从“{}”结业，学时已经记进您的学习档案。", class.name);
    let mut ended = Ended::default();
    for row in &rows {
        let data = json!({ "class": class.id, "from": row.status.as_str(), "rule": rule });
        ended.events.push(event("enrollment.completed", row).data(data));
        tell(tx, row, "enrollment.completed", &text, &mut ended).await?;
    }
    set(tx, &rows, EnrollmentStatus::Completed).await?;
    Ok(ended)
}

/// Ends the enrolments of those who do not meet the rule of a class that is over.
///
/// # Errors
/// When the database refuses.
pub async fn end(
    tx: &Tx,
    class: &ClassRow,
    short: &[(EnrollmentId, Shortfall)],
    rule: &str,
) -> AppResult<Ended> {
    let ids: Vec<EnrollmentId> = short.iter().map(|(id, _)| *id).collect();
    let rows = store::find_many(tx, &ids).await?;
    let rows: Vec<EnrollmentRow> = rows.into_iter().filter(takes_part).collect();
    let mut ended = Ended::default();
    for row in &rows {
        let Some((_, facts)) = short.iter().find(|(id, _)| *id == row.id) else {
            continue;
        };
        let data =
            json!({ "class": class.id, "from": row.status.as_str(), "rule": rule, "shortfall": facts });
        ended.events.push(event("enrollment.ended", row).data(data));
        tell(tx, row, "enrollment.ended", &sentence(class, *facts), &mut ended).await?;
    }
    set(tx, &rows, EnrollmentStatus::Ended).await?;
    Ok(ended)
}

/// Whether somebody has a seat and does not pause.
fn takes_part(row: &EnrollmentRow) -> bool {
    row.status.is_seated() && row.status != EnrollmentStatus::Suspended
}

fn sentence(class: &ClassRow, facts: Shortfall) -> String {
    let name = &class.name;
    let Shortfall {
        attended,
        held,
        needed,
    } = facts;
    if held == 0 {
        return format!(
            "【学圈】“{name}”没有上课就结束了，您在这个班的报名到此为止。可以看看别的班，或打电话问学校。"
        );
    }
    format!(
        "【学圈】“{name}”已经结束。上了 {held} 次课，您到了 {attended} 次，结业要到 {needed} 次，所以这次没有结业。点名有误请找学校更正；想再学，欢迎再报。"
    )
}

/// Ends the wait of everybody whose turn did not come in a class that is over.
///
/// # Errors
/// When the database refuses.
pub async fn end_waits(tx: &Tx, class: &ClassRow) -> AppResult<Ended> {
    let rows = store::live_of_class(tx, class.id).await?;
    let rows: Vec<EnrollmentRow> = rows.into_iter().filter(|row| !row.status.is_seated()).collect();
    let offered = rows.iter().filter(|row| row.status.holds_seat()).count();
    let mut ended = Ended::default();
    if rows.is_empty() {
        return Ok(ended);
    }
    let text = format!(
        "【学圈】“{}”已经结束，您的候补没有轮到，就此结束。可以看看还在报名的班，或打电话问学校。",
        class.name
    );
    for row in &rows {
        let data = json!({ "class": class.id, "from": row.status.as_str() });
        ended.events.push(event("enrollment.expired", row).data(data));
        tell(tx, row, "enrollment.expired", &text, &mut ended).await?;
    }
    set(tx, &rows, EnrollmentStatus::Expired).await?;
    let enrolled = class.enrolled - i64::try_from(offered).unwrap_or(0);
    classes::set_seat_counts(tx, &[(class.id, enrolled, 0)]).await?;
    Ok(ended)
}

fn event(kind: &'static str, row: &EnrollmentRow) -> Event {
    Event::new(kind, "enrollment", row.id)
        .at(row.org_id)
        .on_behalf_of(row.person_id)
}

async fn tell(
    tx: &Tx,
    row: &EnrollmentRow,
    template: &'static str,
    text: &str,
    ended: &mut Ended,
) -> AppResult<()> {
    let person: PersonId = row.person_id;
    if !contact::tell(tx, person, Some(row.org_id), template, text.to_owned()).await? {
        ended.untold += 1;
    }
    Ok(())
}

async fn set(tx: &Tx, rows: &[EnrollmentRow], status: EnrollmentStatus) -> AppResult<()> {
    let ids: Vec<EnrollmentId> = rows.iter().map(|row| row.id).collect();
    wishes::close(tx, &ids).await?;
    if !ids.is_empty() {
        store::set_status(tx, &ids, status, tx.ctx().now()).await?;
    }
    Ok(())
}
