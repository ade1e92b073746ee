//! The seat desk by itself on PostgreSQL: decisions without HTTP, for comparison with row locks, which are measured
//! without it too.

use app::config::Config;
use app::demo_data;
use app::file_place::FilePlace;
use app::installation::Installation;
use enrollment::SeatDesk;
use enrollment::seat_desk::{Ask, Asked};
use kernel::PersonId;
use platform::{Channel, Platform};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use teaching::ClassId;

/// Asks on their way at the same time.
const AT_ONCE: usize = 4_096;

/// Durable decisions a second, each person asking for one class.
///
/// # Errors
/// When the database cannot be opened, or an ask is not answered.
pub async fn per_second(
    (database, data): (&str, &str),
    people: &[String],
    classes: &[String],
) -> Result<f64, String> {
    let platform = open(database, data).await?;
    let people: Vec<PersonId> = ids(people)?;
    let classes: Vec<ClassId> = ids(classes)?;
    let desk = SeatDesk::start(&platform);
    let (people, classes) = (Arc::new(people), Arc::new(classes));
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut asking = Vec::with_capacity(AT_ONCE);
    for _ in 0..AT_ONCE {
        let (platform, desk, next) = (Arc::clone(&platform), Arc::clone(&desk), Arc::clone(&next));
        let (people, classes) = (Arc::clone(&people), Arc::clone(&classes));
        asking.push(tokio::spawn(async move {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let (Some(person), Some(class)) = (people.get(at), classes.get(at % classes.len())) else {
                    return Ok(());
                };
                match desk.ask(ask(&platform, *person, *class)).await {
                    Ok(_) | Err(platform::AppError::Refused { .. }) => {}
                    Err(other) => return Err(other.to_string()),
                }
            }
        }));
    }
    for one in asking {
        one.await.map_err(|error| error.to_string())??;
    }
    Ok(people.len() as f64 / started.elapsed().as_secs_f64())
}

async fn open(database: &str, data: &str) -> Result<Arc<Platform>, String> {
    let data = PathBuf::from(data);
    let config = Config {
        database: database.to_owned(),
        files: FilePlace::Folder(data.join("files")),
        key_file: data.join("key.json"),
        data,
        sms: None,
        pay: None,
        log: String::new(),
    };
    let opening = demo_data::beside(&config, "bench")
        .await
        .map_err(|error| error.to_string())?;
    let opened = Installation::open(&config, opening).await;
    opened.map_err(|error| error.to_string())
}

/// Ids as they stand in addresses.
///
/// # Errors
/// When one is none.
pub fn ids<K>(texts: &[String]) -> Result<Vec<kernel::Id<K>>, String> {
    let one = |text: &String| text.parse().map_err(|_| format!("{text} is no id"));
    texts.iter().map(one).collect()
}

fn ask(platform: &Platform, person: PersonId, class: ClassId) -> Asked {
    Asked {
        ask: Ask::Enroll {
            person,
            class,
            new_id: platform.ids.next(),
            wait: true,
            counter: false,
        },
        by: Some(person),
        channel: Channel::Api,
        reason: String::new(),
        key: None,
    }
}
