//! From a request's context to a page, and from a template to an answer.

use crate::{DeskNav, Icon, NavLink, Page, Preference, SignedIn};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use platform::{Ctx, Permission as P};

/// The frame of a page for this request, titled in Chinese.
#[must_use]
pub fn page(ctx: &Ctx, title: &str) -> Page {
    let preference = Preference::parse(&ctx.view.cookie);
    Page {
        lang: preference.lang,
        view: preference.view,
        path: ctx.view.path.clone(),
        csrf: ctx.view.csrf.clone(),
        signed_in: ctx.actor.person.map(|_| SignedIn {
            name: ctx.actor.name.clone(),
            staff: !ctx.actor.posts.is_empty(),
            learner: true,
        }),
        demo: ctx.platform.demo,
        help_phone: ctx.platform.help_phone.clone(),
        ..Page::default()
    }
    .titled(title)
}

/// The frame of a page that anybody may keep: nothing of the reader is on it but the look and whether somebody is
/// signed in (`known`), so it has no forms that post, and nobody's name.
#[must_use]
pub fn public_page(
    platform: &platform::Platform,
    look: Preference,
    known: bool,
    path: String,
    title: &str,
) -> Page {
    Page {
        lang: look.lang,
        view: look.view,
        known,
        path,
        demo: platform.demo,
        help_phone: platform.help_phone.clone(),
        ..Page::default()
    }
    .titled(title)
}

/// The frame of a learner's page.
#[must_use]
pub fn learner_page(ctx: &Ctx, title: &str) -> Page {
    page(ctx, title)
}

/// Who may follow a link, its address, its icon and its word.
type DeskLink = (P, &'static str, Icon, &'static str);

/// Links of the staff navigation in their groups.
const DESK: &[(&str, &[DeskLink])] = &[
    (
        "教学",
        &[
            (P::ClassRead, "/desk/classes", Icon::BookOpen, "班级"),
            (P::ClassRead, "/desk/calendar", Icon::Calendar, "周课表"),
            (P::CourseRead, "/desk/courses", Icon::FileText, "课程库"),
            (P::TermEdit, "/desk/terms", Icon::Calendar, "学期"),
        ],
    ),
    (
        "报名",
        &[
            (P::EnrollmentAct, "/desk/counter", Icon::ClipboardList, "柜台报名"),
            (P::EnrollmentRead, "/desk/rounds", Icon::Ticket, "报名批次"),
            (P::EnrollmentRead, "/desk/demand", Icon::ListChecks, "候补需求"),
            (P::FeeTake, "/desk/fees", Icon::FileText, "收费"),
            (P::PersonRead, "/desk/people", Icon::Users, "学员"),
        ],
    ),
    (
        "计划和统计",
        &[
            (P::MetricRead, "/desk/cockpit", Icon::Place, "驾驶舱"),
            (P::PlanRead, "/desk/plans", Icon::ListChecks, "工作要点"),
            (P::MetricRead, "/desk/metrics", Icon::ListChecks, "指标"),
            (P::ReturnFill, "/desk/returns", Icon::ClipboardList, "统计填报"),
        ],
    ),
    (
        "机构和场地",
        &[
            (P::OrgRead, "/desk/orgs", Icon::Place, "机构"),
            (P::RoomBook, "/desk/bookings", Icon::Building, "场地预约"),
            (P::PostGrant, "/desk/posts", Icon::ShieldCheck, "岗位和账号"),
            (P::AuditRead, "/desk/audit", Icon::Search, "审计"),
        ],
    ),
];

/// The frame of a staff page: navigation shows only what the actor's posts allow.
#[must_use]
pub fn desk_page(ctx: &Ctx, title: &str) -> Page {
    let mut page = page(ctx, title);
    let links = DESK
        .iter()
        .flat_map(|(group, links)| links.iter().map(move |link| (*group, link)))
        .filter(|(_, (permission, ..))| ctx.can(*permission))
        .map(|(group, (_, href, icon, text))| NavLink::new(*href, *icon, *text).under(group))
        .collect();
    let org_name = ctx
        .actor
        .posts
        .first()
        .map(|post| post.org_name.clone())
        .unwrap_or_default();
    page.desk = Some(DeskNav {
        org_name,
        links,
        ..DeskNav::default()
    });
    page
}

/// The answer that shows a template; a template that cannot be printed is a mistake in the program.
#[must_use]
pub fn html(template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(body) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response(),
        Err(error) => platform::AppError::Internal(error.to_string()).into_response(),
    }
}

/// Like [`html`] with another status, for a form shown again (422) or a refusal (409).
#[must_use]
pub fn html_with(status: u16, template: &impl askama::Template) -> Response {
    let mut response = html(template);
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    }
    response
}

/// A PDF shown in the browser under this file name.
#[must_use]
pub fn pdf(bytes: Vec<u8>, name: &str) -> Response {
    attachment(bytes, name, "application/pdf", "inline")
}

/// A spreadsheet to be saved under this file name.
#[must_use]
pub fn xlsx(bytes: Vec<u8>, name: &str) -> Response {
    attachment(
        bytes,
        name,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "attachment",
    )
}

/// A stored file to be saved under this name and never shown in the browser: what somebody uploaded must not run here.
#[must_use]
pub fn download(bytes: Vec<u8>, name: &str, content_type: &str) -> Response {
    let mut response = attachment(bytes, name, content_type, "attachment");
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let sandbox = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, sandbox);
    response
}

fn attachment(bytes: Vec<u8>, name: &str, content_type: &str, disposition: &str) -> Response {
    let disposition = format!(
        "{disposition}; filename*=UTF-8''{}",
        crate::view::query_value(name)
    );
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
