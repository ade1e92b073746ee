//! Compares a file with what is there: which changes it asks for. No I/O.

use super::file::Row;
use super::store::Known;
use crate::tree::{OrgKind, OrgStatus};
use kernel::{Date, RegionCode};
use platform::{AppError, AppResult, FieldError};
use std::collections::{HashMap, HashSet};

db::text_enum! {
    /// What a line of the file asks for.
    pub enum ChangeKind {
        /// An area that was not there.
        Added => "added",
        /// Another name, short name or mark.
        Renamed => "renamed",
        /// Another area above.
        Moved => "moved",
        /// Ended with a successor.
        Merged => "merged",
        /// Ended without one, by its line or by not being named any more.
        Gone => "gone",
        /// Left as it is, although the file says otherwise; the detail says why.
        Kept => "kept",
    }
}

impl ChangeKind {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Renamed => "改名",
            Self::Moved => "换上级",
            Self::Merged => "并入",
            Self::Gone => "撤销",
            Self::Kept => "没有改",
        }
    }
}

/// One difference between the file and what was there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// Line in the file; 0 for an area that the file does not name.
    pub line: u64,
    /// Code.
    pub code: String,
    /// Name in the file, or the old one.
    pub name: String,
    /// What happens.
    #[serde(serialize_with = "as_text")]
    pub kind: ChangeKind,
    /// Before and after, or why not.
    pub detail: String,
}

fn as_text<S: serde::Serializer>(kind: &ChangeKind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(kind.as_str())
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ImportReport {
    /// Lines of the file without the heading.
    pub rows: usize,
    /// Lines that say what is there already.
    pub unchanged: usize,
    /// All differences, in the order of the file.
    pub changes: Vec<Change>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

impl ImportReport {
    /// How many differences are of this kind.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|change| change.kind == kind).count()
    }

    /// The whole result in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let parts: Vec<String> = ChangeKind::ALL
            .iter()
            .map(|kind| (kind.label(), self.count(*kind)))
            .filter(|(_, count)| *count > 0)
            .map(|(label, count)| format!("{label} {count}"))
            .collect();
        let changes = if parts.is_empty() {
            "没有不同".to_owned()
        } else {
            parts.join("，")
        };
        let start = if self.dry_run {
            "试运行，没有写入"
        } else {
            "已导入"
        };
        format!(
            "{start}：共 {} 行，{changes}，一样的 {} 行。",
            self.rows, self.unchanged
        )
    }
}

