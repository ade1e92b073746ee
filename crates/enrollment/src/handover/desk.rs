//! Finishing a draft at the counter.

use super::actions::note;
use super::model::{self, DraftState, KNOWN_DAYS};
use super::store::{self, DraftRow};
use crate::enrollments::actions::{Terms, desk_channel, enroll_for};
use crate::seat_desk::{Answer, SeatDesk};
use platform::{AppError, AppResult, Ctx, Event, Permission, Tries};
use serde_json::json;

/// What the code alone shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The learner's name, masked.
    pub name: String,
    /// The class.
    pub class: String,
}

/// A draft that was opened with code and answer; its names are still masked.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The draft.
    pub row: DraftRow,
    /// The note.
    pub note: String,
}

impl Opened {
    /// The learner's name, masked.
    #[must_use]
    pub fn name(&self) -> String {
        model::masked(&self.row.person_name)
    }

    /// Who began, masked; nothing when the learner did.
    #[must_use]
    pub fn begun(&self) -> Option<String> {
        let other = self.row.begun_by != self.row.person_id;
        other.then(|| model::masked(&self.row.begun_name))
    }
}

async fn with_code(ctx: &Ctx, tries: &Tries, code: &str) -> AppResult<Vec<DraftRow>> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let clerk = ctx.person()?.to_string();
    tries.check(&clerk, ctx.now())?;
    let code = kernel::normalise_width(code).trim().to_owned();
    if code.len() != 4 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(AppError::invalid("code", "请输入手机上的四位数字。"));
    }
    let since = ctx.now().plus_secs(-KNOWN_DAYS * 86_400).date();
    let found = store::by_code_within(ctx.db(), &scope, &code, since).await?;
    let known: Vec<_> = found.iter().map(|row| (row.state, row.day)).collect();
    let open = |row: &DraftRow| model::is_open(row.state, row.day, ctx.today());
    let open: Vec<DraftRow> = found.into_iter().filter(open).collect();
    if open.is_empty() {
        tries.note(&clerk, ctx.now());
        return Err(model::why_not(&known, ctx.today()));
    }
    Ok(open)
}

/// What the code alone shows: masked names at the clerk's orgs, usually one.
///
/// # Errors
/// [`AppError::TooMany`] after too many wrong tries; a refusal that says why the code does not work.
pub async fn look(ctx: &Ctx, tries: &Tries, code: &str) -> AppResult<Vec<Masked>> {
    let found = with_code(ctx, tries, code).await?;
    let one = |row: DraftRow| Masked {
        name: model::masked(&row.person_name),
        class: row.class_name,
    };
    Ok(found.into_iter().map(one).collect())
}

/// The draft, for who says the learner's name or year of birth.
///
/// # Errors
/// As [`look`]; [`AppError::Invalid`] when the answer does not fit.
pub async fn open(ctx: &Ctx, tries: &Tries, code: &str, answer: &str) -> AppResult<Opened> {
    let found = with_code(ctx, tries, code).await?;
    let fits = |row: &DraftRow| model::fits(answer, &row.person_name, row.birth);
    let Some(row) = found.into_iter().find(fits) else {
        tries.note(&ctx.person()?.to_string(), ctx.now());
        return Err(AppError::invalid(
            "answer",
            "姓名或出生年份对不上。请再问一遍本人，或者看身份证。",
        ));
    };
    let note = note(ctx, &row)?;
    Ok(Opened { row, note })
}

/// Finishes a draft for a learner who is present and agrees: enrols as any clerk does, and keeps who began.
///
/// # Errors
/// As [`open`] and [`enroll_for`]; [`AppError::Invalid`] without consent.
pub async fn finish(
    ctx: &Ctx,
    (tries, seats): (&Tries, &SeatDesk),
    (code, answer): (&str, &str),
    consent: bool,
    wait: bool,
) -> AppResult<Answer> {
    let Opened { row, .. } = open(ctx, tries, code, answer).await?;
    if !consent {
        return Err(AppError::invalid(
            "consent",
            "本人在场、同意报这个班，才能办。请问过本人再勾选。",
        ));
    }
    let terms = Terms {
        wait,
        ..Terms::default()
    };
    // Asked twice, the seat desk gives the same enrolment: a draft that was left open by a crash ends well.
    let answer = enroll_for(ctx, seats, row.person_id, row.class_id, desk_channel(ctx), terms).await?;
    let tx = ctx.begin().await?;
    let closed = (DraftState::Used, ctx.person()?, Some(answer.enrollment));
    if store::close(&tx, row.id, closed.0, closed.1, closed.2, ctx.now()).await? == 0 {
        return Ok(answer);
    }
    let data = json!({ "begun_by": row.begun_by, "handover": row.id, "enrollment": answer.enrollment });
    let finished = Event::new("handover.finished", "handover", row.id).data(data.clone());
    let noted = Event::new("enrollment.handed_over", "enrollment", answer.enrollment).data(data);
    let events = [finished, noted].map(|event| {
        event
            .at(row.org_id)
            .via(desk_channel(ctx))
            .on_behalf_of(row.person_id)
    });
    tx.commit(events.to_vec()).await?;
    Ok(answer)
}
