//! HTML of writing a draft: its head, a table, a cell, a check.

use super::actions;
use super::definition::{
    Basis, CellSpec, Check, Definition, Force, Line, Nature, PeriodKind, Says, SliceSpec, Table, Upward,
    code_of,
};
use super::lines::{cells_after, level_text, levels_of, line_text, lines_of};
use super::pages::FormPage;
use crate::{Measures, VersionId, id};
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use metrics::{Dimension, Metrics};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::field::Choice;
use ui::{Crumbs, Field, Form, Lang, Link, Pairs};

/// How levels are written.
pub(super) const LEVEL_HELP: &[&str] = &[
    "填报层级从下往上，一行一级：机构种类 | fill（填报）或 sum（汇总）| 核对 | 审核 | 期满后几个月 | 几日。",
    "机构种类用代号：street_school 街镇社区学校，college 社区学院，senior_university 老年大学，street 街镇，district 区，city 市。",
];
const LINE_HELP: &[&str] = &[
    "行和列一行写一个：编号 | 名称 | 项=值; 项=值。编号用字母和数字。",
    "可以写的项：unit 单位，nature 时点 moment 或时期 span，decimals 小数，metric 指标，slice 分组（sex:female），formula 公式，typed=true 自填，blank=true 不填，up 上报方式 sum、metric、typed，change_percent 变动百分比，source 来源。",
    "每一格先看格自己写了什么，再看行，再看列。",
];
const CELL_HELP: &[&str] = &["公式里格的编号是 表_行_列。上年的格写 last.编号。"];
const CHECK_HELP: &[&str] = &[
    "算式的结果要是“是”或“否”，例如 T5_female_people <= T5_all_people。",
    "上年的格写 last.编号；同一机构同一时期别的报表的格写 of[\"报表编号\"].编号；小数相等用 same(a, b)。",
];

fn choices<T: Copy>(
    all: &[T],
    value: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
) -> Vec<Choice> {
    all.iter()
        .map(|one| Choice::new(value(*one), label(*one)))
        .collect()
}

pub(super) fn head_fields() -> Vec<Field> {
    vec![
        Field::text("name", "报表名称", 2, 60),
        Field::text("edition", "版本名称", 1, 30).hint("例如 2026"),
        Field::date("valid_from", "从哪天起的时期用它"),
        Field::date("valid_to", "到哪天停用").optional(),
        Field::select("basis", "性质", choices(Basis::ALL, Basis::as_str, Basis::label)),
        Field::textarea("source", "依据的文件", 500),
        Field::select(
            "period",
            "多久一次",
            choices(PeriodKind::ALL, PeriodKind::as_str, PeriodKind::label),
        ),
        Field::number("change_percent", "和上年相差超过百分之几要说明", 1, 10_000).optional(),
        Field::textarea("levels", "谁填报、谁核对、谁审核、几时截止", 2_000),
    ]
}

fn wrong(field: &'static str) -> impl Fn(String) -> AppError {
    move |sentence| AppError::invalid(field, sentence)
}

fn take_head(definition: &mut Definition, form: &Form) -> AppResult<()> {
    definition.name = form.get("name").to_owned();
    definition.edition = form.get("edition").to_owned();
    definition.source = form.get("source").replace('\n', " ");
    definition.valid_to = form.date("valid_to");
    definition.change_percent = form
        .number("change_percent")
        .and_then(|most| u32::try_from(most).ok());
    definition.levels = levels_of(form.get("levels")).map_err(wrong("levels"))?;
    if let Some(day) = form.date("valid_from") {
        definition.valid_from = day;
    }
    if let Ok(basis) = form.get("basis").parse() {
        definition.basis = basis;
    }
    if let Ok(period) = form.get("period").parse() {
        definition.period = period;
    }
    Ok(())
}

/// The definition of a new dataset as its form has it.
pub(super) fn new_definition(form: &Form) -> AppResult<Definition> {
    let mut definition = Definition {
        code: form.get("code").to_owned(),
        name: String::new(),
        edition: String::new(),
        valid_from: form.date("valid_from").unwrap_or_default(),
        valid_to: None,
        basis: Basis::Derived,
        source: String::new(),
        period: PeriodKind::Year,
        change_percent: None,
        levels: Vec::new(),
        tables: Vec::new(),
        checks: Vec::new(),
    };
    take_head(&mut definition, form)?;
    Ok(definition)
}

