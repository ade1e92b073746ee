//! HTML of the tree: the browser, one organisation, its history.

use super::actions::{self, OrgView};
use super::kind::{OrgKind, OrgStatus};
use super::{Filter, OrgBrief, OrgRow, Period, id_in_path};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::{AppResult, Ctx, Permission as P};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Listing, Notice, Page, Pager, Pairs, Tag};

/// Rows on one page of the browser.
const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "tree/list.html")]
struct ListPage {
    page: Page,
    crumbs: Crumbs,
    filters: Form,
    here: Option<OrgBrief>,
    searching: bool,
    rows: Vec<OrgRow>,
    pager: Pager,
    may_load_regions: bool,
}

#[derive(Template)]
#[template(path = "tree/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    view: OrgView,
    facts: Option<crate::facts::Facts>,
    may_edit: bool,
    may_change: bool,
}

#[derive(Template)]
#[template(path = "tree/history.html")]
struct HistoryPage {
    page: Page,
    crumbs: Crumbs,
    view: OrgView,
    names: Vec<Period>,
    parents: Vec<Period>,
}

impl OrgRow {
    /// Status and marks as words with icons.
    fn tags(&self) -> Vec<Tag> {
        let mut tags = vec![self.status.tag()];
        if self.special {
            tags.push(Tag::warn("不计入人口的特殊区域"));
        }
        tags
    }
}

/// The browser: without a search one level at a time, with a search the whole subtree.
pub(super) async fn list(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let listing = Listing::new("/desk/orgs", query, Lang::Zh);
    let kind: Option<OrgKind> = listing.get("kind").parse().ok();
    let q: String = listing.get("q").chars().take(60).collect();
    let searching = !q.is_empty() || kind.is_some();
    let here = place(&ctx, &listing).await?;
    let org = here.as_ref().map(|view| view.org.clone());
    let filter = Filter {
        kind,
        parent: org.as_ref().filter(|_| !searching).map(|org| org.id),
        below: org.as_ref().filter(|_| searching).map(|org| org.path.clone()),
        status: (listing.get("ended") != "yes").then_some(OrgStatus::Open),
        limit: PAGE,
        after: None,
        q,
    };
    let (rows, more) = actions::list(&ctx, filter, listing.get("cursor")).await?;
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let page = ui::desk_page(&ctx, "机构");
    Ok(ui::html(&ListPage {
        crumbs: crumbs(&page, here.as_ref(), None),
        page,
        filters: filters(&listing, org.as_ref()),
        pager: listing.pager(next.as_deref()),
        may_load_regions: ctx.can(P::OrgStructure),
        here: org,
        searching,
        rows,
    }))
}

/// The organisation whose level is shown: the one in the address, else that of the actor's first post.
async fn place(ctx: &Ctx, listing: &Listing) -> AppResult<Option<OrgView>> {
    let under = match listing.get("under") {
        "" => ctx.actor.posts.first().map(|post| post.org),
        text => Some(id_in_path::<kernel::id::kinds::Org>(text)?),
    };
    match under {
        Some(id) => match actions::get(ctx, id).await {
            // A first post without a view on the tree shows what the others allow.
            Err(platform::AppError::NotFound) if listing.get("under").is_empty() => Ok(None),
            found => found.map(Some),
        },
        None => Ok(None),
    }
}

fn filters(listing: &Listing, here: Option<&OrgBrief>) -> Form {
    let kinds = OrgKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.as_str(), kind.label()))
        .collect();
    let fields = vec![
        Field::text("q", "名称、拼音或代码", 0, 60),
        Field::select("kind", "种类", kinds).optional(),
        Field::tick("ended", "也看已撤销、已并入的").optional(),
        Field::hidden("under"),
    ];
    Form::blank(fields, Lang::Zh)
        .fill("q", listing.get("q"))
        .fill("kind", listing.get("kind"))
        .fill("ended", listing.get("ended"))
        .fill("under", here.map(|org| org.id.to_string()).unwrap_or_default())
}

/// One organisation.
pub(super) async fn show(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let view = actions::get(&ctx, id).await?;
    let (facts, _) = crate::facts::actions::get(&ctx, id).await?;
    let page = noticed(ui::desk_page(&ctx, &view.org.name), &query);
    let open = view.org.status == OrgStatus::Open;
    Ok(ui::html(&ShowPage {
        crumbs: crumbs(&page, Some(&view), Some("")),
        page,
        may_edit: open && ctx.reach(P::OrgEdit).contains(&view.org.path),
        may_change: open && ctx.reach(P::OrgStructure).contains(&view.org.path),
        facts,
        view,
    }))
}

/// Names and places of an organisation with their days.
pub(super) async fn history(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let (view, names, parents) = actions::history(&ctx, id_in_path(&org)?).await?;
    let page = ui::desk_page(&ctx, &format!("{}的沿革", view.org.name));
    Ok(ui::html(&HistoryPage {
        crumbs: crumbs(&page, Some(&view), Some("沿革")),
        page,
        view,
        names,
        parents,
    }))
}

fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("created") => "新机构已登记。",
        Some("renamed") => "已改名，旧名称留在沿革里。",
        Some("moved") => "已挪到新的上级下面，旧的位置留在沿革里。",
        Some("merged") => "已并入。原来下面的机构和教室都归到新机构名下。",
        Some("closed") => "已撤销，历史数据都还在。",
        Some("facts") => "已保存。",
        Some("population") => "人口数已保存。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

/// The way down to an organisation. `here` is the page on it: empty for its own page, `None` in the browser.
pub(crate) fn crumbs(page: &Page, view: Option<&OrgView>, here: Option<&str>) -> Crumbs {
    let mut links = vec![Link::new("/desk/orgs", "机构")];
    if let Some(view) = view {
        let above = view.above.iter();
        links.extend(above.map(|org| Link::new(format!("/desk/orgs?under={}", org.id), &org.short_name)));
        let own = match here {
            Some("") | None => String::new(),
            Some(_) => format!("/desk/orgs/{}", view.org.id),
        };
        links.push(Link::new(own, &view.org.short_name));
    }
    if let Some(text) = here.filter(|text| !text.is_empty()) {
        links.push(Link::new("", text));
    }
    Crumbs::new(page, links)
}

/// The way to a page of one list of an organisation: rooms, staff, titles. `list` is the list's word in the address and
/// on the screen.
pub(crate) fn crumbs_of_list(page: &Page, org: &OrgBrief, list: (&str, &str), here: Option<&str>) -> Crumbs {
    let own = format!("/desk/orgs/{}", org.id);
    let back = here.map_or_else(String::new, |_| format!("{own}/{}", list.0));
    let mut links = vec![
        Link::new("/desk/orgs", "机构"),
        Link::new(own, &org.name),
        Link::new(back, list.1),
    ];
    links.extend(here.map(|text| Link::new("", text)));
    Crumbs::new(page, links)
}
