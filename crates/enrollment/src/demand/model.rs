//! Which classes would serve those who wait. No I/O.

use crate::seat_desk::conditions::clash;
use kernel::age::full_years;
use kernel::{Date, OrgId, PersonId, Point, Time};
use orgs::RoomId;
use orgs::rooms::Facility;
use std::cmp::Reverse;
use teaching::seats::Slot;
use teaching::sessions::clash::TRAVEL_MINUTES;

/// Most proposals for one course.
pub const MOST: usize = 3;
/// A figure below this is not shown to those who do not work with these people.
pub const SMALL: usize = 5;

/// Somebody who waits.
#[derive(Debug, Clone, Default)]
pub struct Waiter {
    /// Day of birth, if known.
    pub birth: Option<Date>,
    /// Where they live, if known.
    pub home: Option<Point>,
    /// Whether they may hold one more class of the term.
    pub may_hold: bool,
    /// When their own classes meet, by day and time.
    pub busy: Vec<Slot>,
}

/// A room.
#[derive(Debug, Clone)]
pub struct Room {
    /// Which.
    pub id: RoomId,
    /// Whose.
    pub org: OrgId,
    /// Seats.
    pub seats: i64,
    /// Whether one gets there without a step.
    pub step_free: bool,
    /// How well it suits the course.
    pub suits: Suits,
    /// Where it is, if known.
    pub place: Option<Point>,
    /// When it is taken, by day and time.
    pub busy: Vec<Slot>,
}

/// How well a room suits a course, the best first. A course does not say what it needs; the rooms in which it met do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suits {
    /// The course met here.
    Course,
    /// Others of its category met here.
    Category,
    /// It has what they have there, and nothing made for something else.
    Plain,
    /// It lacks that, or is made for something else.
    Other,
}

/// Facilities that make a room one for a certain kind of course.
const SPECIAL: [Facility; 5] = [
    Facility::Computers,
    Facility::Piano,
    Facility::DanceFloor,
    Facility::ArtTables,
    Facility::Kitchen,
];

/// Where the course and its category have met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// The course itself.
    Course,
    /// Others of the category.
    Category,
    /// Neither.
    Never,
}

/// How each room suits, by where the course or its category met and what the rooms hold. What every room has in which the
/// course met (or, where it never met, its category) is what the course needs, as far as it is made for certain courses.
#[must_use]
pub fn suits(rooms: &[(Met, Vec<Facility>)]) -> Vec<Suits> {
    let of = |met: Met| rooms.iter().filter(move |room| room.0 == met).map(|room| &room.1);
    let needed: Vec<Facility> = SPECIAL
        .into_iter()
        .filter(|facility| {
            let used = |met: Met| of(met).next().is_some();
            let all = |met: Met| of(met).all(|has| has.contains(facility));
            match used(Met::Course) {
                true => all(Met::Course),
                false => used(Met::Category) && all(Met::Category),
            }
        })
        .collect();
    let one = |(met, has): &(Met, Vec<Facility>)| {
        let lacks = needed.iter().any(|facility| !has.contains(facility));
        let other = has
            .iter()
            .any(|facility| SPECIAL.contains(facility) && !needed.contains(facility));
        match met {
            Met::Course => Suits::Course,
            Met::Category if !lacks => Suits::Category,
            Met::Never if !lacks && !other => Suits::Plain,
            Met::Category | Met::Never => Suits::Other,
        }
    };
    rooms.iter().map(one).collect()
}

/// A teacher who may teach the course.
#[derive(Debug, Clone)]
pub struct Teacher {
    /// Who.
    pub id: PersonId,
    /// For which orgs.
    pub orgs: Vec<OrgId>,
    /// When they teach, and where.
    pub busy: Vec<(Slot, OrgId)>,
}

/// A time in the week with the sessions that it makes.
#[derive(Debug, Clone)]
pub struct Hour {
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i64,
    /// When it starts.
    pub starts: Time,
    /// The first day on which a session may be.
    pub from: Date,
    /// The sessions, in order.
    pub slots: Vec<Slot>,
}

/// What the class must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Learners below which it is not held.
    pub minimum: i64,
    /// Seats that such a class has at most.
    pub most: i64,
    /// The share of those who could come for whom the room must have seats.
    pub room_percent: i64,
    /// Lowest age.
    pub age_min: Option<i64>,
    /// Highest age.
    pub age_max: Option<i64>,
}

