//! An edition among those of the same dataset and period: its area lies in that of another, and holds others. No I/O.
//!
//! Their figures are parts and wholes of each other, so what is said of a figure is decided with them in sight, in the order in which
//! they were frozen: what was published is not taken back, and a later edition hides what would tell it. In sight are the
//! editions of the areas above, the nearest below each of them, and the nearest below the edition itself; what lies further off is
//! tied to it only through these. Beside them stands what open data says ([`super::open_figures`]). Figures of other datasets and of
//! other periods are not in sight.

use super::disclosure::{Cell, Published};
use super::model::{Said, corrected};
use super::open_figures::OpenData;
use super::relations::{Known, Relations};
use crate::datasets::definition::Element;
use crate::datasets::form::Form;
use crate::number::{MOST_DECIMALS, Number};
use kernel::OrgId;
use std::collections::{BTreeSet, HashMap};

/// What is said of each figure, by its code.
pub type Saids = HashMap<String, Said>;

/// An edition with its own figures.
pub struct Member<'a> {
    /// Whose figures.
    pub org: OrgId,
    /// The form.
    pub form: &'a Form,
    /// Its figures by code.
    pub values: HashMap<&'a str, Option<i64>>,
    /// What was said of them; `None` for the one that is new.
    pub said: Option<Saids>,
}

/// Which org sums up the return of each.
pub type Uppers = HashMap<OrgId, Option<OrgId>>;

/// The nearest of these orgs above one.
fn nearest(org: OrgId, among: &BTreeSet<OrgId>, uppers: &Uppers) -> Option<OrgId> {
    let mut seen = BTreeSet::from([org]);
    let mut next = uppers.get(&org).copied().flatten();
    while let Some(upper) = next.filter(|upper| seen.insert(*upper)) {
        if among.contains(&upper) {
            return Some(upper);
        }
        next = uppers.get(&upper).copied().flatten();
    }
    None
}

/// Those of these orgs that stand in sight of one: above it, and the nearest below each of them and below itself.
#[must_use]
pub fn in_sight(org: OrgId, others: &[OrgId], uppers: &Uppers) -> Vec<OrgId> {
    let among: BTreeSet<OrgId> = others.iter().copied().chain([org]).collect();
    let mut line = BTreeSet::from([org]);
    let mut next = nearest(org, &among, uppers);
    while let Some(upper) = next.filter(|upper| line.insert(*upper)) {
        next = nearest(upper, &among, uppers);
    }
    let seen = |other: &&OrgId| {
        let above = nearest(**other, &among, uppers);
        line.contains(other) || above.is_some_and(|above| line.contains(&above))
    };
    others
        .iter()
        .filter(seen)
        .filter(|other| **other != org)
        .copied()
        .collect()
}

/// An erratum that changes a figure: its code and what it is now.
pub type Change<'a> = (&'a str, Option<i64>);

/// What stands around the editions that are judged.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Which org sums up which.
    pub uppers: &'a Uppers,
    /// The metrics.
    pub known: Known<'a>,
    /// What open data says; nothing for what was decided before it was looked at.
    pub open: Option<&'a OpenData>,
}

struct Built {
    published: Published,
    /// Where the cells of each member begin.
    starts: Vec<usize>,
}

