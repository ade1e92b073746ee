//! Identifiers: one whole number inside, random URL-safe text outside.
//!
//! An id holds 15 bits of day (days since 2020-01-01) and 48 bits that rise with the time of day by drawn steps. Rows
//! of one moment stand together in the database; the steps keep others from being counted. Outside the
//! program an id is always its text of 13 letters and digits (Crockford base 32), never the number.
//! Reasons and figures: `docs/adr/0003-ids.md`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of an id's outside text.
pub const TEXT_LEN: usize = 13;

/// An identifier of a row of kind `K`; `K` is an empty enum that only keeps ids of different kinds apart.
pub struct Id<K>(i64, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// The id with this inside number, as read from the database.
    #[must_use]
    pub const fn from_raw(raw: i64) -> Self {
        Self(raw, PhantomData)
    }

    /// The inside number, for the database only.
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// Makes an id from the day (days since 2020-01-01) and 48 bits for the place in it; higher bits are cut off.
    #[must_use]
    pub const fn compose(day: u16, random: u64) -> Self {
        let day = (day & 0x7fff) as i64;
        let low = (random & 0xffff_ffff_ffff) as i64;
        Self((day << 48) | low, PhantomData)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.cast_unsigned();
        let mut text = [b'0'; TEXT_LEN];
        for slot in text.iter_mut().rev() {
            let digit = usize::try_from(rest & 31).unwrap_or(0);
            *slot = ALPHABET.get(digit).copied().unwrap_or(b'0');
            rest >>= 5;
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or(""))
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an id: wrong length or a letter that ids do not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id")
    }
}
impl std::error::Error for NotAnId {}

impl<K> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != TEXT_LEN {
            return Err(NotAnId);
        }
        let mut value: u64 = 0;
        for byte in text.bytes() {
            let byte = byte.to_ascii_lowercase();
            let digit = ALPHABET
                .iter()
                .position(|&letter| letter == byte)
                .ok_or(NotAnId)?;
            if value >> 58 != 0 {
                return Err(NotAnId);
            }
            value = (value << 5) | digit as u64;
        }
        i64::try_from(value).map(Self::from_raw).or(Err(NotAnId))
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Kinds of id that the platform itself speaks of; domains define their own beside their tables.
pub mod kinds {
    /// A node of the organisation tree.
    pub enum Org {}
    /// A human being.
    pub enum Person {}
    /// A way to sign in.
    pub enum Account {}
    /// A person's office in an org.
    pub enum Post {}
    /// One recorded event.
    pub enum Event {}
    /// One queued piece of work.
    pub enum Job {}
    /// A stored file.
    pub enum File {}
}

/// A node of the organisation tree.
pub type OrgId = Id<kinds::Org>;
/// A human being.
pub type PersonId = Id<kinds::Person>;
/// A way to sign in.
pub type AccountId = Id<kinds::Account>;
/// A person's office in an org.
pub type PostId = Id<kinds::Post>;
/// One recorded event.
pub type EventId = Id<kinds::Event>;
/// One queued piece of work.
pub type JobId = Id<kinds::Job>;
/// A stored file.
pub type FileId = Id<kinds::File>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for raw in [0, 1, 31, 32, i64::MAX, (2517_i64 << 48) | 0xabcd_ef01_2345] {
            let id = OrgId::from_raw(raw);
            let text = id.to_string();
            assert_eq!(text.len(), TEXT_LEN);
            assert_eq!(text.parse::<OrgId>(), Ok(id));
            assert_eq!(text.to_uppercase().parse::<OrgId>(), Ok(id));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "1",
            "zzzzzzzzzzzzz",
            "8000000000000",
            "000000000000u",
            "0000000000000 ",
            "../../etc/pas",
        ] {
            assert_eq!(text.parse::<OrgId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn day_is_the_high_part() {
        let id = OrgId::compose(3, u64::MAX);
        assert_eq!(id.raw() >> 48, 3);
    }
}
