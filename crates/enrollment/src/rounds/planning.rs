//! What the forms of all kinds of rounds share: name, audience, window, classes.

use super::model::Audience;
use kernel::{Instant, OrgId, Time};
use orgs::tree::OrgBrief;
use teaching::ClassId;
use ui::{Choice, Field, Form};

/// Org, name, audience and window.
pub(crate) fn window_fields(audiences: &[Audience], example: &str) -> Vec<Field> {
    let audiences = audiences
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label()))
        .collect();
    vec![
        Field::hidden("org"),
        Field::text("name", "名称", 2, 40).hint(example),
        Field::radios("audience", "谁可以报", audiences),
        Field::date("opens_on", "报名开始的日子"),
        Field::time("opens_at", "报名开始的时间"),
        Field::date("closes_on", "报名截止的日子"),
        Field::time("closes_at", "报名截止的时间"),
    ]
}

/// The classes to choose from.
pub(crate) fn classes_field(classes: &[(ClassId, String)]) -> Field {
    let classes = classes
        .iter()
        .map(|(id, text)| Choice::new(id.to_string(), text.as_str()))
        .collect();
    Field::checkboxes("classes", "哪些班", classes)
}

/// The moment in China that two fields of a form name; `None` without a day.
pub(crate) fn moment_of(form: &Form, day: &str, time: &str) -> Option<Instant> {
    let time = form.time(time).unwrap_or(Time::midnight());
    form.date(day).map(|day| Instant::of_china(day, time))
}

/// The classes that were ticked.
pub(crate) fn chosen_classes(form: &Form) -> Vec<ClassId> {
    let chosen = form.all("classes").into_iter();
    chosen.filter_map(|id| id.parse().ok()).collect()
}

/// Doors to the same form of the other orgs.
pub(crate) fn other_orgs(orgs: &[OrgBrief], chosen: OrgId, form: &str) -> Vec<(String, String)> {
    let others = orgs.iter().filter(|org| org.id != chosen);
    others
        .map(|org| (format!("{form}?org={}", org.id), org.name.clone()))
        .collect()
}
