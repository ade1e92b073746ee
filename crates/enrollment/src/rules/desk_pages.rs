//! The page on which a school decides.

use super::actions::{self, RuleNow};
use super::model::{MOST_HOURS, MOST_LEAD, MOST_TRIALS, Rule, Turn};
use crate::enrollments::id;
use axum::extract::Query;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Notice, Page, Pairs};

#[derive(askama::Template)]
#[template(path = "rules/show.html")]
struct RulePage {
    page: Page,
    now: RuleNow,
    form: Form,
}

fn fields() -> Vec<Field> {
    let turns = vec![
        Choice::new("offer", "先问本人：名额留一段时间，本人接受了才算报上"),
        Choice::new("confirm", "直接报上，再告诉本人"),
    ];
    vec![
        Field::radios("turn", "候补轮到时（不收费的班）", turns)
            .hint("收费的班总是先留名额，交了学费才算报上"),
        Field::number("online_hours", "网上排的候补，名额留几小时", 1, MOST_HOURS),
        Field::number("counter_hours", "柜台和电话排的候补，名额留几小时", 1, MOST_HOURS),
        Field::number("lead_days", "按候补新开的班，至少几天以后开课", 0, MOST_LEAD),
        Field::number(
            "room_percent",
            "按候补新开的班，教室至少坐得下能来的人的百分之几",
            1,
            100,
        ),
        Field::number("trial_seats", "每次课几个试听名额", 0, MOST_TRIALS).hint("0 是不开放试听"),
        Field::number("trial_weeks", "开课后前几周可以试听", 1, MOST_TRIALS),
        Field::number("trial_limit", "每人一学期最多试听几次", 1, MOST_TRIALS),
        Field::hidden("version"),
        Field::hidden("org"),
    ]
}

/// `GET /desk/rules`
pub(super) async fn show(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let org = query.iter().find(|(name, _)| name == "org");
    let now = actions::show(&ctx, org.and_then(|(_, id)| id.parse().ok())).await?;
    let rule = now.rule;
    let form = Form::blank(fields(), Lang::Zh)
        .fill("turn", rule.turn.as_str())
        .fill("online_hours", rule.online_hours)
        .fill("counter_hours", rule.counter_hours)
        .fill("lead_days", rule.lead_days)
        .fill("room_percent", rule.room_percent)
        .fill("trial_seats", rule.trial_seats)
        .fill("trial_weeks", rule.trial_weeks)
        .fill("trial_limit", rule.trial_limit)
        .fill("version", now.version)
        .fill("org", now.org.id);
    let done = query.iter().any(|(name, what)| name == "done" && what == "saved");
    Ok(rule_page(&ctx, now, form, (done, 200)))
}

fn rule_page(ctx: &Ctx, now: RuleNow, form: Form, (done, status): (bool, u16)) -> Response {
    let mut page = ui::desk_page(ctx, "候补和试听规则");
    page.lang = Lang::Zh;
    if done {
        page = page.noticed(Notice::done("已保存。从现在起轮到的人按新规则办。"));
    }
    html_with(status, &RulePage { page, now, form })
}

/// `POST /desk/rules`
pub(super) async fn change(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let org = id(posted.get("org"))?;
    let now = actions::show(&ctx, Some(org)).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(rule_page(&ctx, now, form, (false, 422)));
    }
    let number = |name: &str| form.number(name).unwrap_or_default();
    let rule = Rule {
        turn: form.get("turn").parse().unwrap_or(Turn::Offer),
        online_hours: number("online_hours"),
        counter_hours: number("counter_hours"),
        lead_days: number("lead_days"),
        room_percent: number("room_percent"),
        trial_seats: number("trial_seats"),
        trial_weeks: number("trial_weeks"),
        trial_limit: number("trial_limit"),
    };
    match actions::change(&ctx, org, rule, number("version")).await {
        Ok(()) => Ok(see_other(&format!("/desk/rules?org={org}&done=saved"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(rule_page(&ctx, now, form, (false, status)))
        }
    }
}
