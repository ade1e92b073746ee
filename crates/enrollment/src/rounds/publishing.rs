//! What a draw or a selection has come to is placed and told: jobs that can be stopped at any moment and run again.

use super::actions::read_file;
use super::model::{self, RoundStatus};
use super::selection::model::Outcome;
use super::selection::{self, NoteRow};
use super::store::{self, PlacedRow, RoundRow, SignupRow};
use crate::declarations;
use crate::draws::file::{DrawFile, DrawResult};
use crate::enrollments::jobs::{commit_told, id, payload, told_before};
use crate::seat_desk::{Answer, Ask, Asked, place_drawn};
use crate::{EnrollmentStatus, RoundId, SignupId};
use kernel::PersonId;
use kernel::chinese_date::date_text;
use kernel::chinese_date::moment_text;
use people::contact;
use people::persons::{self, PersonStatus};
use platform::{AppError, AppResult, Channel, Ctx, Event, Job, JobFuture, JobKind, Tx};
use serde_json::json;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use teaching::classes::{self, ClassRow};
use teaching::{ClassId, seats};

/// The job that places what a draw has come to.
pub(crate) const PUBLISH: JobKind = JobKind {
    name: "round.publish",
    run: |ctx, job| -> JobFuture { Box::pin(publish(ctx, job)) },
};
/// The job that tells some people of the result.
pub(crate) const TELL: JobKind = JobKind {
    name: "round.tell",
    run: |ctx, job| -> JobFuture { Box::pin(tell(ctx, job)) },
};

/// Signups placed in one transaction.
const PLACED_AT_ONCE: usize = 100;
/// Signups told in one job.
const TOLD_AT_ONCE: usize = 100;

/// A signup that takes part, as the job sees it.
struct Entrant {
    row: SignupRow,
    people: Vec<PersonId>,
    /// The class that it won, or for which it was chosen.
    won: Option<ClassId>,
}

/// All that the job works on.
struct Work {
    round: RoundRow,
    /// A draw's in the order of ranks.
    entrants: Vec<Entrant>,
    /// Who waits for what, by place among the entrants, in the order of the waitlists.
    waits: Vec<(usize, Vec<ClassId>)>,
    /// What was placed before, by signup and class.
    placed: HashSet<(SignupId, ClassId)>,
    /// Signups that hold a seat.
    seated: HashSet<SignupId>,
    /// Who won or was chosen for a class that was cancelled since, with what they are told.
    lost: Vec<(SignupRow, String)>,
}

/// Added to why somebody could not take the seat that they won.
const PASSED_ON: &str = "名额给了后面的人。";

async fn publish(ctx: Ctx, job: Job) -> AppResult<String> {
    let round: RoundId = id(&payload(&job)?, "round")?;
    let row = store::find(ctx.db(), round).await?;
    if row.status != RoundStatus::Publishing {
        return Ok(format!("“{}”已经公布过了", row.name));
    }
    let mut work = load(&ctx, row).await?;
    note_refused(&ctx, &work.lost).await?;
    place_seats(&ctx, &job, &mut work).await?;
    place_waits(&ctx, &job, &mut work).await?;
    finish(&ctx, &work).await
}

async fn load(ctx: &Ctx, round: RoundRow) -> AppResult<Work> {
    let (mut entrants, mut waits) = if round.method.is_selection() {
        of_selection(ctx, &round).await?
    } else {
        of_draw(ctx, &round).await?
    };
    let lost = leave_out_cancelled(ctx, round.id, (&mut entrants, &mut waits)).await?;
    // Refused when the job ran before: they are not asked for again, for they may wait elsewhere by now.
    let refused = entrants.iter().enumerate();
    let refused: HashSet<usize> = refused
        .filter(|(_, entrant)| !entrant.row.refusal.is_empty())
        .map(|(at, _)| at)
        .collect();
    turn_to_other_wishes(&mut entrants, &mut waits, &refused);
    let ids: Vec<SignupId> = entrants.iter().map(|entrant| entrant.row.id).collect();
    let placed = store::placed(ctx.db(), &ids).await?;
    Ok(Work {
        entrants,
        waits,
        lost,
        seated: placed
            .iter()
            .filter(|row| row.status.lasted())
            .map(|row| row.signup_id)
            .collect(),
        placed: placed.iter().map(|row| (row.signup_id, row.class_id)).collect(),
        round,
    })
}

/// Entrants, and who of them waits for what.
type Given = (Vec<Entrant>, Vec<(usize, Vec<ClassId>)>);

