//! Pages of the staff: a person's papers at the counter, and who still owes some in a class.

use super::actions::{self, Folder, Recorded};
use super::model::{Paper, Signer};
use super::pages::{SignedItem, signed_item};
use crate::enrollments::id;
use crate::enrollments::model::label_of;
use crate::enrollments::store::EnrollmentRow;
use axum::extract::Path;
use axum::response::Response;
use people::persons::PersonBrief;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx};
use teaching::classes::ClassRow;
use ui::respond::{html, html_with};
use ui::{Choice, Field, Form, Lang, Page};

#[derive(askama::Template)]
#[template(path = "declarations/desk_person.html")]
struct PersonPage {
    page: Page,
    row: EnrollmentRow,
    person: PersonBrief,
    class: String,
    papers: Vec<(Paper, Vec<String>)>,
    signed: Vec<SignedItem>,
    form: Form,
}

fn fields(folder: &Folder) -> Vec<Field> {
    let papers = folder.owing.iter().flat_map(|owing| &owing.papers);
    let papers = papers.map(|text| {
        let label = format!("{}（{}）", text.paper.label(), text.paper.by_whom());
        Choice::new(format!("{}.{}", text.paper.as_str(), text.id), label)
    });
    let relations = Signer::ALL
        .iter()
        .map(|signer| Choice::new(signer.as_str(), signer.label()));
    vec![
        Field::radios("paper", "签好的是哪一份", papers.collect()),
        Field::text("signer_name", "签字人姓名", 2, 40),
        Field::radios("relation", "签字人和学员的关系", relations.collect()),
    ]
}

/// `GET /desk/enrollments/{id}/papers`
pub(super) async fn person(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    person_page(&ctx, &text, None, 200).await
}

async fn person_page(ctx: &Ctx, text: &str, form: Option<Form>, status: u16) -> AppResult<Response> {
    let (row, folder) = actions::at_desk(ctx, id(text)?).await?;
    let mut page = ui::desk_page(ctx, "入学所需材料");
    page.lang = Lang::Zh;
    let class = teaching::classes::find(ctx.db(), row.class_id).await?;
    let texts = folder.owing.iter().flat_map(|owing| &owing.papers);
    let papers = texts.map(|text| (text.paper, text.body.lines().map(str::to_owned).collect()));
    let shown = PersonPage {
        papers: papers.collect(),
        signed: folder
            .signed
            .iter()
            .map(|row| signed_item(ctx, &page, row, "/desk/signatures"))
            .collect(),
        form: form.unwrap_or_else(|| Form::blank(fields(&folder), Lang::Zh)),
        person: folder.person,
        class: class.name,
        page,
        row,
    };
    Ok(html_with(status, &shown))
}

/// `POST /desk/enrollments/{id}/papers`
pub(super) async fn record(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let (_, folder) = actions::at_desk(&ctx, id(&text)?).await?;
    let mut form = Form::from_pairs(fields(&folder), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let (paper, words) = form.get("paper").split_once('.').unwrap_or_default();
        let recorded = Recorded {
            paper: paper.parse().unwrap_or(Paper::Consent),
            text: id(words)?,
            name: form.get("signer_name").to_owned(),
            relation: form.get("relation").parse().unwrap_or(Signer::Own),
        };
        match actions::record(&ctx, id(&text)?, recorded).await {
            Ok(_) => return Ok(see_other(&format!("/desk/enrollments/{text}/papers"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    person_page(&ctx, &text, Some(form), status).await
}

struct OwingLine {
    href: String,
    name: String,
    phone: String,
    status: &'static str,
    papers: String,
    until: String,
}

#[derive(askama::Template)]
#[template(path = "declarations/desk_class.html")]
struct ClassPage {
    page: Page,
    class: ClassRow,
    lines: Vec<OwingLine>,
}

/// `GET /desk/classes/{id}/papers`
pub(super) async fn owing(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let (class, owing, people) = actions::of_class(&ctx, id(&text)?).await?;
    let mut page = ui::desk_page(&ctx, "还差材料的学员");
    page.lang = Lang::Zh;
    let lines = owing.iter().filter_map(|one| {
        let person = people.get(&one.row.person_id)?;
        let papers: Vec<&str> = one.papers.iter().map(|text| text.paper.label()).collect();
        Some(OwingLine {
            href: format!("/desk/enrollments/{}/papers", one.row.id),
            name: person.name.clone(),
            phone: person.phone_masked.clone().unwrap_or_else(|| "没有登记".into()),
            status: label_of(one.row.status, one.row.due_fen),
            papers: papers.join("、"),
            until: one
                .row
                .held_until
                .map(kernel::chinese_date::moment_text)
                .unwrap_or_default(),
        })
    });
    Ok(html(&ClassPage {
        lines: lines.collect(),
        page,
        class,
    }))
}
