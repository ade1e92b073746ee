//! Bad input: whatever comes, a draft or a sentence comes back, and soon.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what must hold and does not must stop the test"
)]

use plans::reading::{self, Draft};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

fn document(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the root");
    std::fs::read_to_string(root.join("data/documents").join(name)).expect("a document")
}

/// What must hold of any draft: places lead back into the text, words are its words, figures are figures.
fn sound(text: &str, draft: &Draft) {
    let letters: Vec<char> = text.chars().collect();
    for item in &draft.items {
        assert!(
            item.place.from < item.place.to && item.place.to <= letters.len(),
            "{item:?}"
        );
        assert!(item.place.line_from >= 1 && item.place.line_from <= item.place.line_to);
        for task in &item.tasks {
            assert!(task.place.from >= item.place.from && task.place.to <= item.place.to);
            let printed: String = letters[task.place.from..task.place.to]
                .iter()
                .filter(|letter| !skipped(**letter))
                .collect();
            let read: String = task.text.chars().filter(|letter| !skipped(*letter)).collect();
            assert!(
                printed.contains(&read) || printed.len() > read.len(),
                "“{read}” is not in “{printed}”"
            );
            for target in &task.targets {
                assert!(
                    target.value.is_finite() && (0.0..=1.0).contains(&target.confidence),
                    "{target:?}"
                );
                assert!(
                    !target.unit.is_empty() && !target.source_text.is_empty(),
                    "{target:?}"
                );
                assert!(target.value_to.is_none_or(|to| to >= target.value), "{target:?}");
                assert!(
                    target.due.as_ref().is_none_or(|due| due.len() == 10),
                    "{target:?}"
                );
            }
        }
    }
    assert!(serde_json::to_string(draft).is_ok());
}

