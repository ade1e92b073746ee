//! Hiding figures of few persons so that nobody can compute them from what is published. No I/O.
//!
//! What is published are numbers, and sums that everybody knows: the parts of a column and its total, the figures of streets
//! and that of their district. A small number is hidden; then others are, the smallest first, until no small number
//! follows from what is still said:
//! - by bounds: a number labelled small is from the least to below its limit, a hidden one is nothing or at least the limit;
//!   what the sums leave of that, one after the other, must be more than one value. So two fours are not hidden alone
//!   beside an eight whose total of sixteen is known;
//! - by elimination: no combination of sums leaves one small number alone.
//!
//! What was published before is not taken back: only figures that are new may be hidden for it. Ratios have no limit of
//! their own; one is hidden when its part or its whole is.
//!
//! The hub's [`crate::hub::suppression`] does the same for one number on areas × quarters, where a rule by hand is enough.

use super::model::Said;
use crate::number::Number;
use std::collections::{BTreeMap, BTreeSet};

/// A number that everybody may read or compute, in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The number.
    pub value: i64,
    /// Below which value it tells of single persons; 0 when it speaks of none.
    pub limit: i64,
    /// How much its last place after the point is.
    pub step: i64,
    /// What is said of it.
    pub said: Said,
    /// Whether it may still be hidden.
    pub is_new: bool,
}

impl Cell {
    /// Whether it tells of single persons.
    #[must_use]
    pub const fn is_small(self) -> bool {
        0 < self.value && self.value < self.limit
    }

    /// Whether nobody may find out what it is.
    const fn is_secret(self) -> bool {
        match self.said {
            Said::Figure => false,
            Said::Near(_) => true,
            Said::Small(_) | Said::Guard => self.is_small(),
        }
    }

    /// What somebody who reads it takes it for: from, to.
    fn range(self) -> Range {
        match self.said {
            Said::Figure => (self.value, self.value),
            Said::Small(_) => (self.step, self.limit - self.step),
            Said::Guard | Said::Near(_) if self.value < 0 => (-MOST, MOST),
            Said::Guard | Said::Near(_) => (0, MOST),
        }
    }

    /// The same, labelled where it is small.
    const fn labelled(self) -> Self {
        let said = if self.is_small() {
            Said::Small(self.limit / Number::ONE)
        } else {
            self.said
        };
        Self { said, ..self }
    }

    /// Without what a hidden number cannot be: one that is small is labelled so, unless its label was taken off.
    fn without_gap(self, (mut from, mut to): Range) -> Range {
        if self.said == Said::Guard && !self.is_small() {
            if 0 < from && from < self.limit {
                from = self.limit;
            }
            if 0 < to && to < self.limit {
                to = 0;
            }
        }
        (from, to)
    }
}

/// From, to.
type Range = (i64, i64);
/// More than any figure is.
const MOST: i64 = i64::MAX / 1_000_000;
/// How often bounds are passed on from sum to sum.
const ROUNDS: usize = 40;

/// Cells, each so often, whose sum everybody knows.
type Sum = Vec<(usize, i64)>;

/// Everything that is published, with what everybody knows of it.
#[derive(Debug, Default)]
pub struct Published {
    /// The numbers.
    pub cells: Vec<Cell>,
    sums: Vec<Sum>,
    /// In which sums each cell stands.
    sums_of: BTreeMap<usize, Vec<usize>>,
    /// A ratio with what it is computed from.
    ratios: Vec<(usize, Vec<usize>)>,
}

impl Published {
    /// Adds a number; gives its place. A small one is hidden at once.
    pub fn add(&mut self, cell: Cell) -> usize {
        let open = cell.is_new && cell.said == Said::Figure;
        self.cells.push(if open { cell.labelled() } else { cell });
        self.cells.len() - 1
    }

    /// These cells, each so often, make a sum that everybody knows.
    pub fn know(&mut self, sum: Sum) {
        if sum.len() > 1 && sum.iter().any(|(at, _)| self.limit(*at) > 0) {
            for (at, _) in &sum {
                self.sums_of.entry(*at).or_default().push(self.sums.len());
            }
            self.sums.push(sum);
        }
    }

