//! Reads the file: encoding, heading, and each line into an area. No I/O.

use crate::tree::OrgKind;
use kernel::{Date, RegionCode, bounded};
use platform::{AppError, AppResult};
use std::collections::HashMap;

/// Columns of the heading line, in this order.
pub const COLUMNS: [&str; 9] = [
    "code",
    "parent",
    "level",
    "kind",
    "name",
    "short",
    "valid_from",
    "valid_to",
    "successor",
];
/// Most lines: more than the country has committees.
const MOST_ROWS: usize = 700_000;
/// Most bytes of a file.
const MOST_BYTES: usize = 100 << 20;
/// Wrong lines named at once.
const MOST_WRONG: usize = 20;

/// One area of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, from 1, the heading included.
    pub line: u64,
    /// Its code.
    pub code: RegionCode,
    /// Code of the area above; `None` for a root.
    pub parent: Option<RegionCode>,
    /// Kind.
    pub kind: OrgKind,
    /// Whether it is not counted to people.
    pub special: bool,
    /// Whole name.
    pub name: String,
    /// Name for lists.
    pub short_name: String,
    /// Day of the source.
    pub valid_from: Date,
    /// First day after its end.
    pub valid_to: Option<Date>,
    /// Of which it became part.
    pub successor: Option<RegionCode>,
}

