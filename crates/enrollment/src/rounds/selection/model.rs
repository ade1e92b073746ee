//! Rules of a selection: pure, tested by tables of cases.

use super::super::model::{NEW_POOL, split_seats};
use crate::SignupId;
use db::text_enum;
use kernel::Instant;
use platform::FieldError;
use std::collections::{HashMap, HashSet};

/// Longest time of one interview, in minutes.
pub const MOST_MINUTES: i64 = 240;
/// Highest place in the order of reserves.
pub const LAST_PLACE: i64 = 999;

text_enum! {
    /// What an officer notes of a signup for a class.
    pub enum Outcome {
        /// Gets a seat.
        Chosen => "chosen",
        /// Waits, in an order.
        Reserve => "reserve",
        /// Gets none, for a reason that the person reads.
        Declined => "declined",
    }
}

platform::api_words!(Outcome);

impl Outcome {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Chosen => "录取",
            Self::Reserve => "候补",
            Self::Declined => "未录取",
        }
    }
}

/// What an officer notes of one signup for a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signup.
    pub signup: SignupId,
    /// What it comes to; `None` takes an earlier note away.
    pub outcome: Option<Outcome>,
    /// Place in the order of reserves, from 1; 0 for everybody else.
    pub place: i64,
    /// Why it was declined.
    pub reason: String,
}

/// A signup that wishes for the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// People in it.
    pub size: i64,
    /// Whether nobody in it ever had a seat at the org.
    pub newcomer: bool,
    /// Another class for which it is chosen already.
    pub chosen_for: Option<String>,
}

/// Checks all notes of a class: no more chosen than seats, the newcomers' share kept, reserves in a clear order, a reason
/// for each who is declined. Notes come back as they are kept.
///
/// # Errors
/// A sentence beside each wrong note, and one for the class at `class`.
pub fn check_notes(
    notes: Vec<Note>,
    candidates: &HashMap<SignupId, Candidate>,
    (free, newcomer_percent): (i64, i64),
) -> Result<Vec<Note>, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut kept = Vec::with_capacity(notes.len());
    let mut places = HashSet::new();
    let (mut chosen, mut former) = (0, 0);
    for mut note in notes {
        let Some(candidate) = candidates.get(&note.signup) else {
            wrong.push(beside(
                "outcome",
                &note,
                "这份申请没有填这个班，请刷新页面再记。".into(),
            ));
            continue;
        };
        if note.outcome == Some(Outcome::Chosen) {
            chosen += candidate.size;
            former += if candidate.newcomer { 0 } else { candidate.size };
        }
        match check_note(&mut note, candidate, &mut places) {
            Ok(()) => kept.push(note),
            Err(error) => wrong.push(error),
        }
    }
    wrong.extend(check_seats(chosen, former, free, newcomer_percent));
    if wrong.is_empty() { Ok(kept) } else { Err(wrong) }
}

fn beside(part: &str, note: &Note, sentence: String) -> FieldError {
    FieldError {
        field: format!("{part}_{}", note.signup),
        sentence,
    }
}

fn check_note(note: &mut Note, candidate: &Candidate, places: &mut HashSet<i64>) -> Result<(), FieldError> {
    match note.outcome {
        Some(Outcome::Chosen) => {
            if let Some(class) = &candidate.chosen_for {
                let sentence = format!("已经录取在“{class}”了，一份申请只录取一个班。请先改那边。");
                return Err(beside("outcome", note, sentence));
            }
        }
        Some(Outcome::Reserve) => {
            if !(1..=LAST_PLACE).contains(&note.place) {
                let sentence = format!("请填候补第几位，1 到 {LAST_PLACE}。");
                return Err(beside("place", note, sentence));
            }
            if !places.insert(note.place) {
                let sentence = format!("候补第 {} 位已经有人了，请改成别的次序。", note.place);
                return Err(beside("place", note, sentence));
            }
        }
        Some(Outcome::Declined) => {
            note.reason = kernel::bounded(&note.reason, 2, 200, "未录取的原因")
                .map_err(|sentence| beside("reason", note, sentence))?;
        }
        None => {}
    }
    if note.outcome != Some(Outcome::Reserve) {
        note.place = 0;
    }
    if note.outcome != Some(Outcome::Declined) {
        note.reason.clear();
    }
    Ok(())
}

