//! Rows, columns and levels as lines of text: how the screen shows them to be edited many at once.
//!
//! `编号 | 名称 | unit=人; metric=learners.count; slice=sex:female`, one a line.

use super::definition::{CellSpec, Due, Level, Line, Says, SliceSpec, Table};
use std::str::FromStr;

/// A line of a table as text.
#[must_use]
pub fn line_text(line: &Line) -> String {
    let says = &line.says;
    let mut parts = Vec::new();
    let mut say = |name: &str, value: Option<String>| {
        parts.extend(value.map(|value| format!("{name}={value}")));
    };
    say("unit", says.unit.clone());
    say("nature", says.nature.map(|one| one.as_str().to_owned()));
    say("decimals", says.decimals.map(|one| one.to_string()));
    say("metric", says.metric.clone());
    say(
        "slice",
        says.slice.as_ref().map(|one| format!("{}:{}", one.by, one.key)),
    );
    say("formula", says.formula.clone());
    say("typed", says.typed.map(|one| one.to_string()));
    say("blank", says.blank.map(|one| one.to_string()));
    say("up", says.up.map(|one| one.as_str().to_owned()));
    say("change_percent", says.change_percent.map(|one| one.to_string()));
    say("source", says.source.clone());
    let start = format!("{} | {}", line.code, line.label);
    if parts.is_empty() {
        start
    } else {
        format!("{start} | {}", parts.join("; "))
    }
}

/// Lines of a table from text.
///
/// # Errors
/// A sentence with the number of the line that cannot be read.
pub fn lines_of(text: &str) -> Result<Vec<Line>, String> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| read_line(line).map_err(|wrong| format!("第 {} 行：{wrong}", at + 1)))
        .collect()
}

fn read_line(text: &str) -> Result<Line, String> {
    let mut parts = text.splitn(3, '|').map(str::trim);
    let (Some(code), Some(label)) = (parts.next(), parts.next()) else {
        return Err("要写成“编号 | 名称”，例如 r1 | 合计。".into());
    };
    let mut says = Says::default();
    let settings = parts.next().unwrap_or_default().split(';').map(str::trim);
    for setting in settings.filter(|setting| !setting.is_empty()) {
        let Some((name, value)) = setting.split_once('=') else {
            return Err(format!("“{setting}”要写成 项=值，例如 unit=人。"));
        };
        set(&mut says, name.trim(), value.trim())?;
    }
    Ok(Line {
        code: code.to_owned(),
        label: label.to_owned(),
        says,
    })
}

fn parsed<T: FromStr>(name: &str, value: &str) -> Result<Option<T>, String> {
    let read = value
        .parse()
        .map_err(|_| format!("{name} 的值“{value}”读不懂。"))?;
    Ok(Some(read))
}

fn set(says: &mut Says, name: &str, value: &str) -> Result<(), String> {
    let text = || Some(value.to_owned());
    match name {
        "unit" => says.unit = text(),
        "metric" => says.metric = text(),
        "formula" => says.formula = text(),
        "source" => says.source = text(),
        "nature" => says.nature = parsed(name, value)?,
        "decimals" => says.decimals = parsed(name, value)?,
        "typed" => says.typed = parsed(name, value)?,
        "blank" => says.blank = parsed(name, value)?,
        "up" => says.up = parsed(name, value)?,
        "change_percent" => says.change_percent = parsed(name, value)?,
        "slice" => {
            let (by, key) = value
                .split_once(':')
                .ok_or_else(|| "slice 要写成 分组:值，例如 slice=sex:female。".to_owned())?;
            says.slice = Some(SliceSpec {
                by: by.trim().to_owned(),
                key: key.trim().to_owned(),
            });
        }
        other => {
            return Err(format!(
                "没有“{other}”这一项。可以写 unit、nature、decimals、metric、slice、formula、typed、blank、up、change_percent、source。"
            ));
        }
    }
    Ok(())
}

/// What single cells of a table say once its rows and columns are these: a line that got another code, but kept its name, keeps
/// the cells; those of a line that was taken out go with it.
///
/// # Errors
/// `rows` or `columns` with a sentence, where nobody knows which line the cells go with.
pub fn cells_after(
    old: &Table,
    rows: &[Line],
    columns: &[Line],
) -> Result<Vec<CellSpec>, (&'static str, String)> {
    let mut cells = Vec::with_capacity(old.cells.len());
    for cell in &old.cells {
        let Some((row, column)) = cell.at.split_once('.') else {
            continue;
        };
        let row = code_after(&old.rows, rows, row).map_err(|wrong| ("rows", wrong))?;
        let column = code_after(&old.columns, columns, column).map_err(|wrong| ("columns", wrong))?;
        cells.extend(row.zip(column).map(|(row, column)| CellSpec {
            at: format!("{row}.{column}"),
            says: cell.says.clone(),
        }));
    }
    Ok(cells)
}

