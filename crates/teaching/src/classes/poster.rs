//! `GET /classes/{id}/poster.pdf`: the printable poster of a class that is open to everybody.

use super::model::{ClassRow, ClassStatus, Mode};
use crate::names::Names;
use crate::{catalogue, courses, web};
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use documents::{Code, Enrolling, Poster, Typesetter};
use kernel::Instant;
use kernel::chinese_date::{day_text, time_text};
use orgs::facts::Facts;
use platform::web::Shared;
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;

/// The poster; a class that is only planned, over or cancelled has none.
pub async fn poster(
    ctx: Ctx,
    rounds: Option<Extension<catalogue::Enrolling>>,
    Shared(typesetter): Shared<Arc<Typesetter>>,
    Path(id): Path<String>,
) -> AppResult<Response> {
    let class = super::find(ctx.db(), web::id(&id)?).await?;
    if !matches!(class.status, ClassStatus::Published | ClassStatus::Running) {
        return Err(AppError::NotFound);
    }
    let name = format!("{}-海报.pdf", class.name);
    let selection = match rounds {
        Some(Extension(rounds)) => (rounds.selections)(&ctx.platform).await?.remove(&class.id),
        None => None,
    };
    let selection = selection.filter(|selection| selection.from <= ctx.now());
    let own = (class.enrollment_opens, class.enrollment_closes);
    let window = window(own, selection.as_ref());
    let poster = of_class(&ctx, &class, window).await?;
    let made = ctx.now();
    // Setting takes a tenth of a second of processor time, so it leaves the async threads.
    let pdf = tokio::task::spawn_blocking(move || poster.pdf(&typesetter, made))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| AppError::Unavailable(error.to_string()))?;
    Ok(ui::pdf(pdf, &name))
}

async fn of_class(ctx: &Ctx, class: &ClassRow, window: String) -> AppResult<Poster> {
    let (_, version) = courses::of_version(ctx.db(), class.course_version_id).await?;
    let rooms = class.room_id.into_iter().collect();
    let people = class.teacher_id.into_iter().collect();
    let names = Names::load(ctx.db(), vec![class.org_id], rooms, people).await?;
    let facts = orgs::facts::find_public(ctx.db(), class.org_id).await?;
    Ok(Poster {
        provider: names.org(class.org_id),
        title: class.name.clone(),
        invitation: version.summary.lines().next().map(str::to_owned),
        when: vec![
            class.weekly(),
            format!("{}开课，共 {} 次", day_text(class.starts_on), class.session_count),
        ],
        place: place(class, &names, facts.as_ref()),
        teacher: names.person(class.teacher_id),
        audience: audience(class, &version.audience),
        fee: class.fee(),
        seats: format!("{} 人", class.capacity),
        enrolling: enrolling(ctx, class, facts.as_ref(), window),
    })
}

fn place(class: &ClassRow, names: &Names, facts: Option<&Facts>) -> Vec<String> {
    if class.mode == Mode::Online {
        return vec![Mode::Online.label().into()];
    }
    let room = format!(
        "{} {}",
        names.org(class.org_id),
        names.room(class.room_id, class.mode)
    );
    [room, facts.map(|facts| facts.address.clone()).unwrap_or_default()]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}

fn audience(class: &ClassRow, course: &str) -> Option<String> {
    let age = match (class.age_min, class.age_max) {
        (Some(least), Some(most)) => format!("{least} 至 {most} 岁"),
        (Some(least), None) => format!("{least} 岁以上"),
        (None, Some(most)) => format!("{most} 岁以下"),
        (None, None) => String::new(),
    };
    let parts = [
        course.lines().next().unwrap_or_default(),
        &age,
        &class.residence_note,
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("；"))
}

/// When people enrol, or apply in the round that gives the seats.
fn window((opens, closes): (Instant, Instant), selection: Option<&catalogue::Selection>) -> String {
    let moment = |at: Instant| {
        let (day, time) = at.china();
        format!("{} {}", day_text(day), time_text(time))
    };
    match selection {
        Some(round) => format!(
            "{} 起，到 {} 为止，名额由{}决定",
            moment(round.opens),
            moment(round.closes),
            round.method
        ),
        None => format!(
            "{} 起，到 {} 为止",
            moment(opens),
            day_text(closes.plus_secs(-1).date())
        ),
    }
}

fn enrolling(ctx: &Ctx, class: &ClassRow, facts: Option<&Facts>, window: String) -> Enrolling {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Enrolling {
        phone: facts.and_then(|facts| some(facts.phone.clone())),
        counter: facts.and_then(|facts| some(format!("{} {}", facts.address, facts.hours).trim().to_owned())),
        page: Some(Code::new(format!(
            "{}/classes/{}",
            ctx.platform.public_url, class.id
        ))),
        window: Some(window),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_that_of_the_round_which_gives_the_seats() {
        let at = |text: &str| -> Instant { text.parse().unwrap() };
        let own = (at("2026-11-01T00:00:00Z"), at("2027-02-20T16:00:00Z"));
        let draw = catalogue::Selection {
            id: "1".into(),
            href: "/rounds/1".into(),
            code: "draw",
            method: "摇号",
            from: at("2026-11-20T01:00:00Z"),
            opens: at("2026-11-20T01:00:00Z"),
            closes: at("2026-12-01T09:00:00Z"),
        };
        assert_eq!(
            window(own, None),
            "11月1日（星期日） 08:00 起，到 2月20日（星期六） 为止"
        );
        assert_eq!(
            window(own, Some(&draw)),
            "11月20日（星期五） 09:00 起，到 12月1日（星期二） 17:00 为止，名额由摇号决定"
        );
    }
}
