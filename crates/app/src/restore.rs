//! `xuequan restore FILE`: fills an empty data folder from a backup.

use crate::backup::{DATABASE, FILES, FORMAT, KEY, MANIFEST, Manifest};
use crate::config::Config;
use crate::{Done, Trouble, terminal};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};
use tar::Archive;

/// Restores a backup into the configured places, which must be empty.
///
/// # Errors
/// When something is there already, the file is not a backup, or the disk refuses; what was begun is taken away.
pub fn run(config: &Config, file: &Path) -> Done {
    let Some(database) = config.sqlite_file() else {
        return Err(Trouble::new(
            "备份文件只能恢复到内置数据库。PostgreSQL 请用 pg_restore，再把文件夹和密钥文件放回原处。",
        ));
    };
    for place in [database, &config.key_file] {
        if place.exists() {
            return Err(occupied(place));
        }
    }
    for folder in [&config.data, &config.files] {
        if !is_empty(folder) {
            return Err(occupied(folder));
        }
    }
    let manifest = unpack(config, database, file).inspect_err(|_| {
        // These were empty or absent before.
        let _ = std::fs::remove_file(database);
        let _ = std::fs::remove_file(&config.key_file);
        let _ = std::fs::remove_dir_all(&config.files);
    })?;
    terminal::say(format!(
        "恢复好了：{} 做的备份，数据库和 {} 个文件已放进 {}。",
        manifest.made_at,
        manifest.files,
        config.data.display()
    ));
    if !manifest.with_key {
        terminal::say(format!(
            "这份备份里没有密钥。启动以前，请把原来的密钥文件放到 {}（chmod 600），否则证件号和电话读不出来。",
            config.key_file.display()
        ));
    }
    terminal::say("建议接着运行 xuequan check 核对一遍。");
    Ok(())
}

fn occupied(place: &Path) -> Trouble {
    Trouble::new(format!(
        "{} 里已经有东西，没有动它。请用 --data 指定一个空文件夹，或先把原来的移走。",
        place.display()
    ))
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

fn unpack(config: &Config, database: &Path, file: &Path) -> Done<Manifest> {
    let unreadable = |error: io::Error| {
        Trouble::new(format!(
            "{} 恢复不了：{error}。请检查文件是否完整，磁盘空间是否够。",
            file.display()
        ))
    };
    let opened = File::open(file).map_err(unreadable)?;
    let mut archive = Archive::new(BufReader::new(opened));
    let mut manifest: Option<Manifest> = None;
    let (mut files, mut has_database) = (0, false);
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(|_| no_backup(file))?;
        let name = entry.path().map_err(unreadable)?.into_owned();
        if name == Path::new(MANIFEST) {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|_| no_backup(file))?;
            manifest = Some(read_manifest(&text, file)?);
            continue;
        }
        if manifest.is_none() {
            return Err(no_backup(file));
        }
        let target = target(config, database, &name).ok_or_else(|| no_backup(file))?;
        has_database |= target == database;
        files += usize::from(name.starts_with(FILES));
        save(&mut entry, &target).map_err(unreadable)?;
    }
    match manifest {
        Some(manifest) if has_database && files == manifest.files => Ok(manifest),
        Some(_) => Err(Trouble::new(format!(
            "{} 不完整：里面缺了数据库或文件。请换一份备份。",
            file.display()
        ))),
        None => Err(no_backup(file)),
    }
}

fn no_backup(file: &Path) -> Trouble {
    Trouble::new(format!(
        "{} 不是 xuequan backup 做的备份文件，或者已经损坏。",
        file.display()
    ))
}

fn read_manifest(text: &str, file: &Path) -> Done<Manifest> {
    let manifest: Manifest = serde_json::from_str(text).map_err(|_| no_backup(file))?;
    if manifest.format > FORMAT {
        return Err(Trouble::new(format!(
            "这份备份是更新的版本 {} 做的，请用那个版本或更新的程序恢复。",
            manifest.version
        )));
    }
    Ok(manifest)
}

/// Where an entry belongs; `None` for a name that no backup has, such as one that climbs out of the folder.
fn target(config: &Config, database: &Path, name: &Path) -> Option<PathBuf> {
    if name == Path::new(DATABASE) {
        return Some(database.to_owned());
    }
    if name == Path::new(KEY) {
        return Some(config.key_file.clone());
    }
    let below = name.strip_prefix(FILES).ok()?;
    let plain = below
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    (plain && below.components().next().is_some()).then(|| config.files.join(below))
}

