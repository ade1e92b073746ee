//! What the tests of this crate share.

use db::args;
use documents::Typesetter;
use kernel::Id;
use platform::Event;
use std::sync::Arc;
use testkit::ClassFixture;

/// A class of two sessions in the past; nobody has called the roll.
pub(crate) async fn class() -> ClassFixture {
    bare(None).await
}

async fn bare(typesetter: Option<Arc<Typesetter>>) -> ClassFixture {
    let schemas = [
        platform::SCHEMA,
        orgs::SCHEMA,
        people::SCHEMA,
        teaching::SCHEMA,
        enrollment::SCHEMA,
        attendance::SCHEMA,
        crate::SCHEMA,
    ];
    let routes = attendance::routes().merge(crate::routes(typesetter));
    ClassFixture::start(&schemas, routes, &["2026-11-14", "2026-11-21"]).await
}

/// Learner 0 came twice, learner 1 was late once and there once, learner 2 never came.
pub(crate) async fn with_roll() -> ClassFixture {
    printing(None).await
}

/// As [`with_roll`], with a typesetter to print with.
pub(crate) async fn printing(typesetter: Option<Arc<Typesetter>>) -> ClassFixture {
    let f = bare(typesetter).await;
    for (session, one, two) in [(0, "present", "late"), (1, "present", "present")] {
        for (person, status) in [(0, one), (1, two), (2, "absent")] {
            correct(&f, session, person, status, "").await;
        }
    }
    f
}

/// Writes a learner's attendance after the day; `was` is the stamp of what stood there.
pub(crate) async fn correct(f: &ClassFixture, session: usize, person: usize, status: &str, was: &str) {
    let path = format!(
        "/desk/sessions/{}/marks/{}",
        f.sessions[session], f.people[person]
    );
    let fields = [("status", status), ("reason", "纸质名单"), ("was", was)];
    let answer = f.registrar().post(&path, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// Gives the learners a name as people have it.
pub(crate) async fn name_learners(f: &ClassFixture, name: &str) {
    let tx = f.app.system().begin().await.unwrap();
    let sql = "UPDATE person SET name = $1 WHERE name LIKE '学员%'";
    tx.exec(sql, args![name]).await.unwrap();
    tx.commit(vec![Event::new("test.named", "person", f.people[0])])
        .await
        .unwrap();
}

pub(crate) async fn first_certificate(f: &ClassFixture) -> (String, String) {
    let (id, code): (i64, String) = f
        .one("SELECT id, code FROM certificate {unscoped: test} ORDER BY number LIMIT 1")
        .await;
    (Id::<()>::from_raw(id).to_string(), code)
}
