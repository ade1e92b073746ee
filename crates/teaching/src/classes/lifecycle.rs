//! From planned to published, running and closed, or cancelled; and what waits for a planner.

use super::model::{self, ClassRow, ClassStatus, StartCheck};
use super::store;
use crate::{ClassId, sessions, web};
use kernel::bounded;
use platform::{AppError, AppResult, Ctx, Event, Permission as P, Tx, Waiting, job};
use serde_json::json;

/// Days before its first session at which a class short of learners waits for a decision.
const LOOK_AHEAD_DAYS: i64 = 14;

/// The job that starts published classes whose first day has come, by [`start_due`]; queue it once a day.
pub const START: &str = "class.start";

/// Starts published classes whose first day has come. A class whose enrolment is not far enough is left: who wins a seat in
/// it would find it begun. Run the next day, it starts those whose enrolment is.
///
/// # Errors
/// When the database refuses.
pub async fn start_due(ctx: &Ctx, check: StartCheck) -> AppResult<String> {
    let (mut started, mut left) = (0, 0);
    for class in store::due(ctx.db(), ctx.today()).await? {
        if !may_start(ctx, class.id, check).await? {
            left += 1;
            continue;
        }
        step(
            ctx,
            class.id,
            ClassStatus::Running,
            "class.running",
            class.version,
        )
        .await?;
        started += 1;
    }
    Ok(match left {
        0 => format!("{started} 个班已开课。"),
        _ => format!("{started} 个班已开课；{left} 个班还在报名批次里，先不开课。"),
    })
}

