//! Papers through the router.

use super::model::{Paper, When};
use super::settings::{self, RuleDraft};
use super::store;
use crate::testing::{Stage, stage, stage_with_fee};
use kernel::PersonId;
use platform::{Ctx, Role};
use serde_json::{Value, json};
use testkit::staff;

impl Stage {
    async fn born(&self, at: usize, day: &str) {
        let tx = self.app.system().begin().await.unwrap();
        let sql = "UPDATE person SET birth = $2 WHERE id = $1";
        tx.exec(sql, db::args![self.people[at], day]).await.unwrap();
        tx.commit(vec![platform::Event::new(
            "test.birth",
            "person",
            self.people[at],
        )])
        .await
        .unwrap();
    }

    async fn strenuous(&self) {
        let tx = self.app.system().begin().await.unwrap();
        let sql = "UPDATE class SET risk = 'strenuous', version = version + 1 WHERE id = $1 {unscoped: test}";
        tx.exec(sql, db::args![self.class]).await.unwrap();
        tx.commit(vec![platform::Event::new("test.risk", "class", self.class)])
            .await
            .unwrap();
    }

    async fn family(&self, helper: usize, elder: usize, relation: &str) {
        let body = json!({ "helper": self.people[helper], "relation": relation });
        let ctx = self.app.system();
        let now = ctx.now();
        let sql = "INSERT INTO family_link (id, helper_id, elder_id, relation, status, asked_at, expires_at, valid_to)
                   VALUES ($1, $2, $3, $4, 'confirmed', $5, $5, '2099-01-01')";
        let tx = ctx.begin().await.unwrap();
        let id: people::FamilyLinkId = ctx.new_id();
        tx.exec(
            sql,
            db::args![id, self.people[helper], self.people[elder], relation, now],
        )
        .await
        .unwrap();
        tx.commit(vec![
            platform::Event::new("test.family", "person", self.people[elder]).data(body),
        ])
        .await
        .unwrap();
    }

