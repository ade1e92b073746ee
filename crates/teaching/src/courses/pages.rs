//! Staff pages of the course library.

use super::actions::{self, Detail, Filter};
use super::model::{self, CATEGORIES, CourseDraft, CourseRow, Difference, VersionStatus};
use crate::classes::{Level, Risk};
use crate::web::{self, Query, value};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission as P};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Listing, Page, Pager, Tag};

#[derive(Template)]
#[template(path = "courses/list.html")]
struct ListPage {
    page: Page,
    filter: Form,
    listing: Listing,
    rows: Vec<(CourseRow, String)>,
    pager: Pager,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "courses/edit.html")]
struct EditPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    action: String,
    button: &'static str,
    note: String,
}

#[derive(Template)]
#[template(path = "courses/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    detail: Detail,
    changes: Vec<Difference>,
    review: Form,
    copy: Option<Form>,
    may_plan: bool,
}

impl ShowPage {
    fn may_submit(&self) -> bool {
        let open = self.detail.open_version();
        self.detail.editable && open.is_some_and(|open| open.status != VersionStatus::Submitted)
    }

    fn may_review(&self) -> bool {
        let open = self.detail.open_version();
        self.detail.reviewable && open.is_some_and(|open| open.status == VersionStatus::Submitted)
    }
}

fn level_choices() -> Vec<Choice> {
    Level::ALL
        .iter()
        .map(|level| Choice::new(level.as_str(), level.label()))
        .collect()
}

fn risk_choices() -> Vec<Choice> {
    Risk::ALL
        .iter()
        .map(|risk| Choice::new(risk.as_str(), risk.label()))
        .collect()
}

fn category_choices() -> Vec<Choice> {
    CATEGORIES.iter().map(|name| Choice::new(*name, *name)).collect()
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "课程名称", 2, 40).hint("例如：书法入门"),
        Field::select("category", "类别", category_choices()),
        Field::radios("level", "程度", level_choices()).value("beginner"),
        Field::textarea("summary", "课程简介", 600).hint("几句话说明学什么、怎么学。学员看得到。"),
        Field::textarea("goals", "学习目标", 600).hint("学完以后会做什么，一行一条。"),
        Field::textarea("audience", "适合的人", 200).hint("例如：没有写过毛笔字的人"),
        Field::textarea("outline", "内容大纲", 4000).hint("一行一个单元。"),
        Field::textarea("assessment", "怎样检验", 400).optional(),
        Field::textarea("materials", "学员自备", 400).optional(),
        Field::number("sessions", "课次数", 1, 100),
        Field::number("minutes", "每次分钟", 1, 480).value(90),
        Field::radios("risk", "体力要求", risk_choices()).value("none"),
        Field::tick("shared", "其他学校也可以用这门课").optional(),
    ]
}

fn filled(fields: Vec<Field>, draft: &CourseDraft) -> Form {
    let form = Form::blank(fields, Lang::Zh)
        .fill("name", &draft.name)
        .fill("category", &draft.category)
        .fill("level", draft.level.as_str())
        .fill("summary", &draft.summary)
        .fill("goals", &draft.goals)
        .fill("audience", &draft.audience)
        .fill("outline", &draft.outline)
        .fill("assessment", &draft.assessment)
        .fill("materials", &draft.materials)
        .fill("sessions", draft.sessions)
        .fill("minutes", draft.minutes)
        .fill("risk", draft.risk.as_str());
    if draft.shared {
        form.fill("shared", "yes")
    } else {
        form
    }
}

fn draft_of(form: &Form) -> CourseDraft {
    CourseDraft {
        name: form.get("name").to_owned(),
        category: form.get("category").to_owned(),
        level: form.get("level").parse().unwrap_or(Level::Beginner),
        shared: form.ticked("shared"),
        summary: form.get("summary").to_owned(),
        goals: form.get("goals").to_owned(),
        audience: form.get("audience").to_owned(),
        outline: form.get("outline").to_owned(),
        assessment: form.get("assessment").to_owned(),
        materials: form.get("materials").to_owned(),
        sessions: form.number("sessions").unwrap_or(0),
        minutes: form.number("minutes").unwrap_or(0),
        risk: form.get("risk").parse().unwrap_or(Risk::None),
    }
}