/// A class that could be opened, by its places in the lists it was found from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// The time.
    pub hour: usize,
    /// The room.
    pub room: usize,
    /// The teacher.
    pub teacher: usize,
    /// Seats.
    pub seats: i64,
    /// Of those who wait, how many could come.
    pub fit: i64,
    /// How many cannot, because another class of theirs meets then.
    pub clash: i64,
    /// How many are not of age.
    pub age: i64,
    /// How many hold as many classes as they may.
    pub full: i64,
    /// Minutes on foot of the one in the middle of those whose home is known.
    pub walk: Option<u32>,
}

impl Proposal {
    /// How many would have a seat.
    #[must_use]
    pub fn served(&self) -> i64 {
        self.fit.min(self.seats)
    }
}

/// Whether somebody is of age on a day.
fn of_age(frame: &Frame, birth: Option<Date>, on: Date) -> bool {
    if frame.age_min.is_none() && frame.age_max.is_none() {
        return true;
    }
    let Some(age) = birth.and_then(|birth| full_years(birth, on)).map(i64::from) else {
        return false;
    };
    frame.age_min.is_none_or(|min| age >= min) && frame.age_max.is_none_or(|max| age <= max)
}

/// Who could come at an hour, by their place in the list.
fn who_fits(frame: &Frame, waiters: &[Waiter], hour: &Hour) -> (Vec<usize>, Proposal) {
    let mut counts = Proposal {
        hour: 0,
        room: 0,
        teacher: 0,
        seats: 0,
        fit: 0,
        clash: 0,
        age: 0,
        full: 0,
        walk: None,
    };
    let mut fits = Vec::new();
    let Some(first) = hour.slots.first() else {
        return (fits, counts);
    };
    for (at, waiter) in waiters.iter().enumerate() {
        if !of_age(frame, waiter.birth, first.day) {
            counts.age += 1;
        } else if !waiter.may_hold {
            counts.full += 1;
        } else if clash(&hour.slots, &waiter.busy).is_some() {
            counts.clash += 1;
        } else {
            counts.fit += 1;
            fits.push(at);
        }
    }
    (fits, counts)
}

/// Whether a teacher is free at all sessions of an hour at an org; between two orgs they need time for the way.
fn is_free(teacher: &Teacher, hour: &Hour, org: OrgId) -> bool {
    let close = |slot: &Slot, busy: &Slot, gap: i32| {
        slot.day == busy.day && slot.from < busy.to + gap && busy.from < slot.to + gap
    };
    let taken = |slot: &Slot| {
        teacher.busy.iter().any(|(busy, there)| {
            let gap = if *there == org {
                0
            } else {
                i32::from(TRAVEL_MINUTES)
            };
            close(slot, busy, gap)
        })
    };
    teacher.orgs.contains(&org) && !hour.slots.iter().any(taken)
}

/// Minutes on foot to a place of the one in the middle.
fn walk(waiters: &[Waiter], fits: &[usize], place: Option<Point>) -> Option<u32> {
    let place = place?;
    let homes = fits.iter().filter_map(|at| waiters.get(*at)?.home);
    let mut minutes: Vec<u32> = homes
        .map(|home| kernel::geo::walking_minutes(home.metres_to(place)))
        .collect();
    minutes.sort_unstable();
    minutes.get(minutes.len() / 2).copied()
}

/// Up to three classes, the best first, each at another time. Work is bounded by hours × (waiters + rooms + teachers).
#[must_use]
pub fn propose(
    frame: &Frame,
    waiters: &[Waiter],
    hours: &[Hour],
    rooms: &[Room],
    teachers: &[Teacher],
) -> Vec<Proposal> {
    let mut best: Vec<Proposal> = Vec::new();
    for (at, hour) in hours.iter().enumerate() {
        let (fits, counts) = who_fits(frame, waiters, hour);
        if hour.slots.is_empty() || counts.fit < frame.minimum.max(1) {
            continue;
        }
        let share = (counts.fit.min(frame.most) * frame.room_percent + 99) / 100;
        let found = rooms
            .iter()
            .enumerate()
            .filter(|(_, room)| room.seats >= share.max(frame.minimum))
            .filter(|(_, room)| clash(&hour.slots, &room.busy).is_none())
            .filter_map(|(number, room)| {
                let free = teachers
                    .iter()
                    .enumerate()
                    .filter(|(_, teacher)| is_free(teacher, hour, room.org));
                // Who teaches least has most time.
                let (teacher, _) = free.min_by_key(|(_, teacher)| teacher.busy.len())?;
                Some(Proposal {
                    hour: at,
                    room: number,
                    teacher,
                    seats: room.seats.min(frame.most),
                    walk: walk(waiters, &fits, room.place),
                    ..counts
                })
            })
            .min_by_key(|one| rank(one, rooms));
        best.extend(found);
    }
    best.sort_by_key(|one| rank(one, rooms));
    best.truncate(MOST);
    best
}

