//! What a round means for the lessons of its classes: none is held while people still apply, and no class begins before its
//! seats are given.

pub(super) mod model;

use super::store::{self, RoundRow};
use crate::first_come::DrawAhead;
use db::Db;
use kernel::Instant;
use kernel::chinese_date::{day_text, moment_text};
use platform::{AppError, AppResult, Ctx, Permission, Waiting};
use std::collections::HashMap;
use teaching::ClassId;
use teaching::classes::{self, ClassRow};

/// The round that gives the seats of each of these classes and is not over.
async fn open_rounds(db: &Db, classes: &[ClassId]) -> AppResult<HashMap<ClassId, DrawAhead>> {
    let plans = crate::first_come::plans(db, classes, &[]).await?;
    let open = plans
        .into_iter()
        .filter_map(|(class, plan)| Some((class, plan.draw?)));
    Ok(open.collect())
}

/// A refusal that leads to the round it comes from.
fn refused(round: &RoundRow, code: &'static str, sentence: String) -> AppError {
    AppError::refused_with_door(code, sentence, "看这个批次", format!("/desk/rounds/{}", round.id))
}

/// Whether the seats of a class are given: a class is not started while a round that gives them is open.
///
/// # Errors
/// A refusal that names the round.
pub async fn seats_are_given(db: &Db, class: ClassId) -> AppResult<()> {
    let Some(open) = open_rounds(db, &[class]).await?.remove(&class) else {
        return Ok(());
    };
    let round = store::find(db, open.round).await?;
    let sentence = format!(
        "这个班还在报名批次“{}”里，名单没有公布，不能开课。请先办完这个批次；这个批次不办了，就先取消它。",
        round.name
    );
    Err(refused(&round, "round_open", sentence))
}

/// Whether the round that gives the seats of a class closes before its first lesson, if that is held at this moment: asked
/// when the lesson is moved forward, as [`model::closes_in_time`] is when the round is planned.
///
/// # Errors
/// A refusal that names the round.
pub async fn closes_before(db: &Db, class: ClassId, first: Instant) -> AppResult<()> {
    let open = open_rounds(db, &[class]).await?.remove(&class);
    let Some(open) = open.filter(|open| !model::is_before_lesson(open.closes, first)) else {
        return Ok(());
    };
    let round = store::find(db, open.round).await?;
    let sentence = format!(
        "报名批次“{}”到 {} 才截止，第一次课不能在那以前（{}）上，不然报名的人赶不上。请选晚一些的时间；这个批次不办了，就先取消它。",
        round.name,
        moment_text(round.closes),
        moment_text(first)
    );
    Err(refused(&round, "round_closes_later", sentence))
}

/// Classes whose first day has come and that do not begin, because a round that gives their seats is not over.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::ClassPublish);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let due = classes::due_within(ctx.db(), &scope, ctx.today()).await?;
    let ids: Vec<ClassId> = due.iter().map(|class| class.id).collect();
    let open = open_rounds(ctx.db(), &ids).await?;
    let mut all = Vec::new();
    for class in due {
        if let Some(ahead) = open.get(&class.id) {
            let round = store::find(ctx.db(), ahead.round).await?;
            all.push(held_up(&class, &round));
        }
    }
    Ok(all)
}

fn held_up(class: &ClassRow, round: &RoundRow) -> Waiting {
    Waiting {
        title: format!("名单没公布，还没开课：{}", class.name),
        detail: format!(
            "第一次课在{}，名额由报名批次“{}”给，名单还没有公布。公布以后系统会自动开课；来不及的，请先改课次。",
            day_text(class.starts_on),
            round.name
        ),
        href: format!("/desk/rounds/{}", round.id),
        due: Some(class.starts_on),
        count: 1,
    }
}
