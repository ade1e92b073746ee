//! Rooms through the router: allowed, forbidden, a sibling's record, wrong input, changed meanwhile.

use crate::testing::{Town, on_get, room, town};
use platform::Role;
use serde_json::{Value, json};

fn fields<'a>(name: &'a str, seats: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("floor", "2 楼"),
        ("seats", seats),
        ("area_m2", "60"),
        ("facilities", "piano"),
        ("facilities", "sound"),
        ("step_free", "yes"),
        ("version", version),
    ]
}

async fn named(town: &Town, name: &str) -> Option<String> {
    let rooms = super::of_org(&town.app.platform.db, town.world.here.org)
        .await
        .unwrap();
    let found = rooms.into_iter().find(|room| room.name == name);
    found.map(|room| room.id.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_adds_changes_retires_and_restores_a_room() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = format!("/desk/orgs/{}/rooms", town.world.here.org);
    assert!(clerk.get(&format!("{list}/new")).await.shows("登记这间教室"));
    let answer = clerk.post(&list, &fields("203 音乐室", "24", "")).await;
    assert_eq!(answer.location(), format!("{list}?done=created"));
    let answer = clerk.get(answer.location()).await;
    assert!(answer.shows("教室已登记") && answer.shows("203 音乐室") && answer.shows("钢琴或电子琴、音响"));

    let id = named(&town, "203 音乐室").await.unwrap();
    let page = format!("/desk/rooms/{id}");
    let answer = clerk.post(&page, &fields("203 声乐室", "28", "1")).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(clerk.get(&page).await.shows("203 声乐室"));

    let answer = clerk
        .post(&format!("{page}/retire"), &[("reason", "装修"), ("version", "2")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let answer = clerk.get(&page).await;
    assert!(answer.shows("停用") && answer.shows("重新启用这间教室"));
    let public = town
        .app
        .visitor()
        .get(&format!("/api/v1/orgs/{}/rooms", town.world.here.org))
        .await;
    assert!(!public.body.contains("203"), "{}", public.body);
    let answer = clerk.post(&format!("{page}/restore"), &[("version", "3")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(
        town.events("room.").await,
        ["room.created", "room.changed", "room.retired", "room.restored"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so_and_a_siblings_room_is_not_there() {
    let town = town().await;
    let list = format!("/desk/orgs/{}/rooms", town.world.here.org);
    let room = format!("/desk/rooms/{}", kernel::Id::<()>::from_raw(town.world.here.room));
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("sibling street's registrar", town.there(Role::Registrar), 404),
    ] {
        assert_eq!(client.get(&list).await.status, on_get(status), "{who} list");
        assert_eq!(client.get(&room).await.status, on_get(status), "{who} page");
        let form = fields("偷改", "10", "1");
        assert_eq!(client.post(&list, &form).await.status, status, "{who} create");
        assert_eq!(client.post(&room, &form).await.status, status, "{who} change");
        for verb in ["retire", "restore"] {
            let form = [("reason", "因为"), ("version", "1")];
            let answer = client.post(&format!("{room}/{verb}"), &form).await;
            assert_eq!(answer.status, status, "{who} {verb}");
            assert!(!answer.body.contains("101 教室"), "{who} {verb}");
        }
    }
    let district = town.district(Role::City);
    assert_eq!(district.get(&list).await.status, 200);
    assert!(town.events("room.").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_comes_back_with_a_sentence_and_what_was_typed() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = format!("/desk/orgs/{}/rooms", town.world.here.org);
    for (name, seats, sentence) in [
        ("", "30", "请填写教室名称。"),
        ("204", "0", "座位数要在 1 到 2000 之间，您填了 0。"),
        ("204", "三十", "座位数要填整数"),
        ("101 教室", "31", "这个机构已经有一间“101 教室”"),
    ] {
        let answer = clerk.post(&list, &fields(name, seats, "")).await;
        assert_eq!(answer.status, 422, "{name} {seats}");
        assert!(answer.shows(sentence), "{name} {seats}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("value=\"{seats}\"")),
            "{name} {seats}"
        );
    }
    let area = format!("/desk/orgs/{}/rooms", town.world.here.street);
    let answer = town
        .district(Role::City)
        .post(&area, &fields("1", "30", ""))
        .await;
    assert_eq!(answer.status, 409);
    assert!(answer.shows("教室要登记在学校或学习点名下"), "{}", answer.body);
    for path in ["/desk/rooms/nonsense", "/desk/orgs/1/rooms"] {
        assert_eq!(clerk.get(path).await.status, 404, "{path}");
    }
    let token = clerk.post_without_token(&list, &fields("204", "30", "")).await;
    assert_eq!(token.status, 409);
    assert!(named(&town, "204").await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_clerks_is_told_and_can_save_again() {
    let town = town().await;
    let (one, two) = (town.here(Role::Registrar), town.here(Role::SchoolHead));
    let page = format!("/desk/rooms/{}", kernel::Id::<()>::from_raw(town.world.here.room));
    assert_eq!(
        one.post(&page, &fields("101 书画室", "30", "1")).await.status,
        303
    );
    let answer = two.post(&page, &fields("101 多功能室", "40", "1")).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.shows("别人改过这间教室") && answer.shows("101 书画室"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("101 多功能室") && answer.body.contains("name=\"version\" value=\"2\""));
    assert_eq!(
        two.post(&page, &fields("101 多功能室", "40", "2")).await.status,
        303
    );
    // A wrong field must not quietly take up the newer version.
    let answer = one.post(&page, &fields("", "30", "2")).await;
    assert!(answer.status == 422 && answer.body.contains("name=\"version\" value=\"2\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_the_rooms_in_use() {
    let town = town().await;
    let path = format!("/api/v1/orgs/{}/rooms", town.world.here.org);
    let json = town.app.visitor().get(&path).await.json();
    assert_eq!(json["next"], Value::Null);
    assert_eq!(json["items"][0]["name"], "101 教室");
    assert_eq!(json["items"][0]["seats"], 30);
    assert_eq!(
        town.app.visitor().get("/api/v1/orgs/nonsense/rooms").await.status,
        404
    );
}

fn body(name: &str, seats: i64) -> Value {
    json!({ "name": name, "floor": "2 楼", "seats": seats, "area_m2": 60, "facilities": ["piano", "sound"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_register_change_retire_and_restore_a_room() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let rooms = format!("/api/v1/orgs/{}/rooms", town.world.here.org);
    let made = clerk.call(201, "POST", &rooms, &body("203 音乐室", 24)).await;
    let room = format!("/api/v1/rooms/{}", made["id"].as_str().unwrap());
    let mut read = clerk.call(200, "GET", &room, &Value::Null).await;
    assert_eq!(
        (&read["facilities"], &read["version"]),
        (&json!(["piano", "sound"]), &json!(1))
    );
    // What was read may be sent back with one thing changed.
    read["seats"] = json!(28);
    clerk.call(204, "PUT", &room, &read).await;
    let late = clerk.call(409, "PUT", &room, &read).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    let reason = json!({ "reason": "装修", "version": 2 });
    clerk.call(204, "POST", &format!("{room}/retire"), &reason).await;
    let desk = format!("/api/v1/desk/orgs/{}/rooms?limit=1", town.world.here.org);
    let all = clerk.call(200, "GET", &desk, &Value::Null).await;
    assert_eq!(
        (all["items"][0]["name"].as_str(), all["next"].as_str()),
        (Some("101 教室"), Some("1"))
    );
    let open = town.app.visitor().call(200, "GET", &rooms, &Value::Null).await;
    assert_eq!(open["items"].as_array().unwrap().len(), 1, "out of use");
    clerk
        .call(204, "POST", &format!("{room}/restore"), &json!({ "version": 3 }))
        .await;
    assert_eq!(
        town.events("room.").await,
        ["room.created", "room.changed", "room.retired", "room.restored"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_refused_as_clerks_are() {
    let town = town().await;
    let rooms = format!("/api/v1/orgs/{}/rooms", town.world.here.org);
    let room = format!("/api/v1/rooms/{}", room(&town));
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("sibling's registrar", town.there(Role::Registrar), 404),
    ] {
        let mut changed = body("偷改", 10);
        changed["version"] = json!(1);
        let reason = json!({ "reason": "因为", "version": 1 });
        for (method, path, body) in [
            ("POST", rooms.clone(), &changed),
            ("PUT", room.clone(), &changed),
            ("POST", format!("{room}/retire"), &reason),
            ("POST", format!("{room}/restore"), &reason),
            ("GET", room.clone(), &Value::Null),
        ] {
            let told = client.call(status, method, &path, body).await;
            assert_eq!(told["status"], status, "{who}");
        }
    }
    let clerk = town.here(Role::Registrar);
    for (body, fields) in [
        (json!({}), vec!["name"]),
        (
            json!({ "name": "204", "seats": "三十", "area_m2": 60 }),
            vec!["seats"],
        ),
        (
            json!({ "name": "", "seats": 0, "area_m2": 0 }),
            vec!["name", "seats", "area_m2"],
        ),
        (
            json!({ "name": "204", "seats": 1, "area_m2": 1, "facilities": ["rocket"] }),
            vec!["facilities[0]"],
        ),
        (body("101 教室", 30), vec!["name"]),
    ] {
        let told = clerk.call(422, "POST", &rooms, &body).await;
        assert_eq!(testkit::wrong_fields(&told), fields, "{body}");
    }
    let told = clerk.call(422, "PUT", &room, &body("101 教室", 30)).await;
    assert_eq!(testkit::wrong_fields(&told), ["version"]);
    let area = format!("/api/v1/orgs/{}/rooms", town.world.here.street);
    let told = town
        .district(Role::City)
        .call(409, "POST", &area, &body("1", 30))
        .await;
    assert_eq!(told["type"], "/problems/area_without_rooms");
    assert!(town.events("room.").await.is_empty());
}
