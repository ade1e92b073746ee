//! Persons: who somebody is. Learners, teachers and staff are all persons.
//!
//! Rules:
//! 1. A name, a sex and a day of birth are needed (age rules of classes rest on it); an identity number gives both
//!    and is checked by its standard. A telephone is not needed.
//! 2. Nobody is registered twice: the same identity number, or the same name, birth and telephone, is the same person.
//! 3. Identity number, telephone and emergency contact lie sealed. Screens show them masked; the full numbers are
//!    shown for one look, with a reason, to who signed in with a second factor, and each look is an event.
//! 4. Staff see the people who were registered in their subtree, live in it, or came to it later.
//! 5. A learner's code (学习码) is signed and has a serial; a new serial makes the old code worthless.
//!
//! Who may do what: `PersonRead` find and see masked, `PersonEdit` register, change, import, issue cards,
//! `PersonReveal` see in full.
//! Events: person.registered, person.met, person.changed, person.revealed, person.code_reissued, person.imported.
//! Tables: person, person_org. Start reading at [`register`].

mod actions;
pub mod model;
pub mod sealed;
pub(crate) mod store;

pub use actions::{
    Found, Revealed, belongs, change, find, find_many, is_exact, learner_code, neighborhoods,
    open_for_change, org, person_of_code, register, reissue_code, reveal, search, show,
};
pub(crate) use actions::{add, duplicate, lock_number, unseal};
pub use model::{Need, PersonDraft, PersonStatus, Sex};
pub use store::{OrgChoice, PersonBrief, PersonRow};
