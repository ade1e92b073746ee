//! What every domain crate stands on: the seams to the world outside.

pub mod clock;
pub mod crypto;
pub mod files;
pub mod ids;
pub mod notifier;
pub mod password;
pub mod random;
pub mod totp;

pub use clock::Clock;
pub use crypto::{CryptoError, KeyFileError, KeyRing, Suite};
pub use files::{FileError, FileKind, Files, StoredFile};
pub use ids::Ids;
pub use notifier::{BadGateway, HttpSms, Message, Notifier, Outcome};
pub use random::Random;
pub use totp::TotpSecret;
