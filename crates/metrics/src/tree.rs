//! The tree of orgs as it stood on a day, with what was merged or closed before that day at its place.

use crate::definition::ReadTree;
use kernel::{Date, OrgId};
use std::collections::{HashMap, HashSet};

/// Reads the orgs of a day; given by the domain that owns the tree.
pub type TreeReader = ReadTree;

/// An org and what it is below on a day.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The org.
    pub id: OrgId,
    /// Above it; for a merged org its successor, for a closed one the last above it. A root has none.
    pub above: Option<OrgId>,
    /// Its first day.
    pub opened_on: Date,
    /// Whether it stands on that day. What was merged or closed before only carries its past, what is opened later only
    /// what was entered of it for earlier days.
    pub standing: bool,
    /// Whether it became part of the one above it. One that ended otherwise left nothing that its area's own figure lacks.
    pub merged: bool,
    /// Its short name on that day.
    pub name: String,
    /// Its kind.
    pub kind: String,
}

/// The tree of a day.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Placed>,
    places: HashMap<OrgId, usize>,
    below: Vec<Vec<usize>>,
    /// Places so that all below an org come before it.
    upward: Vec<usize>,
}

impl Tree {
    /// Builds the tree; an org above which nothing is known stands by itself, a circle is cut where it is met.
    #[must_use]
    pub fn new(nodes: Vec<Placed>) -> Self {
        let places: HashMap<OrgId, usize> =
            nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        let mut below = vec![Vec::new(); nodes.len()];
        for (at, node) in nodes.iter().enumerate() {
            let above = node
                .above
                .and_then(|id| places.get(&id))
                .filter(|above| **above != at);
            if let Some(list) = above.and_then(|above| below.get_mut(*above)) {
                list.push(at);
            }
        }
        let roots = nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.above.is_none_or(|id| !places.contains_key(&id)));
        let mut seen = vec![false; nodes.len()];
        let mut downward = Vec::with_capacity(nodes.len());
        let mut open: Vec<usize> = roots.map(|(at, _)| at).collect();
        while let Some(at) = open.pop() {
            let before = seen.get_mut(at).map(|seen| std::mem::replace(seen, true));
            if before != Some(false) {
                continue;
            }
            downward.push(at);
            open.extend(below.get(at).into_iter().flatten());
        }
        downward.reverse();
        Self {
            nodes,
            places,
            below,
            upward: downward,
        }
    }

    /// A hash of who stands below whom among those opened by a day and those of `late`, which have something to count although
    /// they were opened after it, with all above them. Whoever else was opened later has nothing to count before, so a tree that
    /// only grew gives what was rolled up on the smaller one the same sums.
    #[must_use]
    pub fn hash_by(&self, day: Date, late: &[OrgId]) -> String {
        let carried = self.with_all_above(late);
        let counts = |node: &&Placed| node.opened_on <= day || carried.contains(&node.id);
        hash_of(self.nodes.iter().filter(counts))
    }

    /// Those opened after a day.
    #[must_use]
    pub fn opened_after(&self, day: Date) -> Vec<OrgId> {
        let late = self.nodes.iter().filter(|node| node.opened_on > day);
        late.map(|node| node.id).collect()
    }

    /// The org, if it is known on that day.
    #[must_use]
    pub fn get(&self, org: OrgId) -> Option<&Placed> {
        self.places.get(&org).and_then(|at| self.nodes.get(*at))
    }

    /// All orgs, each after all those below it.
    pub fn upward(&self) -> impl Iterator<Item = &Placed> {
        self.upward.iter().filter_map(|at| self.nodes.get(*at))
    }

    /// Directly below it, with what only carries its past.
    pub fn children(&self, org: OrgId) -> impl Iterator<Item = &Placed> {
        let below = self.places.get(&org).and_then(|at| self.below.get(*at));
        below.into_iter().flatten().filter_map(|at| self.nodes.get(*at))
    }

    /// The org and all below it; nothing when it is not known on that day.
    #[must_use]
    pub fn subtree(&self, org: OrgId) -> Vec<OrgId> {
        let mut all = Vec::new();
        let mut open: Vec<usize> = self.places.get(&org).copied().into_iter().collect();
        while let Some(at) = open.pop() {
            all.extend(self.nodes.get(at).map(|node| node.id));
            open.extend(self.below.get(at).into_iter().flatten());
            // No more orgs than there are: guards against a circle.
            if all.len() > self.nodes.len() {
                break;
            }
        }
        all
    }

    /// These orgs and all above them.
    #[must_use]
    pub fn with_all_above(&self, orgs: &[OrgId]) -> HashSet<OrgId> {
        let mut all = HashSet::with_capacity(orgs.len());
        for org in orgs {
            let mut next = self.get(*org);
            // Above one that is there already, all are.
            while let Some(node) = next.filter(|node| all.insert(node.id)) {
                next = node.above.and_then(|above| self.get(above));
            }
        }
        all
    }

    /// The org and all above it, from below.
    #[must_use]
    pub fn upto_root(&self, org: OrgId) -> Vec<OrgId> {
        let mut all = Vec::new();
        let mut next = self.get(org);
        while let Some(node) = next {
            if all.contains(&node.id) {
                break;
            }
            all.push(node.id);
            next = node.above.and_then(|above| self.get(above));
        }
        all
    }
}

