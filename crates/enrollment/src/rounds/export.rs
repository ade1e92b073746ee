//! The board of a round as a table for spreadsheet programs.

use super::actions::RoundView;
use super::model::{RoundMethod, spaced};
use super::pages::id;
use super::selection::actions::{self as selecting, Line};
use super::selection::desk_pages::outcome_words;
use crate::spreadsheet;
use axum::extract::Path;
use axum::response::Response;
use kernel::chinese_date::moment_text;
use platform::{AppResult, Channel, Ctx};
use std::collections::HashMap;

/// `GET /desk/rounds/{id}/signups.csv`
pub(super) async fn signups(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let (view, lines) = selecting::table(&ctx, id(&text)?).await?;
    let drawn = drawn_outcomes(&view);
    let row = |line: &Line| {
        let channel: Channel = line.row.channel.parse().unwrap_or(Channel::System);
        let wishes: Vec<String> = line.wishes.iter().map(|class| view.class_name(*class)).collect();
        let interview = line.interview.as_ref();
        [
            spaced(&line.row.receipt),
            // The board of a draw shows no names.
            match view.row.method {
                RoundMethod::Draw | RoundMethod::FirstCome => String::new(),
                RoundMethod::Interview | RoundMethod::Manual => line.names.join("、"),
            },
            line.names.len().to_string(),
            wishes.join("；"),
            channel.label().to_owned(),
            interview.map_or_else(String::new, |one| {
                format!("{}，{}", moment_text(one.at), one.place)
            }),
            drawn
                .get(&line.row.receipt)
                .cloned()
                .unwrap_or_else(|| noted(&view, line)),
        ]
    };
    spreadsheet::csv(
        &format!("{}申请.csv", view.row.name),
        ["回执号", "姓名", "人数", "志愿", "来源", "面试", "结果"],
        lines.iter().map(row),
    )
}

fn noted(view: &RoundView, line: &Line) -> String {
    let notes = line.notes.iter().map(|note| {
        let words = format!("{}：{}", view.class_name(note.class_id), outcome_words(note));
        match note.reason.as_str() {
            "" => words,
            why => format!("{words}，{why}"),
        }
    });
    notes.collect::<Vec<_>>().join("；")
}

/// What the draw came to, by receipt.
fn drawn_outcomes(view: &RoundView) -> HashMap<String, String> {
    let Some((file, result)) = view
        .draw
        .as_ref()
        .and_then(|file| Some((file, file.result.as_ref()?)))
    else {
        return HashMap::new();
    };
    let names: HashMap<&str, &str> = file
        .classes
        .iter()
        .map(|class| (class.id.as_str(), class.name.as_str()))
        .collect();
    let won: HashMap<&str, &str> = result
        .seated
        .iter()
        .map(|seat| {
            let class = names.get(seat.class.as_str()).copied();
            (seat.receipt.as_str(), class.unwrap_or_default())
        })
        .collect();
    let outcome = |receipt: &str, rank: u32| match won.get(receipt) {
        Some(class) => format!("第 {rank} 位，摇中“{class}”"),
        None => format!("第 {rank} 位，没有摇中"),
    };
    let ranked = result.order.iter();
    ranked
        .map(|one| (one.receipt.clone(), outcome(&one.receipt, one.rank)))
        .collect()
}
