//! The form that plans a class or changes one: what is typed, the sessions it would make, then saving.

use super::actions::{self, Choices, Plan, Preview};
use super::model::{ClassDraft, ClassRow, ClassStatus, Level, Mode, Pattern, Risk};
use super::pages::crumbs;
use crate::terms::{self, TermRow};
use crate::web::{self, Query, value};
use crate::{ClassId, courses::VersionRow};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kernel::chinese_date::{session_text, time_text};
use kernel::{Date, Instant, OrgId, Time};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Page};

#[derive(Template)]
#[template(path = "classes/plan.html")]
struct PlanPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    action: String,
    preview: Option<Preview>,
    has_pattern: bool,
}

#[derive(Template)]
#[template(path = "classes/choose_org.html")]
struct ChooseOrgPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    kept: Vec<(String, String)>,
}

fn enum_choices(all: impl Iterator<Item = (&'static str, &'static str)>) -> Vec<Choice> {
    all.map(|(value, text)| Choice::new(value, text)).collect()
}

const WEEKDAYS: [(&str, &str); 7] = [
    ("1", "周一"),
    ("2", "周二"),
    ("3", "周三"),
    ("4", "周四"),
    ("5", "周五"),
    ("6", "周六"),
    ("7", "周日"),
];

fn place_fields(choices: &Choices) -> Vec<Field> {
    vec![
        Field::select("course", "课程", web::choices(choices.courses.clone())),
        Field::select(
            "term",
            "学期",
            web::choices(choices.terms.iter().map(|term| (term.id, term.name.clone()))),
        ),
    ]
}

fn fact_fields(choices: &Choices) -> Vec<Field> {
    let rooms = choices
        .rooms
        .iter()
        .map(|room| (room.id, format!("{}（{} 座）", room.name, room.seats)));
    vec![
        Field::text("name", "班级名称", 2, 40),
        Field::select("teacher", "教师", web::choices(choices.teachers.clone()))
            .optional()
            .hint("还没定可以先空着"),
        Field::select("room", "教室", web::choices(rooms))
            .optional()
            .hint("还没定可以先空着"),
        Field::radios(
            "mode",
            "方式",
            enum_choices(Mode::ALL.iter().map(|m| (m.as_str(), m.label()))),
        )
        .value("on_site"),
        Field::radios(
            "level",
            "程度",
            enum_choices(Level::ALL.iter().map(|l| (l.as_str(), l.label()))),
        ),
        Field::radios(
            "risk",
            "体力要求",
            enum_choices(Risk::ALL.iter().map(|r| (r.as_str(), r.label()))),
        ),
        Field::money("fee", "学费（元）").hint("免费填 0").value(0),
        Field::number("capacity", "名额", 1, 2000).value(30),
        Field::number("minimum", "最少开班人数", 0, 2000).value(15),
        Field::number("age_min", "最小年龄", 1, 120).optional(),
        Field::number("age_max", "最大年龄", 1, 120).optional(),
        Field::text("residence_note", "居住地说明", 0, 100).hint("例如：本街道居民优先"),
        Field::date("opens_on", "哪天开始报名"),
        Field::time("opens_at", "几点开始报名"),
        Field::date("closes_on", "报名截止").hint("这一天结束前都可以报"),
        Field::number("pass_percent", "结业出勤率（%）", 0, 100).value(70),
    ]
}

fn pattern_fields() -> Vec<Field> {
    vec![
        Field::radios("weekday", "每周哪天上课", enum_choices(WEEKDAYS.into_iter())),
        Field::time("starts", "几点上课"),
        Field::number("minutes", "每次分钟", 1, 480),
        Field::date("from", "从哪天开始排"),
        Field::number("count", "一共几次课", 1, 400),
    ]
}

fn hidden_fields() -> Vec<Field> {
    vec![
        Field::hidden("org"),
        Field::hidden("version"),
        Field::hidden("seen"),
    ]
}

fn new_fields(choices: &Choices) -> Vec<Field> {
    let mut all = place_fields(choices);
    all.extend(fact_fields(choices));
    all.extend(pattern_fields());
    all.extend(hidden_fields());
    all
}

fn edit_fields(choices: &Choices, with_pattern: bool) -> Vec<Field> {
    let mut all = fact_fields(choices);
    if with_pattern {
        all.extend(pattern_fields());
    }
    all.extend(hidden_fields());
    all
}

