//! Figures of a day, rolled up in memory: places, rooms, population, what registers hold.

use crate::cells::{Cells, Key};
use crate::definition::Rollup;
use crate::store::MomentFact;
use crate::tree::{Placed, Tree};
use kernel::OrgId;
use std::collections::HashMap;

/// What holds on a day, of each org with all below it; an org is missing where nothing is known.
pub type Rolled = HashMap<OrgId, Cells>;

/// Puts facts on the tree.
#[must_use]
pub fn roll_up(facts: Vec<MomentFact>, tree: &Tree, rollup: Rollup) -> Rolled {
    let years = Years::of(&facts, tree, rollup);
    let mut own: HashMap<OrgId, Cells> = HashMap::new();
    for fact in facts {
        let m = if rollup == Rollup::OwnElseChildren {
            0
        } else {
            fact.m
        };
        let key = Key {
            tag: fact.tag,
            sex: fact.sex,
            band: fact.band,
            kind: fact.kind,
        };
        own.entry(fact.org_id).or_default().put(key, fact.n, m, None);
    }
    let mut rolled = Rolled::with_capacity(own.len());
    for node in tree.upward() {
        let mut cells = own.remove(&node.id);
        for child in years.below(tree, node.id) {
            if let Some(below) = rolled.get(&child) {
                cells.get_or_insert_default().take_in(below);
            }
        }
        if let Some(cells) = cells {
            rolled.insert(node.id, cells);
        }
    }
    rolled
}

/// The orgs whose own facts make up the figure of `org`.
#[must_use]
pub fn parts(facts: &[MomentFact], tree: &Tree, rollup: Rollup, org: OrgId) -> Vec<OrgId> {
    let years = Years::of(facts, tree, rollup);
    let (mut parts, mut open) = (Vec::new(), vec![org]);
    while let Some(next) = open.pop() {
        parts.push(next);
        open.extend(years.below(tree, next));
    }
    parts
}

/// Of which year's end the figures are, where a figure of its own stands for those below; empty where all are added.
#[derive(Default)]
struct Years {
    adds: bool,
    own: HashMap<OrgId, i64>,
    /// The own year, else the newest of those below.
    newest: HashMap<OrgId, i64>,
}

impl Years {
    fn of(facts: &[MomentFact], tree: &Tree, rollup: Rollup) -> Self {
        if rollup == Rollup::Sum {
            return Self {
                adds: true,
                ..Self::default()
            };
        }
        let own: HashMap<OrgId, i64> = facts.iter().map(|fact| (fact.org_id, fact.m)).collect();
        let mut newest = own.clone();
        for node in tree.upward() {
            let below = tree
                .children(node.id)
                .filter_map(|child| newest.get(&child.id))
                .max();
            if let (Some(year), false) = (below.copied(), newest.contains_key(&node.id)) {
                newest.insert(node.id, year);
            }
        }
        Self {
            adds: false,
            own,
            newest,
        }
    }

