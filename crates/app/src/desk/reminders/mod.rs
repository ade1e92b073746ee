//! Reminders: each morning a message to members of staff for whom something is due.
//!
//! 1. What waits is office work with a deadline, as the desk's first page shows it: tasks, slips and meetings of plans, and returns.
//!    Lessons of the day are not told: who teaches knows them, and a message costs money.
//! 2. A message goes out when something is due today or tomorrow, or was due yesterday; on Mondays also for everything that is
//!    overdue, so that nobody is told of the same thing every day.
//! 3. It holds numbers and no names: what it is about is read on the desk.
//! 4. The job looks at some people and queues itself for the rest, so that messages to learners do not wait for it; broken off, it goes
//!    on behind the last person it told. Nobody is told twice a day, and nobody after eight in the evening. A person of whom something
//!    cannot be read is left out and logged.
//!
//! Start reading at [`model::digest`]. The day's work queues the job (`wiring.rs`); it has no tables of its own and keeps how far it
//! is in a setting.

mod job;
pub mod model;
#[cfg(test)]
mod tests;

pub use job::REMIND;
