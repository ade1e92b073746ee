//! Which parts in tasks end and which are given when printed names mean other organisations. No I/O.

use super::model::DutyPart;
use crate::PlanTaskId;
use kernel::OrgId;
use platform::AppError;
use std::collections::HashMap;

/// Who leads and helps with a task, as printed.
#[derive(Debug, Clone)]
pub struct Printed<'a> {
    /// The task.
    pub task: PlanTaskId,
    /// Printed names of its leads.
    pub leads: Vec<&'a str>,
    /// Printed names of its helpers.
    pub helpers: Vec<&'a str>,
}

/// What a person said a printed name means, on a page that showed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// The printed name.
    pub name: String,
    /// Which organisation the page showed as saved.
    pub seen: Option<OrgId>,
    /// Which organisation it means now.
    pub org: Option<OrgId>,
}

/// The names that somebody else gave another meaning since the page showed them, of those that are to change.
#[must_use]
pub fn overtaken<'a>(before: &HashMap<String, OrgId>, chosen: &'a [Meant]) -> Vec<&'a str> {
    let other = |one: &&Meant| {
        let now = before.get(&one.name).copied();
        one.org != one.seen && now != one.seen && now != one.org
    };
    chosen.iter().filter(other).map(|one| one.name.as_str()).collect()
}

/// Somebody gave these printed names another meaning since the page showed them.
#[must_use]
pub fn names_overtaken(names: &[&str]) -> AppError {
    let names = names.join("、");
    AppError::refused(
        "changed_meanwhile",
        format!(
            "您打开这一页以后，别人改过：{names}。您选的还在下面，没有保存；请对照现在的对应，再保存一次。"
        ),
    )
}

/// Which parts end and which are given, in this order: all ends first, then helpers, leads last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DutyMoves {
    /// Parts that end.
    pub ended: Vec<(PlanTaskId, OrgId)>,
    /// Parts that are given; a later one of the same task and organisation holds.
    pub given: Vec<(PlanTaskId, OrgId, DutyPart)>,
}

/// What changes when printed names mean other organisations. All ends come before what is given, so that two names that
/// swap their organisations lose neither; leads come last, so that who leads and helps under two names leads.
#[must_use]
pub fn duty_moves(printed: &[Printed<'_>], before: &HashMap<String, OrgId>, chosen: &[Meant]) -> DutyMoves {
    let changed = |name: &str| {
        let now = chosen.iter().find(|one| one.name == name)?;
        (before.get(name) != now.org.as_ref()).then_some(now.org)
    };
    // After the change: what an unchanged name means still holds, also where a changed one meant the same organisation.
    let after = |name: &str| changed(name).unwrap_or_else(|| before.get(name).copied());
    let mut moves = DutyMoves::default();
    let mut leads = Vec::new();
    for task in printed {
        let names = || task.leads.iter().chain(&task.helpers);
        if !names().any(|name| changed(name).is_some()) {
            continue;
        }
        let was = names().filter(|name| changed(name).is_some());
        moves
            .ended
            .extend(was.filter_map(|name| Some((task.task, *before.get(*name)?))));
        let given = |names: &[&str], part| -> Vec<(PlanTaskId, OrgId, DutyPart)> {
            let known = names.iter().filter_map(|name| after(name));
            known.map(|org| (task.task, org, part)).collect()
        };
        // An unchanged name is given again only where its organisation's part has just ended.
        let kept = |moves: &DutyMoves, (id, org, _): &(PlanTaskId, OrgId, DutyPart)| {
            moves.ended.contains(&(*id, *org)) || names().any(|name| changed(name).flatten() == Some(*org))
        };
        let mut helpers = given(&task.helpers, DutyPart::Helper);
        helpers.retain(|one| kept(&moves, one));
        let mut led = given(&task.leads, DutyPart::Lead);
        led.retain(|one| kept(&moves, one));
        moves.given.extend(helpers);
        leads.extend(led);
    }
    moves.given.extend(leads);
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    #[test]
    fn what_another_changed_meanwhile_is_told_apart() {
        let (one, two, three) = (Id::from_raw(1), Id::from_raw(2), Id::from_raw(3));
        for (now, seen, org, told) in [
            (None, None, Some(one), false),
            (Some(one), Some(one), Some(two), false),
            (Some(one), Some(one), None, false),
            // Another chose something meanwhile: the same, something else, nothing.
            (Some(two), Some(one), Some(two), false),
            (Some(three), Some(one), Some(two), true),
            (Some(three), None, Some(two), true),
            (None, Some(one), Some(two), true),
            // What this page did not touch stays as the other chose it.
            (Some(three), Some(one), Some(one), false),
            (Some(three), None, None, false),
        ] {
            let before: HashMap<String, OrgId> = now.map(|org| ("甲".to_owned(), org)).into_iter().collect();
            let chosen = [Meant {
                name: "甲".into(),
                seen,
                org,
            }];
            let found = overtaken(&before, &chosen);
            assert_eq!(!found.is_empty(), told, "{now:?} {seen:?} {org:?}");
        }
    }

    #[test]
    fn parts_end_before_others_are_given() {
        let (task, one, two) = (Id::from_raw(9), Id::from_raw(1), Id::from_raw(2));
        let printed = |leads: &[&'static str], helpers: &[&'static str]| Printed {
            task,
            leads: leads.to_vec(),
            helpers: helpers.to_vec(),
        };
        let before: HashMap<String, OrgId> = [("甲".to_owned(), one), ("乙".to_owned(), two)].into();
        let (lead, helper) = (DutyPart::Lead, DutyPart::Helper);
        let all = printed(&["甲"], &["乙"]);
        for (chosen, ended, given) in [
            // Swapped: both go, both come back, the lead last.
            (
                vec![("甲", Some(two)), ("乙", Some(one))],
                vec![one, two],
                vec![(one, helper), (two, lead)],
            ),
            // Both mean one: it leads.
            (
                vec![("乙", Some(one))],
                vec![two],
                vec![(one, helper), (one, lead)],
            ),
            (vec![("甲", None)], vec![one], vec![]),
            (vec![("甲", Some(one))], vec![], vec![]),
        ] {
            let chosen: Vec<Meant> = chosen
                .into_iter()
                .map(|(name, org)| Meant {
                    name: name.to_owned(),
                    seen: before.get(name).copied(),
                    org,
                })
                .collect();
            let moves = duty_moves(std::slice::from_ref(&all), &before, &chosen);
            let orgs: Vec<OrgId> = moves.ended.iter().map(|(_, org)| *org).collect();
            assert_eq!(orgs, ended, "{chosen:?}");
            let parts: Vec<(OrgId, DutyPart)> =
                moves.given.iter().map(|(_, org, part)| (*org, *part)).collect();
            assert_eq!(parts, given, "{chosen:?}");
        }
    }
}
