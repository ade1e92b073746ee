//! Who may do what: the reviewed lists, and every address tried as every role.
//!
//! `XUEQUAN_BLESS=1 cargo test -p arch` rewrites the lists; read the difference.

use crate::source::root;
use platform::{Access, Actor, Permission, Role, RouteRule};
use testkit::{Client, TestApp, World, world};

fn compare(file: &str, now: &str) {
    let path = root().join("tests/arch").join(file);
    #[expect(
        clippy::disallowed_methods,
        reason = "the developer says that the new list is right"
    )]
    if std::env::var("XUEQUAN_BLESS").is_ok() {
        std::fs::write(&path, now).expect("a written list");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        kept, now,
        "{file} differs; XUEQUAN_BLESS=1 rewrites it, then review the difference"
    );
}

#[test]
fn roles_and_permissions_are_as_reviewed() {
    let mut text = String::from("permission");
    for role in Role::ALL {
        text.push_str(&format!(" | {}", role.as_str()));
    }
    text.push('\n');
    for permission in Permission::ALL {
        text.push_str(permission.as_str());
        for role in Role::ALL {
            let mark = if role.permissions().contains(permission) {
                "yes"
            } else {
                "-"
            };
            text.push_str(&format!(" | {mark:<width$}", width = role.as_str().len()));
        }
        text.push('\n');
    }
    compare("permissions.txt", &text);
}

fn words(access: Access) -> String {
    match access {
        Access::Public => "public".into(),
        Access::SignedIn => "signed in".into(),
        Access::Needs(permission) => permission.as_str().into(),
        Access::NeedsEither(one, other) => format!("{} or {}", one.as_str(), other.as_str()),
    }
}

/// The program on the small world, and its route table.
pub struct House {
    pub app: TestApp,
    world: World,
    pub table: Vec<RouteRule>,
}

