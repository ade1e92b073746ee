//! Registering many people from a CSV file.

use super::model::{self, Checked, PersonDraft};
use super::{sealed, store};
use db::Value;
use kernel::{Date, OrgId, PersonId};
use platform::{AppError, AppResult, Ctx, Event, FieldError, KeyRing, Permission, Tx};
use serde_json::json;
use std::collections::HashSet;

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

/// A row that cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Line in the file, the header being 1.
    pub line: usize,
    /// What is wrong with it.
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
    /// Whether anything was written.
    pub written: bool,
}

/// Registers the people of a file at an org. The same file again adds nobody.
///
/// # Errors
/// [`AppError::TooLarge`], [`AppError::Invalid`] when the file cannot be read as a whole, [`AppError::NotFound`]
/// when the org is not in scope. Bad rows are no error: they are in the report.
pub async fn import(ctx: &Ctx, bytes: &[u8], org: OrgId, how: How) -> AppResult<Report> {
    let scope = ctx.may(Permission::PersonEdit)?;
    store::org_within(ctx.db(), &scope, org).await?;
    let (good, mut report) = read(bytes, org, ctx.today())?;
    let tx = ctx.begin().await?;
    // Two loads into one org at once: the second waits and then finds the first one's people.
    tx.lock("person.import", org.raw()).await?;
    let fresh = unknown(&tx, org, good).await?;
    report.added = fresh.len();
    report.known = report.rows - report.bad - report.added;
    let refused = how == How::AllOrNothing && report.bad > 0;
    if how == How::DryRun || refused || fresh.is_empty() {
        return Ok(report);
    }
    write(&tx, &fresh).await?;
    let event = Event::new("person.imported", "org", org)
        .at(org)
        .data(json!({ "rows": report.rows, "added": report.added, "bad": report.bad }));
    tx.commit(vec![event]).await?;
    report.written = true;
    Ok(report)
}

fn unreadable(sentence: &str) -> AppError {
    AppError::invalid("file", sentence)
}

fn read(bytes: &[u8], org: OrgId, today: Date) -> AppResult<(Vec<Checked>, Report)> {
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
            Ok(person) => good.push(person),
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
async fn unknown(tx: &Tx, org: OrgId, good: Vec<Checked>) -> AppResult<Vec<Checked>> {
    let keys = &tx.ctx().platform.keys;
    let marked: Vec<_> = good
        .into_iter()
        .map(|person| (marks(keys, &person), person))
        .collect();
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
    for ((id, phone, name), person) in marked {
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
        fresh.push(person);
    }
    Ok(fresh)
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
