//! SQL of rounds and draws.

use super::super::model::{Audience, Entered, RoundDraft, RoundMethod, RoundStatus};
use crate::RoundId;
use db::{Db, DbResult, Scope, Tx, Value, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::api::Part;
use teaching::{ClassId, TermId};

record! {
    /// A round.
    pub struct RoundRow {
        /// Its id.
        pub id: RoundId,
        /// Who holds it.
        pub org_id: OrgId,
        /// The term of its classes.
        pub term_id: TermId,
        /// How its seats are given.
        pub method: RoundMethod,
        /// Its name.
        pub name: String,
        /// Who may apply.
        pub audience: Audience,
        /// First moment of the window.
        pub opens: Instant,
        /// First moment after it.
        pub closes: Instant,
        /// Wishes of one signup.
        pub wish_limit: i64,
        /// People in one signup.
        pub companion_limit: i64,
        /// Most tickets of one signup.
        pub ticket_cap: i64,
        /// Share of each class's free seats kept for newcomers.
        pub newcomer_percent: i64,
        /// Where it stands.
        pub status: RoundStatus,
        /// Why it was cancelled, in words.
        pub status_note: String,
        /// Counts changes.
        pub version: i64,
    }
}

impl RoundRow {
    /// What stands before its id in an address: rounds by first come have their own pages.
    pub(in crate::rounds) fn place(&self) -> &'static str {
        if self.method == RoundMethod::FirstCome {
            "first-come/"
        } else {
            ""
        }
    }
}

macro_rules! rounds {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.org_id, r.term_id, r.method, r.name, r.audience, r.opens, r.closes, r.wish_limit, r.companion_limit,
             r.ticket_cap, r.newcomer_percent, r.status, r.status_note, r.version FROM round r ",
            $rest
        )
    };
}

pub(in crate::rounds) async fn find(db: &Db, id: RoundId) -> DbResult<RoundRow> {
    db.query_one(
        rounds!(
            "WHERE r.id = $1 AND r.method <> 'first_come' {unscoped: rounds are public, the caller checks the org}"
        ),
        args![id],
    )
    .await
}

pub(in crate::rounds) async fn find_within(db: &Db, scope: &Scope, id: RoundId) -> DbResult<RoundRow> {
    db.within(scope)
        .query_one(
            rounds!("WHERE r.id = $1 AND r.method <> 'first_come' AND {scope r.org_id}"),
            args![id],
        )
        .await
}

/// Rounds that are not cancelled, of public orgs, the one that closes last first.
pub(in crate::rounds) async fn list_public(db: &Db, part: Part) -> DbResult<Vec<RoundRow>> {
    db.query(
        rounds!(
            "JOIN org g ON g.id = r.org_id AND g.is_public = TRUE
             WHERE r.status <> 'cancelled' {unscoped: rounds of public orgs are public}
             ORDER BY r.closes DESC, r.id LIMIT $1 OFFSET $2"
        ),
        args![part.rows(), part.offset],
    )
    .await
}

pub(in crate::rounds) async fn list_within(db: &Db, scope: &Scope, part: Part) -> DbResult<Vec<RoundRow>> {
    db.within(scope)
        .query(
            rounds!("WHERE {scope r.org_id} ORDER BY r.closes DESC, r.id LIMIT $1 OFFSET $2"),
            args![part.rows(), part.offset],
        )
        .await
}

/// Rounds of a scope that wait for an officer's step.
pub(in crate::rounds) async fn waiting_within(
    db: &Db,
    scope: &Scope,
    now: Instant,
) -> DbResult<Vec<RoundRow>> {
    db.within(scope)
        .query(
            rounds!(
                "WHERE {scope r.org_id} AND r.method <> 'first_come'
                 AND ((r.status = 'planned' AND r.closes <= $1) OR r.status IN ('sealed', 'proposed', 'confirmed', 'drawn'))
                 ORDER BY r.closes, r.id LIMIT 50"
            ),
            args![now],
        )
        .await
}

/// A new round of any kind.
pub(crate) struct NewRound<'a> {
    pub(crate) id: RoundId,
    pub(crate) org: OrgId,
    pub(crate) term: TermId,
    pub(crate) name: &'a str,
    pub(crate) method: &'static str,
    pub(crate) audience: Audience,
    pub(crate) window: (Instant, Instant),
    /// Wishes, people and tickets of one signup.
    pub(crate) limits: [i64; 3],
    /// Shares kept for the counter and for newcomers.
    pub(crate) kept: [i64; 2],
    pub(crate) release_at: Option<Instant>,
    pub(crate) classes: &'a [ClassId],
}

