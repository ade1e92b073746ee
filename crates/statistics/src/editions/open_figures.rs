//! Open data beside an edition: one more earlier publication of the same figures. No I/O.
//!
//! Anybody may have a metric of city, districts and streets for ended years and quarters, and an edition is frozen when its period
//! has ended: what open data says of the year by then is public already. So a figure of an edition that is the same there (the
//! metric without a breakdown, of the same area and period) is hidden when it is hidden there, and known when it is shown there.
//! What open data hides in sight of the edition's area (the areas above it, what lies directly below each of them and below
//! itself, with quarters, years and wholes) must not follow from both together.
//!
//! Not in sight are: what open data said on earlier days and will say later, should its figures change; half years, school years
//! and months, of which it says nothing by name; areas that it does not publish, such as neighbourhoods, against the streets they
//! lie in; sums over the returns of areas where what was filed differs from what open data counts.

use super::disclosure::{Cell, Published};
use super::family::Member;
use super::model::Said;
use super::relations::{Known, filled};
use crate::datasets::definition::Element;
use crate::hub::model::{PUBLISHED, Published as OpenMetric};
use crate::hub::open_data::OfArea;
use crate::hub::suppression::{Cell as OpenCell, Shown};
use crate::number::Number;
use kernel::OrgId;
use metrics::{How, Metric, Period};
use std::collections::{BTreeMap, HashMap};

/// What open data says of one metric, of the areas in sight.
#[derive(Debug)]
pub struct OpenTable {
    /// What is published.
    pub published: OpenMetric,
    /// Its metric.
    pub metric: Metric,
    /// Whether a year is the sum of its quarters.
    pub added: bool,
    /// The areas.
    pub areas: Vec<OfArea>,
}

/// What open data says in the year of an edition.
#[derive(Debug)]
pub struct OpenData {
    /// The period of the edition.
    pub period: Period,
    /// Of each metric that says something of its figures.
    pub tables: Vec<OpenTable>,
}

/// The metrics of open data that say something of figures of these metrics: themselves, what contains them, what they contain.
#[must_use]
pub fn concerned(metrics: &[&str]) -> Vec<OpenMetric> {
    let has = |id: &str| metrics.contains(&id);
    let whole_of = |id: &str| {
        PUBLISHED
            .iter()
            .any(|one| has(one.metric) && one.within == Some(id))
    };
    let concerns = |one: &&OpenMetric| has(one.metric) || one.within.is_some_and(has) || whole_of(one.metric);
    PUBLISHED.iter().filter(concerns).copied().collect()
}

