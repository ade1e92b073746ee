//! Pages of the learner.

use super::actions::{self, Terms};
use super::check::{check_page, note_fields};
use super::model::{self, Detail, Mine, tag};
use super::store::EnrollmentRow;
use crate::EnrollmentStatus;
use crate::companions;
use crate::early_asks;
use crate::merging::store::ChoiceRow;
use crate::seat_desk::SeatDesk;
use axum::extract::Path;
use axum::response::Response;
use documents::{Code, Slip, SlipStatus, Typesetter};
use kernel::chinese_date::date_text;
use people::family;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use teaching::classes::ClassRow;
use ui::respond::{html, html_with};
use ui::{Form, Notice, Page, Tag};

/// Enrolments shown on one's own list.
const LISTED: i64 = 100;
/// Enrolments shown of each person for whom one acts.
const HELPED: i64 = 20;

/// People who may ask together on the page; programs may name more.
pub(crate) const TOGETHER: i64 = 3;

pub(crate) fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

#[derive(askama::Template)]
#[template(path = "enrollments/refused.html")]
struct RefusedPage {
    page: Page,
    class: String,
    sentence: String,
    doors: Vec<platform::Door>,
    wait_here: bool,
    /// For whom it was asked, id and name; nobody for oneself.
    helped: Option<(kernel::PersonId, String)>,
    /// What was typed of who comes along.
    together: Vec<(String, String)>,
}

/// `POST /classes/{id}/enroll`. A double click or the back button gives the same enrolment again.
pub(super) async fn enroll(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(class): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let together = Form::from_pairs(
        companions::fields(TOGETHER),
        ui::learner_page(&ctx, "核对报名").lang,
        &posted.0,
    );
    if !together.is_valid() {
        return asked_wrongly(&ctx, &class, together, 422).await;
    }
    let terms = Terms {
        companions: companions::typed(&together, TOGETHER),
        wait: posted.get("accept_waitlist") == "yes",
        key: None,
    };
    let own = ctx.person()?;
    let person = match posted.get("for") {
        "" => own,
        text => id(text)?,
    };
    match actions::enroll_acting(&ctx, &desk, person, id(&class)?, terms).await {
        Ok(answer) => Ok(see_other(&format!(
            "/me/enrollments/{}?done=enrolled",
            answer.enrollment
        ))),
        Err(AppError::Refused {
            code,
            sentence,
            doors,
            ..
        }) => {
            let page = ui::learner_page(&ctx, "没有报上");
            let wait_here = code == "class_full";
            let helped = match person == own {
                true => None,
                false => family::link(&ctx, person)
                    .await?
                    .elder_name
                    .map(|name| (person, name)),
            };
            let refused = RefusedPage {
                page,
                class,
                sentence,
                doors,
                wait_here,
                helped,
                together: companions::kept(&posted.0),
            };
            Ok(html_with(409, &refused))
        }
        Err(error) => {
            let mut together = together;
            let status = together.take_up(error)?;
            asked_wrongly(&ctx, &class, together, status).await
        }
    }
}

/// The check page again, with what was typed for the counter and what is wrong with it.
pub(crate) async fn noted_wrongly(
    ctx: &Ctx,
    class: &str,
    posted: &Posted,
    error: AppError,
) -> AppResult<Response> {
    let mut page = check_page(ctx, class).await?;
    let lang = ui::learner_page(ctx, "").lang;
    page.together = Form::from_pairs(companions::fields(TOGETHER), lang, &posted.0);
    page.note = Form::from_pairs(note_fields(), lang, &posted.0);
    let status = if page.note.is_valid() {
        page.note.take_up(error)?
    } else {
        422
    };
    Ok(html_with(status, &page))
}

/// The check page again, with what was typed about companions and what is wrong with it.
async fn asked_wrongly(ctx: &Ctx, class: &str, together: Form, status: u16) -> AppResult<Response> {
    let mut page = check_page(ctx, class).await?;
    page.together = together;
    Ok(html_with(status, &page))
}

#[derive(askama::Template)]
#[template(path = "enrollments/mine.html")]
struct MinePage {
    page: Page,
    next: Option<(String, String, String)>,
    items: Vec<MineItem>,
    signups: Vec<(String, String, Tag)>,
    /// Those helped, with their signups and classes.
    helped: Vec<Helped>,
    /// Names of those who ask to act for this person.
    requests: Vec<String>,
    /// What others enrolled this person in, and can still be undone: sentence and address.
    undo: Vec<(String, String)>,
    /// What others applied for in their name, and can still be withdrawn: sentence and address.
    take_back: Vec<(String, String)>,
    /// Lessons to try.
    trials: Vec<crate::trials::MyTrial>,
    /// Seats that are offered, to this person and to those helped: sentence and address.
    offers: Vec<(String, String)>,
    /// What is to be answered because a class was merged: sentence and address.
    merges: Vec<(String, String)>,
    /// Asks left for an opening, and drafts to be finished at the counter today: sentence and address.
    drafts: Vec<(String, String)>,
}

