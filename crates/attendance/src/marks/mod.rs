//! Marks: every statement that a learner was or was not at a session, and the present truth that follows from them.
//!
//! Rules:
//! 1. Nothing is overwritten. Each mark is kept; the truth is computed from all marks of a learner at a session, so the
//!    order in which marks arrive (a phone without network sends late) does not matter.
//! 2. The roll call is the authority: a correction stands above the roll (on the screen or on paper), the roll above
//!    codes, codes above a leave. Of several roll marks the latest made counts, of several check-ins the earliest.
//! 3. An absence on the roll with a granted leave is an excused absence.
//! 4. A mark with a `device_key` counts once, however often it is sent.
//! 5. The roll is open on the day of the session; what a phone marked on that day may arrive up to three days later.
//!    After that a correction with a reason is needed.
//! 6. Check-in by code opens 30 minutes before the start and closes 20 minutes after it; later is late, until the end.
//!
//! Who may do what: `AttendanceTake` in scope, or `AttendanceOwn` as teacher or helper of the class; corrections
//! `AttendanceCorrect` in scope. Events: attendance.taken, attendance.corrected, attendance.finished. Tables: attendance_mark (all traces),
//! attendance (the truth). Start reading at [`model::truth`].

pub mod access;
pub mod actions;
pub mod model;
pub(crate) mod store;

pub use model::{Mark, Method, Status};
