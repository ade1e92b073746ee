//! Cells: the facts of one source, one org and one month, as finely as they can be broken down. Pure, no I/O.
//!
//! A line is a tag, a sex, an age band and a kind with two sums and, for sources of persons, the set of persons. Sums
//! add up over lines, months and orgs; sets are united, so that nobody is counted twice.

use crate::definition::{Dimension, Fact, Measure};
use crate::reading::Slice;
use kernel::{AgeBand, Date, age};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key {
    /// By what metrics choose.
    pub tag: String,
    /// `female`, `male` or nothing.
    pub sex: String,
    /// Code of the age band, or nothing.
    pub band: String,
    /// By what figures are broken down.
    pub kind: String,
}

impl Key {
    /// The part of the key that a dimension speaks of.
    #[must_use]
    pub fn part(&self, dimension: Dimension) -> &str {
        match dimension {
            Dimension::Sex => &self.sex,
            Dimension::Age => &self.band,
            Dimension::Kind => &self.kind,
        }
    }
}

/// Sums and persons of a line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// First measure.
    pub n: i64,
    /// Second measure.
    pub m: i64,
    /// Numbers of the persons.
    pub persons: RoaringBitmap,
}

/// Which lines count.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Tags; empty for all.
    pub tags: &'a [&'a str],
    /// Kinds; empty for all.
    pub kinds: &'a [&'a str],
    /// Age bands; empty for all.
    pub bands: &'a [&'a str],
    /// One slice of a breakdown.
    pub slice: &'a [(Dimension, String)],
}

impl Choice<'_> {
    fn takes(&self, key: &Key) -> bool {
        let any = |list: &[&str], word: &str| list.is_empty() || list.contains(&word);
        any(self.tags, &key.tag)
            && any(self.kinds, &key.kind)
            && any(self.bands, &key.band)
            && self
                .slice
                .iter()
                .all(|(dimension, wanted)| key.part(*dimension) == wanted)
    }
}

/// The lines of one org and month.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cells(BTreeMap<Key, Line>);

/// The age band a person counts in, by the age reached in that year; nothing when the birth is not known.
#[must_use]
pub fn band_in(birth: Option<&str>, year: i16) -> &'static str {
    let born: Option<Date> = birth.and_then(|text| text.parse().ok());
    let age = born.and_then(|born| age::full_years(born, Date::new(year, 12, 31).ok()?));
    age.map_or("", |age| AgeBand::of(age).code())
}

