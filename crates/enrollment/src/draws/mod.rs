//! Draws that anyone can compute again (摇号).
//!
//! Rules, in words (`algorithm.rs` holds them, `docs/draw.md` describes them for other programs):
//! 1. The list of entrants and seats is sealed: its hash is public before anybody can know the randomness.
//! 2. The randomness is a text that nobody controls, fixed after the seal, with its public source.
//! 3. Order, seats and waitlists follow from list and randomness alone, by whole numbers and bytes.
//! 4. The file holds receipt numbers and no names.
//!
//! Start reading at [`file::DrawFile`], then [`algorithm::draw`].

pub mod algorithm;
pub mod explain;
pub mod file;
#[cfg(test)]
mod tests;
