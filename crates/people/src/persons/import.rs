//! Registering many people from a CSV file.

use super::model::{self, Checked, PersonDraft, Sex};
use super::store::PersonBrief;
use super::{sealed, store};
use db::{Scope, Value};
use kernel::{Date, OrgId, PersonId};
use platform::{AppError, AppResult, Ctx, Event, FieldError, KeyRing, Permission, Tx};
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// Most bytes of a file.
pub const MOST_BYTES: usize = 20 << 20;
/// Most rows of a file.
pub const MOST_ROWS: usize = 50_000;
/// The columns, as the first line of the file names them.
pub const HEADER: [&str; 6] = ["姓名", "性别", "出生日期", "身份证号", "手机号", "需要"];
/// Bad rows that a report lists one by one.
const MOST_LISTED: usize = 200;
const CHUNK: usize = 500;

/// What to do with the rows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Only say what would happen.
    DryRun,
    /// Register all rows, or none when one is bad.
    AllOrNothing,
    /// Register the good rows and leave the bad ones out.
    GoodRows,
}

/// A row of which something is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Line in the file, the header being 1.
    pub line: usize,
    /// What is wrong with it, or doubtful.
    pub sentences: Vec<String>,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows of the file.
    pub rows: usize,
    /// People registered, or that would be.
    pub added: usize,
    /// Rows of people who are registered already.
    pub known: usize,
    /// Rows that are wrong.
    pub bad: usize,
    /// The first of them.
    pub listed: Vec<BadRow>,
    /// Rows that look like somebody who is registered: same name, birth and sex. They are left out unless they are said to be
    /// others.
    pub alike: usize,
    /// The first of them.
    pub doubtful: Vec<BadRow>,
    /// Whether anything was written.
    pub written: bool,
}

/// Registers the people of a file at an org. The same file again adds nobody. Rows that look like somebody registered whom the
/// caller can see are told; they are only taken as `another` person when the caller says that they are.
///
/// # Errors
/// [`AppError::TooLarge`], [`AppError::Invalid`] when the file cannot be read as a whole, [`AppError::NotFound`]
/// when the org is not in scope. Bad rows are no error: they are in the report.
pub async fn import(ctx: &Ctx, bytes: &[u8], org: OrgId, how: How, another: bool) -> AppResult<Report> {
    let scope = ctx.may(Permission::PersonEdit)?;
    store::org_within(ctx.db(), &scope, org).await?;
    let (good, mut report) = read(bytes, org, ctx.today())?;
    let tx = ctx.begin().await?;
    // Two loads into one org at once: the second waits and then finds the first one's people.
    tx.lock("person.import", org.raw()).await?;
    let fresh = unknown(&tx, org, good).await?;
    report.known = report.rows - report.bad - fresh.len();
    let fresh = doubted(&tx, &scope, fresh, another, &mut report).await?;
    report.added = fresh.len();
    let refused = how == How::AllOrNothing && report.bad > 0;
    if how == How::DryRun || refused || fresh.is_empty() {
        return Ok(report);
    }
    write(&tx, &fresh).await?;
    let event = Event::new("person.imported", "org", org)
        .at(org)
        .data(json!({ "rows": report.rows, "added": report.added, "bad": report.bad, "alike": report.alike, "another": another }));
    tx.commit(vec![event]).await?;
    report.written = true;
    Ok(report)
}

fn unreadable(sentence: &str) -> AppError {
    AppError::invalid("file", sentence)
}

/// A row that is right, with its line in the file.
type Row = (usize, Checked);

