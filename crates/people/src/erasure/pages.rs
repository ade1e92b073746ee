//! Pages of export and erasure: one's own, and the desk's.

use super::export::Told;
use super::model::{State, WAIT_DAYS};
use super::store::RequestRow;
use super::{Keepers, actions};
use crate::sign_in::put;
use axum::Extension;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::chinese_date::date_text;
use kernel::{Instant, PersonId};
use platform::personal::{Cell, Retention, Section};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Channel, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Notice, Page, Tag, desk_page, learner_page};

#[derive(askama::Template)]
#[template(path = "erasure/export.html")]
struct ExportPage {
    page: Page,
    told: Told,
    /// Whether the person reads it, or staff who print it for them.
    own: bool,
}

impl ExportPage {
    fn made_at(&self) -> String {
        self.page.moment(self.told.made_at)
    }

    fn title(&self, section: &Section) -> String {
        words(self.page.lang, section.key, section.title)
    }

    fn label(&self, cell: &Cell) -> String {
        words(self.page.lang, cell.key, cell.label)
    }

    /// One of many rows, in a line: what is there, each with its label.
    fn line(&self, row: &[Cell]) -> String {
        let (colon, stop) = match self.page.lang {
            Lang::Zh => ("：", "；"),
            Lang::En => (": ", "; "),
        };
        let told = row.iter().filter(|cell| !cell.text.is_empty());
        let parts: Vec<String> = told
            .map(|cell| format!("{}{colon}{}", self.label(cell), cell.text))
            .collect();
        parts.join(stop)
    }
}

/// The Chinese words, or the key read as English.
fn words(lang: Lang, key: &str, chinese: &str) -> String {
    match lang {
        Lang::Zh => chinese.to_owned(),
        Lang::En => key.replace('_', " "),
    }
}

/// `GET /me/settings/export`: everything held, to read and to print.
pub(super) async fn export_page(ctx: Ctx, Extension(keepers): Extension<Keepers>) -> AppResult<Response> {
    let told = actions::export_own(&ctx, keepers.0).await?;
    let page = learner_page(&ctx, "学校存着的我的资料");
    let own = true;
    Ok(private(ui::html(&ExportPage { page, told, own })))
}

/// `GET /me/settings/export.json`: the same for programs.
pub(super) async fn export_file(ctx: Ctx, Extension(keepers): Extension<Keepers>) -> AppResult<Response> {
    let told = actions::export_own(&ctx, keepers.0).await?;
    file(&told)
}

fn file(told: &Told) -> AppResult<Response> {
    let text =
        serde_json::to_string_pretty(&told.json()).map_err(|error| AppError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"my-data.json\"",
        ),
    ];
    Ok(private((headers, text).into_response()))
}

fn private(mut response: Response) -> Response {
    let value = header::HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

#[derive(askama::Template)]
#[template(path = "erasure/export_for.html")]
struct ExportForPage {
    page: Page,
    person: PersonId,
    name: String,
    form: Form,
}

fn export_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "理由", 4, 200).hint("例如：本人带身份证到柜台，要一份自己的资料"),
        Field::radios(
            "format",
            "要哪一种",
            vec![
                Choice::new("page", "能读、能打印的一页"),
                Choice::new("file", "给程序用的文件（JSON）"),
            ],
        )
        .value("page"),
    ]
}

async fn export_form_page(ctx: &Ctx, person: PersonId, form: Form, status: u16) -> AppResult<Response> {
    let name = actions::exportable(ctx, person).await?;
    let page = desk(ctx, "给本人一份资料");
    let view = ExportForPage {
        page,
        person,
        name,
        form,
    };
    Ok(html_with(status, &view))
}

/// `GET /desk/people/{id}/export`: asks for the reason.
pub(super) async fn export_form(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    export_form_page(&ctx, id, Form::blank(export_fields(), Lang::Zh), 200).await
}

/// `POST /desk/people/{id}/export`
pub(super) async fn export_for(
    ctx: Ctx,
    Extension(keepers): Extension<Keepers>,
    Path(id): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id: PersonId = id.parse().map_err(|_| AppError::NotFound)?;
    let form = Form::from_pairs(export_fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return export_form_page(&ctx, id, form, 422).await;
    }
    let told = actions::export_for(&ctx, id, form.get("reason"), keepers.0).await?;
    if form.get("format") == "file" {
        return file(&told);
    }
    let page = desk(&ctx, "学校存着的资料");
    let own = false;
    Ok(private(ui::html(&ExportPage { page, told, own })))
}

