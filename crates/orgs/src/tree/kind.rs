//! What kinds of organisations there are, and which may stand under which.

use OrgKind as K;

db::text_enum! {
    /// The kind of an organisation: an area, or an institution on it.
    pub enum OrgKind {
        /// A province; only above cities that are not under the government directly.
        Province => "province",
        /// A city.
        City => "city",
        /// A district or county.
        District => "district",
        /// A street, town or township, and zones of that level.
        Street => "street",
        /// A neighbourhood or village with its committee.
        Neighborhood => "neighborhood",
        /// A community college of a district.
        College => "college",
        /// A university for seniors.
        SeniorUniversity => "senior_university",
        /// A community school of a street.
        StreetSchool => "street_school",
        /// A learning site of a neighbourhood or village.
        NeighborhoodSite => "neighborhood_site",
        /// A learning site run by a social organisation.
        SocialSite => "social_site",
        /// A learning site in a home for the aged.
        CareSite => "care_site",
        /// A learning site for minors.
        MinorsSite => "minors_site",
        /// A family learning station.
        FamilyStation => "family_station",
        /// A scene for learning smart technology.
        SmartScene => "smart_scene",
        /// A base for learning by experience.
        Base => "base",
        /// An enterprise.
        Enterprise => "enterprise",
        /// A university or school of higher education.
        University => "university",
        /// A department of government.
        Department => "department",
    }
}

const AREAS_ABOVE_STREET: &[K] = &[K::Province, K::City, K::District];
const CITY_TO_STREET: &[K] = &[K::City, K::District, K::Street];
const HOMES_OF_SITES: &[K] = &[
    K::City,
    K::District,
    K::Street,
    K::Neighborhood,
    K::College,
    K::SeniorUniversity,
    K::StreetSchool,
    K::Base,
    K::Enterprise,
    K::University,
];

impl OrgKind {
    /// The kind's name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            K::Province => "省",
            K::City => "市",
            K::District => "区",
            K::Street => "街镇",
            K::Neighborhood => "居村",
            K::College => "社区学院",
            K::SeniorUniversity => "老年大学",
            K::StreetSchool => "街镇社区学校",
            K::NeighborhoodSite => "居村学习点",
            K::SocialSite => "社会学习点",
            K::CareSite => "养教结合点",
            K::MinorsSite => "未成年人学习点",
            K::FamilyStation => "家庭学习站",
            K::SmartScene => "智慧学习场景",
            K::Base => "体验基地",
            K::Enterprise => "企业",
            K::University => "高校",
            K::Department => "委办局",
        }
    }

    /// Whether it is an area on the map and not an institution.
    #[must_use]
    pub const fn is_area(self) -> bool {
        matches!(
            self,
            K::Province | K::City | K::District | K::Street | K::Neighborhood
        )
    }

    /// Whether it is a learning site.
    #[must_use]
    pub const fn is_site(self) -> bool {
        matches!(
            self,
            K::NeighborhoodSite
                | K::SocialSite
                | K::CareSite
                | K::MinorsSite
                | K::FamilyStation
                | K::SmartScene
        )
    }

    /// Whether people come here to learn, so that it has a public page.
    #[must_use]
    pub const fn teaches(self) -> bool {
        self.is_site() || matches!(self, K::College | K::SeniorUniversity | K::StreetSchool | K::Base)
    }

    /// Kinds under which this one may stand; only areas of the first two levels may be roots.
    #[must_use]
    pub const fn parents(self) -> &'static [Self] {
        match self {
            K::Province => &[],
            K::City => &[K::Province],
            K::District => &[K::City],
            // Four cities (Dongguan among them) have streets and no districts.
            K::Street => &[K::District, K::City],
            K::Neighborhood => &[K::Street],
            K::College | K::University => &[K::City, K::District],
            K::SeniorUniversity => &[K::City, K::District, K::Street, K::University],
            K::StreetSchool => &[K::Street],
            K::Base | K::Enterprise => CITY_TO_STREET,
            K::Department => AREAS_ABOVE_STREET,
            K::NeighborhoodSite
            | K::SocialSite
            | K::CareSite
            | K::MinorsSite
            | K::FamilyStation
            | K::SmartScene => HOMES_OF_SITES,
        }
    }

    /// Whether this kind may stand under a parent of that kind (`None`: be a root).
    #[must_use]
    pub fn fits_under(self, parent: Option<Self>) -> bool {
        parent.map_or(matches!(self, K::Province | K::City), |above| {
            self.parents().contains(&above)
        })
    }
}

db::text_enum! {
    /// Whether an organisation works.
    pub enum OrgStatus {
        /// It works.
        Open => "open",
        /// It has ended.
        Closed => "closed",
        /// It has become part of another, its successor.
        Merged => "merged",
    }
}

impl OrgStatus {
    /// The status as a word with an icon.
    #[must_use]
    pub fn tag(self) -> ui::Tag {
        match self {
            Self::Open => ui::Tag::good("正常"),
            Self::Closed => ui::Tag::quiet("已撤销"),
            Self::Merged => ui::Tag::quiet("已并入"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_where_they_may() {
        for (kind, parent, fits) in [
            (K::Province, None, true),
            (K::City, None, true),
            (K::City, Some(K::Province), true),
            (K::District, None, false),
            (K::District, Some(K::City), true),
            (K::Street, Some(K::District), true),
            (K::Street, Some(K::City), true),
            (K::Street, Some(K::Street), false),
            (K::Neighborhood, Some(K::District), false),
            (K::StreetSchool, Some(K::Street), true),
            (K::StreetSchool, Some(K::Neighborhood), false),
            (K::NeighborhoodSite, Some(K::StreetSchool), true),
            (K::NeighborhoodSite, Some(K::Neighborhood), true),
            (K::NeighborhoodSite, Some(K::NeighborhoodSite), false),
            (K::Department, Some(K::District), true),
            (K::College, Some(K::StreetSchool), false),
        ] {
            assert_eq!(kind.fits_under(parent), fits, "{kind:?} under {parent:?}");
        }
    }

    #[test]
    fn parents_make_no_circle() {
        // Repeatedly taking away kinds whose parents are all gone must end with nothing left.
        let mut left: Vec<OrgKind> = OrgKind::ALL.to_vec();
        while !left.is_empty() {
            let before = left.len();
            let still = left.clone();
            left.retain(|kind| kind.parents().iter().any(|parent| still.contains(parent)));
            assert!(left.len() < before, "circle among {left:?}");
        }
    }

    #[test]
    fn every_kind_is_an_area_or_an_institution_with_a_name_of_its_own() {
        let labels: std::collections::HashSet<_> = OrgKind::ALL.iter().map(|kind| kind.label()).collect();
        assert_eq!(labels.len(), OrgKind::ALL.len());
        assert!(
            OrgKind::ALL
                .iter()
                .all(|kind| !(kind.is_area() && kind.teaches()))
        );
    }
}
