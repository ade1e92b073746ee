//! What decides who may ask for a class now: its rounds, kept seats, and where people stand.

use super::model::{Kept, Pool, Standing, Taken, Window, admit, kept, kept_from, leads_to};
use super::store::{self, LiveRound};
use crate::RoundId;
use crate::rounds::model::{Audience, RoundMethod, RoundStatus};
use crate::rounds::store::known_at;
use crate::seat_desk::Refusal;
use db::Db;
use kernel::{Instant, OrgId, PersonId};
use orgs::tree;
use platform::AppResult;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use teaching::ClassId;
use teaching::classes::ClassRow;
use teaching::seats::{self, Lineage};

/// The method of a round whose seats go to who asks first.
pub const FIRST_COME: &str = RoundMethod::FirstCome.as_str();

/// A draw that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawAhead {
    /// The round.
    pub round: RoundId,
    /// From when on nobody who simply asks gets a seat.
    pub from: Instant,
    /// How it chooses.
    pub method: RoundMethod,
    /// First moment of its window.
    pub opens: Instant,
    /// First moment after it.
    pub closes: Instant,
}

/// How the seats of a class are given.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The draw, as long as it is not over.
    pub draw: Option<DrawAhead>,
    /// Windows of rounds by first come, in the order in which they open.
    pub windows: Vec<Window>,
    /// Seats taken by those for whom some are kept.
    pub taken: Taken,
    /// Where those stand who ask; others do not matter to any window.
    pub standing: HashMap<PersonId, Standing>,
}

impl Plan {
    /// From when on a draw gives the seats.
    #[must_use]
    pub fn draw_from(&self) -> Option<Instant> {
        self.draw.map(|draw| draw.from)
    }

    /// The draw that gives the seats at this moment.
    #[must_use]
    pub fn drawn(&self, now: Instant) -> Option<RoundId> {
        let (draw, from) = self.draw_gives()?;
        (now >= from).then_some(draw.round)
    }

    /// The draw with the moment from which on it gives the seats: that of its window, or any where no round by first come
    /// gives some.
    #[must_use]
    pub fn draw_gives(&self) -> Option<(DrawAhead, Instant)> {
        let draw = self.draw?;
        let from = if self.windows.is_empty() {
            Instant::from_millis(i64::MIN)
        } else {
            draw.from
        };
        Some((draw, from))
    }

    /// Whether this person may ask at this moment, if nothing but the rounds counts.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, person: PersonId, now: Instant) -> Result<(), Refusal> {
        admit(&self.windows, self.stands(person), now)
    }

    /// Seats of a class that this person could take, at the counter or on line.
    #[must_use]
    pub fn free(&self, class: &ClassRow, person: PersonId, counter: bool, now: Instant) -> i64 {
        let pool = Pool::of(self.stands(person), counter);
        class.capacity - class.enrolled - kept_from(pool, &self.windows, class.capacity, self.taken, now)
    }

    /// For whom seats of a class are kept at this moment: no more than are free, the counter's first.
    #[must_use]
    pub fn kept(&self, class: &ClassRow, now: Instant) -> Kept {
        let Kept { desk, newcomer } = kept(&self.windows, class.capacity, self.taken, now);
        let free = (class.capacity - class.enrolled).max(0);
        let desk = desk.min(free);
        Kept {
            desk,
            newcomer: newcomer.min(free - desk),
        }
    }

    /// Whether seats of a class are kept for somebody at this moment.
    #[must_use]
    pub fn keeps(&self, class: &ClassRow, now: Instant) -> bool {
        kept_from(Pool::Open, &self.windows, class.capacity, self.taken, now) > 0
    }

    fn stands(&self, person: PersonId) -> Standing {
        self.standing.get(&person).copied().unwrap_or_default()
    }
}

/// Reads how the seats of these classes are given; `asking` are the people of whom it matters.
pub(crate) async fn plans(
    db: &Db,
    classes: &[ClassId],
    asking: &[(ClassId, PersonId)],
) -> AppResult<HashMap<ClassId, Plan>> {
    let mut plans: HashMap<ClassId, Plan> = HashMap::new();
    let mut orgs: HashMap<ClassId, OrgId> = HashMap::new();
    for row in store::live_rounds(db, classes).await? {
        let plan = plans.entry(row.class_id).or_default();
        if row.method == RoundMethod::FirstCome {
            orgs.insert(row.class_id, row.org_id);
            plan.windows.push(window(row));
        } else {
            let from = match row.status {
                RoundStatus::Planned => row.opens,
                _ => Instant::from_millis(i64::MIN),
            };
            plan.draw = Some(DrawAhead {
                round: row.id,
                from,
                method: row.method,
                opens: row.opens,
                closes: row.closes,
            });
        }
    }
    let windowed: Vec<ClassId> = orgs.keys().copied().collect();
    if windowed.is_empty() {
        return Ok(plans);
    }
    for row in store::taken(db, &windowed).await? {
        if let Some(plan) = plans.get_mut(&row.class_id) {
            plan.taken.add(row.pool, row.seats);
        }
    }
    for ((class, person), standing) in standings(db, &plans, &orgs, asking).await? {
        if let Some(plan) = plans.get_mut(&class) {
            plan.standing.insert(person, standing);
        }
    }
    Ok(plans)
}

