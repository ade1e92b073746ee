//! Work plans: what a document asks for, read as items, tasks and targets, corrected by a person, issued.
//!
//! Start reading at [`plans`]; the reader itself is [`reading`]: text in, draft out, no I/O.

pub mod alignment;
pub mod meetings;
pub mod plans;
pub mod progress;
pub mod reading;
#[cfg(test)]
mod testing;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "plans",
    migrations: &[
        db::Migration {
            number: 1,
            name: "plans",
            sql: include_str!("../migrations/0001_plans.sql"),
        },
        db::Migration {
            number: 2,
            name: "alignment",
            sql: include_str!("../migrations/0002_alignment.sql"),
        },
        db::Migration {
            number: 3,
            name: "progress",
            sql: include_str!("../migrations/0003_progress.sql"),
        },
        db::Migration {
            number: 4,
            name: "meetings",
            sql: include_str!("../migrations/0004_meetings.sql"),
        },
    ],
    org_owned: &["plan"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A plan.
    pub enum Plan {}
    /// An item of a plan.
    pub enum PlanItem {}
    /// A task of an item.
    pub enum PlanTask {}
    /// A target of a task.
    pub enum PlanTarget {}
    /// A milestone of a task.
    pub enum PlanMilestone {}
    /// A report on a task.
    pub enum PlanReport {}
    /// A supervision slip.
    pub enum PlanSlip {}
    /// A change that is asked for.
    pub enum PlanChange {}
    /// A meeting.
    pub enum Meeting {}
    /// A guest of a meeting.
    pub enum MeetingGuest {}
    /// A point of an agenda.
    pub enum MeetingPoint {}
    /// What a meeting decided.
    pub enum MeetingDecision {}
}
/// Id of a plan.
pub type PlanId = kernel::Id<kinds::Plan>;
/// Id of an item of a plan.
pub type PlanItemId = kernel::Id<kinds::PlanItem>;
/// Id of a task of an item.
pub type PlanTaskId = kernel::Id<kinds::PlanTask>;
/// Id of a target of a task.
pub type PlanTargetId = kernel::Id<kinds::PlanTarget>;

/// Id of a milestone of a task.
pub type PlanMilestoneId = kernel::Id<kinds::PlanMilestone>;
/// Id of a report on a task.
pub type PlanReportId = kernel::Id<kinds::PlanReport>;
/// Id of a supervision slip.
pub type PlanSlipId = kernel::Id<kinds::PlanSlip>;
/// Id of a change that is asked for.
pub type PlanChangeId = kernel::Id<kinds::PlanChange>;
/// Id of a meeting.
pub type MeetingId = kernel::Id<kinds::Meeting>;
/// Id of a guest of a meeting.
pub type MeetingGuestId = kernel::Id<kinds::MeetingGuest>;
/// Id of a point of an agenda.
pub type MeetingPointId = kernel::Id<kinds::MeetingPoint>;
/// Id of what a meeting decided.
pub type MeetingDecisionId = kernel::Id<kinds::MeetingDecision>;

/// What of plans and their meetings waits for the actor.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &platform::Ctx) -> platform::AppResult<Vec<platform::Waiting>> {
    let mut all = progress::waiting(ctx).await?;
    all.extend(meetings::waiting(ctx).await?);
    Ok(all)
}

/// All addresses of this crate.
#[must_use]
pub fn routes(metrics: &std::sync::Arc<metrics::Metrics>) -> platform::Routes {
    platform::Routes::new()
        .merge(plans::routes())
        .merge(alignment::routes())
        .merge(progress::routes(metrics))
        .merge(meetings::routes(metrics))
}

/// Description of this crate's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    let mut all = plans::PlansApi::openapi();
    all.merge(alignment::AlignmentApi::openapi());
    all.merge(progress::ProgressApi::openapi());
    all.merge(meetings::MeetingsApi::openapi());
    all
}
