//! The buttons that accept, and the sentences beside them.

use super::actions;
use crate::EnrollmentStatus;
use crate::enrollments::{EnrollmentRow, id};
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use kernel::Instant;
use platform::web::{Posted, Shared, see_other};
use platform::{AppResult, Ctx};
use std::sync::Arc;
use ui::Page;

/// `POST /me/enrollments/{id}/accept`
pub(super) async fn accept(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    _: Posted,
) -> AppResult<Response> {
    actions::accept(&ctx, &desk, id(&text)?).await?;
    Ok(see_other(&format!("/me/enrollments/{text}?done=enrolled")))
}

/// `POST /desk/enrollments/{id}/accept`
pub(super) async fn accept_for(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    _: Posted,
) -> AppResult<Response> {
    actions::accept_for(&ctx, &desk, id(&text)?).await?;
    Ok(see_other(&format!("/desk/enrollments/{text}")))
}

/// Until when a seat is offered, in words; nothing without an offer.
pub(crate) fn answer_by(page: &Page, row: &EnrollmentRow) -> Option<String> {
    let until = offered(row)?;
    Some(page.tn("有一个名额给您留到 {}，请在这以前接受。", &[&page.moment(until)]))
}

/// The same on one's list, with the name of the class.
pub(crate) fn sentence(page: &Page, row: &EnrollmentRow, class: &str) -> Option<String> {
    let until = offered(row)?;
    Some(page.tn(
        "轮到您了：“{}”有一个名额给您留到 {}。",
        &[&class, &page.moment(until)],
    ))
}

fn offered(row: &EnrollmentRow) -> Option<Instant> {
    row.held_until.filter(|_| row.status == EnrollmentStatus::Offered)
}
