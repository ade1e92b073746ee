//! Formulas and checks: expressions in CEL over the cells of a return, bounded and with sentences for what goes wrong.
//!
//! A cell is named by its code (`T5_total_people`); `last.CODE` is the cell a year before, `of["DATASET"].CODE` the cell
//! of another return of the same org and period. Numbers are decimal, so `7 / 2` is 3.5; `same(a, b)` compares
//! to the last decimal place.

use crate::linear::{self, Sum, Terms};
use crate::number::Number;
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::objects::{Key, Map};
use cel::{Context, ExecutionError, Program, Value};
use kernel::bounded;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Letters of an expression.
pub const MOST_LETTERS: usize = 1_000;
/// Half of the last decimal place of a cell.
const NEARLY: f64 = 0.000_05;

/// Where a cell that an expression names stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In this return.
    Here(String),
    /// In the return of the year before.
    LastYear(String),
    /// In the return of another dataset: its code and the cell.
    Other(String, String),
}

impl Place {
    /// The cell as a person may find it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Here(code) => code.clone(),
            Self::LastYear(code) => format!("上年的 {code}"),
            Self::Other(dataset, code) => format!("报表 {dataset} 的 {code}"),
        }
    }
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    program: Program,
    places: BTreeSet<Place>,
}

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// These cells are empty, so it cannot be said yet.
    Waits(Vec<Place>),
    /// It cannot be computed; a sentence says why.
    Trouble(String),
}

/// Compiles an expression.
///
/// # Errors
/// A sentence that names what is wrong.
pub fn compile(text: &str) -> Result<Expression, String> {
    let text = bounded(text, 1, MOST_LETTERS, "算式")?;
    let program = Program::compile(&decimal(&text)).map_err(|_| {
        "算式读不懂。请检查括号、引号和运算符，例如 T5_r1_people <= T5_total_people。".to_owned()
    })?;
    let mut reader = Reader::default();
    reader.walk(&program.expression().expr)?;
    Ok(Expression {
        program,
        places: reader.places,
    })
}

impl Expression {
    /// The cells that it names.
    #[must_use]
    pub const fn places(&self) -> &BTreeSet<Place> {
        &self.places
    }

    /// The cells of the same return that it names.
    pub fn here(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(|place| match place {
            Place::Here(code) => Some(code.as_str()),
            _ => None,
        })
    }

    /// What it says of sums, where it is a check.
    #[must_use]
    pub fn sums(&self) -> Vec<Sum> {
        linear::sums(&self.program.expression().expr)
    }

    /// The cells that it adds up, where it is a formula that does nothing else with them.
    #[must_use]
    pub fn added(&self) -> Option<Terms> {
        linear::form(&self.program.expression().expr)
    }

    /// Whether it divides anywhere.
    #[must_use]
    pub fn divides(&self) -> bool {
        linear::divides(&self.program.expression().expr)
    }

    /// What it gives with these values; an empty cell gives nothing.
    #[must_use]
    pub fn answer(&self, value: &dyn Fn(&Place) -> Option<Number>) -> Answer {
        let mut known = BTreeMap::new();
        let mut empty = Vec::new();
        for place in &self.places {
            match value(place) {
                Some(number) => {
                    known.insert(place, number.to_f64());
                }
                None => empty.push(place.clone()),
            }
        }
        if !empty.is_empty() {
            return Answer::Waits(empty);
        }
        let context = context(&known);
        match divides_by_zero(self.program.expression(), &context) {
            Ok(true) => return Answer::Trouble("除数是 0，算不出来。请先核对除数那一格。".into()),
            Ok(false) => {}
            Err(error) => return Answer::Trouble(trouble(&error)),
        }
        match self.program.execute(&context) {
            Ok(Value::Bool(truth)) => Answer::Truth(truth),
            Ok(Value::Float(number)) if number.is_finite() => Answer::Number(number),
            Ok(Value::Float(_)) => Answer::Trouble("算出来的数太大，请核对各格的数。".into()),
            Ok(_) => Answer::Trouble("算式的结果不是数，也不是“是”或“否”。".into()),
            Err(error) => Answer::Trouble(trouble(&error)),
        }
    }

    /// What it gives when every cell holds one: tells whether it is a formula or a check.
    #[must_use]
    pub fn tried(&self) -> Answer {
        self.answer(&|_| Some(Number::from_raw(10_000)))
    }
}

fn trouble(error: &ExecutionError) -> String {
    match error {
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "除数是 0，算不出来。请先核对除数那一格。".into()
        }
        ExecutionError::UndeclaredReference(name) => format!("没有“{name}”这个算法或这一格。"),
        _ => "算不出来：数只能和数比较、加减乘除。".into(),
    }
}

