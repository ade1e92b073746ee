//! The demo: a believable learning city of made-up people on real areas, built in one transaction.
//!
//! 闵行 stands at its true size, 青浦 and 西湖 at about a sixth: districts, streets and neighbourhoods are official
//! (`data/regions`), everything else is invented (`data/demo`). Three terms: the one before, the one of today, the next.
//! Rules that hold in it: counts of a class agree with its enrolments; nobody has two classes at one time, more than
//! three in a term, or one against its age rule; no room and no teacher is given out twice; a class has no more
//! seats than its room. A round of the senior university is open, and closes some days later: its classes have no seats
//! taken, and its signups are each of other people. The same day gives the same demo, whatever the machine.
//!
//! Start reading at [`build`]. Events: demo.built, demo.tokens.

mod absences;
mod accounts;
mod audition;
mod classes;
mod courses;
mod declarations;
mod draw;
mod eligibility;
mod enrollments;
mod fees;
mod first_come;
mod load;
pub(crate) mod meetings;
mod orgs;
mod people;
mod plans;
mod records;
mod regions;
mod registers;
pub(crate) mod returns;
mod rounds;
mod sites;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod transfers;
mod trials;

use draw::{moment, plus};
use kernel::calendar::on_or_after;
use kernel::{Date, Instant, PersonId, Season, TermName, Weekday};
use platform::{AppError, AppResult, Ctx, Event, Platform};
use std::sync::Arc;

/// The password of every account of the demo.
pub const DEMO_PASSWORD: &str = "xuequan-demo-2026";
/// The telephone that the demo's pages offer for help. No number in China begins so.
pub const HELP_PHONE: &str = "021-00000000";
/// Classes a learner may be in, in one term.
const CLASS_LIMIT: u8 = 3;
/// Attendance that completes a class, in percent.
const PASS_PERCENT: i64 = 70;

/// How much to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Three districts at the size described above.
    Full,
    /// One street of one district, for tests.
    Small,
}

/// Somebody whom a visitor of the demo can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// What the button says: the role, in Chinese.
    pub role: String,
    /// Sign-in name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The person.
    pub person: PersonId,
}

/// What was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoReport {
    /// Who can sign in, with [`DEMO_PASSWORD`].
    pub sign_ins: Vec<SignIn>,
    /// Areas and institutions.
    pub orgs: usize,
    /// Learners, teachers and staff.
    pub people: usize,
    /// Classes of the three terms.
    pub classes: usize,
    /// Enrolments, past ones included.
    pub enrollments: usize,
    /// Marks of presence.
    pub attendance: usize,
    /// Outcomes in archives, each with its certificate and its hours.
    pub outcomes: usize,
}

/// One term of the demo.
struct Plan {
    name: String,
    starts_on: Date,
    ends_on: Date,
    opens: Instant,
    closes: Instant,
    /// Day of enrolment's opening.
    opened_on: Date,
}

/// The days that everything in the demo hangs on.
struct Days {
    today: Date,
    /// Day of the oldest rows.
    founded: Date,
    opened_at: Instant,
    /// The term before, the term of today, the next.
    seasons: [Plan; 3],
}

impl Days {
    fn of(today: Date) -> Self {
        let current = match today.month() {
            3..=8 => (today.year(), Season::Spring),
            9.. => (today.year(), Season::Autumn),
            _ => (today.year() - 1, Season::Autumn),
        };
        let founded = plus(today, -700);
        let mut seasons = [before(current), current, after(current)].map(plan);
        // The next term is being enrolled for on every day of the demo.
        if let Some(next) = seasons.last_mut() {
            next.opened_on = plus(today, -14);
            next.opens = moment(next.opened_on, 9, 0);
            next.closes = next.closes.max(moment(plus(today, 10), 17, 0));
        }
        Self {
            today,
            founded,
            opened_at: moment(founded, 9, 0),
            seasons,
        }
    }
}

fn before((year, season): (i16, Season)) -> (i16, Season) {
    match season {
        Season::Autumn => (year, Season::Spring),
        _ => (year - 1, Season::Autumn),
    }
}

fn after((year, season): (i16, Season)) -> (i16, Season) {
    match season {
        Season::Autumn => (year + 1, Season::Spring),
        _ => (year, Season::Autumn),
    }
}

/// A term begins on the first Monday of March or September and lasts 19 weeks.
fn plan((year, season): (i16, Season)) -> Plan {
    let month = if season == Season::Autumn { 9 } else { 3 };
    let first = Date::new(year, month, 1).unwrap_or_default();
    let starts_on = on_or_after(first, Weekday::Monday).unwrap_or(first);
    let opened_on = plus(starts_on, -60);
    Plan {
        name: TermName { year, season }.to_string(),
        starts_on,
        ends_on: plus(starts_on, 19 * 7 - 1),
        opens: moment(opened_on, 9, 0),
        closes: moment(plus(starts_on, -3), 17, 0),
        opened_on,
    }
}

/// Fills an empty installation with the whole demo as of `today`.
///
/// # Errors
/// [`AppError::Refused`] when the installation holds organisations already; as [`platform::Tx::commit`].
pub async fn build(platform: &Arc<Platform>, today: Date) -> AppResult<DemoReport> {
    build_scaled(platform, today, Scale::Full).await
}

