//! What officers do with draws and selections, for programs: each address does what the button of the board does.

use super::lifecycle::{self, EntryDone};
use super::model::{Audience, RoundDraft, RoundMethod, RoundStatus};
use super::selection::actions as selecting;
use super::selection::model::{Note, Outcome};
use super::store::OfChannel;
use crate::{RoundId, SignupId};
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{At, Created, Made, Moment, Reasoned, Ref, Seen, created, done};
use platform::web::Json;
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use teaching::ClassId;
use utoipa::ToSchema;

/// A round with signups as it is planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoundBody {
    /// Who holds it.
    #[schema(value_type = String)]
    org: Ref<OrgId>,
    /// Its name.
    name: String,
    /// How its seats are given: `draw`, `interview` or `manual`.
    method: RoundMethod,
    /// Whom it takes.
    audience: Audience,
    /// First moment of the window.
    opens: Moment,
    /// First moment after it.
    closes: Moment,
    /// Wishes of one signup.
    wish_limit: i64,
    /// People in one signup.
    companion_limit: i64,
    /// Most tickets of one signup; counts in draws only.
    #[serde(default = "one")]
    ticket_cap: i64,
    /// Share of each class's free seats kept for newcomers.
    #[serde(default)]
    newcomer_percent: i64,
    /// Its classes.
    #[schema(value_type = Vec<String>)]
    classes: Vec<Ref<ClassId>>,
}

const fn one() -> i64 {
    1
}

/// Plans a round with signups.
#[utoipa::path(post, path = "/api/v1/rounds", tag = "rounds", request_body = RoundBody,
    responses((status = 201, body = Made), (status = 422, description = "A field is wrong: `errors` names it")))]
pub(super) async fn plan(ctx: Ctx, Json(body): Json<RoundBody>) -> AppResult<Created> {
    if !RoundMethod::BY_SIGNUP.contains(&body.method) {
        return Err(AppError::invalid(
            "method",
            "这里只建摇号、面试和人工选定的批次；先到先得的批次有自己的地址。",
        ));
    }
    let draft = RoundDraft {
        org: body.org.0,
        name: body.name,
        method: body.method,
        audience: body.audience,
        opens: body.opens.0,
        closes: body.closes.0,
        wish_limit: body.wish_limit,
        companion_limit: body.companion_limit,
        ticket_cap: body.ticket_cap,
        newcomer_percent: body.newcomer_percent,
        classes: body.classes.into_iter().map(|class| class.0).collect(),
    };
    let planned = lifecycle::create(&ctx, draft).await;
    Ok(created(
        planned.map_err(|error| error.beside("closes_on", "closes"))?,
    ))
}

/// What officers see of a round with signups.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundBoard {
    /// Where it stands.
    status: RoundStatus,
    /// Counts changes; sent back with an act.
    version: i64,
    /// Signups by channel.
    channels: Vec<RoundChannel>,
    /// Signups with what is noted of them; for draws see the draw file.
    signups: Vec<BoardSignup>,
}

/// Signups of one channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundChannel {
    /// How they came in.
    channel: String,
    /// Signups that take part.
    signups: i64,
    /// People in them.
    people: i64,
}

impl From<OfChannel> for RoundChannel {
    fn from(row: OfChannel) -> Self {
        Self {
            channel: row.channel,
            signups: row.signups,
            people: row.people,
        }
    }
}

/// A signup of a round by interview or by hand.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardSignup {
    /// Its id.
    #[schema(value_type = String)]
    id: SignupId,
    /// Its number in public.
    receipt: String,
    /// When it is interviewed; null before that is settled.
    interview_at: Option<Moment>,
    /// Where it is interviewed.
    interview_place: Option<String>,
    /// What is noted of it.
    notes: Vec<BoardNote>,
}

/// What is noted of a signup for a class.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardNote {
    /// The class.
    #[schema(value_type = String)]
    class: ClassId,
    /// What it comes to.
    outcome: Outcome,
    /// Place in the order of reserves, from 1; 0 for everybody else.
    place: i64,
    /// Why it was declined.
    reason: String,
}