    /// The orgs whose figures go into that of the one above them. An area's own figure stands for those below it, also for
    /// those that ended there or were opened later, except for one that was merged into it after that figure's year; the last
    /// figure of an ended area is left out once its neighbours have newer ones, because they have counted its people.
    fn below(&self, tree: &Tree, org: OrgId) -> Vec<OrgId> {
        let newest = |org: OrgId| self.newest.get(&org).copied();
        let own = self.own.get(&org).copied();
        let standing = tree.children(org).filter(|child| child.standing);
        let here = own.or_else(|| standing.filter_map(|child| newest(child.id)).max());
        let takes = |child: &&Placed| {
            self.adds
                || if child.standing {
                    own.is_none()
                } else {
                    (own.is_none() || child.merged) && newest(child.id) >= here
                }
        };
        tree.children(org).filter(takes).map(|child| child.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::Choice;
    use crate::definition::Measure;

    fn fact(org: i64, n: i64) -> MomentFact {
        MomentFact {
            org_id: OrgId::from_raw(org),
            tag: String::new(),
            kind: String::new(),
            sex: String::new(),
            band: String::new(),
            n,
            m: 0,
        }
    }

    #[test]
    fn a_figure_of_its_own_stands_for_those_below_where_the_source_says_so() {
        let tree = Tree::new(vec![
            placed(1, None),
            placed(2, Some(1)),
            placed(3, Some(1)),
            placed(4, Some(2)),
            placed(5, Some(3)),
        ]);
        let facts = || vec![fact(2, 100), fact(4, 30), fact(5, 7)];
        for (rollup, city, street, parts_of_city) in [
            (Rollup::Sum, 137, Some(130), vec![1, 2, 3, 4, 5]),
            (Rollup::OwnElseChildren, 107, Some(100), vec![1, 2, 3, 5]),
        ] {
            let rolled = roll_up(facts(), &tree, rollup);
            assert_eq!(sum(&rolled, 1), Some(city));
            assert_eq!(sum(&rolled, 2), street);
            assert_eq!(sum(&rolled, 3), Some(7));
            assert_eq!(sum(&rolled, 9), None);
            let mut found: Vec<i64> = parts(&facts(), &tree, rollup, OrgId::from_raw(1))
                .into_iter()
                .map(OrgId::raw)
                .collect();
            found.sort_unstable();
            assert_eq!(found, parts_of_city);
        }
    }

    #[test]
    fn nobody_is_lost_or_counted_twice_when_an_area_ends() {
        // 3 became part of 2; 4 ended without a successor. Years of the figures of 2, 3 and 4, and the sum above.
        for (two, three, four, city) in [
            // Merged after the year's end: 2 has not counted the people of 3 yet, nor anybody those of 4.
            (2025, 2025, 2025, 111),
            // 2 has counted since: it speaks for all of its area now, and 4 is old.
            (2026, 2025, 2025, 100),
        ] {
            let tree = Tree::new(vec![
                placed(1, None),
                placed(2, Some(1)),
                gone(3, 2, true),
                gone(4, 1, false),
            ]);
            let of = |org, n, year| MomentFact {
                m: year,
                ..fact(org, n)
            };
            let facts = vec![of(2, 100, two), of(3, 10, three), of(4, 1, four)];
            let rolled = roll_up(facts, &tree, Rollup::OwnElseChildren);
            assert_eq!(sum(&rolled, 1), Some(city), "{two} {three} {four}");
        }
    }

    #[test]
    fn an_own_figure_takes_in_only_who_was_merged_since() {
        // 2 and its child 3, which stands no more: whether it was merged into 2, the years of the two figures, and that of 2.
        for (merged, own, child, street) in [
            (true, Some(2025), 2025, 110),
            (true, Some(2025), 2026, 110),
            (true, Some(2026), 2025, 100),
            // Ended without a successor, or opened later: the own figure has counted who lived there.
            (false, Some(2025), 2025, 100),
            (false, Some(2025), 2026, 100),
            (false, Some(2026), 2025, 100),
            // Where there is no own figure, all count that are known.
            (true, None, 2025, 10),
            (false, None, 2025, 10),
        ] {
            let tree = Tree::new(vec![placed(1, None), placed(2, Some(1)), gone(3, 2, merged)]);
            let own = own.map(|year| MomentFact {
                m: year,
                ..fact(2, 100)
            });
            let child = MomentFact {
                m: child,
                ..fact(3, 10)
            };
            let facts: Vec<MomentFact> = own.into_iter().chain([child]).collect();
            let rolled = roll_up(facts, &tree, Rollup::OwnElseChildren);
            assert_eq!(sum(&rolled, 2), Some(street), "{merged}");
            assert_eq!(sum(&rolled, 1), Some(street), "{merged}");
        }
    }

    fn gone(id: i64, above: i64, merged: bool) -> Placed {
        Placed {
            standing: false,
            merged,
            ..placed(id, Some(above))
        }
    }

    fn sum(rolled: &Rolled, org: i64) -> Option<i64> {
        let cells = rolled.get(&OrgId::from_raw(org));
        cells.map(|cells| cells.sum(Measure::N, &Choice::default()))
    }

    fn placed(id: i64, above: Option<i64>) -> Placed {
        Placed {
            id: OrgId::from_raw(id),
            above: above.map(OrgId::from_raw),
            opened_on: kernel::Date::constant(2020, 1, 1),
            standing: true,
            merged: false,
            name: String::new(),
            kind: String::new(),
        }
    }
}
