//! What a class is, and the rules of planning one.

use crate::sessions::actions::days_long;
use crate::{ClassId, CourseId, CourseVersionId, TermId};
use db::text_enum;
use kernel::chinese_date::day_text;
use kernel::{
    Date, Fen, HolidayRule, Instant, OrgId, PersonId, Planned, Slot, Time, Until, Weekday, WeeklyPattern,
    bounded,
};
use orgs::RoomId;
use platform::{AppError, AppResult, FieldError};
use std::pin::Pin;

text_enum! {
    /// Where a class stands: planned → published → running → closed, or cancelled.
    pub enum ClassStatus {
        /// Seen by staff only.
        Planned => "planned",
        /// Seen by everybody; people enrol in its window.
        Published => "published",
        /// Its first session is over or near; still seen by everybody.
        Running => "running",
        /// Over.
        Closed => "closed",
        /// Will not be held, with a reason.
        Cancelled => "cancelled",
    }
}

impl ClassStatus {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "计划中",
            Self::Published => "已发布",
            Self::Running => "上课中",
            Self::Closed => "已结束",
            Self::Cancelled => "已停办",
        }
    }
}

text_enum! {
    /// How people take part.
    pub enum Mode {
        /// In the room.
        OnSite => "on_site",
        /// From home.
        Online => "online",
        /// Both ways.
        Hybrid => "hybrid",
    }
}

impl Mode {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::OnSite => "线下",
            Self::Online => "线上",
            Self::Hybrid => "线上线下都可以",
        }
    }
}

text_enum! {
    /// How much one should know before.
    pub enum Level {
        /// Nothing.
        Beginner => "beginner",
        /// A little.
        Basic => "basic",
        /// A good deal.
        Advanced => "advanced",
        /// Learners who study on their own.
        Study => "study",
    }
}

impl Level {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Beginner => "入门",
            Self::Basic => "基础",
            Self::Advanced => "提高",
            Self::Study => "研习",
        }
    }
}

text_enum! {
    /// What the body is asked for.
    pub enum Risk {
        /// Nothing special.
        None => "none",
        /// Strenuous: dance, sport, long walks.
        Strenuous => "strenuous",
    }
}

impl Risk {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "一般",
            Self::Strenuous => "体力活动较大",
        }
    }
}

db::record! {
    /// A class with all its columns.
    pub struct ClassRow {
        /// Its id.
        pub id: ClassId,
        /// The org that gives it.
        pub org_id: OrgId,
        /// The course.
        pub course_id: CourseId,
        /// The course version it is given from.
        pub course_version_id: CourseVersionId,
        /// The term.
        pub term_id: TermId,
        /// Name on the public list.
        pub name: String,
        /// Name in pinyin, for ordering.
        pub sort_key: String,
        /// Usual room.
        pub room_id: Option<RoomId>,
        /// Usual teacher.
        pub teacher_id: Option<PersonId>,
        /// How people take part.
        pub mode: Mode,
        /// How much one should know.
        pub level: Level,
        /// What the body is asked for.
        pub risk: Risk,
        /// Fee in fen.
        pub fee_fen: i64,
        /// Seats.
        pub capacity: i64,
        /// Learners below which it is not held.
        pub minimum: i64,
        /// Seats taken; kept by the seat desk.
        pub enrolled: i64,
        /// People waiting; kept by the seat desk.
        pub waitlisted: i64,
        /// Lowest age in years.
        pub age_min: Option<i64>,
        /// Highest age in years.
        pub age_max: Option<i64>,
        /// Who is meant by residence, in words.
        pub residence_note: String,
        /// From when people may enrol.
        pub enrollment_opens: Instant,
        /// Until when people may enrol.
        pub enrollment_closes: Instant,
        /// Usual day of the week, 1 = Monday … 7 = Sunday.
        pub weekday: i64,
        /// Usual time of day.
        pub starts: Time,
        /// Usual length in minutes.
        pub minutes: i64,
        /// Day of the first session.
        pub starts_on: Date,
        /// Day of the last session.
        pub ends_on: Date,
        /// Sessions that are not cancelled.
        pub session_count: i64,
        /// Least attendance for completion, in percent.
        pub pass_percent: i64,
        /// Where it stands.
        pub status: ClassStatus,
        /// Why it was cancelled, in words.
        pub status_note: String,
        /// When it was planned.
        pub created_at: Instant,
        /// Counts changes, so that two clerks do not overwrite each other.
        pub version: i64,
    }
}

