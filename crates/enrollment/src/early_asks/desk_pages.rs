//! Early asks at the counter: left for who has no telephone, with a slip to take home.

use super::actions::{self, AtCounter, EarlyTerms, EarlyView};
use crate::companions;
use crate::enrollments::desk_pages::{check_page, chosen_channel, desk};
use crate::enrollments::model as enrolled;
use crate::enrollments::{TOGETHER, id, printed};
use axum::extract::Path;
use axum::response::Response;
use documents::{Slip, SlipStatus, Typesetter};
use kernel::chinese_date::moment_text;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Channel, Ctx, Permission};
use std::sync::Arc;
use ui::respond::{html, html_with};
use ui::{Page, Tag};

/// `POST /desk/counter/{person}/{class}/early`. Left twice it is the same ask.
pub(super) async fn keep(
    ctx: Ctx,
    Path((person, class)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let mut page = check_page(&ctx, &person, &class, Some(&posted), String::new()).await?;
    if !page.form.is_valid() || !page.together.is_valid() {
        return Ok(html_with(422, &page));
    }
    let terms = EarlyTerms {
        companions: companions::typed(&page.together, TOGETHER),
        wait: true,
    };
    let at = AtCounter {
        person: id(&person)?,
        channel: chosen_channel(&posted),
    };
    match actions::keep_for(&ctx, at, id(&class)?, terms).await {
        Ok(ask) => Ok(see_other(&format!("/desk/early/{ask}"))),
        Err(AppError::Refused { sentence, .. }) => {
            let page = check_page(&ctx, &person, &class, Some(&posted), sentence).await?;
            Ok(html_with(409, &page))
        }
        Err(error) => {
            let status = page.together.take_up(error)?;
            Ok(html_with(status, &page))
        }
    }
}

#[derive(askama::Template)]
#[template(path = "early_asks/desk_show.html")]
struct ShowPage {
    page: Page,
    view: EarlyView,
    opens: String,
    is_open: bool,
    names: String,
    channel: &'static str,
    tag: Option<Tag>,
    may_act: bool,
}

/// `GET /desk/early/{id}`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let view = actions::show_within(&ctx, id(&text)?).await?;
    let page = desk(&ctx, "提前登记");
    let class = teaching::classes::find(ctx.db(), view.row.class_id).await?;
    Ok(html(&ShowPage {
        opens: moment_text(view.row.opens),
        is_open: view.row.opens <= ctx.now(),
        names: view.names.join("、"),
        channel: view.row.channel.label(),
        tag: view
            .enrollment
            .as_ref()
            .map(|row| enrolled::tag(&page, row.standing(), None, class.status)),
        may_act: ctx.can(Permission::EnrollmentAct),
        page,
        view,
    }))
}

/// `POST /desk/early/{id}/drop`
pub(super) async fn drop_ask(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    actions::drop_for(&ctx, id(&text)?).await?;
    Ok(see_other(&format!("/desk/early/{text}")))
}

/// `GET /desk/early/{id}/slip.pdf`
pub(super) async fn slip(
    ctx: Ctx,
    Path(text): Path<String>,
    Shared(typesetter): Shared<Arc<Typesetter>>,
) -> AppResult<Response> {
    let view = actions::show_within(&ctx, id(&text)?).await?;
    let slip = slip_of(&ctx, &view).await?;
    printed(&ctx, slip, typesetter, "提前登记凭条.pdf").await
}

async fn slip_of(ctx: &Ctx, view: &EarlyView) -> AppResult<Slip> {
    let row = &view.row;
    let class = teaching::classes::find(ctx.db(), row.class_id).await?;
    let place = crate::enrollments::actions::place(ctx, &class).await?;
    let page = Page::default();
    let opens = moment_text(row.opens);
    let clerk = people::persons::find(ctx.db(), row.actor_person).await?.name;
    Ok(Slip {
        provider: place.clone(),
        number: row.id.to_string(),
        learner: view.names.join("、"),
        class: row.class_name.clone(),
        when: enrolled::when(&page, &class),
        place,
        fee: Some(enrolled::fee(&page, class.fee_fen)),
        status: match row.outcome.as_str() {
            actions::DROPPED => SlipStatus::Cancelled,
            _ => SlipStatus::Received,
        },
        at: row.created_at,
        clerk: match row.channel {
            Channel::Desk | Channel::Phone => format!("柜台 {clerk}"),
            Channel::Family => format!("家人 {clerk}"),
            _ => "本人".into(),
        },
        next: Some(super::model::ticket_words(&opens)),
        undo: format!("{opens} 以前可以撤回：柜台或电话都可以。"),
        phone: None,
        page: None,
    })
}
