//! Spreadsheets in and out: what every feature here needs of XLSX, bounded so that no file can fill the memory.

use calamine::{DataRef, Reader, Xlsx};
use platform::{AppError, AppResult};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// Rows and columns that are read of one sheet.
const MOST_ROWS: u32 = 5_000;
const MOST_COLUMNS: u32 = 200;
/// Sheets of one file.
const MOST_SHEETS: usize = 60;
/// Cells of one file.
const MOST_CELLS: usize = 200_000;
/// Bytes of a file when unpacked.
const MOST_BYTES: u64 = 100 << 20;
/// Letters of one cell.
const MOST_LETTERS: usize = 2_000;
/// Letters of all cells of one file.
const MOST_LETTERS_IN_ALL: usize = 5_000_000;
/// Different texts of one file, as it says itself: room is made for so many before the first is read.
const MOST_TEXTS: u64 = 1_000_000;

/// A sheet of a file that was read: its cells as text by row and column, from 0.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    rows: BTreeMap<u32, BTreeMap<u32, String>>,
}

impl Sheet {
    /// The text of a cell; empty where there is none.
    #[must_use]
    pub fn text(&self, row: u32, column: u32) -> &str {
        let cell = self.rows.get(&row).and_then(|row| row.get(&column));
        cell.map_or("", String::as_str)
    }

    /// Its rows with anything in them, by number.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &BTreeMap<u32, String>)> {
        self.rows.iter().map(|(number, row)| (*number, row))
    }

    /// The row and columns of a heading: the first row that holds all of these words; each word's column.
    #[must_use]
    pub fn heading(&self, words: &[&str]) -> Option<(u32, Vec<u32>)> {
        self.rows().find_map(|(number, row)| {
            let column = |word: &&str| {
                let found = row.iter().find(|(_, text)| text.as_str() == *word);
                found.map(|(column, _)| *column)
            };
            let columns: Option<Vec<u32>> = words.iter().map(column).collect();
            Some((number, columns?))
        })
    }
}

fn no(sentence: &str) -> AppError {
    AppError::invalid("file", sentence)
}

fn broken() -> AppError {
    no("这个文件打不开。请选 Excel 的 .xlsx 文件；旧的 .xls 请先另存为 .xlsx；加了密码的请先去掉密码。")
}

/// A file of a few kilobytes may unpack to gigabytes, or have room made for them: it is looked at before it is opened.
fn weigh(bytes: &[u8]) -> AppResult<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut size = 0_u64;
    let mut texts = Vec::new();
    for at in 0..archive.len() {
        let Ok(part) = archive.by_index(at) else {
            continue;
        };
        size = size.saturating_add(part.size());
        if part
            .name()
            .is_ok_and(|name| name.to_ascii_lowercase().ends_with("sharedstrings.xml"))
        {
            texts.push(at);
        }
    }
    if size > MOST_BYTES {
        return Err(no("这个文件展开以后太大。请删掉图片和多余的工作表再上传。"));
    }
    for at in texts {
        let part = archive.by_index(at).map_err(|_| broken())?;
        if said_texts(part.take(MOST_BYTES)) > MOST_TEXTS {
            return Err(no(
                "这个文件里的文字太多，最多 100 万条。请删掉多余的工作表再上传。",
            ));
        }
    }
    Ok(())
}

/// Reads a file.
///
/// # Errors
/// [`AppError::Invalid`] beside `file` with a sentence: what is wrong and what to do.
pub fn read(bytes: &[u8]) -> AppResult<Vec<Sheet>> {
    weigh(bytes)?;
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|_: calamine::XlsxError| broken())?;
    let names = book.sheet_names().clone();
    if names.len() > MOST_SHEETS {
        return Err(no("这个文件里的工作表太多，最多 60 张。"));
    }
    let mut left = MOST_CELLS;
    let mut letters = MOST_LETTERS_IN_ALL;
    let mut sheets = Vec::with_capacity(names.len());
    for name in names {
        let mut sheet = Sheet {
            name: name.clone(),
            ..Sheet::default()
        };
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else {
            continue;
        };
        while let Ok(Some(cell)) = cells.next_cell() {
            let (row, column) = cell.get_position();
            let text = text_of(cell.get_value());
            if text.is_empty() {
                continue;
            }
            left = left
                .checked_sub(1)
                .filter(|_| row < MOST_ROWS && column < MOST_COLUMNS)
                .ok_or_else(|| {
                    no("这个文件里的格太多：一张工作表最多 5000 行、200 列，一共最多 20 万格。")
                })?;
            letters = letters
                .checked_sub(text.chars().count())
                .ok_or_else(|| no("这个文件里的字太多，一共最多 500 万字。请删掉多余的工作表再上传。"))?;
            sheet.rows.entry(row).or_default().insert(column, text);
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// The largest number of different texts that a part of a file says it holds, wherever in it that stands.
fn said_texts(mut part: impl Read) -> u64 {
    const WORD: &[u8] = b"uniqueCount";
    /// Bytes after the word in which its number stands.
    const AFTER: usize = 64;
    let mut most = 0;
    let mut kept: Vec<u8> = Vec::new();
    let mut block = vec![0; 64 << 10];
    loop {
        let read = part.read(&mut block).unwrap_or(0);
        kept.extend(block.iter().take(read));
        for (at, window) in kept.windows(WORD.len()).enumerate() {
            if window != WORD {
                continue;
            }
            let after = kept.iter().skip(at + WORD.len()).take(AFTER);
            let digits = after
                .skip_while(|byte| !byte.is_ascii_digit())
                .take_while(|byte| byte.is_ascii_digit());
            let number = digits.fold(0_u64, |all, byte| {
                all.saturating_mul(10).saturating_add(u64::from(byte - b'0'))
            });
            most = most.max(number);
        }
        if read == 0 {
            return most;
        }
        // The word or its number may stand on both sides of a border.
        let border = kept.len().saturating_sub(WORD.len() + AFTER);
        kept.drain(..border);
    }
}

fn text_of(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::Int(number) => number.to_string(),
        // A sum of 0.1 and 0.2 is stored as 0.30000000000000004, which nobody typed.
        DataRef::Float(number) => rounded(*number).to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(truth) => if *truth { "是" } else { "否" }.to_owned(),
        DataRef::DateTime(day) => day.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) => "#错误".to_owned(),
        DataRef::Empty => String::new(),
    };
    text.chars().take(MOST_LETTERS).collect()
}