impl ClassRow {
    /// The weekly time in words.
    #[must_use]
    pub fn weekly(&self) -> String {
        let weekday = weekday_of(self.weekday).unwrap_or(Weekday::Monday);
        kernel::chinese_date::weekly_text(
            weekday,
            self.starts,
            u16::try_from(self.minutes).unwrap_or(u16::MAX),
        )
    }

    /// The fee in words.
    #[must_use]
    pub fn fee(&self) -> String {
        Fen(self.fee_fen).fee_text()
    }
}

/// The weekday of its number, 1 = Monday … 7 = Sunday.
#[must_use]
pub fn weekday_of(number: i64) -> Option<Weekday> {
    Weekday::from_monday_one_offset(i8::try_from(number).ok()?).ok()
}

/// The facts of a class as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassDraft {
    /// Name on the public list.
    pub name: String,
    /// Usual room.
    pub room_id: Option<RoomId>,
    /// Usual teacher.
    pub teacher_id: Option<PersonId>,
    /// How people take part.
    pub mode: Mode,
    /// How much one should know.
    pub level: Level,
    /// What the body is asked for.
    pub risk: Risk,
    /// Fee in fen.
    pub fee_fen: i64,
    /// Seats.
    pub capacity: i64,
    /// Learners below which it is not held.
    pub minimum: i64,
    /// Lowest age in years.
    pub age_min: Option<i64>,
    /// Highest age in years.
    pub age_max: Option<i64>,
    /// Who is meant by residence, in words.
    pub residence_note: String,
    /// From when people may enrol.
    pub enrollment_opens: Instant,
    /// Until when people may enrol.
    pub enrollment_closes: Instant,
    /// Least attendance for completion, in percent.
    pub pass_percent: i64,
}

/// The weekly pattern as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i64,
    /// When it starts, time in China.
    pub starts: Time,
    /// Minutes of a session.
    pub minutes: i64,
    /// The first day on which a session may be.
    pub from: Date,
    /// Sessions that are held.
    pub count: i64,
}

impl Pattern {
    /// Checks the bounds of what was typed.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with a sentence for each wrong field.
    pub fn check(&self) -> AppResult<()> {
        let bounds = [
            (
                "weekday",
                self.weekday,
                7,
                "星期几要写 1 到 7，1 是周一，7 是周日。",
            ),
            ("minutes", self.minutes, 480, "每次时长要在 1 到 480 分钟之间。"),
            ("count", self.count, 400, "课次数要在 1 到 400 之间。"),
        ];
        let wrong: Vec<FieldError> = bounds
            .iter()
            .filter(|(_, number, most, _)| !(1..=*most).contains(number))
            .map(|(field, _, _, sentence)| FieldError {
                field: (*field).to_owned(),
                sentence: (*sentence).to_owned(),
            })
            .collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(AppError::Invalid(wrong))
        }
    }

    /// The sessions around the public holidays; what cannot be counted comes out as a warning of the kernel.
    #[must_use]
    pub fn sessions(&self) -> Planned {
        let slot = weekday_of(self.weekday).map(|weekday| Slot {
            weekday,
            start: self.starts,
            minutes: u16::try_from(self.minutes).unwrap_or(0),
        });
        let pattern = WeeklyPattern {
            slots: slot.into_iter().collect(),
            from: self.from,
            until: Until::Count(u16::try_from(self.count).unwrap_or(0)),
        };
        pattern.sessions(crate::holidays::calendar(), HolidayRule::SkipBoth)
    }
}

/// Highest fee: 100,000 yuan for a term.
const MOST_FEN: i64 = 10_000_000;

