//! Bar and line charts drawn on the server as SVG, each with its table, for print, for copying and for screen readers.
//! The word of the opening line is Chinese only: learner pages show bars.

use std::fmt::{self, Display};

use askama::filters::HtmlSafe;

use crate::html::Html;

const WIDTH: i64 = 640;
const HEIGHT: i64 = 240;
const MARGIN: i64 = 28;
/// Width of a Chinese letter of the drawing, as `.chart text` in the stylesheet.
const LETTER: i64 = 17;
/// Width of a digit or another letter.
const DIGIT: i64 = 10;

/// How the values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// One bar a row, for comparing.
    Bars,
    /// A line from left to right, for a course in time.
    Line,
}

/// A figure: a sentence, the chart, and the table.
#[derive(Debug, Clone)]
pub struct Chart {
    /// How the values are drawn.
    pub kind: ChartKind,
    /// The sentence above: what the figure says, with its date.
    pub sentence: String,
    /// What stands in a row, for example 街镇.
    pub rows: String,
    /// Unit of the values, for example 人次.
    pub unit: String,
    /// Places after the point of the values: 45 with two of them reads 0.45.
    pub decimals: usize,
    /// Label and value of each row; negative values count as zero in the drawing.
    pub points: Vec<(String, i64)>,
}

impl Chart {
    fn most(&self) -> i64 {
        self.points
            .iter()
            .map(|(_, value)| *value)
            .max()
            .unwrap_or(0)
            .max(1)
    }

    /// A value for reading.
    fn text(&self, value: i64) -> String {
        let whole = 10_i64.saturating_pow(u32::try_from(self.decimals).unwrap_or(0));
        if self.decimals == 0 {
            return value.to_string();
        }
        let sign = if value < 0 { "-" } else { "" };
        let (before, after) = ((value / whole).abs(), (value % whole).abs());
        format!("{sign}{before}.{after:0width$}", width = self.decimals)
    }

    fn share(&self, value: i64, length: i64) -> i64 {
        let scaled = i128::from(value.max(0)) * i128::from(length) / i128::from(self.most());
        i64::try_from(scaled).unwrap_or(length)
    }

    /// The bars stand inside the table, so that words grow with the page's text and there is nothing to read twice.
    fn bars(&self, html: &mut Html) {
        html.raw("<table class=\"bars\">");
        self.head(html);
        for (label, value) in &self.points {
            html.raw("<tr><th scope=\"row\">").text(label);
            html.raw("</th><td class=\"num\">").text(self.text(*value));
            html.raw("</td><td aria-hidden=\"true\"><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" focusable=\"false\">");
            html.raw("<rect class=\"bar\" width=\"")
                .text(self.share(*value, 1000))
                .raw("\" height=\"10\"/></svg></td></tr>");
        }
        html.raw("</tbody></table>");
    }

    fn head(&self, html: &mut Html) {
        html.raw("<thead><tr><th scope=\"col\">").text(&self.rows);
        html.raw("</th><th scope=\"col\" class=\"num\">").text(&self.unit);
        let bar = if self.kind == ChartKind::Bars {
            "<td aria-hidden=\"true\"></td>"
        } else {
            ""
        };
        html.raw("</th>").raw(bar).raw("</tr></thead><tbody>");
    }

    fn table(&self, html: &mut Html) {
        html.raw("<details><summary>")
            .add(&crate::Icon::ChevronRight)
            .raw("看数字</summary><div><table>");
        self.head(html);
        for (label, value) in &self.points {
            html.raw("<tr><th scope=\"row\">").text(label);
            html.raw("</th><td class=\"num\">")
                .text(self.text(*value))
                .raw("</td></tr>");
        }
        html.raw("</tbody></table></div></details>");
    }

    fn line(&self, html: &mut Html) {
        let steps = i64::try_from(self.points.len().saturating_sub(1))
            .unwrap_or(0)
            .max(1);
        let place = |index: i64, value: i64| {
            let x = 2 * MARGIN + index * (WIDTH - 4 * MARGIN) / steps;
            (x, HEIGHT - MARGIN - self.share(value, HEIGHT - 3 * MARGIN))
        };
        html.raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"")
            .text(&self.sentence);
        html.raw("\"><svg class=\"chart\" aria-hidden=\"true\" focusable=\"false\" viewBox=\"0 0 ");
        html.text(WIDTH).raw(" ").text(HEIGHT).raw("\">");
        html.raw("<path class=\"axis\" d=\"M0 ")
            .text(HEIGHT - MARGIN)
            .raw("H")
            .text(WIDTH)
            .raw("\"/>");
        html.raw("<polyline class=\"line\" points=\"");
        for ((_, value), index) in self.points.iter().zip(0_i64..) {
            let (x, y) = place(index, *value);
            html.text(x).raw(",").text(y).raw(" ");
        }
        html.raw("\"/>");
        // Words that would stand in each other are left out, counted from the newest; the table has them all.
        let gap = (WIDTH - 4 * MARGIN) / steps;
        let labels = apart(self.points.iter().map(|(label, _)| width(label)), gap);
        let values = apart(
            self.points.iter().map(|(_, value)| width(&self.text(*value))),
            gap,
        );
        for ((label, value), index) in self.points.iter().zip(0_i64..) {
            let (x, y) = place(index, *value);
            let before_newest = steps - index;
            html.raw("<circle class=\"dot\" cx=\"")
                .text(x)
                .raw("\" cy=\"")
                .text(y)
                .raw("\" r=\"4\"/>");
            if before_newest % values == 0 {
                text_at(html, "middle", x, y - 12, &self.text(*value));
            }
            if before_newest % labels == 0 {
                text_at(html, "middle", x, HEIGHT - 6, label);
            }
        }
        html.raw("</svg></div>");
    }
}

