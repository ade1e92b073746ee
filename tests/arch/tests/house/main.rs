//! The rules of the house. Each module is one rule of `STYLE.md` or `ARCHITECTURE.md`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a rule that cannot be checked must stop the test"
)]

mod edges;
mod events;
mod matrix;
mod messages;
mod openapi;
mod source;
mod sql;
mod tidy;