/// What a page of writing works on.
struct Writing {
    id: VersionId,
    version: i64,
    definition: Definition,
}

async fn open(ctx: &Ctx, version: &str) -> AppResult<Writing> {
    let shown = actions::get(ctx, id(version)?).await?;
    if !shown.may_edit {
        return Err(AppError::NotFound);
    }
    super::model::may_change(shown.version.status)?;
    Ok(Writing {
        id: shown.version.id,
        version: shown.version.version,
        definition: shown.definition,
    })
}

fn asked<'a>(query: &'a Pairs, name: &str) -> &'a str {
    let found = query.iter().find(|(key, _)| key == name);
    found.map_or("", |(_, value)| value.as_str())
}

/// One form of writing: its title and address, what it explains.
struct Sheet {
    title: String,
    action: String,
    help: &'static [&'static str],
}

impl Writing {
    fn page(&self, ctx: &Ctx, sheet: Sheet, form: Form, status: u16) -> Response {
        let page = ui::desk_page(ctx, &sheet.title);
        let back = format!("/desk/datasets/{}", self.id);
        let links = vec![
            Link::new("/desk/datasets", "报表制度"),
            Link::new(&back, &self.definition.name),
            Link::new("", &sheet.title),
        ];
        let template = FormPage {
            crumbs: Crumbs::new(&page, links),
            page,
            form,
            action: sheet.action,
            back,
            help: sheet.help.to_vec(),
        };
        ui::respond::html_with(status, &template)
    }

    /// Saves what a form says, or shows it again with what is wrong.
    async fn save(
        self,
        ctx: &Ctx,
        sheet: Sheet,
        mut form: Form,
        edit: impl FnOnce(&mut Definition, &Form) -> AppResult<()>,
    ) -> AppResult<Response> {
        if !form.is_valid() {
            return Ok(self.page(ctx, sheet, form, 422));
        }
        let seen = form.number("version").unwrap_or_default();
        let typed = form.clone();
        match actions::change(ctx, self.id, seen, |definition| edit(definition, &typed)).await {
            Ok(()) => Ok(see_other(&format!("/desk/datasets/{}?done=changed", self.id))),
            Err(error) => {
                let status = form.take_up(error)?;
                if status == 409 {
                    form = form.fill("version", self.version);
                }
                Ok(self.page(ctx, sheet, form, status))
            }
        }
    }
}

/// How one of many of a draft is written: a table, a check. Without a code it is a new one.
struct Many {
    fields: fn() -> Vec<Field>,
    sheet: fn(&Writing, &str) -> Sheet,
    /// Fills the form with the one of this code, if there is one.
    fill: fn(&Definition, &str, Form) -> Option<Form>,
    take: fn(&mut Definition, &Form) -> AppResult<()>,
}

impl Many {
    async fn show(&self, ctx: &Ctx, version: &str, query: &Pairs) -> AppResult<Response> {
        let writing = open(ctx, version).await?;
        let code = asked(query, "code");
        let blank = Form::blank(with_version((self.fields)()), Lang::Zh).fill("version", writing.version);
        let form = if code.is_empty() {
            blank
        } else {
            (self.fill)(&writing.definition, code, blank).ok_or(AppError::NotFound)?
        };
        let sheet = (self.sheet)(&writing, code);
        Ok(writing.page(ctx, sheet, form, 200))
    }

    async fn change(&self, ctx: &Ctx, version: &str, posted: &Posted) -> AppResult<Response> {
        let writing = open(ctx, version).await?;
        let form = Form::from_pairs(with_version((self.fields)()), Lang::Zh, &posted.0);
        let sheet = (self.sheet)(&writing, form.get("was"));
        writing.save(ctx, sheet, form, self.take).await
    }
}

fn with_version(mut fields: Vec<Field>) -> Vec<Field> {
    fields.push(Field::hidden("version"));
    fields
}

fn head_sheet(writing: &Writing) -> Sheet {
    Sheet {
        title: "报表的总说明".into(),
        action: format!("/desk/datasets/{}/head", writing.id),
        help: LEVEL_HELP,
    }
}

