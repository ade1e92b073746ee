//! Through the router: what everybody sees, and how it keeps up.

use super::{Catalogue, Enrolling, Selection, Selections, Sentences, openapi, routes};
use platform::Event;
use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use testkit::world::{self, ClassPlan};
use testkit::{Answer, Client, TestApp, World};

mod timetable;

/// What the domain above knows, for all tests of this file: each has classes of its own.
static SELECTIONS: LazyLock<Mutex<Selections>> = LazyLock::new(Mutex::default);

struct Town {
    app: TestApp,
    world: World,
    catalogue: Arc<Catalogue>,
    client: Client,
}

impl Town {
    async fn with(plans: &[(bool, ClassPlan)]) -> (Self, Vec<String>) {
        let schemas = [platform::SCHEMA, orgs::SCHEMA, people::SCHEMA, crate::SCHEMA];
        let empty = TestApp::start(&schemas, |_| platform::Routes::new()).await;
        let world = World::build(&empty.platform).await;
        let mut ids = Vec::new();
        for (here, plan) in plans {
            let school = if *here { &world.here } else { &world.there };
            let id: crate::ClassId = kernel::Id::from_raw(world::class(&empty.platform, school, plan).await);
            ids.push(id.to_string());
        }
        let enrolling = Enrolling {
            selections: |_| Box::pin(async { Ok(SELECTIONS.lock().unwrap().clone()) }),
            sentences: |_, _, _| {
                Box::pin(async {
                    Ok(Sentences {
                        rules: vec!["要先学完入门班。".to_owned()],
                        rounds: vec!["老学员先报。".to_owned()],
                    })
                })
            },
        };
        let catalogue = Catalogue::start(&empty.platform, Some(enrolling)).await.unwrap();
        let app = empty.with_routes(routes(&catalogue));
        let client = app.visitor();
        let town = Self {
            app,
            world,
            catalogue,
            client,
        };
        (town, ids)
    }

    async fn get(&self, path: &str) -> Answer {
        self.client.get(path).await
    }

