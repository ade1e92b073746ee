//! What the hub of data knows beside the figures: what a source's rows are, and what must not be among them.
//!
//! Rules
//! 1. A rule is data: words, and one query that its domain owns. It runs when somebody looks, inside their scope.
//! 2. A rule finds things to look at, it changes nothing; the domain's own page is where they are put right.
//! 3. Rows are shown to who may see such rows anyway (the rule's permission); others do not even get their number.
//! 4. Numbers are counted up to [`MOST_COUNTED`]: more than that is no list that somebody works through.

use crate::{Metrics, store};
use db::Scope;
use kernel::Date;
use platform::{AppResult, Ctx, Permission};

/// Up to how many rows are counted.
pub const MOST_COUNTED: i64 = 1_000;
/// How far back rules on lessons look: 100 days.
const BACK: std::time::Duration = std::time::Duration::from_secs(100 * 86_400);

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Cannot be true.
    Wrong,
    /// May be true, but should be looked at.
    Doubtful,
    /// Something is not filled in.
    Incomplete,
}

impl Severity {
    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Wrong => "错误",
            Self::Doubtful => "存疑",
            Self::Incomplete => "缺失",
        }
    }

    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Doubtful => "doubtful",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What must not be among the data.
#[derive(Debug, Clone, Copy)]
pub struct QualityRule {
    /// Name in addresses, for ever: `persons.age`.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// What it looks for, and what to do about it.
    pub words: &'static str,
    /// Of what the rows are, on the screen.
    pub domain: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Who may see such rows.
    pub permission: Permission,
    /// `$1`: today, `$2`: the first day of the lessons looked at, `$3`: most rows; with a `{scope …}` marker; gives the
    /// columns of [`Suspect`].
    pub rows: &'static str,
}

db::record! {
    /// One thing to look at.
    pub struct Suspect {
        /// What it is called.
        pub label: String,
        /// What is wrong with it.
        pub detail: String,
        /// Kind of the thing, for its page: `person`, `class`, `org`.
        pub subject: String,
        /// Its id.
        pub subject_id: i64,
    }
}

impl Suspect {
    /// The desk page of the thing.
    #[must_use]
    pub fn href(&self) -> String {
        let id = kernel::Id::<()>::from_raw(self.subject_id);
        match self.subject.as_str() {
            "person" => format!("/desk/people/{id}"),
            "class" => format!("/desk/classes/{id}"),
            "org" => format!("/desk/orgs/{id}"),
            _ => String::new(),
        }
    }
}

/// What the rows of a source are, in words.
#[derive(Debug, Clone, Copy)]
pub struct SourceWords {
    /// The source.
    pub source: &'static str,
    /// Its name on the screen.
    pub name: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// Where in the program it is kept and changed.
    pub kept: &'static str,
}

/// What a domain tells the hub of data.
#[derive(Debug, Clone, Copy)]
pub struct Described {
    /// Words of its sources.
    pub sources: &'static [SourceWords],
    /// What must not be among its data.
    pub rules: &'static [QualityRule],
}

impl Metrics {
    /// All rules of quality, in the order in which the domains declare them.
    #[must_use]
    pub fn quality_rules(&self) -> &[QualityRule] {
        &self.registry.rules
    }

    /// How many rows a rule finds below this path, up to one more than [`MOST_COUNTED`]; nothing for who may not see them.
    ///
    /// # Errors
    /// [`platform::AppError::Unavailable`] when the database is.
    pub async fn suspects_counted(
        &self,
        ctx: &Ctx,
        rule: &QualityRule,
        path: &str,
    ) -> AppResult<Option<i64>> {
        let scope = reach(ctx, rule, path);
        if scope.is_nothing() {
            return Ok(None);
        }
        let (today, since) = days(ctx);
        let most = MOST_COUNTED + 1;
        let count = store::suspects_counted(ctx.db(), &scope, rule.rows, (today, since), most).await?;
        Ok(Some(count))
    }

    /// The first rows that a rule finds below this path; none for who may not see them.
    ///
    /// # Errors
    /// [`platform::AppError::Unavailable`] when the database is.
    pub async fn suspects(
        &self,
        ctx: &Ctx,
        rule: &QualityRule,
        path: &str,
        limit: i64,
    ) -> AppResult<Vec<Suspect>> {
        let scope = reach(ctx, rule, path);
        if scope.is_nothing() {
            return Ok(Vec::new());
        }
        Ok(store::suspects(ctx.db(), &scope, rule.rows, days(ctx), limit).await?)
    }
}

fn reach(ctx: &Ctx, rule: &QualityRule, path: &str) -> Scope {
    ctx.reach(rule.permission).below(path)
}

fn days(ctx: &Ctx) -> (Date, Date) {
    let today = ctx.today();
    (today, today.checked_sub(BACK).unwrap_or(today))
}
