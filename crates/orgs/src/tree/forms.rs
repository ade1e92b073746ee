//! HTML of changes of structure: each shows what it touches, asks for day and reason, and says what it will do.

use super::actions::{self, OrgView};
use super::kind::{OrgKind, OrgStatus};
use super::model::{Change, OrgDraft};
use super::pages::crumbs;
use super::{Filter, OrgRow, id_in_path};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::{Choice, Crumbs, Field, Form, Lang, Page, Pairs};

/// Candidates shown at once for a new parent or a successor.
const CANDIDATES: i64 = 20;

#[derive(Template)]
#[template(path = "tree/change.html")]
struct ChangePage {
    page: Page,
    crumbs: Crumbs,
    view: OrgView,
    verb: &'static Verb,
    find: Option<String>,
    form: Form,
}

/// How one change of structure speaks.
#[derive(Debug)]
struct Verb {
    name: &'static str,
    title: &'static str,
    button: &'static str,
    effect: &'static str,
    done: &'static str,
}

static NEW: Verb = Verb {
    name: "new",
    title: "登记下级机构",
    button: "登记这个机构",
    effect: "新机构会出现在它下面，由有权管它的岗位一起管。",
    done: "created",
};
static RENAME: Verb = Verb {
    name: "rename",
    title: "改名",
    button: "改成这个名称",
    effect: "从生效日期起用新名称。以前的名称留在沿革里，以前时期的统计仍用旧名称。",
    done: "renamed",
};
static MOVE: Verb = Verb {
    name: "move",
    title: "换上级",
    button: "挪到这个上级下面",
    effect: "它下面的机构、教室、班级和岗位都跟着走。以前时期的统计仍按原来的位置算。",
    done: "moved",
};
static MERGE: Verb = Verb {
    name: "merge",
    title: "并入别的机构",
    button: "并入这个机构",
    effect: "它下面的机构和它的教室都归到新机构名下；它自己的班级、名册和岗位留在原名下，由新机构接着管。合并以后不能再分开。",
    done: "merged",
};
static CLOSE: Verb = Verb {
    name: "close",
    title: "撤销",
    button: "撤销这个机构",
    effect: "它不再出现在居民页面，也不能再开班。历史数据都还在。",
    done: "closed",
};

/// The form for a new organisation below this one.
pub(super) async fn blank(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(&org)?).await?;
    let form = Form::blank(new_fields(view.org.kind), Lang::Zh).fill("opened_on", ctx.today());
    Ok(page(&ctx, view, &NEW, None, form, 200))
}

/// Opens an organisation below this one.
pub(super) async fn create(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(&org)?).await?;
    let mut form = Form::from_pairs(new_fields(view.org.kind), Lang::Zh, &posted.0);
    let (Ok(kind), Some(opened_on), true) = (
        form.get("kind").parse::<OrgKind>(),
        form.date("opened_on"),
        form.is_valid(),
    ) else {
        return Ok(page(&ctx, view, &NEW, None, form, 422));
    };
    let draft = OrgDraft {
        kind,
        parent: view.org.id,
        name: form.get("name").to_owned(),
        short_name: form.get("short_name").to_owned(),
        opened_on,
        is_public: form.ticked("is_public"),
    };
    match actions::create(&ctx, &draft, form.get("reason")).await {
        Ok(id) => Ok(see_other(&format!("/desk/orgs/{id}?done={}", NEW.done))),
        Err(error) => {
            let status = take_up(&mut form, error)?;
            Ok(page(&ctx, view, &NEW, None, form, status))
        }
    }
}

/// The form for another name.
pub(super) async fn rename_page(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(&org)?).await?;
    let form = common(&ctx, &view, rename_fields())
        .fill("name", &view.org.name)
        .fill("short_name", &view.org.short_name);
    Ok(page(&ctx, view, &RENAME, None, form, 200))
}

/// Gives another name.
pub(super) async fn rename(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let view = actions::get_for_change(&ctx, id).await?;
    let form = Form::from_pairs(rename_fields(), Lang::Zh, &posted.0);
    let Some(change) = change_of(&form) else {
        return Ok(page(&ctx, view, &RENAME, None, form, 422));
    };
    let done = actions::rename(&ctx, id, form.get("name"), form.get("short_name"), &change).await;
    answer(&ctx, view, &RENAME, None, form, done)
}

