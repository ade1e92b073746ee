//! `xuequan backup FILE`: the database as it is at one moment and all stored files, in one tar file.
//!
//! The file holds `manifest.json`, `database.sqlite`, `files/…` and, only with `--with-key`, `key.json`. Stored
//! files are never changed, so copying them after the database leaves none out that the copy names.

use crate::config::Config;
use crate::installation::{Installation, Use};
use crate::{Done, Trouble, terminal};
use platform::Random;
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
            "PostgreSQL 数据库请用 pg_dump 备份，再把文件夹 {} 和密钥文件 {} 一起存好；本命令只备份内置数据库。",
            config.files.display(),
            config.key_file.display()
        )));
    }
    if file.exists() {
        return Err(Trouble::new(format!(
            "{} 已经存在，没有覆盖。请换一个文件名。",
            file.display()
        )));
    }
    let db = Installation::open_db(config, Use::Existing).await?;
    let mark = Random::system().u48();
    let part = beside(file, mark, "part");
    let copy = beside(file, mark, "database");
    let made = async {
        private_file(&copy).map_err(|error| disk(file, &error))?;
        db.copy_to(&copy).await?;
        let made_at = platform::Clock::system().now().to_string();
        let manifest = write(config, &part, &copy, with_key, made_at).map_err(|error| disk(file, &error))?;
        std::fs::rename(&part, file).map_err(|error| disk(file, &error))?;
        Ok::<Manifest, Trouble>(manifest)
    }
    .await;
    for left in [&copy, &part] {
        let _ = std::fs::remove_file(left);
    }
    let manifest = made?;
    terminal::say(format!(
        "备份好了：{}，内有数据库和 {} 个文件。",
        file.display(),
        manifest.files
    ));
    terminal::say(if with_key {
        "里面有密钥：谁拿到这个文件，谁就能看到全部个人信息。请像保管密钥一样保管它。".to_owned()
    } else {
        format!(
            "里面没有密钥。没有密钥，证件号和电话恢复后读不出来：请把 {} 另外存到安全的地方。",
            config.key_file.display()
        )
    });
    Ok(())
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

fn write(
    config: &Config,
    part: &Path,
    database: &Path,
    with_key: bool,
    made_at: String,
) -> io::Result<Manifest> {
    let stored = stored_files(&config.files)?;
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        made_at,
        files: stored.len(),
        with_key,
    };
    let mut tar = Builder::new(BufWriter::new(private_file(part)?));
    let text = serde_json::to_vec_pretty(&manifest)?;
    let mut header = Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    tar.append_data(&mut header, MANIFEST, text.as_slice())?;
    tar.append_path_with_name(database, DATABASE)?;
    if with_key {
        tar.append_path_with_name(&config.key_file, KEY)?;
    }
    for (path, name) in stored {
        tar.append_path_with_name(path, Path::new(FILES).join(name))?;
    }
    let file = tar
        .into_inner()?
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    let mut file = file;
    file.flush()?;
    file.sync_all()?;
    Ok(manifest)
}

/// Every stored file with its name below the folder; half-written ones in `tmp` are left out.
fn stored_files(folder: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    let mut rest = vec![PathBuf::new()];
    while let Some(below) = rest.pop() {
        let entries = match std::fs::read_dir(folder.join(&below)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let name = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                if name != Path::new("tmp") {
                    rest.push(name);
                }
            } else {
                found.push((entry.path(), name));
            }
        }
    }
    found.sort();
    Ok(found)
}
