//! Hiding small numbers so that nobody can compute them. No I/O.
//!
//! An area's number is the sum of those of the areas below it, and a year's the sum of its quarters; persons, who are
//! never added, tell less than sums do. A small number is hidden; then others are, until in each of these sums either
//! nothing or at least two numbers are hidden that can be more than one pair of values:
//! - the four quarters of an area and year are hidden together, so that what is hidden of several areas is a whole
//!   rectangle, in which no cell follows from the sums of rows and columns;
//! - the areas are a tree, and each area's number stands in two sums only: as a part, and as the sum of those below. So a
//!   change of one hidden number can be balanced from sum to sum without ever coming back.

/// What is said of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The number.
    Number,
    /// That it is less than the limit, and not nothing.
    Small,
    /// Nothing: it would give another one away.
    Guard,
}

/// A number of an area in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The number.
    pub value: i64,
    /// The published number that contains it.
    pub within: Option<i64>,
    /// What is said of it.
    pub shown: Shown,
}

impl Cell {
    /// A number of which nothing is decided yet.
    #[must_use]
    pub const fn new(value: i64, within: Option<i64>) -> Self {
        Self {
            value,
            within,
            shown: Shown::Number,
        }
    }

    const fn is_small(self, limit: i64) -> bool {
        0 < self.value && self.value < limit
    }

    /// Whether it, or what it leaves of the number that contains it, is small.
    const fn tells(self, limit: i64) -> bool {
        self.is_small(limit)
            || match self.within {
                Some(within) => 0 < within - self.value && within - self.value < limit,
                None => false,
            }
    }

    const fn hide(&mut self, limit: i64) {
        self.shown = if self.is_small(limit) {
            Shown::Small
        } else {
            Shown::Guard
        };
    }
}

/// An area with its numbers of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The place of the area above it, which comes before it.
    pub above: Option<usize>,
    /// The year, once it has ended.
    pub year: Option<Cell>,
    /// Its quarters that have ended; none where they are not published.
    pub quarters: Vec<Cell>,
}

/// Quarters of a year.
const MOST_QUARTERS: usize = 4;

/// A year as one number, or its quarters as a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Year,
    Quarters,
}

impl Area {
    fn cells(&self, layer: Layer) -> &[Cell] {
        match layer {
            Layer::Year => self.year.as_slice(),
            Layer::Quarters => &self.quarters,
        }
    }

    /// The year at 0, its quarters after it.
    fn column(&self, column: usize) -> Option<&Cell> {
        match column.checked_sub(1) {
            None => self.year.as_ref(),
            Some(quarter) => self.quarters.get(quarter),
        }
    }

    fn column_mut(&mut self, column: usize) -> Option<&mut Cell> {
        match column.checked_sub(1) {
            None => self.year.as_mut(),
            Some(quarter) => self.quarters.get_mut(quarter),
        }
    }

    fn has(&self, layer: Layer) -> bool {
        !self.cells(layer).is_empty()
    }

    fn hidden(&self, layer: Layer) -> bool {
        self.cells(layer).iter().any(|cell| cell.shown != Shown::Number)
    }

    /// Hides a layer. The year's hiding hides the quarters; quarters that are too few to hide each other, or whose
    /// labels and sum leave one answer, hide the year.
    fn hide(&mut self, layer: Layer, limit: i64) {
        if layer == Layer::Year
            && let Some(year) = &mut self.year
        {
            year.hide(limit);
        }
        for cell in &mut self.quarters {
            cell.hide(limit);
        }
        let open = self.year.filter(|year| year.shown == Shown::Number);
        if let Some(year) = open
            && !(self.quarters.is_empty() || ambiguous(year.value, &self.quarters, limit))
        {
            self.hide(Layer::Year, limit);
        }
    }
}

/// What stands in no published area below: the institutions of a district itself, an area that ended. Nobody prints it, but
/// it follows from the others, so it is guarded as they are. For sums only; put behind the areas.
#[must_use]
pub fn rests(areas: &[Area]) -> Vec<Area> {
    let mut rests = Vec::new();
    for (at, whole) in areas.iter().enumerate() {
        let parts: Vec<&Area> = areas.iter().filter(|area| area.above == Some(at)).collect();
        if parts.is_empty() {
            continue;
        }
        let left = |column: usize| {
            let whole = whole.column(column)?.value;
            let parts: Option<i64> = parts.iter().map(|part| Some(part.column(column)?.value)).sum();
            Some(Cell::new((whole - parts?).max(0), None))
        };
        let quarters: Option<Vec<Cell>> = (1..=whole.quarters.len()).map(left).collect();
        let rest = Area {
            above: Some(at),
            year: left(0),
            quarters: quarters.unwrap_or_default(),
        };
        if rest.year.iter().chain(&rest.quarters).any(|cell| cell.value > 0) {
            rests.push(rest);
        }
    }
    rests
}

