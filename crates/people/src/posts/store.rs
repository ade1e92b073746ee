//! SQL of posts and staff accounts.

use crate::persons::OrgChoice;
use db::{Db, DbResult, Scope, Tx, args, record};
use kernel::{AccountId, Date, Instant, OrgId, PersonId, PostId};
use platform::Role;
use platform::api::Part;

record! {
    /// A post with its person and account.
    pub struct StaffLine {
        /// The post.
        pub id: PostId,
        /// The person.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// Their number.
        pub number: String,
        /// The role.
        pub role: Role,
        /// The org.
        pub org_id: OrgId,
        /// Its name.
        pub org_name: String,
        /// Its path.
        pub org_path: String,
        /// Since when.
        pub valid_from: Date,
        /// First day without it.
        pub valid_to: Option<Date>,
        /// Staff account.
        pub account_id: Option<AccountId>,
        /// Its login.
        pub login: Option<String>,
        /// active or closed.
        pub account_status: Option<String>,
    }
}

const LINE: &str = "SELECT o.id, o.person_id, p.name, p.number, o.role, o.org_id, g.name AS org_name, op.path AS org_path,
    o.valid_from, o.valid_to, a.id AS account_id, a.login, a.status AS account_status
    FROM post o JOIN person p ON p.id = o.person_id JOIN org g ON g.id = o.org_id JOIN org_path op ON op.org_id = o.org_id
    LEFT JOIN account a ON a.person_id = o.person_id AND a.login IS NOT NULL";

/// Posts in scope that stand on a day, by place in the tree and name; `q` narrows by name or org.
pub(super) async fn list(
    db: &Db,
    scope: &Scope,
    today: Date,
    q: &str,
    part: Part,
) -> DbResult<Vec<StaffLine>> {
    let sql = format!(
        "{LINE} WHERE {{scope o.org_id}} AND (o.valid_to IS NULL OR o.valid_to > $1)
           AND (p.name LIKE $2 OR g.name LIKE $2)
         ORDER BY op.path, p.sort_key, o.id LIMIT $3 OFFSET $4"
    );
    let args = args![today, format!("%{q}%"), part.rows(), part.offset];
    db.within(scope).query(&sql, args).await
}

pub(super) async fn find(db: &Db, scope: &Scope, id: PostId) -> DbResult<StaffLine> {
    let sql = format!("{LINE} WHERE o.id = $1 AND {{scope o.org_id}}");
    db.within(scope).query_one(&sql, args![id]).await
}

/// Who holds a role today at one of these orgs or inside the scope and takes part, by name.
pub(super) async fn holders(
    db: &Db,
    scope: &Scope,
    role: Role,
    orgs: &[OrgId],
    today: Date,
) -> DbResult<Vec<(PersonId, String)>> {
    let sql = "SELECT p.id, p.name FROM person p WHERE p.status = 'active' AND p.id IN (
          SELECT o.person_id FROM post o WHERE o.role = $1 AND o.valid_from <= $2
            AND (o.valid_to IS NULL OR o.valid_to > $2) AND (o.org_id {any $3} OR {scope o.org_id}))
        ORDER BY p.sort_key, p.id LIMIT 500";
    db.within(scope).query(sql, args![role, today, orgs]).await
}

/// Whether the person holds this post already.
pub(super) async fn held(db: &Db, person: PersonId, role: Role, org: OrgId, today: Date) -> DbResult<bool> {
    let sql = "SELECT id FROM post WHERE person_id = $1 AND role = $2 AND org_id = $3
        AND (valid_to IS NULL OR valid_to > $4) ORDER BY id LIMIT 1 {unscoped: the org was checked}";
    let found: Option<i64> = db.query_opt(sql, args![person, role, org, today]).await?;
    Ok(found.is_some())
}

/// A new post.
pub(super) struct NewPost {
    pub(super) id: PostId,
    pub(super) person: PersonId,
    pub(super) role: Role,
    pub(super) org: OrgId,
    pub(super) from: Date,
    pub(super) by: Option<PersonId>,
    pub(super) now: Instant,
}

pub(super) async fn insert(tx: &Tx, post: &NewPost) -> DbResult<u64> {
    tx.exec(
        "INSERT INTO post (id, person_id, org_id, role, valid_from, granted_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) {unscoped: the org was checked}",
        args![
            post.id,
            post.person,
            post.org,
            post.role,
            post.from,
            post.by.map(kernel::Id::raw),
            post.now
        ],
    )
    .await
}

pub(super) async fn end(tx: &Tx, id: PostId, day: Date) -> DbResult<u64> {
    let sql = "UPDATE post SET valid_to = $2 WHERE id = $1 AND (valid_to IS NULL OR valid_to > $2)
        {unscoped: found in scope before}";
    tx.exec(sql, args![id, day]).await
}

record! {
    pub(super) struct Account {
        pub(super) id: AccountId,
        pub(super) person_id: PersonId,
        pub(super) status: String,
    }
}

pub(super) async fn account(db: &Db, id: AccountId) -> DbResult<Account> {
    let sql = "SELECT id, person_id, status FROM account WHERE id = $1 AND login IS NOT NULL";
    db.query_one(sql, args![id]).await
}

pub(super) async fn account_of(db: &Db, person: PersonId) -> DbResult<Option<AccountId>> {
    let sql = "SELECT id FROM account WHERE person_id = $1 AND login IS NOT NULL ORDER BY id LIMIT 1";
    db.query_opt(sql, args![person]).await
}

pub(super) async fn login_taken(db: &Db, login: &str) -> DbResult<bool> {
    let sql = "SELECT id FROM account WHERE login = $1";
    let found: Option<i64> = db.query_opt(sql, args![login]).await?;
    Ok(found.is_some())
}

pub(super) async fn insert_account(
    tx: &Tx,
    id: AccountId,
    person: PersonId,
    login: &str,
    hash: &str,
    now: Instant,
) -> DbResult<u64> {
    tx.exec(
        "INSERT INTO account (id, person_id, login, password_hash, must_change, failures, status, created_at)
         VALUES ($1, $2, $3, $4, TRUE, 0, 'active', $5)",
        args![id, person, login, hash, now],
    )
    .await
}

pub(super) async fn set_status(tx: &Tx, id: AccountId, status: &str) -> DbResult<u64> {
    let sql = "UPDATE account SET status = $2, failures = 0, locked_until = NULL WHERE id = $1";
    tx.exec(sql, args![id, status]).await
}

/// Orgs in scope where somebody may hold a post: everything but neighbourhoods.
pub(super) async fn orgs(db: &Db, scope: &Scope) -> DbResult<Vec<OrgChoice>> {
    let sql = "SELECT o.id, o.name, op.path FROM org o JOIN org_path op ON op.org_id = o.id
        WHERE o.status = 'open' AND o.kind <> 'neighborhood' AND {scope o.id} ORDER BY op.path LIMIT 500";
    db.within(scope).query(sql, args![]).await
}
