//! Enrolment: seats decided at the seat desk, waitlist, withdrawal, the counter.

pub mod companions;
pub mod declarations;
pub mod demand;
pub mod draws;
pub mod early_asks;
pub mod eligibility;
pub mod ending;
pub mod enrollments;
pub mod fees;
pub mod first_come;
pub(crate) mod for_whom;
pub mod handover;
pub mod merging;
pub mod metrics;
pub mod offers;
mod personal;
pub mod quality;
pub mod roll;
pub mod rounds;
mod rows;
pub mod rules;
pub mod school_rules;
pub mod seat_desk;
mod spreadsheet;
pub mod suspension;
#[cfg(test)]
mod testing;
pub mod transfers;
pub mod trials;
pub mod undo;

pub use enrollments::{ATTEND, HOLDS, JOBS};
pub use merging::answers::OVER as MERGES;
pub use personal::KEEPER;
pub use rows::{COLUMNS, NewEnrollment};
pub use seat_desk::{EnrollmentStatus, SeatDesk};
pub use suspension::jobs::OVER as SUSPENSIONS;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "enrollment",
    migrations: &[
        db::Migration {
            number: 1,
            name: "enrollment",
            sql: include_str!("../migrations/0001_enrollment.sql"),
        },
        db::Migration {
            number: 2,
            name: "day of the seat",
            sql: include_str!("../migrations/0002_seated_on.sql"),
        },
        db::Migration {
            number: 3,
            name: "rounds",
            sql: include_str!("../migrations/0003_rounds.sql"),
        },
        db::Migration {
            number: 4,
            name: "indexes of the seat desk",
            sql: include_str!("../migrations/0004_seat_desk.sql"),
        },
        db::Migration {
            number: 5,
            name: "fees",
            sql: include_str!("../migrations/0005_fees.sql"),
        },
        db::Migration {
            number: 6,
            name: "handover",
            sql: include_str!("../migrations/0006_handover.sql"),
        },
        db::Migration {
            number: 7,
            name: "rounds by first come",
            sql: include_str!("../migrations/0007_first_come.sql"),
        },
        db::Migration {
            number: 8,
            name: "declarations",
            sql: include_str!("../migrations/0008_declarations.sql"),
        },
        db::Migration {
            number: 9,
            name: "life of a class and of an enrolment",
            sql: include_str!("../migrations/0009_life.sql"),
        },
        db::Migration {
            number: 10,
            name: "offers and classes for those who wait",
            sql: include_str!("../migrations/0010_waiting.sql"),
        },
        db::Migration {
            number: 11,
            name: "early asks",
            sql: include_str!("../migrations/0011_early_ask.sql"),
        },
        db::Migration {
            number: 12,
            name: "rounds by interview and by hand",
            sql: include_str!("../migrations/0012_selection.sql"),
        },
        db::Migration {
            number: 14,
            name: "eligibility rules",
            sql: include_str!("../migrations/0014_eligibility.sql"),
        },
        db::Migration {
            number: 15,
            name: "suspension, and fees by lessons",
            sql: include_str!("../migrations/0015_suspension.sql"),
        },
        db::Migration {
            number: 18,
            name: "fewer indexes",
            sql: include_str!("../migrations/0018_fewer_indexes.sql"),
        },
        db::Migration {
            number: 19,
            name: "no references of a place on SQLite",
            sql: include_str!("../migrations/0019_no_references.sql"),
        },
        db::Migration {
            number: 20,
            name: "one index of a person's places on SQLite",
            sql: include_str!("../migrations/0020_one_index.sql"),
        },
        db::Migration {
            number: 21,
            name: "who began a payment on line",
            sql: include_str!("../migrations/0021_fee_order_actor.sql"),
        },
        db::Migration {
            number: 22,
            name: "why a refund went another way",
            sql: include_str!("../migrations/0022_refund_way.sql"),
        },
    ],
    org_owned: &[
        "enrollment",
        "round",
        "signup",
        "draw",
        "handover",
        "early_ask",
        "fee_posting",
        "fee_refund",
        "fee_order",
        "fee_closing",
        "enrollment_rule",
        "class_opening",
        "paper_rule",
        "paper_text",
        "paper_signature",
        "school_rule",
        "eligibility_rule",
        "merge_run",
        "merge_answer",
        "transfer",
        "suspension",
        "trial",
    ],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// An enrollment.
    pub enum Enrollment {}
    /// A round.
    pub enum Round {}
    /// A signup.
    pub enum Signup {}
    /// A draft to be finished at the counter.
    pub enum Handover {}
    /// An ask left before an opening.
    pub enum EarlyAsk {}
    /// A posting of the ledger of fees.
    pub enum Posting {}
    /// A refund.
    pub enum Refund {}
    /// A payment on line.
    pub enum Order {}
    /// A rule of papers.
    pub enum PaperRule {}
    /// The words of a paper.
    pub enum PaperText {}
    /// A signature on a paper.
    pub enum Signature {}
    /// A wish to change classes.
    pub enum Transfer {}
    /// A wish to suspend an enrolment.
    pub enum Suspension {}
    /// A rule of who may enrol.
    pub enum EligibilityRule {}
    /// A lesson that somebody tries.
    pub enum Trial {}
}
/// Id of an enrollment.
pub type EnrollmentId = kernel::Id<kinds::Enrollment>;
/// Id of a round.
pub type RoundId = kernel::Id<kinds::Round>;
/// Id of a signup.
pub type SignupId = kernel::Id<kinds::Signup>;
/// Id of a rule of who may enrol.
pub type EligibilityRuleId = kernel::Id<kinds::EligibilityRule>;
/// Id of a trial.
pub type TrialId = kernel::Id<kinds::Trial>;
/// Id of a draft to be finished at the counter.
pub type HandoverId = kernel::Id<kinds::Handover>;
/// Id of an ask left before an opening.
pub type EarlyAskId = kernel::Id<kinds::EarlyAsk>;