/// What is to be written, in the order in which it must be.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    /// New areas, larger ones first.
    pub added: Vec<&'a Row>,
    /// Areas with another name or mark.
    pub renamed: Vec<(&'a Known, &'a Row)>,
    /// Areas with another one above.
    pub moved: Vec<(&'a Known, RegionCode, Date)>,
    /// Areas that became part of another.
    pub merged: Vec<(&'a Known, RegionCode, Date)>,
    /// Areas that ended, smaller ones first.
    pub gone: Vec<(&'a Known, Date)>,
    /// All of it for people.
    pub changes: Vec<Change>,
    /// Lines that ask for nothing.
    pub unchanged: usize,
}

/// Compares; `known` are the areas that are there, by code.
///
/// # Errors
/// [`AppError::Invalid`] when a line names a parent or successor that is nowhere, or one of a wrong kind.
pub fn plan<'a>(rows: &'a [Row], known: &'a HashMap<String, Known>) -> AppResult<Plan<'a>> {
    let in_file: HashMap<RegionCode, &Row> = rows.iter().map(|row| (row.code, row)).collect();
    let kind_of = |code: RegionCode| {
        let file = in_file.get(&code).map(|row| row.kind);
        file.or_else(|| known.get(code.as_str()).map(|area| area.kind))
    };
    let mut plan = Plan::default();
    let mut wrong = Vec::new();
    for row in rows {
        if let Some(sentence) = misplaced(row, kind_of) {
            wrong.push(FieldError {
                field: "file".into(),
                sentence,
            });
            continue;
        }
        match known.get(row.code.as_str()) {
            None if row.valid_to.is_some() => plan.unchanged += 1,
            None => plan.add(row),
            Some(area) if area.kind != row.kind => wrong.push(FieldError {
                field: "file".into(),
                sentence: format!(
                    "第 {} 行：{} 在库里是{}，文件里是{}。请核对代码。",
                    row.line,
                    row.code,
                    area.kind.label(),
                    row.kind.label()
                ),
            }),
            Some(area) => plan.compare(row, area),
        }
    }
    if !wrong.is_empty() {
        wrong.truncate(20);
        return Err(AppError::Invalid(wrong));
    }
    plan.find_gone(rows, known, &in_file);
    Ok(plan)
}

fn misplaced(row: &Row, kind_of: impl Fn(RegionCode) -> Option<OrgKind>) -> Option<String> {
    let parent = match row.parent {
        None => None,
        Some(code) => match kind_of(code) {
            None => {
                return Some(format!(
                    "第 {} 行：上级 {code} 不在文件里，也不在库里。",
                    row.line
                ));
            }
            kind => kind,
        },
    };
    if !row.kind.fits_under(parent) {
        let above = parent.map_or("最上级", OrgKind::label);
        return Some(format!(
            "第 {} 行：{}“{}”不能放在{above}下面。",
            row.line,
            row.kind.label(),
            row.name
        ));
    }
    match row.successor {
        Some(code) if code == row.code || kind_of(code) != Some(row.kind) => Some(format!(
            "第 {} 行：继任区划 {code} 不在文件和库里，或者和它不是同一级。",
            row.line
        )),
        _ => None,
    }
}

impl<'a> Plan<'a> {
    fn add(&mut self, row: &'a Row) {
        self.say(
            row.line,
            row.code.as_str(),
            &row.name,
            ChangeKind::Added,
            String::new(),
        );
        self.added.push(row);
    }

    fn compare(&mut self, row: &'a Row, area: &'a Known) {
        let before = self.changes.len();
        let code = row.code.as_str();
        if area.status != OrgStatus::Open {
            if row.valid_to.is_none() {
                let detail = "库里已经撤销或并入别处".to_owned();
                self.say(row.line, code, &row.name, ChangeKind::Kept, detail);
            }
        } else if let Some(end) = row.valid_to {
            self.end(row, area, end);
        } else {
            let parent = row.parent.as_ref().map(RegionCode::as_str);
            if (&area.name, &area.short_name, area.special) != (&row.name, &row.short_name, row.special) {
                self.rename(row, area);
            }
            if area.parent_code.as_deref() != parent {
                self.shift(row, area);
            }
        }
        if self.changes.len() == before {
            self.unchanged += 1;
        }
    }

    fn rename(&mut self, row: &'a Row, area: &'a Known) {
        if row.valid_from < area.name_from {
            let detail = format!("库里 {} 改过名称，比文件新", area.name_from);
            return self.say(row.line, row.code.as_str(), &area.name, ChangeKind::Kept, detail);
        }
        let detail = format!("{} → {}", area.name, row.name);
        self.say(
            row.line,
            row.code.as_str(),
            &row.name,
            ChangeKind::Renamed,
            detail,
        );
        self.renamed.push((area, row));
    }

    fn shift(&mut self, row: &'a Row, area: &'a Known) {
        let (Some(parent), Some(edge_from)) = (row.parent, area.edge_from) else {
            let detail = "最上面的一级不能换上级".to_owned();
            return self.say(row.line, row.code.as_str(), &area.name, ChangeKind::Kept, detail);
        };
        if row.valid_from < edge_from {
            let detail = format!("库里 {edge_from} 换过上级，比文件新");
            return self.say(row.line, row.code.as_str(), &area.name, ChangeKind::Kept, detail);
        }
        let old = area.parent_code.as_deref().unwrap_or_default();
        self.say(
            row.line,
            row.code.as_str(),
            &row.name,
            ChangeKind::Moved,
            format!("{old} → {parent}"),
        );
        self.moved.push((area, parent, row.valid_from));
    }

    fn end(&mut self, row: &'a Row, area: &'a Known, end: Date) {
        match row.successor {
            Some(into) => {
                let detail = format!("{end} 起并入 {into}");
                self.say(row.line, row.code.as_str(), &row.name, ChangeKind::Merged, detail);
                self.merged.push((area, into, end));
            }
            None => self.close(area, end, row.line),
        }
    }

    fn close(&mut self, area: &'a Known, end: Date, line: u64) {
        self.say(
            line,
            &area.region_code,
            &area.name,
            ChangeKind::Gone,
            format!("{end} 起"),
        );
        self.gone.push((area, end));
    }

    /// Rule 3. Smaller areas come first, so that a street is empty when its turn comes.
    fn find_gone(
        &mut self,
        rows: &[Row],
        known: &'a HashMap<String, Known>,
        file: &HashMap<RegionCode, &Row>,
    ) {
        let Some(day) = rows.iter().map(|row| row.valid_from).max() else {
            return;
        };
        let spoken: HashSet<&str> = rows
            .iter()
            .filter(|row| row.kind == OrgKind::District)
            .map(|row| row.code.short())
            .collect();
        let mut gone: Vec<&Known> = known
            .values()
            .filter(|area| area.status == OrgStatus::Open)
            .filter(|area| matches!(area.kind, OrgKind::Street | OrgKind::Neighborhood))
            .filter(|area| {
                area.region_code
                    .get(..6)
                    .is_some_and(|district| spoken.contains(district))
            })
            .filter(|area| RegionCode::parse(&area.region_code).is_ok_and(|code| !file.contains_key(&code)))
            .collect();
        gone.sort_by(|a, b| (b.kind, &a.region_code).cmp(&(a.kind, &b.region_code)));
        for area in gone {
            let day = area
                .edge_from
                .map_or(day, |from| from.max(day))
                .max(area.name_from);
            self.close(area, day, 0);
        }
    }

    fn say(&mut self, line: u64, code: &str, name: &str, kind: ChangeKind, detail: String) {
        self.changes.push(Change {
            line,
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            detail,
        });
    }
}