/// To six decimal places, where the number is small enough to have them.
fn rounded(number: f64) -> f64 {
    let million = number * 1e6;
    if million.abs() < 9e15 {
        million.round() / 1e6
    } else {
        number
    }
}

/// How a cell of a written file looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The title of a form.
    Title,
    /// A line of explanation.
    Note,
    /// A heading.
    Head,
    /// Text.
    Text,
    /// A number to be filled.
    Number(u8),
    /// Nothing is filled here.
    Shut,
}

/// A file being written.
pub struct Writer {
    book: Workbook,
}

impl Writer {
    /// An empty file with this title, made at this moment.
    #[must_use]
    pub fn new(title: &str, made: kernel::Instant) -> Self {
        let mut book = Workbook::new();
        let (date, time) = made.china();
        let day = ExcelDateTime::from_ymd(
            u16::try_from(date.year()).unwrap_or(2000),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
        .and_then(|day| {
            day.and_hms(
                u16::from(time.hour().unsigned_abs()),
                time.minute().unsigned_abs(),
                0,
            )
        });
        let mut properties = DocProperties::new().set_title(title);
        if let Ok(day) = day {
            properties = properties.set_creation_datetime(&day);
        }
        book.set_properties(&properties);
        Self { book }
    }

    /// A new sheet; letters that a sheet's name cannot hold are left out, and it is cut to 31.
    ///
    /// # Errors
    /// [`AppError::Internal`] when the name is taken.
    pub fn sheet(&mut self, name: &str) -> AppResult<Page<'_>> {
        let kept: String = name
            .chars()
            .filter(|letter| !"[]:*?/\\'".contains(*letter))
            .take(31)
            .collect();
        let sheet = self.book.add_worksheet();
        sheet.set_name(kept).map_err(failed)?;
        sheet
            .set_landscape()
            .set_paper_size(9)
            .set_print_fit_to_pages(1, 0);
        Ok(Page { sheet })
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// [`AppError::Internal`] when it cannot be written.
    pub fn finish(mut self) -> AppResult<Vec<u8>> {
        self.book.save_to_buffer().map_err(failed)
    }
}

fn failed(error: XlsxError) -> AppError {
    AppError::Internal(format!("xlsx: {error}"))
}

/// A sheet being written.
pub struct Page<'a> {
    sheet: &'a mut Worksheet,
}

impl Page<'_> {
    /// Writes a text. A text is never a formula.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside the sheet.
    pub fn text(&mut self, row: u32, column: u16, text: &str, look: Look) -> AppResult<()> {
        let done = self
            .sheet
            .write_string_with_format(row, column, text, &format_of(look));
        done.map(drop).map_err(failed)
    }

    /// Writes a number.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside the sheet.
    pub fn number(&mut self, row: u32, column: u16, number: f64, decimals: u8) -> AppResult<()> {
        let look = format_of(Look::Number(decimals));
        let done = self.sheet.write_number_with_format(row, column, number, &look);
        done.map(drop).map_err(failed)
    }

    /// Writes an empty cell with its look.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside the sheet.
    pub fn empty(&mut self, row: u32, column: u16, look: Look) -> AppResult<()> {
        let done = self.sheet.write_blank(row, column, &format_of(look));
        done.map(drop).map_err(failed)
    }

    /// Keeps the sheet from being seen: it is for the program that reads the file back.
    pub fn hide(&mut self) {
        self.sheet.set_hidden(true);
    }

    /// Sets the width of a column in letters.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside the sheet.
    pub fn width(&mut self, column: u16, letters: f64) -> AppResult<()> {
        self.sheet
            .set_column_width(column, letters)
            .map(drop)
            .map_err(failed)
    }
}

