//! Every text of a learner's page has its English twin.

use crate::source::root;

#[test]
fn learner_pages_speak_english_too() {
    let mut missing = Vec::new();
    for domain in [
        "ui",
        "orgs",
        "people",
        "teaching",
        "enrollment",
        "attendance",
        "records",
        "app",
    ] {
        let folder = root().join("crates").join(domain).join("templates");
        if !folder.is_dir() {
            continue;
        }
        let texts = ui::catalogue::scan_template_texts(&folder).expect("templates");
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        missing.extend(
            ui::catalogue::missing_english(&texts)
                .into_iter()
                .map(|text| format!("{domain}: {text}")),
        );
    }
    assert!(
        missing.is_empty(),
        "add to crates/ui/assets/en.tsv:\n{}",
        missing.join("\n")
    );
}
