//! Pages of the staff: rounds, the board of one, and signups at the counter.

use super::actions;
use super::lifecycle::{self, Board, Choices, EntryDone};
use super::model::{self, Audience, MOST_WISHES, RoundDraft, RoundMethod, RoundStatus};
use super::pages::{application, fields, id, result_lines, value, wish_lines};
use super::planning::{chosen_classes, classes_field, moment_of, other_orgs, window_fields};
use super::selection::desk_pages as selection;
use super::signups::{self, SignupView};
use super::store::RoundRow;
use super::words::{round_tag, signup_tag};
use crate::draws::algorithm::{MOST_COMPANIONS, MOST_TICKETS};
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::PersonId;
use kernel::chinese_date::moment_text;
use people::persons::PersonBrief;
use platform::api::Part;
use platform::web::{Posted, see_other};
use platform::{AppResult, Channel, Ctx, Permission};
use ui::respond::{html, html_with};
use ui::{Choice, Field, Form, Lang, Notice, Page, Pairs, Tag};

/// What was just done, for the page's notice; that results are on their way is said only until they are out.
pub(super) fn just_done<'a>(row: &RoundRow, query: &'a Pairs, nothing: &'a Pairs) -> &'a Pairs {
    let is_old = row.status == RoundStatus::Published && value(query, "done") == "publishing";
    if is_old { nothing } else { query }
}

/// Rounds on one page.
const LISTED: Part = Part {
    limit: 100,
    offset: 0,
};

pub(super) fn desk(ctx: &Ctx, title: &str, query: &Pairs) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    let done = match value(query, "done") {
        "planned" => "批次已建好，这些班从现在起不收先来先得的报名。",
        "sealed" => "名单已封存，指纹已公开。接着录入随机数。",
        "first" => "已录入，等另一位工作人员录入同样的。",
        "withdrawn" => "已撤回。",
        "drawn" => "两位录的一样，已摇号。核对后公布。",
        "publishing" => "正在公布：先排名额，再排候补，最后通知每个人。可以离开这一页。",
        "cancelled" => "批次已取消，正在通知报了名的人。",
        "interviews" => "面试时间定好了，正在通知本人。",
        "noted" => "存好了。提交复核前都可以改。",
        "proposed" => "已提交，等另一位工作人员复核。",
        "confirmed" => "名单已确认，可以公布了。",
        "sent_back" => "已退回修改。",
        "applied" => "申请收到了。请打印凭条给本人。",
        _ => return page,
    };
    page.noticed(Notice::done(done))
}

#[derive(askama::Template)]
#[template(path = "rounds/desk_list.html")]
struct ListPage {
    page: Page,
    lines: Vec<ListLine>,
    may_run: bool,
}

struct ListLine {
    href: String,
    name: String,
    org: String,
    closes: String,
    method: &'static str,
    tag: Tag,
}

/// `GET /desk/rounds`
pub(super) async fn list(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let rows = lifecycle::list(&ctx, LISTED).await?;
    let page = desk(&ctx, "报名批次", &query);
    let line = |(row, org): (RoundRow, String)| ListLine {
        href: format!("/desk/rounds/{}{}", row.place(), row.id),
        org,
        closes: moment_text(row.closes),
        method: row.method.label(),
        tag: round_tag(&page, &row, ctx.now()),
        name: row.name,
    };
    Ok(html(&ListPage {
        lines: rows.into_iter().map(line).collect(),
        may_run: ctx.can(Permission::RoundRun),
        page,
    }))
}

#[derive(askama::Template)]
#[template(path = "rounds/new.html")]
struct NewPage {
    page: Page,
    org: String,
    other_orgs: Vec<(String, String)>,
    form: Form,
    empty: bool,
}

