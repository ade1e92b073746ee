//! Which figures of a form say something of each other: parts and wholes, sums, ratios. No I/O.

use super::disclosure::Published;
use super::model::limit_of_unit;
use crate::datasets::definition::{Element, Fill, Line, SliceSpec, Upward, code_of};
use crate::datasets::form::Form;
use crate::hub::model::find as open_data;
use metrics::{How, Metric};
use std::collections::BTreeMap;

/// The metric of this name, where the installation has it.
pub type Known<'a> = &'a dyn Fn(&str) -> Option<Metric>;

/// Cells, each so often.
type Terms = Vec<(usize, i64)>;

/// What figures of a form say of each other, by their places in it.
#[derive(Debug, Default)]
pub struct Relations {
    /// Below which value each figure tells of single persons; 0 when it speaks of none.
    pub limits: Vec<i64>,
    /// Sums that everybody knows.
    known: Vec<Terms>,
    /// Wholes without their parts, with the limit of what is left.
    left: Vec<(Terms, i64)>,
    /// Ratios with what they are computed from.
    ratios: Vec<(usize, Vec<usize>)>,
    /// Ratios of few persons perhaps: the form does not say of how many.
    blind: Vec<usize>,
}

/// The metric of a figure, with the slice of it.
pub(super) fn filled(element: &Element) -> Option<(&str, Option<&SliceSpec>)> {
    match &element.fill {
        Fill::Metric { id, slice } => Some((id, slice.as_ref())),
        Fill::Typed | Fill::Formula(_) => None,
    }
}

/// Places of the cells of a metric with this slice.
fn places(form: &Form, metric: &str, slice: Option<&SliceSpec>) -> Vec<usize> {
    let cells = form.elements.iter().enumerate();
    let same = |(_, element): &(usize, &Element)| filled(element) == Some((metric, slice));
    cells.filter(same).map(|(at, _)| at).collect()
}

impl Relations {
    /// What the figures of a form say of each other.
    #[must_use]
    pub fn of(form: &Form, known: Known<'_>) -> Self {
        let limit = |(at, element): (usize, &Element)| {
            if form.divides(at) {
                0
            } else {
                limit(element, known)
            }
        };
        let mut all = Self {
            limits: form.elements.iter().enumerate().map(limit).collect(),
            ratios: form.derived(),
            ..Self::default()
        };
        for (terms, is_known) in form.sums() {
            if is_known {
                all.known.push(terms);
            } else {
                let limit = all.rest_of(form, &terms);
                all.left.push((terms, limit));
            }
        }
        all.slices(form);
        all.lines(form);
        for (at, element) in form.elements.iter().enumerate() {
            if let Some((id, slice)) = filled(element) {
                all.ratio(form, at, (id, slice), known);
                if let Some(whole) = open_data(id).and_then(|open| open.within) {
                    all.contained(places(form, whole, slice), &[at]);
                }
            }
        }
        all
    }

    fn limit_at(&self, at: usize) -> i64 {
        self.limits.get(at).copied().unwrap_or_default()
    }

    /// What is left of persons when persons are taken away are persons; of anything else it is nobody.
    fn rest_of(&self, form: &Form, terms: &Terms) -> i64 {
        let unit = |at: usize| form.elements.get(at).map(|element| element.unit.as_str());
        let first = terms.first().and_then(|(at, _)| unit(*at));
        let alike = terms.iter().all(|(at, _)| unit(*at) == first);
        let limits = terms.iter().map(|(at, _)| self.limit_at(*at));
        limits.min().filter(|_| alike).unwrap_or_default()
    }

    /// A whole that holds these parts, and what is left of it.
    fn contained(&mut self, wholes: Vec<usize>, parts: &[usize]) {
        if let Some(whole) = wholes.first().filter(|whole| !parts.contains(whole)) {
            let limit = parts
                .iter()
                .map(|at| self.limit_at(*at))
                .min()
                .unwrap_or_default();
            let terms = std::iter::once((*whole, 1)).chain(parts.iter().map(|at| (*at, -1)));
            self.left.push((terms.collect(), limit));
        }
    }

    /// Cells of one metric: the same figure in several places, and a breakdown beside its total, which leaves those whose key is
    /// not asked for or not known.
    fn slices(&mut self, form: &Form) {
        let mut by_metric: BTreeMap<&str, BTreeMap<(&str, &str), Vec<usize>>> = BTreeMap::new();
        for (at, element) in form.elements.iter().enumerate() {
            if let Some((id, slice)) = filled(element) {
                let key = slice.map_or(("", ""), |slice| (slice.by.as_str(), slice.key.as_str()));
                by_metric.entry(id).or_default().entry(key).or_default().push(at);
            }
        }
        for keys in by_metric.values() {
            for same in keys.values() {
                let pairs = same.iter().zip(same.iter().skip(1));
                self.known
                    .extend(pairs.map(|(one, other)| vec![(*one, 1), (*other, -1)]));
            }
            let Some(total) = keys.get(&("", "")) else {
                continue;
            };
            let mut parts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for ((by, _), same) in keys.iter().filter(|((by, _), _)| !by.is_empty()) {
                parts.entry(by).or_default().extend(same.first());
            }
            for parts in parts.values() {
                self.contained(total.clone(), parts);
            }
        }
    }

