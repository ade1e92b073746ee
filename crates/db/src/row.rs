//! One row of a result.

use crate::{DbError, DbResult, FromValue, Value};
use std::sync::Arc;

/// A row: cells with the names of their columns.
#[derive(Debug, Clone)]
pub struct Row {
    pub(crate) columns: Arc<[String]>,
    pub(crate) cells: Vec<Value>,
}

impl Row {
    /// The cell of this column.
    ///
    /// # Errors
    /// [`DbError::Statement`] when there is no such column or the kinds do not fit.
    pub fn get<T: FromValue>(&self, column: &str) -> DbResult<T> {
        let cell = self
            .columns
            .iter()
            .position(|name| name == column)
            .and_then(|at| self.cells.get(at));
        let cell = cell.ok_or_else(|| DbError::Statement(format!("no column {column}")))?;
        T::from_value(cell).map_err(|error| match error {
            DbError::Statement(why) => DbError::Statement(format!("column {column}: {why}")),
            other => other,
        })
    }

    /// Like [`Row::get`] for who reads the columns one after the other: looks first where the column before it ended.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn next<T: FromValue>(&self, place: &mut usize, column: &str) -> DbResult<T> {
        let here = self.columns.get(*place).is_some_and(|name| name == column);
        let read = if here { self.at(*place) } else { self.get(column) };
        *place += 1;
        read.map_err(|error| match error {
            DbError::Statement(why) if here => DbError::Statement(format!("column {column}: {why}")),
            other => other,
        })
    }

    /// The cell at this place, from 0.
    ///
    /// # Errors
    /// [`DbError::Statement`] when there is none or the kinds do not fit.
    pub fn at<T: FromValue>(&self, place: usize) -> DbResult<T> {
        let cell = self.cells.get(place);
        T::from_value(cell.ok_or_else(|| DbError::Statement(format!("no column {place}")))?)
    }
}

/// What a row can be read as.
pub trait FromRow: Sized {
    /// Reads the row.
    ///
    /// # Errors
    /// [`DbError::Statement`] when a column is missing or of another kind.
    fn from_row(row: &Row) -> DbResult<Self>;
}

impl FromRow for Row {
    fn from_row(row: &Row) -> DbResult<Self> {
        Ok(row.clone())
    }
}

macro_rules! single {
    ($($type:ty),*) => {
        $(impl FromRow for $type {
            fn from_row(row: &Row) -> DbResult<Self> { row.at(0) }
        })*
    };
}
single!(
    i64,
    bool,
    String,
    Option<i64>,
    Option<String>,
    kernel::Date,
    kernel::Instant
);

impl<K> FromRow for kernel::Id<K> {
    fn from_row(row: &Row) -> DbResult<Self> {
        row.at(0)
    }
}

impl<A: FromValue, B: FromValue> FromRow for (A, B) {
    fn from_row(row: &Row) -> DbResult<Self> {
        Ok((row.at(0)?, row.at(1)?))
    }
}

impl<A: FromValue, B: FromValue, C: FromValue> FromRow for (A, B, C) {
    fn from_row(row: &Row) -> DbResult<Self> {
        Ok((row.at(0)?, row.at(1)?, row.at(2)?))
    }
}

impl<A: FromValue, B: FromValue, C: FromValue, D: FromValue> FromRow for (A, B, C, D) {
    fn from_row(row: &Row) -> DbResult<Self> {
        Ok((row.at(0)?, row.at(1)?, row.at(2)?, row.at(3)?))
    }
}
