//! Completion for programs of the staff.

use super::actions::{self, Line, Preview};
use super::model::{RULE, Verdict};
use axum::Json;
use platform::api::{At, Named, NoBody};
use platform::{AppResult, Ctx};
use serde::Serialize;
use teaching::ClassId;
use utoipa::ToSchema;

/// One learner of a class that comes to its end.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompletionItem {
    /// The learner.
    person: Named,
    /// The learner's number.
    number: String,
    /// Sessions in time.
    present: i64,
    /// Sessions that were begun late; they count.
    late: i64,
    /// Sessions that were held.
    held: i64,
    /// Minutes attended.
    minutes: i64,
    /// Whether the rule lets them complete.
    completes: bool,
    /// Sessions that are missing; 0 for who completes.
    missing: i64,
    /// verified or revoked, when it was confirmed already.
    outcome: Option<String>,
}

impl From<Line> for CompletionItem {
    fn from(line: Line) -> Self {
        let counts = line.facts.counts;
        Self {
            person: Named::new(line.learner.person, line.learner.name),
            number: line.learner.number,
            present: counts.present,
            late: counts.late,
            held: counts.held,
            minutes: line.facts.minutes,
            completes: line.verdict == Verdict::Completes,
            missing: match line.verdict {
                Verdict::Completes => 0,
                Verdict::Short(missing) => missing,
            },
            outcome: line.held,
        }
    }
}

/// Who completes a class, by which rule, and what stands in the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompletionJson {
    /// The version of the rule.
    rule: &'static str,
    /// Least attendance, in percent.
    pass_percent: i64,
    /// Sessions that are still to come; completion waits for them.
    sessions_to_come: i64,
    /// Sessions without a roll; completion waits for them.
    sessions_without_roll: usize,
    /// Learners who would be confirmed now.
    ready: usize,
    /// The learners, by name.
    learners: Vec<CompletionItem>,
}

impl From<Preview> for CompletionJson {
    fn from(preview: Preview) -> Self {
        Self {
            rule: RULE,
            pass_percent: preview.class.pass_percent,
            sessions_to_come: preview.facts.to_come,
            sessions_without_roll: preview.facts.without_roll.len(),
            ready: preview.ready(),
            learners: preview.lines.into_iter().map(CompletionItem::from).collect(),
        }
    }
}

/// What confirming came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confirmed {
    /// Learners whose completion is new.
    completed: usize,
    /// Learners whose enrolment ended because they do not meet the rule.
    ended: usize,
    /// People without a telephone, whom somebody must tell.
    untold: usize,
}

/// Who completes a class and who does not.
#[utoipa::path(get, path = "/api/v1/classes/{id}/completion", tag = "records",
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 200, body = CompletionJson)))]
pub(super) async fn show(ctx: Ctx, At(class): At<ClassId>) -> AppResult<Json<CompletionJson>> {
    Ok(Json(actions::preview(&ctx, class).await?.into()))
}

/// Confirms the completion of everybody whom the rule lets complete, and closes the class; twice changes nothing more.
#[utoipa::path(post, path = "/api/v1/classes/{id}/completion", tag = "records",
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 200, body = Confirmed), (status = 409, description = "a session is to come or lacks its roll")))]
pub(super) async fn confirm(ctx: Ctx, At(class): At<ClassId>, _: NoBody) -> AppResult<Json<Confirmed>> {
    let done = actions::confirm(&ctx, class).await?;
    Ok(Json(Confirmed {
        completed: done.completed,
        ended: done.ended,
        untold: done.untold,
    }))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(show, confirm))]
pub(crate) struct CompletionApi;
