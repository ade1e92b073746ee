//! SQL of persons. Who may see a person: staff of an org above the one that registered them, above their
//! neighbourhood, or above one that they came to later (`person_org`).

use super::model::{COLUMNS, PersonStatus, Sex, Wanted};
use super::sealed;
use db::{Db, DbResult, Scope, Tx, Value, args, record};
use kernel::chinese_date::date_text;
use kernel::{Date, Instant, OrgId, PersonId};
use platform::KeyRing;

record! {
    /// A person in a line.
    pub struct PersonBrief {
        /// The person.
        pub id: PersonId,
        /// Learner's number.
        pub number: String,
        /// Name.
        pub name: String,
        /// Sex, where known.
        pub sex: Option<Sex>,
        /// Day of birth, where known.
        pub birth: Option<Date>,
        /// Telephone number with its middle hidden.
        pub phone_masked: Option<String>,
        /// Whether they take part.
        pub status: PersonStatus,
    }
}

impl PersonBrief {
    /// Who it is, for a clerk who tells people alike apart: `王秀英（1950年3月15日出生，手机 138****8000，学号 …）`.
    #[must_use]
    pub fn words(&self) -> String {
        let birth = self.birth.map(|birth| format!("{}出生，", date_text(birth)));
        let phone = self.phone_masked.as_ref().map(|phone| format!("手机 {phone}，"));
        format!(
            "{}（{}{}学号 {}）",
            self.name,
            birth.unwrap_or_default(),
            phone.unwrap_or_default(),
            self.number
        )
    }
}

record! {
    /// All that is kept of a person, personal data sealed.
    pub struct PersonRow {
        /// The person.
        pub id: PersonId,
        /// Learner's number.
        pub number: String,
        /// Name.
        pub name: String,
        /// Sex, where known.
        pub sex: Option<Sex>,
        /// Day of birth, where known.
        pub birth: Option<Date>,
        /// Identity number, sealed.
        pub id_sealed: Option<String>,
        /// Identity number, masked.
        pub id_masked: Option<String>,
        /// Telephone number, sealed.
        pub phone_sealed: Option<String>,
        /// Telephone number, masked.
        pub phone_masked: Option<String>,
        /// Neighbourhood.
        pub home_org_id: Option<OrgId>,
        /// Its name.
        pub home_name: Option<String>,
        /// Where they were registered.
        pub registered_at_org_id: Option<OrgId>,
        /// Its name.
        pub registered_name: Option<String>,
        /// Codes of needs, commas between.
        pub needs: String,
        /// Emergency contact, sealed.
        pub contact_sealed: Option<String>,
        /// Whether they take part.
        pub status: PersonStatus,
        /// Since when their data are erased.
        pub erased_at: Option<Instant>,
        /// Serial of the learner's code.
        pub code_serial: i64,
        /// Version of the row.
        pub version: i64,
    }
}

const BRIEF: &str = "SELECT p.id, p.number, p.name, p.sex, p.birth, p.phone_masked, p.status FROM person p";
const ROW: &str = "SELECT p.id, p.number, p.name, p.sex, p.birth, p.id_sealed, p.id_masked, p.phone_sealed, p.phone_masked,
    p.home_org_id, h.name AS home_name, p.registered_at_org_id, r.name AS registered_name, p.needs, p.contact_sealed,
    p.status, p.erased_at, p.code_serial, p.version
    FROM person p LEFT JOIN org h ON h.id = p.home_org_id LEFT JOIN org r ON r.id = p.registered_at_org_id";
/// The condition that a person `p` is in scope.
pub(crate) const VISIBLE: &str = "({scope p.registered_at_org_id} OR {scope p.home_org_id}
    OR EXISTS (SELECT 1 FROM person_org o WHERE o.person_id = p.id AND {scope o.org_id}))";

pub(crate) async fn find(db: &Db, id: PersonId) -> DbResult<PersonBrief> {
    db.query_one(&format!("{BRIEF} WHERE p.id = $1"), args![id]).await
}

pub(crate) async fn find_many(db: &Db, ids: &[PersonId]) -> DbResult<Vec<PersonBrief>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{BRIEF} WHERE p.id {{any $1}} ORDER BY p.id");
    db.query(&sql, args![ids]).await
}

pub(crate) async fn row(db: &Db, id: PersonId) -> DbResult<PersonRow> {
    db.query_one(&format!("{ROW} WHERE p.id = $1"), args![id]).await
}

pub(crate) async fn row_within(db: &Db, scope: &Scope, id: PersonId) -> DbResult<PersonRow> {
    let sql = format!("{ROW} WHERE p.id = $1 AND {VISIBLE}");
    db.within(scope).query_one(&sql, args![id]).await
}