    /// These cells, each so often, leave a rest that is no less than nothing and printed nowhere, such as persons of unknown
    /// age. A small rest, of `limit`, must not follow either. What is less than nothing is no rest: parts may overlap, and
    /// then the whole says nothing exact of them.
    pub fn leave(&mut self, mut sum: Sum, limit: i64) {
        let value: i64 = sum
            .iter()
            .map(|(at, times)| self.value(*at).saturating_mul(*times))
            .sum();
        if value < 0 || sum.len() < 2 {
            return;
        }
        if value > 0 {
            let step = sum
                .iter()
                .filter_map(|(at, _)| self.cells.get(*at))
                .map(|cell| cell.step)
                .min();
            let rest = Cell {
                value,
                limit,
                step: step.unwrap_or(1),
                said: Said::Guard,
                is_new: false,
            };
            self.cells.push(rest.labelled());
            sum.push((self.cells.len() - 1, -1));
        }
        self.know(sum);
    }

    /// A ratio that is computed from these cells.
    pub fn divide(&mut self, ratio: usize, of: Vec<usize>) {
        self.ratios.push((ratio, of));
    }

    fn value(&self, at: usize) -> i64 {
        self.cells.get(at).map_or(0, |cell| cell.value)
    }

    fn limit(&self, at: usize) -> i64 {
        self.cells.get(at).map_or(0, |cell| cell.limit)
    }

    fn is_hidden(&self, at: usize) -> bool {
        self.cells.get(at).is_some_and(|cell| cell.said != Said::Figure)
    }

    /// Hides what is needed that no small number follows.
    pub fn protect(&mut self) {
        self.hide_ratios();
        // What cannot be helped: it follows from what was published before.
        let mut lost = BTreeSet::new();
        // Each round hides a number, takes a label off or gives one up, so there is an end.
        while let Some(told) = self.told(&lost) {
            if let Some(next) = self.company(told) {
                if let Some(cell) = self.cells.get_mut(next) {
                    cell.said = Said::Guard;
                }
                self.hide_ratios();
            } else if let Some(label) = self.label(told) {
                if let Some(cell) = self.cells.get_mut(label) {
                    cell.said = Said::Guard;
                }
            } else {
                lost.insert(told);
            }
        }
    }

