//! What every handler of the API shares: ids in addresses, filters, parts of lists, and the answers to what was done.
//!
//! Conventions: a list answers `{"items": […], "next": cursor or null}` and takes `limit` (1 to 200) and `cursor`; what was
//! made answers 201 with its id, what was changed 204; whoever changes a record names the `version` they read. A body may
//! be the record as it was read: fields that cannot be written are passed over.
//! Kinds of values (days, times, words) are in `value.rs`; how a wrong body is told, in `body.rs`.

pub(crate) mod body;
mod value;

pub use value::{Day, Moment, Ref, TimeOfDay};
#[doc(hidden)]
pub use value::{serde, utoipa, word_of, words_schema};

use crate::{AppError, AppResult, Platform, web};
use ::serde::{Deserialize, Serialize, de::DeserializeOwned, de::IgnoredAny};
use ::utoipa::{IntoParams, ToSchema};
use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use kernel::Id;
use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;

/// Most items of one answer.
pub const MOST_ITEMS: i64 = 200;
/// Items of an answer to a request that names no limit.
const USUAL_ITEMS: i64 = 50;
/// Most rows that a cursor by position passes over.
const FURTHEST: i64 = 100_000;
/// Letters of a filter's text that are read.
const FILTER_LETTERS: usize = 60;

/// The ids in an address; a text that is none is an address that is not there.
#[derive(Debug, Clone, Copy)]
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Platform>> for At<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, platform: &Arc<Platform>) -> Result<Self, AppError> {
        let Path(ids) = Path::from_request_parts(parts, platform)
            .await
            .map_err(|_| AppError::NotFound)?;
        Ok(Self(ids))
    }
}

/// The body of a request that says nothing more than its address; it is checked to come from a program with a token
/// or from our own page, as every body is.
#[derive(Debug, Clone, Copy)]
pub struct NoBody;

impl FromRequest<Arc<Platform>> for NoBody {
    type Rejection = AppError;

    async fn from_request(request: Request, platform: &Arc<Platform>) -> Result<Self, AppError> {
        web::Json::<IgnoredAny>::from_request(request, platform).await?;
        Ok(Self)
    }
}

/// The filters of a list, as the address has them; an empty one counts as absent.
#[derive(Debug, Clone, Default)]
pub struct Asked(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(parts.uri.query().unwrap_or_default()))
    }
}

impl Asked {
    fn read(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The text of a filter, trimmed and cut; empty when it is absent.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key == name);
        let typed = found.map_or("", |(_, value)| value.trim());
        typed.chars().take(FILTER_LETTERS).collect()
    }

    /// A filter that is an id, a day or a number; `sentence` says what it has to be.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with the sentence.
    pub fn get<T: FromStr>(&self, name: &str, sentence: &str) -> AppResult<Option<T>> {
        match self.text(name).as_str() {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| AppError::invalid(name, sentence)),
        }
    }

    /// A filter that is an id.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a text that is none.
    pub fn id<K>(&self, name: &str) -> AppResult<Option<Id<K>>> {
        self.get(name, "这不是一个编号。编号是 13 个字母和数字。")
    }

    /// A filter that is one of the words of an enum.
    ///
    /// # Errors
    /// [`AppError::Invalid`] that lists the words.
    pub fn word<T: FromStr + Copy>(
        &self,
        name: &str,
        all: &[T],
        text: impl Fn(T) -> &'static str,
    ) -> AppResult<Option<T>> {
        let known: Vec<&str> = all.iter().map(|one| text(*one)).collect();
        self.get(name, &format!("这里只能写 {}。", known.join("、")))
    }

    /// A filter that is on or off; off when it is absent.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for another word than `true` and `false`.
    pub fn flag(&self, name: &str) -> AppResult<bool> {
        let flag = self.get(name, "这里只能写 true 或 false。")?;
        Ok(flag.unwrap_or(false))
    }

    /// How many items are asked for.
    ///
    /// # Errors
    /// [`AppError::Invalid`] outside 1 to [`MOST_ITEMS`].
    pub fn limit(&self) -> AppResult<i64> {
        let sentence = format!("limit 要在 1 到 {MOST_ITEMS} 之间。");
        match self.get("limit", &sentence)?.unwrap_or(USUAL_ITEMS) {
            limit @ 1..=MOST_ITEMS => Ok(limit),
            _ => Err(AppError::invalid("limit", sentence)),
        }
    }

    /// The part of a list that is cut by position.
    ///
    /// # Errors
    /// As [`Asked::limit`]; [`AppError::Invalid`] for a cursor that no list gave.
    pub fn part(&self) -> AppResult<Part> {
        let offset = self.get("cursor", WRONG_CURSOR)?.unwrap_or(0);
        if !(0..=FURTHEST).contains(&offset) {
            return Err(AppError::invalid("cursor", WRONG_CURSOR));
        }
        Ok(Part {
            limit: self.limit()?,
            offset,
        })
    }
}

/// The sentence for a cursor that cannot be read.
pub const WRONG_CURSOR: &str = "cursor 读不懂，请用上一页给的 next。";

/// A part of a list that is cut by position: what a page or an answer shows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Items at most.
    pub limit: i64,
    /// Items that come before.
    pub offset: i64,
}

impl Part {
    /// Rows to read: one more than are shown tells whether the list goes on.
    #[must_use]
    pub const fn rows(self) -> i64 {
        self.limit + 1
    }