/// The form for another parent, with candidates.
pub(super) async fn move_page(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(&org)?).await?;
    let find = words(&query, "find");
    let fields = target_fields("parent", "新的上级", parents_for(&ctx, &view, &find).await?);
    let form = common(&ctx, &view, fields);
    Ok(page(&ctx, view, &MOVE, Some(find), form, 200))
}

/// Puts it under another parent.
pub(super) async fn move_to(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let view = actions::get_for_change(&ctx, id).await?;
    let find = posted.get("find").to_owned();
    let fields = target_fields("parent", "新的上级", parents_for(&ctx, &view, &find).await?);
    let form = Form::from_pairs(fields, Lang::Zh, &posted.0);
    let (Some(change), Ok(parent)) = (change_of(&form), form.get("parent").parse::<OrgId>()) else {
        return Ok(page(&ctx, view, &MOVE, Some(find), form, 422));
    };
    let done = actions::move_to(&ctx, id, parent, &change).await;
    answer(&ctx, view, &MOVE, Some(find), form, done)
}

/// The form for a successor, with candidates.
pub(super) async fn merge_page(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(&org)?).await?;
    let find = words(&query, "find");
    let fields = target_fields("into", "并入哪个机构", successors_for(&ctx, &view, &find).await?);
    let form = common(&ctx, &view, fields);
    Ok(page(&ctx, view, &MERGE, Some(find), form, 200))
}

/// Makes it part of another.
pub(super) async fn merge(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let view = actions::get_for_change(&ctx, id).await?;
    let find = posted.get("find").to_owned();
    let fields = target_fields("into", "并入哪个机构", successors_for(&ctx, &view, &find).await?);
    let form = Form::from_pairs(fields, Lang::Zh, &posted.0);
    let (Some(change), Ok(into)) = (change_of(&form), form.get("into").parse::<OrgId>()) else {
        return Ok(page(&ctx, view, &MERGE, Some(find), form, 422));
    };
    let done = actions::merge(&ctx, id, into, &change).await;
    answer(&ctx, view, &MERGE, Some(find), form, done)
}

/// The form for ending it.
pub(super) async fn close_page(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(&org)?).await?;
    let form = common(&ctx, &view, change_fields());
    Ok(page(&ctx, view, &CLOSE, None, form, 200))
}

/// Ends it.
pub(super) async fn close(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let view = actions::get_for_change(&ctx, id).await?;
    let form = Form::from_pairs(change_fields(), Lang::Zh, &posted.0);
    let Some(change) = change_of(&form) else {
        return Ok(page(&ctx, view, &CLOSE, None, form, 422));
    };
    let done = actions::close(&ctx, id, &change).await;
    answer(&ctx, view, &CLOSE, None, form, done)
}

async fn parents_for(ctx: &Ctx, view: &OrgView, find: &str) -> AppResult<Vec<Choice>> {
    let mut all = Vec::new();
    for kind in view.org.kind.parents() {
        all.extend(candidates(ctx, *kind, None, find).await?);
    }
    Ok(all)
}

/// Without words to find, those beside it; with words, all of its kind.
async fn successors_for(ctx: &Ctx, view: &OrgView, find: &str) -> AppResult<Vec<Choice>> {
    let beside = view.org.parent_id.filter(|_| find.is_empty());
    let own = view.org.id.to_string();
    let all = candidates(ctx, view.org.kind, beside, find).await?;
    Ok(all.into_iter().filter(|choice| choice.value != own).collect())
}

async fn candidates(ctx: &Ctx, kind: OrgKind, parent: Option<OrgId>, find: &str) -> AppResult<Vec<Choice>> {
    let filter = Filter {
        q: find.to_owned(),
        kind: Some(kind),
        parent,
        status: Some(OrgStatus::Open),
        limit: CANDIDATES,
        ..Filter::default()
    };
    let (rows, _) = actions::list(ctx, filter, "").await?;
    Ok(rows.into_iter().map(choice).collect())
}

