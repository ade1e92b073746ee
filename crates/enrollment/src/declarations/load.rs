//! What classes ask for, and what people owe.

use super::model::{Paper, Papers, Signed, age};
use super::store;
use db::Db;
use kernel::{Date, OrgId, PersonId};
use orgs::tree;
use platform::AppResult;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats;

/// What the classes of these orgs ask for: what the nearest org above set, else what ships with the program.
pub(crate) async fn papers(db: &Db, orgs: &[OrgId]) -> AppResult<HashMap<OrgId, Arc<Papers>>> {
    let mut all = HashMap::new();
    if orgs.is_empty() {
        return Ok(all);
    }
    let briefs = tree::find_many(db, orgs).await?;
    let above: BTreeSet<OrgId> = briefs.iter().flat_map(|org| tree::ids_of(&org.path)).collect();
    let above: Vec<OrgId> = above.into_iter().collect();
    let rules = store::rules(db, &above).await?;
    let texts = store::texts(db, &above).await?;
    for org in briefs {
        // From the program's own to the nearest.
        let path: Vec<Option<OrgId>> = std::iter::once(None)
            .chain(tree::ids_of(&org.path).map(Some))
            .collect();
        let near = |owner: Option<OrgId>| path.iter().position(|one| *one == owner);
        let rule = rules
            .iter()
            .filter(|rule| near(rule.org_id).is_some())
            .max_by_key(|rule| near(rule.org_id));
        let nearest = |paper: &Paper| {
            texts
                .iter()
                .filter(|text| text.paper == *paper && near(text.org_id).is_some())
                .max_by_key(|text| near(text.org_id))
                .cloned()
        };
        if let Some(rule) = rule {
            let papers = Papers {
                rule: rule.clone(),
                texts: Paper::ALL.iter().filter_map(nearest).collect(),
            };
            all.insert(org.id, Arc::new(papers));
        }
    }
    Ok(all)
}

/// What was signed for people and is good on a day.
pub(crate) async fn signed(db: &Db, people: &[PersonId], on: Date) -> AppResult<Vec<(PersonId, Signed)>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::signed(db, people, on).await?)
}

/// What somebody owes a class.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    /// The papers, in order.
    pub(crate) owed: Vec<Paper>,
    /// What the class asks for.
    pub(crate) papers: Arc<Papers>,
}

/// What these people owe these classes on a day; who owes nothing is left out.
pub(crate) async fn due(
    db: &Db,
    pairs: &[(PersonId, ClassId)],
    on: Date,
) -> AppResult<HashMap<(PersonId, ClassId), Due>> {
    let classes: BTreeSet<ClassId> = pairs.iter().map(|pair| pair.1).collect();
    let people: BTreeSet<PersonId> = pairs.iter().map(|pair| pair.0).collect();
    let (classes, people): (Vec<_>, Vec<_>) = (classes.into_iter().collect(), people.into_iter().collect());
    let facts: HashMap<ClassId, seats::Facts> = seats::facts(db, &classes)
        .await?
        .into_iter()
        .map(|facts| (facts.id, facts))
        .collect();
    let orgs: Vec<OrgId> = facts.values().map(|facts| facts.org).collect();
    let asked = papers(db, &orgs).await?;
    let births: HashMap<PersonId, Option<Date>> =
        people::births::of(db, &people).await?.into_iter().collect();
    let mut by_person: HashMap<PersonId, Vec<Signed>> = HashMap::new();
    for (person, one) in signed(db, &people, on).await? {
        by_person.entry(person).or_default().push(one);
    }
    let mut all = HashMap::new();
    for (person, class) in pairs {
        let Some(facts) = facts.get(class) else { continue };
        let Some(papers) = asked.get(&facts.org) else {
            continue;
        };
        let age = age(births.get(person).copied().flatten(), facts.starts_on);
        let signed = by_person.get(person).map_or(&[][..], Vec::as_slice);
        let owed = papers.owed(facts.risk, age, signed, on);
        if !owed.is_empty() {
            let papers = Arc::clone(papers);
            all.insert((*person, *class), Due { owed, papers });
        }
    }
    Ok(all)
}