/// Id of a wish to change classes.
pub type TransferId = kernel::Id<kinds::Transfer>;
/// Id of a wish to suspend an enrolment.
pub type SuspensionId = kernel::Id<kinds::Suspension>;

/// The daily sweep of this domain: drafts of days gone by, early asks long decided.
pub const SWEEP: platform::JobKind = platform::JobKind {
    name: "enrollment.sweep",
    run: |ctx, job| -> platform::JobFuture {
        Box::pin(async move {
            platform::retention::sweep(
                &ctx,
                &job,
                &[handover::store::OLD, early_asks::store::OLD].concat(),
            )
            .await
        })
    },
};
/// Id of a posting of the ledger of fees.
pub type PostingId = kernel::Id<kinds::Posting>;
/// Id of a refund.
pub type RefundId = kernel::Id<kinds::Refund>;
/// Id of a rule of papers.
pub type PaperRuleId = kernel::Id<kinds::PaperRule>;
/// Id of the words of a paper.
pub type PaperTextId = kernel::Id<kinds::PaperText>;
/// Id of a signature on a paper.
pub type SignatureId = kernel::Id<kinds::Signature>;
/// Id of a payment on line.
pub type OrderId = kernel::Id<kinds::Order>;

/// The routes of this crate; they take the desk of this process.
pub fn routes(desk: &std::sync::Arc<SeatDesk>) -> platform::Routes {
    enrollments::routes(desk)
        .merge(rounds::routes())
        .merge(first_come::routes())
        .merge(fees::routes())
        .merge(early_asks::routes())
        .merge(rules::routes())
        .merge(declarations::routes())
        .merge(school_rules::routes())
        .merge(eligibility::routes())
}

/// What waits for staff. A class with free seats and people waiting who cannot take them needs a word with them; a round
/// waits for its next step.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &platform::Ctx) -> platform::AppResult<Vec<platform::Waiting>> {
    let mut all = rounds::lifecycle::waiting(ctx).await?;
    all.extend(rounds::lessons::waiting(ctx).await?);
    all.extend(enrollments::actions::waiting(ctx).await?);
    all.extend(fees::actions::waiting(ctx).await?);
    all.extend(offers::actions::waiting(ctx).await?);
    all.extend(demand::actions::waiting(ctx).await?);
    all.extend(declarations::actions::waiting(ctx).await?);
    all.extend(merging::answers::waiting(ctx).await?);
    all.extend(transfers::actions::waiting(ctx).await?);
    all.extend(suspension::actions::waiting(ctx).await?);
    Ok(all)
}

/// The API of this crate.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi as _;
    let mut all = enrollments::api::Api::openapi();
    all.merge(rounds::api::RoundsApi::openapi());
    all.merge(rounds::staff_api::StaffRoundsApi::openapi());
    all.merge(first_come::api::FirstComeApi::openapi());
    all.merge(undo::UndoApi::openapi());
    all.merge(handover::api::HandoverApi::openapi());
    all.merge(early_asks::api::EarlyAsksApi::openapi());
    all.merge(fees::api::FeesApi::openapi());
    all.merge(offers::OffersApi::openapi());
    all.merge(demand::DemandApi::openapi());
    all.merge(declarations::api::DeclarationsApi::openapi());
    all.merge(merging::api::MergingApi::openapi());
    all.merge(transfers::api::TransfersApi::openapi());
    all.merge(suspension::api::SuspensionApi::openapi());
    all.merge(school_rules::api::SchoolRulesApi::openapi());
    all.merge(trials::TrialsApi::openapi());
    all.merge(eligibility::api::EligibilityApi::openapi());
    all
}

/// Counts the seats of open classes again and says where counters and rows differ, and which places point at nothing.
///
/// # Errors
/// When the database cannot be read.
pub async fn recount(db: &db::Db) -> platform::AppResult<Vec<String>> {
    let wrong = enrollments::store::miscounted(db).await?;
    let sentence = |row: enrollments::store::Miscounted| {
        format!(
            "班级 {}：记着在册 {} 人、候补 {} 人，数出来是 {} 人、{} 人",
            row.class_id, row.enrolled, row.waitlisted, row.seated, row.waiting
        )
    };
    let adrift = enrollments::store::adrift(db).await?;
    let lost = |id: EnrollmentId| format!("报名 {id}：它的班级、学期、学校或学员不在");
    Ok(wrong
        .into_iter()
        .map(sentence)
        .chain(adrift.into_iter().map(lost))
        .collect())
}
