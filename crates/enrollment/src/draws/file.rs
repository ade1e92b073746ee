//! The draw file: one JSON document with everything that a draw was made of and came to, without a name in it.
//!
//! Whoever has the file can compute the result again, in any language; `docs/draw.md` describes each field.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Name of the format and of the algorithm.
pub const FORMAT: &str = "xuequan-draw/1";
/// The pool that everybody belongs to.
pub const OPEN_POOL: &str = "open";

/// A draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawFile {
    /// [`FORMAT`].
    pub format: String,
    /// What was drawn, for people.
    pub round: RoundBrief,
    /// The list as it was sealed.
    pub seal: Seal,
    /// Who takes part, by receipt number.
    pub entrants: Vec<Entrant>,
    /// What there is to win, by id.
    pub classes: Vec<DrawClass>,
    /// Fixed after the seal; missing until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub randomness: Option<Randomness>,
    /// What it came to; missing until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<DrawResult>,
}

/// The round, for people who read the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundBrief {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who holds it.
    pub org: String,
    /// The term.
    pub term: String,
}

/// Proof that nobody was added, taken away or changed after this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// SHA-256 of the [list text](list_text) in hexadecimal.
    pub hash: String,
    /// When it was made public, RFC 3339.
    pub at: String,
}

/// One entrant: a person, or companions as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entrant {
    /// Receipt number: the only mark of the person.
    pub receipt: String,
    /// One and one more for each term waited, up to the round's cap.
    pub tickets: u32,
    /// How many people it is; they get seats together or not at all.
    pub size: u32,
    /// Ids of classes in the order of the wish.
    pub wishes: Vec<String>,
    /// Pools it may be seated from, in the order they are tried.
    pub pools: Vec<String>,
}

/// A class with its seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawClass {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Seats of each pool.
    pub seats: BTreeMap<String, u32>,
}

/// What nobody could know when the list was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Randomness {
    /// The text, exactly as it goes into the computation.
    pub text: String,
    /// Where everybody can read it.
    pub source: String,
    /// When it was entered, RFC 3339.
    pub at: String,
}

/// What the draw came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawResult {
    /// Receipt numbers from the first to the last.
    pub order: Vec<Ranked>,
    /// Who is seated where, in that order.
    pub seated: Vec<Seated>,
    /// Receipt numbers that wait for each class, in that order.
    pub waitlists: BTreeMap<String, Vec<String>>,
}

/// A place in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// Whose.
    pub receipt: String,
    /// From 1.
    pub rank: u32,
    /// Smallest ticket, 64 hexadecimal digits.
    pub key: String,
}

/// A seat won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seated {
    /// Whose.
    pub receipt: String,
    /// Id of the class.
    pub class: String,
    /// From which pool.
    pub pool: String,
}

/// The text under the seal: a line for the format, one for each class by id, one for each entrant by receipt number.
/// Fields are parted by tabs, lists by commas; every line ends in a newline.
#[must_use]
pub fn list_text(entrants: &[Entrant], classes: &[DrawClass]) -> String {
    let mut text = format!("{FORMAT}\n");
    let mut classes: Vec<&DrawClass> = classes.iter().collect();
    classes.sort_by(|a, b| a.id.cmp(&b.id));
    for class in classes {
        let seats: Vec<String> = class
            .seats
            .iter()
            .map(|(pool, seats)| format!("{pool}={seats}"))
            .collect();
        // Writing into a string cannot fail.
        let _ = writeln!(text, "class\t{}\t{}", class.id, seats.join(","));
    }
    let mut entrants: Vec<&Entrant> = entrants.iter().collect();
    entrants.sort_by(|a, b| a.receipt.cmp(&b.receipt));
    for one in entrants {
        let _ = writeln!(
            text,
            "entrant\t{}\t{}\t{}\t{}\t{}",
            one.receipt,
            one.tickets,
            one.size,
            one.wishes.join(","),
            one.pools.join(",")
        );
    }
    text
}

/// Hash of a list, as it is published before the draw.
#[must_use]
pub fn seal_hash(entrants: &[Entrant], classes: &[DrawClass]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(list_text(entrants, classes).as_bytes()))
}
