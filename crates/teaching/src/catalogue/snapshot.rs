//! One unchanging picture of all public classes: their cards, the index, and the seats taken at that moment.

use super::model::{Area, ClassCard, Seats, Standing};
use super::pages_kept::Kept;
use super::query::{FeeFilter, Query, Rank, Sort, Where};
use super::round::Applications;
use super::search::{self, SearchIndex, Spellings};
use super::varied::varied;
use crate::ClassId;
use kernel::time::Time;
use kernel::{Date, Instant, Point};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// What changes only when a school changes a class: cards and everything found by them.
#[derive(Debug, Default)]
pub struct Base {
    pub(super) cards: Vec<ClassCard>,
    /// Place of a class by its number.
    pub(super) places: HashMap<i64, u32>,
    index: SearchIndex,
    listed: RoaringBitmap,
    /// Classes of an org and everything below it, by the org's number.
    within: HashMap<i64, RoaringBitmap>,
    /// Number of a district or street by the start of its code.
    codes: HashMap<String, i64>,
    weekdays: HashMap<i8, RoaringBitmap>,
    categories: BTreeMap<String, RoaringBitmap>,
    terms: BTreeMap<String, RoaringBitmap>,
    areas: Vec<(Arc<Area>, u64)>,
}

impl Base {
    /// Builds the picture from the cards; spellings are kept for the next time.
    #[must_use]
    pub fn build(cards: Vec<ClassCard>, known: &mut Spellings) -> Self {
        let mut base = Self {
            index: SearchIndex::build(&cards, known),
            ..Self::default()
        };
        let mut areas: HashMap<i64, Arc<Area>> = HashMap::new();
        for (at, card) in (0_u32..).zip(&cards) {
            base.places.insert(card.id.raw(), at);
            if !card.is_listed() {
                continue;
            }
            base.listed.insert(at);
            for org in &card.place.above {
                base.within.entry(org.raw()).or_default().insert(at);
            }
            let weekday = card.weekday.to_monday_one_offset();
            base.weekdays.entry(weekday).or_default().insert(at);
            base.categories
                .entry(card.category.clone())
                .or_default()
                .insert(at);
            base.terms.entry(card.term.clone()).or_default().insert(at);
            for area in card.place.district.iter().chain(&card.place.street) {
                areas.entry(area.id.raw()).or_insert_with(|| Arc::clone(area));
                if let Some(code) = &area.code {
                    base.codes
                        .entry(code.trim_end_matches('0').to_owned())
                        .or_insert(area.id.raw());
                }
            }
        }
        base.cards = cards;
        base.areas = areas
            .into_values()
            .map(|area| {
                let count = base.within.get(&area.id.raw()).map_or(0, RoaringBitmap::len);
                (area, count)
            })
            .collect();
        base.areas
            .sort_by(|(a, _), (b, _)| (&a.code, a.id.raw()).cmp(&(&b.code, b.id.raw())));
        base
    }
}

/// A class with its seats at the snapshot's moment.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The class.
    pub card: &'a ClassCard,
    /// Its seats.
    pub seats: Seats,
    /// Straight way from the point asked for, in metres.
    pub metres: Option<u32>,
}

impl Listed<'_> {
    /// How the class stands at this moment.
    #[must_use]
    pub fn standing(&self, now: Instant) -> Standing {
        self.card.standing(self.seats, now)
    }
}

/// What a query found.
#[derive(Debug, Default)]
pub struct Found<'a> {
    /// The classes of this page.
    pub items: Vec<Listed<'a>>,
    /// How many were found in all.
    pub total: usize,
    /// How many of all can be enrolled in now and have a seat left.
    pub free: usize,
    /// Where the next page starts, if there is one.
    pub next: Option<Rank>,
}

/// A term that classes are in, by its name, which several orgs may have given to theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermSpan<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
}

/// The term that runs on this day, or else the next one; when all are over, the last. They come the earliest first.
#[must_use]
pub fn present_term<'a>(terms: &[TermSpan<'a>], today: Date) -> Option<TermSpan<'a>> {
    let ahead = terms.iter().find(|term| term.to >= today);
    ahead.or(terms.last()).copied()
}

/// The picture that readers see; it never changes, a newer one takes its place.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) base: Arc<Base>,
    pub(super) seats: Arc<Vec<Seats>>,
    /// The moments for which rendered pages hold: between two openings or closings of enrolment, within one day.
    pub(super) valid: Range<Instant>,
    pub(super) kept: Kept,
}

impl Snapshot {
    /// A picture at this moment.
    #[must_use]
    pub fn new(base: Arc<Base>, seats: Arc<Vec<Seats>>, now: Instant) -> Self {
        Self {
            valid: steady_time(&base.cards, now),
            base,
            seats,
            kept: Kept::default(),
        }
    }

