//! A dataset made ready: its cells in order, formulas in the order of computing, checks compiled.

use super::definition::{Check, Definition, Element, Fill};
use crate::expression::{self, Answer, Expression, Place};
use crate::linear::Terms;
use crate::number::Number;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A dataset made ready to be filled.
#[derive(Debug)]
pub struct Form {
    /// The dataset.
    pub definition: Definition,
    /// Its cells in the order of the form.
    pub elements: Vec<Element>,
    by_code: HashMap<String, usize>,
    /// Formulas, each after those that it rests on: number of the cell and its expression.
    formulas: Vec<(usize, Expression)>,
    checks: Vec<(Check, Expression)>,
}

/// What a check says of a return.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not hold.
    Broken,
    /// Cells that it needs are empty.
    Waits(Vec<Place>),
    /// It cannot be computed; a sentence says why.
    Trouble(String),
}

/// A check with what it says of a return.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The check.
    pub check: Check,
    /// What it says.
    pub verdict: Verdict,
    /// Cells of the return that it speaks of.
    pub cells: Vec<String>,
}

/// Cells by their places with how often each is added, and whether their sum is known to be nothing, not only no less.
pub type FormSum = (Vec<(usize, i64)>, bool);

/// A fault of a dataset: where it is and what is wrong.
pub type Fault = (String, String);

impl Form {
    /// Makes a dataset ready.
    ///
    /// # Errors
    /// Every formula and check that cannot be understood, with its place.
    pub fn new(definition: Definition) -> Result<Self, Vec<Fault>> {
        let elements = definition.elements();
        let codes = elements.iter().enumerate();
        let by_code: HashMap<String, usize> = codes.map(|(at, one)| (one.code.clone(), at)).collect();
        let mut faults = Vec::new();
        let mut formulas = BTreeMap::new();
        for (at, element) in elements.iter().enumerate() {
            let Fill::Formula(text) = &element.fill else {
                continue;
            };
            match understood(text, &by_code) {
                Ok(one) if matches!(one.tried(), Answer::Number(_)) => {
                    formulas.insert(at, one);
                }
                Ok(one) => faults.push((element.code.clone(), wrong_kind(&one.tried(), "公式", "一个数"))),
                Err(sentence) => faults.push((element.code.clone(), sentence)),
            }
        }
        let mut checks = Vec::new();
        for check in &definition.checks {
            match understood(&check.rule, &by_code) {
                Ok(one) if matches!(one.tried(), Answer::Truth(_)) => checks.push((check.clone(), one)),
                Ok(one) => {
                    let sentence = wrong_kind(&one.tried(), "校验", "“是”或“否”，例如 a <= b");
                    faults.push((check.code.clone(), sentence));
                }
                Err(sentence) => faults.push((check.code.clone(), sentence)),
            }
        }
        let formulas = in_order(formulas, &elements, &by_code, &mut faults);
        if faults.is_empty() {
            Ok(Self {
                definition,
                elements,
                by_code,
                formulas,
                checks,
            })
        } else {
            Err(faults)
        }
    }