/// FNV-1a over the sorted pairs: only to notice that the tree is another one.
fn hash_of<'a>(nodes: impl Iterator<Item = &'a Placed>) -> String {
    let mut pairs: Vec<(i64, i64)> = nodes
        .map(|node| (node.id.raw(), node.above.map_or(0, OrgId::raw)))
        .collect();
    pairs.sort_unstable();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (id, above) in pairs {
        for byte in id.to_le_bytes().into_iter().chain(above.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(id: i64, above: Option<i64>) -> Placed {
        Placed {
            id: OrgId::from_raw(id),
            above: above.map(OrgId::from_raw),
            opened_on: Date::constant(2026, 1, i8::try_from(id).unwrap()),
            standing: true,
            merged: false,
            name: String::new(),
            kind: String::new(),
        }
    }

    fn raw(ids: &[OrgId]) -> Vec<i64> {
        let mut ids: Vec<i64> = ids.iter().map(|id| id.raw()).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn a_subtree_holds_what_is_below_and_a_way_leads_up() {
        let tree = Tree::new(vec![
            placed(1, None),
            placed(2, Some(1)),
            placed(3, Some(1)),
            placed(4, Some(2)),
            placed(5, Some(4)),
        ]);
        assert_eq!(raw(&tree.subtree(OrgId::from_raw(2))), [2, 4, 5]);
        assert_eq!(raw(&tree.subtree(OrgId::from_raw(9))), Vec::<i64>::new());
        assert_eq!(raw(&tree.upto_root(OrgId::from_raw(5))), [1, 2, 4, 5]);
        let two = tree.with_all_above(&[OrgId::from_raw(5), OrgId::from_raw(4), OrgId::from_raw(99)]);
        assert_eq!(raw(&two.into_iter().collect::<Vec<_>>()), [1, 2, 4, 5]);
        let order: Vec<i64> = tree.upward().map(|node| node.id.raw()).collect();
        for (below, above) in [(5, 4), (4, 2), (2, 1), (3, 1)] {
            let place = |id| order.iter().position(|other| *other == id).unwrap();
            assert!(place(below) < place(above), "{below} {above} {order:?}");
        }
    }

    #[test]
    fn a_circle_ends() {
        let tree = Tree::new(vec![placed(1, Some(2)), placed(2, Some(1)), placed(3, Some(3))]);
        assert_eq!(raw(&tree.upto_root(OrgId::from_raw(1))), [1, 2]);
        assert!(tree.subtree(OrgId::from_raw(1)).len() >= 2);
    }

    #[test]
    fn another_place_is_another_tree_but_not_another_order() {
        let one = Tree::new(vec![placed(1, None), placed(2, Some(1)), placed(3, Some(1))]);
        let turned = Tree::new(vec![placed(3, Some(1)), placed(1, None), placed(2, Some(1))]);
        let moved = Tree::new(vec![placed(1, None), placed(2, Some(1)), placed(3, Some(2))]);
        let end = Date::constant(2026, 12, 31);
        assert_eq!(one.hash_by(end, &[]), turned.hash_by(end, &[]));
        assert_ne!(one.hash_by(end, &[]), moved.hash_by(end, &[]));
        let grown = Tree::new(vec![
            placed(1, None),
            placed(2, Some(1)),
            placed(3, Some(1)),
            placed(9, Some(2)),
        ]);
        assert_eq!(
            one.hash_by(end, &[]),
            grown.hash_by(Date::constant(2026, 1, 8), &[]),
            "growing alone moves nothing"
        );
        assert_ne!(one.hash_by(end, &[]), grown.hash_by(end, &[]));
    }

    #[test]
    fn one_opened_later_is_part_of_the_hash_where_it_has_something_to_count() {
        let day = Date::constant(2026, 1, 7);
        // 9 was opened later, below 8, which was opened later too and then moved from 2 to 3.
        let tree = |above| {
            Tree::new(vec![
                placed(1, None),
                placed(2, Some(1)),
                placed(3, Some(1)),
                placed(8, Some(above)),
                placed(9, Some(8)),
            ])
        };
        assert_eq!(raw(&tree(2).opened_after(day)), [8, 9]);
        for (late, same) in [
            (&[][..], true),
            (&[9][..], false),
            (&[8][..], false),
            (&[3][..], true),
        ] {
            let late: Vec<OrgId> = late.iter().map(|id| OrgId::from_raw(*id)).collect();
            let found = tree(2).hash_by(day, &late) == tree(3).hash_by(day, &late);
            assert_eq!(found, same, "{late:?}");
        }
    }
}
