//! Printed documents: a Typst template and data in, PDF bytes out. No clock, no network, no files but fonts.

pub mod certificate;
pub mod code_card;
mod fonts;
pub mod poster;
mod qr;
pub mod roll;
#[cfg(test)]
mod sample;
mod sfnt;
pub mod slip;
pub mod stat_form;
#[cfg(test)]
mod tests;
pub mod timetable;
mod typesetter;
mod words;

pub use certificate::{Certificate, Certificates};
pub use code_card::{CodeCard, CodeCards};
pub use fonts::{Fonts, MissingFonts, NEEDED_PACKAGE, RARE_PACKAGES};
pub use poster::{Enrolling, Poster};
pub use qr::{Code, QrTooLong, qr_svg};
pub use roll::{Roll, RollLearner};
pub use slip::{Slip, SlipStatus};
pub use stat_form::{StatForm, StatRow, StatTable};
pub use timetable::{Lesson, Paper, Timetable};
pub use typesetter::{DocumentError, Template, Typesetter};
