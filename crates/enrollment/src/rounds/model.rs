//! Rules of a round: pure, tested by tables of cases.

pub use super::audience::Audience;
pub use super::method::RoundMethod;
use crate::draws::algorithm::{MOST_COMPANIONS, MOST_TICKETS};
use crate::draws::file::OPEN_POOL;
use crate::seat_desk::Refusal;
use crate::seat_desk::conditions::of_age;
use db::text_enum;
use kernel::{Date, Instant, OrgId, PersonId};
use platform::{AppError, AppResult, FieldError, Random};
use std::collections::{BTreeMap, HashSet};
use teaching::ClassId;
use teaching::seats::Facts;

/// Most wishes of a signup.
pub const MOST_WISHES: i64 = 5;
/// Most classes of a round.
pub const MOST_CLASSES: usize = 60;
/// The pool of people who never had a seat at the round's org.
pub const NEW_POOL: &str = "new";
/// Digits of a receipt number before its check digit.
const RECEIPT_DIGITS: usize = 8;

text_enum! {
    /// Where a round stands.
    pub enum RoundStatus {
        /// People apply in its window.
        Planned => "planned",
        /// The list is closed and its hash is public.
        Sealed => "sealed",
        /// An officer handed in what was chosen (rounds by interview and by hand).
        Proposed => "proposed",
        /// A second officer confirmed it.
        Confirmed => "confirmed",
        /// The draw is computed.
        Drawn => "drawn",
        /// Seats are being placed.
        Publishing => "publishing",
        /// Everybody has been told.
        Published => "published",
        /// It stands still for a while (rounds by first come).
        Paused => "paused",
        /// It does not take place.
        Cancelled => "cancelled",
    }
}

text_enum! {
    /// Where a signup stands.
    pub enum SignupStatus {
        /// Takes part.
        Applied => "applied",
        /// Was given up before the window closed.
        Withdrawn => "withdrawn",
    }
}

platform::api_words!(RoundStatus, SignupStatus);

impl RoundStatus {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "报名",
            Self::Sealed => "名单已封存，等随机数",
            Self::Proposed => "已选好，等第二人复核",
            Self::Confirmed => "已复核，等公布",
            Self::Drawn => "已摇号，等公布",
            Self::Publishing => "正在公布",
            Self::Published => "已公布",
            Self::Paused => "暂停",
            Self::Cancelled => "已取消",
        }
    }

    /// Whether its classes take nobody who simply asks.
    #[must_use]
    pub const fn holds_classes(self) -> bool {
        matches!(
            self,
            Self::Planned | Self::Sealed | Self::Proposed | Self::Confirmed | Self::Drawn | Self::Publishing
        )
    }

    /// Whether it may become the other.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Planned, Self::Sealed | Self::Proposed | Self::Cancelled)
                | (Self::Proposed, Self::Planned | Self::Confirmed | Self::Cancelled)
                | (Self::Confirmed, Self::Publishing)
                | (Self::Sealed, Self::Drawn | Self::Cancelled)
                | (Self::Drawn, Self::Publishing)
                | (Self::Publishing, Self::Published)
        )
    }
}

/// A round as it is planned.
#[derive(Debug, Clone)]
pub struct RoundDraft {
    /// Who holds it.
    pub org: OrgId,
    /// Name, such as `2027 春季热门班摇号`.
    pub name: String,
    /// How its seats are given.
    pub method: RoundMethod,
    /// Who may apply.
    pub audience: Audience,
    /// First moment of the window.
    pub opens: Instant,
    /// First moment after it.
    pub closes: Instant,
    /// Wishes of one signup.
    pub wish_limit: i64,
    /// People in one signup.
    pub companion_limit: i64,
    /// Most tickets of one signup.
    pub ticket_cap: i64,
    /// Share of each class's free seats kept for newcomers.
    pub newcomer_percent: i64,
    /// The classes.
    pub classes: Vec<ClassId>,
}

