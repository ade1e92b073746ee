//! What people do with duties.

use super::store::{self, Duty};
use crate::{ClassId, classes};
use kernel::PersonId;
use people::persons;
use platform::{AppError, AppResult, Ctx, Event, Permission as P};
use serde_json::json;

/// Gives a person a duty in a class.
///
/// # Errors
/// Not found outside the scope; invalid for an unknown number or the class's own teacher.
pub async fn give(ctx: &Ctx, class: ClassId, number: &str, duty: Duty) -> AppResult<()> {
    let scope = ctx.may(P::ClassEdit)?;
    let tx = ctx.begin().await?;
    let class = classes::find_within(&tx, &scope, class).await?;
    let person = persons::find_by_number(&tx, number).await?;
    let person = person
        .map(|found| found.id)
        .ok_or_else(|| AppError::invalid("number", "没有这个编号的人。请核对学习码卡上的编号，再填一次。"))?;
    if class.teacher_id == Some(person) {
        return Err(AppError::invalid("number", "这位就是本班教师，不用再加。"));
    }
    store::give(&tx, class.id, person, duty).await?;
    let event = Event::new("class.duty_given", "class", class.id)
        .at(class.org_id)
        .data(json!({ "person": person, "duty": duty.as_str() }));
    tx.commit(vec![event]).await
}

/// Ends a person's duty in a class.
///
/// # Errors
/// Not found outside the scope, or when the person has none.
pub async fn end(ctx: &Ctx, class: ClassId, person: PersonId) -> AppResult<()> {
    let scope = ctx.may(P::ClassEdit)?;
    let tx = ctx.begin().await?;
    let class = classes::find_within(&tx, &scope, class).await?;
    if !store::end(&tx, class.id, person).await? {
        return Err(AppError::NotFound);
    }
    let event = Event::new("class.duty_ended", "class", class.id)
        .at(class.org_id)
        .data(json!({ "person": person }));
    tx.commit(vec![event]).await
}
