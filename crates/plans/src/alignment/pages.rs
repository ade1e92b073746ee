//! HTML of alignment. Names no store: what it shows comes from the actions.

use super::actions::{self, Compared, View};
use super::likeness::{SURE, Suggestion};
use super::model::{AlignStanding, AlignVerdict};
use crate::plans::pages::{crumbs, id};
use crate::plans::{Item, PlanBrief, PlanRow, with_unit};
use crate::{PlanId, PlanItemId};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use ui::{Crumbs, Icon, Notice, Page, Pairs, Tag, Tone};

#[derive(Template)]
#[template(path = "alignment/choose.html")]
struct ChoosePage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    others: Vec<(PlanBrief, i64)>,
}

#[derive(Template)]
#[template(path = "alignment/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    view: View,
    may_edit: bool,
}

impl ShowPage {
    fn lower(&self, at: &usize) -> Option<&Item> {
        self.view.items.get(*at)
    }

    fn upper(&self, at: &usize) -> Option<&Item> {
        self.view.upper_items.get(*at)
    }

    /// Whether no suggestion before this one is for the same item, so that an address can lead to the item.
    fn is_first(&self, at: &usize) -> bool {
        let lower = self.view.suggested.get(*at).map(|one| one.lower);
        let mut before = self.view.suggested.iter().take(*at);
        before.all(|one| Some(one.lower) != lower)
    }

    fn action(&self) -> String {
        format!(
            "/desk/plans/{}/alignment/{}",
            self.view.plan.id, self.view.upper.id
        )
    }

    /// Suggestions that are sure.
    fn sure(&self) -> usize {
        self.view.suggested.iter().filter(|one| one.score >= SURE).count()
    }

    /// How many targets stand so to the upper one.
    fn standing(&self, standing: AlignStanding) -> usize {
        self.view
            .standings
            .iter()
            .filter(|one| one.standing == standing)
            .count()
    }

    fn summary(&self) -> String {
        let view = &self.view;
        format!(
            "本计划 {} 条，已对标 {} 条，自己的 {} 条；上级 {} 条，还没有承接的 {} 条。可以比较的指标值 {} 个：高于上级 {}，一样 {}，低于上级 {}，是上级合计的一部分 {}。",
            view.items.len(),
            view.items.len() - view.own().len(),
            view.own().len(),
            view.upper_items.len(),
            view.not_taken_up().len(),
            view.standings.len(),
            self.standing(AlignStanding::Above),
            self.standing(AlignStanding::Equal),
            self.standing(AlignStanding::Below),
            self.standing(AlignStanding::Part),
        )
    }
}

impl Compared {
    fn tag(&self) -> Tag {
        let label = self.standing.label();
        match self.standing {
            AlignStanding::Above => Tag::new(Tone::Good, Icon::ChevronUp, label),
            AlignStanding::Equal => Tag::good(label),
            AlignStanding::Below => Tag::new(Tone::Warn, Icon::ChevronDown, label),
            // How much the others bring is not said in this plan.
            AlignStanding::Part => {
                let whole = with_unit(self.upper_target.value_milli, &self.upper_target.unit);
                Tag::new(Tone::Quiet, Icon::Building, format!("上级合计 {whole}"))
            }
        }
    }
}

impl Suggestion {
    fn tag(self) -> Tag {
        match self.score {
            SURE.. => Tag::good(self.word()),
            _ => Tag::waiting(self.word()),
        }
    }
}

/// The plans to which this one may be aligned.
pub(super) async fn choose(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    let (plan, others) = actions::choices(&ctx, id(&plan)?).await?;
    let page = ui::desk_page(&ctx, "对标");
    Ok(ui::html(&ChoosePage {
        crumbs: crumbs(&page, &plan, Some("对标")),
        page,
        plan,
        others,
    }))
}

/// Two plans side by side.
pub(super) async fn show(
    ctx: Ctx,
    Path((plan, upper)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::view(&ctx, id(&plan)?, id(&upper)?).await?;
    let page = ui::desk_page(&ctx, &format!("对标《{}》", view.upper.title));
    let done = query
        .iter()
        .find(|(name, _)| name == "done")
        .map(|(_, value)| value.as_str());
    let page = match done {
        Some("confirmed") => page.noticed(Notice::done("已确认对标。")),
        Some("rejected") => page.noticed(Notice::done("记下了：这两条不是对标关系，以后不再建议。")),
        Some("cleared") => page.noticed(Notice::done("已取消。")),
        Some("all") => page.noticed(Notice::done("很像的都已确认对标，请看一眼有没有不对的。")),
        _ => page,
    };
    Ok(ui::html(&ShowPage {
        crumbs: crumbs(&page, &view.plan, Some("对标")),
        may_edit: ctx.reach(Permission::PlanEdit).contains(&view.plan.org_path),
        page,
        view,
    }))
}

/// Confirms, rejects or clears a pair.
pub(super) async fn decide(
    ctx: Ctx,
    Path((plan, upper)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, upper): (PlanId, PlanId) = (id(&plan)?, id(&upper)?);
    let (item, upper_item): (PlanItemId, PlanItemId) = (id(posted.get("item"))?, id(posted.get("upper"))?);
    let verdict: AlignVerdict = posted
        .get("verdict")
        .parse()
        .map_err(|()| AppError::invalid("verdict", "没有看懂按了哪个按钮。请返回上一页，刷新后再试。"))?;
    actions::decide(&ctx, (plan, item), (upper, upper_item), verdict).await?;
    let done = verdict.as_str();
    Ok(see_other(&format!(
        "/desk/plans/{plan}/alignment/{upper}?done={done}#item-{item}"
    )))
}

/// Confirms every suggestion that is sure.
pub(super) async fn confirm_all(
    ctx: Ctx,
    Path((plan, upper)): Path<(String, String)>,
    _posted: Posted,
) -> AppResult<Response> {
    let (plan, upper): (PlanId, PlanId) = (id(&plan)?, id(&upper)?);
    actions::confirm_all(&ctx, plan, upper).await?;
    Ok(see_other(&format!(
        "/desk/plans/{plan}/alignment/{upper}?done=all"
    )))
}
