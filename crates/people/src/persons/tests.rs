//! Persons through actions and the router.

use super::*;
use crate::persons::register;
use crate::testing::*;
use platform::{Actor, AppError, Role};
use serde_json::{Value, json};
use testkit::{TestApp, World, staff};

const ID: &str = "11010519491231002X";

fn clerk(world: &World) -> Actor {
    staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    )
}

fn sibling(world: &World) -> Actor {
    staff(
        world.there.registrar,
        Role::Registrar,
        world.there.org,
        &world.there.path,
    )
}

/// A number that does not fit is told at its field, and what was typed stays.
async fn a_wrong_number_is_told(client: &testkit::Client, org: &str) {
    assert_eq!(client.get("/desk/people/new").await.status, 200);
    let typed = [
        ("org", org),
        ("name", "李明"),
        ("id_number", "110105194912310021"),
    ];
    let wrong = client.post("/desk/people", &typed).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.shows("身份证号对不上") && wrong.body.contains("李明"),
        "{}",
        wrong.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_registers_finds_and_changes() {
    let (app, world) = app().await;
    let client = app.signed_in(clerk(&world));
    let org = world.here.org.to_string();
    a_wrong_number_is_told(&client, &org).await;
    let typed = [
        ("org", org.as_str()),
        ("name", "李明"),
        ("id_number", ID),
        ("phone", "13800138000"),
        ("needs", "hearing"),
        ("contact", "李小明 13900139000"),
    ];
    let done = client.post("/desk/people", &typed).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let path = done.location().split('?').next().unwrap().to_owned();
    let page = client.get(&path).await;
    assert!(
        page.shows("1***X") && page.shows("138****8000") && page.shows("听力不便"),
        "{}",
        page.body
    );
    assert!(!page.body.contains(ID) && !page.body.contains("13800138000"));
    let number: String = one(&app, "SELECT number FROM person WHERE name = '李明'").await;
    for q in ["李", "liming", "lm", "13800138000", "8000", ID, number.as_str()] {
        let found = search(&app.ctx(clerk(&world)), q, "", 10).await.unwrap();
        assert_eq!(found.people.len(), 1, "{q}");
        let leaked = search(&app.ctx(sibling(&world)), q, "", 10).await.unwrap();
        assert_eq!(leaked.people.len(), 0, "{q}");
    }
    for (wanted, shown) in [("lm", true), ("no such name", false)] {
        let found = client.post("/desk/people/search", &[("q", wanted)]).await;
        assert_eq!((found.status, found.shows("李明")), (200, shown), "{wanted}");
    }
    let edit = client.get(&format!("{path}/edit")).await;
    assert!(edit.body.contains("李小明"), "{}", edit.body);
    let change = [("name", "李明明"), ("version", "1")];
    assert_eq!(client.post(&path, &change).await.status, 303);
    let second = client.post(&path, &[("name", "李二"), ("version", "1")]).await;
    assert_eq!(second.status, 409);
    assert!(
        second.shows("别人改过") && second.shows("姓名现在是“李明明”") && second.body.contains("李二"),
        "{}",
        second.body
    );
    assert!(
        second.body.contains("name=\"version\" value=\"2\""),
        "saving again is a decision: {}",
        second.body
    );
    let kept: String = one(&app, "SELECT phone_masked FROM person WHERE name = '李明明'").await;
    assert_eq!(kept, "138****8000");
    assert_eq!(client.get("/desk/people/nonsense").await.status, 404);
    others_see_nothing(&app, &world, &path).await;
}

/// The sibling street's clerk and a teacher get nothing of a person's page.
async fn others_see_nothing(app: &TestApp, world: &World, path: &str) {
    let other = app.signed_in(sibling(world));
    assert_eq!(other.get(path).await.status, 404);
    assert_eq!(other.get(&format!("{path}/edit")).await.status, 404);
    let change = [("name", "李明明"), ("version", "1")];
    assert_eq!(other.post(path, &change).await.status, 404);
    assert_eq!(other.post(&format!("{path}/code"), &[]).await.status, 404);
    let teacher = staff(
        world.here.teacher,
        Role::Teacher,
        world.here.org,
        &world.here.path,
    );
    assert_eq!(app.signed_in(teacher).get(path).await.status, 403);
}

/// What a clerk types of somebody at the desk of an org; with an identity number nothing else is asked.
fn draft(name: &str, id: &str, phone: &str, org: kernel::OrgId) -> PersonDraft {
    PersonDraft {
        name: name.into(),
        sex: if id.is_empty() {
            "female".into()
        } else {
            String::new()
        },
        birth: id.is_empty().then(|| "1955-03-15".parse().unwrap()),
        id_number: id.into(),
        phone: phone.into(),
        org: Some(org),
        ..PersonDraft::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_registered_twice_and_the_found_record_opens() {
    let (app, world) = app().await;
    let here = app.ctx(clerk(&world));
    let there = app.ctx(sibling(&world));
    let first = register(&here, draft("李明", ID, "", world.here.org))
        .await
        .unwrap();
    let second = register(&here, draft("王芳", "", "13800138000", world.here.org))
        .await
        .unwrap();
    for (typed, known) in [
        (draft("李明", ID, "", world.there.org), first),
        (draft("王芳", "", "13800138000", world.there.org), second),
    ] {
        assert_eq!(show(&there, known).await.unwrap_err(), AppError::NotFound);
        let Err(AppError::Refused { code, doors, .. }) = register(&there, typed).await else {
            panic!("registered twice");
        };
        assert_eq!(
            (code, doors[0].href.clone()),
            ("person_known", format!("/desk/people/{known}"))
        );
        assert_eq!(
            show(&there, known).await.unwrap().id,
            known,
            "they stand at this counter now"
        );
    }
    let outside = register(&there, draft("张三", "", "", world.here.org)).await;
    assert_eq!(outside.unwrap_err(), AppError::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_alike_is_looked_at_before_another_is_registered() {
    let (app, world) = app().await;
    let here = app.ctx(clerk(&world));
    let second = register(&here, draft("王芳", "", "13800138000", world.here.org))
        .await
        .unwrap();
    for (typed, whom) in [
        (draft("王芳", "", "13900139000", world.here.org), second),
        (draft("李梅", "", "13800138000", world.here.org), second),
    ] {
        let Err(AppError::Refused { code, doors, .. }) = register(&here, typed.clone()).await else {
            panic!("registered without a look: {}", typed.name);
        };
        assert_eq!(
            (code, doors[0].href.clone(), doors.len()),
            ("person_alike", format!("/desk/people/{whom}"), 1)
        );
        let another = PersonDraft {
            another: true,
            ..typed
        };
        assert!(register(&here, another).await.is_ok(), "the clerk has looked");
    }
    let elsewhere = app.ctx(sibling(&world));
    let free = draft("李梅", "", "13700137000", world.there.org);
    assert!(
        register(&elsewhere, free).await.is_ok(),
        "who is out of sight is not told of"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_the_numbers_needs_reason_second_factor_and_leaves_a_trace() {
    let (app, world) = app().await;
    let person = crate::testing::register(&app, "王秀英", "13800138000", world.here.org).await;
    let path = format!("/desk/people/{person}/reveal");
    let client = app.signed_in(clerk(&world));
    assert_eq!(client.post(&path, &[("reason", "看")]).await.status, 422);
    let events = "SELECT count(*) FROM event WHERE kind = 'person.revealed'";
    assert_eq!(one::<i64>(&app, events).await, 0);
    let shown = client.post(&path, &[("reason", "缴费核对身份")]).await;
    assert!(shown.shows("13800138000"), "{}", shown.body);
    assert_eq!(one::<i64>(&app, events).await, 1);
    let data: String = one(&app, "SELECT data FROM event WHERE kind = 'person.revealed'").await;
    assert!(!data.contains("138"));
    let note: String = one(&app, "SELECT note FROM event_note ORDER BY event_id DESC LIMIT 1").await;
    assert_eq!(note, "缴费核对身份");
    let mut weak = clerk(&world);
    weak.strong = false;
    assert_eq!(
        app.signed_in(weak)
            .post(&path, &[("reason", "缴费核对身份")])
            .await
            .status,
        403
    );
    let keeper = staff(
        world.here.registrar,
        Role::SiteKeeper,
        world.here.org,
        &world.here.path,
    );
    assert_eq!(
        app.signed_in(keeper)
            .post(&path, &[("reason", "缴费核对身份")])
            .await
            .status,
        403
    );
    let other = app.signed_in(sibling(&world));
    assert_eq!(other.post(&path, &[("reason", "缴费核对身份")]).await.status, 404);
    assert_eq!(one::<i64>(&app, events).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_loaded_once_with_its_bad_rows_named() {
    let (app, world) = app().await;
    let ctx = app.ctx(clerk(&world));
    let org = world.here.org;
    let text = format!(
        "\u{feff}{}\n李明,,,{ID},13800138000,听力不便、说方言\n王芳,女,1955/03/15,,,\n王芳,女,1955-03-15,,,\n张三,男,昨天,,,\n赵六,男,1950-01-01,,12345,\n孙七,男\n",
        import::HEADER.join(",")
    );
    let bytes = text.as_bytes();
    let tried = import(&ctx, bytes, org, How::DryRun, false).await.unwrap();
    assert_eq!(
        (tried.rows, tried.added, tried.known, tried.bad, tried.written),
        (6, 2, 1, 3, false)
    );
    let lines: Vec<usize> = tried.listed.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [5, 6, 7]);
    let none = import(&ctx, bytes, org, How::AllOrNothing, false).await.unwrap();
    assert_eq!((none.added, none.bad > 0, none.written), (2, true, false));
    let people = "SELECT count(*) FROM person WHERE spelling IS NOT NULL";
    assert_eq!(one::<i64>(&app, people).await, 0);
    let done = import(&ctx, bytes, org, How::GoodRows, false).await.unwrap();
    assert_eq!((done.added, done.written), (2, true));
    let again = import(&ctx, bytes, org, How::GoodRows, false).await.unwrap();
    assert_eq!((again.added, again.known, again.written), (0, 3, false));
    assert_eq!(one::<i64>(&app, people).await, 2);
    let outside = import(&ctx, bytes, world.there.org, How::DryRun, false).await;
    assert_eq!(outside.unwrap_err(), AppError::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_like_somebody_registered_is_told_and_taken_only_when_said() {
    let (app, world) = app().await;
    // Registered before, with another telephone: the same person or not, nobody knows but who asks.
    crate::testing::register(&app, "王秀英", "13900139000", world.here.org).await;
    crate::testing::register(&app, "李秀兰", "13900139001", world.there.org).await;
    let ctx = app.ctx(clerk(&world));
    let org = world.here.org;
    let text = format!(
        "{}\n王秀英,女,1955-03-15,,13800138000,\n王秀英,男,1955-03-15,,13800138001,\n王秀英,女,1955-03-16,,13800138002,\n李秀兰,女,1955-03-15,,13800138003,\n",
        import::HEADER.join(",")
    );
    let bytes = text.as_bytes();
    let people = "SELECT count(*) FROM person WHERE spelling IS NOT NULL";
    let tried = import(&ctx, bytes, org, How::DryRun, false).await.unwrap();
    assert_eq!((tried.added, tried.known, tried.alike, tried.bad), (3, 0, 1, 0));
    assert_eq!(
        tried.doubtful[0].line, 2,
        "of another sex, birth or out of sight are others"
    );
    assert!(
        tried.doubtful[0].sentences[0].contains("王秀英（学员号 X"),
        "{:?}",
        tried.doubtful
    );
    let page = app.signed_in(clerk(&world));
    let fields = [("org", &*org.to_string()), ("how", "try")];
    let page = page
        .upload("/desk/people/import", &fields, "名单.csv", bytes)
        .await;
    assert!(
        page.shows("看起来登记过 1 人") && page.shows("请逐行核对"),
        "{}",
        page.body
    );
    let done = import(&ctx, bytes, org, How::AllOrNothing, false).await.unwrap();
    assert_eq!((done.added, done.alike, done.written), (3, 1, true));
    assert_eq!(one::<i64>(&app, people).await, 5);
    let said = import(&ctx, bytes, org, How::AllOrNothing, true).await.unwrap();
    assert_eq!(
        (said.added, said.known, said.alike, said.written),
        (1, 3, 1, true)
    );
    let again = import(&ctx, bytes, org, How::AllOrNothing, true).await.unwrap();
    assert_eq!((again.added, again.known, again.written), (0, 4, false));
    assert_eq!(one::<i64>(&app, people).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_says_why() {
    let (app, world) = app().await;
    let ctx = app.ctx(clerk(&world));
    let org = world.here.org;
    let header = import::HEADER.join(",");
    let many = format!("{header}\n{}", "李明,男,1950-01-01,,,\n".repeat(MOST_ROWS + 1));
    let large = vec![b'a'; MOST_BYTES + 1];
    for (bytes, status, sentence) in [
        (&b"\xd0\xd5\xc3\xfb,\xd0\xd4\xb1\xf0\n"[..], 422, "UTF-8"),
        (b"name,sex\n", 422, "第一行"),
        (b"", 422, "第一行"),
        (header.as_bytes(), 422, "没有学员"),
        (many.as_bytes(), 413, "50,000"),
        (&large, 413, "20 MB"),
    ] {
        let error = import(&ctx, bytes, org, How::GoodRows, false).await.unwrap_err();
        assert_eq!(error.status(), status, "{sentence}");
        assert!(error.sentence().contains(sentence), "{}", error.sentence());
    }
    let page = app.signed_in(clerk(&world)).get("/desk/people/import").await;
    assert!(page.shows("姓名,性别,出生日期"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_takes_a_file() {
    let (app, world) = app().await;
    let client = app.signed_in(clerk(&world));
    let (path, org) = ("/desk/people/import", world.here.org.to_string());
    let text = format!(
        "\u{feff}{}\r\n李明,男,1950-01-01,,13800138000,\r\n张三,男,昨天,,,\r\n",
        import::HEADER.join(",")
    );
    let send = |how: &'static str, bytes: Vec<u8>| {
        let (client, org) = (client.clone(), org.clone());
        async move {
            let fields = [("org", org.as_str()), ("how", how)];
            client.upload(path, &fields, "名单.csv", &bytes).await
        }
    };
    for (how, text, shown) in [
        ("try", text.as_str(), "可以新登记 1 人"),
        ("all", &text, "没有写入"),
        ("all", &text, "出生日期要写成"),
    ] {
        let answer = send(how, text.as_bytes().to_vec()).await;
        assert!(
            answer.status == 200 && answer.shows(shown),
            "{how}: {}",
            answer.body
        );
    }
    let people = "SELECT count(*) FROM person WHERE spelling IS NOT NULL";
    assert_eq!(one::<i64>(&app, people).await, 0);
    for (bytes, sentence) in [
        (Vec::new(), "请选一个文件"),
        (b"\xd0\xd5\xc3\xfb\n".to_vec(), "不是 UTF-8 编码"),
    ] {
        let answer = send("good", bytes).await;
        assert!(answer.status == 422 && answer.shows(sentence), "{}", answer.body);
        assert!(answer.body.contains(&org), "what was chosen stays");
    }
    let done = send("good", text.as_bytes().to_vec()).await;
    assert!(
        done.shows("新登记 1 人，已经登记过 0 人，有错跳过 1 行"),
        "{}",
        done.body
    );
    assert_eq!(one::<i64>(&app, people).await, 1);
    let plain = client.post(path, &[("org", org.as_str()), ("how", "try")]).await;
    assert!(
        plain.status == 422 && plain.shows("没有收到文件"),
        "{}",
        plain.body
    );
    let fields = [("org", org.as_str()), ("how", "good")];
    let sibling = app.signed_in(sibling(&world));
    let refused = sibling.upload(path, &fields, "a.csv", text.as_bytes()).await;
    assert!(matches!(refused.status, 404 | 422), "{}", refused.status);
    assert_eq!(one::<i64>(&app, people).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn telling_needs_a_telephone() {
    let (app, world) = app().await;
    let with = crate::testing::register(&app, "王秀英", "13800138000", world.here.org).await;
    let without = crate::testing::register(&app, "李秀英", "", world.here.org).await;
    let ctx = app.system();
    for (person, told) in [(with, true), (without, false)] {
        let tx = ctx.begin().await.unwrap();
        let answer =
            crate::contact::tell(&tx, person, Some(world.here.org), "test.news", "明天停课".into()).await;
        assert_eq!(answer.unwrap(), told);
        let event = platform::Event::new("test.told", "person", person);
        tx.commit(vec![event]).await.unwrap();
    }
    assert_eq!(newest_text(&app).await, "明天停课");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_has_pages() {
    let (app, world) = app().await;
    for name in ["丁一", "王二", "张三", "李四", "赵五"] {
        crate::testing::register(&app, name, "", world.here.org).await;
    }
    let ctx = app.ctx(clerk(&world));
    let (mut cursor, mut names) = (String::new(), Vec::new());
    loop {
        let found = search(&ctx, "", &cursor, 2).await.unwrap();
        names.extend(found.people.into_iter().map(|one| one.name));
        match found.next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    assert_eq!(names, ["丁一", "李四", "王二", "张三", "赵五"]);
}

/// Who has the telephone of somebody else is registered when the program says that it is another person.
async fn a_wife_with_his_telephone_is_another(client: &testkit::Client, world: &World, made: &Value) {
    let mut wife = json!({ "org": world.here.org, "name": "张梅", "sex": "female", "birth": "1951-02-03",
        "phone": "13800138000" });
    let alike = client.call(409, "POST", "/api/v1/people", &wife).await;
    let there = format!("/desk/people/{}", made["id"].as_str().unwrap());
    assert!(
        alike["type"] == "/problems/person_alike" && alike["doors"][0]["href"] == there.as_str(),
        "{alike}"
    );
    wife["another"] = json!(true);
    client.call(201, "POST", "/api/v1/people", &wife).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_register_find_and_change_without_a_number_in_the_open() {
    let (app, world) = app().await;
    let client = app.signed_in(clerk(&world));
    let typed = json!({ "org": world.here.org, "name": "李明", "id_number": ID, "phone": "13800138000",
        "needs": ["hearing"], "contact": "李小明 13900139000" });
    let made = client.call(201, "POST", "/api/v1/people", &typed).await;
    let path = format!("/api/v1/people/{}", made["id"].as_str().unwrap());
    let known = client.call(409, "POST", "/api/v1/people", &typed).await;
    assert_eq!(known["type"], "/problems/person_known");
    a_wife_with_his_telephone_is_another(&client, &world, &made).await;
    for q in ["李", "lm", "13800138000", "8000", ID] {
        let asked = json!({ "q": q });
        let found = client.call(200, "POST", "/api/v1/people/search", &asked).await;
        assert_eq!(found["items"][0]["name"], "李明", "{q}");
        let leaked = app
            .signed_in(sibling(&world))
            .call(200, "POST", "/api/v1/people/search", &asked)
            .await;
        assert_eq!(leaked["items"], json!([]), "{q}");
    }
    let mut read = client.call(200, "GET", &path, &Value::Null).await;
    let shown = read.to_string();
    assert!(!shown.contains(ID) && !shown.contains("13800138000") && !shown.contains("李小明"));
    assert_eq!(
        (
            read["phone_masked"].as_str(),
            read["birth"].as_str(),
            read["has_contact"].as_bool()
        ),
        (Some("138****8000"), Some("1949-12-31"), Some(true))
    );
    read["name"] = json!("李明明");
    client.call(204, "PUT", &path, &read).await;
    let late = client.call(409, "PUT", &path, &read).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    let kept = client.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (
            kept["name"].as_str(),
            kept["phone_masked"].as_str(),
            kept["has_contact"].as_bool(),
            &kept["needs"]
        ),
        (
            Some("李明明"),
            Some("138****8000"),
            Some(true),
            &json!(["hearing"])
        ),
        "what was not sent stays"
    );
    client
        .call(204, "POST", &format!("{path}/code"), &Value::Null)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_hear_what_is_wrong_and_do_not_reach_others_people() {
    let (app, world) = app().await;
    let client = app.signed_in(clerk(&world));
    let wrong = [
        ("org", Value::Null),
        ("name", json!("李2")),
        ("id_number", json!("11010519491231002Y")),
        ("phone", json!("1380013800")),
        ("needs", json!(["wings"])),
        ("home", json!(world.here.street)),
        ("birth", json!("1949")),
    ];
    let good = json!({ "org": world.here.org, "name": "王芳", "sex": "female", "birth": "1955-03-15" });
    client.told_of_each("POST", "/api/v1/people", &good, &wrong).await;
    let most = [("limit", json!(201))];
    client
        .told_of_each("POST", "/api/v1/people/search", &json!({}), &most)
        .await;
    let person = crate::testing::register(&app, "王秀英", "13800138000", world.here.org).await;
    let path = format!("/api/v1/people/{person}");
    let body = json!({ "org": world.here.org, "name": "偷改", "sex": "female", "birth": "1955-03-15", "version": 1 });
    let teacher = staff(
        world.here.teacher,
        Role::Teacher,
        world.here.org,
        &world.here.path,
    );
    let callers = [
        (app.visitor(), 401),
        (app.signed_in(teacher), 403),
        (app.signed_in(sibling(&world)), 404),
    ];
    let calls = [
        ("GET", path.as_str(), &Value::Null),
        ("PUT", &path, &body),
        ("POST", &format!("{path}/code"), &Value::Null),
        ("POST", "/api/v1/people", &body),
    ];
    testkit::all_refused(&callers, &calls).await;
    let name: String = one(&app, "SELECT name FROM person WHERE phone_masked IS NOT NULL").await;
    assert_eq!(name, "王秀英");
}
