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
    let form = |days: &'static str, org: String| {
        [
            ("org", org),
            ("merge_days", days.into()),
            ("merge_silence", "refund".into()),
            ("transfer_weeks", "2".into()),
            ("suspend_weeks", "3".into()),
            ("suspend_terms", "1".into()),
            ("suspend_seat", "give".into()),
            ("suspend_fee", "carry".into()),
            ("late_fee", "full".into()),
            ("fee_hours", "24".into()),
            ("fee_days", "1".into()),
            ("refund_whole", "0".into()),
            ("refund_part", "3".into()),
            ("refund_late", "nothing".into()),
            ("refund_proof", "unused".into()),
            ("absence_alert", "2".into()),
            ("absence_row", "4".into()),
            ("absence_percent", "33".into()),
            ("reason", "校务会决定".into()),
        ]
    };
    let post = async |client: &testkit::Client, days, org: &str| {
        let pairs = form(days, org.to_owned());
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        client.post("/desk/school-rules", &pairs).await
    };
    let wrong = post(&clerk, "31", &org).await;
    assert!(wrong.status == 422 && wrong.shows("校务会决定"), "{}", wrong.body);
    assert_eq!(post(&clerk, "5", &org).await.status, 303);
    assert_eq!(post(&stage.as_sibling(), "6", &org).await.status, 404);
    assert_eq!(stage.as_learner(0).get("/desk/school-rules").await.status, 403);
    assert!(clerk.get("/desk/school-rules").await.shows("自己定的"));
    let at = format!("/api/v1/orgs/{org}/school-rules");
    let rules = stage.as_learner(0).call(200, "GET", &at, &json!(null)).await;
    assert_eq!(
        (rules["merge_days"].as_i64(), rules["merge_silence"].as_str()),
        (Some(5), Some("refund"))
    );
    let body = json!({ "rules": { "merge_days": 0 }, "reason": "试一试" });
    assert_eq!(clerk.api("PUT", &at, &body).await.status, 422);
    let body = json!({ "rules": { "merge_days": 2 }, "reason": "改回默认" });
    clerk.call(204, "PUT", &at, &body).await;
    let rules = clerk.call(200, "GET", &at, &json!(null)).await;
    assert_eq!(rules["merge_silence"], "keep_if_same");
}
