//! Where an enrolment stands, and what that means for its seat.

use db::text_enum;

text_enum! {
    /// Where an enrolment stands. Programs must accept values they do not know yet.
    pub enum EnrollmentStatus {
        /// Asked for in a round that is not decided.
        Applied => "applied",
        /// Waits for a seat.
        Waitlisted => "waitlisted",
        /// A seat is offered and must be accepted.
        Offered => "offered",
        /// A seat is kept until it is paid.
        Reserved => "reserved",
        /// Has a seat.
        Confirmed => "confirmed",
        /// Takes part.
        Attending => "attending",
        /// Pauses, keeps the place.
        Suspended => "suspended",
        /// Finished the class.
        Completed => "completed",
        /// Gave the place up.
        Withdrawn => "withdrawn",
        /// Moved to another class.
        Transferred => "transferred",
        /// Was taken off by the school.
        Dismissed => "dismissed",
        /// Its class ended, and its rule of completion was not met.
        Ended => "ended",
        /// Its time ran out: an offer not accepted, a seat not paid, a wait whose class ended.
        Expired => "expired",
        /// The class was cancelled.
        Cancelled => "cancelled",
        /// Was not accepted.
        Rejected => "rejected",
    }
}

impl EnrollmentStatus {
    /// Whether the place is still wanted: such a row is the only one of its person and class.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Applied | Self::Waitlisted) || self.holds_seat()
    }

    /// Whether a seat is somebody's own, or was to the end of the class.
    #[must_use]
    pub const fn lasted(self) -> bool {
        self.is_seated() || matches!(self, Self::Completed | Self::Ended)
    }

    /// Whether a seat is taken by it: nobody else can have it.
    #[must_use]
    pub const fn holds_seat(self) -> bool {
        self.is_seated() || matches!(self, Self::Offered)
    }

    /// Whether the seat is theirs: they asked for it or took it, which who has an offer has not done yet.
    #[must_use]
    pub const fn is_seated(self) -> bool {
        matches!(
            self,
            Self::Reserved | Self::Confirmed | Self::Attending | Self::Suspended
        )
    }
}
