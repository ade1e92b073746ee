//! What a course is, and the rules of writing and reviewing one.

use crate::classes::{Level, Risk};
use crate::{CourseId, CourseVersionId};
use db::text_enum;
use kernel::{Instant, OrgId, PersonId, bounded, bounded_lines};
use platform::{AppError, AppResult, FieldError};

/// Kinds of courses, as schools for elders group them in their enrolment lists.
pub const CATEGORIES: &[&str] = &[
    "书画篆刻",
    "声乐器乐",
    "舞蹈形体",
    "健身养生",
    "手工技艺",
    "摄影摄像",
    "智能生活",
    "语言文学",
    "烹饪营养",
    "家庭教育",
    "法律理财",
    "其他",
];

text_enum! {
    /// Where a course stands.
    pub enum CourseStatus {
        /// No version is approved yet.
        Draft => "draft",
        /// A version is approved; classes can be planned.
        Approved => "approved",
        /// Not used any more.
        Retired => "retired",
    }
}

impl CourseStatus {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "还没有通过的大纲",
            Self::Approved => "可以开班",
            Self::Retired => "已停用",
        }
    }
}

text_enum! {
    /// Where a version stands.
    pub enum VersionStatus {
        /// Being written.
        Draft => "draft",
        /// Waits for review.
        Submitted => "submitted",
        /// Approved.
        Approved => "approved",
        /// Sent back with a note.
        SentBack => "sent_back",
    }
}

impl VersionStatus {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Submitted => "待审核",
            Self::Approved => "已通过",
            Self::SentBack => "已退回",
        }
    }
}

db::record! {
    /// A course.
    pub struct CourseRow {
        /// Its id.
        pub id: CourseId,
        /// The org that keeps it.
        pub org_id: OrgId,
        /// Name.
        pub name: String,
        /// Kind, one of [`CATEGORIES`].
        pub category: String,
        /// How much one should know before.
        pub level: Level,
        /// The approved version that new classes take.
        pub current_version_id: Option<CourseVersionId>,
        /// Whether other schools may use it.
        pub shared: bool,
        /// Where it stands.
        pub status: CourseStatus,
        /// Counts changes.
        pub version: i64,
    }
}

db::record! {
    /// A version of a course: its syllabus.
    pub struct VersionRow {
        /// Its id.
        pub id: CourseVersionId,
        /// The course.
        pub course_id: CourseId,
        /// Its number in the course, from 1.
        pub number: i64,
        /// What it is, in a few sentences.
        pub summary: String,
        /// What one can do afterwards.
        pub goals: String,
        /// Whom it suits.
        pub audience: String,
        /// Units, one a line.
        pub outline: String,
        /// How one sees what was learned.
        pub assessment: String,
        /// What to bring.
        pub materials: String,
        /// Sessions.
        pub sessions: i64,
        /// Minutes of a session.
        pub minutes: i64,
        /// What the body is asked for.
        pub risk: Risk,
        /// Where it stands.
        pub status: VersionStatus,
        /// Who wrote it.
        pub written_by: Option<PersonId>,
        /// Who reviewed it.
        pub reviewed_by: Option<PersonId>,
        /// What the reviewer said.
        pub review_note: String,
        /// When it was begun.
        pub created_at: Instant,
        /// When it was reviewed.
        pub reviewed_at: Option<Instant>,
    }
}

impl VersionRow {
    /// The units of the outline.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.outline.lines().filter(|line| !line.trim().is_empty())
    }

    /// The syllabus of this version with the course's own facts, ready to be changed.
    #[must_use]
    pub fn draft(&self, course: &CourseRow) -> CourseDraft {
        CourseDraft {
            name: course.name.clone(),
            category: course.category.clone(),
            level: course.level,
            shared: course.shared,
            summary: self.summary.clone(),
            goals: self.goals.clone(),
            audience: self.audience.clone(),
            outline: self.outline.clone(),
            assessment: self.assessment.clone(),
            materials: self.materials.clone(),
            sessions: self.sessions,
            minutes: self.minutes,
            risk: self.risk,
        }
    }
}