/// A class that was cancelled after the list was sealed gives no seats, whatever the draw says: who won there waits for their other
/// wishes as their rank says. Gives who lost a seat so.
async fn leave_out_cancelled(
    ctx: &Ctx,
    round: RoundId,
    (entrants, waits): (&mut [Entrant], &mut [(usize, Vec<ClassId>)]),
) -> AppResult<Vec<(SignupRow, String)>> {
    let standing = store::standing_classes(ctx.db(), round).await?;
    for (_, wishes) in waits {
        wishes.retain(|class| standing.contains(class));
    }
    let mut lost = Vec::new();
    for entrant in entrants {
        let Some(class) = entrant.won.filter(|class| !standing.contains(class)) else {
            continue;
        };
        entrant.won = None;
        let name = classes::find(ctx.db(), class).await?.name;
        lost.push((
            entrant.row.clone(),
            format!("“{name}”停办了，这个班的名额都没有了。"),
        ));
    }
    Ok(lost)
}

/// Who cannot take the seat that they won waits for their other wishes as those do who won nothing, at the place of their
/// rank; not for the class that refused them.
fn turn_to_other_wishes(
    entrants: &mut [Entrant],
    waits: &mut [(usize, Vec<ClassId>)],
    refused: &HashSet<usize>,
) {
    for (at, wishes) in waits.iter_mut().filter(|(at, _)| refused.contains(at)) {
        let won = entrants.get(*at).and_then(|entrant| entrant.won);
        wishes.retain(|class| Some(*class) != won);
    }
    for at in refused {
        if let Some(entrant) = entrants.get_mut(*at) {
            entrant.won = None;
        }
    }
}

/// What officers chose: reserves wait class by class in their order.
async fn of_selection(ctx: &Ctx, round: &RoundRow) -> AppResult<Given> {
    let mut people = people_of(ctx, round.id).await?;
    let notes = selection::store::notes_in(ctx.db(), round.id).await?;
    let signups = store::signups_in(ctx.db(), round.id).await?;
    let entrants: Vec<Entrant> = signups
        .into_iter()
        .filter_map(|row| {
            let chosen = |note: &&NoteRow| note.signup_id == row.id && note.outcome == Outcome::Chosen;
            Some(Entrant {
                people: people.remove(&row.id)?,
                won: notes.iter().find(chosen).map(|note| note.class_id),
                row,
            })
        })
        .collect();
    let at: HashMap<SignupId, usize> = entrants
        .iter()
        .enumerate()
        .map(|(at, entrant)| (entrant.row.id, at))
        .collect();
    let reserves = notes.iter().filter(|note| note.outcome == Outcome::Reserve);
    let waits = reserves.filter_map(|note| Some((*at.get(&note.signup_id)?, vec![note.class_id])));
    let waits = waits.collect();
    Ok((entrants, waits))
}

/// What the draw came to: who won nothing waits for all that they wish for.
async fn of_draw(ctx: &Ctx, round: &RoundRow) -> AppResult<Given> {
    let draw = store::find_draw(ctx.db(), round.id).await?;
    let file: DrawFile = read_file(&draw.ok_or(AppError::NotFound)?.file)?;
    let missing = || AppError::Internal("a draw without a result".into());
    let result: DrawResult = file.result.ok_or_else(missing)?;
    let mut won: HashMap<String, ClassId> = HashMap::new();
    for seat in result.seated {
        let class = seat.class.parse().map_err(|_| missing())?;
        won.insert(seat.receipt, class);
    }
    let mut people = people_of(ctx, round.id).await?;
    let mut wishes: HashMap<SignupId, Vec<ClassId>> = HashMap::new();
    for (signup, class) in store::wishes_in(ctx.db(), round.id).await? {
        wishes.entry(signup).or_default().push(class);
    }
    let signups = store::signups_in(ctx.db(), round.id).await?;
    let mut by_receipt: HashMap<String, SignupRow> = signups
        .into_iter()
        .map(|signup| (signup.receipt.clone(), signup))
        .collect();
    let entrants = result.order.iter().filter_map(|ranked| {
        let row = by_receipt.remove(&ranked.receipt)?;
        Some(Entrant {
            people: people.remove(&row.id)?,
            won: won.get(&row.receipt).copied(),
            row,
        })
    });
    let entrants: Vec<Entrant> = entrants.collect();
    let waits = entrants
        .iter()
        .enumerate()
        .map(|(at, entrant)| (at, wishes.remove(&entrant.row.id).unwrap_or_default()));
    let waits = waits.collect();
    Ok((entrants, waits))
}

