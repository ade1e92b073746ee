//! Wishes about a seat that is given up: nothing is left to decide.

use crate::EnrollmentId;
use crate::{suspension, transfers};
use platform::{AppResult, Tx};

/// Closes what was asked about these enrolments and not decided: to change classes, to pause.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn close(tx: &Tx, enrollments: &[EnrollmentId]) -> AppResult<()> {
    if !enrollments.is_empty() {
        transfers::store::close_open(tx, enrollments).await?;
        suspension::store::close_open(tx, enrollments).await?;
    }
    Ok(())
}
