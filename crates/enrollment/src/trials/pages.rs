//! Pages of the learner: choosing a lesson to try, giving it up, enrolling afterwards.

use super::actions::{self, Choice};
use super::model::TrialState;
use crate::enrollments::actions::Terms;
use crate::enrollments::id;
use crate::enrollments::model::session_when;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use kernel::PersonId;
use people::family;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use ui::respond::html_with;
use ui::{Choice as Option_, Field, Form, Page, Tag};

#[derive(askama::Template)]
#[template(path = "trials/choose.html")]
struct ChoosePage {
    page: Page,
    choice: Choice,
    form: Form,
    why: String,
}

/// The lessons to choose from, as radios with the places left.
pub(super) fn lessons(page: &Page, choice: &Choice) -> Field {
    let lesson = |open: &actions::Open| {
        let text = page.tn(
            "{}，试听名额还有 {} 个",
            &[&session_when(page, &open.session), &open.free],
        );
        Option_::new(open.session.id.to_string(), text)
    };
    Field::radios(
        "session",
        "试听哪一次课",
        choice.open.iter().map(lesson).collect(),
    )
}

async fn fields(ctx: &Ctx, page: &Page, choice: &Choice) -> AppResult<Vec<Field>> {
    let mut fields = vec![lessons(page, choice)];
    let helped = family::beneficiaries(ctx).await?;
    if !helped.is_empty() {
        let mut who = vec![Option_::new(ctx.person()?.to_string(), page.t("我自己"))];
        who.extend(helped.into_iter().map(|one| {
            let text = format!("{}（{}）", page.t(one.calls), one.name);
            Option_::new(one.person.to_string(), text)
        }));
        fields.push(Field::radios("for", "替谁约", who));
    }
    Ok(fields)
}

/// `GET /classes/{id}/trial`
pub(super) async fn choose(ctx: Ctx, Path(class): Path<String>) -> AppResult<Response> {
    let choice = actions::choice(&ctx, id(&class)?).await?;
    let page = ui::learner_page(&ctx, "约一次试听");
    let form = Form::blank(fields(&ctx, &page, &choice).await?, page.lang).fill("for", ctx.person()?);
    Ok(show(page, choice, form, 200))
}

fn show(page: Page, choice: Choice, form: Form, status: u16) -> Response {
    let why = choice
        .why
        .map(|why| page.retell(why.sentence()))
        .unwrap_or_default();
    html_with(
        status,
        &ChoosePage {
            why,
            page,
            choice,
            form,
        },
    )
}

/// `POST /classes/{id}/trial`
pub(super) async fn book(ctx: Ctx, Path(class): Path<String>, posted: Posted) -> AppResult<Response> {
    let choice = actions::choice(&ctx, id(&class)?).await?;
    let page = ui::learner_page(&ctx, "约一次试听");
    let mut form = Form::from_pairs(fields(&ctx, &page, &choice).await?, page.lang, &posted.0);
    if !form.is_valid() {
        return Ok(show(page, choice, form, 422));
    }
    let own: PersonId = ctx.person()?;
    let person = match posted.get("for") {
        "" => own,
        text => id(text)?,
    };
    match actions::book(&ctx, id(posted.get("session"))?, person).await {
        Ok(_) => Ok(see_other("/me")),
        Err(AppError::Refused { sentence, .. }) => {
            form.error("session", page.retell(sentence));
            Ok(show(page, choice, form, 409))
        }
        Err(other) => Err(other),
    }
}

/// `POST /me/trials/{id}/cancel`
pub(super) async fn cancel(ctx: Ctx, Path(trial): Path<String>, _: Posted) -> AppResult<Response> {
    actions::cancel(&ctx, id(&trial)?).await?;
    Ok(see_other("/me"))
}

/// `POST /me/trials/{id}/enroll`
pub(super) async fn join(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(trial): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let terms = Terms {
        wait: posted.get("accept_waitlist") == "yes",
        ..Terms::default()
    };
    let answer = actions::join(&ctx, &desk, id(&trial)?, terms).await?;
    Ok(see_other(&format!(
        "/me/enrollments/{}?done=enrolled",
        answer.enrollment
    )))
}

/// A trial on one's own list.
pub(crate) struct MyTrial {
    /// Name of the class.
    pub(crate) name: String,
    /// Its page.
    pub(crate) href: String,
    /// When the lesson is.
    pub(crate) when: String,
    /// How far it is.
    pub(crate) tag: Tag,
    /// Where it is given up; empty when it is over.
    pub(crate) cancel: String,
    /// Where one enrols; empty when that was done or the class is over.
    pub(crate) join: String,
}

/// Trials for one's own list: those that are not given up and whose class goes on.
pub(crate) async fn mine(ctx: &Ctx, page: &Page) -> AppResult<Vec<MyTrial>> {
    let all = actions::mine(ctx).await?;
    let shown = all.into_iter().filter(|mine| {
        let on = matches!(mine.class.status.as_str(), "published" | "running");
        on && !matches!(mine.row.state, TrialState::Cancelled | TrialState::Joined)
    });
    let one = |mine: actions::Mine| {
        let word = page.t(mine.row.state.label()).to_owned();
        let booked = mine.row.state == TrialState::Booked;
        let at = |what: &str, may: bool| match may {
            true => format!("/me/trials/{}/{what}", mine.row.id),
            false => String::new(),
        };
        MyTrial {
            href: format!("/classes/{}", mine.class.id),
            when: session_when(page, &mine.session),
            tag: if booked {
                Tag::waiting(word)
            } else {
                Tag::quiet(word)
            },
            cancel: at("cancel", booked),
            join: at("enroll", true),
            name: mine.class.name,
        }
    };
    Ok(shown.map(one).collect())
}