type Rank = (bool, Reverse<i64>, Suits, bool, u32, i64, usize);

/// A room that is not for something else first; then more served, a room where such classes met, no steps, a shorter way, a
/// room of the right size, an earlier hour.
fn rank(one: &Proposal, rooms: &[Room]) -> Rank {
    let (suits, steps, seats) = rooms.get(one.room).map_or((Suits::Other, true, 0), |room| {
        (room.suits, !room.step_free, room.seats)
    });
    (
        suits == Suits::Other,
        Reverse(one.served()),
        suits,
        steps,
        one.walk.unwrap_or(u32::MAX),
        seats - one.served(),
        one.hour,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;
    use proptest::prelude::*;

    const ORG: i64 = 1;

    fn slot(day: i64, from: i32) -> Slot {
        Slot {
            day: format!("2027-03-{day:02}").parse().unwrap(),
            from,
            to: from + 90,
        }
    }

    /// Two sessions, a week between.
    fn hour(weekday: i64, from: i32) -> Hour {
        Hour {
            weekday,
            starts: "09:00".parse().unwrap(),
            from: "2027-03-01".parse().unwrap(),
            slots: vec![slot(weekday, from), slot(weekday + 7, from)],
        }
    }

    fn room(id: i64, seats: i64) -> Room {
        Room {
            id: Id::from_raw(id),
            org: Id::from_raw(ORG),
            seats,
            step_free: true,
            suits: Suits::Plain,
            place: None,
            busy: Vec::new(),
        }
    }

    fn teacher(id: i64) -> Teacher {
        Teacher {
            id: Id::from_raw(id),
            orgs: vec![Id::from_raw(ORG)],
            busy: Vec::new(),
        }
    }

    fn waiters(count: usize) -> Vec<Waiter> {
        let one = Waiter {
            birth: Some("1960-01-01".parse().unwrap()),
            may_hold: true,
            ..Waiter::default()
        };
        vec![one; count]
    }

    const FRAME: Frame = Frame {
        minimum: 3,
        most: 20,
        room_percent: 50,
        age_min: None,
        age_max: None,
    };

    /// Served, and the places of room and teacher, of what is proposed.
    fn found(
        frame: &Frame,
        waiters: &[Waiter],
        hours: &[Hour],
        rooms: &[Room],
        teachers: &[Teacher],
    ) -> Vec<(i64, usize, usize, usize)> {
        propose(frame, waiters, hours, rooms, teachers)
            .iter()
            .map(|one| (one.served(), one.hour, one.room, one.teacher))
            .collect()
    }

    #[test]
    fn what_is_proposed() {
        let five = waiters(5);
        let monday = [hour(1, 540)];
        let good = ([room(1, 30)], [teacher(1)]);
        assert_eq!(found(&FRAME, &five, &monday, &good.0, &good.1), [(5, 0, 0, 0)]);
        assert_eq!(
            found(&FRAME, &waiters(2), &monday, &good.0, &good.1),
            [],
            "too few"
        );
        assert_eq!(found(&FRAME, &five, &[], &good.0, &good.1), [], "no hour");
        assert_eq!(found(&FRAME, &five, &monday, &[], &good.1), [], "no room");
        assert_eq!(found(&FRAME, &five, &monday, &good.0, &[]), [], "no teacher");
        // A room must seat the minimum, and half of those who could come.
        assert_eq!(found(&FRAME, &five, &monday, &[room(1, 2)], &good.1), []);
        assert_eq!(found(&FRAME, &waiters(10), &monday, &[room(1, 4)], &good.1), []);
        assert_eq!(
            found(&FRAME, &waiters(10), &monday, &[room(1, 5)], &good.1),
            [(5, 0, 0, 0)]
        );
        // The room that fits best of those that serve all.
        let rooms = [room(1, 30), room(2, 8), room(3, 4)];
        assert_eq!(found(&FRAME, &five, &monday, &rooms, &good.1), [(5, 0, 1, 0)]);
        // One without steps before one that fits better.
        let steps = Room {
            step_free: false,
            ..room(2, 8)
        };
        assert_eq!(
            found(&FRAME, &five, &monday, &[room(1, 30), steps], &good.1),
            [(5, 0, 0, 0)]
        );
        // Never more seats than such a class has.
        let most = Frame { most: 4, ..FRAME };
        assert_eq!(found(&most, &five, &monday, &good.0, &good.1), [(4, 0, 0, 0)]);
    }

    #[test]
    fn a_room_suits_by_what_it_holds_and_who_met_there() {
        use Facility::{ArtTables, DanceFloor, Piano, Projector, Sound};
        use Met::{Category, Course, Never};
        for (rooms, expected) in [
            (
                vec![
                    (Course, vec![ArtTables, Projector]),
                    (Category, vec![ArtTables]),
                    (Never, vec![ArtTables]),
                    (Never, vec![Projector]),
                    (Never, vec![Piano, Sound]),
                ],
                vec![
                    Suits::Course,
                    Suits::Category,
                    Suits::Plain,
                    Suits::Other,
                    Suits::Other,
                ],
            ),
            // Only the category met somewhere: what its rooms share is needed.
            (
                vec![
                    (Category, vec![DanceFloor, Sound]),
                    (Category, vec![DanceFloor]),
                    (Never, vec![Sound]),
                    (Never, vec![DanceFloor]),
                ],
                vec![Suits::Category, Suits::Category, Suits::Other, Suits::Plain],
            ),
            // The course met in a room without anything: nothing is needed, and a room for something else is the last.
            (
                vec![
                    (Course, vec![]),
                    (Category, vec![Piano]),
                    (Never, vec![Piano]),
                    (Never, vec![Sound]),
                ],
                vec![Suits::Course, Suits::Category, Suits::Other, Suits::Plain],
            ),
            // Nothing is known: every ordinary room does.
            (
                vec![(Never, vec![Projector]), (Never, vec![Piano])],
                vec![Suits::Plain, Suits::Other],
            ),
        ] {
            assert_eq!(suits(&rooms), expected, "{rooms:?}");
        }
    }

    #[test]
    fn a_room_for_something_else_comes_last_even_if_it_serves_more() {
        let piano = Room {
            suits: Suits::Other,
            ..room(1, 30)
        };
        let painted = Room {
            suits: Suits::Course,
            step_free: false,
            ..room(3, 6)
        };
        let (ten, monday, one) = (waiters(10), [hour(1, 540)], [teacher(1)]);
        for (rooms, expected) in [
            (vec![piano.clone(), room(2, 6)], (6, 0, 1, 0)),
            (vec![room(2, 6), painted.clone()], (6, 0, 1, 0)),
            (vec![room(2, 8), painted], (8, 0, 0, 0)),
            (vec![piano], (10, 0, 0, 0)),
        ] {
            assert_eq!(found(&FRAME, &ten, &monday, &rooms, &one), [expected]);
        }
    }

    #[test]
    fn what_is_taken_is_not_proposed() {
        let (five, hours) = (waiters(5), [hour(1, 540), hour(2, 540)]);
        let taken = slot(8, 600);
        let busy_room = Room {
            busy: vec![taken],
            ..room(1, 30)
        };
        assert_eq!(
            found(&FRAME, &five, &hours, &[busy_room], &[teacher(1)]),
            [(5, 1, 0, 0)]
        );
        let elsewhere = |org: i64, from: i32| Teacher {
            busy: vec![(slot(8, from), Id::from_raw(org))],
            ..teacher(1)
        };
        let rooms = [room(1, 30)];
        for (teacher, times) in [
            (elsewhere(ORG, 630), 2),
            // Half an hour for the way from another org.
            (elsewhere(2, 630), 1),
            (elsewhere(2, 660), 2),
            (elsewhere(ORG, 600), 1),
        ] {
            let all = found(&FRAME, &five, &hours, &rooms, std::slice::from_ref(&teacher));
            assert_eq!(all.len(), times, "{teacher:?}");
        }
        // A second teacher steps in, one of another org does not.
        let pair = [elsewhere(ORG, 600), teacher(2)];
        assert_eq!(found(&FRAME, &five, &hours, &rooms, &pair)[0], (5, 0, 0, 1));
        let other = Teacher {
            orgs: vec![Id::from_raw(9)],
            ..teacher(3)
        };
        assert_eq!(found(&FRAME, &five, &hours, &rooms, &[other]), []);
    }

    #[test]
    fn who_cannot_come_is_counted_by_why() {
        let mut people = waiters(7);
        people[0].busy = vec![slot(1, 600)];
        people[1].may_hold = false;
        people[2].birth = Some("1990-01-01".parse().unwrap());
        people[3].birth = None;
        let aged = Frame {
            age_min: Some(50),
            ..FRAME
        };
        let all = propose(&aged, &people, &[hour(1, 540)], &[room(1, 30)], &[teacher(1)]);
        let one = all.first().unwrap();
        assert_eq!((one.fit, one.clash, one.full, one.age), (3, 1, 1, 2));
    }

    #[test]
    fn the_hour_that_serves_most_comes_first_and_then_the_shorter_way() {
        let mut people = waiters(6);
        people[0].busy = vec![slot(1, 540)];
        let home = Point::from_degrees(121.38, 31.11);
        people.iter_mut().for_each(|one| one.home = home);
        let near = Room {
            place: home,
            ..room(1, 30)
        };
        let far = Room {
            place: Point::from_degrees(121.40, 31.11),
            ..room(2, 6)
        };
        let hours = [hour(1, 540), hour(2, 540)];
        let all = propose(&FRAME, &people, &hours, &[far, near], &[teacher(1)]);
        let told: Vec<_> = all.iter().map(|one| (one.hour, one.room, one.walk)).collect();
        assert_eq!(told, [(1, 1, Some(0)), (0, 1, Some(0))]);
    }

    proptest! {
        #[test]
        fn what_is_proposed_can_be_held(
            count in 0..40_usize,
            busy in prop::collection::vec((0..40_usize, 1..6_i64), 0..60),
            taken in prop::collection::vec((0..4_usize, 1..6_i64, 500..640_i32), 0..20),
            seats in prop::collection::vec(1..40_i64, 1..5),
            minimum in 1..12_i64,
        ) {
            let mut people = waiters(count);
            for (who, day) in busy {
                if let Some(one) = people.get_mut(who) {
                    one.busy.push(slot(day, 560));
                    one.busy.sort_unstable();
                    one.busy.dedup();
                }
            }
            let mut rooms: Vec<Room> = seats.iter().enumerate().map(|(at, seats)| room(at as i64, *seats)).collect();
            let mut teachers = vec![teacher(1), teacher(2)];
            for (which, day, from) in taken {
                if let Some(one) = rooms.get_mut(which) {
                    one.busy.push(slot(day, from));
                    one.busy.sort_unstable();
                } else if let Some(one) = teachers.get_mut(which % 2) {
                    one.busy.push((slot(day, from), Id::from_raw(ORG)));
                }
            }
            let hours: Vec<Hour> = (1..6).map(|day| hour(day, 540)).collect();
            let frame = Frame { minimum, ..FRAME };
            let all = propose(&frame, &people, &hours, &rooms, &teachers);
            prop_assert!(all.len() <= MOST);
            for one in &all {
                let (hour, room) = (&hours[one.hour], &rooms[one.room]);
                prop_assert!(one.fit >= minimum && one.seats >= minimum && one.seats <= room.seats && one.seats <= frame.most);
                prop_assert!(one.served() <= one.fit && one.served() <= one.seats);
                prop_assert_eq!(one.fit + one.clash + one.age + one.full, count as i64);
                prop_assert!(clash(&hour.slots, &room.busy).is_none());
                prop_assert!(is_free(&teachers[one.teacher], hour, room.org));
            }
            prop_assert!(all.is_sorted_by_key(|one| Reverse(one.served())));
            let mut times: Vec<usize> = all.iter().map(|one| one.hour).collect();
            times.sort_unstable();
            times.dedup();
            prop_assert_eq!(times.len(), all.len(), "each at another time");
        }
    }
}