impl From<selecting::Line> for BoardSignup {
    fn from(line: selecting::Line) -> Self {
        let notes = line.notes.into_iter().map(|note| BoardNote {
            class: note.class_id,
            outcome: note.outcome,
            place: note.place,
            reason: note.reason,
        });
        Self {
            id: line.row.id,
            receipt: line.row.receipt,
            interview_at: line.interview.as_ref().map(|one| one.at.into()),
            interview_place: line.interview.map(|one| one.place),
            notes: notes.collect(),
        }
    }
}

/// A round with signups as its officers see it.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/board", tag = "rounds",
    params(("id" = String, Path, description = "The round")),
    responses((status = 200, body = RoundBoard), (status = 404, description = "No such round in scope")))]
pub(super) async fn board(ctx: Ctx, At(id): At<RoundId>) -> AppResult<axum::Json<RoundBoard>> {
    let board = lifecycle::board(&ctx, id).await?;
    let row = board.view.row;
    let signups = if row.method.is_selection() {
        selecting::board(&ctx, id).await?.lines
    } else {
        Vec::new()
    };
    Ok(axum::Json(RoundBoard {
        status: row.status,
        version: row.version,
        channels: board.channels.into_iter().map(RoundChannel::from).collect(),
        signups: signups.into_iter().map(BoardSignup::from).collect(),
    }))
}

/// Seals the list of a draw.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/seal", tag = "rounds", request_body = Seen,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "sealed"), (status = 409, description = "The window is open, or somebody changed it meanwhile")))]
pub(super) async fn seal(ctx: Ctx, At(id): At<RoundId>, Json(body): Json<Seen>) -> AppResult<StatusCode> {
    lifecycle::seal(&ctx, id, body.version).await.map(done)
}

/// The randomness as one officer enters it.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RandomnessBody {
    /// The text, exactly as it goes into the draw.
    text: String,
    /// Where everybody can read it.
    source: String,
}

/// What an entry came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct RandomnessEntered {
    /// Whether both officers agree and the draw is computed.
    drawn: bool,
}

/// Enters the randomness of a draw; the second officer who enters the same lets it be drawn.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/randomness", tag = "rounds", request_body = RandomnessBody,
    params(("id" = String, Path, description = "The round")),
    responses((status = 200, body = RandomnessEntered), (status = 409, description = "Not sealed, the same officer, or another text")))]
pub(super) async fn randomness(
    ctx: Ctx,
    At(id): At<RoundId>,
    Json(body): Json<RandomnessBody>,
) -> AppResult<axum::Json<RandomnessEntered>> {
    let entered = lifecycle::enter_randomness(&ctx, id, &body.text, &body.source).await?;
    Ok(axum::Json(RandomnessEntered {
        drawn: entered == EntryDone::Drawn,
    }))
}

/// Takes back the caller's own entry.
#[utoipa::path(delete, path = "/api/v1/rounds/{id}/randomness", tag = "rounds",
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "taken back"), (status = 409, description = "Somebody else's, or drawn")))]
pub(super) async fn take_back(ctx: Ctx, At(id): At<RoundId>) -> AppResult<StatusCode> {
    lifecycle::withdraw_randomness(&ctx, id).await.map(done)
}

/// Publishes what a draw or a selection came to.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/publish", tag = "rounds", request_body = Seen,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "begun"), (status = 409, description = "Not drawn or not confirmed yet")))]
pub(super) async fn publish(ctx: Ctx, At(id): At<RoundId>, Json(body): Json<Seen>) -> AppResult<StatusCode> {
    lifecycle::publish(&ctx, id, body.version).await.map(done)
}