pub async fn house() -> House {
    let parts = std::sync::Mutex::new(Vec::new());
    let app = TestApp::start_with(app::wiring::SCHEMAS, async |platform| {
        let shared = app::installation::Shared::start(platform)
            .await
            .expect("the shared parts");
        let routes = app::wiring::routes(&shared);
        *parts.lock().expect("a table") = routes.table().to_vec();
        routes
    })
    .await;
    let world = World::build(&app.platform).await;
    let table = parts.into_inner().expect("a table");
    House { app, world, table }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_as_reviewed() {
    let house = house().await;
    let mut lines: Vec<String> = house
        .table
        .iter()
        .map(|rule| format!("{} {:<6} {}", rule.path, rule.method, words(rule.access)))
        .collect();
    lines.sort();
    compare("routes.txt", &(lines.join("\n") + "\n"));
}

fn allowed(actor: &Actor, access: Access) -> bool {
    let has = |permission: Permission| {
        actor
            .posts
            .iter()
            .any(|post| post.role.permissions().contains(&permission))
    };
    match access {
        Access::Public => true,
        Access::SignedIn => actor.person.is_some(),
        Access::Needs(permission) => has(permission),
        Access::NeedsEither(one, other) => has(one) || has(other),
    }
}

/// An address with well-formed ids of nothing in its holes.
fn with_unknown_ids(path: &str) -> String {
    fill(path, |_, _| "0123456789abc".to_owned())
}

/// Fills each `{hole}`; the filler sees the segment before it and the hole's name.
fn fill(path: &str, filler: impl Fn(&str, &str) -> String) -> String {
    let mut before = "";
    let mut parts = Vec::new();
    for part in path.split('/') {
        if let (Some(start), Some(end)) = (part.find('{'), part.find('}')) {
            let value = filler(before, &part[start + 1..end]);
            parts.push(format!("{}{value}{}", &part[..start], &part[end + 1..]));
        } else {
            before = part;
            parts.push(part.to_owned());
        }
    }
    parts.join("/")
}

async fn ask(client: &Client, rule: &RouteRule, path: &str) -> (u16, String) {
    let answer = match (rule.method, rule.path.starts_with("/api/")) {
        ("GET", false) => client.get(path).await,
        ("POST", false) => client.post(path, &[]).await,
        (method, _) => client.api(method, path, &serde_json::Value::Null).await,
    };
    (answer.status, answer.location().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_refuses_whom_it_must() {
    let house = house().await;
    let school = &house.world.here;
    let mut faults = Vec::new();
    let mut actors: Vec<(String, Actor)> = Role::ALL
        .iter()
        .map(|role| {
            (
                role.as_str().to_owned(),
                testkit::staff(school.registrar, *role, school.org, &school.path),
            )
        })
        .collect();
    actors.push(("learner".into(), testkit::learner(school.teacher)));
    actors.push(("nobody".into(), Actor::default()));
    for rule in &house.table {
        let path = with_unknown_ids(rule.path);
        for (name, actor) in &actors {
            let client = if actor.person.is_some() {
                house.app.signed_in(actor.clone())
            } else {
                house.app.visitor()
            };
            let (status, location) = ask(&client, rule, &path).await;
            let turned_away = matches!(status, 401 | 403) || location.starts_with("/sign-in?back=");
            let fault = if allowed(actor, rule.access) {
                // Somebody signed in may still lack what a page of their own asks for; nobody is sent to sign in.
                turned_away && !matches!(rule.access, Access::Public)
            } else {
                !turned_away && status != 404
            };
            if fault || status >= 500 && status != 503 {
                faults.push(format!(
                    "{} {} as {name}: {status} {location}",
                    rule.method, rule.path
                ));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Pages that show other streets' things on purpose, with the reason.
const SHARED_ON_PURPOSE: &[(&str, &str)] = &[
    ("/desk/courses", "the course library is shared across schools"),
    ("/api/v1/courses", "the course library is shared across schools"),
    ("/desk/classes/new", "a class may be planned from a shared course"),
    (
        "/desk/bookings/rooms",
        "rooms open to others are shown to those who may book",
    ),
    (
        "/api/v1/bookings/rooms",
        "rooms open to others are shown to those who may book",
    ),
    (
        "/desk/rooms/{room}/book",
        "rooms open to others are shown to those who may book",
    ),
    (
        "/desk/counter/",
        "a resident may enrol at any school's counter; masked, and each act is an event",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_sibling_streets_records_cannot_be_seen() {
    let house = house().await;
    let (here, there) = (&house.world.here, &house.world.there);
    let plan = world::ClassPlan {
        name: "隔壁班".into(),
        ..world::ClassPlan::default()
    };
    let class = world::class(&house.app.platform, there, &plan).await;
    let known = Known::find(&house, class).await;
    let registrar = testkit::staff(here.registrar, Role::Registrar, here.org, &here.path);
    let client = house.app.signed_in(registrar);
    let mut faults = Vec::new();
    let mut tried = 0;
    for rule in &house.table {
        let staff_only = matches!(rule.access, Access::Needs(_) | Access::NeedsEither(..));
        let shared = SHARED_ON_PURPOSE
            .iter()
            .any(|(path, _)| rule.path.starts_with(path));
        if !staff_only || shared || rule.method != "GET" {
            continue;
        }
        let path = fill(rule.path, |before, hole| known.id_for(before, hole));
        let answer = if rule.path.starts_with("/api/") {
            client.api("GET", &path, &serde_json::Value::Null).await
        } else {
            client.get(&path).await
        };
        tried += 1;
        if rule.path.contains('{') && !matches!(answer.status, 403 | 404) {
            faults.push(format!("{path} ({}) answers {}", rule.path, answer.status));
        }
        for secret in ["七宝镇", "隔壁班"] {
            if answer.body.contains(secret) {
                faults.push(format!("{path} ({}) shows {secret}", rule.path));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 15, "only {tried} addresses tried");
}

/// Ids of the sibling's records.
struct Known {
    org: String,
    room: String,
    person: String,
    class: String,
    session: String,
    term: String,
    course: String,
}

impl Known {
    async fn find(house: &House, class: i64) -> Self {
        let text = |number: i64| kernel::Id::<()>::from_raw(number).to_string();
        let db = &house.app.platform.db;
        let there = &house.world.there;
        let session: i64 = db
            .query_one(
                "SELECT id FROM session WHERE class_id = $1 {unscoped: test} ORDER BY id LIMIT 1",
                db::args![class],
            )
            .await
            .expect("a session");
        let (term, course): (i64, i64) = db
            .query_one(
                "SELECT term_id, course_id FROM class WHERE id = $1 {unscoped: test}",
                db::args![class],
            )
            .await
            .expect("the class");
        Self {
            org: there.org.to_string(),
            room: text(there.room),
            person: there.teacher.to_string(),
            class: text(class),
            session: text(session),
            term: text(term),
            course: text(course),
        }
    }

    fn id_for(&self, before: &str, hole: &str) -> String {
        match (before, hole) {
            ("orgs" | "sites", _) | (_, "org") => self.org.clone(),
            ("rooms", _) | (_, "room") => self.room.clone(),
            ("people" | "persons", _) | (_, "person") => self.person.clone(),
            ("classes", _) | (_, "class") => self.class.clone(),
            ("sessions", _) | (_, "session") => self.session.clone(),
            ("terms", _) | (_, "term") => self.term.clone(),
            ("courses", _) | (_, "course") => self.course.clone(),
            _ => "0123456789abc".to_owned(),
        }
    }
}
