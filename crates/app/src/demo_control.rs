//! The demonstration's own page: who one can be, and a clock that can be moved forward.
//!
//! Only part of the route table when the program was started with `--demo`.

use crate::installation::Shared;
use askama::Template;
use axum::response::Response;
use kernel::Id;
use platform::web::{Posted, see_other};
use platform::{Access, AppResult, Ctx, Event, Routes, setting};
use ui::{Field, Form, Page};

/// Name of the setting that holds how many seconds the clock was moved forward.
pub const MOVED: &str = "demo.clock_moved";
const DAY: i64 = 86_400;
/// A season and a half: enough to play a term from its enrolment to its certificates.
const MOST_DAYS: i64 = 200;

/// The routes of this module.
#[must_use]
pub fn routes(_: &Shared) -> Routes {
    Routes::new()
        .get("/demo", Access::Public, show)
        .post("/demo/clock", Access::Public, advance)
}

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage {
    page: Page,
    now: String,
    form: Form,
}

async fn show(ctx: Ctx) -> Response {
    ui::html(&page(&ctx, Form::blank(fields(), lang(&ctx))))
}

fn page(ctx: &Ctx, form: Form) -> DemoPage {
    let page = ui::learner_page(ctx, "演示");
    let (day, time) = ctx.now().china();
    DemoPage {
        now: format!("{} {:02}:{:02}", page.date(day), time.hour(), time.minute()),
        page,
        form,
    }
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
        return Ok(ui::respond::html_with(422, &page(&ctx, form)));
    };
    let tx = ctx.begin().await?;
    tx.lock("demo.clock", 0).await?;
    let moved: i64 = setting::get(&tx, MOVED).await?.unwrap_or(0);
    setting::set(&tx, MOVED, &(moved + days * DAY), ctx.now()).await?;
    let subject: Id<()> = Id::from_raw(0);
    let event = Event::new("demo.clock_moved", "demo", subject).data(serde_json::json!({ "days": days }));
    tx.commit(vec![event]).await?;
    ctx.platform.clock.advance(days * DAY);
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
