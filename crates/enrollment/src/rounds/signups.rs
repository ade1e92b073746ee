//! Signups once they are made: who may see one, what came of it, and taking it back.

use super::actions::read_file;
use super::model::{self, RoundStatus, SignupStatus};
use super::selection;
use super::store::{self, RoundRow, SignupRow};
use crate::draws::explain::{Explanation, explain};
use crate::enrollments::actions::{desk_channel, who_acted};
use crate::{EnrollmentId, RoundId, SignupId};
use kernel::PersonId;
use orgs::tree::{self, OrgBrief};
use people::contact;
use people::family::{self, Beneficiary};
use people::persons::{self, PersonBrief};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx};
use serde_json::json;
use std::collections::HashMap;
use teaching::classes::{self, ClassRow};

/// For whom the reader can apply in a round, and who of them takes part.
#[derive(Debug, Clone, Default)]
pub struct Applicants {
    /// The reader; nobody when nobody is signed in.
    pub own: Option<PersonBrief>,
    /// The signup in which the reader takes part.
    pub signup: Option<SignupId>,
    /// Those for whom the reader may act, each with the signup in which they take part.
    pub helped: Vec<(Beneficiary, Option<SignupId>)>,
}

impl Applicants {
    /// Whether somebody among them takes no part yet; a visitor may sign in first.
    #[must_use]
    pub fn somebody_free(&self) -> bool {
        self.signup.is_none() || self.helped.iter().any(|(_, signup)| signup.is_none())
    }
}

/// For whom the reader can apply in a round.
///
/// # Errors
/// When the database cannot be read.
pub async fn applicants(ctx: &Ctx, round: RoundId) -> AppResult<Applicants> {
    let Some(person) = ctx.actor.person else {
        return Ok(Applicants::default());
    };
    let helped = family::beneficiaries(ctx).await?;
    let all: Vec<PersonId> = std::iter::once(person)
        .chain(helped.iter().map(|one| one.person))
        .collect();
    let taking = store::already(ctx.db(), round, &all).await?;
    let of = |person: PersonId| {
        let member = taking.iter().find(|member| member.person_id == person);
        member.map(|member| member.signup_id)
    };
    Ok(Applicants {
        own: Some(persons::find(ctx.db(), person).await?),
        signup: of(person),
        helped: helped
            .into_iter()
            .map(|one| {
                let signup = of(one.person);
                (one, signup)
            })
            .collect(),
    })
}

/// A signup with all that its page shows.
#[derive(Debug, Clone)]
pub struct SignupView {
    /// The signup.
    pub row: SignupRow,
    /// Its round.
    pub round: RoundRow,
    /// Who holds the round.
    pub org: OrgBrief,
    /// Who is in it.
    pub people: Vec<PersonBrief>,
    /// Classes in the order of the wish.
    pub wishes: Vec<ClassRow>,
    /// What the draw came to, once it is drawn.
    pub explanation: Option<Explanation>,
    /// Names of the classes that the explanation speaks of.
    pub names: HashMap<String, String>,
    /// When and where it is interviewed, once that is settled.
    pub interview: Option<selection::InterviewRow>,
    /// What the school decided of each class, once it is published.
    pub outcomes: Vec<selection::NoteRow>,
    /// What was placed for it.
    pub placed: Vec<store::PlacedRow>,
    /// Places on the waitlists, from 1, of what was placed.
    pub positions: HashMap<EnrollmentId, i64>,
    /// Who made it, in words for who it is for, if it was somebody else.
    pub acted: Option<String>,
    /// The name of who made it, if it was somebody else.
    pub actor: Option<String>,
}

impl SignupView {
    /// Whether it can be withdrawn now.
    #[must_use]
    pub fn is_open(&self, ctx: &Ctx) -> bool {
        self.row.status == SignupStatus::Applied && self.window_is_open(ctx)
    }

    /// Whether its round takes signups now.
    #[must_use]
    pub fn window_is_open(&self, ctx: &Ctx) -> bool {
        let round = &self.round;
        model::in_window(round.status, round.opens, round.closes, ctx.now()).is_ok()
    }
}

/// A signup of which the signed-in person is part, or somebody for whom they may act.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub async fn show_own(ctx: &Ctx, id: SignupId) -> AppResult<SignupView> {
    let (row, _) = own(ctx, id).await?;
    signup_view(ctx, row).await
}