fn choice(row: OrgRow) -> Choice {
    let above = row.parent_name.unwrap_or_default();
    Choice::new(row.id.to_string(), row.name).hint(format!("{} {above}", row.kind.label()))
}

fn words(query: &Pairs, name: &str) -> String {
    let found = query.iter().find(|(key, _)| key == name);
    found
        .map(|(_, value)| value.trim().chars().take(60).collect())
        .unwrap_or_default()
}

fn change_fields() -> Vec<Field> {
    vec![
        Field::date("on", "生效日期"),
        Field::text("reason", "原因", 2, 300).hint("例如 区划调整，闵府发〔2026〕12 号"),
        Field::hidden("version"),
    ]
}

fn rename_fields() -> Vec<Field> {
    let mut fields = vec![
        Field::text("name", "新名称", 2, 60),
        Field::text("short_name", "简称", 0, 30).hint("列表里用；不填就用全名"),
    ];
    fields.extend(change_fields());
    fields
}

fn target_fields(name: &str, label: &str, choices: Vec<Choice>) -> Vec<Field> {
    let mut fields = vec![Field::radios(name, label, choices)];
    fields.extend(change_fields());
    fields
}

fn new_fields(parent: OrgKind) -> Vec<Field> {
    // Areas come with their codes from the list of the statistics bureau; a college may still open a site.
    let kinds = OrgKind::ALL
        .iter()
        .filter(|kind| kind.fits_under(Some(parent)))
        .map(|kind| Choice::new(kind.as_str(), kind.label()))
        .collect();
    vec![
        Field::select("kind", "种类", kinds),
        Field::text("name", "名称", 2, 60),
        Field::text("short_name", "简称", 0, 30).hint("列表里用；不填就用全名"),
        Field::date("opened_on", "成立日期"),
        Field::tick("is_public", "在居民页面上显示")
            .optional()
            .value("yes"),
        Field::text("reason", "原因", 2, 300).hint("例如 新建，镇政府会议纪要"),
    ]
}

fn common(ctx: &Ctx, view: &OrgView, fields: Vec<Field>) -> Form {
    Form::blank(fields, Lang::Zh)
        .fill("on", ctx.today())
        .fill("version", view.detail.version)
}

fn change_of(form: &Form) -> Option<Change> {
    form.is_valid().then_some(())?;
    Some(Change {
        on: form.date("on")?,
        reason: form.get("reason").to_owned(),
        version: form.number("version").unwrap_or_default(),
    })
}

fn answer(
    ctx: &Ctx,
    view: OrgView,
    verb: &'static Verb,
    find: Option<String>,
    mut form: Form,
    done: AppResult<()>,
) -> AppResult<Response> {
    match done {
        Ok(()) => Ok(see_other(&format!(
            "/desk/orgs/{}?done={}",
            view.org.id, verb.done
        ))),
        Err(error) => {
            let status = take_up(&mut form, error)?;
            if status == 409 {
                // The page shows the newest state: the next try is meant against that one.
                form = form.fill("version", view.detail.version);
            }
            Ok(page(ctx, view, verb, find, form, status))
        }
    }
}

/// Puts an error that staff can mend into the form, and gives the status of the page; others go on.
pub(crate) fn take_up(form: &mut Form, error: AppError) -> AppResult<u16> {
    let status = error.status();
    match error {
        AppError::Invalid(fields) => {
            for field in fields {
                form.error(&field.field, field.sentence);
            }
        }
        AppError::Refused { sentence, .. } => form.refuse(sentence),
        other => return Err(other),
    }
    Ok(status)
}

fn page(
    ctx: &Ctx,
    view: OrgView,
    verb: &'static Verb,
    find: Option<String>,
    form: Form,
    status: u16,
) -> Response {
    let page = ui::desk_page(ctx, &format!("{}：{}", verb.title, view.org.name));
    let template = ChangePage {
        crumbs: crumbs(&page, Some(&view), Some(verb.title)),
        page,
        view,
        verb,
        find,
        form,
    };
    ui::respond::html_with(status, &template)
}