fn check_seats(chosen: i64, former: i64, free: i64, newcomer_percent: i64) -> Option<FieldError> {
    let free = free.max(0);
    let kept = split_seats(free, newcomer_percent).get(NEW_POOL).copied();
    let kept = i64::from(kept.unwrap_or(0));
    let sentence = if chosen > free {
        format!("录取了 {chosen} 人，只有 {free} 个名额。请把多出的改成候补。")
    } else if former > free - kept {
        format!(
            "{free} 个名额里有 {kept} 个留给新学员，老学员最多录取 {} 人，现在是 {former} 人。",
            free - kept
        )
    } else {
        return None;
    };
    Some(FieldError {
        field: "class".into(),
        sentence,
    })
}

/// Wishes that still need a note: those of signups that are chosen for no class.
#[must_use]
pub fn missing<C: Copy + Eq + std::hash::Hash>(
    wishes: &[(SignupId, C)],
    notes: &HashMap<(SignupId, C), Outcome>,
) -> usize {
    let chosen: HashSet<SignupId> = notes
        .iter()
        .filter(|(_, outcome)| **outcome == Outcome::Chosen)
        .map(|((signup, _), _)| *signup)
        .collect();
    wishes
        .iter()
        .filter(|wish| !chosen.contains(&wish.0) && !notes.contains_key(wish))
        .count()
}

/// When the interviews begin that follow one another.
#[must_use]
pub fn moments(first: Instant, minutes: i64, count: usize) -> Vec<Instant> {
    (0..count)
        .scan(first, |at, _| {
            let now = *at;
            *at = now.plus_secs(minutes * 60);
            Some(now)
        })
        .collect()
}

