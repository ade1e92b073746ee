//! Enrolments through the router.

use crate::enrollments::JOBS;
use crate::testing::{SCHEMAS, Stage, stage, stage_before, stage_with};
use crate::{EnrollmentId, SeatDesk};
use db::{Dialect, args, record};
use kernel::{Id, PersonId};
use platform::{Permission, Role};
use serde_json::{Value, json};
use testkit::world::{ClassPlan, class};
use testkit::{limited, staff};

record! {
    struct Kept { kind: String, channel: String, actor_person: Option<PersonId>, on_behalf_of: Option<PersonId> }
}

async fn events(stage: &Stage, id: &str) -> Vec<Kept> {
    let id: EnrollmentId = id.parse().unwrap();
    let sql = "SELECT kind, channel, actor_person, on_behalf_of FROM event WHERE subject_id = $1 ORDER BY id";
    stage.app.platform.db.query(sql, args![id]).await.unwrap()
}

async fn references(stage: &Stage, table: &str) -> i64 {
    let db = &stage.app.platform.db;
    let sql = match db.dialect() {
        Dialect::Sqlite => "SELECT count(*) FROM pragma_foreign_key_list($1)",
        Dialect::Postgres => {
            "SELECT count(*) FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid WHERE f.contype = 'f' AND t.relname = $1"
        }
    };
    db.query_one(sql, args![table]).await.unwrap()
}

