//! What an expression says of sums: equations and bounds between cells, read from its syntax. No I/O.

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators as op};
use std::collections::BTreeMap;

/// Cells with how often each is added.
pub type Terms = BTreeMap<String, i64>;

/// That some cells, each so often, add up to nothing or to no less than it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The cells with how often each is added; taken away where less than nothing.
    pub terms: Terms,
    /// Whether the sum is known: otherwise it is only known to be no less than nothing.
    pub known: bool,
}

/// What a check says of sums; parts of it that speak of something else are left out.
#[must_use]
pub fn sums(expr: &Expr) -> Vec<Sum> {
    let Expr::Call(call) = expr else {
        return Vec::new();
    };
    let both = |more: bool, known: bool| {
        let (left, right) = (argument(call, 0), argument(call, 1));
        let (mut terms, other) = left.and_then(form).zip(right.and_then(form))?;
        add(&mut terms, &other, -1);
        if !more {
            terms.values_mut().for_each(|times| *times = -*times);
        }
        Some(Sum { terms, known })
    };
    match call.func_name.as_str() {
        op::LOGICAL_AND => {
            let parts = [argument(call, 0), argument(call, 1)];
            parts.into_iter().flatten().flat_map(sums).collect()
        }
        op::EQUALS | "same" => both(true, true).into_iter().collect(),
        op::GREATER_EQUALS | op::GREATER => both(true, false).into_iter().collect(),
        op::LESS_EQUALS | op::LESS => both(false, false).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The cells that a formula adds up; `None` where it does anything else with them, such as dividing.
#[must_use]
pub fn form(expr: &Expr) -> Option<Terms> {
    match expr {
        Expr::Ident(name) => Some(Terms::from([(name.clone(), 1)])),
        // What is added besides cells is known to everybody.
        Expr::Literal(LiteralValue::Double(_)) => Some(Terms::new()),
        Expr::Call(call) => of_call(call),
        _ => None,
    }
}

/// Whether an expression divides anywhere: then it counts nobody.
#[must_use]
pub fn divides(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else {
        return false;
    };
    let inside = call.target.as_deref().into_iter().chain(&call.args);
    call.func_name == op::DIVIDE || inside.into_iter().any(|one| divides(&one.expr))
}

fn of_call(call: &CallExpr) -> Option<Terms> {
    let first = argument(call, 0);
    match call.func_name.as_str() {
        op::NEGATE => {
            let mut terms = Terms::new();
            add(&mut terms, &form(first?)?, -1);
            Some(terms)
        }
        name @ (op::ADD | op::SUBSTRACT) => {
            let mut terms = form(first?)?;
            add(
                &mut terms,
                &form(argument(call, 1)?)?,
                if name == op::ADD { 1 } else { -1 },
            );
            Some(terms)
        }
        op::MULTIPLY => {
            let (one, other) = (first?, argument(call, 1)?);
            let (times, of) = whole(one)
                .map(|times| (times, other))
                .or(whole(other).map(|times| (times, one)))?;
            let mut terms = Terms::new();
            add(&mut terms, &form(of)?, times);
            Some(terms)
        }
        _ => None,
    }
}

fn argument(call: &CallExpr, at: usize) -> Option<&Expr> {
    call.args.get(at).map(|one| &one.expr)
}

/// A whole number that stands in an expression.
#[allow(clippy::cast_possible_truncation, reason = "bounded before it is cast")]
fn whole(expr: &Expr) -> Option<i64> {
    let Expr::Literal(LiteralValue::Double(number)) = expr else {
        return None;
    };
    let number = *number.inner();
    (number.fract() == 0.0 && number.abs() < 1e6).then_some(number as i64)
}

fn add(terms: &mut Terms, more: &Terms, times: i64) {
    for (code, often) in more {
        let slot = terms.entry(code.clone()).or_default();
        *slot = slot.saturating_add(often.saturating_mul(times));
    }
    terms.retain(|_, often| *often != 0);
}

#[cfg(test)]
mod tests {
    use crate::expression::compile;

    #[test]
    fn checks_say_what_adds_up() {
        type Case = (&'static str, &'static [(&'static [(&'static str, i64)], bool)]);
        let cases: [Case; 9] = [
            ("A == B + C", &[(&[("A", 1), ("B", -1), ("C", -1)], true)]),
            ("same(A, B + C)", &[(&[("A", 1), ("B", -1), ("C", -1)], true)]),
            ("B + C <= A", &[(&[("A", 1), ("B", -1), ("C", -1)], false)]),
            ("A > B", &[(&[("A", 1), ("B", -1)], false)]),
            ("A - (B - C) == 0", &[(&[("A", 1), ("B", -1), ("C", 1)], true)]),
            ("A == 2 * B + 3", &[(&[("A", 1), ("B", -2)], true)]),
            (
                "A <= B && C == D",
                &[(&[("A", -1), ("B", 1)], false), (&[("C", 1), ("D", -1)], true)],
            ),
            ("A / B < 2", &[]),
            ("last.A == 0 || A / last.A < 2", &[]),
        ];
        for (text, expected) in cases {
            let found = compile(text).unwrap().sums();
            let found: Vec<(Vec<(&str, i64)>, bool)> = found
                .iter()
                .map(|sum| {
                    (
                        sum.terms
                            .iter()
                            .map(|(code, times)| (code.as_str(), *times))
                            .collect(),
                        sum.known,
                    )
                })
                .collect();
            let expected: Vec<(Vec<(&str, i64)>, bool)> = expected
                .iter()
                .map(|(terms, known)| (terms.to_vec(), *known))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_formula_adds_or_does_not() {
        for (text, adds) in [
            ("A + B - C", true),
            ("A", true),
            ("A / B", false),
            ("A + last.A", false),
        ] {
            assert_eq!(compile(text).unwrap().added().is_some(), adds, "{text}");
        }
    }
}
