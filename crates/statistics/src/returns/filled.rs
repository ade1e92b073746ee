//! A return with everything around it: form, cells in order, checks, what is missing. Read once for a page or an act.

use super::issues::{self, Issue};
use super::model::{self, Origin};
use super::store::{self, CellRow, ReturnRow};
use crate::datasets::definition::{Element, Fill, How};
use crate::datasets::form::{Checked, Form};
use crate::datasets::model::DatasetStatus;
use crate::expression::Place;
use crate::number::Number;
use crate::{Measures, VersionId};
use db::Db;
use kernel::OrgId;
use metrics::{Ask, Dimension, Period, Slice, State};
use platform::{AppError, AppResult, Ctx};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Forms that are kept compiled; published versions never change.
static FORMS: LazyLock<Mutex<HashMap<VersionId, Arc<Form>>>> = LazyLock::new(Mutex::default);
/// Most forms that are kept.
const MOST_FORMS: usize = 64;

/// The form of a published version.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn form(db: &Db, version: VersionId) -> AppResult<Arc<Form>> {
    let kept = FORMS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&version)
        .cloned();
    if let Some(form) = kept {
        return Ok(form);
    }
    let stored = crate::datasets::store::definition(db, version).await?;
    let form = Form::new(stored.read()?)
        .map_err(|faults| AppError::Internal(format!("a published form: {faults:?}")))?;
    let form = Arc::new(form);
    if stored.status == DatasetStatus::Draft {
        return Ok(form);
    }
    let mut forms = FORMS.lock().unwrap_or_else(PoisonError::into_inner);
    if forms.len() >= MOST_FORMS {
        forms.clear();
    }
    forms.insert(version, Arc::clone(&form));
    Ok(form)
}

/// A return with everything around it.
#[derive(Debug)]
pub struct Filled {
    /// The return.
    pub row: ReturnRow,
    /// Its form.
    pub form: Arc<Form>,
    /// Its cells in the order of the form.
    pub cells: Vec<CellRow>,
    /// Values of the year before by code.
    pub last_year: HashMap<String, Number>,
    /// Values of other returns that formulas and checks name.
    beyond: HashMap<Place, Number>,
    /// Formulas that cannot be computed.
    pub troubles: HashMap<usize, String>,
}

impl Filled {
    /// Reads the return.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when the database is.
    pub async fn read(db: &Db, row: ReturnRow) -> AppResult<Self> {
        let form = form(db, row.dataset_version_id).await?;
        let stored = store::cells(db, row.id).await?.into_iter();
        let mut stored: HashMap<String, CellRow> = stored.map(|cell| (cell.element.clone(), cell)).collect();
        let cells = form.elements.iter().map(|element| {
            let cell = stored.remove(&element.code);
            cell.unwrap_or_else(|| blank(element, row.how))
        });
        let mut filled = Self {
            cells: cells.collect(),
            last_year: HashMap::new(),
            beyond: HashMap::new(),
            troubles: HashMap::new(),
            form,
            row,
        };
        filled.read_beyond(db).await?;
        // What was filed is what others look at: what another return says since does not change it.
        if !filled.row.status.is_filed() {
            filled.compute();
        }
        Ok(filled)
    }

    async fn read_beyond(&mut self, db: &Db) -> AppResult<()> {
        let Some(period) = self.row.when() else {
            return Ok(());
        };
        let before = period.last_year().to_string();
        let last = store::values_of(db, self.row.dataset_id, &before, self.row.org_id).await?;
        let number = |(code, value): (String, Option<i64>)| Some((code, Number::from_raw(value?)));
        self.last_year = last.into_iter().filter_map(number).collect();
        let places = self.form.beyond();
        let mut others: BTreeSet<&str> = BTreeSet::new();
        for place in &places {
            match place {
                Place::Other(dataset, _) => {
                    others.insert(dataset);
                }
                Place::LastYear(code) => {
                    let value = self.last_year.get(code);
                    self.beyond.extend(value.map(|value| (place.clone(), *value)));
                }
                Place::Here(_) => {}
            }
        }
        for dataset in others {
            let Some((id, _)) = crate::datasets::store::by_code(db, dataset).await? else {
                continue;
            };
            let values = store::values_of(db, id, &self.row.period, self.row.org_id).await?;
            for (code, value) in values.into_iter().filter_map(number) {
                let place = Place::Other(dataset.to_owned(), code);
                if places.contains(&place) {
                    self.beyond.insert(place, value);
                }
            }
        }
        Ok(())
    }

