//! A paper roll, typed into a table, taken in whole or not at all.

use crate::marks::actions::settle;
use crate::marks::store::{NewMark, add};
use crate::marks::{Mark, Method, Status, access};
use enrollment::roll;
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx, Event, FieldError, Permission};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use teaching::ClassId;
use teaching::sessions::{SessionRow, SessionStatus};

/// Lines of one file at most.
const MOST_LINES: usize = 5_000;
/// Broken lines named at most.
const MOST_SENTENCES: usize = 20;

/// A line read from the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Line of the file, from 1; the head is line 1.
    pub line: usize,
    /// Learner's number.
    pub number: String,
    /// Number of the session.
    pub session: i64,
    /// What the paper says.
    pub status: Status,
}

/// Reads the file; the columns may stand in any order.
///
/// # Errors
/// The sentences about every broken line (at most twenty).
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<String>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(vec![
            "文件不是 UTF-8 编码，汉字读不出来。请在表格软件里“另存为 CSV UTF-8”再传。".into(),
        ]);
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let head: Vec<String> = match reader.headers() {
        Ok(head) => head.iter().map(|cell| cell.trim().to_owned()).collect(),
        Err(_) => return Err(vec!["文件第 1 行读不懂，应当是：学号,课次,考勤。".into()]),
    };
    let place = |name: &str| head.iter().position(|cell| cell == name);
    let (Some(number), Some(session), Some(status)) = (place("学号"), place("课次"), place("考勤"))
    else {
        return Err(vec![
            "文件第 1 行要有这三列：学号、课次、考勤。请照样子改好再传。".into(),
        ]);
    };
    let mut lines = Vec::new();
    let mut wrong = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let line = at + 2;
        if at >= MOST_LINES {
            return Err(vec![format!("一次最多 {MOST_LINES} 行。请把文件分成几份再传。")]);
        }
        let Ok(record) = record else {
            wrong.push(format!("第 {line} 行读不懂，请看引号是不是成对。"));
            continue;
        };
        let cell = |place: usize| record.get(place).unwrap_or_default().trim();
        match (cell(session).parse::<i64>(), Status::of_word(cell(status))) {
            (Ok(session), Some(status)) if !cell(number).is_empty() => lines.push(Line {
                line,
                number: cell(number).to_owned(),
                session,
                status,
            }),
            (Err(_), _) => wrong.push(format!("第 {line} 行的课次要写数字，例如 3。")),
            (_, None) => wrong.push(format!("第 {line} 行的考勤要写 到、迟到、早退、请假 或 缺席。")),
            _ => wrong.push(format!("第 {line} 行没有学号。")),
        }
    }
    if lines.is_empty() && wrong.is_empty() {
        wrong.push("文件里一行名单也没有。".into());
    }
    if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
}

/// Takes a paper roll in; gives how many marks it made.
///
/// # Errors
/// As [`access::class`]; [`AppError::Invalid`] with every broken line, and then nothing is taken;
/// [`AppError::Forbidden`] for a past day without `AttendanceCorrect`.
pub async fn import(ctx: &Ctx, id: ClassId, bytes: &[u8]) -> AppResult<usize> {
    let class = access::class(ctx, id).await?;
    let lines = read(bytes).map_err(invalid)?;
    let sessions: HashMap<i64, SessionRow> = teaching::sessions::of_class(ctx.db(), id)
        .await?
        .into_iter()
        .map(|session| (session.number, session))
        .collect();
    let tx = ctx.begin().await?;
    let mut locks: Vec<i64> = sessions.values().map(|session| session.id.raw()).collect();
    locks.sort_unstable();
    tx.lock_all("attendance", &locks).await?;
    let roll = roll::confirmed(&tx, id).await?;
    let people: HashMap<&str, PersonId> = roll.iter().map(|row| (row.number.as_str(), row.person)).collect();
    let found = resolve(ctx, &lines, &sessions, &people).map_err(invalid)?;
    if found.keys().any(|(number, _)| is_past(ctx, &sessions, *number)) {
        let scope = ctx.may(Permission::AttendanceCorrect)?;
        teaching::classes::find_within(ctx.db(), &scope, id).await?;
    }
    let mut touched: BTreeMap<i64, Vec<PersonId>> = BTreeMap::new();
    for ((number, person), status) in &found {
        let Some(session) = sessions.get(number) else {
            continue;
        };
        let new = NewMark {
            id: ctx.new_id(),
            session: session.id,
            person: *person,
            mark: Mark {
                status: *status,
                method: Method::Import,
                marked_at: ctx.now(),
            },
            by: ctx.actor.person,
            reason: "",
            device_key: None,
        };
        add(&tx, new).await?;
        touched.entry(*number).or_default().push(*person);
    }
    for (number, people) in &touched {
        if let Some(session) = sessions.get(number) {
            settle(&tx, session.id, people).await?;
        }
    }
    let event = Event::new("attendance.imported", "class", id)
        .at(class.org_id)
        .data(json!({ "marks": found.len(), "sessions": touched.keys().collect::<Vec<_>>() }));
    tx.commit(vec![event]).await?;
    Ok(found.len())
}

