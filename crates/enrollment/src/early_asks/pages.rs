//! Pages of early asks: leave one, wait in peace, read what became of it.

use super::actions::{self, EarlyTerms, EarlyView};
use super::model::{self, Early};
use crate::companions;
use crate::enrollments::id;
use crate::enrollments::model::tag;
use crate::first_come::Plan;
use axum::extract::Path;
use axum::response::Response;
use kernel::PersonId;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use teaching::classes::ClassRow;
use ui::respond::{html, html_with};
use ui::{Form, Page, Tag, learner_page};

/// The way to an early ask on a page that says enrolment has not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Door {
    /// There is none.
    Shut,
    /// It opens at this moment, in words.
    From(String),
    /// It is open; enrolment begins at this moment, in words.
    Now(String),
}

/// The door for this person, or for a class that takes everybody from its opening on.
pub(crate) fn door(page: &Page, class: &ClassRow, plan: &Plan, person: PersonId, ctx: &Ctx) -> Door {
    match model::early(class, plan, person, ctx.now()) {
        Ok(Early::From(from, _)) => Door::From(page.moment(from)),
        Ok(Early::Now(opens)) => Door::Now(page.moment(opens)),
        Ok(Early::Open) | Err(_) => Door::Shut,
    }
}

fn terms(form: &Form, posted: &Posted, people: i64) -> EarlyTerms {
    EarlyTerms {
        companions: companions::typed(form, people),
        wait: posted.get("accept_waitlist") == "yes",
    }
}

#[derive(askama::Template)]
#[template(path = "early_asks/refused.html")]
struct RefusedPage {
    page: Page,
    class: String,
    sentence: String,
    doors: Vec<platform::Door>,
    /// Who comes along, where that was wrong.
    together: Form,
    /// What else was typed.
    kept: Vec<(String, String)>,
}

/// `POST /classes/{id}/early`. A double click or the back button leads to the same ask.
pub(super) async fn keep(ctx: Ctx, Path(class): Path<String>, posted: Posted) -> AppResult<Response> {
    let people = crate::enrollments::TOGETHER;
    let page = learner_page(&ctx, "提前登记");
    let mut together = Form::from_pairs(companions::fields(people), page.lang, &posted.0);
    let person = match posted.get("for") {
        "" => ctx.person()?,
        text => id(text)?,
    };
    let (status, sentence, doors) = if together.is_valid() {
        let asked = terms(&together, &posted, people);
        match actions::keep(&ctx, person, id(&class)?, asked).await {
            Ok(ask) => return Ok(see_other(&format!("/me/early/{ask}"))),
            Err(AppError::Refused { sentence, doors, .. }) => (409, sentence, doors),
            Err(error) => (together.take_up(error)?, String::new(), Vec::new()),
        }
    } else {
        (422, String::new(), Vec::new())
    };
    let kept = posted
        .0
        .iter()
        .filter(|(name, _)| name == "for" || name == "accept_waitlist");
    let answer = RefusedPage {
        kept: kept.cloned().collect(),
        page,
        class,
        sentence,
        doors,
        together,
    };
    Ok(html_with(status, &answer))
}

#[derive(askama::Template)]
#[template(path = "early_asks/show.html")]
struct ShowPage {
    page: Page,
    view: EarlyView,
    opens: String,
    is_open: bool,
    names: String,
    tag: Option<Tag>,
    others: i64,
}

/// `GET /me/early/{id}`: waits with the reader, then says what became of it.
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let view = actions::show(&ctx, id(&text)?).await?;
    let page = learner_page(&ctx, "提前登记");
    let class = teaching::classes::find(ctx.db(), view.row.class_id).await?;
    let own = i64::try_from(view.names.len()).unwrap_or(0);
    Ok(html(&ShowPage {
        opens: page.moment(view.row.opens),
        is_open: view.row.opens <= ctx.now(),
        names: view.names.join(page.t("、")),
        tag: view
            .enrollment
            .as_ref()
            .map(|row| tag(&page, row.standing(), None, class.status)),
        others: (view.present - own).max(0),
        page,
        view,
    }))
}

/// `POST /me/early/{id}/drop`
pub(super) async fn drop_ask(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    actions::drop_ask(&ctx, id(&text)?).await?;
    Ok(see_other("/me"))
}