fn window(row: LiveRound) -> Window {
    Window {
        round: row.id,
        audience: row.audience,
        opens: row.opens,
        closes: row.closes,
        paused: (row.status == RoundStatus::Paused).then_some(row.status_note),
        desk_percent: row.desk_percent,
        newcomer_percent: row.newcomer_percent,
        release_at: row.release_at,
    }
}

/// Where people stand at the classes that have windows: known at the round's org in another term, and in a class of
/// the same course there shortly before.
async fn standings(
    db: &Db,
    plans: &HashMap<ClassId, Plan>,
    orgs: &HashMap<ClassId, OrgId>,
    asking: &[(ClassId, PersonId)],
) -> AppResult<Vec<((ClassId, PersonId), Standing)>> {
    let asking: Vec<_> = asking
        .iter()
        .filter(|(class, _)| orgs.contains_key(class))
        .collect();
    let people: BTreeSet<PersonId> = asking.iter().map(|(_, person)| *person).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let wanted: BTreeSet<ClassId> = asking.iter().map(|(class, _)| *class).collect();
    let mut classes: Vec<ClassId> = wanted.iter().copied().collect();
    let returns = |class: &ClassId| {
        let windows = plans.get(class).map(|plan| plan.windows.as_slice());
        let mut windows = windows.unwrap_or_default().iter();
        windows.any(|window| window.audience == Audience::Returning)
    };
    let seats = if wanted.iter().any(returns) {
        store::seats_of(db, &people).await?
    } else {
        Vec::new()
    };
    classes.extend(seats.iter().map(|(_, class)| *class));
    classes.sort_unstable();
    classes.dedup();
    let lineages = seats::lineages(db, &classes).await?;
    let lineages: HashMap<ClassId, Lineage> = lineages.into_iter().map(|one| (one.id, one)).collect();
    let mut known: HashMap<ClassId, Arc<HashSet<PersonId>>> = HashMap::new();
    let mut read: HashMap<(OrgId, teaching::TermId), Arc<HashSet<PersonId>>> = HashMap::new();
    for class in &wanted {
        let (Some(org), Some(lineage)) = (orgs.get(class), lineages.get(class)) else {
            continue;
        };
        let key = (*org, lineage.term_id);
        let found = match read.get(&key) {
            Some(found) => Arc::clone(found),
            None => {
                let path = tree::find(db, *org).await?.path;
                let found = known_at(db, &path, &people, lineage.term_id).await?;
                Arc::new(found.into_iter().collect())
            }
        };
        read.insert(key, Arc::clone(&found));
        known.insert(*class, found);
    }
    let mut before: HashMap<PersonId, Vec<&Lineage>> = HashMap::new();
    for (person, class) in &seats {
        before.entry(*person).or_default().extend(lineages.get(class));
    }
    let standing = |class: ClassId, person: PersonId| Standing {
        newcomer: !known.get(&class).is_some_and(|known| known.contains(&person)),
        returning: lineages.get(&class).is_some_and(|next| {
            let mut before = before.get(&person).into_iter().flatten();
            before.any(|past| continues(past, next))
        }),
    };
    Ok(asking
        .into_iter()
        .map(|(class, person)| ((*class, *person), standing(*class, *person)))
        .collect())
}

fn continues(past: &Lineage, next: &Lineage) -> bool {
    past.course_id == next.course_id
        && past.org_id == next.org_id
        && past.id != next.id
        && leads_to(past.starts_on, next.starts_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    #[test]
    fn a_draw_takes_a_class_over_from_its_window_on() {
        let at = |hour: i64| Instant::from_millis(hour * 3_600_000);
        let draw = DrawAhead {
            round: Id::from_raw(7),
            from: at(10),
            method: RoundMethod::Draw,
            opens: at(10),
            closes: at(20),
        };
        let before = Window {
            round: Id::from_raw(1),
            audience: Audience::Returning,
            opens: at(0),
            closes: at(10),
            paused: None,
            desk_percent: 0,
            newcomer_percent: 0,
            release_at: None,
        };
        for (draw, windows, hour, drawn) in [
            (None, vec![], 5, false),
            (None, vec![before.clone()], 5, false),
            (Some(draw), vec![], 5, true),
            (Some(draw), vec![before.clone()], 9, false),
            (Some(draw), vec![before], 10, true),
        ] {
            let plan = Plan {
                draw,
                windows,
                ..Plan::default()
            };
            assert_eq!(plan.drawn(at(hour)).is_some(), drawn, "{hour}");
        }
    }
}
