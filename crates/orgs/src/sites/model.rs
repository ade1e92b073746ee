//! Which places a list shows. No I/O.

use crate::tree::{OrgKind, Place};
use kernel::{OrgId, pinyin};

/// Filters of the list.
#[derive(Debug, Clone, Default)]
pub struct SiteFilter {
    /// Words: name, pinyin, initials or address.
    pub q: String,
    /// Only in this street.
    pub street: Option<OrgId>,
    /// Only of this kind.
    pub kind: Option<OrgKind>,
    /// Only where one gets in without a step.
    pub step_free: bool,
}

impl SiteFilter {
    /// Whether the place is shown.
    #[must_use]
    pub fn takes(&self, place: &Place) -> bool {
        self.street.is_none_or(|street| place.street == Some(street))
            && self.kind.is_none_or(|kind| place.kind == kind)
            && (!self.step_free || place.step_free)
            && self.finds(place)
    }

    fn finds(&self, place: &Place) -> bool {
        let q: String = self.q.to_lowercase().split_whitespace().collect();
        if q.is_empty() {
            return true;
        }
        let plain = [&place.name, &place.address, &place.street_name];
        if plain.iter().any(|text| text.to_lowercase().contains(&q)) {
            return true;
        }
        q.is_ascii()
            && pinyin::search_forms(&place.name)
                .iter()
                .any(|form| form.contains(&q))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, step_free: bool) -> Place {
        let id = OrgId::from_raw(1);
        Place {
            id,
            kind: OrgKind::StreetSchool,
            name: name.into(),
            short_name: name.into(),
            sort_key: String::new(),
            path: format!("/{id}/"),
            address: "学堂路 1 号".into(),
            phone: String::new(),
            hours: String::new(),
            point: None,
            step_free,
            accessible_toilet: false,
            lift: false,
            hearing_loop: false,
            street: Some(OrgId::from_raw(7)),
            street_name: "莘庄镇".into(),
            district: None,
            district_name: String::new(),
        }
    }

    #[test]
    fn filters_are_all_kept() {
        let school = place("江川路街道社区学校", true);
        let words = |q: &str| SiteFilter {
            q: q.into(),
            ..SiteFilter::default()
        };
        for (what, filter, takes) in [
            ("nothing asked", SiteFilter::default(), true),
            ("part of the name", words("江川"), true),
            ("pinyin", words("jiangchuan"), true),
            ("initials", words("JCL"), true),
            ("address", words("学堂路"), true),
            ("street", words("莘庄"), true),
            ("another word", words("七宝"), false),
            (
                "another kind",
                SiteFilter {
                    kind: Some(OrgKind::College),
                    ..SiteFilter::default()
                },
                false,
            ),
            (
                "another street",
                SiteFilter {
                    street: Some(OrgId::from_raw(8)),
                    ..SiteFilter::default()
                },
                false,
            ),
        ] {
            assert_eq!(filter.takes(&school), takes, "{what}");
        }
        let without_steps = SiteFilter {
            step_free: true,
            ..SiteFilter::default()
        };
        assert!(without_steps.takes(&school) && !without_steps.takes(&place("a", false)));
    }
}
