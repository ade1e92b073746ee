//! Which orgs have something to count in months before they were opened: what was entered of them for earlier days.

use crate::period::end_of_month;
use crate::store;
use crate::tree::Tree;
use db::{Db, DbResult};
use kernel::{Date, OrgId};
use std::collections::HashMap;

/// Orgs of a tree with own cells in months before they were opened, by month.
pub struct Late(HashMap<String, Vec<OrgId>>);

impl Late {
    /// Those of a source from one month to another.
    pub async fn of(db: &Db, tree: &Tree, source: &str, (first, last): (&str, &str)) -> DbResult<Self> {
        let mut by_month: HashMap<String, Vec<OrgId>> = HashMap::new();
        let later = tree.opened_after(end(first));
        for place in store::with_cells(db, source, &later, (first, last)).await? {
            by_month.entry(place.month).or_default().push(place.org_id);
        }
        Ok(Self(by_month))
    }

    /// The hash of a tree as of one of these months: of all who may have something to count in it.
    pub fn hash(&self, tree: &Tree, month: &str) -> String {
        tree.hash_by(end(month), self.0.get(month).map_or(&[], Vec::as_slice))
    }
}

fn end(month: &str) -> Date {
    end_of_month(month).unwrap_or(Date::MAX)
}
