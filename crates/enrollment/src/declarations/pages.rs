//! Pages of the learner and the family, and the copy to print.

use super::actions::{self, Folder, Owing};
use super::model::{Paper, Papers};
use super::store::{SignatureRow, TextRow};
use crate::enrollments::id;
use crate::{EnrollmentId, EnrollmentStatus};
use axum::extract::{Path, Query};
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use teaching::classes::Risk;
use ui::respond::html;
use ui::{Notice, Page, Pairs};

pub(super) struct OwedItem {
    class: String,
    enrollment: EnrollmentId,
    papers: Vec<(Paper, &'static str)>,
    until: Option<String>,
    bring: String,
}

pub(super) struct SignedItem {
    pub(super) href: String,
    pub(super) paper: Paper,
    pub(super) signed: String,
    pub(super) until: String,
    pub(super) over: bool,
}

struct Section {
    /// Whose, for somebody for whom one acts.
    heading: Option<String>,
    owed: Vec<OwedItem>,
    signed: Vec<SignedItem>,
}

#[derive(askama::Template)]
#[template(path = "declarations/mine.html")]
struct MinePage {
    page: Page,
    sections: Vec<Section>,
}

/// Until when a seat is kept that waits for its papers.
fn kept(page: &Page, owing: &Owing) -> Option<String> {
    let until = owing.row.held_until?;
    let kept = owing.row.status == EnrollmentStatus::Reserved;
    kept.then(|| page.tn("名额留到 {}", &[&page.moment(until)]))
}

pub(super) fn signed_item(ctx: &Ctx, page: &Page, row: &SignatureRow, base: &str) -> SignedItem {
    SignedItem {
        href: format!("{base}/{}", row.id),
        paper: row.paper,
        signed: page.date(row.signed_at.date()),
        until: page.date(row.valid_until),
        over: row.valid_until <= ctx.today(),
    }
}

fn section(ctx: &Ctx, page: &Page, folder: Folder) -> Section {
    let own = ctx.actor.person == Some(folder.person.id);
    let owed = folder.owing.iter().map(|owing| OwedItem {
        class: owing.class.name.clone(),
        enrollment: owing.row.id,
        papers: owing
            .papers
            .iter()
            .map(|text| (text.paper, text.paper.by_whom()))
            .collect(),
        until: kept(page, owing),
        bring: owing.bring.clone(),
    });
    Section {
        heading: (!own).then(|| page.tn("{}的材料", &[&folder.person.name])),
        owed: owed.collect(),
        signed: folder
            .signed
            .iter()
            .map(|row| signed_item(ctx, page, row, "/me/papers"))
            .collect(),
    }
}

/// `GET /me/papers`
pub(super) async fn mine(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let folders = actions::mine(&ctx).await?;
    let mut page = ui::learner_page(&ctx, "我的材料");
    if query
        .iter()
        .any(|(name, value)| name == "done" && value == "signed")
    {
        let text = page.t("签好了。").to_owned();
        page = page.noticed(Notice::done(text));
    }
    let sections = folders
        .into_iter()
        .map(|folder| section(&ctx, &page, folder))
        .collect();
    Ok(html(&MinePage { page, sections }))
}

#[derive(askama::Template)]
#[template(path = "declarations/read.html")]
struct ReadPage {
    page: Page,
    owing: Owing,
    text: TextRow,
    lines: Vec<String>,
    learner: String,
    may: bool,
    until: Option<String>,
}

/// `GET /me/enrollments/{id}/papers/{paper}`: all words, and one act.
pub(super) async fn read(ctx: Ctx, Path((text, paper)): Path<(String, String)>) -> AppResult<Response> {
    let paper: Paper = paper.parse().map_err(|_| AppError::NotFound)?;
    let (owing, words, may) = actions::read(&ctx, id(&text)?, paper).await?;
    let page = ui::learner_page(&ctx, paper.label());
    let learner = people::persons::find(ctx.db(), owing.row.person_id).await?;
    Ok(html(&ReadPage {
        until: kept(&page, &owing),
        lines: words.body.lines().map(str::to_owned).collect(),
        learner: learner.name,
        text: words,
        page,
        owing,
        may,
    }))
}

/// `POST /me/enrollments/{id}/papers/{paper}`
pub(super) async fn sign(
    ctx: Ctx,
    Path((text, paper)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let paper: Paper = paper.parse().map_err(|_| AppError::NotFound)?;
    let seen = id(posted.get("text"))?;
    actions::sign(&ctx, id(&text)?, paper, seen).await?;
    Ok(see_other("/me/papers?done=signed"))
}

#[derive(askama::Template)]
#[template(path = "declarations/copy.html")]
struct CopyPage {
    page: Page,
    copy: actions::Copy,
    lines: Vec<String>,
    way: &'static str,
    signed: String,
    until: String,
    back: &'static str,
}

/// `GET /me/papers/{id}` and `GET /desk/signatures/{id}`: a copy to print.
pub(super) async fn copy(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let copy = actions::copy(&ctx, id(&text)?).await?;
    let page = ui::learner_page(&ctx, copy.row.paper.label());
    let own = ctx.actor.posts.is_empty();
    Ok(html(&CopyPage {
        lines: copy.text.body.lines().map(str::to_owned).collect(),
        way: copy.row.channel.label(),
        signed: page.moment(copy.row.signed_at),
        until: page.date(copy.row.valid_until),
        back: if own { "/me/papers" } else { "/desk" },
        page,
        copy,
    }))
}

/// What a class asks for, in sentences for who has not enrolled yet.
pub(crate) fn sentences(page: &Page, papers: &Papers, risk: Risk) -> Vec<String> {
    let mut all = Vec::new();
    for paper in [Paper::Health, Paper::Risks] {
        if papers.asks_for(paper, risk, None) {
            all.push(page.tn("要签{}，签了才算报上。", &[&page.t(paper.label())]));
        }
    }
    if let Some(age) = papers.rule.consent_age {
        all.push(page.tn("开课那天满 {} 岁的，要家人签同意书，签了才算报上。", &[&age]));
    }
    if !all.is_empty() {
        all.push(page.retell(&papers.rule.bring));
    }
    all
}

/// What is still to be signed, in one sentence for messages, slips and pages; nothing when nothing is owed.
pub(crate) fn due_words(due: &super::load::Due) -> String {
    let names: Vec<&str> = due.owed.iter().map(|paper| paper.label()).collect();
    format!("还要签：{}。{}", names.join("、"), due.papers.rule.bring)
}
