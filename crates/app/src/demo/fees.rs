//! What was paid at the demo's schools: postings with receipts in the order of time, closed to the evening before.

use super::draw::{Draw, moment};
use super::enrollments::Filled;
use super::load::{Load, Row};
use enrollment::fees::model::Kind;
use enrollment::fees::{
    CLOSING_COLUMNS, ClosingRow, ENTRY_COLUMNS, Method, POSTING_COLUMNS, PostingRow, entry_cells,
};
use kernel::{Id, Instant};
use platform::AppResult;
use std::collections::BTreeMap;

/// Writes the books of the demo's schools.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>) -> AppResult<()> {
    let rows = plan(filled);
    load.put("fee_posting", POSTING_COLUMNS, rows.iter().map(PostingRow::cells))
        .await?;
    let lines = rows.iter().flat_map(|row| {
        let lines = row.kind.lines(row.method, row.amount_fen);
        entry_cells(row.id, &lines)
    });
    load.put("fee_entry", ENTRY_COLUMNS, lines).await?;
    load.put("fee_closing", CLOSING_COLUMNS, closings(filled, &rows))
        .await
}

/// One posting a paid seat, by school; numbers of receipts run with the time in each.
fn plan(filled: &Filled<'_>) -> Vec<PostingRow> {
    let mut paid: Vec<(usize, Instant, i64, i64)> = Vec::new();
    for seat in filled.seats {
        if let (Some(fen), Some(class)) = (filled.paid(seat), filled.classes.get(seat.class)) {
            paid.push((class.org, filled.asked_at(seat, class), seat.id, fen));
        }
    }
    paid.sort_unstable();
    let mut ids = Draw::new("fees").ids(filled.links.days.today, paid.len());
    let mut numbers: BTreeMap<(usize, i64), i64> = BTreeMap::new();
    let posting = |(school, at, seat, fen): (usize, Instant, i64, i64)| {
        let year = i64::from(at.date().year());
        let number = numbers.entry((school, year)).or_insert(0);
        *number += 1;
        PostingRow {
            id: Id::from_raw(ids.take()),
            org_id: Id::from_raw(filled.org(school)),
            enrollment_id: Some(Id::from_raw(seat)),
            kind: Kind::Paid,
            method: if *number % 3 == 0 {
                Method::Card
            } else {
                Method::Cash
            },
            amount_fen: fen,
            receipt_year: Some(year),
            receipt_number: Some(*number),
            reverses: None,
            day: at.date(),
            at,
            actor_person: cashier(filled, school).map(Id::from_raw),
            reversed_by: None,
        }
    };
    paid.into_iter().map(posting).collect()
}

/// Who took the fees of a school.
fn cashier(filled: &Filled<'_>, school: usize) -> Option<i64> {
    let org = filled.links.orgs.all.get(school)?;
    let office = filled.links.people.offices.get(&org.run_by)?;
    Some(filled.person(office.registrar))
}

/// The evening before today, for each school that took cash or cards.
fn closings(filled: &Filled<'_>, rows: &[PostingRow]) -> Vec<Row> {
    let Ok(day) = filled.links.days.today.yesterday() else {
        return Vec::new();
    };
    let of_school = |rows: &[PostingRow]| {
        let first = rows.first().filter(|_| rows.iter().any(|row| row.day <= day))?;
        let cash = rows
            .iter()
            .filter(|row| row.method == Method::Cash && row.day <= day);
        let fen = cash.map(|row| row.amount_fen).sum();
        let row = ClosingRow {
            org_id: first.org_id,
            org: String::new(),
            day,
            cash_fen: fen,
            counted_fen: fen,
            reason: String::new(),
            closed_by: first.actor_person,
            closed_at: moment(day, 17, 0),
        };
        Some(row.cells())
    };
    rows.chunk_by(|a, b| a.org_id == b.org_id)
        .filter_map(of_school)
        .collect()
}
