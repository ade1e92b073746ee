//! A wish to change classes at the demo's own school, which waits for its clerk.

use super::classes::Class;
use super::draw::{Draw, moment};
use super::enrollments::{Filled, Seat};
use super::load::Load;
use enrollment::EnrollmentStatus;
use platform::AppResult;
use teaching::classes::ClassStatus;

/// Writes the wish, where the school has a class to leave and one to go to.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<()> {
    let Some((seat, from, to)) = choose(filled) else {
        return Ok(());
    };
    let today = filled.links.days.today;
    let id = Draw::new("transfers").ids(today, 1).take();
    let row = vec![
        ("id", id.into()),
        ("org_id", filled.org(from.org).into()),
        ("enrollment_id", seat.id.into()),
        ("to_class", to.id.into()),
        ("status", "open".into()),
        ("reason", "那天要带孙子，来不了".into()),
        ("channel", "web".into()),
        ("asked_by", filled.person(seat.person).into()),
        ("asked_at", moment(today, 8, 0).into()),
        ("note", "".into()),
    ];
    load.put_named("transfer", [row]).await
}

/// Somebody with a seat in the next term, and another class of the school that costs no more and has a free seat.
fn choose<'a>(filled: &'a Filled<'_>) -> Option<(&'a Seat, &'a Class, &'a Class)> {
    let next = |class: &&Class| {
        Some(class.org) == filled.home && class.season == 2 && class.status == ClassStatus::Published
    };
    filled.seats.iter().find_map(|seat| {
        let from = filled.classes.get(seat.class).filter(next)?;
        let free = |to: &&Class| {
            to.id != from.id && to.enrolled < to.capacity && to.waitlisted == 0 && to.fee_fen <= from.fee_fen
        };
        let to = filled.classes.iter().filter(next).find(free)?;
        (seat.status == EnrollmentStatus::Confirmed).then_some((seat, from, to))
    })
}