/// Checks the numbers of a draft; `class_limit` is how many classes of the term a person may hold.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut draft: RoundDraft, now: Instant, class_limit: i64) -> AppResult<RoundDraft> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    match kernel::bounded(&draft.name, 2, 40, "名称") {
        Ok(name) => draft.name = name,
        Err(sentence) => say("name", sentence),
    }
    if draft.closes <= draft.opens {
        say("closes_on", "截止时间要在开始时间之后。".into());
    } else if draft.closes <= now {
        say("closes_on", "截止时间已经过去了，请选以后的时间。".into());
    }
    let most_wishes = MOST_WISHES.min(class_limit);
    let bounds = [
        ("wish_limit", "志愿数", draft.wish_limit, 1, most_wishes),
        (
            "companion_limit",
            "一份申请的人数",
            draft.companion_limit,
            1,
            i64::from(MOST_COMPANIONS),
        ),
        (
            "ticket_cap",
            "签数上限",
            draft.ticket_cap,
            1,
            i64::from(MOST_TICKETS),
        ),
        (
            "newcomer_percent",
            "留给新学员的比例",
            draft.newcomer_percent,
            0,
            100,
        ),
    ];
    for (field, label, value, min, max) in bounds {
        if !(min..=max).contains(&value) {
            say(
                field,
                format!("{label}要在 {min} 到 {max} 之间，您填了 {value}。"),
            );
        }
    }
    let before = draft.classes.len();
    draft.classes.sort_unstable();
    draft.classes.dedup();
    if draft.classes.is_empty() || before > MOST_CLASSES {
        say("classes", format!("请选 1 到 {MOST_CLASSES} 个班。"));
    }
    if wrong.is_empty() {
        Ok(draft)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// Whether people may apply now.
///
/// # Errors
/// The desk's refusals: not open yet, or closed.
pub fn in_window(status: RoundStatus, opens: Instant, closes: Instant, now: Instant) -> Result<(), Refusal> {
    if now < opens {
        Err(Refusal::NotOpenYet { opens })
    } else if status != RoundStatus::Planned || now >= closes {
        Err(Refusal::Closed {
            at: Some(closes.min(now)),
        })
    } else {
        Ok(())
    }
}

/// Checks the wishes: one to the limit, none twice, all of the round.
///
/// # Errors
/// A sentence for each wrong wish, beside the field of its place.
pub fn check_wishes(wishes: &[ClassId], of_round: &[ClassId], limit: i64) -> Result<(), Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut say = |at: usize, sentence: String| {
        wrong.push(FieldError {
            field: format!("wish_{}", at + 1),
            sentence,
        });
    };
    if wishes.is_empty() {
        say(0, "请至少选一个班作第一志愿。".into());
    }
    if i64::try_from(wishes.len()).unwrap_or(i64::MAX) > limit {
        say(
            usize::try_from(limit).unwrap_or(0),
            format!("最多填 {limit} 个志愿，请去掉后面的。"),
        );
    }
    let mut seen = HashSet::new();
    for (at, class) in wishes.iter().enumerate() {
        if !of_round.contains(class) {
            say(at, "这个班不在这个报名批次里，请从列出的班里选。".into());
        } else if !seen.insert(class) {
            say(at, "同一个班只要填一次，请换一个班，或留空。".into());
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Checks that somebody is old and young enough for each class wished for; `who` names them in the sentence, empty for
/// the person themselves.
///
/// # Errors
/// A sentence beside the first wish that does not fit, in the words of the seat desk.
pub fn check_age(who: &str, birth: Option<Date>, wishes: &[Facts]) -> Result<(), FieldError> {
    for (at, class) in wishes.iter().enumerate() {
        if let Err(refusal) = of_age(class, birth) {
            let who = if who.is_empty() {
                String::new()
            } else {
                format!("{who}：")
            };
            return Err(FieldError {
                field: format!("wish_{}", at + 1),
                sentence: format!("“{}”：{who}{}", class.name, refusal.sentence()),
            });
        }
    }
    Ok(())
}

/// Tickets of a person who was left waiting in so many earlier terms.
#[must_use]
pub fn tickets(terms_waited: i64, cap: i64) -> i64 {
    (1 + terms_waited.max(0)).min(cap)
}

/// The pools of an entrant, in the order they are tried.
#[must_use]
pub fn pools(newcomer: bool) -> Vec<String> {
    let open = OPEN_POOL.to_owned();
    if newcomer {
        vec![NEW_POOL.to_owned(), open]
    } else {
        vec![open]
    }
}

/// Splits the free seats of a class; shares are rounded down in favour of everybody.
#[must_use]
pub fn split_seats(free: i64, newcomer_percent: i64) -> BTreeMap<String, u32> {
    let free = free.max(0);
    let new = free * newcomer_percent / 100;
    let count = |seats: i64| u32::try_from(seats).unwrap_or(0);
    let mut seats = BTreeMap::from([(OPEN_POOL.to_owned(), count(free - new))]);
    if new > 0 {
        seats.insert(NEW_POOL.to_owned(), count(new));
    }
    seats
}

/// The step to the other status.
///
/// # Errors
/// A refusal that says what has to come first.
pub fn check_step(from: RoundStatus, to: RoundStatus, closes: Instant, now: Instant) -> AppResult<()> {
    if !from.may_become(to) {
        return Err(AppError::refused(
            "wrong_step",
            format!(
                "这个批次现在是“{}”，不能做这一步。请刷新页面，看下一步是什么。",
                from.label()
            ),
        ));
    }
    if matches!(to, RoundStatus::Sealed | RoundStatus::Proposed) && now < closes {
        return Err(AppError::refused(
            "still_open",
            format!(
                "报名要到 {} 才截止，截止后才能做这一步。",
                kernel::chinese_date::moment_text(closes)
            ),
        ));
    }
    Ok(())
}

/// A new receipt number: random digits and a check digit, so that a misread one does not name somebody else.
#[must_use]
pub fn new_receipt(random: &Random) -> String {
    let digits = random.digits(RECEIPT_DIGITS);
    let check = check_digit(&digits);
    format!("{digits}{check}")
}

/// The check digit of Luhn (ISO/IEC 7812-1): one wrong digit and most swaps show.
fn check_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => digit * 2 / 10 + digit * 2 % 10,
            _ => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A receipt number as it is read out: `123 456 789`.
#[must_use]
pub fn spaced(receipt: &str) -> String {
    let digits: Vec<char> = receipt.chars().collect();
    let groups: Vec<String> = digits.chunks(3).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// The randomness as one officer entered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The text, exactly as it goes into the draw.
    pub text: String,
    /// Where everybody can read it.
    pub source: String,
}

/// Checks what an officer typed.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check_randomness(text: &str, source: &str) -> AppResult<Entered> {
    let mut wrong = Vec::new();
    let mut take =
        |field: &str, text: &str, max: usize, label: &str| match kernel::bounded(text, 4, max, label) {
            Ok(text) => text,
            Err(sentence) => {
                wrong.push(FieldError {
                    field: field.to_owned(),
                    sentence,
                });
                String::new()
            }
        };
    let entered = Entered {
        text: take("text", text, 200, "随机数"),
        source: take("source", source, 200, "出处"),
    };
    if wrong.is_empty() {
        Ok(entered)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// What the entry of an officer comes to, beside the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It is the first.
    First,
    /// It agrees with the first of another officer: the randomness is fixed.
    Agrees,
}

/// Compares an entry with the first.
///
/// # Errors
/// A refusal when the same officer enters twice, or when the two differ.
pub fn compare(first: Option<(&Entered, PersonId)>, entered: &Entered, by: PersonId) -> AppResult<Entry> {
    let Some((first, first_by)) = first else {
        return Ok(Entry::First);
    };
    if first_by == by {
        return Err(AppError::refused(
            "same_officer",
            "您已经录入过了。要由另一位工作人员再录入一遍；您录错了，可以先撤回。",
        ));
    }
    if first != entered {
        return Err(AppError::refused(
            "randomness_differs",
            "和第一位录入的不一样，没有采用。请对照出处再看一遍，一个字、一个空格都要相同；如果是第一位录错了，请他先撤回再录。",
        ));
    }
    Ok(Entry::Agrees)
}

#[cfg(test)]
mod tests {
    use super::*;
    use RoundStatus as S;
    use kernel::Id;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn draft() -> RoundDraft {
        RoundDraft {
            org: Id::from_raw(1),
            name: "热门班摇号".into(),
            method: RoundMethod::Draw,
            audience: Audience::Everyone,
            opens: at("2026-12-01T01:00:00Z"),
            closes: at("2026-12-08T09:00:00Z"),
            wish_limit: 3,
            companion_limit: 2,
            ticket_cap: 5,
            newcomer_percent: 20,
            classes: vec![Id::from_raw(2), Id::from_raw(1)],
        }
    }

    #[test]
    fn each_bound_of_a_plan_has_its_sentence() {
        let now = at("2026-11-22T01:00:00Z");
        let fine = check(draft(), now, 3).unwrap();
        assert_eq!(fine.classes, [Id::from_raw(1), Id::from_raw(2)]);
        type Case = (&'static str, fn(&mut RoundDraft));
        let cases: Vec<Case> = vec![
            ("name", |draft| draft.name = "摇".into()),
            ("closes_on", |draft| draft.closes = draft.opens),
            ("closes_on", |draft| {
                draft.opens = at("2026-10-01T01:00:00Z");
                draft.closes = at("2026-11-01T01:00:00Z");
            }),
            ("wish_limit", |draft| draft.wish_limit = 4),
            ("wish_limit", |draft| draft.wish_limit = 0),
            ("companion_limit", |draft| draft.companion_limit = 5),
            ("ticket_cap", |draft| draft.ticket_cap = 0),
            ("newcomer_percent", |draft| draft.newcomer_percent = 101),
            ("classes", |draft| draft.classes.clear()),
        ];
        for (field, change) in cases {
            let mut wrong = draft();
            change(&mut wrong);
            let Err(AppError::Invalid(errors)) = check(wrong, now, 3) else {
                panic!("{field} was taken");
            };
            assert_eq!((errors.len(), errors[0].field.as_str()), (1, field));
        }
    }

    #[test]
    fn the_window_opens_and_closes_to_the_second() {
        let (opens, closes) = (at("2026-12-01T01:00:00Z"), at("2026-12-08T09:00:00Z"));
        for (status, now, code) in [
            (S::Planned, "2026-12-01T00:59:59Z", Some("not_open_yet")),
            (S::Planned, "2026-12-01T01:00:00Z", None),
            (S::Planned, "2026-12-08T08:59:59Z", None),
            (S::Planned, "2026-12-08T09:00:00Z", Some("closed")),
            (S::Cancelled, "2026-12-02T09:00:00Z", Some("closed")),
            (S::Sealed, "2026-12-09T09:00:00Z", Some("closed")),
        ] {
            let answer = in_window(status, opens, closes, at(now));
            assert_eq!(
                answer.err().map(|refusal| refusal.code()),
                code,
                "{status:?} {now}"
            );
        }
    }

    #[test]
    fn wishes_are_few_different_and_of_the_round() {
        let ids = |numbers: &[i64]| -> Vec<ClassId> { numbers.iter().map(|id| Id::from_raw(*id)).collect() };
        let of_round = ids(&[1, 2, 3, 4]);
        for (wishes, field) in [
            (vec![1], None),
            (vec![3, 1, 2], None),
            (vec![], Some("wish_1")),
            (vec![1, 2, 3, 4], Some("wish_4")),
            (vec![1, 1], Some("wish_2")),
            (vec![1, 9], Some("wish_2")),
        ] {
            let answer = check_wishes(&ids(&wishes), &of_round, 3);
            let found = answer.err().map(|errors| errors[0].field.clone());
            assert_eq!(found.as_deref(), field, "{wishes:?}");
        }
    }

    #[test]
    fn tickets_grow_with_terms_waited_up_to_the_cap() {
        for (waited, cap, expected) in [(0, 5, 1), (2, 5, 3), (9, 5, 5), (3, 1, 1), (-1, 5, 1)] {
            assert_eq!(tickets(waited, cap), expected, "{waited} {cap}");
        }
    }

    #[test]
    fn seats_are_split_without_losing_one() {
        for (free, percent, new) in [
            (10, 20, 2),
            (9, 20, 1),
            (3, 20, 0),
            (0, 50, 0),
            (-2, 50, 0),
            (4, 100, 4),
        ] {
            let seats = split_seats(free, percent);
            let got = |pool: &str| i64::from(seats.get(pool).copied().unwrap_or(0));
            assert_eq!(got(NEW_POOL), new, "{free} {percent}");
            assert_eq!(got(NEW_POOL) + got(OPEN_POOL), free.max(0));
        }
        assert_eq!(
            (pools(true), pools(false)),
            (vec!["new".into(), "open".into()], vec!["open".to_owned()])
        );
    }

    #[test]
    fn steps_go_forward_only_and_sealing_waits_for_the_end() {
        let closes = at("2026-12-08T09:00:00Z");
        let allowed = [
            (S::Planned, S::Sealed),
            (S::Planned, S::Cancelled),
            (S::Planned, S::Proposed),
            (S::Proposed, S::Planned),
            (S::Proposed, S::Confirmed),
            (S::Proposed, S::Cancelled),
            (S::Confirmed, S::Publishing),
            (S::Sealed, S::Drawn),
            (S::Sealed, S::Cancelled),
            (S::Drawn, S::Publishing),
            (S::Publishing, S::Published),
        ];
        for from in S::ALL {
            for to in S::ALL {
                let answer = check_step(*from, *to, closes, closes);
                assert_eq!(answer.is_ok(), allowed.contains(&(*from, *to)), "{from:?} {to:?}");
            }
        }
        let early = check_step(S::Planned, S::Sealed, closes, closes.plus_secs(-1)).unwrap_err();
        assert_eq!(early.code(), "still_open");
    }

    #[test]
    fn a_wrong_digit_of_a_receipt_shows() {
        for (digits, check) in [("7992739871", 3), ("00000000", 0), ("12345674", 1)] {
            assert_eq!(check_digit(digits), check, "{digits}");
        }
        let receipt = new_receipt(&Random::seeded(1));
        assert_eq!(receipt.len(), 9);
        let (digits, check) = receipt.split_at(8);
        assert_eq!(check_digit(digits).to_string(), check);
        assert_eq!(spaced("123456789"), "123 456 789");
    }

    #[test]
    fn two_officers_must_enter_the_same() {
        let (one, two): (PersonId, PersonId) = (Id::from_raw(1), Id::from_raw(2));
        let entered = |text: &str| check_randomness(text, "福利彩票 3D").unwrap();
        let first = entered("123 456");
        assert_eq!(compare(None, &first, one), Ok(Entry::First));
        assert_eq!(compare(Some((&first, one)), &first, two), Ok(Entry::Agrees));
        assert_eq!(
            compare(Some((&first, one)), &first, one).unwrap_err().code(),
            "same_officer"
        );
        let other = entered("123 457");
        assert_eq!(
            compare(Some((&first, one)), &other, two).unwrap_err().code(),
            "randomness_differs"
        );
        assert_eq!(check_randomness("", "").unwrap_err().status(), 422);
    }
}
