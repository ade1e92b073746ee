//! The public catalogue: search, the list of classes, a class's own page, the big timetable, and their API.
//!
//! Rules
//! 1. Everybody sees published and running classes of open public institutions. A class that ended or was cancelled
//!    within 200 days is still found by its own address, so that a printed poster leads somewhere.
//! 2. Readers see one [`Snapshot`]; it is replaced at most every 200 ms after an event. Seats that change replace the
//!    seats only, not the index. What another process does shows within a second (seats) or five.
//! 3. A word finds a class if its name, course, category, level, place, teacher, street or district holds it, or is
//!    spelled so in pinyin or by initials. All words must be found. Everyday words find what they mean (`everyday.rs`); a
//!    word that finds nothing is tried without what people put around it, such as 班.
//! 4. Pages hold nothing of the reader but text size, colours, language and whether there is a sign-in (not whose),
//!    so rendered pages are kept and shared.
//!    They go with their snapshot, and at the moment at which enrolment opens or closes somewhere.
//! 5. A class whose seats a round gives by draw, interview or choice says so, and leads to the round instead of to enrolment.
//!
//! Anybody may read; nothing is written, and there are no events. Tables read: class, course, course_version, term,
//! session, room, org, org_path, org_facts, and the names of teachers in person.
//!
//! Start reading at [`Catalogue`], then `serve.rs`.

mod api;
mod class_page;
mod everyday;
mod model;
mod pages;
mod pages_kept;
mod query;
mod refresh;
mod round;
mod search;
mod serve;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;
mod timetable;
mod varied;
mod words;

pub use api::{ClassItem, ClassList, openapi};
pub use model::{Area, ClassCard, DayPart, Place, Seats, Standing};
pub use query::{FeeFilter, Query, Rank, Sort, Where};
pub use refresh::Catalogue;
pub use round::{Applications, Enrolling, Selection, Selections, Sentences, Told};
pub use snapshot::{Found, Listed, Snapshot};

use axum::extract::Request;
use platform::{Access, Routes};
use std::sync::Arc;

/// The addresses of the catalogue. The handlers hold the catalogue themselves: taking it out of the request would
/// cost a tenth of the whole answer.
#[must_use]
pub fn routes(catalogue: &Arc<Catalogue>) -> Routes {
    macro_rules! page {
        ($handler:path) => {{
            let catalogue = Arc::clone(catalogue);
            move |request: Request| $handler(Arc::clone(&catalogue), request)
        }};
    }
    Routes::new()
        .get("/", Access::Public, page!(pages::start))
        .get("/classes", Access::Public, page!(pages::list))
        .get("/classes/{id}", Access::Public, page!(class_page::show))
        .get("/timetable", Access::Public, page!(timetable::show))
        .get("/timetable.pdf", Access::Public, page!(timetable::pdf))
        .get("/api/v1/classes", Access::Public, page!(api::list))
        .get("/api/v1/classes/{id}", Access::Public, page!(api::one))
}
