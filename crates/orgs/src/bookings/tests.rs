//! Bookings through the router.

use super::{Busy, BusyHours};
use crate::testing::{Town, room, town};
use platform::Role;
use serde_json::{Value, json};

fn fields<'a>(day: &'a str, starts: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("day", day),
        ("starts", starts),
        ("minutes", "90"),
        ("people", "20"),
        ("purpose", "合唱团排练"),
    ]
}

/// The other school asks for the first school's room; gives the address of the booking.
async fn asked(town: &Town, starts: &str) -> String {
    let path = format!("/desk/rooms/{}/book", room(town));
    let answer = town
        .there(Role::Registrar)
        .post(&path, &fields("2026-11-24", starts))
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().split('?').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_asked_for_lent_and_given_back() {
    let town = town().await;
    let (keeper, asker) = (town.here(Role::SchoolHead), town.there(Role::Registrar));
    assert!(asker.get("/desk/bookings/rooms?q=xinzhuang").await.status == 200);
    assert!(asker.get("/desk/bookings/rooms").await.shows("101 教室"));
    let booking = asked(&town, "14:00").await;
    let waiting = crate::waiting(&town.app.system()).await.unwrap();
    assert_eq!((waiting[0].count, waiting[0].due), (1, "2026-11-24".parse().ok()));
    assert!(keeper.get("/desk/bookings").await.shows("合唱团排练"));
    let answer = keeper
        .post(&format!("{booking}/approve"), &[("version", "1")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(asker.get(&booking).await.shows("已同意"));
    assert!(crate::waiting(&town.app.system()).await.unwrap().is_empty());
    let answer = asker
        .post(
            &format!("{booking}/cancel"),
            &[("version", "2"), ("reason", "不排练了")],
        )
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(
        town.events("booking.").await,
        ["booking.requested", "booking.approved", "booking.cancelled"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_lent_to_one_at_a_time() {
    let town = town().await;
    let keeper = town.here(Role::SchoolHead);
    let (first, second) = (asked(&town, "14:00").await, asked(&town, "15:00").await);
    assert_eq!(
        keeper
            .post(&format!("{second}/approve"), &[("version", "1")])
            .await
            .status,
        303
    );
    let answer = keeper
        .post(&format!("{first}/approve"), &[("version", "1")])
        .await;
    assert!(
        answer.status == 409 && answer.shows("已经有“合唱团排练”"),
        "{}",
        answer.body
    );
    let path = format!("/desk/rooms/{}/book", room(&town));
    let again = town
        .there(Role::Registrar)
        .post(&path, &fields("2026-11-24", "16:29"))
        .await;
    assert!(
        again.status == 409 && again.body.contains("16:29"),
        "{}",
        again.body
    );
    let answer = keeper
        .post(&format!("{first}/refuse"), &[("version", "1"), ("reason", "")])
        .await;
    assert_eq!(answer.status, 422);
    let answer = keeper
        .post(
            &format!("{first}/refuse"),
            &[("version", "1"), ("reason", "有人先借了")],
        )
        .await;
    assert_eq!(answer.status, 303);
    let late = keeper
        .post(&format!("{first}/approve"), &[("version", "1")])
        .await;
    assert!(late.status == 409 && late.shows("已经有了答复"), "{}", late.body);
    let past = town
        .there(Role::Registrar)
        .post(&path, &fields("2026-11-21", "14:00"))
        .await;
    assert!(
        past.status == 422 && past.shows("日期要在今天到"),
        "{}",
        past.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lessons_take_the_room_too() {
    let town = town().await;
    let lessons = BusyHours(|_, _, day| {
        Box::pin(async move {
            Ok(vec![Busy {
                day,
                starts: "13:00".parse().unwrap(),
                minutes: 90,
                what: "书法入门 第 3 次课".into(),
            }])
        })
    });
    let draft = |starts: &str| super::BookingDraft {
        day: "2026-11-24".parse().unwrap(),
        starts: starts.parse().unwrap(),
        minutes: 60,
        people: 10,
        purpose: "排练".into(),
    };
    let school = &town.world.there;
    let ctx = town.app.ctx(testkit::staff(
        school.registrar,
        Role::Registrar,
        school.org,
        &school.path,
    ));
    let clash = super::actions::request(&ctx, room(&town), draft("14:00"), Some(lessons)).await;
    assert!(clash.unwrap_err().sentence().contains("书法入门 第 3 次课"));
    super::actions::request(&ctx, room(&town), draft("14:30"), Some(lessons))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so_and_others_bookings_are_not_there() {
    let town = town().await;
    let booking = asked(&town, "14:00").await;
    let form = [("version", "1"), ("reason", "因为")];
    for (who, client, see, decide) in [
        ("visitor", town.app.visitor(), 303, 401),
        ("auditor", town.here(Role::Auditor), 403, 403),
        ("who asked", town.there(Role::Registrar), 200, 403),
        ("teacher of the school", town.here(Role::Teacher), 404, 403),
    ] {
        assert_eq!(client.get(&booking).await.status, see, "{who}");
        for verb in ["approve", "refuse"] {
            let answer = client.post(&format!("{booking}/{verb}"), &form).await;
            assert_eq!(answer.status, decide, "{who} {verb}");
        }
    }
    let school = &town.world.there;
    let stranger = town.app.signed_in(testkit::staff(
        school.teacher,
        Role::SchoolHead,
        school.org,
        &school.path,
    ));
    assert_eq!(stranger.get(&booking).await.status, 404);
    for verb in ["approve", "refuse", "cancel"] {
        assert_eq!(
            stranger.post(&format!("{booking}/{verb}"), &form).await.status,
            404,
            "{verb}"
        );
    }
    assert_eq!(town.events("booking.").await, ["booking.requested"]);
}

fn rehearsal() -> Value {
    json!({ "day": "2026-11-24", "starts": "14:00", "minutes": 90, "people": 20, "purpose": "合唱团排练" })
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_ask_lend_refuse_and_take_back() {
    let town = town().await;
    let (keeper, asker) = (town.here(Role::SchoolHead), town.there(Role::Registrar));
    let open = asker
        .call(200, "GET", "/api/v1/bookings/rooms?q=101", &Value::Null)
        .await;
    assert_eq!(open["items"].as_array().unwrap().len(), 2);
    let ask = format!("/api/v1/rooms/{}/bookings", room(&town));
    let mut body = rehearsal();
    let first = asker.call(201, "POST", &ask, &body).await;
    let first = format!("/api/v1/bookings/{}", first["id"].as_str().unwrap());
    body["starts"] = json!("15:00");
    let second = asker.call(201, "POST", &ask, &body).await;
    let second = format!("/api/v1/bookings/{}", second["id"].as_str().unwrap());
    let waiting = keeper
        .call(200, "GET", "/api/v1/bookings?limit=1", &Value::Null)
        .await;
    assert_eq!(
        (waiting["items"][0]["status"].as_str(), waiting["next"].as_str()),
        (Some("waiting"), Some("1"))
    );
    let seen = json!({ "version": 1 });
    keeper.call(204, "POST", &format!("{first}/approve"), &seen).await;
    let told = keeper
        .call(409, "POST", &format!("{second}/approve"), &seen)
        .await;
    assert_eq!(told["type"], "/problems/room_taken");
    let told = asker.call(409, "POST", &ask, &body).await;
    assert!(told["detail"].as_str().unwrap().contains("合唱团排练"));
    let reason = json!({ "reason": "有人先借了", "version": 1 });
    keeper
        .call(204, "POST", &format!("{second}/refuse"), &reason)
        .await;
    keeper
        .call(409, "POST", &format!("{second}/refuse"), &reason)
        .await;
    let reason = json!({ "reason": "不排练了", "version": 2 });
    asker.call(204, "POST", &format!("{first}/cancel"), &reason).await;
    let own = asker
        .call(200, "GET", "/api/v1/bookings?own=true", &Value::Null)
        .await;
    let states: Vec<&str> = own["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["cancelled", "refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_hear_what_is_wrong_with_a_request() {
    let town = town().await;
    let asker = town.there(Role::Registrar);
    let ask = format!("/api/v1/rooms/{}/bookings", room(&town));
    let wrong = [
        ("day", json!("2026-11-21")),
        ("starts", json!("25:00")),
        ("minutes", json!(5)),
        ("people", json!(31)),
        ("purpose", json!("")),
    ];
    asker.told_of_each("POST", &ask, &rehearsal(), &wrong).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_do_not_reach_others_bookings() {
    let town = town().await;
    let booking = asked(&town, "14:00").await.replace("/desk", "/api/v1");
    let body = json!({ "version": 1, "reason": "因为" });
    let school = &town.world.there;
    let stranger = town.app.signed_in(testkit::staff(
        school.teacher,
        Role::SchoolHead,
        school.org,
        &school.path,
    ));
    for (client, see, decide) in [
        (town.app.visitor(), 401, 401),
        (town.here(Role::Auditor), 403, 403),
        (town.there(Role::Registrar), 200, 403),
        (stranger, 404, 404),
    ] {
        client.call(see, "GET", &booking, &Value::Null).await;
        for verb in ["approve", "refuse"] {
            client
                .call(decide, "POST", &format!("{booking}/{verb}"), &body)
                .await;
        }
    }
    assert_eq!(town.events("booking.").await, ["booking.requested"]);
}
