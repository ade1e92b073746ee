//! A class's attendance through the router.

use crate::summary;
use crate::testing::{class, is};
use kernel::PersonId;
use teaching::ClassId;

async fn number(f: &testkit::ClassFixture, person: PersonId) -> String {
    let sql = "SELECT number FROM person WHERE id = $1";
    f.app.platform.db.query_one(sql, db::args![person]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_roll_comes_in_whole_or_not_at_all() {
    let f = class().await;
    let ctx = f.app.ctx(testkit::staff(
        f.world.here.registrar,
        platform::Role::Registrar,
        f.world.here.org,
        &f.world.here.path,
    ));
    let class = f.class.parse().unwrap();
    let (a, b) = (number(&f, f.people[0]).await, number(&f, f.people[1]).await);
    let import = |text: String| {
        let ctx = ctx.clone();
        async move { super::import::import(&ctx, class, text.as_bytes()).await }
    };
    let head = "学号,课次,考勤\n";
    for broken in [
        format!("{head}{a},1,到\n不在,1,到\n"),
        format!("{head}{a},1,到\n{b},9,到\n"),
        format!("{head}{a},1,到\n{a},1,缺席\n"),
        format!("{head}{a},3,到\n"),
    ] {
        assert_eq!(
            import(broken.clone()).await.unwrap_err().status(),
            422,
            "{broken}"
        );
    }
    assert_eq!(f.truth(0, 0).await, None);
    assert_eq!(import(format!("{head}{a},1,到\n{b},1,缺席\n")).await, Ok(2));
    assert_eq!(f.truth(0, 1).await, is("absent", "import"));
    // A teacher may bring in today's, not last week's.
    let teacher = f.app.ctx(testkit::staff(
        f.world.here.teacher,
        platform::Role::Teacher,
        f.world.here.org,
        &f.world.here.path,
    ));
    let text = format!("{head}{a},1,到\n");
    let past = super::import::import(&teacher, class, text.as_bytes()).await;
    assert_eq!(past.unwrap_err().status(), 403);
    let text = format!("{head}{a},2,到\n");
    assert_eq!(
        super::import::import(&teacher, class, text.as_bytes()).await,
        Ok(1)
    );

    let counts = summary::of_class(&f.app.platform.db, class).await.unwrap();
    let of = |at: usize| counts[&f.people[at]];
    assert_eq!((of(0).present, of(0).held, of(0).absent), (2, 2, 0));
    assert_eq!((of(1).absent, of(2).absent, of(2).held), (2, 2, 2));
    late_and_from_elsewhere(&f, class).await;
    let grid = f
        .registrar()
        .get(&format!("/desk/classes/{}/attendance", f.class))
        .await;
    assert!(grid.shows("100%") && grid.shows("不够"), "{}", grid.body);
}

/// Sessions before one had a seat are not one's own to miss; those in a class of the same course go along.
async fn late_and_from_elsewhere(f: &testkit::ClassFixture, class: ClassId) {
    let second: teaching::SessionId = f.sessions[1].parse().unwrap();
    let plan = testkit::world::ClassPlan::default();
    let next = testkit::world::class(&f.app.platform, &f.world.here, &plan).await;
    let next: ClassId = kernel::Id::from_raw(next);
    let tx = f.app.system().begin().await.unwrap();
    let late = "UPDATE enrollment SET seated_on = (SELECT day FROM session WHERE id = $2) WHERE person_id = $1 {unscoped: test}";
    tx.exec(late, db::args![f.people[2], second]).await.unwrap();
    let same = "UPDATE class SET course_id = (SELECT course_id FROM class WHERE id = $1) WHERE id = $2 {unscoped: test}";
    tx.exec(same, db::args![class, next]).await.unwrap();
    let moved = "INSERT INTO enrollment (id, class_id, term_id, org_id, person_id, status, live, queue, money, channel, rule_version,
             created_at, changed_at, seated_on, moved_from)
         SELECT id + 1, $2, term_id, org_id, person_id, 'confirmed', TRUE, 1, money, channel, rule_version, created_at, changed_at,
             (SELECT day FROM session WHERE id = $3), id
         FROM enrollment WHERE class_id = $1 AND person_id = $4 {unscoped: test}";
    tx.exec(moved, db::args![class, next, second, f.people[0]])
        .await
        .unwrap();
    tx.commit(vec![platform::Event::new("test.moved", "class", class)])
        .await
        .unwrap();
    let db = &f.app.platform.db;
    let counts = summary::of_class(db, class).await.unwrap();
    assert_eq!((counts[&f.people[2]].held, counts[&f.people[2]].absent), (1, 1));
    let counts = summary::of_class(db, next).await.unwrap();
    assert_eq!((counts[&f.people[0]].held, counts[&f.people[0]].present), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn learners_see_their_own() {
    let f = class().await;
    let roll = format!("/desk/sessions/{}/roll", f.sessions[1]);
    f.teacher()
        .post(&roll, &[(&format!("m-{}", f.people[0]), "late")])
        .await;
    let path = format!("/me/attendance/{}", f.class);
    let page = f.learner(0).get(&path).await;
    assert!(page.shows("迟到") && page.shows("出勤 100%"), "{}", page.body);
    let stranger = f.app.signed_in(testkit::learner(f.world.there.teacher));
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(f.app.visitor().get(&path).await.status, 303);
}

#[test]
fn learner_texts_are_translated() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for folder in [
        "templates/leave",
        "templates/grid",
        "templates/check_in",
        "src/leave",
    ] {
        texts.extend(ui::catalogue::scan_template_texts(&root.join(folder)).unwrap());
    }
    texts.extend(
        crate::marks::Status::ALL
            .iter()
            .map(|status| status.label().to_owned()),
    );
    texts.extend(
        crate::leave::actions::LeaveStatus::ALL
            .iter()
            .map(|status| status.label().to_owned()),
    );
    texts.extend(["上课签到", "我的考勤"].map(str::to_owned));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(texts.len() > 20, "the scanner found only {}", texts.len());
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_has_a_line_for_each_learner() {
    let f = class().await;
    let a = number(&f, f.people[0]).await;
    let roll = format!("/desk/sessions/{}/roll", f.sessions[1]);
    f.teacher().post(&roll, &[("rest", "present")]).await;
    let csv = f
        .registrar()
        .get(&format!("/desk/classes/{}/attendance.csv", f.class))
        .await;
    assert!(
        csv.body.contains(&format!("{a},学员0,,到,,1,0,0,0,0,1,100%")),
        "{}",
        csv.body
    );
}

/// `学号,课次,考勤` and two lines in GBK, as a Chinese spreadsheet saves it unless it is told otherwise.
fn gbk(numbers: [&str; 2]) -> Vec<u8> {
    // 学号 课次 考勤 到
    let head = b"\xd1\xa7\xba\xc5,\xbf\xce\xb4\xce,\xbf\xbc\xc7\xda\r\n";
    let mut file = head.to_vec();
    for number in numbers {
        file.extend(number.as_bytes());
        file.extend(b",2,\xb5\xbd\r\n");
    }
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_takes_a_file_and_says_what_is_wrong_with_it() {
    let f = class().await;
    let (a, b) = (number(&f, f.people[0]).await, number(&f, f.people[1]).await);
    let shown = format!("/desk/classes/{}/attendance", f.class);
    let path = format!("{shown}/import");
    let send = |bytes: Vec<u8>| {
        let (client, path) = (f.registrar(), path.clone());
        async move { client.upload(&path, &[], "名单.csv", &bytes).await }
    };
    let wrong = send(gbk([&a, &b])).await;
    assert!(
        wrong.status == 422 && wrong.shows("不是 UTF-8 编码") && wrong.shows("另存为 CSV UTF-8"),
        "{}",
        wrong.body
    );
    let text = format!("学号,课次,考勤\n{a},2,到\n{b},2,睡着了\n不在,2,到\n");
    let wrong = send(text.into_bytes()).await;
    assert!(
        wrong.status == 422 && wrong.shows("第 3 行的考勤要写"),
        "{}",
        wrong.body
    );
    assert_eq!(send(Vec::new()).await.status, 422);
    assert_eq!(f.truth(1, 0).await, None, "nothing was taken");
    let large = vec![b'x'; platform::web::UPLOAD_LIMIT + (2 << 20)];
    let refused = send(large).await;
    assert!(
        refused.status == 413 && refused.shows("最多 20 MB"),
        "{}",
        refused.body
    );
    // With the mark that spreadsheets put in front of UTF-8.
    let text = format!("\u{feff}学号,课次,考勤\r\n{a},2,到\r\n{b},2,缺席\r\n");
    let done = send(text.into_bytes()).await;
    assert_eq!(done.location(), format!("{shown}?imported=2"));
    assert!(f.registrar().get(done.location()).await.shows("记了 2 条"));
    assert_eq!(f.truth(1, 1).await, is("absent", "import"));
    for sibling in f.siblings() {
        let text = format!("学号,课次,考勤\n{a},2,到\n");
        let refused = sibling.upload(&path, &[], "a.csv", text.as_bytes()).await;
        assert_eq!(refused.status, 404);
    }
}
