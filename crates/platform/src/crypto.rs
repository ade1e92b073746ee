//! Sealed fields, blind indexes and signatures, by one ring of keys.
//!
//! Two suites stand behind the same calls: the international one and that of the national standards
//! (GB/T 32907 SM4, GB/T 32905 SM3). Every sealed text and signature names its suite and key, so keys can
//! be changed while old rows stay readable.

mod key_file;

pub use key_file::KeyFileError;

use crate::{Clock, Random};
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, AesGcm, Nonce};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use key_file::{KeyEntry, KeyFile};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sm3::Sm3;
use sm4::Sm4;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

type Sm4Gcm = AesGcm<Sm4, U12>;
/// A root secret or a key derived from one.
type Secret = Zeroizing<[u8; 32]>;

const FORM: &str = "v1";
const NONCE_BYTES: usize = 12;
/// 128 bits: no two of a city's numbers will meet by chance, and the index stays small.
const INDEX_BYTES: usize = 16;

/// Which algorithms a key works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suite {
    /// AES-256-GCM with HMAC-SHA256.
    #[serde(rename = "aes-256-gcm hmac-sha256")]
    International,
    /// SM4-GCM with HMAC-SM3.
    #[serde(rename = "sm4-gcm hmac-sm3")]
    National,
}

impl Suite {
    /// The suite's number in sealed texts.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::International => 1,
            Self::National => 2,
        }
    }
}

/// Why a sealed text could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CryptoError {
    /// The text is not of the sealed form.
    NotSealed,
    /// It was sealed with a key (of this number) that is not in the ring.
    UnknownKey(u32),
    /// It was changed, or moved here from another place.
    Damaged,
}

impl fmt::Display for CryptoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSealed => f.write_str("这项数据不是加密格式，无法读取。请联系管理员检查数据来源。"),
            Self::UnknownKey(id) => {
                write!(
                    f,
                    "缺少第 {id} 号密钥，无法读取这项数据。请管理员恢复完整的密钥文件。"
                )
            }
            Self::Damaged => f.write_str("这项数据已损坏或被移动过，无法读取。请管理员从备份中恢复。"),
        }
    }
}
impl std::error::Error for CryptoError {}

/// The keys of one installation; clones share them.
///
/// The index key never changes, because changing it means making every blind index anew; sealing keys
/// may be added at any time, the last one being in use.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

struct Ring {
    index: Root,
    old: Vec<Key>,
    current: Key,
    random: Random,
}

/// A secret that keys for single purposes are derived from, never used itself.
struct Root {
    suite: Suite,
    secret: Secret,
}

struct Key {
    id: u32,
    root: Root,
    cipher: Cipher,
    nonces: Secret,
}

enum Cipher {
    Aes(Box<Aes256Gcm>),
    Sm4(Box<Sm4Gcm>),
}

impl KeyRing {
    /// Reads the key file, or makes it (readable by its owner only) if there is none.
    ///
    /// # Errors
    /// The file cannot be read or written, is open to others, or is not a key file.
    pub fn open_or_create(path: &Path, clock: &Clock, random: &Random) -> Result<Self, KeyFileError> {
        let file = match KeyFile::read(path)? {
            Some(file) => file,
            None => {
                let file = KeyFile::generate(Suite::International, clock, random);
                file.create(path)?;
                file
            }
        };
        Self::from_file(&file, random).ok_or_else(|| KeyFileError::NotAKeyFile(path.to_owned()))
    }

    /// Adds a key of this suite to the file and uses it from now on; older texts stay readable.
    ///
    /// # Errors
    /// As [`KeyRing::open_or_create`]; also when there is no file yet.
    pub fn rotate(path: &Path, suite: Suite, clock: &Clock, random: &Random) -> Result<Self, KeyFileError> {
        let mut file = KeyFile::read(path)?.ok_or_else(|| KeyFileError::NotAKeyFile(path.to_owned()))?;
        file.add(suite, clock, random);
        let ring =
            Self::from_file(&file, random).ok_or_else(|| KeyFileError::NotAKeyFile(path.to_owned()))?;
        file.replace(path, random)?;
        Ok(ring)
    }

    /// A ring that lives in memory only, for the demo and for tests.
    #[must_use]
    pub fn in_memory(suite: Suite, random: &Random) -> Self {
        let root = || Root {
            suite,
            secret: Zeroizing::new(random.bytes()),
        };
        let (index, current) = (root(), Key::new(1, root()));
        Self(Arc::new(Ring {
            index,
            old: Vec::new(),
            current,
            random: random.clone(),
        }))
    }