/// People in scope that fit, by sort key; `after` is the sort key and id of the last one seen.
pub(crate) async fn search(
    db: &Db,
    scope: &Scope,
    keys: &KeyRing,
    wanted: &Wanted,
    after: Option<(String, PersonId)>,
    limit: i64,
) -> DbResult<Vec<Listed>> {
    let (condition, value): (&str, Value) = match wanted {
        Wanted::Anybody => ("p.status <> $1", "none".into()),
        Wanted::Number(number) => ("p.number = $1", number.into()),
        Wanted::Code(code) => (
            "p.id = $1",
            super::model::read_code(keys, code)
                .map_or(0, |(id, _)| id.raw())
                .into(),
        ),
        Wanted::Phone(phone) => ("p.phone_index = $1", sealed::phone_index(keys, phone).into()),
        Wanted::IdNumber(id) => ("p.id_index = $1", sealed::id_index(keys, id).into()),
        Wanted::PhoneTail(tail) => ("p.phone_masked LIKE $1", format!("%{tail}").into()),
        Wanted::Spelling(letters) => ("p.spelling LIKE $1", format!("% {letters}%").into()),
        Wanted::Name(name) => ("p.name LIKE $1", format!("{name}%").into()),
    };
    let sql = format!(
        "SELECT p.id, p.sort_key FROM person p WHERE {condition} AND p.erased_at IS NULL AND {VISIBLE}
           AND (CAST($2 AS TEXT) IS NULL OR p.sort_key > $2 OR (p.sort_key = $2 AND p.id > $3))
         ORDER BY p.sort_key, p.id LIMIT $4"
    );
    let (key, id) = after.unzip();
    let id = id.map_or(0, kernel::Id::raw);
    db.within(scope).query(&sql, args![value, key, id, limit]).await
}

record! {
    pub(crate) struct Listed { pub(crate) id: PersonId, pub(crate) sort_key: String }
}

pub(crate) async fn by_id_index(db: &Db, index: &str) -> DbResult<Option<PersonId>> {
    let sql = "SELECT id FROM person WHERE id_index = $1";
    db.query_opt(sql, args![index]).await
}

/// People of a telephone number who take part, by name.
pub(crate) async fn by_phone(db: &Db, index: &str) -> DbResult<Vec<PersonBrief>> {
    let sql = format!(
        "{BRIEF} WHERE p.phone_index = $1 AND p.status = 'active' ORDER BY p.sort_key, p.id LIMIT 20"
    );
    db.query(&sql, args![index]).await
}

/// The person who takes part and has one of these spellings of a number.
pub(crate) async fn active_by_number(db: &Db, spellings: Vec<String>) -> DbResult<Option<PersonBrief>> {
    let sql = format!("{BRIEF} WHERE p.number {{any $1}} AND p.status = 'active' ORDER BY p.id LIMIT 1");
    db.query_opt(&sql, args![spellings]).await
}

pub(crate) async fn by_number(db: &Db, number: &str) -> DbResult<Option<PersonId>> {
    let sql = "SELECT id FROM person WHERE number = $1";
    db.query_opt(sql, args![number]).await
}

/// The person of this name, birth and telephone number.
pub(crate) async fn same(db: &Db, name: &str, birth: Date, phone_index: &str) -> DbResult<Option<PersonId>> {
    let sql = "SELECT id FROM person WHERE phone_index = $1 AND name = $2 AND birth = $3 ORDER BY id LIMIT 1";
    db.query_opt(sql, args![phone_index, name, birth]).await
}

/// People in scope who take part and have this name and birth, or this telephone number: by name, the first five.
pub(crate) async fn alike(
    db: &Db,
    scope: &Scope,
    (name, sort_key, birth): (&str, &str, Date),
    phone_index: Option<String>,
) -> DbResult<Vec<PersonBrief>> {
    let sql = format!(
        "{BRIEF} WHERE ((p.sort_key = $1 AND p.name = $2 AND p.birth = $3) OR p.phone_index = CAST($4 AS TEXT))
           AND p.status = 'active' AND p.erased_at IS NULL AND {VISIBLE} ORDER BY p.sort_key, p.id LIMIT 5"
    );
    db.within(scope)
        .query(&sql, args![sort_key, name, birth, phone_index])
        .await
}

record! {
    pub(crate) struct Known {
        pub(crate) id: PersonId,
        pub(crate) name: String,
        pub(crate) birth: Option<Date>,
        pub(crate) id_index: Option<String>,
        pub(crate) phone_index: Option<String>,
    }
}

/// Everybody whose identity number or telephone number is among these marks.
pub(crate) async fn known(db: &Db, marks: Vec<String>) -> DbResult<Vec<Known>> {
    let sql = "SELECT id, name, birth, id_index, phone_index FROM person
        WHERE id_index {any $1} OR phone_index {any $1} ORDER BY id";
    db.query(sql, args![marks]).await
}

