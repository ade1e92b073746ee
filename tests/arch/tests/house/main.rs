//! The rules of the house. Each module is one rule of `STYLE.md` or `ARCHITECTURE.md`.

mod edges;
mod matrix;
mod messages;
mod source;
mod sql;
mod tidy;
