//! Pages of the staff: planning a round by first come, and its board.

use super::actions::{self, Board, Choices};
use super::model::RoundPlan;
use super::pages::tag;
use crate::rounds::model::{Audience, RoundStatus};
use crate::rounds::pages::{id, value};
use crate::rounds::planning::{chosen_classes, classes_field, moment_of, other_orgs, window_fields};
use crate::spreadsheet;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::chinese_date::moment_text;
use platform::web::{Posted, see_other};
use platform::{AppResult, Channel, Ctx, Permission};
use ui::respond::html_with;
use ui::{Field, Form, Lang, Notice, Page, Pairs, Tag};

fn desk(ctx: &Ctx, title: &str, query: &Pairs) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    let done = match value(query, "done") {
        "planned" => "批次已建好，到时间就开始收报名。",
        "paused" => "已暂停，公告已公开。",
        "resumed" => "已恢复，现在就能报名。",
        "cancelled" => "批次已取消。",
        _ => return page,
    };
    page.noticed(Notice::done(done))
}

#[derive(askama::Template)]
#[template(path = "first_come/new.html")]
struct NewPage {
    page: Page,
    org: String,
    other_orgs: Vec<(String, String)>,
    form: Form,
    empty: bool,
}

fn plan_fields(choices: &Choices) -> Vec<Field> {
    let mut fields = window_fields(Audience::ALL, "例如 2027 春季原班续报");
    fields.extend([
        Field::number("desk_percent", "每个班留给服务台的名额（%）", 0, 100)
            .hint("到柜台、打电话来报的人用；0 是不留"),
        Field::number("newcomer_percent", "每个班留给新学员的名额（%）", 0, 100).hint("0 是不留"),
        Field::date("release_on", "留的名额哪一天放给所有人").optional(),
        Field::time("release_at", "几点放").optional(),
        classes_field(&choices.classes),
    ]);
    fields
}

/// `GET /desk/rounds/first-come/new`
pub(super) async fn blank(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let choices = actions::choices(&ctx, value(&query, "org").parse().ok()).await?;
    let form = Form::blank(plan_fields(&choices), Lang::Zh)
        .fill("org", choices.org.id)
        .fill("audience", "everyone")
        .fill("opens_on", ctx.today())
        .fill("opens_at", "09:00")
        .fill("closes_at", "17:00")
        .fill("desk_percent", 20)
        .fill("newcomer_percent", 0)
        .fill("release_at", "17:00");
    Ok(new_page(&ctx, choices, form, 200))
}

fn new_page(ctx: &Ctx, choices: Choices, form: Form, status: u16) -> Response {
    html_with(
        status,
        &NewPage {
            page: desk(ctx, "新的先到先得批次", &Pairs::new()),
            other_orgs: other_orgs(&choices.orgs, choices.org.id, "/desk/rounds/first-come/new"),
            empty: choices.classes.is_empty(),
            org: choices.org.name,
            form,
        },
    )
}

/// `POST /desk/rounds/first-come/new`
pub(super) async fn create(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let choices = actions::choices(&ctx, posted.get("org").parse().ok()).await?;
    let mut form = Form::from_pairs(plan_fields(&choices), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(new_page(&ctx, choices, form, 422));
    }
    let number = |name: &str| form.number(name).unwrap_or_default();
    let plan = RoundPlan {
        org: choices.org.id,
        name: form.get("name").to_owned(),
        audience: form.get("audience").parse().unwrap_or(Audience::Everyone),
        opens: moment_of(&form, "opens_on", "opens_at").unwrap_or_else(|| ctx.now()),
        closes: moment_of(&form, "closes_on", "closes_at").unwrap_or_else(|| ctx.now()),
        desk_percent: number("desk_percent"),
        newcomer_percent: number("newcomer_percent"),
        release_at: moment_of(&form, "release_on", "release_at"),
        classes: chosen_classes(&form),
    };
    match actions::plan(&ctx, plan).await {
        Ok(round) => Ok(see_other(&format!(
            "/desk/rounds/first-come/{round}?done=planned"
        ))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(new_page(&ctx, choices, form, status))
        }
    }
}

