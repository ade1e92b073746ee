//! Which rules count for classes, and what stands about people: read only what a rule asks for.

use super::facts::{AboutClass, AboutPerson, Needs};
use super::model::{Compiled, compile};
use super::store::{self, RuleRow, SeatRow};
use crate::EnrollmentStatus;
use crate::first_come::model::leads_to;
use crate::seat_desk::Refusal;
use db::Db;
use kernel::{Instant, OrgId, PersonId};
use orgs::tree;
use platform::AppResult;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::{self, Facts, Kind};

/// A rule, ready to be asked.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) row: RuleRow,
    pub(crate) compiled: Compiled,
}

impl Rule {
    /// What somebody hears whom it refuses.
    pub(crate) fn refusal(&self) -> Refusal {
        Refusal::Rule {
            rule: self.row.id,
            version: self.row.version,
            words: self.row.words.clone(),
            label: self.row.door_label.clone(),
            href: self.row.door_href.clone(),
        }
    }

    /// Whether it counts at a moment.
    pub(crate) fn counts(&self, now: Instant) -> bool {
        self.row.valid_from <= now && self.row.ended_at.is_none_or(|ended| now < ended)
    }
}

/// The rules of a class.
#[derive(Debug)]
pub(crate) struct ClassRules {
    pub(crate) kind: Kind,
    pub(crate) about: AboutClass,
    pub(crate) rules: Vec<Rule>,
    pub(crate) needs: Needs,
}

/// What a rule says of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They may enrol.
    Meets,
    /// They may not.
    Fails,
    /// It asks for an age that nobody knows.
    BirthUnknown,
}

/// Somebody of whom rules are asked.
pub(crate) struct Who {
    pub(crate) person: PersonId,
    /// Full years on the first day, if the day of birth is known.
    pub(crate) age: Option<i64>,
    /// Other classes of the term in which they have a seat.
    pub(crate) held: Vec<ClassId>,
}

impl ClassRules {
    /// What each rule that counts at a moment says of somebody, in order of their ids.
    pub(crate) fn verdicts<'a>(
        &'a self,
        reading: &Reading,
        who: &Who,
        now: Instant,
    ) -> impl Iterator<Item = (&'a Rule, Verdict)> + use<'a> {
        let held = who.held.iter().copied();
        let about = about_person(reading, who.person, &self.kind, who.age.unwrap_or(0), held);
        let known = who.age.is_some();
        let counting = self.rules.iter().filter(move |rule| rule.counts(now));
        counting.map(move |rule| {
            if rule.compiled.needs.age && !known {
                return (rule, Verdict::BirthUnknown);
            }
            // A rule that gives no answer refuses: it was tried before it was kept, so this is for eyes, not for guesses.
            match rule.compiled.holds(&self.about, &about) {
                Some(true) => (rule, Verdict::Meets),
                _ => (rule, Verdict::Fails),
            }
        })
    }
}

/// What an expression sees of a class.
pub(super) fn about_class(kind: &Kind) -> AboutClass {
    AboutClass {
        category: kind.category.clone(),
        course_level: kind.level.clone(),
        class_mode: kind.mode.clone(),
        risk: kind.risk.as_str().to_owned(),
    }
}

/// The rules of these classes; a class without any is left out.
pub(crate) async fn of_classes(
    db: &Db,
    classes: &[Arc<Facts>],
    now: Instant,
) -> AppResult<HashMap<ClassId, Arc<ClassRules>>> {
    let mut all = HashMap::new();
    if classes.is_empty() {
        return Ok(all);
    }
    let orgs: BTreeSet<OrgId> = classes.iter().map(|facts| facts.org).collect();
    let orgs: Vec<OrgId> = orgs.into_iter().collect();
    let briefs = tree::find_many(db, &orgs).await?;
    let paths: HashMap<OrgId, Vec<OrgId>> = briefs
        .iter()
        .map(|org| (org.id, tree::ids_of(&org.path).collect()))
        .collect();
    let above: BTreeSet<OrgId> = paths.values().flatten().copied().collect();
    let above: Vec<OrgId> = above.into_iter().collect();
    let rows = store::standing(db, &above, now).await?;
    if rows.is_empty() {
        return Ok(all);
    }
    let ids: Vec<ClassId> = classes.iter().map(|facts| facts.id).collect();
    for kind in seats::kinds(db, &ids).await? {
        let path = paths.get(&kind.org_id).map(Vec::as_slice).unwrap_or_default();
        let mine = rows.iter().filter(|row| is_for(row, &kind, path));
        let rules: Vec<Rule> = mine
            .map(|row| {
                let compiled = compile(&row.expression)?;
                let row = row.clone();
                Ok(Rule { row, compiled })
            })
            .collect::<AppResult<_>>()?;
        if !rules.is_empty() {
            let needs = rules
                .iter()
                .fold(Needs::default(), |all, rule| all.and(rule.compiled.needs));
            let rules = ClassRules {
                about: about_class(&kind),
                rules,
                needs,
                kind,
            };
            all.insert(rules.kind.id, Arc::new(rules));
        }
    }
    Ok(all)
}

