//! Work plans: what a document asks for, read as items, tasks and targets.
//!
//! Start reading at [`reading`]: text in, draft out, no I/O.

pub mod reading;
