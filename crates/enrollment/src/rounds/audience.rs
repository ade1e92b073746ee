//! Whom a round takes.

use db::text_enum;

text_enum! {
    /// Who may apply.
    pub enum Audience {
        /// Everybody.
        Everyone => "everyone",
        /// People who never had a seat at the round's org.
        Newcomers => "newcomers",
        /// People who had one.
        Former => "former",
        /// People in a class of the same course here in the term before (rounds by first come).
        Returning => "returning",
    }
}

platform::api_words!(Audience);

impl Audience {
    /// The words on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Everyone => "谁都可以报",
            Self::Newcomers => "只限没有在本校上过课的新学员",
            Self::Former => "只限在本校上过课的老学员",
            Self::Returning => "只限原班学员续报",
        }
    }

    /// The people, in a word.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::Everyone => "所有人",
            Self::Newcomers => "新学员",
            Self::Former => "老学员",
            Self::Returning => "原班学员",
        }
    }

    /// Audiences of a draw: it has no old class to go on with.
    pub const OF_DRAWS: [Self; 3] = [Self::Everyone, Self::Newcomers, Self::Former];
}
