//! SQL of the rules.

use super::model::{Rule, Turn};
use db::{Db, DbResult, Tx, args, record};
use kernel::OrgId;
use std::collections::HashMap;
use teaching::ClassId;

record! {
    struct RuleRow {
        id: i64, turn: Turn, online_hours: i64, counter_hours: i64, lead_days: i64, room_percent: i64,
        trial_seats: i64, trial_weeks: i64, trial_limit: i64,
    }
}

impl RuleRow {
    const fn rule(&self) -> Rule {
        Rule {
            turn: self.turn,
            online_hours: self.online_hours,
            counter_hours: self.counter_hours,
            lead_days: self.lead_days,
            room_percent: self.room_percent,
            trial_seats: self.trial_seats,
            trial_weeks: self.trial_weeks,
            trial_limit: self.trial_limit,
        }
    }
}

/// The rules of these classes, where an org has decided: that of the nearest org.
pub(crate) async fn of_classes(db: &Db, classes: &[ClassId]) -> DbResult<HashMap<ClassId, Rule>> {
    if classes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<RuleRow> = db
        .query(
            "SELECT c.id, r.turn, r.online_hours, r.counter_hours, r.lead_days, r.room_percent,
               r.trial_seats, r.trial_weeks, r.trial_limit
             FROM class c JOIN org_path p ON p.org_id = c.org_id
             JOIN enrollment_rule r ON TRUE JOIN org_path a ON a.org_id = r.org_id AND p.path LIKE a.path || '%'
             WHERE c.id {any $1} {unscoped: the rules of classes are public} ORDER BY c.id, length(a.path)",
            args![classes],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| (ClassId::from_raw(row.id), row.rule()))
        .collect())
}

/// The rule that counts for an org, with the org that decided it.
pub(crate) async fn of_org(db: &Db, org: OrgId) -> DbResult<Option<(OrgId, Rule)>> {
    let rows: Vec<RuleRow> = db
        .query(
            "SELECT r.org_id AS id, r.turn, r.online_hours, r.counter_hours, r.lead_days, r.room_percent,
               r.trial_seats, r.trial_weeks, r.trial_limit
             FROM org_path p JOIN enrollment_rule r ON TRUE
             JOIN org_path a ON a.org_id = r.org_id AND p.path LIKE a.path || '%'
             WHERE p.org_id = $1 {unscoped: the rules of an org are public} ORDER BY length(a.path) DESC LIMIT 1",
            args![org],
        )
        .await?;
    Ok(rows.first().map(|row| (OrgId::from_raw(row.id), row.rule())))
}

/// The version of an org's own rule; 0 without one.
pub(super) async fn version(db: &Db, org: OrgId) -> DbResult<i64> {
    let found: Option<i64> = db
        .query_opt(
            "SELECT version FROM enrollment_rule WHERE org_id = $1 {unscoped: the caller found the org in scope}",
            args![org],
        )
        .await?;
    Ok(found.unwrap_or(0))
}

/// Writes an org's own rule.
pub(super) async fn set(tx: &Tx, org: OrgId, rule: &Rule) -> DbResult<()> {
    tx.exec(
        "INSERT INTO enrollment_rule (org_id, turn, online_hours, counter_hours, lead_days, room_percent,
           trial_seats, trial_weeks, trial_limit, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
         ON CONFLICT (org_id) DO UPDATE SET turn = excluded.turn, online_hours = excluded.online_hours,
           counter_hours = excluded.counter_hours, lead_days = excluded.lead_days, room_percent = excluded.room_percent,
           trial_seats = excluded.trial_seats, trial_weeks = excluded.trial_weeks, trial_limit = excluded.trial_limit,
           version = enrollment_rule.version + 1 {unscoped: the caller found the org in scope}",
        args![org, rule.turn, rule.online_hours, rule.counter_hours, rule.lead_days, rule.room_percent,
            rule.trial_seats,
            rule.trial_weeks,
            rule.trial_limit
        ],
    )
    .await?;
    Ok(())
}