/// The code that a line with cells of its own has now; none where it was taken out.
fn code_after<'a>(old: &[Line], new: &'a [Line], code: &str) -> Result<Option<&'a str>, String> {
    if let Some(same) = new.iter().find(|line| line.code == code) {
        return Ok(Some(&same.code));
    }
    let Some((at, line)) = old.iter().enumerate().find(|(_, line)| line.code == code) else {
        return Ok(None);
    };
    let fresh = |line: &&Line| old.iter().all(|one| one.code != line.code);
    let named: Vec<&Line> = new
        .iter()
        .filter(fresh)
        .filter(|one| one.label == line.label)
        .collect();
    let in_its_place = new.get(at).filter(|_| old.len() == new.len()).filter(fresh);
    match (named.as_slice(), in_its_place) {
        ([one], _) => Ok(Some(&one.code)),
        ([], None) => Ok(None),
        ([], Some(other)) => Err(format!(
            "“{code} | {}”改成了“{} | {}”，编号和名称都变了，不知道它单独设过的格要不要跟着走。\
             要跟着走，请先只改编号，保存以后再改名称；不要的话，请先删掉这一条保存，再加新的。",
            line.label, other.code, other.label
        )),
        _ => Err(format!(
            "“{code} | {}”不在了，新加的有几条都叫“{}”，不知道它单独设过的格跟哪一条走。请让名称不同，再保存。",
            line.label, line.label
        )),
    }
}

/// A level as text.
#[must_use]
pub fn level_text(level: &Level) -> String {
    format!(
        "{} | {} | {} | {} | {} | {}",
        level.files.join("、"),
        level.how.as_str(),
        level.checked_by,
        level.approved_by,
        level.due.months,
        level.due.day
    )
}

/// Levels from text.
///
/// # Errors
/// A sentence with the number of the line that cannot be read.
pub fn levels_of(text: &str) -> Result<Vec<Level>, String> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            read_level(&parts).ok_or_else(|| {
                format!(
                    "第 {} 行读不懂。要写成：机构种类 | fill 或 sum | 核对 | 审核 | 期满后几个月 | 几日。",
                    at + 1
                )
            })
        })
        .collect()
}

fn read_level(parts: &[&str]) -> Option<Level> {
    let [files, how, checked_by, approved_by, months, day] = parts else {
        return None;
    };
    let files = files.split(['、', ',', '，']).map(str::trim);
    Some(Level {
        files: files.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        how: how.parse().ok()?,
        checked_by: (*checked_by).to_owned(),
        approved_by: (*approved_by).to_owned(),
        due: Due {
            months: months.parse().ok()?,
            day: day.parse().ok()?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::definition::Definition;
    use super::*;

    #[test]
    fn lines_and_levels_read_back() {
        let definition = Definition::from_toml(include_str!("small.toml")).unwrap();
        for table in &definition.tables {
            for lines in [&table.rows, &table.columns] {
                let text: Vec<String> = lines.iter().map(line_text).collect();
                assert_eq!(&lines_of(&text.join("\n")).unwrap(), lines);
            }
        }
        let text: Vec<String> = definition.levels.iter().map(level_text).collect();
        assert_eq!(levels_of(&text.join("\n")).unwrap(), definition.levels);
    }

    #[test]
    fn a_line_that_cannot_be_read_says_which() {
        for (text, sentence) in [
            ("r1", "第 1 行：要写成"),
            ("r1 | 甲\nr2 | 乙 | unit", "第 2 行：“unit”要写成"),
            ("r1 | 甲 | rocket=1", "没有“rocket”"),
            ("r1 | 甲 | decimals=x", "decimals 的值"),
            ("r1 | 甲 | slice=sex", "slice 要写成"),
        ] {
            let said = lines_of(text).unwrap_err();
            assert!(said.contains(sentence), "{text}: {said}");
        }
        assert!(levels_of("street | fill").unwrap_err().contains("第 1 行"));
        assert!(lines_of("r1 | 甲 | formula=a > 0 || b > 0").is_ok());
    }

    #[test]
    fn what_a_cell_says_follows_its_line_to_another_code() {
        let definition = Definition::from_toml(include_str!("small.toml")).unwrap();
        let table = &definition.tables[0];
        for (rows, columns, at) in [
            (
                "all | 合计\nfemale | 女",
                "classes | 班级",
                Ok(Some("female.classes")),
            ),
            // Another code, the same name, wherever it stands.
            ("f | 女\nall | 合计", "classes | 班级", Ok(Some("f.classes"))),
            (
                "all | 合计\nf | 女",
                "people | 学员\nk | 班级\nteams | 团队",
                Ok(Some("f.k")),
            ),
            // Another code and name in the same place: perhaps another line altogether.
            ("all | 合计\nwomen | 妇女", "classes | 班级", Err("rows")),
            (
                "all | 合计\nfemale | 女",
                "people | 学员\nhours | 课时\nteams | 团队",
                Err("columns"),
            ),
            // Taken out; the other row is no successor.
            ("all | 合计", "classes | 班级", Ok(None)),
            ("all | 合计\nmale | 男\nother | 其他", "classes | 班级", Ok(None)),
            // Two of the name: nobody knows which.
            ("f | 女\ng | 女\nall | 合计", "classes | 班级", Err("rows")),
        ] {
            let cells = cells_after(table, &lines_of(rows).unwrap(), &lines_of(columns).unwrap());
            let found = cells.map(|cells| cells.first().map(|cell| cell.at.clone()));
            let found = found.map_err(|(field, _)| field);
            assert_eq!(found, at.map(|at| at.map(str::to_owned)), "{rows}");
        }
    }
}