fn read(bytes: &[u8], org: OrgId, today: Date) -> AppResult<(Vec<Row>, Report)> {
    if bytes.len() > MOST_BYTES {
        return Err(AppError::TooLarge(
            "文件太大，最多 20 MB。请把名单分成几份再上传。".into(),
        ));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        unreadable("文件不是 UTF-8 编码，读出来会是乱码。请在表格软件里“另存为”，选“CSV UTF-8”，再上传。")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|_| unreadable("文件第一行读不懂。请照本页写的第一行改好再上传。"))?;
    if header.iter().ne(HEADER) {
        return Err(unreadable(&format!(
            "文件第一行要正好是：{}。请照着改好再上传。",
            HEADER.join("，")
        )));
    }
    let mut good = Vec::new();
    let mut report = Report::default();
    for (at, record) in reader.records().enumerate() {
        report.rows += 1;
        if report.rows > MOST_ROWS {
            return Err(AppError::TooLarge(
                "一次最多 50,000 行。请把名单分成几份再上传。".into(),
            ));
        }
        match record
            .map_err(|_| Vec::new())
            .and_then(|record| row(&record, org, today))
        {
            Ok(person) => good.push((at + 2, person)),
            Err(wrong) => {
                report.bad += 1;
                if report.listed.len() < MOST_LISTED {
                    let mut sentences: Vec<String> = wrong.into_iter().map(|one| one.sentence).collect();
                    if sentences.is_empty() {
                        sentences.push("这一行的格式不对，读不出来。".into());
                    }
                    report.listed.push(BadRow {
                        line: at + 2,
                        sentences,
                    });
                }
            }
        }
    }
    if report.rows == 0 {
        return Err(unreadable("文件里没有学员，只有第一行或是空的。请填好再上传。"));
    }
    Ok((good, report))
}

fn row(record: &csv::StringRecord, org: OrgId, today: Date) -> Result<Checked, Vec<FieldError>> {
    let cell = |at: usize| record.get(at).unwrap_or_default();
    let wrong = |field: &str, sentence: &str| {
        vec![FieldError {
            field: field.into(),
            sentence: sentence.into(),
        }]
    };
    if record.len() != HEADER.len() {
        return Err(wrong("row", "这一行的格数和第一行不一样。请检查逗号。"));
    }
    let sex = match cell(1) {
        "男" => "male",
        "女" => "female",
        "" => "",
        _ => return Err(wrong("sex", "性别要填“男”或“女”。")),
    };
    let birth = cell(2);
    let birth = if birth.is_empty() {
        None
    } else {
        let day = birth.replace('/', "-").parse::<Date>();
        Some(day.map_err(|_| wrong("birth", "出生日期要写成 1955-03-15 这样。"))?)
    };
    let mut needs = Vec::new();
    for word in cell(5)
        .split(['、', ';', '；', ' '])
        .filter(|word| !word.is_empty())
    {
        let need = model::Need::ALL.iter().find(|need| need.label() == word);
        let need = need.ok_or_else(|| {
            wrong(
                "needs",
                "“需要”这一格有不认识的词，可以填：听力不便、视力不便、行动不便、说方言、认字不多。",
            )
        })?;
        needs.push(need.as_str().to_owned());
    }
    let draft = PersonDraft {
        name: cell(0).to_owned(),
        sex: sex.to_owned(),
        birth,
        id_number: cell(3).to_owned(),
        phone: cell(4).to_owned(),
        needs,
        org: Some(org),
        ..PersonDraft::default()
    };
    model::check(&draft, today)
}

/// By what two rows are the same person.
fn marks(keys: &KeyRing, person: &Checked) -> (Option<String>, Option<String>, String) {
    let id = person
        .id_number
        .as_ref()
        .map(|number| sealed::id_index(keys, number));
    let phone = person
        .phone
        .as_ref()
        .map(|phone| sealed::phone_index(keys, phone));
    let name = format!("{}|{}", person.name.as_str(), person.birth);
    (id, phone, name)
}