/// Who takes part still: somebody erased meanwhile does not.
async fn people_of(ctx: &Ctx, round: RoundId) -> AppResult<HashMap<SignupId, Vec<PersonId>>> {
    let members = store::members_in(ctx.db(), round).await?;
    let ids: Vec<PersonId> = members.iter().map(|member| member.person_id).collect();
    let briefs = persons::find_many(ctx.db(), &ids).await?;
    let mut people: HashMap<SignupId, Vec<PersonId>> = HashMap::new();
    for member in members {
        let active = briefs
            .get(&member.person_id)
            .is_some_and(|brief| brief.status == PersonStatus::Active);
        if active {
            people.entry(member.signup_id).or_default().push(member.person_id);
        }
    }
    Ok(people)
}

fn asked(ctx: &Ctx, entrant: &Entrant, class: ClassId, wait: bool) -> Asked {
    let people = entrant.people.iter().map(|person| (*person, ctx.new_id()));
    Asked {
        ask: Ask::Drawn {
            signup: entrant.row.id,
            class,
            people: people.collect(),
            wait,
        },
        by: entrant.row.actor_person,
        channel: entrant.row.channel.parse().unwrap_or(Channel::System),
        reason: String::new(),
        key: None,
    }
}

/// First every seat, in the order of ranks.
async fn place_seats(ctx: &Ctx, job: &Job, work: &mut Work) -> AppResult<()> {
    let total = i64::try_from(work.entrants.len()).unwrap_or(0);
    let to_do: Vec<(usize, ClassId)> = work
        .entrants
        .iter()
        .enumerate()
        .filter_map(|(at, entrant)| Some((at, entrant.won?)))
        .filter(|(at, class)| {
            let entrant = work.entrants.get(*at);
            entrant.is_some_and(|entrant| !work.placed.contains(&(entrant.row.id, *class)))
        })
        .collect();
    let mut done = 0;
    let mut turned = HashSet::new();
    for some in to_do.chunks(PLACED_AT_ONCE) {
        let of = |(at, class): &(usize, ClassId)| work.entrants.get(*at).map(|entrant| (entrant, *class));
        let asks: Vec<Asked> = some
            .iter()
            .filter_map(of)
            .map(|(entrant, class)| asked(ctx, entrant, class, false))
            .collect();
        let answers = place_drawn(&ctx.platform, &asks).await;
        let mut refused = Vec::new();
        let mut seated = Vec::new();
        for ((at, answer), (entrant, _)) in some.iter().zip(answers).zip(some.iter().filter_map(of)) {
            match judged(answer)? {
                Ok(_) => seated.push(entrant.row.id),
                Err(sentence) => {
                    refused.push((entrant.row.clone(), format!("{sentence}{PASSED_ON}")));
                    turned.insert(at.0);
                }
            }
        }
        work.seated.extend(seated);
        note_refused(ctx, &refused).await?;
        done += i64::try_from(some.len()).unwrap_or(0);
        platform::job::progress(ctx, job.id, done, total).await?;
    }
    turn_to_other_wishes(&mut work.entrants, &mut work.waits, &turned);
    Ok(())
}

/// A refusal by a rule is an answer; anything else stops the job, which runs again later.
fn judged(answer: AppResult<Option<Answer>>) -> AppResult<Result<Option<Answer>, String>> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(AppError::Refused { sentence, .. }) => Ok(Err(sentence)),
        Err(AppError::NotFound) => Ok(Err("这个班不再招生了。".into())),
        Err(other) => Err(other),
    }
}

async fn note_refused(ctx: &Ctx, refused: &[(SignupRow, String)]) -> AppResult<()> {
    let fresh: Vec<_> = refused
        .iter()
        .filter(|(signup, sentence)| signup.refusal != *sentence)
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    let mut events = Vec::with_capacity(fresh.len());
    for (signup, sentence) in fresh {
        store::set_refusal(&tx, signup.id, sentence, ctx.now()).await?;
        let event = Event::new("signup.refused", "signup", signup.id)
            .at(signup.org_id)
            .on_behalf_of(signup.person_id);
        events.push(event.data(json!({ "round": signup.round_id })));
    }
    tx.commit(events).await
}