fn skipped(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

#[test]
fn nothing_to_read_is_said() {
    for (text, words) in [
        ("", "扫描件"),
        ("\u{feff}\r\n \r\n", "扫描件"),
        ("1\n2\n- 3 -\n", "扫描件"),
        ("好好学习，天天向上。", "没有读出条目"),
        ("姓名\t电话\n甲\t乙\n", "表格"),
    ] {
        let draft = reading::read(text);
        assert!(draft.items.is_empty(), "{text}: {draft:?}");
        assert!(
            draft.notes.iter().any(|note| note.sentence.contains(words)),
            "{text}: {:?}",
            draft.notes
        );
        sound(text, &draft);
    }
}

#[test]
fn text_without_structure_becomes_items_where_it_names_figures() {
    let text = "今年我们要新增学习点20个，培训居民3000人次。\n大家要齐心协力。\n";
    let draft = reading::read(text);
    assert_eq!(draft.items.len(), 1);
    assert_eq!(draft.targets().count(), 2);
    assert!(draft.notes.iter().any(|note| note.sentence.contains("没有编号")));
}

#[test]
fn a_table_alone_is_read_by_its_columns() {
    let text = "2024年任务分解表\n序号\t任务\t目标\t责任单位\t完成时限\n1\t建设学习点\t新增5个\t某街道\t2024年6月底\n2\t举办读书节\t1场\t文化站\t\n";
    let draft = reading::read(text);
    let numbers: Vec<_> = draft
        .items
        .iter()
        .filter_map(|item| item.number.as_deref())
        .collect();
    assert_eq!(numbers, ["1", "2"]);
    let task = &draft.items[0].tasks[0];
    assert_eq!(task.lead, ["某街道"]);
    assert_eq!(
        (task.targets[0].value, task.targets[0].due.as_deref()),
        (5.0, Some("2024-06-30"))
    );
    assert!(draft.notes.iter().any(|note| note.sentence.contains("一张表")));
}

#[test]
fn line_ends_marks_and_encodings_change_nothing() {
    for name in ["q22.txt", "m22.txt", "g13.txt", "s24.txt", "x24.txt"] {
        let text = document(name);
        let plain = reading::read_file(text.as_bytes()).expect("read");
        let dos = text.replace('\n', "\r\n");
        let marked = format!("\u{feff}{text}");
        let (gb, _, lossy) = encoding_rs::GB18030.encode(&text);
        assert!(!lossy);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [dos.as_bytes(), marked.as_bytes(), gb.as_ref(), wide.as_slice()] {
            let other = reading::read_file(bytes).expect("read");
            assert_eq!(other.items.len(), plain.items.len(), "{name}");
            assert!(other.targets().eq(plain.targets()), "{name}");
        }
    }
}

#[test]
fn three_hundred_pages_are_read_at_once() {
    let mut text = "2024年某市终身教育工作要点\n".to_owned();
    let mut number = 0;
    for chapter in 0..40 {
        let _ = writeln!(
            text,
            "{}、第{chapter}部分任务",
            ["一", "二", "三", "四"][chapter % 4]
        );
        for _ in 0..25 {
            number += 1;
            let _ = writeln!(
                text,
                "{number}.推进学习点建设。{}新增学习点{number}个，覆盖率达到60%以上。",
                "持续优化布局，不断完善服务，".repeat(16)
            );
        }
    }
    assert!(text.chars().count() > 240_000);
    let start = Instant::now();
    let draft = reading::read(&text);
    // A debug build on a busy machine; a release build takes a twentieth.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert!(draft.items.len() >= 300, "{}", draft.items.len());
    sound(&text, &draft);
}

#[test]
fn one_endless_line_is_read_in_linear_time() {
    for piece in [
        "新增3所学校、",
        "“",
        "（",
        "2024年",
        "一二三四五六七八九十",
        "各2个、",
        "不少于",
        "1.",
        "——",
        "全覆盖",
        "每年",
    ] {
        let time = |count: usize| {
            let text = piece.repeat(count);
            let start = Instant::now();
            let draft = reading::read(&text);
            sound(&text, &draft);
            start.elapsed()
        };
        let (small, large) = (time(150), time(1_200));
        assert!(
            large < small * 60 + Duration::from_secs(10),
            "{piece}: {small:?} then {large:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_is_read(text in "\\PC{0,400}") {
        sound(&text, &reading::read(&text));
    }

    #[test]
    fn any_words_of_documents_are_read(words in proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 0..120)) {
        let text = words.concat();
        sound(&text, &reading::read(&text));
    }

    #[test]
    fn any_cut_of_a_document_is_read(name in proptest::sample::select(vec!["q22.txt", "m22.txt", "g13.txt", "x24.txt"]), from in 0usize..4000, length in 0usize..3000) {
        let text: String = document(name).chars().skip(from).take(length).collect();
        sound(&text, &reading::read(&text));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Err(sentence) = reading::read_file(&bytes) {
            prop_assert!(sentence.contains('请'));
        }
    }
}

const WORDS: &[&str] = &[
    "一、",
    "（一）",
    "1.",
    "2、",
    "(3)",
    "①",
    "第一章",
    "\n",
    "\n\n",
    "。",
    "；",
    "，",
    "、",
    "：",
    "“",
    "”",
    "《",
    "》",
    "（",
    "）",
    "——",
    "各",
    "分别",
    "不少于",
    "以上",
    "达到",
    "新增",
    "培育",
    "全覆盖",
    "全部",
    "每年",
    "2024年",
    "十四五",
    "期间",
    "年底前",
    "三年内",
    "1:1",
    "万分之",
    "零点五",
    "百分之",
    "60%",
    "2-3",
    "个",
    "所",
    "万",
    "亿",
    "人次",
    "元",
    "学习点",
    "社区学校",
    "责任单位：",
    "完成时限：",
    "附件",
    "\t",
    "第",
    "批",
    "近",
    "百",
    "余",
    " ",
    "　",
    "\u{200b}",
    "翻一番",
    "关于印发",
    "的通知",
];
