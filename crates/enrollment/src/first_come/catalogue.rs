//! What the public catalogue is told of rounds and rules: it stands below this crate, so it is given the way to ask.

use super::load::plans;
use super::pages::{kept_lines, lines};
use super::store;
use crate::eligibility::standing;
use kernel::Instant;
use platform::{AppResult, Platform};
use teaching::ClassId;
use teaching::catalogue::{Enrolling, Selection, Selections, Sentences};
use teaching::classes;
use ui::Page;

/// The way to ask.
pub const CATALOGUE: Enrolling = Enrolling {
    selections: |platform| Box::pin(selections(platform)),
    sentences: |platform, page, class| Box::pin(sentences(platform, page, class)),
};

/// The rounds that give seats by draw, interview or choice of the school, of all classes.
async fn selections(platform: &Platform) -> AppResult<Selections> {
    let db = &platform.db;
    let selected = store::selected_classes(db).await?;
    if selected.is_empty() {
        return Ok(Selections::new());
    }
    let plans = plans(db, &selected, &[]).await?;
    let found = plans.into_iter().filter_map(|(class, plan)| {
        let (round, from) = plan.draw_gives()?;
        let selection = Selection {
            id: round.round.to_string(),
            href: format!("/rounds/{}", round.round),
            code: round.method.as_str(),
            method: round.method.label(),
            from,
            opens: round.opens,
            closes: round.closes,
        };
        Some((class, selection))
    });
    Ok(found.collect())
}

async fn sentences(platform: &Platform, page: &Page, class: ClassId) -> AppResult<Sentences> {
    let now = platform.clock.now();
    Ok(Sentences {
        rules: standing::words(&platform.db, class, now).await?,
        rounds: rounds(platform, page, class, now).await?,
    })
}

/// Who may ask when, and for whom seats are kept now.
async fn rounds(platform: &Platform, page: &Page, class: ClassId, now: Instant) -> AppResult<Vec<String>> {
    let mut plans = plans(&platform.db, &[class], &[]).await?;
    let Some(plan) = plans.remove(&class) else {
        return Ok(Vec::new());
    };
    if plan.windows.iter().all(|window| window.closes <= now) {
        return Ok(Vec::new());
    }
    let mut all = lines(page, &plan);
    let class = classes::find(&platform.db, class).await?;
    all.extend(kept_lines(page, &plan, &class, now));
    Ok(all)
}
