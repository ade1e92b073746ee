//! HTML of plans. Names no store: what it shows comes from the actions. The forms of items: `item_pages.rs`.

use super::actions;
use super::form::{self, ItemForm, metric_name};
use super::intake::Source;
use super::model::{PlanStatus, confidence_word, target_words};
use super::read::{Item, Task};
use super::store::{Counts, PlanBrief, PlanRow, TargetRow, Which};
use crate::{PlanId, PlanItemId};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::api::Part;
use platform::web::{Posted, Upload, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use serde::Deserialize;
use ui::{Crumbs, Form, Html, Lang, Link, Listing, Notice, Page, Pager, Pairs, Tabs, Tag};

/// Plans on one page.
const PLANS: i64 = 50;

#[derive(Template)]
#[template(path = "plans/list.html")]
struct ListPage {
    page: Page,
    drafts: Vec<PlanBrief>,
    plans: Vec<PlanBrief>,
    years: Option<Tabs>,
    pager: Pager,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "plans/new.html")]
struct NewPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
}

#[derive(Template)]
#[template(path = "plans/head.html")]
struct HeadPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    plan: PlanRow,
}

#[derive(Template)]
#[template(path = "plans/issue.html")]
struct IssuePage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    counts: Counts,
    obstacles: Vec<String>,
}

#[derive(Template)]
#[template(path = "plans/discard.html")]
struct DiscardPage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    counts: Counts,
    form: Form,
}

#[derive(Template)]
#[template(path = "plans/show.html")]
pub(super) struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    counts: Counts,
    notes: Vec<Remark>,
    tabs: Tabs,
    items: Vec<Item>,
    next: String,
    back: String,
    editing: Option<(PlanItemId, ItemForm)>,
    which: Which,
    from: i64,
    may_edit: bool,
    may_issue: bool,
}

/// A remark of the reader.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Remark {
    line: Option<i64>,
    sentence: String,
}

impl PlanStatus {
    /// As a word with an icon.
    pub(crate) fn tag(self) -> Tag {
        match self {
            Self::Draft => Tag::waiting(self.label()),
            Self::Issued => Tag::good(self.label()),
        }
    }
}

impl TargetRow {
    /// What it asks for, in one line.
    pub(crate) fn words(&self) -> String {
        let draft = self.draft();
        let due = self.due.map(|due| format!("，{due} 前")).unwrap_or_default();
        format!("{}{}：{}{due}", draft.verb, draft.object, target_words(&draft))
    }

    fn sure(&self) -> Tag {
        let word = confidence_word(self.confidence);
        match word {
            "高" => Tag::good("把握高"),
            "中" => Tag::warn("把握中，请看一眼"),
            _ => Tag::warn("把握低，请核对"),
        }
    }

    fn metric_name(&self) -> &str {
        self.metric.as_deref().map_or("", metric_name)
    }
}

impl Task {
    /// Kind, leads and days in one line.
    fn remarks(&self) -> String {
        let row = &self.row;
        let mut words = vec![row.kind.label().to_owned()];
        let parties = |list: &str| list.lines().collect::<Vec<_>>().join("、");
        if !row.lead.is_empty() {
            words.push(format!("牵头：{}", parties(&row.lead)));
        }
        if !row.helpers.is_empty() {
            words.push(format!("配合：{}", parties(&row.helpers)));
        }
        let every = if row.every_year { "每年 " } else { "" };
        match (row.window_from.as_str(), row.window_to.as_str()) {
            ("", "") => {}
            ("", to) => words.push(format!("{every}{to} 前")),
            (from, "") => words.push(format!("{every}{from} 起")),
            (from, to) => words.push(format!("{every}{from} 至 {to}")),
        }
        words.join(" · ")
    }
}

impl Item {
    /// The printed label with the heading.
    pub(crate) fn title(&self) -> String {
        let number = self
            .row
            .number
            .as_deref()
            .map_or("（无编号）".to_owned(), |number| format!("{number}."));
        let heading = if self.row.heading.is_empty() {
            self.row.text.chars().take(24).chain("…".chars()).collect()
        } else {
            self.row.heading.clone()
        };
        format!("{number} {heading}")
    }

    fn place(&self) -> String {
        match (self.row.line_from, self.row.line_to) {
            (0, _) => "自己添加的".to_owned(),
            (from, to) if from == to => format!("原文第 {from} 行"),
            (from, to) => format!("原文第 {from} 到 {to} 行"),
        }
    }

