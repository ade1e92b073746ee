//! Why the desk says no: a stable code for programs, a sentence and the next door for people.

use crate::rounds::model::Audience;
use crate::{EnrollmentId, RoundId};
use kernel::chinese_date::{date_text, moment_text, short_weekday_text};
use kernel::{Date, Instant};
use platform::{AppError, Door};
use teaching::seats::Slot;

/// Why an ask was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such class for the public.
    NoClass,
    /// There is no such person.
    NoPerson,
    /// Enrolment has not begun.
    NotOpenYet {
        /// When it begins.
        opens: Instant,
    },
    /// Enrolment is over.
    Closed {
        /// When it ended; `None` when the class itself is closed.
        at: Option<Instant>,
    },
    /// The class has an age rule and the day of birth is not known.
    BirthUnknown,
    /// Younger than the class allows.
    TooYoung {
        /// Full years on that day.
        age: i64,
        /// Lowest age.
        min: i64,
        /// Day of the first session.
        on: Date,
    },
    /// Older than the class allows.
    TooOld {
        /// Full years on that day.
        age: i64,
        /// Highest age.
        max: i64,
        /// Day of the first session.
        on: Date,
    },
    /// Holds as many classes of the term as allowed.
    TooManyClasses {
        /// How many are allowed.
        limit: i64,
    },
    /// Waits for as many classes of the term as allowed.
    TooManyWaits {
        /// How many are allowed.
        limit: i64,
    },
    /// Meets at the same time as a class the person holds.
    TimeClash {
        /// The other enrolment.
        enrollment: EnrollmentId,
        /// Name of the other class.
        name: String,
        /// When they meet.
        slot: Slot,
    },
    /// The class was cancelled.
    ClassCancelled {
        /// Its name.
        name: String,
    },
    /// No seat is left, and the person has not said that they will wait.
    Full {
        /// How many wait already.
        ahead: i64,
        /// Seats that are left, where they are too few for all who come together.
        left: i64,
        /// Seats kept for who comes to the counter or telephones.
        counter: i64,
    },
    /// Seats of the class are given by a draw that is not over.
    InDraw {
        /// The round.
        round: RoundId,
    },
    /// The round that takes this person opens later.
    OwnRoundLater {
        /// Whom that round takes.
        audience: Audience,
        /// When it opens.
        opens: Instant,
    },
    /// None of the class's rounds takes this person.
    NotMeant {
        /// Whom the round that is open or comes next takes.
        audience: Audience,
    },
    /// The round stands still for a while.
    Paused {
        /// Why, in the school's words.
        note: String,
    },
    /// Papers must be signed before the seat is paid.
    PapersOwed {
        /// The enrolment.
        enrollment: EnrollmentId,
        /// How many.
        papers: usize,
    },
    /// A rule that the school has written.
    Rule {
        /// Which.
        rule: crate::EligibilityRuleId,
        /// Its version.
        version: i64,
        /// Why, in the school's words.
        words: String,
        /// What the next door says.
        label: String,
        /// Where it leads.
        href: String,
    },
    /// The time to pay for the seat is over.
    HoldOver,
    /// The time to accept a seat is over.
    OfferOver {
        /// Where.
        class: teaching::ClassId,
    },
    /// There is nothing to accept: no seat is offered.
    NothingOffered,
    /// There is nothing to pay: no seat is kept yet.
    NothingDue,
    /// The same key came with another request.
    KeyReused,
    /// It is about somebody who comes along.
    OfCompanion {
        /// Which of them, from 1.
        number: usize,
        /// What is.
        because: Box<Refusal>,
    },
}

