//! Kills the product under load, starts it again, and counts what is left of the answers it gave.

use crate::bench::{Bench, asks, class_of};
use crate::client;
use crate::server::{command, get};
use std::collections::HashSet;
use std::time::Duration;

/// Kills in one run.
const KILLS: usize = 30;
/// Learners of each round: fresh ones, so that most asks change something.
const LEARNERS: usize = 2_000;
/// Classes that each asks for.
const WISHES: usize = 3;
/// The first kill comes this long after the first request; each next one a little later.
const FIRST_KILL: Duration = Duration::from_millis(40);
const LATER: Duration = Duration::from_millis(13);

/// Runs all rounds.
pub async fn run(bench: &Bench<'_>) -> Result<(), String> {
    let tokens = bench.tokens(LEARNERS * KILLS)?;
    let (mut acknowledged, mut lost, mut unanswered) = (0, 0, 0);
    let mut delay = FIRST_KILL;
    for some in tokens.chunks(LEARNERS).take(KILLS) {
        let server = bench.serve().await?;
        let classes = bench.open_classes(&server, 500).await?;
        let requests = asks(some, &classes, LEARNERS * WISHES, "");
        let address = server.address.clone();
        let connections = bench.options.connections;
        let firing = tokio::spawn(async move { client::run(&address, connections, &requests).await });
        tokio::time::sleep(delay).await;
        server.kill();
        delay += LATER;
        let figures = firing.await.map_err(|error| error.to_string())?;
        let promised: Vec<(usize, usize)> = figures
            .answers
            .iter()
            .filter(|(_, status)| *status == 201)
            .map(|(at, _)| (at % some.len(), class_of(*at, some.len(), classes.len())))
            .collect();
        unanswered += figures.broken;
        acknowledged += promised.len();
        lost += count_lost(bench, some, &classes, &promised).await?;
    }
    let data = bench.folder.path("data");
    let checked = command(&bench.options.program, &["check", "--data", &data]);
    println!(
        "killed {KILLS} times: {acknowledged} enrolments acknowledged, {unanswered} requests without an answer, {lost} lost; counters and books after it: {}",
        if checked.is_ok() { "agree" } else { "DISAGREE" }
    );
    checked?;
    if lost > 0 {
        Err(format!("{lost} acknowledged enrolments were lost"))
    } else {
        Ok(())
    }
}

/// How many of the promised places a learner's own list does not show after the next start.
async fn count_lost(
    bench: &Bench<'_>,
    tokens: &[String],
    classes: &[String],
    promised: &[(usize, usize)],
) -> Result<usize, String> {
    let server = bench.serve().await?;
    let mut lost = 0;
    for (learner, token) in tokens.iter().enumerate() {
        let own: Vec<&String> = promised
            .iter()
            .filter(|(who, _)| *who == learner)
            .filter_map(|(_, class)| classes.get(*class))
            .collect();
        if own.is_empty() {
            continue;
        }
        let Some((200, body)) = get(&server.address, "/api/v1/me/enrollments?limit=200", Some(token)).await
        else {
            return Err("a learner's list did not answer".into());
        };
        let list: serde_json::Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        let kept: HashSet<&str> = list
            .get("items")
            .and_then(|items| items.as_array())
            .into_iter()
            .flatten()
            .filter_map(|item| item.get("class")?.get("id")?.as_str())
            .collect();
        lost += own.iter().filter(|class| !kept.contains(class.as_str())).count();
    }
    Ok(lost)
}
