//! What the pages of this crate read from an address: ids, filters, and the word about what was just done.

use kernel::Id;
use platform::api::Part;
use platform::{AppError, AppResult, Ctx};
use ui::{Choice, Lang, Listing, Notice, Page};

/// The pairs of an address's query.
pub(crate) type Query = axum::extract::Query<Vec<(String, String)>>;

/// Rows on one page of a list.
const PAGE_ROWS: i64 = 50;

/// An id from an address; a text that is none is a page that is not there.
pub(crate) fn id<K>(text: &str) -> AppResult<Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// The first value of a parameter; empty when it is absent.
pub(crate) fn value<'q>(query: &'q [(String, String)], name: &str) -> &'q str {
    query
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.trim())
}

/// The frame of a staff page, with the word about what was just done (`?done=…`).
pub(crate) fn desk_page(ctx: &Ctx, title: &str, query: &[(String, String)]) -> Page {
    let mut page = ui::desk_page(ctx, title);
    page.lang = Lang::Zh;
    match done_text(value(query, "done")) {
        Some(text) => page.noticed(Notice::done(text)),
        None => page,
    }
}

fn done_text(word: &str) -> Option<&'static str> {
    Some(match word {
        "saved" => "已保存。",
        "created" => "已建好。",
        "submitted" => "已提交审核。审核人会在待办里看到。",
        "approved" => "已通过。各学校现在可以用这门课开班。",
        "sent-back" => "已退回，作者会看到您的意见。",
        "copied" => "已复制成本校的草稿，改好后提交审核。",
        "published" => "已发布，居民现在可以在网上看到这个班。",
        "running" => "已开课。",
        "closed" => "已结课。",
        "cancelled" => "已停办，正在通知已报名的学员。",
        "merged" => "已并班，正在通知学员。原来的班已停办。",
        "session-changed" => "已改好，正在通知这个班的学员。",
        "session-cancelled" => "这次课已取消，正在通知这个班的学员。",
        "session-added" => "补课已排好，正在通知这个班的学员。",
        "duty" => "助教和班长已更新。",
        _ => return None,
    })
}

/// The state of a list in its address.
pub(crate) fn listing(path: &str, query: &[(String, String)]) -> Listing {
    let kept = query.iter().filter(|(key, _)| key != "done").cloned().collect();
    Listing::new(path, kept, Lang::Zh)
}

/// The part of a list that a page shows; the cursor of these lists is a number.
pub(crate) fn part(query: &[(String, String)]) -> Part {
    Part {
        limit: PAGE_ROWS,
        offset: value(query, "cursor").parse().unwrap_or(0).clamp(0, 100_000),
    }
}

/// A pattern for `LIKE` that finds the text anywhere; its own wildcards are taken out. `None` for no text.
pub(crate) fn like(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '%' | '_' | '\\'))
        .take(60)
        .collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| format!("%{plain}%"))
}

/// Choices of pairs of id and name.
pub(crate) fn choices<K>(rows: impl IntoIterator<Item = (Id<K>, String)>) -> Vec<Choice> {
    rows.into_iter()
        .map(|(id, name)| Choice::new(id.to_string(), name))
        .collect()
}

/// The refusal when a record changed while somebody had it open.
pub(crate) fn changed_meanwhile(what: &str, href: &str) -> AppError {
    AppError::refused_with_door(
        "changed_meanwhile",
        format!("您打开这一页以后，有人改过这{what}，所以没有保存。请看一下现在的内容，再决定要不要改。"),
        "看现在的内容",
        href,
    )
}
