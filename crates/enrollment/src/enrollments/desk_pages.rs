//! Pages of the staff: the counter, and the list of a class.

use super::actions::{self, Terms, WHOLE};
use super::model::{self, Learner, tag};
use super::pages::{TOGETHER, id};
use crate::EnrollmentStatus;
use crate::companions;
use crate::early_asks;
use crate::eligibility::standing::{self, RuleStanding};
use crate::fees;
use crate::first_come;
use crate::seat_desk::{SeatDesk, foresight};
use crate::spreadsheet;
use axum::extract::{Path, Query};
use axum::response::Response;
use documents::{Roll, RollLearner, Typesetter};
use kernel::PersonId;
use people::persons::{self, PersonBrief, PersonDraft};
use platform::api::Part;
use platform::web::{Posted, Shared, see_other};
use platform::{AppError, AppResult, Channel, Ctx, Door, Permission};
use std::sync::Arc;
use teaching::classes::{ClassRow, ClassStatus};
use ui::respond::{html, html_with};
use ui::{Choice, Field, Form, Lang, Notice, Page, Tag};

/// Learners on one page of a class's list.
const LISTED: i64 = 200;
/// People and classes found at once.
const FOUND: i64 = 20;
/// Letters of what is looked for.
const MOST_LETTERS: usize = 60;

type Pairs = Vec<(String, String)>;

fn value<'a>(query: &'a Pairs, name: &str) -> &'a str {
    query
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.trim())
}

pub(crate) fn desk(ctx: &Ctx, title: &str) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    page
}

#[derive(askama::Template)]
#[template(path = "enrollments/counter.html")]
struct CounterPage {
    page: Page,
    q: String,
    people: Vec<PersonBrief>,
    /// How many are listed, where there are more.
    more: Option<i64>,
    searched: bool,
    form: Form,
    /// People alike who are there already: what the link says, and where it leads.
    alike: Vec<(String, String)>,
    /// Whether the clerk may say that it is somebody else.
    another: bool,
}

fn registration(ctx: &Ctx) -> Vec<Field> {
    let orgs = ctx
        .actor
        .posts
        .iter()
        .map(|post| Choice::new(post.org.to_string(), post.org_name.as_str()));
    vec![
        Field::text("name", "姓名", 1, 40),
        Field::radios(
            "sex",
            "性别",
            vec![Choice::new("female", "女"), Choice::new("male", "男")],
        )
        .optional()
        .hint("有身份证号可以不填"),
        Field::date("birth", "出生日期")
            .optional()
            .hint("有身份证号可以不填"),
        Field::text("id_number", "身份证号", 0, 18),
        Field::phone("phone", "手机号")
            .optional()
            .hint("没有手机可以不填"),
        Field::select("org", "登记的机构", orgs.collect()),
    ]
}

/// `GET /desk/counter`: find the person, or register them.
pub(super) async fn counter(ctx: Ctx) -> AppResult<Response> {
    ctx.may(Permission::EnrollmentAct)?;
    let form = Form::blank(registration(&ctx), Lang::Zh);
    counter_page(&ctx, "", form, 200).await
}

/// `POST /desk/counter/search`: posted, because what is looked for may be a telephone or an identity number.
pub(super) async fn search(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    ctx.may(Permission::EnrollmentAct)?;
    let q: String = posted.get("q").chars().take(MOST_LETTERS).collect();
    let form = Form::blank(registration(&ctx), Lang::Zh);
    counter_page(&ctx, &q, form, 200).await
}

async fn counter_page(ctx: &Ctx, q: &str, form: Form, status: u16) -> AppResult<Response> {
    Ok(html_with(status, &found(ctx, q, form).await?))
}

async fn found(ctx: &Ctx, q: &str, form: Form) -> AppResult<CounterPage> {
    let found = match q {
        "" => persons::Found::default(),
        q => persons::search(ctx, q, "", FOUND).await?,
    };
    Ok(CounterPage {
        page: desk(ctx, "柜台报名"),
        q: q.to_owned(),
        searched: !q.is_empty(),
        people: found.people,
        more: found.next.map(|_| FOUND),
        form,
        alike: Vec::new(),
        another: false,
    })
}

