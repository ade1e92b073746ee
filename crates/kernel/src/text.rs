//! Bounds of typed text: trimmed, counted in characters, without control characters.

/// Trims one line of text and checks its length in characters; the error is a sentence that names the field.
///
/// `label` is the field's name on screen; `min` 0 makes the field optional. Control characters, line breaks among
/// them, are refused; marks that cannot be seen (zero width, writing direction) are taken out, because nobody could find them to delete them.
pub fn bounded(text: &str, min: usize, max: usize, label: &str) -> Result<String, String> {
    let text = visible(text);
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(format!(
            "{label}里有换行或看不见的控制字符。请写成一行，或删掉后重新输入。"
        ));
    }
    counted(text, min, max, label)
}

/// As `bounded`, for text of several lines: line breaks stay (as `\n`), at most one empty line between paragraphs.
pub fn bounded_lines(text: &str, min: usize, max: usize, label: &str) -> Result<String, String> {
    let mut kept: Vec<&str> = Vec::new();
    let text = visible(text).replace("\r\n", "\n").replace('\r', "\n");
    for line in text.trim().lines().map(str::trim_end) {
        if !(line.is_empty() && kept.last().is_some_and(|last| last.is_empty())) {
            kept.push(line);
        }
    }
    let text = kept.join("\n");
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(format!("{label}里有看不见的控制字符。请删掉后重新输入。"));
    }
    counted(&text, min, max, label)
}

fn visible(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect()
}

fn counted(text: &str, min: usize, max: usize, label: &str) -> Result<String, String> {
    let count = text.chars().count();
    if count == 0 && min > 0 {
        return Err(format!("还没有填{label}。请填写。"));
    }
    if count < min {
        return Err(format!("{label}最少 {min} 个字，您填了 {count} 个。请写长一些。"));
    }
    if count > max {
        return Err(format!("{label}最多 {max} 个字，您填了 {count} 个。请删短一些。"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_line() {
        let long = "书".repeat(52);
        let cases: [(&str, Result<&str, &str>); 9] = [
            ("  书法初级班　", Ok("书法初级班")),
            ("书\u{200b}法", Ok("书法")),
            ("\u{202e}书法", Ok("书法")),
            ("𠅤䶮", Ok("𠅤䶮")),
            ("", Err("还没有填课程名称。请填写。")),
            (" 　", Err("还没有填课程名称。请填写。")),
            ("书", Err("课程名称最少 2 个字，您填了 1 个。请写长一些。")),
            (
                "书\n法",
                Err("课程名称里有换行或看不见的控制字符。请写成一行，或删掉后重新输入。"),
            ),
            (&long, Err("课程名称最多 40 个字，您填了 52 个。请删短一些。")),
        ];
        for (text, result) in cases {
            let result = result.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(bounded(text, 2, 40, "课程名称"), result, "{text}");
        }
        assert_eq!(bounded("", 0, 40, "备注"), Ok(String::new()));
    }

    #[test]
    fn several_lines() {
        assert_eq!(
            bounded_lines("一\r\n二  \r\n\r\n\r\n三\r\n", 1, 40, "简介"),
            Ok("一\n二\n\n三".to_owned())
        );
        assert_eq!(
            bounded_lines("a\u{7}b", 1, 40, "简介"),
            Err("简介里有看不见的控制字符。请删掉后重新输入。".to_owned())
        );
        assert_eq!(
            bounded_lines(" \n ", 1, 40, "简介"),
            Err("还没有填简介。请填写。".to_owned())
        );
    }

    proptest! {
        #[test]
        fn what_passes_once_passes_unchanged(text in "\\PC{0,60}") {
            if let Ok(kept) = bounded(&text, 1, 50, "名称") {
                let again = bounded(&kept, 1, 50, "名称");
                prop_assert_eq!(again, Ok(kept));
            }
            if let Ok(kept) = bounded_lines(&text, 1, 50, "名称") {
                let again = bounded_lines(&kept, 1, 50, "名称");
                prop_assert_eq!(again, Ok(kept));
            }
        }
    }
}