impl Cells {
    /// Gathers facts, each with the person's small number.
    #[must_use]
    pub fn gathered<'a>(facts: impl Iterator<Item = (&'a Fact, Option<u32>)>) -> Self {
        // Millions of facts make a few hundred lines: words are copied for a line, not for a fact.
        let mut lines: HashMap<[&'a str; 4], Line> = HashMap::new();
        for (fact, number) in facts {
            let year = fact.month.get(..4).and_then(|year| year.parse().ok());
            let band = band_in(fact.birth.as_deref(), year.unwrap_or(0));
            let sex = fact.sex.as_deref().unwrap_or_default();
            let line = lines.entry([&fact.tag, sex, band, &fact.kind]).or_default();
            line.n += fact.n;
            line.m += fact.m;
            if let Some(number) = number {
                line.persons.insert(number);
            }
        }
        let mut cells = Self::default();
        for ([tag, sex, band, kind], line) in lines {
            let key = Key {
                tag: plain(tag),
                sex: plain(sex),
                band: band.to_owned(),
                kind: plain(kind),
            };
            cells.unite(&key, line);
        }
        cells
    }

    /// Takes a line in.
    fn unite(&mut self, key: &Key, line: Line) {
        match self.0.get_mut(key) {
            Some(mine) => {
                mine.n += line.n;
                mine.m += line.m;
                mine.persons |= line.persons;
            }
            None => {
                self.0.insert(key.clone(), line);
            }
        }
    }

    /// Adds to a line.
    pub fn put(&mut self, key: Key, n: i64, m: i64, number: Option<u32>) {
        let line = self.0.entry(key).or_default();
        line.n += n;
        line.m += m;
        if let Some(number) = number {
            line.persons.insert(number);
        }
    }

    /// Takes in other cells: sums are added, sets united.
    pub fn take_in(&mut self, other: &Self) {
        for (key, line) in &other.0 {
            match self.0.get_mut(key) {
                Some(mine) => {
                    mine.n += line.n;
                    mine.m += line.m;
                    mine.persons |= &line.persons;
                }
                None => {
                    self.0.insert(key.clone(), line.clone());
                }
            }
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any line counts.
    #[must_use]
    pub fn any(&self, choice: &Choice<'_>) -> bool {
        self.0.keys().any(|key| choice.takes(key))
    }

    /// The sum of the lines that count.
    #[must_use]
    pub fn sum(&self, measure: Measure, choice: &Choice<'_>) -> i64 {
        let lines = self.0.iter().filter(|(key, _)| choice.takes(key));
        lines
            .map(|(_, line)| match measure {
                Measure::N => line.n,
                Measure::M => line.m,
            })
            .sum()
    }

    /// How many distinct persons stand in the lines that count.
    #[must_use]
    pub fn persons(&self, choice: &Choice<'_>) -> i64 {
        let mut all = RoaringBitmap::new();
        for (key, line) in &self.0 {
            if choice.takes(key) {
                all |= &line.persons;
            }
        }
        i64::try_from(all.len()).unwrap_or(i64::MAX)
    }

    /// The keys that occur in a dimension among the lines that count.
    #[must_use]
    pub fn keys(&self, dimension: Dimension, choice: &Choice<'_>) -> Vec<String> {
        let mut keys: Vec<String> = self
            .0
            .keys()
            .filter(|key| choice.takes(key))
            .map(|key| key.part(dimension).to_owned())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// As it is stored: text, and the sets when there are any.
    ///
    /// # Errors
    /// When a set cannot be written, which memory alone can cause.
    pub fn encode(&self) -> std::io::Result<(String, Option<Vec<u8>>)> {
        let mut text = String::with_capacity(self.0.len() * 32);
        let mut sets = Vec::new();
        let mut any = false;
        for (key, line) in &self.0 {
            let Key { tag, sex, band, kind } = key;
            let _ = writeln!(text, "{tag},{sex},{band},{kind},{},{}", line.n, line.m);
            any |= !line.persons.is_empty();
            let size = u32::try_from(line.persons.serialized_size()).unwrap_or(u32::MAX);
            sets.extend(size.to_le_bytes());
            line.persons.serialize_into(&mut sets)?;
        }
        Ok((text, any.then_some(sets)))
    }

    /// Reads what [`Cells::encode`] wrote; nothing when it is broken, so that the reader counts anew.
    #[must_use]
    pub fn decode(text: &str, sets: Option<&[u8]>) -> Option<Self> {
        let mut cells = Self::default();
        let mut rest = sets.unwrap_or_default();
        for row in text.lines() {
            let parts: Vec<&str> = row.split(',').collect();
            let [tag, sex, band, kind, n, m] = parts[..] else {
                return None;
            };
            let persons = if sets.is_some() {
                let (size, after) = rest.split_first_chunk::<4>()?;
                let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
                let (set, after) = after.split_at_checked(size)?;
                rest = after;
                RoaringBitmap::deserialize_from(set).ok()?
            } else {
                RoaringBitmap::new()
            };
            let key = Key {
                tag: tag.to_owned(),
                sex: sex.to_owned(),
                band: band.to_owned(),
                kind: kind.to_owned(),
            };
            let line = Line {
                n: n.parse().ok()?,
                m: m.parse().ok()?,
                persons,
            };
            cells.0.insert(key, line);
        }
        rest.is_empty().then_some(cells)
    }
}

impl<'a> Choice<'a> {
    /// The same choice for one slice.
    #[must_use]
    pub const fn sliced(self, slice: &'a Slice) -> Self {
        Self {
            slice: slice.0.as_slice(),
            ..self
        }
    }
}

/// A word without what separates words and lines.
fn plain(word: &str) -> String {
    word.replace([',', '\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::OrgId;

    fn fact(person: i64, sex: &str, birth: &str, tag: &str, kind: &str, n: i64) -> Fact {
        Fact {
            org_id: OrgId::from_raw(1),
            month: "2026-09".into(),
            person_id: person,
            sex: Some(sex.into()),
            birth: Some(birth.into()),
            tag: tag.into(),
            kind: kind.into(),
            n,
            m: n * 90,
        }
    }

    fn some() -> Cells {
        let facts = [
            fact(1, "female", "1956-05-01", "present", "dance", 3),
            fact(1, "female", "1956-05-01", "present", "music", 2),
            fact(2, "male", "1966-12-31", "present", "music", 4),
            fact(3, "male", "1967-01-01", "absent", "music", 1),
        ];
        Cells::gathered(
            facts
                .iter()
                .map(|fact| (fact, u32::try_from(fact.person_id).ok())),
        )
    }

    #[test]
    fn sums_add_and_persons_are_counted_once() {
        let cells = some();
        let all = Choice::default();
        assert_eq!(cells.sum(Measure::N, &all), 10);
        assert_eq!(cells.sum(Measure::M, &all), 900);
        assert_eq!(cells.persons(&all), 3);
        let present = Choice {
            tags: &["present"],
            ..all
        };
        assert_eq!(cells.sum(Measure::N, &present), 9);
        assert_eq!(cells.persons(&present), 2);
        let slice = Slice(vec![(Dimension::Kind, "music".into())]);
        assert_eq!(cells.persons(&present.sliced(&slice)), 2);
        let both = Slice(vec![
            (Dimension::Kind, "music".into()),
            (Dimension::Sex, "female".into()),
        ]);
        assert_eq!(cells.persons(&present.sliced(&both)), 1);
        assert_eq!(cells.keys(Dimension::Kind, &present), ["dance", "music"]);
    }

    #[test]
    fn age_is_that_reached_in_the_year() {
        for (birth, band) in [
            (Some("1966-12-31"), "60-69"),
            (Some("1967-01-01"), "45-59"),
            (Some("1946-01-01"), "80+"),
            (None, ""),
            (Some("unknown"), ""),
            (Some("2027-01-01"), ""),
        ] {
            assert_eq!(band_in(birth, 2026), band, "{birth:?}");
        }
    }

    #[test]
    fn what_is_taken_in_is_neither_lost_nor_doubled() {
        let mut all = some();
        all.take_in(&some());
        assert_eq!(all.sum(Measure::N, &Choice::default()), 20);
        assert_eq!(all.persons(&Choice::default()), 3);
    }

    #[test]
    fn cells_read_back_and_broken_ones_are_noticed() {
        let cells = some();
        let (text, sets) = cells.encode().unwrap();
        assert_eq!(Cells::decode(&text, sets.as_deref()), Some(cells));
        let sets = sets.unwrap();
        assert_eq!(Cells::decode(&text, Some(&sets[..sets.len() - 1])), None);
        assert_eq!(Cells::decode("a,b,c", None), None);
        assert_eq!(Cells::decode("", None), Some(Cells::default()));
        let odd = [fact(1, "female", "1956-05-01", "a,b", "书画\n国画", 1)];
        let odd = Cells::gathered(odd.iter().map(|fact| (fact, None)));
        let (text, sets) = odd.encode().unwrap();
        assert_eq!(Cells::decode(&text, sets.as_deref()), Some(odd));
    }
}
