//! From the roll to a certificate, through the router.

use crate::verify_ledger;
use db::args;
use kernel::{Id, PersonId};
use platform::{Event, Role};
use testkit::world::{self, ClassPlan};
use testkit::{Client, TestApp, World, learner, staff};

struct Fixture {
    app: TestApp,
    world: World,
    class: String,
    raw: i64,
    sessions: Vec<String>,
    people: Vec<PersonId>,
}

impl Fixture {
    /// A class of two sessions in the past; nobody has called the roll.
    async fn start() -> Self {
        let schemas = [
            platform::SCHEMA,
            orgs::SCHEMA,
            people::SCHEMA,
            teaching::SCHEMA,
            enrollment::SCHEMA,
            attendance::SCHEMA,
            crate::SCHEMA,
        ];
        let app = TestApp::start(&schemas, |_| attendance::routes().merge(crate::routes(None))).await;
        let world = World::build(&app.platform).await;
        let plan = ClassPlan {
            days: ["2026-11-14", "2026-11-21"].map(str::to_owned).to_vec(),
            status: "running".into(),
            ..ClassPlan::default()
        };
        let raw = world::class(&app.platform, &world.here, &plan).await;
        let people = world::learners(&app.platform, 3).await;
        testkit::roll::enroll(&app.platform, &world.here, raw, &people).await;
        Self {
            sessions: testkit::roll::sessions(&app.platform, raw).await,
            class: Id::<()>::from_raw(raw).to_string(),
            raw,
            app,
            world,
            people,
        }
    }

    /// Learner 0 came twice, learner 1 was late once and there once, learner 2 never came.
    async fn with_roll() -> Self {
        let f = Self::start().await;
        for (session, one, two) in [(0, "present", "late"), (1, "present", "present")] {
            for (person, status) in [(0, one), (1, two), (2, "absent")] {
                let path = format!(
                    "/desk/sessions/{}/marks/{}",
                    f.sessions[session], f.people[person]
                );
                let fields = [("status", status), ("reason", "纸质名单"), ("was", "")];
                let answer = f.staff(Role::Registrar).post(&path, &fields).await;
                assert_eq!(answer.status, 303, "{}", answer.body);
            }
        }
        f
    }

    fn staff(&self, role: Role) -> Client {
        let here = &self.world.here;
        self.app
            .signed_in(staff(here.registrar, role, here.org, &here.path))
    }

    fn sibling(&self, role: Role) -> Client {
        let there = &self.world.there;
        self.app
            .signed_in(staff(there.registrar, role, there.org, &there.path))
    }

    async fn one<T: db::FromRow>(&self, sql: &str) -> T {
        self.app.platform.db.query_one(sql, args![]).await.unwrap()
    }

    /// Gives the learners a name as people have it.
    async fn name_learners(&self, name: &str) {
        let tx = self.app.system().begin().await.unwrap();
        let sql = "UPDATE person SET name = $1 WHERE name LIKE '学员%'";
        tx.exec(sql, args![name]).await.unwrap();
        tx.commit(vec![Event::new("test.named", "person", self.people[0])])
            .await
            .unwrap();
    }

