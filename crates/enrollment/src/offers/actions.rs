//! Accepting a seat that is offered.

use super::store;
use crate::EnrollmentId;
use crate::enrollments::EnrollmentRow;
use crate::enrollments::actions::{desk_channel, own};
use crate::enrollments::store as enrollments;
use crate::seat_desk::{Answer, Ask, Asked, SeatDesk};
use platform::{AppResult, Channel, Ctx, Permission, Waiting};

/// Accepts a seat for oneself, or for somebody for whom one may act.
///
/// # Errors
/// [`platform::AppError::NotFound`] when it is anybody else's; refused `offer_over` after its end.
pub async fn accept(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId) -> AppResult<Answer> {
    let row = own(ctx, id).await?;
    let channel = if ctx.actor.person == Some(row.person_id) {
        ctx.channel
    } else {
        Channel::Family
    };
    take(ctx, desk, &row, channel).await
}

/// Accepts a seat on the word of its learner, at the counter or by telephone.
///
/// # Errors
/// [`platform::AppError::NotFound`] outside the scope; refused `offer_over` after its end.
pub async fn accept_for(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId) -> AppResult<Answer> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    take(ctx, desk, &row, desk_channel(ctx)).await
}

async fn take(ctx: &Ctx, desk: &SeatDesk, row: &EnrollmentRow, channel: Channel) -> AppResult<Answer> {
    desk.ask(Asked {
        ask: Ask::Accept {
            person: row.person_id,
            class: row.class_id,
            enrollment: row.id,
        },
        by: ctx.actor.person,
        channel,
        reason: String::new(),
        key: None,
    })
    .await
}

/// Offers of the scope that nobody has answered.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::EnrollmentAct);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for open in store::open_within(ctx.db(), &scope).await? {
        let detail = format!(
            "{} 个名额留着等本人接受。没有手机的人收不到短信，请打电话问一问。",
            open.offers
        );
        all.push(of_class(ctx, "等候补的人答复", detail, &open).await?);
    }
    for open in store::unreachable_within(ctx.db(), &scope).await? {
        let detail = format!(
            "轮到了 {} 位没有手机的人，名额留着等交费、签材料。他们收不到短信，请联系本人或家人。",
            open.offers
        );
        all.push(of_class(ctx, "告诉没有手机的人", detail, &open).await?);
    }
    Ok(all)
}

async fn of_class(ctx: &Ctx, what: &str, detail: String, open: &store::Open) -> AppResult<Waiting> {
    let name = teaching::classes::find(ctx.db(), open.class_id).await?.name;
    Ok(Waiting {
        title: format!("{what}：{name}"),
        detail,
        href: format!("/desk/classes/{}/learners", open.class_id),
        due: open.until.map(|until| until.date()),
        count: open.offers,
    })
}