/// Everything that the members tell. What is told of the new one, or of the figure that an erratum changes, is still open.
fn build(members: &[Member<'_>], change: Option<Change<'_>>, around: Around<'_>) -> Built {
    let mut published = Published::default();
    let mut starts = Vec::with_capacity(members.len());
    let of = |one: &Member<'_>| Relations::of(one.form, around.known);
    let relations: Vec<Relations> = members.iter().map(of).collect();
    for (at, (member, relations)) in members.iter().zip(&relations).enumerate() {
        starts.push(published.cells.len());
        let change = change.filter(|_| at == 0);
        for cell in cells(member, relations, change, around.open) {
            published.add(cell);
        }
    }
    for (relations, start) in relations.iter().zip(&starts) {
        relations.tell(*start, &mut published);
    }
    between(members, around.uppers, (&relations, &starts), &mut published);
    if let Some(open) = around.open {
        open.tell(members, &starts, around.known, &mut published);
    }
    Built { published, starts }
}

/// The figures of a member in the order of its form.
fn cells(
    member: &Member<'_>,
    relations: &Relations,
    change: Option<Change<'_>>,
    open: Option<&OpenData>,
) -> Vec<Cell> {
    let cell = |(place, element): (usize, &Element)| {
        let code = element.code.as_str();
        let limit = relations.limits.get(place).copied().unwrap_or_default();
        let value = member.values.get(code).copied().flatten();
        let before = member.said.as_ref().and_then(|said| said.get(code).copied());
        let change = change.filter(|(of, _)| *of == code);
        let (value, said) = match (change, before) {
            (Some((_, is)), Some(before)) => (is, corrected(before, value, is, limit)),
            (_, Some(before)) => (value, before),
            (_, None) if relations.is_blind(place) => (value, Said::Guard),
            (_, None) => (value, Said::Figure),
        };
        let cell = Cell {
            value: value.unwrap_or_default(),
            limit: limit.saturating_mul(Number::ONE),
            step: Number::ONE / 10_i64.pow(u32::from(element.decimals.min(MOST_DECIMALS))),
            said,
            is_new: member.said.is_none() || change.is_some(),
        };
        let open = open.filter(|_| cell.is_new && said == Said::Figure);
        open.map_or(cell, |open| open.beside(member.org, element, cell))
    };
    member.form.elements.iter().enumerate().map(cell).collect()
}

/// The figure of an area holds those of the editions that lie nearest below it.
fn between(
    members: &[Member<'_>],
    uppers: &Uppers,
    (relations, starts): (&[Relations], &[usize]),
    published: &mut Published,
) {
    let among: BTreeSet<OrgId> = members.iter().map(|one| one.org).collect();
    let above: Vec<Option<OrgId>> = members
        .iter()
        .map(|one| nearest(one.org, &among, uppers))
        .collect();
    for ((whole, relations), start) in members.iter().zip(relations).zip(starts) {
        let below = members.iter().zip(&above).zip(starts);
        let below: Vec<(&Form, usize)> = below
            .filter(|((_, above), _)| **above == Some(whole.org))
            .map(|((part, _), start)| (part.form, *start))
            .collect();
        let cells = whole.form.elements.iter().enumerate();
        for (at, element) in cells.filter(|(at, element)| relations.goes_up(*at, element)) {
            let parts = below
                .iter()
                .filter_map(|(form, start)| Some((start + form.place(&element.code)?, -1)));
            let terms: Vec<(usize, i64)> = std::iter::once((start + at, 1)).chain(parts).collect();
            let limit = relations.limits.get(at).copied().unwrap_or_default();
            published.leave(terms, limit.saturating_mul(Number::ONE));
        }
    }
}

impl Built {
    /// What is said of the figures of the first member.
    fn of_first(&self, form: &Form) -> Saids {
        let start = self.starts.first().copied().unwrap_or_default();
        let cells = self.published.cells.iter().skip(start);
        let cells = form.elements.iter().zip(cells);
        cells
            .map(|(element, cell)| (element.code.clone(), cell.said))
            .collect()
    }
}

/// What everybody reads of the figures of the first member, which is new beside the others.
#[must_use]
pub fn said(members: &[Member<'_>], around: Around<'_>) -> Saids {
    let mut built = build(members, None, around);
    built.published.protect();
    members
        .first()
        .map(|one| built.of_first(one.form))
        .unwrap_or_default()
}

/// What everybody reads of a figure of the first member that an erratum changes; none for a figure that it does not have.
#[must_use]
pub fn said_of_change(members: &[Member<'_>], change: Change<'_>, around: Around<'_>) -> Option<Said> {
    let mut built = build(members, Some(change), around);
    built.published.protect();
    let said = members.first().map(|one| built.of_first(one.form))?;
    said.get(change.0).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::definition::Definition;
    use crate::testing::known;

    /// Learners by sex on the shipped form's way, with women and men who were not found out typed by hand.
    const FORM: &str = r#"
code = "persons"
name = "学员"
edition = "2026"
valid_from = "2020-01-01"
basis = "derived"
source = "测试用"
period = "year"
levels = []
[[tables]]
code = "T1"
title = "学员"
columns = [{ code = "n", label = "数", unit = "人" }]
rows = [
    { code = "all", label = "合计", metric = "learners.count", up = "metric" },
    { code = "f", label = "女", metric = "learners.count", slice = { by = "sex", key = "female" }, up = "metric" },
    { code = "m", label = "男", metric = "learners.count", slice = { by = "sex", key = "male" }, up = "metric" },
    { code = "old", label = "老年", metric = "learners.elders", up = "metric" },
    { code = "share", label = "占比", unit = "%", decimals = 1, metric = "learners.elder_share", up = "metric" },
    { code = "sum", label = "团员合计", typed = true },
    { code = "a", label = "甲队", typed = true },
    { code = "b", label = "乙队", typed = true },
]
[[checks]]
code = "C1"
words = "两队相加是合计。"
rule = "T1_sum_n == T1_a_n + T1_b_n"
force = "must"
"#;

    const CODES: [&str; 8] = ["all", "f", "m", "old", "share", "sum", "a", "b"];

    fn codes() -> Vec<String> {
        CODES.iter().map(|row| format!("T1_{row}_n")).collect()
    }

    fn words(said: &Saids) -> String {
        let word = |code: &String| match said.get(code) {
            Some(Said::Figure) => "F",
            Some(Said::Small(_)) => "S",
            Some(Said::Near(_)) => "N",
            Some(Said::Guard) => "G",
            None => "-",
        };
        codes().iter().map(word).collect()
    }

    fn member<'a>(
        org: i64,
        form: &'a Form,
        codes: &'a [String],
        values: [i64; 8],
        said: Option<&'a Saids>,
    ) -> Member<'a> {
        let values = codes.iter().zip(values);
        Member {
            org: OrgId::from_raw(org),
            form,
            values: values
                .map(|(code, value)| (code.as_str(), Some(value * Number::ONE)))
                .collect(),
            said: said.cloned(),
        }
    }

    fn around(uppers: &Uppers) -> Around<'_> {
        Around {
            uppers,
            known: &known,
            open: None,
        }
    }

    fn form() -> Form {
        Form::new(Definition::from_toml(FORM).unwrap()).unwrap()
    }

    fn uppers(pairs: &[(i64, i64)]) -> Uppers {
        let org = OrgId::from_raw;
        pairs
            .iter()
            .map(|(below, above)| (org(*below), Some(org(*above))))
            .collect()
    }

    #[test]
    fn parts_totals_and_ratios_of_a_form_are_related() {
        let (form, codes) = (form(), codes());
        for (what, values, expected) in [
            ("many", [100, 40, 60, 30, 30, 50, 20, 30], "FFFFFFFF"),
            // A few women are told by the men; a total of the same metric relates them, not only a check.
            ("women", [100, 3, 97, 30, 30, 50, 20, 30], "FSGFFFFF"),
            // Three of unknown sex are left of the total.
            ("left", [100, 40, 57, 30, 30, 50, 20, 30], "FGFFFFFF"),
            // The share tells the old to who knows all; it has itself no limit of persons.
            ("old", [100, 40, 60, 4, 4, 50, 20, 30], "FFFSGFFF"),
            ("share", [1000, 400, 600, 30, 3, 50, 20, 30], "FFFFFFFF"),
            // Who is not old is few.
            ("young", [100, 40, 60, 97, 97, 50, 20, 30], "FFFGGFFF"),
            // The check says that two teams add up.
            ("teams", [100, 40, 60, 30, 30, 50, 3, 47], "FFFFFFSG"),
        ] {
            let found = said(&[member(1, &form, &codes, values, None)], around(&Uppers::new()));
            assert_eq!(words(&found), expected, "{what}");
        }
    }

    #[test]
    fn a_later_edition_of_another_level_does_not_tell_what_an_earlier_one_hid() {
        let (form, codes) = (form(), codes());
        let uppers = uppers(&[(2, 1), (3, 1)]);
        let one = [100, 3, 97, 30, 30, 50, 20, 30];
        let other = [200, 120, 80, 60, 30, 50, 20, 30];
        let whole = [300, 123, 177, 90, 30, 100, 40, 60];
        let first = said(&[member(2, &form, &codes, one, None)], around(&uppers));
        let beside = [
            member(3, &form, &codes, other, None),
            member(2, &form, &codes, one, Some(&first)),
        ];
        let second = said(&beside, around(&uppers));
        assert_eq!(
            (words(&first).as_str(), words(&second).as_str()),
            ("FSGFFFFF", "FFFFFFFF")
        );
        let top = [
            member(1, &form, &codes, whole, None),
            member(2, &form, &codes, one, Some(&first)),
            member(3, &form, &codes, other, Some(&second)),
        ];
        assert_eq!(words(&said(&top, around(&uppers))), "FGGFFFFF");
        // The district first: then the second street hides what would tell the first.
        let before = said(&[member(1, &form, &codes, whole, None)], around(&uppers));
        let last = [
            member(3, &form, &codes, other, None),
            member(1, &form, &codes, whole, Some(&before)),
            member(2, &form, &codes, one, Some(&first)),
        ];
        assert_eq!(words(&before), "FFFFFFFF");
        assert_eq!(words(&said(&last, around(&uppers))), "FGGFFFFF");
        // Without the first street nothing is to be told but what is left, which is three women.
        let alone = [
            member(3, &form, &codes, other, None),
            member(1, &form, &codes, whole, Some(&before)),
        ];
        assert_eq!(words(&said(&alone, around(&uppers))), "FGGFFFFF");
    }

    #[test]
    fn errata_one_after_the_other_do_not_tell_what_is_few() {
        let (form, codes) = (form(), codes());
        let (all, women, men) = (0, 1, 2);
        type Case<'a> = (&'static str, &'a [(usize, i64)], &'static str);
        let cases: [Case<'_>; 5] = [
            ("a new sum", &[(women, 20), (all, 80)], "FF"),
            // The sum of now and the men would tell three women.
            ("few women", &[(women, 3), (all, 63)], "SG"),
            ("few more", &[(women, 38)], "N"),
            // What was told of the men stays; so the sum, which comes last, tells nothing.
            ("few women beside men", &[(men, 50), (women, 3), (all, 53)], "FSG"),
            // The sum and the men would tell that two women were too many.
            ("a difference", &[(women, 38), (men, 52), (all, 90)], "NFG"),
        ];
        for (what, changes, expected) in cases {
            let mut values = [100, 40, 60, 30, 30, 50, 20, 30];
            let mut told = said(&[member(1, &form, &codes, values, None)], around(&Uppers::new()));
            let mut found = Saids::new();
            for (at, value) in changes {
                let members = [member(1, &form, &codes, values, Some(&told))];
                let change = (codes[*at].as_str(), Some(value * Number::ONE));
                let is = said_of_change(&members, change, around(&Uppers::new())).unwrap();
                values[*at] = *value;
                told.insert(codes[*at].clone(), is);
                found.insert(codes[*at].clone(), is);
            }
            let order: String = changes
                .iter()
                .map(|(at, _)| words(&found).chars().nth(*at).unwrap())
                .collect();
            assert_eq!(order, expected, "{what}");
        }
    }

    #[test]
    fn in_sight_is_what_lies_above_and_the_nearest_below() {
        // A city 1 of districts 2 and 3; streets 4 and 5 in 2, 6 in 3; 9 stands apart.
        let uppers = uppers(&[(2, 1), (3, 1), (4, 2), (5, 2), (6, 3)]);
        let org = OrgId::from_raw;
        for (own, others, seen) in [
            (4, &[1, 2, 3, 5, 6, 9][..], vec![1, 2, 3, 5]),
            (2, &[1, 3, 4, 5, 6, 9], vec![1, 3, 4, 5]),
            // No edition of the districts: the streets are parts of the city.
            (4, &[1, 5, 6, 9], vec![1, 5, 6]),
            (1, &[4, 5, 6, 9], vec![4, 5, 6]),
            (9, &[1, 2], vec![]),
        ] {
            let others: Vec<OrgId> = others.iter().map(|id| org(*id)).collect();
            let found: Vec<i64> = in_sight(org(own), &others, &uppers)
                .into_iter()
                .map(OrgId::raw)
                .collect();
            assert_eq!(found, seen, "{own}");
        }
    }
}
