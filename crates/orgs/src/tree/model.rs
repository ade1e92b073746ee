//! Rules of the tree without I/O.

use super::kind::{OrgKind, OrgStatus};
use super::read::OrgBrief;
use kernel::{Date, OrgId, bounded};
use platform::{AppError, AppResult, FieldError};
use serde::Serialize;
use utoipa::ToSchema;

/// A new organisation as staff describe it.
#[derive(Debug, Clone)]
pub struct OrgDraft {
    /// Kind.
    pub kind: OrgKind,
    /// Under which it stands.
    pub parent: OrgId,
    /// Whole name.
    pub name: String,
    /// Name for lists; the whole name when empty.
    pub short_name: String,
    /// First day.
    pub opened_on: Date,
    /// Whether it has a public page.
    pub is_public: bool,
}

/// A change of structure: what applies to all of them.
#[derive(Debug, Clone)]
pub struct Change {
    /// First day on which it holds.
    pub on: Date,
    /// Why.
    pub reason: String,
    /// The version the page showed.
    pub version: i64,
}

/// What a change of structure touches, shown before it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Touched {
    /// Open organisations directly below.
    pub children: i64,
    /// All organisations below, at any depth.
    pub below: i64,
    /// Rooms of its own that are in use.
    pub rooms: i64,
    /// Bookings of its rooms from today on that wait or are approved.
    pub bookings: i64,
}

/// Names of an organisation, checked: whole and short.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn names(name: &str, short_name: &str) -> AppResult<(String, String)> {
    let mut wrong = Vec::new();
    let mut take = |field: &str, checked: Result<String, String>| {
        checked.unwrap_or_else(|sentence| {
            wrong.push(FieldError {
                field: field.to_owned(),
                sentence,
            });
            String::new()
        })
    };
    let name = take("name", bounded(name, 2, 60, "名称"));
    let short = take("short_name", bounded(short_name, 0, 30, "简称"));
    if !wrong.is_empty() {
        return Err(AppError::Invalid(wrong));
    }
    let short = if short.is_empty() { name.clone() } else { short };
    Ok((name, short))
}

/// A reason, checked.
///
/// # Errors
/// [`AppError::Invalid`] beside the field `reason`.
pub fn reason(text: &str) -> AppResult<String> {
    bounded(text, 2, 300, "原因").map_err(|sentence| AppError::invalid("reason", sentence))
}

/// Rule 3: the day of a change lies between the last change and today.
///
/// # Errors
/// [`AppError::Invalid`] beside the field `on`.
pub fn day_of_change(on: Date, last: Option<Date>, today: Date) -> AppResult<()> {
    if on > today {
        return Err(AppError::invalid(
            "on",
            format!("生效日期不能晚于今天（{today}）。请到那一天再办，或者填今天以前的日期。"),
        ));
    }
    match last {
        Some(last) if on < last => Err(AppError::invalid(
            "on",
            format!(
                "它或者它下面的机构在 {last} 有过变动，生效日期不能早于这一天。请填 {last} 或以后的日期。"
            ),
        )),
        _ => Ok(()),
    }
}

/// Rule 1: whether a kind may stand under this parent.
///
/// # Errors
/// [`AppError::Invalid`] beside the field `parent`.
pub fn may_stand_under(kind: OrgKind, parent: &OrgBrief) -> AppResult<()> {
    if parent.status != OrgStatus::Open {
        return Err(AppError::invalid(
            "parent",
            format!("“{}”已经撤销或并入别处，请选一个正常的上级。", parent.name),
        ));
    }
    if kind.fits_under(Some(parent.kind)) {
        return Ok(());
    }
    let allowed: Vec<&str> = kind.parents().iter().map(|kind| kind.label()).collect();
    Err(AppError::invalid(
        "parent",
        format!(
            "{}不能放在{}“{}”下面，可以放在：{}。",
            kind.label(),
            parent.kind.label(),
            parent.name,
            allowed.join("、")
        ),
    ))
}

/// Rules 1 and 4: whether `org` may move under `parent`.
///
/// # Errors
/// [`AppError::Invalid`] beside the field `parent`, or [`AppError::Refused`] when it cannot move at all.
pub fn may_move(org: &OrgBrief, parent: &OrgBrief) -> AppResult<()> {
    is_open(org)?;
    if org.parent_id.is_none() {
        return Err(AppError::refused(
            "root",
            format!("“{}”是最上面的一级，不能挪到别处。", org.name),
        ));
    }
    if parent.path.starts_with(&org.path) {
        return Err(AppError::invalid(
            "parent",
            format!("“{}”就是它自己，或者在它下面，不能做它的上级。", parent.name),
        ));
    }
    may_stand_under(org.kind, parent)
}

/// Rule 5: whether `org` may become part of `into`.
///
/// # Errors
/// [`AppError::Invalid`] beside the field `into`, or [`AppError::Refused`] when it cannot be merged at all.
pub fn may_merge(org: &OrgBrief, into: &OrgBrief) -> AppResult<()> {
    is_open(org)?;
    let wrong = |sentence: String| Err(AppError::invalid("into", sentence));
    if org.parent_id.is_none() {
        return Err(AppError::refused(
            "root",
            format!("“{}”是最上面的一级，不能并入别处。", org.name),
        ));
    }
    if into.status != OrgStatus::Open {
        return wrong(format!("“{}”已经撤销或并入别处，请选一个正常的机构。", into.name));
    }
    if into.path.starts_with(&org.path) {
        return wrong(format!(
            "“{}”就是它自己，或者在它下面。请选另一个机构。",
            into.name
        ));
    }
    if into.kind != org.kind {
        return wrong(format!(
            "只有同一种类才能合并：“{}”是{}，“{}”是{}。",
            org.name,
            org.kind.label(),
            into.name,
            into.kind.label()
        ));
    }
    Ok(())
}

