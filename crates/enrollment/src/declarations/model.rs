//! Which papers somebody owes, and who may sign them. No I/O.

use super::store::RuleRow;
use crate::seat_desk::holds::Limits;
use db::text_enum;
use kernel::age::full_years;
use kernel::{Date, OrgId};
use people::family::Relation;
use teaching::classes::Risk;

text_enum! {
    /// A paper that somebody signs before a seat is theirs.
    pub enum Paper {
        /// The learner is well enough.
        Health => "health",
        /// The learner knows what may happen.
        Risks => "risks",
        /// The family agrees.
        Consent => "consent",
    }
}

impl Paper {
    /// The words on screen; a key of the English catalogue.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Health => "健康承诺书",
            Self::Risks => "安全责任告知书",
            Self::Consent => "家人同意书",
        }
    }

    /// Who signs it, in words; a key of the English catalogue.
    #[must_use]
    pub const fn by_whom(self) -> &'static str {
        match self {
            Self::Health | Self::Risks => "本人签",
            Self::Consent => "儿女、配偶或其他亲属签",
        }
    }
}

text_enum! {
    /// Which classes ask for a paper.
    pub enum When {
        /// None.
        Never => "never",
        /// Those that ask much of the body.
        Strenuous => "strenuous",
        /// All.
        Always => "always",
    }
}

impl When {
    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Never => "不要",
            Self::Strenuous => "体力活动较大的班要",
            Self::Always => "每个班都要",
        }
    }

    const fn holds(self, risk: Risk) -> bool {
        match self {
            Self::Never => false,
            Self::Strenuous => matches!(risk, Risk::Strenuous),
            Self::Always => true,
        }
    }
}

text_enum! {
    /// What the signer is to the learner.
    pub enum Signer {
        /// The learner.
        Own => "self",
        /// Daughter or son.
        Child => "child",
        /// Wife or husband.
        Spouse => "spouse",
        /// Another relative.
        Relative => "relative",
    }
}

impl Signer {
    /// The words on screen; a key of the English catalogue.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Own => "本人",
            Self::Child => "儿女",
            Self::Spouse => "配偶",
            Self::Relative => "其他亲属",
        }
    }

    /// Who acts by this family link, if a member of the family does.
    #[must_use]
    pub const fn of(relation: Relation) -> Option<Self> {
        match relation {
            Relation::Child => Some(Self::Child),
            Relation::Spouse => Some(Self::Spouse),
            Relation::Relative => Some(Self::Relative),
            Relation::Carer => None,
        }
    }

    /// Whether this one may sign a paper: the consent is the family's, the others are the learner's.
    #[must_use]
    pub const fn may_sign(self, paper: Paper) -> bool {
        matches!(self, Self::Own) != matches!(paper, Paper::Consent)
    }
}

/// Whether the name under a paper is the learner's own, however it was spaced. Under the family's consent it must not be: a
/// learner who signs for their family has consented to nothing.
#[must_use]
pub fn is_own_name(signed: &str, learner: &str) -> bool {
    let plain = |name: &str| {
        kernel::PersonName::parse(name)
            .map_or_else(|_| name.trim().to_owned(), |name| name.as_str().to_owned())
    };
    plain(signed) == plain(learner)
}

platform::api_words!(Paper, When, Signer);

/// Something that was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// What.
    pub paper: Paper,
    /// Whose words; the program's own where there is none.
    pub publisher: Option<OrgId>,
    /// First day on which it is no longer good.
    pub until: Date,
}

/// What the classes of an org ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// The rule.
    pub rule: RuleRow,
    /// The words in force, one for each paper.
    pub texts: Vec<super::store::TextRow>,
}

impl Papers {
    /// Whether anything is asked of somebody of this age.
    #[must_use]
    pub fn asks(&self, risk: Risk, age: Option<i64>) -> bool {
        Paper::ALL.iter().any(|paper| self.asks_for(*paper, risk, age))
    }

    /// Whether this paper is asked of somebody of this age. Whose age is not known is not taken for old.
    #[must_use]
    pub fn asks_for(&self, paper: Paper, risk: Risk, age: Option<i64>) -> bool {
        match paper {
            Paper::Health => self.rule.health.holds(risk),
            Paper::Risks => self.rule.risks.holds(risk),
            Paper::Consent => self
                .rule
                .consent_age
                .zip(age)
                .is_some_and(|(from, age)| age >= from),
        }
    }

