//! Sentences in the manner of real documents, with the targets a careful clerk takes from them.

use plans::reading::{self, Comparison};

/// Thing, figure and unit of each target: `学习点=20个`, `参与率≥60%`, `团队≤3支`, `品牌=2~3个`, `街镇=all`.
fn read(sentence: &str) -> String {
    let draft = reading::read(&format!("2024年终身教育工作要点\n一、重点工作\n1.{sentence}\n"));
    let mut found = Vec::new();
    for target in draft.targets() {
        let value = match (target.comparison, target.value_to) {
            (Comparison::All, _) => "=all".to_owned(),
            (Comparison::Between, Some(to)) => format!("={}~{to}{}", target.value, target.unit),
            (Comparison::Ge, _) => format!("≥{}{}", target.value, target.unit),
            (Comparison::Le, _) => format!("≤{}{}", target.value, target.unit),
            _ => format!("={}{}", target.value, target.unit),
        };
        found.push(format!("{}{value}", target.object));
    }
    found.join(" ")
}

#[test]
fn figures_that_are_to_be_reached() {
    let cases = include_str!("documents/sentences.txt");
    let mut faults = Vec::new();
    let mut count = 0;
    for line in cases
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (sentence, wanted) = line.split_once(" => ").expect("a sentence and its targets");
        let now = read(sentence);
        count += 1;
        if now != wanted.trim() {
            faults.push(format!("{sentence}\n  wanted {wanted}\n  read   {now}"));
        }
    }
    assert!(count > 60, "{count}");
    assert!(
        faults.is_empty(),
        "{} of {count}\n{}",
        faults.len(),
        faults.join("\n")
    );
}