    /// The class with this id, whether it is listed or over.
    #[must_use]
    pub fn find(&self, id: ClassId) -> Option<Listed<'_>> {
        self.at(*self.base.places.get(&id.raw())?, None)
    }

    /// Number of classes that can be found by id.
    #[must_use]
    pub fn len(&self) -> usize {
        self.base.cards.len()
    }

    /// Whether there is no class at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.base.cards.is_empty()
    }

    /// Districts and streets that have classes, with their number, in the order of their codes.
    pub fn areas(&self) -> impl Iterator<Item = (&Area, u64)> {
        self.base.areas.iter().map(|(area, count)| (&**area, *count))
    }

    /// The district or street that an address names, if it has classes.
    #[must_use]
    pub fn area(&self, place: &Where) -> Option<&Area> {
        let number = self.org_number(place)?;
        self.areas()
            .map(|(area, _)| area)
            .find(|area| area.id.raw() == number)
    }

    /// Categories in use.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        self.base.categories.keys().map(String::as_str)
    }

    /// The terms of the classes that a query asks for, whichever term it names, the earliest first.
    #[must_use]
    pub fn terms_of(&self, query: &Query) -> Vec<TermSpan<'_>> {
        let in_any = Query {
            term: String::new(),
            ..query.clone()
        };
        let mut spans: BTreeMap<&str, (Date, Date)> = BTreeMap::new();
        let found = self.candidates(&in_any, &search::words(&query.q)).into_iter();
        for card in found.filter_map(|at| Some(self.at(at, None)?.card)) {
            let (from, to) = spans
                .entry(card.term.as_str())
                .or_insert((card.term_starts_on, card.term_ends_on));
            *from = card.term_starts_on.min(*from);
            *to = card.term_ends_on.max(*to);
        }
        let span = |(name, (from, to))| TermSpan { name, from, to };
        let mut terms: Vec<TermSpan<'_>> = spans.into_iter().map(span).collect();
        terms.sort_by_key(|term| (term.from, term.to));
        terms
    }

    /// Listed classes whose enrolment opens next, a varied choice of them, the earliest first.
    #[must_use]
    pub fn opening_next(&self, now: Instant, most: usize) -> Vec<Listed<'_>> {
        let mut coming: Vec<(Instant, i64, u32)> = self
            .base
            .listed
            .iter()
            .filter_map(|at| {
                let card = self.at(at, None)?.card;
                let (opens, _) = card.window(now);
                (now < opens).then_some((opens, card.id.raw(), at))
            })
            .collect();
        coming.sort_unstable();
        let all: Vec<Listed<'_>> = coming
            .iter()
            .filter_map(|(_, _, at)| self.at(*at, None))
            .collect();
        varied(&all, most)
    }

    /// The classes that a query asks for, in its order.
    #[must_use]
    pub fn select(&self, query: &Query, now: Instant) -> Found<'_> {
        let words = search::words(&query.q);
        let mut ranked: Vec<(Rank, u32)> = Vec::new();
        let mut found = Found::default();
        for at in self.candidates(query, &words) {
            let Some(listed) = self.at(at, query.near) else {
                continue;
            };
            if !fits(&listed, query, now) {
                continue;
            }
            found.total += 1;
            let free = matches!(listed.standing(now), Standing::Free { .. });
            found.free += usize::from(free);
            ranked.push((self.rank(at, &listed, query, &words, now), at));
        }
        let limit = query.limit.unwrap_or(super::query::PAGE_ITEMS);
        if let Some(after) = query.cursor {
            ranked.retain(|(rank, _)| *rank > after);
        }
        let more = ranked.len() > limit;
        if more {
            ranked.select_nth_unstable(limit);
            ranked.truncate(limit);
        }
        ranked.sort_unstable();
        found.next = if more {
            ranked.last().map(|(rank, _)| *rank)
        } else {
            None
        };
        found.items = ranked
            .iter()
            .filter_map(|(_, at)| self.at(*at, query.near))
            .collect();
        found
    }

    fn at(&self, at: u32, near: Option<Point>) -> Option<Listed<'_>> {
        let at = usize::try_from(at).ok()?;
        let card = self.base.cards.get(at)?;
        let metres = near.and_then(|near| Some(card.place.point?.metres_to(near)));
        Some(Listed {
            card,
            seats: self.seats.get(at).copied().unwrap_or_default(),
            metres,
        })
    }

    fn org_number(&self, place: &Where) -> Option<i64> {
        match place {
            Where::Org(id) => Some(id.raw()),
            Where::Code(code) => self.base.codes.get(code).copied(),
        }
    }

    /// What the bitmaps answer; the rest of the query is tried class by class.
    fn candidates(&self, query: &Query, words: &[String]) -> RoaringBitmap {
        let base = &self.base;
        let mut left = base.listed.clone();
        if let Some(found) = base.index.find(words) {
            left &= found;
        }
        let mut keep = |list: Option<&RoaringBitmap>| match list {
            Some(list) => left &= list,
            None => left.clear(),
        };
        for place in query.area.iter().chain(&query.place) {
            keep(self.org_number(place).and_then(|number| base.within.get(&number)));
        }
        if let Some(day) = query.day {
            keep(base.weekdays.get(&day));
        }
        if !query.category.is_empty() {
            keep(base.categories.get(&query.category));
        }
        if !query.term.is_empty() {
            keep(base.terms.get(&query.term));
        }
        left
    }

    fn rank(&self, at: u32, listed: &Listed<'_>, query: &Query, words: &[String], now: Instant) -> Rank {
        let card = listed.card;
        let first = match query.order() {
            // Classes whose place is not known come last.
            Sort::Distance => i64::from(listed.metres.unwrap_or(u32::MAX)),
            // What has begun already comes after what is still to begin.
            Sort::Date => i64::from(card.starts_on < now.date()),
            Sort::Seats => -i64::from(card.seats_left(listed.seats)),
            Sort::Relevance => {
                let close = i64::from(self.base.index.closeness(at, card, words));
                close * 10
                    + match listed.standing(now) {
                        Standing::Free { .. }
                        | Standing::Selected {
                            applications: Applications::Open,
                            ..
                        } => 0,
                        Standing::NotYet | Standing::Selected { .. } => 1,
                        Standing::Full { .. } => 2,
                        Standing::Over | Standing::Ended | Standing::Stopped => 3,
                    }
            }
        };
        let day = card.starts_on;
        Rank {
            first,
            day: i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day()),
            minute: i64::from(card.starts.hour()) * 60 + i64::from(card.starts.minute()),
            id: card.id.raw(),
        }
    }
}

