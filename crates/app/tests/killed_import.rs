//! A program that is killed in the middle of an import has written nothing, and the import can be done again.
#![expect(clippy::unwrap_used, reason = "tests")]

use app::cli::Place;
use app::config::Config;
use app::installation::{Installation, Opening};
use db::{Db, args};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use testkit::World;

/// Rows of the file: enough that writing them takes the program a good while.
const ROWS: usize = 6_000;
/// Parts of the time of an import after which it is killed, in percent: its rows are read, or some are written.
const KILLED_AFTER: [u32; 2] = [40, 60];

/// An installation in a folder of its own, on the database of this run.
struct Site {
    folder: PathBuf,
    database: Option<String>,
    db: Db,
    org: String,
}

impl Site {
    async fn make() -> Self {
        let url = testkit::fresh_url().await;
        let database = url.starts_with("postgres").then_some(url);
        let folder = std::env::temp_dir().join(format!("xq-killed-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let config = Config::read(&Place {
            data: folder.clone(),
            database: database.clone(),
            ..Place::default()
        })
        .unwrap();
        let platform = Installation::open(&config, Opening::command("test"))
            .await
            .unwrap();
        let world = World::build(&platform).await;
        Self {
            folder,
            database,
            db: platform.db.clone(),
            org: world.here.org.to_string(),
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xuequan"));
        command.args(words).arg("--data").arg(&self.folder);
        if let Some(url) = &self.database {
            command.arg("--database").arg(url);
        }
        command
    }

    fn import(&self, file: &Path) -> Command {
        self.command(&["import", "people", file.to_str().unwrap(), "--org", &self.org])
    }

    /// How long an import takes that does everything but commit.
    fn rehearsed(&self, file: &Path) -> Duration {
        let started = Instant::now();
        let done = self.import(file).arg("--dry-run").output().unwrap();
        assert!(done.status.success(), "{}", text(&done));
        started.elapsed()
    }

    async fn imported(&self) -> i64 {
        let sql = "SELECT count(*) FROM person WHERE spelling IS NOT NULL";
        self.db.query_one(sql, args![]).await.unwrap()
    }
}

fn file(folder: &Path) -> PathBuf {
    let mut text = String::from("姓名,性别,出生日期,身份证号,手机号,需要\n");
    for row in 0..ROWS {
        text.push_str(&format!("王秀英,女,1955-03-15,,139{row:08},听力不便\n"));
    }
    let path = folder.join("people.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_leaves_nothing_and_is_done_again() {
    let place = Site::make().await;
    let file = file(&place.folder);
    let whole = place.rehearsed(&file);
    for percent in KILLED_AFTER {
        let mut child = place
            .import(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(whole * percent / 100).await;
        assert!(child.try_wait().unwrap().is_none(), "still at it");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(place.imported().await, 0, "nothing is half written");
        let proof = place.command(&["audit", "verify"]).output().unwrap();
        assert!(proof.status.success(), "{}", text(&proof));
    }
    let done = place.import(&file).output().unwrap();
    assert!(done.status.success(), "{}", text(&done));
    assert!(
        text(&done).contains(&format!("新登记 {ROWS} 人")),
        "{}",
        text(&done)
    );
    assert_eq!(place.imported().await, i64::try_from(ROWS).unwrap());
    let again = place.import(&file).output().unwrap();
    assert!(text(&again).contains("新登记 0 人"), "{}", text(&again));
    let check = place.command(&["check"]).output().unwrap();
    assert!(check.status.success(), "{}", text(&check));
    std::fs::remove_dir_all(&place.folder).unwrap();
}
