//! Keeping a draft on one's own telephone.

use super::model::{self, DraftState};
use super::store::{self, DraftRow, NewDraft};
use crate::HandoverId;
use crate::seat_desk;
use kernel::{OrgId, PersonId};
use people::family;
use platform::{AppError, AppResult, Channel, Ctx, Event, Tx};
use serde_json::json;
use teaching::ClassId;
use teaching::classes::{self, ClassStatus};

/// Keeps an enrolment that is not finished, for oneself or somebody for whom one may act; kept again on the same day it
/// is the same draft.
///
/// # Errors
/// [`AppError::NotFound`] for a class that is not public or without a family link; [`AppError::Refused`] when the class
/// takes no enrolments, is given by a draw, or too many drafts are open; [`AppError::Invalid`] for a long note.
pub async fn keep(ctx: &Ctx, class: ClassId, person: PersonId, note: &str) -> AppResult<HandoverId> {
    let begun_by = ctx.person()?;
    let class = classes::find(ctx.db(), class).await?;
    if class.status == ClassStatus::Planned {
        return Err(AppError::NotFound);
    }
    if person != begun_by {
        family::link(ctx, person).await?;
    }
    seat_desk::conditions::is_open(&class, ctx.now())?;
    if let Some(round) = seat_desk::round_of(ctx.db(), class.id, ctx.now()).await? {
        return Err(AppError::refused_with_door(
            "class_in_draw",
            "这个班要先在报名批次里申请，不能存下来到柜台办。请在报名批次里申请，也可以到柜台请人代填。",
            "去申请",
            format!("/rounds/{round}/apply?class={}", class.id),
        ));
    }
    let note = kernel::bounded_lines(note, 0, 200, "要说的话")
        .map_err(|sentence| AppError::invalid("note", sentence))?;
    let tx = ctx.begin().await?;
    tx.lock("handover", class.org_id.raw()).await?;
    let kept = store::of_beginner(&tx, begun_by, ctx.today()).await?;
    let open: Vec<&DraftRow> = kept.iter().filter(|row| row.state == DraftState::Open).collect();
    let same = |row: &&&DraftRow| row.class_id == class.id && row.person_id == person;
    if let Some(row) = open.iter().find(same) {
        return Ok(row.id);
    }
    model::may_keep(open.len(), kept.len())?;
    let id: HandoverId = ctx.new_id();
    let draft = NewDraft {
        id,
        org: class.org_id,
        class: class.id,
        person,
        begun_by,
        code: free_code(&tx, class.org_id).await?,
        note_sealed: Some(note)
            .filter(|note| !note.is_empty())
            .map(|note| ctx.platform.keys.seal(&note, &note_place(id))),
        now: ctx.now(),
    };
    store::insert(&tx, &draft).await?;
    let mut event = Event::new("handover.kept", "handover", id)
        .at(class.org_id)
        .data(json!({ "class": class.id }));
    if person != begun_by {
        event = event.on_behalf_of(person).via(Channel::Family);
    }
    tx.commit(vec![event]).await?;
    Ok(id)
}

/// The place to which a note is sealed.
fn note_place(id: HandoverId) -> String {
    format!("handover.note.{id}")
}

/// The note of a draft; empty when there is none.
pub(super) fn note(ctx: &Ctx, row: &DraftRow) -> AppResult<String> {
    let Some(sealed) = &row.note_sealed else {
        return Ok(String::new());
    };
    let opened = ctx.platform.keys.open(sealed, &note_place(row.id));
    opened.map_err(|error| AppError::Internal(format!("note of handover {}: {error}", row.id)))
}

async fn free_code(tx: &Tx, org: OrgId) -> AppResult<String> {
    let ctx = tx.ctx();
    for _ in 0..100 {
        let code = ctx.platform.random.digits(4);
        if !store::is_taken(tx, org, ctx.today(), &code).await? {
            return Ok(code);
        }
    }
    Err(AppError::Unavailable("no free handover code in 100 tries".into()))
}

/// What the signed-in person kept today and can still be finished.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn mine(ctx: &Ctx) -> AppResult<Vec<DraftRow>> {
    let mut rows = store::of_beginner(ctx.db(), ctx.person()?, ctx.today()).await?;
    rows.retain(|row| row.state == DraftState::Open);
    Ok(rows)
}

/// A draft of one's own.
///
/// # Errors
/// [`AppError::NotFound`] when somebody else kept it.
pub async fn show(ctx: &Ctx, id: HandoverId) -> AppResult<DraftRow> {
    Ok(store::find_own(ctx.db(), ctx.person()?, id).await?)
}

/// Takes a draft back.
///
/// # Errors
/// [`AppError::NotFound`] when somebody else kept it.
pub async fn drop_draft(ctx: &Ctx, id: HandoverId) -> AppResult<()> {
    let person = ctx.person()?;
    let tx = ctx.begin().await?;
    let row = store::find_own(&tx, person, id).await?;
    if store::close(&tx, id, DraftState::Dropped, person, None, ctx.now()).await? == 0 {
        return Ok(());
    }
    let event = Event::new("handover.dropped", "handover", id).at(row.org_id);
    tx.commit(vec![event]).await
}