/// Rule 6: whether nothing is left open below.
///
/// # Errors
/// [`AppError::Refused`] with the way to what is left.
pub fn may_close(org: &OrgBrief, touched: &Touched) -> AppResult<()> {
    is_open(org)?;
    if touched.children > 0 {
        return Err(AppError::refused_with_door(
            "has_children",
            format!(
                "“{}”下面还有 {} 个正常的机构。请先把它们挪走、合并或撤销。",
                org.name, touched.children
            ),
            "看下面的机构",
            format!("/desk/orgs?under={}", org.id),
        ));
    }
    if touched.bookings > 0 {
        return Err(AppError::refused_with_door(
            "has_bookings",
            format!(
                "“{}”的教室今天以后还有 {} 个借用。请先取消这些借用，或通知对方换地方。",
                org.name, touched.bookings
            ),
            "看借用",
            "/desk/bookings",
        ));
    }
    Ok(())
}

/// Whether it works still.
///
/// # Errors
/// [`AppError::Refused`] when it is closed or merged.
pub fn is_open(org: &OrgBrief) -> AppResult<()> {
    if org.status == OrgStatus::Open {
        return Ok(());
    }
    Err(AppError::refused(
        "org_not_open",
        format!("“{}”已经撤销或并入别处，不能再改。它的历史还在。", org.name),
    ))
}

/// Somebody changed the organisation since the page was opened.
#[must_use]
pub fn changed_meanwhile() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，别人改过这个机构。您填的内容还在，没有保存；请看一看最新的情况，再提交一次。",
    )
}

/// The spellings under which a name is found, as they are stored.
#[must_use]
pub fn spelling(name: &str) -> String {
    kernel::pinyin::search_forms(name).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(id: i64, kind: OrgKind, above: &str, status: OrgStatus) -> OrgBrief {
        let id = OrgId::from_raw(id);
        OrgBrief {
            id,
            kind,
            name: format!("机构{id}"),
            short_name: String::new(),
            path: format!("{above}{id}/"),
            parent_id: (above != "/").then(|| OrgId::from_raw(0)),
            region_code: None,
            status,
        }
    }

    fn field(result: AppResult<()>) -> Option<String> {
        match result {
            Ok(()) => None,
            Err(AppError::Invalid(fields)) => fields.first().map(|field| field.field.clone()),
            Err(AppError::Refused { code, .. }) => Some(code.to_owned()),
            Err(other) => Some(other.to_string()),
        }
    }

    #[test]
    fn moves_keep_the_kinds_in_order_and_make_no_circle() {
        use OrgKind as K;
        let open = OrgStatus::Open;
        let city = org(1, K::City, "/", open);
        let district = org(2, K::District, &city.path, open);
        let street = org(3, K::Street, &district.path, open);
        let other = org(4, K::Street, &district.path, open);
        let gone = org(5, K::Street, &district.path, OrgStatus::Closed);
        let area = org(6, K::Neighborhood, &street.path, open);
        let base = org(7, K::Base, &street.path, open);
        let site = org(8, K::SocialSite, &base.path, open);
        for (what, moved, under, answer) in [
            ("to a sibling street", &area, &other, None),
            ("to a district", &area, &district, Some("parent")),
            ("under itself", &street, &street, Some("parent")),
            ("under its own child", &street, &area, Some("parent")),
            ("a base below its own site", &base, &site, Some("parent")),
            ("to a closed street", &area, &gone, Some("parent")),
            ("a root", &city, &district, Some("root")),
            ("a closed one", &gone, &district, Some("org_not_open")),
        ] {
            assert_eq!(field(may_move(moved, under)).as_deref(), answer, "{what}");
        }
        for (what, merged, into, answer) in [
            ("street into street", &street, &other, None),
            ("street into district", &street, &district, Some("into")),
            ("into itself", &street, &street, Some("into")),
            ("into a closed one", &street, &gone, Some("into")),
            ("a root", &city, &district, Some("root")),
        ] {
            assert_eq!(field(may_merge(merged, into)).as_deref(), answer, "{what}");
        }
    }

    #[test]
    fn changes_are_dated_between_the_last_one_and_today() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let today = day("2026-11-22");
        for (on, last, right) in [
            ("2026-11-22", None, true),
            ("2026-11-23", None, false),
            ("2026-01-01", Some("2026-01-01"), true),
            ("2025-12-31", Some("2026-01-01"), false),
        ] {
            assert_eq!(
                day_of_change(day(on), last.map(day), today).is_ok(),
                right,
                "{on} {last:?}"
            );
        }
    }

    #[test]
    fn only_what_is_empty_is_closed() {
        let street = org(3, OrgKind::Street, "/1/", OrgStatus::Open);
        for (children, bookings, answer) in [
            (0, 0, None),
            (1, 0, Some("has_children")),
            (0, 2, Some("has_bookings")),
        ] {
            let touched = Touched {
                children,
                bookings,
                ..Touched::default()
            };
            assert_eq!(field(may_close(&street, &touched)).as_deref(), answer);
        }
    }
}
