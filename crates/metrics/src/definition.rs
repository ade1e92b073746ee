//! What a metric is: data in words, and the query that its domain owns.

use crate::quality::{Described, QualityRule, SourceWords};
use crate::tree::TreeReader;
use db::{Db, DbResult};
use kernel::{AgeBand, Date, OrgId};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

/// Where a metric's figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Daily work: nobody types them.
    Operations,
    /// A register that an office keeps.
    Register,
}

impl SourceKind {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Operations => "业务数据",
            Self::Register => "登记台账",
        }
    }
}

/// By what a figure can be broken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Sex of the person.
    Sex,
    /// Age band ([`AgeBand`]).
    Age,
    /// Kind: of the org, or category of the course, as the source says.
    Kind,
}

impl Dimension {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sex => "性别",
            Self::Age => "年龄段",
            Self::Kind => "类别",
        }
    }

    /// The word in addresses and files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Age => "age",
            Self::Kind => "kind",
        }
    }

    /// The dimension with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Sex, Self::Age, Self::Kind]
            .into_iter()
            .find(|dimension| dimension.code() == code)
    }

    /// The words of a key on the screen; kinds are named by their source.
    #[must_use]
    pub fn key_label(self, key: &str, kind_label: fn(&str) -> String) -> String {
        match (self, key) {
            (Self::Sex | Self::Age, "") => "未填".to_owned(),
            (Self::Sex, "female") => "女".to_owned(),
            (Self::Sex, "male") => "男".to_owned(),
            (Self::Age, code) => {
                AgeBand::from_code(code).map_or_else(|| code.to_owned(), |band| band.text().to_owned())
            }
            (Self::Kind, code) => kind_label(code),
            (Self::Sex, other) => other.to_owned(),
        }
    }
}

db::record! {
    /// One row of a source's query: what happened at one org in one month, as far as it can be added up.
    pub struct Fact {
        /// At which org.
        pub org_id: OrgId,
        /// Month, `2026-09`.
        pub month: String,
        /// The person; 0 where the source has none.
        pub person_id: i64,
        /// `female`, `male` or nothing.
        pub sex: Option<String>,
        /// Day of birth.
        pub birth: Option<String>,
        /// What the metrics of the source choose by, such as a status.
        pub tag: String,
        /// What figures are broken down by.
        pub kind: String,
        /// First measure, mostly how many.
        pub n: i64,
        /// Second measure, such as minutes; 0 where there is none.
        pub m: i64,
    }
}

/// How an event leads to what must be counted anew.
#[derive(Debug, Clone, Copy)]
pub struct Touch {
    /// The event's `subject_kind`.
    pub subject: &'static str,
    /// `$1`: ids of subjects; gives `org_id, month`, each once; an empty month means all of the org's months.
    pub sql: &'static str,
}

/// A query of a domain whose facts fall into months.
#[derive(Debug, Clone, Copy)]
pub struct SpanSource {
    /// Name of the source, for ever.
    pub id: &'static str,
    /// `$1`: org ids, `$2`: first day, `$3`: first day after; gives the columns of [`Fact`], summed up as far as can be.
    pub facts: &'static str,
    /// What leads from events to cells.
    pub touched: &'static [Touch],
    /// `$1`: org ids, `$2`, `$3` days as above, `$4`: tags between commas (`,a,b,`; empty for all), `$5`: offset, `$6`:
    /// limit; with a `{scope …}` marker; gives the columns of [`BehindRow`].
    pub rows: &'static str,
    /// Words for a kind.
    pub kind_label: fn(&str) -> String,
}

/// How the figure of an org follows from those below it, for moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rollup {
    /// Its own and all of those below it.
    Sum,
    /// Its own if it has one, else those of its children: population is registered at several levels. `m` is the year
    /// whose end a fact speaks of.
    OwnElseChildren,
}

/// A query of a domain whose facts hold on a day.
#[derive(Debug, Clone, Copy)]
pub struct MomentSource {
    /// Name of the source.
    pub id: &'static str,
    /// `$1`: the day; gives `org_id, tag, kind, sex, band, n, m` of all orgs on that day.
    pub facts: &'static str,
    /// Event subjects after which the facts may be others.
    pub subjects: &'static [&'static str],
    /// `$1`: org ids, `$2`: the day, `$3`: tags and `$4`: kinds between commas (empty for all), `$5`: offset, `$6`:
    /// limit; with a `{scope …}` marker; gives the columns of [`BehindRow`].
    pub rows: &'static str,
    /// How figures go up the tree.
    pub rollup: Rollup,
    /// Whether an org without a row has none of it (a count of places), or is simply not known (a register).
    pub absent_is_zero: bool,
    /// Words for a kind.
    pub kind_label: fn(&str) -> String,
}