fn plan_fields(choices: &Choices) -> Vec<Field> {
    let mut fields = window_fields(&Audience::OF_DRAWS, "例如 2027 春季热门班摇号、合唱团面试");
    let methods = [
        (RoundMethod::Draw, "摇号", "公开的算法，谁都能重新算"),
        (RoundMethod::Interview, "面试", "报名截止后安排时间，面试后记结果"),
        (RoundMethod::Manual, "人工选定", "报名截止后照开班要求记结果"),
    ];
    let methods = methods.map(|(method, text, hint)| Choice::new(method.as_str(), text).hint(hint));
    fields.extend([
        Field::radios("method", "名额怎么给", methods.to_vec()),
        Field::number("wish_limit", "一份申请最多几个志愿", 1, MOST_WISHES),
        Field::number(
            "companion_limit",
            "一份申请最多几个人",
            1,
            i64::from(MOST_COMPANIONS),
        )
        .hint("1 是不能一起报；夫妻一起报填 2"),
        Field::number("ticket_cap", "签数上限", 1, i64::from(MOST_TICKETS))
            .hint("只有摇号用：每人一支签，以前候补没轮到的每个学期多一支，到这个数为止"),
        Field::number("newcomer_percent", "每个班留给新学员的名额（%）", 0, 100),
        classes_field(&choices.classes),
    ]);
    fields
}

/// `GET /desk/rounds/new`
pub(super) async fn blank(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let choices = lifecycle::choices(&ctx, value(&query, "org").parse().ok()).await?;
    let form = Form::blank(plan_fields(&choices), Lang::Zh)
        .fill("org", choices.org.id)
        .fill("method", RoundMethod::Draw.as_str())
        .fill("audience", "everyone")
        .fill("opens_on", ctx.today())
        .fill("opens_at", "09:00")
        .fill("closes_at", "17:00")
        .fill("wish_limit", 3)
        .fill("companion_limit", 2)
        .fill("ticket_cap", 5)
        .fill("newcomer_percent", 20);
    Ok(new_page(&ctx, choices, form, 200))
}

fn new_page(ctx: &Ctx, choices: Choices, form: Form, status: u16) -> Response {
    html_with(
        status,
        &NewPage {
            page: desk(ctx, "新的报名批次", &Pairs::new()),
            other_orgs: other_orgs(&choices.orgs, choices.org.id, "/desk/rounds/new"),
            empty: choices.classes.is_empty(),
            org: choices.org.name,
            form,
        },
    )
}

/// `POST /desk/rounds/new`
pub(super) async fn create(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let choices = lifecycle::choices(&ctx, posted.get("org").parse().ok()).await?;
    let mut form = Form::from_pairs(plan_fields(&choices), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(new_page(&ctx, choices, form, 422));
    }
    let number = |name: &str| form.number(name).unwrap_or_default();
    let draft = RoundDraft {
        org: choices.org.id,
        name: form.get("name").to_owned(),
        method: form.get("method").parse().unwrap_or(RoundMethod::Draw),
        audience: form.get("audience").parse().unwrap_or(Audience::Everyone),
        opens: moment_of(&form, "opens_on", "opens_at").unwrap_or_else(|| ctx.now()),
        closes: moment_of(&form, "closes_on", "closes_at").unwrap_or_else(|| ctx.now()),
        wish_limit: number("wish_limit"),
        companion_limit: number("companion_limit"),
        ticket_cap: number("ticket_cap"),
        newcomer_percent: number("newcomer_percent"),
        classes: chosen_classes(&form),
    };
    match lifecycle::create(&ctx, draft).await {
        Ok(round) => Ok(see_other(&format!("/desk/rounds/{round}?done=planned"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(new_page(&ctx, choices, form, status))
        }
    }
}

#[derive(askama::Template)]
#[template(path = "rounds/board.html")]
struct BoardPage {
    page: Page,
    board: Board,
    tag: Tag,
    opens: String,
    closes: String,
    lines: Vec<BoardLine>,
    /// What became of classes that were cancelled.
    gone: Vec<String>,
    channels: Vec<(&'static str, i64, i64)>,
    newcomers: i64,
    next: Next,
    randomness: Form,
    first: Option<FirstEntry>,
    may_enter: bool,
    reason: Form,
    may_run: bool,
    /// Whether the reader enrols people at the counter.
    may_act: bool,
}

/// The one act that comes next.
#[derive(PartialEq, Eq)]
enum Next {
    /// People apply, or will.
    Wait,
    /// The list can be sealed.
    Seal,
    /// An officer can enter the randomness.
    Enter,
    /// The result can be published.
    Publish,
    /// Nothing.
    Over,
}

struct FirstEntry {
    name: String,
    own: bool,
    text: String,
    source: String,
    differs: bool,
}

struct BoardLine {
    href: String,
    name: String,
    seats: i64,
    first: i64,
    people: i64,
    ratio: String,
    /// People with a seat and people who wait, once it is published.
    placed: Option<(i64, i64)>,
}

fn randomness_fields() -> Vec<Field> {
    vec![
        Field::text("text", "随机数", 4, 200).hint("照出处一字不差地录入，例如 2026138 期 3 8 1"),
        Field::text("source", "出处", 4, 200)
            .hint("谁都看得到的地方，例如 中国福利彩票 3D 第 2026138 期开奖公告"),
    ]
}

pub(super) fn reason_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "取消的原因", 2, 200).hint("会写进给报名人的通知"),
        Field::hidden("version"),
    ]
}

