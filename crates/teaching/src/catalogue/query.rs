//! What a person asks of the catalogue: the address's parameters, read and written in one fixed order.

use super::model::DayPart;
use crate::classes::{Level, Mode};
use kernel::{Id, OrgId, Point};
use platform::FieldError;
use ui::view::query_value;

/// Most classes of one answer of the API (design: conventions of lists).
pub const MOST_ITEMS: usize = 200;
/// Classes on one page, and in one answer of the API unless it asks otherwise.
pub const PAGE_ITEMS: usize = 30;

/// In which order classes are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// What answers best: closest words, then open with seats, then the nearest first day.
    #[default]
    Relevance,
    /// The shortest way first; needs a point.
    Distance,
    /// The nearest first day first.
    Date,
    /// Most seats left first.
    Seats,
}

impl Sort {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::Relevance, Self::Distance, Self::Date, Self::Seats];

    /// The text in addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Distance => "distance",
            Self::Date => "date",
            Self::Seats => "seats",
        }
    }
}

/// What a class may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeFilter {
    /// Nothing.
    Free,
    /// Something.
    Paid,
    /// At most so many yuan.
    Most(u32),
}

/// An area or a place, as addresses name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// By its id.
    Org(OrgId),
    /// By its code of the statistics bureau, without the zeros at the end.
    Code(String),
}

/// What to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words as typed.
    pub q: String,
    /// Inside this area.
    pub area: Option<Where>,
    /// At this place.
    pub place: Option<Where>,
    /// On this day of the week, 1 for Monday to 7 for Sunday.
    pub day: Option<i8>,
    /// In this part of the day.
    pub part: Option<DayPart>,
    /// At this price.
    pub fee: Option<FeeFilter>,
    /// At this level.
    pub level: Option<Level>,
    /// Held this way.
    pub mode: Option<Mode>,
    /// Fit for this age.
    pub age: Option<u16>,
    /// In this category.
    pub category: String,
    /// Only with enrolment open now.
    pub open: bool,
    /// Only with seats left.
    pub seats: bool,
    /// Only at places without steps.
    pub accessible: bool,
    /// In this term.
    pub term: String,
    /// Measure the way from here.
    pub near: Option<Point>,
    /// In which order; `None` means by distance where `near` is given, else by relevance.
    pub sort: Option<Sort>,
    /// After this class of the answer before.
    pub cursor: Option<Rank>,
    /// So many at most.
    pub limit: Option<usize>,
}

/// The place of a class in an order: smaller stands first. It is made of the class's own facts, so that a list
/// that is read page by page while seats are taken neither repeats nor skips a class whose facts did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// The main key: closeness, metres, or seats.
    pub first: i64,
    /// Day of the first session, as `YYYYMMDD`.
    pub day: i64,
    /// Minute of the day at which sessions start.
    pub minute: i64,
    /// The class.
    pub id: i64,
}

impl Rank {
    /// The text in addresses.
    #[must_use]
    pub fn text(self) -> String {
        let id: Id<()> = Id::from_raw(self.id);
        format!("{}.{}.{}.{id}", self.first, self.day, self.minute)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let (first, day, minute) = (number()?, number()?, number()?);
        let id: Id<()> = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self {
            first,
            day,
            minute,
            id: id.raw(),
        })
    }
}

