//! How personal data lies in the database: sealed, with a keyed mark to find it again.

use kernel::{IdNumber, PersonId, Phone};
use platform::KeyRing;

/// The mark by which a telephone number is found.
#[must_use]
pub fn phone_index(keys: &KeyRing, phone: &Phone) -> String {
    keys.blind_index("person.phone", phone.as_str())
}

/// The mark by which an identity number is found.
#[must_use]
pub fn id_index(keys: &KeyRing, number: &IdNumber) -> String {
    keys.blind_index("person.id", number.as_str())
}

/// Where a telephone number is sealed to.
#[must_use]
pub fn phone_place(person: PersonId) -> String {
    format!("person.phone.{person}")
}

/// Where an identity number is sealed to.
#[must_use]
pub fn id_place(person: PersonId) -> String {
    format!("person.id.{person}")
}

/// Where an emergency contact is sealed to.
#[must_use]
pub fn contact_place(person: PersonId) -> String {
    format!("person.contact.{person}")
}
