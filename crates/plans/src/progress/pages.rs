//! HTML of a plan's progress: the tasks with their lights, who the printed names mean, carrying over. Names no store.

use super::actions::{self, Overview, Progress};
use super::carry;
use super::duties::{self, Party};
use super::figures::StandingSource;
use super::lights::{self, Light};
use super::model::{DutyPart, TaskState, days_between, report_day};
use super::moves::Meant;
use crate::plans::pages::{crumbs, id};
use crate::plans::{PlanBrief, PlanRow};
use crate::{PlanId, PlanTaskId};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::{Date, OrgId};
use metrics::Metrics;
use orgs::tree::OrgBrief;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use ui::{Crumbs, Icon, Link, Notice, Page, Pairs, Tabs, Tag, Tone};

#[derive(Template)]
#[template(path = "progress/overview.html")]
struct OverviewPage {
    page: Page,
    crumbs: Crumbs,
    view: Overview,
    tabs: Tabs,
    shown: Vec<Progress>,
    report_due: Option<Date>,
}

#[derive(Template)]
#[template(path = "progress/parties.html")]
struct PartiesPage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    parties: Vec<Party>,
    orgs: Vec<OrgBrief>,
    error: String,
}

#[derive(Template)]
#[template(path = "progress/carry.html")]
struct CarryPage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    tasks: Vec<Progress>,
    homes: Vec<PlanBrief>,
    error: String,
    /// What was ticked and chosen before it was refused.
    ticked: Vec<PlanTaskId>,
    into: PlanId,
}

impl Light {
    /// The light as a word with an icon: colour is never the only sign.
    pub(super) fn tag(&self) -> Tag {
        let (tone, icon) = match self.color.as_str() {
            "red" => (Tone::Bad, Icon::Warning),
            "yellow" => (Tone::Warn, Icon::CircleAlert),
            "green" => (Tone::Good, Icon::CircleCheck),
            "blue" => (Tone::Info, Icon::Clock),
            _ => (Tone::Quiet, Icon::Hourglass),
        };
        Tag::new(tone, icon, self.word.clone())
    }
}

impl Progress {
    /// The light, or that the task is over.
    pub(super) fn tag(&self) -> Tag {
        match (&self.light, self.state) {
            (Some(light), TaskState::Open) => light.tag(),
            (_, TaskState::Done) => Tag::good(self.state.label()),
            (_, state) => Tag::quiet(state.label()),
        }
    }

    /// The item and the words of the task, once where they are the same.
    pub(crate) fn title(&self) -> String {
        let (item, words) = (&self.item, &self.task.row.text);
        if item.contains(words.as_str()) {
            item.clone()
        } else {
            format!("{item}：{words}")
        }
    }

    /// Who leads, in words.
    pub(crate) fn leads(&self) -> String {
        let known = self.names(DutyPart::Lead);
        if known.is_empty() {
            self.task.row.lead.lines().collect::<Vec<_>>().join("、")
        } else {
            known.join("、")
        }
    }

    /// How far, and where that comes from.
    pub(crate) fn far(&self) -> String {
        match (self.state, self.source) {
            (TaskState::Done, _) => "100%".to_owned(),
            (_, StandingSource::Metric) => format!("{}%", self.percent),
            (_, StandingSource::Typed) => format!("{}%（自填）", self.percent),
            (_, StandingSource::Nothing) => "还没有填报".to_owned(),
        }
    }

    /// Whether its light warns.
    pub(crate) fn behind(&self) -> bool {
        self.light.as_ref().is_some_and(Light::warns)
    }
}

