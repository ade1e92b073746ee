//! Companions (同行人): couples and carer pairs who ask as one, in a draw or in a rush, and get seats together or not at all.
//!
//! Rules, in words:
//! 1. A companion is named by learner's number and day of birth: two things that only those who know them know. Ten
//!    wrong pairs in a quarter of an hour, and the next is not looked at.
//! 2. At most so many people together as the round or the page says, nobody twice.
//! 3. Every rule counts for each of them; one refusal refuses all, and says whom it is about.
//! 4. Who asked together see each other's names beside the place that came of it. Each pays and signs for their own; what one does
//!    not pay takes nothing from the others.
//!
//! The seats themselves are decided by `seat_desk/together.rs`. No tables of its own.

use crate::enrollments::store::asked_with;
use crate::{EnrollmentId, EnrollmentStatus};
use db::Db;
use kernel::{Date, PersonId};
use people::persons;
use platform::api::Day;
use platform::{AppError, AppResult, Ctx, FieldError, Tries};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use ui::{Field, Form};
use utoipa::ToSchema;

/// Most people who ask for a class together in a rush; a draw says its own number, up to the same.
pub const MOST: i64 = 4;

/// Wrong pairs of number and birth that one person may type in a quarter of an hour.
static COMPANION_TRIES: LazyLock<Tries> = LazyLock::new(|| Tries::new(10, 900));

/// Somebody who takes part too: known by two things that only those who know them know.
#[derive(Debug, Clone)]
pub struct Companion {
    /// The learner's number.
    pub number: String,
    /// Day of birth.
    pub birth: Option<Date>,
}

/// Somebody who takes part too, as a program names them.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct CompanionBody {
    /// The learner's number.
    number: String,
    /// Day of birth.
    birth: Day,
}

impl From<CompanionBody> for Companion {
    fn from(body: CompanionBody) -> Self {
        Self {
            number: body.number,
            birth: Some(body.birth.0),
        }
    }
}

/// Somebody who asked for a class together with the reader.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AskedTogether {
    /// Their name.
    pub name: String,
    /// Where their own enrolment stands.
    pub status: EnrollmentStatus,
    /// The fee of a seat that is kept for them, in fen.
    pub due_fen: i64,
}

/// Who asked for the same class together with the people of these enrolments, each with their name.
///
/// # Errors
/// When the database cannot be read.
pub async fn beside(db: &Db, ids: &[EnrollmentId]) -> AppResult<HashMap<EnrollmentId, Vec<AskedTogether>>> {
    let rows = asked_with(db, ids).await?;
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let names = persons::find_many(db, &people).await?;
    let mut all: HashMap<EnrollmentId, Vec<AskedTogether>> = HashMap::new();
    for row in rows {
        let Some(person) = names.get(&row.person_id) else {
            continue;
        };
        all.entry(row.of).or_default().push(AskedTogether {
            name: person.name.clone(),
            status: row.status,
            due_fen: row.due_fen,
        });
    }
    Ok(all)
}

/// Names one after the other: `王秀英、李建国`.
#[must_use]
pub fn names(with: &[AskedTogether]) -> String {
    let names: Vec<&str> = with.iter().map(|one| one.name.as_str()).collect();
    names.join("、")
}

/// The person with their companions, each found by number and day of birth.
///
/// # Errors
/// [`AppError::Invalid`] beside the companion who is not found, comes twice or is one too many.
pub(crate) async fn members(
    ctx: &Ctx,
    person: PersonId,
    companions: &[Companion],
    limit: i64,
) -> AppResult<Vec<PersonId>> {
    let mut people = vec![person];
    let key = ctx.actor.person.unwrap_or(person).to_string();
    for (at, companion) in companions.iter().enumerate() {
        check_pair(companion, at + 1)?;
        COMPANION_TRIES.check(&key, ctx.now())?;
        let found = persons::find_by_number(ctx.db(), &companion.number).await?;
        let known = found.filter(|brief| brief.birth.is_some() && brief.birth == companion.birth);
        let Some(brief) = known else {
            COMPANION_TRIES.note(&key, ctx.now());
            return Err(AppError::invalid(
                &format!("companion_number_{}", at + 1),
                "学号和出生日期对不上。请照学员卡再看一遍；没有学号的人，请先到柜台登记。",
            ));
        };
        people.push(brief.id);
    }
    check_members(&people, limit).map_err(|wrong| AppError::Invalid(vec![wrong]))?;
    Ok(people)
}

/// Number and day of birth go together; with one of them nobody is found, and nobody is left out unsaid.
fn check_pair(companion: &Companion, at: usize) -> AppResult<()> {
    match (companion.number.is_empty(), companion.birth) {
        (true, _) => Err(AppError::invalid(
            &format!("companion_number_{at}"),
            format!("请填第 {at} 位同行人的学号；没有人一起报，就把出生日期也清空。"),
        )),
        (false, None) => Err(AppError::invalid(
            &format!("companion_birth_{at}"),
            format!("请填第 {at} 位同行人的出生日期。"),
        )),
        (false, Some(_)) => Ok(()),
    }
}