pub(crate) async fn insert_round(tx: &Tx, new: &NewRound<'_>, now: Instant) -> DbResult<()> {
    let ([wishes, people, tickets], [desk, newcomers]) = (new.limits, new.kept);
    tx.exec(
        "INSERT INTO round (id, org_id, term_id, name, method, audience, opens, closes, wish_limit, companion_limit,
         ticket_cap, desk_percent, newcomer_percent, release_at, status, status_note, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'planned', '', 1, $15)
         {unscoped: the org was found in scope}",
        args![
            new.id,
            new.org,
            new.term,
            new.name,
            new.method,
            new.audience,
            new.window.0,
            new.window.1,
            wishes,
            people,
            tickets,
            desk,
            newcomers,
            new.release_at,
            now
        ],
    )
    .await?;
    let rows: Vec<Vec<Value>> = new
        .classes
        .iter()
        .map(|class| vec![new.id.into(), (*class).into()])
        .collect();
    tx.insert_many("round_class", &["round_id", "class_id"], &rows)
        .await
}

pub(in crate::rounds) async fn insert(
    tx: &Tx,
    id: RoundId,
    term: TermId,
    draft: &RoundDraft,
    now: Instant,
) -> DbResult<()> {
    let new = NewRound {
        id,
        org: draft.org,
        term,
        name: &draft.name,
        method: draft.method.as_str(),
        audience: draft.audience,
        window: (draft.opens, draft.closes),
        limits: [draft.wish_limit, draft.companion_limit, draft.ticket_cap],
        kept: [0, draft.newcomer_percent],
        release_at: None,
        classes: &draft.classes,
    };
    insert_round(tx, &new, now).await
}

pub(crate) async fn set_status(tx: &Tx, id: RoundId, status: RoundStatus, note: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE round SET status = $2, status_note = $3, version = version + 1
         WHERE id = $1 {unscoped: the caller found it}",
        args![id, status, note],
    )
    .await?;
    Ok(())
}

/// Classes of a round, by id.
pub(crate) async fn classes(db: &Db, round: RoundId) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT class_id FROM round_class WHERE round_id = $1 ORDER BY class_id LIMIT 200",
        args![round],
    )
    .await
}

/// Classes of a round that were not cancelled, by id.
pub(in crate::rounds) async fn standing_classes(db: &Db, round: RoundId) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT o.class_id FROM round_class o JOIN class c ON c.id = o.class_id
         WHERE o.round_id = $1 AND c.status <> 'cancelled' {unscoped: the caller found the round}
         ORDER BY o.class_id LIMIT 200",
        args![round],
    )
    .await
}

/// Classes of these that are in a round which is not over.
pub(in crate::rounds) async fn taken(db: &Db, classes: &[ClassId]) -> DbResult<Vec<ClassId>> {
    db.query(
        "SELECT c.class_id FROM round_class c JOIN round r ON r.id = c.round_id AND r.method <> 'first_come' WHERE c.class_id {any $1}
         AND r.status IN ('planned', 'sealed', 'proposed', 'confirmed', 'drawn', 'publishing') {unscoped: a class is in one round at most}
         ORDER BY c.class_id",
        args![classes],
    )
    .await
}

record! {
    /// A class that can be put into a round.
    pub(in crate::rounds) struct FreeClass {
        pub(in crate::rounds) id: ClassId, pub(in crate::rounds) term_id: TermId, pub(in crate::rounds) name: String, pub(in crate::rounds) starts_on: Date,
        pub(in crate::rounds) free: i64, pub(in crate::rounds) term: String,
    }
}

/// Published classes below a path that have not begun and are in no unfinished round, by term and name.
pub(in crate::rounds) async fn free_classes(db: &Db, path: &str, today: Date) -> DbResult<Vec<FreeClass>> {
    db.query(
        "SELECT c.id, c.term_id, c.name, c.starts_on, c.capacity - c.enrolled AS free, t.name AS term
         FROM class c JOIN org_path p ON p.org_id = c.org_id JOIN term t ON t.id = c.term_id
         WHERE p.path LIKE $1 AND c.status = 'published' AND c.starts_on > $2 AND NOT EXISTS (
             SELECT 1 FROM round_class o JOIN round r ON r.id = o.round_id WHERE o.class_id = c.id AND r.method <> 'first_come'
             AND r.status IN ('planned', 'sealed', 'proposed', 'confirmed', 'drawn', 'publishing'))
         {unscoped: the caller found the org in scope} ORDER BY t.starts_on, c.sort_key, c.id LIMIT 500",
        args![format!("{path}%"), today],
    )
    .await
}

record! {
    /// How much a class is wished for.
    pub struct Wished {
        /// The class.
        pub class_id: ClassId,
        /// People who wish for it first.
        pub first: i64,
        /// People who wish for it at all.
        pub people: i64,
        /// Signups that wish for it.
        pub signups: i64,
    }
}

