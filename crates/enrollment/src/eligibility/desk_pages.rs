//! The pages on which a school writes its rules of who may enrol.

use super::actions::{self, Draft, DryRun, View};
use super::facts::NAMES;
use super::model::{MOST_IN_CATEGORY, MOST_LETTERS, Ready, Words};
use super::store::RuleRow;
use crate::enrollments::id;
use crate::rounds::pages::value;
use crate::rounds::planning::other_orgs;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::chinese_date::moment_text;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Notice, Page, Pairs};

/// A rule as the list shows it.
struct Line {
    row: RuleRow,
    /// For which classes.
    scope: String,
    from: String,
    /// When it ended; `None` while it counts.
    ended: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "eligibility/list.html")]
struct ListPage {
    page: Page,
    org: String,
    org_id: String,
    lines: Vec<Line>,
    above: Vec<(Line, String)>,
    other_orgs: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "eligibility/edit.html")]
struct EditPage {
    page: Page,
    org: String,
    /// For which classes, where it is settled.
    scope: Option<String>,
    form: Form,
    tried: Option<DryRun>,
    names: &'static [(&'static str, &'static str)],
}

fn line(view: &View, row: &RuleRow) -> Line {
    let course = row
        .course_id
        .and_then(|id| view.courses.iter().find(|one| one.0 == id));
    let scope = match (row.class_id, row.course_id) {
        (Some(_), _) => "只对一个班".to_owned(),
        (None, Some(_)) => course.map_or_else(
            || "只对一门课".to_owned(),
            |(_, name)| format!("只对“{name}”这门课"),
        ),
        (None, None) => "对本机构和下级的所有班".to_owned(),
    };
    Line {
        scope,
        from: moment_text(row.valid_from),
        ended: row.ended_at.map(moment_text),
        row: row.clone(),
    }
}

/// `GET /desk/eligibility`
pub(super) async fn list(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let view = actions::show(&ctx, value(&query, "org").parse().ok()).await?;
    let mut page = ui::desk_page(&ctx, "报名规则");
    page.lang = Lang::Zh;
    page = match value(&query, "done") {
        "set" => page.noticed(Notice::done("规则已发布。已经报上的人不受影响。")),
        "ended" => page.noticed(Notice::done("规则已停用，从现在起不再问。")),
        _ => page,
    };
    let lines = view.rules.iter().map(|row| line(&view, row)).collect();
    let above = view
        .above
        .iter()
        .map(|(row, name)| (line(&view, row), name.clone()))
        .collect();
    let shown = ListPage {
        page,
        lines,
        above,
        other_orgs: other_orgs(&view.orgs, view.org.id, "/desk/eligibility"),
        org_id: view.org.id.to_string(),
        org: view.org.name,
    };
    Ok(html_with(200, &shown))
}

fn fields(view: &View) -> Vec<Field> {
    let courses = || -> Vec<Choice> {
        let none = std::iter::once(Choice::new("", "不选"));
        let all = view.courses.iter();
        none.chain(all.map(|(id, name)| Choice::new(id.to_string(), name.as_str())))
            .collect()
    };
    let places = view.places.iter();
    let places = places.map(|org| Choice::new(org.id.to_string(), org.name.as_str()));
    let places = std::iter::once(Choice::new("", "不选")).chain(places).collect();
    let kinds = vec![
        Choice::new("most", "一个学期同一类别最多几个班"),
        Choice::new("finished", "先要结业另一门课"),
        Choice::new("residents", "只收住在某个地方的人"),
        Choice::new("own", "自己写条件"),
    ];
    vec![
        Field::hidden("org"),
        Field::hidden("class"),
        Field::hidden("rule"),
        Field::hidden("version"),
        Field::hidden("tried"),
        Field::radios("kind", "哪一种规则", kinds),
        Field::number("most", "最多几个班", 1, 20)
            .optional()
            .hint("选“同一类别最多几个班”时填；一般是 2"),
        Field::select("finished", "先要结业的课", courses()).optional(),
        Field::select("place", "住在哪里", places).optional(),
        Field::textarea("expression", "条件", MOST_LETTERS)
            .optional()
            .hint("选“自己写条件”时填；例如 age >= 60 && former"),
        Field::select("course", "只对一门课", courses())
            .optional()
            .hint("不选就是所有的课"),
        Field::text("words", "不符合的人看到的话", 4, 120)
            .hint("例如：书画类一个学期最多上两个班，把机会留给别人"),
        Field::text("door_label", "下一步的名称", 2, 20).hint("例如：看别的类别的班"),
        Field::text("door_href", "下一步的地址", 1, 200).hint("本站里的地址，例如 /classes"),
        Field::date("valid_from", "从哪天起算")
            .optional()
            .hint("不填就是现在"),
    ]
}

/// For which class the form is, if it is for one.
async fn scope_of(ctx: &Ctx, form: &Form) -> AppResult<Option<String>> {
    match form.some("class") {
        Some(class) => {
            let (_, name) = actions::class_of(ctx, id(class)?).await?;
            Ok(Some(format!("只对“{name}”这个班")))
        }
        None => Ok(None),
    }
}

