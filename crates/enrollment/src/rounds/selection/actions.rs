//! What officers do after the window of a selection has closed.

use super::super::actions::{self, RoundView};
use super::super::lifecycle::open;
use super::super::model::{RoundMethod, RoundStatus, check_step, spaced};
use super::super::store::{self as rounds, OfChannel, RoundRow, SignupRow};
use super::model::{self, Candidate, Note, Outcome};
use super::store::{self, CheckRow, InterviewRow, NoteRow};
use crate::{RoundId, SignupId};
use db::Db;
use kernel::chinese_date::moment_text;
use kernel::{Instant, PersonId};
use people::{contact, persons};
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use teaching::ClassId;
use teaching::classes::{self, ClassRow, ClassStatus};

/// What an officer sees of a selection.
#[derive(Debug, Clone)]
pub struct Board {
    /// The round as everybody sees it.
    pub view: RoundView,
    /// Signups by channel.
    pub channels: Vec<OfChannel>,
    /// Signups that take part, by interview and receipt.
    pub lines: Vec<Line>,
    /// The two officers, once it was handed in.
    pub check: Option<CheckRow>,
    /// Their names.
    pub officers: HashMap<PersonId, String>,
    /// Wishes that have no note yet.
    pub missing: usize,
}

/// A signup with all that is noted of it.
#[derive(Debug, Clone)]
pub struct Line {
    /// The signup.
    pub row: SignupRow,
    /// Names of the people in it.
    pub names: Vec<String>,
    /// Classes in the order of the wish.
    pub wishes: Vec<ClassId>,
    /// When and where it is interviewed.
    pub interview: Option<InterviewRow>,
    /// What is noted of it.
    pub notes: Vec<NoteRow>,
}

impl Line {
    /// What is noted for a class.
    #[must_use]
    pub fn note(&self, class: ClassId) -> Option<&NoteRow> {
        self.notes.iter().find(|note| note.class_id == class)
    }
}

impl Sheet {
    /// A mark of all that is noted for the class: another one when anything was noted since.
    #[must_use]
    pub fn seen(&self) -> String {
        let mut hasher = Sha256::new();
        for line in &self.lines {
            let note = line.note(self.class.id);
            let (outcome, place, reason) = note.map_or(("", 0, ""), |note| {
                (note.outcome.as_str(), note.place, note.reason.as_str())
            });
            hasher.update(format!("{} {outcome} {place} {reason}\n", line.row.id));
        }
        data_encoding::HEXLOWER.encode(&hasher.finalize())
    }
}

fn selection(row: &RoundRow) -> AppResult<()> {
    if row.method.is_selection() {
        Ok(())
    } else {
        Err(AppError::NotFound)
    }
}

/// A selection for its officers.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope, and for rounds of another kind.
pub async fn board(ctx: &Ctx, id: RoundId) -> AppResult<Board> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = rounds::find_within(ctx.db(), &scope, id).await?;
    selection(&row)?;
    let check = store::find_check(ctx.db(), id).await?;
    let people: Vec<PersonId> = check
        .iter()
        .flat_map(|check| [Some(check.proposed_by), check.confirmed_by])
        .flatten()
        .collect();
    let officers = persons::find_many(ctx.db(), &people).await?;
    Ok(Board {
        channels: rounds::by_channel(ctx.db(), id).await?,
        lines: lines(ctx.db(), id).await?,
        missing: missing(ctx.db(), id).await?,
        officers: officers.into_iter().map(|(id, brief)| (id, brief.name)).collect(),
        view: actions::view(ctx, row).await?,
        check,
    })
}

/// A round with signups, and every signup with what came of it, as a table.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn table(ctx: &Ctx, id: RoundId) -> AppResult<(RoundView, Vec<Line>)> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = rounds::find_within(ctx.db(), &scope, id).await?;
    Ok((actions::view(ctx, row).await?, lines(ctx.db(), id).await?))
}

