//! Organisations: the tree with its history, institutions and learning sites, rooms, population, regions.
//!
//! Start reading at [`tree`]; [`rooms`] is the plainest whole feature, with all its rooms.

pub mod bookings;
pub mod facts;
pub mod metrics;
pub mod population;
pub mod quality;
pub mod regions;
pub mod rooms;
pub mod sites;
#[cfg(test)]
mod testing;
pub mod tree;

pub use tree::kind::OrgKind;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "orgs",
    migrations: &[db::Migration {
        number: 1,
        name: "orgs",
        sql: include_str!("../migrations/0001_orgs.sql"),
    }],
    org_owned: &["org_facts", "room", "room_booking", "population"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A room.
    pub enum Room {}
    /// A room booking.
    pub enum RoomBooking {}
}
/// Id of a room.
pub type RoomId = kernel::Id<kinds::Room>;
/// Id of a room booking.
pub type RoomBookingId = kernel::Id<kinds::RoomBooking>;

/// All addresses of this crate.
#[must_use]
pub fn routes() -> platform::Routes {
    platform::Routes::new()
        .merge(tree::routes())
        .merge(facts::routes())
        .merge(bookings::routes())
        .merge(population::routes())
        .merge(regions::routes())
        .merge(rooms::routes())
        .merge(sites::routes())
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