/// Whether the enrolment of a class is far enough for it to start.
async fn may_start(ctx: &Ctx, class: ClassId, StartCheck(check): StartCheck) -> AppResult<bool> {
    match check(ctx.db(), class).await {
        Ok(()) => Ok(true),
        Err(AppError::Refused { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

async fn found(ctx: &Ctx, tx: &Tx, id: ClassId, to: ClassStatus, version: i64) -> AppResult<ClassRow> {
    let scope = ctx.may(P::ClassPublish)?;
    tx.lock("class", id.raw()).await?;
    let class = store::find_within(tx, &scope, id).await?;
    if class.version != version {
        return Err(web::changed_meanwhile("个班", &format!("/desk/classes/{id}")));
    }
    model::check_step(&class, to)?;
    Ok(class)
}

async fn step(ctx: &Ctx, id: ClassId, to: ClassStatus, kind: &'static str, version: i64) -> AppResult<()> {
    ctx.may(P::ClassPublish)?;
    let tx = ctx.begin().await?;
    let class = found(ctx, &tx, id, to, version).await?;
    store::set_status(&tx, id, to, "").await?;
    if matches!(to, ClassStatus::Running | ClassStatus::Closed) {
        // What it means for the learners is decided above: a job of the event's name.
        let key = format!("{kind}.{id}");
        job::enqueue(&tx, kind, &json!({ "class": id }), ctx.now(), Some(key)).await?;
    }
    tx.commit(vec![Event::new(kind, "class", id).at(class.org_id)])
        .await
}

/// Shows a class to everybody.
///
/// # Errors
/// Refused while teacher, room or sessions are missing, from a wrong status, or when it changed meanwhile.
pub async fn publish(ctx: &Ctx, id: ClassId, version: i64) -> AppResult<()> {
    step(ctx, id, ClassStatus::Published, "class.published", version).await
}

/// Marks a published class as running, by hand.
///
/// # Errors
/// Refused from another status, long before its first session, while its enrolment is not far enough, or when it changed
/// meanwhile.
pub async fn start(ctx: &Ctx, id: ClassId, version: i64, check: Option<StartCheck>) -> AppResult<()> {
    let scope = ctx.may(P::ClassPublish)?;
    let class = store::find_within(ctx.db(), &scope, id).await?;
    if class.status == ClassStatus::Published && class.version == version {
        model::check_start(&class, ctx.today())?;
        if let Some(StartCheck(check)) = check {
            check(ctx.db(), id).await?;
        }
    }
    step(ctx, id, ClassStatus::Running, "class.running", version).await
}

/// Ends a class. Not before its last session.
///
/// # Errors
/// Refused from another status, before the last session, or when it changed meanwhile.
pub async fn close(ctx: &Ctx, id: ClassId, version: i64) -> AppResult<()> {
    let scope = ctx.may(P::ClassPublish)?;
    let class = store::find_within(ctx.db(), &scope, id).await?;
    if class.ends_on > ctx.today() {
        return Err(AppError::refused_with_door(
            "not_over",
            format!(
                "最后一次课在{}，上完才能结课。要提前结束，请取消剩下的课次，或停办这个班。",
                kernel::chinese_date::day_text(class.ends_on)
            ),
            "看课次",
            format!("/desk/classes/{id}/sessions"),
        ));
    }
    step(ctx, id, ClassStatus::Closed, "class.closed", version).await
}

/// Cancels a class and its sessions to come; the enrolment desk tells the learners.
///
/// # Errors
/// Invalid without a reason; refused from a wrong status, or when it changed meanwhile.
pub async fn cancel(ctx: &Ctx, id: ClassId, reason: &str, version: i64) -> AppResult<()> {
    ctx.may(P::ClassPublish)?;
    let reason = bounded(reason, 2, 100, "原因").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let tx = ctx.begin().await?;
    let class = found(ctx, &tx, id, ClassStatus::Cancelled, version).await?;
    store::set_status(&tx, id, ClassStatus::Cancelled, &reason).await?;
    sessions::store::cancel_of_class(&tx, id, ctx.today(), &reason).await?;
    let sentence = format!("「{}」停办了。原因：{reason}。", class.name);
    let payload = json!({ "class": id, "sentence": sentence });
    job::enqueue(
        &tx,
        "class.cancelled",
        &payload,
        ctx.now(),
        Some(format!("class.cancelled.{id}")),
    )
    .await?;
    let event = Event::new("class.cancelled", "class", id)
        .at(class.org_id)
        .data(json!({ "enrolled": class.enrolled, "waitlisted": class.waitlisted }))
        .note(reason);
    tx.commit(vec![event]).await
}

/// Classes without teacher or room, and classes short of learners near their start; not those whose seats are yet to be given.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx, check: Option<StartCheck>) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(P::ClassEdit);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let ahead = sessions::actions::days_long(LOOK_AHEAD_DAYS);
    let by = ctx.today().checked_add(ahead).unwrap_or(ctx.today());
    let mut all = Vec::new();
    for class in store::to_look_at(ctx.db(), &scope, by).await? {
        if let Some(check) = check
            && missing(&class).is_none()
            && !may_start(ctx, class.id, check).await?
        {
            continue;
        }
        all.push(to_do(&class));
    }
    Ok(all)
}

/// What a class needs before it can be held.
fn missing(class: &ClassRow) -> Option<&'static str> {
    match (class.teacher_id, class.room_id) {
        (None, None) if class.mode != super::Mode::Online => Some("教师和教室"),
        (None, _) => Some("教师"),
        (_, None) if class.mode != super::Mode::Online => Some("教室"),
        _ => None,
    }
}

fn to_do(class: &ClassRow) -> Waiting {
    let (title, href) = match missing(class) {
        Some(what) => (
            format!("定{what}：{}", class.name),
            format!("/desk/classes/{}/edit", class.id),
        ),
        None => (
            format!("人数不够，开班、并班还是停办：{}", class.name),
            format!("/desk/classes/{}", class.id),
        ),
    };
    Waiting {
        title,
        detail: format!(
            "{}，{}开课，已报 {} 人，最少 {} 人。",
            class.weekly(),
            kernel::chinese_date::day_text(class.starts_on),
            class.enrolled,
            class.minimum
        ),
        href,
        due: Some(class.starts_on),
        count: 1,
    }
}
