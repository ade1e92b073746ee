//! The program's own addresses, through the router.

use crate::installation::Shared;
use crate::wiring;
use testkit::TestApp;

async fn app() -> TestApp {
    TestApp::start_with(wiring::SCHEMAS, async |platform| {
        wiring::routes(&Shared::start(platform).await.unwrap())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_kept_for_ever_and_sent_small() {
    let app = app().await;
    let url = ui::Bundle::Style.url();
    let plain = app.visitor().get(url).await;
    assert_eq!(plain.status, 200);
    assert!(
        plain.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert!(!plain.headers.contains_key("content-encoding"));
    for (accept, small) in [("gzip, br", true), ("br;q=0", false), ("gzip", false)] {
        let answer = app.visitor().header("accept-encoding", accept).get(url).await;
        assert_eq!(answer.headers.contains_key("content-encoding"), small, "{accept}");
        assert_eq!(answer.bytes.len() < plain.bytes.len(), small, "{accept}");
    }
    assert_eq!(app.visitor().get("/assets/none.css").await.status, 404);
    assert_eq!(app.visitor().get("/assets/..%2FCargo.toml").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_look_is_kept_and_leads_back_inside() {
    let app = app().await;
    for (query, cookie, back) in [
        (
            "set=large&back=%2Fclasses%3Fq%3D1",
            "xq_view=large.auto.en",
            "/classes?q=1",
        ),
        ("set=zh&back=%2F%2Fevil", "xq_view=normal.auto.zh", "/"),
        ("set=pink", "xq_view=normal.auto.en", "/"),
        ("", "xq_view=normal.auto.en", "/"),
    ] {
        let browser = app.visitor().header("cookie", "xq_view=normal.auto.en");
        let answer = browser.get(&format!("/view?{query}")).await;
        assert_eq!((answer.status, answer.location()), (303, back), "{query}");
        let set = answer.headers["set-cookie"].to_str().unwrap();
        assert!(set.starts_with(cookie), "{query}: {set}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_get_plain_answers() {
    let app = app().await;
    for path in ["/healthz", "/readyz", "/robots.txt", "/metrics"] {
        let answer = app.visitor().get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/plain"),
            "{path}"
        );
    }
    let metrics = app.visitor().get("/metrics").await.body;
    assert!(
        metrics.contains("xuequan_requests_total{status=\"5xx\"} 0"),
        "{metrics}"
    );
    assert!(metrics.contains("xuequan_jobs_waiting 0"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_describes_itself() {
    let answer = app().await.visitor().get("/api/v1/openapi.json").await;
    let json = answer.json();
    assert_eq!(json["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(json["openapi"].as_str().unwrap().starts_with("3."));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_say_so() {
    let app = app().await;
    assert!(app.visitor().get("/nowhere").await.shows("没有找到这个页面"));
    let english = app.visitor().header("cookie", "xq_view=normal.auto.en");
    assert!(english.get("/nowhere").await.shows("Page not found"));
    for (path, way_on) in [
        ("/nowhere", "href=\"/\""),
        ("/classes/nothing", "class=\"button\" href=\"/classes\""),
        ("/sites/nothing", "class=\"button\" href=\"/sites\""),
    ] {
        let answer = app.visitor().get(path).await;
        assert!(answer.status == 404 && answer.body.contains(way_on), "{path}");
    }
    assert_eq!(app.visitor().get("/api/v1/nowhere").await.json()["status"], 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_address_says_which_methods_it_takes() {
    let app = app().await;
    let read = "GET,HEAD";
    let visitor = app.visitor();
    for (answer, allow) in [
        (visitor.post("/classes", &[]).await, read),
        (visitor.get("/sign-in/phone").await, "POST"),
        // Also where a post would be needed: the addresses are no secret.
        (visitor.get("/desk/fee-refunds/0000000000001/pay").await, "POST"),
    ] {
        assert_eq!(
            (answer.status, answer.headers["allow"].to_str().unwrap()),
            (405, allow),
            "{}",
            answer.body
        );
        assert!(answer.shows("再点一次按钮"), "{}", answer.body);
    }
    let null = serde_json::Value::Null;
    for (method, path, allow) in [
        ("DELETE", "/api/v1/classes", "GET,HEAD,POST"),
        ("GET", "/api/v1/fee-refunds/0000000000001/payment", "POST"),
    ] {
        let answer = visitor.api(method, path, &null).await;
        assert_eq!(
            (answer.status, answer.headers["allow"].to_str().unwrap()),
            (405, allow),
            "{path}"
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["type"], "/problems/wrong_method");
    }
    assert_eq!(visitor.post("/nowhere", &[]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_after_the_sign_in_ended_leads_back_to_its_page() {
    let app = app().await;
    // The browser still brings the cookie of a sign-in that is over.
    let browser = app.signed_in(platform::Actor::default());
    for (referer, path, back) in [
        (
            "http://127.0.0.1:8080/me/settings?x=1",
            "/me/fees/0000000000001/pay",
            "%2Fme%2Fsettings%3Fx%3D1",
        ),
        (
            "http://elsewhere.example/me",
            "/me/handovers/0000000000001/drop",
            "%2Fme\"",
        ),
        ("", "/desk/fees/0000000000001/take", "%2Fdesk\""),
    ] {
        let answer = browser.clone().header("referer", referer).post(path, &[]).await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.body);
        assert!(answer.shows("刚才填的没有存下来"), "{}", answer.body);
        let link = format!("href=\"/sign-in?back={back}");
        assert!(answer.body.contains(&link), "{link}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_came_too_late_leads_back_to_its_page() {
    let app = app().await;
    for (referer, way_back) in [
        (
            "http://127.0.0.1:8080/me/settings?x=1",
            Some("href=\"/me/settings?x=1\""),
        ),
        ("http://elsewhere.example/me", None),
        ("", None),
    ] {
        let browser = app.visitor().header("referer", referer);
        let answer = browser.post_without_token("/sign-in/phone", &[]).await;
        assert_eq!(answer.status, 409, "{referer}");
        assert_eq!(answer.shows("回到刚才那一页"), way_back.is_some(), "{referer}");
        assert!(
            way_back.is_none_or(|link| answer.body.contains(link)),
            "{}",
            answer.body
        );
    }
}
