//! What the tests of this crate share.

use testkit::ClassFixture;

/// A class with sessions a week ago, today at nine (the tests' now) and in a week, and three learners.
pub async fn class() -> ClassFixture {
    let schemas = [
        platform::SCHEMA,
        orgs::SCHEMA,
        people::SCHEMA,
        teaching::SCHEMA,
        enrollment::SCHEMA,
        crate::SCHEMA,
    ];
    let days = ["2026-11-15", "2026-11-22", "2026-11-29"];
    ClassFixture::start(&schemas, crate::routes(), &days).await
}

pub fn is(status: &str, method: &str) -> Option<(String, String)> {
    Some((status.to_owned(), method.to_owned()))
}
