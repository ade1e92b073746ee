//! Eligibility (报名规则): further rules of who may enrol, which a school writes as data.
//!
//! Rules:
//! 1. A rule is an expression in CEL over a few documented facts ([`facts::NAMES`]); it must say yes for who enrols. It
//!    counts for a class, for a course of an org, or for all classes of an org and of what lies below.
//! 2. It is checked and tried when it is kept: at most 500 letters, no going through lists, known names, an answer of yes or no.
//! 3. A change is a new version that begins where the last one ends; who has a place keeps it, with the versions that were asked.
//! 4. The seat desk asks when somebody wants a place: alone, with companions, from a draw, when invited or changing classes.
//!    When a turn comes on the waitlist only rules that count places are asked again: who has meanwhile as many as a limit
//!    allows is told, keeps the wait, and has the turn when they have given one up. What a rule says of the person was asked
//!    when they came to wait. Who is moved by a merge is not asked again.
//! 5. A refusal names the rule, its version and the next door.
//! 6. The page of a class tells everybody the words of its rules; who is about to ask, and the clerk who asks for them, see
//!    which they meet ([`standing`]).
//! 7. Before it is published a dry run says how many learners of the last term it would refuse.
//!
//! Who may do what: `RoundRun` writes and ends rules in its subtree; those of orgs above are shown.
//! Events: eligibility_rule.set, eligibility_rule.ended. Tables: eligibility_rule, eligibility_change. Start reading at [`model`].

pub(crate) mod actions;
pub(crate) mod api;
pub(crate) mod desk;
mod desk_pages;
pub mod facts;
pub(crate) mod load;
pub mod model;
pub mod standing;
mod store;
#[cfg(test)]
mod tests;

use platform::{Access, Permission, Routes};

/// The routes of eligibility rules.
pub fn routes() -> Routes {
    let run = Access::Needs(Permission::RoundRun);
    Routes::new()
        .get("/desk/eligibility", run, desk_pages::list)
        .get("/desk/eligibility/edit", run, desk_pages::edit)
        .post("/desk/eligibility/edit", run, desk_pages::publish)
        .post("/desk/eligibility/{id}/end", run, desk_pages::end)
        .get(
            "/api/v1/classes/{id}/eligibility",
            Access::SignedIn,
            api::of_class,
        )
        .get("/api/v1/orgs/{id}/eligibility-rules", run, api::list)
        .post("/api/v1/orgs/{id}/eligibility-rules", run, api::publish)
        .post("/api/v1/orgs/{id}/eligibility-rules/dry-run", run, api::dry_run)
        .post("/api/v1/eligibility-rules/{id}/end", run, api::end)
}
