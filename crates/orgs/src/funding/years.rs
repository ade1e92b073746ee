//! The figures of a year: totals, growth, amounts per head, the match, and what is not as it should be. No I/O.

use super::model::{FundingLevel, PopulationKind};
use super::standards::{Demand, Standard};
use super::store::LevelSum;
use crate::population::Residents;
use kernel::Fen;

/// What an area or an institution has per head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerHead {
    /// By whom.
    pub population: PopulationKind,
    /// What public budgets give that is measured so.
    pub budgeted_fen: i64,
    /// How many there are, and at the end of which year.
    pub people: i64,
    /// At the end of this year.
    pub counted_in: i64,
    /// Fen for each, rounded.
    pub fen: i64,
}

/// How two levels stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchFigure {
    /// Who has to match.
    pub level: FundingLevel,
    /// Whom.
    pub against: FundingLevel,
    /// What the first gives for each 100 of the other, rounded down.
    pub hundredths: i64,
    /// Whether it is enough.
    pub met: bool,
}

impl MatchFigure {
    /// As people write it: `0.87 : 1`.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}.{:02} : 1",
            self.hundredths / 100,
            self.hundredths.rem_euclid(100)
        )
    }
}

/// The figures of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearFigures {
    /// The year.
    pub year: i64,
    /// All that was budgeted.
    pub budgeted_fen: i64,
    /// All that has been paid.
    pub paid_fen: i64,
    /// Growth of the budget over the year before in tenths of a percent.
    pub growth: Option<i64>,
    /// Per head, by population.
    pub per_head: Vec<PerHead>,
    /// The match that a standard asks for.
    pub matching: Option<MatchFigure>,
    /// Whom a standard asks to match, but who gave nothing.
    pub nothing_to_match: Option<FundingLevel>,
    /// What is not as it should be, in sentences.
    pub warnings: Vec<String>,
}

/// The figures of all years with lines, newest first (rules 3 to 5).
#[must_use]
pub fn figures(
    sums: &[LevelSum],
    residents: &[Residents],
    standards: &[Standard],
    this_year: i64,
) -> Vec<YearFigures> {
    let mut years: Vec<i64> = sums.iter().map(|sum| sum.year).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    let of = |year: i64| of_year(year, sums, residents, standards, this_year);
    years.into_iter().map(of).collect()
}

fn of_year(
    year: i64,
    sums: &[LevelSum],
    residents: &[Residents],
    standards: &[Standard],
    this_year: i64,
) -> YearFigures {
    let total = |year: i64| -> (i64, i64) {
        let of_year = sums.iter().filter(|sum| sum.year == year);
        of_year.fold((0, 0), |(budgeted, paid), sum| {
            (budgeted + sum.budgeted_fen, paid + sum.paid_fen)
        })
    };
    let (budgeted_fen, paid_fen) = total(year);
    let (before, _) = total(year - 1);
    let standards: Vec<&Standard> = standards.iter().filter(|one| one.begun_by(year)).collect();
    let mut figures = YearFigures {
        year,
        budgeted_fen,
        paid_fen,
        growth: tenths(budgeted_fen - before, before),
        per_head: Vec::new(),
        matching: None,
        nothing_to_match: None,
        warnings: Vec::new(),
    };
    if budgeted_fen < before {
        let rule = nearest(&standards, |demand| demand.not_below_last_year);
        let rule = rule.map_or_else(String::new, |one| format!("{}要求每年不低于上年。", one.cited()));
        figures.warnings.push(format!(
            "{year} 年预算 {}，比 {} 年的 {}少。{rule}",
            wan_text(budgeted_fen),
            year - 1,
            wan_text(before)
        ));
    }
    let of_year: Vec<&LevelSum> = sums.iter().filter(|sum| sum.year == year).collect();
    for population in PopulationKind::ALL {
        per_head(
            *population,
            &of_year,
            residents,
            &standards,
            this_year - 1,
            &mut figures,
        );
    }
    matching(&of_year, &standards, &mut figures);
    if year < this_year && paid_fen < budgeted_fen {
        let share = tenths(paid_fen, budgeted_fen).unwrap_or_default();
        figures.warnings.push(format!(
            "{year} 年预算 {}，只拨付了 {}，到位率 {}。",
            wan_text(budgeted_fen),
            wan_text(paid_fen),
            percent_text(share)
        ));
    }
    figures
}