struct MineItem {
    href: String,
    name: String,
    when: String,
    place: String,
    /// With whom, in words.
    with: Option<String>,
    tag: Tag,
}

/// `GET /me`: the next session first, then all enrolments.
pub(super) async fn mine(ctx: Ctx) -> AppResult<Response> {
    let all = actions::mine(&ctx, None, LISTED).await?;
    let page = ui::learner_page(&ctx, "我的学习");
    let next = all
        .iter()
        .filter_map(|mine| mine.next.as_ref().map(|session| (mine, session)))
        .min_by_key(|(_, session)| (session.day, session.starts))
        .map(|(mine, session)| {
            let when = model::session_when(&page, session);
            (mine.class.name.clone(), when, mine.place.clone())
        });
    let items = all.iter().map(|mine| item(&page, mine)).collect();
    let signups = crate::rounds::current(&ctx, &page).await?;
    let mut undo = Vec::new();
    for mine in &all {
        if let Some(sentence) = undo_sentence(&ctx, &page, &mine.row, &mine.class).await? {
            undo.push((sentence, format!("/me/enrollments/{}/undo", mine.row.id)));
        }
    }
    let offers = all.iter().filter_map(|mine| offer(&page, mine)).collect();
    let merges = crate::merging::answers::mine(&ctx).await?;
    let merges = merges.iter().map(|row| merge_line(&page, row)).collect();
    let requests = family::requests(&ctx).await?;
    let drafts = crate::handover::actions::mine(&ctx).await?;
    let drafts = drafts.into_iter().map(|row| {
        let sentence = page.tn("“{}”到柜台接着办：{}，今天有效", &[&row.class_name, &row.code]);
        (sentence, format!("/me/handovers/{}", row.id))
    });
    let early = early_asks::actions::mine(&ctx).await?;
    let early = early.into_iter().map(|row| {
        let sentence = match row.waiting {
            true => page.tn(
                "“{}”已提前登记，{} 开始报名",
                &[&row.class_name, &page.moment(row.opens)],
            ),
            false => page.tn("“{}”没有报上，看原因", &[&row.class_name]),
        };
        (sentence, format!("/me/early/{}", row.id))
    });
    Ok(html(&MinePage {
        drafts: early.chain(drafts).collect(),
        helped: helped(&ctx, &page).await?,
        requests: requests.into_iter().map(|row| row.helper_name).collect(),
        undo,
        take_back: crate::rounds::to_undo(&ctx, &page).await?,
        trials: crate::trials::mine(&ctx, &page).await?,
        offers,
        merges,
        next,
        items,
        signups,
        page,
    }))
}

/// What is to be answered because a class was merged, and where.
fn merge_line(page: &Page, row: &ChoiceRow) -> (String, String) {
    let sentence = page.tn(
        "“{}”并到了“{}”：去不去，请您答复",
        &[&row.old_name, &row.class_name],
    );
    (sentence, format!("/me/enrollments/{}/merge", row.id))
}

/// Somebody for whom the reader may act, with what they have.
struct Helped {
    heading: String,
    signups: Vec<(String, String, Tag)>,
    items: Vec<MineItem>,
}

/// Signups and classes of those for whom the signed-in person may act.
async fn helped(ctx: &Ctx, page: &Page) -> AppResult<Vec<Helped>> {
    let mut all = Vec::new();
    for one in family::beneficiaries(ctx).await? {
        let listed = actions::of_helped(ctx, one.person, None, HELPED).await?;
        let signups = crate::rounds::current_of(ctx, page, one.person).await?;
        all.push(Helped {
            heading: page.tn("{}（{}）报的班", &[&page.t(one.calls), &one.name]),
            signups,
            items: listed.iter().map(|mine| item(page, mine)).collect(),
        });
    }
    Ok(all)
}

/// A seat that is offered, in words, and where it is accepted.
fn offer(page: &Page, mine: &Mine) -> Option<(String, String)> {
    let sentence = crate::offers::sentence(page, &mine.row, &mine.class.name)?;
    Some((sentence, format!("/me/enrollments/{}", mine.row.id)))
}

