//! What a changed class is for those who hold a place in it, wait for it or have applied for it: what is another now than
//! they have read.

use super::model::{ClassDraft, ClassRow, ClassStatus, Mode};
use crate::names::Names;
use kernel::{Fen, PersonId};
use orgs::RoomId;
use platform::{AppResult, Tx, job};
use serde_json::json;

/// What people decide by, as they read it.
struct Read {
    fee: String,
    mode: &'static str,
    room: String,
    teacher: String,
}

impl Read {
    fn of(names: &Names, fee_fen: i64, mode: Mode, room: Option<RoomId>, teacher: Option<PersonId>) -> Self {
        Self {
            fee: Fen(fee_fen).fee_text(),
            mode: mode.label(),
            room: names.room(room, mode),
            teacher: names.person(teacher),
        }
    }
}

/// What has changed, from what to what; `None` when nothing that people decide by has.
fn sentence(name: &str, before: &Read, after: &Read) -> Option<String> {
    // Where a class goes on line, its way says so.
    let room = match after.room == Mode::Online.label() {
        true => before.room.as_str(),
        false => after.room.as_str(),
    };
    let facts = [
        ("学费", before.fee.as_str(), after.fee.as_str()),
        ("上课方式", before.mode, after.mode),
        ("教室", before.room.as_str(), room),
        ("教师", before.teacher.as_str(), after.teacher.as_str()),
    ];
    let changed = facts.into_iter().filter(|(_, before, after)| before != after);
    let words: Vec<String> = changed
        .map(|(what, before, after)| format!("{what}由“{before}”改为“{after}”"))
        .collect();
    (!words.is_empty()).then(|| format!("「{name}」有变动：{}。", words.join("；")))
}

/// Queues the word to those whom a changed class concerns; of a class that is only planned nobody knows yet.
pub(super) async fn tell(tx: &Tx, class: &ClassRow, draft: &ClassDraft) -> AppResult<()> {
    if class.status == ClassStatus::Planned {
        return Ok(());
    }
    let rooms = class.room_id.into_iter().chain(draft.room_id).collect();
    let people = class.teacher_id.into_iter().chain(draft.teacher_id).collect();
    let names = Names::load(tx, vec![], rooms, people).await?;
    let before = Read::of(&names, class.fee_fen, class.mode, class.room_id, class.teacher_id);
    let after = Read::of(&names, draft.fee_fen, draft.mode, draft.room_id, draft.teacher_id);
    if let Some(sentence) = sentence(&class.name, &before, &after) {
        let fee = class.fee_fen != draft.fee_fen;
        let payload = json!({ "class": class.id, "sentence": sentence, "fee": fee });
        job::enqueue(tx, "class.changed", &payload, tx.ctx().now(), None).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Read {
        Read {
            fee: "120 元".into(),
            mode: "线下",
            room: "101 教室".into(),
            teacher: "王老师".into(),
        }
    }

    #[test]
    fn what_has_changed_is_told_from_what_to_what() {
        type Change = fn(&mut Read);
        let cases: [(Change, Option<&str>); 6] = [
            (|_| (), None),
            (|read| read.fee = "免费".into(), Some("学费由“120 元”改为“免费”")),
            (
                |read| read.room = "舞蹈室".into(),
                Some("教室由“101 教室”改为“舞蹈室”"),
            ),
            (
                |read| read.teacher = "李老师".into(),
                Some("教师由“王老师”改为“李老师”"),
            ),
            (
                |read| (read.mode, read.room) = ("线上", "线上".into()),
                Some("上课方式由“线下”改为“线上”"),
            ),
            (
                |read| (read.fee, read.teacher) = ("200 元".into(), "李老师".into()),
                Some("学费由“120 元”改为“200 元”；教师由“王老师”改为“李老师”"),
            ),
        ];
        for (change, words) in cases {
            let mut after = usual();
            change(&mut after);
            let expected = words.map(|words| format!("「书法入门」有变动：{words}。"));
            assert_eq!(sentence("书法入门", &usual(), &after), expected);
        }
    }
}
