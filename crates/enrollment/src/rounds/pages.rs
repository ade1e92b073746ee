//! Pages for everybody, and for those who apply.

use super::actions::{self, Application, RoundView, class_words};
use super::model::{self, RoundStatus, SignupStatus};
use super::selection::model::Outcome;
use super::signups::{self, Applicants, SignupView};
use super::store::RoundRow;
use super::words::{self, round_tag, signup_tag};
use crate::companions;
use crate::draws::explain::Explanation;
use crate::draws::file::DrawFile;
use crate::enrollments::{model as enrolled, printed};
use crate::for_whom;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use documents::{Code, Slip, SlipStatus, Typesetter};
use kernel::Date;
use kernel::chinese_date::moment_text;
use platform::api::Part;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx};
use std::collections::HashMap;
use std::sync::Arc;
use teaching::ClassId;
use teaching::classes::{ClassRow, ClassStatus};
use ui::respond::{html, html_with};
use ui::{Choice, Field, Form, Notice, Page, Pairs, Tag};

/// Rounds on the public list.
const LISTED: Part = Part {
    limit: 100,
    offset: 0,
};

pub(crate) fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

pub(crate) fn value<'a>(query: &'a Pairs, name: &str) -> &'a str {
    query
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.trim())
}

#[derive(askama::Template)]
#[template(path = "rounds/list.html")]
struct ListPage {
    page: Page,
    rounds: Vec<ListLine>,
}

struct ListLine {
    href: String,
    name: String,
    org: String,
    window: String,
    method: String,
    tag: Tag,
}

/// `GET /rounds`
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    let rows = actions::list_public(&ctx, LISTED).await?;
    let page = ui::learner_page(&ctx, "报名批次");
    let line = |(row, org): (RoundRow, String)| ListLine {
        href: format!("/rounds/{}{}", row.place(), row.id),
        org,
        window: page.tn("{} 至 {}", &[&page.moment(row.opens), &page.moment(row.closes)]),
        method: page.t(row.method.label()).to_owned(),
        tag: round_tag(&page, &row, ctx.now()),
        name: row.name,
    };
    let rounds = rows.into_iter().map(line).collect();
    Ok(html(&ListPage { page, rounds }))
}

#[derive(askama::Template)]
#[template(path = "rounds/show.html")]
struct ShowPage {
    page: Page,
    view: RoundView,
    tag: Tag,
    opens: String,
    closes: String,
    rules: Vec<String>,
    /// What became of classes that were cancelled.
    gone: Vec<String>,
    open: bool,
    applicants: Applicants,
    lists: Vec<ClassList>,
}

/// What a draw came to in one class.
struct ClassList {
    name: String,
    seated: Vec<ResultLine>,
    waiting: Vec<ResultLine>,
}

struct ResultLine {
    rank: u32,
    names: String,
    receipt: String,
}

/// `GET /rounds/{id}`
pub(super) async fn show(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let view = actions::show(&ctx, id(&text)?).await?;
    let mut page = ui::learner_page(&ctx, "");
    page.title.clone_from(&view.row.name);
    let lists = match &view.draw {
        Some(file) if file.result.is_some() => {
            result_lists(file, &actions::masked_names(&ctx, view.row.id).await?)
        }
        _ => Vec::new(),
    };
    let row = &view.row;
    Ok(html(&ShowPage {
        tag: round_tag(&page, row, ctx.now()),
        opens: page.moment(row.opens),
        closes: page.moment(row.closes),
        rules: words::rules(&page, row),
        gone: words::gone(&page, &view),
        open: model::in_window(row.status, row.opens, row.closes, ctx.now()).is_ok(),
        applicants: signups::applicants(&ctx, row.id).await?,
        lists,
        page,
        view,
    }))
}

