//! SQL of meetings, and nothing else. The plan was found for the actor before any of these is asked.

use super::model::{GuestAnswer, MeetingStatus, Notice};
use crate::{MeetingDecisionId, MeetingGuestId, MeetingId, MeetingPointId, PlanId, PlanTaskId};
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, Instant, OrgId};

/// Most rows of a meeting, or of a plan's meetings, that are read at once.
const MOST: i64 = 1_000;

db::record! {
    /// A meeting.
    pub struct MeetingRow {
        /// Id.
        pub id: MeetingId,
        /// The plan.
        pub plan_id: PlanId,
        /// Title.
        pub title: String,
        /// When it begins.
        pub begins_at: Instant,
        /// Place.
        pub place: String,
        /// Further words of the notice.
        pub words: String,
        /// How far it is.
        pub status: MeetingStatus,
        /// Why it was called off.
        pub cancel_reason: String,
        /// What was said beside the points.
        pub minutes: String,
        /// When the notice went out.
        pub called_at: Option<Instant>,
        /// When the minutes were issued.
        pub closed_at: Option<Instant>,
        /// Goes up by one with each change.
        pub version: i64,
    }
}

db::record! {
    /// A guest of a meeting.
    pub struct GuestRow {
        /// Id.
        pub id: MeetingGuestId,
        /// The organisation, if it is one of this system.
        pub org_id: Option<OrgId>,
        /// Its path; empty for a name.
        pub org_path: String,
        /// Its name.
        pub name: String,
        /// What it answered.
        pub answer: GuestAnswer,
        /// Who comes, or why nobody does.
        pub note: String,
        /// When it answered.
        pub answered_at: Option<Instant>,
        /// Whether the host wrote the answer down.
        pub by_host: bool,
        /// Whether somebody came.
        pub attended: Option<bool>,
    }
}

db::record! {
    /// A point of an agenda.
    pub struct PointRow {
        /// Id.
        pub id: MeetingPointId,
        /// Place in the agenda, from 1.
        pub position: i64,
        /// What it is about.
        pub title: String,
        /// The task that lags, if it is one.
        pub task_id: Option<PlanTaskId>,
        /// What was said of it.
        pub minutes: String,
    }
}

db::record! {
    /// What was decided.
    pub struct DecisionRow {
        /// Id.
        pub id: MeetingDecisionId,
        /// What is to be done.
        pub words: String,
        /// Who does it.
        pub lead_org_id: OrgId,
        /// Its name.
        pub lead_name: String,
        /// By when.
        pub due: Date,
        /// The task it became.
        pub task_id: Option<PlanTaskId>,
    }
}

db::record! {
    /// An invitation that concerns an organisation: not answered yet, or called off.
    pub struct InvitationRow {
        /// The meeting.
        pub meeting_id: MeetingId,
        /// The plan.
        pub plan_id: PlanId,
        /// Title of the meeting.
        pub title: String,
        /// When it begins.
        pub begins_at: Instant,
        /// How far it is.
        pub status: MeetingStatus,
        /// Who is asked.
        pub org_name: String,
    }
}

const COLUMNS: &str = "id, plan_id, title, begins_at, place, words, status, cancel_reason, minutes, called_at, closed_at, version";

/// Meetings of a plan, the latest first.
pub async fn of_plan(db: &Db, plan: PlanId) -> DbResult<Vec<MeetingRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM plan_meeting WHERE plan_id = $1 ORDER BY begins_at DESC, id DESC LIMIT $2"
    );
    db.query(&sql, args![plan, MOST]).await
}

/// A meeting of a plan.
pub async fn find(db: &Db, plan: PlanId, id: MeetingId) -> DbResult<MeetingRow> {
    let sql = format!("SELECT {COLUMNS} FROM plan_meeting WHERE plan_id = $1 AND id = $2");
    db.query_one(&sql, args![plan, id]).await
}

/// Guests of a meeting.
pub async fn guests(db: &Db, meeting: MeetingId) -> DbResult<Vec<GuestRow>> {
    db.query(
        "SELECT g.id, g.org_id, COALESCE(h.path, '') AS org_path, g.name, g.answer, g.note, g.answered_at, g.by_host, \
         g.attended FROM plan_meeting_guest g LEFT JOIN org o ON o.id = g.org_id LEFT JOIN org_path h ON h.org_id = g.org_id \
         WHERE g.meeting_id = $1 {unscoped: plan found before} ORDER BY COALESCE(o.sort_key, '~'), g.id LIMIT $2",
        args![meeting, MOST],
    )
    .await
}

