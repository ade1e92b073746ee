//! JSON of progress: the same actions as the pages, a file a noun.

mod changes;
mod duties;
mod lights;
mod milestones;
mod slips;
mod targets;
mod tasks;

use platform::{Access, Permission as P, Routes};

macro_rules! task {
    ($rest:literal) => {
        concat!("/api/v1/plans/{plan}/tasks/{task}", $rest)
    };
}

/// Addresses of the JSON of progress.
pub(super) fn routes() -> Routes {
    let (read, edit, issue) = (
        Access::Needs(P::PlanRead),
        Access::Needs(P::PlanEdit),
        Access::Needs(P::PlanIssue),
    );
    let report = Access::NeedsEither(P::PlanReport, P::PlanEdit);
    let answer = Access::Needs(P::PlanReport);
    Routes::new()
        .get("/api/v1/plans/{plan}/tasks", read, tasks::list)
        .post(task!("/reports"), report, tasks::report)
        .put(task!("/state"), edit, tasks::set_state)
        .put(task!("/duties/{org}"), edit, duties::give)
        .delete(task!("/duties/{org}"), edit, duties::take)
        .get(task!("/milestones"), read, milestones::list)
        .post(task!("/milestones"), report, milestones::add)
        .post(
            task!("/milestones/{milestone}/reached"),
            report,
            milestones::reached,
        )
        .get(task!("/slips"), read, slips::list)
        .post(task!("/slips"), issue, slips::send)
        .post(
            "/api/v1/plans/{plan}/slips/{slip}/receive",
            answer,
            slips::receive,
        )
        .post("/api/v1/plans/{plan}/slips/{slip}/reply", answer, slips::reply)
        .post("/api/v1/plans/{plan}/slips/{slip}/close", issue, slips::close)
        .get(task!("/changes"), read, changes::list)
        .post(task!("/changes"), report, changes::ask)
        .put("/api/v1/plans/{plan}/changes/{change}", issue, changes::decide)
        .get("/api/v1/plans/{plan}/targets/{target}", read, targets::get)
        .put(
            "/api/v1/plans/{plan}/targets/{target}/binding",
            edit,
            targets::bind,
        )
        .get("/api/v1/plans/{plan}/lights", read, lights::get)
        .put("/api/v1/plans/{plan}/lights", edit, lights::choose)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    tasks::list,
    tasks::report,
    tasks::set_state,
    duties::give,
    duties::take,
    milestones::list,
    milestones::add,
    milestones::reached,
    slips::list,
    slips::send,
    slips::receive,
    slips::reply,
    slips::close,
    changes::list,
    changes::ask,
    changes::decide,
    targets::get,
    targets::bind,
    lights::get,
    lights::choose,
))]
pub struct ProgressApi;
