//! Certificates: issued for outcomes, printed as PDF, checked by anybody with the code, revoked with a reason.
//!
//! 1. The number is school, year and a serial without gaps of one class of numbers; the code is 16 random letters and
//!    digits (80 bits), so that it cannot be guessed. What the certificate says is kept with it and does not change later.
//! 2. `/verify` tells anybody who has the code: masked name, course, class, hours, dates, issuer, valid or revoked. Nothing
//!    else, and a code that is none tells nothing. Thirty wrong codes from one address in ten minutes stop it.
//! 3. Revoking needs a reason; with its hours, it writes a reversal into the ledger and revokes the outcome.
//!
//! Who: issue and print `RecordIssue`, revoke `RecordRevoke`, in scope; a learner prints their own.
//! Events: certificate.issued, certificate.revoked. Table: certificate. Start reading at [`actions::issue`].

pub mod actions;
mod api;
mod pages;
pub(crate) mod store;
mod verify;

pub(crate) use api::CertificatesApi;

use documents::Typesetter;
use platform::{Access, Permission as P, Routes, Tries};
use std::sync::Arc;

/// The typesetter of the installation, if fonts were found at its start.
pub type Printing = Option<Arc<Typesetter>>;

/// Wrong codes from one address in [`TRY_SECS`].
const MOST_TRIES: u32 = 30;
/// Seconds for which wrong codes are counted.
const TRY_SECS: i64 = 600;

/// The addresses of certificates.
#[must_use]
pub fn routes(typesetter: Printing) -> Routes {
    let either = Access::NeedsEither(P::RecordIssue, P::RecordRevoke);
    Routes::new()
        .post(
            "/desk/classes/{id}/certificates",
            Access::Needs(P::RecordIssue),
            pages::issue,
        )
        .get(
            "/desk/classes/{id}/certificates.pdf",
            Access::Needs(P::RecordIssue),
            pages::print_class,
        )
        .get("/desk/certificates/{id}", either, pages::show)
        .get("/desk/certificates/{id}/print", either, pages::print)
        .post(
            "/desk/certificates/{id}/revoke",
            Access::Needs(P::RecordRevoke),
            pages::revoke,
        )
        .get("/me/certificates/{file}", Access::SignedIn, pages::own)
        .get("/verify", Access::Public, verify::form)
        .get("/verify/{code}", Access::Public, verify::show)
        .get("/api/v1/certificates/{code}", Access::Public, api::check)
        .get(
            "/api/v1/classes/{id}/certificates",
            Access::Needs(P::RecordIssue),
            api::of_class,
        )
        .post(
            "/api/v1/classes/{id}/certificates",
            Access::Needs(P::RecordIssue),
            api::issue,
        )
        .get("/api/v1/desk/certificates/{id}", either, api::show)
        .post(
            "/api/v1/desk/certificates/{id}/revoke",
            Access::Needs(P::RecordRevoke),
            api::revoke,
        )
        .with(typesetter)
        .with(Arc::new(Tries::new(MOST_TRIES, TRY_SECS)))
}