/// Meetings of a plan to which organisations in the scope are asked.
pub async fn invited(db: &Db, plan: PlanId, scope: &Scope) -> DbResult<Vec<MeetingId>> {
    db.within(scope)
        .query(
            "SELECT DISTINCT g.meeting_id FROM plan_meeting_guest g JOIN plan_meeting m ON m.id = g.meeting_id \
             WHERE m.plan_id = $1 AND {scope g.org_id} ORDER BY g.meeting_id LIMIT $2",
            args![plan, MOST],
        )
        .await
}

/// The agenda of a meeting.
pub async fn points(db: &Db, meeting: MeetingId) -> DbResult<Vec<PointRow>> {
    db.query(
        "SELECT id, position, title, task_id, minutes FROM plan_meeting_point WHERE meeting_id = $1 ORDER BY position, id LIMIT $2",
        args![meeting, MOST],
    )
    .await
}

/// What a meeting decided.
pub async fn decisions(db: &Db, meeting: MeetingId) -> DbResult<Vec<DecisionRow>> {
    db.query(
        "SELECT d.id, d.words, d.lead_org_id, o.name AS lead_name, d.due, d.task_id FROM plan_meeting_decision d \
         JOIN org o ON o.id = d.lead_org_id WHERE d.meeting_id = $1 {unscoped: plan found before} ORDER BY d.id LIMIT $2",
        args![meeting, MOST],
    )
    .await
}

/// Invitations to these organisations to meetings still to come: those not answered, and those called off.
pub async fn invitations(db: &Db, orgs: &[OrgId], now: Instant) -> DbResult<Vec<InvitationRow>> {
    db.query(
        "SELECT m.id AS meeting_id, m.plan_id, m.title, m.begins_at, m.status, g.name AS org_name \
         FROM plan_meeting_guest g JOIN plan_meeting m ON m.id = g.meeting_id WHERE g.org_id {any $1} AND m.begins_at > $2 \
         AND ((m.status = 'called' AND g.answer = 'none') OR (m.status = 'cancelled' AND m.called_at IS NOT NULL)) \
         {unscoped: the actor's own organisations} ORDER BY m.begins_at, g.id LIMIT $3",
        args![orgs, now, 100_i64],
    )
    .await
}

/// Meetings of plans in the scope that began and whose minutes are not issued, the oldest first.
pub async fn unminuted(
    db: &Db,
    scope: &Scope,
    now: Instant,
) -> DbResult<Vec<(MeetingId, PlanId, String, Instant)>> {
    db.within(scope)
        .query(
            "SELECT m.id, m.plan_id, m.title, m.begins_at FROM plan_meeting m JOIN plan p ON p.id = m.plan_id \
             WHERE {scope p.org_id} AND m.status = 'called' AND m.begins_at <= $1 ORDER BY m.begins_at, m.id LIMIT $2",
            args![now, 50_i64],
        )
        .await
}

/// Writes a new meeting.
pub async fn insert(tx: &Tx, plan: PlanId, id: MeetingId, notice: &Notice) -> DbResult<()> {
    tx.exec(
        "INSERT INTO plan_meeting (id, plan_id, title, begins_at, place, words, status, cancel_reason, minutes, version) \
         VALUES ($1, $2, $3, $4, $5, $6, 'draft', '', '', 1)",
        args![id, plan, notice.title.as_str(), notice.begins_at, notice.place.as_str(), notice.words.as_str()],
    )
    .await?;
    Ok(())
}

/// Changes time, place and words.
pub async fn update(tx: &Tx, id: MeetingId, notice: &Notice) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting SET title = $2, begins_at = $3, place = $4, words = $5, version = version + 1 WHERE id = $1",
        args![id, notice.title.as_str(), notice.begins_at, notice.place.as_str(), notice.words.as_str()],
    )
    .await?;
    Ok(())
}

/// Takes back what guests answered, because time or place changed.
pub async fn ask_again(tx: &Tx, meeting: MeetingId) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting_guest SET answer = 'none', note = '', answered_at = NULL, by_host = FALSE WHERE meeting_id = $1",
        args![meeting],
    )
    .await?;
    Ok(())
}

/// Says that the notice went out.
pub async fn call(tx: &Tx, id: MeetingId, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting SET status = 'called', called_at = $2, version = version + 1 WHERE id = $1",
        args![id, at],
    )
    .await?;
    Ok(())
}

/// Calls it off.
pub async fn cancel(tx: &Tx, id: MeetingId, reason: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting SET status = 'cancelled', cancel_reason = $2, version = version + 1 WHERE id = $1",
        args![id, reason],
    )
    .await?;
    Ok(())
}

/// Says that the minutes are issued.
pub async fn close(tx: &Tx, id: MeetingId, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting SET status = 'closed', closed_at = $2, version = version + 1 WHERE id = $1",
        args![id, at],
    )
    .await?;
    Ok(())
}

