//! The page on which a school sets which papers it asks for, and their words.

use super::model::{Paper, When};
use super::settings::{self, MOST_BRING, MOST_LETTERS, RuleDraft, Settings};
use super::store::TextRow;
use crate::enrollments::id;
use crate::rounds::pages::value;
use crate::rounds::planning::other_orgs;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Notice, Page, Pairs};

#[derive(askama::Template)]
#[template(path = "declarations/settings.html")]
struct SettingsPage {
    page: Page,
    settings: Settings,
    /// Whose rule is in force, and which version.
    source: String,
    rule: Form,
    texts: Vec<(Paper, String, Form)>,
    other_orgs: Vec<(String, String)>,
}

fn rule_fields() -> Vec<Field> {
    let choices = || {
        When::ALL
            .iter()
            .map(|when| Choice::new(when.as_str(), when.label()))
            .collect::<Vec<_>>()
    };
    vec![
        Field::radios("health", "健康承诺书", choices()),
        Field::radios("risks", "安全责任告知书", choices()),
        Field::number("consent_age", "满多少岁要家人同意书", 50, 120)
            .optional()
            .hint("按开课那天算；不要家人签，就空着"),
        Field::number("valid_days", "签一次管多少天", 30, 730).hint("一年是 365"),
        Field::number("online_hours", "网上报名，没签齐的名额留多少小时", 1, 336),
        Field::number("counter_days", "柜台报名，没签齐的名额留多少个工作日", 1, 20),
        Field::text("bring", "告诉学员怎么签、带什么", 4, MOST_BRING),
        Field::hidden("seen"),
    ]
}

fn text_fields() -> Vec<Field> {
    vec![
        Field::textarea("body", "内容", MOST_LETTERS)
            .hint("学员签的就是这些话；改了以后，以前签的还是以前的话"),
        Field::hidden("seen"),
    ]
}

fn whose(org: Option<OrgId>, own: OrgId, version: i64) -> String {
    match org {
        None => "用的是软件自带的".into(),
        Some(org) if org == own => format!("用的是本机构自己的，第 {version} 版"),
        Some(_) => format!("用的是上级机构的，第 {version} 版"),
    }
}

/// `GET /desk/papers`
pub(super) async fn show(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let settings = settings::show(&ctx, value(&query, "org").parse().ok()).await?;
    let done = value(&query, "done") == "saved";
    Ok(settings_page(&ctx, settings, (None, None), done, 200))
}

fn filled(settings: &Settings) -> Form {
    let rule = &settings.papers.rule;
    Form::blank(rule_fields(), Lang::Zh)
        .fill("health", rule.health.as_str())
        .fill("risks", rule.risks.as_str())
        .fill(
            "consent_age",
            rule.consent_age.map(|age| age.to_string()).unwrap_or_default(),
        )
        .fill("valid_days", rule.valid_days)
        .fill("online_hours", rule.online_hours)
        .fill("counter_days", rule.counter_days)
        .fill("bring", &rule.bring)
        .fill("seen", rule.id)
}

fn settings_page(
    ctx: &Ctx,
    settings: Settings,
    (rule, text): (Option<Form>, Option<(Paper, Form)>),
    done: bool,
    status: u16,
) -> Response {
    let mut page = ui::desk_page(ctx, "入学所需材料");
    page.lang = Lang::Zh;
    if done {
        page = page.noticed(Notice::done("已保存，从现在起的报名按新的办；以前签的还算数。"));
    }
    let own = settings.org.id;
    let in_force = &settings.papers.rule;
    let typed = |row: &TextRow| match &text {
        Some((paper, form)) if *paper == row.paper => form.clone(),
        _ => Form::blank(text_fields(), Lang::Zh)
            .fill("body", &row.body)
            .fill("seen", row.id),
    };
    let texts = settings.papers.texts.iter().map(|row| {
        let form = typed(row).apart(row.paper.as_str());
        (row.paper, whose(row.org_id, own, row.version), form)
    });
    let shown = SettingsPage {
        source: whose(in_force.org_id, own, in_force.version),
        texts: texts.collect(),
        rule: rule.unwrap_or_else(|| filled(&settings)),
        other_orgs: other_orgs(&settings.orgs, own, "/desk/papers"),
        page,
        settings,
    };
    html_with(status, &shown)
}

/// `POST /desk/papers/{org}/rule`
pub(super) async fn save_rule(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let org: OrgId = id(&org)?;
    let settings = settings::show(&ctx, Some(org)).await?;
    let mut form = Form::from_pairs(rule_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let number = |name: &str| form.number(name).unwrap_or_default();
        let draft = RuleDraft {
            consent_age: form.number("consent_age"),
            health: form.get("health").parse().unwrap_or(When::Never),
            risks: form.get("risks").parse().unwrap_or(When::Never),
            valid_days: number("valid_days"),
            online_hours: number("online_hours"),
            counter_days: number("counter_days"),
            bring: form.get("bring").to_owned(),
            seen: form.get("seen").to_owned(),
        };
        match settings::save_rule(&ctx, org, draft).await {
            Ok(_) => return Ok(see_other(&format!("/desk/papers?org={org}&done=saved"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    Ok(settings_page(&ctx, settings, (Some(form), None), false, status))
}

/// `POST /desk/papers/{org}/{paper}`
pub(super) async fn save_text(
    ctx: Ctx,
    Path((org, paper)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let org: OrgId = id(&org)?;
    let paper: Paper = paper.parse().map_err(|_| AppError::NotFound)?;
    let settings = settings::show(&ctx, Some(org)).await?;
    let mut form = Form::from_pairs(text_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match settings::save_text(&ctx, org, paper, form.get("body"), form.get("seen")).await {
            Ok(_) => return Ok(see_other(&format!("/desk/papers?org={org}&done=saved"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    Ok(settings_page(
        &ctx,
        settings,
        (None, Some((paper, form))),
        false,
        status,
    ))
}