    async fn json(&self, path: &str) -> serde_json::Value {
        let answer = self.client.api("GET", path, &serde_json::Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Runs one writing statement and tells of it.
    async fn write(&self, sql: &str, id: &str, event: &'static str, subject: &'static str) {
        let id: crate::ClassId = id.parse().unwrap();
        let tx = self.app.system().begin().await.unwrap();
        tx.exec(sql, db::args![id]).await.unwrap();
        let event = Event::new(event, subject, id).at(self.world.here.org);
        tx.commit(vec![event]).await.unwrap();
    }

    /// Asks again until the page shows the text.
    async fn shows_soon(&self, path: &str, text: &str) -> bool {
        for _ in 0..100 {
            if self.get(path).await.shows(text) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        false
    }
}

fn plan(name: &str) -> ClassPlan {
    ClassPlan {
        name: name.into(),
        fee_fen: 12_000,
        ..ClassPlan::default()
    }
}

fn with(name: &str, change: impl FnOnce(&mut ClassPlan)) -> ClassPlan {
    let mut plan = plan(name);
    change(&mut plan);
    plan
}

async fn town() -> (Town, Vec<String>) {
    Town::with(&[
        (true, with("书法入门", |plan| plan.capacity = 30)),
        (
            true,
            with("太极拳", |plan| {
                plan.weekday = 3;
                plan.starts = "14:00".into();
                plan.age_min = Some(50);
                plan.age_max = Some(75);
            }),
        ),
        (false, with("合唱", |plan| plan.weekday = 6)),
        (false, with("还没发布", |plan| plan.status = "planned".into())),
        (true, with("停掉的班", |plan| plan.status = "cancelled".into())),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_what_is_public_and_filters_it() {
    let (town, _) = town().await;
    let street = town.world.here.street;
    let place = town.world.there.org;
    for (query, found) in [
        (String::new(), vec!["书法入门", "太极拳", "合唱"]),
        ("?q=shufa".into(), vec!["书法入门"]),
        ("?q=hc".into(), vec!["合唱"]),
        ("?q=莘庄 太极".into(), vec!["太极拳"]),
        ("?q=没有".into(), vec![]),
        (format!("?area={street}"), vec!["书法入门", "太极拳"]),
        (format!("?place={place}"), vec!["合唱"]),
        ("?area=0000000000001".into(), vec![]),
        ("?day=3".into(), vec!["太极拳"]),
        ("?part=afternoon".into(), vec!["太极拳"]),
        ("?age=76".into(), vec!["书法入门", "合唱"]),
        ("?fee=free".into(), vec![]),
        ("?fee=120".into(), vec!["书法入门", "太极拳", "合唱"]),
        (
            "?open=yes&seats=yes&accessible=yes".into(),
            vec!["书法入门", "太极拳", "合唱"],
        ),
        ("?mode=online".into(), vec![]),
        (
            "?category=书画篆刻&level=beginner".into(),
            vec!["书法入门", "太极拳", "合唱"],
        ),
    ] {
        let answer = town.get(&format!("/classes{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
        for name in ["书法入门", "太极拳", "合唱", "还没发布", "停掉的班"] {
            let shown = answer.body.contains(&format!("\">{name}</a>"));
            assert_eq!(shown, found.contains(&name), "{query}: {name}");
        }
        let sentence = format!("找到 {} 个班", found.len());
        assert!(answer.shows(&sentence), "{query}: {sentence}");
    }
    assert!(town.get("/classes?day=7").await.shows("没有合适的班"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_page_tells_all_that_one_decides_by() {
    let (town, ids) = town().await;
    let answer = town.get(&format!("/classes/{}", ids[1])).await;
    assert_eq!(answer.status, 200);
    for text in [
        "太极拳",
        "每周三 14:00–15:30，共 4 次",
        "2027年3月1日至3月22日",
        "莘庄镇社区学校 1 楼 101 教室",
        "莘庄镇教师",
        "120 元一学期",
        "50 到 75 周岁可以报。",
        "要先学完入门班。",
        "老学员先报。",
        "快满了（剩 2）",
        "门口没有台阶",
        "021-60000000",
        "3月15日（星期一）",
        "出勤达到 70%",
        "从握笔开始。",
        "看看附近还有名额的班",
    ] {
        assert!(
            answer.shows(text),
            "{text}\n{}",
            testkit::html::text(&answer.body)
        );
    }
    assert!(
        answer
            .body
            .contains(&format!("href=\"/classes/{}/enroll\"", ids[1]))
    );
    let stopped = town.get(&format!("/classes/{}", ids[4])).await;
    assert!(stopped.shows("已停课") && !stopped.body.contains("/enroll\""));
    for missing in [ids[3].as_str(), "0000000000001", "nonsense", "0"] {
        assert_eq!(
            town.get(&format!("/classes/{missing}")).await.status,
            404,
            "{missing}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_and_the_timetable_lead_on() {
    let (town, ids) = town().await;
    let start = town.get("/").await;
    assert!(start.shows("现在有 3 个班正在报名") && start.shows("查验证书"));
    let chooser = town.get("/timetable").await;
    assert!(chooser.shows("莘庄镇") && chooser.shows("2 个班"));
    let street = format!("/timetable?street={}", town.world.here.street);
    let table = town.get(&street).await;
    assert!(
        table.shows("莘庄镇，2027 春季：共 2 个班") && table.body.contains(&format!("/classes/{}", ids[0]))
    );
    assert!(!table.shows("合唱") && !table.shows("周六"));
    assert!(table.body.contains("/timetable.pdf?area="));
    let other = town
        .get(&format!("/timetable?street={}", town.world.there.street))
        .await;
    assert!(other.shows("周六"));
    let term = format!("{street}&term=2030 春季");
    let none = town.get(&term).await;
    assert!(
        none.shows("这里现在没有班") && none.body.contains("term=2027"),
        "{}",
        none.body
    );
    assert_eq!(town.get("/timetable.pdf").await.status, 422);
    assert_eq!(
        town.get("/timetable.pdf?street=0000000000001").await.status,
        500,
        "no typesetter"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_and_changes_show_soon_after_their_event() {
    let (town, ids) = town().await;
    let page = format!("/classes/{}", ids[0]);
    assert!(town.get(&page).await.shows("剩 30 个名额，共 30 个"));
    let before = Arc::clone(&town.catalogue.snapshot().base);
    let sql = "UPDATE class SET enrolled = 28, waitlisted = 0 WHERE id = $1 {unscoped: test}";
    town.write(sql, &ids[0], "enrollment.confirmed", "enrollment")
        .await;
    assert!(town.shows_soon(&page, "快满了（剩 2）").await);
    assert!(
        Arc::ptr_eq(&before, &town.catalogue.snapshot().base),
        "seats do not rebuild the index"
    );
    let sql = "UPDATE class SET enrolled = 30, waitlisted = 7 WHERE id = $1 {unscoped: test}";
    town.write(sql, &ids[0], "enrollment.confirmed", "enrollment")
        .await;
    assert!(town.shows_soon(&page, "排候补（前面 7 人）").await);
    let sql = "UPDATE class SET name = '书法提高' WHERE id = $1 {unscoped: test}";
    town.write(sql, &ids[0], "class.changed", "class").await;
    assert!(town.shows_soon("/classes", "书法提高").await);
    let sql = "UPDATE session SET status = 'cancelled' WHERE class_id = $1 {unscoped: test}";
    town.write(sql, &ids[0], "session.cancelled", "session").await;
    assert!(town.shows_soon(&page, "停课一次").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_writes_is_seen_too() {
    let (town, ids) = town().await;
    let sql = "UPDATE class SET name = '隶书', version = version + 1 WHERE id = $1 {unscoped: test}";
    town.write(sql, &ids[0], "other.node", "unknown").await;
    let mut seen = false;
    for _ in 0..90 {
        seen = seen || town.get("/classes").await.shows("隶书");
        tokio::time::sleep(Duration::from_millis(100)).await;
        if seen {
            break;
        }
    }
    assert!(seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_whose_seats_a_draw_gives_leads_to_the_round() {
    let (town, ids) = town().await;
    let class: crate::ClassId = ids[0].parse().unwrap();
    let clock = &town.app.platform.clock;
    let selection = Selection {
        id: "0000000000009".into(),
        href: "/rounds/0000000000009".into(),
        code: "draw",
        method: "摇号",
        from: clock.now(),
        opens: clock.now(),
        closes: clock.now().plus_secs(3600),
    };
    let (page, api) = (
        format!("/classes/{}", ids[0]),
        format!("/api/v1/classes/{}", ids[0]),
    );
    let nothing = "UPDATE class SET name = name WHERE id = $1 {unscoped: test}";
    assert!(town.json(&api).await["round"].is_null());
    SELECTIONS.lock().unwrap().insert(class, selection);
    town.write(nothing, &ids[0], "round.planned", "round").await;
    assert!(town.shows_soon(&page, "名额由摇号决定").await);
    let shown = town.get(&page).await;
    assert!(shown.body.contains("href=\"/rounds/0000000000009\"") && shown.shows("去申请"));
    assert!(!shown.body.contains("/enroll\"") && !shown.shows("报名这个班"));
    assert!(town.get("/classes?q=书法").await.shows("摇号，正在申请"));
    let item = town.json(&api).await;
    assert_eq!(item["round"]["method"], "draw");
    assert_eq!(item["enrollment_open"], true);
    let window = "11月22日（星期日） 09:00 – 11月22日（星期日） 10:00";
    assert!(shown.shows(window), "the round's window: {}", shown.body);
    for (own, of_round) in [("enrollment_opens", "opens"), ("enrollment_closes", "closes")] {
        assert_eq!(item[own], item["round"][of_round], "{own}");
    }
    clock.advance(3600);
    let shown = town.get(&page).await;
    assert!(shown.shows("摇号，等结果") && shown.shows("看这一批报名"));
    assert_eq!(town.json(&api).await["enrollment_open"], false);
    SELECTIONS.lock().unwrap().remove(&class);
    town.write(nothing, &ids[0], "round.published", "round").await;
    assert!(town.shows_soon(&page, "报名这个班").await);
    assert!(!town.get(&page).await.shows(window), "its own window again");
    // Another process plans a round: nothing is heard of it, but the catalogue looks.
    assert!(!town.catalogue.selections_changed().await.unwrap());
    let selection = Selection {
        id: "0000000000008".into(),
        href: "/rounds/0000000000008".into(),
        code: "interview",
        method: "面试",
        from: clock.now().plus_secs(60),
        opens: clock.now().plus_secs(60),
        closes: clock.now().plus_secs(3600),
    };
    SELECTIONS.lock().unwrap().insert(class, selection);
    assert!(town.catalogue.selections_changed().await.unwrap());
    town.catalogue.refresh().await.unwrap();
    assert!(
        town.get(&page).await.shows("报名这个班"),
        "until then who asks first"
    );
    clock.advance(60);
    assert!(town.get(&page).await.shows("面试，正在申请"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_opening_of_enrolment_shows_at_its_moment() {
    let (town, ids) = town().await;
    let page = format!("/classes/{}", ids[0]);
    assert!(town.get(&page).await.shows("有名额"));
    let closes: kernel::Instant = "2027-02-20T00:00:00Z".parse().unwrap();
    let clock = &town.app.platform.clock;
    clock.advance(closes.secs_since(clock.now()) - 1);
    assert!(town.get(&page).await.shows("有名额"));
    clock.advance(1);
    assert!(town.get(&page).await.shows("报名已结束"));
    clock.set_offset(-30 * 24 * 3600);
    assert!(town.get(&page).await.shows("未开始报名"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_shared_and_hold_nothing_of_the_reader() {
    let (town, _) = town().await;
    let people = world::learners(&town.app.platform, 2).await;
    let known = town.app.signed_in(testkit::learner(people[0]));
    let other = town.app.signed_in(testkit::learner(people[1]));
    for path in ["/", "/classes", "/timetable"] {
        let statements = town.app.platform.db.statements_run();
        let stranger = town.get(path).await;
        let answer = known.get(path).await;
        assert_eq!(town.app.platform.db.statements_run(), statements, "{path}");
        assert!(stranger.body.contains("href=\"/sign-in\""), "{path}");
        // That there is a sign-in shows, but not whose.
        assert!(!answer.body.contains("href=\"/sign-in\""), "{path}");
        assert_eq!(other.get(path).await.bytes, answer.bytes, "{path}");
        assert!(
            !answer.body.contains("测试学员") && !answer.body.contains("csrf"),
            "{path}"
        );
        assert!(answer.headers.get("set-cookie").is_none(), "{path}");
        assert_eq!(answer.headers["cache-control"], "public, max-age=5", "{path}");
        let tag = answer.headers["etag"].to_str().unwrap();
        let again = known.clone().header("if-none-match", tag).get(path).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{path}");
        let small = known
            .clone()
            .header("accept-encoding", "gzip, br")
            .get(path)
            .await;
        assert_eq!(small.headers["content-encoding"], "br");
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut small.bytes.as_slice(), &mut plain).unwrap();
        assert_eq!(plain, answer.bytes, "{path}");
        let elder = town
            .client
            .clone()
            .header("cookie", "xq_view=large.high.en")
            .get(path)
            .await;
        assert!(
            elder.body.contains("data-text=\"large\"") && elder.body.contains("lang=\"en\""),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_covers_every_class_once() {
    let plans: Vec<(bool, ClassPlan)> = (0..67)
        .map(|number| {
            let plan = with(&format!("班{number}"), |plan| {
                plan.weekday = 1 + number % 7;
                plan.capacity = 1 + number % 5;
            });
            (number % 2 == 0, plan)
        })
        .collect();
    let (town, ids) = Town::with(&plans).await;
    for query in ["", "sort=date", "sort=seats", "near=121.38,31.11", "q=班"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/classes?limit=20&cursor={cursor}&{}", ui_query(query));
            let page = town.json(&path).await;
            assert_eq!(page["total"], 67);
            seen.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["id"].to_string()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        let distinct: HashSet<&String> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), (ids.len(), ids.len()), "{query}");
    }
    let first = town.get("/classes").await;
    assert_eq!(first.body.matches("class-card").count(), 30);
    assert!(first.shows("下一页"));
}

fn ui_query(query: &str) -> String {
    query.replace('班', &ui::view::query_value("班"))
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_the_fields_of_the_design() {
    let (town, ids) = town().await;
    let list = town.json("/api/v1/classes?q=sf").await;
    let item = &list["items"][0];
    assert_eq!(list["next"], serde_json::Value::Null);
    for (field, value) in [
        ("id", serde_json::json!(ids[0])),
        ("name", "书法入门".into()),
        ("course", "书法入门".into()),
        ("teacher", "莘庄镇教师".into()),
        ("term", "2027 春季".into()),
        ("mode", "on_site".into()),
        ("fee_fen", 12_000.into()),
        ("capacity", 30.into()),
        ("enrolled", 0.into()),
        ("waitlisted", 0.into()),
        ("seats_left", 30.into()),
        ("enrollment_opens", "2026-11-01T08:00:00+08:00".into()),
        ("enrollment_closes", "2027-02-20T08:00:00+08:00".into()),
        ("status", "published".into()),
    ] {
        assert_eq!(item[field], value, "{field}");
    }
    assert_eq!(item["org"]["name"], "莘庄镇社区学校");
    assert_eq!(item["schedule"]["starts"], "09:00");
    let one = town.json(&format!("/api/v1/classes/{}", ids[0])).await;
    assert_eq!(&one, item);
    let near = town.json("/api/v1/classes?near=121.39,31.11&limit=1").await;
    assert_eq!(near["items"][0]["place"]["metres"], 952);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_parameters_are_told_in_sentences() {
    let (town, ids) = town().await;
    for query in [
        "day=9",
        "near=31,121",
        "limit=201",
        "limit=x",
        "cursor=x",
        "fee=lots",
        "mode=tv",
        "open=2",
    ] {
        let path = format!("/api/v1/classes?{query}");
        let answer = town.client.api("GET", &path, &serde_json::Value::Null).await;
        assert_eq!(answer.status, 422, "{query}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let field = query.split('=').next().unwrap();
        assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.body);
    }
    for id in [ids[3].as_str(), "0000000000001", "x"] {
        let path = format!("/api/v1/classes/{id}");
        let answer = town.client.api("GET", &path, &serde_json::Value::Null).await;
        assert_eq!(answer.status, 404, "{id}");
    }
    let page = town.get("/classes?day=9&q=%E4%B9%A6").await;
    assert_eq!(page.status, 422);
    assert!(page.shows("星期几要写 1 到 7") && page.shows("书法入门"));
    assert_eq!(page.headers["cache-control"], "private, no-store");
    let typed = town.get("/classes?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert!(!typed.body.contains("<script>alert"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_school_is_not_shown() {
    let (town, _) = town().await;
    let id: crate::ClassId = kernel::Id::from_raw(town.world.there.org.raw());
    let sql = "UPDATE org SET status = 'closed' WHERE id = $1 {unscoped: test}";
    town.write(sql, &id.to_string(), "org.closed", "org").await;
    assert!(town.shows_soon("/classes", "找到 2 个班").await);
}

#[test]
fn the_documentation_names_both_addresses() {
    let paths = openapi().paths.paths;
    assert!(paths.contains_key("/api/v1/classes") && paths.contains_key("/api/v1/classes/{id}"));
}

#[test]
fn every_text_of_the_pages_has_english() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for folder in ["src/catalogue", "templates/catalogue"] {
        texts.extend(ui::catalogue::scan_template_texts(&root.join(folder)).unwrap());
    }
    texts.extend(super::DayPart::ALL.iter().map(|part| part.label().to_owned()));
    texts.extend(
        crate::classes::Level::ALL
            .iter()
            .map(|level| level.label().to_owned()),
    );
    texts.extend(
        crate::classes::Mode::ALL
            .iter()
            .map(|mode| mode.label().to_owned()),
    );
    let words = [
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
        "免费",
        "收费",
        "100 元以内",
        "300 元以内",
        "学在身边",
        "门口没有台阶",
        "有电梯",
        "有无障碍厕所",
        "有助听设备",
        "时间",
        "日期",
        "地点",
        "怎么上课",
        "学费",
        "名额",
        "程度",
        "学期",
        "报名时间",
        "老师",
    ];
    texts.extend(words.map(str::to_owned));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(texts.len() > 100);
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}