    /// Cuts a list that was read one row too long, and gives the cursor of the next part.
    pub fn cut<T>(self, rows: &mut Vec<T>) -> Option<String> {
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        (rows.len() > most).then(|| {
            rows.truncate(most);
            (self.offset + self.limit).to_string()
        })
    }

    /// The list of these rows, which were read one row too long.
    #[must_use]
    pub fn listed<T>(self, mut items: Vec<T>) -> Listed<T> {
        let next = self.cut(&mut items);
        Listed { items, next }
    }

    /// This part of a list that was read whole.
    #[must_use]
    pub fn of<T>(self, rows: Vec<T>) -> Listed<T> {
        let before = usize::try_from(self.offset).unwrap_or(usize::MAX);
        self.listed(rows.into_iter().skip(before).collect())
    }
}

/// What every list takes, for its description.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// At most so many items, 1 to 200; 50 when missing.
    #[expect(dead_code, reason = "describes what `Asked::limit` reads")]
    limit: Option<i64>,
    /// Where the list goes on: `next` of the answer before.
    #[expect(dead_code, reason = "describes what the list's own cursor reads")]
    cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the next part; null when there is none.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// A list that is always whole.
    pub fn whole(items: impl IntoIterator<Item = T>) -> Self {
        Self {
            items: items.into_iter().collect(),
            next: None,
        }
    }

    /// The list of what these rows become.
    pub fn map<U>(self, become_: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            items: self.items.into_iter().map(become_).collect(),
            next: self.next,
        }
    }
}

/// A record by id and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Named {
    /// A record of this id and name.
    pub fn new<K>(id: Id<K>, name: impl Into<String>) -> Self {
        Self {
            id: id.to_string(),
            name: name.into(),
        }
    }
}

/// What was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Made {
    /// Its id.
    pub id: String,
}

/// The answer to a request that made something: 201 with its id.
pub type Created = (StatusCode, Json<Made>);

/// Answers with the id of what was made.
pub fn created<K>(id: Id<K>) -> Created {
    (StatusCode::CREATED, Json(Made { id: id.to_string() }))
}

/// Answers that it was done: 204 without a body.
#[must_use]
pub const fn done(_: ()) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// A body that only names what the caller saw.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Seen {
    /// Version of the record that you read; 409 when it was changed since.
    pub version: i64,
}

/// A body of an act that needs a reason.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Reasoned {
    /// Why.
    pub reason: String,
    /// Version of the record that you read; 409 when it was changed since.
    pub version: i64,
}

/// A field that this act needs; the same body may leave it out elsewhere.
///
/// # Errors
/// [`AppError::Invalid`] when it is missing.
pub fn given<T>(value: Option<T>, name: &str) -> AppResult<T> {
    value.ok_or_else(|| AppError::invalid(name, format!("请填写 {name}。")))
}

/// The version in the body of a change; the same body makes a record without it.
///
/// # Errors
/// [`AppError::Invalid`] when it is missing.
pub fn version(given: Option<i64>) -> AppResult<i64> {
    given.ok_or_else(|| {
        AppError::invalid(
            "version",
            "请带上 version：您读到的是哪一版。有人先改过的话，就不会被覆盖。",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<T>(result: AppResult<T>) -> String {
        match result.err() {
            Some(AppError::Invalid(fields)) => fields[0].field.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn parts_are_asked_for_within_bounds() {
        for (query, limit, offset) in [
            ("", 50, 0),
            ("limit=&cursor=", 50, 0),
            ("limit=1", 1, 0),
            ("limit=200&cursor=400", 200, 400),
        ] {
            assert_eq!(Asked::read(query).part(), Ok(Part { limit, offset }), "{query}");
        }
        for (query, wrong) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=many", "limit"),
            ("cursor=-1", "cursor"),
            ("cursor=100001", "cursor"),
            ("cursor=x", "cursor"),
        ] {
            assert_eq!(field(Asked::read(query).part()), wrong, "{query}");
        }
    }

    #[test]
    fn filters_are_read_or_told() {
        let asked = Asked::read("q=%20%E4%B9%A6%E6%B3%95+&on=true&id=x&day=2026-11-22&bad=maybe");
        assert_eq!(asked.text("q"), "书法");
        assert_eq!(asked.text("none"), "");
        assert_eq!((asked.flag("on"), asked.flag("none")), (Ok(true), Ok(false)));
        assert_eq!(
            asked.get("day", ""),
            Ok(Some("2026-11-22".parse::<kernel::Date>().unwrap()))
        );
        assert_eq!(asked.id::<()>("none"), Ok(None));
        assert_eq!(field(asked.id::<()>("id")), "id");
        assert_eq!(field(asked.flag("bad")), "bad");
        let all = crate::Role::ALL;
        assert_eq!(field(asked.word("q", all, crate::Role::as_str)), "q");
        let long = Asked::read(&format!("q={}", "a".repeat(100)));
        assert_eq!(long.text("q").len(), FILTER_LETTERS);
    }

    #[test]
    fn a_list_goes_on_where_it_was_cut() {
        let part = Part { limit: 2, offset: 2 };
        let listed = part.of(vec![1, 2, 3, 4, 5]);
        assert_eq!((listed.items, listed.next.as_deref()), (vec![3, 4], Some("4")));
        let last = Part { limit: 2, offset: 4 }.of(vec![1, 2, 3, 4, 5]);
        assert_eq!((last.items, last.next), (vec![5], None));
        let mut rows = vec![1, 2];
        assert_eq!(part.cut(&mut rows), None);
    }
}
