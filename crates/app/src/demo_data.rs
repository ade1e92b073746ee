//! The data of a demonstration: made at the first start, used again by the next, made anew for another day.
//!
//! 1. A data folder is a demonstration's when the setting `demo.made_for` is in its database. It is set before the
//!    data is made, so a broken-off start leaves a demonstration that the next start throws away.
//! 2. Data of another program version or another day is thrown away and made again.
//! 3. `--demo` never touches a database without that setting, and a demonstration is never served as the real thing.

use crate::config::Config;
use crate::demo::store;
use crate::installation::{Installation, Opening, Use};
use crate::{Done, Trouble, demo_control, wiring};
use kernel::{Date, Id};
use platform::{AppResult, Ctx, Event, Platform, setting};
use std::path::Path;
use std::sync::Arc;

const MADE_FOR: &str = "demo.made_for";
const DAY_SECS: i64 = 86_400;

/// Opens the demonstration of this day; `fill` makes its data where it is not there yet.
///
/// # Errors
/// When real data lies there, or the data cannot be made.
pub async fn open(
    config: &Config,
    opening: Opening,
    today: Option<Date>,
    fill: impl AsyncFnOnce(&Arc<Platform>, Date) -> AppResult<()>,
) -> Done<Arc<Platform>> {
    let real_today = opening.clock.today();
    let today = today.unwrap_or(real_today);
    let wanted = format!("{} {today}", program()?);
    let kept = match made_for(config).await? {
        State::Empty => false,
        State::Demo(made_for) if made_for == wanted => true,
        State::Demo(_) => {
            throw_away(config)?;
            false
        }
        State::Real => {
            return Err(Trouble::new(format!(
                "{} 里有不是演示的数据，演示没有启动，也没有动它。请用 --data 换一个文件夹。",
                place(config)
            )));
        }
    };
    let ahead = (today - real_today).get_days();
    opening.clock.set_offset(i64::from(ahead) * DAY_SECS);
    let platform = Installation::open(config, opening).await?;
    if !kept {
        mark(&platform, "").await?;
        fill(&platform, today).await?;
        mark(&platform, &wanted).await?;
    }
    demo_control::resume(&platform).await?;
    Ok(platform)
}

/// Refuses to serve a demonstration's data as the real thing: its passwords are known to everybody.
///
/// # Errors
/// When the data is a demonstration's.
pub async fn refuse(config: &Config) -> Done {
    match made_for(config).await? {
        State::Demo(_) => Err(Trouble::new(format!(
            "{} 里是演示数据，口令人人知道，不能当正式的用。请加上 --demo，或用 --data 换一个文件夹。",
            place(config)
        ))),
        State::Empty | State::Real => Ok(()),
    }
}

/// How a command beside the demonstration opens it: under its own name and at the demonstration's time. With the real
/// time it would take the number of a server that seems to have been silent for days.
///
/// # Errors
/// When the data is not a demonstration's.
pub async fn beside(config: &Config, name: &str) -> Done<Opening> {
    require(config).await?;
    let opening = Opening::command(name);
    if let State::Demo(made_for) = made_for(config).await? {
        let day = made_for
            .rsplit(' ')
            .next()
            .and_then(|day| day.parse::<Date>().ok());
        if let Some(day) = day {
            let ahead = (day - opening.clock.today()).get_days();
            opening.clock.set_offset(i64::from(ahead) * DAY_SECS);
        }
    }
    Ok(opening)
}

/// Refuses to do with real data what only a demonstration is for.
///
/// # Errors
/// When the data is not a demonstration's.
pub async fn require(config: &Config) -> Done {
    match made_for(config).await? {
        State::Demo(_) => Ok(()),
        State::Empty | State::Real => Err(Trouble::new(format!(
            "{} 里不是演示数据，没有做。请先运行 xuequan serve --demo，或用 --data 指对文件夹。",
            place(config)
        ))),
    }
}

enum State {
    Empty,
    Demo(String),
    Real,
}

async fn made_for(config: &Config) -> Done<State> {
    if config.sqlite_file().is_some_and(|file| !file.exists()) {
        return Ok(State::Empty);
    }
    let db = Installation::open_db(config, Use::Existing).await?;
    let steps: usize = wiring::SCHEMAS.iter().map(|schema| schema.migrations.len()).sum();
    let told = setting::get(&db, MADE_FOR).await;
    if told.is_err() && db.pending(wiring::SCHEMAS).await?.len() == steps {
        return Ok(State::Empty);
    }
    Ok(match told? {
        Some(made_for) => State::Demo(made_for),
        // Tables without a row, as `xuequan migrate` leaves them, may become anything.
        None if store::is_blank(&db).await? => State::Empty,
        None => State::Real,
    })
}