fn result_lists(file: &DrawFile, names: &HashMap<String, String>) -> Vec<ClassList> {
    let Some(result) = &file.result else {
        return Vec::new();
    };
    let ranks: HashMap<&str, u32> = result
        .order
        .iter()
        .map(|ranked| (ranked.receipt.as_str(), ranked.rank))
        .collect();
    let line = |receipt: &str| ResultLine {
        rank: ranks.get(receipt).copied().unwrap_or(0),
        names: names.get(receipt).cloned().unwrap_or_default(),
        receipt: model::spaced(receipt),
    };
    let list = |class: &crate::draws::file::DrawClass| ClassList {
        name: class.name.clone(),
        seated: result
            .seated
            .iter()
            .filter(|seat| seat.class == class.id)
            .map(|seat| line(&seat.receipt))
            .collect(),
        waiting: result
            .waitlists
            .get(&class.id)
            .map(|list| list.iter().map(|receipt| line(receipt)).collect())
            .unwrap_or_default(),
    };
    file.classes.iter().map(list).collect()
}

/// `GET /rounds/{id}/draw.json`
pub(super) async fn file(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let body = actions::file(&ctx, id(&text)?).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, body).into_response())
}

/// The questions of a signup: wishes in order, and companions.
pub(super) fn fields(view: &RoundView) -> Vec<Field> {
    let choices: Vec<Choice> = view
        .classes
        .iter()
        .map(|one| {
            let text = format!(
                "{}（{}，{} 个名额）",
                one.class.name,
                one.class.weekly(),
                one.seats
            );
            Choice::new(one.class.id.to_string(), text)
        })
        .collect();
    let numbers = ["一", "二", "三", "四", "五"];
    let wishes = numbers.iter().zip(1..=view.row.wish_limit).map(|(number, at)| {
        let field = Field::select(&format!("wish_{at}"), &format!("第{number}志愿"), choices.clone());
        if at == 1 { field } else { field.optional() }
    });
    let mut all: Vec<Field> = wishes.collect();
    all.extend(companions::fields(view.row.companion_limit));
    all
}

/// What was typed, as the actions take it; gaps between wishes are closed.
pub(super) fn application(form: &Form, round: &RoundRow) -> Application {
    let wishes = (1..=round.wish_limit).filter_map(|at| form.get(&format!("wish_{at}")).parse().ok());
    Application {
        wishes: wishes.collect(),
        companions: companions::typed(form, round.companion_limit),
    }
}

#[derive(askama::Template)]
#[template(path = "rounds/apply.html")]
struct ApplyPage {
    page: Page,
    view: RoundView,
    form: Form,
    closes: String,
    /// Who takes part already, with their signup.
    taking: Vec<(String, crate::SignupId)>,
}

impl ApplyPage {
    fn new(page: Page, view: RoundView, applicants: Applicants, form: Form) -> Self {
        let own = applicants.own.zip(applicants.signup);
        let own = own.map(|(own, signup)| (own.name, signup));
        let helped = applicants.helped.into_iter();
        let helped = helped.filter_map(|(one, signup)| Some((one.name, signup?)));
        Self {
            closes: page.moment(view.row.closes),
            taking: own.into_iter().chain(helped).collect(),
            page,
            view,
            form,
        }
    }
}

/// For whom, where there is a choice, then the questions of a signup; with what is chosen at first.
fn own_fields(page: &Page, view: &RoundView, applicants: &Applicants) -> (Vec<Field>, Option<String>) {
    let own = applicants.own.as_ref().filter(|_| applicants.signup.is_none());
    let free = applicants.helped.iter().filter(|(_, signup)| signup.is_none());
    let question = match applicants.helped.is_empty() {
        true => None,
        false => for_whom::question(page, "替谁报名", own, free.map(|(one, _)| one)),
    };
    let (whom, first) = question.map_or((None, None), |(field, first)| (Some(field), Some(first)));
    (whom.into_iter().chain(fields(view)).collect(), first)
}

/// `GET /rounds/{id}/apply`
pub(super) async fn form(
    ctx: Ctx,
    Path(text): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::show(&ctx, id(&text)?).await?;
    let row = &view.row;
    let applicants = signups::applicants(&ctx, row.id).await?;
    if let (Some(own), false) = (applicants.signup, applicants.somebody_free()) {
        return Ok(see_other(&format!("/me/signups/{own}")));
    }
    if model::in_window(row.status, row.opens, row.closes, ctx.now()).is_err() {
        return Ok(see_other(&format!("/rounds/{}", row.id)));
    }
    let page = ui::learner_page(&ctx, "填报名申请");
    let (fields, first) = own_fields(&page, &view, &applicants);
    let mut form = Form::blank(fields, page.lang);
    if let Some(first) = first {
        form = form.fill("for", first);
    }
    if let Ok(before) = value(&query, "again").parse() {
        form = as_before(&ctx, form, before).await?;
    }
    let class = value(&query, "class").parse::<ClassId>();
    let of_round = |class: &ClassId| view.classes.iter().any(|one| one.class.id == *class);
    if let Some(class) = class.ok().filter(of_round) {
        form = form.fill("wish_1", class);
    }
    Ok(html(&ApplyPage::new(page, view, applicants, form)))
}