db::record! {
    /// One row behind a figure: a class, a session, a place; never a person.
    pub struct BehindRow {
        /// What it is called.
        pub label: String,
        /// What more is to be said of it.
        pub detail: String,
        /// Kind of the thing, for its page: `org`, `class`, `session`, or nothing.
        pub subject: String,
        /// Its id, for its page.
        pub subject_id: i64,
        /// What it adds to the first measure.
        pub n: i64,
        /// What it adds to the second measure.
        pub m: i64,
    }
}

/// Which of two measures of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// `n`
    N,
    /// `m`
    M,
}

/// How a metric's value follows from facts.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// A sum over the facts with one of these tags.
    Sum {
        /// The source.
        source: &'static str,
        /// Which measure.
        measure: Measure,
        /// Tags that count; empty for all.
        tags: &'static [&'static str],
    },
    /// Distinct persons of the facts with one of these tags.
    Persons {
        /// The source.
        source: &'static str,
        /// Tags that count; empty for all.
        tags: &'static [&'static str],
        /// Only these age bands (codes); empty for all.
        bands: &'static [&'static str],
    },
    /// A sum over what holds on the last day of the period.
    Moment {
        /// The source.
        source: &'static str,
        /// Which measure.
        measure: Measure,
        /// Tags that count; empty for all.
        tags: &'static [&'static str],
        /// Kinds that count; empty for all.
        kinds: &'static [&'static str],
        /// Only these age bands (codes); empty for all.
        bands: &'static [&'static str],
    },
    /// One metric by another.
    Ratio {
        /// What is counted.
        part: &'static str,
        /// Of how many.
        whole: &'static str,
        /// 100 for per cent, 10,000 for ‱, 1 for so many each.
        per: i64,
    },
}

/// A metric: what every figure of this name means.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Name in files and addresses, for ever: `learners.count`.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// Unit on the screen.
    pub unit: &'static str,
    /// What it means, in words.
    pub words: &'static str,
    /// Where its facts come from.
    pub source_kind: SourceKind,
    /// Which document asks for it, and how sure that is: shown beside the words.
    pub document: &'static str,
    /// How it is computed.
    pub how: How,
    /// By what it can be broken down.
    pub breakdowns: &'static [Dimension],
    /// A figure of persons below this is hidden where the public reads it; 0 where nobody can be recognised.
    pub small_cell: i64,
    /// Places after the point.
    pub decimals: usize,
    /// What whole numbers are divided by for the screen: 60 where minutes are shown as hours.
    pub scale: i64,
    /// Goes up when the definition changes.
    pub version: u32,
    /// First day for which this version was made; earlier periods are counted by it too.
    pub valid_from: &'static str,
}

impl Metric {
    /// Whether it is measured on a day instead of counted over a span.
    #[must_use]
    pub fn is_moment(&self, registry: &Registry) -> bool {
        match self.how {
            How::Moment { .. } => true,
            How::Sum { .. } | How::Persons { .. } => false,
            How::Ratio { part, .. } => registry.find(part).is_some_and(|part| part.is_moment(registry)),
        }
    }
}

/// What the domains declare.
#[derive(Debug, Clone, Copy)]
pub struct Declared {
    /// Metrics.
    pub metrics: &'static [Metric],
    /// Sources whose facts fall into months.
    pub spans: &'static [SpanSource],
    /// Sources whose facts hold on a day.
    pub moments: &'static [MomentSource],
}

/// All metrics and sources of the installation.
pub struct Registry {
    metrics: Vec<Metric>,
    by_id: HashMap<&'static str, usize>,
    /// Sources whose facts fall into months.
    pub spans: Vec<SpanSource>,
    /// Sources whose facts hold on a day.
    pub moments: Vec<MomentSource>,
    /// Words of sources, for the hub of data.
    pub words: Vec<SourceWords>,
    /// What must not be among the data.
    pub rules: Vec<QualityRule>,
    /// Reads the tree of a day.
    pub tree: TreeReader,
}