    fn hide_ratios(&mut self) {
        // A ratio may rest on another one.
        for _ in 0..=self.ratios.len() {
            let hidden = |(ratio, of): &&(usize, Vec<usize>)| {
                !self.is_hidden(*ratio) && of.iter().any(|at| self.is_hidden(*at))
            };
            let next: Vec<usize> = self
                .ratios
                .iter()
                .filter(hidden)
                .map(|(ratio, _)| *ratio)
                .collect();
            let mut changed = false;
            for at in next {
                if let Some(cell) = self.cells.get_mut(at).filter(|cell| cell.is_new) {
                    cell.said = Said::Guard;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// The first small number that follows from what is said.
    fn told(&self, lost: &BTreeSet<usize>) -> Option<usize> {
        let secret = |at: &usize| {
            let cell = self.cells.get(*at);
            cell.is_some_and(|cell| cell.is_secret()) && !lost.contains(at)
        };
        let ranges = self.ranges();
        let one = |at: &usize| ranges.get(*at).is_some_and(|(from, to)| from >= to);
        let by_bounds =
            (0..self.cells.len()).find(|at| secret(at) && self.sums_of.contains_key(at) && one(at));
        by_bounds.or_else(|| self.eliminated().into_iter().find(secret))
    }

    /// What each number can be for who knows all that is said.
    fn ranges(&self) -> Vec<Range> {
        let mut ranges: Vec<Range> = self.cells.iter().map(|cell| cell.range()).collect();
        let open: Vec<&Sum> = self
            .sums
            .iter()
            .filter(|sum| sum.iter().any(|(at, _)| self.is_hidden(*at)))
            .collect();
        for _ in 0..ROUNDS {
            let mut changed = false;
            for sum in &open {
                changed |= self.narrow(sum, &mut ranges);
            }
            if !changed {
                break;
            }
        }
        ranges
    }

    /// Passes the bounds of the cells of a sum on to each other.
    fn narrow(&self, sum: &Sum, ranges: &mut [Range]) -> bool {
        let total: i128 = sum
            .iter()
            .map(|(at, times)| i128::from(self.value(*at)) * i128::from(*times))
            .sum();
        let of = |ranges: &[Range], at: usize, times: i64| {
            let (from, to) = ranges.get(at).copied().unwrap_or((0, MOST));
            let (one, other) = (
                i128::from(from) * i128::from(times),
                i128::from(to) * i128::from(times),
            );
            (one.min(other), one.max(other))
        };
        let (mut least, mut most) = (0, 0);
        for (at, times) in sum {
            let (from, to) = of(ranges, *at, *times);
            least += from;
            most += to;
        }
        let mut changed = false;
        for (at, times) in sum.iter().filter(|(at, _)| self.is_hidden(*at)) {
            let Some(cell) = self.cells.get(*at) else { continue };
            let (from, to) = of(ranges, *at, *times);
            // What the others leave of the total.
            let (low, high) = (total - (most - to), total - (least - from));
            let times = i128::from(*times);
            let (low, high) = if times > 0 {
                (ceil(low, times), floor(high, times))
            } else {
                (ceil(-high, -times), floor(-low, -times))
            };
            let clamp = |number: i128| {
                i64::try_from(number.clamp(-i128::from(MOST), i128::from(MOST))).unwrap_or(MOST)
            };
            let Some(range) = ranges.get_mut(*at) else {
                continue;
            };
            let narrowed = cell.without_gap((range.0.max(clamp(low)), range.1.min(clamp(high))));
            if narrowed != *range && narrowed.0 <= narrowed.1 {
                *range = narrowed;
                changed = true;
                let (now_from, now_to) = of(ranges, *at, i64::try_from(times).unwrap_or_default());
                least += now_from - from;
                most += now_to - to;
            }
        }
        changed
    }

    /// Hidden numbers that some combination of the sums leaves alone.
    fn eliminated(&self) -> Vec<usize> {
        let mut lines: Vec<BTreeMap<usize, i64>> = Vec::new();
        for sum in &self.sums {
            let mut line = BTreeMap::new();
            for (at, times) in sum.iter().filter(|(at, _)| self.is_hidden(*at)) {
                let slot = line.entry(*at).or_insert(0);
                *slot = (*slot + times).rem_euclid(PRIME);
            }
            line.retain(|_, times| *times != 0);
            // Every line stands solved for its first unknown, which no other line holds.
            for solved in &lines {
                if let Some((first, _)) = solved.first_key_value()
                    && let Some(times) = line.get(first).copied()
                {
                    take_away(&mut line, solved, times);
                }
            }
            let Some((&first, &times)) = line.first_key_value() else {
                continue;
            };
            let by = inverse(times);
            line.values_mut()
                .for_each(|number| *number = *number * by % PRIME);
            for solved in &mut lines {
                if let Some(times) = solved.get(&first).copied() {
                    take_away(solved, &line, times);
                }
            }
            lines.push(line);
        }
        let alone = lines.iter().filter(|line| line.len() == 1);
        alone
            .filter_map(|line| Some(*line.first_key_value()?.0))
            .collect()
    }

    /// The number to be hidden beside one that follows: the smallest that is one, in a sum that hides one number alone, else in its
    /// own sums, else in those that hang together with them.
    fn company(&self, told: usize) -> Option<usize> {
        let weight = |at: &usize| {
            let (limit, value) = (self.limit(*at), self.value(*at));
            (limit == 0, value == 0, value, *at)
        };
        let may = |at: &usize| {
            self.cells
                .get(*at)
                .is_some_and(|cell| cell.is_new && cell.said == Said::Figure)
        };
        let together = self.together(told);
        let beside = |of: &dyn Fn(&Sum) -> bool| {
            let sums = together.iter().filter(|sum| of(sum));
            let cells = sums.flat_map(|sum| sum.iter()).map(|(at, _)| *at);
            cells.filter(may).min_by_key(weight)
        };
        let alone = |sum: &Sum| sum.iter().filter(|(at, _)| self.is_hidden(*at)).count() == 1;
        let own = |sum: &Sum| sum.iter().any(|(at, _)| *at == told);
        beside(&alone)
            .or_else(|| beside(&own))
            .or_else(|| beside(&|_| true))
    }

    /// A label that may be taken off so that a small total pins its parts down no more: four of at least one that are together less
    /// than five are one each.
    fn label(&self, told: usize) -> Option<usize> {
        let cells = self.together(told).into_iter().flatten().map(|(at, _)| *at);
        let labelled = |at: &usize| {
            let cell = self.cells.get(*at);
            cell.is_some_and(|cell| cell.is_new && matches!(cell.said, Said::Small(_)))
        };
        cells.filter(labelled).min()
    }

    /// The sums that hang together by hidden numbers with those of one.
    fn together(&self, told: usize) -> Vec<&Sum> {
        let (mut seen, mut open) = (BTreeSet::from([told]), vec![told]);
        let mut found = BTreeSet::new();
        while let Some(next) = open.pop() {
            for at in self.sums_of.get(&next).into_iter().flatten() {
                if found.insert(*at) {
                    let cells = self.sums.get(*at).into_iter().flatten().map(|(at, _)| *at);
                    open.extend(cells.filter(|at| self.is_hidden(*at) && seen.insert(*at)));
                }
            }
        }
        found.into_iter().filter_map(|at| self.sums.get(at)).collect()
    }
}

/// Elimination is done by remainders of this: exact, and no number grows.
pub(crate) const PRIME: i64 = 1_000_000_007;

fn take_away(line: &mut BTreeMap<usize, i64>, other: &BTreeMap<usize, i64>, times: i64) {
    for (at, often) in other {
        let slot = line.entry(*at).or_insert(0);
        *slot = (*slot + (PRIME - times) * often) % PRIME;
    }
    line.retain(|_, often| *often != 0);
}

/// What a number is multiplied with to give 1, by remainders of [`PRIME`].
pub(crate) fn inverse(number: i64) -> i64 {
    let (mut result, mut base, mut power) = (1, number, PRIME - 2);
    while power > 0 {
        if power % 2 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        power /= 2;
    }
    result
}

const fn floor(number: i128, by: i128) -> i128 {
    number.div_euclid(by)
}

const fn ceil(number: i128, by: i128) -> i128 {
    -((-number).div_euclid(by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: i64 = 5 * Number::ONE;

    fn cell(value: i64) -> Cell {
        Cell {
            value: value * Number::ONE,
            limit: LIMIT,
            step: Number::ONE,
            said: Said::Figure,
            is_new: true,
        }
    }

    /// Cells with sums of parts (of a whole that comes first).
    fn published(values: &[i64], sums: &[&[usize]]) -> Published {
        let mut all = Published::default();
        for value in values {
            all.add(cell(*value));
        }
        for sum in sums {
            let terms = sum
                .iter()
                .enumerate()
                .map(|(at, place)| (*place, if at == 0 { 1 } else { -1 }));
            all.leave(terms.collect(), LIMIT);
        }
        all
    }

    fn words(all: &Published, count: usize) -> String {
        let word = |cell: &Cell| match cell.said {
            Said::Figure => (cell.value / Number::ONE).to_string(),
            Said::Small(limit) => format!("<{limit}"),
            Said::Guard | Said::Near(_) => "x".to_owned(),
        };
        let words: Vec<String> = all.cells.iter().take(count).map(word).collect();
        words.join(" ")
    }

    #[test]
    fn few_persons_are_hidden_with_company() {
        type Case = (
            &'static str,
            &'static [i64],
            &'static [&'static [usize]],
            &'static str,
        );
        let cases: [Case; 13] = [
            ("enough", &[60, 20, 40], &[&[0, 1, 2]], "60 20 40"),
            ("few", &[60, 3, 57], &[&[0, 1, 2]], "60 <5 x"),
            ("none", &[60, 0, 60], &[&[0, 1, 2]], "60 0 60"),
            ("at the limit", &[60, 5, 55], &[&[0, 1, 2]], "60 5 55"),
            ("both", &[7, 4, 3], &[&[0, 1, 2]], "7 <5 <5"),
            ("all of one", &[3, 3, 0], &[&[0, 1, 2]], "<5 <5 0"),
            ("nothing relates them", &[60, 3, 57], &[], "60 <5 57"),
            // Two fours of a known sixteen are told by the eight.
            ("bounds", &[16, 4, 4, 8], &[&[0, 1, 2, 3]], "16 <5 <5 x"),
            ("pinned", &[4, 1, 1, 1, 1], &[&[0, 1, 2, 3, 4]], "x <5 <5 <5 <5"),
            // The rest is small and printed nowhere.
            ("a small rest", &[100, 40, 57], &[&[0, 1, 2]], "100 x 57"),
            ("a large rest hides it", &[100, 3, 40], &[&[0, 1, 2]], "100 <5 40"),
            ("parts overlap", &[50, 3, 60], &[&[0, 1, 2]], "50 <5 60"),
            (
                "from sum to sum",
                &[160, 100, 60, 3, 57],
                &[&[0, 1, 2], &[2, 3, 4]],
                "160 100 60 <5 x",
            ),
        ];
        for (what, values, sums, expected) in cases {
            let mut all = published(values, sums);
            all.protect();
            assert_eq!(words(&all, values.len()), expected, "{what}");
        }
    }

    #[test]
    fn no_combination_of_sums_leaves_a_small_number_alone() {
        // Areas 1 and 2 of a district 0, each with women, men and all: each row and column hides two, all together one.
        let rows: [&[usize]; 3] = [&[2, 0, 1], &[5, 3, 4], &[8, 6, 7]];
        let columns: [&[usize]; 3] = [&[6, 0, 3], &[7, 1, 4], &[8, 2, 5]];
        let values = [3, 57, 60, 100, 40, 140, 103, 97, 200];
        let mut all = published(&values, &[&rows[..], &columns[..]].concat());
        all.protect();
        assert!(all.told(&BTreeSet::new()).is_none());
        assert_eq!(words(&all, 9), "<5 x 60 x x 140 103 97 200");
        // What was published before stays as it is; the new figures of the district give way.
        let mut later = Published::default();
        let before = [(3, Said::Small(5)), (57, Said::Guard), (60, Said::Figure)];
        for (value, said) in before {
            later.add(Cell {
                said,
                is_new: false,
                ..cell(value)
            });
        }
        for value in [100, 40, 140] {
            later.add(Cell {
                is_new: false,
                ..cell(value)
            });
        }
        for value in [103, 97, 200] {
            later.add(cell(value));
        }
        for sum in [&rows[..], &columns[..]].concat() {
            let terms = sum
                .iter()
                .enumerate()
                .map(|(at, place)| (*place, if at == 0 { 1 } else { -1 }));
            later.leave(terms.collect(), LIMIT);
        }
        later.protect();
        assert_eq!(words(&later, 9), "<5 x 60 100 40 140 x x 200");
    }

    #[test]
    fn a_ratio_hides_with_its_part_or_its_whole() {
        for (part, whole, hidden) in [(3, 60, true), (0, 3, true), (30, 60, false), (57, 60, true)] {
            let mut all = published(&[whole, part], &[&[0, 1]]);
            let ratio = all.add(Cell { limit: 0, ..cell(2) });
            all.divide(ratio, vec![1, 0]);
            all.protect();
            assert_eq!(all.is_hidden(ratio), hidden, "{part} of {whole}");
        }
    }

    /// All numbers that the labels allow, up to a bound.
    fn domain(cell: &Cell, most: i64) -> Vec<i64> {
        let whole = |raw: i64| raw / Number::ONE;
        match cell.said {
            Said::Figure => vec![whole(cell.value)],
            Said::Small(limit) => (1..limit).collect(),
            _ if cell.is_small() => (0..=most).collect(),
            _ => (0..=most).filter(|value| *value == 0 || *value > 4).collect(),
        }
    }

    proptest! {
        /// Parts by sex and by age of one total: every assignment that fits what is said is tried.
        #[test]
        fn no_small_number_follows(sexes in prop::collection::vec(0..12_i64, 2..3), first in 0..24_i64) {
            let total: i64 = sexes.iter().sum();
            let first = first.min(total);
            let values = [total, sexes[0], sexes[1], first, total - first];
            let mut all = published(&values, &[&[0, 1, 2], &[0, 3, 4]]);
            all.protect();
            let domains: Vec<Vec<i64>> = all.cells.iter().take(5).map(|cell| domain(cell, total + 6)).collect();
            let mut possible = vec![BTreeSet::new(); 5];
            for whole in &domains[0] {
                for (one, other) in [(1, 2), (3, 4)] {
                    let fits = |pair: (usize, usize)| {
                        let (left, right) = (&domains[pair.0], &domains[pair.1]);
                        left.iter().filter(|value| right.contains(&(whole - *value))).copied().collect::<Vec<i64>>()
                    };
                    let beside = if one == 1 { (3, 4) } else { (1, 2) };
                    if fits(beside).is_empty() {
                        continue;
                    }
                    for value in fits((one, other)) {
                        possible[0].insert(*whole);
                        possible[one].insert(value);
                        possible[other].insert(whole - value);
                    }
                }
            }
            for (at, value) in values.iter().enumerate() {
                let small = (1..5).contains(value);
                prop_assert!(!small || possible[at].len() > 1, "{values:?}: {}", words(&all, 5));
            }
        }
    }
}