/// A form with the wishes of a signup that was withdrawn, to be changed.
async fn as_before(ctx: &Ctx, mut form: Form, before: crate::SignupId) -> AppResult<Form> {
    let before = signups::show_own(ctx, before).await?;
    form = form.fill("for", before.row.person_id);
    for (wish, at) in before.wishes.iter().zip(1..) {
        form = form.fill(&format!("wish_{at}"), wish.id);
    }
    Ok(form)
}

/// `POST /rounds/{id}/apply`. A double click or the back button leads to the same signup again.
pub(super) async fn apply(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let view = actions::show(&ctx, id(&text)?).await?;
    let page = ui::learner_page(&ctx, "填报名申请");
    let applicants = signups::applicants(&ctx, view.row.id).await?;
    let (fields, _) = own_fields(&page, &view, &applicants);
    let person = match posted.get("for") {
        "" => ctx.person()?,
        text => id(text)?,
    };
    let mut form = Form::from_pairs(fields, page.lang, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match actions::apply_acting(&ctx, view.row.id, person, &application(&form, &view.row)).await {
            Ok(signup) => return Ok(see_other(&format!("/me/signups/{signup}?done=applied"))),
            Err(AppError::Refused {
                code: "already_applied",
                doors,
                ..
            }) if !doors.is_empty() => {
                return Ok(see_other(doors.first().map_or("/me", |door| door.href.as_str())));
            }
            Err(error) => status = form.take_up(error)?,
        }
    }
    Ok(html_with(status, &ApplyPage::new(page, view, applicants, form)))
}

#[derive(askama::Template)]
#[template(path = "rounds/signup.html")]
struct SignupPage {
    page: Page,
    view: SignupView,
    receipt: String,
    tag: Tag,
    people: Vec<String>,
    wishes: Vec<String>,
    result: Vec<String>,
    placed: Vec<PlacedLine>,
    /// When and where the interview is.
    interview: Option<(String, String)>,
    closes: String,
    just_done: bool,
    can_withdraw: bool,
    /// Who made it, if it was not the reader.
    acted: Option<String>,
    /// Whether the reader made it for somebody else.
    for_other: bool,
    /// Whether it is withdrawn and can be filled in again.
    again: bool,
}

struct PlacedLine {
    name: String,
    href: String,
    tag: Tag,
}

/// `GET /me/signups/{id}`
pub(super) async fn one(
    ctx: Ctx,
    Path(text): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = signups::show_own(&ctx, id(&text)?).await?;
    let own = ctx.person()?;
    let for_other = view.people.iter().all(|person| person.id != own);
    let title = if for_other {
        "替家人报的申请"
    } else {
        "我的报名申请"
    };
    let mut page = ui::learner_page(&ctx, title);
    if value(&query, "done") == "withdrawn" {
        let text = page.t("已撤回。截止前可以重新报。").to_owned();
        page = page.noticed(Notice::done(text));
    }
    let whose = if for_other { view.row.person_id } else { own };
    let placed = view.placed.iter().filter(|row| row.person_id == whose);
    let placed = placed.filter_map(|row| {
        let class = view.wishes.iter().find(|class| class.id == row.class_id)?;
        Some(PlacedLine {
            name: class.name.clone(),
            href: format!("/me/enrollments/{}", row.id),
            tag: enrolled::tag(
                &page,
                (row.status, row.due_fen),
                view.positions.get(&row.id).copied(),
                class.status,
            ),
        })
    });
    Ok(html(&SignupPage {
        receipt: model::spaced(&view.row.receipt),
        tag: signup_tag(&page, &view.row, &view.round),
        people: view.people.iter().map(|person| person.name.clone()).collect(),
        wishes: wish_lines(&view),
        result: result_lines(&page, &view),
        placed: placed.collect(),
        closes: page.moment(view.round.closes),
        interview: view
            .interview
            .as_ref()
            .map(|one| (page.moment(one.at), one.place.clone())),
        acted: view
            .acted
            .as_ref()
            .filter(|_| view.row.actor_person != Some(own) && view.row.person_id == own)
            .map(|who| page.retell(who.clone())),
        for_other,
        again: view.row.status == SignupStatus::Withdrawn && view.window_is_open(&ctx),
        just_done: value(&query, "done") == "applied",
        can_withdraw: view.is_open(&ctx),
        page,
        view,
    }))
}