/// The future of a reader of the tree.
pub type TreeFuture = Pin<Box<dyn Future<Output = DbResult<Vec<crate::Placed>>> + Send>>;

impl Registry {
    /// Puts together what the domains declare.
    ///
    /// # Errors
    /// A sentence when two share a name or a metric speaks of what is not there: a fault of the program, found at start.
    pub fn new(declared: &[Declared], tree: TreeReader) -> Result<Self, String> {
        let metrics: Vec<Metric> = declared.iter().flat_map(|part| part.metrics).copied().collect();
        let spans: Vec<SpanSource> = declared.iter().flat_map(|part| part.spans).copied().collect();
        let moments: Vec<MomentSource> = declared.iter().flat_map(|part| part.moments).copied().collect();
        let mut by_id = HashMap::new();
        for (at, metric) in metrics.iter().enumerate() {
            if by_id.insert(metric.id, at).is_some() {
                return Err(format!("two metrics are called {}", metric.id));
            }
        }
        let registry = Self {
            metrics,
            by_id,
            spans,
            moments,
            words: Vec::new(),
            rules: Vec::new(),
            tree,
        };
        registry.check()?;
        Ok(registry)
    }

    /// Adds what the domains tell of their sources and of what must not be among their data.
    ///
    /// # Errors
    /// A sentence when words speak of a source that nobody declares, or two rules share a name.
    pub fn describe(mut self, described: &[Described]) -> Result<Self, String> {
        for words in described.iter().flat_map(|part| part.sources) {
            if self.span(words.source).is_none() && self.moment(words.source).is_none() {
                return Err(format!("{} is described and not declared", words.source));
            }
            self.words.push(*words);
        }
        for rule in described.iter().flat_map(|part| part.rules) {
            if self.rules.iter().any(|other| other.id == rule.id) {
                return Err(format!("two rules of quality are called {}", rule.id));
            }
            self.rules.push(*rule);
        }
        Ok(self)
    }

    fn check(&self) -> Result<(), String> {
        for metric in &self.metrics {
            let known = match metric.how {
                How::Sum { source, .. } | How::Persons { source, .. } => self.span(source).is_some(),
                How::Moment { source, .. } => self.moment(source).is_some(),
                How::Ratio { part, whole, per } => {
                    let is_ratio = |id| self.find(id).is_none_or(|m| matches!(m.how, How::Ratio { .. }));
                    per > 0 && !is_ratio(part) && !is_ratio(whole)
                }
            };
            if !known {
                return Err(format!("{} is computed from what nobody declares", metric.id));
            }
            if metric.valid_from.parse::<Date>().is_err() || metric.scale <= 0 {
                return Err(format!("{} has a wrong day or scale", metric.id));
            }
        }
        Ok(())
    }

    /// All metrics, in the order in which the domains declare them.
    #[must_use]
    pub fn all(&self) -> &[Metric] {
        &self.metrics
    }

    /// The metric of this name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Metric> {
        self.by_id.get(id).and_then(|at| self.metrics.get(*at))
    }

    /// The monthly source of this name.
    #[must_use]
    pub fn span(&self, id: &str) -> Option<&SpanSource> {
        self.spans.iter().find(|source| source.id == id)
    }

    /// The daily source of this name.
    #[must_use]
    pub fn moment(&self, id: &str) -> Option<&MomentSource> {
        self.moments.iter().find(|source| source.id == id)
    }

    /// Words for a kind of this metric.
    #[must_use]
    pub fn kind_label(&self, metric: &Metric) -> fn(&str) -> String {
        match metric.how {
            How::Sum { source, .. } | How::Persons { source, .. } => self
                .span(source)
                .map_or(plain as fn(&str) -> String, |s| s.kind_label),
            How::Moment { source, .. } => self
                .moment(source)
                .map_or(plain as fn(&str) -> String, |s| s.kind_label),
            How::Ratio { part, .. } => self
                .find(part)
                .map_or(plain as fn(&str) -> String, |part| self.kind_label(part)),
        }
    }
}

fn plain(code: &str) -> String {
    code.to_owned()
}

/// The orgs of the tree as of a day, for [`Registry::tree`].
pub type ReadTree = fn(Db, Date) -> TreeFuture;
