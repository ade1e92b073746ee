//! `xuequan backup FILE`: the database as it is at one moment and all stored files, in one tar file.
//!
//! The file holds `manifest.json`, `database.sqlite`, `files/…` and, only with `--with-key`, `key.json`. Stored
//! files are never changed, so copying them after the database leaves none out that the copy names. They are copied from
//! a folder and from an S3-compatible store alike: a backup is whole, and can be restored to either. What is damaged
//! already is copied as it lies, and told.

use crate::config::Config;
use crate::installation::{Installation, Use};
use crate::{Done, Trouble, terminal};
use platform::files::path_of;
use platform::{FileError, Files, Random};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tar::{Builder, Header};

/// Version of the form of the backup file.
pub const FORMAT: u32 = 1;
/// Name of the description inside the backup.
pub const MANIFEST: &str = "manifest.json";
/// Name of the database inside the backup.
pub const DATABASE: &str = "database.sqlite";
/// Folder of the stored files inside the backup.
pub const FILES: &str = "files";
/// Name of the key file inside the backup.
pub const KEY: &str = "key.json";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`] of the program that made it.
    pub format: u32,
    /// Version of the program that made it.
    pub version: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// Number of stored files.
    pub files: usize,
    /// Whether the key is in it.
    pub with_key: bool,
}

/// Makes a backup while the server may be running.
///
/// # Errors
/// When there is nothing to back up, the file exists already, or the disk refuses.
pub async fn run(config: &Config, file: &Path, with_key: bool) -> Done {
    if config.sqlite_file().is_none() {
        return Err(Trouble::new(format!(
            "PostgreSQL 数据库请用 pg_dump 备份，密钥文件 {} 另外存好，{}；本命令只备份内置数据库。",
            config.key_file.display(),
            config.files.to_keep()
        )));
    }
    if file.exists() {
        return Err(Trouble::new(format!(
            "{} 已经存在，没有覆盖。请换一个文件名。",
            file.display()
        )));
    }
    let db = Installation::open_db(config, Use::Existing).await?;
    let random = Random::system();
    let files = config.files.open(&random)?;
    let mark = random.u48();
    let part = beside(file, mark, "part");
    let copy = beside(file, mark, "database");
    let made = async {
        private_file(&copy).map_err(|error| disk(file, &error))?;
        db.copy_to(&copy).await?;
        let stored = files.list().await?;
        let manifest = Manifest {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            made_at: platform::Clock::system().now().to_string(),
            files: stored.len(),
            with_key,
        };
        let key = with_key.then_some(config.key_file.as_path());
        let mut tar = begin(&part, &manifest, &copy, key).map_err(|error| disk(file, &error))?;
        let damaged = add_files(&mut tar, &files, &stored, file).await?;
        end(tar).map_err(|error| disk(file, &error))?;
        std::fs::rename(&part, file).map_err(|error| disk(file, &error))?;
        Ok::<(Manifest, usize), Trouble>((manifest, damaged))
    }
    .await;
    for left in [&copy, &part] {
        let _ = std::fs::remove_file(left);
    }
    let (manifest, damaged) = made?;
    tell(config, file, &manifest, damaged);
    Ok(())
}

fn tell(config: &Config, file: &Path, manifest: &Manifest, damaged: usize) {
    terminal::say(format!(
        "备份好了：{}，内有数据库和 {} 个文件（来自{}）。",
        file.display(),
        manifest.files,
        config.files
    ));
    if damaged > 0 {
        terminal::say(format!(
            "其中 {damaged} 个文件在备份以前就已损坏，照原样放进了备份。更早的备份里也许有好的。"
        ));
    }
    terminal::say(if manifest.with_key {
        "里面有密钥：谁拿到这个文件，谁就能看到全部个人信息。请像保管密钥一样保管它。".to_owned()
    } else {
        format!(
            "里面没有密钥。没有密钥，证件号和电话恢复后读不出来：请把 {} 另外存到安全的地方。",
            config.key_file.display()
        )
    });
}

fn beside(file: &Path, mark: u64, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{mark:012x}.{ending}"));
    name.into()
}

fn disk(file: &Path, error: &io::Error) -> Trouble {
    Trouble::new(format!(
        "备份没有做成，{} 写不了：{error}。请检查磁盘空间和权限。",
        file.display()
    ))
}

/// A new file that only its owner may read: a backup holds everybody's data.
fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

type Tar = Builder<BufWriter<File>>;

/// A backup with everything but the stored files.
fn begin(part: &Path, manifest: &Manifest, database: &Path, key: Option<&Path>) -> io::Result<Tar> {
    let mut tar = Builder::new(BufWriter::new(private_file(part)?));
    append(&mut tar, MANIFEST, &serde_json::to_vec_pretty(manifest)?)?;
    tar.append_path_with_name(database, DATABASE)?;
    if let Some(key) = key {
        tar.append_path_with_name(key, KEY)?;
    }
    Ok(tar)
}

/// Adds the stored files; gives how many of them are damaged.
async fn add_files(tar: &mut Tar, files: &Files, stored: &[String], file: &Path) -> Done<usize> {
    let mut damaged = 0;
    for sha256 in stored {
        let bytes = match files.get(sha256).await {
            Err(FileError::Damaged) => {
                damaged += 1;
                files.copy(sha256).await
            }
            got => got,
        };
        let bytes = bytes.map_err(|error| match error {
            FileError::Missing => Trouble::new("备份的时候有文件被删除了，没有做成。请再做一次。"),
            other => other.into(),
        })?;
        let name = path_of(sha256).unwrap_or_default();
        append(tar, &format!("{FILES}/{name}"), &bytes).map_err(|error| disk(file, &error))?;
    }
    Ok(damaged)
}

fn append(tar: &mut Tar, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, bytes)
}

fn end(tar: Tar) -> io::Result<()> {
    let mut file = tar
        .into_inner()?
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    file.flush()?;
    file.sync_all()
}
