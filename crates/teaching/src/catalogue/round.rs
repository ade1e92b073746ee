//! What the catalogue is told of rounds and rules of enrolment, which a domain above it keeps.

use super::model::ClassCard;
use crate::ClassId;
use kernel::Instant;
use platform::{AppResult, Platform};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use ui::Page;

/// A draw, an interview or a choice of the school that gives the seats of a class: who simply asks gets none meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The round's id.
    pub id: String,
    /// The round's own page.
    pub href: String,
    /// Word of the API.
    pub code: &'static str,
    /// The word on screen, such as 摇号.
    pub method: &'static str,
    /// From when on it gives the seats: before, a round by first come does.
    pub from: Instant,
    /// First moment of applications.
    pub opens: Instant,
    /// First moment after them.
    pub closes: Instant,
}

/// Whether a round takes applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applications {
    /// Not yet.
    NotYet,
    /// Now.
    Open,
    /// No more; the result is to come.
    Over,
}

impl Selection {
    /// Whether it takes applications at this moment.
    #[must_use]
    pub fn applications(&self, now: Instant) -> Applications {
        if now < self.opens {
            Applications::NotYet
        } else if now < self.closes {
            Applications::Open
        } else {
            Applications::Over
        }
    }

    /// The moments at which what is said of it changes.
    pub(super) const fn moments(&self) -> [Instant; 3] {
        [self.from, self.opens, self.closes]
    }
}

/// The rounds that give seats by selection now or later, by class.
pub type Selections = HashMap<ClassId, Selection>;

/// Puts each class's selection on its card.
pub(super) fn put(cards: &mut [ClassCard], selections: &Selections) {
    for card in cards {
        card.selection = selections.get(&card.id).cloned().map(Arc::new);
    }
}

/// Whether the cards carry just these.
pub(super) fn agree(cards: &[ClassCard], selections: &Selections) -> bool {
    cards
        .iter()
        .all(|card| card.selection.as_deref() == selections.get(&card.id))
}

/// What else decides who gets a seat in a class, in sentences a reader understands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentences {
    /// Rules of the school, in its words.
    pub rules: Vec<String>,
    /// Who may ask when, in rounds by first come, and which seats are kept for whom.
    pub rounds: Vec<String>,
}

/// What is being read.
pub type Told<'a, T> = Pin<Box<dyn Future<Output = AppResult<T>> + Send + 'a>>;

/// How the domain above answers.
#[derive(Clone, Copy)]
pub struct Enrolling {
    /// Which selections there are.
    pub selections: for<'a> fn(&'a Platform) -> Told<'a, Selections>,
    /// What is to be said on a class's own page.
    pub sentences: for<'a> fn(&'a Platform, &'a Page, ClassId) -> Told<'a, Sentences>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::model::tests::card;

    fn selection() -> Selection {
        let at = |text: &str| text.parse().unwrap();
        Selection {
            id: "1".into(),
            href: "/rounds/1".into(),
            code: "draw",
            method: "摇号",
            from: at("2026-11-20T00:00:00Z"),
            opens: at("2026-11-20T00:00:00Z"),
            closes: at("2026-11-25T00:00:00Z"),
        }
    }

    #[test]
    fn applications_are_taken_from_the_first_moment_to_the_last() {
        for (now, taken) in [
            ("2026-11-19T23:59:59Z", Applications::NotYet),
            ("2026-11-20T00:00:00Z", Applications::Open),
            ("2026-11-24T23:59:59Z", Applications::Open),
            ("2026-11-25T00:00:00Z", Applications::Over),
        ] {
            assert_eq!(selection().applications(now.parse().unwrap()), taken, "{now}");
        }
    }

    #[test]
    fn a_round_that_is_over_or_new_or_moved_makes_cards_old() {
        let mut cards = [card(1, "书法"), card(2, "国画")];
        let one = Selections::from([(cards[0].id, selection())]);
        let later = Selection {
            closes: selection().closes.plus_secs(60),
            ..selection()
        };
        let moved = Selections::from([(cards[0].id, later)]);
        put(&mut cards, &one);
        assert!(agree(&cards, &one));
        assert!(!agree(&cards, &moved));
        assert!(!agree(&cards, &Selections::new()));
        put(&mut cards, &Selections::new());
        assert!(agree(&cards, &Selections::new()));
        assert!(!agree(&cards, &one));
    }
}