async fn lines(db: &Db, round: RoundId) -> AppResult<Vec<Line>> {
    let members = rounds::members_in(db, round).await?;
    let people: Vec<PersonId> = members.iter().map(|member| member.person_id).collect();
    let briefs = persons::find_many(db, &people).await?;
    let mut names: HashMap<SignupId, Vec<String>> = HashMap::new();
    for member in members {
        if let Some(brief) = briefs.get(&member.person_id) {
            names
                .entry(member.signup_id)
                .or_default()
                .push(brief.name.clone());
        }
    }
    let mut wishes: HashMap<SignupId, Vec<ClassId>> = HashMap::new();
    for (signup, class) in rounds::wishes_in(db, round).await? {
        wishes.entry(signup).or_default().push(class);
    }
    let mut notes: HashMap<SignupId, Vec<NoteRow>> = HashMap::new();
    for note in store::notes_in(db, round).await? {
        notes.entry(note.signup_id).or_default().push(note);
    }
    let interviews = store::interviews_in(db, round).await?;
    let mut interviews: HashMap<SignupId, InterviewRow> =
        interviews.into_iter().map(|row| (row.signup_id, row)).collect();
    let signups = rounds::signups_in(db, round).await?;
    let mut lines: Vec<Line> = signups
        .into_iter()
        .map(|row| Line {
            names: names.remove(&row.id).unwrap_or_default(),
            wishes: wishes.remove(&row.id).unwrap_or_default(),
            interview: interviews.remove(&row.id),
            notes: notes.remove(&row.id).unwrap_or_default(),
            row,
        })
        .collect();
    // Who has no time yet comes first; a stable sort keeps the receipts in order.
    lines.sort_by_key(|line| line.interview.as_ref().map(|one| one.at));
    Ok(lines)
}

async fn missing(db: &Db, round: RoundId) -> AppResult<usize> {
    let standing = rounds::standing_classes(db, round).await?;
    let mut wishes = rounds::wishes_in(db, round).await?;
    // Of a class that was cancelled nothing is to be decided.
    wishes.retain(|(_, class)| standing.contains(class));
    let notes = store::notes_in(db, round).await?;
    let notes = notes
        .into_iter()
        .map(|note| ((note.signup_id, note.class_id), note.outcome));
    Ok(model::missing(&wishes, &notes.collect()))
}

/// A class of a selection, with the signups that wish for it.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The round.
    pub round: RoundRow,
    /// The class.
    pub class: ClassRow,
    /// Seats to be given.
    pub free: i64,
    /// Signups that wish for it.
    pub lines: Vec<Line>,
    /// Names of the classes for which signups are chosen elsewhere.
    pub elsewhere: HashMap<SignupId, String>,
}

/// A class of a selection for its officers.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope, and for a class that is not in the round.
pub async fn sheet(ctx: &Ctx, id: RoundId, class: ClassId) -> AppResult<Sheet> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let round = rounds::find_within(ctx.db(), &scope, id).await?;
    selection(&round)?;
    sheet_of(ctx.db(), round, class).await
}

async fn sheet_of(db: &Db, round: RoundRow, class: ClassId) -> AppResult<Sheet> {
    let of_round = rounds::classes(db, round.id).await?;
    if !of_round.contains(&class) {
        return Err(AppError::NotFound);
    }
    let mut names: HashMap<ClassId, String> = HashMap::new();
    for id in of_round {
        names.insert(id, classes::find(db, id).await?.name);
    }
    let mut lines = lines(db, round.id).await?;
    lines.retain(|line| line.wishes.contains(&class));
    let elsewhere = lines.iter().filter_map(|line| {
        let mut notes = line.notes.iter();
        let other = notes.find(|note| note.outcome == Outcome::Chosen && note.class_id != class)?;
        Some((line.row.id, names.get(&other.class_id)?.clone()))
    });
    let elsewhere = elsewhere.collect();
    let class = classes::find(db, class).await?;
    let on = class.status == ClassStatus::Published;
    Ok(Sheet {
        free: if on {
            (class.capacity - class.enrolled).max(0)
        } else {
            0
        },
        elsewhere,
        round,
        class,
        lines,
    })
}

/// A selection whose window has closed and whose notes can be changed.
async fn at_work(tx: &Tx, id: RoundId, version: Option<i64>) -> AppResult<RoundRow> {
    let row = open(tx, id, version).await?;
    selection(&row)?;
    check_step(row.status, RoundStatus::Proposed, row.closes, tx.ctx().now())?;
    Ok(row)
}

