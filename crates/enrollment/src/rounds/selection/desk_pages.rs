//! Pages of the staff: the board of a selection, the sheet of a class, interviews.

use super::super::desk_pages::{desk, just_done, reason_fields, version};
use super::super::model::{RoundMethod, RoundStatus, spaced};
use super::super::pages::id;
use super::super::planning::moment_of;
use super::super::signups;
use super::super::words::{gone, round_tag};
use super::actions::{self, Board, Line, Sheet};
use super::model::{LAST_PLACE, MOST_MINUTES, Note, Outcome};
use crate::RoundId;
use axum::extract::Path;
use axum::response::Response;
use kernel::chinese_date::moment_text;
use platform::web::{Posted, see_other};
use platform::{AppResult, Channel, Ctx, Permission};
use teaching::ClassId;
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Page, Pairs, Tag};

#[derive(askama::Template)]
#[template(path = "selection/board.html")]
struct BoardPage {
    page: Page,
    board: Board,
    tag: Tag,
    opens: String,
    closes: String,
    classes: Vec<ClassLine>,
    /// What became of classes that were cancelled.
    gone: Vec<String>,
    signups: Vec<SignupLine>,
    channels: Vec<(&'static str, i64, i64)>,
    /// Names of who handed it in and of who confirmed it.
    officers: (Option<String>, Option<String>),
    returned: String,
    at_work: bool,
    by_interview: bool,
    /// Whether the reader handed it in.
    own: bool,
    without_time: usize,
    plan: Form,
    reason: Form,
    may_run: bool,
    may_act: bool,
}

struct ClassLine {
    href: String,
    name: String,
    seats: i64,
    people: i64,
    chosen: usize,
    reserve: usize,
    declined: usize,
}

struct SignupLine {
    href: String,
    interview_href: String,
    receipt: String,
    names: String,
    interview: String,
    notes: String,
}

/// The forms of a board: the pattern of interviews, and the reason of the cancelling or of the way back.
fn plan_fields() -> Vec<Field> {
    let mut fields = moment_fields();
    fields.insert(
        2,
        Field::number("minutes", "每份申请几分钟", 1, MOST_MINUTES).value(10),
    );
    fields
}

fn moment_fields() -> Vec<Field> {
    vec![
        Field::date("day", "面试的日子"),
        Field::time("time", "开始的时间"),
        Field::text("place", "面试地点", 2, 60).hint("例如 莘庄校区 201 室"),
    ]
}

fn signup_line(board: &Board, line: &Line) -> SignupLine {
    let note = |class: &ClassId| {
        let name = board.view.class_name(*class);
        let noted = line
            .note(*class)
            .map_or_else(|| "还没记".to_owned(), outcome_words);
        format!("{name}：{noted}")
    };
    let notes: Vec<String> = line.wishes.iter().map(note).collect();
    SignupLine {
        href: format!("/desk/signups/{}", line.row.id),
        interview_href: format!("/desk/signups/{}/interview", line.row.id),
        receipt: spaced(&line.row.receipt),
        names: line.names.join("、"),
        interview: line.interview.as_ref().map_or_else(
            || "还没安排".to_owned(),
            |one| format!("{}，{}", moment_text(one.at), one.place),
        ),
        notes: notes.join("；"),
    }
}

/// `候补第 2 位`
pub(in crate::rounds) fn outcome_words(note: &super::NoteRow) -> String {
    match note.outcome {
        Outcome::Reserve => format!("候补第 {} 位", note.place),
        other => other.label().to_owned(),
    }
}

/// The board of a selection; `reason` is the form for cancelling or sending back.
pub(in crate::rounds) async fn board_page(
    ctx: &Ctx,
    round: RoundId,
    query: &Pairs,
    (plan, reason): (Option<Form>, Form),
    status: u16,
) -> AppResult<Response> {
    let board = actions::board(ctx, round).await?;
    let row = &board.view.row;
    let nothing = Pairs::new();
    let page = desk(ctx, &row.name, just_done(row, query, &nothing));
    let count = |class: ClassId, outcome: Outcome| {
        let notes = board.lines.iter().filter_map(|line| line.note(class));
        notes.filter(|note| note.outcome == outcome).count()
    };
    let classes = board.view.classes.iter().map(|one| ClassLine {
        href: format!("/desk/rounds/{}/classes/{}", row.id, one.class.id),
        name: one.class.name.clone(),
        seats: one.seats,
        people: one.people(),
        chosen: count(one.class.id, Outcome::Chosen),
        reserve: count(one.class.id, Outcome::Reserve),
        declined: count(one.class.id, Outcome::Declined),
    });
    let name = |person: kernel::PersonId| board.officers.get(&person).cloned().unwrap_or_default();
    let check = board.check.as_ref();
    let channels = board.channels.iter().map(|one| {
        let channel: Channel = one.channel.parse().unwrap_or(Channel::System);
        (channel.label(), one.signups, one.people)
    });
    let shown = BoardPage {
        tag: round_tag(&page, row, ctx.now()),
        opens: moment_text(row.opens),
        closes: moment_text(row.closes),
        classes: classes.collect(),
        gone: gone(&page, &board.view),
        signups: board.lines.iter().map(|line| signup_line(&board, line)).collect(),
        channels: channels.collect(),
        officers: (
            check.map(|check| name(check.proposed_by)),
            check.and_then(|check| check.confirmed_by).map(name),
        ),
        returned: check.map(|check| check.returned.clone()).unwrap_or_default(),
        at_work: row.status == RoundStatus::Planned && ctx.now() >= row.closes,
        by_interview: row.method == RoundMethod::Interview,
        own: check.is_some_and(|check| Some(check.proposed_by) == ctx.actor.person),
        without_time: board.lines.iter().filter(|line| line.interview.is_none()).count(),
        plan: plan.unwrap_or_else(|| Form::blank(plan_fields(), Lang::Zh)),
        reason: reason.fill("version", row.version),
        may_run: ctx.can(Permission::RoundRun),
        may_act: ctx.can(Permission::EnrollmentAct),
        page,
        board,
    };
    Ok(html_with(status, &shown))
}

/// `POST /desk/rounds/{id}/interviews`
pub(super) async fn schedule(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let round = id(&text)?;
    let mut form = Form::from_pairs(plan_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if let (true, Some(first)) = (form.is_valid(), moment_of(&form, "day", "time")) {
        let minutes = form.number("minutes").unwrap_or_default();
        match actions::schedule(&ctx, round, first, minutes, form.get("place")).await {
            Ok(_) => return Ok(see_other(&format!("/desk/rounds/{text}?done=interviews"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let reason = Form::blank(reason_fields(), Lang::Zh);
    board_page(&ctx, round, &Pairs::new(), (Some(form), reason), status).await
}

#[derive(askama::Template)]
#[template(path = "selection/interview.html")]
struct InterviewPage {
    page: Page,
    round: String,
    round_href: String,
    action: String,
    receipt: String,
    names: String,
    form: Form,
}

/// `GET /desk/signups/{id}/interview`
pub(super) async fn one_interview(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let form = Form::blank(moment_fields(), Lang::Zh);
    interview_page(&ctx, &text, form, 200).await
}

async fn interview_page(ctx: &Ctx, text: &str, form: Form, status: u16) -> AppResult<Response> {
    let view = signups::show_within(ctx, id(text)?).await?;
    let names: Vec<&str> = view.people.iter().map(|one| one.name.as_str()).collect();
    let form = match (&view.interview, status) {
        (Some(now), 200) => form
            .fill("day", now.at.date())
            .fill("time", now.at.to_china_text().get(11..16).unwrap_or_default())
            .fill("place", &now.place),
        _ => form,
    };
    let shown = InterviewPage {
        page: desk(ctx, "面试时间", &Pairs::new()),
        round: view.round.name.clone(),
        round_href: format!("/desk/rounds/{}", view.round.id),
        action: format!("/desk/signups/{}/interview", view.row.id),
        receipt: spaced(&view.row.receipt),
        names: names.join("、"),
        form,
    };
    Ok(html_with(status, &shown))
}

/// `POST /desk/signups/{id}/interview`
pub(super) async fn set_interview(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(moment_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if let (true, Some(at)) = (form.is_valid(), moment_of(&form, "day", "time")) {
        match actions::set_interview(&ctx, id(&text)?, at, form.get("place")).await {
            Ok(()) => return Ok(see_other(&format!("/desk/signups/{text}?done=interviews"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    interview_page(&ctx, &text, form, status).await
}

#[derive(askama::Template)]
#[template(path = "selection/sheet.html")]
struct SheetPage {
    page: Page,
    sheet: Sheet,
    round_href: String,
    action: String,
    form: Form,
    lines: Vec<SheetLine>,
    kept: String,
    may_note: bool,
}

struct SheetLine {
    /// Names of its fields: outcome, place, reason.
    fields: [String; 3],
    receipt: String,
    names: String,
    about: String,
    noted: String,
}

fn sheet_fields(sheet: &Sheet) -> Vec<Field> {
    let mut fields = Vec::with_capacity(sheet.lines.len() * 3 + 1);
    fields.push(Field::hidden("seen"));
    for line in &sheet.lines {
        let key = line.row.id;
        let choices = Outcome::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), one.label()))
            .collect();
        let note = line.note(sheet.class.id);
        let place = note
            .filter(|note| note.place > 0)
            .map(|note| note.place.to_string());
        fields.extend([
            Field::select(&format!("outcome_{key}"), "结果", choices)
                .optional()
                .value(note.map_or("", |note| note.outcome.as_str())),
            Field::number(&format!("place_{key}"), "候补第几位", 1, LAST_PLACE)
                .optional()
                .value(place.unwrap_or_default()),
            Field::text(&format!("reason_{key}"), "未录取的原因，本人会看到", 2, 200)
                .optional()
                .value(note.map_or("", |note| note.reason.as_str())),
        ]);
    }
    fields
}

fn sheet_line(sheet: &Sheet, line: &Line) -> SheetLine {
    let place = line.wishes.iter().position(|class| *class == sheet.class.id);
    let mut about = vec![format!("第 {} 志愿", place.map_or(1, |at| at + 1))];
    if line.row.newcomer {
        about.push("新学员".into());
    }
    if let Some(one) = &line.interview {
        about.push(format!("{} 在{}面试", moment_text(one.at), one.place));
    }
    if let Some(class) = sheet.elsewhere.get(&line.row.id) {
        about.push(format!("已录取在“{class}”"));
    }
    SheetLine {
        fields: ["outcome", "place", "reason"].map(|part| format!("{part}_{}", line.row.id)),
        receipt: spaced(&line.row.receipt),
        names: line.names.join("、"),
        about: about.join("，"),
        noted: line.note(sheet.class.id).map_or_else(
            || "还没记".to_owned(),
            |note| match note.reason.as_str() {
                "" => outcome_words(note),
                why => format!("{}：{why}", outcome_words(note)),
            },
        ),
    }
}

/// What a colleague noted meanwhile stands where nothing was typed, so that saving once more takes none of it away.
fn with_colleagues(form: Form, sheet: &Sheet) -> Form {
    let notes = sheet.lines.iter().filter_map(|line| line.note(sheet.class.id));
    notes.fold(form, |form, note| {
        let key = note.signup_id;
        if !form.get(&format!("outcome_{key}")).is_empty() {
            return form;
        }
        let place = Some(note.place).filter(|place| *place > 0);
        form.fill(&format!("outcome_{key}"), note.outcome.as_str())
            .fill(
                &format!("place_{key}"),
                place.map(|place| place.to_string()).unwrap_or_default(),
            )
            .fill(&format!("reason_{key}"), &note.reason)
    })
}

fn sheet_page(ctx: &Ctx, sheet: Sheet, form: Form, status: u16) -> Response {
    let round = &sheet.round;
    let kept = match round.newcomer_percent {
        0 => String::new(),
        percent => format!("，其中 {percent}% 留给新学员"),
    };
    html_with(
        status,
        &SheetPage {
            page: desk(ctx, &sheet.class.name, &Pairs::new()),
            round_href: format!("/desk/rounds/{}", round.id),
            action: format!("/desk/rounds/{}/classes/{}", round.id, sheet.class.id),
            lines: sheet.lines.iter().map(|line| sheet_line(&sheet, line)).collect(),
            may_note: ctx.can(Permission::RoundRun)
                && round.status == RoundStatus::Planned
                && ctx.now() >= round.closes,
            kept,
            form,
            sheet,
        },
    )
}

/// `GET /desk/rounds/{id}/classes/{class}`
pub(super) async fn sheet(ctx: Ctx, Path((round, class)): Path<(String, String)>) -> AppResult<Response> {
    let sheet = actions::sheet(&ctx, id(&round)?, id(&class)?).await?;
    let form = Form::blank(sheet_fields(&sheet), Lang::Zh).fill("seen", sheet.seen());
    Ok(sheet_page(&ctx, sheet, form, 200))
}

/// `POST /desk/rounds/{id}/classes/{class}`
pub(super) async fn note(
    ctx: Ctx,
    Path((round, class)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let sheet = actions::sheet(&ctx, id(&round)?, id(&class)?).await?;
    let mut form = Form::from_pairs(sheet_fields(&sheet), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let notes = sheet.lines.iter().map(|line| {
            let key = line.row.id;
            Note {
                signup: key,
                outcome: form.get(&format!("outcome_{key}")).parse().ok(),
                place: form.number(&format!("place_{key}")).unwrap_or_default(),
                reason: form.get(&format!("reason_{key}")).to_owned(),
            }
        });
        let notes = notes.collect();
        let seen = Some(form.get("seen").to_owned()).filter(|seen| !seen.is_empty());
        match actions::note(&ctx, sheet.round.id, sheet.class.id, notes, seen.as_deref()).await {
            Ok(()) => return Ok(see_other(&format!("/desk/rounds/{round}?done=noted"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let sheet = actions::sheet(&ctx, sheet.round.id, sheet.class.id).await?;
    if status == 409 {
        form = with_colleagues(form, &sheet);
    }
    let form = form.fill("seen", sheet.seen());
    Ok(sheet_page(&ctx, sheet, form, status))
}

/// `POST /desk/rounds/{id}/propose`
pub(super) async fn propose(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    actions::propose(&ctx, id(&text)?, version(&posted)).await?;
    Ok(see_other(&format!("/desk/rounds/{text}?done=proposed")))
}

/// `POST /desk/rounds/{id}/confirm`
pub(super) async fn confirm(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    actions::confirm(&ctx, id(&text)?, version(&posted)).await?;
    Ok(see_other(&format!("/desk/rounds/{text}?done=confirmed")))
}

/// `POST /desk/rounds/{id}/send-back`
pub(super) async fn send_back(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let fields = vec![
        Field::text("reason", "退回的原因", 2, 200),
        Field::hidden("version"),
    ];
    let mut form = Form::from_pairs(fields, Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match actions::send_back(&ctx, id(&text)?, form.get("reason"), version(&posted)).await {
            Ok(()) => return Ok(see_other(&format!("/desk/rounds/{text}?done=sent_back"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    board_page(&ctx, id(&text)?, &Pairs::new(), (None, form), status).await
}
