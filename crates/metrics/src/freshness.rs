//! What the installation knows: of each source since when, until when, how much, and how fresh.

use crate::definition::{How, Metric, SourceKind};
use crate::quality::SourceWords;
use crate::{Metrics, store};
use kernel::Instant;
use platform::event::POSITION_BITS;
use platform::{AppResult, Ctx};

/// Events that wait are counted up to this number.
pub const MOST_WAITING: usize = 1_000;

/// What is known of a source.
#[derive(Debug, Clone)]
pub struct SourceKnown {
    /// Name of the source.
    pub id: &'static str,
    /// Its words, where the domain gives them.
    pub words: Option<SourceWords>,
    /// Where the facts come from.
    pub kind: SourceKind,
    /// Whether it holds on a day instead of over months.
    pub is_moment: bool,
    /// First and last month with data; nothing for what holds on a day.
    pub months: Option<(String, String)>,
    /// Cells (of an org and a month) for what falls into months, rows for what holds today.
    pub rows: i64,
    /// When it was last counted; what holds on a day is read when asked.
    pub counted_at: Option<Instant>,
    /// The metrics that use it.
    pub metrics: Vec<Metric>,
}

/// All sources and how far counting has followed the events.
#[derive(Debug, Clone)]
pub struct Freshness {
    /// The sources, those of months first.
    pub sources: Vec<SourceKnown>,
    /// Events that happened and are not counted yet, up to one more than [`MOST_WAITING`].
    pub waiting: usize,
}

impl Metrics {
    /// What is known of each source. It speaks of the whole installation, and of no person.
    ///
    /// # Errors
    /// [`platform::AppError::Unavailable`] when the database is.
    pub async fn sources_known(&self, ctx: &Ctx) -> AppResult<Freshness> {
        let counted = store::counted_months(ctx.db()).await?;
        let cells = store::cells_counted(ctx.db()).await?;
        let mut sources = Vec::new();
        for span in &self.registry.spans {
            let months = counted.iter().find(|row| row.source == span.id);
            let rows = cells.iter().find(|row| row.source == span.id);
            sources.push(SourceKnown {
                is_moment: false,
                months: months.map(|row| (row.first_month.clone(), row.last_month.clone())),
                rows: rows.map_or(0, |row| row.cells),
                counted_at: months.map(|row| row.counted_at),
                ..self.known(span.id)
            });
        }
        for moment in &self.registry.moments {
            sources.push(SourceKnown {
                rows: store::moment_rows(ctx.db(), moment.facts, ctx.today()).await?,
                ..self.known(moment.id)
            });
        }
        Ok(Freshness {
            sources,
            waiting: waiting(ctx).await?,
        })
    }

    /// A source that holds on a day, before its rows are counted.
    fn known(&self, id: &'static str) -> SourceKnown {
        let metrics: Vec<Metric> = self
            .all()
            .iter()
            .filter(|metric| self.uses(metric, id))
            .copied()
            .collect();
        SourceKnown {
            id,
            words: self
                .registry
                .words
                .iter()
                .find(|words| words.source == id)
                .copied(),
            kind: metrics
                .first()
                .map_or(SourceKind::Operations, |metric| metric.source_kind),
            is_moment: true,
            months: None,
            rows: 0,
            counted_at: None,
            metrics,
        }
    }

    fn uses(&self, metric: &Metric, source: &str) -> bool {
        match metric.how {
            How::Ratio { part, whole, .. } => [part, whole]
                .into_iter()
                .filter_map(|id| self.find(id))
                .any(|metric| metric.how.source() == Some(source)),
            how => how.source() == Some(source),
        }
    }
}

/// Events of all nodes that counting has not followed.
async fn waiting(ctx: &Ctx) -> AppResult<usize> {
    let mut waiting = 0;
    for node in store::nodes(ctx.db()).await? {
        let Some(after) = store::follower(ctx.db(), node).await? else {
            continue;
        };
        let most = i64::try_from(MOST_WAITING + 1).unwrap_or(i64::MAX);
        let events = store::events_after(ctx.db(), after, (node + 1) << POSITION_BITS, most).await?;
        // What counting itself wrote leads to nothing.
        waiting += events
            .iter()
            .filter(|event| event.subject_kind != "metrics")
            .count();
    }
    Ok(waiting.min(MOST_WAITING + 1))
}
