//! What the seat desk must know of classes: facts that change with the class's version, and what it reads again
//! in every group (status, window, seats). Every change of a class or of its sessions must raise `class.version`;
//! [`crate::classes::set_seat_counts`] alone does not, because nothing that a version stands for has changed.

mod store;

pub use store::{
    Kind, Lineage, Seats, free_while_waiting, kinds, lineages, now, open_within, stuck_within, versions,
};

use crate::ClassId;
use db::{Db, DbResult};
use kernel::{Date, OrgId, Time};
use std::collections::HashMap;
use store::SlotRow;

/// Facts of a class that stand as long as its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The class.
    pub id: ClassId,
    /// Version these facts belong to.
    pub version: i64,
    /// Who runs it.
    pub org: OrgId,
    /// Its term.
    pub term: crate::TermId,
    /// Its name.
    pub name: String,
    /// Day of the first session.
    pub starts_on: Date,
    /// Lowest age in full years.
    pub age_min: Option<i64>,
    /// Highest age in full years.
    pub age_max: Option<i64>,
    /// How much it asks of the body.
    pub risk: crate::classes::Risk,
    /// Fee in fen.
    pub fee_fen: i64,
    /// Sessions that take place, by day and time.
    pub slots: Vec<Slot>,
}

/// One session's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Day.
    pub day: Date,
    /// Minute of the day at which it begins.
    pub from: i32,
    /// Minute of the day at which it ends.
    pub to: i32,
}

/// Facts of these classes.
///
/// # Errors
/// When the database cannot be read.
pub async fn facts(db: &Db, classes: &[ClassId]) -> DbResult<Vec<Facts>> {
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let rows = store::facts(db, classes).await?;
    let mut slots: HashMap<ClassId, Vec<Slot>> = HashMap::new();
    for row in store::slots(db, classes).await? {
        slots.entry(row.class_id).or_default().push(slot(&row));
    }
    Ok(rows
        .into_iter()
        .map(|row| Facts {
            slots: slots.remove(&row.id).unwrap_or_default(),
            id: row.id,
            version: row.version,
            org: row.org_id,
            term: row.term_id,
            name: row.name,
            starts_on: row.starts_on,
            age_min: row.age_min,
            age_max: row.age_max,
            risk: row.risk,
            fee_fen: row.fee_fen,
        })
        .collect())
}

fn slot(row: &SlotRow) -> Slot {
    let starts: Time = row.starts.parse().unwrap_or(Time::midnight());
    let from = i32::from(starts.hour()) * 60 + i32::from(starts.minute());
    Slot {
        day: row.day,
        from,
        to: from + i32::try_from(row.minutes).unwrap_or(0),
    }
}