/// Checks who takes part: one to the limit, nobody twice.
fn check_members(people: &[PersonId], limit: i64) -> Result<(), FieldError> {
    let field = |at: usize| format!("companion_number_{at}");
    if i64::try_from(people.len()).unwrap_or(i64::MAX) > limit {
        return Err(FieldError {
            field: field(usize::try_from(limit).unwrap_or(1)),
            sentence: format!("一份申请最多 {limit} 个人，连您自己在内。"),
        });
    }
    let mut seen = HashSet::new();
    match people.iter().position(|person| !seen.insert(person)) {
        None => Ok(()),
        Some(at) => Err(FieldError {
            field: field(at),
            sentence: "同一个人只要写一次；您自己不用再写。".into(),
        }),
    }
}

/// Refuses those of these people who take part already, with this sentence beside each.
///
/// # Errors
/// [`AppError::Invalid`] beside each companion who is taken.
pub(crate) fn nobody_twice(people: &[PersonId], taken: &[PersonId], sentence: &str) -> AppResult<()> {
    let wrong = people
        .iter()
        .enumerate()
        .filter(|(_, person)| taken.contains(person));
    let wrong: Vec<FieldError> = wrong
        .map(|(at, _)| FieldError {
            field: format!("companion_number_{at}"),
            sentence: sentence.to_owned(),
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// The questions about companions, where so many people may take part together.
pub(crate) fn fields(limit: i64) -> Vec<Field> {
    let mut all = Vec::new();
    for at in 1..limit {
        let number = Field::text(
            &format!("companion_number_{at}"),
            &format!("第 {at} 位同行人的学号"),
            0,
            20,
        );
        all.push(number.hint("在学员卡上，也在“我的资料”里；没有人一起报，就留空"));
        let birth = Field::date(
            &format!("companion_birth_{at}"),
            &format!("第 {at} 位同行人的出生日期"),
        );
        all.push(birth.optional());
    }
    all
}

/// The companions that were typed, half a pair among them; the places after the last one are nobody's.
pub(crate) fn typed(form: &Form, limit: i64) -> Vec<Companion> {
    let pair = |at: i64| Companion {
        number: form.get(&format!("companion_number_{at}")).trim().to_owned(),
        birth: form.date(&format!("companion_birth_{at}")),
    };
    let mut companions: Vec<Companion> = (1..limit).map(pair).collect();
    let is_somebody = |one: &Companion| !one.number.is_empty() || one.birth.is_some();
    let last = companions.iter().rposition(is_somebody);
    companions.truncate(last.map_or(0, |last| last + 1));
    companions
}

/// What was typed of companions, to be sent once more.
pub(crate) fn kept(pairs: &[(String, String)]) -> Vec<(String, String)> {
    let of_companion =
        |(name, value): &&(String, String)| name.starts_with("companion_") && !value.is_empty();
    pairs.iter().filter(of_companion).cloned().collect()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod rules {
    use super::{check_members, check_pair, fields, typed};
    use kernel::Id;
    use ui::{Form, Lang};

    /// What is typed of one companion is never left out unsaid, whichever box it stands in.
    #[test]
    fn half_a_pair_is_asked_for() {
        let form = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            Form::from_pairs(fields(3), Lang::Zh, &pairs)
        };
        let number = |at: i64| format!("companion_number_{at}");
        let birth = |at: i64| format!("companion_birth_{at}");
        for (filled, wrong) in [
            (vec![], vec![]),
            (vec![(number(1), "X00000019"), (birth(1), "1951-05-18")], vec![]),
            (vec![(number(1), "X00000019")], vec![birth(1)]),
            (vec![(birth(1), "1951-05-18")], vec![number(1)]),
            (vec![(birth(2), "1951-05-18")], vec![number(1), number(2)]),
            (vec![(number(1), " ")], vec![]),
        ] {
            let pairs: Vec<(&str, &str)> = filled
                .iter()
                .map(|(name, value)| (name.as_str(), *value))
                .collect();
            let companions = typed(&form(&pairs), 3);
            let found: Vec<String> = companions
                .iter()
                .enumerate()
                .filter_map(|(at, one)| match check_pair(one, at + 1) {
                    Err(platform::AppError::Invalid(wrong)) => Some(wrong.first()?.field.clone()),
                    _ => None,
                })
                .collect();
            assert_eq!(found, wrong, "{filled:?}");
        }
    }

    #[test]
    fn companions_are_few_and_different() {
        for (people, limit, wrong) in [
            (vec![1], 1, ""),
            (vec![1, 2], 2, ""),
            (vec![1, 2], 1, "companion_number_1"),
            (vec![1, 2, 2], 4, "companion_number_2"),
            (vec![1, 1], 4, "companion_number_1"),
        ] {
            let people: Vec<_> = people.into_iter().map(Id::from_raw).collect();
            let found = check_members(&people, limit).err().map(|error| error.field);
            assert_eq!(found.unwrap_or_default(), wrong, "{people:?}");
        }
    }
}
