//! Handovers through the router.

use crate::EnrollmentId;
use crate::testing::{Stage, stage};
use db::{args, record};
use kernel::PersonId;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

record! {
    struct Kept { kind: String, channel: String, actor_person: Option<PersonId>, on_behalf_of: Option<PersonId>, data: String }
}

async fn kept(stage: &Stage, at: usize) -> (String, String) {
    let path = format!("/api/v1/classes/{}/handovers", stage.class);
    let made = stage
        .as_learner(at)
        .call(201, "POST", &path, &json!({ "note": "坐前排" }))
        .await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("code"))
}

fn wrong(code: &str) -> &'static str {
    if code == "0000" { "1111" } else { "0000" }
}

const FINISH: &str = "/api/v1/desk/handovers/finish";

#[tokio::test(flavor = "multi_thread")]
async fn begun_on_a_telephone_and_finished_at_the_counter() {
    let stage = stage(1, 2).await;
    let learner = stage.as_learner(0);
    let page = learner.get(&format!("/classes/{}/enroll", stage.class)).await;
    assert!(page.shows("存下来，给我四位数字"), "{}", page.body);
    let keep = format!("/classes/{}/handover", stage.class);
    let done = learner.post(&keep, &[("note", "坐前排")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(
        learner.post(&keep, &[]).await.location(),
        done.location(),
        "kept once a day"
    );
    let list = learner
        .call(200, "GET", "/api/v1/me/handovers", &Value::Null)
        .await;
    let code = list["items"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(code.len(), 4);
    assert!(learner.get(done.location()).await.shows(&code));
    assert!(learner.get("/me").await.shows(&code));
    assert_eq!(stage.as_learner(1).get(done.location()).await.status, 404);

    let clerk = stage.as_registrar();
    assert!(clerk.get("/desk/counter").await.shows("学员有四位数字"));
    let found = clerk.post("/desk/counter/handover", &[("code", &code)]).await;
    assert!(found.shows("学**") && !found.shows("学员0"), "{}", found.body);
    let open = "/desk/counter/handover/open";
    let no = clerk.post(open, &[("code", &code), ("answer", "王秀英")]).await;
    assert!(no.status == 422 && no.shows("对不上"), "{}", no.body);
    let opened = clerk.post(open, &[("code", &code), ("answer", "1950")]).await;
    assert!(
        opened.status == 200 && opened.shows("坐前排") && opened.shows("1950 年"),
        "{}",
        opened.body
    );
    assert!(!opened.shows("学员0"), "masked");
    let finish = "/desk/counter/handover/finish";
    let said = [("code", code.as_str()), ("answer", "1950")];
    let asked = clerk.post(finish, &said).await;
    assert!(asked.status == 422 && asked.shows("本人在场"), "{}", asked.body);
    let said = [said[0], said[1], ("consent", "yes")];
    let done = clerk.post(finish, &said).await;
    assert!(done.location().starts_with("/desk/enrollments/"), "{}", done.body);
    let shown = clerk.get(done.location()).await;
    assert!(shown.shows("先在手机上填的，到柜台接着办"), "{}", shown.body);
    let again = clerk.post("/desk/counter/handover", &[("code", &code)]).await;
    assert!(again.status == 409 && again.shows("已经用过了"), "{}", again.body);
    assert!(
        learner
            .get(&format!(
                "/me/handovers/{}",
                list["items"][0]["id"].as_str().unwrap()
            ))
            .await
            .shows("已经在柜台办好了")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_enrols_on_line_after_all_reads_no_digits_any_more() {
    let stage = stage(1, 1).await;
    let (_, code) = kept(&stage, 0).await;
    let learner = stage.as_learner(0);
    assert!(learner.get("/me").await.shows(&code));
    stage.enroll(0).await;
    assert!(!learner.get("/me").await.shows(&code));
    let list = learner
        .call(200, "GET", "/api/v1/me/handovers", &Value::Null)
        .await;
    assert_eq!(list["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn digits_of_yesterday_lead_to_new_ones_with_what_was_said() {
    let stage = stage(1, 2).await;
    let (old, _) = kept(&stage, 0).await;
    stage.app.platform.clock.advance(DAY);
    let learner = stage.as_learner(0);
    let page = learner.get(&format!("/me/handovers/{old}")).await;
    assert!(page.shows("再存一次，给我新的四位数字"), "{}", page.body);
    let field = |name: &str| {
        let tail = page
            .body
            .split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .unwrap();
        tail.split('"').next().unwrap().to_owned()
    };
    let (whose, note) = (field("for"), field("note"));
    assert_eq!(note, "坐前排");
    let keep = format!("/classes/{}/handover", stage.class);
    let done = learner.post(&keep, &[("for", &whose), ("note", &note)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(learner.get(done.location()).await.shows("到柜台说这四位数字"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_who_began_and_who_finished() {
    let stage = stage(1, 2).await;
    let (id, code) = kept(&stage, 0).await;
    let body = json!({ "code": code, "answer": "1950", "consent": true });
    let made = stage.as_registrar().call(201, "POST", FINISH, &body).await;
    let enrollment: EnrollmentId = made["id"].as_str().unwrap().parse().unwrap();
    let sql = "SELECT kind, channel, actor_person, on_behalf_of, data FROM event
        WHERE kind IN ('enrollment.confirmed', 'enrollment.handed_over', 'handover.finished') ORDER BY id LIMIT 9";
    let events: Vec<Kept> = stage.app.platform.db.query(sql, args![]).await.unwrap();
    assert_eq!(events.len(), 3);
    for event in &events {
        assert_eq!(
            (event.actor_person, event.on_behalf_of),
            (Some(stage.world.here.registrar), Some(stage.people[0])),
            "{}",
            event.kind
        );
        assert_eq!(event.channel, "api", "{}", event.kind);
    }
    for event in &events[1..] {
        let data: Value = serde_json::from_str(&event.data).unwrap();
        assert_eq!(data["begun_by"], json!(stage.people[0]), "{}", event.kind);
        assert_eq!(
            (&data["handover"], &data["enrollment"]),
            (&json!(id), &json!(enrollment))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_guessed_ten_times_and_not_by_siblings() {
    let stage = stage(1, 2).await;
    let (_, code) = kept(&stage, 0).await;
    let look = "/api/v1/desk/handovers/look";
    let body = json!({ "code": code });
    stage.as_sibling().call(409, "POST", look, &body).await;
    stage.as_learner(0).call(403, "POST", look, &body).await;
    stage.app.visitor().call(401, "POST", look, &body).await;
    let clerk = stage.as_registrar();
    let bad = clerk.call(422, "POST", look, &json!({ "code": "12" })).await;
    assert_eq!(testkit::wrong_fields(&bad), ["code"]);
    let found = clerk.call(200, "POST", look, &body).await;
    assert_eq!(found["items"][0]["name"], "学**");
    for _ in 0..9 {
        clerk
            .call(409, "POST", look, &json!({ "code": wrong(&code) }))
            .await;
    }
    let answer = json!({ "code": code, "answer": "1949", "consent": true });
    clerk.call(422, "POST", FINISH, &answer).await;
    clerk.call(429, "POST", look, &body).await;
    stage.app.platform.clock.advance(600);
    clerk.call(200, "POST", look, &body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_over_at_the_end_of_the_day_or_when_dropped() {
    let stage = stage(2, 3).await;
    let (id, code) = kept(&stage, 0).await;
    let clerk = stage.as_registrar();
    let dropping = format!("/api/v1/me/handovers/{id}");
    stage
        .as_learner(1)
        .call(404, "DELETE", &dropping, &Value::Null)
        .await;
    stage
        .as_learner(0)
        .call(204, "DELETE", &dropping, &Value::Null)
        .await;
    let said = |code: &str| json!({ "code": code, "answer": "1950", "consent": true });
    let told = clerk.call(409, "POST", FINISH, &said(&code)).await;
    assert!(told["detail"].as_str().unwrap().contains("作废"), "{told}");
    let (_, code) = kept(&stage, 1).await;
    stage.app.platform.clock.advance(DAY);
    let told = clerk.call(409, "POST", FINISH, &said(&code)).await;
    assert!(told["detail"].as_str().unwrap().contains("过期"), "{told}");
    let page = clerk.post("/desk/counter/handover", &[("code", &code)]).await;
    assert!(page.status == 409 && page.shows("过期"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_class_asks_before_one_waits_and_the_draft_stays() {
    let stage = stage(1, 2).await;
    let (_, code) = kept(&stage, 0).await;
    stage.enroll(1).await;
    let clerk = stage.as_registrar();
    let finish = "/desk/counter/handover/finish";
    let said = [("code", code.as_str()), ("answer", "1950"), ("consent", "yes")];
    let full = clerk.post(finish, &said).await;
    assert!(full.status != 303 && full.shows("排候补，前面"), "{}", full.body);
    let mut said = said.to_vec();
    said.push(("accept_waitlist", "yes"));
    assert_eq!(clerk.post(finish, &said).await.status, 303);
    assert_eq!(stage.status(0).await, "waitlisted");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_for_oneself_or_who_agreed() {
    let stage = stage(1, 2).await;
    let path = format!("/api/v1/classes/{}/handovers", stage.class);
    let other = json!({ "for": stage.people[1] });
    stage.as_learner(0).call(404, "POST", &path, &other).await;
    let long = json!({ "note": "长".repeat(201) });
    let told = stage.as_learner(0).call(422, "POST", &path, &long).await;
    assert_eq!(testkit::wrong_fields(&told), ["note"]);
    let typed = "长".repeat(201);
    let page = format!("/classes/{}/handover", stage.class);
    let again = stage
        .as_learner(0)
        .post(&page, &[("note", typed.as_str()), ("name_2", "王秀英")])
        .await;
    assert_eq!(again.status, 422);
    assert!(again.shows("最多 200 个字"), "{}", again.body);
    assert!(again.body.contains(&typed), "what was typed stays");
    kept(&stage, 0).await;
    let tx = stage.app.system().begin().await.unwrap();
    assert_eq!(super::store::erase(&tx, stage.people[0]).await.unwrap(), 1);
}

#[test]
fn learner_texts_have_english() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = Vec::new();
    for file in [
        "handover/pages.rs",
        "enrollments/pages.rs",
        "enrollments/check.rs",
    ] {
        let source = std::fs::read_to_string(root.join(file)).unwrap();
        for marker in [
            "learner_page(&ctx, \"",
            "page.t(\"",
            "page.tn(\"",
            "Field::textarea(\"note\", \"",
        ] {
            let found = source.split(marker).skip(1);
            texts.extend(found.filter_map(|rest| Some(rest.split('"').next()?.to_owned())));
        }
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(texts.len() > 10, "{texts:?}");
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}
