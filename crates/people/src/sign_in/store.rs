//! SQL of sign-ins, codes, accounts and cards.

use crate::{ApiTokenId, CodeCardId, SignInId};
use db::{Db, DbResult, Tx, args, record};
use kernel::{AccountId, Date, Instant, OrgId, PersonId, PostId};
use platform::{Grant, Role};

/// Person and account behind a token.
pub(crate) struct ActorRow {
    pub(crate) person: PersonId,
    pub(crate) account: Option<AccountId>,
    pub(crate) name: String,
    pub(crate) strong: bool,
    pub(crate) has_posts: bool,
}

record! {
    pub(crate) struct SignInRow {
        pub(crate) token_hash: String,
        pub(crate) id: SignInId,
        pub(crate) account_id: Option<AccountId>,
        pub(crate) person_id: PersonId,
        pub(crate) name: String,
        pub(crate) strong: bool,
        pub(crate) seen_at: Instant,
        pub(crate) expires_at: Instant,
        pub(crate) idle_secs: i64,
        pub(crate) has_posts: bool,
    }
}

pub(crate) async fn sign_ins_by_hash(db: &Db, hashes: Vec<String>) -> DbResult<Vec<SignInRow>> {
    let sql =
        "SELECT s.token_hash, s.id, s.account_id, s.person_id, p.name, s.strong, s.seen_at, s.expires_at, s.idle_secs,
          EXISTS (SELECT 1 FROM post o WHERE o.person_id = s.person_id) AS has_posts
        FROM sign_in s JOIN person p ON p.id = s.person_id
        WHERE s.token_hash {any $1} AND s.ended_at IS NULL AND p.status = 'active' {unscoped: one's own sign-in}
        ORDER BY s.id";
    db.query(sql, args![hashes]).await
}

record! {
    pub(crate) struct TokenRow {
        pub(crate) token_hash: String,
        pub(crate) id: ApiTokenId,
        pub(crate) person_id: PersonId,
        pub(crate) name: String,
        pub(crate) permissions: String,
        pub(crate) expires_at: Option<Instant>,
        pub(crate) used_at: Option<Instant>,
        pub(crate) has_posts: bool,
    }
}

pub(crate) async fn tokens_by_hash(db: &Db, hashes: Vec<String>) -> DbResult<Vec<TokenRow>> {
    let sql = "SELECT t.token_hash, t.id, t.person_id, p.name, t.permissions, t.expires_at, t.used_at,
          EXISTS (SELECT 1 FROM post o WHERE o.person_id = t.person_id) AS has_posts
        FROM api_token t JOIN person p ON p.id = t.person_id
        WHERE t.token_hash {any $1} AND t.ended_at IS NULL AND p.status = 'active' {unscoped: one's own token}
        ORDER BY t.id";
    db.query(sql, args![hashes]).await
}

record! {
    struct PostRow { id: PostId, role: Role, org_id: OrgId, org_name: String, org_path: String }
}

/// The posts a person holds on a day; `valid_to` is the first day without it.
pub(crate) async fn grants(db: &Db, person: PersonId, today: Date) -> DbResult<Vec<Grant>> {
    let sql = "SELECT o.id, o.role, o.org_id, g.name AS org_name, op.path AS org_path
        FROM post o JOIN org g ON g.id = o.org_id JOIN org_path op ON op.org_id = o.org_id
        WHERE o.person_id = $1 AND o.valid_from <= $2 AND (o.valid_to IS NULL OR o.valid_to > $2)
        ORDER BY op.path, o.id LIMIT 100 {unscoped: one's own posts}";
    let rows: Vec<PostRow> = db.query(sql, args![person, today]).await?;
    let grant = |row: PostRow| Grant {
        post: row.id,
        role: row.role,
        org: row.org_id,
        org_name: row.org_name,
        org_path: row.org_path,
    };
    Ok(rows.into_iter().map(grant).collect())
}

/// Persons who take part and hold a post on a day, by number from the one after `after` on.
pub(crate) async fn staff_after(
    db: &Db,
    after: Option<PersonId>,
    today: Date,
    limit: i64,
) -> DbResult<Vec<(PersonId, String)>> {
    let sql = "SELECT p.id, p.name FROM person p WHERE p.id > $1 AND p.status = 'active' AND p.id IN (
          SELECT o.person_id FROM post o WHERE o.valid_from <= $2 AND (o.valid_to IS NULL OR o.valid_to > $2))
        ORDER BY p.id LIMIT $3 {unscoped: the system asks for everybody}";
    let after = after.map_or(0, PersonId::raw);
    db.query(sql, args![after, today, limit]).await
}

/// Writes when these sign-ins and tokens were used last.
pub(crate) async fn set_seen(tx: &Tx, (sign_ins, tokens): (Vec<i64>, Vec<i64>), at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE sign_in SET seen_at = $2 WHERE id {any $1} AND seen_at < $2",
        args![sign_ins, at],
    )
    .await?;
    tx.exec(
        "UPDATE api_token SET used_at = $2 WHERE id {any $1}",
        args![tokens, at],
    )
    .await?;
    Ok(())
}

/// A new sign-in.
pub(crate) struct NewSignIn<'a> {
    pub(crate) id: SignInId,
    pub(crate) hash: &'a str,
    pub(crate) who: &'a super::model::Who,
    pub(crate) device: &'a str,
    pub(crate) now: Instant,
    pub(crate) expires: Instant,
    pub(crate) idle_secs: i64,
}

