//! The program `xuequan`.
fn main() {}
