//! The rules by cases, and their page through the router.

use super::model::{SchoolRules, Set, Silence, nearest};
use crate::testing::stage;
use kernel::{Id, OrgId};
use serde_json::json;

fn set(org: i64, version: i64, days: i64) -> Set {
    Set {
        org: Id::from_raw(org),
        version,
        rules: SchoolRules {
            merge_days: days,
            ..SchoolRules::default()
        },
    }
}

#[test]
fn the_nearest_org_and_its_last_version_count() {
    let path: Vec<OrgId> = [1, 2, 3].map(Id::from_raw).to_vec();
    for (sets, days) in [
        (vec![], None),
        (vec![set(1, 1, 5)], Some(5)),
        (vec![set(1, 9, 5), set(2, 1, 6)], Some(6)),
        (vec![set(3, 1, 7), set(3, 2, 8), set(1, 9, 5)], Some(8)),
        (vec![set(4, 1, 9)], None),
    ] {
        assert_eq!(
            nearest(&path, sets.clone()).map(|one| one.rules.merge_days),
            days,
            "{sets:?}"
        );
    }
}

#[test]
fn what_no_answer_means() {
    for (silence, same, settled) in [
        (Silence::KeepIfSame, true, Silence::Keep),
        (Silence::KeepIfSame, false, Silence::Refund),
        (Silence::Keep, false, Silence::Keep),
        (Silence::Refund, true, Silence::Refund),
    ] {
        assert_eq!(silence.settled(same), settled, "{silence:?} {same}");
    }
}

/// Everything that the page sends, with this many days to answer to a merge, by who saw this version.
async fn post(client: &testkit::Client, days: &str, org: &str, version: &str) -> testkit::Answer {
    let fields = [
        ("org", org),
        ("merge_days", days),
        ("merge_silence", "refund"),
        ("transfer_weeks", "2"),
        ("suspend_weeks", "3"),
        ("suspend_terms", "1"),
        ("suspend_seat", "give"),
        ("suspend_fee", "carry"),
        ("late_fee", "full"),
        ("fee_hours", "24"),
        ("fee_days", "1"),
        ("refund_whole", "0"),
        ("refund_part", "3"),
        ("refund_late", "nothing"),
        ("refund_proof", "unused"),
        ("absence_alert", "2"),
        ("absence_row", "4"),
        ("absence_percent", "33"),
        ("reason", "校务会决定"),
        ("version", version),
    ];
    client.post("/desk/school-rules", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_sets_its_own_rules_and_nobody_elses() {
    let stage = stage(5, 1).await;
    let clerk = stage.as_registrar();
    let org = stage.world.here.org.to_string();
    let page = clerk.get("/desk/school-rules").await;
    assert!(
        page.shows("按系统默认") && page.shows("全部退费"),
        "{}",
        page.body
    );
    let wrong = post(&clerk, "31", &org, "0").await;
    assert!(wrong.status == 422 && wrong.shows("校务会决定"), "{}", wrong.body);
    assert_eq!(post(&clerk, "5", &org, "0").await.status, 303);
    let late = post(&clerk, "7", &org, "0").await;
    assert!(
        late.status == 409 && late.shows("并班答复的期限现在是 5 天") && late.body.contains("value=\"7\""),
        "two tabs: {}",
        late.body
    );
    assert!(
        late.body.contains("name=\"version\" value=\"1\""),
        "saving again is a decision"
    );
    assert_eq!(post(&stage.as_sibling(), "6", &org, "0").await.status, 404);
    assert_eq!(stage.as_learner(0).get("/desk/school-rules").await.status, 403);
    assert!(clerk.get("/desk/school-rules").await.shows("自己定的"));
    let at = format!("/api/v1/orgs/{org}/school-rules");
    let rules = stage.as_learner(0).call(200, "GET", &at, &json!(null)).await;
    assert_eq!(
        (rules["merge_days"].as_i64(), rules["merge_silence"].as_str()),
        (Some(5), Some("refund"))
    );
    assert_eq!(rules["version"], 1);
    let body = json!({ "rules": { "merge_days": 0 }, "reason": "试一试", "version": 1 });
    assert_eq!(clerk.api("PUT", &at, &body).await.status, 422);
    for (version, status, code) in [
        (json!(null), 422, "invalid"),
        (json!(0), 409, "changed_meanwhile"),
    ] {
        let body = json!({ "rules": { "merge_days": 2 }, "reason": "改回默认", "version": version });
        let told = clerk.call(status, "PUT", &at, &body).await;
        assert!(told["type"].as_str().unwrap().ends_with(code), "{told}");
    }
    let body = json!({ "rules": { "merge_days": 2 }, "reason": "改回默认", "version": 1 });
    clerk.call(204, "PUT", &at, &body).await;
    let rules = clerk.call(200, "GET", &at, &json!(null)).await;
    assert_eq!(rules["merge_silence"], "keep_if_same");
}
