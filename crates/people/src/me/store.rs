//! SQL of one's own things.

use super::actions::Purpose;
use crate::sign_in::model::Method;
use crate::{ApiTokenId, ConsentId, SignInId};
use db::{Db, DbResult, Tx, args, record};
use kernel::{Instant, PersonId};

record! {
    /// A sign-in that is not over.
    pub struct SignInLine {
        /// The sign-in.
        pub id: SignInId,
        /// Hash of its token, to mark the present one.
        pub token_hash: String,
        /// How.
        pub method: Method,
        /// On what device.
        pub device: String,
        /// Since when.
        pub created_at: Instant,
        /// Last used.
        pub seen_at: Instant,
    }
}

pub(super) async fn sign_ins(db: &Db, person: PersonId, now: Instant) -> DbResult<Vec<SignInLine>> {
    let sql = "SELECT id, token_hash, method, device, created_at, seen_at FROM sign_in
        WHERE person_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id LIMIT 50";
    db.query(sql, args![person, now]).await
}

pub(super) async fn end_sign_in(tx: &Tx, person: PersonId, id: SignInId, now: Instant) -> DbResult<u64> {
    let sql = "UPDATE sign_in SET ended_at = $3 WHERE id = $1 AND person_id = $2 AND ended_at IS NULL";
    tx.exec(sql, args![id, person, now]).await
}

record! {
    /// A token as its owner sees it.
    pub struct TokenLine {
        /// The token's id.
        pub id: ApiTokenId,
        /// What it is for.
        pub name: String,
        /// Permissions with commas between.
        pub permissions: String,
        /// Since when.
        pub created_at: Instant,
        /// Until when; `None` without end.
        pub expires_at: Option<Instant>,
        /// Last used, to the hour.
        pub used_at: Option<Instant>,
    }
}

pub(super) async fn tokens(db: &Db, person: PersonId) -> DbResult<Vec<TokenLine>> {
    let sql = "SELECT id, name, permissions, created_at, expires_at, used_at FROM api_token
        WHERE person_id = $1 AND ended_at IS NULL ORDER BY created_at DESC, id LIMIT 50";
    db.query(sql, args![person]).await
}

pub(super) async fn insert_token(tx: &Tx, person: PersonId, hash: &str, token: &TokenLine) -> DbResult<u64> {
    tx.exec(
        "INSERT INTO api_token (id, token_hash, person_id, name, permissions, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            token.id,
            hash,
            person,
            &token.name,
            &token.permissions,
            token.created_at,
            token.expires_at
        ],
    )
    .await
}

pub(super) async fn end_token(tx: &Tx, person: PersonId, id: ApiTokenId, now: Instant) -> DbResult<u64> {
    let sql = "UPDATE api_token SET ended_at = $3 WHERE id = $1 AND person_id = $2 AND ended_at IS NULL";
    tx.exec(sql, args![id, person, now]).await
}

record! {
    /// A consent, given and perhaps withdrawn.
    pub struct ConsentLine {
        /// For what.
        pub purpose: Purpose,
        /// Version of the text.
        pub text_version: String,
        /// By which way.
        pub channel: String,
        /// When given.
        pub given_at: Instant,
        /// When withdrawn.
        pub withdrawn_at: Option<Instant>,
    }
}

pub(super) async fn consents(db: &Db, person: PersonId) -> DbResult<Vec<ConsentLine>> {
    let sql = "SELECT purpose, text_version, channel, given_at, withdrawn_at FROM consent
        WHERE person_id = $1 ORDER BY given_at DESC, id LIMIT 100";
    db.query(sql, args![person]).await
}

pub(super) async fn give(
    tx: &Tx,
    id: ConsentId,
    person: PersonId,
    purpose: Purpose,
    version: &str,
    channel: &str,
    now: Instant,
) -> DbResult<u64> {
    tx.exec(
        "INSERT INTO consent (id, person_id, purpose, text_version, channel, given_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, person, purpose, version, channel, now],
    )
    .await
}

pub(super) async fn withdraw(tx: &Tx, person: PersonId, purpose: Purpose, now: Instant) -> DbResult<u64> {
    let sql =
        "UPDATE consent SET withdrawn_at = $3 WHERE person_id = $1 AND purpose = $2 AND withdrawn_at IS NULL";
    tx.exec(sql, args![person, purpose, now]).await
}
