//! What the seat desk asks of the rules of a class.

use super::load::{self, Rule, Verdict, Who};
use crate::seat_desk::model::{ClassState, PersonState, State};
use crate::seat_desk::{Asked, Refusal};
use db::Db;
use kernel::{Instant, PersonId};
use platform::AppResult;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use teaching::ClassId;

/// Reads what the rules of the classes asked for want to know of those who ask, and limits of those who wait where a turn may
/// come; without rules, nothing.
pub(crate) async fn set_facts(db: &Db, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let mut people: BTreeSet<PersonId> = BTreeSet::new();
    let mut needs = super::facts::Needs::default();
    for one in asked.iter().filter(|one| one.ask.wants_place()) {
        let class = state.classes.get(&one.ask.class());
        if let Some(rules) = class.and_then(|class| class.eligibility.as_ref()) {
            people.extend(one.ask.people());
            needs = needs.and(rules.needs);
        }
    }
    // Whose turn may come is asked of limits again.
    for class in state.classes.values() {
        if let Some(rules) = class.eligibility.as_ref().filter(|rules| rules.needs.counts) {
            people.extend(class.waiting.iter().map(|waiting| waiting.person));
            needs = match class.waiting.is_empty() {
                true => needs,
                false => needs.and(rules.needs),
            };
        }
    }
    if people.is_empty() {
        return Ok(());
    }
    let classes: BTreeSet<ClassId> = state.classes.keys().chain(state.held.keys()).copied().collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    state.reading = load::read(db, &people, classes, needs).await?;
    Ok(())
}

/// Asks the rules of a class about somebody who wants a place in it, in order of their ids.
///
/// # Errors
/// [`Refusal::Rule`] of the first that does not hold; [`Refusal::BirthUnknown`] where a rule asks for an unknown age.
pub(crate) fn may_have(
    state: &State,
    at: &ClassState,
    asked: (PersonId, &PersonState),
) -> Result<(), Refusal> {
    first_refusal(state, at, asked, |_| true)
}

/// Asks again, when a turn comes, the rules that count places: they are limits, and somebody may have got other seats
/// while they waited. What a rule says of the person themselves was asked when they came to wait.
///
/// # Errors
/// As [`may_have`].
pub(crate) fn may_still_have(
    state: &State,
    at: &ClassState,
    asked: (PersonId, &PersonState),
) -> Result<(), Refusal> {
    first_refusal(state, at, asked, |rule| rule.compiled.needs.counts)
}

fn first_refusal(
    state: &State,
    at: &ClassState,
    (person, who): (PersonId, &PersonState),
    wanted: fn(&Rule) -> bool,
) -> Result<(), Refusal> {
    let Some(of_class) = &at.eligibility else {
        return Ok(());
    };
    let held = who
        .live
        .iter()
        .filter(|live| live.term == at.facts.term && live.class != at.facts.id && live.status.holds_seat());
    let who = Who {
        person,
        age: at.age_of(who),
        held: held.map(|live| live.class).collect(),
    };
    for (rule, verdict) in of_class.verdicts(&state.reading, &who, state.now) {
        match verdict {
            Verdict::Fails | Verdict::BirthUnknown if !wanted(rule) => {}
            Verdict::Meets => {}
            Verdict::BirthUnknown => return Err(Refusal::BirthUnknown),
            Verdict::Fails => return Err(rule.refusal()),
        }
    }
    Ok(())
}

/// The rules that were asked, for the event of the place.
pub(crate) fn asked(at: &ClassState, now: Instant) -> Vec<Value> {
    let rules = at.eligibility.iter().flat_map(|of_class| &of_class.rules);
    rules
        .filter(|rule| rule.counts(now))
        .map(|rule| json!({ "id": rule.row.id, "version": rule.row.version }))
        .collect()
}