    /// The papers that somebody still owes on a day.
    #[must_use]
    pub fn owed(&self, risk: Risk, age: Option<i64>, signed: &[Signed], on: Date) -> Vec<Paper> {
        let asked = Paper::ALL
            .iter()
            .filter(|paper| self.asks_for(**paper, risk, age));
        asked
            .filter(|paper| {
                let publisher = self.text(**paper).and_then(|text| text.org_id);
                !signed
                    .iter()
                    .any(|one| one.paper == **paper && one.publisher == publisher && on < one.until)
            })
            .copied()
            .collect()
    }

    /// The words of a paper.
    #[must_use]
    pub fn text(&self, paper: Paper) -> Option<&super::store::TextRow> {
        self.texts.iter().find(|text| text.paper == paper)
    }
}

impl RuleRow {
    /// How long a seat is kept for who owes a paper.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            online_hours: self.online_hours,
            counter_days: usize::try_from(self.counter_days).unwrap_or(1),
        }
    }
}

/// Full years on the day of the first session.
#[must_use]
pub fn age(birth: Option<Date>, on: Date) -> Option<i64> {
    birth.and_then(|birth| full_years(birth, on)).map(i64::from)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::store::TextRow;
    use super::*;
    use kernel::Id;

    pub(crate) fn usual() -> Papers {
        let text = |paper: &Paper| TextRow {
            id: Id::from_raw(1),
            org_id: None,
            paper: *paper,
            version: 1,
            body: String::new(),
        };
        Papers {
            rule: RuleRow {
                id: Id::from_raw(1),
                org_id: None,
                version: 1,
                consent_age: Some(80),
                health: When::Strenuous,
                risks: When::Strenuous,
                valid_days: 365,
                online_hours: 48,
                counter_days: 2,
                bring: String::new(),
            },
            texts: Paper::ALL.iter().map(text).collect(),
        }
    }

    #[test]
    fn what_is_owed() {
        use Paper::{Consent, Health, Risks};
        let on: Date = "2026-11-26".parse().unwrap();
        let signed = |paper, publisher, until: &str| Signed {
            paper,
            publisher,
            until: until.parse().unwrap(),
        };
        let other = Some(Id::from_raw(7));
        for (risk, age, signed, owed) in [
            (Risk::None, Some(70), vec![], vec![]),
            (Risk::None, Some(79), vec![], vec![]),
            (Risk::None, Some(80), vec![], vec![Consent]),
            (Risk::None, None, vec![], vec![]),
            (Risk::Strenuous, Some(70), vec![], vec![Health, Risks]),
            (Risk::Strenuous, Some(81), vec![], vec![Health, Risks, Consent]),
            (
                Risk::None,
                Some(81),
                vec![signed(Consent, None, "2026-11-27")],
                vec![],
            ),
            // On its last day it was good, on the next it is signed again.
            (
                Risk::None,
                Some(81),
                vec![signed(Consent, None, "2026-11-26")],
                vec![Consent],
            ),
            (
                Risk::None,
                Some(81),
                vec![signed(Health, None, "2027-11-26")],
                vec![Consent],
            ),
            // Another school's words are not these.
            (
                Risk::None,
                Some(81),
                vec![signed(Consent, other, "2027-11-26")],
                vec![Consent],
            ),
        ] {
            let found = usual().owed(risk, age, &signed, on);
            assert_eq!(found, owed, "{risk:?} {age:?} {signed:?}");
            assert!(usual().asks(risk, age) || owed.is_empty());
        }
    }

    #[test]
    fn who_signs_what() {
        for (signer, paper, may) in [
            (Signer::Own, Paper::Health, true),
            (Signer::Own, Paper::Risks, true),
            (Signer::Own, Paper::Consent, false),
            (Signer::Child, Paper::Consent, true),
            (Signer::Spouse, Paper::Consent, true),
            (Signer::Relative, Paper::Health, false),
        ] {
            assert_eq!(signer.may_sign(paper), may, "{signer:?} {paper:?}");
        }
        assert_eq!(Signer::of(Relation::Carer), None);
    }

    #[test]
    fn whose_name_stands_below() {
        for (signed, own) in [
            ("王秀英", true),
            (" 王 秀英 ", true),
            ("王秀兰", false),
            ("李娟", false),
            ("王", false),
            ("", false),
        ] {
            assert_eq!(is_own_name(signed, "王秀英"), own, "{signed}");
        }
    }
}