/// Cancels a round; everybody who applied is told.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/cancel", tag = "rounds", request_body = Reasoned,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "cancelled"), (status = 409, description = "It is too late, or somebody changed it meanwhile")))]
pub(super) async fn cancel(
    ctx: Ctx,
    At(id): At<RoundId>,
    Json(body): Json<Reasoned>,
) -> AppResult<StatusCode> {
    lifecycle::cancel(&ctx, id, &body.reason, body.version)
        .await
        .map(done)
}

/// Interviews one after another.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct InterviewsBody {
    /// When the first begins.
    first: Moment,
    /// Minutes for each.
    minutes: i64,
    /// Where.
    place: String,
}

/// Gives every signup without an interview its time.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/interviews", tag = "rounds", request_body = InterviewsBody,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "planned, people are told"), (status = 409, description = "The window is open, or all have theirs")))]
pub(super) async fn interviews(
    ctx: Ctx,
    At(id): At<RoundId>,
    Json(body): Json<InterviewsBody>,
) -> AppResult<StatusCode> {
    let planned = selecting::schedule(&ctx, id, body.first.0, body.minutes, &body.place).await;
    planned.map_err(|error| error.beside("day", "first"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is noted of one signup.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NoteBody {
    /// The signup.
    #[schema(value_type = String)]
    signup: Ref<SignupId>,
    /// What it comes to; null takes an earlier note away.
    outcome: Option<Outcome>,
    /// Place in the order of reserves, from 1.
    #[serde(default)]
    place: i64,
    /// Why it was declined; the person reads it.
    #[serde(default)]
    reason: String,
}

/// Notes for one class.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NotesBody {
    /// The notes; signups that are not named keep theirs.
    notes: Vec<NoteBody>,
}

/// Notes what signups come to for a class.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/classes/{class}", tag = "rounds", request_body = NotesBody,
    params(("id" = String, Path, description = "The round"), ("class" = String, Path, description = "The class")),
    responses((status = 204, description = "noted"), (status = 422, description = "A note is wrong, or more are chosen than there are seats")))]
pub(super) async fn note(
    ctx: Ctx,
    At((round, class)): At<(RoundId, ClassId)>,
    Json(body): Json<NotesBody>,
) -> AppResult<StatusCode> {
    let notes = body.notes.into_iter().map(|note| Note {
        signup: note.signup.0,
        outcome: note.outcome,
        place: note.place,
        reason: note.reason,
    });
    selecting::note(&ctx, round, class, notes.collect(), None)
        .await
        .map(done)
}

/// Hands a selection in for another officer to confirm.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/propose", tag = "rounds", request_body = Seen,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "handed in"), (status = 409, description = "A wish has no note")))]
pub(super) async fn propose(ctx: Ctx, At(id): At<RoundId>, Json(body): Json<Seen>) -> AppResult<StatusCode> {
    selecting::propose(&ctx, id, body.version).await.map(done)
}

/// Confirms a selection that another officer handed in.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/confirm", tag = "rounds", request_body = Seen,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "confirmed"), (status = 409, description = "The same officer, or not handed in")))]
pub(super) async fn confirm(ctx: Ctx, At(id): At<RoundId>, Json(body): Json<Seen>) -> AppResult<StatusCode> {
    selecting::confirm(&ctx, id, body.version).await.map(done)
}

/// Sends a selection back to be changed.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/send-back", tag = "rounds", request_body = Reasoned,
    params(("id" = String, Path, description = "The round")),
    responses((status = 204, description = "sent back"), (status = 409, description = "Not handed in")))]
pub(super) async fn send_back(
    ctx: Ctx,
    At(id): At<RoundId>,
    Json(body): Json<Reasoned>,
) -> AppResult<StatusCode> {
    selecting::send_back(&ctx, id, &body.reason, body.version)
        .await
        .map(done)
}

/// The staff's API of rounds with signups.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        plan, board, seal, randomness, take_back, publish, cancel, interviews, note, propose, confirm,
        send_back
    ),
    components(schemas(RoundBody, RandomnessBody, InterviewsBody, NotesBody, NoteBody))
)]
pub(crate) struct StaffRoundsApi;