/// Where the numbers of open data stand among what is published.
type Places = HashMap<(&'static str, OrgId, Period), usize>;

impl OpenTable {
    const fn limit(&self) -> i64 {
        self.metric.small_cell.saturating_mul(Number::ONE)
    }

    fn find(&self, org: OrgId, period: Period) -> Option<OpenCell> {
        let area = self.areas.iter().find(|one| one.org == org)?;
        let cell = area.cells.iter().find(|(of, _)| *of == period);
        cell.map(|(_, cell)| *cell)
    }

    const fn said(&self, cell: OpenCell) -> Said {
        match cell.shown {
            Shown::Number => Said::Figure,
            Shown::Small => Said::Small(self.metric.small_cell),
            Shown::Guard => Said::Guard,
        }
    }

    const fn cell(&self, open: OpenCell, said: Said) -> Cell {
        let scale = if self.metric.scale > 0 {
            self.metric.scale
        } else {
            1
        };
        Cell {
            value: open.value.saturating_mul(Number::ONE) / scale,
            limit: self.limit(),
            step: Number::ONE / scale,
            said,
            is_new: false,
        }
    }

    /// An area holds those below it, a metric those within it, and a year its quarters.
    fn sums(&self, places: &Places, published: &mut Published) {
        let place = |org: OrgId, period: Period| places.get(&(self.metric.id, org, period)).copied();
        for area in &self.areas {
            for (period, _) in &area.cells {
                let below = self.areas.iter().filter(|one| one.above == Some(area.org));
                let parts = below.filter_map(|one| place(one.org, *period));
                published.leave(whole_and_parts(place(area.org, *period), parts), self.limit());
                let within = self.published.within;
                let within = within.and_then(|id| places.get(&(id, area.org, *period)).copied());
                let part = place(area.org, *period).into_iter();
                published.leave(whole_and_parts(within, part), self.limit());
            }
            let periods = area.cells.iter().map(|(period, _)| *period);
            let (years, quarters): (Vec<Period>, Vec<Period>) =
                periods.partition(|period| matches!(period, Period::Year(_)));
            if self.added && quarters.len() == 4 {
                let whole = years.first().and_then(|year| place(area.org, *year));
                let parts = quarters.iter().filter_map(|quarter| place(area.org, *quarter));
                published.leave(whole_and_parts(whole, parts), self.limit());
            }
        }
    }
}

fn whole_and_parts(whole: Option<usize>, parts: impl Iterator<Item = usize>) -> Vec<(usize, i64)> {
    let whole = whole.map(|at| (at, 1)).into_iter();
    let all: Vec<(usize, i64)> = whole.chain(parts.map(|at| (at, -1))).collect();
    // Parts without their whole say nothing.
    if all.first().is_some_and(|(_, times)| *times == 1) {
        all
    } else {
        Vec::new()
    }
}

/// The metric of a figure that is not broken down.
fn whole_metric(element: &Element) -> Option<&str> {
    filled(element)
        .filter(|(_, slice)| slice.is_none())
        .map(|(id, _)| id)
}

impl OpenData {
    /// What is said of a figure that is still open, beside the same one in open data: what is hidden there stays hidden; what is
    /// shown there is known, and to hide it would hide nothing.
    #[must_use]
    pub fn beside(&self, org: OrgId, element: &Element, cell: Cell) -> Cell {
        let table = self
            .tables
            .iter()
            .find(|table| Some(table.metric.id) == whole_metric(element));
        let open = table.and_then(|table| Some(table.said(table.find(org, self.period)?)));
        match open {
            Some(Said::Figure) if !cell.is_small() => Cell {
                is_new: false,
                ..cell
            },
            None | Some(Said::Figure) => cell,
            Some(Said::Small(_)) if cell.is_small() => cell,
            Some(_) => Cell {
                said: Said::Guard,
                ..cell
            },
        }
    }

    /// Tells what open data says, and what it says of the figures of the members, whose cells stand from `starts` on.
    pub fn tell(
        &self,
        members: &[Member<'_>],
        starts: &[usize],
        known: Known<'_>,
        published: &mut Published,
    ) {
        let places = self.add(members, starts, published);
        for table in &self.tables {
            table.sums(&places, published);
        }
        for (member, start) in members.iter().zip(starts) {
            self.same(member, *start, &places, published);
            self.breakdowns(member, *start, &places, published);
            self.ratios(member, *start, (&places, known), published);
        }
    }

    /// Adds the numbers. One that an edition showed before is known, whatever open data says now.
    fn add(&self, members: &[Member<'_>], starts: &[usize], published: &mut Published) -> Places {
        let mut places = Places::new();
        for table in &self.tables {
            let shown = |org: OrgId, published: &Published| {
                let of_org = members.iter().zip(starts).filter(|(member, _)| member.org == org);
                let mut cells = of_org.flat_map(|(member, start)| {
                    let cells = member
                        .form
                        .elements
                        .iter()
                        .zip(published.cells.iter().skip(*start));
                    cells.filter(|(element, _)| whole_metric(element) == Some(table.metric.id))
                });
                cells.any(|(_, cell)| !cell.is_new && cell.said == Said::Figure)
            };
            for area in &table.areas {
                for (period, open) in &area.cells {
                    let is_known = *period == self.period && shown(area.org, published);
                    let said = if is_known { Said::Figure } else { table.said(*open) };
                    let at = published.add(table.cell(*open, said));
                    places.insert((table.metric.id, area.org, *period), at);
                }
            }
        }
        places
    }

    fn place(&self, places: &Places, id: &str, org: OrgId) -> Option<usize> {
        let table = self.tables.iter().find(|table| table.metric.id == id)?;
        places.get(&(table.metric.id, org, self.period)).copied()
    }

    /// A figure that is hidden in both is one number.
    fn same(&self, member: &Member<'_>, start: usize, places: &Places, published: &mut Published) {
        for (at, element) in member.form.elements.iter().enumerate() {
            let open = whole_metric(element).and_then(|id| self.place(places, id, member.org));
            let Some(open) = open else { continue };
            let (Some(own), Some(other)) = (published.cells.get(start + at), published.cells.get(open))
            else {
                continue;
            };
            // A small one that open data shows is none: what was filed is another number than what was counted.
            if own.said != Said::Figure && (other.said != Said::Figure || !own.is_small()) {
                published.know(vec![(start + at, 1), (open, -1)]);
            }
        }
    }

    /// Parts by sex or age, whose total the form leaves to open data.
    fn breakdowns(&self, member: &Member<'_>, start: usize, places: &Places, published: &mut Published) {
        let elements = &member.form.elements;
        let mut parts: BTreeMap<(&str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
        for (at, element) in elements.iter().enumerate() {
            if let Some((id, Some(slice))) = filled(element) {
                let keys = parts.entry((id, slice.by.as_str())).or_default();
                keys.entry(slice.key.as_str()).or_insert(start + at);
            }
        }
        for ((id, _), keys) in parts {
            if elements.iter().any(|element| whole_metric(element) == Some(id)) {
                continue;
            }
            if let Some(whole) = self.place(places, id, member.org) {
                let limit = published.cells.get(whole).map_or(0, |cell| cell.limit);
                published.leave(whole_and_parts(Some(whole), keys.into_values()), limit);
            }
        }
    }

    /// A ratio tells its part to who knows its whole, and the other way about, also where open data has them.
    fn ratios(
        &self,
        member: &Member<'_>,
        start: usize,
        (places, known): (&Places, Known<'_>),
        published: &mut Published,
    ) {
        for (at, element) in member.form.elements.iter().enumerate() {
            let metric = whole_metric(element).and_then(known);
            if let Some(How::Ratio { part, whole, .. }) = metric.map(|metric| metric.how) {
                let of = [part, whole].into_iter();
                let of = of.filter_map(|id| self.place(places, id, member.org));
                published.divide(start + at, of.collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::definition::Definition;
    use crate::datasets::form::Form;
    use crate::editions::family::{Around, Uppers, said};
    use crate::hub::model::find;
    use crate::testing::known;

    const YEAR: Period = Period::Year(2025);

    /// A form of these rows, with a check that may be none.
    fn form(rows: &str, rule: &str) -> Form {
        let check = match rule {
            "" => String::new(),
            rule => format!(
                "[[checks]]\ncode = \"C1\"\nwords = \"合计。\"\nrule = \"{rule}\"\nforce = \"must\"\n"
            ),
        };
        let toml = format!(
            "code = \"x\"\nname = \"x\"\nedition = \"2025\"\nvalid_from = \"2020-01-01\"\nbasis = \"derived\"\n\
             source = \"测试用\"\nperiod = \"year\"\nlevels = []\n[[tables]]\ncode = \"T1\"\ntitle = \"学员\"\n\
             columns = [{{ code = \"n\", label = \"数\", unit = \"人\" }}]\nrows = [{rows}]\n{check}"
        );
        Form::new(Definition::from_toml(&toml).unwrap()).unwrap()
    }

    const ALL: &str = "{ code = \"all\", label = \"合计\", metric = \"learners.count\" },";
    const SEXES: &str = "{ code = \"f\", label = \"女\", metric = \"learners.count\", slice = { by = \"sex\", key = \"female\" } },\
                         { code = \"m\", label = \"男\", metric = \"learners.count\", slice = { by = \"sex\", key = \"male\" } },";
    const TEAMS: &str = "{ code = \"team\", label = \"队员\", typed = true }, { code = \"sum\", label = \"一共\", typed = true },";
    const SHARE: &str = "{ code = \"old\", label = \"老年\", metric = \"learners.elders\" },\
                         { code = \"share\", label = \"占比\", unit = \"%\", decimals = 1, metric = \"learners.elder_share\" },";

    /// A district 1 of the streets 2 and 3, of which the edition is that of 2.
    fn open(id: &str, numbers: [(i64, Shown); 3]) -> OpenData {
        let org = OrgId::from_raw;
        let area = |(number, (value, shown)): (i64, (i64, Shown))| OfArea {
            org: org(number),
            above: (number > 1).then(|| org(1)),
            cells: vec![(
                YEAR,
                OpenCell {
                    shown,
                    ..OpenCell::new(value, None)
                },
            )],
        };
        OpenData {
            period: YEAR,
            tables: vec![OpenTable {
                published: find(id).unwrap(),
                metric: known(id).unwrap(),
                added: false,
                areas: (1..).zip(numbers).map(area).collect(),
            }],
        }
    }

    fn words(form: &Form, values: &[i64], open: Option<&OpenData>) -> String {
        let member = Member {
            org: OrgId::from_raw(2),
            form,
            values: form
                .elements
                .iter()
                .zip(values)
                .map(|(element, value)| (element.code.as_str(), Some(value * Number::ONE)))
                .collect(),
            said: None,
        };
        let around = Around {
            uppers: &Uppers::new(),
            known: &known,
            open,
        };
        let said = said(&[member], around);
        let word = |element: &Element| match said[&element.code] {
            Said::Figure => "F",
            Said::Small(_) => "S",
            Said::Near(_) => "N",
            Said::Guard => "G",
        };
        form.elements.iter().map(word).collect()
    }

    /// What it is; rows, check and values of the form; what open data says; what is said of the figures alone and beside it.
    type Case = (
        &'static str,
        &'static [&'static str],
        &'static str,
        &'static [i64],
        [(i64, Shown); 3],
        &'static str,
        &'static str,
    );

    const fn shown(value: i64) -> [(i64, Shown); 3] {
        use Shown::Number as Open;
        [(value + 50, Open), (value, Open), (50, Open)]
    }

    /// The street beside that of the edition is few, so both are hidden.
    const fn hidden(value: i64) -> [(i64, Shown); 3] {
        [
            (value + 3, Shown::Number),
            (value, Shown::Guard),
            (3, Shown::Small),
        ]
    }

    const FEW: [(i64, Shown); 3] = [(54, Shown::Guard), (4, Shown::Small), (50, Shown::Number)];
    const ADDED: &str = "T1_sum_n == T1_all_n + T1_team_n";

    const CASES: &[Case] = &[
        (
            "nothing is few",
            &[ALL, SEXES],
            "",
            &[30, 10, 20],
            shown(30),
            "FFF",
            "FFF",
        ),
        // Alone the edition would hide the smaller number beside the few, which open data shows.
        (
            "shown there",
            &[ALL, TEAMS],
            ADDED,
            &[30, 3, 33],
            shown(30),
            "GSF",
            "FSG",
        ),
        // 33 less the two sexes would be the three of the other street.
        (
            "hidden there",
            &[ALL, SEXES],
            "",
            &[30, 10, 20],
            hidden(30),
            "FFF",
            "GGF",
        ),
        ("few in both", &[ALL, SEXES], "", &[4, 0, 4], FEW, "SFS", "SFS"),
        (
            "the total is only there",
            &[SEXES],
            "",
            &[3, 97],
            shown(100),
            "SF",
            "SG",
        ),
        // What was filed is less than what was counted: it is hidden, and open data does not tell it.
        ("filed otherwise", &[ALL], "", &[4], shown(30), "S", "S"),
        (
            "a ratio to what is hidden there",
            &[SHARE],
            "",
            &[20, 50],
            hidden(40),
            "FF",
            "FG",
        ),
    ];

    #[test]
    fn an_edition_and_open_data_do_not_tell_together_what_one_of_them_hides() {
        for (what, rows, rule, values, numbers, alone, beside) in CASES {
            let form = form(&rows.concat(), rule);
            let open = open("learners.count", *numbers);
            assert_eq!(words(&form, values, None), *alone, "{what}, alone");
            assert_eq!(words(&form, values, Some(&open)), *beside, "{what}");
        }
    }

    #[test]
    fn a_metric_concerns_its_whole_and_its_parts() {
        for (metrics, found) in [
            (
                &["learners.elders"][..],
                &["learners.count", "learners.elders"][..],
            ),
            (
                &["learners.count"],
                &["learners.count", "learners.elders", "learners.first_time"],
            ),
            (&["classes.count", "none"], &["classes.count"]),
            (&[], &[]),
        ] {
            let ids: Vec<&str> = concerned(metrics).iter().map(|one| one.metric).collect();
            assert_eq!(ids, found, "{metrics:?}");
        }
    }
}