pub(crate) async fn insert_sign_in(tx: &Tx, new: &NewSignIn<'_>) -> DbResult<u64> {
    tx.exec(
        "INSERT INTO sign_in (id, token_hash, account_id, person_id, method, strong, device, created_at, seen_at, expires_at, idle_secs)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)",
        args![
            new.id, new.hash, new.who.account, new.who.person, new.who.method, new.who.strong, new.device,
            new.now, new.expires, new.idle_secs
        ],
    )
    .await
}

pub(crate) async fn end_by_hash(tx: &Tx, hash: &str, now: Instant) -> DbResult<u64> {
    let sql = "UPDATE sign_in SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL";
    tx.exec(sql, args![hash, now]).await
}

/// Ends every sign-in of a person.
pub(crate) async fn end_all(tx: &Tx, person: PersonId, now: Instant) -> DbResult<u64> {
    let sql = "UPDATE sign_in SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL";
    tx.exec(sql, args![person, now]).await
}

record! {
    pub(crate) struct CodeRow {
        pub(crate) code_hash: String,
        pub(crate) sent_at: Instant,
        pub(crate) expires_at: Instant,
        pub(crate) tries: i64,
        pub(crate) sent_today: i64,
        pub(crate) day: Date,
        /// Hashes of codes that a newer one has replaced.
        pub(crate) older: String,
    }
}

pub(crate) async fn code(db: &Db, phone_index: &str) -> DbResult<Option<CodeRow>> {
    let sql = "SELECT code_hash, sent_at, expires_at, tries, sent_today, day, older FROM sign_in_code WHERE phone_index = $1";
    db.query_opt(sql, args![phone_index]).await
}

pub(crate) async fn put_code(tx: &Tx, phone_index: &str, row: &CodeRow) -> DbResult<u64> {
    tx.exec(
        "INSERT INTO sign_in_code (phone_index, code_hash, sent_at, expires_at, tries, sent_today, day, older)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (phone_index) DO UPDATE SET code_hash = excluded.code_hash, sent_at = excluded.sent_at,
           expires_at = excluded.expires_at, tries = excluded.tries, sent_today = excluded.sent_today, day = excluded.day,
           older = excluded.older",
        args![
            phone_index,
            &row.code_hash,
            row.sent_at,
            row.expires_at,
            row.tries,
            row.sent_today,
            row.day,
            &row.older
        ],
    )
    .await
}

record! {
    pub(crate) struct AccountRow {
        pub(crate) id: AccountId,
        pub(crate) person_id: PersonId,
        pub(crate) login: Option<String>,
        pub(crate) password_hash: Option<String>,
        pub(crate) totp_sealed: Option<String>,
        pub(crate) totp_last: Option<i64>,
        pub(crate) must_change: bool,
        pub(crate) failures: i64,
        pub(crate) locked_until: Option<Instant>,
    }
}

