//! What who waits is told of seats that look free and are not: kept for others, or offered and not answered yet.

use super::load::plans;
use super::pages::kept_lines;
use super::store::{self, Offered};
use kernel::Instant;
use platform::AppResult;
use teaching::classes::ClassRow;
use ui::Page;

/// For whom seats of a class are kept now, how many are offered, and until when; nothing where none are.
pub(crate) async fn waiting_lines(
    db: &db::Db,
    page: &Page,
    class: &ClassRow,
    now: Instant,
) -> AppResult<Vec<String>> {
    let mut plans = plans(db, &[class.id], &[]).await?;
    let mut all = match plans.remove(&class.id) {
        Some(plan) => kept_lines(page, &plan, class, now),
        None => Vec::new(),
    };
    if let Offered {
        seats: seats @ 1..,
        until: Some(until),
    } = store::offered(db, class.id).await?
    {
        all.push(page.tn(
            "还有 {} 个名额正等轮到的人接受，最晚等到 {}；不要的，就给后面的人。",
            &[&seats, &page.moment(until)],
        ));
    }
    Ok(all)
}