    async fn first_certificate(&self) -> (String, String) {
        let (id, code): (i64, String) = self
            .one("SELECT id, code FROM certificate {unscoped: test} ORDER BY number LIMIT 1")
            .await;
        (Id::<()>::from_raw(id).to_string(), code)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_waits_for_the_roll_and_happens_once() {
    let bare = Fixture::start().await;
    let path = format!("/desk/classes/{}/completion", bare.class);
    let refused = bare.staff(Role::Registrar).post(&path, &[]).await;
    assert!(
        refused.status == 409 && refused.shows("没有点名"),
        "{}",
        refused.body
    );

    let f = Fixture::with_roll().await;
    let path = format!("/desk/classes/{}/completion", f.class);
    let page = f.staff(Role::Registrar).get(&path).await;
    assert!(
        page.shows("确认 2 人结业") && page.shows("还差 2 次"),
        "{}",
        page.body
    );
    for role in [Role::Registrar, Role::SchoolHead] {
        assert_eq!(f.sibling(role).get(&path).await.status, 404);
        assert_eq!(f.sibling(role).post(&path, &[]).await.status, 404);
    }
    assert_eq!(f.staff(Role::Teacher).post(&path, &[]).await.status, 403);
    let ctx = f.app.ctx(staff(
        f.world.here.registrar,
        Role::Registrar,
        f.world.here.org,
        &f.world.here.path,
    ));
    assert_eq!(crate::waiting(&ctx).await.unwrap().len(), 1);
    // Twice, even at the same moment: one outcome and one entry each.
    let (one, two) = (f.staff(Role::Registrar), f.staff(Role::Registrar));
    let answers = tokio::join!(one.post(&path, &[]), two.post(&path, &[]));
    assert_eq!((answers.0.status, answers.1.status), (303, 303));
    let sums: (i64, i64) = f
        .one("SELECT count(*), CAST(sum(minutes) AS BIGINT) FROM hours_entry {unscoped: test}")
        .await;
    assert_eq!(sums, (2, 360));
    assert_eq!(
        f.one::<i64>("SELECT count(*) FROM outcome {unscoped: test}")
            .await,
        2
    );
    let completed = "SELECT count(*) FROM enrollment WHERE status = 'completed' {unscoped: test}";
    assert_eq!(f.one::<i64>(completed).await, 2);
    let sql = "SELECT status FROM class WHERE id = $1 {unscoped: test}";
    let status: String = f.app.platform.db.query_one(sql, args![f.raw]).await.unwrap();
    assert_eq!(status, "closed");
    assert_eq!(crate::waiting(&ctx).await.unwrap().len(), 0);
    assert_eq!(
        verify_ledger(&f.app.platform.db).await.unwrap().wrong,
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_checked_by_anybody_and_revoked() {
    let f = Fixture::with_roll().await;
    f.name_learners("王秀英").await;
    let clerk = f.staff(Role::Registrar);
    clerk
        .post(&format!("/desk/classes/{}/completion", f.class), &[])
        .await;
    let issue = format!("/desk/classes/{}/certificates", f.class);
    assert_eq!(f.sibling(Role::Registrar).post(&issue, &[]).await.status, 404);
    assert!(clerk.post(&issue, &[]).await.location().ends_with("issued=2"));
    assert!(clerk.post(&issue, &[]).await.location().ends_with("issued=0"));
    let (id, code) = f.first_certificate().await;

    let visitor = f.app.visitor();
    let found = visitor.get(&format!("/verify/{}", code.to_lowercase())).await;
    assert!(
        found.status == 200 && found.shows("王**") && found.shows("4 学时"),
        "{}",
        found.body
    );
    assert!(!found.body.contains("秀英") && found.shows("莘庄镇社区学校"));
    assert_eq!(
        visitor.get(&format!("/verify?code={code}")).await.location(),
        format!("/verify/{code}")
    );
    let wrong = visitor.get("/verify/AAAAAAAAAAAAAAAA").await;
    assert!(wrong.status == 404 && wrong.shows("没有查到"), "{}", wrong.body);

    let shown = format!("/desk/certificates/{id}");
    assert_eq!(f.sibling(Role::SchoolHead).get(&shown).await.status, 404);
    let revoke = format!("{shown}/revoke");
    let fields = [("reason", "冒名顶替"), ("with_hours", "yes")];
    assert_eq!(clerk.post(&revoke, &fields).await.status, 403);
    assert_eq!(
        f.sibling(Role::SchoolHead).post(&revoke, &fields).await.status,
        404
    );
    let head = f.staff(Role::SchoolHead);
    assert_eq!(head.post(&revoke, &[("reason", "")]).await.status, 422);
    assert_eq!(head.post(&revoke, &fields).await.status, 303);
    assert_eq!(head.post(&revoke, &fields).await.status, 409);
    let after = visitor.get(&format!("/verify/{code}")).await;
    assert!(
        after.shows("已撤销") && after.shows("2026年11月22日") && !after.shows("冒名"),
        "{}",
        after.body
    );

    let proof = verify_ledger(&f.app.platform.db).await.unwrap();
    assert_eq!((proof.entries, proof.minutes, proof.wrong), (3, 180, Vec::new()));
    let owner = f.app.signed_in(learner(f.people[0]));
    let archive = owner.get("/me/records").await;
    assert!(
        archive.shows("已撤销") && archive.shows("书法入门"),
        "{}",
        archive.body
    );
    let json = owner
        .api("GET", "/api/v1/me/records", &serde_json::Value::Null)
        .await
        .json();
    assert_eq!(
        (json["minutes"].as_i64(), json["items"][0]["status"].as_str()),
        (Some(0), Some("revoked"))
    );
    assert_eq!(owner.get(&format!("/me/certificates/{id}.pdf")).await.status, 409);
    let other = f.app.signed_in(learner(f.people[1]));
    assert_eq!(other.get(&format!("/me/certificates/{id}.pdf")).await.status, 404);
    assert_eq!(visitor.get("/me/records").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_stopped() {
    let f = Fixture::start().await;
    let visitor = f.app.visitor();
    for _ in 0..30 {
        assert_eq!(visitor.get("/verify/AAAAAAAAAAAAAAAA").await.status, 404);
    }
    assert_eq!(visitor.get("/verify/AAAAAAAAAAAAAAAA").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crooked_ledger_is_found() {
    let f = Fixture::with_roll().await;
    f.staff(Role::Registrar)
        .post(&format!("/desk/classes/{}/completion", f.class), &[])
        .await;
    let tx = f.app.platform.db.begin().await.unwrap();
    let sql = "UPDATE hours_entry SET minutes = minutes + 1 WHERE person_id = $1 {unscoped: test}";
    tx.exec(sql, args![f.people[0]]).await.unwrap();
    tx.finish().await.unwrap();
    let wrong = verify_ledger(&f.app.platform.db).await.unwrap().wrong;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

#[test]
fn learner_texts_are_translated() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = ui::catalogue::scan_template_texts(&root.join("templates/archive")).unwrap();
    let verify = std::fs::read_to_string(root.join("templates/certificates/verify.html")).unwrap();
    texts.extend(
        verify
            .split("page.t")
            .skip(1)
            .filter_map(|call| call.split('"').nth(1))
            .map(str::to_owned),
    );
    texts.extend(["查验证书", "查验码", "我的学习档案", "上课", "其他"].map(str::to_owned));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(texts.len() > 20, "only {}", texts.len());
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}
