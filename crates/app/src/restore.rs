//! `xuequan restore FILE`: fills an empty data folder from a backup. Stored files go to where this installation keeps
//! them: into an empty folder, or into a bucket, which may have some of them already.

use crate::backup::{DATABASE, FILES, FORMAT, KEY, MANIFEST, Manifest};
use crate::config::Config;
use crate::installation::{Installation, Use};
use crate::{Done, Trouble, terminal};
use platform::files::hash_of;
use platform::{FileError, Random};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tar::Archive;

/// Restores a backup into the configured places, which must be empty but for a bucket.
///
/// # Errors
/// When something is there already, the file is not a backup, or a disk or the bucket refuses; what was begun is taken
/// away, but for files in a bucket: they are named by their content and in nobody's way.
pub async fn run(config: &Config, file: &Path) -> Done {
    let Some(database) = config.sqlite_file() else {
        return Err(Trouble::new(format!(
            "备份文件只能恢复到内置数据库。PostgreSQL 请用 pg_restore，再把密钥文件放回原处；文件应在{} 里。",
            config.files
        )));
    };
    for place in [database, &config.key_file] {
        if place.exists() {
            return Err(occupied(place));
        }
    }
    for folder in std::iter::once(config.data.as_path()).chain(config.files.folder()) {
        if !is_empty(folder) {
            return Err(occupied(folder));
        }
    }
    let restored = unpack(config, database, file).await.inspect_err(|_| {
        // These were empty or absent before.
        let _ = std::fs::remove_file(database);
        let _ = std::fs::remove_file(&config.key_file);
        if let Some(folder) = config.files.folder() {
            let _ = std::fs::remove_dir_all(folder);
        }
    })?;
    tell(config, &restored);
    Ok(())
}

fn tell(config: &Config, restored: &Restored) {
    let manifest = &restored.manifest;
    terminal::say(format!(
        "恢复好了：{} 做的备份，数据库已放进 {}，{} 个文件已放进{}。",
        manifest.made_at,
        config.data.display(),
        manifest.files - restored.damaged,
        config.files
    ));
    if restored.damaged > 0 {
        terminal::say(format!(
            "备份里另有 {} 个文件早已损坏，没有放进去。",
            restored.damaged
        ));
    }
    if !manifest.with_key {
        terminal::say(format!(
            "这份备份里没有密钥。启动以前，请把原来的密钥文件放到 {}（chmod 600），否则证件号和电话读不出来。",
            config.key_file.display()
        ));
    }
    terminal::say("建议接着运行 xuequan check 核对一遍。");
}

/// What came back.
struct Restored {
    manifest: Manifest,
    /// Files that were damaged when the backup was made.
    damaged: usize,
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

async fn unpack(config: &Config, database: &Path, file: &Path) -> Done<Restored> {
    let unreadable = |error: io::Error| {
        Trouble::new(format!(
            "{} 恢复不了：{error}。请检查文件是否完整，磁盘空间是否够。",
            file.display()
        ))
    };
    let opened = File::open(file).map_err(unreadable)?;
    let stored = config.files.open(&Random::system())?;
    let mut archive = Archive::new(BufReader::new(opened));
    let mut manifest: Option<Manifest> = None;
    let (mut files, mut damaged, mut has_database) = (0, 0, false);
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
        match target(config, database, &name).ok_or_else(|| no_backup(file))? {
            Target::Disk(target) => {
                has_database |= target == database;
                save(&mut entry, &target).map_err(unreadable)?;
            }
            Target::Stored(sha256) => {
                files += 1;
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).map_err(unreadable)?;
                match stored.put_back(&sha256, bytes).await {
                    Err(FileError::Damaged) => damaged += 1,
                    put => put?,
                }
            }
        }
    }
    match manifest {
        Some(manifest) if has_database && files == manifest.files => {
            sound(config, file).await?;
            Ok(Restored { manifest, damaged })
        }
        Some(_) => Err(Trouble::new(format!(
            "{} 不完整：里面缺了数据库或文件。请换一份备份。",
            file.display()
        ))),
        None => Err(no_backup(file)),
    }
}

