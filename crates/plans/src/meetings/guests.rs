//! Who is asked to come, and what they answer.

use super::actions::{changed, commit, get, locked};
use super::model::{self, GuestAnswer, MOST_GUESTS, MeetingStatus, Step};
use super::store::{self, GuestRow};
use crate::progress::actions::managed;
use crate::progress::duties::{candidates, leads_of};
use crate::{MeetingGuestId, MeetingId, PlanId};
use kernel::OrgId;
use orgs::tree::{self, OrgBrief, OrgKind};
use platform::{AppError, AppResult, Ctx, Permission};
use serde_json::json;
use std::collections::BTreeMap;

/// A group of organisations that can be asked together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Name in the form.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// Who belongs to it.
    pub orgs: Vec<OrgBrief>,
}

const KINDS: &[(&str, &str, OrgKind)] = &[
    ("departments", "成员单位", OrgKind::Department),
    ("districts", "各区", OrgKind::District),
    ("colleges", "社区学院", OrgKind::College),
    ("senior_universities", "老年大学", OrgKind::SeniorUniversity),
    ("streets", "街镇", OrgKind::Street),
    ("street_schools", "街镇社区学校", OrgKind::StreetSchool),
];

/// Groups of the plan's subtree that are not empty: who leads its tasks, and organisations by kind.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn groups(ctx: &Ctx, id: PlanId) -> AppResult<Vec<Group>> {
    let plan = managed(ctx, id, Permission::PlanEdit).await?;
    let scope = ctx.may(Permission::PlanEdit)?.below(&plan.org_path);
    let leads = leads_of(ctx.db(), id).await?;
    let mut groups = vec![Group {
        id: "leads",
        name: "任务的牵头单位",
        orgs: candidates(ctx, &plan)
            .await?
            .into_iter()
            .filter(|org| leads.contains(&org.id))
            .collect(),
    }];
    for (id, name, kind) in KINDS {
        let orgs = tree::open_within(ctx.db(), &scope, |one| one == *kind).await?;
        let orgs = orgs.into_iter().filter(|org| org.id != plan.org_id).collect();
        groups.push(Group { id, name, orgs });
    }
    groups.retain(|group| !group.orgs.is_empty());
    Ok(groups)
}

/// Asks groups and further organisations to a meeting; who is asked already is not asked twice. Gives how many came in.
///
/// # Errors
/// [`AppError::Invalid`] when nobody was named, or too many; as [`locked`].
pub async fn invite(
    ctx: &Ctx,
    plan: PlanId,
    id: MeetingId,
    chosen: &[&str],
    names: &str,
) -> AppResult<usize> {
    let groups = groups(ctx, plan).await?;
    let known = known(ctx, plan, &groups).await?;
    let mut wanted: BTreeMap<OrgId, String> = BTreeMap::new();
    for group in groups.iter().filter(|group| chosen.contains(&group.id)) {
        wanted.extend(group.orgs.iter().map(|org| (org.id, org.name.clone())));
    }
    let mut others = Vec::new();
    for name in model::names_of(names)? {
        let names = known
            .iter()
            .map(|org| (org.id, org.name.as_str(), org.short_name.as_str()));
        match model::org_named(&name, names)? {
            Some(id) => {
                let whole = known.iter().find(|org| org.id == id).map(|org| org.name.clone());
                wanted.insert(id, whole.unwrap_or(name));
            }
            None => others.push(name),
        }
    }
    let (tx, plan, _) = locked(ctx, plan, id, Step::Prepare).await?;
    let present = store::guests(&tx, id).await?;
    let taken = |org: Option<OrgId>, name: &str| {
        let same = |guest: &GuestRow| match org {
            Some(_) => guest.org_id == org,
            None => guest.org_id.is_none() && guest.name == name,
        };
        present.iter().any(same)
    };
    let orgs = wanted.into_iter().map(|(org, name)| (Some(org), name));
    let new: Vec<(MeetingGuestId, Option<OrgId>, String)> = orgs
        .chain(others.into_iter().map(|name| (None, name)))
        .filter(|(org, name)| !taken(*org, name))
        .map(|(org, name)| (ctx.new_id(), org, name))
        .collect();
    if new.is_empty() {
        return Err(AppError::invalid(
            "names",
            "没有新的单位。请勾选一组，或者写下单位名称。",
        ));
    }
    if present.len() + new.len() > MOST_GUESTS {
        return Err(AppError::invalid(
            "names",
            format!("一次会议最多通知 {MOST_GUESTS} 个单位。"),
        ));
    }
    store::add_guests(&tx, id, &new).await?;
    let count = new.len();
    commit(tx, "plan.meeting_changed", &plan, id, json!({ "guests": count })).await?;
    Ok(count)
}