/// Who enrolled this person, and until when they may undo it; nothing when they may not.
async fn undo_sentence(
    ctx: &Ctx,
    page: &Page,
    row: &EnrollmentRow,
    class: &ClassRow,
) -> AppResult<Option<String>> {
    let (Some(until), Some(who)) = (row.undo_until(ctx.today()), actions::acted(ctx, row).await?) else {
        return Ok(None);
    };
    let (who, until) = (page.retell(who), page.date(until));
    let sentence = "{}替您报了“{}”。不是您的意思，{} 以前可以撤销，不用说理由。";
    Ok(Some(page.tn(sentence, &[&who, &class.name, &until])))
}

fn item(page: &Page, mine: &Mine) -> MineItem {
    MineItem {
        href: format!("/me/enrollments/{}", mine.row.id),
        name: mine.class.name.clone(),
        when: model::when(page, &mine.class),
        place: mine.place.clone(),
        with: (!mine.with.is_empty()).then(|| page.tn("和{}一起报的", &[&companions::names(&mine.with)])),
        tag: tag(page, mine.row.standing(), mine.position, mine.class.status),
    }
}

#[derive(askama::Template)]
#[template(path = "enrollments/one.html")]
struct OnePage {
    page: Page,
    detail: Detail,
    when: String,
    fee: String,
    tag: Tag,
    history: Vec<(String, String)>,
    just_done: bool,
    /// Whether it is the reader's own, not that of somebody for whom they act.
    is_own: bool,
    /// Whether the reader pays its fee: the learner, or who acts for them.
    pays: bool,
    /// Who enrolled this person and until when they may undo it; for themselves only.
    undo: Option<String>,
    /// Until when a seat is offered.
    answer_by: Option<String>,
    pay_by: Option<String>,
    /// Who asked together with them, each with where theirs stands.
    with: Vec<String>,
    /// What is still to be signed, and until when the seat is kept for it.
    papers: Option<String>,
    kept_until: Option<String>,
    /// What is to be answered because their class was merged, and where.
    merge: Option<(String, String)>,
    /// For whom seats are kept of the class for which they wait, and until when.
    kept: Vec<String>,
}

/// For whom seats are kept of the class for which they wait; nothing for who does not wait.
async fn kept_for_others(ctx: &Ctx, page: &Page, detail: &Detail) -> AppResult<Vec<String>> {
    match detail.position {
        Some(_) => crate::first_come::waiting_lines(ctx.db(), page, &detail.class, ctx.now()).await,
        None => Ok(Vec::new()),
    }
}

/// `GET /me/enrollments/{id}`: where it stands, what happened, what can be done.
pub(super) async fn one(
    ctx: Ctx,
    Path(text): Path<String>,
    axum::extract::Query(query): axum::extract::Query<Vec<(String, String)>>,
) -> AppResult<Response> {
    let detail = actions::show(&ctx, id(&text)?).await?;
    let mut page = ui::learner_page(&ctx, "我的报名");
    let done = query
        .iter()
        .find(|(name, _)| name == "done")
        .map(|(_, value)| value.as_str());
    if done == Some("undone") {
        let text = page.t("已撤销。这个班不上了，名额让给候补的人。").to_owned();
        page = page.noticed(Notice::done(text));
    }
    if done == Some("withdrawn") {
        let mut text = page.t("已取消。名额会让给候补的人。").to_owned();
        text.push_str(&page.retell(crate::fees::told::on_leaving(ctx.db(), &detail.row).await?));
        page = page.noticed(Notice::done(text));
    }
    let history = detail.history.iter().map(|line| {
        (
            page.moment(line.at),
            format!("{}（{}）", page.t(line.what), detail.way(&page, line)),
        )
    });
    let is_own = ctx.actor.person == Some(detail.row.person_id);
    let undo = if is_own {
        undo_sentence(&ctx, &page, &detail.row, &detail.class).await?
    } else {
        None
    };
    let papers = actions::papers_due(&ctx, &detail.row).await?;
    let held = detail
        .row
        .held_until
        .filter(|_| detail.row.status == EnrollmentStatus::Reserved);
    let kept_until = held.map(|until| page.tn("名额留到 {}", &[&page.moment(until)]));
    let with = detail.with.iter().map(|one| {
        let standing = page.t(model::label_of(one.status, one.due_fen));
        page.tn("{}（{}）", &[&one.name, &standing])
    });
    let merge = crate::merging::answers::wanted(&ctx, detail.row.id).await?;
    Ok(html(&OnePage {
        kept: kept_for_others(&ctx, &page, &detail).await?,
        merge: merge.map(|row| merge_line(&page, &row)),
        with: with.collect(),
        papers,
        kept_until,
        is_own,
        pays: is_own || crate::fees::actions::acts_for(&ctx, ctx.person()?, detail.row.person_id).await?,
        undo,
        when: model::when(&page, &detail.class),
        fee: model::fee(&page, detail.row.fee_fen(&detail.class)),
        tag: tag(&page, detail.row.standing(), detail.position, detail.class.status),
        history: history.collect(),
        pay_by: crate::fees::pay_by(&page, &detail.row),
        answer_by: crate::offers::answer_by(&page, &detail.row),
        just_done: done == Some("enrolled") && detail.row.status.is_live(),
        detail,
        page,
    }))
}

