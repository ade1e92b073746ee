//! The page on which a learner answers whose paid class was merged.

use super::answers;
use super::model::{Reply, may_answer};
use super::store::ChoiceRow;
use crate::enrollments::{id, model};
use crate::school_rules::Silence;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use kernel::chinese_date::moment_text;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use teaching::classes::{self, ClassRow};
use ui::Page;
use ui::respond::html;

/// The question with all that a person decides by, in words.
pub(super) struct Question {
    pub(super) old: String,
    pub(super) class: ClassRow,
    pub(super) when: String,
    pub(super) place: String,
    pub(super) money: Vec<String>,
    pub(super) until: String,
    pub(super) silence: String,
    pub(super) answer: String,
    pub(super) open: bool,
}

pub(super) async fn question(ctx: &Ctx, page: &Page, row: &ChoiceRow) -> AppResult<Question> {
    let class = classes::find(ctx.db(), row.class_id).await?;
    let until = page.moment(row.answer_by);
    let silence = match row.silence {
        Silence::Refund => page.t("到时候没有答复，就算不去，学费全部退还。"),
        Silence::Keep | Silence::KeepIfSame => page.t("到时候没有答复，就算去新的班。"),
    };
    Ok(Question {
        old: row.old_name.clone(),
        when: model::when(page, &class),
        place: crate::enrollments::actions::place(ctx, &class).await?,
        money: money(page, row),
        until,
        silence: silence.to_owned(),
        answer: page.t(answers::words(row)).to_owned(),
        open: may_answer(row.answer_by, row.open, row.status.is_live(), ctx.now()),
        class,
    })
}

/// What becomes of the money, either way.
fn money(page: &Page, row: &ChoiceRow) -> Vec<String> {
    if !row.old_paid {
        return vec![page.t("学费原来免交，新的班也免交。").to_owned()];
    }
    let yuan = |fen| model::fee(page, fen);
    let mut lines = vec![page.tn("您交过 {}。", &[&yuan(row.old_fen)])];
    lines.push(match row.old_fen - row.due_fen {
        0 => page.t("去新的班，不用再交钱。").to_owned(),
        back => page.tn("去新的班，不用再交钱，差价 {} 退给您。", &[&yuan(back)]),
    });
    lines.push(page.tn("不去，{} 全部退给您。", &[&yuan(row.old_fen)]));
    lines
}

/// What the message of a merge says to who has paid: the money, until when to answer, what no answer means.
pub(crate) fn asked_text(row: &ChoiceRow) -> String {
    let page = Page::default();
    let silence = match row.silence {
        Silence::Refund => "没有答复的，算不去，全部退费",
        Silence::Keep | Silence::KeepIfSame => "没有答复的，算去新的班",
    };
    format!(
        "{}请在 {} 前答复：网上“我的学习”、电话或柜台都可以；{silence}。",
        money(&page, row).concat(),
        moment_text(row.answer_by)
    )
}

/// The reply that a form carries.
pub(super) fn reply(posted: &Posted) -> AppResult<Reply> {
    let reply = posted.get("answer").parse();
    reply.map_err(|_| AppError::invalid("answer", "请选去新的班，或者全部退费。"))
}

#[derive(askama::Template)]
#[template(path = "merging/ask.html")]
struct AskPage {
    page: Page,
    id: String,
    question: Question,
}

/// `GET /me/enrollments/{id}/merge`
pub(super) async fn ask(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let row = answers::find(&ctx, id(&text)?).await?;
    let page = ui::learner_page(&ctx, "您的班要并到别的班");
    let question = question(&ctx, &page, &row).await?;
    Ok(html(&AskPage {
        page,
        id: text,
        question,
    }))
}

/// `POST /me/enrollments/{id}/merge`
pub(super) async fn answer(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    // Whose it is comes before what is missing.
    answers::find(&ctx, id(&text)?).await?;
    answers::answer(&ctx, &desk, id(&text)?, reply(&posted)?).await?;
    Ok(see_other(&format!("/me/enrollments/{text}/merge")))
}