/// The form of the head.
pub(super) async fn head(ctx: Ctx, Path(version): Path<String>) -> AppResult<Response> {
    let writing = open(&ctx, &version).await?;
    let what = &writing.definition;
    let levels: Vec<String> = what.levels.iter().map(level_text).collect();
    let text = |value: Option<String>| value.unwrap_or_default();
    let form = Form::blank(with_version(head_fields()), Lang::Zh)
        .fill("name", &what.name)
        .fill("edition", &what.edition)
        .fill("valid_from", what.valid_from)
        .fill("valid_to", text(what.valid_to.map(|day| day.to_string())))
        .fill("basis", what.basis.as_str())
        .fill("source", &what.source)
        .fill("period", what.period.as_str())
        .fill(
            "change_percent",
            text(what.change_percent.map(|most| most.to_string())),
        )
        .fill("levels", levels.join("\n"))
        .fill("version", writing.version);
    let sheet = head_sheet(&writing);
    Ok(writing.page(&ctx, sheet, form, 200))
}

/// Saves the head.
pub(super) async fn change_head(
    ctx: Ctx,
    Path(version): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let writing = open(&ctx, &version).await?;
    let form = Form::from_pairs(with_version(head_fields()), Lang::Zh, &posted.0);
    let sheet = head_sheet(&writing);
    writing.save(&ctx, sheet, form, take_head).await
}

fn table_fields() -> Vec<Field> {
    vec![
        Field::text("code", "表号", 1, 16).hint("例如 T1"),
        Field::text("title", "表名", 1, 60),
        Field::textarea("source", "依据", 500).optional(),
        Field::textarea("note", "填表说明", 500).optional(),
        Field::textarea("rows", "行", 40_000),
        Field::textarea("columns", "列", 10_000),
        Field::tick("remove", "删掉这张表").optional(),
        Field::hidden("was"),
    ]
}

fn table_sheet(writing: &Writing, code: &str) -> Sheet {
    let title = if code.is_empty() {
        "加一张表".to_owned()
    } else {
        format!("改表 {code}")
    };
    Sheet {
        title,
        action: format!("/desk/datasets/{}/table", writing.id),
        help: LINE_HELP,
    }
}

const TABLES: Many = Many {
    fields: table_fields,
    sheet: table_sheet,
    fill: |definition, code, form| {
        let table = definition.tables.iter().find(|table| table.code == code)?;
        let text = |lines: &[Line]| lines.iter().map(line_text).collect::<Vec<_>>().join("\n");
        let form = form
            .fill("code", &table.code)
            .fill("was", &table.code)
            .fill("title", &table.title)
            .fill("source", &table.source)
            .fill("note", &table.note);
        Some(
            form.fill("rows", text(&table.rows))
                .fill("columns", text(&table.columns)),
        )
    },
    take: take_table,
};

/// The form of a table.
pub(super) async fn table(
    ctx: Ctx,
    Path(version): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    TABLES.show(&ctx, &version, &query).await
}

/// Saves a table.
pub(super) async fn change_table(
    ctx: Ctx,
    Path(version): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    TABLES.change(&ctx, &version, &posted).await
}

fn take_table(definition: &mut Definition, form: &Form) -> AppResult<()> {
    let was = form.get("was");
    let place = definition.tables.iter().position(|table| table.code == was);
    if form.ticked("remove") {
        definition.tables.retain(|table| table.code != was);
        return Ok(());
    }
    let code = form.get("code").to_owned();
    let taken = definition
        .tables
        .iter()
        .any(|table| table.code == code && code != was);
    if taken {
        let sentence = format!("已经有表 {code} 了，请换一个表号。");
        return Err(AppError::invalid("code", sentence));
    }
    let rows = lines_of(form.get("rows")).map_err(wrong("rows"))?;
    let columns = lines_of(form.get("columns")).map_err(wrong("columns"))?;
    let old = place.and_then(|at| definition.tables.get(at));
    let cells = match old {
        Some(old) => cells_after(old, &rows, &columns)
            .map_err(|(field, sentence)| AppError::invalid(field, sentence))?,
        None => Vec::new(),
    };
    let table = Table {
        code,
        title: form.get("title").to_owned(),
        source: form.get("source").replace('\n', " "),
        note: form.get("note").replace('\n', " "),
        cells,
        rows,
        columns,
    };
    match place.and_then(|at| definition.tables.get_mut(at)) {
        Some(old) => *old = table,
        None => definition.tables.push(table),
    }
    Ok(())
}