/// A signup for those who are in it or act for somebody in it, or for staff who may see it.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub async fn show_signup(ctx: &Ctx, id: SignupId) -> AppResult<SignupView> {
    let row = match own(ctx, id).await {
        Err(AppError::NotFound) => {
            let scope = ctx.reach(Permission::EnrollmentRead);
            store::find_signup_within(ctx.db(), &scope, id).await?
        }
        other => other?.0,
    };
    signup_view(ctx, row).await
}

/// A signup with the one of its people for whom the reader acts: themselves, or somebody who let them.
async fn own(ctx: &Ctx, id: SignupId) -> AppResult<(SignupRow, PersonId)> {
    let reader = ctx.person()?;
    let row = store::find_signup(ctx.db(), id).await?;
    let members = store::members_of(ctx.db(), id).await?;
    let takes_part = |person: PersonId| members.iter().any(|member| member.person_id == person);
    if takes_part(reader) {
        return Ok((row, reader));
    }
    let helped = family::beneficiaries(ctx).await?;
    let helped = helped
        .into_iter()
        .map(|one| one.person)
        .find(|one| takes_part(*one));
    Ok((row, helped.ok_or(AppError::NotFound)?))
}

/// A signup in the scope of staff.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show_within(ctx: &Ctx, id: SignupId) -> AppResult<SignupView> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = store::find_signup_within(ctx.db(), &scope, id).await?;
    signup_view(ctx, row).await
}

async fn signup_view(ctx: &Ctx, row: SignupRow) -> AppResult<SignupView> {
    let db = ctx.db();
    let round = store::find(db, row.round_id).await?;
    let members: Vec<PersonId> = store::members_of(db, row.id)
        .await?
        .iter()
        .map(|member| member.person_id)
        .collect();
    let mut briefs = persons::find_many(db, &members).await?;
    let mut people: Vec<PersonBrief> = briefs.remove(&row.person_id).into_iter().collect();
    people.extend(members.iter().filter_map(|person| briefs.remove(person)));
    let mut wishes = Vec::new();
    for class in store::wishes_of(db, row.id).await? {
        wishes.push(classes::find(db, class).await?);
    }
    let draw = store::find_draw(db, round.id).await?;
    let file = draw.map(|draw| read_file(&draw.file)).transpose()?;
    let placed = store::placed(db, &[row.id]).await?;
    let ids: Vec<EnrollmentId> = placed.iter().map(|row| row.id).collect();
    let positions = crate::enrollments::store::positions(db, &ids).await?;
    let published = round.status == RoundStatus::Published;
    let (acted, actor) = made_by(ctx, &row).await?;
    Ok(SignupView {
        acted,
        actor,
        interview: selection::store::interview_of(db, row.id).await?,
        outcomes: if published {
            selection::store::notes_of(db, row.id).await?
        } else {
            Vec::new()
        },
        org: tree::find(db, row.org_id).await?,
        explanation: file.as_ref().and_then(|file| explain(file, &row.receipt)),
        names: file
            .map(|file| {
                file.classes
                    .into_iter()
                    .map(|class| (class.id, class.name))
                    .collect()
            })
            .unwrap_or_default(),
        positions: positions.into_iter().collect(),
        placed,
        round,
        people,
        wishes,
        row,
    })
}

/// Who made a signup, in words for who it is for and by name, if it was somebody else.
async fn made_by(ctx: &Ctx, row: &SignupRow) -> AppResult<(Option<String>, Option<String>)> {
    let Some(actor) = row.actor_person.filter(|actor| *actor != row.person_id) else {
        return Ok((None, None));
    };
    let acted = who_acted(ctx.db(), actor, row.person_id, &row.channel).await?;
    let name = persons::find(ctx.db(), actor).await?.name;
    Ok((Some(acted), Some(name)))
}

/// Signups of the signed-in person with their rounds, newest first.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine(ctx: &Ctx) -> AppResult<Vec<(SignupRow, RoundRow)>> {
    listed(ctx, ctx.person()?).await
}

/// Signups of somebody for whom the signed-in person may act, newest first.
///
/// # Errors
/// [`AppError::NotFound`] without a family link in force.
pub async fn of_helped(ctx: &Ctx, person: PersonId) -> AppResult<Vec<(SignupRow, RoundRow)>> {
    if ctx.person()? != person {
        family::link(ctx, person).await?;
    }
    listed(ctx, person).await
}

async fn listed(ctx: &Ctx, person: PersonId) -> AppResult<Vec<(SignupRow, RoundRow)>> {
    let mut all = Vec::new();
    for row in store::signups_of(ctx.db(), person).await? {
        let round = store::find(ctx.db(), row.round_id).await?;
        all.push((row, round));
    }
    Ok(all)
}

