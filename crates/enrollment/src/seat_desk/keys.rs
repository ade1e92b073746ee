//! What was answered before to an `Idempotency-Key`.

use super::model::{Answer, Ask};
use super::{Asked, store};
use kernel::PersonId;
use platform::{AppError, AppResult, Tx};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Answers given before, by owner and key, with the hash of their request.
pub(super) type Keys = HashMap<(PersonId, String), (String, Answer)>;

/// Answers given before to the keys of these asks.
pub(super) async fn known_keys(tx: &Tx, asked: &[Asked]) -> AppResult<Keys> {
    let (owners, texts): (Vec<PersonId>, Vec<String>) = asked
        .iter()
        .filter_map(|one| Some((one.by?, one.key.clone()?)))
        .unzip();
    if owners.is_empty() {
        return Ok(Keys::new());
    }
    let rows = store::keys(tx, &owners, texts).await?;
    rows.into_iter()
        .map(|row| {
            let answer = read_answer(&row.answer)
                .ok_or_else(|| AppError::Internal("a kept answer cannot be read".into()))?;
            Ok(((row.owner, row.idempotency_key), (row.request_hash, answer)))
        })
        .collect()
}

fn read_answer(text: &str) -> Option<Answer> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(Answer {
        enrollment: value.get("id")?.as_str()?.parse().ok()?,
        status: value.get("status")?.as_str()?.parse().ok()?,
        position: value.get("position").and_then(serde_json::Value::as_i64),
        fresh: false,
    })
}

/// An answer as it is kept.
pub(super) fn write_answer(answer: &Answer) -> String {
    json!({ "id": answer.enrollment, "status": answer.status.as_str(), "position": answer.position })
        .to_string()
}

/// Hash of what is asked, so that a key cannot be used for something else.
pub(super) fn request_hash(ask: &Ask) -> String {
    let text = match ask {
        Ask::Enroll {
            person, class, wait, ..
        } => format!("enroll {person} {class} {wait}"),
        Ask::Withdraw {
            enrollment, cause, ..
        } => format!("withdraw {enrollment} {}", cause.as_str()),
        Ask::Together {
            class, people, wait, ..
        } => people
            .iter()
            .fold(format!("together {class} {wait}"), |text, (person, _)| {
                format!("{text} {person}")
            }),
        Ask::Drawn {
            signup, class, wait, ..
        } => format!("drawn {signup} {class} {wait}"),
        Ask::Pay {
            enrollment, payment, ..
        } => format!("pay {enrollment} {}", payment.method.as_str()),
        Ask::Sign { enrollment, .. } => format!("sign {enrollment}"),
        Ask::Expire { enrollment, .. } => format!("expire {enrollment}"),
        Ask::Accept { enrollment, .. } => format!("accept {enrollment}"),
        Ask::Invite { waited, class, .. } => format!("invite {waited} {class}"),
        Ask::Settle { enrollment, .. } => format!("settle {enrollment}"),
        Ask::Move {
            enrollment, class, ..
        } => format!("move {enrollment} {class}"),
        Ask::Suspend { enrollment, .. } => format!("suspend {enrollment}"),
        Ask::Return {
            enrollment, class, ..
        } => format!("return {enrollment} {class}"),
        Ask::Lapse { enrollment, .. } => format!("lapse {enrollment}"),
        Ask::Promote { class } => format!("promote {class}"),
    };
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}