    /// Typed cells of lines that break down what a single line beside them holds: a column of women by kind of staff, with all
    /// staff above them.
    fn lines(&mut self, form: &Form) {
        for table in &form.definition.tables {
            for column in &table.columns {
                let place = |row: &Line| form.place(&code_of(&table.code, &row.code, &column.code));
                self.broken_down(form, &table.rows, &place);
            }
            for row in &table.rows {
                let place = |column: &Line| form.place(&code_of(&table.code, &row.code, &column.code));
                self.broken_down(form, &table.columns, &place);
            }
        }
    }

    fn broken_down(&mut self, form: &Form, lines: &[Line], place: &dyn Fn(&Line) -> Option<usize>) {
        let typed = |at: &usize| {
            form.elements
                .get(*at)
                .is_some_and(|element| element.fill == Fill::Typed)
        };
        let mut wholes = Vec::new();
        let mut parts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for line in lines {
            let cell = place(line).filter(typed);
            match &line.says.slice {
                Some(slice) => parts.entry(&slice.by).or_default().extend(cell),
                None => wholes.extend(cell),
            }
        }
        if wholes.len() == 1 {
            for parts in parts.values() {
                self.contained(wholes.clone(), parts);
            }
        }
    }

    /// A ratio of two metrics: it tells its part to who knows its whole, and the other way about.
    fn ratio(&mut self, form: &Form, at: usize, (id, slice): (&str, Option<&SliceSpec>), known: Known<'_>) {
        let Some(How::Ratio { part, whole, per }) = known(id).map(|metric| metric.how) else {
            return;
        };
        let parts = places(form, part, slice);
        let mut wholes = places(form, whole, slice);
        if wholes.is_empty() {
            wholes = places(form, whole, None);
        }
        if parts.is_empty() && known(part).is_some_and(|metric| metric.small_cell > 0) {
            self.blind.push(at);
        }
        if per == 100 {
            self.contained(wholes.clone(), &parts);
        }
        self.ratios.push((at, parts.into_iter().chain(wholes).collect()));
    }

    /// Tells what is known of the figures whose cells stand from `start` on.
    pub fn tell(&self, start: usize, published: &mut Published) {
        let placed =
            |terms: &Terms| -> Terms { terms.iter().map(|(at, times)| (start + at, *times)).collect() };
        for terms in &self.known {
            published.know(placed(terms));
        }
        for (terms, limit) in &self.left {
            published.leave(placed(terms), limit.saturating_mul(crate::number::Number::ONE));
        }
        for (ratio, of) in &self.ratios {
            published.divide(start + ratio, of.iter().map(|at| start + at).collect());
        }
    }

    /// Whether a figure is hidden whatever it is: a ratio of nobody knows how many.
    #[must_use]
    pub fn is_blind(&self, at: usize) -> bool {
        self.blind.contains(&at)
    }

    /// Whether a figure of an area holds those of the areas below it, for what is left to be told.
    #[must_use]
    pub fn goes_up(&self, at: usize, element: &Element) -> bool {
        self.limit_at(at) > 0 && element.up != Upward::Typed
    }
}

/// Below which value a figure tells of single persons; 0 when it speaks of none, or is a ratio.
fn limit(element: &Element, known: Known<'_>) -> i64 {
    let of_metric = match &element.fill {
        Fill::Metric { id, .. } => known(id).map(|metric| match metric.how {
            How::Ratio { .. } => 0,
            _ => metric.small_cell,
        }),
        Fill::Typed | Fill::Formula(_) => None,
    };
    of_metric.unwrap_or_else(|| limit_of_unit(&element.unit, element.decimals))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::definition::Definition;

    #[test]
    fn typed_lines_that_break_down_another_are_its_parts() {
        let toml = include_str!("../datasets/small.toml").replace(
            "label = \"团队\", unit = \"个\"",
            "label = \"团员\", unit = \"人\"",
        );
        let form = Form::new(Definition::from_toml(&toml).unwrap()).unwrap();
        let relations = Relations::of(&form, &|_| None);
        let place = |code: &str| form.place(code).unwrap();
        let parts = vec![(place("T1_all_teams"), 1), (place("T1_female_teams"), -1)];
        assert!(relations.left.contains(&(parts, 5)), "{relations:?}");
        let ratio = place("T2_size_value");
        assert_eq!(relations.limits[ratio], 0, "a formula that divides counts nobody");
        for (formula, limit) in [
            ("'of[\"elsewhere\"].T1_a_n'", 5),
            ("'last.T1_all_teams + T1_all_teams'", 5),
            ("'of[\"elsewhere\"].T1_a_n / T1_all_classes'", 0),
        ] {
            let toml = toml
                .replace("\"T1_all_people / T1_all_classes\"", formula)
                .replace("decimals = 1", "decimals = 0");
            let form = Form::new(Definition::from_toml(&toml).unwrap()).unwrap();
            let relations = Relations::of(&form, &|_| None);
            let place = form.place("T2_size_value").unwrap();
            assert_eq!(relations.limits[place], limit, "{formula}");
        }
        assert!(
            relations
                .ratios
                .iter()
                .any(|(at, of)| *at == ratio && of.len() == 2)
        );
    }
}