fn crumbs(page: &Page, rest: Vec<Link>) -> Crumbs {
    let mut links = vec![Link::new("/desk", "待办"), Link::new("/desk/courses", "课程库")];
    links.extend(rest);
    Crumbs::new(page, links)
}

/// `GET /desk/courses`
pub async fn list(ctx: Ctx, query: Query) -> AppResult<Response> {
    let some = |name: &str| Some(value(&query, name).to_owned()).filter(|text| !text.is_empty());
    let filter = Filter {
        name: web::like(value(&query, "q")),
        category: some("category"),
        version_status: some("status"),
        org: None,
    };
    let part = web::part(&query);
    let mut rows = actions::list(&ctx, &filter, part).await?;
    let next = part.cut(&mut rows);
    let statuses = VersionStatus::ALL
        .iter()
        .map(|status| Choice::new(status.as_str(), status.label()))
        .collect();
    let fields = vec![
        Field::text("q", "课程名称", 0, 40).value(value(&query, "q")),
        Field::select("category", "类别", category_choices())
            .optional()
            .value(value(&query, "category")),
        Field::select("status", "有这样的大纲", statuses)
            .optional()
            .value(value(&query, "status")),
    ];
    let listing = web::listing("/desk/courses", &query);
    Ok(ui::html(&ListPage {
        page: web::desk_page(&ctx, "课程库", &query),
        filter: Form::blank(fields, Lang::Zh),
        pager: listing.pager(next.as_deref()),
        listing,
        rows,
        may_edit: ctx.can(P::CourseEdit),
    }))
}

async fn new_fields(ctx: &Ctx) -> AppResult<Vec<Field>> {
    let orgs = actions::orgs(ctx).await?;
    let first = orgs.first().map(|(id, _)| id.to_string()).unwrap_or_default();
    let only = orgs.len() == 1;
    let choices = web::choices(orgs);
    let mut org = Field::select("org", "哪个机构的课程", choices);
    if only {
        org = org.value(first);
    }
    let mut all = vec![org];
    all.extend(fields());
    Ok(all)
}

fn show_new(ctx: &Ctx, form: Form, status: u16) -> Response {
    let page = web::desk_page(ctx, "新建课程", &[]);
    ui::respond::html_with(
        status,
        &EditPage {
            crumbs: crumbs(&page, vec![Link::new("", "新建课程")]),
            page,
            form,
            action: "/desk/courses/new".into(),
            button: "保存为草稿",
            note: String::new(),
        },
    )
}

/// `GET /desk/courses/new`
pub async fn new(ctx: Ctx) -> AppResult<Response> {
    let form = Form::blank(new_fields(&ctx).await?, Lang::Zh);
    Ok(show_new(&ctx, form, 200))
}

