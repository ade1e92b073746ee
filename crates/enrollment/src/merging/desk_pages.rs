//! The page on which a class is merged.

use super::actions::{self, Candidate};
use super::answers::{self, Standing};
use super::pages::{Question, question, reply};
use super::store::ChoiceRow;
use crate::enrollments::id;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use kernel::Fen;
use kernel::chinese_date::moment_text;
use people::persons::PersonBrief;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use std::sync::Arc;
use teaching::ClassId;
use teaching::classes::{ClassRow, ClassStatus};
use ui::respond::html;
use ui::{Lang, Page};

#[derive(askama::Template)]
#[template(path = "merging/offer.html")]
struct OfferPage {
    page: Page,
    old: ClassRow,
    /// Why it is not merged at all; empty when it may be.
    why: String,
    lines: Vec<Line>,
}

struct Line {
    class: ClassRow,
    place: String,
    free: i64,
    cost: String,
    /// Why not into this one; empty when it can take them.
    why: String,
}

fn line(one: Candidate) -> Line {
    let cost = one.cost;
    let mut words = vec![format!("{} 人能一起过去", cost.fit)];
    for (people, what) in [
        (cost.clash, "人和自己别的班时间冲突"),
        (cost.age, "人年龄不合适"),
        (cost.limit, "人报的班数已满"),
        (cost.fee, "人交的学费比那个班低"),
    ] {
        if people > 0 {
            words.push(format!("{people} {what}"));
        }
    }
    for (fen, what) in [
        (cost.carried_fen, "学费转过去"),
        (cost.back_fen, "差价退还"),
        (cost.refund_fen, "去不了的人退"),
    ] {
        if fen > 0 {
            words.push(format!("{what} {}", Fen(fen)));
        }
    }
    Line {
        free: one.free,
        place: one.place,
        cost: words.join("，"),
        why: one.why.map(|why| why.sentence()).unwrap_or_default(),
        class: one.class,
    }
}

#[derive(askama::Template)]
#[template(path = "merging/standing.html")]
struct StandingPage {
    page: Page,
    old: ClassRow,
    into: String,
    into_id: String,
    until: String,
    silence: &'static str,
    /// Whether everybody was moved or told.
    done: bool,
    sums: String,
    lines: Vec<PersonLine>,
}

struct PersonLine {
    id: String,
    name: String,
    phone: String,
    paid: String,
    carried: String,
    answer: &'static str,
}

fn person_line((row, person): &(ChoiceRow, PersonBrief)) -> PersonLine {
    let fen = |fen| {
        if row.old_paid {
            Fen(fen).to_string()
        } else {
            "免交".into()
        }
    };
    PersonLine {
        id: row.id.to_string(),
        name: person.name.clone(),
        phone: person.phone_masked.clone().unwrap_or_else(|| "没有登记".into()),
        paid: fen(row.old_fen),
        carried: fen(row.due_fen),
        answer: answers::words(row),
    }
}

fn sums(standing: &Standing) -> String {
    let paid = standing
        .people
        .iter()
        .map(|(row, _)| row)
        .filter(|row| row.old_paid);
    let (mut came, mut stays) = (0, 0);
    for row in paid {
        came += row.old_fen;
        stays += if row.status.is_live() { row.due_fen } else { 0 };
    }
    format!(
        "一共交过 {}，留在新的班 {}，退还 {}。",
        Fen(came),
        Fen(stays),
        Fen(came - stays)
    )
}

async fn standing_page(ctx: &Ctx, id: ClassId, standing: Standing) -> AppResult<Response> {
    let old = teaching::classes::find(ctx.db(), id).await?;
    Ok(html(&StandingPage {
        page: desk(ctx, "并班"),
        done: old.status == ClassStatus::Cancelled,
        old,
        into_id: standing.run.into_class.to_string(),
        until: moment_text(standing.run.answer_by),
        silence: standing.run.silence.label(),
        sums: sums(&standing),
        lines: standing.people.iter().map(person_line).collect(),
        into: standing.into,
    }))
}

#[derive(askama::Template)]
#[template(path = "merging/desk_ask.html")]
struct AskPage {
    page: Page,
    id: String,
    person: PersonBrief,
    question: Question,
    old_class: ClassId,
    may_merge: bool,
}

fn desk(ctx: &Ctx, title: &str) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

/// `GET /desk/enrollments/{id}/merge`
pub(super) async fn ask(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let (row, person) = answers::find_within(&ctx, id(&text)?).await?;
    let page = desk(&ctx, "并班的答复");
    Ok(html(&AskPage {
        question: question(&ctx, &page, &row).await?,
        page,
        id: text,
        person,
        old_class: row.old_class,
        may_merge: ctx.can(Permission::ClassPublish),
    }))
}

/// `POST /desk/enrollments/{id}/merge`
pub(super) async fn answer(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    answers::answer_for(&ctx, &seats, id(&text)?, reply(&posted)?).await?;
    Ok(see_other(&format!("/desk/enrollments/{text}/merge")))
}

/// `GET /desk/classes/{id}/merge`
pub(super) async fn offer(ctx: Ctx, Path(class): Path<String>) -> AppResult<Response> {
    if let Some(standing) = answers::standing(&ctx, id(&class)?).await? {
        return standing_page(&ctx, id(&class)?, standing).await;
    }
    let offer = actions::offer(&ctx, id(&class)?).await?;
    Ok(html(&OfferPage {
        page: desk(&ctx, "并班"),
        old: offer.class,
        why: offer.why.map(|why| why.sentence()).unwrap_or_default(),
        lines: offer.candidates.into_iter().map(line).collect(),
    }))
}

/// `POST /desk/classes/{id}/merge`
pub(super) async fn merge(ctx: Ctx, Path(class): Path<String>, posted: Posted) -> AppResult<Response> {
    let class: ClassId = id(&class)?;
    let into = posted.get("into").parse();
    let into: ClassId = into.map_err(|_| AppError::invalid("into", "请选要并到哪个班。"))?;
    actions::merge(&ctx, class, into).await?;
    Ok(see_other(&format!("/desk/classes/{class}?done=merged")))
}