/// Checks the facts of a class; `enrolled` people have a seat already.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(draft: &ClassDraft, enrolled: i64) -> AppResult<ClassDraft> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, sentence: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    let name = bounded(&draft.name, 2, 40, "班级名称").unwrap_or_else(|sentence| {
        wrong("name", sentence);
        String::new()
    });
    let residence_note = bounded(&draft.residence_note, 0, 100, "居住地说明").unwrap_or_else(|sentence| {
        wrong("residence_note", sentence);
        String::new()
    });
    if !(1..=2000).contains(&draft.capacity) {
        wrong("capacity", "名额要在 1 到 2000 之间。".into());
    }
    if draft.capacity < enrolled {
        wrong(
            "capacity",
            format!("已经有 {enrolled} 人报上，名额不能少于 {enrolled}。"),
        );
    }
    if draft.minimum < 0 || draft.minimum > draft.capacity {
        wrong(
            "minimum",
            format!("最少开班人数要在 0 到名额（{}）之间。", draft.capacity),
        );
    }
    if !(0..=MOST_FEN).contains(&draft.fee_fen) {
        wrong("fee_fen", "学费要在 0 到 100000 元之间。免费请填 0。".into());
    }
    for (field, age) in [("age_min", draft.age_min), ("age_max", draft.age_max)] {
        if age.is_some_and(|age| !(1..=120).contains(&age)) {
            wrong(field, "年龄要在 1 到 120 之间。".into());
        }
    }
    if matches!((draft.age_min, draft.age_max), (Some(least), Some(most)) if least > most) {
        wrong("age_max", "最大年龄不能小于最小年龄。".into());
    }
    if draft.enrollment_closes <= draft.enrollment_opens {
        wrong("enrollment_closes", "报名截止要在报名开始之后。".into());
    }
    if !(0..=100).contains(&draft.pass_percent) {
        wrong("pass_percent", "结业出勤率要在 0 到 100 之间。".into());
    }
    if errors.is_empty() {
        Ok(ClassDraft {
            name,
            residence_note,
            ..*draft
        })
    } else {
        Err(AppError::Invalid(errors))
    }
}

/// What is stored otherwise than typed, as `名额现在是 30`, for a clerk whose page is out of date.
#[must_use]
pub fn differences(now: &ClassRow, typed: &ClassDraft) -> Vec<String> {
    let mut all = Vec::new();
    let mut tell = |differs: bool, label: &str, value: String| {
        if differs {
            all.push(format!("{label}现在是{value}"));
        }
    };
    let age = |age: Option<i64>| age.map_or_else(|| "不限".to_owned(), |age| format!(" {age} 岁"));
    tell(now.name != typed.name, "名称", format!("「{}」", now.name));
    tell(now.room_id != typed.room_id, "教室", "另一间".into());
    tell(now.teacher_id != typed.teacher_id, "教师", "另一位".into());
    tell(now.mode != typed.mode, "方式", now.mode.label().into());
    tell(now.level != typed.level, "程度", now.level.label().into());
    tell(now.risk != typed.risk, "体力要求", now.risk.label().into());
    tell(now.fee_fen != typed.fee_fen, "学费", now.fee());
    tell(
        now.capacity != typed.capacity,
        "名额",
        format!(" {}", now.capacity),
    );
    tell(
        now.minimum != typed.minimum,
        "最少开班人数",
        format!(" {}", now.minimum),
    );
    tell(now.age_min != typed.age_min, "最小年龄", age(now.age_min));
    tell(now.age_max != typed.age_max, "最大年龄", age(now.age_max));
    tell(
        now.residence_note != typed.residence_note,
        "居住地说明",
        format!("「{}」", now.residence_note),
    );
    let date = |at: Instant| format!(" {}", at.date());
    tell(
        now.enrollment_opens != typed.enrollment_opens,
        "报名开始",
        date(now.enrollment_opens),
    );
    tell(
        now.enrollment_closes != typed.enrollment_closes,
        "报名截止",
        date(now.enrollment_closes.plus_secs(-1)),
    );
    tell(
        now.pass_percent != typed.pass_percent,
        "结业出勤率",
        format!(" {}%", now.pass_percent),
    );
    all
}

