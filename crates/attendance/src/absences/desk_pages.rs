//! Pages of the staff: who stays away, and the decision after a call.

use super::actions;
use super::model::{Call, Decision, Whom};
use super::store::CaseRow;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use enrollment::SeatDesk;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Page};

#[derive(Template)]
#[template(path = "absences/list.html")]
struct ListPage {
    page: Page,
    cases: Vec<CaseRow>,
}

#[derive(Template)]
#[template(path = "absences/show.html")]
struct CasePage {
    page: Page,
    case: CaseRow,
    open: bool,
    form: Form,
}

fn desk(ctx: &Ctx, title: &str) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

fn fields() -> Vec<Field> {
    let whom = Whom::ALL.iter();
    let whom = whom.map(|one| Choice::new(one.as_str(), one.label())).collect();
    let decisions = vec![
        Choice::new("keep", "保留名额到一个日期"),
        Choice::new("withdraw", "清退，名额给后面的人"),
    ];
    vec![
        Field::radios("whom", "电话打给了谁", whom),
        Field::date("called_on", "哪一天打的"),
        Field::textarea("said", "电话里怎么说的", 200).hint("例如：本人在住院，下个月回来"),
        Field::radios("decision", "怎么办", decisions),
        Field::date("until", "保留到哪一天")
            .optional()
            .hint("选保留名额时要填"),
        Field::text("note", "原因", 2, 200).hint("例如：家属说还想回来上课"),
    ]
}

/// `GET /desk/absences`
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    let cases = actions::list(&ctx).await?;
    let page = desk(&ctx, "长期没来的学员");
    Ok(html_with(200, &ListPage { page, cases }))
}

async fn case_page(ctx: &Ctx, text: &str, form: Form, status: u16) -> AppResult<Response> {
    let case = actions::show(ctx, crate::id(text)?).await?;
    let open = case.state == super::model::State::Proposed;
    let page = desk(ctx, "长期没来");
    let shown = CasePage {
        page,
        case,
        open,
        form,
    };
    Ok(html_with(status, &shown))
}

/// `GET /desk/absences/{id}`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    case_page(&ctx, &text, Form::blank(fields(), Lang::Zh), 200).await
}

fn read(form: &Form) -> AppResult<(Call, Decision)> {
    let whom = form.get("whom").parse();
    let whom = whom.map_err(|_| AppError::invalid("whom", "请选电话打给了谁。"))?;
    let on = form.date("called_on");
    let on = on.ok_or_else(|| AppError::invalid("called_on", "请填哪一天打的电话。"))?;
    let decision = if form.get("decision") == "withdraw" {
        Decision::Withdraw
    } else {
        let until = form.date("until");
        Decision::Keep(until.ok_or_else(|| AppError::invalid("until", "请填名额保留到哪一天。"))?)
    };
    let said = form.get("said").to_owned();
    Ok((Call { whom, on, said }, decision))
}

/// `POST /desk/absences/{id}`
pub(super) async fn decide(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let id = crate::id(&text)?;
    actions::show(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return case_page(&ctx, &text, form, 422).await;
    }
    let done = match read(&form) {
        Ok((call, decision)) => actions::decide(&ctx, &seats, id, (call, decision, form.get("note"))).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(see_other("/desk/absences")),
        Err(error) => {
            let status = form.take_up(error)?;
            case_page(&ctx, &text, form, status).await
        }
    }
}