/// Rule 4: of those that ask for this, the nearest jurisdiction's, there the latest.
fn nearest<'a>(standards: &[&'a Standard], asks: impl Fn(&Demand) -> bool) -> Option<&'a Standard> {
    let asking = standards.iter().filter(|one| asks(&one.demand));
    asking
        .max_by_key(|one| (one.depth, one.demand.from_date, one.id))
        .copied()
}

/// Rule 3.
fn per_head(
    population: PopulationKind,
    sums: &[&LevelSum],
    residents: &[Residents],
    standards: &[&Standard],
    last_ended: i64,
    figures: &mut YearFigures,
) {
    let given = |payer: Option<FundingLevel>| -> i64 {
        let counted = sums.iter().filter(|sum| {
            sum.population == population && payer.map_or(sum.level.is_public(), |level| sum.level == level)
        });
        counted.map(|sum| sum.budgeted_fen).sum()
    };
    let base = residents
        .iter()
        .filter(|known| known.year <= figures.year.min(last_ended));
    let Some(base) = base.max_by_key(|known| known.year) else {
        return;
    };
    let people = population.of(base);
    let budgeted_fen = given(None);
    let standard = nearest(standards, |demand| {
        demand.population == population && demand.amount_fen.is_some()
    });
    let speaks = standard.is_some() || sums.iter().any(|sum| sum.population == population);
    if people <= 0 || !speaks {
        return;
    }
    figures.per_head.push(PerHead {
        population,
        budgeted_fen,
        people,
        counted_in: base.year,
        fen: rounded(budgeted_fen, people),
    });
    let Some((standard, least)) = standard.and_then(|one| Some((one, one.demand.amount_fen?))) else {
        return;
    };
    let counted = given(standard.demand.payer);
    if counted < least * people {
        figures.warnings.push(format!(
            "{} 年{}按{}人均 {}，低于{}的 {}，还差 {}。",
            figures.year,
            standard.demand.payer.map_or("各级财政", FundingLevel::label),
            population.label(),
            Fen(rounded(counted, people)).yuan_text(),
            standard.cited(),
            Fen(least).yuan_text(),
            wan_text(least * people - counted)
        ));
    }
}

fn matching(sums: &[&LevelSum], standards: &[&Standard], figures: &mut YearFigures) {
    let standard = nearest(standards, |demand| demand.matching.is_some());
    let Some((standard, rule)) = standard.and_then(|one| Some((one, one.demand.matching?))) else {
        return;
    };
    let given = |level: FundingLevel| -> i64 {
        let counted = sums.iter().filter(|sum| sum.level == level);
        counted.map(|sum| sum.budgeted_fen).sum()
    };
    let (own, other) = (given(rule.level), given(rule.against));
    if other <= 0 {
        figures.nothing_to_match = Some(rule.against);
        return;
    }
    let met = i128::from(own) * i128::from(rule.den) >= i128::from(other) * i128::from(rule.num);
    let figure = MatchFigure {
        level: rule.level,
        against: rule.against,
        hundredths: i64::try_from(i128::from(own) * 100 / i128::from(other)).unwrap_or(i64::MAX),
        met,
    };
    if !met {
        figures.warnings.push(format!(
            "{} 年{}安排 {}，{}安排 {}，配套是 {}。{}要求 {} : {}。",
            figures.year,
            rule.level.label(),
            wan_text(own),
            rule.against.label(),
            wan_text(other),
            figure.text(),
            standard.cited(),
            rule.num,
            rule.den
        ));
    }
    figures.matching = Some(figure);
}