fn cell_fields(metrics: &Metrics) -> Vec<Field> {
    let all = metrics.all().iter();
    let all = all.map(|metric| Choice::new(metric.id, format!("{}（{}）", metric.name, metric.id)));
    let dimensions = [Dimension::Sex, Dimension::Age, Dimension::Kind];
    let ways = [
        ("", "照行和列写的"),
        ("typed", "自填"),
        ("metric", "系统指标"),
        ("formula", "公式"),
        ("blank", "这一格不填"),
    ];
    let ways = ways
        .iter()
        .map(|(value, label)| Choice::new(*value, *label))
        .skip(1)
        .collect();
    vec![
        Field::select("way", "怎样填（不选就照行和列写的）", ways).optional(),
        Field::select("metric", "指标", all.collect()).optional(),
        Field::select(
            "by",
            "只取其中一组：按什么分",
            choices(&dimensions, Dimension::code, Dimension::label),
        )
        .optional(),
        Field::text("key", "哪一组", 0, 60).hint("例如 female、60-69"),
        Field::textarea("formula", "公式", 1_000).optional(),
        Field::text("unit", "单位", 0, 10),
        Field::number("decimals", "小数位数", 0, 4).optional(),
        Field::select(
            "nature",
            "时点数还是时期数",
            choices(Nature::ALL, Nature::as_str, Nature::label),
        )
        .optional(),
        Field::select(
            "up",
            "上级怎样得到",
            choices(Upward::ALL, Upward::as_str, Upward::label),
        )
        .optional(),
        Field::number("change_percent", "和上年相差超过百分之几要说明", 1, 10_000).optional(),
        Field::text("source", "来源（和表的依据不同时写）", 0, 200),
        Field::hidden("at"),
    ]
}

/// Where a cell stands: the number of its table, `ROW.COLUMN`, and its heading.
fn place_of(definition: &Definition, code: &str) -> Option<(usize, String, String)> {
    definition.tables.iter().enumerate().find_map(|(number, table)| {
        table.rows.iter().find_map(|row| {
            table.columns.iter().find_map(|column| {
                let heading = format!("{} · {}", row.label, column.label);
                (code_of(&table.code, &row.code, &column.code) == code)
                    .then(|| (number, format!("{}.{}", row.code, column.code), heading))
            })
        })
    })
}

fn cell_sheet(writing: &Writing, heading: &str) -> Sheet {
    Sheet {
        title: format!("改这一格：{heading}"),
        action: format!("/desk/datasets/{}/cell", writing.id),
        help: CELL_HELP,
    }
}

/// The form of a cell.
pub(super) async fn cell(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(version): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let writing = open(&ctx, &version).await?;
    let code = asked(&query, "at");
    let (number, at, heading) = place_of(&writing.definition, code).ok_or(AppError::NotFound)?;
    let own = writing.definition.tables.get(number);
    let own = own.and_then(|table| table.cells.iter().find(|cell| cell.at == at));
    let says = own.map(|cell| cell.says.clone()).unwrap_or_default();
    let text = |value: Option<String>| value.unwrap_or_default();
    let way = match &says {
        Says {
            blank: Some(true), ..
        } => "blank",
        Says {
            typed: Some(true), ..
        } => "typed",
        Says { formula: Some(_), .. } => "formula",
        Says { metric: Some(_), .. } => "metric",
        _ => "",
    };
    let form = Form::blank(with_version(cell_fields(&metrics)), Lang::Zh)
        .fill("way", way)
        .fill("metric", text(says.metric.clone()))
        .fill("by", text(says.slice.as_ref().map(|slice| slice.by.clone())))
        .fill("key", text(says.slice.as_ref().map(|slice| slice.key.clone())))
        .fill("formula", text(says.formula.clone()))
        .fill("unit", text(says.unit.clone()))
        .fill("decimals", text(says.decimals.map(|one| one.to_string())))
        .fill("nature", says.nature.map_or("", Nature::as_str))
        .fill("up", says.up.map_or("", Upward::as_str))
        .fill(
            "change_percent",
            text(says.change_percent.map(|one| one.to_string())),
        )
        .fill("source", text(says.source.clone()))
        .fill("at", code)
        .fill("version", writing.version);
    let sheet = cell_sheet(&writing, &heading);
    Ok(writing.page(&ctx, sheet, form, 200))
}

