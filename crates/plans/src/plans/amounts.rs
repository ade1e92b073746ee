//! Figures of targets: kept in thousandths, typed and shown as plain numbers.

/// Largest figure that is taken, in thousandths: ten thousand times a hundred million.
pub const MOST_MILLI: i64 = 1_000_000_000_000_000;

/// A figure of the reader in thousandths, rounded; what is too large is cut at the bound.
#[must_use]
pub fn milli(value: f64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "the bound is exact as a float")]
    let most = MOST_MILLI as f64;
    let scaled = (value * 1000.0).round().clamp(-most, most);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped to what fits; NaN becomes 0"
    )]
    let whole = scaled as i64;
    whole
}

/// The figure a person typed, in thousandths; full-width digits and separators are read.
#[must_use]
pub fn parse(typed: &str) -> Option<i64> {
    let plain: String = kernel::normalise_width(typed.trim())
        .chars()
        .filter(|letter| !matches!(letter, ',' | '，' | ' '))
        .collect();
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or((1, plain.as_str()), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > 3 {
        return None;
    }
    let padded = format!("{whole}{fraction:0<3}");
    let milli: i64 = padded.parse().ok()?;
    (milli <= MOST_MILLI).then_some(sign * milli)
}

/// The figure as a plain number: `60`, `0.5`.
#[must_use]
pub fn plain(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    let (whole, rest) = (milli.unsigned_abs() / 1000, milli.unsigned_abs() % 1000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{rest:03}");
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

/// The figure with its unit as people write it: `60 个`, `70%`, `1:1`.
#[must_use]
pub fn with_unit(milli: i64, unit: &str) -> String {
    match unit {
        "%" | "‰" | "‱" => format!("{}{unit}", plain(milli)),
        "ratio" => format!("{}:1", plain(milli)),
        "" => plain(milli),
        other => format!("{} {other}", plain(milli)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_typed_kept_and_shown() {
        for (typed, milli, shown) in [
            ("60", Some(60_000), "60"),
            (" ６０ ", Some(60_000), "60"),
            ("0.5", Some(500), "0.5"),
            ("1,234", Some(1_234_000), "1234"),
            ("-2.25", Some(-2_250), "-2.25"),
            ("70.", Some(70_000), "70"),
            ("", None, ""),
            ("六十", None, ""),
            ("1.2345", None, ""),
            ("1.2.3", None, ""),
            ("99999999999999999999", None, ""),
        ] {
            assert_eq!(parse(typed), milli, "{typed}");
            if let Some(milli) = milli {
                assert_eq!(plain(milli), shown, "{typed}");
            }
        }
    }

    #[test]
    fn the_readers_figures_are_kept_whole() {
        for (value, kept) in [
            (122.0, 122_000),
            (0.5, 500),
            (2.5, 2_500),
            (f64::NAN, 0),
            (f64::INFINITY, MOST_MILLI),
        ] {
            assert_eq!(milli(value), kept, "{value}");
        }
    }

    #[test]
    fn units_stand_where_people_write_them() {
        for (milli, unit, shown) in [
            (60_000, "个", "60 个"),
            (70_000, "%", "70%"),
            (500, "‱", "0.5‱"),
            (1_000, "ratio", "1:1"),
            (3_000, "", "3"),
        ] {
            assert_eq!(with_unit(milli, unit), shown);
        }
    }
}
