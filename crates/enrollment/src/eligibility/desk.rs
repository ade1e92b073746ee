//! What the seat desk asks of the rules of a class.

use super::load::{self, about_person};
use crate::seat_desk::model::{ClassState, PersonState, State};
use crate::seat_desk::{Asked, Refusal};
use kernel::{Instant, PersonId};
use platform::{AppResult, Tx};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use teaching::ClassId;

/// Reads what the rules of the classes asked for want to know of those who ask; without rules, nothing.
pub(crate) async fn set_facts(tx: &Tx, state: &mut State, asked: &[Asked]) -> AppResult<()> {
    let mut people: BTreeSet<PersonId> = BTreeSet::new();
    let mut needs = super::facts::Needs::default();
    for one in asked.iter().filter(|one| one.ask.wants_place()) {
        let class = state.classes.get(&one.ask.class());
        if let Some(rules) = class.and_then(|class| class.eligibility.as_ref()) {
            people.extend(one.ask.people());
            needs = needs.and(rules.needs);
        }
    }
    if people.is_empty() {
        return Ok(());
    }
    let classes: BTreeSet<ClassId> = state.classes.keys().chain(state.held.keys()).copied().collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    state.reading = load::read(tx, &people, classes, needs).await?;
    Ok(())
}

/// Asks the rules of a class about somebody who wants a place in it, in order of their ids.
///
/// # Errors
/// [`Refusal::Rule`] of the first that does not hold; [`Refusal::BirthUnknown`] where a rule asks for an unknown age.
pub(crate) fn may_have(
    state: &State,
    at: &ClassState,
    (person, who): (PersonId, &PersonState),
) -> Result<(), Refusal> {
    let Some(of_class) = &at.eligibility else {
        return Ok(());
    };
    let held = who
        .live
        .iter()
        .filter(|live| live.term == at.facts.term && live.class != at.facts.id && live.status.holds_seat());
    let held = held.map(|live| live.class);
    let age = at.age_of(who);
    let about = about_person(&state.reading, person, &of_class.kind, age.unwrap_or(0), held);
    for rule in of_class.rules.iter().filter(|rule| rule.counts(state.now)) {
        if rule.compiled.needs.age && age.is_none() {
            return Err(Refusal::BirthUnknown);
        }
        // A rule that gives no answer refuses: it was tried before it was kept, so this is for eyes, not for guesses.
        if rule.compiled.holds(&of_class.about, &about) != Some(true) {
            return Err(Refusal::Rule {
                rule: rule.row.id,
                version: rule.row.version,
                words: rule.row.words.clone(),
                label: rule.row.door_label.clone(),
                href: rule.row.door_href.clone(),
            });
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