const ACCOUNT: &str = "SELECT a.id, a.person_id, a.login, a.password_hash, a.totp_sealed, a.totp_last, a.must_change, a.failures,
    a.locked_until FROM account a JOIN person p ON p.id = a.person_id WHERE a.status = 'active' AND p.status = 'active'";

pub(crate) async fn account_by_login(db: &Db, login: &str) -> DbResult<Option<AccountRow>> {
    db.query_opt(&format!("{ACCOUNT} AND a.login = $1"), args![login])
        .await
}

pub(crate) async fn account(db: &Db, id: AccountId) -> DbResult<AccountRow> {
    db.query_one(&format!("{ACCOUNT} AND a.id = $1"), args![id]).await
}

pub(crate) async fn set_failures(
    tx: &Tx,
    id: AccountId,
    failures: i64,
    locked_until: Option<Instant>,
) -> DbResult<u64> {
    let sql = "UPDATE account SET failures = $2, locked_until = $3 WHERE id = $1";
    tx.exec(sql, args![id, failures, locked_until]).await
}

/// Keeps a new secret of the authenticator app; it counts only when its first code was right.
pub(crate) async fn set_totp(tx: &Tx, id: AccountId, sealed: Option<String>) -> DbResult<u64> {
    let sql = "UPDATE account SET totp_sealed = $2, totp_last = NULL WHERE id = $1";
    tx.exec(sql, args![id, sealed]).await
}

/// Uses up a step of the authenticator; 0 when it was used before.
pub(crate) async fn use_totp(tx: &Tx, id: AccountId, step: i64) -> DbResult<u64> {
    let sql = "UPDATE account SET totp_last = $2, failures = 0, locked_until = NULL
        WHERE id = $1 AND (totp_last IS NULL OR totp_last < $2)";
    tx.exec(sql, args![id, step]).await
}

pub(crate) async fn set_password(tx: &Tx, id: AccountId, hash: &str, must_change: bool) -> DbResult<u64> {
    let sql = "UPDATE account SET password_hash = $2, must_change = $3, failures = 0, locked_until = NULL WHERE id = $1";
    tx.exec(sql, args![id, hash, must_change]).await
}

record! {
    pub(crate) struct CardRow {
        pub(crate) id: CodeCardId,
        pub(crate) person_id: PersonId,
        pub(crate) code_index: String,
        pub(crate) failures: i64,
        pub(crate) locked_until: Option<Instant>,
    }
}

/// The card in use of the learner with this number.
pub(crate) async fn card(db: &Db, number: &str) -> DbResult<Option<CardRow>> {
    let sql = "SELECT c.id, c.person_id, c.code_index, c.failures, c.locked_until
        FROM code_card c JOIN person p ON p.id = c.person_id
        WHERE p.number = $1 AND c.ended_at IS NULL AND p.status = 'active' ORDER BY c.id DESC LIMIT 1";
    db.query_opt(sql, args![number]).await
}

pub(crate) async fn set_card_failures(
    tx: &Tx,
    id: CodeCardId,
    failures: i64,
    locked_until: Option<Instant>,
) -> DbResult<u64> {
    let sql = "UPDATE code_card SET failures = $2, locked_until = $3 WHERE id = $1";
    tx.exec(sql, args![id, failures, locked_until]).await
}

/// Takes the old cards of a person out of use and adds a new one.
pub(crate) async fn replace_card(
    tx: &Tx,
    id: CodeCardId,
    person: PersonId,
    index: &str,
    by: Option<PersonId>,
    now: Instant,
) -> DbResult<u64> {
    let sql = "UPDATE code_card SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL";
    tx.exec(sql, args![person, now]).await?;
    tx.exec(
        "INSERT INTO code_card (id, person_id, code_index, issued_by, issued_at, failures) VALUES ($1, $2, $3, $4, $5, 0)",
        args![id, person, index, by, now],
    )
    .await
}