/// Each reference would be looked up once more for every place that is given; `xuequan check` looks at all of them together.
#[tokio::test(flavor = "multi_thread")]
async fn references_of_a_place_go_while_the_places_stay() {
    let stage = stage_before(19, 2, 2).await;
    stage.enroll(0).await;
    let db = &stage.app.platform.db;
    let sqlite = db.dialect() == Dialect::Sqlite;
    assert_eq!(references(&stage, "enrollment").await, if sqlite { 4 } else { 0 });
    assert!(!db.migrate(SCHEMAS).await.unwrap().is_empty());
    assert_eq!(references(&stage, "enrollment").await, 0);
    assert!(references(&stage, "signup").await > 0, "other tables keep theirs");
    stage.enroll(1).await;
    for at in [0, 1] {
        assert_eq!(stage.status(at).await, "confirmed");
    }
    if sqlite {
        let sound = "SELECT integrity_check FROM pragma_integrity_check";
        assert_eq!(db.query_one::<String>(sound, args![]).await.unwrap(), "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_enrols_lists_and_withdraws() {
    let stage = stage(1, 3).await;
    let first = stage.enroll(0).await;
    assert_eq!(
        (first["status"].as_str(), &first["position"]),
        (Some("confirmed"), &Value::Null)
    );
    let second = stage.enroll(1).await;
    assert_eq!(
        (second["status"].as_str(), second["position"].as_i64()),
        (Some("waitlisted"), Some(1))
    );
    assert_eq!(stage.enroll(2).await["position"].as_i64(), Some(2));
    assert_eq!(stage.enroll(2).await["position"].as_i64(), Some(2), "asked twice");

    let list = stage
        .as_learner(1)
        .api("GET", "/api/v1/me/enrollments", &Value::Null)
        .await
        .json();
    assert_eq!(list["items"][0]["class"]["name"], "书法入门");
    assert_eq!(
        (list["items"].as_array().unwrap().len(), &list["next"]),
        (1, &Value::Null)
    );

    let path = format!("/api/v1/enrollments/{}", first["id"].as_str().unwrap());
    assert_eq!(
        stage.as_learner(1).api("GET", &path, &Value::Null).await.status,
        404,
        "somebody else's"
    );
    assert_eq!(
        stage
            .as_learner(1)
            .api("DELETE", &path, &Value::Null)
            .await
            .status,
        404,
        "somebody else's"
    );
    let gone = stage.as_learner(0).api("DELETE", &path, &Value::Null).await;
    assert_eq!(
        (gone.status, gone.json()["status"].as_str()),
        (200, Some("withdrawn"))
    );
    let path = format!("/api/v1/enrollments/{}", second["id"].as_str().unwrap());
    let promoted = stage.as_learner(1).api("GET", &path, &Value::Null).await.json();
    assert_eq!(promoted["status"], "offered", "the first who waited is asked");
    assert_eq!(
        stage.enroll(2).await["position"].as_i64(),
        Some(1),
        "and the next moved up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_get_sentences() {
    let stage = stage(1, 1).await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    assert_eq!(
        stage.app.visitor().api("POST", &path, &json!({})).await.status,
        401
    );
    for unknown in [
        "/api/v1/classes/0000000000000/enrollments",
        "/api/v1/classes/x/enrollments",
    ] {
        assert_eq!(
            stage.as_learner(0).api("POST", unknown, &json!({})).await.status,
            404,
            "{unknown}"
        );
    }
    let long = stage.as_learner(0).header("idempotency-key", &"k".repeat(101));
    assert_eq!(long.api("POST", &path, &json!({})).await.status, 422);
    assert_eq!(
        stage
            .as_learner(0)
            .api("POST", &path, &json!({ "person": 7 }))
            .await
            .status,
        422
    );
    let other = json!({ "person": stage.world.here.teacher });
    assert_eq!(
        stage.as_learner(0).api("POST", &path, &other).await.status,
        403,
        "not for others"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_good_for_one_request() {
    let stage = stage(1, 1).await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let client = stage.as_learner(0).header("idempotency-key", "k-1");
    let first = client.api("POST", &path, &json!({})).await;
    let again = client.api("POST", &path, &json!({})).await;
    assert_eq!((first.status, first.json()), (again.status, again.json()));
    let other = ClassPlan {
        name: "合唱".into(),
        starts: "14:00".into(),
        ..ClassPlan::default()
    };
    let other: Id<()> = Id::from_raw(class(&stage.app.platform, &stage.world.here, &other).await);
    let clash = client
        .api(
            "POST",
            &format!("/api/v1/classes/{other}/enrollments"),
            &json!({}),
        )
        .await;
    assert_eq!(clash.status, 409, "{}", clash.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter_keeps_clerk_person_and_channel() {
    let stage = stage(1, 2).await;
    let clerk = stage.as_registrar();
    let who = stage.people[0];
    let check = format!("/desk/counter/{who}/{}", stage.class);
    let page = clerk.get(&check).await;
    assert!(page.status == 200 && page.shows("报上这个班"), "{}", page.body);
    assert_eq!(
        clerk.get(&format!("/desk/counter/{who}?q=书法")).await.status,
        200
    );
    let done = clerk.post(&check, &[("channel", "phone")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let id = done.location().rsplit('/').next().unwrap().to_owned();
    let kept = events(&stage, &id).await;
    assert_eq!(
        (kept[0].kind.as_str(), kept[0].channel.as_str()),
        ("enrollment.confirmed", "phone")
    );
    assert_eq!(
        (kept[0].actor_person, kept[0].on_behalf_of),
        (Some(stage.world.here.registrar), Some(who))
    );

    let other = format!("/desk/counter/{}/{}", stage.people[1], stage.class);
    let unasked = clerk.post(&other, &[("channel", "desk")]).await;
    assert_eq!(unasked.status, 422, "waiting must be agreed to");
    let waits = clerk
        .post(&other, &[("channel", "desk"), ("accept_waitlist", "yes")])
        .await;
    assert_eq!(waits.status, 303, "{}", waits.body);

    let list = clerk
        .get(&format!("/desk/classes/{}/learners", stage.class))
        .await;
    assert!(
        list.shows("学员0") && list.shows("候补中（第 1 位）") && list.shows("电话"),
        "{}",
        list.body
    );
    let csv = clerk
        .get(&format!("/desk/classes/{}/learners.csv", stage.class))
        .await;
    assert!(
        csv.body.contains("学员0") && csv.body.lines().count() == 3,
        "{}",
        csv.body
    );
    for pdf in [
        format!("/desk/classes/{}/roll.pdf", stage.class),
        format!("/desk/enrollments/{id}/slip.pdf"),
    ] {
        let answer = clerk.get(&pdf).await;
        assert!(answer.bytes.starts_with(b"%PDF"), "{pdf}: {}", answer.status);
    }
    a_clerk_withdraws(&stage, &clerk, &id).await;
}

async fn a_clerk_withdraws(stage: &Stage, clerk: &testkit::Client, id: &str) {
    let withdraw = format!("/desk/enrollments/{id}/withdraw");
    assert_eq!(clerk.post(&withdraw, &[("reason", "")]).await.status, 422);
    assert_eq!(clerk.post(&withdraw, &[("reason", "身体不适")]).await.status, 303);
    let list = clerk
        .get(&format!("/desk/classes/{}/learners", stage.class))
        .await;
    assert!(
        !list.shows("学员0") && !list.shows("候补中"),
        "the next one has the seat"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sibling_street_sees_nothing() {
    let stage = stage(1, 1).await;
    let id = stage.enroll(0).await["id"].as_str().unwrap().to_owned();
    let sibling = stage.as_sibling();
    let who = stage.people[0];
    for path in [
        format!("/desk/classes/{}/learners", stage.class),
        format!("/desk/classes/{}/learners.csv", stage.class),
        format!("/desk/classes/{}/roll.pdf", stage.class),
        format!("/desk/enrollments/{id}"),
        format!("/desk/enrollments/{id}/slip.pdf"),
        format!("/desk/counter/{who}/{}", stage.class),
        format!("/me/enrollments/{id}"),
    ] {
        assert_eq!(sibling.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(
        sibling
            .post(&format!("/desk/enrollments/{id}/withdraw"), &[("reason", "试试")])
            .await
            .status,
        404
    );
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    assert_eq!(
        sibling.api("POST", &path, &json!({ "person": who })).await.status,
        404
    );
    assert_eq!(
        sibling
            .api(
                "DELETE",
                &format!("/api/v1/enrollments/{id}"),
                &json!({ "reason": "试试" })
            )
            .await
            .status,
        404
    );
    let here = &stage.world.here;
    let teacher = stage
        .app
        .signed_in(staff(here.teacher, Role::Teacher, here.org, &here.path));
    assert_eq!(teacher.get("/desk/counter").await.status, 403);
    let token = limited(
        staff(here.registrar, Role::Registrar, here.org, &here.path),
        &[Permission::EnrollmentRead],
    );
    assert_eq!(
        stage
            .app
            .signed_in(token)
            .api("POST", &path, &json!({ "person": who }))
            .await
            .status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_asks_before_one_waits() {
    let stage = stage(1, 2).await;
    let (first, second) = (stage.as_learner(0), stage.as_learner(1));
    let path = format!("/classes/{}/enroll", stage.class);
    assert!(
        stage
            .app
            .visitor()
            .get(&path)
            .await
            .location()
            .starts_with("/sign-in")
    );
    let check = first.get(&path).await;
    assert!(check.shows("报名这个班") && check.shows("免费"), "{}", check.body);
    // Both have the page open; the seat goes while the second looks at it.
    let done = first.post(&path, &[]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(first.get(done.location()).await.shows("报上了"));
    assert_eq!(
        first.post(&path, &[]).await.location(),
        done.location(),
        "a double click"
    );
    let full = second.post(&path, &[]).await;
    assert!(full.status == 409 && full.shows("前面 0 人"), "{}", full.body);
    assert!(second.get(&path).await.shows("排候补（前面 0 人）"));
    let waits = second.post(&path, &[("accept_waitlist", "yes")]).await;
    assert!(second.get(waits.location()).await.shows("候补中（第 1 位）"));
    assert!(second.get("/me").await.shows("书法入门") && first.get("/me").await.shows("下一次课"));

    let one = done.location().split('?').next().unwrap().to_owned();
    assert!(
        first
            .get(&format!("{one}/withdraw"))
            .await
            .shows("取消“书法入门”的报名？")
    );
    assert_eq!(second.post(&format!("{one}/withdraw"), &[]).await.status, 404);
    assert_eq!(first.post(&format!("{one}/withdraw"), &[]).await.status, 303);
    assert!(first.get(&one).await.shows("取消了报名"));
    assert!(second.get("/me").await.shows("有名额等您确认"));
    assert!(
        first
            .get(&format!("{one}/slip.pdf"))
            .await
            .bytes
            .starts_with(b"%PDF")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_tell_once_and_a_cancelled_class_ends_all() {
    let stage = stage(1, 2).await;
    stage.enroll(0).await;
    stage.enroll(1).await;
    assert!(stage.app.run_jobs(JOBS).await >= 1);
    assert_eq!(stage.app.run_jobs(JOBS).await, 0);
    let ctx = stage.app.system();
    for _ in 0..2 {
        let payload = json!({ "class": stage.class, "sentence": "「书法入门」停办了。" });
        stage.job("class.cancelled", payload).await;
    }
    let list = stage
        .as_learner(1)
        .api("GET", "/api/v1/me/enrollments", &Value::Null)
        .await
        .json();
    assert_eq!(list["items"][0]["status"], "cancelled");
    let learners = format!("/api/v1/classes/{}/enrollments", stage.class);
    let left = stage
        .as_registrar()
        .call(200, "GET", &learners, &Value::Null)
        .await;
    assert_eq!(
        left["items"].as_array().unwrap().len(),
        2,
        "the school still sees whom to call: {left}"
    );
    let seats = teaching::seats::now(ctx.db(), &[stage.class]).await.unwrap();
    assert_eq!((seats[0].enrolled, seats[0].waitlisted), (0, 0));
    let sql = "SELECT count(*) FROM event WHERE kind = 'enrollment.cancelled'";
    assert_eq!(ctx.db().query_one::<i64>(sql, args![]).await.unwrap(), 2);
    let roll = crate::roll::confirmed(ctx.db(), stage.class).await.unwrap();
    assert!(roll.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_session_is_told_once_to_those_with_a_seat() {
    let stage = stage(2, 3).await;
    for at in 0..3 {
        stage.enroll(at).await;
    }
    stage.app.run_jobs(JOBS).await;
    stage.give_phone(0).await;
    stage.give_phone(2).await;
    let ctx = stage.app.system();
    let tx = ctx.begin().await.unwrap();
    let payload = json!({ "class": stage.class, "sentence": "「书法入门」第 2 次课改到周三。" });
    let job = platform::job::enqueue(&tx, "session.changed", &payload, ctx.now(), None)
        .await
        .unwrap();
    tx.commit(vec![platform::Event::new("test.changed", "class", stage.class)])
        .await
        .unwrap();
    stage.app.run_jobs(JOBS).await;
    let told = stage.told(0).await;
    assert_eq!(told, ["【学圈】「书法入门」第 2 次课改到周三。"]);
    assert!(stage.told(1).await.is_empty(), "no telephone");
    assert!(stage.told(2).await.is_empty(), "who waits has no session yet");
    let kept = platform::job::find(ctx.db(), job).await.unwrap();
    assert_eq!(kept.state, "done");
    assert!(
        kept.report.contains("通知 1 人；1 人没有登记手机"),
        "{}",
        kept.report
    );
    // A worker that died before it noted the end runs the job again: nobody hears it twice.
    let again = "UPDATE job SET state = 'waiting' WHERE id = $1";
    let tx = ctx.begin().await.unwrap();
    tx.exec(again, args![job]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.again", "job", job)])
        .await
        .unwrap();
    stage.app.run_jobs(JOBS).await;
    assert_eq!(stage.told(0).await.len(), 1);
    assert_eq!(
        platform::job::find(ctx.db(), job).await.unwrap().report,
        "已通知过"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_asks_to_come_back() {
    let mut waiting = None;
    let stage = stage_with(2, 1, |_| {
        let (desk, queue) = SeatDesk::full();
        waiting = Some(queue);
        desk
    })
    .await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let busy = stage.as_learner(0).api("POST", &path, &json!({})).await;
    assert_eq!(busy.status, 503, "{}", busy.body);
    assert_eq!(busy.headers["retry-after"], "2");
    assert_eq!(busy.headers["content-type"], "application/problem+json");
    let page = stage
        .as_learner(0)
        .post(&format!("/classes/{}/enroll", stage.class), &[])
        .await;
    assert!(
        page.status == 503 && page.headers["retry-after"] == "2" && page.shows("现在忙不过来"),
        "{}",
        page.body
    );
    let rows: i64 = stage
        .app
        .platform
        .db
        .query_one("SELECT count(*) FROM enrollment {unscoped: test}", args![])
        .await
        .unwrap();
    assert_eq!(rows, 0, "nothing was decided");
    drop(waiting);
}

#[test]
fn every_learner_text_has_english() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = ui::catalogue::scan_template_texts(&root.join("templates")).unwrap();
    for file in ["pages.rs", "model.rs"] {
        let source = std::fs::read_to_string(root.join("src/enrollments").join(file)).unwrap();
        texts.extend(
            source
                .split("learner_page(&ctx, \"")
                .skip(1)
                .filter_map(|rest| Some(rest.split('"').next()?.to_owned())),
        );
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerks_program_enrols_people_and_lists_a_class() {
    let stage = stage(1, 3).await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let clerk = stage.as_registrar();
    let mut made = Vec::new();
    for (at, channel) in [(0, json!("desk")), (1, json!("phone")), (2, Value::Null)] {
        let body = json!({ "person": stage.people[at], "channel": channel });
        made.push(clerk.call(201, "POST", &path, &body).await);
    }
    assert_eq!(made[2]["position"], 2);
    let list = clerk
        .call(200, "GET", &format!("{path}?limit=2"), &Value::Null)
        .await;
    let of = |name: &str| -> Vec<Value> {
        let items = list["items"].as_array().unwrap().iter();
        items.map(|item| item[name].clone()).collect()
    };
    assert_eq!(of("status"), ["confirmed", "waitlisted"]);
    assert_eq!(of("channel"), ["desk", "phone"]);
    assert_eq!(of("position"), [Value::Null, json!(1)]);
    assert_eq!(list["items"][0]["person"]["id"], json!(stage.people[0]));
    let next = list["next"].as_str().unwrap();
    let rest = clerk
        .call(200, "GET", &format!("{path}?limit=2&cursor={next}"), &Value::Null)
        .await;
    assert_eq!(
        (rest["items"][0]["channel"].as_str(), &rest["next"]),
        (Some("api"), &Value::Null)
    );
    assert_eq!(
        rest["items"][0]["position"], 2,
        "of the whole list, not of this part"
    );
    let kept = events(&stage, made[0]["id"].as_str().unwrap()).await.remove(0);
    assert_eq!(
        (kept.channel.as_str(), kept.actor_person, kept.on_behalf_of),
        ("desk", Some(stage.world.here.registrar), Some(stage.people[0]))
    );
    let body = json!({ "person": stage.people[0], "channel": "radio" });
    let told = clerk.call(422, "POST", &path, &body).await;
    assert_eq!(testkit::wrong_fields(&told), ["channel"]);
    let body = json!({ "person": stage.people[0], "channel": "desk" });
    for (client, read, act) in [
        (stage.app.visitor(), 401, 401),
        (stage.as_learner(1), 403, 403),
        (stage.as_sibling(), 404, 404),
    ] {
        client.call(read, "GET", &path, &Value::Null).await;
        client.call(act, "POST", &path, &body).await;
    }
}

/// Somebody of the same name and birth is not registered silently; and more people than are listed are told of.
async fn registered_twice_is_asked(clerk: &testkit::Client, typed: &[(&str, &str)], there: &str) {
    let twice = clerk.post("/desk/counter/people", typed).await;
    assert!(
        twice.status == 409 && twice.shows("先看是不是这一位") && twice.body.contains(there),
        "{}",
        twice.body
    );
    assert!(
        twice.body.contains("王阿婆") && twice.shows("登记为另一个人"),
        "what was typed stays"
    );
    let another: Vec<(&str, &str)> = typed.iter().copied().chain([("another", "yes")]).collect();
    let mut seen = vec![there.to_owned()];
    for _ in 0..20 {
        let made = clerk.post("/desk/counter/people", &another).await;
        assert_eq!(made.status, 303, "{}", made.body);
        assert!(!seen.contains(&made.location().to_owned()), "somebody else");
        seen.push(made.location().to_owned());
    }
    let many = clerk.post("/desk/counter/search", &[("q", "王阿婆")]).await;
    assert!(
        many.shows("不止 20 位") && many.shows("请多写几个字"),
        "{}",
        many.body
    );
    let few = clerk.post("/desk/counter/search", &[("q", "没有这个人")]).await;
    assert!(!few.shows("不止 20 位"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter_finds_people_without_naming_them_in_an_address() {
    let stage = stage(5, 1).await;
    let here = &stage.world.here;
    let clerk = stage.as_registrar();
    let org = here.org.to_string();
    let new = [
        ("name", "王阿婆"),
        ("sex", "female"),
        ("birth", "1950-03-15"),
        ("org", &org),
    ];
    let registered = clerk.post("/desk/counter/people", &new).await;
    assert_eq!(registered.status, 303, "{}", registered.body);
    let person = format!("href=\"{}\"", registered.location());
    registered_twice_is_asked(&clerk, &new, registered.location()).await;
    for (wanted, found) in [("王阿婆", true), ("wap", true), ("没有这个人", false)] {
        let page = clerk.post("/desk/counter/search", &[("q", wanted)]).await;
        assert_eq!(
            (page.status, page.body.contains(&person)),
            (200, found),
            "{wanted}"
        );
        assert!(page.body.contains(wanted), "what was typed stays: {wanted}");
    }
    let teacher = stage
        .app
        .signed_in(staff(here.teacher, Role::Teacher, here.org, &here.path));
    assert_eq!(
        teacher.post("/desk/counter/search", &[("q", "王")]).await.status,
        403
    );
    assert!(!clerk.get("/desk/counter").await.body.contains("method=\"get\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_staff_only_where_they_may_go() {
    let stage = stage(5, 1).await;
    let id = stage.enroll(0).await["id"].as_str().unwrap().to_owned();
    let here = &stage.world.here;
    let bureau = stage
        .app
        .signed_in(staff(here.registrar, Role::DistrictBureau, here.org, &here.path));
    for path in [
        format!("/desk/classes/{}/learners", stage.class),
        format!("/desk/enrollments/{id}"),
    ] {
        let [read, act] = [bureau.get(&path).await, stage.as_registrar().get(&path).await];
        assert_eq!((read.status, act.status), (200, 200), "{path}");
        let leads = |answer: &testkit::Answer| {
            testkit::html::links(&answer.body)
                .iter()
                .filter(|link| link.starts_with("/desk/counter/"))
                .count()
                + answer
                    .body
                    .matches("class=\"button\" href=\"/desk/counter\"")
                    .count()
        };
        assert!(leads(&read) == 0 && leads(&act) > 0, "{path}");
    }
}

/// SQLite refuses it at once; PostgreSQL asks no foreign key here, so the check must find it.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_of_nobody_does_not_stay_unseen() {
    let stage = stage(2, 1).await;
    stage.enroll(0).await;
    let tx = stage.app.system().begin().await.unwrap();
    let astray = "UPDATE enrollment SET person_id = 7 {unscoped: test}";
    if tx.exec(astray, &[]).await.is_err() {
        return;
    }
    tx.commit(vec![platform::Event::new("test.astray", "class", stage.class)])
        .await
        .unwrap();
    let found = crate::recount(&stage.app.platform.db).await.unwrap();
    assert!(found.iter().any(|one| one.contains("学员不在")), "{found:?}");
}
