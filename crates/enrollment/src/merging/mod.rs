//! Merging (并班): a class that has too few learners goes into another one.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. Only a published class with fewer learners than its minimum is merged, before its first lesson.
//! 2. It goes into a published class that has not begun, has the same fee, nobody waiting, no draw ahead, and seats for all.
//!    Offered are those of the same course first, then those of the same org and term.
//! 3. Before anybody decides, the page says for how many the new time clashes, the age does not fit, or the number of
//!    classes is full: they are not moved.
//! 4. Who fits gets a seat in the new class by the seat desk, whole or not at all; the old enrolment is transferred, and
//!    its event names the new one. A fee not paid yet is due anew. They are told time and place, and that they may refuse.
//! 5. When somebody has paid, nothing is merged: paid money does not move between classes. The way on is to cancel the class,
//!    which gives everybody everything back.
//! 6. Then the old class is cancelled; whoever is left in it is told and gets back 100 % as with any cancelled class.
//! 7. Stopped on its way and sent again, a merge goes on where it stood; a class is merged into one class only.
//!
//! Who may do what: `ClassPublish`, on both classes.
//! Events: class.merging; of the seat desk enrollment.transferred with enrollment.confirmed or enrollment.reserved; of
//! classes class.cancelled. Tables: none of its own. Start reading at [`model`], then [`actions::merge`].

pub mod actions;
mod desk_pages;
pub mod model;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use platform::{Access, Permission, Routes};

/// The routes of merging.
pub fn routes() -> Routes {
    let publish = Access::Needs(Permission::ClassPublish);
    Routes::new()
        .get("/desk/classes/{id}/merge", publish, desk_pages::offer)
        .post("/desk/classes/{id}/merge", publish, desk_pages::merge)
}
