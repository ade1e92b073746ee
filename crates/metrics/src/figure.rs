//! A figure: the value of a metric for an org and a period, or why there is none.

use kernel::{Date, Instant, OrgId};

use crate::{Metric, Period};

/// Whether a figure is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Known whole.
    Known,
    /// Counted, but the first data are of this day, after the period's beginning.
    Partial {
        /// First day with data.
        from: Date,
    },
    /// There is no data for the period: the first are of this day, or there are none at all.
    NoData {
        /// First day with data.
        from: Option<Date>,
    },
    /// The period has not begun.
    NotBegun,
    /// The org did not stand yet, or is not known.
    NoOrg,
    /// A ratio of nothing.
    NoWhole,
    /// Counted by month, but asked for other days.
    NotByDay,
}

/// The value of a metric for an org and a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Whether it is known.
    pub state: State,
    /// What was counted; the part of a ratio. In the smallest unit ([`Metric::scale`]).
    pub part: Option<i64>,
    /// Whether there was nothing at all to count: a 0 then says that nobody has entered anything yet.
    pub empty: bool,
    /// The whole of a ratio.
    pub whole: Option<i64>,
    /// 100 for per cent and so on; 1 for what is no ratio.
    pub per: i64,
    /// What the part is divided by for the screen.
    pub scale: i64,
    /// Places after the point.
    pub decimals: usize,
    /// Unit.
    pub unit: &'static str,
    /// When it was counted.
    pub as_of: Instant,
    /// The day of whose tree it speaks.
    pub tree_on: Date,
}

impl Figure {
    /// The value as a number, where there is one.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "figures stay far below 2^52")]
    pub fn number(&self) -> Option<f64> {
        if !matches!(self.state, State::Known | State::Partial { .. }) {
            return None;
        }
        let part = self.part? as f64 / self.scale as f64;
        match self.whole {
            Some(0) => None,
            Some(whole) => Some(part * self.per as f64 / whole as f64),
            None => Some(part),
        }
    }

    /// The value for reading, without its unit: `1,234`, `68.3`; `—` where there is none.
    #[must_use]
    pub fn text(&self) -> String {
        self.number()
            .map_or_else(|| "—".to_owned(), |number| grouped(number, self.decimals))
    }

    /// The value as a point of a chart: a whole number of its last place after the point.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "figures stay far below 2^52; the cast saturates"
    )]
    pub fn point(&self) -> Option<i64> {
        let places = 10_i64.pow(u32::try_from(self.decimals).unwrap_or(0)) as f64;
        self.number().map(|number| (number * places).round() as i64)
    }

    /// The value with its unit: `1,234 人`, `68.3 %`.
    #[must_use]
    pub fn with_unit(&self) -> String {
        match (self.number(), self.unit) {
            (None, _) | (_, "") => self.text(),
            (Some(_), unit) => format!("{} {unit}", self.text()),
        }
    }

    /// Why there is no value or not a whole one; empty when there is nothing to say.
    #[must_use]
    pub fn remark(&self) -> String {
        match self.state {
            State::Known => String::new(),
            State::Partial { from } => format!("系统里的数据从{}开始，这个时间段不完整。", chinese(from)),
            State::NoData { from: Some(from) } => {
                format!("系统里的数据从{}开始，更早的没有。", chinese(from))
            }
            State::NoData { from: None } => "还没有数据。".to_owned(),
            State::NotBegun => "这个时间段还没有开始。".to_owned(),
            State::NoOrg => "这个机构当时还没有设立。".to_owned(),
            State::NoWhole => "分母是零，没有可比的数。".to_owned(),
            State::NotByDay => "这个指标按月统计，请选择整月、季度、半年、年或学年。".to_owned(),
        }
    }
}

fn chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A number with commas between thousands.
#[must_use]
pub fn grouped(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::with_capacity(text.len() + 4);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if rest.is_empty() {
        format!("{sign}{out}")
    } else {
        format!("{sign}{out}.{rest}")
    }
}

/// The page of a metric for an org and a period, with the rows behind the figure.
#[must_use]
pub fn link(metric: &str, org: OrgId, period: Period) -> String {
    format!("/desk/metrics/{metric}?org={org}&period={period}")
}

impl Metric {
    /// A figure without a value.
    #[must_use]
    pub fn without(&self, state: State, as_of: Instant, tree_on: Date) -> Figure {
        Figure {
            state,
            part: None,
            empty: false,
            whole: None,
            per: 1,
            scale: self.scale,
            decimals: self.decimals,
            unit: self.unit,
            as_of,
            tree_on,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(state: State, part: i64, whole: Option<i64>, per: i64, decimals: usize) -> Figure {
        Figure {
            state,
            part: Some(part),
            empty: false,
            whole,
            per,
            scale: 1,
            decimals,
            unit: "%",
            as_of: Instant::from_millis(0),
            tree_on: Date::constant(2026, 9, 1),
        }
    }

    #[test]
    fn figures_read_as_people_write_them() {
        for (part, whole, per, decimals, text) in [
            (0, None, 1, 0, "0"),
            (1_234, None, 1, 0, "1,234"),
            (12_345_678, None, 1, 0, "12,345,678"),
            (-1_234, None, 1, 0, "-1,234"),
            (2, Some(3), 100, 1, "66.7"),
            (5, Some(100_000), 10_000, 2, "0.50"),
            (7, Some(0), 100, 1, "—"),
        ] {
            assert_eq!(figure(State::Known, part, whole, per, decimals).text(), text);
        }
        assert_eq!(figure(State::Known, 1, Some(2), 100, 1).with_unit(), "50.0 %");
        assert_eq!(
            figure(State::Known, 45, Some(1_000_000), 10_000, 2).point(),
            Some(45)
        );
        assert_eq!(figure(State::NotBegun, 45, None, 1, 2).point(), None);
        assert_eq!(figure(State::NotBegun, 1, None, 1, 0).with_unit(), "—");
    }

    #[test]
    fn every_state_without_a_value_says_why() {
        for state in [
            State::NoData { from: None },
            State::NotBegun,
            State::NoOrg,
            State::NoWhole,
            State::NotByDay,
        ] {
            let figure = figure(state, 1, None, 1, 0);
            assert_eq!(figure.number(), None, "{state:?}");
            assert!(!figure.remark().is_empty(), "{state:?}");
        }
        assert!(figure(State::Known, 1, None, 1, 0).remark().is_empty());
    }
}