#[derive(askama::Template)]
#[template(path = "enrollments/withdraw.html")]
struct WithdrawPage {
    page: Page,
    detail: Detail,
    when: String,
    /// What would come back, when something was paid.
    refund: Option<String>,
}

/// `GET /me/enrollments/{id}/withdraw`: asks once more.
pub(super) async fn ask_withdraw(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let detail = actions::show_own(&ctx, id(&text)?).await?;
    if !detail.row.status.is_live() {
        return Ok(see_other(&format!("/me/enrollments/{text}")));
    }
    let page = ui::learner_page(&ctx, "取消报名");
    let refund = crate::fees::actions::would_get_back(&ctx, &detail.row).await?;
    Ok(html(&WithdrawPage {
        when: model::when(&page, &detail.class),
        refund: refund.map(|fen| crate::fees::refund_sentence(&page, fen)),
        page,
        detail,
    }))
}

/// `POST /me/enrollments/{id}/withdraw`
pub(super) async fn withdraw(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    _: Posted,
) -> AppResult<Response> {
    actions::withdraw_own(&ctx, &desk, id(&text)?).await?;
    Ok(see_other(&format!("/me/enrollments/{text}?done=withdrawn")))
}

/// `GET /me/enrollments/{id}/slip.pdf`
pub(super) async fn slip(
    ctx: Ctx,
    Path(text): Path<String>,
    Shared(typesetter): Shared<Arc<Typesetter>>,
) -> AppResult<Response> {
    let detail = actions::show(&ctx, id(&text)?).await?;
    let papers = actions::papers_due(&ctx, &detail.row).await?;
    printed(&ctx, slip_of(&ctx, &detail, papers), typesetter, "报名凭条.pdf").await
}

/// A slip as the answer.
pub(crate) async fn printed(
    ctx: &Ctx,
    slip: Slip,
    typesetter: Arc<Typesetter>,
    name: &str,
) -> AppResult<Response> {
    let made = ctx.now();
    let bytes = tokio::task::spawn_blocking(move || slip.pdf(&typesetter, made))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(ui::pdf(bytes, name))
}

fn slip_of(ctx: &Ctx, detail: &Detail, papers: Option<String>) -> Slip {
    let page = Page::default();
    let closes = detail.class.enrollment_closes.date();
    let undo = match detail.row.undo_until(ctx.today()) {
        Some(day) => format!("不是您本人的意思，{} 以前可以撤销，不用说理由。", date_text(day)),
        None => String::new(),
    };
    Slip {
        provider: detail.place.clone(),
        number: detail.row.id.to_string(),
        learner: detail.person.name.clone(),
        class: detail.class.name.clone(),
        when: model::when(&page, &detail.class),
        place: detail.place.clone(),
        fee: Some(model::fee(&page, detail.row.fee_fen(&detail.class))),
        status: match detail.position.map(u32::try_from) {
            Some(Ok(position)) => SlipStatus::Waiting { position },
            _ if detail.row.status == EnrollmentStatus::Reserved => SlipStatus::Received,
            _ if detail.row.status.lasted() => SlipStatus::Enrolled,
            _ if detail.row.status.is_live() => SlipStatus::Received,
            _ => SlipStatus::Cancelled,
        },
        at: detail.row.changed_at,
        clerk: detail.recorded_by(),
        next: papers,
        undo: format!(
            "{undo}来不了请取消：网上“我的学习”、电话或柜台都可以。{closes} 前取消最方便别人补上。"
        ),
        phone: None,
        page: Some(Code::new(format!(
            "{}/me/enrollments/{}",
            ctx.platform.public_url, detail.row.id
        ))),
    }
}
