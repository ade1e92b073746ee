//! How a round gives its seats.

use db::text_enum;

text_enum! {
    /// How a round gives its seats.
    pub enum RoundMethod {
        /// By a draw that anybody can compute again.
        Draw => "draw",
        /// To who asks first.
        FirstCome => "first_come",
        /// By an interview or an audition.
        Interview => "interview",
        /// By hand, by what the school asks for.
        Manual => "manual",
    }
}

platform::api_words!(RoundMethod);

impl RoundMethod {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draw => "摇号",
            Self::FirstCome => "先到先得",
            Self::Interview => "面试",
            Self::Manual => "人工选定",
        }
    }

    /// Whether officers choose.
    #[must_use]
    pub const fn is_selection(self) -> bool {
        matches!(self, Self::Interview | Self::Manual)
    }

    /// What comes after the window, in a word.
    #[must_use]
    pub const fn afterwards(self) -> &'static str {
        match self {
            Self::Draw | Self::FirstCome => "摇号",
            Self::Interview => "面试",
            Self::Manual => "由学校选定",
        }
    }

    /// What its result is called.
    #[must_use]
    pub const fn result(self) -> &'static str {
        match self {
            Self::Draw | Self::FirstCome => "摇号结果",
            Self::Interview => "面试结果",
            Self::Manual => "录取结果",
        }
    }

    /// Methods of rounds to which people apply.
    pub const BY_SIGNUP: [Self; 3] = [Self::Draw, Self::Interview, Self::Manual];
}
