//! Rounds and signups for programs.

use super::actions::{self, Application, RoundView};
use super::model::{Audience, RoundMethod, RoundStatus, SignupStatus};
use super::signups;
use super::store::{RoundRow, SignupRow};
use crate::companions::{Companion, CompanionBody};
use crate::{RoundId, SignupId};
use axum::http::StatusCode;
use kernel::PersonId;
use platform::api::{Asked, At, Listed, Moment, Paging};
use platform::web::Json;
use platform::{AppError, AppResult, Channel, Ctx, Permission};
use serde::{Deserialize, Serialize};
use teaching::ClassId;
use utoipa::ToSchema;

/// A round.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundItem {
    /// Its id.
    #[schema(value_type = String)]
    id: RoundId,
    /// Its name.
    name: String,
    /// Name of the org that holds it.
    org: String,
    /// How seats are given.
    method: RoundMethod,
    /// Who may apply.
    audience: Audience,
    /// First moment of the window.
    opens: Moment,
    /// First moment after it.
    closes: Moment,
    /// Where it stands.
    status: RoundStatus,
    /// Wishes of one signup.
    wish_limit: i64,
    /// People in one signup.
    companion_limit: i64,
    /// Most tickets of one signup.
    ticket_cap: i64,
    /// Share of each class's free seats kept for newcomers.
    newcomer_percent: i64,
}

fn item(row: RoundRow, org: String) -> RoundItem {
    RoundItem {
        id: row.id,
        name: row.name,
        org,
        method: row.method,
        audience: row.audience,
        opens: row.opens.into(),
        closes: row.closes.into(),
        status: row.status,
        wish_limit: row.wish_limit,
        companion_limit: row.companion_limit,
        ticket_cap: row.ticket_cap,
        newcomer_percent: row.newcomer_percent,
    }
}

/// A class of a round.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundClassItem {
    /// Its id.
    #[schema(value_type = String)]
    id: ClassId,
    /// Its name.
    name: String,
    /// Seats to be drawn for.
    seats: i64,
    /// People who wish for it first.
    first_wishes: i64,
    /// People who wish for it at all.
    people: i64,
}

/// A round with its classes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundDetail {
    /// The round.
    #[serde(flatten)]
    round: RoundItem,
    /// Its classes.
    classes: Vec<RoundClassItem>,
    /// Signups that take part.
    signups: i64,
    /// Hash of the sealed list; null before.
    seal_hash: Option<String>,
    /// Address of the draw file; null before the seal.
    draw_file: Option<String>,
}

impl From<RoundView> for RoundDetail {
    fn from(view: RoundView) -> Self {
        let address = format!("/rounds/{}/draw.json", view.row.id);
        let classes = view.classes.into_iter().map(|one| RoundClassItem {
            id: one.class.id,
            seats: one.seats,
            first_wishes: one.first(),
            people: one.people(),
            name: one.class.name,
        });
        Self {
            classes: classes.collect(),
            signups: view.signups,
            draw_file: view.draw.is_some().then_some(address),
            seal_hash: view.draw.map(|file| file.seal.hash),
            round: item(view.row, view.org.name),
        }
    }
}

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignupBody {
    /// Classes in the order of the wish.
    #[schema(value_type = Vec<String>)]
    wishes: Vec<ClassId>,
    /// Who takes part with them.
    #[serde(default)]
    companions: Vec<CompanionBody>,
    /// For whom, when a clerk acts; the caller themselves when it is missing.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// For whom, when a member of the family acts: somebody who let the caller do so.
    #[serde(default, rename = "for")]
    #[schema(value_type = Option<String>)]
    helped: Option<PersonId>,
}

/// A signup.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignupItem {
    /// Its id.
    #[schema(value_type = String)]
    id: SignupId,
    /// The round.
    #[schema(value_type = String)]
    round: RoundId,
    /// For whom.
    #[schema(value_type = String)]
    person: PersonId,
    /// How it came in.
    channel: String,
    /// Its number in public.
    receipt: String,
    /// Tickets in the draw.
    tickets: i64,
    /// Where it stands.
    status: SignupStatus,
    /// Place in the drawn order, from 1; null before the draw.
    rank: Option<u32>,
    /// The class that it won; null when it won none, and before the draw.
    won: Option<String>,
    /// When it was made.
    created_at: Moment,
}

impl From<SignupRow> for SignupItem {
    fn from(row: SignupRow) -> Self {
        Self {
            id: row.id,
            round: row.round_id,
            person: row.person_id,
            channel: row.channel,
            receipt: row.receipt,
            tickets: row.tickets,
            status: row.status,
            rank: None,
            won: None,
            created_at: row.created_at.into(),
        }
    }
}

