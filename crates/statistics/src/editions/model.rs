//! Rules of editions: which figures of persons everybody reads. No I/O.

use crate::datasets::definition::{Element, Fill, How};
use crate::datasets::form::Form;
use crate::number::Number;
use platform::{AppError, AppResult};
use std::collections::HashMap;

/// Below this a number of persons that no metric counts is not published; a metric says its own.
pub const SMALL_CELL: i64 = 5;

/// What everybody reads of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The figure.
    Figure,
    /// That it is less than this, and not nothing.
    Small(i64),
    /// Nothing: it would give another one away.
    Guard,
}

/// Rule 1: an edition is made of what was summed up; what a single office filed is not published.
///
/// # Errors
/// [`AppError::Refused`] with the door.
pub fn may_freeze(how: How) -> AppResult<()> {
    match how {
        How::Sum => Ok(()),
        How::Fill => Err(AppError::refused_with_door(
            "not_a_sum",
            "年度版由汇总表来定，这一份是一个机构自己填的，不对外公布。请到上级的汇总表里定。",
            "统计填报",
            "/desk/returns",
        )),
    }
}

/// Below which value a figure tells of single persons; 0 when it speaks of none. `small_cell` says it of a metric.
#[must_use]
pub fn limit(element: &Element, small_cell: &dyn Fn(&str) -> Option<i64>) -> i64 {
    let of_metric = match &element.fill {
        Fill::Metric { id, .. } => small_cell(id),
        Fill::Typed | Fill::Formula(_) => None,
    };
    // An average number of persons has decimals, and is none of persons.
    let persons = element.unit == "人" && element.decimals == 0;
    of_metric.unwrap_or(if persons { SMALL_CELL } else { 0 })
}

/// Whether a value is one of few persons.
#[must_use]
pub fn is_small(value: Number, limit: i64) -> bool {
    let few = Number::from_raw(limit.saturating_mul(Number::ONE));
    value > Number::from_raw(0) && value < few
}

/// Rule 4: what is said of each figure, from its value and its limit. Small ones are hidden; where the form relates three or
/// more figures of persons to each other, as parts and their sum, one that is hidden alone takes the smallest other along.
#[must_use]
pub fn protect(figures: &[(Option<Number>, i64)], related: &[Vec<usize>]) -> Vec<Said> {
    let say = |(value, limit): &(Option<Number>, i64)| {
        let small = value.is_some_and(|value| is_small(value, *limit));
        if small { Said::Small(*limit) } else { Said::Figure }
    };
    let mut said: Vec<Said> = figures.iter().map(say).collect();
    let nothing = Number::from_raw(0);
    let value = |at: &usize| figures.get(*at).and_then(|(value, _)| *value).unwrap_or(nothing);
    let of_persons = |at: &&usize| figures.get(**at).is_some_and(|(_, limit)| *limit > 0);
    let groups: Vec<Vec<usize>> = related
        .iter()
        .map(|group| group.iter().filter(of_persons).copied().collect())
        .filter(|group: &Vec<usize>| group.len() > 2)
        .collect();
    // Each round hides one more at least, so there are no more rounds than figures.
    loop {
        let alone = groups.iter().find_map(|group| {
            let (open, hidden): (Vec<usize>, Vec<usize>) =
                group.iter().partition(|at| said.get(**at) == Some(&Said::Figure));
            let open = open.into_iter().filter(|at| value(at) > nothing);
            (hidden.len() == 1).then(|| open.min_by_key(value)).flatten()
        });
        match alone.and_then(|at| said.get_mut(at)) {
            Some(one) => *one = Said::Guard,
            None => return said,
        }
    }
}

/// What is said of each figure of a form with these values.
#[must_use]
pub fn said(
    form: &Form,
    values: &HashMap<&str, Option<i64>>,
    small_cell: &dyn Fn(&str) -> Option<i64>,
) -> HashMap<String, Said> {
    let figures: Vec<(Option<Number>, i64)> = form
        .elements
        .iter()
        .map(|element| {
            let value = values.get(element.code.as_str()).copied().flatten();
            (value.map(Number::from_raw), limit(element, small_cell))
        })
        .collect();
    let said = protect(&figures, &form.related());
    let codes = form.elements.iter().map(|element| element.code.clone());
    codes.zip(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_persons_are_hidden_with_one_more_where_it_would_tell() {
        use Said::{Figure as F, Guard as G, Small};
        const S: Said = Small(5);
        // Women, men, all; then what the form says of them.
        type Case = (&'static str, Vec<i64>, i64, Vec<Vec<usize>>, Vec<Said>);
        let sum = || vec![vec![0, 1, 2]];
        let cases: Vec<Case> = vec![
            ("enough", vec![20, 40, 60], 5, sum(), vec![F, F, F]),
            ("few", vec![3, 57, 60], 5, sum(), vec![S, G, F]),
            ("none", vec![0, 60, 60], 5, sum(), vec![F, F, F]),
            ("at the limit", vec![5, 55, 60], 5, sum(), vec![F, F, F]),
            ("both", vec![4, 3, 7], 5, sum(), vec![S, S, F]),
            ("all of one", vec![3, 0, 3], 5, sum(), vec![S, F, S]),
            (
                "nothing relates them",
                vec![3, 57, 60],
                5,
                vec![vec![0, 2]],
                vec![S, F, F],
            ),
            ("no persons", vec![3, 57, 60], 0, sum(), vec![F, F, F]),
            (
                "from sum to sum",
                vec![3, 57, 60, 100, 160],
                5,
                vec![vec![1, 3, 4], vec![0, 1, 2]],
                vec![S, G, F, G, F],
            ),
        ];
        for (what, values, limit, related, expected) in cases {
            let figures: Vec<(Option<Number>, i64)> = values
                .iter()
                .map(|value| (Some(Number::from_raw(value * Number::ONE)), limit))
                .collect();
            assert_eq!(protect(&figures, &related), expected, "{what}");
        }
        assert_eq!(protect(&[(None, 5)], &[]), [F], "what is empty hides nothing");
    }

    #[test]
    fn what_a_single_office_filed_is_no_edition() {
        assert!(may_freeze(How::Sum).is_ok());
        assert!(may_freeze(How::Fill).is_err());
    }
}
