//! What people do with courses.

use super::model::{self, CourseDraft, CourseRow, VersionRow, VersionStatus};
use super::store::{self, NewVersion};
use crate::names::{self, Names};
use crate::{CourseId, CourseVersionId, web};
use kernel::{OrgId, bounded_lines};
use orgs::tree;
use platform::api::Part;
use platform::{AppError, AppResult, Ctx, Event, Permission as P, Waiting};
use serde_json::json;

pub use store::Filter;

/// A course with its versions (newest first) and names.
#[derive(Debug)]
pub struct Detail {
    /// The course.
    pub course: CourseRow,
    /// Its versions, newest first.
    pub versions: Vec<VersionRow>,
    /// Whether it lies where the actor may write courses.
    pub editable: bool,
    /// Whether it lies where the actor may review courses.
    pub reviewable: bool,
    pub(crate) names: Names,
}

impl Detail {
    /// The version that is being written or reviewed.
    #[must_use]
    pub fn open_version(&self) -> Option<&VersionRow> {
        open_of(&self.versions)
    }
}

fn open_of(versions: &[VersionRow]) -> Option<&VersionRow> {
    versions
        .iter()
        .find(|version| version.status != VersionStatus::Approved)
}

/// A part of the courses with the names of their orgs, read one row too long.
///
/// # Errors
/// Forbidden without `CourseRead`.
pub async fn list(ctx: &Ctx, filter: &Filter, part: Part) -> AppResult<Vec<(CourseRow, String)>> {
    let scope = ctx.may(P::CourseRead)?;
    let rows = store::list(ctx.db(), &scope, filter, part).await?;
    let orgs = rows.iter().map(|row| row.org_id).collect();
    let names = Names::load(ctx.db(), orgs, vec![], vec![]).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let org = names.org(row.org_id);
            (row, org)
        })
        .collect())
}

/// A course with its versions.
///
/// # Errors
/// [`AppError::NotFound`] when the actor may not see it. Drafts of a shared course are seen only in its own org.
pub async fn find(ctx: &Ctx, id: CourseId) -> AppResult<Detail> {
    let scope = ctx.may(P::CourseRead)?;
    let course = store::find_visible(ctx.db(), &scope, id).await?;
    let path = tree::find(ctx.db(), course.org_id).await?.path;
    let mut versions = store::versions(ctx.db(), id).await?;
    if !scope.contains(&path) {
        versions.retain(|version| version.status == VersionStatus::Approved);
    }
    let people = versions
        .iter()
        .flat_map(|v| [v.written_by, v.reviewed_by])
        .flatten()
        .collect();
    let names = Names::load(ctx.db(), vec![course.org_id], vec![], people).await?;
    Ok(Detail {
        editable: ctx.reach(P::CourseEdit).contains(&path),
        reviewable: ctx.reach(P::CourseReview).contains(&path),
        course,
        versions,
        names,
    })
}

/// The orgs for which the actor may write courses.
///
/// # Errors
/// Forbidden without `CourseEdit`.
pub async fn orgs(ctx: &Ctx) -> AppResult<Vec<(OrgId, String)>> {
    let scope = ctx.may(P::CourseEdit)?;
    Ok(names::to_choose(names::institutions(ctx.db(), &scope).await?))
}

/// Begins a course with its first draft.
///
/// # Errors
/// Forbidden without `CourseEdit`, not found for an org outside the scope, invalid for a wrong form.
pub async fn create(ctx: &Ctx, org: OrgId, draft: CourseDraft) -> AppResult<CourseId> {
    add(ctx, org, draft, "course.created").await
}

async fn add(ctx: &Ctx, org: OrgId, draft: CourseDraft, kind: &'static str) -> AppResult<CourseId> {
    let scope = ctx.may(P::CourseEdit)?;
    let draft = model::check(draft)?;
    let tx = ctx.begin().await?;
    tree::find_within(&tx, &scope, org).await?;
    tx.lock("course_name", org.raw()).await?;
    if store::name_taken(&tx, org, &draft.name, None).await? {
        return Err(AppError::invalid(
            "name",
            "本机构已有同名课程。请改一个名字，或去修改那一门。",
        ));
    }
    let id: CourseId = ctx.new_id();
    store::insert(&tx, id, org, &draft, ctx.now()).await?;
    let new = NewVersion {
        id: ctx.new_id(),
        course: id,
        number: 1,
        by: ctx.actor.person,
        at: ctx.now(),
    };
    store::insert_version(&tx, new, &draft).await?;
    tx.commit(vec![Event::new(kind, "course", id).at(org)]).await?;
    Ok(id)
}

/// Copies the newest approved version of a course into a draft of another org.
///
/// # Errors
/// Not found when the actor may not see the course; refused when nothing of it is approved.
pub async fn copy(ctx: &Ctx, id: CourseId, org: OrgId) -> AppResult<CourseId> {
    let seen = ctx.may(P::CourseRead)?;
    let course = store::find_visible(ctx.db(), &seen, id).await?;
    let current: CourseVersionId = course.current_version_id.ok_or_else(|| {
        AppError::refused(
            "not_approved",
            "这门课还没有通过的大纲，先不能复制。请等它通过审核。",
        )
    })?;
    let version = store::version(ctx.db(), current).await?;
    let mut draft = version.draft(&course);
    draft.shared = false;
    match add(ctx, org, draft, "course.copied").await {
        Err(AppError::Invalid(_)) => Err(AppError::refused(
            "name_taken",
            "本机构已有同名课程，没有再复制一份。请直接修改那一门，或先给它改名。",
        )),
        other => other,
    }
}

