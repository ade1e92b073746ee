//! Family links through the router.

use super::model::{ASK_DAYS, LINK_DAYS, Standing};
use super::{actions, store};
use crate::testing::*;
use kernel::PersonId;
use platform::{Actor, Role, message};
use serde_json::{Value, json};
use testkit::{TestApp, World, learner, limited, staff};

const DAY: i64 = 86_400;

struct Family {
    app: TestApp,
    world: World,
    daughter: PersonId,
    mother: PersonId,
}

async fn family() -> Family {
    let (app, world) = app().await;
    let daughter = register(&app, "李娟", "13800138000", world.here.org).await;
    let mother = register(&app, "王秀英", "13900139000", world.here.org).await;
    Family {
        app,
        world,
        daughter,
        mother,
    }
}

impl Family {
    fn as_daughter(&self) -> testkit::Client {
        self.app.signed_in(learner(self.daughter))
    }

    fn as_mother(&self) -> testkit::Client {
        self.app.signed_in(learner(self.mother))
    }

    fn clerk(&self) -> Actor {
        let here = &self.world.here;
        staff(here.registrar, Role::Registrar, here.org, &here.path)
    }

    async fn told(&self, who: PersonId) -> Vec<String> {
        let ctx = self.app.system();
        let sent = message::of_person(ctx.db(), who, 20).await.unwrap();
        sent.iter()
            .map(|one| message::open_text(&ctx, one).unwrap())
            .collect()
    }

    async fn acts_for(&self, who: PersonId) -> usize {
        let ctx = self.app.ctx(learner(who));
        actions::beneficiaries(&ctx).await.unwrap().len()
    }

    async fn standing(&self) -> Standing {
        let rows = store::of_elder(&self.app.platform.db, self.mother).await.unwrap();
        rows[0].standing(self.app.platform.clock.now())
    }
}

fn asking(name: &str, phone: &str) -> Value {
    json!({ "name": name, "phone": phone, "relation": "child" })
}

async fn asked(f: &Family) -> String {
    let made = f
        .as_daughter()
        .call(201, "POST", "/api/v1/me/family", &asking("王秀英", "13900139000"))
        .await;
    made["id"].as_str().unwrap().to_owned()
}

