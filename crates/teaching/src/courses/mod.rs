//! The course library: what can be taught, in a standard form that every school can use again.
//!
//! Rules:
//! 1. A course has versions. A version goes draft → submitted → approved, or is sent back with a note and becomes a draft again.
//! 2. One version at most is open (draft, submitted or sent back). Changing an approved course opens the next version;
//!    classes keep the version they were planned with.
//! 3. A version that waits for review is not changed.
//! 4. Whoever wrote a version does not review it.
//! 5. Sending back needs a note.
//! 6. A shared course with an approved version is seen by every school; it can be used for classes as it is, or copied into
//!    a school's own draft.
//!
//! Who may do what: `CourseRead` sees the own subtree and what is shared, `CourseEdit` writes, submits and copies,
//! `CourseReview` approves and sends back.
//! Events: `course.created`, `course.changed`, `course.submitted`, `course.approved`, `course.sent_back`, `course.copied`.
//! Tables: `course`, `course_version`. Start reading at [`actions`].

pub mod actions;
mod api;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::CoursesApi;
pub use model::{CATEGORIES, CourseDraft, CourseRow, CourseStatus, VersionRow, VersionStatus};
pub(crate) use store::{names, of_version, to_teach, usable};

use platform::{Access, Permission as P, Routes};

/// The addresses of the course library.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/desk/courses", Access::Needs(P::CourseRead), pages::list)
        .get("/desk/courses/new", Access::Needs(P::CourseEdit), pages::new)
        .post("/desk/courses/new", Access::Needs(P::CourseEdit), pages::create)
        .get("/desk/courses/{id}", Access::Needs(P::CourseRead), pages::show)
        .get(
            "/desk/courses/{id}/edit",
            Access::Needs(P::CourseEdit),
            pages::edit,
        )
        .post(
            "/desk/courses/{id}/edit",
            Access::Needs(P::CourseEdit),
            pages::change,
        )
        .post(
            "/desk/courses/{id}/submit",
            Access::Needs(P::CourseEdit),
            pages::submit,
        )
        .post(
            "/desk/courses/{id}/review",
            Access::Needs(P::CourseReview),
            pages::review,
        )
        .post(
            "/desk/courses/{id}/copy",
            Access::Needs(P::CourseEdit),
            pages::copy,
        )
        .merge(api_routes())
}

fn api_routes() -> Routes {
    let (read, edit) = (Access::Needs(P::CourseRead), Access::Needs(P::CourseEdit));
    let review = Access::Needs(P::CourseReview);
    Routes::new()
        .get("/api/v1/courses", read, api::list)
        .post("/api/v1/courses", edit, api::create)
        .get("/api/v1/courses/{id}", read, api::show)
        .put("/api/v1/courses/{id}", edit, api::change)
        .post("/api/v1/courses/{id}/submit", edit, api::submit)
        .post("/api/v1/courses/{id}/approve", review, api::approve)
        .post("/api/v1/courses/{id}/send-back", review, api::send_back)
        .post("/api/v1/courses/{id}/copy", edit, api::copy)
}