/// Saves a cell.
pub(super) async fn change_cell(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(version): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let writing = open(&ctx, &version).await?;
    let form = Form::from_pairs(with_version(cell_fields(&metrics)), Lang::Zh, &posted.0);
    let found = place_of(&writing.definition, form.get("at"));
    let (_, _, heading) = found.ok_or(AppError::NotFound)?;
    let sheet = cell_sheet(&writing, &heading);
    writing.save(&ctx, sheet, form, take_cell).await
}

fn take_cell(definition: &mut Definition, form: &Form) -> AppResult<()> {
    let (number, at, _) = place_of(definition, form.get("at")).ok_or(AppError::NotFound)?;
    let some = |name: &str| form.some(name).map(str::to_owned);
    let way = form.get("way");
    let needed = |name: &'static str, what: &str| {
        let missing = || AppError::invalid(name, format!("请填写{what}。"));
        some(name).ok_or_else(missing).map(Some)
    };
    let says = Says {
        unit: some("unit"),
        nature: form.get("nature").parse().ok(),
        decimals: form.number("decimals").and_then(|one| u8::try_from(one).ok()),
        metric: if way == "metric" {
            needed("metric", "指标")?
        } else {
            None
        },
        slice: some("by").map(|by| SliceSpec {
            by,
            key: form.get("key").to_owned(),
        }),
        formula: if way == "formula" {
            needed("formula", "公式")?
        } else {
            None
        },
        typed: (way == "typed").then_some(true),
        blank: (way == "blank").then_some(true),
        up: form.get("up").parse().ok(),
        change_percent: form
            .number("change_percent")
            .and_then(|one| u32::try_from(one).ok()),
        source: some("source"),
    };
    let table = definition.tables.get_mut(number).ok_or(AppError::NotFound)?;
    table.cells.retain(|cell| cell.at != at);
    if says != Says::default() {
        table.cells.push(CellSpec { at, says });
    }
    Ok(())
}

fn check_fields() -> Vec<Field> {
    vec![
        Field::text("code", "校验号", 1, 16).hint("例如 C1"),
        Field::text("words", "不符时给填报人看的话", 4, 200),
        Field::textarea("rule", "算式", 1_000),
        Field::select(
            "force",
            "不符时",
            choices(Force::ALL, Force::as_str, Force::label),
        ),
        Field::tick("remove", "删掉这条校验").optional(),
        Field::hidden("was"),
    ]
}

fn check_sheet(writing: &Writing, code: &str) -> Sheet {
    let title = if code.is_empty() {
        "加一条校验".to_owned()
    } else {
        format!("改校验 {code}")
    };
    Sheet {
        title,
        action: format!("/desk/datasets/{}/check", writing.id),
        help: CHECK_HELP,
    }
}

const CHECKS: Many = Many {
    fields: check_fields,
    sheet: check_sheet,
    fill: |definition, code, form| {
        let check = definition.checks.iter().find(|check| check.code == code)?;
        let form = form
            .fill("code", &check.code)
            .fill("was", &check.code)
            .fill("words", &check.words)
            .fill("rule", &check.rule);
        Some(form.fill("force", check.force.as_str()))
    },
    take: take_check,
};

/// The form of a check.
pub(super) async fn check(
    ctx: Ctx,
    Path(version): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    CHECKS.show(&ctx, &version, &query).await
}

/// Saves a check.
pub(super) async fn change_check(
    ctx: Ctx,
    Path(version): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    CHECKS.change(&ctx, &version, &posted).await
}

fn take_check(definition: &mut Definition, form: &Form) -> AppResult<()> {
    let was = form.get("was");
    if form.ticked("remove") {
        definition.checks.retain(|check| check.code != was);
        return Ok(());
    }
    let rule = form.get("rule").replace('\n', " ");
    crate::expression::compile(&rule).map_err(wrong("rule"))?;
    let check = Check {
        code: form.get("code").to_owned(),
        words: form.get("words").to_owned(),
        rule,
        force: form.get("force").parse().unwrap_or(Force::Must),
    };
    match definition.checks.iter_mut().find(|check| check.code == was) {
        Some(old) => *old = check,
        None => definition.checks.push(check),
    }
    Ok(())
}