/// The people among these who are not registered yet, each once.
async fn unknown(tx: &Tx, org: OrgId, good: Vec<Row>) -> AppResult<Vec<Row>> {
    let keys = &tx.ctx().platform.keys;
    let marked: Vec<_> = good.into_iter().map(|row| (marks(keys, &row.1), row)).collect();
    let mut seen: HashSet<String> = HashSet::new();
    for chunk in marked.chunks(CHUNK) {
        let asked = chunk
            .iter()
            .flat_map(|((id, phone, _), _)| id.iter().chain(phone).cloned());
        for known in store::known(tx, asked.collect()).await? {
            note(&mut seen, &known);
        }
    }
    for known in store::registered(tx, org).await? {
        note(&mut seen, &known);
        if let Some(birth) = known.birth {
            seen.insert(format!("{}|{birth}", known.name));
        }
    }
    let mut fresh = Vec::new();
    for ((id, phone, name), row) in marked {
        let own: Vec<String> = [id, phone.map(|phone| format!("{phone}|{name}"))]
            .into_iter()
            .flatten()
            .collect();
        // Without a number or a telephone, name and birth at the same org decide.
        let own = if own.is_empty() { vec![name] } else { own };
        if own.iter().any(|mark| seen.contains(mark)) {
            continue;
        }
        seen.extend(own);
        fresh.push(row);
    }
    Ok(fresh)
}

/// Tells which rows look like somebody registered in the caller's sight; gives those to be written.
async fn doubted(
    tx: &Tx,
    scope: &Scope,
    rows: Vec<Row>,
    another: bool,
    report: &mut Report,
) -> AppResult<Vec<Checked>> {
    let mut fresh = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Row> = rows.by_ref().take(CHUNK).collect();
        let names = chunk.iter().map(|(_, person)| person.name.as_str().to_owned());
        let births = chunk.iter().map(|(_, person)| person.birth.to_string());
        let seen = store::namesakes(tx, scope, names.collect(), births.collect()).await?;
        let mut known: HashMap<(&str, Date, Sex), &PersonBrief> = HashMap::new();
        for one in &seen {
            if let (Some(birth), Some(sex)) = (one.birth, one.sex) {
                known.entry((one.name.as_str(), birth, sex)).or_insert(one);
            }
        }
        for (line, person) in chunk {
            let like = known.get(&(person.name.as_str(), person.birth, person.sex));
            if let Some(like) = like {
                report.alike += 1;
                if report.doubtful.len() < MOST_LISTED {
                    let sentences = vec![alike(like)];
                    report.doubtful.push(BadRow { line, sentences });
                }
            }
            if like.is_none() || another {
                fresh.push(person);
            }
        }
    }
    Ok(fresh)
}

fn alike(one: &PersonBrief) -> String {
    format!(
        "和已登记的{}（学员号 {}{}）姓名、出生日期、性别都一样，可能是同一个人。",
        one.name,
        one.number,
        one.phone_masked
            .as_ref()
            .map(|phone| format!("，手机 {phone}"))
            .unwrap_or_default()
    )
}

fn note(seen: &mut HashSet<String>, known: &store::Known) {
    seen.extend(known.id_index.clone());
    if let (Some(phone), Some(birth)) = (&known.phone_index, known.birth) {
        seen.insert(format!("{phone}|{}|{birth}", known.name));
    }
}

async fn write(tx: &Tx, fresh: &[Checked]) -> AppResult<()> {
    let ctx = tx.ctx();
    let mut used: HashSet<String> = HashSet::new();
    for chunk in fresh.chunks(CHUNK) {
        let numbers = free_numbers(tx, chunk.len(), &mut used).await?;
        let rows: Vec<Vec<Value>> = chunk
            .iter()
            .zip(numbers)
            .map(|(person, number)| {
                let id: PersonId = ctx.new_id();
                model::cells(&ctx.platform.keys, id, &number, person, ctx.now())
            })
            .collect();
        store::insert(tx, &rows).await?;
    }
    Ok(())
}

async fn free_numbers(tx: &Tx, count: usize, used: &mut HashSet<String>) -> AppResult<Vec<String>> {
    let mut free = Vec::with_capacity(count);
    while free.len() < count {
        let missing = count - free.len();
        let drawn: Vec<String> = (0..missing)
            .map(|_| model::new_number(&tx.ctx().platform.random))
            .filter(|number| used.insert(number.clone()))
            .collect();
        let taken = store::numbers_taken(tx, drawn.clone()).await?;
        free.extend(drawn.into_iter().filter(|number| !taken.contains(number)));
    }
    Ok(free)
}
