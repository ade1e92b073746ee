//! A varied choice out of many classes, so that the start page shows what there is and not one course six times.

use super::snapshot::Listed;
use std::collections::{BTreeSet, HashSet};

/// So many of these, in their order. No category, place or course comes twice while there are others; then no course
/// comes twice while there are others.
#[must_use]
pub(super) fn varied<'a>(all: &[Listed<'a>], most: usize) -> Vec<Listed<'a>> {
    let mut chosen = BTreeSet::new();
    let mut seen = Seen::default();
    for round in [
        Seen::knows_any,
        Seen::knows_course,
        |_: &Seen<'_>, _: &Listed<'_>| false,
    ] {
        for (at, listed) in all.iter().enumerate() {
            if chosen.len() >= most {
                break;
            }
            if !chosen.contains(&at) && !round(&seen, listed) {
                chosen.insert(at);
                seen.add(listed);
            }
        }
    }
    chosen.into_iter().filter_map(|at| all.get(at).copied()).collect()
}

/// What has been chosen already.
#[derive(Default)]
struct Seen<'a> {
    categories: HashSet<&'a str>,
    places: HashSet<i64>,
    courses: HashSet<&'a str>,
}

impl<'a> Seen<'a> {
    fn add(&mut self, Listed { card, .. }: &Listed<'a>) {
        self.categories.insert(card.category.as_str());
        self.places.insert(card.place.id.raw());
        self.courses.insert(card.course.as_str());
    }

    fn knows_any(&self, listed: &Listed<'_>) -> bool {
        self.categories.contains(listed.card.category.as_str())
            || self.places.contains(&listed.card.place.id.raw())
            || self.knows_course(listed)
    }

    fn knows_course(&self, listed: &Listed<'_>) -> bool {
        self.courses.contains(listed.card.course.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{ClassCard, Seats, tests};
    use super::*;

    fn card(id: i64, course: &str, category: &str, place: i64) -> ClassCard {
        ClassCard {
            category: category.into(),
            place: tests::place(place, 10),
            ..tests::card(id, course)
        }
    }

    #[test]
    fn other_categories_and_places_come_before_the_same_course_again() {
        let cards = [
            card(1, "楷书", "书画", 100),
            card(2, "楷书", "书画", 101),
            card(3, "国画", "书画", 102),
            card(4, "合唱", "声乐", 100),
            card(5, "太极", "健身", 103),
        ];
        let all: Vec<Listed<'_>> = cards
            .iter()
            .map(|card| Listed {
                card,
                seats: Seats::default(),
                metres: None,
            })
            .collect();
        for (most, ids) in [
            (0, vec![]),
            (1, vec![1]),
            (2, vec![1, 5]),
            (3, vec![1, 3, 5]),
            (4, vec![1, 3, 4, 5]),
            (9, vec![1, 2, 3, 4, 5]),
        ] {
            let chosen: Vec<i64> = varied(&all, most).iter().map(|one| one.card.id.raw()).collect();
            assert_eq!(chosen, ids, "{most}");
        }
    }
}