/// `GET /desk/rounds/{id}`
pub(super) async fn board(
    ctx: Ctx,
    Path(text): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let forms = (
        Form::blank(randomness_fields(), Lang::Zh),
        Form::blank(reason_fields(), Lang::Zh),
    );
    board_page(&ctx, &text, &query, forms, 200).await
}

async fn board_page(
    ctx: &Ctx,
    text: &str,
    query: &Pairs,
    (randomness, reason): (Form, Form),
    status: u16,
) -> AppResult<Response> {
    let board = lifecycle::board(ctx, id(text)?).await?;
    let row = &board.view.row;
    if row.method.is_selection() {
        return selection::board_page(ctx, row.id, query, (None, reason), status).await;
    }
    let nothing = Pairs::new();
    let page = desk(ctx, &row.name, just_done(row, query, &nothing));
    let lines = board.view.classes.iter().map(|one| board_line(&board, one));
    let channels = board.channels.iter().map(|one| {
        let channel: Channel = one.channel.parse().unwrap_or(Channel::System);
        (channel.label(), one.signups, one.people)
    });
    let own = ctx.actor.person;
    let first = board.draw.as_ref().and_then(|draw| {
        let (entered, by) = draw.first()?;
        Some(FirstEntry {
            name: board.officers.get(&by).cloned().unwrap_or_default(),
            own: Some(by) == own,
            text: entered.text,
            source: entered.source,
            differs: draw.differs_by.is_some(),
        })
    });
    let next = match row.status {
        RoundStatus::Planned if ctx.now() >= row.closes => Next::Seal,
        RoundStatus::Planned | RoundStatus::Proposed | RoundStatus::Confirmed | RoundStatus::Publishing => {
            Next::Wait
        }
        RoundStatus::Sealed => Next::Enter,
        RoundStatus::Drawn => Next::Publish,
        RoundStatus::Published | RoundStatus::Paused | RoundStatus::Cancelled => Next::Over,
    };
    let shown = BoardPage {
        tag: round_tag(&page, row, ctx.now()),
        opens: moment_text(row.opens),
        closes: moment_text(row.closes),
        lines: lines.collect(),
        gone: super::words::gone(&page, &board.view),
        channels: channels.collect(),
        newcomers: board.channels.iter().map(|one| one.newcomers).sum(),
        may_run: ctx.can(Permission::RoundRun),
        may_act: ctx.can(Permission::EnrollmentAct),
        reason: reason.fill("version", row.version),
        // Who has entered it waits for the other; what they typed nevertheless stays in sight.
        may_enter: !randomness.is_valid() || !first.as_ref().is_some_and(|first| first.own),
        next,
        randomness,
        first,
        page,
        board,
    };
    Ok(html_with(status, &shown))
}

