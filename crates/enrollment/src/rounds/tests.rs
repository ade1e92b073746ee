//! A season of a round through the router, and what must not happen on the way.

use crate::RoundId;
use crate::draws::algorithm::verify;
use crate::draws::file::DrawFile;
use crate::testing::{Stage, stage};
use db::{Value as Cell, args};
use kernel::{Id, PersonId};
use platform::{Event, Role};
use serde_json::{Value, json};
use teaching::ClassId;
use testkit::world::{ClassPlan, class, insert, person};
use testkit::{Client, NOW, staff};

/// 2026-12-02 10:00 in China, in seconds after the tests' now: the window is over.
const AFTER: i64 = 11 * 86_400;

/// A stage with two classes: `calligraphy` in the morning with three seats, `choir` in the afternoon with two.
struct Season {
    stage: Stage,
    choir: ClassId,
    old_term: Id<()>,
    head: PersonId,
}

async fn season(people: usize) -> Season {
    let stage = stage(3, people).await;
    let plan = ClassPlan {
        name: "合唱".into(),
        capacity: 2,
        starts: "14:00".into(),
        ..ClassPlan::default()
    };
    let choir = Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await);
    let tx = stage.app.system().begin().await.unwrap();
    let old_term: Id<()> = stage.app.platform.ids.next();
    let row: [(&str, Cell); 9] = [
        ("id", old_term.into()),
        ("org_id", stage.world.here.org.into()),
        ("name", "2026 秋季".into()),
        ("starts_on", "2026-09-07".into()),
        ("ends_on", "2027-01-15".into()),
        ("enrollment_opens", "2026-07-01T00:00:00.000Z".into()),
        ("enrollment_closes", "2026-09-01T00:00:00.000Z".into()),
        ("class_limit", 3_i64.into()),
        ("version", 1_i64.into()),
    ];
    insert(&tx, "term", &row).await;
    let head = person(&tx, &stage.app.platform, "莘庄镇校长", "1975-01-01").await;
    tx.commit(vec![Event::new("test.term", "term", old_term)])
        .await
        .unwrap();
    Season {
        stage,
        choir,
        old_term,
        head,
    }
}

impl Season {
    fn as_head(&self) -> Client {
        let here = &self.stage.world.here;
        self.stage
            .app
            .signed_in(staff(self.head, Role::SchoolHead, here.org, &here.path))
    }

    /// An enrolment of the term before that ended so.
    async fn before(&self, at: usize, status: &str) {
        let tx = self.stage.app.system().begin().await.unwrap();
        let id: Id<()> = self.stage.app.platform.ids.next();
        let row: [(&str, Cell); 13] = [
            ("id", id.into()),
            ("class_id", self.stage.class.into()),
            ("term_id", self.old_term.into()),
            ("org_id", self.stage.world.here.org.into()),
            ("person_id", self.stage.people[at].into()),
            ("status", status.into()),
            ("live", false.into()),
            ("queue", 0_i64.into()),
            ("money", "none".into()),
            ("channel", "web".into()),
            ("rule_version", "test".into()),
            ("created_at", NOW.into()),
            ("changed_at", NOW.into()),
        ];
        insert(&tx, "enrollment", &row).await;
        tx.commit(vec![Event::new("test.before", "enrollment", id)])
            .await
            .unwrap();
    }

    async fn plan(&self, changes: &[(&str, &str)]) -> testkit::Answer {
        let (one, two) = (self.stage.class.to_string(), self.choir.to_string());
        let mut fields = vec![
            ("name", "春季热门班摇号"),
            ("audience", "everyone"),
            ("opens_on", "2026-11-20"),
            ("opens_at", "09:00"),
            ("closes_on", "2026-12-01"),
            ("closes_at", "17:00"),
            ("wish_limit", "2"),
            ("companion_limit", "2"),
            ("ticket_cap", "3"),
            ("newcomer_percent", "34"),
            ("classes", one.as_str()),
            ("classes", two.as_str()),
        ];
        fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.stage.as_registrar().post("/desk/rounds/new", &fields).await
    }

