//! What the reader proposes, as it is kept: texts are cut at the bounds of the form. No I/O.

use super::amounts;
use super::model::{
    ItemDraft, LONGEST_OBJECT, LONGEST_TEXT, MOST_TARGETS, MOST_TASKS, TargetDraft, TaskDraft,
};
use crate::reading;

/// Cuts a text of the reader at a bound, so that no odd document breaks what is kept.
fn cut(text: &str, most: usize) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() || *letter == '\n')
        .take(most)
        .collect()
}

fn cut_all(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .take(20)
        .map(|text| cut(text, 60).replace('\n', ""))
        .collect()
}

/// An item of the reader as it is kept.
#[must_use]
pub fn item_of(read: &reading::Item) -> ItemDraft {
    ItemDraft {
        number: read.number.as_deref().map(|number| cut(number, 20)),
        path: read
            .path
            .iter()
            .take(6)
            .map(|heading| cut(heading, 200).replace('\n', ""))
            .collect(),
        heading: cut(&read.heading, 200).replace('\n', ""),
        text: cut(&read.text, LONGEST_TEXT),
        place: read.place.into(),
        tasks: read.tasks.iter().take(MOST_TASKS).map(task_of).collect(),
    }
}

fn task_of(read: &reading::Task) -> TaskDraft {
    TaskDraft {
        text: cut(&read.text, LONGEST_TEXT),
        kind: read.kind.into(),
        lead: cut_all(&read.lead),
        helpers: Vec::new(),
        from: read.window.from.clone().unwrap_or_default(),
        to: read.window.to.clone().unwrap_or_default(),
        every_year: read.window.every_year,
        place: read.place.into(),
        targets: read.targets.iter().take(MOST_TARGETS).map(target_of).collect(),
    }
}

fn target_of(read: &reading::Target) -> TargetDraft {
    TargetDraft {
        object: cut(&read.object, LONGEST_OBJECT).replace('\n', ""),
        verb: cut(&read.verb, 20).replace('\n', ""),
        comparison: read.comparison.into(),
        value_milli: amounts::milli(read.value),
        value_to_milli: read.value_to.map(amounts::milli),
        unit: cut(&read.unit, 20),
        due: read.due.as_deref().and_then(|due| due.parse().ok()),
        metric: read.metric.clone(),
        confidence: amounts::milli(read.confidence) / 10,
        source_text: cut(&read.source_text, 500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::model::obstacles;

    #[test]
    fn the_shipped_plans_fit() {
        for text in [
            include_str!("../../../../data/documents/m22.txt"),
            include_str!("../../../../data/documents/s24.txt"),
        ] {
            let draft = reading::read(text);
            let items: Vec<ItemDraft> = draft.items.iter().map(item_of).collect();
            assert_eq!(obstacles(&items), Vec::<String>::new());
        }
    }
}
