//! Posts, the staff accounts of the demo, and tokens for learners.

use super::draw::Draw;
use super::enrollments::{Filled, Seat};
use super::load::{Load, Row};
use super::orgs::Kind;
use super::regions::{HOME_STREET, Regions, birth_at};
use super::{DEMO_PASSWORD, SignIn, store};
use enrollment::EnrollmentStatus;
use kernel::{Id, PersonId};
use platform::{AppError, AppResult, Role, password};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

struct Post {
    person: usize,
    org: i64,
    role: Role,
}

/// Who helps with which class: place in the list of classes, place in the list of people.
fn monitors(filled: &Filled<'_>) -> Vec<(usize, usize)> {
    let of_class = filled.seats.chunk_by(|a, b| a.class == b.class);
    let third = |seats: &[Seat]| seats.get(2).map(|seat| (seat.class, seat.person, seat.status));
    of_class
        .filter_map(third)
        .filter(|(at, _, status)| {
            let class = filled.classes.get(*at);
            let org = class.and_then(|class| filled.links.orgs.all.get(class.org));
            *status == EnrollmentStatus::Attending && org.is_some_and(|org| org.kind != Kind::Site)
        })
        .map(|(class, person, _)| (class, person))
        .collect()
}

/// One learner of each neighbourhood that has a learning point: keeper of it.
fn keepers(filled: &Filled<'_>) -> Vec<(usize, i64)> {
    let mut of_home: BTreeMap<usize, usize> = BTreeMap::new();
    // The first ones of a street are the learners whom the demo shows; they keep no point.
    for list in filled.links.people.learners.values() {
        for person in list.iter().skip(3) {
            if let Some(home) = filled.links.people.all.get(*person).map(|person| person.home) {
                of_home.entry(home).or_insert(*person);
            }
        }
    }
    let sites = filled.links.orgs.all.iter().filter(|org| org.kind == Kind::Site);
    sites
        .filter_map(|org| Some((*of_home.get(&org.parent)?, org.id)))
        .collect()
}

/// Volunteers who teach at a neighbourhood point hold a post there too: place in the list of people, of institutions.
fn at_sites(filled: &Filled<'_>) -> BTreeSet<(usize, usize)> {
    let orgs = &filled.links.orgs.all;
    let is_site = |at: usize| orgs.get(at).is_some_and(|org| org.kind == Kind::Site);
    let classes = filled.classes.iter().filter(|class| is_site(class.org));
    classes.map(|class| (class.teacher, class.org)).collect()
}

fn posts(filled: &Filled<'_>, regions: &Regions) -> Vec<Post> {
    let people = filled.links.people;
    let mut posts = Vec::new();
    let mut give = |person: usize, org: i64, role: Role| posts.push(Post { person, org, role });
    for (area, person) in &people.officials {
        if let Some(area) = regions.areas.get(*area) {
            let role = match area.parent {
                None => Role::City,
                Some(_) if area.code.ends_with("000000") => Role::DistrictBureau,
                Some(_) => Role::StreetOffice,
            };
            give(*person, area.id, role);
        }
    }
    if let Some(root) = regions.areas.first() {
        give(people.auditor, root.id, Role::Auditor);
    }
    for (org, office) in &people.offices {
        let kind = filled.links.orgs.all.get(*org).map(|org| org.kind);
        let head = if kind == Some(Kind::College) {
            Role::CommunityCollege
        } else {
            Role::SchoolHead
        };
        give(office.head, filled.org(*org), head);
        give(office.registrar, filled.org(*org), Role::Registrar);
    }
    for (org, teachers) in &people.teachers {
        teachers
            .iter()
            .for_each(|person| give(*person, filled.org(*org), Role::Teacher));
    }
    at_sites(filled)
        .into_iter()
        .for_each(|(person, org)| give(person, filled.org(org), Role::Teacher));
    keepers(filled)
        .into_iter()
        .for_each(|(person, org)| give(person, org, Role::SiteKeeper));
    let helpers: BTreeSet<(usize, usize)> = monitors(filled)
        .into_iter()
        .filter_map(|(class, person)| Some((person, filled.classes.get(class)?.org)))
        .collect();
    helpers
        .into_iter()
        .for_each(|(person, org)| give(person, filled.org(org), Role::ClassMonitor));
    posts
}

const POST: &[&str] = &["id", "person_id", "org_id", "role", "valid_from", "created_at"];
const ACCOUNT: &[&str] = &[
    "id",
    "person_id",
    "login",
    "password_hash",
    "must_change",
    "failures",
    "status",
    "created_at",
];