impl Query {
    /// Reads the parameters. A wrong one is left out and told in a sentence; an unknown one is ignored.
    #[must_use]
    pub fn read(pairs: &[(String, String)]) -> (Self, Vec<FieldError>) {
        let mut query = Self::default();
        let mut errors = Vec::new();
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            if let Some(sentence) = query.take(name, value) {
                errors.push(FieldError {
                    field: name.clone(),
                    sentence,
                });
            }
        }
        if query.sort == Some(Sort::Distance) && query.near.is_none() {
            query.sort = None;
            errors.push(FieldError {
                field: "sort".into(),
                sentence: "按路程排要知道从哪里出发。请加上 near=经度,纬度。".into(),
            });
        }
        (query, errors)
    }

    /// Takes one parameter; gives a sentence when its value is wrong.
    fn take(&mut self, name: &str, value: &str) -> Option<String> {
        match name {
            "q" => {
                self.q = value.chars().take(60).collect();
                None
            }
            "category" => text(&mut self.category, value),
            "term" => text(&mut self.term, value),
            "area" | "street" => place(&mut self.area, value),
            "place" => place(&mut self.place, value),
            "day" => day(&mut self.day, value),
            "part" => one_of(&mut self.part, value, DayPart::ALL, DayPart::as_str),
            "level" => one_of(&mut self.level, value, Level::ALL, Level::as_str),
            "mode" => one_of(&mut self.mode, value, Mode::ALL, Mode::as_str),
            "sort" => one_of(&mut self.sort, value, &Sort::ALL, Sort::code),
            "fee" => fee(&mut self.fee, value),
            "age" => age(&mut self.age, value),
            "open" => flag(&mut self.open, value),
            "seats" => flag(&mut self.seats, value),
            "accessible" => flag(&mut self.accessible, value),
            "near" => match Point::parse(value) {
                Ok(point) => {
                    self.near = Some(point);
                    None
                }
                Err(why) => Some(why.sentence()),
            },
            "cursor" => {
                self.cursor = Rank::parse(value);
                (self.cursor.is_none()).then(|| "翻页的记号不对。请从第一页开始。".to_owned())
            }
            "limit" => limit(&mut self.limit, value),
            _ => None,
        }
    }

    /// The order in force.
    #[must_use]
    pub fn order(&self) -> Sort {
        match (self.sort, self.near) {
            (Some(sort), _) => sort,
            (None, Some(_)) => Sort::Distance,
            (None, None) => Sort::Relevance,
        }
    }

    /// The parameters that are set, in one fixed order: two addresses that ask the same give the same pairs.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let place = |place: &Option<Where>| match place {
            Some(Where::Org(id)) => id.to_string(),
            Some(Where::Code(code)) => code.clone(),
            None => String::new(),
        };
        let flag = |on: bool| if on { "yes".to_owned() } else { String::new() };
        let all = [
            ("q", self.q.clone()),
            ("area", place(&self.area)),
            ("place", place(&self.place)),
            ("day", self.day.map(|day| day.to_string()).unwrap_or_default()),
            (
                "part",
                self.part.map(DayPart::as_str).unwrap_or_default().to_owned(),
            ),
            ("fee", self.fee.map(fee_text).unwrap_or_default()),
            (
                "level",
                self.level.map(Level::as_str).unwrap_or_default().to_owned(),
            ),
            ("mode", self.mode.map(Mode::as_str).unwrap_or_default().to_owned()),
            ("age", self.age.map(|age| age.to_string()).unwrap_or_default()),
            ("category", self.category.clone()),
            ("open", flag(self.open)),
            ("seats", flag(self.seats)),
            ("accessible", flag(self.accessible)),
            ("term", self.term.clone()),
            ("near", self.near.map(Point::text).unwrap_or_default()),
            ("sort", self.sort.map(Sort::code).unwrap_or_default().to_owned()),
            ("cursor", self.cursor.map(Rank::text).unwrap_or_default()),
            (
                "limit",
                self.limit.map(|limit| limit.to_string()).unwrap_or_default(),
            ),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// The address of this query below a path.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        let pairs: Vec<String> = self
            .pairs()
            .iter()
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if pairs.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
    }
}

fn text(slot: &mut String, value: &str) -> Option<String> {
    *slot = value.chars().take(40).collect();
    None
}

fn place(slot: &mut Option<Where>, value: &str) -> Option<String> {
    let digits = value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_digit());
    *slot = if digits {
        Some(Where::Code(value.trim_end_matches('0').to_owned()))
    } else {
        value.parse().ok().map(Where::Org)
    };
    (slot.is_none()).then(|| "没有这个区域或学习点。请从列表里选。".to_owned())
}

fn day(slot: &mut Option<i8>, value: &str) -> Option<String> {
    *slot = value.parse().ok().filter(|day| (1..=7).contains(day));
    (slot.is_none()).then(|| "星期几要写 1 到 7，1 是周一，7 是周日。".to_owned())
}

fn one_of<T: Copy>(
    slot: &mut Option<T>,
    value: &str,
    all: &[T],
    code: impl Fn(T) -> &'static str,
) -> Option<String> {
    *slot = all.iter().copied().find(|&one| code(one) == value);
    if slot.is_some() {
        return None;
    }
    let known: Vec<&str> = all.iter().map(|&one| code(one)).collect();
    Some(format!("这里只能写 {}。请从列表里选。", known.join("、")))
}

fn fee(slot: &mut Option<FeeFilter>, value: &str) -> Option<String> {
    *slot = match value {
        "free" => Some(FeeFilter::Free),
        "paid" => Some(FeeFilter::Paid),
        yuan => yuan.parse().ok().map(FeeFilter::Most),
    };
    (slot.is_none()).then(|| "费用要写 free（免费）、paid（收费）或最多多少元，例如 100。".to_owned())
}

