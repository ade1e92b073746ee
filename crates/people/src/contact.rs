//! Telling a person something: a message to their telephone, if they have one.

use crate::persons::sealed;
use db::{args, record};
use kernel::{OrgId, PersonId};
use platform::message::{self, Draft};
use platform::{AppError, AppResult, Tx};

record! {
    struct Sealed { phone_sealed: Option<String> }
}

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
    let sql = "SELECT phone_sealed FROM person WHERE id = $1";
    let row: Sealed = tx.query_one(sql, args![person]).await?;
    let Some(sealed) = row.phone_sealed else {
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