/// Whether a rule is for a class whose org has this path.
pub(super) fn is_for(rule: &RuleRow, class: &Kind, path: &[OrgId]) -> bool {
    path.contains(&rule.org_id)
        && rule.class_id.is_none_or(|id| id == class.id)
        && rule.course_id.is_none_or(|id| id == class.course_id)
}

/// What was read about a person.
#[derive(Debug, Clone, Default)]
pub(crate) struct Read {
    pub(crate) sex: String,
    pub(crate) residence: Vec<String>,
    pub(crate) past: Vec<SeatRow>,
}

/// What was read about people, and the classes that it names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    pub(crate) people: HashMap<PersonId, Read>,
    pub(crate) kinds: HashMap<ClassId, Kind>,
}

/// Reads what is needed about these people; `classes` are those whose categories may count.
pub(crate) async fn read(
    db: &Db,
    people: &[PersonId],
    classes: BTreeSet<ClassId>,
    needs: Needs,
) -> AppResult<Reading> {
    let mut all = Reading::default();
    let mut classes = classes;
    if needs.sex {
        for (person, sex) in people::births::sexes(db, people).await? {
            all.people.entry(person).or_default().sex = sex;
        }
    }
    if needs.residence {
        let homes = people::homes::of(db, people).await?;
        let areas: BTreeSet<OrgId> = homes.iter().map(|home| home.1).collect();
        let areas: Vec<OrgId> = areas.into_iter().collect();
        let paths = tree::find_many(db, &areas).await?;
        let paths: HashMap<OrgId, String> = paths.into_iter().map(|org| (org.id, org.path)).collect();
        for (person, home) in homes {
            let ids = paths.get(&home).map(|path| tree::ids_of(path));
            let ids = ids.into_iter().flatten().map(|id| id.to_string());
            all.people.entry(person).or_default().residence = ids.collect();
        }
    }
    if needs.history {
        for seat in store::seats_of(db, people).await? {
            classes.insert(seat.class_id);
            all.people.entry(seat.person_id).or_default().past.push(seat);
        }
    }
    if needs.history || needs.categories {
        let classes: Vec<ClassId> = classes.into_iter().collect();
        let kinds = seats::kinds(db, &classes).await?;
        all.kinds = kinds.into_iter().map(|kind| (kind.id, kind)).collect();
    }
    Ok(all)
}

/// What an expression sees of a person who asks for a class and holds these others of its term.
pub(crate) fn about_person(
    reading: &Reading,
    person: PersonId,
    class: &Kind,
    age: i64,
    held: impl Iterator<Item = ClassId>,
) -> AboutPerson {
    let mut about = AboutPerson {
        age,
        ..AboutPerson::default()
    };
    for other in held {
        about.classes_this_term += 1;
        let same = reading
            .kinds
            .get(&other)
            .is_some_and(|kind| kind.category == class.category);
        about.classes_in_category += i64::from(same);
    }
    let Some(read) = reading.people.get(&person) else {
        return about;
    };
    about.sex.clone_from(&read.sex);
    about.residence.clone_from(&read.residence);
    for seat in &read.past {
        let Some(past) = reading.kinds.get(&seat.class_id) else {
            continue;
        };
        let here = past.org_id == class.org_id;
        about.former |= here && past.term_id != class.term_id && past.starts_on < class.starts_on;
        about.returning |= here
            && past.course_id == class.course_id
            && past.id != class.id
            && leads_to(past.starts_on, class.starts_on);
        if seat.status == EnrollmentStatus::Completed {
            about.completed.push(past.course_id.to_string());
        }
    }
    about
}