impl Refusal {
    /// Stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoClass | Self::NoPerson => "not_found",
            Self::NotOpenYet { .. } => "not_open_yet",
            Self::Closed { .. } => "closed",
            Self::BirthUnknown => "birth_unknown",
            Self::TooYoung { .. } => "too_young",
            Self::TooOld { .. } => "too_old",
            Self::TooManyClasses { .. } => "too_many_classes",
            Self::TooManyWaits { .. } => "too_many_waits",
            Self::TimeClash { .. } => "time_clash",
            Self::ClassCancelled { .. } => "class_cancelled",
            Self::Full { .. } => "class_full",
            Self::InDraw { .. } => "in_draw",
            Self::OwnRoundLater { .. } => "own_round_later",
            Self::NotMeant { .. } => "not_meant",
            Self::Paused { .. } => "paused",
            Self::PapersOwed { .. } => "papers_owed",
            Self::Rule { .. } => "rule",
            Self::HoldOver => "hold_over",
            Self::OfferOver { .. } => "offer_over",
            Self::NothingOffered => "nothing_offered",
            Self::NothingDue => "nothing_due",
            Self::KeyReused => "idempotency_key_reused",
            Self::OfCompanion { because, .. } => because.code(),
        }
    }

    /// No seat for one person, and none kept for the counter.
    #[must_use]
    pub const fn full(ahead: i64) -> Self {
        Self::Full {
            ahead,
            left: 0,
            counter: 0,
        }
    }

    /// The refusal as one about the person with this number: 0 is who asks, the others come along. What is about the
    /// class is about nobody.
    #[must_use]
    pub fn about(self, number: usize) -> Self {
        let of_class = matches!(
            self,
            Self::NoClass
                | Self::NotOpenYet { .. }
                | Self::Closed { .. }
                | Self::ClassCancelled { .. }
                | Self::Full { .. }
                | Self::InDraw { .. }
                | Self::Paused { .. }
        );
        if number == 0 || of_class {
            return self;
        }
        Self::OfCompanion {
            number,
            because: Box::new(self),
        }
    }

    /// The sentence for the person.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NoClass | Self::NoPerson => AppError::NotFound.sentence(),
            Self::NotOpenYet { opens } => format!(
                "报名还没开始，{} 开始。到时候再来，或先看看已经开始报名的班。",
                moment_text(*opens)
            ),
            Self::Closed { at: Some(at) } => format!(
                "报名已在 {} 截止。可以看看还在报名的班，或打电话问学校能不能补报。",
                moment_text(*at)
            ),
            Self::Closed { at: None } => "这个班已经结束，不再报名。可以看看还在报名的班。".into(),
            Self::BirthUnknown => {
                "这个班有年龄要求，但我们还没有登记出生日期。请到学校柜台或打电话登记，再来报名。".into()
            }
            Self::TooYoung { age, min, on } => format!(
                "这个班要满 {min} 岁。按开课那天（{}）算是 {age} 岁，还差 {} 岁。可以看看 {age} 岁能报的班。",
                date_text(*on),
                min - age
            ),
            Self::TooOld { age, max, on } => too_old(*age, *max, *on),
            Self::TooManyClasses { limit } => {
                format!("这个班所在的学期，每人最多报 {limit} 个班，已经报满了。只算同一个学期的班，别处另外排的学期不算。想换成这个班，请先在“我的学习”里取消一个。")
            }
            Self::TooManyWaits { limit } => format!(
                "这个班已满，而这个班所在的学期，每人最多在 {limit} 个班排候补，已经排满了。只算同一个学期的班。可以看看还有名额的班，或先取消一个候补。"
            ),
            Self::TimeClash { name, slot, .. } => clash(name, *slot),
            Self::ClassCancelled { name } => format!("“{name}”已停课，不再报名。可以看看附近还有名额的班。"),
            Self::Full { ahead, left, counter } => full(*ahead, *left, *counter),
            Self::InDraw { .. } => {
                "这个班先收申请，再按批次给名额，不按先来后到。请在报名批次里填报名申请；结果公布后没满的，再直接报名。".into()
            }
            Self::OwnRoundLater { audience, opens } => format!(
                "还没轮到您报这个班。这一批是您的：{}，{} 开始。到时候再来。",
                audience.label(),
                moment_text(*opens)
            ),
            Self::NotMeant { audience } => format!(
                "这个班现在不收您这一批：{}。可以看看别的班，或打电话问学校什么时候补招。",
                audience.label()
            ),
            Self::Paused { note } => format!("学校暂停了这一批报名：{note}。名额都留着，恢复后再报，不用守着。"),
            Self::PapersOwed { papers, .. } => {
                format!("还差 {papers} 份材料没有签，签好才能交费。请看“我的材料”：网上能签，或带身份证到柜台签。")
            }
            Self::Rule { words, version, .. } => format!("规则：{words}（第 {version} 版）"),
            Self::HoldOver => "交费的时间已过，名额没有再留。想上这个班，请重新报名；多交的钱会退还。".into(),
            Self::OfferOver { .. } => {
                "接受名额的时间已过，名额没有再留。还想上这个班，可以重新排候补，从最后排起；以前学期候补没轮到的签数不变。".into()
            }
            Self::NothingOffered => "还没有轮到名额，现在没有要接受的。轮到了会马上告诉您。".into(),
            Self::NothingDue => "还没有轮到名额，现在不用交费。轮到了会马上告诉您。".into(),
            Self::KeyReused => "这个 Idempotency-Key 已用于另一个请求。请换一个新的，再发一次。".into(),
            Self::OfCompanion { number, because } => {
                format!("第 {number} 位同行人：{}", because.sentence())
            }
        }
    }

    /// The next doors.
    #[must_use]
    pub fn doors(&self) -> Vec<Door> {
        let seats = || door("看还有名额的班", "/classes?open=yes&seats=yes");
        match self {
            Self::TooManyClasses { .. } | Self::TooManyWaits { .. } => {
                vec![door("看我的学习", "/me"), seats()]
            }
            Self::TimeClash { enrollment, name, .. } => vec![
                door(
                    &format!("看“{name}”的报名"),
                    &format!("/me/enrollments/{enrollment}"),
                ),
                seats(),
            ],
            Self::PapersOwed { .. } => vec![door("看我的材料", "/me/papers")],
            Self::Rule { label, href, .. } => vec![door(label, href), seats()],
            Self::InDraw { round } => vec![door("看这个报名批次", &format!("/rounds/{round}")), seats()],
            Self::OfferOver { class } => vec![
                door("重新排这个班的候补", &format!("/classes/{class}/enroll")),
                seats(),
            ],
            Self::KeyReused => Vec::new(),
            Self::TooYoung { age, .. } | Self::TooOld { age, .. } => vec![of_age(*age), seats()],
            // The companion's own enrolments are not for who asks; their age stands in the sentence.
            Self::OfCompanion { because, .. } => match **because {
                Self::TooYoung { age, .. } | Self::TooOld { age, .. } => vec![of_age(age), seats()],
                _ => vec![seats()],
            },
            _ => vec![seats()],
        }
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoClass | Refusal::NoPerson => Self::NotFound,
            other => Self::Refused {
                code: other.code(),
                sentence: other.sentence(),
                doors: other.doors(),
                reasons: Vec::new(),
            },
        }
    }
}