/// Changes the open version, or opens the next one.
///
/// # Errors
/// Not found outside the scope; refused while it waits for review or when it changed meanwhile; invalid for a wrong form.
pub async fn change(ctx: &Ctx, id: CourseId, draft: CourseDraft, version: i64) -> AppResult<()> {
    let scope = ctx.may(P::CourseEdit)?;
    let draft = model::check(draft)?;
    let tx = ctx.begin().await?;
    tx.lock("course", id.raw()).await?;
    let course = found(&tx, &scope, id, version).await?;
    if store::name_taken(&tx, course.org_id, &draft.name, Some(id)).await? {
        return Err(AppError::invalid("name", "本机构已有同名课程。请改一个名字。"));
    }
    let versions = store::versions(&tx, id).await?;
    let number = match open_of(&versions) {
        Some(open) if open.status == VersionStatus::Submitted => {
            return Err(AppError::refused_with_door(
                "in_review",
                "这一版正在审核，审完以前不能改。",
                "看这门课",
                format!("/desk/courses/{id}"),
            ));
        }
        Some(open) => {
            store::update_version(&tx, open.id, &draft, ctx.actor.person).await?;
            open.number
        }
        None => {
            let number = versions.first().map_or(1, |last| last.number + 1);
            let new = NewVersion {
                id: ctx.new_id(),
                course: id,
                number,
                by: ctx.actor.person,
                at: ctx.now(),
            };
            store::insert_version(&tx, new, &draft).await?;
            number
        }
    };
    store::update(&tx, id, &draft).await?;
    let event = Event::new("course.changed", "course", id)
        .at(course.org_id)
        .data(json!({ "number": number }));
    tx.commit(vec![event]).await
}

async fn found(tx: &platform::Tx, scope: &db::Scope, id: CourseId, version: i64) -> AppResult<CourseRow> {
    let course = store::find_within(tx, scope, id).await?;
    if course.version == version {
        Ok(course)
    } else {
        Err(web::changed_meanwhile("门课", &format!("/desk/courses/{id}")))
    }
}

/// Sends the draft to review.
///
/// # Errors
/// Refused when there is no draft or the course changed meanwhile.
pub async fn submit(ctx: &Ctx, id: CourseId, version: i64) -> AppResult<()> {
    let scope = ctx.may(P::CourseEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("course", id.raw()).await?;
    let course = found(&tx, &scope, id, version).await?;
    let versions = store::versions(&tx, id).await?;
    let draft = open_of(&versions).filter(|open| open.status != VersionStatus::Submitted);
    let draft = draft
        .ok_or_else(|| AppError::refused("no_draft", "没有可以提交的草稿。它可能已经提交了，请刷新看看。"))?;
    store::set_submitted(&tx, draft.id).await?;
    store::touch(&tx, id).await?;
    let event = Event::new("course.submitted", "course", id)
        .at(course.org_id)
        .data(json!({ "number": draft.number }));
    tx.commit(vec![event]).await
}

/// Approves the version that waits for review, or sends it back with a note.
///
/// # Errors
/// Refused for one's own version, or when nothing waits; invalid when it is sent back without a note.
pub async fn review(ctx: &Ctx, id: CourseId, approve: bool, note: &str, version: i64) -> AppResult<()> {
    let scope = ctx.may(P::CourseReview)?;
    let note =
        bounded_lines(note, 0, 600, "审核意见").map_err(|sentence| AppError::invalid("note", sentence))?;
    let tx = ctx.begin().await?;
    tx.lock("course", id.raw()).await?;
    let course = found(&tx, &scope, id, version).await?;
    let versions = store::versions(&tx, id).await?;
    let open = open_of(&versions).ok_or_else(|| {
        AppError::refused(
            "not_submitted",
            "这门课现在没有待审核的大纲。可能别人已经审过了。",
        )
    })?;
    model::check_review(open, ctx.actor.person, approve, &note)?;
    let (status, kind) = if approve {
        (VersionStatus::Approved, "course.approved")
    } else {
        (VersionStatus::SentBack, "course.sent_back")
    };
    store::set_reviewed(&tx, open.id, status, ctx.actor.person, &note, ctx.now()).await?;
    if approve {
        store::set_current(&tx, id, open.id).await?;
    }
    store::touch(&tx, id).await?;
    let event = Event::new(kind, "course", id)
        .at(course.org_id)
        .data(json!({ "number": open.number }));
    let event = if note.is_empty() { event } else { event.note(note) };
    tx.commit(vec![event]).await
}

/// Courses that wait for this actor's review.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(P::CourseReview);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let rows = store::to_review(ctx.db(), &scope, ctx.actor.person).await?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| Waiting {
            title: format!("审核课程大纲：{name}"),
            detail: String::new(),
            href: format!("/desk/courses/{id}"),
            due: None,
            count: 1,
        })
        .collect())
}
