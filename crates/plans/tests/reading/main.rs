//! How well documents are read: against answers made by hand, with the report that names every miss.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a document that cannot be measured must stop the test"
)]

mod answers;
mod measure;

use answers::Answers;
use measure::{Measure, Score};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("two folders above")
        .to_path_buf()
}

/// A document with what was read from it and how that compares.
struct Case {
    name: String,
    measure: Measure,
    draft: plans::reading::Draft,
}

fn cases(documents: &Path, answers: &Path) -> Vec<Case> {
    let mut names: Vec<String> = std::fs::read_dir(answers)
        .expect("answers")
        .flatten()
        .filter_map(|entry| {
            Some(
                entry
                    .file_name()
                    .to_string_lossy()
                    .strip_suffix(".toml")?
                    .to_owned(),
            )
        })
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no answers in {}", answers.display());
    names
        .into_iter()
        .map(|name| {
            let bytes = std::fs::read(documents.join(format!("{name}.txt"))).expect("a document");
            let text = plans::reading::encoding::decode(&bytes).expect("text").text;
            let answers = Answers::read(&answers.join(format!("{name}.toml")));
            let draft = plans::reading::read(&text);
            Case {
                measure: measure::measure(&answers, &draft),
                draft,
                name,
            }
        })
        .collect()
}

fn public() -> Vec<Case> {
    cases(&root().join("data/documents"), &root().join("data/plans/answers"))
}

fn invented(folder: &str) -> Vec<Case> {
    let folder = root().join("crates/plans/tests/documents").join(folder);
    cases(&folder, &folder)
}

fn total(cases: &[Case]) -> Measure {
    let mut sum = Measure::default();
    for case in cases {
        sum.add(&case.measure);
    }
    sum
}

fn bars(cases: &[Case]) {
    let sum = total(cases);
    for (what, score, bar) in [
        ("items", &sum.items, 0.98),
        ("targets", &sum.targets, 0.97),
        ("dates", &sum.dates, 0.95),
        ("windows", &sum.windows, 0.95),
    ] {
        let misses: Vec<String> = cases
            .iter()
            .flat_map(|case| {
                case.measure
                    .misses
                    .iter()
                    .map(move |miss| format!("{}: {miss}", case.name))
            })
            .collect();
        let (recall, precision) = (score.recall(), score.precision());
        assert!(
            recall >= bar && precision >= bar,
            "{what}: recall {recall:.3}, precision {precision:.3}\n{}",
            misses.join("\n")
        );
    }
}

#[test]
fn the_five_documents_are_read() {
    bars(&public());
}

#[test]
fn the_head_of_each_document_is_read() {
    for case in public() {
        assert_eq!(case.measure.head_wrong, Vec::<String>::new(), "{}", case.name);
    }
}

/// The shipped plans of the five documents: what the reader reads, which agrees with the answers made by hand.
#[test]
fn the_shipped_plans_are_what_the_reader_reads() {
    for case in public() {
        let path = root().join("data/plans").join(format!("{}.json", case.name));
        let text = serde_json::to_string_pretty(&case.draft).expect("JSON") + "\n";
        if blessed() {
            std::fs::write(&path, &text).expect("the plan");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == text,
            "XUEQUAN_BLESS=1 writes {} anew; look at the difference",
            path.display()
        );
    }
}

fn blessed() -> bool {
    std::env::vars().any(|(name, value)| name == "XUEQUAN_BLESS" && value == "1")
}

#[test]
fn the_report_is_what_the_reader_does_today() {
    let path = root().join("data/plans/reading-report.md");
    let report = report();
    if blessed() {
        std::fs::write(&path, &report).expect("the report");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        kept, report,
        "XUEQUAN_BLESS=1 writes data/plans/reading-report.md anew; look at the difference"
    );
}

const REPORT_HEAD: &str = "# How well documents are read

Written by the test `the_report_is_what_the_reader_does_today` of `crates/plans`; the answers were made by hand. Recall: of what stands in the
answers, how much was read rightly. Precision: of what was read, how much stands in the answers. A target is right when number, upper
end, unit and comparison are right and it stands at the right item; its thing and its last day are counted apart, of the right ones.

The answers of the five public documents, the invented documents and their answers come from the hand that wrote the reader, so a
stranger's document may read worse. What counts for a document that was not seen is the first look at it, before any rule was made after it:

| first look at | documents | items recall / precision | targets recall / precision | things | last days |
|---|---|---|---|---|---|
| jinhe, qiaotou, wujin, xiguan, yunxi | 5 | 100 % / 98.2 % of 55 | 90.5 % / 97.4 % of 126 | 83.3 % | 98.2 % |
| donglin, haiyan, luping, nansha, qinglan | 5 | 96.0 % / 96.0 % of 50 | 88.9 % / 96.3 % of 117 | 77.9 % | 100 % |
| beiyuan, fengtai, qingxi, yongshui | 4 | 100 % / 100 % of 39 | 97.7 % / 96.6 % of 87 | 85.9 % | 94.1 % |
| lanting, shuyang | 2 | 100 % / 100 % of 21 | 88.5 % / 97.9 % of 52 | 95.7 % | 100 % |
| heping | 1 | 100 % / 100 % of 10 | 88.9 % / 100 % of 27 | 75.0 % | 95.8 % |

All but the last were tuned on afterwards. After the first look at heping two rules were made (an unknown word before a figure, 通过 after
one) without its misses but by one who had written its text: its first look is what counts, not the table below. (Since the second row one answer of haiyan was corrected, guiding thought being no item, and the
measure of things asks for two fifths of the words instead of a half.)
";

fn report() -> String {
    let mut text = REPORT_HEAD.to_owned();
    for (title, cases) in [
        ("The five public documents", public()),
        ("Invented documents the reader was tuned on", invented("tuned")),
        ("Invented document held out", invented("held-out")),
    ] {
        text.push_str(&section(title, &cases));
    }
    text
}

fn section(title: &str, cases: &[Case]) -> String {
    let mut text = format!(
        "\n## {title}\n\n| document | items recall / precision | targets recall / precision | things | last days | windows | leads |\n|---|---|---|---|---|---|---|\n"
    );
    let pair = |score: &Score| {
        format!(
            "{} / {} of {}",
            share(score.recall()),
            share(score.precision()),
            score.wanted
        )
    };
    let row = |name: &str, m: &Measure| {
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} |\n",
            pair(&m.items),
            pair(&m.targets),
            share(m.things.recall()),
            share(m.dates.recall()),
            share(m.windows.recall()),
            share(m.leads.recall()),
        )
    };
    for case in cases {
        text.push_str(&row(&case.name, &case.measure));
    }
    text.push_str(&row("all", &total(cases)));
    text.push_str("\nMisses:\n\n");
    let before = text.len();
    for case in cases {
        for miss in case.measure.head_wrong.iter().chain(&case.measure.misses) {
            text.push_str(&format!("- `{}` {miss}\n", case.name));
        }
    }
    if text.len() == before {
        text.push_str("- none\n");
    }
    text
}

fn share(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}
