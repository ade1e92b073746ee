//! An issued plan written at once from a shipped draft, for the demonstration: nobody corrected it, and it has no document.

use super::head::{TypedHead, check_head};
use super::proposal::item_of;
use super::store::{self, NewItem, NewPlan};
use crate::progress::bulk::{self, Reported};
use crate::reading::Draft;
use crate::{PlanId, PlanItemId};
use kernel::{Id, Instant, OrgId};
use platform::{AppError, AppResult, Tx};

/// A plan to be written at once.
#[derive(Debug, Clone)]
pub struct AtOnce {
    /// Whose it is.
    pub org: OrgId,
    /// A shipped draft as JSON (`data/plans/`).
    pub json: &'static str,
    /// The year of the draft, and the one it is told of.
    pub years: (i64, i64),
    /// When it was issued.
    pub at: Instant,
    /// Who leads its tasks, if anybody, and what they reported.
    pub lead: Option<OrgId>,
    /// Percent of the reports on the first tasks, one each.
    pub percents: Vec<i64>,
}

/// The draft as it is told of another year: what names the year, or one near it, names the other.
fn told_of(json: &str, (from, to): (i64, i64)) -> Result<Draft, serde_json::Error> {
    // From the far end, so that no year is moved twice.
    let near: Vec<i64> = if to > from {
        (-2..=3).rev().collect()
    } else {
        (-2..=3).collect()
    };
    let moved = near.into_iter().fold(json.to_owned(), |text, step| {
        text.replace(&(from + step).to_string(), &(to + step).to_string())
    });
    serde_json::from_str(&moved)
}

/// Writes the plan with its items, tasks and targets, who leads, and what they reported.
///
/// # Errors
/// When the draft cannot be read, or the database refuses.
pub async fn issue_at_once(tx: &Tx, plan: &AtOnce, mut ids: impl FnMut() -> i64) -> AppResult<PlanId> {
    let draft = told_of(plan.json, plan.years).map_err(|error| AppError::Internal(error.to_string()))?;
    let title = draft.title.clone().unwrap_or_default();
    let head = check_head(TypedHead {
        title: format!("（演示）{title}"),
        issuer: "演示数据，不是印发的文件".to_owned(),
        dated: draft.date.clone().unwrap_or_default(),
        year: plan.years.1,
        ..TypedHead::default()
    })?;
    let new = NewPlan {
        id: Id::from_raw(ids()),
        org: plan.org,
        head,
        file: None,
        notes: "[]".to_owned(),
        at: plan.at,
    };
    store::insert(tx, &new).await?;
    let items: Vec<NewItem> = (1_i64..)
        .zip(&draft.items)
        .map(|(position, read)| NewItem {
            id: PlanItemId::from_raw(ids()),
            position,
            item: item_of(read),
            checked: true,
            doubtful: false,
        })
        .collect();
    store::insert_items(tx, new.id, &items, &mut ids).await?;
    store::issue(tx, new.id, plan.at).await?;
    if let Some(lead) = plan.lead {
        let all: Vec<PlanItemId> = items.iter().map(|item| item.id).collect();
        let tasks = store::tasks(tx, &all).await?;
        let tasks = tasks.iter().map(|task| task.id).collect();
        let reported = Reported {
            plan: new.id,
            tasks,
            lead,
            percents: &plan.percents,
            at: plan.at,
        };
        bulk::write(tx, &reported, ids).await?;
    }
    Ok(new.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipped_draft_is_told_of_another_year() {
        let json = include_str!("../../../../data/plans/m22.json");
        let draft = told_of(json, (2022, 2026)).expect("a draft");
        assert_eq!(draft.title.as_deref(), Some("2026年闵行区终身教育工作要点"));
        assert_eq!(draft.items.len(), 35);
        assert!(
            draft
                .targets()
                .any(|target| target.due.as_deref() == Some("2026-12-31"))
        );
        let same = told_of(json, (2022, 2022)).expect("a draft");
        assert_eq!(same.date.as_deref(), Some("2022-07-12"));
    }
}