fn is_past(ctx: &Ctx, sessions: &HashMap<i64, SessionRow>, number: i64) -> bool {
    sessions
        .get(&number)
        .is_some_and(|session| session.day < ctx.today())
}

/// Session number and learner to status; a learner twice at one session is a broken line.
fn resolve(
    ctx: &Ctx,
    lines: &[Line],
    sessions: &HashMap<i64, SessionRow>,
    people: &HashMap<&str, PersonId>,
) -> Result<BTreeMap<(i64, PersonId), Status>, Vec<String>> {
    let mut found = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in lines {
        let at = line.line;
        let Some(person) = people.get(line.number.as_str()) else {
            wrong.push(format!("第 {at} 行：学号 {} 不在这个班的名单上。", line.number));
            continue;
        };
        match sessions.get(&line.session) {
            None => wrong.push(format!("第 {at} 行：这个班没有第 {} 次课。", line.session)),
            Some(session) if session.status == SessionStatus::Cancelled => {
                wrong.push(format!("第 {at} 行：第 {} 次课停课了。", line.session));
            }
            Some(session) if session.day > ctx.today() => {
                wrong.push(format!("第 {at} 行：第 {} 次课还没上。", line.session));
            }
            Some(_) => {
                if found.insert((line.session, *person), line.status).is_some() {
                    wrong.push(format!("第 {at} 行：同一位学员、同一次课前面已经有一行。"));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn invalid(sentences: Vec<String>) -> AppError {
    let more = sentences.len().saturating_sub(MOST_SENTENCES);
    let mut all: Vec<String> = sentences.into_iter().take(MOST_SENTENCES).collect();
    if more > 0 {
        all.push(format!("还有 {more} 处。"));
    }
    AppError::Invalid(
        all.into_iter()
            .map(|sentence| FieldError {
                field: "file".into(),
                sentence,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_or_every_broken_line_is_named() {
        let line = |line: usize, number: &str, session: i64, status: Status| Line {
            line,
            number: number.into(),
            session,
            status,
        };
        let good = read("\u{feff}姓名,课次,学号,考勤\n王,1,a1,到\n李,2,a2,旷课\n".as_bytes());
        assert_eq!(
            good,
            Ok(vec![
                line(2, "a1", 1, Status::Present),
                line(3, "a2", 2, Status::Absent)
            ])
        );
        for (text, part) in [
            ("学号,课次\na,1\n", "这三列"),
            ("学号,课次,考勤\n", "一行名单也没有"),
            ("学号,课次,考勤\na,x,到\n", "第 2 行的课次"),
            ("学号,课次,考勤\na,1,到\nb,1,嗯\n", "第 3 行的考勤"),
            ("学号,课次,考勤\n,1,到\n", "没有学号"),
        ] {
            let wrong = read(text.as_bytes()).unwrap_err();
            assert!(wrong[0].contains(part), "{text}: {wrong:?}");
        }
        let gbk = [0xd1, 0xa7, 0xba, 0xc5];
        assert!(read(&gbk).unwrap_err()[0].contains("UTF-8"));
    }
}