/// Whether what was unpacked is a whole database.
async fn sound(config: &Config, file: &Path) -> Done {
    let db = Installation::open_db(config, Use::Existing).await?;
    match db.damage()?.and_then(|found| found.into_iter().next()) {
        None => Ok(()),
        Some(found) => Err(Trouble::new(format!(
            "{} 里的数据库已经损坏（{found}），没有恢复。请换一份备份。",
            file.display()
        ))),
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

/// Where an entry belongs.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// Written to this path.
    Disk(PathBuf),
    /// Stored as the file of this hash.
    Stored(String),
}

/// Where an entry belongs; `None` for a name that no backup has, such as one that climbs out of the folder.
fn target(config: &Config, database: &Path, name: &Path) -> Option<Target> {
    if name == Path::new(DATABASE) {
        return Some(Target::Disk(database.to_owned()));
    }
    if name == Path::new(KEY) {
        return Some(Target::Disk(config.key_file.clone()));
    }
    let below = name.strip_prefix(FILES).ok()?.to_str()?;
    hash_of(below).map(|sha256| Target::Stored(sha256.to_owned()))
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
    use crate::file_place::FilePlace;
    use crate::file_place::tests::in_store;
    use crate::installation::{Installation, Opening};
    use platform::files::path_of;
    use platform::{Ctx, Event, FileKind};
    use std::os::unix::fs::PermissionsExt;
    use testkit::FakeS3;
    use testkit::s3::{BUCKET, SECRET};

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

            run(&new, &backup).await.unwrap();
            assert_eq!(new.key_file.exists(), with_key);
            if !with_key {
                std::fs::copy(&old.key_file, &new.key_file).unwrap();
            }
            let platform = Installation::open(&new, Opening::command("test")).await.unwrap();
            assert_eq!(platform.files.get(&file).await.unwrap().len(), 12);
            assert_eq!(platform.keys.open(&sealed, "test").unwrap(), "13800000000");
            let verdict = platform::audit::verify(&platform.db).await.unwrap();
            assert_eq!((verdict.events, verdict.faults), (1, Vec::new()));
            assert!(
                run(&new, &backup)
                    .await
                    .unwrap_err()
                    .to_string()
                    .contains("已经有东西")
            );
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
        let mut torn = whole.clone();
        torn[whole.len() / 2..][..20_000].fill(0);
        for (name, bytes) in [
            ("empty", &[] as &[u8]),
            ("text", b"no backup at all"),
            ("half", &whole[..whole.len() / 2]),
            ("torn", &torn),
        ] {
            let broken = folder.0.join(name);
            std::fs::write(&broken, bytes).unwrap();
            let new = folder.config(&format!("new-{name}"));
            assert!(run(&new, &broken).await.is_err(), "{name}");
            assert!(
                !sqlite(&new).exists() && !new.key_file.exists() && !new.files.folder().unwrap().exists(),
                "{name}"
            );
        }
        let new = folder.config("never");
        assert!(run(&new, &folder.0.join("missing")).await.is_err());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_backup_holds_the_files_of_a_bucket_and_goes_anywhere() {
        let (folder, store) = (Folder::new("s3"), FakeS3::start().await);
        let bucket = || in_store(&store, BUCKET, SECRET);
        let mut old = folder.config("old");
        old.files = bucket();
        let (file, _) = filled(&old).await;
        assert_eq!(store.names().len(), 1);
        let backup = folder.0.join("b.tar");
        backup::run(&old, &backup, true).await.unwrap();

        let to_folder = folder.config("folder");
        run(&to_folder, &backup).await.unwrap();
        let mut to_bucket = folder.config("bucket");
        to_bucket.files = bucket();
        let other = FakeS3::start().await;
        let mut to_other = folder.config("other");
        to_other.files = in_store(&other, BUCKET, SECRET);
        drop(store.asked());
        run(&to_bucket, &backup).await.unwrap();
        assert!(
            store.asked().iter().all(|asked| asked.starts_with("GET ")),
            "it is there"
        );
        run(&to_other, &backup).await.unwrap();
        assert_eq!(other.names(), store.names());
        for config in [&to_folder, &to_bucket, &to_other] {
            let files = config.files.open(&Random::system()).unwrap();
            assert_eq!(files.get(&file).await.unwrap().len(), 12);
        }
        assert!(!old.data.join("files").exists());

        let mut wrong = folder.config("wrong");
        wrong.files = in_store(&store, BUCKET, "wrong");
        let trouble = run(&wrong, &backup).await.unwrap_err();
        assert!(trouble.to_string().contains("403"), "{trouble}");
        assert!(!sqlite(&wrong).exists() && !wrong.key_file.exists());
        wrong.data.clone_from(&old.data);
        wrong.database.clone_from(&old.database);
        let (part, left) = (
            folder.0.join("c.tar"),
            std::fs::read_dir(&folder.0).unwrap().count(),
        );
        let trouble = backup::run(&wrong, &part, false).await.unwrap_err();
        assert!(trouble.to_string().contains("403"), "{trouble}");
        assert_eq!(
            std::fs::read_dir(&folder.0).unwrap().count(),
            left,
            "nothing half-made"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_damaged_file_stops_neither_backup_nor_restore() {
        let (folder, store) = (Folder::new("damaged"), FakeS3::start().await);
        let old = folder.config("old");
        let (file, _) = filled(&old).await;
        let path = old.files.folder().unwrap().join(path_of(&file).unwrap());
        std::fs::write(path, "damaged").unwrap();
        let backup = folder.0.join("b.tar");
        backup::run(&old, &backup, true).await.unwrap();
        let bytes = std::fs::read(&backup).unwrap();
        assert!(bytes.windows(7).any(|bytes| bytes == b"damaged"), "kept as it is");

        let mut new = folder.config("new");
        new.files = in_store(&store, BUCKET, SECRET);
        let files = new.files.open(&Random::system()).unwrap();
        let good = b"\x89PNG\r\n\x1a\n0000".to_vec();
        files.put(good.clone(), "a.png", &[FileKind::Png]).await.unwrap();
        run(&new, &backup).await.unwrap();
        assert_eq!(
            files.get(&file).await.unwrap(),
            good,
            "the good one is not written over"
        );
    }

    #[tokio::test]
    async fn with_postgresql_it_is_said_what_to_do_with_files() {
        let (folder, store) = (Folder::new("postgres"), FakeS3::start().await);
        let mut config = folder.config("d");
        config.database = "postgres://u@h/d".into();
        for (files, said) in [
            (FilePlace::Folder("f".into()), "文件夹 f 一起存好"),
            (
                in_store(&store, BUCKET, SECRET),
                "学圈 里的文件用它自己的多版本或复制功能保护好",
            ),
        ] {
            config.files = files;
            let trouble = backup::run(&config, Path::new("b.tar"), false).await.unwrap_err();
            assert!(trouble.to_string().contains(said), "{trouble}");
            let trouble = run(&config, Path::new("b.tar")).await.unwrap_err();
            assert!(
                trouble.to_string().contains(&config.files.to_string()),
                "{trouble}"
            );
        }
    }

    fn sqlite(config: &Config) -> &Path {
        config.sqlite_file().unwrap()
    }

    #[test]
    fn names_that_climb_out_are_refused() {
        let folder = Folder::new("names");
        let config = folder.config("d");
        let hash = "ab".repeat(32);
        for (name, taken) in [
            ("database.sqlite", true),
            ("key.json", true),
            (&*format!("files/ab/ab/{hash}"), true),
            (&*format!("files/ab/cd/{hash}"), false),
            (&*format!("files/{hash}"), false),
            ("files/ab/cd", false),
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
