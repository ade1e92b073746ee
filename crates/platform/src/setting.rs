//! Settings of the installation: a name and a JSON value.

use crate::{AppError, AppResult};
use db::{Db, Tx, args};
use kernel::Instant;

/// The value of a setting, or `None` when it was never set.
///
/// # Errors
/// When the stored value is not of this type.
pub async fn get<T: serde::de::DeserializeOwned>(db: &Db, name: &str) -> AppResult<Option<T>> {
    let text: Option<String> = db
        .query_opt("SELECT value FROM setting WHERE name = $1", args![name])
        .await?;
    text.map(|text| {
        serde_json::from_str(&text).map_err(|error| AppError::Internal(format!("setting {name}: {error}")))
    })
    .transpose()
}

/// Sets a setting.
///
/// # Errors
/// When the database refuses.
pub async fn set<T: serde::Serialize>(tx: &Tx, name: &str, value: &T, now: Instant) -> AppResult<()> {
    let text = serde_json::to_string(value).map_err(|error| AppError::Internal(error.to_string()))?;
    tx.exec(
        "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        args![name, text, now],
    )
    .await?;
    Ok(())
}