    /// What is owed for an enrolment, as the client sees it: paper and id of the words.
    async fn owed(&self, client: &testkit::Client, enrollment: &str) -> Vec<(String, String)> {
        let path = format!("/api/v1/enrollments/{enrollment}/papers");
        let answer = client.api("GET", &path, &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let items = answer.json()["items"].as_array().cloned().unwrap();
        let papers = items
            .iter()
            .flat_map(|item| item["papers"].as_array().cloned().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        papers
            .map(|paper| (text(&paper["paper"]), text(&paper["text"])))
            .collect()
    }

    /// People of whom the desk's first page says that they owe papers.
    async fn papers_waiting(&self) -> i64 {
        let here = &self.world.here;
        let clerk = staff(here.registrar, Role::Registrar, here.org, &here.path);
        let waiting = crate::waiting(&self.app.ctx(clerk)).await.unwrap();
        let papers = waiting.iter().filter(|one| one.title.starts_with("还差材料"));
        papers.map(|one| one.count).sum()
    }

    async fn sign(
        &self,
        client: &testkit::Client,
        enrollment: &str,
        paper: &str,
        text: &str,
    ) -> testkit::Answer {
        let path = format!("/api/v1/enrollments/{enrollment}/papers");
        client
            .api("POST", &path, &json!({ "paper": paper, "text": text }))
            .await
    }
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn at_81_a_seat_is_reserved_until_the_family_signs() {
    let stage = stage(2, 2).await;
    stage.born(0, "1944-01-01").await;
    stage.give_phone(0).await;
    let enrolled = stage.enroll(0).await;
    assert_eq!(enrolled["status"], "reserved");
    let enrollment = id(&enrolled);
    stage.app.run_jobs(crate::JOBS).await;
    let told = stage.told(0).await.join("");
    assert!(told.contains("家人同意书") && told.contains("带身份证"), "{told}");
    let elder = stage.as_learner(0);
    let page = elder.get(&format!("/me/enrollments/{enrollment}")).await;
    assert!(
        page.body.contains("名额已留，等交材料") && page.body.contains("家人同意书"),
        "{}",
        page.body
    );
    let owed = stage.owed(&elder, &enrollment).await;
    let [(paper, text)] = owed.as_slice() else {
        panic!("{owed:?}")
    };
    assert_eq!(paper, "consent");
    // The learner cannot sign it; the daughter can, once she has a link.
    let answer = stage.sign(&elder, &enrollment, paper, text).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    let daughter = stage.as_learner(1);
    assert_eq!(stage.sign(&daughter, &enrollment, paper, text).await.status, 404);
    stage.family(1, 0, "child").await;
    let page = daughter
        .get(&format!("/me/enrollments/{enrollment}/papers/consent"))
        .await;
    assert!(page.body.contains("我看完了，同意并签名"), "{}", page.body);
    assert_eq!(stage.sign(&daughter, &enrollment, paper, text).await.status, 200);
    assert_eq!(stage.status(0).await, "confirmed");
    assert!(stage.owed(&daughter, &enrollment).await.is_empty());
    // Signed twice is signed once.
    assert_eq!(stage.sign(&daughter, &enrollment, paper, text).await.status, 200);
    let signed = store::of_person(&stage.app.platform.db, stage.people[0])
        .await
        .unwrap();
    assert_eq!(signed.len(), 1);
    assert_eq!(signed[0].relation.as_str(), "child");
    let page = elder.get("/me/papers").await;
    assert!(page.body.contains("签过的"), "{}", page.body);
    let copy = elder.get(&format!("/me/papers/{}", signed[0].id)).await;
    assert!(
        copy.body.contains("儿女") && copy.body.contains("学员的身体状况"),
        "{}",
        copy.body
    );
    stage.app.run_jobs(crate::JOBS).await;
}

#[tokio::test]
async fn a_carer_does_not_sign_and_strangers_see_nothing() {
    let stage = stage(2, 3).await;
    stage.born(0, "1944-01-01").await;
    let enrollment = id(&stage.enroll(0).await);
    stage.family(1, 0, "carer").await;
    let owed = stage.owed(&stage.as_learner(1), &enrollment).await;
    let (paper, text) = &owed[0];
    let answer = stage.sign(&stage.as_learner(1), &enrollment, paper, text).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    for path in ["papers/consent", "papers/health", "papers/nothing"] {
        let path = format!("/me/enrollments/{enrollment}/{path}");
        assert_eq!(stage.as_learner(2).get(&path).await.status, 404, "{path}");
    }
    let path = format!("/desk/enrollments/{enrollment}/papers");
    assert_eq!(stage.as_sibling().get(&path).await.status, 404);
    assert_eq!(stage.as_learner(0).get(&path).await.status, 403);
    let path = format!("/desk/classes/{}/papers", stage.class);
    assert_eq!(stage.as_sibling().get(&path).await.status, 404);
}

#[tokio::test]
async fn the_clerk_records_paper_and_the_list_shows_who_owes() {
    let stage = stage(2, 1).await;
    stage.strenuous().await;
    stage.born(0, "1944-01-01").await;
    let enrollment = id(&stage.enroll(0).await);
    let clerk = stage.as_registrar();
    let list = clerk.get(&format!("/desk/classes/{}/papers", stage.class)).await;
    assert!(
        list.body.contains("健康承诺书、安全责任告知书、家人同意书"),
        "{}",
        list.body
    );
    let path = format!("/desk/enrollments/{enrollment}/papers");
    let owed = stage.owed(&clerk, &enrollment).await;
    assert_eq!(owed.len(), 3);
    for (paper, text) in &owed {
        let choice = format!("{paper}.{text}");
        let wrong = if paper == "consent" { "self" } else { "child" };
        let form = [
            ("paper", choice.as_str()),
            ("signer_name", "王小明"),
            ("relation", wrong),
        ];
        let answer = clerk.post(&path, &form).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains("王小明"), "what was typed is kept");
        assert_eq!(stage.status(0).await, "reserved");
        let right = if paper == "consent" { "child" } else { "self" };
        let form = [
            ("paper", choice.as_str()),
            ("signer_name", "王小明"),
            ("relation", right),
        ];
        assert_eq!(clerk.post(&path, &form).await.status, 303);
    }
    assert_eq!(stage.status(0).await, "confirmed");
    assert!(clerk.get(&path).await.body.contains("已经签齐"));
}

#[tokio::test]
async fn the_consent_is_not_signed_under_the_learners_own_name() {
    let stage = stage(2, 1).await;
    stage.born(0, "1944-01-01").await;
    let enrollment = id(&stage.enroll(0).await);
    let clerk = stage.as_registrar();
    let owed = stage.owed(&clerk, &enrollment).await;
    let (paper, text) = &owed[0];
    assert_eq!((owed.len(), paper.as_str()), (1, "consent"));
    let learner = people::persons::find(&stage.app.platform.db, stage.people[0]);
    let learner = learner.await.unwrap().name;
    let path = format!("/api/v1/enrollments/{enrollment}/papers");
    let body = json!({ "paper": paper, "text": text, "signer_name": learner, "relation": "child" });
    let wrong = clerk.call(422, "POST", &path, &body).await;
    assert_eq!(wrong["errors"][0]["field"], "signer_name");
    let sentence = wrong["detail"].as_str().unwrap();
    assert!(sentence.contains("请写签字的儿女自己的姓名"), "{sentence}");
    let form = [
        ("paper", &*format!("{paper}.{text}")),
        ("signer_name", &learner),
        ("relation", "child"),
    ];
    let page = clerk
        .post(&format!("/desk/enrollments/{enrollment}/papers"), &form)
        .await;
    assert!(page.status == 422 && page.shows(&learner), "{}", page.body);
    assert_eq!(stage.status(0).await, "reserved");
    let body = json!({ "paper": paper, "text": text, "signer_name": "李小娟", "relation": "child" });
    assert!(clerk.api("POST", &path, &body).await.status < 300);
    assert_eq!(stage.status(0).await, "confirmed");
}

#[tokio::test]
async fn a_fee_waits_for_papers_and_papers_alone_do_not_pay() {
    let stage = stage_with_fee(2, 1).await;
    stage.born(0, "1944-01-01").await;
    let enrollment = id(&stage.enroll(0).await);
    let here = &stage.world.here;
    let cashier = stage
        .app
        .signed_in(staff(here.registrar, Role::Registrar, here.org, &here.path));
    let pay = format!("/api/v1/enrollments/{enrollment}/payments");
    let cash = json!({ "method": "cash" });
    let answer = cashier.api("POST", &pay, &cash).await;
    assert_eq!(
        (
            answer.status,
            answer.json()["type"].to_string().contains("papers_owed")
        ),
        (409, true),
        "{}",
        answer.body
    );
    assert_eq!(
        stage.papers_waiting().await,
        1,
        "without the papers no fee comes in"
    );
    let (paper, text) = stage.owed(&cashier, &enrollment).await.remove(0);
    let body = json!({ "paper": paper, "text": text, "signer_name": "王小明", "relation": "child" });
    let path = format!("/api/v1/enrollments/{enrollment}/papers");
    assert_eq!(cashier.api("POST", &path, &body).await.status, 200);
    assert_eq!(stage.papers_waiting().await, 0, "what is left is the fee");
    assert_eq!(stage.status(0).await, "reserved", "the fee is still due");
    assert!(cashier.api("POST", &pay, &cash).await.status < 300);
    assert_eq!(stage.status(0).await, "confirmed");
}

#[tokio::test]
async fn a_hold_that_is_over_goes_to_the_next_who_may_owe_too() {
    let stage = stage(1, 3).await;
    stage.born(0, "1944-01-01").await;
    stage.born(1, "1945-01-01").await;
    stage.enroll(0).await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let wait = json!({ "accept_waitlist": true });
    assert_eq!(stage.as_learner(1).api("POST", &path, &wait).await.status, 201);
    assert_eq!(stage.as_learner(2).api("POST", &path, &wait).await.status, 201);
    stage.app.platform.clock.advance(49 * 3_600);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(stage.status(0).await, "expired");
    assert_eq!(
        stage.status(1).await,
        "reserved",
        "it is their turn, and they are told what to bring"
    );
    stage.app.platform.clock.advance(8 * 24 * 3_600);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(stage.status(1).await, "expired");
    assert_eq!(
        stage.status(2).await,
        "offered",
        "who owes nothing is offered the seat"
    );
}

fn draft(seen: String, age: Option<i64>, bring: &str) -> RuleDraft {
    RuleDraft {
        consent_age: age,
        health: When::Never,
        risks: When::Never,
        valid_days: 365,
        online_hours: 24,
        counter_days: 1,
        bring: bring.into(),
        seen,
    }
}

fn head(stage: &Stage, who: PersonId) -> Ctx {
    let here = &stage.world.here;
    let mut ctx = stage.app.system();
    ctx.actor = staff(who, Role::Registrar, here.org, &here.path).into();
    ctx
}

#[tokio::test]
async fn a_school_sets_its_own_rule_and_old_signatures_keep_their_words() {
    let stage = stage(3, 2).await;
    stage.born(0, "1950-01-01").await;
    let org = stage.world.here.org;
    let ctx = head(&stage, stage.world.here.registrar);
    let first = settings::show(&ctx, Some(org)).await.unwrap().papers;
    assert_eq!((first.rule.org_id, first.rule.consent_age), (None, Some(80)));
    let wrong = settings::save_rule(&ctx, org, draft(first.rule.id.to_string(), Some(20), "带身份证")).await;
    assert!(wrong.unwrap_err().sentence().contains("50 到 120"));
    let rule = settings::save_rule(&ctx, org, draft(first.rule.id.to_string(), Some(75), "带身份证")).await;
    assert_eq!(rule.unwrap().version, 1);
    let late = settings::save_rule(&ctx, org, draft(first.rule.id.to_string(), None, "带身份证")).await;
    assert!(late.is_err(), "somebody changed it meanwhile");
    // At 77 the family signs from now on: the desk has read the new rule.
    let enrolled = stage.enroll(0).await;
    assert_eq!(enrolled["status"], "reserved");
    let owed = stage.owed(&stage.as_registrar(), &id(&enrolled)).await;
    let body = "我是学员的家人，知道学员报名上课，并且同意。学校新写的话。";
    let seen = first.text(Paper::Consent).unwrap().id.to_string();
    settings::save_text(&ctx, org, Paper::Consent, body, &seen)
        .await
        .unwrap();
    let stale =
        json!({ "paper": "consent", "text": owed[0].1, "signer_name": "王小明", "relation": "child" });
    let path = format!("/api/v1/enrollments/{}/papers", id(&enrolled));
    let answer = stage.as_registrar().api("POST", &path, &stale).await;
    assert_eq!(answer.status, 409, "the words changed: {}", answer.body);
    let page = stage.as_registrar().get("/desk/papers").await;
    assert!(
        page.body.contains("学校新写的话") && page.body.contains("本机构自己的，第 1 版"),
        "{}",
        page.body
    );
    assert_eq!(stage.as_learner(0).get("/desk/papers").await.status, 403);
}

#[tokio::test]
async fn a_seat_is_theirs_when_the_school_asks_no_longer() {
    let stage = stage(3, 1).await;
    stage.born(0, "1944-01-01").await;
    stage.enroll(0).await;
    assert_eq!(stage.status(0).await, "reserved");
    let org = stage.world.here.org;
    let clerk = stage.as_registrar();
    let page = clerk.get("/desk/papers").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let form = [
        ("health", "strenuous"),
        ("risks", "never"),
        ("consent_age", ""),
        ("valid_days", "365"),
        ("online_hours", "24"),
        ("counter_days", "2"),
        ("bring", "带身份证"),
    ];
    let path = format!("/desk/papers/{org}/rule");
    let stale = clerk.post(&path, &[&form[..], &[("seen", "0")]].concat()).await;
    assert_eq!(stale.status, 409, "somebody else changed it: {}", stale.body);
    assert!(stale.body.contains("带身份证"), "what was typed is kept");
    let api = format!("/api/v1/orgs/{org}/papers");
    let seen = clerk.api("GET", &api, &json!({})).await.json()["rule"]
        .as_str()
        .unwrap()
        .to_owned();
    let wrong = [&form[..4], &[("online_hours", "0"), ("seen", &seen)], &form[5..]].concat();
    assert_eq!(clerk.post(&path, &wrong).await.status, 422);
    let saved = clerk.post(&path, &[&form[..], &[("seen", &seen)]].concat()).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(stage.status(0).await, "confirmed");
    assert_eq!(stage.as_sibling().api("GET", &api, &json!({})).await.status, 404);
    let text = json!({ "paper": "health", "body": "太短", "seen": "2" });
    let answer = clerk
        .api("POST", &format!("/api/v1/orgs/{org}/paper-texts"), &text)
        .await;
    assert_eq!(answer.status, 422, "{}", answer.body);
}

#[tokio::test]
async fn who_is_erased_leaves_no_signature_and_no_name() {
    let stage = stage(3, 2).await;
    stage.born(0, "1944-01-01").await;
    let enrollment = id(&stage.enroll(0).await);
    stage.family(1, 0, "child").await;
    let daughter = stage.as_learner(1);
    let (paper, text) = stage.owed(&daughter, &enrollment).await.remove(0);
    assert_eq!(
        stage.sign(&daughter, &enrollment, &paper, &text).await.status,
        200
    );
    let db = &stage.app.platform.db;
    for (erased, left, named) in [(1, 1, false), (0, 0, false)] {
        stage.erase(erased).await;
        let signed = store::of_person(db, stage.people[0]).await.unwrap();
        assert_eq!(signed.len(), left);
        assert!(
            signed
                .iter()
                .all(|one| one.signer_sealed.is_some() == named && one.signer_person.is_none())
        );
    }
    let told = (crate::KEEPER.tell)(&stage.app.system(), stage.people[0])
        .await
        .unwrap();
    assert!(!told.is_empty());
}