fn context(known: &BTreeMap<&Place, f64>) -> Context<'static, 'static> {
    let mut context = Context::default();
    let mut last: HashMap<Key, Value> = HashMap::new();
    let mut others: BTreeMap<&str, HashMap<Key, Value>> = BTreeMap::new();
    let key = |text: &str| Key::String(Arc::new(text.to_owned()));
    for (place, number) in known {
        match place {
            Place::Here(code) => context.add_variable_from_value(code.as_str(), Value::Float(*number)),
            Place::LastYear(code) => {
                last.insert(key(code), Value::Float(*number));
            }
            Place::Other(dataset, code) => {
                let cells = others.entry(dataset.as_str()).or_default();
                cells.insert(key(code), Value::Float(*number));
            }
        }
    }
    let map = |map: HashMap<Key, Value>| Value::Map(Map { map: Arc::new(map) });
    context.add_variable_from_value("last", map(last));
    let others = others
        .into_iter()
        .map(|(dataset, cells)| (key(dataset), map(cells)));
    context.add_variable_from_value("of", map(others.collect()));
    // These names stand in no standard function, so that adding them cannot fail.
    let _ = context.add_function("same", |a: f64, b: f64| (a - b).abs() < NEARLY);
    let _ = context.add_function("abs", |a: f64| a.abs());
    context
}

/// Whether a division by zero would be carried out: only the branch that is taken counts.
fn divides_by_zero(expr: &IdedExpr, context: &Context<'_, '_>) -> Result<bool, ExecutionError> {
    let Expr::Call(call) = &expr.expr else {
        return Ok(false);
    };
    let truth = |at: usize| -> Result<bool, ExecutionError> {
        let found = call.args.get(at).map(|one| Value::resolve(one, context));
        Ok(matches!(found.transpose()?, Some(Value::Bool(true))))
    };
    let within = |at: usize| match call.args.get(at) {
        Some(one) => divides_by_zero(one, context),
        None => Ok(false),
    };
    match call.func_name.as_str() {
        "_?_:_" => Ok(within(0)? || within(if truth(0)? { 1 } else { 2 })?),
        "_&&_" => Ok(within(0)? || (truth(0)? && within(1)?)),
        "_||_" => Ok(within(0)? || (!truth(0)? && within(1)?)),
        name => {
            for at in 0..call.args.len() {
                if within(at)? {
                    return Ok(true);
                }
            }
            let by = call.args.get(1).filter(|_| name == "_/_");
            let by = by.map(|one| Value::resolve(one, context)).transpose()?;
            Ok(matches!(by, Some(Value::Float(number)) if number == 0.0))
        }
    }
}

/// Whole numbers become decimal ones, so that every number of an expression is of one kind.
fn decimal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let letters: Vec<char> = text.chars().collect();
    let mut quote = None;
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let in_name = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if quote.is_none() && letter.is_ascii_digit() && !in_name {
            let end = letters
                .iter()
                .skip(at)
                .position(|c| !c.is_ascii_digit())
                .map_or(letters.len(), |count| at + count);
            out.extend(letters.get(at..end).unwrap_or_default());
            let after = letters.get(end).copied();
            if !after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
                out.push_str(".0");
            }
            at = end;
            continue;
        }
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        out.push(letter);
        at += 1;
    }
    out
}

/// Collects the cells of an expression and refuses what would make its cost depend on data.
#[derive(Default)]
struct Reader {
    places: BTreeSet<Place>,
}

