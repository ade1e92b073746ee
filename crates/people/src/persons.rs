//! Persons: the learner's code.

use db::args;
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx, KeyRing};

/// The learner's code (学习码) as it stands now: signed, short enough for a QR code.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub async fn learner_code(ctx: &Ctx, id: PersonId) -> AppResult<String> {
    let serial = serial(ctx, id).await?;
    Ok(code_text(&ctx.platform.keys, id, serial))
}

/// Whose learner's code this is.
///
/// # Errors
/// [`AppError::Refused`] `code_wrong` when it is none, `code_old` when a newer one was issued.
pub async fn person_of_code(ctx: &Ctx, text: &str) -> AppResult<PersonId> {
    let wrong = || {
        AppError::refused(
            "code_wrong",
            "这不是一个学习码，或者没有扫全。请再扫一次，或者输入学员号。",
        )
    };
    let (id, serial_read) = read_code(&ctx.platform.keys, text).ok_or_else(wrong)?;
    if serial(ctx, id).await.map_err(|_| wrong())? != serial_read {
        return Err(AppError::refused(
            "code_old",
            "这个学习码已经换过新的，旧的不能再用。请学员打开“我的学习码”，或到柜台换一张卡。",
        ));
    }
    Ok(id)
}

async fn serial(ctx: &Ctx, id: PersonId) -> AppResult<i64> {
    let sql = "SELECT code_serial FROM person WHERE id = $1";
    Ok(ctx.db().query_one(sql, args![id]).await?)
}

fn code_text(keys: &KeyRing, person: PersonId, serial: i64) -> String {
    let body = format!("XQ1-{person}-{serial}").to_uppercase();
    let mark = code_mark(keys, &body);
    format!("{body}-{mark}")
}

fn code_mark(keys: &KeyRing, body: &str) -> String {
    let whole = keys.blind_index("learner-code", body);
    let short: String = whole
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .skip(1)
        .take(8)
        .collect();
    short.to_uppercase()
}

fn read_code(keys: &KeyRing, text: &str) -> Option<(PersonId, i64)> {
    let text = text.trim().to_uppercase();
    let (body, mark) = text.rsplit_once('-')?;
    let mut parts = body.split('-');
    let (Some("XQ1"), Some(person), Some(serial), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    (mark == code_mark(keys, body)).then_some((person.to_lowercase().parse().ok()?, serial.parse().ok()?))
}