/// The tasks of a plan with their lights.
pub(super) async fn overview(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    Path(plan): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::overview(&ctx, &metrics, id(&plan)?).await?;
    let get = |name: &str| query.iter().any(|(key, value)| key == name && !value.is_empty());
    // Who issued the plan looks over those that lead, and is none of them.
    let mine = |task: &Progress| {
        let mut leads = task.duties.iter().filter(|duty| duty.part == DutyPart::Lead);
        leads.any(|duty| duties::answers_for(&ctx, &view.plan.org_path, &duty.org_path))
    };
    let (only_mine, only_behind) = (get("mine"), get("behind"));
    let wanted = |task: &&Progress| (!only_mine || mine(task)) && (!only_behind || task.behind());
    let shown: Vec<Progress> = view.tasks.iter().filter(wanted).cloned().collect();
    let path = format!("/desk/plans/{}/progress", view.plan.id);
    let link = |here: bool, query: &str, text: String| {
        Link::new(
            if here {
                String::new()
            } else {
                format!("{path}{query}")
            },
            text,
        )
    };
    let behind = view.tasks.iter().filter(|task| task.behind()).count();
    let own = view.tasks.iter().filter(|task| mine(task)).count();
    let tabs = Tabs::new(
        "任务",
        vec![
            link(
                !only_mine && !only_behind,
                "",
                format!("全部 {} 项", view.tasks.len()),
            ),
            link(only_behind, "?behind=yes", format!("滞后的 {behind} 项")),
            link(only_mine, "?mine=yes", format!("我们牵头的 {own} 项")),
        ],
    );
    let page = noticed(ui::desk_page(&ctx, "任务和进度"), &query);
    Ok(ui::html(&OverviewPage {
        crumbs: crumbs(&page, &view.plan, Some("任务和进度")),
        report_due: view
            .preset
            .and_then(|preset| report_day(ctx.today(), preset.report_workday)),
        page,
        view,
        tabs,
        shown,
    }))
}

pub(super) fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("lights") => "亮灯规则已改。",
        Some("parties") => "牵头和配合单位已对应好。",
        Some("carried") => "已结转到下一年的草稿。",
        Some("reported") => "进度已填报。",
        Some("milestone") => "节点已记下。",
        Some("asked") => "变更申请已提交，等待审批。",
        Some("decided") => "已审批。",
        Some("slip") => "督办单已发出。",
        Some("received") => "督办单已签收。",
        Some("replied") => "督办单已回复。",
        Some("closed") => "督办单已办结。",
        Some("done") => "任务已标为完成。",
        Some("open") => "任务已重新打开。",
        Some("duty") => "责任单位已改。",
        Some("bound") => "指标已对应好。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

/// Chooses the light rules.
pub(super) async fn choose_lights(ctx: Ctx, Path(plan): Path<String>, posted: Posted) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    actions::choose_lights(&ctx, plan, posted.get("lights"), posted.get("seen")).await?;
    Ok(see_other(&format!("/desk/plans/{plan}/progress?done=lights")))
}

/// Which organisations the printed names mean.
pub(super) async fn parties(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    parties_page(&ctx, id(&plan)?, (&[], String::new()), 200).await
}

/// The printed names with what was chosen of them and not saved, and why not.
async fn parties_page(
    ctx: &Ctx,
    plan: PlanId,
    (chosen, error): (&[Meant], String),
    status: u16,
) -> AppResult<Response> {
    let (plan, mut parties, orgs) = duties::parties(ctx, plan).await?;
    for party in &mut parties {
        let typed = chosen.iter().find(|one| one.name == party.name);
        if let Some(typed) = typed.filter(|one| one.org != one.seen) {
            party.org = typed.org;
        } else if typed.is_some() {
            party.org = party.saved;
        }
    }
    let page = ui::desk_page(ctx, "牵头和配合单位");
    let template = PartiesPage {
        crumbs: crumbs(&page, &plan, Some("牵头和配合单位")),
        page,
        plan,
        parties,
        orgs,
        error,
    };
    Ok(ui::respond::html_with(status, &template))
}

/// Saves which organisations the printed names mean.
pub(super) async fn set_parties(ctx: Ctx, Path(plan): Path<String>, posted: Posted) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    let names: Vec<&str> = posted.all("name").collect();
    let seen: Vec<&str> = posted.all("seen").collect();
    let orgs: Vec<&str> = posted.all("org").collect();
    if names.len() != orgs.len() || names.len() != seen.len() {
        return Err(AppError::invalid(
            "org",
            "这一页没有传完整。请返回上一页再保存一次。",
        ));
    }
    let mut chosen = Vec::with_capacity(names.len());
    let org = |text: &str| -> AppResult<Option<OrgId>> {
        if text.is_empty() {
            Ok(None)
        } else {
            id(text).map(Some)
        }
    };
    for ((name, seen), chosen_org) in names.into_iter().zip(seen).zip(orgs) {
        chosen.push(Meant {
            name: name.to_owned(),
            seen: org(seen)?,
            org: org(chosen_org)?,
        });
    }
    match duties::set_parties(&ctx, plan, &chosen).await {
        Ok(()) => Ok(see_other(&format!("/desk/plans/{plan}/progress?done=parties"))),
        Err(AppError::Refused {
            code: "changed_meanwhile",
            sentence,
            ..
        }) => parties_page(&ctx, plan, (&chosen, sentence), 409).await,
        Err(other) => Err(other),
    }
}