/// Writes posts, helpers of classes and accounts; gives who can sign in.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>, regions: &Regions) -> AppResult<Vec<SignIn>> {
    let draw = Draw::new("accounts");
    let days = filled.links.days;
    let posts = posts(filled, regions);
    let mut ids = draw.ids(days.founded, posts.len());
    let rows = posts.iter().map(|post| -> Row {
        vec![
            ids.take().into(),
            filled.person(post.person).into(),
            post.org.into(),
            post.role.into(),
            days.opened_at.date().into(),
            days.opened_at.into(),
        ]
    });
    load.put("post", POST, rows).await?;
    let monitors = monitors(filled).into_iter().filter_map(|(class, person)| {
        Some(vec![
            filled.classes.get(class)?.id.into(),
            filled.person(person).into(),
            "monitor".into(),
        ])
    });
    load.put("class_duty", &["class_id", "person_id", "duty"], monitors)
        .await?;
    let shown = shown(filled, regions, &posts);
    let hash = hash(draw.random().clone()).await?;
    let mut ids = draw.ids(days.founded, shown.len());
    let rows = shown.iter().map(|(login, _, person)| -> Row {
        vec![
            ids.take().into(),
            filled.person(*person).into(),
            login.as_str().into(),
            hash.as_str().into(),
            false.into(),
            0.into(),
            "active".into(),
            days.opened_at.into(),
        ]
    });
    load.put("account", ACCOUNT, rows).await?;
    let sign_in = |(login, role, person): (String, &'static str, usize)| SignIn {
        role: role.to_owned(),
        login,
        name: filled
            .links
            .people
            .all
            .get(person)
            .map_or(String::new(), |person| person.name.clone()),
        person: Id::from_raw(filled.person(person)),
    };
    Ok(shown.into_iter().map(sign_in).collect())
}

/// Hashing takes tens of milliseconds, so it runs beside.
async fn hash(random: platform::Random) -> AppResult<String> {
    let work = tokio::task::spawn_blocking(move || password::hash(DEMO_PASSWORD, &random));
    let hashed = work
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?;
    hashed.map_err(|error| AppError::Internal(error.to_string()))
}

/// Login, role on the button, and person: one for each role, and the learners whom the demo shows.
fn shown(filled: &Filled<'_>, regions: &Regions, posts: &[Post]) -> Vec<(String, &'static str, usize)> {
    let orgs = filled.links.orgs;
    let street = regions.of_code(HOME_STREET).map_or(0, |(at, _)| at);
    let school = orgs.in_street(street, Kind::School).map(|(at, _)| filled.org(at));
    let site = orgs.in_street(street, Kind::Site).map(|(at, _)| filled.org(at));
    let area = |code: &str| regions.of_code(code).map(|(_, area)| area.id);
    let org_of = |role: Role| match role {
        Role::City | Role::Auditor => area("310000000000"),
        Role::DistrictBureau => area("310112000000"),
        Role::StreetOffice => area(HOME_STREET),
        Role::CommunityCollege => orgs.first("310112", Kind::College).map(|(at, _)| filled.org(at)),
        Role::SiteKeeper => site,
        Role::SchoolHead | Role::Registrar | Role::Teacher | Role::ClassMonitor => school,
    };
    let mut shown = Vec::new();
    for role in Role::ALL {
        let star = filled
            .classes
            .iter()
            .position(|class| class.season == 1 && class.star == Some(0));
        let holder = match role {
            Role::Teacher => star
                .and_then(|at| filled.classes.get(at))
                .map(|class| class.teacher),
            Role::ClassMonitor => monitors(filled)
                .into_iter()
                .find(|(class, _)| Some(*class) == star)
                .map(|(_, person)| person),
            _ => posts
                .iter()
                .find(|post| post.role == *role && Some(post.org) == org_of(*role))
                .map(|post| post.person),
        };
        if let Some(person) = holder {
            shown.push((format!("demo-{}", role.as_str()), role.label(), person));
        }
    }
    // The two officers who run the draw of the senior university.
    let university = orgs.first("310112", Kind::University).map(|(at, _)| at);
    if let Some(office) = university.and_then(|at| filled.links.people.offices.get(&at)) {
        shown.push(("demo-university_head".into(), "老年大学校长", office.head));
        shown.push((
            "demo-university_registrar".into(),
            "老年大学教务员",
            office.registrar,
        ));
    }
    let learners = filled.links.people.learners.get(&street);
    let couple = learners
        .into_iter()
        .flatten()
        .copied()
        .take(super::people::COUPLE.len());
    for (number, person) in couple.enumerate() {
        let login = if number == 0 {
            "demo-learner".to_owned()
        } else {
            format!("demo-learner-{}", number + 1)
        };
        shown.push((login, "学员", person));
    }
    shown
}

/// SHA-256 of a token as `people` keeps it.
fn token_hash(token: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

const TOKEN: &[&str] = &[
    "id",
    "token_hash",
    "person_id",
    "name",
    "permissions",
    "created_at",
];

/// Makes tokens for so many learners of 50 to 75 who have the fewest enrolments; see [`super::tokens`].
pub(super) async fn tokens(ctx: &platform::Ctx, count: usize) -> AppResult<Vec<(PersonId, String)>> {
    let tx = ctx.begin().await?;
    let today = ctx.today();
    let (after, to) = (birth_at(today, 76), birth_at(today, 50));
    let most = i64::try_from(count).unwrap_or(i64::MAX);
    let people = store::least_enrolled(&tx, after, to, most).await?;
    let now = ctx.now();
    let made: Vec<(PersonId, String)> = people
        .into_iter()
        .map(|person| (person, ctx.platform.random.token()))
        .collect();
    let rows: Vec<Row> = made
        .iter()
        .map(|(person, token)| {
            vec![
                ctx.new_id::<people::kinds::ApiToken>().into(),
                token_hash(token).into(),
                (*person).into(),
                "演示".into(),
                "".into(),
                now.into(),
            ]
        })
        .collect();
    Load::new(&tx).put("api_token", TOKEN, rows).await?;
    let first = made.first().map_or(Id::from_raw(0), |(person, _)| *person);
    let event = platform::Event::new("demo.tokens", "person", first);
    tx.commit(vec![event.data(serde_json::json!({"tokens": made.len()}))])
        .await?;
    Ok(made)
}