/// What a class was published with can be changed, not emptied: people have enrolled for it.
///
/// # Errors
/// [`AppError::Invalid`] beside the field that is empty.
pub fn keeps_what_is_public(class: &ClassRow, draft: &ClassDraft) -> AppResult<()> {
    if class.status == ClassStatus::Planned {
        return Ok(());
    }
    let room_lost = class.room_id.is_some() && draft.room_id.is_none() && draft.mode != Mode::Online;
    let teacher_lost = class.teacher_id.is_some() && draft.teacher_id.is_none();
    let lost = [
        ("teacher_id", teacher_lost, "教师"),
        ("room_id", room_lost, "教室"),
    ];
    let lost = lost.into_iter().filter(|(_, lost, _)| *lost);
    let wrong: Vec<FieldError> = lost
        .map(|(field, _, what)| FieldError {
            field: field.to_owned(),
            sentence: format!("这个班已经发布，{what}可以换，不能空着。"),
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// Whether a class may go from one status to the next.
///
/// # Errors
/// [`AppError::Refused`] with what is missing.
pub fn check_step(class: &ClassRow, to: ClassStatus) -> AppResult<()> {
    use ClassStatus as S;
    let allowed = matches!(
        (class.status, to),
        (S::Planned, S::Published)
            | (S::Published, S::Running)
            | (S::Published | S::Running, S::Closed)
            | (S::Planned | S::Published | S::Running, S::Cancelled)
    );
    if !allowed {
        let sentence = format!(
            "这个班现在「{}」，不能改成「{}」。",
            class.status.label(),
            to.label()
        );
        return Err(AppError::refused("wrong_status", sentence));
    }
    if to == S::Published {
        let missing = [
            (class.teacher_id.is_none(), "教师"),
            (class.room_id.is_none() && class.mode != Mode::Online, "教室"),
            (class.session_count == 0, "课次"),
        ];
        let missing: Vec<&str> = missing
            .iter()
            .filter(|(yes, _)| *yes)
            .map(|(_, what)| *what)
            .collect();
        if !missing.is_empty() {
            return Err(AppError::refused_with_door(
                "not_ready",
                format!("还没有定{}，先不能发布。", missing.join("、")),
                "去补上",
                format!("/desk/classes/{}/edit", class.id),
            ));
        }
    }
    Ok(())
}

/// Days before its first session from which on a class may be started by hand: as many as planners look ahead.
pub const START_DAYS: i64 = 14;

/// The first day on which a class may be started by hand.
#[must_use]
pub fn starts_from(first: Date) -> Date {
    first.checked_sub(days_long(START_DAYS)).unwrap_or(first)
}

/// Whether a class may be started by hand on this day.
///
/// # Errors
/// A refusal long before its first session: people enrol still, and who is enrolled would count as taking part.
pub fn check_start(class: &ClassRow, today: Date) -> AppResult<()> {
    let from = starts_from(class.starts_on);
    if today >= from {
        return Ok(());
    }
    Err(AppError::refused_with_door(
        "too_early",
        format!(
            "第一次课在{}，{}起才能办开课；到了那天不办，系统也会自动开课。日子不对，请先改课次。",
            day_text(class.starts_on),
            day_text(from)
        ),
        "看课次",
        format!("/desk/classes/{}/sessions", class.id),
    ))
}

/// What [`StartCheck`] and [`FirstLessonCheck`] give.
pub type Checking<'a> = Pin<Box<dyn Future<Output = AppResult<()>> + Send + 'a>>;

/// Tells whether the enrolment of a class is far enough for it to be started, with a refusal when it is not; the program
/// gives it to [`super::routes`], to [`super::lifecycle::start_due`] and to [`crate::waiting`] from the domain above.
#[derive(Clone, Copy)]
pub struct StartCheck(pub for<'a> fn(&'a db::Db, ClassId) -> Checking<'a>);

/// Tells whether the first lesson of a class may be as early as this, with a refusal when people still apply then; given as
/// [`StartCheck`] is.
#[derive(Clone, Copy)]
pub struct FirstLessonCheck(pub for<'a> fn(&'a db::Db, ClassId, Instant) -> Checking<'a>);
