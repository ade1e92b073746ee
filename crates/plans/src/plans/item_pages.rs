//! HTML of the items of a draft: the correcting form, and the acts on one item.

use super::form::ItemForm;
use super::items;
use super::model;
use super::pages::{View, id, show_page, which_of, which_word};
use super::shape::Change;
use super::typed::{self, TypedItem};
use crate::{PlanId, PlanItemId};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx};
use ui::{Crumbs, Page, Pairs};

#[derive(Template)]
#[template(path = "plans/new_item.html")]
struct NewItemPage {
    page: Page,
    crumbs: Crumbs,
    form: ItemForm,
    action: String,
    after: String,
    back: String,
}

/// Where the browser goes on after an act on an item.
fn go_on(plan: PlanId, posted: &Posted, done: &str, item: Option<PlanItemId>) -> Response {
    let which = which_word(which_of(posted.get("which")));
    let from: i64 = posted.get("from").parse().unwrap_or(0);
    let anchor = item.map(|item| format!("#item-{item}")).unwrap_or_default();
    see_other(&format!(
        "/desk/plans/{plan}?which={which}&from={from}&done={done}{anchor}"
    ))
}

fn version(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or_default()
}

/// Saves an item, or changes the shape of its form.
pub(super) async fn save(
    ctx: Ctx,
    Path((plan, item)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, item): (PlanId, PlanItemId) = (id(&plan)?, id(&item)?);
    let (row, kept) = items::get(&ctx, plan, item).await?;
    super::actions::unfrozen(row)?;
    let mut typed = TypedItem::of_pairs(&posted.0);
    let view = View {
        plan,
        which: which_of(posted.get("which")),
        from: posted.get("from").parse().unwrap_or(0),
    };
    let button = posted.get("do");
    if !matches!(button, "save" | "next") {
        let change = Change::of(button).ok_or_else(typed::unknown_button)?;
        let (form, status) = changed(&mut typed, change, version(&posted));
        return shown(&ctx, view, (item, form), kept.row.position, status).await;
    }
    match items::save(&ctx, plan, item, &typed, version(&posted)).await {
        Ok(()) if button == "next" => {
            let next = items::after(&ctx, plan, view.which, kept.row.position).await?;
            let Some(next) = next else {
                return Ok(go_on(plan, &posted, "last", None));
            };
            let which = which_word(view.which);
            Ok(see_other(&format!(
                "/desk/plans/{plan}?which={which}&from={}&item={next}&done=saved#item-{next}",
                view.from
            )))
        }
        Ok(()) => Ok(go_on(plan, &posted, "saved", Some(item))),
        Err(error) => {
            let mut form = ItemForm::of(&typed, version(&posted));
            let status = form.form.take_up(error)?;
            if status == 409 {
                // The newest item stands above the form: the next save is meant against that one.
                form.conflict = true;
                form.version = items::get(&ctx, plan, item).await?.1.row.version;
            }
            shown(&ctx, view, (item, form), kept.row.position, status).await
        }
    }
}

/// The form in its new shape, or as it was with the sentence why it cannot have it; and the status of its page.
fn changed(typed: &mut TypedItem, change: Change, version: i64) -> (ItemForm, u16) {
    let done = typed.change(change);
    let mut form = ItemForm::of(typed, version);
    let status = match done {
        Ok(()) => 200,
        Err(sentence) => {
            form.form.refuse(sentence);
            422
        }
    };
    (form, status)
}

/// The page with the form of an item that may not be in the view any more.
async fn shown(
    ctx: &Ctx,
    view: View,
    editing: (PlanItemId, ItemForm),
    position: i64,
    status: u16,
) -> AppResult<Response> {
    let (shown, _) = super::actions::items(ctx, view.plan, view.which, view.from).await?;
    let view = if shown.iter().any(|item| item.row.id == editing.0) {
        view
    } else {
        View {
            which: which_of(""),
            from: position,
            ..view
        }
    };
    show_page(ctx, view, Some(editing), &Pairs::new(), status).await
}

/// Says that an item was read rightly.
pub(super) async fn accept(
    ctx: Ctx,
    Path((plan, item)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, item): (PlanId, PlanItemId) = (id(&plan)?, id(&item)?);
    items::accept(&ctx, plan, item, version(&posted)).await?;
    Ok(go_on(plan, &posted, "accepted", None))
}

/// Splits an item before a task.
pub(super) async fn split(
    ctx: Ctx,
    Path((plan, item)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, item): (PlanId, PlanItemId) = (id(&plan)?, id(&item)?);
    let at = posted.get("at").parse().unwrap_or(0);
    let new = items::split(&ctx, plan, item, at, version(&posted)).await?;
    Ok(go_on(plan, &posted, "split", Some(new)))
}

/// Joins an item to the one before it.
pub(super) async fn join(
    ctx: Ctx,
    Path((plan, item)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, item): (PlanId, PlanItemId) = (id(&plan)?, id(&item)?);
    let into = items::join(&ctx, plan, item, version(&posted)).await?;
    Ok(go_on(plan, &posted, "joined", Some(into)))
}

/// Removes an item.
pub(super) async fn remove(
    ctx: Ctx,
    Path((plan, item)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, item): (PlanId, PlanItemId) = (id(&plan)?, id(&item)?);
    items::remove(&ctx, plan, item, version(&posted)).await?;
    Ok(go_on(plan, &posted, "removed", None))
}

/// The empty form of a new item.
pub(super) async fn blank(
    ctx: Ctx,
    Path(plan): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let after = query.iter().find(|(name, _)| name == "after");
    let after = after.map(|(_, value)| value.clone()).unwrap_or_default();
    let mut typed = TypedItem::default();
    let (form, status) = changed(&mut typed, Change::AddTask, 0);
    new_page(&ctx, id(&plan)?, form, after, status).await
}

/// Adds an item, or changes the shape of its form.
pub(super) async fn add(ctx: Ctx, Path(plan): Path<String>, posted: Posted) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    let mut typed = TypedItem::of_pairs(&posted.0);
    let after = posted.get("after").to_owned();
    if let Some(change) = Change::of(posted.get("do")) {
        let (form, status) = changed(&mut typed, change, 0);
        return new_page(&ctx, plan, form, after, status).await;
    }
    match items::add(&ctx, plan, after.parse().ok(), &typed).await {
        Ok(item) => {
            let place = items::get(&ctx, plan, item).await?.1.row.position;
            let from = (place - 5).max(0);
            Ok(see_other(&format!(
                "/desk/plans/{plan}?from={from}&done=added#item-{item}"
            )))
        }
        Err(error) => {
            let mut form = ItemForm::of(&typed, 0);
            let status = form.form.take_up(error)?;
            new_page(&ctx, plan, form, after, status).await
        }
    }
}

async fn new_page(
    ctx: &Ctx,
    plan: PlanId,
    form: ItemForm,
    after: String,
    status: u16,
) -> AppResult<Response> {
    let plan = super::actions::draft(ctx, plan).await?;
    let page = ui::desk_page(ctx, "添加一条");
    let back = format!("/desk/plans/{}", plan.id);
    let template = NewItemPage {
        crumbs: super::pages::crumbs(&page, &plan, Some("添加一条")),
        page,
        form,
        action: format!("{back}/items/new"),
        after,
        back,
    };
    Ok(ui::respond::html_with(status, &template))
}

/// The most tasks of an item, for the template.
impl ItemForm {
    pub(super) fn may_add_task(&self) -> bool {
        self.shape.len() < model::MOST_TASKS
    }
}
