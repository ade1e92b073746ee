//! Writing many rows into one table, a piece at a time so that memory stays small.

use db::Value;
use platform::AppResult;

/// The cells of one row, in the order of the columns named beside it.
pub(super) type Row = Vec<Value>;

/// Rows sent to the database at a time.
const PIECE: usize = 4_000;

/// The one transaction in which the demo is built.
pub(super) struct Load<'a> {
    tx: &'a platform::Tx,
}

impl<'a> Load<'a> {
    pub(super) fn new(tx: &'a platform::Tx) -> Self {
        Self { tx }
    }

    /// The transaction, for owners who write their rows themselves.
    pub(super) fn tx(&self) -> &'a platform::Tx {
        self.tx
    }

    /// Inserts rows whose columns are named by their owner, each row with the same ones in the same order.
    pub(super) async fn put_named(
        &self,
        table: &str,
        rows: impl IntoIterator<Item = Vec<(&'static str, Value)>>,
    ) -> AppResult<()> {
        let mut rows = rows.into_iter().peekable();
        let columns: Vec<&str> = rows
            .peek()
            .map(|row| row.iter().map(|(column, _)| *column).collect())
            .unwrap_or_default();
        let cells = rows.map(|row| row.into_iter().map(|(_, cell)| cell).collect());
        self.put(table, &columns, cells).await
    }

    /// Inserts the rows as they come.
    pub(super) async fn put(
        &self,
        table: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Row>,
    ) -> AppResult<()> {
        let mut rows = rows.into_iter();
        loop {
            let piece: Vec<Row> = rows.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return Ok(());
            }
            self.tx.insert_many(table, columns, &piece).await?;
        }
    }
}
