//! What the desk would say now, before anybody asks: its own rules on what stands at this moment. Nobody is held up, nothing is
//! kept, and when they ask it may say something else.

use super::Asked;
use super::load::state_of;
use super::memory::Memory;
use super::model::{Ask, decide};
use super::refusal::Refusal;
use crate::EnrollmentId;
use kernel::PersonId;
use platform::{AppResult, Channel, Ctx};
use teaching::ClassId;

/// Why each of these people, who have not the class yet, would get neither a seat in it nor a place on its waitlist; `None` for
/// who would. `counter`: whether a clerk asks for them. The caller has checked that they may be asked about.
pub(crate) async fn refusals(
    ctx: &Ctx,
    class: ClassId,
    people: &[PersonId],
    counter: bool,
) -> AppResult<Vec<Option<Refusal>>> {
    let asked: Vec<Asked> = people
        .iter()
        .map(|person| Asked {
            ask: Ask::Enroll {
                person: *person,
                class,
                new_id: EnrollmentId::from_raw(0),
                wait: true,
                counter,
            },
            by: None,
            channel: if counter { Channel::Desk } else { Channel::Web },
            reason: String::new(),
            key: None,
        })
        .collect();
    let mut memory = Memory::default();
    let state = state_of(ctx.db(), &mut memory, (&asked, people), Vec::new(), ctx.now()).await?;
    // Each by themselves: they do not ask after each other, and the last seat is for any of them.
    let answers = asked
        .iter()
        .map(|one| decide(&mut state.clone(), &one.ask).answer.err());
    Ok(answers.collect())
}
