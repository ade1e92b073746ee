//! Reading one's archive.

use super::store;
pub use super::store::{OutcomeRow, YearRow};
use crate::certificates::actions::{self as certificates, Brief};
use kernel::Minutes;
use platform::{AppResult, Ctx};

/// Everything a person has learned here.
#[derive(Debug)]
pub struct Archive {
    /// Outcomes, newest first.
    pub outcomes: Vec<OutcomeRow>,
    /// Study time by year and kind.
    pub years: Vec<YearRow>,
    /// Certificates, newest first.
    pub certificates: Vec<Brief>,
}

impl Archive {
    /// All study time, in minutes.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.years.iter().map(|year| year.minutes).sum()
    }

    /// Study time in words.
    #[must_use]
    pub fn hours(&self, minutes: impl std::borrow::Borrow<i64>) -> String {
        Minutes(*minutes.borrow()).hours_text()
    }

    /// The word on screen for a kind of study.
    #[must_use]
    pub fn kind(&self, kind: &str) -> &'static str {
        match kind {
            "class" => "上课",
            _ => "其他",
        }
    }
}

/// The archive of the signed-in person.
///
/// # Errors
/// [`platform::AppError::SignInNeeded`].
pub async fn own(ctx: &Ctx) -> AppResult<Archive> {
    let person = ctx.person()?;
    Ok(Archive {
        outcomes: store::outcomes(ctx.db(), person).await?,
        years: store::years(ctx.db(), person).await?,
        certificates: certificates::own(ctx).await?,
    })
}
