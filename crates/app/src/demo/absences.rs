//! Who stays away from the classes of the demo's own school, as the daily job finds them.

use super::draw::{Draw, moment};
use super::enrollments::{Filled, Seat};
use super::load::Load;
use attendance::absences::model::{State, Tally, reached, tally};
use attendance::marks::Status;
use enrollment::EnrollmentStatus;
use enrollment::school_rules::SchoolRules;
use platform::AppResult;

/// Writes the cases that are open today.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<()> {
    let today = filled.links.days.today;
    let cases: Vec<_> = filled
        .seats
        .iter()
        .filter_map(|seat| away(filled, seat))
        .collect();
    let mut ids = Draw::new("absences").ids(today, cases.len());
    let rows = cases.into_iter().filter_map(|(seat, state, sum)| {
        let class = filled.classes.get(seat.class)?;
        Some(vec![
            ("id", ids.take().into()),
            ("org_id", filled.org(class.org).into()),
            ("class_id", class.id.into()),
            ("enrollment_id", seat.id.into()),
            ("person_id", filled.person(seat.person).into()),
            ("in_row", sum.in_row.into()),
            ("missed", sum.missed.into()),
            ("held", sum.held.into()),
            ("state", state.into()),
            ("noted_at", moment(today, 6, 0).into()),
            ("said", "".into()),
            ("note", "".into()),
        ])
    });
    load.put_named("absence_case", rows).await
}

fn away<'a>(filled: &Filled<'_>, seat: &'a Seat) -> Option<(&'a Seat, State, Tally)> {
    let class = filled.classes.get(seat.class)?;
    if Some(class.org) != filled.home || seat.status != EnrollmentStatus::Attending {
        return None;
    }
    let status = |mark: &u8| super::enrollments::presence(*mark).parse::<Status>().ok();
    let sum = tally(seat.marks.iter().filter_map(status));
    Some((seat, reached(&SchoolRules::default(), sum)?, sum))
}