    fn tag(&self) -> Tag {
        match (self.row.checked, self.row.doubtful) {
            (true, _) => Tag::good("已核对"),
            (false, true) => Tag::warn("没把握，请核对"),
            (false, false) => Tag::waiting("读出的"),
        }
    }
}

impl ShowPage {
    fn form_of(&self, item: &Item) -> Option<&ItemForm> {
        let here = self.editing.as_ref().filter(|(id, _)| *id == item.row.id);
        here.map(|(_, form)| form)
    }

    fn errors(&self) -> Option<ui::ErrorSummary> {
        self.editing.as_ref().map(|(_, form)| form.form.errors())
    }

    fn path(&self) -> String {
        format!("/desk/plans/{}", self.plan.id)
    }

    /// The word of the present view in addresses.
    fn which(&self) -> &'static str {
        which_word(self.which)
    }

    /// What a form of an act on an item carries along.
    fn kept(&self, item: &Item) -> Html {
        let mut html = Html::new();
        for (name, value) in [
            ("version", item.row.version.to_string()),
            ("which", self.which().to_owned()),
            ("from", self.from.to_string()),
        ] {
            html.raw("<input type=\"hidden\" name=\"")
                .raw(name)
                .raw("\" value=\"");
            html.text(value).raw("\">");
        }
        html
    }

    /// Whether the headings above an item differ from those above the one before it on this page.
    fn new_headings(&self, at: &usize) -> bool {
        let path = |at: usize| self.items.get(at).map(|item| item.row.path.as_str());
        let before = at.checked_sub(1).and_then(path).unwrap_or_default();
        path(*at).is_some_and(|here| here != before && !here.is_empty())
    }

    /// The places, counted from 0, where an item can be split.
    fn places(&self, item: &Item) -> Vec<usize> {
        (1..item.tasks.len()).collect()
    }

    fn frozen(&self) -> bool {
        self.plan.status != PlanStatus::Draft
    }
}

/// An id of the address; a text that is none is an address that is not there.
pub(crate) fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

pub(super) fn which_of(word: &str) -> Which {
    match word {
        "doubtful" => Which::Doubtful,
        "unbound" => Which::Unbound,
        _ => Which::All,
    }
}

pub(super) const fn which_word(which: Which) -> &'static str {
    match which {
        Which::All => "",
        Which::Doubtful => "doubtful",
        Which::Unbound => "unbound",
    }
}

/// Plans that the reader may see.
pub(super) async fn list(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let listing = Listing::new("/desk/plans", query.clone(), Lang::Zh);
    let year: Option<i64> = listing.get("year").parse().ok();
    let offset: i64 = listing.get("cursor").parse().unwrap_or(0);
    let part = Part {
        limit: PLANS,
        offset: offset.clamp(0, 100_000),
    };
    let mut plans = actions::list(&ctx, year, part.rows(), part.offset).await?;
    let next = part.cut(&mut plans);
    let years = actions::years(&ctx).await?;
    let mut links = vec![Link::new(
        if year.is_none() {
            String::new()
        } else {
            listing.with("year", "")
        },
        "全部年度",
    )];
    links.extend(years.iter().map(|one| {
        let here = year == Some(*one);
        Link::new(
            if here {
                String::new()
            } else {
                listing.with("year", &one.to_string())
            },
            format!("{one} 年"),
        )
    }));
    let page = ui::desk_page(&ctx, "工作要点");
    Ok(ui::html(&ListPage {
        page: noticed(page, &query),
        drafts: actions::drafts(&ctx).await?,
        pager: listing.pager(next.as_deref()),
        plans,
        years: (years.len() > 1).then(|| Tabs::new("年度", links)),
        may_edit: ctx.can(Permission::PlanEdit),
    }))
}

/// The empty upload.
pub(super) async fn blank(ctx: Ctx) -> AppResult<Response> {
    let homes = actions::homes(&ctx).await?;
    let mut form = Form::blank(form::upload_fields(&homes), Lang::Zh);
    let own = ctx
        .actor
        .posts
        .iter()
        .find(|post| homes.iter().any(|home| home.id == post.org));
    if let Some(own) = own {
        form = form.fill("org", own.org);
    }
    Ok(new_page(&ctx, form, 200))
}