/// Somebody alike is there: the clerk goes on with them, or says that it is somebody else.
async fn alike_page(ctx: &Ctx, mut form: Form, refused: (&str, String, Vec<Door>)) -> AppResult<Response> {
    let (code, sentence, doors) = refused;
    form.refuse(sentence);
    let mut page = found(ctx, "", form).await?;
    page.another = code == "person_alike";
    let who = |label: String| {
        if page.another {
            label
        } else {
            "已经登记的这一位".into()
        }
    };
    let at_counter = |door: Door| {
        let id = door.href.rsplit('/').next().unwrap_or_default();
        (
            format!("给{}报名", who(door.label)),
            format!("/desk/counter/{id}"),
        )
    };
    page.alike = doors.into_iter().map(at_counter).collect();
    Ok(html_with(409, &page))
}

/// `POST /desk/counter/scan`: the learner's own code.
pub(super) async fn scan(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    ctx.may(Permission::EnrollmentAct)?;
    let person = persons::person_of_code(&ctx, posted.get("code")).await?;
    Ok(see_other(&format!("/desk/counter/{person}")))
}

/// `POST /desk/counter/people`: registers somebody new and goes on with them.
pub(super) async fn register(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    ctx.may(Permission::EnrollmentAct)?;
    let mut form = Form::from_pairs(registration(&ctx), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return counter_page(&ctx, "", form, 422).await;
    }
    let draft = PersonDraft {
        name: form.get("name").to_owned(),
        sex: form.get("sex").to_owned(),
        birth: form.date("birth"),
        id_number: form.get("id_number").to_owned(),
        phone: form.get("phone").to_owned(),
        org: form.get("org").parse().ok(),
        another: posted.get("another") == "yes",
        ..PersonDraft::default()
    };
    match persons::register(&ctx, draft).await {
        Ok(person) => Ok(see_other(&format!("/desk/counter/{person}"))),
        Err(AppError::Invalid(fields)) => {
            for field in fields {
                form.error(&field.field, field.sentence);
            }
            counter_page(&ctx, "", form, 422).await
        }
        Err(AppError::Refused {
            code: code @ ("person_known" | "person_alike"),
            sentence,
            doors,
            ..
        }) => alike_page(&ctx, form, (code, sentence, doors)).await,
        Err(other) => Err(other),
    }
}

#[derive(askama::Template)]
#[template(path = "enrollments/counter_class.html")]
struct ClassChoicePage {
    page: Page,
    person: PersonBrief,
    q: String,
    classes: Vec<ClassRow>,
    /// How many are listed, where there are more.
    more: Option<i64>,
    rounds: Vec<(String, String)>,
    /// Asks left for an opening: sentence and address.
    early: Vec<(String, String)>,
}

/// `GET /desk/counter/{person}`: choose the class.
pub(super) async fn choose(
    ctx: Ctx,
    Path(person): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let person: PersonId = id(&person)?;
    let q = value(&query, "q").to_owned();
    let (person, mut classes) = actions::choices(&ctx, person, &q, FOUND + 1).await?;
    let listed = usize::try_from(FOUND).unwrap_or_default();
    let more = (classes.len() > listed).then_some(FOUND);
    classes.truncate(listed);
    let rounds = crate::rounds::actions::open_for_counter(&ctx).await?;
    let door = |round: crate::rounds::actions::RoundRow| {
        let href = format!("/desk/rounds/{}/signups/new?person={}", round.id, person.id);
        (href, round.name)
    };
    let waiting = early_asks::actions::waiting_for(&ctx, person.id).await?;
    let early = waiting.into_iter().map(|row| {
        let opens = kernel::chinese_date::moment_text(row.opens);
        let sentence = format!("“{}”已提前登记，{opens} 开始报名", row.class_name);
        (sentence, format!("/desk/early/{}", row.id))
    });
    Ok(html(&ClassChoicePage {
        early: early.collect(),
        rounds: rounds.into_iter().map(door).collect(),
        page: desk(&ctx, "选班级"),
        person,
        q,
        classes,
        more,
    }))
}