fn save(entry: &mut impl Read, target: &Path) -> io::Result<()> {
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(target)?;
    io::copy(entry, &mut file)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup;
    use crate::cli::Place;
    use crate::installation::{Installation, Opening};
    use platform::{Ctx, Event, FileKind};
    use std::os::unix::fs::PermissionsExt;

    /// A folder of its own, taken away at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xq-restore-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn config(&self, data: &str) -> Config {
            let place = Place {
                data: self.0.join(data),
                ..Place::default()
            };
            Config::read(&place).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    async fn filled(config: &Config) -> (String, String) {
        let platform = Installation::open(config, Opening::command("test"))
            .await
            .unwrap();
        let stored = platform
            .files
            .put(b"\x89PNG\r\n\x1a\n0000".to_vec(), "a.png", &[FileKind::Png])
            .await
            .unwrap();
        let ctx = Ctx::system(&platform, "test");
        let subject: kernel::Id<()> = kernel::Id::from_raw(1);
        let tx = ctx.begin().await.unwrap();
        tx.commit(vec![Event::new("test.done", "test", subject)])
            .await
            .unwrap();
        (stored.sha256, platform.keys.seal("13800000000", "test"))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_backed_up_comes_back_whole() {
        for with_key in [true, false] {
            let folder = Folder::new(if with_key { "key" } else { "nokey" });
            let (old, new) = (folder.config("old"), folder.config("new"));
            let (file, sealed) = filled(&old).await;
            let backup = folder.0.join("b.tar");
            backup::run(&old, &backup, with_key).await.unwrap();
            let mode = std::fs::metadata(&backup).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "a backup is nobody else's");
            assert!(
                backup::run(&old, &backup, with_key).await.is_err(),
                "never overwrites"
            );
            assert_eq!(
                std::fs::read_dir(&folder.0).unwrap().count(),
                2,
                "no half-made file is left"
            );

            run(&new, &backup).unwrap();
            assert_eq!(new.key_file.exists(), with_key);
            if !with_key {
                std::fs::copy(&old.key_file, &new.key_file).unwrap();
            }
            let platform = Installation::open(&new, Opening::command("test")).await.unwrap();
            assert_eq!(platform.files.get(&file).await.unwrap().len(), 12);
            assert_eq!(platform.keys.open(&sealed, "test").unwrap(), "13800000000");
            let verdict = platform::audit::verify(&platform.db).await.unwrap();
            assert_eq!((verdict.events, verdict.faults), (1, Vec::new()));
            assert!(run(&new, &backup).unwrap_err().to_string().contains("已经有东西"));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_broken_backup_leaves_nothing_behind() {
        let folder = Folder::new("broken");
        let old = folder.config("old");
        filled(&old).await;
        let backup = folder.0.join("b.tar");
        backup::run(&old, &backup, true).await.unwrap();
        let whole = std::fs::read(&backup).unwrap();
        for (name, bytes) in [
            ("empty", &[] as &[u8]),
            ("text", b"no backup at all"),
            ("half", &whole[..whole.len() / 2]),
        ] {
            let broken = folder.0.join(name);
            std::fs::write(&broken, bytes).unwrap();
            let new = folder.config(&format!("new-{name}"));
            assert!(run(&new, &broken).is_err(), "{name}");
            assert!(
                !sqlite(&new).exists() && !new.key_file.exists() && !new.files.exists(),
                "{name}"
            );
        }
        let new = folder.config("never");
        assert!(run(&new, &folder.0.join("missing")).is_err());
    }

    fn sqlite(config: &Config) -> &Path {
        config.sqlite_file().unwrap()
    }

    #[test]
    fn names_that_climb_out_are_refused() {
        let folder = Folder::new("names");
        let config = folder.config("d");
        for (name, taken) in [
            ("database.sqlite", true),
            ("key.json", true),
            ("files/ab/cd", true),
            ("files", false),
            ("files/../../etc/passwd", false),
            ("/etc/passwd", false),
            ("other", false),
        ] {
            let found = target(&config, sqlite(&config), Path::new(name));
            assert_eq!(found.is_some(), taken, "{name}");
        }
    }
}
