//! The page on which a class is merged.

use super::actions::{self, Candidate};
use crate::enrollments::id;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use teaching::ClassId;
use teaching::classes::ClassRow;
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
    ] {
        if people > 0 {
            words.push(format!("{people} {what}"));
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

/// `GET /desk/classes/{id}/merge`
pub(super) async fn offer(ctx: Ctx, Path(class): Path<String>) -> AppResult<Response> {
    let offer = actions::offer(&ctx, id(&class)?).await?;
    let mut page = ui::desk_page(&ctx, "并班");
    page.lang = Lang::Zh;
    Ok(html(&OfferPage {
        page,
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
