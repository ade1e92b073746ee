//! How far a task is, in percent. No I/O.

use super::days::Time;
use super::figures::StandingSource;
use super::model::TaskState;
use super::store::ReportRow;
use crate::PlanTaskId;
use std::collections::HashMap;

/// The reports that count for how far the tasks are: of one that returns every year those of this time.
#[must_use]
pub fn counted<'a>(times: &HashMap<PlanTaskId, Time>, reports: &'a [ReportRow]) -> Vec<&'a ReportRow> {
    let counts = |report: &&ReportRow| {
        let time = times.get(&report.task_id);
        time.is_some_and(|time| time.holds(report.reported_at.date()))
    };
    reports.iter().filter(counts).collect()
}

/// The percent that was reported last of each task; the newest report comes first.
#[must_use]
pub fn reported(reports: &[&ReportRow]) -> HashMap<PlanTaskId, i64> {
    let percents = reports.iter().rev();
    percents
        .filter_map(|report| Some((report.task_id, report.percent?)))
        .collect()
}

/// How far a task is, and what says so: what is done is; else its least target, if all are known; else what was reported last.
#[must_use]
pub fn of_task(
    state: TaskState,
    targets: &[Option<(i64, StandingSource)>],
    reported: Option<i64>,
) -> (i64, StandingSource) {
    if state == TaskState::Done {
        return (100, StandingSource::Nothing);
    }
    let known: Option<Vec<(i64, StandingSource)>> = targets.iter().copied().collect();
    let least = known
        .unwrap_or_default()
        .into_iter()
        .min_by_key(|(percent, _)| *percent);
    let Some((percent, source)) = least else {
        return reported.map_or((0, StandingSource::Nothing), |percent| {
            (percent, StandingSource::Typed)
        });
    };
    (percent.min(100), source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Date, Id, Instant, Time as Clock};

    #[test]
    fn a_task_is_as_far_as_its_least_target_or_its_last_report() {
        use StandingSource::{Metric, Nothing, Typed};
        use TaskState::{Carried, Done, Open};
        for (state, targets, reported, far) in [
            (Open, vec![], None, (0, Nothing)),
            (Open, vec![], Some(40), (40, Typed)),
            (
                Open,
                vec![Some((30, Metric)), Some((20, Typed))],
                Some(90),
                (20, Typed),
            ),
            (Open, vec![Some((30, Metric)), None], Some(90), (90, Typed)),
            (Open, vec![Some((30, Metric)), None], None, (0, Nothing)),
            (Open, vec![Some((130, Metric))], None, (100, Metric)),
            (Carried, vec![Some((30, Metric))], None, (30, Metric)),
            (Done, vec![Some((30, Metric))], Some(90), (100, Nothing)),
        ] {
            assert_eq!(
                of_task(state, &targets, reported),
                far,
                "{state:?} {targets:?} {reported:?}"
            );
        }
    }

    #[test]
    fn reports_of_an_earlier_time_do_not_count() {
        let report = |task: i64, day: Date, percent: Option<i64>| ReportRow {
            id: Id::from_raw(1),
            task_id: Id::from_raw(task),
            org_id: Id::from_raw(1),
            org_name: String::new(),
            org_path: String::new(),
            words: String::new(),
            percent,
            target_id: None,
            value_milli: None,
            file_name: String::new(),
            file_sha256: None,
            reported_at: Instant::of_china(day, Clock::midnight()),
        };
        let (old, new) = (Date::constant(2026, 11, 1), Date::constant(2027, 3, 1));
        let time = |begins| Time {
            days: (old, new),
            begins,
        };
        let times = [
            (Id::from_raw(1), time(None)),
            (Id::from_raw(2), time(Some(Date::constant(2027, 1, 1)))),
        ];
        let reports = [
            report(1, new, None),
            report(2, new, Some(60)),
            report(1, old, Some(50)),
            report(2, old, Some(90)),
            report(2, old, Some(10)),
        ];
        let counted = counted(&HashMap::from(times), &reports);
        assert_eq!(counted.len(), 3);
        let found = reported(&counted);
        assert_eq!((found[&Id::from_raw(1)], found[&Id::from_raw(2)]), (50, 60));
    }
}
