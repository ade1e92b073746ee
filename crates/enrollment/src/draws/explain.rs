//! Why somebody got no seat, and what would have won one.

use super::algorithm::draw;
use super::file::{DrawClass, DrawFile, Entrant};
use std::collections::{BTreeMap, HashMap};

/// What one entrant is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Place in the order, from 1.
    pub rank: u32,
    /// Entrants in all.
    pub entrants: u32,
    /// The class won, with the number of the wish from 1.
    pub won: Option<(String, usize)>,
    /// Each wish that was not won, in order.
    pub missed: Vec<Missed>,
    /// Classes that had seats for this entrant when its turn came and that it did not wish for, by id.
    pub would_have_won: Vec<String>,
    /// Whether a seat in a wish would have been won by each of the companions alone.
    pub alone_would_have_won: Option<String>,
}

/// A wish that was not won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The class.
    pub class: String,
    /// Rank of the last who won a seat there out of a pool of this entrant; `None` when nobody did.
    pub cut_off: Option<u32>,
    /// Place on its waitlist from 1, when the entrant waits.
    pub waiting: Option<u32>,
}

/// Explains the result of a drawn file to one of its entrants; `None` when it is not drawn or the number is unknown.
#[must_use]
pub fn explain(file: &DrawFile, receipt: &str) -> Option<Explanation> {
    let result = file.result.as_ref()?;
    let one = file.entrants.iter().find(|one| one.receipt == receipt)?;
    let ranks: HashMap<&str, u32> = result
        .order
        .iter()
        .map(|ranked| (ranked.receipt.as_str(), ranked.rank))
        .collect();
    let rank = *ranks.get(receipt)?;
    let seat = result.seated.iter().find(|seat| seat.receipt == receipt);
    let won = seat.and_then(|seat| {
        let wish = one.wishes.iter().position(|wish| *wish == seat.class)?;
        Some((seat.class.clone(), wish + 1))
    });
    let before_won = one
        .wishes
        .iter()
        .take(won.as_ref().map_or(usize::MAX, |(_, wish)| wish - 1));
    let missed = before_won
        .map(|class| Missed {
            class: class.clone(),
            cut_off: result
                .seated
                .iter()
                .filter(|seat| seat.class == *class && one.pools.contains(&seat.pool))
                .filter_map(|seat| ranks.get(seat.receipt.as_str()).copied())
                .max(),
            waiting: result.waitlists.get(class).and_then(|list| {
                let place = list.iter().position(|waiting| waiting == receipt)?;
                u32::try_from(place + 1).ok()
            }),
        })
        .collect();
    let left = left_at_turn(file, rank);
    let fits = |class: &str, size: u32| {
        left.get(class).is_some_and(|pools| {
            one.pools
                .iter()
                .any(|pool| pools.get(pool).is_some_and(|seats| *seats >= size))
        })
    };
    let none_won = won.is_none();
    let would_have_won = file
        .classes
        .iter()
        .filter(|class| none_won && !one.wishes.contains(&class.id) && fits(&class.id, one.size))
        .map(|class| class.id.clone())
        .collect();
    let alone = one
        .wishes
        .iter()
        .find(|wish| none_won && one.size > 1 && fits(wish, 1));
    Some(Explanation {
        rank,
        entrants: u32::try_from(file.entrants.len()).unwrap_or(u32::MAX),
        won,
        missed,
        would_have_won,
        alone_would_have_won: alone.cloned(),
    })
}

/// Seats left of each class and pool when the entrant of this rank had its turn: the same draw, cut off before it.
fn left_at_turn(file: &DrawFile, rank: u32) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut left: BTreeMap<String, BTreeMap<String, u32>> = file
        .classes
        .iter()
        .map(|class: &DrawClass| (class.id.clone(), class.seats.clone()))
        .collect();
    let Some(result) = &file.result else {
        return left;
    };
    let earlier: HashMap<&str, &Entrant> = file
        .entrants
        .iter()
        .map(|one| (one.receipt.as_str(), one))
        .collect();
    let ranks: HashMap<&str, u32> = result
        .order
        .iter()
        .map(|ranked| (ranked.receipt.as_str(), ranked.rank))
        .collect();
    for seat in &result.seated {
        let before = ranks
            .get(seat.receipt.as_str())
            .is_some_and(|other| *other < rank);
        let size = earlier.get(seat.receipt.as_str()).map_or(0, |one| one.size);
        if let Some(seats) = left
            .get_mut(&seat.class)
            .and_then(|pools| pools.get_mut(&seat.pool))
            && before
        {
            *seats = seats.saturating_sub(size);
        }
    }
    left
}

/// Runs a draw on a sealed file and keeps its result in it.
pub fn settle(file: &mut DrawFile) {
    if let Some(randomness) = &file.randomness {
        file.result = Some(draw(&file.entrants, &file.classes, &randomness.text));
    }
}