fn fee_text(fee: FeeFilter) -> String {
    match fee {
        FeeFilter::Free => "free".into(),
        FeeFilter::Paid => "paid".into(),
        FeeFilter::Most(yuan) => yuan.to_string(),
    }
}

fn age(slot: &mut Option<u16>, value: &str) -> Option<String> {
    *slot = value.parse().ok().filter(|age| (1..=120).contains(age));
    (slot.is_none()).then(|| "年龄要写 1 到 120 的整数，例如 66。".to_owned())
}

fn flag(slot: &mut bool, value: &str) -> Option<String> {
    match value {
        "yes" | "1" | "true" | "on" => *slot = true,
        "no" | "0" | "false" => *slot = false,
        _ => return Some("这里只能写 yes 或 no。".into()),
    }
    None
}

fn limit(slot: &mut Option<usize>, value: &str) -> Option<String> {
    *slot = value
        .parse()
        .ok()
        .filter(|limit| (1..=MOST_ITEMS).contains(limit));
    (slot.is_none()).then(|| format!("一次最少 1 个，最多 {MOST_ITEMS} 个。"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Query, Vec<String>) {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let (query, errors) = Query::read(&pairs);
        (query, errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn each_parameter_reads_back_from_its_own_address() {
        for (name, value, written) in [
            ("q", " 书法 ", "q=%E4%B9%A6%E6%B3%95"),
            ("area", "310112101000", "area=310112101"),
            ("street", "310112101", "area=310112101"),
            ("place", "0000000000001", "place=0000000000001"),
            ("day", "7", "day=7"),
            ("part", "evening", "part=evening"),
            ("fee", "free", "fee=free"),
            ("fee", "100", "fee=100"),
            ("level", "study", "level=study"),
            ("mode", "hybrid", "mode=hybrid"),
            ("age", "66", "age=66"),
            ("category", "声乐", "category=%E5%A3%B0%E4%B9%90"),
            ("open", "1", "open=yes"),
            ("seats", "yes", "seats=yes"),
            ("accessible", "on", "accessible=yes"),
            ("near", "121.38，31.11", "near=121.380000%2C31.110000"),
            ("sort", "seats", "sort=seats"),
            (
                "cursor",
                "-3.20270301.540.0000000000001",
                "cursor=-3.20270301.540.0000000000001",
            ),
            ("limit", "200", "limit=200"),
        ] {
            let (query, errors) = read(&[(name, value)]);
            assert!(errors.is_empty(), "{name}={value}");
            let address = query.address("/classes");
            assert_eq!(address, format!("/classes?{written}"), "{name}={value}");
            let pairs = query.pairs();
            assert_eq!(Query::read(&pairs).0, query, "{name}={value}");
        }
    }

    #[test]
    fn a_wrong_parameter_is_told_and_left_out() {
        for (name, value) in [
            ("area", "../etc"),
            ("place", "x"),
            ("day", "8"),
            ("day", "mon"),
            ("part", "night"),
            ("fee", "-1"),
            ("level", "master"),
            ("mode", "tv"),
            ("age", "0"),
            ("age", "old"),
            ("open", "maybe"),
            ("near", "31.11,121.38"),
            ("near", "here"),
            ("sort", "name"),
            ("sort", "distance"),
            ("cursor", "1.2.3"),
            ("cursor", "a.b.c.d"),
            ("limit", "0"),
            ("limit", "201"),
        ] {
            let (query, errors) = read(&[(name, value)]);
            assert_eq!(errors, [name], "{name}={value}");
            assert_eq!(query, Query::default(), "{name}={value}");
        }
    }

    #[test]
    fn what_is_empty_or_unknown_does_not_count() {
        let (query, errors) = read(&[("q", " "), ("day", ""), ("utm_source", "x"), ("open", "no")]);
        assert!(errors.is_empty());
        assert_eq!(query.address("/classes"), "/classes");
    }

    #[test]
    fn the_order_follows_the_point() {
        assert_eq!(read(&[]).0.order(), Sort::Relevance);
        assert_eq!(read(&[("near", "121.38,31.11")]).0.order(), Sort::Distance);
        assert_eq!(
            read(&[("near", "121.38,31.11"), ("sort", "date")]).0.order(),
            Sort::Date
        );
    }
}
