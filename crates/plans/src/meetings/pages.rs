//! HTML of meetings. Names no store.

use super::actions::{self, Meeting, Written};
use super::model::{GuestAnswer, MeetingStatus};
use super::store::{GuestRow, MeetingRow};
use super::{agenda, decisions, form, guests};
use crate::plans::PlanRow;
use crate::plans::model::target_words;
use crate::plans::pages::id;
use crate::{MeetingDecisionId, MeetingGuestId, MeetingId, MeetingPointId, PlanId, PlanTaskId};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use metrics::Metrics;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;
use ui::{Crumbs, Form, Lang, Link, Notice, Page, Pairs, Tag};

#[derive(Template)]
#[template(path = "meetings/list.html")]
struct ListPage {
    page: Page,
    crumbs: Crumbs,
    plan: PlanRow,
    meetings: Vec<MeetingRow>,
    hosts: bool,
}

#[derive(Template)]
#[template(path = "meetings/edit.html")]
struct EditPage {
    page: Page,
    crumbs: Crumbs,
    action: String,
    back: String,
    called: bool,
    /// What is kept now, when somebody changed it meanwhile.
    stored: Option<MeetingRow>,
    form: Form,
}

#[derive(Template)]
#[template(path = "meetings/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    meeting: Meeting,
    forms: Forms,
    open: bool,
    held: bool,
}

/// The forms of a meeting's page.
struct Forms {
    guests: Form,
    points: Form,
    cancel: Form,
    /// The guest whose answer is asked for.
    answer: Option<(GuestRow, Form)>,
}

#[derive(Template)]
#[template(path = "meetings/minutes.html")]
struct MinutesPage {
    page: Page,
    crumbs: Crumbs,
    meeting: Meeting,
    form: Form,
    decision: Form,
    /// Whether somebody wrote meanwhile: what is kept now stands above what was typed.
    stale: bool,
    /// Whether minutes can be written.
    held: bool,
}

impl MeetingStatus {
    fn tag(self) -> Tag {
        match self {
            Self::Draft => Tag::quiet(self.label()),
            Self::Called => Tag::waiting(self.label()),
            Self::Closed => Tag::good(self.label()),
            Self::Cancelled => Tag::bad(self.label()),
        }
    }
}

impl GuestRow {
    fn tag(&self) -> Tag {
        match (self.attended, self.answer) {
            (Some(true), _) => Tag::good("到会"),
            (Some(false), GuestAnswer::Absent) => Tag::quiet("请假"),
            (Some(false), _) => Tag::warn("未到会"),
            (None, GuestAnswer::None) => Tag::warn(self.answer.label()),
            (None, GuestAnswer::Comes) => Tag::good(self.answer.label()),
            (None, GuestAnswer::Absent) => Tag::quiet(self.answer.label()),
        }
    }

    fn is_silent(&self) -> bool {
        self.answer == GuestAnswer::None
    }
}

impl ShowPage {
    fn path(&self) -> String {
        path(self.meeting.plan.id, self.meeting.row.id)
    }

    fn count(&self, answer: &str) -> usize {
        let guests = self.meeting.guests.iter();
        guests.filter(|guest| guest.answer.as_str() == answer).count()
    }

    fn is_draft(&self) -> bool {
        self.meeting.row.status == MeetingStatus::Draft
    }

    fn is_called(&self) -> bool {
        self.meeting.row.status == MeetingStatus::Called
    }

    fn is_closed(&self) -> bool {
        self.meeting.row.status == MeetingStatus::Closed
    }

    /// Whether a guest's answer can be written down here.
    fn answers(&self, guest: &GuestRow) -> bool {
        self.is_called() && (self.meeting.hosts || (self.open && self.meeting.own.contains(&guest.id)))
    }

    fn errors(&self) -> Vec<ui::ErrorSummary> {
        let forms = [&self.forms.guests, &self.forms.points, &self.forms.cancel];
        let answer = self.forms.answer.as_ref().map(|(_, form)| form);
        forms
            .into_iter()
            .chain(answer)
            .filter(|form| !form.is_valid())
            .map(Form::errors)
            .collect()
    }
}