    /// Values of all cells in the order of the form.
    #[must_use]
    pub fn values(&self) -> Vec<Option<Number>> {
        self.cells
            .iter()
            .map(|cell| cell.value.map(Number::from_raw))
            .collect()
    }

    /// Computes the formulas anew; cells whose value changed by it get a new hash and version.
    pub fn compute(&mut self) {
        let mut values = self.values();
        let beyond = |place: &Place| self.beyond.get(place).copied();
        let troubles = self.form.compute(&mut values, &beyond);
        self.troubles = troubles.into_iter().collect();
        for (cell, value) in self.cells.iter_mut().zip(values) {
            let value = value.map(Number::raw);
            if cell.origin == Origin::Formula && cell.value != value {
                cell.value = value;
                cell.hash = cell.content().hash(&cell.element);
                cell.version += 1;
            }
        }
    }

    /// What every check says.
    #[must_use]
    pub fn checks(&self) -> Vec<Checked> {
        let beyond = |place: &Place| self.beyond.get(place).copied();
        self.form.check(&self.values(), &beyond)
    }

    /// What stands in the way of filing, and what asks for an explanation.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let mut found = Vec::new();
        for (at, (element, cell)) in self.form.elements.iter().zip(&self.cells).enumerate() {
            let last = self.last_year.get(&element.code).copied();
            found.extend(issues::issue_of_cell(
                element,
                &cell.content(),
                last,
                (self.troubles.get(&at), model::automatic(element, self.row.how)),
            ));
        }
        let beyond = |place: &Place| self.beyond.get(place).copied();
        for (at, place) in self.form.waiting(&self.values(), &beyond) {
            found.extend(
                self.form
                    .elements
                    .get(at)
                    .map(|one| issues::issue_of_waiting(one, &place)),
            );
        }
        found.extend(self.checks().iter().filter_map(issues::issue_of_check));
        found
    }

    /// A cell with its element.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<(&Element, &CellRow)> {
        let at = self.form.place(code)?;
        Some((self.form.elements.get(at)?, self.cells.get(at)?))
    }
}

/// An empty cell as a new return has it.
#[must_use]
pub fn blank(element: &Element, how: How) -> CellRow {
    let mut cell = CellRow {
        element: element.code.clone(),
        machine: None,
        machine_note: String::new(),
        machine_at: None,
        value: None,
        origin: match model::automatic(element, how) {
            Some(Origin::Formula) => Origin::Formula,
            _ => Origin::Typed,
        },
        reason: String::new(),
        remark: String::new(),
        open: false,
        changed_by: None,
        changed_at: None,
        hash: String::new(),
        approved_hash: String::new(),
        version: 1,
    };
    cell.hash = cell.content().hash(&element.code);
    cell
}

/// What the machine says of a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// The value.
    pub value: Option<Number>,
    /// Why there is none, or not a whole one.
    pub note: String,
}