    async fn planned(&self) -> RoundId {
        let answer = self.plan(&[]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let path = answer.location().split('?').next().unwrap().to_owned();
        path.rsplit('/').next().unwrap().parse().unwrap()
    }

    async fn apply(&self, at: usize, round: RoundId, wishes: &[ClassId]) -> Value {
        let path = format!("/api/v1/rounds/{round}/signups");
        let answer = self
            .stage
            .as_learner(at)
            .api("POST", &path, &json!({ "wishes": wishes }))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    }

    async fn file(&self, round: RoundId) -> DrawFile {
        let answer = self
            .stage
            .app
            .visitor()
            .get(&format!("/rounds/{round}/draw.json"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn act(&self, client: &Client, round: RoundId, verb: &str) -> testkit::Answer {
        let version: i64 = self
            .one("SELECT version FROM round WHERE id = $1 {unscoped: test}", round)
            .await;
        let version = version.to_string();
        client
            .post(&format!("/desk/rounds/{round}/{verb}"), &[("version", &version)])
            .await
    }

    async fn enter(&self, client: &Client, round: RoundId, text: &str) -> testkit::Answer {
        let fields = [("text", text), ("source", "福利彩票 3D 第 2026138 期")];
        client
            .post(&format!("/desk/rounds/{round}/randomness"), &fields)
            .await
    }

    async fn one<T: db::FromValue + db::FromRow>(&self, sql: &str, round: RoundId) -> T {
        self.stage
            .app
            .platform
            .db
            .query_one(sql, args![round])
            .await
            .unwrap()
    }

    /// Every enrolment that came from the round: person, class, status, queue.
    async fn placed(&self, round: RoundId) -> Vec<(PersonId, ClassId, String, i64)> {
        let sql = "SELECT e.person_id, e.class_id, e.status, e.queue FROM enrollment e JOIN signup s ON s.id = e.signup_id
                   WHERE s.round_id = $1 {unscoped: test} ORDER BY e.class_id, e.queue";
        self.stage.app.platform.db.query(sql, args![round]).await.unwrap()
    }

    async fn sealed_and_drawn(&self, round: RoundId) {
        self.stage.app.platform.clock.advance(AFTER);
        let (registrar, head) = (self.stage.as_registrar(), self.as_head());
        assert_eq!(self.act(&registrar, round, "seal").await.status, 303);
        assert_eq!(self.enter(&registrar, round, "2026138 3 8 1").await.status, 303);
        assert_eq!(self.enter(&head, round, "2026138 3 8 1").await.status, 303);
    }

    async fn published(&self, round: RoundId) {
        assert_eq!(self.act(&self.as_head(), round, "publish").await.status, 303);
        self.stage.app.run_jobs(crate::JOBS).await;
        let status: String = self
            .one("SELECT status FROM round WHERE id = $1 {unscoped: test}", round)
            .await;
        assert_eq!(status, "published");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_checked_and_its_classes_take_nobody_who_simply_asks() {
    let season = season(2).await;
    let stage = &season.stage;
    let blank = stage.as_registrar().get("/desk/rounds/new").await;
    assert!(blank.shows("书法入门") && blank.shows("合唱"), "{}", blank.body);
    for (field, value, words) in [
        ("name", "摇", "名称"),
        ("closes_on", "2026-11-19", "截止时间要在开始时间之后"),
        ("wish_limit", "4", "志愿数要在 1 到 3 之间"),
        ("classes", "", "请"),
        ("newcomer_percent", "101", "0 到 100"),
    ] {
        let wrong = season.plan(&[(field, value)]).await;
        assert!(
            wrong.status == 422 && wrong.shows(words),
            "{field}: {} {}",
            wrong.status,
            wrong.body
        );
        assert!(
            wrong.body.contains("2026-12-01") || field == "closes_on",
            "typed text is kept"
        );
    }
    let round = season.planned().await;
    let again = season.plan(&[]).await;
    assert_eq!(again.status, 422, "a class is in one round at most");

    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let refused = stage.as_learner(0).api("POST", &path, &json!({})).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (409, Some("in_draw")),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains(&format!("/rounds/{round}")),
        "{}",
        refused.body
    );
    let door = stage
        .as_learner(0)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert_eq!(
        door.location(),
        format!("/rounds/{round}/apply?class={}", stage.class)
    );
    let form = stage.as_learner(0).get(door.location()).await;
    assert!(
        form.body.contains(&format!("value=\"{}\" selected", stage.class)),
        "{}",
        form.body
    );

    let board = stage.as_registrar().get(&format!("/desk/rounds/{round}")).await;
    assert!(
        board.shows("照上学期看") && !board.shows("封存名单，公开指纹"),
        "{}",
        board.body
    );
    let early = season.act(&stage.as_registrar(), round, "seal").await;
    assert_eq!(early.status, 409, "still open");
    for path in [
        format!("/desk/rounds/{round}"),
        format!("/desk/rounds/{round}/signups/new?person={}", stage.people[0]),
    ] {
        assert_eq!(stage.as_sibling().get(&path).await.status, 404, "{path}");
    }
    assert_eq!(season.act(&stage.as_sibling(), round, "seal").await.status, 404);

    let version: i64 = season
        .one("SELECT version FROM round WHERE id = $1 {unscoped: test}", round)
        .await;
    let fields = [
        ("version", version.to_string()),
        ("reason", "名额够了，不用摇".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let stale = [("version", "0"), ("reason", "名额够了，不用摇")];
    let cancel = format!("/desk/rounds/{round}/cancel");
    assert_eq!(
        stage.as_registrar().post(&cancel, &stale).await.status,
        409,
        "somebody was faster"
    );
    assert_eq!(
        stage.as_registrar().post(&cancel, &fields[..1]).await.status,
        422,
        "a reason is asked for"
    );
    assert_eq!(stage.as_registrar().post(&cancel, &fields).await.status, 303);
    assert_eq!(
        stage.as_learner(0).api("POST", &path, &json!({})).await.status,
        201,
        "first come again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_apply_alone_together_and_at_the_counter_once_each() {
    let season = season(6).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let (class, choir) = (stage.class.to_string(), season.choir.to_string());
    let apply = format!("/rounds/{round}/apply");
    let companion = stage.people[1].to_string();
    let fill = |birth: &'static str, second: &str| {
        vec![
            ("wish_1", class.clone()),
            ("wish_2", second.to_owned()),
            ("companion_number_1", companion.clone()),
            ("companion_birth_1", birth.to_owned()),
        ]
    };
    let post = async |at: usize, fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        stage.as_learner(at).post(&apply, &fields).await
    };
    let wrong = post(0, fill("1950-03-16", "")).await;
    assert!(
        wrong.status == 422 && wrong.shows("学号和出生日期对不上"),
        "{}",
        wrong.body
    );
    let twice = post(0, fill("1950-03-15", &class)).await;
    assert!(
        twice.status == 422 && twice.shows("同一个班只要填一次"),
        "{}",
        twice.body
    );
    let couple = post(0, fill("1950-03-15", &choir)).await;
    assert_eq!(couple.status, 303, "{}", couple.body);
    let signup = couple.location().split('?').next().unwrap().to_owned();
    let page = stage.as_learner(1).get(&signup).await;
    assert!(
        page.shows("学员0") && page.shows("学员1") && page.shows("书法入门"),
        "{}",
        page.body
    );
    assert_eq!(
        stage.as_learner(2).get(&signup).await.status,
        404,
        "somebody else's"
    );
    assert!(stage.as_learner(1).get("/me").await.body.contains(&signup));
    let again = post(0, fill("1950-03-15", "")).await;
    assert_eq!(
        (again.status, again.location()),
        (303, signup.as_str()),
        "the back button"
    );
    let taken = post(2, fill("1950-03-15", "")).await;
    assert!(
        taken.status == 422 && taken.shows("已经在这个批次报过名"),
        "{}",
        taken.body
    );
    let slip = stage.as_learner(0).get(&format!("{signup}/slip.pdf")).await;
    assert!(slip.bytes.starts_with(b"%PDF"), "{}", slip.status);

    // A companion who does not want to takes the signup back; both are free again.
    assert_eq!(
        stage
            .as_learner(1)
            .post(&format!("{signup}/withdraw"), &[])
            .await
            .status,
        303
    );
    assert!(stage.as_learner(0).get(&signup).await.shows("已撤回"));
    season.apply(0, round, &[season.choir]).await;

    let clerk = stage.as_registrar();
    let choose = clerk.get(&format!("/desk/counter/{}", stage.people[3])).await;
    let form = format!("/desk/rounds/{round}/signups/new");
    assert!(choose.body.contains(&form), "{}", choose.body);
    let who = stage.people[3].to_string();
    let fields = [("person", who.as_str()), ("channel", "phone"), ("wish_1", &class)];
    let done = clerk.post(&form, &fields).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let at_desk = done.location().split('?').next().unwrap().to_owned();
    let shown = clerk.get(&at_desk).await;
    assert!(shown.shows("学员3") && shown.shows("电话"), "{}", shown.body);
    assert_eq!(stage.as_sibling().get(&at_desk).await.status, 404);
    let own = at_desk.replace("/desk/", "/me/");
    assert_eq!(
        stage.as_learner(3).get(&own).await.status,
        200,
        "the person sees what the clerk did"
    );

    let path = format!("/api/v1/rounds/{round}/signups");
    for (body, field) in [
        (json!({ "wishes": [] }), "wish_1"),
        (json!({ "wishes": [Id::<()>::from_raw(7)] }), "wish_1"),
        (json!({ "wishes": [class, choir, class] }), "wish_3"),
        (
            json!({ "wishes": [class], "companions": [{ "number": "X1", "birth": "1950-03-15" }] }),
            "companion_number_1",
        ),
    ] {
        let answer = stage.as_learner(4).api("POST", &path, &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(
            testkit::wrong_fields(&answer.json()).contains(&field),
            "{field}: {}",
            answer.body
        );
    }
    assert_eq!(
        stage
            .app
            .visitor()
            .api("POST", &path, &json!({ "wishes": [class] }))
            .await
            .status,
        401
    );
    let listed = stage.app.visitor().get("/rounds").await;
    assert!(
        listed.shows("春季热门班摇号") && listed.shows("正在报名"),
        "{}",
        listed.body
    );
    stage.app.platform.clock.advance(AFTER);
    let late = stage
        .as_learner(4)
        .api("POST", &path, &json!({ "wishes": [class] }))
        .await;
    assert_eq!((late.status, late.json()["code"].as_str()), (409, Some("closed")));
    let id = at_desk.rsplit('/').next().unwrap().to_owned();
    let late = stage
        .as_learner(3)
        .api("DELETE", &format!("/api/v1/signups/{id}"), &json!({}))
        .await;
    assert_eq!(late.status, 409, "the list stands: {}", late.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_officers_fix_the_randomness_after_the_seal() {
    let season = season(4).await;
    let stage = &season.stage;
    let round = season.planned().await;
    for at in 0..4 {
        season.apply(at, round, &[stage.class]).await;
    }
    let (registrar, head) = (stage.as_registrar(), season.as_head());
    assert_eq!(
        season.enter(&registrar, round, "2026138 3 8 1").await.status,
        409,
        "before the seal"
    );
    stage.app.platform.clock.advance(AFTER);
    let here = &stage.world.here;
    let ctx = stage
        .app
        .ctx(staff(season.head, Role::SchoolHead, here.org, &here.path));
    let waiting = crate::waiting(&ctx).await.unwrap();
    assert!(waiting[0].title.starts_with("封存名单"), "{waiting:?}");
    assert_eq!(
        season.act(&registrar, round, "publish").await.status,
        409,
        "not drawn"
    );
    assert_eq!(season.act(&registrar, round, "seal").await.status, 303);
    assert_eq!(season.act(&registrar, round, "seal").await.status, 409, "once");
    let sealed = season.file(round).await;
    let page = stage.app.visitor().get(&format!("/rounds/{round}")).await;
    assert!(
        page.shows(&sealed.seal.hash) && page.body.contains("data-draw-run"),
        "{}",
        page.body
    );

    assert_eq!(season.enter(&registrar, round, "").await.status, 422);
    assert_eq!(season.enter(&registrar, round, "2026138 3 8 1").await.status, 303);
    assert_eq!(
        season.enter(&registrar, round, "2026138 3 8 1").await.status,
        409,
        "the same officer"
    );
    let other = season.enter(&head, round, "2026138 3 8 2").await;
    assert!(
        other.status == 409 && other.body.contains("2026138 3 8 2"),
        "typed text is kept"
    );
    assert!(
        !other.shows("2026138 3 8 1"),
        "the second does not see what the first entered"
    );
    let board = registrar.get(&format!("/desk/rounds/{round}")).await;
    assert!(board.shows("两位录的不一样"), "{}", board.body);
    let take_back = format!("/desk/rounds/{round}/randomness/withdraw");
    assert_eq!(head.post(&take_back, &[]).await.status, 409, "not the author");
    assert_eq!(registrar.post(&take_back, &[]).await.status, 303);
    assert!(season.file(round).await.result.is_none());
    assert_eq!(season.enter(&head, round, "2026138 3 8 2").await.status, 303);
    assert_eq!(season.enter(&registrar, round, "2026138 3 8 2").await.status, 303);

    let file = season.file(round).await;
    assert!(verify(&file).is_ok());
    assert_eq!(file.seal, sealed.seal);
    let page = stage.app.visitor().get(&format!("/rounds/{round}")).await;
    assert!(
        page.shows("2026138 3 8 2") && page.shows("学**") && !page.shows("学员0"),
        "{}",
        page.body
    );
    let first = super::model::spaced(&file.result.unwrap().order[0].receipt);
    assert!(page.shows(&first), "{first}");
    assert_eq!(
        season.enter(&head, round, "2026138 3 8 2").await.status,
        409,
        "once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_season_ends_with_every_seat_given_and_everybody_told() {
    let season = season(9).await;
    let stage = &season.stage;
    season.before(2, "completed").await;
    season.before(3, "expired").await;
    let round = season.planned().await;
    let number = stage.people[1].to_string();
    let body = json!({ "wishes": [stage.class, season.choir], "companions": [{ "number": number, "birth": "1950-03-15" }] });
    let path = format!("/api/v1/rounds/{round}/signups");
    let couple = stage.as_learner(0).api("POST", &path, &body).await;
    assert_eq!(couple.status, 201, "{}", couple.body);
    let mut receipts = vec![couple.json()["receipt"].as_str().unwrap().to_owned()];
    for at in 2..9 {
        let signup = season.apply(at, round, &[stage.class, season.choir]).await;
        receipts.push(signup["receipt"].as_str().unwrap().to_owned());
        stage.give_phone(at).await;
    }
    season.sealed_and_drawn(round).await;
    let file = season.file(round).await;
    let entrant = |at: usize| {
        file.entrants
            .iter()
            .find(|one| one.receipt == receipts[at])
            .unwrap()
    };
    assert_eq!((entrant(0).size, entrant(0).tickets), (2, 1));
    assert_eq!(entrant(1).pools, ["open"], "had a seat before");
    assert_eq!(entrant(2).pools, ["new", "open"], "only waited");
    assert_eq!(entrant(2).tickets, 2, "one more for the term waited");
    let total = |class: &str| {
        file.classes
            .iter()
            .find(|one| one.id == class)
            .unwrap()
            .seats
            .values()
            .sum::<u32>()
    };
    assert_eq!(
        (total(&stage.class.to_string()), total(&season.choir.to_string())),
        (3, 2)
    );

    // Somebody who won alone takes another class at that hour meanwhile.
    let result = file.result.clone().unwrap();
    let won = |at: &usize| result.seated.iter().find(|seat| seat.receipt == receipts[*at]);
    let busy = (1..8).find(|at| won(at).is_some()).unwrap();
    let seat = won(&busy).unwrap().clone();
    let starts = if seat.class == stage.class.to_string() {
        "09:30"
    } else {
        "14:30"
    };
    let plan = ClassPlan {
        name: "太极".into(),
        starts: starts.into(),
        ..ClassPlan::default()
    };
    let taiji: ClassId = Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await);
    let path = format!("/api/v1/classes/{taiji}/enrollments");
    // The signups of one person come one place after the people: the couple is two.
    assert_eq!(
        stage
            .as_learner(busy + 1)
            .api("POST", &path, &json!({}))
            .await
            .status,
        201
    );

    season.published(round).await;
    let placed = season.placed(round).await;
    let seats = |class: &str| {
        placed
            .iter()
            .filter(|row| row.1.to_string() == class && row.2 == "confirmed")
            .count()
    };
    assert_eq!(
        (seats(&stage.class.to_string()), seats(&season.choir.to_string())),
        (3, 2),
        "{placed:?}"
    );
    assert!(
        placed.iter().all(|row| row.0 != stage.people[busy + 1]),
        "who cannot take it has nothing"
    );
    assert_eq!(
        crate::recount(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
    let told = stage.told(busy + 1).await.join(" ");
    assert!(
        told.contains("您摇中了，但报不上") && told.contains("时间冲突"),
        "{told}"
    );
    waits_keep_the_drawn_order(&season, &placed, &receipts, &result);
    let both: Vec<&String> = placed
        .iter()
        .filter(|row| stage.people[..2].contains(&row.0))
        .map(|row| &row.2)
        .collect();
    assert!(
        both.len() % 2 == 0 && both.windows(2).all(|pair| pair[0] == pair[1]),
        "{both:?}"
    );

    // A loser's page tells rank, cut-off and places; run again, the job changes nothing and tells nobody twice.
    let loser = (1..8).find(|at| won(at).is_none()).unwrap();
    let mine = stage
        .as_learner(loser + 1)
        .api("GET", "/api/v1/me/signups", &Value::Null)
        .await
        .json();
    let id = mine["items"][0]["id"].as_str().unwrap().to_owned();
    assert!(mine["items"][0]["rank"].as_u64().is_some() && mine["items"][0]["won"].is_null());
    let page = stage
        .as_learner(loser + 1)
        .get(&format!("/me/signups/{id}"))
        .await;
    assert!(
        page.shows("8 份申请里，您排在第") && page.shows("位时名额就没有了"),
        "{}",
        page.body
    );
    let heard = stage.told(loser + 1).await;
    stage.job("round.publish", json!({ "round": round })).await;
    assert_eq!(season.placed(round).await, placed);
    assert_eq!(stage.told(loser + 1).await, heard);
    assert_eq!(
        heard.iter().filter(|text| text.contains("摇号结果")).count(),
        1,
        "{heard:?}"
    );
}

fn waits_keep_the_drawn_order(
    season: &Season,
    placed: &[(PersonId, ClassId, String, i64)],
    receipts: &[String],
    result: &crate::draws::file::DrawResult,
) {
    let rank = |who: PersonId| {
        let at = season
            .stage
            .people
            .iter()
            .position(|person| *person == who)
            .unwrap();
        let receipt = &receipts[at.saturating_sub(1)];
        result
            .order
            .iter()
            .find(|one| one.receipt == *receipt)
            .unwrap()
            .rank
    };
    let mut waiting = 0;
    for class in [season.stage.class, season.choir] {
        let waits = placed
            .iter()
            .filter(|row| row.1 == class && row.2 == "waitlisted");
        let ranks: Vec<u32> = waits.map(|row| rank(row.0)).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
        waiting += ranks.len();
    }
    assert!(waiting > 0, "nobody waits: {placed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_goes_on_where_it_was_stopped() {
    let season = season(8).await;
    let stage = &season.stage;
    let round = season.planned().await;
    for at in 0..8 {
        season.apply(at, round, &[stage.class, season.choir]).await;
    }
    season.sealed_and_drawn(round).await;
    season.published(round).await;
    let whole = season.placed(round).await;
    assert!(whole.len() > 8, "{whole:?}");
    // Who gives the seat up afterwards is not put back by a job that runs again.
    let seated = whole.iter().find(|row| row.2 == "confirmed").unwrap().0;
    let at = stage.people.iter().position(|person| *person == seated).unwrap();
    let mine = stage
        .as_learner(at)
        .api("GET", "/api/v1/me/enrollments", &Value::Null)
        .await
        .json();
    let path = format!("/api/v1/enrollments/{}", mine["items"][0]["id"].as_str().unwrap());
    assert_eq!(
        stage.as_learner(at).api("DELETE", &path, &json!({})).await.status,
        200
    );
    let after = season.placed(round).await;
    let ctx = stage.app.system();
    let tx = ctx.begin().await.unwrap();
    let sql = "UPDATE round SET status = 'publishing' WHERE id = $1 {unscoped: test}";
    tx.exec(sql, args![round]).await.unwrap();
    tx.commit(vec![Event::new("test.round", "round", round)])
        .await
        .unwrap();
    stage.job("round.publish", json!({ "round": round })).await;
    assert_eq!(season.placed(round).await, after);
    let status: String = season
        .one("SELECT status FROM round WHERE id = $1 {unscoped: test}", round)
        .await;
    assert_eq!(status, "published");
    assert_eq!(
        crate::recount(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn companions_take_seats_from_the_waitlist_together_and_stop_nobody() {
    let season = season(5).await;
    let stage = &season.stage;
    let ask = |people: &[usize], wait: bool| crate::seat_desk::Asked {
        ask: crate::seat_desk::Ask::Drawn {
            signup: stage.app.platform.ids.next(),
            class: season.choir,
            people: people
                .iter()
                .map(|at| (stage.people[*at], stage.app.platform.ids.next()))
                .collect(),
            wait,
        },
        by: None,
        channel: platform::Channel::System,
        reason: String::new(),
        key: None,
    };
    // Two seats: one taken, then a couple and somebody alone wait.
    let asks = [
        ask(&[0], false),
        ask(&[1], false),
        ask(&[2, 3], true),
        ask(&[4], true),
    ];
    let answers = crate::seat_desk::place_drawn(&stage.app.platform, &asks).await;
    let refused = crate::seat_desk::place_drawn(&stage.app.platform, &[ask(&[2, 4], false)]).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(
        matches!(&refused[0], Ok(Some(answer)) if !answer.fresh),
        "they wait already: {refused:?}"
    );
    let give_up = async |at: usize| {
        let mine = stage
            .as_learner(at)
            .api("GET", "/api/v1/me/enrollments", &Value::Null)
            .await
            .json();
        let path = format!("/api/v1/enrollments/{}", mine["items"][0]["id"].as_str().unwrap());
        assert_eq!(
            stage.as_learner(at).api("DELETE", &path, &json!({})).await.status,
            200
        );
    };
    give_up(0).await;
    assert_eq!(
        stage.status(4).await,
        "confirmed",
        "one seat does not fit the couple and goes to the next"
    );
    assert_eq!(
        (stage.status(2).await, stage.status(3).await),
        ("waitlisted".into(), "waitlisted".into())
    );
    give_up(1).await;
    assert_eq!(stage.status(2).await, "waitlisted");
    give_up(4).await;
    assert_eq!(
        (stage.status(2).await, stage.status(3).await),
        ("confirmed".into(), "confirmed".into())
    );
    assert_eq!(
        crate::recount(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
}
