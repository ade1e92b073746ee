//! Enrolment rounds (报名批次) whose seats are given by a draw (摇号), the signups of rounds by interview and by hand
//! ([`selection`]), and the lists of all kinds of rounds.
//!
//! Rules, in words (`model.rs` holds them, [`crate::draws`] holds the draw itself):
//! 1. A round names some published classes of one term, a window, who may apply, and how much: wishes of a signup, people
//!    in one signup, tickets. A class is in one unfinished draw at most and takes nobody who simply asks meanwhile, but for
//!    rounds by first come that end before the draw's window ([`crate::first_come`]).
//! 2. A signup is one person or up to four companions, all or none, with classes in the order of the wish. Everybody
//!    must fit the age of each class wished for, and is in one signup of a round. Until the window closes each of them
//!    can withdraw it.
//! 3. Tickets: one, and one more for each earlier term in which the person was left on a waitlist here, up to the cap;
//!    of companions the smallest number counts. Who never had a seat here draws from the newcomers' seats first.
//! 4. Steps: planned → sealed (after the window closes) → drawn → publishing → published; cancelled before it is drawn.
//! 5. Sealing stores the list and shows its hash to everybody. Only then two officers enter the randomness, each alone;
//!    the draw is computed in the moment in which both have entered the same.
//! 6. Publishing places seats in the order of ranks, then waitlists. Who cannot take a seat is told why and waits for their
//!    other wishes; the seat goes to the next. Run again, the job finds what it has placed and whom it has refused, and
//!    leaves it.
//!
//!    A class that is cancelled before the list is sealed is left out of it, with the wishes for it; after that the list
//!    stays, the class gives no seats, and who won there waits for their other wishes. Who wishes for it is told at once.
//!
//!    Its window closes before the first lesson of each class: no lesson is moved into it afterwards. A class does not begin
//!    before the result is published.
//!
//! 7. A member of the family who may act for somebody applies, withdraws and reads the result as that person would. The
//!    person is told who acted, and takes it back while the window is open.
//!
//! Who may do what: everybody sees rounds of public orgs; the signed-in person applies for themselves and for those who
//! let them ([`people::family`]); `EnrollmentAct` applies for others; `EnrollmentRead` sees the board; `RoundRun` plans and runs.
//! Events: round.planned, round.cancelled, round.sealed, round.randomness_entered, round.randomness_withdrawn,
//! round.randomness_differs, round.drawn, round.publishing, round.published, signup.applied, signup.withdrawn,
//! signup.refused, signup.class_cancelled. Tables: round, round_class, signup, signup_member, signup_wish, draw.
//! Start reading at [`actions::apply_acting`], then [`lifecycle`], then `publishing.rs`.

pub mod actions;
pub(crate) mod api;
pub mod audience;
pub mod books;
pub(crate) mod cancelled_class;
pub(crate) mod changed_class;
mod desk_pages;
mod export;
pub mod lessons;
pub mod lifecycle;
pub mod method;
pub mod model;
pub(crate) mod pages;
pub(crate) mod planning;
mod publishing;
pub mod selection;
pub mod signups;
pub(crate) mod staff_api;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub(crate) use pages::{current, current_of, to_undo};
pub(crate) use publishing::{PUBLISH, TELL};

use platform::{Access, Permission, Routes};

/// The routes of rounds.
pub fn routes() -> Routes {
    let (public, own) = (Access::Public, Access::SignedIn);
    Routes::new()
        .get("/rounds", public, pages::list)
        .get("/rounds/{id}", public, pages::show)
        .get("/rounds/{id}/draw.json", public, pages::file)
        .get("/rounds/{id}/apply", own, pages::form)
        .post("/rounds/{id}/apply", own, pages::apply)
        .get("/me/signups/{id}", own, pages::one)
        .post("/me/signups/{id}/withdraw", own, pages::withdraw)
        .get("/me/signups/{id}/slip.pdf", own, pages::slip)
        .get("/api/v1/rounds", public, api::list)
        .get("/api/v1/rounds/{id}", public, api::show)
        .post("/api/v1/rounds/{id}/signups", own, api::apply)
        .get("/api/v1/me/signups", own, api::mine)
        .delete("/api/v1/signups/{id}", own, api::withdraw)
        .merge(desk_routes())
        .merge(selection::routes())
        .merge(staff_api_routes())
}

fn staff_api_routes() -> Routes {
    let run = Access::Needs(Permission::RoundRun);
    let read = Access::Needs(Permission::EnrollmentRead);
    Routes::new()
        .post("/api/v1/rounds", run, staff_api::plan)
        .get("/api/v1/rounds/{id}/board", read, staff_api::board)
        .post("/api/v1/rounds/{id}/seal", run, staff_api::seal)
        .post("/api/v1/rounds/{id}/randomness", run, staff_api::randomness)
        .delete("/api/v1/rounds/{id}/randomness", run, staff_api::take_back)
        .post("/api/v1/rounds/{id}/publish", run, staff_api::publish)
        .post("/api/v1/rounds/{id}/cancel", run, staff_api::cancel)
        .post("/api/v1/rounds/{id}/interviews", run, staff_api::interviews)
        .post("/api/v1/rounds/{id}/classes/{class}", run, staff_api::note)
        .post("/api/v1/rounds/{id}/propose", run, staff_api::propose)
        .post("/api/v1/rounds/{id}/confirm", run, staff_api::confirm)
        .post("/api/v1/rounds/{id}/send-back", run, staff_api::send_back)
}

fn desk_routes() -> Routes {
    let run = Access::Needs(Permission::RoundRun);
    let read = Access::Needs(Permission::EnrollmentRead);
    let act = Access::Needs(Permission::EnrollmentAct);
    Routes::new()
        .get("/desk/rounds", read, desk_pages::list)
        .get("/desk/rounds/new", run, desk_pages::blank)
        .post("/desk/rounds/new", run, desk_pages::create)
        .get("/desk/rounds/{id}", read, desk_pages::board)
        .get("/desk/rounds/{id}/signups.csv", read, export::signups)
        .post("/desk/rounds/{id}/seal", run, desk_pages::seal)
        .post("/desk/rounds/{id}/randomness", run, desk_pages::enter_randomness)
        .post(
            "/desk/rounds/{id}/randomness/withdraw",
            run,
            desk_pages::withdraw_randomness,
        )
        .post("/desk/rounds/{id}/publish", run, desk_pages::publish)
        .post("/desk/rounds/{id}/cancel", run, desk_pages::cancel)
        .get("/desk/rounds/{id}/signups/new", act, desk_pages::signup_form)
        .post("/desk/rounds/{id}/signups/new", act, desk_pages::sign_up)
        .get("/desk/signups/{id}", read, desk_pages::signup)
        .post("/desk/signups/{id}/withdraw", act, desk_pages::withdraw)
        .get("/desk/signups/{id}/slip.pdf", read, pages::slip)
}