/// What the machine says of each cell of a form: metrics of the org, asked for all at once, and sums of the returns below.
///
/// # Errors
/// [`AppError::Unavailable`] when the database is.
pub async fn machine_values(
    ctx: &Ctx,
    db: &Db,
    metrics: &Measures,
    form: &Form,
    row: &ReturnRow,
) -> AppResult<Vec<Option<Machine>>> {
    let period = row.when().ok_or(AppError::NotFound)?;
    let mut values: Vec<Option<Machine>> = vec![None; form.elements.len()];
    let mut asks = Vec::new();
    let mut places = Vec::new();
    for (at, element) in form.elements.iter().enumerate() {
        if model::automatic(element, row.how) == Some(Origin::Machine)
            && let Some(ask) = ask_of(metrics, element, row.org_id, period)
        {
            asks.push(ask);
            places.push(at);
        }
    }
    let figures = metrics.figures(ctx, &asks).await?;
    for (at, figure) in places.into_iter().zip(figures) {
        let decimals = form.elements.get(at).map_or(0, |element| element.decimals);
        // A register that is empty says nothing; a ratio without a whole neither.
        let silent = matches!(figure.state, State::NotBegun);
        let machine = Machine {
            value: figure
                .number()
                .filter(|_| !silent)
                .and_then(|number| Number::from_f64(number, decimals)),
            note: figure.remark(),
        };
        if let Some(slot) = values.get_mut(at) {
            *slot = Some(machine);
        }
    }
    if row.how == How::Sum {
        add_sums(db, form, row, &mut values).await?;
    }
    Ok(values)
}

async fn add_sums(db: &Db, form: &Form, row: &ReturnRow, values: &mut [Option<Machine>]) -> AppResult<()> {
    let below = store::below(db, row.dataset_id, &row.period, row.org_id).await?;
    let approved: i64 = below
        .iter()
        .filter(|(status, _)| status.counts())
        .map(|(_, count)| count)
        .sum();
    let sums = store::sums(db, row.dataset_id, &row.period, row.org_id)
        .await?
        .into_iter();
    let sums: HashMap<String, (Option<i64>, i64)> =
        sums.map(|(code, sum, count)| (code, (sum, count))).collect();
    for (element, slot) in form.elements.iter().zip(values) {
        if model::automatic(element, row.how) != Some(Origin::Sum) {
            continue;
        }
        let (sum, count) = sums.get(&element.code).copied().unwrap_or((None, 0));
        *slot = Some(Machine {
            value: sum.map(Number::from_raw),
            note: match approved - count {
                _ if approved == 0 => "下级还没有审核通过的报表。".to_owned(),
                0 => format!("{approved} 个下级相加。"),
                missing => format!("{approved} 个下级里有 {missing} 个这一格没有数。"),
            },
        });
    }
    Ok(())
}

fn ask_of(metrics: &Measures, element: &Element, org: OrgId, period: Period) -> Option<Ask> {
    let Fill::Metric { id, slice } = &element.fill else {
        return None;
    };
    metrics.find(id)?;
    let slice = slice.as_ref().and_then(|slice| {
        let by = Dimension::from_code(&slice.by)?;
        Some(Slice(vec![(by, slice.key.clone())]))
    });
    Some(Ask {
        slice: slice.unwrap_or_default(),
        ..Ask::new(id, org, period)
    })
}

/// Puts what the machine says now into a cell: one that stands by itself follows, one that was typed against it stays.
/// Gives whether anything changed.
pub fn take_machine(
    cell: &mut CellRow,
    automatic: Option<Origin>,
    machine: &Machine,
    now: kernel::Instant,
) -> bool {
    let value = machine.value.map(Number::raw);
    let follows = matches!(cell.origin, Origin::Machine | Origin::Sum)
        || (cell.origin == Origin::Typed && cell.value.is_none())
        || cell.value == value;
    let before = (cell.machine, cell.machine_note.clone(), cell.value, cell.origin);
    cell.machine = value;
    cell.machine_note.clone_from(&machine.note);
    if follows {
        cell.value = value;
        cell.origin = automatic.filter(|_| value.is_some()).unwrap_or(Origin::Typed);
    } else if cell.origin == Origin::Typed && value.is_some() {
        cell.origin = Origin::Override;
    }
    let changed = before != (cell.machine, cell.machine_note.clone(), cell.value, cell.origin);
    cell.machine_at = Some(now);
    if changed {
        cell.hash = cell.content().hash(&cell.element);
        cell.version += 1;
    }
    changed
}