/// Adds guests.
pub async fn add_guests(
    tx: &Tx,
    meeting: MeetingId,
    guests: &[(MeetingGuestId, Option<OrgId>, String)],
) -> DbResult<()> {
    let columns = ["id", "meeting_id", "org_id", "name", "answer", "note", "by_host"];
    let rows: Vec<Vec<Value>> = guests
        .iter()
        .map(|(id, org, name)| {
            vec![
                (*id).into(),
                meeting.into(),
                (*org).into(),
                name.as_str().into(),
                GuestAnswer::None.as_str().into(),
                "".into(),
                false.into(),
            ]
        })
        .collect();
    tx.insert_many("plan_meeting_guest", &columns, &rows).await
}

/// Takes a guest off the list.
pub async fn remove_guest(tx: &Tx, id: MeetingGuestId) -> DbResult<()> {
    tx.exec("DELETE FROM plan_meeting_guest WHERE id = $1", args![id])
        .await?;
    Ok(())
}

/// Writes down what a guest answered.
pub async fn answer(
    tx: &Tx,
    id: MeetingGuestId,
    (answer, note, by_host): (GuestAnswer, &str, bool),
    at: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting_guest SET answer = $2, note = $3, by_host = $4, answered_at = $5 WHERE id = $1",
        args![id, answer, note, by_host, at],
    )
    .await?;
    Ok(())
}

/// Adds points at the end of the agenda.
pub async fn add_points(
    tx: &Tx,
    meeting: MeetingId,
    points: &[(MeetingPointId, i64, String, Option<PlanTaskId>)],
) -> DbResult<()> {
    let columns = ["id", "meeting_id", "position", "title", "task_id", "minutes"];
    let rows: Vec<Vec<Value>> = points
        .iter()
        .map(|(id, position, title, task)| {
            vec![
                (*id).into(),
                meeting.into(),
                (*position).into(),
                title.as_str().into(),
                (*task).into(),
                "".into(),
            ]
        })
        .collect();
    tx.insert_many("plan_meeting_point", &columns, &rows).await
}

/// Takes a point off the agenda.
pub async fn remove_point(tx: &Tx, id: MeetingPointId) -> DbResult<()> {
    tx.exec("DELETE FROM plan_meeting_point WHERE id = $1", args![id])
        .await?;
    Ok(())
}

/// Puts a point at a place of the agenda.
pub async fn place_point(tx: &Tx, id: MeetingPointId, position: i64) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting_point SET position = $2 WHERE id = $1",
        args![id, position],
    )
    .await?;
    Ok(())
}

/// Writes what was said of a point.
pub async fn minute_point(tx: &Tx, id: MeetingPointId, minutes: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting_point SET minutes = $2 WHERE id = $1",
        args![id, minutes],
    )
    .await?;
    Ok(())
}

/// Writes what was said beside the points.
pub async fn minute(tx: &Tx, id: MeetingId, minutes: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting SET minutes = $2, version = version + 1 WHERE id = $1",
        args![id, minutes],
    )
    .await?;
    Ok(())
}

/// Writes whether somebody came.
pub async fn attend(tx: &Tx, id: MeetingGuestId, attended: bool) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting_guest SET attended = $2 WHERE id = $1",
        args![id, attended],
    )
    .await?;
    Ok(())
}

/// Adds a decision.
pub async fn decide(
    tx: &Tx,
    meeting: MeetingId,
    id: MeetingDecisionId,
    (words, lead, due): (&str, OrgId, Date),
) -> DbResult<()> {
    tx.exec(
        "INSERT INTO plan_meeting_decision (id, meeting_id, words, lead_org_id, due) VALUES ($1, $2, $3, $4, $5)",
        args![id, meeting, words, lead, due],
    )
    .await?;
    Ok(())
}

/// Takes a decision back.
pub async fn drop_decision(tx: &Tx, id: MeetingDecisionId) -> DbResult<()> {
    tx.exec("DELETE FROM plan_meeting_decision WHERE id = $1", args![id])
        .await?;
    Ok(())
}

/// Says which task a decision became.
pub async fn became(tx: &Tx, id: MeetingDecisionId, task: PlanTaskId) -> DbResult<()> {
    tx.exec(
        "UPDATE plan_meeting_decision SET task_id = $2 WHERE id = $1",
        args![id, task],
    )
    .await?;
    Ok(())
}

/// The tasks of the last item of a plan, in order.
pub async fn last_tasks(db: &Db, plan: PlanId) -> DbResult<Vec<PlanTaskId>> {
    db.query(
        "SELECT t.id FROM plan_task t WHERE t.item_id = \
         (SELECT i.id FROM plan_item i WHERE i.plan_id = $1 ORDER BY i.position DESC LIMIT 1) \
         ORDER BY t.position LIMIT $2",
        args![plan, MOST],
    )
    .await
}