/// Then the waitlists in their order. A seat that nobody could take goes to the first here who can: from that
/// moment the signup waits for nothing else.
async fn place_waits(ctx: &Ctx, job: &Job, work: &mut Work) -> AppResult<()> {
    let mut free = free_seats(ctx, work).await?;
    let total = i64::try_from(work.waits.len()).unwrap_or(0);
    let mut together: Vec<Asked> = Vec::new();
    let waits = std::mem::take(&mut work.waits);
    for (done, (at, wishes)) in (0_i64..).zip(waits) {
        let Some(entrant) = work.entrants.get(at) else {
            continue;
        };
        if entrant.won.is_some() || work.seated.contains(&entrant.row.id) {
            continue;
        }
        let open: Vec<ClassId> = wishes
            .into_iter()
            .filter(|class| !work.placed.contains(&(entrant.row.id, *class)))
            .collect();
        let chance = open
            .iter()
            .any(|class| free.get(class).is_some_and(|seats| *seats > 0));
        if !chance {
            together.extend(open.iter().map(|class| asked(ctx, entrant, *class, true)));
        }
        if chance || together.len() >= PLACED_AT_ONCE {
            wait_together(ctx, &mut together).await?;
            platform::job::progress(ctx, job.id, done, total).await?;
        }
        if chance {
            if has_seat(ctx, entrant, &open).await? {
                work.seated.insert(entrant.row.id);
            } else {
                together.extend(open.iter().map(|class| asked(ctx, entrant, *class, true)));
                wait_together(ctx, &mut together).await?;
            }
            free = free_seats(ctx, work).await?;
        }
    }
    wait_together(ctx, &mut together).await
}

/// Asks for a seat in one class after the other; who gets one waits for none of them.
async fn has_seat(ctx: &Ctx, entrant: &Entrant, wishes: &[ClassId]) -> AppResult<bool> {
    for class in wishes {
        let answers = place_drawn(&ctx.platform, &[asked(ctx, entrant, *class, false)]).await;
        for answer in answers {
            if let Ok(Some(answer)) = judged(answer)?
                && answer.status.holds_seat()
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

async fn wait_together(ctx: &Ctx, asks: &mut Vec<Asked>) -> AppResult<()> {
    for answer in place_drawn(&ctx.platform, asks).await {
        // Who cannot even wait, for one because of another class at that hour, is told with the result.
        let _ = judged(answer)?;
    }
    asks.clear();
    Ok(())
}

async fn free_seats(ctx: &Ctx, work: &Work) -> AppResult<HashMap<ClassId, i64>> {
    let classes = store::classes(ctx.db(), work.round.id).await?;
    let rows = seats::now(ctx.db(), &classes).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.capacity - row.enrolled))
        .collect())
}

async fn finish(ctx: &Ctx, work: &Work) -> AppResult<String> {
    let tx = ctx.begin().await?;
    let round = &work.round;
    tx.lock("round", round.id.raw()).await?;
    if store::find(&tx, round.id).await?.status != RoundStatus::Publishing {
        return Ok("已经公布过了".into());
    }
    store::set_status(&tx, round.id, RoundStatus::Published, "").await?;
    let ids: Vec<SignupId> = work.entrants.iter().map(|entrant| entrant.row.id).collect();
    for some in ids.chunks(TOLD_AT_ONCE) {
        let payload = json!({ "round": round.id, "signups": some });
        platform::job::enqueue(&tx, TELL.name, &payload, ctx.now(), None).await?;
    }
    let data = json!({ "signups": ids.len() });
    tx.commit(vec![
        Event::new("round.published", "round", round.id)
            .at(round.org_id)
            .data(data),
    ])
    .await?;
    Ok(format!("公布了 {} 份申请的结果", ids.len()))
}

/// Tells some signups of the result.
async fn tell(ctx: Ctx, job: Job) -> AppResult<String> {
    if told_before(&ctx, &job).await? {
        return Ok("已通知过".into());
    }
    let payload = payload(&job)?;
    let round = store::find(ctx.db(), id(&payload, "round")?).await?;
    let listed = payload.get("signups").and_then(serde_json::Value::as_array);
    let ids: Vec<SignupId> = listed
        .into_iter()
        .flatten()
        .filter_map(|id| id.as_str()?.parse().ok())
        .collect();
    let tx = ctx.begin().await?;
    let mut placed: HashMap<SignupId, Vec<PlacedRow>> = HashMap::new();
    for row in store::placed(&tx, &ids).await? {
        placed.entry(row.signup_id).or_default().push(row);
    }
    let mut known: HashMap<ClassId, ClassRow> = HashMap::new();
    let notes = selection::store::notes_in(&tx, round.id).await?;
    let (mut told, mut all) = (0, 0);
    for signup in &ids {
        let signup = store::find_signup(&tx, *signup).await?;
        let rows = placed.remove(&signup.id).unwrap_or_default();
        for row in &rows {
            if let Entry::Vacant(entry) = known.entry(row.class_id) {
                entry.insert(classes::find(&tx, row.class_id).await?);
            }
        }
        let mut declined = notes.iter().filter(|note| note.signup_id == signup.id);
        let why = declined.find(|note| note.outcome == Outcome::Declined);
        let why = why.map_or("", |note| note.reason.as_str());
        let text = result_text(&round, (&signup, why), &rows, &known);
        for member in store::members_of(&tx, signup.id)
            .await?
            .iter()
            .filter(|member| member.live)
        {
            all += 1;
            let text = format!("{text}{}", papers_due(&tx, &rows, member.person_id).await?);
            if contact::tell(&tx, member.person_id, Some(round.org_id), "round.published", text).await? {
                told += 1;
            }
        }
    }
    commit_told(tx, &job, told, all).await
}

