//! Pages of the staff: who waits, and what would serve them.

use super::actions::{self, Demand, Offer, Proposals};
use super::opening::{self, Choice};
use crate::enrollments::id;
use crate::enrollments::model::{hours, weekday_name};
use crate::rules::Turn;
use axum::extract::{Path, Query};
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use ui::respond::html;
use ui::{Lang, Notice, Page, Pairs};

fn desk(ctx: &Ctx, title: &str) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

#[derive(askama::Template)]
#[template(path = "demand/list.html")]
struct ListPage {
    page: Page,
    demand: Demand,
    /// Terms in which somebody waits: id, name, whether it is shown.
    terms: Vec<(String, String, bool)>,
    may_rule: bool,
}

/// `GET /desk/demand`
pub(super) async fn list(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let value = |name: &str| {
        let found = query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    let demand = actions::list(&ctx, value("term").and_then(|term| term.parse().ok())).await?;
    let mut page = desk(&ctx, "候补需求");
    if value("done") == Some("opened") {
        let text = "新班已开，候补的人已按顺序问过。来不了的人，候补位置不变；有人不要，名额自动给下一位。";
        page = page.noticed(Notice::done(text));
    }
    let shown = demand.term;
    let terms = demand.terms.iter();
    let terms = terms.map(|(term, name)| (term.to_string(), name.clone(), shown == Some(*term)));
    Ok(html(&ListPage {
        terms: terms.collect(),
        may_rule: ctx.can(Permission::RoundRun),
        page,
        demand,
    }))
}

#[derive(askama::Template)]
#[template(path = "demand/proposals.html")]
struct ProposalsPage {
    page: Page,
    found: Proposals,
    here: String,
    lines: Vec<Line>,
    asks: bool,
}

struct Line {
    title: String,
    offer: Offer,
    when: String,
}

type Group3 = (String, String, String);

/// `GET /desk/demand/{term}/{street}/{course}`
pub(super) async fn proposals(ctx: Ctx, Path(group): Path<Group3>) -> AppResult<Response> {
    let (term, street, course) = &group;
    let found = actions::proposals(&ctx, id(term)?, id(street)?, id(course)?).await?;
    let line = |offer: &Offer| Line {
        title: format!(
            "{} 人在等，这个班能让 {} 人上课",
            found.waiting,
            offer.found.served()
        ),
        when: format!(
            "每{} {}，{} 次课，{} 开课，{} 结束",
            weekday_name(offer.weekday),
            hours(offer.starts, offer.minutes),
            offer.sessions,
            offer.days.0,
            offer.days.1
        ),
        offer: offer.clone(),
    };
    Ok(html(&ProposalsPage {
        page: desk(&ctx, "加开一个班"),
        here: format!("/desk/demand/{term}/{street}/{course}"),
        lines: found.offers.iter().map(line).collect(),
        asks: found.means.rule.turn == Turn::Offer,
        found,
    }))
}

/// `POST /desk/demand/{term}/{street}/{course}`
pub(super) async fn open(ctx: Ctx, Path(group): Path<Group3>, posted: Posted) -> AppResult<Response> {
    let (term, street, course) = &group;
    let wrong = || AppError::invalid("room", "请从列出的建议里选一个。");
    let choice = Choice {
        room: posted.get("room").parse().map_err(|_| wrong())?,
        teacher: posted.get("teacher").parse().map_err(|_| wrong())?,
        weekday: posted.get("weekday").parse().map_err(|_| wrong())?,
        starts: posted.get("starts").parse().map_err(|_| wrong())?,
    };
    opening::open(&ctx, (id(term)?, id(street)?, id(course)?), choice).await?;
    Ok(see_other(&format!("/desk/demand?term={term}&done=opened")))
}