    fn from_file(file: &KeyFile, random: &Random) -> Option<Self> {
        let root = |entry: &KeyEntry| {
            Some(Root {
                suite: entry.suite,
                secret: entry.secret()?,
            })
        };
        let mut keys = Vec::with_capacity(file.keys.len());
        for entry in &file.keys {
            if keys.iter().any(|key: &Key| key.id == entry.id) {
                return None;
            }
            keys.push(Key::new(entry.id, root(entry)?));
        }
        let current = keys.pop()?;
        Some(Self(Arc::new(Ring {
            index: root(&file.index)?,
            old: keys,
            current,
            random: random.clone(),
        })))
    }

    fn key(&self, id: u32) -> Result<&Key, CryptoError> {
        std::iter::once(&self.0.current)
            .chain(&self.0.old)
            .find(|key| key.id == id)
            .ok_or(CryptoError::UnknownKey(id))
    }

    /// Encrypts a field; `place` is where it will be stored (`table.column.row`), and the text opens
    /// nowhere else. The result is `v1.suite.key.nonce-and-ciphertext`.
    #[must_use]
    pub fn seal(&self, plain: &str, place: &str) -> String {
        let key = &self.0.current;
        let head = format!("{FORM}.{}.{}", key.root.suite.number(), key.id);
        let nonce = self.nonce(key, plain, place);
        let Ok(ciphertext) = key
            .cipher
            .seal(&nonce, plain.as_bytes(), bound(&head, place).as_bytes())
        else {
            // Only a text over 64 GiB fails; storing anything in its stead would lose it.
            tracing::error!("a field too long for encryption; stopping");
            std::process::abort();
        };
        let mut bytes = nonce.to_vec();
        bytes.extend(ciphertext);
        format!("{head}.{}", BASE64URL_NOPAD.encode(&bytes))
    }

    /// Decrypts a sealed field found at `place`.
    ///
    /// # Errors
    /// The text is not sealed, its key is missing, or it was changed or moved.
    pub fn open(&self, sealed: &str, place: &str) -> Result<String, CryptoError> {
        let parts = Parts::of(sealed).ok_or(CryptoError::NotSealed)?;
        let key = self.key(parts.key)?;
        if parts.suite != key.root.suite.number() {
            return Err(CryptoError::Damaged);
        }
        let bytes = BASE64URL_NOPAD
            .decode(parts.body.as_bytes())
            .or(Err(CryptoError::NotSealed))?;
        let (nonce, ciphertext) = bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(CryptoError::NotSealed)?;
        let plain = key
            .cipher
            .open(nonce, ciphertext, bound(parts.head, place).as_bytes())
            .or(Err(CryptoError::Damaged))?;
        String::from_utf8(plain).or(Err(CryptoError::Damaged))
    }

    /// Whether this text should be sealed anew because another key is in use by now.
    #[must_use]
    pub fn needs_reseal(&self, sealed: &str) -> bool {
        Parts::of(sealed).is_none_or(|parts| parts.key != self.0.current.id)
    }

    /// A keyed mark of a text, by which equal texts can be found without being readable; `purpose` keeps
    /// the marks of different columns apart. Normalise the text first (case, spaces).
    #[must_use]
    pub fn blind_index(&self, purpose: &str, normalised: &str) -> String {
        let index = &self.0.index;
        let key = index.derive(&["index", purpose]);
        let mark = index.suite.mac(&key, &[normalised.as_bytes()]);
        let short: Vec<u8> = mark.iter().copied().take(INDEX_BYTES).collect();
        format!("{}.{}", index.suite.number(), BASE64URL_NOPAD.encode(&short))
    }

    /// Signs the bytes for one purpose: `suite.key.signature`, URL-safe. Put the time into the bytes if
    /// the signature is to run out.
    #[must_use]
    pub fn sign(&self, purpose: &str, bytes: &[u8]) -> String {
        let key = &self.0.current;
        let signature = key.root.suite.mac(&key.root.derive(&["sign", purpose]), &[bytes]);
        format!(
            "{}.{}.{}",
            key.root.suite.number(),
            key.id,
            BASE64URL_NOPAD.encode(&signature)
        )
    }

    /// Whether the signature was made by [`KeyRing::sign`] for this purpose and these bytes, with any key
    /// of the ring; compared in constant time.
    #[must_use]
    pub fn verify(&self, purpose: &str, bytes: &[u8], signature: &str) -> bool {
        let mut fields = signature.split('.');
        let (Some(suite), Some(id), Some(body), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return false;
        };
        let Some(key) = canonical(id).and_then(|id| self.key(id).ok()) else {
            return false;
        };
        let Ok(given) = BASE64URL_NOPAD.decode(body.as_bytes()) else {
            return false;
        };
        let derived = key.root.derive(&["sign", purpose]);
        canonical(suite) == Some(key.root.suite.number()) && key.root.suite.mac_is(&derived, &[bytes], &given)
    }