async fn kinds(f: &Family) -> Vec<String> {
    f.app
        .platform
        .db
        .query(
            "SELECT kind FROM event WHERE subject_kind = 'family_link' ORDER BY id LIMIT 10",
            db::args![],
        )
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daughter_asks_and_the_mother_agrees_on_the_page() {
    let f = family().await;
    let typed = [
        ("name", "王 秀英"),
        ("phone", "13900139000"),
        ("relation", "child"),
    ];
    let answer = f.as_daughter().post("/me/family", &typed).await;
    assert_eq!(answer.location(), "/me/family?done=asked", "{}", answer.body);
    assert_eq!(
        f.as_daughter().post("/me/family", &typed).await.status,
        303,
        "a double click"
    );
    assert_eq!(f.told(f.mother).await.len(), 1, "told once");
    assert!(f.told(f.mother).await[0].contains("女儿李娟想替您报名"));
    let page = f.as_mother().get("/me/family").await;
    assert!(
        page.shows("同意李娟替我办") && page.shows("138****8000"),
        "{}",
        page.body
    );
    assert_eq!(f.acts_for(f.daughter).await, 0);
    let id = store::of_elder(&f.app.platform.db, f.mother).await.unwrap()[0].id;
    let path = |word: &str| format!("/me/family/{id}/{word}");
    assert_eq!(
        f.as_daughter().post(&path("confirm"), &[]).await.status,
        404,
        "not one's own"
    );
    let token = f.app.signed_in(limited(learner(f.mother), &[]));
    assert_eq!(
        token.post(&path("confirm"), &[]).await.status,
        403,
        "a token does not agree"
    );
    assert_eq!(f.as_mother().post(&path("confirm"), &[]).await.status, 303);
    assert_eq!(f.acts_for(f.daughter).await, 1);
    assert!(f.told(f.daughter).await[0].contains("王秀英同意您代办"));
    let ctx = f.app.ctx(learner(f.daughter));
    assert_eq!(actions::beneficiaries(&ctx).await.unwrap()[0].calls, "妈妈");
    assert!(actions::link(&ctx, f.world.here.teacher).await.is_err());
    assert_eq!(
        f.as_mother().post(&path("confirm"), &[]).await.status,
        409,
        "once"
    );
    assert!(f.as_mother().get("/me/family").await.shows("不再让李娟替我办"));
    assert_eq!(f.as_mother().post(&path("end"), &[]).await.status, 303);
    assert_eq!(f.acts_for(f.daughter).await, 0);
    let told = f.told(f.daughter).await;
    assert!(told.iter().any(|text| text.contains("授权已经停了")), "{told:?}");
    assert_eq!(
        kinds(&f).await,
        ["family.asked", "family.confirmed", "family.ended"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_never_learns_who_is_registered() {
    let f = family().await;
    let client = f.as_daughter();
    let mut seen = Vec::new();
    for (name, phone) in [
        ("王秀英", "13900139000"),
        ("王秀兰", "13900139000"),
        ("王秀英", "13700137000"),
    ] {
        let made = client
            .api("POST", "/api/v1/me/family", &asking(name, phone))
            .await;
        seen.push((made.status, made.body.len()));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    let id = store::of_elder(&f.app.platform.db, f.mother).await.unwrap()[0].id;
    f.as_mother()
        .call(
            204,
            "POST",
            &format!("/api/v1/me/family/{id}/refuse"),
            &Value::Null,
        )
        .await;
    assert!(f.told(f.daughter).await.is_empty(), "a refusal is not told");
    for (advance, state) in [(0, "waiting"), (ASK_DAYS, "lapsed")] {
        f.app.platform.clock.advance(advance * DAY);
        let list = client.call(200, "GET", "/api/v1/me/family", &Value::Null).await;
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 3);
        for item in items {
            assert_eq!(
                (item["state"].as_str(), &item["person"]),
                (Some(state), &Value::Null)
            );
        }
    }
    let page = client.get("/me/family").await;
    assert!(
        page.shows("没有等到同意") && !page.body.contains("13900139000"),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_run_out_links_run_out_and_asking_is_limited() {
    let f = family().await;
    let id = asked(&f).await;
    f.app.platform.clock.advance(ASK_DAYS * DAY);
    let confirm = format!("/api/v1/me/family/{id}/confirm");
    f.as_mother().call(409, "POST", &confirm, &Value::Null).await;
    let id = asked(&f).await;
    let confirm = format!("/api/v1/me/family/{id}/confirm");
    f.as_mother().call(204, "POST", &confirm, &Value::Null).await;
    assert_eq!(f.standing().await, Standing::Active);
    f.app.platform.clock.advance((LINK_DAYS - 1) * DAY);
    let again = asked(&f).await;
    let confirm = format!("/api/v1/me/family/{again}/confirm");
    f.as_mother().call(204, "POST", &confirm, &Value::Null).await;
    assert_eq!(
        f.acts_for(f.daughter).await,
        1,
        "the new one takes the old one's place"
    );
    f.app.platform.clock.advance(LINK_DAYS * DAY);
    assert_eq!(
        (f.standing().await, f.acts_for(f.daughter).await),
        (Standing::Over, 0)
    );
    for (at, status) in [(0, 201), (1, 201), (2, 201), (3, 201), (4, 201), (5, 429)] {
        let body = asking("王秀英", &format!("1370013700{at}"));
        f.as_daughter()
            .call(status, "POST", "/api/v1/me/family", &body)
            .await;
    }
    f.app.platform.clock.advance(DAY);
    let body = asking("王秀英", "13700137009");
    f.as_daughter()
        .call(409, "POST", "/api/v1/me/family", &body)
        .await;
    let own = asking("李娟", "13800138000");
    f.as_mother().call(201, "POST", "/api/v1/me/family", &own).await;
    let token = f.app.signed_in(limited(learner(f.mother), &[]));
    token.call(403, "POST", "/api/v1/me/family", &own).await;
    f.app.visitor().call(401, "POST", "/api/v1/me/family", &own).await;
    let wrong = f
        .as_mother()
        .call(422, "POST", "/api/v1/me/family", &asking("李娟", "138"))
        .await;
    assert_eq!(testkit::wrong_fields(&wrong), ["phone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_records_it_for_who_has_no_telephone() {
    let f = family().await;
    let number = crate::persons::find(&f.app.platform.db, f.daughter)
        .await
        .unwrap()
        .number;
    let path = format!("/desk/people/{}/family", f.mother);
    let clerk = f.app.signed_in(f.clerk());
    assert!(clerk.get(&path).await.shows("登记代办人"));
    let mut typed = vec![
        ("number", number.as_str()),
        ("relation", "child"),
        ("reason", "本人没有手机"),
    ];
    assert_eq!(clerk.post(&path, &typed).await.status, 422, "how it was checked");
    typed.push(("check", "id_card"));
    let there = &f.world.there;
    let sibling = f
        .app
        .signed_in(staff(there.registrar, Role::Registrar, there.org, &there.path));
    assert_eq!(sibling.get(&path).await.status, 404);
    assert_eq!(sibling.post(&path, &typed).await.status, 404);
    assert_eq!(f.as_daughter().post(&path, &typed).await.status, 403);
    let waits = asked(&f).await;
    assert_eq!(clerk.post(&path, &typed).await.status, 303);
    assert_eq!(f.acts_for(f.daughter).await, 1);
    let list = clerk
        .call(
            200,
            "GET",
            &format!("/api/v1/people/{}/family", f.mother),
            &Value::Null,
        )
        .await;
    assert_eq!(list["items"][0]["id"], json!(waits), "the request was answered");
    let kept: (String, Option<PersonId>, Option<PersonId>, String) = one(
        &f.app,
        "SELECT kind, actor_person, on_behalf_of, channel FROM event WHERE kind = 'family.recorded'",
    )
    .await;
    assert_eq!((kept.1, kept.2), (Some(f.world.here.registrar), Some(f.mother)));
    assert_eq!(kept.3, "desk");
    let own = json!({ "number": f.world.here.registrar.to_string(), "relation": "carer", "check": "known", "reason": "认识" });
    let api = format!("/api/v1/people/{}/family", f.mother);
    let refused = clerk.call(409, "POST", &api, &own).await;
    assert!(refused["type"].is_string(), "{refused}");
    let end = format!("{path}/{waits}/end");
    assert_eq!(clerk.post(&end, &[("why", "")]).await.status, 422);
    assert_eq!(sibling.post(&end, &[("why", "本人要求")]).await.status, 404);
    assert_eq!(clerk.post(&end, &[("why", "本人要求")]).await.status, 303);
    assert_eq!(f.acts_for(f.daughter).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_elder_has_three_helpers_at_most() {
    let f = family().await;
    for (at, status) in [(0, 204), (1, 204), (2, 204), (3, 409)] {
        let helper = register(&f.app, "张三", &format!("1360013600{at}"), f.world.here.org).await;
        let made = f
            .app
            .signed_in(learner(helper))
            .call(201, "POST", "/api/v1/me/family", &asking("王秀英", "13900139000"))
            .await;
        let path = format!("/api/v1/me/family/{}/confirm", made["id"].as_str().unwrap());
        f.as_mother().call(status, "POST", &path, &Value::Null).await;
    }
    assert_eq!(
        f.told(f.mother).await.len(),
        3,
        "not told of the fourth request in a day"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_told_and_go_with_either_side() {
    let f = family().await;
    asked(&f).await;
    let file = f.as_daughter().get("/me/settings/export.json").await.json();
    assert_eq!(file["family_helping"][0]["name"], "王秀英");
    let file = f.as_mother().get("/me/settings/export.json").await.json();
    assert_eq!(file["family_helped"][0]["name"], "李娟");
    let ctx = f.app.system();
    let tx = ctx.begin().await.unwrap();
    assert_eq!(store::erase(&tx, f.daughter).await.unwrap(), 1);
}

#[test]
fn learner_texts_have_english() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for file in ["templates/family/mine.html", "src/family/pages.rs"] {
        let source = std::fs::read_to_string(root.join(file)).unwrap();
        let parts = source.split(['"']).skip(1).step_by(2).map(str::to_owned);
        texts.extend(parts.filter(|text| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))));
    }
    texts.extend(Standing::ALL.iter().map(|one| actions::label(*one).to_owned()));
    for relation in super::Relation::ALL {
        texts.push(relation.label().to_owned());
        for sex in [
            None,
            Some(crate::persons::Sex::Female),
            Some(crate::persons::Sex::Male),
        ] {
            texts.push(relation.calls(sex).to_owned());
        }
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}
