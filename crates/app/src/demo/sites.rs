//! Further places where people learn: social, care and smart sites of each street, some opened this year, and bases.
//! They give no classes: walks and activities come to them later.

use super::draw::{Draw, id_text};
use super::load::{Load, Row};
use super::orgs::{FACT_COLUMNS, bare_facts};
use super::regions::{DEEP, Place, Regions, years_before};
use super::{Days, plus};
use ::orgs::tree::{NewOrg, OrgKind, insert_many};
use kernel::{Date, Id};
use platform::AppResult;

/// What a social site is part of: places that M22 and S24 name as such.
const HOSTS: [&str; 6] = [
    "图书馆",
    "文化活动中心",
    "党群服务中心",
    "美术馆",
    "城市书房",
    "非遗工坊",
];
/// Of them so many were opened lately.
const NEW: usize = 3;
/// Days between two openings.
const APART: i64 = 6;
/// Millionths of a degree by which places of one street lie apart, about 300 m.
const STEP: i64 = 3_000;

struct Site {
    kind: OrgKind,
    name: String,
    parent: usize,
    opened_on: Date,
}

/// Writes them.
pub(super) async fn write(load: &Load<'_>, regions: &Regions, days: &Days) -> AppResult<()> {
    let sites = plan(regions, days);
    let draw = Draw::new("further sites");
    let mut ids = draw.ids(days.founded, sites.len());
    let (mut nodes, mut facts) = (Vec::new(), Vec::<Row>::new());
    for (at, site) in sites.into_iter().enumerate() {
        let Some(area) = regions.areas.get(site.parent) else {
            continue;
        };
        let id = ids.take();
        if let Some(place) = regions.places.get(&area.code) {
            let aside = |number: usize| (i64::try_from(number % 5).unwrap_or(0) - 2) * STEP;
            let place = Place {
                lng_e6: place.lng_e6 + aside(at),
                lat_e6: place.lat_e6 + aside(at / 5),
                basis: place.basis.clone(),
            };
            facts.push(bare_facts(id, &place));
        }
        nodes.push(NewOrg {
            id: Id::from_raw(id),
            kind: site.kind,
            parent: Some(Id::from_raw(area.id)),
            path: format!("{}{}/", area.path, id_text(id)),
            short_name: site.name.clone(),
            name: site.name,
            region_code: None,
            opened_on: site.opened_on,
            is_public: true,
            special: false,
        });
    }
    insert_many(load.tx(), &nodes).await?;
    load.put("org_facts", FACT_COLUMNS, facts).await
}

fn plan(regions: &Regions, days: &Days) -> Vec<Site> {
    let mut sites = Vec::new();
    let long_ago = years_before(days, 3);
    for district in DEEP {
        let mut lately = 0;
        for street in regions.streets_of(district) {
            let Some(area) = regions.areas.get(street) else {
                continue;
            };
            let mut put = |kind, name: String, opened_on| {
                sites.push(Site {
                    kind,
                    name: format!("{}{name}", area.short),
                    parent: street,
                    opened_on,
                });
            };
            for (number, host) in HOSTS.iter().enumerate() {
                let opened_on = if number < NEW {
                    lately += 1;
                    plus(days.today, -APART * lately)
                } else {
                    long_ago
                };
                put(OrgKind::SocialSite, format!("{host}学习点"), opened_on);
            }
            put(OrgKind::CareSite, "养教结合学习点".into(), long_ago);
            put(
                OrgKind::SmartScene,
                "智慧学习场景".into(),
                plus(days.today, -APART * lately),
            );
        }
        if let Some((parent, area)) = regions.of_code(&format!("{district}000000")) {
            for what in ["民俗文化体验基地", "科普体验基地"] {
                sites.push(Site {
                    kind: OrgKind::Base,
                    name: format!("{}{what}", area.short),
                    parent,
                    opened_on: long_ago,
                });
            }
        }
    }
    sites
}