fn too_old(age: i64, max: i64, on: Date) -> String {
    format!(
        "为了安全，这个班最大 {max} 岁。按开课那天（{}）算是 {age} 岁。可以看看 {age} 岁能报的班，或打电话问学校。",
        date_text(on)
    )
}

fn clash(name: &str, slot: Slot) -> String {
    format!(
        "和已报的“{name}”时间冲突：{} {:02}:{:02} 两个班同时上课。可以看看别的时间的班，或先取消“{name}”。",
        weekday(slot),
        slot.from / 60,
        slot.from % 60
    )
}

/// The classes that take somebody of this age.
fn of_age(age: i64) -> Door {
    door(&format!("看 {age} 岁能报的班"), &format!("/classes?age={age}"))
}

fn door(label: &str, href: &str) -> Door {
    Door {
        label: label.to_owned(),
        href: href.to_owned(),
    }
}

fn weekday(slot: Slot) -> String {
    let (name, day) = (short_weekday_text(slot.day.weekday()), slot.day);
    format!("{name}（{}月{}日）", day.month(), day.day())
}

fn full(ahead: i64, left: i64, counter: i64) -> String {
    if left > 0 {
        format!(
            "只剩 {left} 个名额，不够大家一起上。可以一起排候补（前面 {ahead} 人），空出够大家上的名额才轮到；也可以一个人先报。"
        )
    } else if counter > 0 {
        format!(
            "网上能报的名额已满，还有 {counter} 个留给到柜台、打电话来报的人。可以到柜台或打电话报，也可以排候补（前面 {ahead} 人）。"
        )
    } else {
        format!("这个班已满。可以排候补（前面 {ahead} 人），或看看还有名额的班。")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_rule() -> Refusal {
        Refusal::Rule {
            rule: crate::EligibilityRuleId::from_raw(1),
            version: 2,
            words: String::from("Residents only"),
            label: String::from("Classes"),
            href: String::from("/classes"),
        }
    }

    #[test]
    fn every_refusal_is_told_in_english_too() {
        let on: Date = "2027-03-01".parse().unwrap();
        let at: Instant = "2026-11-01T01:00:00Z".parse().unwrap();
        let name = String::from("Tai chi");
        let slot = Slot {
            day: on,
            from: 540,
            to: 630,
        };
        for refusal in [
            Refusal::NoClass,
            Refusal::NotOpenYet { opens: at },
            Refusal::Closed { at: Some(at) },
            Refusal::Closed { at: None },
            Refusal::BirthUnknown,
            Refusal::TooYoung { age: 49, min: 50, on },
            Refusal::TooOld { age: 76, max: 75, on },
            Refusal::TooManyClasses { limit: 3 },
            Refusal::TooManyWaits { limit: 5 },
            Refusal::TimeClash {
                enrollment: EnrollmentId::from_raw(1),
                name: name.clone(),
                slot,
            },
            Refusal::ClassCancelled { name },
            Refusal::full(7),
            Refusal::InDraw {
                round: RoundId::from_raw(1),
            },
            Refusal::OwnRoundLater {
                audience: Audience::Returning,
                opens: at,
            },
            Refusal::NotMeant {
                audience: Audience::Former,
            },
            Refusal::Paused {
                note: String::from("back at two"),
            },
            Refusal::PapersOwed {
                enrollment: EnrollmentId::from_raw(1),
                papers: 2,
            },
            by_rule(),
            Refusal::HoldOver,
            Refusal::NothingDue,
            Refusal::BirthUnknown.about(2),
            Refusal::OfferOver {
                class: teaching::ClassId::from_raw(1),
            },
            Refusal::NothingOffered,
        ] {
            told_in_english(&refusal);
        }
        let full = |left, counter| Refusal::Full {
            ahead: 7,
            left,
            counter,
        };
        told_in_english(&full(1, 0));
        told_in_english(&full(0, 3));
    }

    #[test]
    fn a_refusal_for_age_leads_to_classes_of_that_age() {
        let on: Date = "2027-03-01".parse().unwrap();
        let young = Refusal::TooYoung { age: 49, min: 50, on };
        let old = Refusal::TooOld { age: 76, max: 75, on };
        for (refusal, href) in [
            (young.clone(), "/classes?age=49"),
            (old.clone(), "/classes?age=76"),
            (old.about(2), "/classes?age=76"),
            (Refusal::BirthUnknown, "/classes?open=yes&seats=yes"),
            (Refusal::BirthUnknown.about(2), "/classes?open=yes&seats=yes"),
        ] {
            assert_eq!(refusal.doors()[0].href, href, "{refusal:?}");
        }
        told_in_english(&young);
    }

    fn told_in_english(refusal: &Refusal) {
        let doors = refusal.doors().into_iter().map(|door| door.label);
        for chinese in std::iter::once(refusal.sentence()).chain(doors) {
            let english = ui::catalogue::retell(ui::Lang::En, &chinese);
            assert!(
                !english.contains(|c: char| c > '\u{2fff}'),
                "{chinese}: {english}"
            );
        }
    }
}