    /// The cell with this code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Element> {
        self.by_code.get(code).and_then(|at| self.elements.get(*at))
    }

    /// The place of a cell in the order of the form.
    #[must_use]
    pub fn place(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// Values of all formula cells, from the values of the others by their place in the form. A formula whose cells are
    /// empty has none; one that cannot be computed has none and a sentence.
    pub fn compute(
        &self,
        values: &mut [Option<Number>],
        beyond: &dyn Fn(&Place) -> Option<Number>,
    ) -> Vec<(usize, String)> {
        let mut troubles = Vec::new();
        for (at, formula) in &self.formulas {
            let known: &[Option<Number>] = values;
            let answer = formula.answer(&|place| self.value(place, known, beyond));
            let decimals = self.elements.get(*at).map_or(0, |element| element.decimals);
            let result = match answer {
                Answer::Number(number) => Number::from_f64(number, decimals),
                Answer::Trouble(sentence) => {
                    troubles.push((*at, sentence));
                    None
                }
                Answer::Waits(_) | Answer::Truth(_) => None,
            };
            if let Some(slot) = values.get_mut(*at) {
                *slot = result;
            }
        }
        troubles
    }

    /// Formulas that wait for a cell of another return of this period, with the first such cell.
    #[must_use]
    pub fn waiting(
        &self,
        values: &[Option<Number>],
        beyond: &dyn Fn(&Place) -> Option<Number>,
    ) -> Vec<(usize, Place)> {
        let waits = |(at, formula): &(usize, Expression)| {
            let Answer::Waits(places) = formula.answer(&|place| self.value(place, values, beyond)) else {
                return None;
            };
            let mut others = places
                .into_iter()
                .filter(|place| matches!(place, Place::Other(..)));
            others.next().map(|place| (*at, place))
        };
        self.formulas.iter().filter_map(waits).collect()
    }

    fn value(
        &self,
        place: &Place,
        values: &[Option<Number>],
        beyond: &dyn Fn(&Place) -> Option<Number>,
    ) -> Option<Number> {
        match place {
            Place::Here(code) => values.get(self.place(code)?).copied().flatten(),
            other => beyond(other),
        }
    }

    /// What every check says of these values.
    #[must_use]
    pub fn check(
        &self,
        values: &[Option<Number>],
        beyond: &dyn Fn(&Place) -> Option<Number>,
    ) -> Vec<Checked> {
        let say = |(check, expression): &(Check, Expression)| {
            let answer = expression.answer(&|place| self.value(place, values, beyond));
            let verdict = match answer {
                Answer::Truth(true) => Verdict::Holds,
                Answer::Truth(false) => Verdict::Broken,
                Answer::Waits(places) => Verdict::Waits(places),
                Answer::Trouble(sentence) => Verdict::Trouble(sentence),
                Answer::Number(_) => Verdict::Trouble("校验的结果不是“是”或“否”。".into()),
            };
            Checked {
                check: check.clone(),
                verdict,
                cells: expression.here().map(str::to_owned).collect(),
            }
        };
        self.checks.iter().map(say).collect()
    }

    /// What checks, and formulas with their own cells, say of sums of cells by their places in the form.
    #[must_use]
    pub fn sums(&self) -> Vec<FormSum> {
        let placed = |terms: &Terms| -> Vec<(usize, i64)> {
            let place = |(code, times): (&String, &i64)| Some((self.place(code)?, *times));
            terms.iter().filter_map(place).collect()
        };
        let checks = self.checks.iter().flat_map(|(_, rule)| rule.sums());
        let checks = checks.map(|sum| (placed(&sum.terms), sum.known));
        let formulas = self.formulas.iter().filter_map(|(at, formula)| {
            let mut terms = placed(&formula.added()?);
            terms.push((*at, -1));
            Some((terms, true))
        });
        checks.chain(formulas).collect()
    }

    /// Formulas that do more than add, by their places in the form, with the cells that they rest on.
    #[must_use]
    pub fn derived(&self) -> Vec<(usize, Vec<usize>)> {
        let derived = self
            .formulas
            .iter()
            .filter(|(_, formula)| formula.added().is_none());
        derived
            .map(|(at, formula)| (*at, formula.here().filter_map(|code| self.place(code)).collect()))
            .collect()
    }

    /// Whether a cell is a formula that divides.
    #[must_use]
    pub fn divides(&self, at: usize) -> bool {
        let mut formulas = self.formulas.iter();
        formulas.any(|(of, formula)| *of == at && formula.divides())
    }

    /// Cells of other returns that formulas and checks name.
    #[must_use]
    pub fn beyond(&self) -> BTreeSet<Place> {
        let formulas = self.formulas.iter().map(|(_, expression)| expression);
        let all = formulas.chain(self.checks.iter().map(|(_, expression)| expression));
        all.flat_map(|expression| expression.places().iter())
            .filter(|place| !matches!(place, Place::Here(_)))
            .cloned()
            .collect()
    }
}

/// Compiles an expression and looks for the cells that it names.
fn understood(text: &str, by_code: &HashMap<String, usize>) -> Result<Expression, String> {
    let compiled = expression::compile(text)?;
    for place in compiled.places() {
        match place {
            Place::Here(code) | Place::LastYear(code) if !by_code.contains_key(code) => {
                return Err(format!(
                    "没有“{code}”这一格。格的编号是 表_行_列，例如 T5_r1_people。"
                ));
            }
            _ => {}
        }
    }
    Ok(compiled)
}

fn wrong_kind(tried: &Answer, what: &str, wanted: &str) -> String {
    match tried {
        Answer::Trouble(sentence) => sentence.clone(),
        _ => format!("{what}算出来要是{wanted}。"),
    }
}

/// Formulas so that each comes after those that it rests on; what goes in a circle is a fault.
fn in_order(
    mut open: BTreeMap<usize, Expression>,
    elements: &[Element],
    by_code: &HashMap<String, usize>,
    faults: &mut Vec<Fault>,
) -> Vec<(usize, Expression)> {
    let mut ordered = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let rests_on_open = |expression: &Expression| {
            let mut named = expression.here().filter_map(|code| by_code.get(code));
            named.any(|at| open.contains_key(at))
        };
        let ready: Vec<usize> = open
            .iter()
            .filter(|(_, expression)| !rests_on_open(expression))
            .map(|(at, _)| *at)
            .collect();
        if ready.is_empty() {
            let circle = open.keys().filter_map(|at| elements.get(*at));
            for element in circle {
                let sentence = "这个公式绕了一圈又用到它自己，算不出来。请改掉其中一个公式。".to_owned();
                faults.push((element.code.clone(), sentence));
            }
            break;
        }
        for at in ready {
            ordered.extend(open.remove(&at).map(|expression| (at, expression)));
        }
    }
    ordered
}