async fn signup_item(ctx: &Ctx, id: SignupId) -> AppResult<SignupItem> {
    let view = signups::show_signup(ctx, id).await?;
    let mut item = SignupItem::from(view.row);
    if let Some(why) = view.explanation {
        item.rank = Some(why.rank);
        item.won = why.won.map(|(class, _)| class);
    }
    Ok(item)
}

/// Rounds that are not cancelled, the one that closes last first.
#[utoipa::path(get, path = "/api/v1/rounds", tag = "rounds", params(Paging),
    responses((status = 200, body = Listed<RoundItem>)))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<RoundItem>>> {
    let part = asked.part()?;
    let rows = actions::list_public(&ctx, part).await?;
    Ok(axum::Json(part.listed(rows).map(|(row, org)| item(row, org))))
}

/// One round with its classes.
#[utoipa::path(get, path = "/api/v1/rounds/{id}", tag = "rounds",
    params(("id" = String, Path, description = "The round")),
    responses((status = 200, body = RoundDetail), (status = 404, description = "No such round")))]
pub(super) async fn show(ctx: Ctx, At(id): At<RoundId>) -> AppResult<axum::Json<RoundDetail>> {
    Ok(axum::Json(actions::show(&ctx, id).await?.into()))
}

/// Applies for the caller, for somebody who let the caller act for them, or for a person on whose behalf a clerk acts.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/signups", tag = "rounds", request_body = SignupBody,
    params(("id" = String, Path, description = "The round")),
    responses((status = 201, body = SignupItem), (status = 409, description = "Refused by a rule: problem+json"),
    (status = 422, description = "A wish or a companion is wrong")))]
pub(super) async fn apply(
    ctx: Ctx,
    At(round): At<RoundId>,
    Json(body): Json<SignupBody>,
) -> AppResult<(StatusCode, axum::Json<SignupItem>)> {
    let asked = Application {
        wishes: body.wishes,
        companions: body.companions.into_iter().map(Companion::from).collect(),
    };
    let id = match (body.helped, body.person) {
        (Some(_), Some(_)) => {
            return Err(AppError::invalid(
                "for",
                "for 和 person 只能填一个：家人代办用 for，柜台用 person。",
            ));
        }
        (Some(helped), None) => actions::apply_acting(&ctx, round, helped, &asked).await?,
        (None, Some(person)) if ctx.actor.person != Some(person) => {
            actions::apply_for(&ctx, round, person, Channel::Api, &asked).await?
        }
        (None, _) => actions::apply_acting(&ctx, round, ctx.person()?, &asked).await?,
    };
    Ok((StatusCode::CREATED, axum::Json(signup_item(&ctx, id).await?)))
}

/// The caller's signups, or those of somebody who let the caller act for them, newest first.
#[utoipa::path(get, path = "/api/v1/me/signups", tag = "rounds", params(Paging,
    ("for" = Option<String>, Query, description = "Id of the person for whom the caller may act")),
    responses((status = 200, body = Listed<SignupItem>)))]
pub(super) async fn mine(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<SignupItem>>> {
    let part = asked.part()?;
    let found = match asked.get("for", "没有这个人，或者您不能替他办事。")? {
        Some(person) => signups::of_helped(&ctx, person).await?,
        None => signups::mine(&ctx).await?,
    };
    let listed = part.of(found);
    let mut items = Vec::with_capacity(listed.items.len());
    for (row, _) in &listed.items {
        items.push(signup_item(&ctx, row.id).await?);
    }
    Ok(axum::Json(Listed {
        items,
        next: listed.next,
    }))
}

/// Why a clerk withdraws a signup.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WithdrawSignupBody {
    /// The reason, when it is not one's own.
    reason: String,
}

/// Withdraws a signup while the window is open: one's own, that of somebody who let one act, or with a reason a person's on whose behalf a clerk acts.
#[utoipa::path(delete, path = "/api/v1/signups/{id}", tag = "rounds", request_body = WithdrawSignupBody,
    params(("id" = String, Path, description = "The signup")),
    responses((status = 204, description = "withdrawn"), (status = 404, description = "None, or not the caller's"),
    (status = 409, description = "The window has closed")))]
pub(super) async fn withdraw(
    ctx: Ctx,
    At(id): At<SignupId>,
    Json(body): Json<WithdrawSignupBody>,
) -> AppResult<StatusCode> {
    match signups::withdraw_own(&ctx, id).await {
        Err(AppError::NotFound) if ctx.can(Permission::EnrollmentAct) => {
            signups::withdraw_for(&ctx, id, &body.reason).await?;
        }
        other => other?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The API of rounds.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, show, apply, mine, withdraw))]
pub(crate) struct RoundsApi;