/// `POST /desk/courses/new`
pub async fn create(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(new_fields(&ctx).await?, Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(show_new(&ctx, form, 422));
    }
    match actions::create(&ctx, web::id(form.get("org"))?, draft_of(&form)).await {
        Ok(id) => Ok(see_other(&format!("/desk/courses/{id}?done=created"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(show_new(&ctx, form, status))
        }
    }
}

/// `GET /desk/courses/{id}`
pub async fn show(ctx: Ctx, Path(id): Path<String>, query: Query) -> AppResult<Response> {
    let detail = actions::find(&ctx, web::id(&id)?).await?;
    let page = web::desk_page(&ctx, &detail.course.name, &query);
    let older = |number: i64| detail.versions.iter().find(|version| version.number < number);
    let changes = detail
        .versions
        .first()
        .and_then(|newest| Some(model::compare(older(newest.number)?, newest)))
        .unwrap_or_default();
    let note = Field::textarea("note", "审核意见", 600)
        .optional()
        .hint("退回时必须写明要改什么。");
    let copy = if detail.course.current_version_id.is_some() && ctx.can(P::CourseEdit) {
        let orgs = actions::orgs(&ctx).await?;
        let others = orgs.into_iter().filter(|(id, _)| *id != detail.course.org_id);
        let choices = web::choices(others);
        let field = Field::select("org", "复制到", choices.clone());
        (!choices.is_empty()).then(|| Form::blank(vec![field], Lang::Zh))
    } else {
        None
    };
    Ok(ui::html(&ShowPage {
        crumbs: crumbs(&page, vec![Link::new("", detail.course.name.clone())]),
        page,
        changes,
        review: Form::blank(vec![note], Lang::Zh),
        copy,
        may_plan: detail.course.current_version_id.is_some() && ctx.can(P::ClassEdit),
        detail,
    }))
}

fn edit_fields() -> Vec<Field> {
    let mut all = fields();
    all.push(Field::hidden("version"));
    all
}

fn show_edit(ctx: &Ctx, id: &str, name: &str, form: Form, note: String, status: u16) -> Response {
    let page = web::desk_page(ctx, &format!("修改课程：{name}"), &[]);
    let up = Link::new(format!("/desk/courses/{id}"), name);
    ui::respond::html_with(
        status,
        &EditPage {
            crumbs: crumbs(&page, vec![up, Link::new("", "修改")]),
            page,
            form,
            action: format!("/desk/courses/{id}/edit"),
            button: "保存这一版草稿",
            note,
        },
    )
}

/// `GET /desk/courses/{id}/edit`
pub async fn edit(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let detail = actions::find(&ctx, web::id(&id)?).await?;
    if !detail.editable {
        return Err(AppError::NotFound);
    }
    let newest = detail.versions.first().ok_or(AppError::NotFound)?;
    let form = filled(edit_fields(), &newest.draft(&detail.course)).fill("version", detail.course.version);
    let note = match newest.status {
        VersionStatus::Approved => format!(
            "第 {} 版已经通过。保存后会开第 {} 版草稿；已经排好的班仍用原来的版本。",
            newest.number,
            newest.number + 1
        ),
        VersionStatus::SentBack => format!("审核人的意见：{}", newest.review_note),
        _ => String::new(),
    };
    Ok(show_edit(&ctx, &id, &detail.course.name, form, note, 200))
}

/// `POST /desk/courses/{id}/edit`
pub async fn change(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(edit_fields(), Lang::Zh, &posted.0);
    let name = form.get("name").to_owned();
    if !form.is_valid() {
        return Ok(show_edit(&ctx, &id, &name, form, String::new(), 422));
    }
    let version = form.number("version").unwrap_or(0);
    match actions::change(&ctx, web::id(&id)?, draft_of(&form), version).await {
        Ok(()) => Ok(see_other(&format!("/desk/courses/{id}?done=saved"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(show_edit(&ctx, &id, &name, form, String::new(), status))
        }
    }
}

fn version_of(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or(0)
}

/// `POST /desk/courses/{id}/submit`
pub async fn submit(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    actions::submit(&ctx, web::id(&id)?, version_of(&posted)).await?;
    Ok(see_other(&format!("/desk/courses/{id}?done=submitted")))
}

/// `POST /desk/courses/{id}/review`
pub async fn review(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let approve = match posted.get("verdict") {
        "approve" => true,
        "send-back" => false,
        _ => return Err(AppError::invalid("verdict", "请选择通过还是退回。")),
    };
    actions::review(
        &ctx,
        web::id(&id)?,
        approve,
        posted.get("note"),
        version_of(&posted),
    )
    .await?;
    let done = if approve { "approved" } else { "sent-back" };
    Ok(see_other(&format!("/desk/courses/{id}?done={done}")))
}

/// `POST /desk/courses/{id}/copy`
pub async fn copy(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let org = posted
        .get("org")
        .parse()
        .map_err(|_| AppError::invalid("org", "请选择复制到哪个机构。"))?;
    let copy = actions::copy(&ctx, web::id(&id)?, org).await?;
    Ok(see_other(&format!("/desk/courses/{copy}?done=copied")))
}

fn status_tag(status: VersionStatus) -> Tag {
    match status {
        VersionStatus::Draft => Tag::quiet(status.label()),
        VersionStatus::Submitted => Tag::waiting(status.label()),
        VersionStatus::Approved => Tag::good(status.label()),
        VersionStatus::SentBack => Tag::warn(status.label()),
    }
}
