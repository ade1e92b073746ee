//! What every domain stands on: who asks and what they may do, events, jobs, messages, and the seams to
//! the world outside (time, randomness, keys, files, the message gateway).
//!
//! Start reading at [`Ctx`]; the way of every change is permission → transaction → rule → store → event:
//! [`Ctx::may`], [`Ctx::begin`], a domain's `model.rs`, its `store.rs`, [`Tx::commit`].

pub mod api;
pub mod audit;
pub mod clock;
pub mod crypto;
mod ctx;
mod error;
pub mod event;
pub mod files;
pub mod ids;
pub mod job;
pub mod message;
pub mod node;
pub mod notifier;
pub mod password;
pub mod payment;
mod permission;
pub mod personal;
pub mod random;
pub mod retention;
mod routes;
pub mod setting;
pub mod totp;
pub mod tries;
mod tx;
mod waiting;
pub mod web;

pub use clock::Clock;
pub use crypto::{CryptoError, KeyFileError, KeyRing, Suite};
pub use ctx::{Actor, Channel, Ctx, Grant, Platform};
pub use error::{AppError, AppResult, Door, FieldError};
pub use event::{Event, Notice};
pub use files::{BadStore, FileError, FileKind, Files, S3Keys, S3Place, StoreFault, StoredFile};
pub use ids::Ids;
pub use job::{Job, JobFuture, JobKind};
pub use notifier::{BadGateway, HttpSms, Notifier};
pub use permission::{Permission, Role};
pub use random::Random;
pub use routes::{Access, RouteRule, Routes};
pub use totp::TotpSecret;
pub use tries::Tries;
pub use tx::{Chain, Tx};
pub use waiting::Waiting;

/// The tables of the platform.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "platform",
    migrations: &[
        db::Migration {
            number: 1,
            name: "events, jobs, messages, settings",
            sql: include_str!("../migrations/0001_platform.sql"),
        },
        db::Migration {
            number: 2,
            name: "events by time",
            sql: include_str!("../migrations/0002_event_at.sql"),
        },
    ],
    org_owned: &[],
};