/// As [`build`], at a chosen scale.
///
/// # Errors
/// As [`build`].
pub async fn build_scaled(platform: &Arc<Platform>, today: Date, scale: Scale) -> AppResult<DemoReport> {
    let ctx = Ctx::system(platform, "demo");
    let tx = ctx.begin().await?;
    let filled: Option<i64> = tx
        .query_opt("SELECT id FROM org ORDER BY id LIMIT 1", &[])
        .await?;
    if filled.is_some() {
        return Err(AppError::refused(
            "not_empty",
            "这个数据库里已经有机构，演示数据只能装进空的数据库。请换一个数据库。",
        ));
    }
    let days = Days::of(today);
    let world = World::plan(scale, &days);
    let report = world.write(&tx, platform, &days).await?;
    let root = world.regions.areas.first().map_or(0, |area| area.id);
    let event = Event::new("demo.built", "org", kernel::OrgId::from_raw(root)).data(serde_json::json!({
        "today": today.to_string(),
        "people": report.people,
        "classes": report.classes,
        "enrollments": report.enrollments,
    }));
    tx.commit(vec![event]).await?;
    platform.db.gather_statistics().await?;
    Ok(report)
}

/// Makes API tokens for `count` learners aged 50 to 75, those with the fewest classes first; gives person and token.
///
/// # Errors
/// As [`platform::Tx::commit`].
pub async fn tokens(platform: &Arc<Platform>, count: usize) -> AppResult<Vec<(PersonId, String)>> {
    accounts::tokens(&Ctx::system(platform, "demo"), count).await
}

/// Everything that was decided, before any of it is written.
struct World {
    regions: regions::Regions,
    orgs: orgs::Institutions,
    people: people::People,
    library: courses::Library,
    classes: Vec<classes::Class>,
    seats: Vec<enrollments::Seat>,
    round: Option<rounds::Round>,
    audition: Option<rounds::Round>,
    /// Classes given by rounds by first come.
    windowed: Vec<usize>,
    home: Option<usize>,
    /// The class that asks for a course to be finished first.
    stricter: Option<eligibility::Stricter>,
}

impl World {
    fn plan(scale: Scale, days: &Days) -> Self {
        let regions = regions::read(scale, days);
        let orgs = orgs::plan(&regions, scale, days);
        let people = people::plan(&regions, &orgs, scale, days);
        let library = courses::plan(&orgs, days);
        let mut classes = classes::plan(&regions, &orgs, &people, &library, days);
        let home = classes::home_school(&regions, &orgs);
        let drawn = rounds::choose(&orgs, &mut classes);
        let heard = drawn.as_ref().map(|(org, _)| *org);
        let heard = heard.and_then(|org| audition::choose(org, &mut classes));
        let stricter = eligibility::choose(home, &library, &classes);
        let mut seats = enrollments::plan(&orgs, &people, (home, stricter), &mut classes, days);
        declarations::keep(home, &people, &classes, &mut seats);
        let round = drawn.and_then(|drawn| rounds::plan(drawn, &people, &classes, &seats, days));
        let audition =
            heard.and_then(|class| audition::plan((class, round.as_ref()), &people, &classes, &seats, days));
        let windowed = match &round {
            Some(round) => first_come::open(round.org(), &mut classes, days),
            None => Vec::new(),
        };
        Self {
            regions,
            orgs,
            people,
            library,
            classes,
            seats,
            round,
            audition,
            windowed,
            home,
            stricter,
        }
    }

    /// Writes all tables in the order in which their rows point to each other.
    async fn write(&self, tx: &platform::Tx, platform: &Platform, days: &Days) -> AppResult<DemoReport> {
        let load = load::Load::new(tx);
        regions::write(&load, &self.regions, days).await?;
        orgs::write(&load, &self.regions, &self.orgs, days).await?;
        sites::write(&load, &self.regions, days).await?;
        registers::write(&load, &self.regions, &self.orgs, days).await?;
        people::write(
            &load,
            &platform.keys,
            (&self.regions, &self.orgs),
            &self.people,
            days,
        )
        .await?;
        courses::write(&load, &self.orgs, &self.people, &self.library, days).await?;
        let filled = enrollments::Filled {
            links: classes::Links {
                orgs: &self.orgs,
                people: &self.people,
                library: &self.library,
                days,
            },
            classes: &self.classes,
            seats: &self.seats,
            home: self.home,
        };
        classes::write(&load, &filled.links, &self.classes).await?;
        enrollments::write(&load, &filled).await?;
        fees::write(&load, &filled).await?;
        eligibility::write(&load, &filled, self.stricter).await?;
        declarations::write(&load, &platform.keys, &filled, days).await?;
        transfers::write(&load, &filled).await?;
        trials::write(&load, &filled).await?;
        absences::write(&load, &filled).await?;
        enrollments::write_attendance(&load, &filled).await?;
        if let Some(round) = &self.round {
            rounds::write(&load, &filled, round).await?;
            first_come::write(&load, &filled, (round.org(), &self.windowed), days).await?;
        }
        if let Some(audition) = &self.audition {
            audition::write(&load, &filled, audition).await?;
        }
        plans::write(&load, &filled, &self.regions).await?;
        let outcomes = records::write(&load, &filled).await?;
        let sign_ins = accounts::write(&load, &filled, &self.regions).await?;
        Ok(DemoReport {
            sign_ins,
            orgs: self.regions.areas.len() + self.orgs.all.len(),
            people: self.people.all.len(),
            classes: self.classes.len(),
            enrollments: self.seats.len(),
            attendance: self.seats.iter().map(|seat| seat.marks.len()).sum(),
            outcomes,
        })
    }
}