/// People of one org with this name, birth and no telephone: for files that are loaded twice.
pub(crate) async fn registered(db: &Db, org: OrgId) -> DbResult<Vec<Known>> {
    let sql = "SELECT id, name, birth, id_index, phone_index FROM person
        WHERE registered_at_org_id = $1 ORDER BY id";
    db.query(sql, args![org]).await
}

/// People in scope who take part, with one of these names and born on one of these days; the caller compares them.
pub(crate) async fn namesakes(
    db: &Db,
    scope: &Scope,
    names: Vec<String>,
    births: Vec<String>,
) -> DbResult<Vec<PersonBrief>> {
    let sql = format!(
        "{BRIEF} WHERE p.birth {{any $2}} AND p.name {{any $1}} AND p.status = 'active' AND p.erased_at IS NULL AND {VISIBLE}
         ORDER BY p.id LIMIT 5000"
    );
    db.within(scope).query(&sql, args![names, births]).await
}

pub(crate) async fn numbers_taken(db: &Db, numbers: Vec<String>) -> DbResult<Vec<String>> {
    let sql = "SELECT number FROM person WHERE number {any $1} ORDER BY number";
    db.query(sql, args![numbers]).await
}

pub(crate) async fn insert(tx: &Tx, rows: &[Vec<Value>]) -> DbResult<()> {
    tx.insert_many("person", COLUMNS, rows).await
}

/// What may change of a person, as columns.
pub(crate) struct Change {
    pub(crate) name: String,
    pub(crate) sort_key: String,
    pub(crate) spelling: String,
    pub(crate) sex: Sex,
    pub(crate) birth: Date,
    /// Kind, sealed, index, masked of an identity number.
    pub(crate) id_number: Option<[String; 4]>,
    /// Sealed, index, masked of a telephone number.
    pub(crate) phone: Option<[String; 3]>,
    pub(crate) home: Option<OrgId>,
    pub(crate) needs: String,
    pub(crate) contact: Option<String>,
}

pub(crate) async fn update(tx: &Tx, id: PersonId, change: &Change) -> DbResult<u64> {
    let part = |at: usize| change.id_number.as_ref().and_then(|parts| parts.get(at));
    let phone = |at: usize| change.phone.as_ref().and_then(|parts| parts.get(at));
    tx.exec(
        "UPDATE person SET name = $2, sort_key = $3, spelling = $4, sex = $5, birth = $6, id_kind = $7, id_sealed = $8,
           id_index = $9, id_masked = $10, phone_sealed = $11, phone_index = $12, phone_masked = $13, home_org_id = $14,
           needs = $15, contact_sealed = $16, version = version + 1 WHERE id = $1",
        args![
            id,
            &change.name,
            &change.sort_key,
            &change.spelling,
            change.sex,
            change.birth,
            part(0),
            part(1),
            part(2),
            part(3),
            phone(0),
            phone(1),
            phone(2),
            change.home,
            &change.needs,
            change.contact.as_ref()
        ],
    )
    .await
}

pub(crate) async fn raise_serial(tx: &Tx, id: PersonId) -> DbResult<u64> {
    let sql = "UPDATE person SET code_serial = code_serial + 1 WHERE id = $1";
    tx.exec(sql, args![id]).await
}

pub(crate) async fn belongs(tx: &Tx, person: PersonId, org: OrgId) -> DbResult<u64> {
    let sql = "INSERT INTO person_org (person_id, org_id) VALUES ($1, $2)
        ON CONFLICT (person_id, org_id) DO NOTHING {unscoped: the caller checked the org}";
    tx.exec(sql, args![person, org]).await
}

record! {
    /// An org to choose.
    pub struct OrgChoice {
        /// The org.
        pub id: OrgId,
        /// Its name.
        pub name: String,
        /// Its path.
        pub path: String,
    }
}

/// An org in scope.
pub(crate) async fn org_within(db: &Db, scope: &Scope, org: OrgId) -> DbResult<OrgChoice> {
    let sql = "SELECT o.id, o.name, op.path FROM org o JOIN org_path op ON op.org_id = o.id
        WHERE o.id = $1 AND {scope o.id}";
    db.within(scope).query_one(sql, args![org]).await
}

/// Open neighbourhoods below a path.
pub(crate) async fn neighborhoods(db: &Db, path: &str) -> DbResult<Vec<OrgChoice>> {
    let sql = "SELECT o.id, o.name, op.path FROM org o JOIN org_path op ON op.org_id = o.id
        WHERE o.kind = 'neighborhood' AND o.status = 'open' AND op.path >= $1 AND op.path < $2
        ORDER BY o.sort_key, o.id LIMIT 400";
    let end = format!("{}0", path.strip_suffix('/').unwrap_or(path));
    db.query(sql, args![path, end]).await
}