impl Reader {
    fn walk(&mut self, expr: &Expr) -> Result<(), String> {
        match expr {
            Expr::Comprehension(_) => {
                Err("算式里不能用逐个检查（all、exists、map、filter）。请把各格写出来。".into())
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => list.elements.iter().try_for_each(|one| self.walk(&one.expr)),
            Expr::Select(select) => self.select(&select.operand.expr, &select.field),
            Expr::Map(map) => map.entries.iter().try_for_each(|one| self.entry(&one.expr)),
            Expr::Struct(made) => made.entries.iter().try_for_each(|one| self.entry(&one.expr)),
            Expr::Ident(name) if matches!(name.as_str(), "last" | "of") => {
                Err("上年的格写成 last.编号，别的报表的格写成 of[\"报表编号\"].编号。".into())
            }
            Expr::Ident(name) => {
                self.places.insert(Place::Here(name.clone()));
                Ok(())
            }
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
        }
    }

    fn call(&mut self, call: &CallExpr) -> Result<(), String> {
        if let Some(target) = &call.target {
            self.walk(&target.expr)?;
        }
        call.args.iter().try_for_each(|one| self.walk(&one.expr))
    }

    fn select(&mut self, operand: &Expr, field: &str) -> Result<(), String> {
        match operand {
            Expr::Ident(name) if name == "last" => {
                self.places.insert(Place::LastYear(field.to_owned()));
                Ok(())
            }
            Expr::Call(call) if call.func_name == "_[_]" => {
                let of =
                    matches!(call.args.first().map(|one| &one.expr), Some(Expr::Ident(name)) if name == "of");
                match call.args.get(1).map(|one| &one.expr) {
                    Some(Expr::Literal(LiteralValue::String(dataset))) if of => {
                        let place = Place::Other(dataset.inner().to_owned(), field.to_owned());
                        self.places.insert(place);
                        Ok(())
                    }
                    _ => Err("别的报表的格写成 of[\"报表编号\"].编号。".into()),
                }
            }
            _ => Err(format!("“.{field}”前面要写 last 或 of[\"报表编号\"]。")),
        }
    }

    fn entry(&mut self, entry: &EntryExpr) -> Result<(), String> {
        match entry {
            EntryExpr::StructField(field) => self.walk(&field.value.expr),
            EntryExpr::MapEntry(entry) => {
                self.walk(&entry.key.expr)?;
                self.walk(&entry.value.expr)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, cells: &[(&str, f64)]) -> Answer {
        let known = |place: &Place| {
            let found = cells.iter().find(|(code, _)| *code == place.words());
            found.and_then(|(_, value)| Number::from_f64(*value, 4))
        };
        compile(text).unwrap().answer(&known)
    }

    #[test]
    fn expressions_give_numbers_and_answers() {
        let cells = [
            ("A", 7.0),
            ("B", 2.0),
            ("Z", 0.0),
            ("上年的 A", 5.0),
            ("报表 x-y 的 A", 7.0),
        ];
        for (text, answer) in [
            ("A + B", Answer::Number(9.0)),
            ("A / B", Answer::Number(3.5)),
            ("A / B * 100", Answer::Number(350.0)),
            ("(A - 2) / 10", Answer::Number(0.5)),
            ("A >= B && B > 0", Answer::Truth(true)),
            ("A == last.A + 2", Answer::Truth(true)),
            ("A == of[\"x-y\"].A", Answer::Truth(true)),
            ("same(0.1 + 0.2, 0.3)", Answer::Truth(true)),
            ("abs(B - A) < 6", Answer::Truth(true)),
            ("Z == 0 || A / Z > 1", Answer::Truth(true)),
            ("Z == 0 ? true : A / Z > 1", Answer::Truth(true)),
            ("Z > 0 && A / Z > 1", Answer::Truth(false)),
        ] {
            assert_eq!(asked(text, &cells), answer, "{text}");
        }
    }

    #[test]
    fn a_division_by_zero_and_an_empty_cell_are_told() {
        let cells = [("A", 7.0), ("Z", 0.0)];
        for text in ["A / Z > 1", "A / (Z * 2)", "Z != 0 ? true : A / Z > 1", "0 / Z"] {
            let Answer::Trouble(sentence) = asked(text, &cells) else {
                panic!("{text}");
            };
            assert!(sentence.contains("除数是 0"), "{text}: {sentence}");
        }
        assert_eq!(
            asked("A > B", &cells),
            Answer::Waits(vec![Place::Here("B".into())])
        );
        assert!(matches!(asked("A + 'x'", &cells), Answer::Trouble(_)));
        assert!(matches!(asked("rocket(A)", &cells), Answer::Trouble(_)));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for (text, sentence) in [
            ("", "请填写"),
            ("A +", "读不懂"),
            ("[A].all(x, x > 0)", "逐个检查"),
            ("last", "last.编号"),
            ("A.b", "前面要写"),
            ("of[A].b", "报表编号"),
        ] {
            let said = compile(text).unwrap_err();
            assert!(said.contains(sentence), "{text}: {said}");
        }
        assert!(compile(&"A + ".repeat(300)).is_err());
    }

    #[test]
    fn whole_numbers_become_decimal() {
        for (text, becomes) in [
            ("T1_r2 * 100", "T1_r2 * 100.0"),
            ("1.5 + 2", "1.5 + 2.0"),
            ("of[\"x-2024\"].A > 3", "of[\"x-2024\"].A > 3.0"),
            ("10", "10.0"),
        ] {
            assert_eq!(decimal(text), becomes);
        }
    }
}
