//! At an opening: what was left before it is decided first, in the order of its tickets, then who asks after it.

use super::Asked;
use super::group::{Answered, Decided, decide_some};
use super::memory::Memory;
use super::model::Answer;
use crate::EarlyAskId;
use crate::early_asks::{self, actions::PLACED};
use platform::{AppError, AppResult, Ctx, Event, Platform, Tx};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use teaching::ClassId;

/// Decides all asks together, after the early asks of their classes.
pub(super) async fn decide_all(platform: &Arc<Platform>, memory: &mut Memory, asked: &[Asked]) -> Decided {
    let ctx = Ctx::system(platform, "seat-desk");
    match decide_early(&ctx, memory, asked).await {
        Ok(early) => {
            let mut decided = decide_some(&ctx, memory, asked, &[]).await;
            decided.follow(early);
            decided
        }
        // Nobody may come before those who waited.
        Err(error) => Decided::failed(asked, &error),
    }
}

async fn decide_early(ctx: &Ctx, memory: &mut Memory, asked: &[Asked]) -> AppResult<Vec<Decided>> {
    let classes: BTreeSet<ClassId> = asked.iter().map(|one| one.ask.class()).collect();
    let classes: Vec<ClassId> = classes.into_iter().collect();
    let mut all = Vec::new();
    loop {
        let (ids, due): (Vec<EarlyAskId>, Vec<Asked>) =
            early_asks::due(ctx, &classes).await?.into_iter().unzip();
        if due.is_empty() {
            return Ok(all);
        }
        let decided = decide_some(ctx, memory, &due, &ids).await;
        set_aside(ctx, &ids, &decided.answers).await?;
        all.push(decided);
    }
}

/// Closes what the database refused even by itself, so that one broken ask does not keep a class shut for everybody. While
/// the database is not there at all, the asks wait on.
async fn set_aside(ctx: &Ctx, early: &[EarlyAskId], answers: &[Answered]) -> AppResult<()> {
    let mut ids = Vec::new();
    let mut errors: Vec<Answered> = Vec::new();
    for (id, answer) in early.iter().zip(answers) {
        match answer {
            Ok(_) | Err(AppError::Refused { .. } | AppError::NotFound) => {}
            Err(error @ AppError::Unavailable(_)) => return Err(error.clone()),
            Err(error) => {
                tracing::error!(%error, ask = %id, "an early ask cannot be decided");
                ids.push(*id);
                errors.push(Err(error.clone()));
            }
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    let events = close(&tx, &ids, &errors).await?;
    tx.commit(events).await
}

/// Writes what became of early asks, and gives the events of it.
pub(super) async fn close(
    tx: &Tx,
    early: &[EarlyAskId],
    answers: &[AppResult<Option<Answer>>],
) -> AppResult<Vec<Event>> {
    let mut outcomes: BTreeMap<(&str, String), Vec<EarlyAskId>> = BTreeMap::new();
    let mut events = Vec::with_capacity(early.len());
    for (id, answer) in early.iter().zip(answers) {
        let (code, sentence) = match answer {
            Ok(_) => (PLACED, String::new()),
            Err(AppError::Refused { code, sentence, .. }) => (*code, sentence.clone()),
            Err(AppError::NotFound) => ("not_found", AppError::NotFound.sentence()),
            Err(error) => ("failed", error.sentence()),
        };
        let enrollment = answer
            .as_ref()
            .ok()
            .and_then(|answer| answer.map(|answer| answer.enrollment));
        events.push(
            Event::new("early_ask.decided", "early_ask", *id)
                .data(json!({ "outcome": code, "enrollment": enrollment })),
        );
        outcomes.entry((code, sentence)).or_default().push(*id);
    }
    for ((code, sentence), ids) in outcomes {
        early_asks::store::close(tx, &ids, code, &sentence, tx.ctx().now()).await?;
    }
    Ok(events)
}
