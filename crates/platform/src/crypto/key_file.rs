//! The key file: JSON, made once, readable by its owner only.

use super::{Secret, Suite};
use crate::{Clock, Random};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

const FORMAT: u8 = 1;

/// Why the key file cannot be used; its text tells the operator what to do.
#[derive(Debug)]
pub enum KeyFileError {
    /// The file cannot be read or written.
    Io(PathBuf, io::Error),
    /// Other accounts of the machine may read it.
    OpenToOthers(PathBuf),
    /// It is missing, broken off or of another kind.
    NotAKeyFile(PathBuf),
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => {
                write!(
                    f,
                    "密钥文件 {} 无法读写：{error}。请检查文件夹是否存在、是否有权限。",
                    path.display()
                )
            }
            Self::OpenToOthers(path) => write!(
                f,
                "密钥文件 {0} 可以被其他用户读取，已停止启动。请运行 chmod 600 {0} 后重试。",
                path.display()
            ),
            Self::NotAKeyFile(path) => write!(
                f,
                "密钥文件 {} 不存在或内容不完整。请从备份中恢复；只有从未保存过数据时才可以删除它重新生成。",
                path.display()
            ),
        }
    }
}
impl std::error::Error for KeyFileError {}

#[derive(Serialize, Deserialize)]
pub(super) struct KeyFile {
    format: u8,
    pub index: KeyEntry,
    pub keys: Vec<KeyEntry>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct KeyEntry {
    pub id: u32,
    pub suite: Suite,
    created: String,
    secret: String,
}

impl KeyEntry {
    fn generate(id: u32, suite: Suite, clock: &Clock, random: &Random) -> Self {
        let secret: Secret = Zeroizing::new(random.bytes());
        Self {
            id,
            suite,
            created: clock.now().to_string(),
            secret: BASE64URL_NOPAD.encode(secret.as_slice()),
        }
    }

    pub fn secret(&self) -> Option<Secret> {
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(self.secret.as_bytes()).ok()?);
        Some(Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?))
    }
}

impl Drop for KeyEntry {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl KeyFile {
    pub fn generate(suite: Suite, clock: &Clock, random: &Random) -> Self {
        let index = KeyEntry::generate(0, suite, clock, random);
        Self {
            format: FORMAT,
            index,
            keys: vec![KeyEntry::generate(1, suite, clock, random)],
        }
    }

    pub fn add(&mut self, suite: Suite, clock: &Clock, random: &Random) {
        let highest = self.keys.iter().map(|key| key.id).max().unwrap_or(0);
        self.keys.push(KeyEntry::generate(
            highest.saturating_add(1),
            suite,
            clock,
            random,
        ));
    }

    /// `None` when there is no file.
    pub fn read(path: &Path) -> Result<Option<Self>, KeyFileError> {
        let failed = |error| KeyFileError::Io(path.to_owned(), error);
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if open_to_others(&file.metadata().map_err(failed)?) {
            return Err(KeyFileError::OpenToOthers(path.to_owned()));
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(failed)?;
        match serde_json::from_str::<Self>(&text) {
            Ok(read) if read.format == FORMAT => Ok(Some(read)),
            _ => Err(KeyFileError::NotAKeyFile(path.to_owned())),
        }
    }

    /// Writes a file that was not there before; if another process was quicker, that is an error, since
    /// two processes with different keys could not read each other's data.
    pub fn create(&self, path: &Path) -> Result<(), KeyFileError> {
        self.write_new(path)
            .map_err(|error| KeyFileError::Io(path.to_owned(), error))
    }

    /// Puts this in the place of the old file, whole or not at all.
    pub fn replace(&self, path: &Path, random: &Random) -> Result<(), KeyFileError> {
        let fresh = path.with_extension(format!("new-{:012x}", random.u48()));
        self.write_new(&fresh)
            .and_then(|()| std::fs::rename(&fresh, path))
            .and_then(|()| sync_folder(path))
            .map_err(|error| KeyFileError::Io(path.to_owned(), error))
    }

    fn write_new(&self, path: &Path) -> io::Result<()> {
        let text = Zeroizing::new(serde_json::to_string_pretty(self)?);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        owner_only(&mut options);
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        sync_folder(path)
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}