pub(super) fn wish_lines(view: &SignupView) -> Vec<String> {
    let line = |class: &ClassRow| match class.status {
        ClassStatus::Cancelled => class_words(class),
        _ => format!("{}（{}）", class.name, class.weekly()),
    };
    view.wishes.iter().map(line).collect()
}

/// What the school decided of a signup, sentence by sentence.
fn selected_lines(page: &Page, view: &SignupView) -> Vec<String> {
    let mut lines = Vec::new();
    let chosen = view.outcomes.iter().any(|note| note.outcome == Outcome::Chosen);
    for class in &view.wishes {
        let Some(note) = view.outcomes.iter().find(|note| note.class_id == class.id) else {
            continue;
        };
        match note.outcome {
            Outcome::Chosen => lines.push(page.tn("“{}”录取了。", &[&class.name])),
            Outcome::Reserve if !chosen => {
                lines.push(page.tn(
                    "“{}”候补第 {} 位，有人不来时按次序轮到您。",
                    &[&class.name, &note.place],
                ));
            }
            Outcome::Declined if !chosen => {
                lines.push(page.tn("“{}”这次没有录取：{}", &[&class.name, &note.reason]));
            }
            Outcome::Reserve | Outcome::Declined => {}
        }
    }
    if !view.row.refusal.is_empty() {
        lines.push(page.tn("但报不上：{}", &[&view.row.refusal]));
    }
    lines
}

/// What the draw or the selection came to for a signup, sentence by sentence.
pub(super) fn result_lines(page: &Page, view: &SignupView) -> Vec<String> {
    if view.round.method.is_selection() {
        return selected_lines(page, view);
    }
    let Some(why) = &view.explanation else {
        return Vec::new();
    };
    let name = |class: &str| view.names.get(class).cloned().unwrap_or_default();
    let mut lines = vec![page.tn("{} 份申请里，您排在第 {} 位。", &[&why.entrants, &why.rank])];
    if let Some((class, wish)) = &why.won {
        lines.push(page.tn("摇中了第 {} 志愿“{}”。", &[wish, &name(class)]));
    } else {
        lines.push(page.t("这次没有摇中。").to_owned());
    }
    if !view.row.refusal.is_empty() {
        lines.push(page.tn("但报不上：{}", &[&view.row.refusal]));
    }
    lines.extend(missed_lines(page, why, name));
    lines
}