#[derive(askama::Template)]
#[template(path = "enrollments/counter_check.html")]
pub(crate) struct CounterCheckPage {
    page: Page,
    person: PersonBrief,
    class: ClassRow,
    place: String,
    when: String,
    fee: String,
    pub(crate) form: Form,
    /// Who comes along.
    pub(crate) together: Form,
    refused: String,
    button: String,
    /// Whether an ask can be left for the opening.
    early: early_asks::Door,
    /// Why they cannot enrol now.
    shut: String,
    /// The school's further rules as they stand for the person.
    eligibility: Vec<RuleStanding>,
    /// Papers that would be owed, and what to bring.
    papers: Option<String>,
}

fn check_fields(full: bool, waiting: i64) -> Vec<Field> {
    let mut fields = vec![Field::radios(
        "channel",
        "怎么来的",
        vec![
            Choice::new("desk", "本人到柜台"),
            Choice::new("phone", "打电话来"),
        ],
    )];
    if full {
        fields.push(Field::tick(
            "accept_waitlist",
            &format!("已告诉本人：班满了，排候补，前面 {waiting} 人"),
        ));
    }
    fields
}

/// `GET /desk/counter/{person}/{class}`: check before enrolling.
pub(super) async fn check(ctx: Ctx, Path((person, class)): Path<(String, String)>) -> AppResult<Response> {
    let page = check_page(&ctx, &person, &class, None, String::new()).await?;
    Ok(html(&page))
}

pub(crate) async fn check_page(
    ctx: &Ctx,
    person: &str,
    class: &str,
    posted: Option<&Posted>,
    refused: String,
) -> AppResult<CounterCheckPage> {
    let (person, class, place) = actions::counter_check(ctx, id(person)?, id(class)?).await?;
    let papers = actions::papers_ahead(ctx, person.id, class.id).await?;
    let page = desk(ctx, "核对后报名");
    let plan = first_come::actions::plan_for(ctx, class.id, person.id).await?;
    let early = early_asks::door(&page, &class, &plan, person.id, ctx);
    let full = plan.free(&class, person.id, true, ctx.now()) <= 0;
    // Who leaves an ask for the opening waits, if need be: the form says so.
    let fields = check_fields(full && early == early_asks::Door::Shut, class.waitlisted);
    let refusal = foresight::refusals(ctx, class.id, &[person.id], true)
        .await?
        .pop()
        .flatten();
    let together = companions::fields(TOGETHER);
    let (form, together) = match posted {
        Some(posted) => (
            Form::from_pairs(fields, Lang::Zh, &posted.0),
            Form::from_pairs(together, Lang::Zh, &posted.0),
        ),
        None => (
            Form::blank(fields, Lang::Zh).fill("channel", "desk"),
            Form::blank(together, Lang::Zh),
        ),
    };
    Ok(CounterCheckPage {
        eligibility: standing::of(ctx, class.id, person.id).await?,
        early,
        shut: refusal.map(|refusal| refusal.sentence()).unwrap_or_default(),
        together,
        button: format!("给{}{}", person.name, if full { "排候补" } else { "报上这个班" }),
        when: model::when(&page, &class),
        fee: super::check::fee_now(ctx, &page, &class).await?,
        page,
        person,
        class,
        place,
        form,
        refused,
        papers,
    })
}

/// How the person at the counter came.
pub(crate) fn chosen_channel(posted: &Posted) -> Channel {
    match posted.get("channel") {
        "phone" => Channel::Phone,
        _ => Channel::Desk,
    }
}