/// The standard form of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseDraft {
    /// Name.
    pub name: String,
    /// Kind, one of [`CATEGORIES`].
    pub category: String,
    /// How much one should know before.
    pub level: Level,
    /// Whether other schools may use it.
    pub shared: bool,
    /// What it is, in a few sentences.
    pub summary: String,
    /// What one can do afterwards.
    pub goals: String,
    /// Whom it suits.
    pub audience: String,
    /// Units, one a line.
    pub outline: String,
    /// How one sees what was learned.
    pub assessment: String,
    /// What to bring.
    pub materials: String,
    /// Sessions.
    pub sessions: i64,
    /// Minutes of a session.
    pub minutes: i64,
    /// What the body is asked for.
    pub risk: Risk,
}

/// Checks a filled-in form and cleans its texts.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(draft: CourseDraft) -> AppResult<CourseDraft> {
    let mut errors = Vec::new();
    let mut keep = |field: &str, result: Result<String, String>| {
        result.unwrap_or_else(|sentence| {
            errors.push(FieldError {
                field: field.to_owned(),
                sentence,
            });
            String::new()
        })
    };
    let checked = CourseDraft {
        name: keep("name", bounded(&draft.name, 2, 40, "课程名称")),
        summary: keep("summary", bounded_lines(&draft.summary, 10, 600, "课程简介")),
        goals: keep("goals", bounded_lines(&draft.goals, 2, 600, "学习目标")),
        audience: keep("audience", bounded_lines(&draft.audience, 2, 200, "适合的人")),
        outline: keep("outline", bounded_lines(&draft.outline, 2, 4000, "内容大纲")),
        assessment: keep("assessment", bounded_lines(&draft.assessment, 0, 400, "怎样检验")),
        materials: keep("materials", bounded_lines(&draft.materials, 0, 400, "学员自备")),
        ..draft
    };
    if !CATEGORIES.contains(&checked.category.as_str()) {
        errors.push(FieldError {
            field: "category".into(),
            sentence: "请从列出的类别里选。".into(),
        });
    }
    for (field, number, most, sentence) in [
        ("sessions", checked.sessions, 100, "课次数要在 1 到 100 之间。"),
        (
            "minutes",
            checked.minutes,
            480,
            "每次时长要在 1 到 480 分钟之间。",
        ),
    ] {
        if !(1..=most).contains(&number) {
            errors.push(FieldError {
                field: field.into(),
                sentence: sentence.into(),
            });
        }
    }
    if errors.is_empty() {
        Ok(checked)
    } else {
        Err(AppError::Invalid(errors))
    }
}

/// Whether this person may review this version now.
///
/// # Errors
/// [`AppError::Refused`]: it does not wait for review, or they wrote it; [`AppError::Invalid`]: sent back without a note.
pub fn check_review(
    version: &VersionRow,
    reviewer: Option<PersonId>,
    approve: bool,
    note: &str,
) -> AppResult<()> {
    if version.status != VersionStatus::Submitted {
        return Err(AppError::refused(
            "not_submitted",
            "这一版现在不在待审核。可能别人已经审过了，请刷新看看。",
        ));
    }
    if reviewer.is_some() && reviewer == version.written_by {
        return Err(AppError::refused(
            "own_course",
            "这一版是您自己写的，不能由您来审核。请另一位有审核岗位的同事来审。",
        ));
    }
    if !approve && note.trim().is_empty() {
        return Err(AppError::invalid(
            "note",
            "退回时请写明要改什么，作者会看到这些话。",
        ));
    }
    Ok(())
}

/// One field that two versions have differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field's name on screen.
    pub label: &'static str,
    /// In the older version.
    pub before: String,
    /// In the newer version.
    pub after: String,
}

/// What changed from one version to the next.
#[must_use]
pub fn compare(before: &VersionRow, after: &VersionRow) -> Vec<Difference> {
    let text = |label, a: &String, b: &String| (label, a.clone(), b.clone());
    [
        text("课程简介", &before.summary, &after.summary),
        text("学习目标", &before.goals, &after.goals),
        text("适合的人", &before.audience, &after.audience),
        text("内容大纲", &before.outline, &after.outline),
        text("怎样检验", &before.assessment, &after.assessment),
        text("学员自备", &before.materials, &after.materials),
        ("课次数", before.sessions.to_string(), after.sessions.to_string()),
        ("每次分钟", before.minutes.to_string(), after.minutes.to_string()),
        (
            "体力要求",
            before.risk.label().to_owned(),
            after.risk.label().to_owned(),
        ),
    ]
    .into_iter()
    .filter(|(_, a, b)| a != b)
    .map(|(label, before, after)| Difference { label, before, after })
    .collect()
}