fn draft_of(form: &Form) -> ClassDraft {
    let opens_on = form.date("opens_on").unwrap_or(Date::ZERO);
    let opens_at = form.time("opens_at").unwrap_or(Time::midnight());
    ClassDraft {
        name: form.get("name").to_owned(),
        room_id: form.get("room").parse().ok(),
        teacher_id: form.get("teacher").parse().ok(),
        mode: form.get("mode").parse().unwrap_or(Mode::OnSite),
        level: form.get("level").parse().unwrap_or(Level::Beginner),
        risk: form.get("risk").parse().unwrap_or(Risk::None),
        fee_fen: form.fen("fee").unwrap_or(-1),
        capacity: form.number("capacity").unwrap_or(0),
        minimum: form.number("minimum").unwrap_or(0),
        age_min: form.number("age_min"),
        age_max: form.number("age_max"),
        residence_note: form.get("residence_note").to_owned(),
        enrollment_opens: Instant::of_china(opens_on, opens_at),
        enrollment_closes: terms::end_of(form.date("closes_on").unwrap_or(Date::ZERO)),
        pass_percent: form.number("pass_percent").unwrap_or(-1),
    }
}

fn pattern_of(form: &Form) -> Pattern {
    Pattern {
        weekday: form.number("weekday").unwrap_or(0),
        starts: form.time("starts").unwrap_or(Time::midnight()),
        minutes: form.number("minutes").unwrap_or(0),
        from: form.date("from").unwrap_or(Date::ZERO),
        count: form.number("count").unwrap_or(0),
    }
}

fn option<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn with_window(form: Form, opens: Instant, closes: Instant) -> Form {
    let (day, time) = opens.china();
    form.fill("opens_on", day)
        .fill("opens_at", time_text(time))
        .fill("closes_on", terms::last_day_of(closes))
}

fn with_class(form: Form, class: &ClassRow) -> Form {
    let form = form
        .fill("name", &class.name)
        .fill("teacher", option(class.teacher_id))
        .fill("room", option(class.room_id))
        .fill("mode", class.mode.as_str())
        .fill("level", class.level.as_str())
        .fill("risk", class.risk.as_str())
        .fill("fee", kernel::Fen(class.fee_fen).number_text())
        .fill("capacity", class.capacity)
        .fill("minimum", class.minimum)
        .fill("age_min", option(class.age_min))
        .fill("age_max", option(class.age_max))
        .fill("residence_note", &class.residence_note)
        .fill("pass_percent", class.pass_percent)
        .fill("weekday", class.weekday)
        .fill("starts", time_text(class.starts))
        .fill("minutes", class.minutes)
        .fill("from", class.starts_on)
        .fill("count", class.session_count);
    with_window(form, class.enrollment_opens, class.enrollment_closes)
}

fn with_term(form: Form, term: &TermRow) -> Form {
    let form = form.fill("term", term.id).fill("from", term.starts_on);
    with_window(form, term.enrollment_opens, term.enrollment_closes)
}

fn with_course(form: Form, name: &str, level: Level, version: &VersionRow) -> Form {
    form.fill("course", version.course_id)
        .fill("name", name)
        .fill("level", level.as_str())
        .fill("risk", version.risk.as_str())
        .fill("minutes", version.minutes)
        .fill("count", version.sessions)
}

fn show(ctx: &Ctx, id: Option<ClassId>, form: Form, preview: Option<Preview>, status: u16) -> Response {
    let title = match id {
        None => "排一个新班",
        Some(_) => "修改班级",
    };
    let page = web::desk_page(ctx, title, &[]);
    let has_pattern = matches!(form.field("weekday"), ui::field::FieldSlot::Known(_));
    ui::respond::html_with(
        status,
        &PlanPage {
            crumbs: crumbs(&page, vec![Link::new("", title)]),
            page,
            form,
            action: id.map_or("/desk/classes/new".into(), |id| {
                format!("/desk/classes/{id}/edit")
            }),
            preview,
            has_pattern,
        },
    )
}

/// The org of the query, or the only one there is; `None` when the planner has to choose.
async fn org_of(ctx: &Ctx, query: &[(String, String)]) -> AppResult<Result<OrgId, Vec<(OrgId, String)>>> {
    if let Ok(org) = value(query, "org").parse() {
        return Ok(Ok(org));
    }
    if let Ok(from) = value(query, "copy").parse() {
        return Ok(Ok(actions::find(ctx, from).await?.class.org_id));
    }
    let orgs = actions::orgs(ctx).await?;
    match orgs.as_slice() {
        [(only, _)] => Ok(Ok(*only)),
        _ => Ok(Err(orgs)),
    }
}

