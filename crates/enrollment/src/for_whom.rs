//! The question for whom something is asked, where the reader may act for others.

use people::family::Beneficiary;
use people::persons::PersonBrief;
use ui::{Choice, Field, Page};

/// The question, named `for`, with what is chosen at first: the reader themselves if they are among the choices.
/// Nothing when nobody is left to choose.
pub(crate) fn question<'a>(
    page: &Page,
    label: &str,
    own: Option<&PersonBrief>,
    others: impl Iterator<Item = &'a Beneficiary>,
) -> Option<(Field, String)> {
    let me = own.map(|own| Choice::new(own.id.to_string(), page.tn("我自己（{}）", &[&own.name])));
    let others = others.map(|one| {
        let text = format!("{}（{}）", page.t(one.calls), one.name);
        Choice::new(one.person.to_string(), text)
    });
    let choices: Vec<Choice> = me.into_iter().chain(others).collect();
    let first = choices.first().map(|first| first.value.clone())?;
    Some((Field::radios("for", label, choices), first))
}
