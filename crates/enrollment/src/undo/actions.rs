//! Taking back what somebody else did.

use crate::EnrollmentId;
use crate::enrollments::actions::withdraw;
use crate::enrollments::store;
use crate::enrollments::{EnrollmentRow, actions::desk_channel};
use crate::seat_desk::{Answer, SeatDesk};
use kernel::PersonId;
use people::{contact, persons};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission};
use serde_json::json;

/// The note of the withdrawal.
const NOTE: &str = "本人撤销了别人代办的报名";

/// Undoes what somebody else enrolled the signed-in person in.
///
/// # Errors
/// [`AppError::NotFound`] when it is not one's own; [`AppError::Refused`] `too_late_to_undo`.
pub async fn undo(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId) -> AppResult<Answer> {
    let person = ctx.person()?;
    let row = store::find(ctx.db(), id).await?;
    if row.person_id != person {
        return Err(AppError::NotFound);
    }
    take_back(ctx, desk, &row, ctx.channel).await
}

/// Undoes it on the word of a learner at the counter.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Refused`] `too_late_to_undo`.
pub async fn undo_for(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId) -> AppResult<Answer> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    take_back(ctx, desk, &row, desk_channel(ctx)).await
}

async fn take_back(ctx: &Ctx, desk: &SeatDesk, row: &EnrollmentRow, channel: Channel) -> AppResult<Answer> {
    let (Some(_), Some(acted)) = (row.undo_until(ctx.today()), row.actor_person) else {
        return Err(AppError::refused_with_door(
            "too_late_to_undo",
            "这个报名现在不能撤销：不是别人代办的，或者过了三天，或者已经取消了。还想不上，可以取消报名。",
            "看这个报名",
            format!("/me/enrollments/{}", row.id),
        ));
    };
    let answer = withdraw(ctx, desk, row, channel, NOTE).await?;
    let tx = ctx.begin().await?;
    if row.channel == Channel::Family.as_str() {
        tell_helper(&tx, row, acted).await?;
    }
    let mut event = Event::new("enrollment.undone", "enrollment", row.id)
        .at(row.org_id)
        .via(channel)
        .data(json!({ "class": row.class_id, "acted": acted, "channel": row.channel }));
    if ctx.actor.person != Some(row.person_id) {
        event = event.on_behalf_of(row.person_id);
    }
    tx.commit(vec![event]).await?;
    Ok(answer)
}

async fn tell_helper(tx: &platform::Tx, row: &EnrollmentRow, helper: PersonId) -> AppResult<()> {
    let class = teaching::classes::find(tx, row.class_id).await?;
    let learner = persons::find(tx, row.person_id).await?;
    let text = format!("【学圈】{}撤销了您代办的“{}”的报名。", learner.name, class.name);
    contact::tell(tx, helper, Some(row.org_id), "enrollment.undone", text).await?;
    Ok(())
}