/// The room that a text takes in the drawing.
fn width(text: &str) -> i64 {
    text.chars()
        .map(|letter| if letter.is_ascii() { DIGIT } else { LETTER })
        .sum()
}

/// Of so many points that stand `gap` apart one is named, so that names of these widths keep clear of each other.
fn apart(widths: impl Iterator<Item = i64>, gap: i64) -> i64 {
    let room = widths.max().unwrap_or(0) + DIGIT;
    let gap = gap.max(1);
    (room + gap - 1) / gap
}

fn text_at(html: &mut Html, anchor: &'static str, x: i64, y: i64, text: &str) {
    html.raw("<text text-anchor=\"")
        .raw(anchor)
        .raw("\" x=\"")
        .text(x)
        .raw("\" y=\"")
        .text(y)
        .raw("\">");
    html.text(text).raw("</text>");
}

impl Display for Chart {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut html = Html::literal("<figure class=\"figure\"><figcaption>");
        html.text(&self.sentence).raw("</figcaption>");
        match self.kind {
            ChartKind::Bars => self.bars(&mut html),
            ChartKind::Line => {
                self.line(&mut html);
                self.table(&mut html);
            }
        }
        html.raw("</figure>");
        out.write_str(html.as_str())
    }
}

impl HtmlSafe for Chart {}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: ChartKind, values: &[i64]) -> Chart {
        let points = values
            .iter()
            .map(|value| (format!("<{value}>"), *value))
            .collect();
        Chart {
            kind,
            sentence: "<b>".into(),
            rows: "街镇".into(),
            unit: "人次".into(),
            decimals: 0,
            points,
        }
    }

    fn chart(kind: ChartKind, values: &[i64]) -> String {
        made(kind, values).to_string()
    }

    #[test]
    fn values_read_with_their_places_after_the_point() {
        let with = |decimals, value| {
            Chart {
                decimals,
                ..made(ChartKind::Bars, &[])
            }
            .text(value)
        };
        for (decimals, value, text) in [(0, 45, "45"), (2, 45, "0.45"), (2, -5, "-0.05"), (1, 100, "10.0")] {
            assert_eq!(with(decimals, value), text);
        }
    }

    #[test]
    fn each_chart_has_its_table_and_escapes_labels() {
        for kind in [ChartKind::Bars, ChartKind::Line] {
            let html = chart(kind, &[10, 5, 0]);
            assert_eq!(html.matches("<tr>").count(), 4, "{html}");
            assert!(!html.contains("<b>") && html.contains("&#60;10&#62;"), "{html}");
        }
    }

    #[test]
    fn names_of_a_line_keep_clear_of_each_other_and_the_newest_is_named() {
        for (points, named) in [(1, 1), (3, 3), (8, 8), (9, 5), (12, 6), (40, 7)] {
            let years = (0..points).map(|year| (format!("{}年", 2000 + year), 7));
            let chart = Chart {
                points: years.collect(),
                ..made(ChartKind::Line, &[])
            };
            let drawn = chart.to_string();
            let drawn = drawn.split("</svg>").next().unwrap();
            let names: Vec<&str> = drawn.split("年</text>").collect();
            assert_eq!(names.len() - 1, named, "{points}");
            let newest = names[named - 1].ends_with(&(2000 + points - 1).to_string());
            assert!(newest, "{points}: {drawn}");
            assert_eq!(drawn.matches(">7</text>").count(), points.min(20), "{points}");
        }
    }

    #[test]
    fn the_longest_bar_fills_the_room_and_odd_values_stay_inside() {
        let html = chart(ChartKind::Bars, &[200, 100, -5, 0]);
        let widths: Vec<&str> = html
            .split("<rect")
            .skip(1)
            .filter_map(|rect| rect.split("width=\"").nth(1)?.split('"').next())
            .collect();
        assert_eq!(widths, ["1000", "500", "0", "0"]);
        for values in [&[][..], &[0], &[i64::MAX, i64::MIN]] {
            assert!(chart(ChartKind::Line, values).ends_with("</figure>"));
            assert!(chart(ChartKind::Bars, values).ends_with("</figure>"));
        }
    }
}