async fn edit_page(
    ctx: &Ctx,
    view: View,
    form: Form,
    tried: Option<DryRun>,
    status: u16,
) -> AppResult<Response> {
    let mut page = ui::desk_page(ctx, "写一条报名规则");
    page.lang = Lang::Zh;
    let scope = match form.some("rule") {
        Some(_) => Some("适用的班和上一版一样".to_owned()),
        None => scope_of(ctx, &form).await?,
    };
    let shown = EditPage {
        page,
        org: view.org.name,
        scope,
        form,
        tried,
        names: NAMES,
    };
    Ok(html_with(status, &shown))
}

/// `GET /desk/eligibility/edit`
pub(super) async fn edit(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let class = value(&query, "class");
    let org = match class {
        "" => value(&query, "org").parse().ok(),
        class => Some(actions::class_of(&ctx, id(class)?).await?.0.org_id),
    };
    let view = actions::show(&ctx, org).await?;
    let mut form = Form::blank(fields(&view), Lang::Zh)
        .fill("org", view.org.id)
        .fill("class", class)
        .fill("kind", "most")
        .fill("most", MOST_IN_CATEGORY)
        .fill("door_label", "看别的班")
        .fill("door_href", "/classes");
    if let Ok(rule) = value(&query, "rule").parse::<crate::EligibilityRuleId>() {
        let last = view.rules.iter().find(|row| row.id == rule);
        let last = last.ok_or(AppError::NotFound)?;
        form = form
            .fill("rule", last.id)
            .fill("version", last.version)
            .fill("kind", "own")
            .fill("expression", &last.expression)
            .fill("words", &last.words)
            .fill("door_label", &last.door_label)
            .fill("door_href", &last.door_href);
    }
    edit_page(&ctx, view, form, None, 200).await
}

/// The expression that the form stands for.
fn expression(form: &Form) -> AppResult<String> {
    let missing = |field: &str, sentence: &str| AppError::invalid(field, sentence);
    let ready = match form.get("kind") {
        "most" => {
            let most = form.number("most");
            Ready::MostInCategory(most.ok_or_else(|| missing("most", "请填最多几个班。"))?)
        }
        "finished" => {
            let course = form.get("finished").parse();
            Ready::Finished(course.map_err(|_| missing("finished", "请选先要结业的课。"))?)
        }
        "residents" => {
            let place = form.get("place").parse();
            Ready::Residents(place.map_err(|_| missing("place", "请选住在哪里。"))?)
        }
        _ => return Ok(form.get("expression").to_owned()),
    };
    Ok(ready.expression())
}

fn draft(form: &Form) -> AppResult<Draft> {
    let rule = form.get("rule").parse().ok();
    Ok(Draft {
        course: form.get("course").parse().ok(),
        class: form.get("class").parse().ok(),
        expression: expression(form)?,
        words: Words {
            words: form.get("words").to_owned(),
            door_label: form.get("door_label").to_owned(),
            door_href: form.get("door_href").to_owned(),
        },
        valid_from: form.date("valid_from"),
        next_of: rule.map(|rule| (rule, form.get("version").parse().unwrap_or(0))),
    })
}

/// What a dry run was about: it must be the same when the rule is published.
fn tried_as(draft: &Draft) -> String {
    let course = draft.course.map(|id| id.to_string()).unwrap_or_default();
    format!("{course}|{}", draft.expression.trim())
}

/// `POST /desk/eligibility/edit`: the first time a dry run, then the rule.
pub(super) async fn publish(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let org = id(posted.get("org"))?;
    let view = actions::show(&ctx, Some(org)).await?;
    let mut form = Form::from_pairs(fields(&view), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return edit_page(&ctx, view, form, None, 422).await;
    }
    let outcome = match draft(&form) {
        Ok(draft) if form.get("tried") == tried_as(&draft) => {
            actions::publish(&ctx, org, &draft).await.map(|_| None)
        }
        Ok(draft) => {
            let tried = actions::dry_run(&ctx, org, &draft).await;
            tried.map(|tried| Some((tried, tried_as(&draft))))
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(None) => Ok(see_other(&format!("/desk/eligibility?org={org}&done=set"))),
        Ok(Some((tried, about))) => {
            let form = form.fill("tried", about);
            edit_page(&ctx, view, form, Some(tried), 200).await
        }
        Err(error) => {
            let status = form.take_up(error)?;
            edit_page(&ctx, view, form, None, status).await
        }
    }
}

/// `POST /desk/eligibility/{id}/end`
pub(super) async fn end(ctx: Ctx, Path(rule): Path<String>, posted: Posted) -> AppResult<Response> {
    let version = posted.get("version").parse().unwrap_or(0);
    let org = actions::end(&ctx, id(&rule)?, version).await?;
    Ok(see_other(&format!("/desk/eligibility?org={org}&done=ended")))
}