async fn mark(platform: &Arc<Platform>, made_for: &str) -> AppResult<()> {
    let ctx = Ctx::system(platform, "demo");
    let tx = ctx.begin().await?;
    setting::set(&tx, MADE_FOR, &made_for, ctx.now()).await?;
    let subject: Id<()> = Id::from_raw(0);
    tx.commit(vec![Event::new("demo.marked", "demo", subject)]).await
}

fn throw_away(config: &Config) -> Done {
    let Some(database) = config.sqlite_file() else {
        return Err(Trouble::new(
            "这个 PostgreSQL 数据库里是另一天或另一个版本的演示。请新建一个空的数据库再来。",
        ));
    };
    let failed = |error: std::io::Error| {
        Trouble::new(format!(
            "旧的演示数据删不掉：{error}。请手工删除 {}。",
            config.data.display()
        ))
    };
    for ending in ["", "-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        absent(std::fs::remove_file(Path::new(&name))).map_err(failed)?;
    }
    absent(std::fs::remove_file(&config.key_file)).map_err(failed)?;
    // A bucket may hold the files of another installation as well; under their hashes old ones are in nobody's way.
    match config.files.folder() {
        Some(folder) => absent(std::fs::remove_dir_all(folder)).map_err(failed),
        None => Ok(()),
    }
}

fn absent(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn place(config: &Config) -> String {
    match config.sqlite_file() {
        Some(_) => config.data.display().to_string(),
        None => "这个数据库".into(),
    }
}

/// The running program, told apart from another build of the same version by its file's size and time.
fn program() -> Done<String> {
    let told = || {
        let file = std::fs::metadata(std::env::current_exe()?)?;
        let built = file
            .modified()?
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Ok(format!(
            "{} {}-{}",
            env!("CARGO_PKG_VERSION"),
            file.len(),
            built.as_secs()
        ))
    };
    told().map_err(|error: std::io::Error| Trouble::new(format!("读不到程序文件：{error}。")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Place;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn config(name: &str) -> Config {
        let data = std::env::temp_dir().join(format!("xq-demo-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&data);
        Config::read(&Place {
            data,
            ..Place::default()
        })
        .unwrap()
    }

    async fn start(config: &Config, day: &str, made: &AtomicUsize) -> Done<Arc<Platform>> {
        open(
            config,
            Opening::command("test"),
            day.parse().ok(),
            async |_, today| {
                assert_eq!(today.to_string(), day);
                made.fetch_add(1, Ordering::Relaxed);
                Ok(())
            },
        )
        .await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn data_is_kept_for_its_day_and_made_anew_for_another() {
        let (config, made) = (config("kept"), AtomicUsize::new(0));
        for (day, times) in [
            ("2026-11-22", 1),
            ("2026-11-22", 1),
            ("2027-03-01", 2),
            ("2026-11-22", 3),
        ] {
            let platform = start(&config, day, &made).await.unwrap();
            assert_eq!(made.load(Ordering::Relaxed), times, "{day}");
            assert_eq!(platform.clock.today().to_string(), day);
        }
        assert!(refuse(&config).await.unwrap_err().to_string().contains("--demo"));
        std::fs::remove_dir_all(&config.data).unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_broken_off_start_is_made_again() {
        let (config, made) = (config("broken"), AtomicUsize::new(0));
        let failed = open(&config, Opening::command("test"), None, async |_, _| {
            Err(platform::AppError::Internal("broken off".into()))
        });
        assert!(failed.await.is_err());
        start(&config, "2026-11-22", &made).await.unwrap();
        assert_eq!(made.load(Ordering::Relaxed), 1);
        std::fs::remove_dir_all(&config.data).unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn real_data_is_never_touched() {
        let (config, made) = (config("real"), AtomicUsize::new(0));
        let platform = Installation::open(&config, Opening::command("test"))
            .await
            .unwrap();
        let ctx = Ctx::system(&platform, "test");
        let subject: Id<()> = Id::from_raw(1);
        let tx = ctx.begin().await.unwrap();
        tx.commit(vec![Event::new("test.done", "test", subject)])
            .await
            .unwrap();
        let refused = start(&config, "2026-11-22", &made).await.err().unwrap();
        assert!(refused.to_string().contains("没有动它"), "{refused}");
        assert_eq!(made.load(Ordering::Relaxed), 0);
        refuse(&config).await.unwrap();
        std::fs::remove_dir_all(&config.data).unwrap();
    }
}
