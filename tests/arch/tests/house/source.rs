//! Reading the tree: files, and the string literals in them.

use std::path::{Path, PathBuf};

/// A source file of the workspace.
pub struct Source {
    /// Path from the root, with `/`.
    pub path: String,
    /// Content.
    pub text: String,
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("two folders above")
        .to_path_buf()
}

/// Files below `folder` whose name ends so, without those that git ignores.
pub fn files(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no {ending} below {folder}");
    found
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(
                name.as_str(),
                "target" | "node_modules" | ".git" | "vendor" | "run"
            ) {
                walk(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            let shown = path
                .strip_prefix(root())
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            found.push(Source { path: shown, text });
        }
    }
}

/// The string literals of Rust source, with escapes read; comments and chars are passed over.
pub fn literals(source: &str) -> Vec<String> {
    let letters: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let two = (letters[at], letters.get(at + 1).copied().unwrap_or(' '));
        match two {
            ('/', '/') => {
                while at < letters.len() && letters[at] != '\n' {
                    at += 1;
                }
            }
            ('r', '"' | '#') if !preceded_by_word(&letters, at) => at = raw(&letters, at, &mut found),
            ('"', _) => at = quoted(&letters, at + 1, &mut found),
            ('\'', next) if next == '\\' || letters.get(at + 2) == Some(&'\'') => {
                at += if next == '\\' { 4 } else { 3 };
            }
            _ => at += 1,
        }
    }
    found
}

fn preceded_by_word(letters: &[char], at: usize) -> bool {
    at > 0 && (letters[at - 1].is_alphanumeric() || letters[at - 1] == '_')
}

fn quoted(letters: &[char], mut at: usize, found: &mut Vec<String>) -> usize {
    let mut text = String::new();
    while at < letters.len() && letters[at] != '"' {
        if letters[at] == '\\' {
            at += 1;
            match letters.get(at) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('\n') => {
                    while letters.get(at + 1).is_some_and(|letter| letter.is_whitespace()) {
                        at += 1;
                    }
                }
                Some(other) => text.push(*other),
                None => {}
            }
        } else {
            text.push(letters[at]);
        }
        at += 1;
    }
    found.push(text);
    at + 1
}

fn raw(letters: &[char], start: usize, found: &mut Vec<String>) -> usize {
    let hashes = letters[start + 1..]
        .iter()
        .take_while(|letter| **letter == '#')
        .count();
    let mut at = start + 1 + hashes;
    if letters.get(at) != Some(&'"') {
        return start + 1;
    }
    at += 1;
    let mut text = String::new();
    while at < letters.len() {
        if letters[at] == '"'
            && letters[at + 1..]
                .iter()
                .take(hashes)
                .filter(|letter| **letter == '#')
                .count()
                == hashes
        {
            break;
        }
        text.push(letters[at]);
        at += 1;
    }
    found.push(text);
    at + 1 + hashes
}

/// Whether a literal is an SQL statement.
pub fn is_statement(literal: &str) -> bool {
    let head = literal.trim_start();
    [
        "SELECT ",
        "SELECT\n",
        "INSERT INTO ",
        "UPDATE ",
        "DELETE FROM ",
        "WITH ",
    ]
    .iter()
    .any(|word| head.starts_with(word))
}

/// The part of a file before its test module.
pub fn product(source: &Source) -> &str {
    source.text.split("#[cfg(test)]").next().unwrap_or_default()
}

/// Whether the file holds tests only.
pub fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.ends_with("/testing.rs")
        || path.contains("/tests/")
        || path.starts_with("crates/testkit/")
}

#[test]
fn literals_are_read_as_the_compiler_does() {
    let source = r##"let a = "x\"y"; // "no"
        let b = r#"raw "q""#; let c = '"'; let d = "two \
            lines"; let e = '\'';"##;
    assert_eq!(literals(source), ["x\"y", "raw \"q\"", "two lines"]);
}
