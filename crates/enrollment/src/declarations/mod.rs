//! Papers due (入学所需材料): health statement, notice of risks, consent of the family.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. Which papers a class asks for is data of an org, by version: health statement and notice of risks never, for
//!    strenuous classes, or always; consent of the family from an age on (80 unless somebody sets another). The nearest org
//!    above a class that set something counts; what ships with the program counts for all others.
//! 2. What is signed are the words of the nearest org above, by version. A signature keeps its version, and is good for all
//!    classes under whoever published the words, for a year (data). Then it is signed again.
//! 3. Who owes a paper can have a seat, but it is not theirs yet: it is reserved for 48 hours on line, two working days at the
//!    counter (data), and then goes to the next. In a class with a fee the seat waits for papers and fee; the fee is taken
//!    when nothing is owed. Signing confirms at once, by the seat desk.
//! 4. The learner signs the health statement and the notice of risks; the consent is signed by a member of the family whose
//!    link is confirmed, not by a carer. Whoever cannot on line signs on paper, and a clerk records who signed, by name and
//!    relation.
//! 5. A new rule counts from its saving on: whoever owes nothing by it any more has the seat at once.
//! 6. What is signed twice is signed once; what nobody asks for is not signed.
//!
//! Who may do what: the signed-in person and their family as above; `EnrollmentAct` records and sees in scope; `RoundRun`
//! writes rules and words. Events: paper.signed, paper.rule_set, paper.text_set; of the seat desk enrollment.reserved,
//! enrollment.confirmed, enrollment.expired with the papers owed. Tables: paper_rule, paper_text, paper_change,
//! paper_signature. Start reading at [`model`], then [`actions::sign`].

pub mod actions;
pub(crate) mod api;
mod desk_pages;
pub(crate) mod jobs;
mod load;
pub mod model;
mod pages;
mod settings;
mod settings_pages;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub use actions::signer_place;
pub(crate) use load::{due, papers, signed};
pub use model::{Paper, Papers, Signed, age};
pub(crate) use pages::{due_words, sentences};
pub use store::{SIGNATURE_COLUMNS, SignatureRow, shipped_text};

use platform::{Access, Permission, Routes};

/// The routes of papers.
pub fn routes() -> Routes {
    let mine = Access::SignedIn;
    let act = Access::Needs(Permission::EnrollmentAct);
    let run = Access::Needs(Permission::RoundRun);
    Routes::new()
        .get("/me/papers", mine, pages::mine)
        .get("/me/papers/{id}", mine, pages::copy)
        .get("/me/enrollments/{id}/papers/{paper}", mine, pages::read)
        .post("/me/enrollments/{id}/papers/{paper}", mine, pages::sign)
        .get("/desk/enrollments/{id}/papers", act, desk_pages::person)
        .post("/desk/enrollments/{id}/papers", act, desk_pages::record)
        .get("/desk/signatures/{id}", act, pages::copy)
        .get("/desk/classes/{id}/papers", act, desk_pages::owing)
        .get("/desk/papers", run, settings_pages::show)
        .post("/desk/papers/{org}/rule", run, settings_pages::save_rule)
        .post("/desk/papers/{org}/{paper}", run, settings_pages::save_text)
        .get("/api/v1/me/papers", mine, api::mine)
        .get("/api/v1/enrollments/{id}/papers", mine, api::of_enrollment)
        .post("/api/v1/enrollments/{id}/papers", mine, api::sign)
        .get("/api/v1/classes/{id}/papers", act, api::owing)
        .get("/api/v1/orgs/{id}/papers", run, api::settings)
        .post("/api/v1/orgs/{id}/paper-rules", run, api::save_rule)
        .post("/api/v1/orgs/{id}/paper-texts", run, api::save_text)
}