fn format_of(look: Look) -> Format {
    let boxed = || Format::new().set_border(FormatBorder::Thin);
    match look {
        Look::Title => Format::new().set_bold().set_font_size(16),
        Look::Note => Format::new().set_font_color("#55605f"),
        Look::Head => boxed().set_bold().set_text_wrap().set_align(FormatAlign::Center),
        Look::Text => boxed().set_text_wrap(),
        Look::Shut => boxed().set_background_color("#e0e0e0"),
        Look::Number(decimals) => {
            let places = "0".repeat(usize::from(decimals));
            let pattern = if places.is_empty() {
                "#,##0".to_owned()
            } else {
                format!("#,##0.{places}")
            };
            boxed().set_num_format(pattern)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut writer = Writer::new("表", kernel::Instant::from_millis(1_700_000_000_000));
        let mut page = writer.sheet("T1 [学员]").unwrap();
        page.text(0, 0, "行", Look::Head).unwrap();
        page.text(0, 2, "=1+1", Look::Text).unwrap();
        page.number(3, 1, 12.5, 1).unwrap();
        let sheets = read(&writer.finish().unwrap()).unwrap();
        assert_eq!(sheets[0].name, "T1 学员");
        assert_eq!(sheets[0].text(0, 2), "=1+1");
        assert_eq!(sheets[0].text(3, 1), "12.5");
        assert_eq!(sheets[0].heading(&["=1+1", "行"]), Some((0, vec![2, 0])));
        assert_eq!(sheets[0].heading(&["没有"]), None);
    }

    #[test]
    fn what_is_no_workbook_is_told() {
        for bytes in [b"".as_slice(), b"PK\x03\x04", b"a,b\n1,2\n"] {
            let Err(AppError::Invalid(wrong)) = read(bytes) else {
                panic!("{bytes:?}");
            };
            assert!(wrong[0].sentence.contains("打不开"));
        }
    }

    #[test]
    fn sums_of_decimals_are_read_as_they_are_shown() {
        let mut writer = Writer::new("表", kernel::Instant::from_millis(1_700_000_000_000));
        let mut page = writer.sheet("T1").unwrap();
        for (row, number) in (0..).zip([0.1 + 0.2, 1.1 * 3.0, -2.5, 123_456_789_012.5]) {
            page.number(row, 0, number, 2).unwrap();
        }
        let sheets = read(&writer.finish().unwrap()).unwrap();
        let texts: Vec<&str> = (0..4).map(|row| sheets[0].text(row, 0)).collect();
        assert_eq!(texts, ["0.3", "3.3", "-2.5", "123456789012.5"]);
    }

    #[test]
    fn a_file_that_says_it_holds_a_billion_texts_is_refused_before_room_is_made() {
        let mut writer = Writer::new("表", kernel::Instant::from_millis(1_700_000_000_000));
        writer
            .sheet("T1")
            .unwrap()
            .text(0, 0, "文字", Look::Text)
            .unwrap();
        let bytes = writer.finish().unwrap();
        assert!(read(&bytes).is_ok());
        let mut from = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for at in 0..from.len() {
            let mut part = from.by_index(at).unwrap();
            let name = part.name().unwrap().into_owned();
            let mut text = Vec::new();
            part.read_to_end(&mut text).unwrap();
            if name.ends_with("sharedStrings.xml") {
                let said = String::from_utf8(text).unwrap();
                assert!(said.contains("uniqueCount=\"1\""), "{said}");
                text = said
                    .replace("uniqueCount=\"1\"", "uniqueCount=\"1000000000\"")
                    .into_bytes();
            }
            to.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            std::io::Write::write_all(&mut to, &text).unwrap();
        }
        let Err(AppError::Invalid(wrong)) = read(&to.finish().unwrap().into_inner()) else {
            panic!("read");
        };
        assert!(wrong[0].sentence.contains("文字太多"), "{wrong:?}");
    }

    #[test]
    fn the_number_of_texts_is_found_wherever_it_stands() {
        for (text, most) in [
            ("<sst count=\"3\" uniqueCount=\"2\">".to_owned(), 2),
            (
                format!("{}<sst uniqueCount = '77'>", " ".repeat((64 << 10) - 10)),
                77,
            ),
            (
                format!(
                    "{}<sst uniqueCount='99999999999999999999999'>",
                    "x".repeat(65_530)
                ),
                u64::MAX,
            ),
            ("<sst>".to_owned(), 0),
        ] {
            assert_eq!(said_texts(text.as_bytes()), most);
        }
    }

    #[test]
    fn a_file_holds_so_many_letters_and_no_more() {
        let mut writer = Writer::new("表", kernel::Instant::from_millis(1_700_000_000_000));
        let mut page = writer.sheet("T1").unwrap();
        let text = "字".repeat(2_000);
        for row in 0..2_600 {
            page.text(row, 0, &text, Look::Text).unwrap();
        }
        let Err(AppError::Invalid(wrong)) = read(&writer.finish().unwrap()) else {
            panic!("read");
        };
        assert!(wrong[0].sentence.contains("500 万字"), "{wrong:?}");
    }
}