fn board_line(board: &Board, one: &actions::RoundClass) -> BoardLine {
    let placed = || {
        let books = board.books.of(one.class.id);
        books.map_or((0, 0), |books| (books.seated, books.waiting))
    };
    BoardLine {
        href: format!("/desk/classes/{}", one.class.id),
        name: actions::class_words(&one.class),
        seats: one.seats,
        first: one.first(),
        people: one.people(),
        ratio: ratio(one.people(), one.seats),
        placed: (board.view.row.status == RoundStatus::Published).then(placed),
    }
}

/// People for each seat, with one decimal: `3.4`.
fn ratio(people: i64, seats: i64) -> String {
    if seats <= 0 {
        return "—".into();
    }
    let tenths = (people * 10 + seats / 2) / seats;
    format!("{}.{}", tenths / 10, tenths % 10)
}

pub(super) fn version(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or_default()
}

/// `POST /desk/rounds/{id}/seal`
pub(super) async fn seal(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    lifecycle::seal(&ctx, id(&text)?, version(&posted)).await?;
    Ok(see_other(&format!("/desk/rounds/{text}?done=sealed")))
}

/// `POST /desk/rounds/{id}/randomness`
pub(super) async fn enter_randomness(
    ctx: Ctx,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let mut form = Form::from_pairs(randomness_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let entered = lifecycle::enter_randomness(&ctx, id(&text)?, form.get("text"), form.get("source"));
        match entered.await {
            Ok(EntryDone::First) => return Ok(see_other(&format!("/desk/rounds/{text}?done=first"))),
            Ok(EntryDone::Drawn) => return Ok(see_other(&format!("/desk/rounds/{text}?done=drawn"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let reason = Form::blank(reason_fields(), Lang::Zh);
    board_page(&ctx, &text, &Pairs::new(), (form, reason), status).await
}

/// `POST /desk/rounds/{id}/randomness/withdraw`
pub(super) async fn withdraw_randomness(
    ctx: Ctx,
    Path(text): Path<String>,
    _: Posted,
) -> AppResult<Response> {
    lifecycle::withdraw_randomness(&ctx, id(&text)?).await?;
    Ok(see_other(&format!("/desk/rounds/{text}?done=withdrawn")))
}

/// `POST /desk/rounds/{id}/publish`
pub(super) async fn publish(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    lifecycle::publish(&ctx, id(&text)?, version(&posted)).await?;
    Ok(see_other(&format!("/desk/rounds/{text}?done=publishing")))
}

/// `POST /desk/rounds/{id}/cancel`
pub(super) async fn cancel(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(reason_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match lifecycle::cancel(&ctx, id(&text)?, form.get("reason"), version(&posted)).await {
            Ok(()) => return Ok(see_other(&format!("/desk/rounds/{text}?done=cancelled"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let randomness = Form::blank(randomness_fields(), Lang::Zh);
    board_page(&ctx, &text, &Pairs::new(), (randomness, form), status).await
}

#[derive(askama::Template)]
#[template(path = "rounds/desk_apply.html")]
struct ApplyPage {
    page: Page,
    person: PersonBrief,
    round: RoundRow,
    closes: String,
    form: Form,
}

fn counter_fields(view: &actions::RoundView) -> Vec<Field> {
    let mut all = vec![
        Field::hidden("person"),
        Field::radios(
            "channel",
            "怎么来的",
            vec![
                Choice::new("desk", "本人到柜台"),
                Choice::new("phone", "打电话来"),
            ],
        ),
    ];
    all.extend(fields(view));
    all
}

/// `GET /desk/rounds/{id}/signups/new?person=…`
pub(super) async fn signup_form(
    ctx: Ctx,
    Path(text): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let person: PersonId = id(value(&query, "person"))?;
    let (view, person) = actions::before_for(&ctx, id(&text)?, person).await?;
    let form = Form::blank(counter_fields(&view), Lang::Zh)
        .fill("person", person.id)
        .fill("channel", "desk");
    Ok(apply_page(&ctx, view.row, person, form, 200))
}

fn apply_page(ctx: &Ctx, round: RoundRow, person: PersonBrief, form: Form, status: u16) -> Response {
    html_with(
        status,
        &ApplyPage {
            page: desk(ctx, "填报名申请", &Pairs::new()),
            closes: moment_text(round.closes),
            person,
            round,
            form,
        },
    )
}

/// `POST /desk/rounds/{id}/signups/new`
pub(super) async fn sign_up(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let person: PersonId = id(posted.get("person"))?;
    let (view, person) = actions::before_for(&ctx, id(&text)?, person).await?;
    let mut form = Form::from_pairs(counter_fields(&view), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let channel = match form.get("channel") {
            "phone" => Channel::Phone,
            _ => Channel::Desk,
        };
        let asked = application(&form, &view.row);
        match actions::apply_for(&ctx, view.row.id, person.id, channel, &asked).await {
            Ok(signup) => return Ok(see_other(&format!("/desk/signups/{signup}?done=applied"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    Ok(apply_page(&ctx, view.row, person, form, status))
}

#[derive(askama::Template)]
#[template(path = "rounds/desk_signup.html")]
struct SignupPage {
    page: Page,
    view: SignupView,
    receipt: String,
    tag: Tag,
    people: Vec<(String, String)>,
    wishes: Vec<String>,
    result: Vec<String>,
    channel: &'static str,
    /// When and where the interview is.
    interview: Option<String>,
    can_withdraw: bool,
    /// Whether the reader enrols people at the counter.
    may_act: bool,
    form: Form,
}

fn withdraw_fields() -> Vec<Field> {
    vec![Field::text("reason", "撤回的原因", 2, 200).hint("例如：本人来电，要改志愿")]
}

/// `GET /desk/signups/{id}`
pub(super) async fn signup(
    ctx: Ctx,
    Path(text): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let form = Form::blank(withdraw_fields(), Lang::Zh);
    signup_page(&ctx, &text, &query, form, 200).await
}

async fn signup_page(ctx: &Ctx, text: &str, query: &Pairs, form: Form, status: u16) -> AppResult<Response> {
    let view = signups::show_within(ctx, id(text)?).await?;
    let page = desk(ctx, "报名申请", query);
    let channel: Channel = view.row.channel.parse().unwrap_or(Channel::System);
    let people = view.people.iter();
    let shown = SignupPage {
        receipt: model::spaced(&view.row.receipt),
        tag: signup_tag(&page, &view.row, &view.round),
        people: people.map(|one| (one.name.clone(), one.number.clone())).collect(),
        wishes: wish_lines(&view),
        result: result_lines(&page, &view),
        channel: channel.label(),
        interview: view
            .interview
            .as_ref()
            .map(|one| format!("{}，{}", moment_text(one.at), one.place)),
        can_withdraw: view.is_open(ctx) && ctx.can(Permission::EnrollmentAct),
        may_act: ctx.can(Permission::EnrollmentAct),
        page,
        view,
        form,
    };
    Ok(html_with(status, &shown))
}

/// `POST /desk/signups/{id}/withdraw`
pub(super) async fn withdraw(ctx: Ctx, Path(text): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(withdraw_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match signups::withdraw_for(&ctx, id(&text)?, form.get("reason")).await {
            Ok(()) => return Ok(see_other(&format!("/desk/signups/{text}?done=withdrawn"))),
            Err(error) => status = form.take_up(error)?,
        }
    }
    signup_page(&ctx, &text, &Pairs::new(), form, status).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn pressure_is_people_for_each_seat() {
        for (people, seats, text) in [
            (34, 10, "3.4"),
            (0, 10, "0.0"),
            (1, 3, "0.3"),
            (5, 0, "—"),
            (2, 3, "0.7"),
        ] {
            assert_eq!(super::ratio(people, seats), text);
        }
    }
}