/// What can be carried over, and into which draft.
pub(super) async fn ask_carry(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    Path(plan): Path<String>,
) -> AppResult<Response> {
    let nothing = (Vec::new(), PlanId::from_raw(0));
    carry_page(&ctx, &metrics, id(&plan)?, nothing, (String::new(), 200)).await
}

/// Carries tasks over.
pub(super) async fn carry(
    ctx: Ctx,
    Extension(metrics): Extension<Arc<Metrics>>,
    Path(plan): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    let tasks: Vec<PlanTaskId> = posted.all("task").filter_map(|task| task.parse().ok()).collect();
    let into = posted.get("into").parse().unwrap_or(PlanId::from_raw(0));
    match carry::over(&ctx, plan, &tasks, into).await {
        Ok(_) => Ok(see_other(&format!("/desk/plans/{plan}/progress?done=carried"))),
        Err(AppError::Invalid(wrong)) => {
            let sentence = wrong.into_iter().map(|one| one.sentence).collect::<String>();
            carry_page(&ctx, &metrics, plan, (tasks, into), (sentence, 422)).await
        }
        Err(other) => Err(other),
    }
}

async fn carry_page(
    ctx: &Ctx,
    metrics: &Metrics,
    plan: PlanId,
    (ticked, into): (Vec<PlanTaskId>, PlanId),
    (error, status): (String, u16),
) -> AppResult<Response> {
    let homes = carry::homes(ctx, plan).await?;
    let view = actions::overview(ctx, metrics, plan).await?;
    let page = ui::desk_page(ctx, "结转到下一年");
    let template = CarryPage {
        crumbs: crumbs(&page, &view.plan, Some("结转")),
        page,
        tasks: view
            .tasks
            .into_iter()
            .filter(|task| task.state == TaskState::Open)
            .collect(),
        plan: view.plan,
        homes,
        error,
        ticked,
        into,
    };
    Ok(ui::respond::html_with(status, &template))
}

impl OverviewPage {
    fn presets(&self) -> &'static [lights::Preset] {
        lights::presets()
    }

    fn chosen(&self, preset: &lights::Preset) -> bool {
        self.view.preset.is_some_and(|chosen| chosen.id == preset.id)
    }

    fn left(&self, task: &Progress) -> String {
        // The page names the day; how many days are left helps only when they are few.
        self.page.date(task.days.1)
    }
}

impl PartiesPage {
    fn means(&self, party: &Party, org: &OrgBrief) -> bool {
        party.org == Some(org.id)
    }

    /// The saved organisation that is none of those to choose from any more.
    fn elsewhere(&self, party: &Party) -> Option<OrgId> {
        let saved = party.saved?;
        (!self.orgs.iter().any(|org| org.id == saved)).then_some(saved)
    }

    fn seen(&self, party: &Party) -> String {
        party.saved.map(|org| org.to_string()).unwrap_or_default()
    }

    /// What is saved of a name, where that is not what is chosen.
    fn now<'a>(&self, party: &'a Party) -> Option<&'a str> {
        let other = !self.error.is_empty() && party.org != party.saved;
        let saved = if party.saved.is_some() {
            party.saved_name.as_str()
        } else {
            "不对应"
        };
        other.then_some(saved)
    }
}

impl CarryPage {
    fn is_ticked(&self, task: &Progress) -> bool {
        self.ticked.contains(&task.task.row.id)
    }

    fn is_into(&self, home: &PlanBrief) -> bool {
        home.id == self.into
    }

    /// Draft of the year after this one first.
    fn next(&self) -> Vec<&PlanBrief> {
        let mut homes: Vec<&PlanBrief> = self.homes.iter().collect();
        homes.sort_by_key(|home| (home.year - self.plan.year - 1).abs());
        homes
    }
}

/// How many days are left, in words.
pub(super) fn days_left(today: Date, last: Date) -> String {
    match days_between(today, last) {
        days @ ..0 => format!("已过期 {} 天", -days),
        0 => "今天到期".to_owned(),
        days => format!("还有 {days} 天"),
    }
}
