//! What somebody sees and changes of their own: data, sign-ins, consents, tokens, learner's code.
//!
//! Rules:
//! 1. Own data is shown masked too: somebody may look over the shoulder. The export ([`crate::erasure`]) holds it in full.
//! 2. A consent is for one purpose and one text; it is given and withdrawn, never deleted. Without the one for
//!    teaching nobody can be taught; to withdraw it is to ask for erasure.
//! 3. A token is shown once. A learner's token acts as the learner; a member of staff may add permissions they hold,
//!    except to reveal numbers, to erase people and to give posts. A token makes no tokens.
//!
//! Events: sign_in.ended, api_token.made, api_token.ended, consent.given, consent.withdrawn.
//! Tables: sign_in, api_token, consent. Start reading at [`actions`].

pub mod actions;
pub(crate) mod api;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use actions::consent;

use platform::{Access, Routes};

/// Addresses of one's own things.
pub(crate) fn routes() -> Routes {
    let mine = Access::SignedIn;
    Routes::new()
        .get("/me/settings", mine, pages::show)
        .get("/me/code", mine, pages::code)
        .post("/me/code", mine, pages::reissue)
        .post("/me/settings/sign-ins/{id}/end", mine, pages::end_sign_in)
        .post("/me/settings/consents", mine, pages::consents)
        .post("/me/settings/tokens", mine, pages::make_token)
        .post("/me/settings/tokens/{id}/end", mine, pages::end_token)
        .get("/api/v1/me", mine, api::me)
        .get("/api/v1/me/tokens", mine, api::tokens)
        .post("/api/v1/me/tokens", mine, api::make)
        .delete("/api/v1/me/tokens/{id}", mine, api::end)
}
