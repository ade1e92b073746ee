//! Telling a person something: a message to their telephone, if they have one.

mod store;

use crate::persons::sealed;
use kernel::{OrgId, PersonId};
use platform::message::{self, Draft};
use platform::{AppError, AppResult, Tx};

/// Queues a message in this transaction; `false` when the person has no telephone and somebody must tell them.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub async fn tell(
    tx: &Tx,
    person: PersonId,
    org: Option<OrgId>,
    template: &'static str,
    text: String,
) -> AppResult<bool> {
    let Some(sealed) = store::phone(tx, person).await? else {
        return Ok(false);
    };
    let keys = &tx.ctx().platform.keys;
    let phone = keys
        .open(&sealed, &sealed::phone_place(person))
        .map_err(|error| AppError::Internal(format!("phone of {person}: {error}")))?;
    let draft = Draft {
        person: Some(person),
        org,
        phone: &phone,
        template,
        text,
    };
    message::send(tx, draft).await?;
    Ok(true)
}
