//! Progress: the tasks of an issued plan, who leads them, how far they are, and what is done about those that lag.
//!
//! Rules
//! 1. Printed names of leads and helpers are free text; a person says which organisation each means, and may give or take a part in
//!    a single task. A lead reports; who manages the plan may report too, as the plan's own organisation and never as the lead.
//! 2. A target bound to a metric moves by itself. Its growth counts where the verb says so (新增), else its level; a person may say
//!    otherwise, and which kind counts. What no metric gives is typed in a report and marked 自填 with who and when.
//! 3. A task is as far as its least target, if all are known, else as its last report says; what is done is done.
//! 4. The forecast goes on evenly by days and says so; in the first 15 % of the time it says nothing.
//! 5. What a colour means is data with its source (`data/plans/lights.toml`); a plan chooses. Reports are due on the so-many last
//!    working day of the month.
//! 6. A supervision slip goes to a lead, is received, replied to and closed; a second reply stands behind the first. A change of an
//!    issued figure or day is asked for with a reason and holds once granted, if what it changes is still as it was; the words of the
//!    document never change.
//! 7. Percent and light of a task are the same for all who read the plan; the words, evidence, slips and changes of an organisation only in
//!    its subtree, and by those who hold the plan.
//! 8. A task that returns every year in a plan of several years begins anew each time: state, reports, forecast and counted metrics
//!    are those of this time ([`days::Time`]).
//! 9. Two people at once overwrite nothing: what is so already is answered as done without a second event; light rules and what
//!    printed names mean are chosen in place of what was seen; what was carried over is neither done nor opened here.
//! 10. Tasks that are not done are carried over into a draft of the same organisation; when that draft is thrown away, they are open
//!     again.
//!
//! Who may: read `plan.read`; name leads, choose lights, bind, mark as done, carry over `plan.edit`; report and answer slips
//! `plan.report` for an organisation that leads; send slips and decide on changes `plan.issue`. Figures: `metric.read` over the
//! plan's organisation.
//! Events: `plan.task_reported`, `plan.task_done`, `plan.task_reopened`, `plan.milestone_added`, `plan.milestone_reached`,
//! `plan.lights_chosen`, `plan.parties_named`, `plan.duty_set`, `plan.target_bound`, `plan.slip_sent`, `plan.slip_received`,
//! `plan.slip_replied`, `plan.slip_closed`, `plan.change_asked`, `plan.change_decided`, `plan.carried_over`.
//! Tables: `plan_watch`, `plan_party`, `plan_duty`, `plan_state`, `plan_milestone`, `plan_report`, `plan_slip`, `plan_change`,
//! `plan_measure`.
//!
//! API: below `/api/v1/plans/{plan}` the same actions as the pages. `tasks`: list with percent and light; of a task `reports` (report),
//! `state` (done or open), `duties` (give, take), `milestones` (list, add, reached), `slips` (list, send), `changes` (list, ask).
//! `slips`: receive, reply, close. `changes`: decide. `targets`: standing, binding. `lights`: read, choose. Without an API: what printed
//! names mean, carrying over, evidence.
//!
//! Start reading at [`actions::overview`]; how far and how it goes on: [`model::Reached`].

pub mod actions;
mod api;
pub(crate) mod bulk;
pub mod carry;
pub mod changes;
mod days;
pub mod duties;
mod figures;
mod form;
mod lagging;
pub mod lights;
pub mod model;
mod moves;
mod pages;
mod percent;
pub mod slips;
mod store;
mod target_page;
pub mod targets;
mod task_page;
#[cfg(test)]
mod tests;
mod waiting;

pub use api::ProgressApi;
pub use lagging::{Lagging, lagging};
pub use waiting::waiting;

use metrics::Metrics;
use platform::{Access, Permission as P, Routes};
use std::sync::Arc;

/// Addresses of progress.
#[must_use]
pub fn routes(metrics: &Arc<Metrics>) -> Routes {
    let (read, edit, issue) = (
        Access::Needs(P::PlanRead),
        Access::Needs(P::PlanEdit),
        Access::Needs(P::PlanIssue),
    );
    let report = Access::NeedsEither(P::PlanReport, P::PlanEdit);
    let answer = Access::Needs(P::PlanReport);
    Routes::new()
        .get("/desk/plans/{plan}/progress", read, pages::overview)
        .post("/desk/plans/{plan}/lights", edit, pages::choose_lights)
        .get("/desk/plans/{plan}/parties", edit, pages::parties)
        .post("/desk/plans/{plan}/parties", edit, pages::set_parties)
        .get("/desk/plans/{plan}/carry", edit, pages::ask_carry)
        .post("/desk/plans/{plan}/carry", edit, pages::carry)
        .get("/desk/plans/{plan}/tasks/{task}", read, task_page::show)
        .post("/desk/plans/{plan}/tasks/{task}/duty", edit, task_page::duty)
        .post("/desk/plans/{plan}/tasks/{task}/done", edit, task_page::done)
        .post(
            "/desk/plans/{plan}/tasks/{task}/report",
            report,
            task_page::report,
        )
        .post(
            "/desk/plans/{plan}/tasks/{task}/milestone",
            report,
            task_page::milestone,
        )
        .post(
            "/desk/plans/{plan}/tasks/{task}/reached",
            report,
            task_page::reached,
        )
        .post(
            "/desk/plans/{plan}/tasks/{task}/change",
            report,
            task_page::change,
        )
        .post("/desk/plans/{plan}/tasks/{task}/slip", issue, task_page::slip)
        .get("/desk/plans/{plan}/evidence/{report}", read, task_page::evidence)
        .post(
            "/desk/plans/{plan}/slips/{slip}/receive",
            answer,
            task_page::receive,
        )
        .post("/desk/plans/{plan}/slips/{slip}/reply", answer, task_page::reply)
        .post("/desk/plans/{plan}/slips/{slip}/close", issue, task_page::close)
        .post("/desk/plans/{plan}/changes/{change}", issue, task_page::decide)
        .get("/desk/plans/{plan}/targets/{target}", read, target_page::show)
        .post("/desk/plans/{plan}/targets/{target}", edit, target_page::bind)
        .merge(api::routes())
        .with(Arc::clone(metrics))
}