impl MinutesPage {
    fn path(&self) -> String {
        path(self.meeting.plan.id, self.meeting.row.id)
    }

    /// What is issued by the button of this page.
    fn seen(&self) -> String {
        let decisions = self.meeting.decisions.iter().map(|one| one.id.raw());
        super::model::seen_to_close(self.meeting.row.version, decisions)
    }

    /// The figures that were read in a decision's words.
    fn figures(&self, decision: &super::store::DecisionRow) -> String {
        let targets = decisions::targets_in(&decision.words);
        let words = targets
            .iter()
            .map(|target| format!("{} {}", target.object, target_words(target)));
        words.collect::<Vec<_>>().join("，")
    }
}

/// Somebody changed it meanwhile: only then may what was typed go over what is kept now.
const CONFLICT: u16 = 409;

fn path(plan: PlanId, meeting: MeetingId) -> String {
    format!("/desk/plans/{plan}/meetings/{meeting}")
}

type Ids = Path<(String, String)>;
type Ids3 = Path<(String, String, String)>;
type Shared = Extension<Arc<Metrics>>;

fn ids(Path((plan, meeting)): Ids) -> AppResult<(PlanId, MeetingId)> {
    Ok((id(&plan)?, id(&meeting)?))
}

fn ids3<K>(Path((plan, meeting, other)): Ids3) -> AppResult<(PlanId, MeetingId, kernel::Id<K>)> {
    Ok((id(&plan)?, id(&meeting)?, id(&other)?))
}

fn back((plan, meeting): (PlanId, MeetingId), done: &str) -> Response {
    see_other(&format!("{}?done={done}", path(plan, meeting)))
}

fn crumbs(page: &Page, plan: &PlanRow, here: &[(&str, String)]) -> Crumbs {
    let mut links = vec![
        Link::new("/desk/plans", "工作要点"),
        Link::new(format!("/desk/plans/{}", plan.id), &plan.title),
    ];
    links.extend(here.iter().map(|(text, href)| Link::new(href.as_str(), *text)));
    Crumbs::new(page, links)
}

fn meetings_of(plan: PlanId) -> String {
    format!("/desk/plans/{plan}/meetings")
}

/// The meetings of a plan.
pub(super) async fn list(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    let (plan, meetings, hosts) = actions::list(&ctx, id(&plan)?).await?;
    let page = ui::desk_page(&ctx, "会议");
    Ok(ui::html(&ListPage {
        crumbs: crumbs(&page, &plan, &[("会议", String::new())]),
        page,
        plan,
        meetings,
        hosts,
    }))
}

/// An empty notice.
pub(super) async fn blank(ctx: Ctx, Path(plan): Path<String>) -> AppResult<Response> {
    let (plan, _, hosts) = actions::list(&ctx, id(&plan)?).await?;
    if !hosts {
        return Err(AppError::NotFound);
    }
    Ok(edit_page(&ctx, &plan, None, form::notice(None), 200))
}

fn edit_page(ctx: &Ctx, plan: &PlanRow, row: Option<&MeetingRow>, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, row.map_or("筹备一次会议", |_| "修改会议"));
    let own = row.map_or_else(|| meetings_of(plan.id), |row| path(plan.id, row.id));
    let template = EditPage {
        crumbs: crumbs(
            &page,
            plan,
            &[("会议", meetings_of(plan.id)), (&page.title, String::new())],
        ),
        page,
        action: row.map_or_else(|| format!("{own}/new"), |_| format!("{own}/edit")),
        back: own,
        called: row.is_some_and(|row| row.status == MeetingStatus::Called),
        stored: row.filter(|_| status == CONFLICT).cloned(),
        form,
    };
    ui::respond::html_with(status, &template)
}