/// `POST /me/settings/erasure`
pub(super) async fn ask(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    actions::ask(&ctx, posted.get("wanted") == "yes").await?;
    Ok(see_other("/me/settings#erasure"))
}

/// `POST /desk/people/{id}/erasure`: asked for at the counter.
pub(super) async fn ask_for(ctx: Ctx, Path(id): Path<String>, _: Posted) -> AppResult<Response> {
    let id: PersonId = id.parse().map_err(|_| AppError::NotFound)?;
    actions::ask_for(&ctx, id).await?;
    Ok(see_other(&format!("/desk/people/{id}?done=erasure_asked")))
}

fn desk(ctx: &Ctx, title: &str) -> Page {
    let mut page = desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

#[derive(askama::Template)]
#[template(path = "erasure/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<RequestRow>,
}

impl ListPage {
    fn tag(&self, row: &RequestRow) -> Tag {
        tag(row.state())
    }

    fn day(&self, at: &Instant) -> String {
        self.page.date(at.date())
    }
}

fn tag(state: State) -> Tag {
    match state {
        State::Asked => Tag::warn(state.label()),
        State::Accepted(due) => Tag::waiting(format!("已同意，{} 删除", date_text(due))),
        State::Refused | State::Withdrawn | State::Done => Tag::quiet(state.label()),
    }
}

/// `GET /desk/erasures`
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    let rows = actions::list(&ctx).await?;
    let page = desk(&ctx, "资料删除申请");
    Ok(ui::html(&ListPage { page, rows }))
}

#[derive(askama::Template)]
#[template(path = "erasure/show.html")]
struct ShowPage {
    page: Page,
    row: RequestRow,
    tag: Tag,
    held: Vec<(&'static str, usize)>,
    rules: Vec<&'static Retention>,
    form: Form,
    wait_days: i64,
}

impl ShowPage {
    fn asked(&self) -> String {
        let way = self.row.channel.parse().map_or("", Channel::label);
        format!("{}（{way}）", self.page.date(self.row.asked_at.date()))
    }

    fn is_open(&self) -> bool {
        self.row.state() == State::Asked
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::radios(
            "decision",
            "怎么办",
            vec![
                Choice::new("accepted", "同意，等待期过后删除"),
                Choice::new("refused", "不同意"),
            ],
        ),
        Field::textarea("reason", "理由", 200).hint("例如：本人到校核对过身份证。不同意的理由会发给本人。"),
    ]
}

async fn render(ctx: &Ctx, keepers: Keepers, id: &str, form: Form, status: u16) -> AppResult<Response> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let (row, held) = actions::show(ctx, id, keepers.0).await?;
    let view = ShowPage {
        page: desk(ctx, "资料删除申请"),
        tag: tag(row.state()),
        row,
        held,
        rules: keepers.0.iter().flat_map(|keeper| keeper.retention).collect(),
        form,
        wait_days: WAIT_DAYS,
    };
    Ok(html_with(status, &view))
}

/// `GET /desk/erasures/{id}`
pub(super) async fn show(
    ctx: Ctx,
    Extension(keepers): Extension<Keepers>,
    Path(id): Path<String>,
) -> AppResult<Response> {
    render(&ctx, keepers, &id, Form::blank(fields(), Lang::Zh), 200).await
}

/// `POST /desk/erasures/{id}`: accepts or refuses.
pub(super) async fn decide(
    ctx: Ctx,
    Extension(keepers): Extension<Keepers>,
    Path(id): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return render(&ctx, keepers, &id, form, 422).await;
    }
    let request = id.parse().map_err(|_| AppError::NotFound)?;
    let accepted = form.get("decision") == "accepted";
    match actions::decide(&ctx, request, accepted, form.get("reason")).await {
        Ok(()) => Ok(see_other(&format!("/desk/erasures/{id}"))),
        Err(error @ AppError::Invalid(_)) => {
            let status = put(&mut form, error)?;
            render(&ctx, keepers, &id, form, status).await
        }
        Err(other) => Err(other),
    }
}

/// What the desk's page of a person says after a wish was taken.
pub(crate) fn asked_notice() -> Notice {
    Notice::done("删除申请登记好了。负责人同意以后，过了等待期自动删除；这以前本人可以撤回。")
}
