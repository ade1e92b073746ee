//! Errors are sentences for people. One place renders them: `ui::errors`.

use db::DbError;

/// Result of an action.
pub type AppResult<T> = Result<T, AppError>;

/// A sentence beside a field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name in the form and in JSON.
    pub field: String,
    /// What is wrong and what to do, in Chinese.
    pub sentence: String,
}

/// The next thing a refused person can do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Door {
    /// What the link says.
    pub label: String,
    /// Where it leads, inside the site.
    pub href: String,
}

/// Why an action did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppError {
    /// 422: fields are wrong; each has a sentence.
    Invalid(Vec<FieldError>),
    /// 409: a rule says no; `code` is for programs, `sentence` for people, `doors` lead on.
    Refused {
        /// Short stable name of the reason, such as `class_full`.
        code: &'static str,
        /// What is the matter and what to do.
        sentence: String,
        /// What can be done instead.
        doors: Vec<Door>,
        /// What stands in the way one by one, where there is more than one thing.
        reasons: Vec<FieldError>,
    },
    /// 401: nobody is signed in.
    SignInNeeded,
    /// 403: signed in, but not allowed; says what is missing.
    Forbidden(String),
    /// 404: not there, or not for this person to know of.
    NotFound,
    /// 405: the address is there, but takes other methods; the answer's `Allow` names them.
    WrongMethod,
    /// 413: more than is taken at once; says the bound.
    TooLarge(String),
    /// 429: too many tries; says when to come back.
    TooMany(String),
    /// 503: busy or out of order for a moment; the same request may be sent again.
    Unavailable(String),
    /// 500: a mistake in the program; the words are for the log only.
    Internal(String),
}

impl AppError {
    /// One wrong field.
    #[must_use]
    pub fn invalid(field: &str, sentence: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            field: field.to_owned(),
            sentence: sentence.into(),
        }])
    }

    /// A rule says no, with nothing else to offer.
    #[must_use]
    pub fn refused(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Refused {
            code,
            sentence: sentence.into(),
            doors: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// A rule says no for several reasons, each beside the field it concerns.
    #[must_use]
    pub fn refused_because(
        code: &'static str,
        sentence: impl Into<String>,
        reasons: Vec<FieldError>,
    ) -> Self {
        Self::Refused {
            code,
            sentence: sentence.into(),
            doors: Vec::new(),
            reasons,
        }
    }

    /// A rule says no, and one way on.
    #[must_use]
    pub fn refused_with_door(
        code: &'static str,
        sentence: impl Into<String>,
        label: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        let doors = vec![Door {
            label: label.into(),
            href: href.into(),
        }];
        Self::Refused {
            code,
            sentence: sentence.into(),
            doors,
            reasons: Vec::new(),
        }
    }

    /// The error with what is wrong with one field said beside another: forms and JSON do not always ask alike.
    #[must_use]
    pub fn beside(mut self, field: &str, other: &str) -> Self {
        if let Self::Invalid(wrong) = &mut self {
            for one in wrong.iter_mut().filter(|one| one.field == field) {
                other.clone_into(&mut one.field);
            }
        }
        self
    }

    /// HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) => 422,
            Self::Refused { .. } => 409,
            Self::SignInNeeded => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound => 404,
            Self::WrongMethod => 405,
            Self::TooLarge(_) => 413,
            Self::TooMany(_) => 429,
            Self::Unavailable(_) => 503,
            Self::Internal(_) => 500,
        }
    }

    /// Stable name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Refused { code, .. } => code,
            Self::SignInNeeded => "sign_in_needed",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::WrongMethod => "wrong_method",
            Self::TooLarge(_) => "too_large",
            Self::TooMany(_) => "too_many",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// The sentence for the person.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Invalid(fields) if fields.len() == 1 => fields
                .first()
                .map(|field| field.sentence.clone())
                .unwrap_or_default(),
            Self::Invalid(fields) => format!("有 {} 处需要改一改，请看每一处旁边的说明。", fields.len()),
            Self::Refused { sentence, .. } => sentence.clone(),
            Self::SignInNeeded => "请先登录，再做这件事。".into(),
            Self::Forbidden(sentence) | Self::TooLarge(sentence) | Self::TooMany(sentence) => {
                sentence.clone()
            }
            Self::NotFound => "没有找到这个页面。它可能已经撤下，或者网址少了几个字。".into(),
            Self::WrongMethod => {
                "这个网址不能这样打开，要从页面上的按钮进来。请回到上一页，再点一次按钮。".into()
            }
            Self::Unavailable(_) => "现在人多，系统忙不过来。您填的内容没有丢，请过一会儿再试一次。".into(),
            Self::Internal(_) => "系统出了差错，我们已经记下。请稍后再试，或打电话给学校。".into(),
        }
    }
}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotFound => Self::NotFound,
            DbError::Unavailable(why) => Self::Unavailable(why),
            // Fields take their control characters out; this is an address or a program's.
            DbError::NulInText => Self::invalid(
                "",
                "里面有看不见的控制字符（U+0000），存不了，也查不了。请删掉后重新输入。",
            ),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Internal(why) | Self::Unavailable(why) => write!(f, "{}: {why}", self.code()),
            other => write!(f, "{}: {}", other.code(), other.sentence()),
        }
    }
}

impl std::error::Error for AppError {}
