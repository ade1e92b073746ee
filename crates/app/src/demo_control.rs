//! The demonstration's own page: who one can be, and a clock that can be moved forward.
//!
//! Only part of the route table when the program was started with `--demo`.

use crate::installation::Shared;
use askama::Template;
use axum::response::Response;
use kernel::{Id, Instant};
use platform::web::{Posted, see_other};
use platform::{Access, AppResult, Ctx, Event, Routes, setting};
use ui::{Field, Form, Page};

/// Name of the setting that holds how many seconds the clock was moved forward.
pub const MOVED: &str = "demo.clock_moved";
const DAY: i64 = 86_400;
/// Seconds before an opening to which the clock is moved: time enough to leave an ask, and to see it decided.
const BEFORE_OPENING: i64 = 180;
/// A season and a half: enough to play a term from its enrolment to its certificates.
const MOST_DAYS: i64 = 200;

/// The routes of this module.
#[must_use]
pub fn routes(_: &Shared) -> Routes {
    Routes::new()
        .get("/demo", Access::Public, show)
        .post("/demo/clock", Access::Public, advance)
        .post("/demo/opening", Access::Public, to_opening)
}

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage {
    page: Page,
    now: String,
    /// When the next round by first come opens, if one does.
    opening: Option<String>,
    form: Form,
}

async fn show(ctx: Ctx) -> AppResult<Response> {
    Ok(ui::html(&page(&ctx, Form::blank(fields(), lang(&ctx))).await?))
}

async fn page(ctx: &Ctx, form: Form) -> AppResult<DemoPage> {
    let page = ui::learner_page(ctx, "演示");
    let opening = next_opening(ctx).await?;
    Ok(DemoPage {
        now: page.moment(ctx.now()),
        opening: opening.map(|opens| page.moment(opens)),
        page,
        form,
    })
}

/// The next opening that is far enough away to be moved to.
async fn next_opening(ctx: &Ctx) -> AppResult<Option<Instant>> {
    // A few seconds more: who has just been moved there means the one after it.
    let after = ctx.now().plus_secs(BEFORE_OPENING + 5);
    enrollment::first_come::actions::next_opening(ctx.db(), after).await
}

fn fields() -> Vec<Field> {
    vec![
        Field::number("days", "往后拨几天", 1, MOST_DAYS)
            .hint("报名截止、上课、结业都会跟着到来。拨过去就拨不回来；重新做一套演示数据可以从头开始。"),
    ]
}

fn lang(ctx: &Ctx) -> ui::Lang {
    ui::Preference::parse(&ctx.view.cookie).lang
}

async fn advance(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let form = Form::from_pairs(fields(), lang(&ctx), &posted.0);
    let Some(days) = form.number("days").filter(|_| form.is_valid()) else {
        return Ok(ui::respond::html_with(422, &page(&ctx, form).await?));
    };
    move_clock(&ctx, days * DAY).await
}

/// To a few minutes before the next round by first come, to see how people wait for it.
async fn to_opening(ctx: Ctx, _: Posted) -> AppResult<Response> {
    let Some(opens) = next_opening(&ctx).await? else {
        return Ok(see_other("/demo"));
    };
    let left = (opens.millis() - ctx.now().millis()) / 1_000;
    move_clock(&ctx, left - BEFORE_OPENING).await
}

async fn move_clock(ctx: &Ctx, secs: i64) -> AppResult<Response> {
    let tx = ctx.begin().await?;
    tx.lock("demo.clock", 0).await?;
    let moved: i64 = setting::get(&tx, MOVED).await?.unwrap_or(0);
    setting::set(&tx, MOVED, &(moved + secs), ctx.now()).await?;
    let subject: Id<()> = Id::from_raw(0);
    let event = Event::new("demo.clock_moved", "demo", subject).data(serde_json::json!({ "secs": secs }));
    tx.commit(vec![event]).await?;
    ctx.platform.clock.advance(secs);
    Ok(see_other("/demo"))
}

/// Moves a freshly started clock to where this demonstration's had come.
///
/// # Errors
/// When the setting cannot be read.
pub async fn resume(platform: &platform::Platform) -> AppResult<()> {
    let moved: i64 = setting::get(&platform.db, MOVED).await?.unwrap_or(0);
    platform.clock.advance(moved);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wiring;
    use testkit::TestApp;

    async fn app() -> TestApp {
        TestApp::start_with(wiring::SCHEMAS, async |platform| {
            wiring::routes(&Shared::start(platform).await.unwrap())
        })
        .await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_clock_moves_forward_and_is_kept() {
        let app = app().await;
        assert!(app.visitor().get("/demo").await.shows("2026年11月22日 09:00"));
        for days in ["3", "30"] {
            let answer = app.visitor().post("/demo/clock", &[("days", days)]).await;
            assert_eq!((answer.status, answer.location()), (303, "/demo"));
        }
        assert_eq!(app.platform.clock.today().to_string(), "2026-12-25");
        let moved: Option<i64> = setting::get(&app.platform.db, MOVED).await.unwrap();
        assert_eq!(moved, Some(33 * DAY));
        resume(&app.platform).await.unwrap();
        assert_eq!(app.platform.clock.today().to_string(), "2027-01-27");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_clock_goes_to_three_minutes_before_an_opening() {
        let app = app().await;
        let now = app.platform.clock.now();
        let none = app.visitor().post("/demo/opening", &[]).await;
        assert_eq!(
            (none.status, app.platform.clock.now()),
            (303, now),
            "no round ahead"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_wrong_number_of_days_comes_back_with_a_sentence() {
        let app = app().await;
        for days in ["", "0", "-1", "201", "十", "1.5"] {
            let answer = app.visitor().post("/demo/clock", &[("days", days)]).await;
            assert_eq!(answer.status, 422, "{days}");
            assert!(answer.shows("往后拨几天"), "{days}");
        }
        assert_eq!(
            app.visitor()
                .post_without_token("/demo/clock", &[("days", "1")])
                .await
                .status,
            409
        );
        assert_eq!(app.platform.clock.today().to_string(), "2026-11-22");
    }
}