fn fits(listed: &Listed<'_>, query: &Query, now: Instant) -> bool {
    let card = listed.card;
    let fee = match query.fee {
        None => true,
        Some(FeeFilter::Free) => card.fee.0 == 0,
        Some(FeeFilter::Paid) => card.fee.0 > 0,
        Some(FeeFilter::Most(yuan)) => card.fee.0 <= i64::from(yuan) * 100,
    };
    fee && query
        .part
        .is_none_or(|part| super::model::DayPart::of(card.starts) == part)
        && query.level.is_none_or(|level| card.level == level)
        && query.mode.is_none_or(|mode| card.mode == mode)
        && query.age.is_none_or(|age| card.fits_age(age))
        && (!query.open || card.is_open(now))
        && (!query.seats || card.seats_left(listed.seats) > 0)
        && (!query.accessible || card.place.step_free)
}

/// Longest time for which rendered pages are kept, in seconds: a meeting moved by another node shows after it.
const LONGEST_KEPT_SECS: i64 = 60;

/// From the last opening, closing or midnight before this moment to the next one, at most a minute ahead.
fn steady_time(cards: &[ClassCard], now: Instant) -> Range<Instant> {
    let today = now.date();
    let midnight = Instant::of_china(today, Time::midnight());
    let end = midnight
        .plus_secs(24 * 60 * 60)
        .min(now.plus_secs(LONGEST_KEPT_SECS));
    let mut range = midnight..end;
    for card in cards {
        let selection = card.selection.iter().flat_map(|selection| selection.moments());
        for moment in [card.opens, card.closes].into_iter().chain(selection) {
            if moment <= now {
                range.start = range.start.max(moment);
            } else {
                range.end = range.end.min(moment);
            }
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_means_the_term_that_runs_or_else_the_next() {
        let term = |name: &'static str, from: &str, to: &str| TermSpan {
            name,
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
        };
        let terms = [
            term("2026 秋季", "2026-09-07", "2027-01-15"),
            term("2027 春季", "2027-02-22", "2027-06-30"),
        ];
        for (today, name) in [
            ("2026-08-01", "2026 秋季"),
            ("2026-11-22", "2026 秋季"),
            ("2027-01-15", "2026 秋季"),
            ("2027-01-16", "2027 春季"),
            ("2027-03-01", "2027 春季"),
            ("2027-08-01", "2027 春季"),
        ] {
            let found = present_term(&terms, today.parse().unwrap());
            assert_eq!(found.map(|term| term.name), Some(name), "{today}");
        }
        assert_eq!(present_term(&[], "2027-03-01".parse().unwrap()), None);
    }
}
