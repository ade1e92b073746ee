//! HTML of changes of structure: each shows what it touches, asks for day and reason, and says what it will do.

use super::actions::{self, OrgView};
use super::kind::{OrgKind, OrgStatus};
use super::model::{Change, OrgDraft};
use super::pages::crumbs;
use super::{Filter, OrgRow, id_in_path};
use askama::Template;
use axum::response::Response;
use kernel::{Date, OrgId};
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
    verb: &'static Words,
    find: Option<String>,
    form: Form,
}

/// A change of structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// Opens an organisation below this one.
    New,
    /// Gives another name.
    Rename,
    /// Puts it under another one.
    Move,
    /// Makes it part of another.
    Merge,
    /// Ends it.
    Close,
}

/// How one change of structure speaks.
#[derive(Debug)]
struct Words {
    name: &'static str,
    title: &'static str,
    button: &'static str,
    effect: &'static str,
    done: &'static str,
}

static NEW: Words = Words {
    name: "new",
    title: "登记下级机构",
    button: "登记这个机构",
    effect: "新机构会出现在它下面，由有权管它的岗位一起管。",
    done: "created",
};
static RENAME: Words = Words {
    name: "rename",
    title: "改名",
    button: "改成这个名称",
    effect: "从生效日期起用新名称。以前的名称留在沿革里，以前时期的统计仍用旧名称。",
    done: "renamed",
};
static MOVE: Words = Words {
    name: "move",
    title: "换上级",
    button: "挪到这个上级下面",
    effect: "它下面的机构、教室、班级和岗位都跟着走。以前时期的统计仍按原来的位置算。",
    done: "moved",
};
static MERGE: Words = Words {
    name: "merge",
    title: "并入别的机构",
    button: "并入这个机构",
    effect: "它下面的机构和它的教室都归到新机构名下；它自己的班级、名册和岗位留在原名下，由新机构接着管。合并以后不能再分开。",
    done: "merged",
};
static CLOSE: Words = Words {
    name: "close",
    title: "撤销",
    button: "撤销这个机构",
    effect: "它不再出现在居民页面，也不能再开班。历史数据都还在。",
    done: "closed",
};

impl Verb {
    fn words(self) -> &'static Words {
        match self {
            Self::New => &NEW,
            Self::Rename => &RENAME,
            Self::Move => &MOVE,
            Self::Merge => &MERGE,
            Self::Close => &CLOSE,
        }
    }

    /// Whether the page offers other organisations to choose from.
    fn chooses(self) -> bool {
        matches!(self, Self::Move | Self::Merge)
    }
}

/// Shows the form of a change.
pub(super) async fn ask(ctx: Ctx, verb: Verb, org: &str, query: &Pairs) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(org)?).await?;
    let typed = query.iter().find(|(name, _)| name == "find");
    let find: String = typed
        .map(|(_, value)| value.trim().chars().take(60).collect())
        .unwrap_or_default();
    let mut form = Form::blank(fields(&ctx, verb, &view, &find).await?, Lang::Zh)
        .fill("on", ctx.today())
        .fill("opened_on", ctx.today())
        .fill("version", view.detail.version);
    if verb == Verb::Rename {
        form = form
            .fill("name", &view.org.name)
            .fill("short_name", &view.org.short_name);
    }
    Ok(page(&ctx, view, verb, find, form, 200))
}

/// Makes a change, or shows its form again with what is wrong.
pub(super) async fn act(ctx: Ctx, verb: Verb, org: &str, posted: Posted) -> AppResult<Response> {
    let view = actions::get_for_change(&ctx, id_in_path(org)?).await?;
    let find = posted.get("find").to_owned();
    let fields = fields(&ctx, verb, &view, &find).await?;
    let mut form = Form::from_pairs(fields, Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(page(&ctx, view, verb, find, form, 422));
    }
    match carry_out(&ctx, verb, view.org.id, &form).await {
        Ok(shown) => {
            let done = verb.words().done;
            Ok(see_other(&format!("/desk/orgs/{shown}?done={done}")))
        }
        Err(error) => {
            let status = form.take_up(error)?;
            if status == 409 {
                // The page shows the newest state: the next try is meant against that one.
                form = form.fill("version", view.detail.version);
            }
            Ok(page(&ctx, view, verb, find, form, status))
        }
    }
}

/// Calls the action; gives the organisation to be shown then.
async fn carry_out(ctx: &Ctx, verb: Verb, id: OrgId, form: &Form) -> AppResult<OrgId> {
    let change = Change {
        on: form.date("on").unwrap_or(Date::ZERO),
        reason: form.get("reason").to_owned(),
        version: form.number("version").unwrap_or_default(),
    };
    let (name, short_name) = (form.get("name"), form.get("short_name"));
    match verb {
        Verb::New => return actions::create(ctx, &draft(id, form)?, form.get("reason")).await,
        Verb::Rename => actions::rename(ctx, id, name, short_name, &change).await?,
        Verb::Move => actions::move_to(ctx, id, chosen(form, "parent")?, &change).await?,
        Verb::Merge => actions::merge(ctx, id, chosen(form, "into")?, &change).await?,
        Verb::Close => actions::close(ctx, id, &change).await?,
    }
    Ok(id)
}

fn draft(parent: OrgId, form: &Form) -> AppResult<OrgDraft> {
    let kind = form.get("kind").parse();
    Ok(OrgDraft {
        kind: kind.map_err(|()| AppError::invalid("kind", "请从列出的种类里选。"))?,
        parent,
        name: form.get("name").to_owned(),
        short_name: form.get("short_name").to_owned(),
        opened_on: form.date("opened_on").unwrap_or(Date::ZERO),
        is_public: form.ticked("is_public"),
    })
}

fn chosen(form: &Form, field: &str) -> AppResult<OrgId> {
    let id = form.get(field).parse();
    id.map_err(|_| AppError::invalid(field, "请从列出的机构里选一个。"))
}

async fn fields(ctx: &Ctx, verb: Verb, view: &OrgView, find: &str) -> AppResult<Vec<Field>> {
    let mut fields = match verb {
        Verb::New => return Ok(new_fields(view.org.kind)),
        Verb::Rename => vec![Field::text("name", "新名称", 2, 60), short_name()],
        Verb::Move => vec![Field::radios(
            "parent",
            "新的上级",
            parents_for(ctx, view, find).await?,
        )],
        Verb::Merge => vec![Field::radios(
            "into",
            "并入哪个机构",
            successors_for(ctx, view, find).await?,
        )],
        Verb::Close => Vec::new(),
    };
    fields.extend([
        Field::date("on", "生效日期"),
        Field::text("reason", "原因", 2, 300).hint("例如 区划调整，闵府发〔2026〕12 号"),
        Field::hidden("version"),
    ]);
    Ok(fields)
}

fn short_name() -> Field {
    Field::text("short_name", "简称", 0, 30).hint("列表里用；不填就用全名")
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
        short_name(),
        Field::date("opened_on", "成立日期"),
        Field::tick("is_public", "在居民页面上显示")
            .optional()
            .value("yes"),
        Field::text("reason", "原因", 2, 300).hint("例如 新建，镇政府会议纪要"),
    ]
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

fn page(ctx: &Ctx, view: OrgView, verb: Verb, find: String, form: Form, status: u16) -> Response {
    let words = verb.words();
    let page = ui::desk_page(ctx, &format!("{}：{}", words.title, view.org.name));
    let template = ChangePage {
        crumbs: crumbs(&page, Some(&view), Some(words.title)),
        page,
        view,
        verb: words,
        find: verb.chooses().then_some(find),
        form,
    };
    ui::respond::html_with(status, &template)
}
