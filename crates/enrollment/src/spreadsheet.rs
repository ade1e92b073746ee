//! Tables for spreadsheet programs.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use platform::{AppError, AppResult};

/// A CSV file to keep, with its columns in the first row.
pub(crate) fn csv<const N: usize>(
    name: &str,
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> AppResult<Response> {
    let broken = |error: csv::Error| AppError::Internal(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(broken)?;
    for row in rows {
        writer
            .write_record(row.map(|text| plain(&text)))
            .map_err(broken)?;
    }
    let rows = writer
        .into_inner()
        .map_err(|error| AppError::Internal(error.to_string()))?;
    // The mark at the front tells spreadsheet programs that this is UTF-8.
    let bytes = [b"\xef\xbb\xbf".as_slice(), &rows].concat();
    let name = ui::view::query_value(name);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// A spreadsheet program reads a text that begins with one of these as a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [("王秀英", "王秀英"), ("=1+1", "'=1+1"), ("@a", "'@a"), ("", "")] {
            assert_eq!(super::plain(text), cell);
        }
    }
}
