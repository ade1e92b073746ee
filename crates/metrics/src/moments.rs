//! Figures of a day, rolled up in memory: places, rooms, population, what registers hold.

use crate::cells::{Cells, Key};
use crate::definition::Rollup;
use crate::store::MomentFact;
use crate::tree::Tree;
use kernel::OrgId;
use std::collections::HashMap;

/// What holds on a day, of each org with all below it; an org is missing where nothing is known.
pub type Rolled = HashMap<OrgId, Cells>;

/// Puts facts on the tree.
#[must_use]
pub fn roll_up(facts: Vec<MomentFact>, tree: &Tree, rollup: Rollup) -> Rolled {
    let mut own: HashMap<OrgId, Cells> = HashMap::new();
    for fact in facts {
        let key = Key {
            tag: fact.tag,
            sex: fact.sex,
            band: fact.band,
            kind: fact.kind,
        };
        own.entry(fact.org_id).or_default().put(key, fact.n, fact.m, None);
    }
    let mut rolled = Rolled::with_capacity(own.len());
    for node in tree.upward() {
        let mine = own.remove(&node.id);
        let keeps_own = rollup == Rollup::OwnElseChildren && mine.is_some();
        let mut cells = mine;
        if !keeps_own {
            for child in tree.children(node.id) {
                if let Some(below) = rolled.get(&child.id) {
                    cells.get_or_insert_default().take_in(below);
                }
            }
        }
        if let Some(cells) = cells {
            rolled.insert(node.id, cells);
        }
    }
    rolled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::Choice;
    use crate::definition::Measure;
    use crate::tree::Placed;

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
        let placed = |id, above: Option<i64>| Placed {
            id: OrgId::from_raw(id),
            above: above.map(OrgId::from_raw),
            opened_on: kernel::Date::constant(2020, 1, 1),
            standing: true,
            name: String::new(),
            kind: String::new(),
        };
        let tree = Tree::new(vec![
            placed(1, None),
            placed(2, Some(1)),
            placed(3, Some(1)),
            placed(4, Some(2)),
            placed(5, Some(3)),
        ]);
        let facts = || vec![fact(2, 100), fact(4, 30), fact(5, 7)];
        for (rollup, city, street) in [
            (Rollup::Sum, 137, Some(130)),
            (Rollup::OwnElseChildren, 107, Some(100)),
        ] {
            let rolled = roll_up(facts(), &tree, rollup);
            let sum = |org| {
                let cells = rolled.get(&OrgId::from_raw(org));
                cells.map(|cells: &Cells| cells.sum(Measure::N, &Choice::default()))
            };
            assert_eq!(sum(1), Some(city));
            assert_eq!(sum(2), street);
            assert_eq!(sum(3), Some(7));
            assert_eq!(sum(9), None);
        }
    }
}
