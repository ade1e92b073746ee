//! Work plans: what a document asks for, read as items, tasks and targets, corrected by a person, issued.
//!
//! Start reading at [`plans`]; the reader itself is [`reading`]: text in, draft out, no I/O.

pub mod alignment;
pub mod plans;
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
}
/// Id of a plan.
pub type PlanId = kernel::Id<kinds::Plan>;
/// Id of an item of a plan.
pub type PlanItemId = kernel::Id<kinds::PlanItem>;
/// Id of a task of an item.
pub type PlanTaskId = kernel::Id<kinds::PlanTask>;
/// Id of a target of a task.
pub type PlanTargetId = kernel::Id<kinds::PlanTarget>;

/// All addresses of this crate.
#[must_use]
pub fn routes() -> platform::Routes {
    platform::Routes::new()
        .merge(plans::routes())
        .merge(alignment::routes())
}

/// Description of this crate's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    let mut all = plans::PlansApi::openapi();
    all.merge(alignment::AlignmentApi::openapi());
    all
}