/// Organisations that a typed name can mean.
async fn known(ctx: &Ctx, plan: PlanId, groups: &[Group]) -> AppResult<Vec<OrgBrief>> {
    let plan = managed(ctx, plan, Permission::PlanEdit).await?;
    let mut all = candidates(ctx, &plan).await?;
    all.extend(groups.iter().flat_map(|group| group.orgs.clone()));
    Ok(all)
}

/// Takes a guest off the list, before it answered.
///
/// # Errors
/// [`AppError::Refused`] when it answered; [`AppError::NotFound`] when it is none; as [`locked`].
pub async fn uninvite(ctx: &Ctx, plan: PlanId, id: MeetingId, guest: MeetingGuestId) -> AppResult<()> {
    let (tx, plan, _) = locked(ctx, plan, id, Step::Prepare).await?;
    let guests = store::guests(&tx, id).await?;
    let found = guests
        .iter()
        .find(|one| one.id == guest)
        .ok_or(AppError::NotFound)?;
    if found.answer != GuestAnswer::None {
        return Err(AppError::refused(
            "guest_answered",
            "这个单位已经回执，不能移出。如果不用来，请打电话说明，再登记为请假。",
        ));
    }
    store::remove_guest(&tx, guest).await?;
    commit(
        tx,
        "plan.meeting_changed",
        &plan,
        id,
        json!({ "guest_removed": guest.to_string() }),
    )
    .await
}

/// Writes down what a guest answers: by itself, or by the host who was told on the phone. `seen` is [`model::seen_of`] as it was
/// when the answer was begun.
///
/// # Errors
/// [`AppError::Forbidden`] for who does not answer for this guest; [`AppError::Invalid`] without a note; [`AppError::Refused`] when
/// it is too late, or when the hour or the answer changed since.
pub async fn answer(
    ctx: &Ctx,
    plan: PlanId,
    id: MeetingId,
    guest: MeetingGuestId,
    (answer, note): (GuestAnswer, &str),
    seen: &str,
) -> AppResult<()> {
    let meeting = get(ctx, plan, id).await?;
    let own = meeting.own.contains(&guest);
    if !meeting.guests.iter().any(|one| one.id == guest) {
        return Err(AppError::NotFound);
    }
    if !own && !meeting.hosts {
        return Err(AppError::Forbidden(
            "这张回执不由您的单位填写。请和被通知的单位联系。".into(),
        ));
    }
    let note = answer.checked_note(note)?;
    let tx = ctx.begin().await?;
    tx.lock("plan_meeting", id.raw()).await?;
    let row = store::find(&tx, plan, id).await?;
    let guests = store::guests(&tx, id).await?;
    let found = guests
        .iter()
        .find(|one| one.id == guest)
        .ok_or(AppError::NotFound)?;
    // A host may write down late what was said on the phone before; a guest may not change its mind once it began.
    if !(meeting.hosts && row.status == MeetingStatus::Called) {
        row.status.allows(Step::Answer, row.begins_at, ctx.now())?;
    }
    if seen != model::seen_of(row.begins_at, found.answered_at) {
        return Err(changed());
    }
    store::answer(&tx, guest, (answer, &note, !own), ctx.now()).await?;
    let data = json!({ "guest": guest.to_string(), "answer": answer.as_str() });
    commit(tx, "plan.meeting_answered", &meeting.plan, id, data).await
}