/// Wishes of the signups that take part, by class.
pub(in crate::rounds) async fn wished(db: &Db, round: RoundId) -> DbResult<Vec<Wished>> {
    db.query(
        "SELECT w.class_id, CAST(SUM(CASE WHEN w.position = 1 THEN n.people ELSE 0 END) AS BIGINT) AS first,
                CAST(SUM(n.people) AS BIGINT) AS people, count(*) AS signups
         FROM signup s JOIN signup_wish w ON w.signup_id = s.id
         JOIN (SELECT signup_id, count(*) AS people FROM signup_member WHERE round_id = $1 AND live = TRUE GROUP BY signup_id) n
           ON n.signup_id = s.id
         WHERE s.round_id = $1 AND s.status = 'applied' {unscoped: the caller found the round}
         GROUP BY w.class_id ORDER BY w.class_id",
        args![round],
    )
    .await
}

record! {
    /// Signups of one channel.
    pub struct OfChannel {
        /// How they came in.
        pub channel: String,
        /// Signups that take part.
        pub signups: i64,
        /// People in them.
        pub people: i64,
        /// Of the signups, those of newcomers.
        pub newcomers: i64,
    }
}

/// Signups that take part, by channel.
pub(in crate::rounds) async fn by_channel(db: &Db, round: RoundId) -> DbResult<Vec<OfChannel>> {
    db.query(
        "SELECT s.channel, count(*) AS signups,
                CAST(SUM((SELECT count(*) FROM signup_member m WHERE m.signup_id = s.id AND m.live = TRUE)) AS BIGINT) AS people,
                CAST(SUM(CASE WHEN s.newcomer THEN 1 ELSE 0 END) AS BIGINT) AS newcomers
         FROM signup s WHERE s.round_id = $1 AND s.status = 'applied' {unscoped: the caller found the round}
         GROUP BY s.channel ORDER BY s.channel",
        args![round],
    )
    .await
}

record! {
    /// A draw with its file.
    pub struct DrawRow {
        /// Hash of the list.
        pub seal_hash: String,
        /// When it was sealed.
        pub sealed_at: Instant,
        /// The draw file, JSON.
        pub file: String,
        /// The randomness as the first officer entered it.
        pub first_text: Option<String>,
        /// Its source.
        pub first_source: Option<String>,
        /// Who that was.
        pub first_by: Option<PersonId>,
        /// Whose entry was another one.
        pub differs_by: Option<PersonId>,
        /// Who entered the same.
        pub second_by: Option<PersonId>,
        /// When it was drawn.
        pub drawn_at: Option<Instant>,
    }
}

impl DrawRow {
    /// The first entry, with who made it.
    #[must_use]
    pub fn first(&self) -> Option<(Entered, PersonId)> {
        let entered = Entered {
            text: self.first_text.clone()?,
            source: self.first_source.clone()?,
        };
        Some((entered, self.first_by?))
    }
}

pub(in crate::rounds) async fn find_draw(db: &Db, round: RoundId) -> DbResult<Option<DrawRow>> {
    db.query_opt(
        "SELECT seal_hash, sealed_at, file, first_text, first_source, first_by, differs_by, second_by, drawn_at
         FROM draw WHERE round_id = $1 {unscoped: the caller found the round}",
        args![round],
    )
    .await
}

pub(in crate::rounds) async fn insert_draw(
    tx: &Tx,
    round: &RoundRow,
    (hash, file): (&str, &str),
    by: Option<PersonId>,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO draw (round_id, org_id, seal_hash, sealed_at, sealed_by, file) VALUES ($1, $2, $3, $4, $5, $6)
         {unscoped: the round was found in scope}",
        args![round.id, round.org_id, hash, now, by, file],
    )
    .await?;
    Ok(())
}

/// Writes the first entry, or takes it away.
pub(in crate::rounds) async fn set_first(
    tx: &Tx,
    round: RoundId,
    entered: Option<&Entered>,
    by: Option<PersonId>,
) -> DbResult<()> {
    tx.exec(
        "UPDATE draw SET first_text = $2, first_source = $3, first_by = $4, differs_by = NULL
         WHERE round_id = $1 {unscoped: the round was found in scope}",
        args![
            round,
            entered.map(|one| one.text.clone()),
            entered.map(|one| one.source.clone()),
            by
        ],
    )
    .await?;
    Ok(())
}

pub(in crate::rounds) async fn set_differs(tx: &Tx, round: RoundId, by: PersonId) -> DbResult<()> {
    tx.exec(
        "UPDATE draw SET differs_by = $2 WHERE round_id = $1 {unscoped: the round was found in scope}",
        args![round, by],
    )
    .await?;
    Ok(())
}

pub(in crate::rounds) async fn set_drawn(
    tx: &Tx,
    round: RoundId,
    second: PersonId,
    file: &str,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE draw SET second_by = $2, differs_by = NULL, randomness_at = $4, drawn_at = $4, file = $3
         WHERE round_id = $1 {unscoped: the round was found in scope}",
        args![round, second, file, now],
    )
    .await?;
    Ok(())
}
