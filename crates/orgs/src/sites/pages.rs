//! HTML of places, for residents.

use super::SiteFilter;
use super::actions::{self, Site};
use crate::rooms::Facility;
use crate::tree::{OrgKind, Place, id_in_path};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::{AppResult, Ctx};
use ui::{Choice, Crumbs, Field, Form, Link, Listing, Page, Pager, Pairs};

/// Places on one page.
const PAGE: usize = 30;

#[derive(Template)]
#[template(path = "sites/list.html")]
struct ListPage {
    page: Page,
    form: Form,
    total: usize,
    places: Vec<Place>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "sites/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    site: Site,
}

impl ListPage {
    fn heading(&self) -> String {
        self.page.tn("{} 个学习点", &[&self.total])
    }
}

impl ShowPage {
    /// What helps those who cannot walk, see or hear well, in the page's language.
    fn access(&self) -> Vec<&str> {
        let words = self.site.facts.as_ref().map(crate::facts::Facts::access_words);
        words
            .unwrap_or_default()
            .into_iter()
            .map(|word| self.page.t(word))
            .collect()
    }

    /// A telephone as `tel:` wants it.
    fn dial(&self, phone: &str) -> String {
        phone
            .chars()
            .take_while(|letter| *letter != '转')
            .filter(|letter| letter.is_ascii_digit() || *letter == '+')
            .collect()
    }

    fn facilities(&self, stored: &str) -> String {
        let words: Vec<&str> = Facility::words(stored)
            .into_iter()
            .map(|word| self.page.t(word))
            .collect();
        words.join(self.page.t("、"))
    }
}

/// The list.
pub(super) async fn list(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let page = ui::learner_page(&ctx, "学习点");
    let listing = Listing::new("/sites", query, page.lang);
    let filter = SiteFilter {
        q: listing.get("q").chars().take(60).collect(),
        street: listing.get("street").parse::<OrgId>().ok(),
        kind: listing.get("kind").parse().ok(),
        step_free: !listing.get("step_free").is_empty(),
    };
    let (found, streets) = actions::list(&ctx, &filter).await?;
    let total = found.len();
    let from: usize = listing.get("cursor").parse().unwrap_or_default();
    let places: Vec<Place> = found.into_iter().skip(from).take(PAGE).collect();
    let next = from.saturating_add(PAGE);
    let next = (next < total).then(|| next.to_string());
    let form = Form::blank(fields(&streets), page.lang)
        .fill("q", &filter.q)
        .fill("street", listing.get("street"))
        .fill("kind", listing.get("kind"))
        .fill("step_free", listing.get("step_free"));
    Ok(ui::html(&ListPage {
        page,
        form,
        total,
        places,
        pager: listing.pager(next.as_deref()),
    }))
}

fn fields(streets: &[(OrgId, String)]) -> Vec<Field> {
    let streets = streets
        .iter()
        .map(|(id, name)| Choice::new(id.to_string(), name))
        .collect();
    let kinds = OrgKind::ALL
        .iter()
        .filter(|kind| kind.teaches())
        .map(|kind| Choice::new(kind.as_str(), kind.label()))
        .collect();
    vec![
        Field::text("q", "名称或地址", 0, 60),
        Field::select("street", "街镇", streets).optional(),
        Field::select("kind", "种类", kinds).optional(),
        Field::tick("step_free", "进门没有台阶").optional(),
    ]
}

/// One place.
pub(super) async fn show(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let site = actions::get(&ctx, id_in_path(&org)?).await?;
    let mut page = ui::learner_page(&ctx, "学习点");
    let crumbs = Crumbs::new(
        &page,
        vec![
            Link::new("/sites", page.t("学习点")),
            Link::new("", &site.org.short_name),
        ],
    );
    page.title.clone_from(&site.org.name);
    Ok(ui::html(&ShowPage { page, crumbs, site }))
}