fn missed_lines(page: &Page, why: &Explanation, name: impl Fn(&str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for missed in &why.missed {
        let class = name(&missed.class);
        lines.push(match missed.cut_off {
            Some(rank) => page.tn("“{}”：排到第 {} 位时名额就没有了。", &[&class, &rank]),
            None => page.tn("“{}”：没有名额。", &[&class]),
        });
        if let Some(place) = missed.waiting {
            lines.push(page.tn("摇完号，您在“{}”的候补里排第 {} 份申请。", &[&class, &place]));
        }
    }
    if !why.would_have_won.is_empty() {
        let names: Vec<String> = why.would_have_won.iter().map(|class| name(class)).collect();
        let names = names.join("、");
        lines.push(page.tn("轮到您时还有名额、您没有填的班：{}。", &[&names]));
    }
    if let Some(class) = &why.alone_would_have_won {
        lines.push(page.tn("“{}”当时还有名额，但不够你们一起上。", &[&name(class)]));
    }
    lines
}

/// `POST /me/signups/{id}/withdraw`
pub(super) async fn withdraw(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    signups::withdraw_own(&ctx, id(&text)?).await?;
    Ok(see_other(&format!("/me/signups/{text}?done=withdrawn")))
}

/// `GET /me/signups/{id}/slip.pdf`, and at the desk.
pub(super) async fn slip(
    ctx: Ctx,
    Path(text): Path<String>,
    Shared(typesetter): Shared<Arc<Typesetter>>,
) -> AppResult<Response> {
    let view = signups::show_signup(&ctx, id(&text)?).await?;
    printed(&ctx, slip_of(&ctx, &view), typesetter, "报名申请凭条.pdf").await
}

fn slip_of(ctx: &Ctx, view: &SignupView) -> Slip {
    let closes: Date = view.round.closes.date();
    let numbered = wish_lines(view)
        .into_iter()
        .zip(1..)
        .map(|(wish, at)| format!("{at}. {wish}"));
    let wishes: Vec<String> = numbered.collect();
    let names: Vec<&str> = view.people.iter().map(|person| person.name.as_str()).collect();
    Slip {
        provider: view.org.name.clone(),
        number: model::spaced(&view.row.receipt),
        learner: names.join("、"),
        class: wishes.join("；"),
        when: format!(
            "{} 截止，之后{}",
            moment_text(view.round.closes),
            view.round.method.afterwards()
        ),
        place: view.org.name.clone(),
        fee: None,
        status: if view.row.status == SignupStatus::Withdrawn {
            SlipStatus::Cancelled
        } else if view.placed.iter().any(|row| row.status.lasted()) {
            SlipStatus::Enrolled
        } else {
            SlipStatus::Received
        },
        at: view.row.created_at,
        clerk: match (&view.actor, view.row.channel.as_str()) {
            (Some(name), "family") => format!("家人 {name}"),
            (Some(_), _) => "柜台".into(),
            (None, _) => "本人".into(),
        },
        next: Some("结果在网上公示，也会发短信；凭回执号能查到。".into()),
        undo: format!("{closes} 截止前可以撤回：网上“我的学习”、电话或柜台都可以。"),
        phone: None,
        page: Some(Code::new(format!(
            "{}/me/signups/{}",
            ctx.platform.public_url, view.row.id
        ))),
    }
}

/// Signups on the first page of a learner, those of rounds that are over left out.
pub(crate) async fn current(ctx: &Ctx, page: &Page) -> AppResult<Vec<SignupLine>> {
    Ok(lines(page, signups::mine(ctx).await?))
}

/// Signups of somebody for whom the reader may act, as [`current`] lists them.
pub(crate) async fn current_of(
    ctx: &Ctx,
    page: &Page,
    person: kernel::PersonId,
) -> AppResult<Vec<SignupLine>> {
    Ok(lines(page, signups::of_helped(ctx, person).await?))
}

/// A signup in a list: address, name of its round, where it stands.
pub(crate) type SignupLine = (String, String, Tag);

fn lines(page: &Page, all: Vec<(super::store::SignupRow, RoundRow)>) -> Vec<SignupLine> {
    let shown = all.iter().filter(|(row, round)| {
        row.status == SignupStatus::Applied && !matches!(round.status, RoundStatus::Cancelled)
    });
    let line = |(row, round): &(super::store::SignupRow, RoundRow)| {
        (
            format!("/me/signups/{}", row.id),
            round.name.clone(),
            signup_tag(page, row, round),
        )
    };
    shown.map(line).collect()
}

/// What others applied for in the name of the reader and can still be taken back: sentence and address.
pub(crate) async fn to_undo(ctx: &Ctx, page: &Page) -> AppResult<Vec<(String, String)>> {
    let made = signups::made_for_me(ctx).await?;
    let line = |(row, round, who): (super::store::SignupRow, RoundRow, String)| {
        let (who, closes) = (page.retell(who), page.moment(round.closes));
        let sentence = "{}替您在“{}”提交了报名申请。不是您的意思，{} 以前可以撤回，不用说理由。";
        (
            page.tn(sentence, &[&who, &round.name, &closes]),
            format!("/me/signups/{}/withdraw", row.id),
        )
    };
    Ok(made.into_iter().map(line).collect())
}