fn rounded(amount: i64, people: i64) -> i64 {
    (2 * amount + people) / (2 * people)
}

/// A part of a whole in tenths of a percent; `None` without a whole.
fn tenths(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    i64::try_from(i128::from(part) * 1_000 / i128::from(whole)).ok()
}

/// Tenths of a percent as text: `93.2 %`.
#[must_use]
pub fn percent_text(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let tenths = tenths.unsigned_abs();
    format!("{sign}{}.{} %", tenths / 10, tenths % 10)
}

/// An amount in ten thousands of yuan, for tables and sentences: `123.45 万元`, rounded to a hundred yuan.
#[must_use]
pub fn wan_text(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let hundredths = (fen.unsigned_abs() + 5_000) / 10_000;
    format!("{sign}{}.{:02} 万元", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::super::standards::Matching;
    use super::*;
    use kernel::{Date, Id};

    fn sum(year: i64, level: FundingLevel, population: PopulationKind, wan: i64, paid: i64) -> LevelSum {
        LevelSum {
            year,
            level,
            population,
            budgeted_fen: wan * 1_000_000,
            paid_fen: paid * 1_000_000,
        }
    }

    fn standard(depth: usize, from: (i16, i64), change: fn(&mut Demand)) -> Standard {
        let mut demand = Demand {
            from_date: Date::constant(2024, 1, 1),
            amount_fen: None,
            population: PopulationKind::Residents,
            payer: None,
            not_below_last_year: false,
            matching: None,
            document: "西政办〔2024〕4号".into(),
            basis: crate::facts::Basis::Official,
            words: String::new(),
        };
        demand.from_date = Date::new(from.0, 1, 1).unwrap();
        change(&mut demand);
        Standard {
            id: Id::from_raw(from.1),
            org: "西湖区".into(),
            org_id: Id::from_raw(1),
            depth,
            demand,
            reason: String::new(),
            version: 1,
        }
    }

    fn people(year: i64, residents: i64, elders: i64) -> Residents {
        Residents {
            year,
            residents,
            elders,
        }
    }

    #[test]
    fn a_year_is_measured_by_the_residents_at_the_last_end_of_a_year() {
        use PopulationKind::{Elders, Residents};
        let sums = [
            sum(2026, FundingLevel::Street, Residents, 20, 5),
            sum(2026, FundingLevel::District, Residents, 25, 25),
            sum(2026, FundingLevel::Society, Residents, 90, 90),
            sum(2026, FundingLevel::District, Elders, 3, 3),
            sum(2025, FundingLevel::Street, Residents, 100, 100),
        ];
        let known = [
            people(2026, 1, 1),
            people(2024, 100_000, 30_000),
            people(2023, 5, 5),
        ];
        let all = figures(&sums, &known, &[], 2026);
        assert_eq!(all.iter().map(|year| year.year).collect::<Vec<_>>(), [2026, 2025]);
        let year = &all[0];
        assert_eq!((year.budgeted_fen, year.paid_fen), (138_000_000, 123_000_000));
        assert_eq!(year.growth, Some(380));
        let heads: Vec<_> = year
            .per_head
            .iter()
            .map(|one| (one.people, one.counted_in, one.fen))
            .collect();
        assert_eq!(heads, [(100_000, 2024, 450), (30_000, 2024, 100)]);
        assert!(
            year.warnings.is_empty() && year.matching.is_none(),
            "{:?}",
            year.warnings
        );
    }

    #[test]
    fn what_falls_short_is_said_with_its_document() {
        use PopulationKind::Residents;
        let sums = [
            sum(2026, FundingLevel::Street, Residents, 20, 0),
            sum(2026, FundingLevel::District, Residents, 25, 0),
            sum(2025, FundingLevel::Street, Residents, 50, 48),
        ];
        let known = [people(2025, 300_000, 1)];
        let standards = [
            standard(3, (2024, 1), |demand| {
                demand.matching = Some(Matching {
                    level: FundingLevel::Street,
                    against: FundingLevel::District,
                    num: 1,
                    den: 1,
                });
                demand.not_below_last_year = true;
            }),
            standard(2, (2010, 2), |demand| demand.amount_fen = Some(200)),
        ];
        let all = figures(&sums, &known, &standards, 2026);
        assert_eq!(
            all[0].warnings,
            [
                "2026 年预算 45.00 万元，比 2025 年的 50.00 万元少。西湖区（西政办〔2024〕4号）要求每年不低于上年。",
                "2026 年各级财政按常住人口人均 1.50 元，低于西湖区（西政办〔2024〕4号）的 2 元，还差 15.00 万元。",
                "2026 年街镇安排 20.00 万元，区级安排 25.00 万元，配套是 0.80 : 1。西湖区（西政办〔2024〕4号）要求 1 : 1。",
            ]
        );
        assert_eq!(
            all[1].warnings,
            [
                "2025 年各级财政按常住人口人均 1.67 元，低于西湖区（西政办〔2024〕4号）的 2 元，还差 10.00 万元。",
                "2025 年预算 50.00 万元，只拨付了 48.00 万元，到位率 96.0 %。",
            ]
        );
        assert_eq!(
            all[1].per_head[0].counted_in, 2025,
            "a year that is over has its own people"
        );
    }

    #[test]
    fn what_is_asked_and_not_given_at_all_is_said_too() {
        let sums = [sum(2026, FundingLevel::Street, PopulationKind::Elders, 20, 0)];
        let standards = [
            standard(3, (2024, 1), |demand| {
                demand.matching = Some(Matching {
                    level: FundingLevel::Street,
                    against: FundingLevel::District,
                    num: 1,
                    den: 1,
                });
            }),
            standard(2, (2010, 2), |demand| demand.amount_fen = Some(200)),
        ];
        let all = figures(&sums, &[people(2025, 300_000, 60_000)], &standards, 2026);
        assert_eq!(all[0].nothing_to_match, Some(FundingLevel::District));
        assert_eq!(
            all[0].warnings,
            ["2026 年各级财政按常住人口人均 0 元，低于西湖区（西政办〔2024〕4号）的 2 元，还差 60.00 万元。"]
        );
    }

    #[test]
    fn the_nearest_and_then_the_latest_standard_counts() {
        let amount = |demand: &Demand| demand.amount_fen.is_some();
        let standards = [
            standard(1, (2025, 1), |demand| demand.amount_fen = Some(100)),
            standard(2, (2010, 2), |demand| demand.amount_fen = Some(200)),
            standard(2, (2020, 3), |demand| demand.amount_fen = Some(250)),
            standard(2, (2026, 4), |demand| demand.amount_fen = Some(300)),
            standard(3, (2024, 5), |demand| demand.not_below_last_year = true),
        ];
        for (year, found) in [(2009, None), (2019, Some(2)), (2025, Some(3)), (2026, Some(4))] {
            let begun: Vec<&Standard> = standards.iter().filter(|one| one.begun_by(year)).collect();
            let id = nearest(&begun, amount).map(|one| one.id.raw());
            assert_eq!(id, found, "{year}");
        }
    }

    #[test]
    fn amounts_are_rounded_for_people() {
        for (fen, text) in [
            (0, "0.00 万元"),
            (4_999, "0.00 万元"),
            (5_000, "0.01 万元"),
            (-12_345_678, "-12.35 万元"),
        ] {
            assert_eq!(wan_text(fen), text);
        }
        assert_eq!(
            (percent_text(-5), percent_text(1_000)),
            ("-0.5 %".to_owned(), "100.0 %".to_owned())
        );
        assert_eq!((tenths(1, 0), rounded(5, 2), rounded(4, 3)), (None, 3, 1));
    }
}