/// What somebody still has to sign for the seat that is kept for them, in words; empty when nothing.
async fn papers_due(tx: &Tx, placed: &[PlacedRow], person: PersonId) -> AppResult<String> {
    let is_kept = |row: &&PlacedRow| row.person_id == person && row.status == EnrollmentStatus::Reserved;
    let Some(kept) = placed.iter().find(is_kept) else {
        return Ok(String::new());
    };
    let due = declarations::due(tx, &[(person, kept.class_id)], tx.ctx().today()).await?;
    Ok(due.values().map(declarations::due_words).collect())
}

fn result_text(
    round: &RoundRow,
    (signup, why): (&SignupRow, &str),
    placed: &[PlacedRow],
    known: &HashMap<ClassId, ClassRow>,
) -> String {
    let (name, receipt) = (&round.name, model::spaced(&signup.receipt));
    let (what, selected) = (round.method.result(), round.method.is_selection());
    let class = |row: &PlacedRow| known.get(&row.class_id);
    let seat = placed.iter().find(|row| row.status.holds_seat());
    if let Some((seat, class)) = seat.and_then(|row| Some((row, class(row)?))) {
        if let (EnrollmentStatus::Reserved, Some(until)) = (seat.status, seat.held_until) {
            if seat.due_fen == 0 {
                return format!(
                    "【学圈】“{name}”{what}：“{}”的名额给您留到 {}，{}，{} 开课。入学材料签齐才算报上：看网上“我的材料”，或带身份证到学校柜台。过了时间，名额会让给后面的人。回执号 {receipt}。",
                    class.name,
                    moment_text(until),
                    class.weekly(),
                    date_text(class.starts_on)
                );
            }
            return format!(
                "【学圈】“{name}”{what}：“{}”的名额给您留着，{}，{} 开课。学费 {}，请在 {} 前交：网上“我的学费”，或到学校柜台。过了时间，名额会让给后面的人。回执号 {receipt}。",
                class.name,
                class.weekly(),
                date_text(class.starts_on),
                kernel::Fen(seat.due_fen),
                moment_text(until)
            );
        }
        return format!(
            "【学圈】“{name}”{what}：您报上了“{}”，{}，{} 开课。回执号 {receipt}。来不了请早些取消，好让给候补的人。",
            class.name,
            class.weekly(),
            date_text(class.starts_on)
        );
    }
    let mut waits: Vec<&str> = placed
        .iter()
        .filter(|row| row.status == EnrollmentStatus::Waitlisted)
        .filter_map(|row| class(row).map(|class| class.name.as_str()))
        .collect();
    waits.dedup();
    let waits = if waits.is_empty() {
        "可以看看还有名额的班，或打电话问学校。".to_owned()
    } else {
        let by = if selected { "学校定的" } else { "摇号的" };
        format!(
            "已按{by}顺序排进候补：{}。有人取消时按顺序轮到您。",
            waits.join("、")
        )
    };
    no_seat_text((name, what, selected), (signup, why), &waits)
}

/// What who got no seat is told: that they did not win, or why the seat that they won was not to be had.
fn no_seat_text(
    (name, what, selected): (&str, &str, bool),
    (signup, why): (&SignupRow, &str),
    waits: &str,
) -> String {
    let receipt = model::spaced(&signup.receipt);
    if signup.refusal.is_empty() {
        let outcome = match (selected, why) {
            (false, _) => "这次没有摇中".to_owned(),
            (true, "") => "这次没有录取".to_owned(),
            (true, why) => format!("这次没有录取：{why}"),
        };
        format!("【学圈】“{name}”{what}：{outcome}，回执号 {receipt}。{waits}")
    } else {
        let won = if selected { "录取" } else { "摇中" };
        format!(
            "【学圈】“{name}”{what}：您{won}了，但报不上：{}回执号 {receipt}。{waits}",
            signup.refusal
        )
    }
}