/// Checks when and where people are interviewed; gives the place as it is kept.
///
/// # Errors
/// A sentence beside each wrong field.
pub fn check_plan(
    first: Instant,
    minutes: i64,
    place: &str,
    now: Instant,
) -> Result<String, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    if first <= now {
        say("day", "这个时间已经过去了，请选以后的时间。".into());
    }
    if !(1..=MOST_MINUTES).contains(&minutes) {
        say(
            "minutes",
            format!("每份申请几分钟，要在 1 到 {MOST_MINUTES} 之间。"),
        );
    }
    match kernel::bounded(place, 2, 60, "面试地点") {
        Ok(place) if wrong.is_empty() => return Ok(place),
        Ok(_) => {}
        Err(sentence) => wrong.push(FieldError {
            field: "place".into(),
            sentence,
        }),
    }
    Err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Chosen, Declined, Reserve};
    use kernel::Id;

    fn signup(number: i64) -> SignupId {
        Id::from_raw(number)
    }

    fn note(number: i64, outcome: Outcome, place: i64, reason: &str) -> Note {
        Note {
            signup: signup(number),
            outcome: Some(outcome),
            place,
            reason: reason.into(),
        }
    }

    /// Signups 1 and 2 alone, 3 a couple, 4 a newcomer, 5 chosen elsewhere.
    fn candidates() -> HashMap<SignupId, Candidate> {
        let one = |size, newcomer, chosen_for: Option<&str>| Candidate {
            size,
            newcomer,
            chosen_for: chosen_for.map(str::to_owned),
        };
        HashMap::from([
            (signup(1), one(1, false, None)),
            (signup(2), one(1, false, None)),
            (signup(3), one(2, false, None)),
            (signup(4), one(1, true, None)),
            (signup(5), one(1, false, Some("合唱"))),
        ])
    }

    #[test]
    fn each_rule_of_the_notes_has_its_sentence() {
        type Case = (Vec<Note>, (i64, i64), Option<String>);
        let cases: Vec<Case> = vec![
            (vec![note(1, Chosen, 0, ""), note(3, Chosen, 0, "")], (3, 0), None),
            (
                vec![note(1, Chosen, 0, ""), note(3, Chosen, 0, "")],
                (2, 0),
                Some("class".into()),
            ),
            (vec![note(1, Chosen, 0, "")], (0, 0), Some("class".into())),
            // Of four seats two are the newcomers'.
            (
                vec![note(1, Chosen, 0, ""), note(3, Chosen, 0, "")],
                (4, 50),
                Some("class".into()),
            ),
            (
                vec![note(3, Chosen, 0, ""), note(4, Chosen, 0, "")],
                (4, 50),
                None,
            ),
            (
                vec![note(1, Reserve, 0, "")],
                (1, 0),
                Some(format!("place_{}", signup(1))),
            ),
            (
                vec![note(1, Reserve, 1, ""), note(2, Reserve, 1, "")],
                (1, 0),
                Some(format!("place_{}", signup(2))),
            ),
            (
                vec![note(1, Reserve, 2, ""), note(2, Reserve, 1, "")],
                (1, 0),
                None,
            ),
            (
                vec![note(1, Declined, 0, " ")],
                (1, 0),
                Some(format!("reason_{}", signup(1))),
            ),
            (vec![note(1, Declined, 0, "音准还要练")], (1, 0), None),
            (
                vec![note(5, Chosen, 0, "")],
                (9, 0),
                Some(format!("outcome_{}", signup(5))),
            ),
            (
                vec![note(9, Chosen, 0, "")],
                (9, 0),
                Some(format!("outcome_{}", signup(9))),
            ),
        ];
        for (notes, seats, field) in cases {
            let shown = format!("{notes:?} {seats:?}");
            let answer = check_notes(notes, &candidates(), seats);
            let found = answer.err().map(|errors| errors[0].field.clone());
            assert_eq!(found, field, "{shown}");
        }
    }

    #[test]
    fn words_that_do_not_belong_to_an_outcome_are_not_kept() {
        let notes = vec![note(1, Chosen, 3, "多余"), note(2, Declined, 4, " 名额有限 ")];
        let kept = check_notes(notes, &candidates(), (5, 0)).unwrap();
        assert_eq!(kept, [note(1, Chosen, 0, ""), note(2, Declined, 0, "名额有限")]);
    }

    #[test]
    fn a_chosen_signup_needs_no_other_note() {
        let wishes = [(signup(1), 'a'), (signup(1), 'b'), (signup(2), 'a')];
        for (notes, left) in [
            (vec![], 3),
            (vec![((signup(1), 'a'), Chosen)], 1),
            (vec![((signup(1), 'a'), Declined)], 2),
            (vec![((signup(1), 'b'), Chosen), ((signup(2), 'a'), Reserve)], 0),
        ] {
            let notes: HashMap<_, _> = notes.into_iter().collect();
            assert_eq!(missing(&wishes, &notes), left, "{notes:?}");
        }
    }

    #[test]
    fn interviews_follow_one_another() {
        let at = |text: &str| -> Instant { text.parse().unwrap() };
        let first = at("2026-12-05T01:00:00Z");
        assert_eq!(
            moments(first, 10, 3),
            [first, at("2026-12-05T01:10:00Z"), at("2026-12-05T01:20:00Z")]
        );
        for (minutes, place, now, fields) in [
            (10, "莘庄校区 201", "2026-12-01T00:00:00Z", vec![]),
            (0, "莘庄校区 201", "2026-12-01T00:00:00Z", vec!["minutes"]),
            (241, "室", "2026-12-05T01:00:00Z", vec!["day", "minutes", "place"]),
        ] {
            let found = check_plan(first, minutes, place, at(now))
                .err()
                .unwrap_or_default();
            let found: Vec<&str> = found.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(found, fields, "{minutes} {place}");
        }
    }
}