/// Decides what is said of each number. `limit` 0 or 1 hides nothing. `added`: whether a year is the sum of its quarters,
/// which it is neither for persons nor for what holds on a day.
pub fn protect(areas: &mut [Area], limit: i64, added: bool) {
    if limit < 2 {
        return;
    }
    for area in areas.iter_mut() {
        for layer in [Layer::Quarters, Layer::Year] {
            if area.cells(layer).iter().any(|cell| cell.tells(limit)) {
                area.hide(layer, limit);
            }
        }
    }
    let above: Vec<usize> = (0..areas.len())
        .filter(|at| areas.iter().any(|area| area.above == Some(*at)))
        .collect();
    // Each round hides something, so there are at most as many rounds as numbers.
    loop {
        let mut changed = false;
        for at in &above {
            for layer in [Layer::Year, Layer::Quarters] {
                while let Some(next) = exposed(areas, *at, layer, limit) {
                    let Some(area) = areas.get_mut(next) else { break };
                    area.hide(layer, limit);
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    unlabel(areas, &above, limit, added);
}

/// Takes the label off small numbers that a small total would pin down: four of at least one that are together less than
/// five are one each.
fn unlabel(areas: &mut [Area], above: &[usize], limit: i64, added: bool) {
    for area in areas.iter_mut() {
        if added && area.year.is_some_and(|year| pinned(year, &area.quarters, limit)) {
            area.year.iter_mut().chain(&mut area.quarters).for_each(no_label);
        }
    }
    for at in above {
        for column in 0..=MOST_QUARTERS {
            let whole = areas.get(*at).and_then(|area| area.column(column)).copied();
            let parts: Vec<Cell> = areas
                .iter()
                .filter(|area| area.above == Some(*at))
                .filter_map(|area| area.column(column).copied())
                .collect();
            if whole.is_some_and(|whole| pinned(whole, &parts, limit)) {
                let of_sum = areas
                    .iter_mut()
                    .enumerate()
                    .filter(|(place, area)| place == at || area.above == Some(*at));
                for (_, area) in of_sum {
                    area.column_mut(column).into_iter().for_each(no_label);
                }
            }
        }
    }
}

/// Whether a small total leaves its small parts no choice.
fn pinned(whole: Cell, parts: &[Cell], limit: i64) -> bool {
    let least = |cell: &Cell| match cell.shown {
        Shown::Number => cell.value,
        Shown::Small => 1,
        Shown::Guard => 0,
    };
    whole.shown == Shown::Small
        && parts.iter().any(|cell| cell.shown == Shown::Small)
        && parts.iter().map(least).sum::<i64>() >= limit - 1
}

fn no_label(cell: &mut Cell) {
    if cell.shown == Shown::Small {
        cell.shown = Shown::Guard;
    }
}

/// The area to hide next in the sum of an area: none where the sum gives nothing away.
fn exposed(areas: &[Area], sum: usize, layer: Layer, limit: i64) -> Option<usize> {
    let whole = areas.get(sum)?;
    if !whole.has(layer) {
        return None;
    }
    let parts = areas.iter().enumerate();
    let parts = parts.filter(|(_, area)| area.above == Some(sum) && area.has(layer));
    let (hidden, open): (Vec<_>, Vec<_>) = parts.partition(|(_, area)| area.hidden(layer));
    let safe = match (hidden.len(), whole.hidden(layer)) {
        (0, false) => true,
        // Where nothing stands below it, an area's own number is no sum.
        (0, true) => open.is_empty(),
        (_, true) => true,
        (1, false) => false,
        (_, false) => (0..whole.cells(layer).len()).all(|column| {
            let column: Vec<Cell> = hidden
                .iter()
                .filter_map(|(_, area)| area.cells(layer).get(column).copied())
                .collect();
            ambiguous(column.iter().map(|cell| cell.value).sum(), &column, limit)
        }),
    };
    if safe {
        return None;
    }
    // The least is lost by the smallest number that is one; nothing at all hides little.
    let weight = |(at, area): &(usize, &Area)| {
        let sum: i64 = area.cells(layer).iter().map(|cell| cell.value).sum();
        (sum == 0, sum, *at)
    };
    let next = open.into_iter().min_by_key(weight).map(|(at, _)| at);
    next.or_else(|| (!whole.hidden(layer)).then_some(sum))
}

/// Whether each of these hidden numbers can be at least two, for who knows their sum and labels: a small one is from 1
/// to below the limit, another is nothing or at least the limit.
fn ambiguous(sum: i64, hidden: &[Cell], limit: i64) -> bool {
    let small = i64::try_from(hidden.iter().filter(|cell| cell.is_small(limit)).count()).unwrap_or(i64::MAX);
    let guards = i64::try_from(hidden.len()).unwrap_or(i64::MAX) - small;
    // What so many small ones and guards can be together.
    let can_be = |small: i64, guards: i64, sum: i64| {
        let (least, most) = (small, small * (limit - 1));
        (least..=most).contains(&sum) || (guards > 0 && sum - limit >= least)
    };
    let small_ones = (1..limit).filter(|value| can_be(small - 1, guards, sum - value));
    // Enough to look at: nothing, the first values, and those that leave the others their least.
    let mut candidates: Vec<i64> = vec![0];
    candidates.extend(limit..limit + 4);
    candidates.extend((small..=small * (limit - 1)).map(|others| sum - others));
    candidates.retain(|value| *value == 0 || *value >= limit);
    candidates.sort_unstable();
    candidates.dedup();
    let guard_ones = candidates
        .into_iter()
        .filter(|value| can_be(small, guards - 1, sum - value));
    hidden.len() > 1 && (small == 0 || small_ones.count() > 1) && (guards == 0 || guard_ones.count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editions::disclosure::{PRIME, inverse};
    use proptest::prelude::*;

    const LIMIT: i64 = 5;

    /// A total with its parts, in one year.
    fn level(parts: &[i64]) -> Vec<Area> {
        let area = |above, value| Area {
            above,
            year: Some(Cell::new(value, None)),
            quarters: Vec::new(),
        };
        let mut areas = vec![area(None, parts.iter().sum())];
        areas.extend(parts.iter().map(|value| area(Some(0), *value)));
        areas
    }

    fn words(areas: &[Area]) -> String {
        let word = |cell: Cell| match cell.shown {
            Shown::Number => cell.value.to_string(),
            Shown::Small => "<".to_owned(),
            Shown::Guard => "x".to_owned(),
        };
        let all: Vec<String> = areas.iter().filter_map(|area| area.year.map(word)).collect();
        all.join(" ")
    }

    #[test]
    fn small_numbers_are_hidden_with_company() {
        for (parts, shown) in [
            (&[10, 20, 30][..], "60 10 20 30"),
            (&[0, 20, 30], "50 0 20 30"),
            // One alone follows from the total: the smallest other goes too.
            (&[3, 20, 30], "53 < x 30"),
            (&[3, 4, 30], "37 < < 30"),
            // Two ones follow from a two, two fours from an eight.
            (&[1, 1, 30], "32 < < x"),
            (&[4, 4, 30, 90], "128 < < x 90"),
            // Nothing above nought to hide beside it: the total goes, where a nought would tell as much.
            (&[3, 0, 0], "< < 0 0"),
            (&[3], "< <"),
            (&[4, 40], "44 < x"),
            (&[5, 6], "11 5 6"),
            // Four of at least one that are less than five are one each: no label.
            (&[1, 1, 1, 1], "x x x x x"),
            (&[1, 1, 1, 0], "< < < < 0"),
        ] {
            let mut areas = level(parts);
            protect(&mut areas, LIMIT, true);
            assert_eq!(words(&areas), shown, "{parts:?}");
        }
    }

    #[test]
    fn what_stands_in_no_part_is_guarded_too() {
        for (rest, shown) in [(0, "100 40 60"), (3, "103 x 60"), (9, "109 40 60")] {
            let mut areas = level(&[40, 60]);
            areas[0].year = Some(Cell::new(100 + rest, None));
            let left = rests(&areas);
            assert_eq!(left.len(), usize::from(rest > 0));
            areas.extend(left);
            protect(&mut areas, LIMIT, true);
            assert_eq!(words(&areas[..3]), shown, "{rest}");
        }
        let mut quarters = city(&[vec![[10, 10, 10, 10], [20, 20, 20, 20]]]);
        quarters[1].quarters[2].value += 2;
        quarters[0].quarters[2].value += 2;
        let left = rests(&quarters);
        let values: Vec<i64> = left[0].quarters.iter().map(|cell| cell.value).collect();
        assert_eq!(
            (left.len(), left[0].above, values),
            (1, Some(1), vec![0, 0, 2, 0])
        );
    }

    #[test]
    fn without_a_limit_nothing_is_hidden() {
        let mut areas = level(&[1, 2, 3]);
        protect(&mut areas, 0, true);
        assert_eq!(words(&areas), "6 1 2 3");
    }

    #[test]
    fn what_a_number_leaves_of_its_whole_is_no_smaller() {
        let mut areas = level(&[98, 200, 300]);
        areas[1].year = Some(Cell::new(98, Some(100)));
        protect(&mut areas, LIMIT, true);
        assert_eq!(words(&areas), "598 x x 300");
    }

    #[test]
    fn quarters_are_hidden_together_and_a_year_that_tells_them_with_them() {
        let area = |year, quarters: &[i64]| Area {
            above: None,
            year: Some(Cell::new(year, None)),
            quarters: quarters.iter().map(|value| Cell::new(*value, None)).collect(),
        };
        for (year, quarters, hides_year) in [
            (60, &[3, 17, 20, 20][..], false),
            // Four fours are sixteen.
            (16, &[4, 4, 4, 4], true),
            (4, &[1, 1, 1, 1], true),
            (20, &[0, 20, 0, 0], false),
        ] {
            let mut areas = vec![area(year, quarters)];
            let small = quarters.iter().any(|value| (1..LIMIT).contains(value));
            protect(&mut areas, LIMIT, true);
            assert_eq!(areas[0].hidden(Layer::Year), hides_year, "{quarters:?}");
            assert!(
                areas[0]
                    .quarters
                    .iter()
                    .all(|cell| (cell.shown != Shown::Number) == small)
            );
        }
    }

    /// What the labels allow a number to be, up to a bound.
    fn domain(cell: Cell, most: i64) -> std::ops::RangeInclusive<i64> {
        match cell.shown {
            Shown::Number => cell.value..=cell.value,
            Shown::Small => 1..=LIMIT - 1,
            Shown::Guard => 0..=most,
        }
    }

    /// Every way in which the parts can be, by their labels.
    fn ways(parts: &[Cell], most: i64) -> Vec<Vec<i64>> {
        let mut all = vec![Vec::new()];
        for cell in parts {
            let longer = |way: &Vec<i64>| {
                let way = way.clone();
                domain(*cell, most).map(move |value| [way.clone(), vec![value]].concat())
            };
            all = all.iter().flat_map(longer).collect();
        }
        all
    }

    /// A city of districts of streets with four quarters: every area's year is the sum of its quarters, every area above
    /// others their sum.
    fn city(streets: &[Vec<[i64; 4]>]) -> Vec<Area> {
        let area = |above, quarters: [i64; 4]| Area {
            above,
            year: Some(Cell::new(quarters.iter().sum(), None)),
            quarters: quarters.iter().map(|value| Cell::new(*value, None)).collect(),
        };
        let sum = |all: &[[i64; 4]]| std::array::from_fn(|at| all.iter().map(|one| one[at]).sum::<i64>());
        let districts: Vec<[i64; 4]> = streets.iter().map(|of| sum(of)).collect();
        let mut areas = vec![area(None, sum(&districts))];
        for (quarters, of) in districts.iter().zip(streets) {
            let district = areas.len();
            areas.push(area(Some(0), *quarters));
            areas.extend(of.iter().map(|quarters| area(Some(district), *quarters)));
        }
        areas
    }

    /// All sums, each as the places of what adds up and of the whole; a place is area × 5 + quarter, 4 for the year.
    fn sums(areas: &[Area]) -> Vec<(Vec<usize>, usize)> {
        let mut sums = Vec::new();
        for at in 0..areas.len() {
            sums.push(((0..4).map(|quarter| at * 5 + quarter).collect(), at * 5 + 4));
            let parts: Vec<usize> = (0..areas.len())
                .filter(|part| areas[*part].above == Some(at))
                .collect();
            if !parts.is_empty() {
                sums.extend((0..5).map(|column| {
                    (
                        parts.iter().map(|part| part * 5 + column).collect(),
                        at * 5 + column,
                    )
                }));
            }
        }
        sums
    }

    /// Numbers that the sums determine: after elimination a line with one unknown alone.
    fn determined(areas: &[Area]) -> Vec<usize> {
        let cell = |place: usize| {
            let area = &areas[place / 5];
            area.quarters.get(place % 5).copied().or(area.year).unwrap()
        };
        let unknown: Vec<usize> = (0..areas.len() * 5)
            .filter(|place| cell(*place).shown != Shown::Number)
            .collect();
        let column = |place: &usize| unknown.iter().position(|other| other == place);
        let mut lines: Vec<Vec<i64>> = Vec::new();
        for (parts, whole) in sums(areas) {
            let mut line = vec![0; unknown.len()];
            parts.iter().filter_map(column).for_each(|at| line[at] = 1);
            column(&whole).into_iter().for_each(|at| line[at] = PRIME - 1);
            lines.push(line);
        }
        let mut done = 0;
        for at in 0..unknown.len() {
            let Some(pivot) = (done..lines.len()).find(|line| lines[*line][at] != 0) else {
                continue;
            };
            lines.swap(done, pivot);
            let by = inverse(lines[done][at]);
            lines[done]
                .iter_mut()
                .for_each(|number| *number = *number * by % PRIME);
            let own = lines[done].clone();
            for (other, line) in lines.iter_mut().enumerate() {
                let times = line[at];
                if other != done && times != 0 {
                    line.iter_mut()
                        .zip(&own)
                        .for_each(|(number, own)| *number = (*number + (PRIME - times) * own) % PRIME);
                }
            }
            done += 1;
        }
        let alone = lines.iter().filter_map(|line| {
            let mut places = line.iter().enumerate().filter(|(_, number)| **number != 0);
            let (at, _) = places.next()?;
            places.next().is_none().then_some(unknown[at])
        });
        alone.collect()
    }

    fn quarters() -> impl Strategy<Value = [i64; 4]> {
        let number = prop_oneof![Just(0_i64), 1..LIMIT, 0..60_i64];
        [number.clone(), number.clone(), number.clone(), number]
    }

    proptest! {
        #[test]
        fn no_small_part_follows_from_the_total(parts in prop::collection::vec(0..9_i64, 1..5)) {
            let mut areas = level(&parts);
            protect(&mut areas, LIMIT, true);
            let cells: Vec<Cell> = areas.iter().skip(1).filter_map(|area| area.year).collect();
            let whole = areas[0].year.unwrap();
            let most = parts.iter().sum::<i64>() + 2 * LIMIT;
            let possible: Vec<Vec<i64>> = ways(&cells, most.min(20))
                .into_iter()
                .filter(|way| domain(whole, most * 4).contains(&way.iter().sum()))
                .collect();
            for (at, cell) in cells.iter().enumerate() {
                prop_assert!(!cell.is_small(LIMIT) || cell.shown != Shown::Number);
                let first = possible[0][at];
                let told = possible.iter().all(|way| way[at] == first);
                prop_assert!(cell.shown == Shown::Number || cell.value == 0 || !told, "{parts:?}: {}", words(&areas));
            }
            let first: i64 = possible[0].iter().sum();
            let told = possible.iter().all(|way| way.iter().sum::<i64>() == first);
            prop_assert!(whole.shown == Shown::Number || !told, "{parts:?}: {}", words(&areas));
        }

        #[test]
        fn no_hidden_number_follows_from_areas_and_quarters(
            streets in prop::collection::vec(prop::collection::vec(quarters(), 1..4), 1..4)
        ) {
            // The last street of a district with several is not published: its numbers are the district's own.
            let mut areas = city(&streets);
            let last: Vec<usize> = (0..areas.len())
                .filter(|at| areas[*at].above.is_some_and(|above| above > 0))
                .filter(|at| areas.get(at + 1).is_none_or(|next| next.above != areas[*at].above))
                .filter(|at| areas[at - 1].above == areas[*at].above)
                .collect();
            let printed: Vec<Area> = areas
                .iter()
                .enumerate()
                .map(|(at, area)| if last.contains(&at) { Area { above: None, ..area.clone() } } else { area.clone() })
                .collect();
            let left = rests(&printed);
            for at in &last {
                let own = &areas[*at];
                let nothing = own.year.iter().chain(&own.quarters).all(|cell| cell.value == 0);
                let found = left.iter().any(|rest| {
                    rest.above == own.above && rest.year == own.year && rest.quarters == own.quarters
                });
                prop_assert!(nothing || found);
            }
            protect(&mut areas, LIMIT, true);
            for area in &areas {
                let cells = area.quarters.iter().chain(&area.year);
                prop_assert!(cells.clone().all(|cell| cell.shown != Shown::Number || !cell.is_small(LIMIT)));
                prop_assert!(!area.hidden(Layer::Year) || area.hidden(Layer::Quarters));
            }
            prop_assert_eq!(determined(&areas), Vec::<usize>::new());
        }
    }
}