/// Notes what signups come to for a class; signups that are not named keep their notes. `seen` is [`Sheet::seen`] of the sheet
/// on which it was written.
///
/// # Errors
/// A refusal when somebody else noted meanwhile, while the window is open or when it was handed in; [`AppError::Invalid`]
/// beside each wrong note.
pub async fn note(
    ctx: &Ctx,
    id: RoundId,
    class: ClassId,
    notes: Vec<Note>,
    seen: Option<&str>,
) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = at_work(&tx, id, None).await?;
    let (org, percent) = (row.org_id, row.newcomer_percent);
    let sheet = sheet_of(&tx, row, class).await?;
    if seen.is_some_and(|seen| seen != sheet.seen()) {
        return Err(AppError::refused(
            "changed_meanwhile",
            "您打开这一页以后，有人记过这个班的结果，所以没有保存。您填的还在下面，您没填的补上了同事记的；请核对，再保存一次。",
        ));
    }
    let candidates: HashMap<SignupId, Candidate> = sheet
        .lines
        .iter()
        .map(|line| {
            let candidate = Candidate {
                size: i64::try_from(line.names.len()).unwrap_or(i64::MAX),
                newcomer: line.row.newcomer,
                chosen_for: sheet.elsewhere.get(&line.row.id).cloned(),
            };
            (line.row.id, candidate)
        })
        .collect();
    let named: Vec<SignupId> = notes.iter().map(|note| note.signup).collect();
    let others = sheet.lines.iter().filter(|line| !named.contains(&line.row.id));
    let before = others.filter_map(|line| {
        let note = line.note(class)?;
        Some(Note {
            signup: note.signup_id,
            outcome: Some(note.outcome),
            place: note.place,
            reason: note.reason.clone(),
        })
    });
    let all = notes.into_iter().chain(before).collect();
    let all = model::check_notes(all, &candidates, (sheet.free, percent)).map_err(AppError::Invalid)?;
    store::set_notes(&tx, id, class, &all, (ctx.actor.person, ctx.now())).await?;
    let count = |outcome: Outcome| all.iter().filter(|note| note.outcome == Some(outcome)).count();
    let data = json!({
        "class": class, "chosen": count(Outcome::Chosen), "reserve": count(Outcome::Reserve),
        "declined": count(Outcome::Declined),
    });
    tx.commit(vec![
        Event::new("round.selection_noted", "round", id)
            .at(org)
            .data(data),
    ])
    .await
}

/// Gives all signups that have no interview yet their times, one after another, in the order of receipts; gives how many.
///
/// # Errors
/// [`AppError::Invalid`] beside the wrong field; a refusal while the window is open, and when all have theirs.
pub async fn schedule(ctx: &Ctx, id: RoundId, first: Instant, minutes: i64, place: &str) -> AppResult<usize> {
    let tx = ctx.begin().await?;
    let row = at_work(&tx, id, None).await?;
    by_interview(&row)?;
    let place = model::check_plan(first, minutes, place, ctx.now()).map_err(AppError::Invalid)?;
    let lines = lines(&tx, id).await?;
    let waiting: Vec<SignupRow> = lines
        .into_iter()
        .filter(|line| line.interview.is_none())
        .map(|line| line.row)
        .collect();
    if waiting.is_empty() {
        return Err(AppError::refused(
            "all_planned",
            "每份申请都有面试时间了。要改哪一份，请在它那一行改。",
        ));
    }
    let moments = model::moments(first, minutes, waiting.len());
    let planned = waiting.into_iter().zip(moments).collect();
    let count = plan(tx, &row, planned, &place).await?;
    Ok(count)
}

fn by_interview(row: &RoundRow) -> AppResult<()> {
    if row.method == RoundMethod::Interview {
        Ok(())
    } else {
        Err(AppError::NotFound)
    }
}

/// Gives one signup its interview, or another one.
///
/// # Errors
/// As [`schedule`].
pub async fn set_interview(ctx: &Ctx, signup: SignupId, at: Instant, place: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    let signup = rounds::find_signup_within(&tx, &scope, signup).await?;
    let row = at_work(&tx, signup.round_id, None).await?;
    by_interview(&row)?;
    let place = model::check_plan(at, 1, place, ctx.now()).map_err(AppError::Invalid)?;
    plan(tx, &row, vec![(signup, at)], &place).await?;
    Ok(())
}

async fn plan(tx: Tx, round: &RoundRow, planned: Vec<(SignupRow, Instant)>, place: &str) -> AppResult<usize> {
    let rows: Vec<InterviewRow> = planned
        .iter()
        .map(|(signup, at)| InterviewRow {
            signup_id: signup.id,
            at: *at,
            place: place.to_owned(),
        })
        .collect();
    store::set_interviews(&tx, round.id, &rows).await?;
    let mut people: HashMap<SignupId, Vec<PersonId>> = HashMap::new();
    for member in rounds::members_in(&tx, round.id).await? {
        people.entry(member.signup_id).or_default().push(member.person_id);
    }
    let mut events = Vec::with_capacity(planned.len());
    for (signup, at) in &planned {
        let text = format!(
            "【学圈】“{}”请您来面试：{}，{place}。回执号 {}。来不了请打电话告诉学校。",
            round.name,
            moment_text(*at),
            spaced(&signup.receipt)
        );
        for person in people.remove(&signup.id).unwrap_or_default() {
            contact::tell(
                &tx,
                person,
                Some(round.org_id),
                "signup.interview_set",
                text.clone(),
            )
            .await?;
        }
        let event = Event::new("signup.interview_set", "signup", signup.id)
            .at(round.org_id)
            .on_behalf_of(signup.person_id);
        events.push(event.data(json!({ "round": round.id, "at": at.to_china_text(), "place": place })));
    }
    tx.commit(events).await?;
    Ok(rows.len())
}