/// `GET /desk/classes/new?org=…&course=…`, or `?copy=CLASS` for the same class in the next term.
pub async fn new(ctx: Ctx, query: Query) -> AppResult<Response> {
    let org = match org_of(&ctx, &query).await? {
        Ok(org) => org,
        Err(orgs) => {
            let page = web::desk_page(&ctx, "排一个新班", &[]);
            let field = Field::select("org", "哪个机构开班", web::choices(orgs));
            return Ok(ui::html(&ChooseOrgPage {
                crumbs: crumbs(&page, vec![Link::new("", "排一个新班")]),
                page,
                form: Form::blank(vec![field], Lang::Zh),
                kept: query.0.clone(),
            }));
        }
    };
    let choices = actions::choices(&ctx, org).await?;
    let mut form = Form::blank(new_fields(&choices), Lang::Zh);
    let today = ctx.today();
    let mut next = choices
        .terms
        .iter()
        .find(|term| term.starts_on > today)
        .or(choices.terms.first());
    if let Ok(copied) = value(&query, "copy").parse() {
        let class = actions::find(&ctx, copied).await?.class;
        form = with_class(form, &class).fill("course", class.course_id);
        let later = choices
            .terms
            .iter()
            .find(|term| term.starts_on > class.starts_on && term.id != class.term_id);
        next = later.or(next);
    } else if let Ok(course) = value(&query, "course").parse() {
        let (course, version) = actions::course(&ctx, course).await?;
        form = with_course(form, &course.name, course.level, &version);
    }
    if let Some(term) = next {
        form = with_term(form, term);
    }
    Ok(show(&ctx, None, form.fill("org", org), None, 200))
}

/// Shows the plan again with its sessions unless these were seen just so; gives the form back when it can be saved.
async fn seen(
    ctx: &Ctx,
    id: Option<ClassId>,
    form: Form,
    plan: &Plan,
    save: bool,
) -> AppResult<Result<Form, Response>> {
    let preview = match actions::preview(ctx, plan, id).await {
        Ok(preview) => preview,
        Err(error) => return show_error(ctx, id, form, error).map(Err),
    };
    let mark = preview.mark();
    if save && preview.clashes.is_empty() && form.get("seen") == mark {
        return Ok(Ok(form));
    }
    let status = if preview.clashes.is_empty() { 200 } else { 409 };
    let form = form.fill("seen", mark);
    Ok(Err(show(ctx, id, form, Some(preview), status)))
}

fn show_error(ctx: &Ctx, id: Option<ClassId>, mut form: Form, error: AppError) -> AppResult<Response> {
    // The form asks for the fee in yuan and for the last day of the window.
    let error = error
        .beside("fee_fen", "fee")
        .beside("enrollment_closes", "closes_on");
    let status = form.take_up(error)?;
    Ok(show(ctx, id, form, None, status))
}

/// `POST /desk/classes/new`
pub async fn create(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let org = web::id(posted.get("org"))?;
    let choices = actions::choices(&ctx, org).await?;
    let form = Form::from_pairs(new_fields(&choices), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(show(&ctx, None, form, None, 422));
    }
    let plan = Plan {
        org: choices.org.id,
        course: web::id(form.get("course"))?,
        term: web::id(form.get("term"))?,
        draft: draft_of(&form),
        pattern: pattern_of(&form),
    };
    let form = match seen(&ctx, None, form, &plan, posted.get("step") == "save").await? {
        Ok(form) => form,
        Err(page) => return Ok(page),
    };
    match actions::create(&ctx, plan).await {
        Ok(id) => Ok(see_other(&format!("/desk/classes/{id}?done=created"))),
        Err(error) => show_error(&ctx, None, form, error),
    }
}

async fn found(ctx: &Ctx, id: &str) -> AppResult<(ClassRow, Choices)> {
    let class = actions::find(ctx, web::id(id)?).await?.class;
    let choices = actions::choices(ctx, class.org_id).await?;
    Ok((class, choices))
}

/// `GET /desk/classes/{id}/edit`
pub async fn edit(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let (class, choices) = found(&ctx, &id).await?;
    let fields = edit_fields(&choices, class.status == ClassStatus::Planned);
    let form = with_class(Form::blank(fields, Lang::Zh), &class).fill("version", class.version);
    Ok(show(&ctx, Some(class.id), form, None, 200))
}

/// `POST /desk/classes/{id}/edit`
pub async fn change(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let (class, choices) = found(&ctx, &id).await?;
    let with_pattern = class.status == ClassStatus::Planned;
    let mut form = Form::from_pairs(edit_fields(&choices, with_pattern), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(show(&ctx, Some(class.id), form, None, 422));
    }
    let version = form.number("version").unwrap_or(0);
    let draft = draft_of(&form);
    let pattern = with_pattern.then(|| pattern_of(&form));
    if let Some(pattern) = pattern.clone() {
        let plan = Plan {
            org: class.org_id,
            course: class.course_id,
            term: class.term_id,
            draft: draft.clone(),
            pattern,
        };
        form = match seen(&ctx, Some(class.id), form, &plan, posted.get("step") == "save").await? {
            Ok(form) => form,
            Err(page) => return Ok(page),
        };
    }
    match actions::change(&ctx, class.id, draft, pattern, version).await {
        Ok(()) => Ok(see_other(&format!("/desk/classes/{id}?done=saved"))),
        // Shown again with the version of now: saving once more is a decision made with open eyes.
        Err(error) => show_error(&ctx, Some(class.id), form.fill("version", class.version), error),
    }
}