/// `POST /desk/counter/{person}/{class}`
pub(super) async fn enroll(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path((person, class)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let mut page = check_page(&ctx, &person, &class, Some(&posted), String::new()).await?;
    if !page.form.is_valid() || !page.together.is_valid() {
        return Ok(html_with(422, &page));
    }
    let channel = chosen_channel(&posted);
    let terms = Terms {
        companions: companions::typed(&page.together, TOGETHER),
        wait: !posted.get("accept_waitlist").is_empty(),
        key: None,
    };
    match actions::enroll_for(&ctx, &seats, id(&person)?, id(&class)?, channel, terms).await {
        Ok(answer) => Ok(see_other(&format!("/desk/enrollments/{}", answer.enrollment))),
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
#[template(path = "enrollments/counter_done.html")]
struct DonePage {
    page: Page,
    detail: model::Detail,
    when: String,
    tag: Tag,
    history: Vec<(String, String)>,
    form: Form,
    may_act: bool,
    /// The last day on which the learner may undo it.
    undo: Option<String>,
    may_take: bool,
    /// Until when a seat is offered.
    answer_by: Option<String>,
    /// Whether an answer to a merge is wanted.
    merged: bool,
    pay_by: Option<String>,
    refund: Option<String>,
    /// What is still to be signed.
    papers: Option<String>,
}

fn reason() -> Vec<Field> {
    vec![Field::text("reason", "取消的原因", 1, 200).hint("例如：本人来电，身体不适")]
}

/// `GET /desk/enrollments/{id}`: one enrolment for staff, with slip and withdrawal.
pub(super) async fn one(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    Ok(html(
        &done_page(&ctx, &text, Form::blank(reason(), Lang::Zh)).await?,
    ))
}

async fn done_page(ctx: &Ctx, text: &str, form: Form) -> AppResult<DonePage> {
    let detail = actions::show_within(ctx, id(text)?).await?;
    let page = desk(ctx, "报名");
    let refund = fees::actions::would_get_back(ctx, &detail.row).await?;
    let papers = actions::papers_due(ctx, &detail.row).await?;
    let history = detail.history.iter().map(|line| {
        let by = if line.by == Some(detail.row.person_id) {
            format!("本人，{}", line.way)
        } else {
            detail.way(&page, line)
        };
        (page.moment(line.at), format!("{}（{by}）", line.what))
    });
    Ok(DonePage {
        when: model::when(&page, &detail.class),
        tag: tag(&page, detail.row.standing(), detail.position, detail.class.status),
        history: history.collect(),
        may_act: ctx.can(Permission::EnrollmentAct),
        undo: detail.row.undo_until(ctx.today()).map(|day| page.date(day)),
        may_take: ctx.can(Permission::FeeTake),
        answer_by: crate::offers::answer_by(&page, &detail.row),
        merged: crate::merging::answers::wanted(ctx, detail.row.id)
            .await?
            .is_some(),
        pay_by: fees::pay_by(&page, &detail.row),
        papers,
        refund: refund.map(|fen| fees::refund_sentence(&page, fen)),
        page,
        detail,
        form,
    })
}

/// `POST /desk/enrollments/{id}/withdraw`
pub(super) async fn withdraw(
    ctx: Ctx,
    Shared(seats): Shared<Arc<SeatDesk>>,
    Path(text): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let form = Form::from_pairs(reason(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(html_with(422, &done_page(&ctx, &text, form).await?));
    }
    actions::withdraw_for(&ctx, &seats, id(&text)?, form.get("reason")).await?;
    Ok(see_other(&format!("/desk/enrollments/{text}")))
}

#[derive(askama::Template)]
#[template(path = "enrollments/learners.html")]
struct LearnersPage {
    page: Page,
    class: ClassRow,
    when: String,
    lines: Vec<LearnerLine>,
    /// Whether people come before those shown.
    goes_before: bool,
    /// Where the list goes on.
    next: Option<String>,
    may_rule: bool,
    may_act: bool,
    /// Whether it has too few learners and may be merged.
    may_merge: bool,
    /// Guests who tried a lesson, and those of them who enrolled.
    trials: (i64, i64),
}

struct LearnerLine {
    href: String,
    name: String,
    number: String,
    phone: String,
    tag: Tag,
    channel: &'static str,
    at: String,
}

fn line(page: &Page, class: &ClassRow, learner: &Learner) -> LearnerLine {
    let channel: Channel = learner.row.channel.parse().unwrap_or(Channel::System);
    LearnerLine {
        href: format!("/desk/enrollments/{}", learner.row.id),
        name: learner.person.name.clone(),
        number: learner.person.number.clone(),
        phone: learner
            .person
            .phone_masked
            .clone()
            .unwrap_or_else(|| "没有登记".into()),
        tag: tag(page, learner.row.standing(), learner.position, class.status),
        channel: channel.label(),
        at: page.date(learner.row.created_at.date()),
    }
}

/// `GET /desk/classes/{id}/learners`
pub(super) async fn learners(
    ctx: Ctx,
    Path(class): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let offset: u32 = value(&query, "cursor").parse().unwrap_or(0);
    let part = Part {
        limit: LISTED,
        offset: offset.into(),
    };
    let (class, list) = actions::learners(&ctx, id(&class)?, part).await?;
    let mut page = desk(&ctx, "学员名单");
    let kept = first_come::actions::keeps(&ctx, &class).await?;
    if class.enrolled < class.capacity && class.waitlisted > 0 && !kept {
        page = page.noticed(Notice::info(
            "有空名额，但排在前面的人和别的班冲突或报满了。他们的位置还在。",
        ));
    }
    Ok(html(&LearnersPage {
        when: model::when(&page, &class),
        lines: list
            .items
            .iter()
            .map(|learner| line(&page, &class, learner))
            .collect(),
        goes_before: part.offset > 0,
        next: list.next,
        may_rule: ctx.can(Permission::RoundRun),
        may_act: ctx.can(Permission::EnrollmentAct),
        may_merge: ctx.can(Permission::ClassPublish)
            && class.status == ClassStatus::Published
            && class.enrolled < class.minimum,
        trials: actions::guests(&ctx, class.id).await?,
        page,
        class,
    }))
}

/// `GET /desk/classes/{id}/learners.csv`
pub(super) async fn csv(ctx: Ctx, Path(class): Path<String>) -> AppResult<Response> {
    let (class, list) = actions::learners(&ctx, id(&class)?, WHOLE).await?;
    let row = |learner: &Learner| {
        let channel: Channel = learner.row.channel.parse().unwrap_or(Channel::System);
        let position = learner.position.map(|place| place.to_string());
        [
            learner.person.name.clone(),
            learner.person.number.clone(),
            model::label_of(learner.row.status, learner.row.due_fen).to_owned(),
            position.unwrap_or_default(),
            channel.label().to_owned(),
            learner.row.created_at.to_china_text(),
        ]
    };
    spreadsheet::csv(
        &format!("{}学员名单.csv", class.name),
        ["姓名", "学号", "状态", "候补第几位", "来源", "报名时间"],
        list.items.iter().map(row),
    )
}

/// `GET /desk/classes/{id}/roll.pdf`: the roll to tick by hand.
pub(super) async fn roll(
    ctx: Ctx,
    Path(class): Path<String>,
    Shared(typesetter): Shared<Arc<Typesetter>>,
) -> AppResult<Response> {
    let roll = paper_roll(&ctx, &class).await?;
    let made = ctx.now();
    let bytes = tokio::task::spawn_blocking(move || roll.pdf(&typesetter, made))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(ui::pdf(bytes, "点名册.pdf"))
}

async fn paper_roll(ctx: &Ctx, class: &str) -> AppResult<Roll> {
    let (class, list) = actions::learners(ctx, id(class)?, WHOLE).await?;
    let about = actions::about(ctx, &class).await?;
    let learners = list.items.into_iter().filter(|learner| {
        learner.row.status.is_seated() && learner.row.status != EnrollmentStatus::Suspended
    });
    Ok(Roll {
        provider: about.org,
        term: about.term,
        teacher: about.teacher,
        place: format!("{}，{}", about.place, model::when(&Page::default(), &class)),
        sessions: about.days,
        class: class.name,
        learners: learners
            .map(|learner| RollLearner {
                name: learner.person.name,
                note: None,
            })
            .collect(),
        mask_names: false,
    })
}
