//! What can be done with a meeting as a whole: one function a verb. Guests, agenda and decisions have their own rooms.

use super::model::{self, MeetingStatus, Step, TypedNotice};
use super::store::{self, DecisionRow, GuestRow, MeetingRow, PointRow};
use crate::plans::PlanRow;
use crate::progress::actions::{issued, managed};
use crate::progress::duties::own_orgs;
use crate::{MeetingGuestId, MeetingId, MeetingPointId, PlanId};
use kernel::bounded_lines;
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A meeting as the actor sees it.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// The plan.
    pub plan: PlanRow,
    /// The meeting.
    pub row: MeetingRow,
    /// Its guests.
    pub guests: Vec<GuestRow>,
    /// Its agenda.
    pub points: Vec<PointRow>,
    /// What it decided; for guests once the minutes are issued.
    pub decisions: Vec<DecisionRow>,
    /// Whether the actor holds the meeting.
    pub hosts: bool,
    /// Guests for whom the actor answers.
    pub own: Vec<MeetingGuestId>,
}

/// The meetings of an issued plan that the actor may see, the latest first, and whether they hold them.
///
/// # Errors
/// [`AppError::NotFound`] when the plan is not for this actor; [`AppError::Refused`] while it is a draft.
pub async fn list(ctx: &Ctx, id: PlanId) -> AppResult<(PlanRow, Vec<MeetingRow>, bool)> {
    let plan = issued(ctx, id).await?;
    let hosts = ctx.reach(Permission::PlanEdit).contains(&plan.org_path);
    let read = ctx.reach(Permission::PlanRead);
    let mut meetings = store::of_plan(ctx.db(), id).await?;
    if !hosts {
        meetings.retain(|row| row.status != MeetingStatus::Draft);
        if !read.contains(&plan.org_path) {
            let invited = store::invited(ctx.db(), id, &read).await?;
            meetings.retain(|row| invited.contains(&row.id));
        }
    }
    Ok((plan, meetings, hosts))
}

/// A meeting.
///
/// # Errors
/// [`AppError::NotFound`] for who neither holds the plan nor is a guest; as [`list`].
pub async fn get(ctx: &Ctx, id: PlanId, meeting: MeetingId) -> AppResult<Meeting> {
    let plan = issued(ctx, id).await?;
    let row = store::find(ctx.db(), id, meeting).await?;
    let hosts = ctx.reach(Permission::PlanEdit).contains(&plan.org_path);
    let read = ctx.reach(Permission::PlanRead);
    let mut guests = store::guests(ctx.db(), meeting).await?;
    if !hosts {
        if row.status == MeetingStatus::Draft {
            return Err(AppError::NotFound);
        }
        if !read.contains(&plan.org_path) {
            guests.retain(|guest| !guest.org_path.is_empty() && read.contains(&guest.org_path));
            if guests.is_empty() {
                return Err(AppError::NotFound);
            }
        }
    }
    let orgs = own_orgs(ctx);
    let is_own = |guest: &&GuestRow| guest.org_id.is_some_and(|org| orgs.contains(&org));
    let own = guests.iter().filter(is_own).map(|guest| guest.id).collect();
    let mut points = store::points(ctx.db(), meeting).await?;
    let (mut decisions, mut row) = (store::decisions(ctx.db(), meeting).await?, row);
    if !hosts && row.status != MeetingStatus::Closed {
        decisions.clear();
        row.minutes.clear();
        points.iter_mut().for_each(|point| point.minutes.clear());
        guests.iter_mut().for_each(|guest| guest.attended = None);
    }
    Ok(Meeting {
        plan,
        row,
        guests,
        points,
        decisions,
        hosts,
        own,
    })
}

/// A meeting that the actor holds, locked, in which this step may be done now.
pub(super) async fn locked(
    ctx: &Ctx,
    plan: PlanId,
    id: MeetingId,
    step: Step,
) -> AppResult<(Tx, PlanRow, MeetingRow)> {
    let plan = managed(ctx, plan, Permission::PlanEdit).await?;
    let tx = ctx.begin().await?;
    tx.lock("plan_meeting", id.raw()).await?;
    let row = store::find(&tx, plan.id, id).await?;
    row.status.allows(step, row.begins_at, ctx.now())?;
    Ok((tx, plan, row))
}

/// Ends a change of a meeting.
pub(super) async fn commit(
    tx: Tx,
    kind: &'static str,
    plan: &PlanRow,
    meeting: MeetingId,
    data: serde_json::Value,
) -> AppResult<()> {
    tx.commit(vec![
        Event::new(kind, "plan_meeting", meeting)
            .at(plan.org_id)
            .data(data),
    ])
    .await
}