/// The areas of the file, larger ones first.
///
/// # Errors
/// [`AppError::TooLarge`], or [`AppError::Invalid`] beside the field `file` with a sentence for each wrong line.
pub fn read(bytes: &[u8]) -> AppResult<Vec<Row>> {
    if bytes.len() > MOST_BYTES {
        return Err(AppError::TooLarge(
            "文件太大，最多 100 MB。请按城市分成几份再导入。".into(),
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes
            .iter()
            .take(error.valid_up_to())
            .filter(|&&byte| byte == b'\n')
            .count()
            + 1;
        wrong(format!(
            "文件不是 UTF-8 编码（第 {line} 行读不懂，可能是 GBK）。请另存为“CSV UTF-8”再导入。"
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    heading(&mut reader)?;
    let mut rows = Vec::new();
    let mut sentences: Vec<String> = Vec::new();
    for record in reader.records() {
        if rows.len() >= MOST_ROWS {
            return Err(AppError::TooLarge(format!(
                "文件超过 {MOST_ROWS} 行。请按省市分成几份再导入。"
            )));
        }
        match record
            .map_err(|error| error.to_string())
            .and_then(|record| row(&record))
        {
            Ok(row) => rows.push(row),
            Err(sentence) => sentences.push(sentence),
        }
        if sentences.len() >= MOST_WRONG {
            break;
        }
    }
    if rows.is_empty() && sentences.is_empty() {
        sentences.push("文件里只有标题，没有区划。".into());
    }
    sentences.extend(twice(&rows));
    if !sentences.is_empty() {
        sentences.truncate(MOST_WRONG);
        return Err(AppError::Invalid(sentences.into_iter().map(field).collect()));
    }
    rows.sort_by_key(|row| (row.kind, row.line));
    Ok(rows)
}

fn heading(reader: &mut csv::Reader<&[u8]>) -> AppResult<()> {
    let found: Vec<String> = reader
        .headers()
        .map(|names| names.iter().map(|name| name.trim().to_owned()).collect())
        .unwrap_or_default();
    if found == COLUMNS {
        return Ok(());
    }
    let shown: String = found.join(",").chars().take(120).collect();
    Err(wrong(format!(
        "第一行标题要是 {}，文件里是“{shown}”。请对照说明改好标题。",
        COLUMNS.join(",")
    )))
}

fn row(record: &csv::StringRecord) -> Result<Row, String> {
    let line = record.position().map_or(0, csv::Position::line);
    let at = |what: String| format!("第 {line} 行：{what}");
    if record.len() != COLUMNS.len() {
        return Err(at(format!(
            "要有 {} 列，现在是 {} 列。",
            COLUMNS.len(),
            record.len()
        )));
    }
    let cell = |place: usize| record.get(place).unwrap_or_default().trim();
    let code = |place: usize| RegionCode::parse(cell(place)).map_err(|error| at(error.sentence()));
    let some_code = |place: usize| {
        if cell(place).is_empty() {
            Ok(None)
        } else {
            code(place).map(Some)
        }
    };
    let day = |place: usize| {
        cell(place)
            .parse::<Date>()
            .map_err(|_| at(format!("日期“{}”要写成 2023-06-30 这样。", cell(place))))
    };
    let (kind, special) = kind_of(cell(2), cell(3))
        .ok_or_else(|| at(format!("没有“{}”级的“{}”这种区划。", cell(2), cell(3))))?;
    let valid_to = if cell(7).is_empty() { None } else { Some(day(7)?) };
    let row = Row {
        line,
        code: code(0)?,
        parent: some_code(1)?,
        kind,
        special,
        name: bounded(cell(4), 1, 60, "名称").map_err(at)?,
        short_name: bounded(cell(5), 1, 60, "简称").map_err(at)?,
        valid_from: day(6)?,
        valid_to,
        successor: some_code(8)?,
    };
    if row.valid_to.is_some_and(|end| end <= row.valid_from) {
        return Err(at("终止日期要晚于起始日期。".into()));
    }
    if row.successor.is_some() && row.valid_to.is_none() {
        return Err(at("有继任区划的，要填终止日期。".into()));
    }
    Ok(row)
}

/// Kind and mark of an area by the columns `level` and `kind`.
fn kind_of(level: &str, kind: &str) -> Option<(OrgKind, bool)> {
    Some(match (level, kind) {
        ("province", "province") => (OrgKind::Province, false),
        ("city", "municipality" | "city") => (OrgKind::City, false),
        ("district", "district") => (OrgKind::District, false),
        ("street", "街道" | "镇" | "乡") => (OrgKind::Street, false),
        ("street", "special") => (OrgKind::Street, true),
        ("committee", "居委会" | "村委会") => (OrgKind::Neighborhood, false),
        ("committee", "virtual") => (OrgKind::Neighborhood, true),
        _ => return None,
    })
}

fn twice(rows: &[Row]) -> Vec<String> {
    let mut first: HashMap<RegionCode, u64> = HashMap::new();
    let mut sentences = Vec::new();
    for row in rows {
        if let Some(before) = first.insert(row.code, row.line) {
            sentences.push(format!(
                "第 {} 行：代码 {} 在第 {before} 行已经有了。",
                row.line, row.code
            ));
        }
    }
    sentences
}

fn field(sentence: String) -> platform::FieldError {
    platform::FieldError {
        field: "file".into(),
        sentence,
    }
}

fn wrong(sentence: String) -> AppError {
    AppError::invalid("file", sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "code,parent,level,kind,name,short,valid_from,valid_to,successor\n";

    #[test]
    fn each_broken_file_has_its_sentence() {
        let city = "310000000000,,city,municipality,上海市,上海,2023-06-30,,\n";
        for (what, file, sentence) in [
            ("nothing", String::new(), "第一行标题要是"),
            ("heading only", HEAD.into(), "只有标题"),
            ("other heading", "code,name\n1,2\n".into(), "文件里是“code,name”"),
            (
                "short line",
                format!("{HEAD}{city}310101000000,x\n"),
                "第 3 行：要有 9 列，现在是 2 列",
            ),
            (
                "letters in a code",
                format!("{HEAD}31000000000X,,city,city,上海市,上海,2023-06-30,,\n"),
                "第 2 行",
            ),
            (
                "unknown kind",
                format!("{HEAD}310000000000,,city,castle,上海市,上海,2023-06-30,,\n"),
                "“castle”",
            ),
            (
                "no day",
                format!("{HEAD}310000000000,,city,city,上海市,上海,2023-6-31,,\n"),
                "日期“2023-6-31”",
            ),
            (
                "no name",
                format!("{HEAD}310000000000,,city,city,,上海,2023-06-30,,\n"),
                "名称",
            ),
            (
                "twice",
                format!("{HEAD}{city}{city}"),
                "第 3 行：代码 310000000000 在第 2 行已经有了",
            ),
            (
                "successor without an end",
                format!("{HEAD}310000000000,,city,city,上海市,上海,2023-06-30,,310000000000\n"),
                "要填终止日期",
            ),
        ] {
            match read(file.as_bytes()) {
                Err(AppError::Invalid(fields)) => {
                    assert!(
                        fields[0].sentence.contains(sentence),
                        "{what}: {}",
                        fields[0].sentence
                    );
                }
                other => panic!("{what}: {other:?}"),
            }
        }
    }

    #[test]
    fn only_utf8_is_read_and_a_mark_before_it_is_passed_over() {
        let city = "310000000000,,city,municipality,上海市,上海,2023-06-30,,\n";
        let gbk = [HEAD.as_bytes(), &[0xc9, 0xcf, 0xba, 0xa3]].concat();
        assert!(
            read(&gbk)
                .unwrap_err()
                .sentence()
                .contains("第 2 行读不懂，可能是 GBK")
        );
        let marked = format!("\u{feff}{HEAD}{city}");
        assert_eq!(read(marked.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn a_hundred_megabytes_are_refused_unread() {
        let much = vec![b'x'; MOST_BYTES + 1];
        assert!(matches!(read(&much), Err(AppError::TooLarge(_))));
    }
}