#[derive(askama::Template)]
#[template(path = "first_come/board.html")]
struct BoardPage {
    page: Page,
    board: Board,
    tag: Tag,
    asof: String,
    opens: String,
    closes: String,
    kept: String,
    channels: Vec<(&'static str, i64, i64)>,
    running: bool,
    paused: bool,
    notice: Form,
    reason: Form,
    may_run: bool,
    may_act: bool,
}

fn notice_fields() -> Vec<Field> {
    vec![
        Field::text("notice", "公告", 2, 200)
            .hint("为什么暂停、什么时候恢复，例如 正在核对名单，下午两点恢复"),
        Field::hidden("version"),
    ]
}

fn reason_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "取消的原因", 2, 200),
        Field::hidden("version"),
    ]
}

/// `GET /desk/rounds/first-come/{id}`
pub(super) async fn board(
    ctx: Ctx,
    Path(text): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    board_page(
        &ctx,
        &text,
        &query,
        (
            Form::blank(notice_fields(), Lang::Zh),
            Form::blank(reason_fields(), Lang::Zh),
        ),
        200,
    )
    .await
}

async fn board_page(
    ctx: &Ctx,
    text: &str,
    query: &Pairs,
    (notice, reason): (Form, Form),
    status: u16,
) -> AppResult<Response> {
    let board = actions::board(ctx, id(text)?).await?;
    let row = &board.now.row;
    let page = desk(ctx, &row.name, query);
    let channels = board.channels.iter().map(|one| {
        let channel: Channel = one.channel.parse().unwrap_or(Channel::System);
        (channel.label(), one.seated, one.waiting)
    });
    let kept = match row.release_at {
        None => "不留".to_owned(),
        Some(at) => format!(
            "服务台 {}%，新学员 {}%，{} 放给所有人",
            row.desk_percent,
            row.newcomer_percent,
            moment_text(at)
        ),
    };
    let shown = BoardPage {
        tag: tag(&page, row.status, (row.opens, row.closes), ctx.now()),
        asof: moment_text(ctx.now()),
        opens: moment_text(row.opens),
        closes: moment_text(row.closes),
        kept,
        channels: channels.collect(),
        running: row.status == RoundStatus::Planned && ctx.now() < row.closes,
        paused: row.status == RoundStatus::Paused,
        notice: notice.fill("version", row.version),
        reason: reason.fill("version", row.version),
        may_run: ctx.can(Permission::RoundRun),
        may_act: ctx.can(Permission::EnrollmentAct),
        page,
        board,
    };
    Ok(html_with(status, &shown))
}

/// `GET /desk/rounds/first-come/{id}/enrollments.csv`
pub(super) async fn csv(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let (name, table) = actions::by_class(&ctx, id(&text)?).await?;
    let rows = table.into_iter().map(|one| {
        let channel: Channel = one.channel.parse().unwrap_or(Channel::System);
        [
            one.class,
            channel.label().to_owned(),
            one.seated.to_string(),
            one.waiting.to_string(),
        ]
    });
    spreadsheet::csv(
        &format!("{name}报名.csv"),
        ["班级", "来源", "报上的", "候补的"],
        rows,
    )
}

fn version(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or_default()
}

/// `POST /desk/rounds/first-come/{id}/pause`
pub(super) async fn pause(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(notice_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match actions::pause(&ctx, id(&text)?, form.get("notice"), version(&posted)).await {
            Ok(()) => return Ok(see_other(&format!("/desk/rounds/first-come/{text}?done=paused"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    board_page(
        &ctx,
        &text,
        &Pairs::new(),
        (form, Form::blank(reason_fields(), Lang::Zh)),
        status,
    )
    .await
}

/// `POST /desk/rounds/first-come/{id}/resume`
pub(super) async fn resume(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    actions::resume(&ctx, id(&text)?, version(&posted)).await?;
    Ok(see_other(&format!("/desk/rounds/first-come/{text}?done=resumed")))
}

/// `POST /desk/rounds/first-come/{id}/cancel`
pub(super) async fn cancel(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(reason_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match actions::cancel(&ctx, id(&text)?, form.get("reason"), version(&posted)).await {
            Ok(()) => {
                return Ok(see_other(&format!(
                    "/desk/rounds/first-come/{text}?done=cancelled"
                )));
            }
            Err(error) => status = form.take_up(error)?,
        }
    }
    board_page(
        &ctx,
        &text,
        &Pairs::new(),
        (Form::blank(notice_fields(), Lang::Zh), form),
        status,
    )
    .await
}