/// Prepares a meeting on an issued plan.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] for wrong fields.
pub async fn create(ctx: &Ctx, plan: PlanId, typed: &TypedNotice) -> AppResult<MeetingId> {
    let plan = managed(ctx, plan, Permission::PlanEdit).await?;
    let notice = model::check_notice(typed, ctx.now())?;
    let tx = ctx.begin().await?;
    let id: MeetingId = ctx.new_id();
    store::insert(&tx, plan.id, id, &notice).await?;
    commit(
        tx,
        "plan.meeting_drafted",
        &plan,
        id,
        json!({ "plan": plan.id.to_string() }),
    )
    .await?;
    Ok(id)
}

/// Changes time, place and words; after the notice went out, another time or place asks all guests again.
///
/// # Errors
/// As [`create`]; [`AppError::Refused`] when it began or ended, or was changed since the actor saw it.
pub async fn change(
    ctx: &Ctx,
    plan: PlanId,
    id: MeetingId,
    typed: &TypedNotice,
    version: i64,
) -> AppResult<()> {
    let (tx, plan, row) = locked(ctx, plan, id, Step::Prepare).await?;
    if row.version != version {
        return Err(changed());
    }
    let notice = model::check_notice(typed, ctx.now())?;
    store::update(&tx, id, &notice).await?;
    let moved = (row.begins_at, &row.place) != (notice.begins_at, &notice.place);
    let again = moved && row.status == MeetingStatus::Called;
    if again {
        store::ask_again(&tx, id).await?;
    }
    commit(
        tx,
        "plan.meeting_changed",
        &plan,
        id,
        json!({ "asked_again": again }),
    )
    .await
}

pub(super) fn changed() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "这次会议刚刚被别人改过。请看一眼现在的内容，再改一次。",
    )
}

/// Sends the notice out: from now on it waits on the desks of its guests.
///
/// # Errors
/// [`AppError::Refused`] without guests or agenda, or when its hour has passed; as [`change`].
pub async fn call(ctx: &Ctx, plan: PlanId, id: MeetingId) -> AppResult<()> {
    let (tx, plan, _) = locked(ctx, plan, id, Step::Call).await?;
    let guests = store::guests(&tx, id).await?.len();
    if guests == 0 {
        return Err(AppError::refused("no_guests", "还没有参会单位。请先选参会单位。"));
    }
    if store::points(&tx, id).await?.is_empty() {
        return Err(AppError::refused("no_agenda", "还没有议程。请先加一个议题。"));
    }
    store::call(&tx, id, ctx.now()).await?;
    commit(tx, "plan.meeting_called", &plan, id, json!({ "guests": guests })).await
}

/// Calls a meeting off.
///
/// # Errors
/// [`AppError::Invalid`] without a reason; as [`change`].
pub async fn cancel(ctx: &Ctx, plan: PlanId, id: MeetingId, reason: &str) -> AppResult<()> {
    let reason =
        kernel::bounded(reason, 2, 200, "取消的原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let (tx, plan, _) = locked(ctx, plan, id, Step::Cancel).await?;
    store::cancel(&tx, id, &reason).await?;
    commit(tx, "plan.meeting_cancelled", &plan, id, json!({})).await
}

/// What is written of a meeting: said of each point, said besides, who came.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Said of the points.
    pub points: BTreeMap<MeetingPointId, String>,
    /// Said besides.
    pub minutes: String,
    /// Guests that came.
    pub attended: BTreeSet<MeetingGuestId>,
    /// The version that the actor saw.
    pub version: i64,
}

/// Keeps the minutes; they stay open until they are issued.
///
/// # Errors
/// [`AppError::Invalid`] for words that are too long; [`AppError::Refused`] before the meeting began, after its minutes were issued,
/// or when somebody else wrote since.
pub async fn write(ctx: &Ctx, plan: PlanId, id: MeetingId, written: &Written) -> AppResult<()> {
    let (tx, plan, row) = locked(ctx, plan, id, Step::Write).await?;
    if row.version != written.version {
        return Err(changed());
    }
    let mut wrong = crate::plans::model::Wrong::default();
    let minutes = wrong.line("minutes", bounded_lines(&written.minutes, 0, 5_000, "其他记录"));
    let mut said = Vec::new();
    for point in store::points(&tx, id).await? {
        let words = written.points.get(&point.id).map_or("", String::as_str);
        let words = wrong.line(
            &format!("point-{}", point.id),
            bounded_lines(words, 0, 2_000, "记录"),
        );
        said.push((point.id, words));
    }
    wrong.or(())?;
    for (point, words) in &said {
        store::minute_point(&tx, *point, words).await?;
    }
    for guest in store::guests(&tx, id).await? {
        let came = written.attended.contains(&guest.id);
        if guest.attended != Some(came) {
            store::attend(&tx, guest.id, came).await?;
        }
    }
    store::minute(&tx, id, &minutes).await?;
    commit(
        tx,
        "plan.meeting_minuted",
        &plan,
        id,
        json!({ "came": written.attended.len() }),
    )
    .await
}
