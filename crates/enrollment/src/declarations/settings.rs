//! What an org asks for, and the words: a new version each time; what was signed keeps its own.

use super::jobs::SIGNED;
use super::load;
use super::model::{Paper, Papers, When};
use super::store::{self, RuleRow, TextRow};
use crate::rounds::lifecycle;
use kernel::OrgId;
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission, job};
use serde_json::json;
use std::sync::Arc;

/// Letters of a paper's words.
pub const MOST_LETTERS: usize = 4_000;
/// Letters of what a learner reads on how to sign.
pub const MOST_BRING: usize = 300;

/// What is in force for an org, with the orgs that one may set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Orgs that one may set.
    pub orgs: Vec<OrgBrief>,
    /// The org.
    pub org: OrgBrief,
    /// What its classes ask for.
    pub papers: Arc<Papers>,
}

/// What is in force for this org, or for the first of one's posts.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `RoundRun`.
pub async fn show(ctx: &Ctx, org: Option<OrgId>) -> AppResult<Settings> {
    let (orgs, org) = lifecycle::holders(ctx, org).await?;
    let papers = in_force(ctx.db(), org.id).await?;
    Ok(Settings { orgs, org, papers })
}

async fn in_force(db: &db::Db, org: OrgId) -> AppResult<Arc<Papers>> {
    let mut all = load::papers(db, &[org]).await?;
    all.remove(&org)
        .ok_or_else(|| AppError::Internal("no rule of papers ships with this program".into()))
}

/// A rule as it is typed.
#[derive(Debug, Clone)]
pub struct RuleDraft {
    /// Full years from which the family signs.
    pub consent_age: Option<i64>,
    /// Which classes ask for the health statement.
    pub health: When,
    /// Which classes ask for the notice of risks.
    pub risks: When,
    /// Days for which a signature is good.
    pub valid_days: i64,
    /// Hours for which a seat is kept on line.
    pub online_hours: i64,
    /// Working days for which it is kept at the counter.
    pub counter_days: i64,
    /// How to sign and what to bring.
    pub bring: String,
    /// Id of the rule that was in force when it was typed.
    pub seen: String,
}

fn check(draft: &RuleDraft) -> AppResult<String> {
    for (name, number, from, to, sentence) in [
        (
            "consent_age",
            draft.consent_age.unwrap_or(60),
            50,
            120,
            "年龄要在 50 到 120 岁之间。不要家人签，就空着。",
        ),
        (
            "valid_days",
            draft.valid_days,
            30,
            730,
            "有效天数要在 30 到 730 之间。",
        ),
        (
            "online_hours",
            draft.online_hours,
            1,
            336,
            "网上留名额要在 1 到 336 小时之间。",
        ),
        (
            "counter_days",
            draft.counter_days,
            1,
            20,
            "柜台留名额要在 1 到 20 个工作日之间。",
        ),
    ] {
        if number < from || number > to {
            return Err(AppError::invalid(name, sentence));
        }
    }
    kernel::bounded(&draft.bring, 4, MOST_BRING, "怎么签、带什么")
        .map_err(|wrong| AppError::invalid("bring", wrong))
}

fn changed_meanwhile(org: OrgId) -> AppError {
    AppError::refused_with_door(
        "changed_meanwhile",
        "别人刚刚改过。请看一看现在的样子，再改。",
        "看现在的设置",
        format!("/desk/papers?org={org}"),
    )
}

/// Sets what the classes of an org ask for from now on.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] beside the field that is wrong.
pub async fn save_rule(ctx: &Ctx, org: OrgId, draft: RuleDraft) -> AppResult<RuleRow> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    tx.lock("org", org.raw()).await?;
    tree::find_within(&tx, &scope, org).await?;
    let bring = check(&draft)?;
    let before = in_force(&tx, org).await?;
    if before.rule.id.to_string() != draft.seen {
        return Err(changed_meanwhile(org));
    }
    let own = before.rule.org_id == Some(org);
    let rule = RuleRow {
        id: ctx.new_id(),
        org_id: Some(org),
        version: if own { before.rule.version + 1 } else { 1 },
        consent_age: draft.consent_age,
        health: draft.health,
        risks: draft.risks,
        valid_days: draft.valid_days,
        online_hours: draft.online_hours,
        counter_days: draft.counter_days,
        bring,
    };
    store::insert_rule(&tx, &rule).await?;
    // Whoever owes nothing by the new rule has the seat.
    job::enqueue(&tx, SIGNED, &json!({}), ctx.now(), None).await?;
    let event = Event::new("paper.rule_set", "paper_rule", rule.id).at(org).data(json!({
        "version": rule.version, "consent_age": rule.consent_age, "health": rule.health, "risks": rule.risks,
        "valid_days": rule.valid_days, "online_hours": rule.online_hours, "counter_days": rule.counter_days,
    }));
    tx.commit(vec![event]).await?;
    Ok(rule)
}

/// Sets the words of a paper from now on.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] without words.
pub async fn save_text(ctx: &Ctx, org: OrgId, paper: Paper, body: &str, seen: &str) -> AppResult<TextRow> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    tx.lock("org", org.raw()).await?;
    tree::find_within(&tx, &scope, org).await?;
    let body = kernel::bounded_lines(body, 20, MOST_LETTERS, "材料的内容")
        .map_err(|wrong| AppError::invalid("body", wrong))?;
    let before = in_force(&tx, org).await?;
    let before = before.text(paper).ok_or(AppError::NotFound)?;
    if before.id.to_string() != seen {
        return Err(changed_meanwhile(org));
    }
    let own = before.org_id == Some(org);
    let text = TextRow {
        id: ctx.new_id(),
        org_id: Some(org),
        paper,
        version: if own { before.version + 1 } else { 1 },
        body,
    };
    store::insert_text(&tx, &text).await?;
    let event = Event::new("paper.text_set", "paper_text", text.id)
        .at(org)
        .data(json!({ "paper": paper, "version": text.version }));
    tx.commit(vec![event]).await?;
    Ok(text)
}
