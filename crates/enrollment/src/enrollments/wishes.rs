//! What wishes about a seat share, to change classes and to pause: whose they are, the decision, and that they end with the seat.

use crate::EnrollmentId;
use crate::{suspension, transfers};
use db::Db;
use kernel::PersonId;
use people::persons::{self, PersonBrief};
use platform::{AppResult, Tx};
use serde::Deserialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A decision on a wish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WishDecisionBody {
    /// Whether it is granted.
    pub(crate) approved: bool,
    /// Why not; not needed when it is granted.
    #[serde(default)]
    pub(crate) note: String,
}

/// Each wish with whose it is, in the same order.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn with_people<W>(
    db: &Db,
    wishes: Vec<W>,
    person: impl Fn(&W) -> PersonId,
) -> AppResult<Vec<(W, PersonBrief)>> {
    let ids: Vec<PersonId> = wishes.iter().map(&person).collect();
    let briefs: HashMap<PersonId, PersonBrief> = persons::find_many(db, &ids).await?.into_iter().collect();
    let list = wishes.into_iter().filter_map(|wish| {
        let brief = briefs.get(&person(&wish))?.clone();
        Some((wish, brief))
    });
    Ok(list.collect())
}

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