/// Signups that somebody else made for the signed-in person and that they can still take back: with who it was.
///
/// # Errors
/// When nobody is signed in.
pub async fn made_for_me(ctx: &Ctx) -> AppResult<Vec<(SignupRow, RoundRow, String)>> {
    let person = ctx.person()?;
    let mut all = Vec::new();
    for (row, round) in listed(ctx, person).await? {
        let open = row.status == SignupStatus::Applied
            && model::in_window(round.status, round.opens, round.closes, ctx.now()).is_ok();
        if !open || row.person_id != person {
            continue;
        }
        if let (Some(who), _) = made_by(ctx, &row).await? {
            all.push((row, round, who));
        }
    }
    Ok(all)
}

/// Withdraws a signup of which the signed-in person is part, or somebody for whom they may act, while the window is open.
///
/// # Errors
/// [`AppError::NotFound`] for somebody else's; a refusal when the window has closed.
pub async fn withdraw_own(ctx: &Ctx, id: SignupId) -> AppResult<()> {
    let (row, whose) = own(ctx, id).await?;
    let channel = match ctx.actor.person == Some(whose) {
        true => ctx.channel,
        false => Channel::Family,
    };
    withdraw(ctx, row, (channel, whose), None).await
}

/// Withdraws a person's signup at the counter, with the reason.
///
/// # Errors
/// As [`withdraw_own`]; [`AppError::Invalid`] without a reason.
pub async fn withdraw_for(ctx: &Ctx, id: SignupId, reason: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = store::find_signup_within(ctx.db(), &scope, id).await?;
    let reason =
        kernel::bounded(reason, 2, 200, "原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let whose = row.person_id;
    withdraw(ctx, row, (desk_channel(ctx), whose), Some(reason)).await
}

/// `whose` is the one of its people who withdraws it, or for whom it is withdrawn.
async fn withdraw(
    ctx: &Ctx,
    row: SignupRow,
    (channel, whose): (Channel, PersonId),
    reason: Option<String>,
) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.lock("round", row.round_id.raw()).await?;
    let row = store::find_signup(&tx, row.id).await?;
    if row.status == SignupStatus::Withdrawn {
        return Ok(());
    }
    let round = store::find(&tx, row.round_id).await?;
    if model::in_window(round.status, round.opens, round.closes, ctx.now()).is_err() {
        return Err(AppError::refused_with_door(
            "not_withdrawable",
            "报名已经截止，名单不能再改。轮到您而不想上，可以在“我的学习”里取消，名额给后面的人。",
            "看我的学习",
            "/me",
        ));
    }
    store::withdraw(&tx, row.id, ctx.now()).await?;
    tell_withdrawn(&tx, &row, &round, (channel, whose)).await?;
    let mut event = Event::new("signup.withdrawn", "signup", row.id)
        .at(row.org_id)
        .via(channel)
        .on_behalf_of(whose)
        .data(json!({ "round": row.round_id }));
    if let Some(reason) = reason {
        event = event.note(reason);
    }
    tx.commit(vec![event]).await
}

/// Tells everybody in a signup that it is withdrawn, for whom it was by whom, and the member of the family who had made it.
async fn tell_withdrawn(
    tx: &Tx,
    row: &SignupRow,
    round: &RoundRow,
    (channel, whose): (Channel, PersonId),
) -> AppResult<()> {
    let (name, receipt) = (&round.name, model::spaced(&row.receipt));
    let actor = tx.ctx().actor.person;
    for member in store::members_of(tx, row.id).await? {
        let text = match actor.filter(|actor| channel == Channel::Family && *actor != member.person_id) {
            Some(actor) if member.person_id == whose => {
                let who = who_acted(tx, actor, whose, channel.as_str()).await?;
                format!(
                    "【学圈】{who}替您撤回了“{name}”的报名申请（回执号 {receipt}）。不是您的意思，截止前可以重新报，也可以打电话或到学校说。"
                )
            }
            _ => format!("【学圈】您在“{name}”的报名申请（回执号 {receipt}）已撤回。截止前可以重新报。"),
        };
        contact::tell(tx, member.person_id, Some(row.org_id), "signup.withdrawn", text).await?;
    }
    let helper = row.actor_person.filter(|helper| {
        row.channel == Channel::Family.as_str() && Some(*helper) != actor && *helper != row.person_id
    });
    if let Some(helper) = helper {
        let learner = persons::find(tx, row.person_id).await?.name;
        let text = format!("【学圈】您替{learner}提交的“{name}”的报名申请（回执号 {receipt}）已撤回。");
        contact::tell(tx, helper, Some(row.org_id), "signup.withdrawn", text).await?;
    }
    Ok(())
}