/// Prepares a meeting.
pub(super) async fn create(ctx: Ctx, Path(plan): Path<String>, posted: Posted) -> AppResult<Response> {
    let plan: PlanId = id(&plan)?;
    let mut form = form::notice(Some(&posted.0));
    let mut status = 422;
    if form.is_valid() {
        match actions::create(&ctx, plan, &form::typed(&form)).await {
            Ok(meeting) => return Ok(back((plan, meeting), "drafted")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let (plan, ..) = actions::list(&ctx, plan).await?;
    Ok(edit_page(&ctx, &plan, None, form, status))
}

/// The notice to be changed.
pub(super) async fn edit(ctx: Ctx, path: Ids) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    let meeting = actions::get(&ctx, plan, meeting).await?;
    if !meeting.hosts {
        return Err(AppError::NotFound);
    }
    let form = form::notice_of(&meeting.row);
    Ok(edit_page(&ctx, &meeting.plan, Some(&meeting.row), form, 200))
}

/// Changes the notice.
pub(super) async fn change(ctx: Ctx, path: Ids, posted: Posted) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    let mut form = form::notice(Some(&posted.0));
    let mut status = 422;
    if form.is_valid() {
        let version = form.number("version").unwrap_or(0);
        match actions::change(&ctx, plan, meeting, &form::typed(&form), version).await {
            Ok(()) => return Ok(back((plan, meeting), "changed")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let found = actions::get(&ctx, plan, meeting).await?;
    if status == CONFLICT {
        form = form.fill("version", found.row.version);
    }
    Ok(edit_page(&ctx, &found.plan, Some(&found.row), form, status))
}

/// A meeting.
pub(super) async fn show(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    show_page(&ctx, &metrics, (plan, meeting), &query, |_| (), 200).await
}

/// The page, with what was typed in one of its forms.
async fn show_page(
    ctx: &Ctx,
    metrics: &Metrics,
    (plan, id): (PlanId, MeetingId),
    query: &Pairs,
    put: impl FnOnce(&mut Forms),
    status: u16,
) -> AppResult<Response> {
    let meeting = actions::get(ctx, plan, id).await?;
    let open = meeting.row.is_open(ctx.now());
    let (mut groups, mut proposed) = (Vec::new(), Vec::new());
    if open && meeting.hosts {
        groups = guests::groups(ctx, plan).await?;
        proposed = agenda::proposed(ctx, metrics, plan, &meeting.points).await?;
    }
    let asked = query.iter().find(|(name, _)| name == "guest");
    let asked: Option<MeetingGuestId> = asked.and_then(|(_, guest)| guest.parse().ok());
    // Who has one invitation to answer is asked at once.
    let silent = meeting
        .guests
        .iter()
        .find(|guest| guest.is_silent() && meeting.own.contains(&guest.id));
    let asked = asked.or_else(|| silent.map(|guest| guest.id));
    let answer = meeting.guests.iter().find(|guest| Some(guest.id) == asked);
    let mut forms = Forms {
        guests: Form::blank(form::guest_fields(&groups), Lang::Zh),
        points: Form::blank(form::point_fields(&proposed), Lang::Zh),
        cancel: Form::blank(form::cancel_fields(), Lang::Zh),
        answer: answer.map(|guest| (guest.clone(), form::answer_of(&meeting.row, guest))),
    };
    put(&mut forms);
    let page = noticed(ui::desk_page(ctx, &meeting.row.title), query);
    let template = ShowPage {
        crumbs: crumbs(
            &page,
            &meeting.plan,
            &[("会议", meetings_of(plan)), (&meeting.row.title, String::new())],
        ),
        page,
        held: meeting.row.is_held(ctx.now()),
        open,
        meeting,
        forms,
    };
    Ok(ui::respond::html_with(status, &template))
}

fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("drafted") => "会议已建好。接着选参会单位和议题，再发出通知。",
        Some("changed") => "会议已修改。",
        Some("invited") => "参会单位已加上。",
        Some("points") => "议程已改。",
        Some("called") => "会议通知已发出，参会单位的工作台上会出现这张通知。",
        Some("cancelled") => "会议已取消。",
        Some("answered") => "回执已登记。",
        Some("written") => "纪要已保存，还没有印发。",
        Some("decided") => "议定事项已改。",
        Some("closed") => "纪要已印发，议定事项已成为计划里的任务。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

/// Asks organisations to come.
pub(super) async fn invite(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    let groups = guests::groups(&ctx, plan).await?;
    let mut form = Form::from_pairs(form::guest_fields(&groups), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let chosen = form.all("groups");
        match guests::invite(&ctx, plan, meeting, &chosen, form.get("names")).await {
            Ok(_) => return Ok(back((plan, meeting), "invited")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let put = |forms: &mut Forms| forms.guests = form;
    show_page(&ctx, &metrics, (plan, meeting), &Pairs::new(), put, status).await
}

/// Takes a guest off the list.
pub(super) async fn uninvite(ctx: Ctx, path: Ids3) -> AppResult<Response> {
    let (plan, meeting, guest) = ids3(path)?;
    guests::uninvite(&ctx, plan, meeting, guest).await?;
    Ok(back((plan, meeting), "changed"))
}

/// Takes an answer.
pub(super) async fn answer(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids3,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, meeting, guest) = ids3(path)?;
    let mut form = Form::from_pairs(form::answer_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let answer = form.get("answer").parse().unwrap_or(GuestAnswer::None);
        let typed = (answer, form.get("note"));
        match guests::answer(&ctx, plan, meeting, guest, typed, form.get("seen")).await {
            Ok(()) => return Ok(back((plan, meeting), "answered")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let query = vec![("guest".to_owned(), guest.to_string())];
    let put = |forms: &mut Forms| {
        if let Some((_, shown)) = &mut forms.answer {
            // The page shows the hour and the answer of now; a second try goes over them.
            let now = shown.get("seen").to_owned();
            *shown = if status == CONFLICT {
                form.fill("seen", now)
            } else {
                form
            };
        }
    };
    show_page(&ctx, &metrics, (plan, meeting), &query, put, status).await
}

/// Adds points to the agenda.
pub(super) async fn add_points(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    let found = actions::get(&ctx, plan, meeting).await?;
    let proposed = agenda::proposed(&ctx, &metrics, plan, &found.points).await?;
    let mut form = Form::from_pairs(form::point_fields(&proposed), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let tasks: Vec<PlanTaskId> = form
            .all("tasks")
            .into_iter()
            .filter_map(|task| task.parse().ok())
            .collect();
        match agenda::add(&ctx, &metrics, plan, meeting, &tasks, form.get("points")).await {
            Ok(_) => return Ok(back((plan, meeting), "points")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let put = |forms: &mut Forms| forms.points = form;
    show_page(&ctx, &metrics, (plan, meeting), &Pairs::new(), put, status).await
}

/// Takes a point off the agenda.
pub(super) async fn remove_point(ctx: Ctx, path: Ids3) -> AppResult<Response> {
    let (plan, meeting, point): (_, _, MeetingPointId) = ids3(path)?;
    agenda::remove(&ctx, plan, meeting, point).await?;
    Ok(back((plan, meeting), "points"))
}

/// Moves a point up.
pub(super) async fn raise_point(ctx: Ctx, path: Ids3) -> AppResult<Response> {
    let (plan, meeting, point) = ids3(path)?;
    agenda::raise(&ctx, plan, meeting, point).await?;
    Ok(back((plan, meeting), "points"))
}

/// Sends the notice out.
pub(super) async fn call(ctx: Ctx, path: Ids) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    actions::call(&ctx, plan, meeting).await?;
    Ok(back((plan, meeting), "called"))
}

/// Calls the meeting off.
pub(super) async fn cancel(
    ctx: Ctx,
    Extension(metrics): Shared,
    path: Ids,
    posted: Posted,
) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    let mut form = Form::from_pairs(form::cancel_fields(), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        match actions::cancel(&ctx, plan, meeting, form.get("reason")).await {
            Ok(()) => return Ok(back((plan, meeting), "cancelled")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    let put = |forms: &mut Forms| forms.cancel = form;
    show_page(&ctx, &metrics, (plan, meeting), &Pairs::new(), put, status).await
}

/// The minutes to be written.
pub(super) async fn minutes(ctx: Ctx, path: Ids, Query(query): Query<Pairs>) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    minutes_page(&ctx, (plan, meeting), &query, (None, None), 200).await
}

async fn minutes_page(
    ctx: &Ctx,
    (plan, id): (PlanId, MeetingId),
    query: &Pairs,
    (form, decision): (Option<Form>, Option<Form>),
    status: u16,
) -> AppResult<Response> {
    let meeting = actions::get(ctx, plan, id).await?;
    if !meeting.hosts {
        return Err(AppError::NotFound);
    }
    // What was typed is shown again, even when the minutes were issued meanwhile.
    if form.is_none() && decision.is_none() && !meeting.row.is_held(ctx.now()) {
        return Ok(see_other(&path(plan, id)));
    }
    let page = noticed(ui::desk_page(ctx, "写纪要"), query);
    let leads = decisions::leads(&meeting.plan, &meeting.guests);
    let template = MinutesPage {
        crumbs: crumbs(
            &page,
            &meeting.plan,
            &[
                ("会议", meetings_of(plan)),
                (&meeting.row.title, path(plan, id)),
                ("写纪要", String::new()),
            ],
        ),
        page,
        stale: form.is_some() && status == CONFLICT,
        held: meeting.row.is_held(ctx.now()),
        form: form.unwrap_or_else(|| form::minutes_of(&meeting)),
        decision: decision.unwrap_or_else(|| Form::blank(form::decision_fields(leads), Lang::Zh)),
        meeting,
    };
    Ok(ui::respond::html_with(status, &template))
}

fn back_to_minutes((plan, meeting): (PlanId, MeetingId), done: &str) -> Response {
    see_other(&format!("{}/minutes?done={done}", path(plan, meeting)))
}

/// Keeps the minutes.
pub(super) async fn write_minutes(ctx: Ctx, path: Ids, posted: Posted) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    let found = actions::get(&ctx, plan, meeting).await?;
    let mut form = Form::from_pairs(form::minutes_fields(&found), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let said = |point: MeetingPointId| form.get(&format!("point-{point}")).to_owned();
        let written = Written {
            points: found
                .points
                .iter()
                .map(|point| (point.id, said(point.id)))
                .collect(),
            minutes: form.get("minutes").to_owned(),
            attended: form
                .all("attended")
                .into_iter()
                .filter_map(|guest| guest.parse().ok())
                .collect(),
            version: form.number("version").unwrap_or(0),
        };
        match actions::write(&ctx, plan, meeting, &written).await {
            Ok(()) => return Ok(back_to_minutes((plan, meeting), "written")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    if status == CONFLICT {
        form = form.fill("version", found.row.version);
    }
    minutes_page(&ctx, (plan, meeting), &Pairs::new(), (Some(form), None), status).await
}

/// Adds a decision.
pub(super) async fn decide(ctx: Ctx, path: Ids, posted: Posted) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    let found = actions::get(&ctx, plan, meeting).await?;
    let leads = decisions::leads(&found.plan, &found.guests);
    let mut form = Form::from_pairs(form::decision_fields(leads), Lang::Zh, &posted.0);
    let mut status = 422;
    if form.is_valid() {
        let lead = form.get("lead").parse().ok();
        match decisions::decide(&ctx, plan, meeting, form.get("decision"), lead, form.date("due")).await {
            Ok(_) => return Ok(back_to_minutes((plan, meeting), "decided")),
            Err(error) => status = form.take_up(error)?,
        }
    }
    minutes_page(&ctx, (plan, meeting), &Pairs::new(), (None, Some(form)), status).await
}

/// Takes a decision back.
pub(super) async fn drop_decision(ctx: Ctx, path: Ids3) -> AppResult<Response> {
    let (plan, meeting, decision): (_, _, MeetingDecisionId) = ids3(path)?;
    decisions::drop(&ctx, plan, meeting, decision).await?;
    Ok(back_to_minutes((plan, meeting), "decided"))
}

/// Issues the minutes.
pub(super) async fn close(ctx: Ctx, path: Ids, posted: Posted) -> AppResult<Response> {
    let (plan, meeting) = ids(path)?;
    decisions::close(&ctx, plan, meeting, posted.get("seen")).await?;
    Ok(back((plan, meeting), "closed"))
}