    /// Hedged nonce: random bytes mixed with the text and its place, so that even a random source that
    /// repeats (the seeded demo) never gives one nonce to two texts.
    fn nonce(&self, key: &Key, plain: &str, place: &str) -> [u8; NONCE_BYTES] {
        let drawn = self.0.random.bytes::<32>();
        let length = (place.len() as u64).to_be_bytes();
        let mixed = key.root.suite.mac(
            &key.nonces,
            &[&drawn, &length, place.as_bytes(), plain.as_bytes()],
        );
        let mut nonce = [0; NONCE_BYTES];
        for (slot, byte) in nonce.iter_mut().zip(mixed) {
            *slot = byte;
        }
        nonce
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "KeyRing(current key {}, {} older)",
            self.0.current.id,
            self.0.old.len()
        )
    }
}

/// What the authentication of a sealed text covers besides its content.
fn bound(head: &str, place: &str) -> String {
    format!("{head}|{place}")
}

struct Parts<'a> {
    head: &'a str,
    suite: u32,
    key: u32,
    body: &'a str,
}

impl<'a> Parts<'a> {
    fn of(sealed: &'a str) -> Option<Self> {
        let (head, body) = sealed.rsplit_once('.')?;
        let mut fields = head.split('.');
        let (form, suite, key) = (fields.next()?, fields.next()?, fields.next()?);
        (form == FORM && fields.next().is_none())
            .then_some(())
            .and_then(|()| {
                Some(Self {
                    head,
                    suite: canonical(suite)?,
                    key: canonical(key)?,
                    body,
                })
            })
    }
}

/// A number in its only spelling: `01` and `+1` are refused.
fn canonical(text: &str) -> Option<u32> {
    text.parse()
        .ok()
        .filter(|number: &u32| number.to_string() == text)
}

impl Root {
    /// A key for one purpose; the length of each part is counted in, so no two purposes run together.
    fn derive(&self, labels: &[&str]) -> Secret {
        let lengths: Vec<[u8; 8]> = labels
            .iter()
            .map(|label| (label.len() as u64).to_be_bytes())
            .collect();
        let mut parts: Vec<&[u8]> = vec![b"xuequan.v1"];
        for (length, label) in lengths.iter().zip(labels) {
            parts.extend([length.as_slice(), label.as_bytes()]);
        }
        Zeroizing::new(self.suite.mac(&self.secret, &parts))
    }
}

impl Key {
    fn new(id: u32, root: Root) -> Self {
        let (sealing, nonces) = (root.derive(&["seal"]), root.derive(&["nonce"]));
        let cipher = match root.suite {
            Suite::International => Cipher::Aes(Box::new(Aes256Gcm::new(&(*sealing).into()))),
            Suite::National => {
                let mut half = aes_gcm::Key::<Sm4Gcm>::default();
                for (slot, byte) in half.iter_mut().zip(sealing.iter()) {
                    *slot = *byte;
                }
                Cipher::Sm4(Box::new(Sm4Gcm::new(&half)))
            }
        };
        Self {
            id,
            root,
            cipher,
            nonces,
        }
    }
}

impl Cipher {
    fn seal(&self, nonce: &[u8; NONCE_BYTES], msg: &[u8], aad: &[u8]) -> Result<Vec<u8>, aes_gcm::Error> {
        let nonce = Nonce::from(*nonce);
        match self {
            Self::Aes(cipher) => cipher.encrypt(&nonce, Payload { msg, aad }),
            Self::Sm4(cipher) => cipher.encrypt(&nonce, Payload { msg, aad }),
        }
    }

    fn open(&self, nonce: &[u8; NONCE_BYTES], msg: &[u8], aad: &[u8]) -> Result<Vec<u8>, aes_gcm::Error> {
        let nonce = Nonce::from(*nonce);
        match self {
            Self::Aes(cipher) => cipher.decrypt(&nonce, Payload { msg, aad }),
            Self::Sm4(cipher) => cipher.decrypt(&nonce, Payload { msg, aad }),
        }
    }
}

impl Suite {
    fn mac(self, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
        match self {
            Self::International => mac::<Hmac<Sha256>>(key, parts).finalize().into_bytes().into(),
            Self::National => mac::<Hmac<Sm3>>(key, parts).finalize().into_bytes().into(),
        }
    }

    fn mac_is(self, key: &[u8; 32], parts: &[&[u8]], given: &[u8]) -> bool {
        match self {
            Self::International => mac::<Hmac<Sha256>>(key, parts).verify_slice(given).is_ok(),
            Self::National => mac::<Hmac<Sm3>>(key, parts).verify_slice(given).is_ok(),
        }
    }
}

/// An HMAC over the parts run together. Keys are at most one block (64 bytes) long: HMAC fills shorter
/// ones up with zeros (RFC 2104 §2), which is done here so that no key can be refused.
pub(crate) fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> M {
    let mut block = hmac::digest::common::Key::<M>::default();
    debug_assert!(
        key.len() <= block.len(),
        "longer keys are hashed first by their owner"
    );
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    let mut state = <M as KeyInit>::new(&block);
    for part in parts {
        state.update(part);
    }
    state
}

#[cfg(test)]
mod tests;
