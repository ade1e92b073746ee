//! `GET /classes/{id}/poster.pdf`: the printable poster of a class that is open to everybody.

use super::model::{ClassRow, ClassStatus, Mode};
use crate::names::Names;
use crate::{courses, web};
use axum::extract::Path;
use axum::response::Response;
use documents::{Code, Enrolling, Poster, Typesetter};
use kernel::chinese_date::{day_text, time_text};
use orgs::facts::Facts;
use platform::web::Shared;
use platform::{AppError, AppResult, Ctx};
use std::sync::Arc;

/// The poster; a class that is only planned, over or cancelled has none.
pub async fn poster(
    ctx: Ctx,
    Shared(typesetter): Shared<Arc<Typesetter>>,
    Path(id): Path<String>,
) -> AppResult<Response> {
    let class = super::find(ctx.db(), web::id(&id)?).await?;
    if !matches!(class.status, ClassStatus::Published | ClassStatus::Running) {
        return Err(AppError::NotFound);
    }
    let name = format!("{}-海报.pdf", class.name);
    let poster = of_class(&ctx, &class).await?;
    let made = ctx.now();
    // Setting takes a tenth of a second of processor time, so it leaves the async threads.
    let pdf = tokio::task::spawn_blocking(move || poster.pdf(&typesetter, made))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| AppError::Unavailable(error.to_string()))?;
    Ok(ui::pdf(pdf, &name))
}

async fn of_class(ctx: &Ctx, class: &ClassRow) -> AppResult<Poster> {
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
        enrolling: enrolling(ctx, class, facts.as_ref()),
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

fn enrolling(ctx: &Ctx, class: &ClassRow, facts: Option<&Facts>) -> Enrolling {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let (day, time) = class.enrollment_opens.china();
    let closes = class.enrollment_closes.plus_secs(-1).date();
    Enrolling {
        phone: facts.and_then(|facts| some(facts.phone.clone())),
        counter: facts.and_then(|facts| some(format!("{} {}", facts.address, facts.hours).trim().to_owned())),
        page: Some(Code::new(format!(
            "{}/classes/{}",
            ctx.platform.public_url, class.id
        ))),
        window: Some(format!(
            "{} {} 起，到 {} 为止",
            day_text(day),
            time_text(time),
            day_text(closes)
        )),
    }
}
