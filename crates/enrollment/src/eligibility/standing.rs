//! The rules of a class before somebody asks: for everybody their words, for one person whether they meet each.

use super::load::{self, ClassRules, Verdict, Who};
use super::store;
use crate::seat_desk::Refusal;
use db::Db;
use kernel::{Instant, PersonId};
use people::{births, family, persons};
use platform::{AppError, AppResult, Ctx, Door, Permission};
use std::collections::BTreeSet;
use std::sync::Arc;
use teaching::classes::{self, ClassStatus};
use teaching::{ClassId, seats};

/// A rule as it stands for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleStanding {
    /// Its words, by which people know it.
    pub words: String,
    /// What it says of the person.
    pub verdict: Verdict,
    /// The way on, where it refuses.
    pub door: Option<Door>,
}

impl RuleStanding {
    /// Whether the desk would refuse by it.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.verdict != Verdict::Meets
    }

    /// What the verdict is called; a key of the English catalogue.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self.verdict {
            Verdict::Meets => "符合",
            Verdict::Fails => "不符合",
            Verdict::BirthUnknown => "要先登记出生日期才知道",
        }
    }
}

/// The rules that count for a class now; nothing where there are none.
async fn rules_of(
    db: &Db,
    class: ClassId,
    now: Instant,
) -> AppResult<Option<(seats::Facts, Arc<ClassRules>)>> {
    let Some(facts) = seats::facts(db, &[class]).await?.pop() else {
        return Ok(None);
    };
    let shared = Arc::new(facts.clone());
    let mut all = load::of_classes(db, &[shared], now).await?;
    Ok(all.remove(&class).map(|rules| (facts, rules)))
}

/// Words of the rules that count for a class now, for everybody.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn words(db: &Db, class: ClassId, now: Instant) -> AppResult<Vec<String>> {
    let found = rules_of(db, class, now).await?;
    let rules = found.iter().flat_map(|(_, of_class)| &of_class.rules);
    let counting = rules.filter(|rule| rule.counts(now));
    Ok(counting.map(|rule| rule.row.words.clone()).collect())
}

/// How the rules of a public class stand for the signed-in person, or for somebody for whom they may act.
///
/// # Errors
/// [`AppError::NotFound`] for a class that is not public, and without a family link in force.
pub async fn for_own(ctx: &Ctx, class: ClassId, helped: Option<PersonId>) -> AppResult<Vec<RuleStanding>> {
    let own = ctx.person()?;
    let person = helped.unwrap_or(own);
    if person != own {
        family::link(ctx, person).await?;
    }
    if classes::find(ctx.db(), class).await?.status == ClassStatus::Planned {
        return Err(AppError::NotFound);
    }
    of(ctx, class, person).await
}

/// How they stand for a person at the counter, for a class in the clerk's scope.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn at_counter(ctx: &Ctx, class: ClassId, person: PersonId) -> AppResult<Vec<RuleStanding>> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    classes::find_within(ctx.db(), &scope, class).await?;
    persons::find(ctx.db(), person).await?;
    of(ctx, class, person).await
}

/// How the rules of a class stand for somebody now, as the desk would ask them. The caller has checked that they may ask.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn of(ctx: &Ctx, class: ClassId, person: PersonId) -> AppResult<Vec<RuleStanding>> {
    let db = ctx.db();
    let Some((facts, rules)) = rules_of(db, class, ctx.now()).await? else {
        return Ok(Vec::new());
    };
    let held = store::held_in(db, person, facts.term, class).await?;
    let classes: BTreeSet<ClassId> = held.iter().copied().chain([class]).collect();
    let reading = load::read(db, &[person], classes, rules.needs).await?;
    let birth = births::of(db, &[person]).await?.first().and_then(|known| known.1);
    let who = Who {
        person,
        age: crate::declarations::age(birth, facts.starts_on),
        held,
    };
    let standing = rules.verdicts(&reading, &who, ctx.now()).map(|(rule, verdict)| {
        let refusal = match verdict {
            Verdict::Meets => None,
            Verdict::Fails => Some(rule.refusal()),
            Verdict::BirthUnknown => Some(Refusal::BirthUnknown),
        };
        RuleStanding {
            words: rule.row.words.clone(),
            verdict,
            door: refusal.and_then(|refusal| refusal.doors().into_iter().next()),
        }
    });
    Ok(standing.collect())
}
