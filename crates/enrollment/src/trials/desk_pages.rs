//! The counter's page: a lesson to try, for the person at the counter.

use super::actions::{self, Choice};
use super::pages::lessons;
use crate::enrollments::actions::counter_check;
use crate::enrollments::id;
use axum::extract::Path;
use axum::response::Response;
use people::persons::PersonBrief;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Form, Lang, Page};

#[derive(askama::Template)]
#[template(path = "trials/desk_choose.html")]
struct ChoosePage {
    page: Page,
    person: PersonBrief,
    choice: Choice,
    form: Form,
    why: String,
}

async fn page(ctx: &Ctx, person: &str, class: &str, posted: Option<&Posted>) -> AppResult<ChoosePage> {
    let (person, class, _) = counter_check(ctx, id(person)?, id(class)?).await?;
    let choice = actions::choice(ctx, class.id).await?;
    let mut page = ui::desk_page(ctx, "约一次试听");
    page.lang = Lang::Zh;
    let fields = vec![lessons(&page, &choice)];
    Ok(ChoosePage {
        form: match posted {
            Some(posted) => Form::from_pairs(fields, Lang::Zh, &posted.0),
            None => Form::blank(fields, Lang::Zh),
        },
        why: choice.why.map(|why| why.sentence()).unwrap_or_default(),
        page,
        person,
        choice,
    })
}

/// `GET /desk/counter/{person}/{class}/trial`
pub(super) async fn choose(ctx: Ctx, Path((person, class)): Path<(String, String)>) -> AppResult<Response> {
    Ok(html_with(200, &page(&ctx, &person, &class, None).await?))
}

/// `POST /desk/counter/{person}/{class}/trial`
pub(super) async fn book(
    ctx: Ctx,
    Path((person, class)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let mut shown = page(&ctx, &person, &class, Some(&posted)).await?;
    if !shown.form.is_valid() {
        return Ok(html_with(422, &shown));
    }
    match actions::book_for(&ctx, id(posted.get("session"))?, id(&person)?).await {
        Ok(_) => Ok(see_other(&format!("/desk/classes/{class}/learners"))),
        Err(AppError::Refused { sentence, .. }) => {
            shown.form.error("session", sentence);
            Ok(html_with(409, &shown))
        }
        Err(other) => Err(other),
    }
}
