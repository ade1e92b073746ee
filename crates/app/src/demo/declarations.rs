//! Papers of the demo: those in strenuous classes signed the health statement and the notice of risks, families of the
//! oldest their consent; at the demo's own school somebody over 80 has a seat kept and owes it.

use super::Days;
use super::classes::Class;
use super::draw::Draw;
use super::enrollments::{Filled, Seat};
use super::load::Load;
use super::people::People;
use enrollment::EnrollmentStatus;
use enrollment::declarations::model::Signer;
use enrollment::declarations::{Paper, SIGNATURE_COLUMNS, SignatureRow, age, shipped_text, signer_place};
use kernel::Id;
use platform::{AppResult, Channel, KeyRing};
use std::collections::BTreeSet;
use teaching::classes::ClassStatus;

/// Full years from which the family signs, as the rule that ships with the program has it.
const CONSENT_AGE: i64 = 80;
/// Seconds of a year, for which a signature is good.
const YEAR_SECS: i64 = 365 * 86_400;

/// Keeps a seat, not yet theirs, for somebody over 80 in a free class of the demo's own school, and one, its fee not paid
/// yet, for somebody in a strenuous class: there, or where there is one.
pub(super) fn keep(home: Option<usize>, people: &People, classes: &[Class], seats: &mut [Seat]) {
    for strenuous in [false, true] {
        let fits = |seat: &&mut Seat| {
            classes.get(seat.class).is_some_and(|class| {
                class.status == ClassStatus::Published
                    && class.star.is_none()
                    && class.strenuous == strenuous
                    && seat.status == EnrollmentStatus::Confirmed
                    && if strenuous {
                        class.fee_fen > 0
                    } else {
                        class.fee_fen == 0 && Some(class.org) == home && is_old(people, seat, class)
                    }
            })
        };
        let is_home = |seat: &&mut Seat| classes.get(seat.class).map(|class| class.org) == home;
        if let Some(seat) = seats.iter_mut().filter(fits).max_by_key(is_home) {
            seat.status = EnrollmentStatus::Reserved;
        }
    }
}

fn is_old(people: &People, seat: &Seat, class: &Class) -> bool {
    let birth = people.all.get(seat.person).map(|person| person.birth);
    age(birth, class.starts_on()).is_some_and(|age| age >= CONSENT_AGE)
}

/// Writes what was signed: each paper once a person.
pub(super) async fn write(
    load: &Load<'_>,
    keys: &KeyRing,
    filled: &Filled<'_>,
    days: &Days,
) -> AppResult<()> {
    let people = filled.links.people;
    // Who still owes a paper signs none of the kind.
    let owes: BTreeSet<usize> = filled
        .seats
        .iter()
        .filter(|seat| seat.status == EnrollmentStatus::Reserved)
        .map(|seat| seat.person)
        .collect();
    let mut papers: BTreeSet<(usize, Paper, usize)> = BTreeSet::new();
    for (at, seat) in filled.seats.iter().enumerate() {
        let Some(class) = filled.classes.get(seat.class) else {
            continue;
        };
        if owes.contains(&seat.person) || !seat.status.is_live() {
            continue;
        }
        let strenuous = class.strenuous.then_some([Paper::Health, Paper::Risks]);
        papers.extend(
            strenuous
                .into_iter()
                .flatten()
                .map(|paper| (seat.person, paper, at)),
        );
        if is_old(people, seat, class) {
            papers.insert((seat.person, Paper::Consent, at));
        }
    }
    let mut signed: BTreeSet<(usize, Paper)> = BTreeSet::new();
    papers.retain(|(person, paper, _)| signed.insert((*person, *paper)));
    let mut ids = Draw::new("papers").ids(days.today, papers.len());
    let rows = papers.into_iter().filter_map(|(who, paper, at)| {
        let seat = filled.seats.get(at)?;
        let class = filled.classes.get(seat.class)?;
        let name = &people.all.get(who)?.name;
        let (id, person) = (Id::from_raw(ids.take()), Id::from_raw(filled.person(who)));
        let own = paper != Paper::Consent;
        let signer = if own {
            name.clone()
        } else {
            format!("{}女士", name.chars().next()?)
        };
        let signed_at = filled.asked_at(seat, class);
        let row = SignatureRow {
            id,
            org_id: Id::from_raw(filled.org(class.org)),
            person_id: person,
            paper,
            text_id: shipped_text(paper),
            relation: if own { Signer::Own } else { Signer::Child },
            signer_person: own.then_some(person),
            signer_sealed: Some(keys.seal(&signer, &signer_place(id))),
            channel: if own { Channel::Web } else { Channel::Desk },
            signed_at,
            valid_until: signed_at.plus_secs(YEAR_SECS).date(),
            actor_person: own.then_some(person),
        };
        Some(row.cells())
    });
    load.put("paper_signature", SIGNATURE_COLUMNS, rows).await
}
