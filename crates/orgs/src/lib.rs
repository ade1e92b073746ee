//! Organisations: the tree with its history, institutions and learning sites, rooms, population, regions, and the small
//! registers of staff, funding and titles.
//!
//! Start reading at [`tree`]; [`rooms`] is the plainest whole feature, with all its rooms.

pub mod bookings;
pub mod facts;
pub mod funding;
pub mod metrics;
pub mod population;
pub mod quality;
pub mod regions;
pub mod rooms;
pub mod sites;
pub mod staffing;
#[cfg(test)]
mod testing;
pub mod titles;
pub mod tree;

pub use tree::kind::OrgKind;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "orgs",
    migrations: &[
        db::Migration {
            number: 1,
            name: "orgs",
            sql: include_str!("../migrations/0001_orgs.sql"),
        },
        db::Migration {
            number: 2,
            name: "registers",
            sql: include_str!("../migrations/0002_registers.sql"),
        },
    ],
    org_owned: &[
        "org_facts",
        "room",
        "room_booking",
        "population",
        "staff_count",
        "budget_line",
        "funding_standard",
        "title",
    ],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A room.
    pub enum Room {}
    /// A room booking.
    pub enum RoomBooking {}
    /// A budget line.
    pub enum BudgetLine {}
    /// A standard of funding.
    pub enum FundingStandard {}
    /// A title.
    pub enum Title {}
}
/// Id of a room.
pub type RoomId = kernel::Id<kinds::Room>;
/// Id of a room booking.
pub type RoomBookingId = kernel::Id<kinds::RoomBooking>;
/// Id of a budget line, the same in all its versions.
pub type BudgetLineId = kernel::Id<kinds::BudgetLine>;
/// Id of a standard of funding.
pub type FundingStandardId = kernel::Id<kinds::FundingStandard>;
/// Id of a title.
pub type TitleId = kernel::Id<kinds::Title>;

/// All addresses of this crate.
#[must_use]
pub fn routes() -> platform::Routes {
    platform::Routes::new()
        .merge(tree::routes())
        .merge(facts::routes())
        .merge(bookings::routes())
        .merge(population::routes())
        .merge(funding::routes())
        .merge(regions::routes())
        .merge(rooms::routes())
        .merge(sites::routes())
        .merge(staffing::routes())
        .merge(titles::routes())
}

/// Description of this crate's API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    use utoipa::OpenApi;
    let mut all = tree::TreeApi::openapi();
    for part in [
        facts::FactsApi::openapi(),
        rooms::RoomsApi::openapi(),
        bookings::BookingsApi::openapi(),
        population::PopulationApi::openapi(),
        sites::SitesApi::openapi(),
        staffing::StaffingApi::openapi(),
        titles::TitlesApi::openapi(),
        funding::FundingApi::openapi(),
        funding::standards::StandardsApi::openapi(),
    ] {
        all.merge(part);
    }
    all
}

/// What waits for the actor in this crate.
///
/// # Errors
/// [`platform::AppError::Unavailable`] when the database is.
pub async fn waiting(ctx: &platform::Ctx) -> platform::AppResult<Vec<platform::Waiting>> {
    bookings::waiting(ctx).await
}