/// Hands the selection in, for another officer to confirm.
///
/// # Errors
/// A refusal while the window is open, and while wishes have no note.
pub async fn propose(ctx: &Ctx, id: RoundId, version: i64) -> AppResult<()> {
    let by = ctx.person()?;
    let tx = ctx.begin().await?;
    let row = at_work(&tx, id, Some(version)).await?;
    let missing = missing(&tx, id).await?;
    if missing > 0 {
        return Err(AppError::refused_with_door(
            "not_all_noted",
            format!("还有 {missing} 个志愿没有记结果。每一个都要记下录取、候补或未录取，再提交复核。"),
            "回到批次接着记",
            format!("/desk/rounds/{id}"),
        ));
    }
    store::propose(&tx, id, by, ctx.now()).await?;
    rounds::set_status(&tx, id, RoundStatus::Proposed, "").await?;
    tx.commit(vec![Event::new("round.proposed", "round", id).at(row.org_id)])
        .await
}

async fn proposed(tx: &Tx, id: RoundId, version: i64, to: RoundStatus) -> AppResult<(RoundRow, CheckRow)> {
    let row = open(tx, id, Some(version)).await?;
    selection(&row)?;
    check_step(row.status, to, row.closes, tx.ctx().now())?;
    let check = store::find_check(tx, id).await?;
    Ok((row, check.ok_or(AppError::NotFound)?))
}

/// Another officer than the one who handed it in confirms the selection. Seats are counted again: some may be gone.
///
/// # Errors
/// A refusal for the same officer, and when a class has fewer seats than people chosen by now.
pub async fn confirm(ctx: &Ctx, id: RoundId, version: i64) -> AppResult<()> {
    let by = ctx.person()?;
    let tx = ctx.begin().await?;
    let (row, check) = proposed(&tx, id, version, RoundStatus::Confirmed).await?;
    if check.proposed_by == by {
        return Err(AppError::refused(
            "same_officer",
            "这份名单是您提交的，要由另一位工作人员复核。要改，请退回修改。",
        ));
    }
    seats_are_there(&tx, &row).await?;
    store::confirm(&tx, id, by, ctx.now()).await?;
    rounds::set_status(&tx, id, RoundStatus::Confirmed, "").await?;
    let data = json!({ "proposed_by": check.proposed_by, "confirmed_by": by });
    tx.commit(vec![
        Event::new("round.confirmed", "round", id)
            .at(row.org_id)
            .data(data),
    ])
    .await
}

async fn seats_are_there(db: &Db, row: &RoundRow) -> AppResult<()> {
    for class in rounds::classes(db, row.id).await? {
        let sheet = sheet_of(db, row.clone(), class).await?;
        let chosen: usize = sheet
            .lines
            .iter()
            .filter(|line| {
                line.note(class)
                    .is_some_and(|note| note.outcome == Outcome::Chosen)
            })
            .map(|line| line.names.len())
            .sum();
        if i64::try_from(chosen).unwrap_or(i64::MAX) > sheet.free {
            return Err(AppError::refused_with_door(
                "too_many_chosen",
                format!(
                    "“{}”录取了 {chosen} 人，现在只有 {} 个名额。请退回修改。",
                    sheet.class.name, sheet.free
                ),
                "回到批次",
                format!("/desk/rounds/{}", row.id),
            ));
        }
    }
    Ok(())
}

/// Sends the selection back to be changed, with the reason; the one who handed it in may do so too.
///
/// # Errors
/// [`AppError::Invalid`] without a reason; a refusal when it was not handed in.
pub async fn send_back(ctx: &Ctx, id: RoundId, reason: &str, version: i64) -> AppResult<()> {
    let reason =
        kernel::bounded(reason, 2, 200, "退回的原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let by = ctx.person()?;
    let tx = ctx.begin().await?;
    let (row, check) = proposed(&tx, id, version, RoundStatus::Planned).await?;
    store::send_back(&tx, id, &reason).await?;
    rounds::set_status(&tx, id, RoundStatus::Planned, "").await?;
    if check.proposed_by != by {
        let text = format!("【学圈】“{}”的录取名单退回修改：{reason}。", row.name);
        contact::tell(&tx, check.proposed_by, Some(row.org_id), "round.sent_back", text).await?;
    }
    let event = Event::new("round.sent_back", "round", id).at(row.org_id);
    tx.commit(vec![event.note(reason)]).await
}