/// Reads the document.
pub(super) async fn create(ctx: Ctx, upload: Upload) -> AppResult<Response> {
    let homes = actions::homes(&ctx).await?;
    let mut form = Form::from_pairs(form::upload_fields(&homes), Lang::Zh, &upload.fields.0);
    if !form.is_valid() {
        return Ok(new_page(&ctx, form, 422));
    }
    let org: OrgId = id(form.get("org"))?;
    let source = Source {
        name: upload.name,
        bytes: upload.bytes,
        pasted: form.get("text").to_owned(),
        anyway: form.ticked("anyway"),
    };
    match actions::create(&ctx, org, source).await {
        Ok(plan) => Ok(see_other(&format!("/desk/plans/{plan}?done=read"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(new_page(&ctx, form, status))
        }
    }
}

fn new_page(ctx: &Ctx, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, "上传工作要点");
    let crumbs = Crumbs::new(
        &page,
        vec![
            Link::new("/desk/plans", "工作要点"),
            Link::new("", "上传工作要点"),
        ],
    );
    ui::respond::html_with(status, &NewPage { page, crumbs, form })
}

/// A plan with its items; one of them in its form when the address names it.
pub(super) async fn show(
    ctx: Ctx,
    Path(plan): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    let listing = Listing::new(format!("/desk/plans/{plan}"), query.clone(), Lang::Zh);
    let view = View {
        plan,
        which: which_of(listing.get("which")),
        from: listing.get("from").parse().unwrap_or(0),
    };
    let editing = match listing.get("item").parse::<PlanItemId>() {
        Ok(item) => {
            let (plan, item) = super::items::get(&ctx, plan, item).await?;
            let draft =
                plan.status == PlanStatus::Draft && ctx.reach(Permission::PlanEdit).contains(&plan.org_path);
            draft.then(|| {
                let typed = super::typed::TypedItem::of_item(&item.draft(), &item.ids());
                (item.row.id, ItemForm::of(&typed, item.row.version))
            })
        }
        Err(_) => None,
    };
    show_page(&ctx, view, editing, &query, 200).await
}

/// Which part of a plan is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) plan: PlanId,
    pub(super) which: Which,
    pub(super) from: i64,
}

/// The page of a plan.
pub(super) async fn show_page(
    ctx: &Ctx,
    view: View,
    editing: Option<(PlanItemId, ItemForm)>,
    query: &Pairs,
    status: u16,
) -> AppResult<Response> {
    let (plan, counts) = actions::get(ctx, view.plan).await?;
    let (items, next) = actions::items(ctx, view.plan, view.which, view.from).await?;
    let may = |permission| ctx.reach(permission).contains(&plan.org_path);
    let path = format!("/desk/plans/{}", plan.id);
    let here = |which: Which, text: String| {
        let word = which_word(which);
        let href = match (which == view.which, word) {
            (true, _) => String::new(),
            (false, "") => path.clone(),
            (false, word) => format!("{path}?which={word}"),
        };
        Link::new(href, text)
    };
    let tabs = Tabs::new(
        "条目",
        vec![
            here(Which::All, format!("全部 {} 条", counts.items)),
            here(Which::Doubtful, format!("没把握的 {} 条", counts.doubtful)),
            here(
                Which::Unbound,
                format!("没有对应指标的（{} 个指标值）", counts.unbound),
            ),
        ],
    );
    let page = noticed(ui::desk_page(ctx, &plan.title), query);
    let go_on = |from: i64| format!("{path}?which={}&from={from}", which_word(view.which));
    let template = ShowPage {
        crumbs: crumbs(&page, &plan, None),
        page,
        may_edit: plan.status == PlanStatus::Draft && may(Permission::PlanEdit),
        may_issue: plan.status == PlanStatus::Draft && may(Permission::PlanIssue),
        notes: serde_json::from_str(&plan.notes).unwrap_or_default(),
        next: next.map(go_on).unwrap_or_default(),
        back: if view.from > 0 { go_on(0) } else { String::new() },
        which: view.which,
        from: view.from,
        tabs,
        plan,
        counts,
        items,
        editing,
    };
    Ok(ui::respond::html_with(status, &template))
}

pub(crate) fn crumbs(page: &Page, plan: &PlanRow, here: Option<&str>) -> Crumbs {
    let own = here.map_or(String::new(), |_| format!("/desk/plans/{}", plan.id));
    let mut links = vec![Link::new("/desk/plans", "工作要点"), Link::new(own, &plan.title)];
    links.extend(here.map(|text| Link::new("", text)));
    Crumbs::new(page, links)
}

fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("read") => "文件读好了。请先看“没把握的”几条，改好以后就可以印发。",
        Some("saved") => "这一条已保存。",
        Some("last") => "已保存。后面没有要核对的条目了。",
        Some("accepted") => "这一条按读出的内容认可了。",
        Some("added") => "新的一条已加上。",
        Some("split") => "已拆成两条。",
        Some("joined") => "已并入上一条。",
        Some("removed") => "这一条已删去。",
        Some("head") => "标题和日期已保存。",
        Some("issued") => "计划已印发，原文从现在起不能再改。",
        Some("discarded") => "草稿已删除。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

/// The document as it was brought, to be saved.
pub(super) async fn document(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    let (name, bytes) = actions::document(&ctx, id(&plan)?).await?;
    Ok(ui::respond::download(bytes, &name, "application/octet-stream"))
}

/// The form of title, number and days.
pub(super) async fn head(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    let plan = actions::draft(&ctx, id(&plan)?).await?;
    let form = form::head_form(&plan);
    Ok(head_page(&ctx, plan, form, 200))
}

/// Saves title, number and days.
pub(super) async fn change_head(ctx: Ctx, Path(plan): Path<String>, posted: Posted) -> AppResult<Response> {
    let plan = actions::draft(&ctx, id(&plan)?).await?;
    let mut form = Form::from_pairs(form::head_fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(head_page(&ctx, plan, form, 422));
    }
    let version = form.number("version").unwrap_or_default();
    match actions::change_head(&ctx, plan.id, form::typed_head(&form), version).await {
        Ok(()) => Ok(see_other(&format!("/desk/plans/{}?done=head", plan.id))),
        Err(error) => {
            let status = form.take_up(error)?;
            if status == 409 {
                // The next save is meant against the newest plan, which the page names.
                form = form.fill("version", plan.version);
            }
            Ok(head_page(&ctx, plan, form, status))
        }
    }
}

fn head_page(ctx: &Ctx, plan: PlanRow, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, "修改标题和日期");
    let crumbs = crumbs(&page, &plan, Some("修改标题和日期"));
    ui::respond::html_with(
        status,
        &HeadPage {
            page,
            crumbs,
            form,
            plan,
        },
    )
}

/// What is looked at before a plan is issued.
pub(super) async fn ask_issue(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    let (plan, counts, obstacles) = actions::obstacles(&ctx, id(&plan)?).await?;
    let page = ui::desk_page(&ctx, "印发这份计划");
    Ok(ui::html(&IssuePage {
        crumbs: crumbs(&page, &plan, Some("印发")),
        page,
        plan,
        counts,
        obstacles,
    }))
}

/// Issues the plan.
pub(super) async fn issue(ctx: Ctx, Path(plan): Path<String>, posted: Posted) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    let version = posted.get("version").parse().unwrap_or_default();
    actions::issue(&ctx, plan, version).await?;
    Ok(see_other(&format!("/desk/plans/{plan}?done=issued")))
}

/// What a draft holds before it is thrown away.
pub(super) async fn ask_discard(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    let form = Form::blank(form::reason_fields(), Lang::Zh);
    discard_page(&ctx, id(&plan)?, form, 200).await
}

/// Throws the draft away.
pub(super) async fn discard(ctx: Ctx, Path(plan): Path<String>, posted: Posted) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    let mut form = Form::from_pairs(form::reason_fields(), Lang::Zh, &posted.0);
    let version = form.number("version").unwrap_or_default();
    match actions::discard(&ctx, plan, form.get("reason"), version).await {
        Ok(()) => Ok(see_other("/desk/plans?done=discarded")),
        Err(error) => {
            let status = form.take_up(error)?;
            discard_page(&ctx, plan, form, status).await
        }
    }
}

async fn discard_page(ctx: &Ctx, plan: PlanId, form: Form, status: u16) -> AppResult<Response> {
    let plan = actions::draft(ctx, plan).await?;
    let (plan, counts) = actions::get(ctx, plan.id).await?;
    let page = ui::desk_page(ctx, "删除草稿");
    let template = DiscardPage {
        crumbs: crumbs(&page, &plan, Some("删除草稿")),
        form: form.fill("version", plan.version),
        page,
        plan,
        counts,
    };
    Ok(ui::respond::html_with(status, &template))
}
