//! The page of one's own family links.

use super::actions::{self, Helping, Mine, label};
use super::model::{MOST_ELDERS, MOST_HELPERS, Relation, Standing};
use super::store::LinkRow;
use crate::FamilyLinkId;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::Instant;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Notice, Page, Tag, learner_page};

#[derive(askama::Template)]
#[template(path = "family/mine.html")]
struct FamilyPage {
    page: Page,
    links: Mine,
    form: Form,
    now: Instant,
}

impl FamilyPage {
    fn waits(&self, link: &LinkRow) -> bool {
        link.standing(self.now) == Standing::Waiting
    }

    fn tag(&self, link: &LinkRow) -> Tag {
        tag(&self.page, link.standing(self.now))
    }

    fn own_tag(&self, link: &Helping) -> Tag {
        tag(&self.page, link.standing)
    }
}

impl Helping {
    fn waits(&self) -> bool {
        self.standing == Standing::Waiting
    }

    fn holds(&self) -> bool {
        self.standing == Standing::Active
    }
}

fn tag(page: &Page, standing: Standing) -> Tag {
    let word = page.t(label(standing)).to_owned();
    match standing {
        Standing::Active => Tag::good(word),
        Standing::Waiting => Tag::waiting(word),
        _ => Tag::quiet(word),
    }
}

fn fields() -> Vec<Field> {
    let choice = |relation: &Relation| Choice::new(relation.as_str(), relation.label());
    vec![
        Field::text("name", "老人的姓名", 1, 40),
        Field::phone("phone", "老人的手机号").hint("老人登记时留的那个号码"),
        Field::radios(
            "relation",
            "您是老人的",
            Relation::ALL.iter().map(choice).collect(),
        ),
    ]
}

async fn page_of(ctx: &Ctx, form: Option<Form>, notice: Option<Notice>, status: u16) -> AppResult<Response> {
    let mut page = learner_page(ctx, "家人代办");
    if let Some(notice) = notice {
        page = page.noticed(notice);
    }
    let form = form.unwrap_or_else(|| Form::blank(fields(), page.lang));
    let links = actions::mine(ctx).await?;
    let view = FamilyPage {
        page,
        links,
        form,
        now: ctx.now(),
    };
    Ok(html_with(status, &view))
}

/// `GET /me/family`
pub(super) async fn show(ctx: Ctx, Query(query): Query<Vec<(String, String)>>) -> AppResult<Response> {
    let done = query.iter().find(|(name, _)| name == "done");
    let page = learner_page(&ctx, "");
    let notice = match done.map(|(_, word)| word.as_str()) {
        Some("asked") => {
            Some(page.t("申请记下了。这个手机号如果登记过，本人会收到短信，同意以后您就能代办。"))
        }
        Some("confirmed") => Some(page.t("好了，他可以替您办了。随时可以停。")),
        Some("refused") => Some(page.t("没有同意。对方不会收到通知。")),
        Some("ended") => Some(page.t("停好了。")),
        _ => None,
    };
    let notice = notice.map(|text| Notice::done(text.to_owned()));
    page_of(&ctx, None, notice, 200).await
}

/// `POST /me/family`
pub(super) async fn ask(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(fields(), learner_page(&ctx, "").lang, &posted.0);
    let relation: Option<Relation> = form.get("relation").parse().ok();
    let (true, Some(relation)) = (form.is_valid(), relation) else {
        return page_of(&ctx, Some(form), None, 422).await;
    };
    match actions::ask(&ctx, form.get("name"), form.get("phone"), relation).await {
        Ok(_) => Ok(see_other("/me/family?done=asked")),
        Err(error) => {
            let status = form.take_up(error)?;
            page_of(&ctx, Some(form), None, status).await
        }
    }
}

fn id(text: &str) -> AppResult<FamilyLinkId> {
    text.parse().map_err(|_| AppError::NotFound)
}

async fn decided(ctx: &Ctx, link: &str, agree: bool) -> AppResult<Response> {
    match actions::decide(ctx, id(link)?, agree).await {
        Ok(()) if agree => Ok(see_other("/me/family?done=confirmed")),
        Ok(()) => Ok(see_other("/me/family?done=refused")),
        Err(AppError::Refused { sentence, .. }) => {
            let text = learner_page(ctx, "").retell(sentence);
            page_of(ctx, None, Some(Notice::warning(text)), 409).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /me/family/{id}/confirm`
pub(super) async fn confirm(ctx: Ctx, Path(link): Path<String>, _: Posted) -> AppResult<Response> {
    decided(&ctx, &link, true).await
}

/// `POST /me/family/{id}/refuse`
pub(super) async fn refuse(ctx: Ctx, Path(link): Path<String>, _: Posted) -> AppResult<Response> {
    decided(&ctx, &link, false).await
}

/// `POST /me/family/{id}/end`
pub(super) async fn end(ctx: Ctx, Path(link): Path<String>, _: Posted) -> AppResult<Response> {
    actions::end(&ctx, id(&link)?).await?;
    Ok(see_other("/me/family?done=ended"))
}
