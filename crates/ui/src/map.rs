//! A map drawn on the server as SVG: outlines of areas, and a disc for each place, as large as its figure. With its
//! table, for print and for screen readers; it needs no script and no tiles.

use crate::html::Html;
use askama::filters::HtmlSafe;
use std::fmt::{self, Display};

const WIDTH: f64 = 640.0;
/// A map is never higher than this, whatever the shape of the area.
const MOST_HEIGHT: f64 = 720.0;
const MARGIN: f64 = 24.0;
const SMALLEST: f64 = 3.0;
const LARGEST: f64 = 26.0;
/// Size of the letters of names, as the style sheet has it.
const LETTER: f64 = 15.0;

/// A place on the map.
#[derive(Debug, Clone)]
pub struct Disc {
    /// Name.
    pub label: String,
    /// Its page.
    pub href: String,
    /// Longitude in millionths of a degree.
    pub lng_e6: i32,
    /// Latitude in millionths of a degree.
    pub lat_e6: i32,
    /// How large: the disc's area is as the figure. Without one it is drawn empty.
    pub value: Option<f64>,
    /// The figure for reading.
    pub text: String,
}

/// Outlines and discs, with what they say.
#[derive(Debug, Clone)]
pub struct Map {
    /// What it shows, with period and unit.
    pub sentence: String,
    /// What stands in a row of the table, for example 街镇.
    pub rows: String,
    /// Unit of the figures.
    pub unit: String,
    /// Rings of longitude and latitude in degrees.
    pub outlines: Vec<Vec<(f64, f64)>>,
    /// Where the outlines come from.
    pub source: String,
    /// Places.
    pub discs: Vec<Disc>,
}

/// From degrees to the drawing: width and height keep the shape of the land at this latitude.
struct Frame {
    west: f64,
    north: f64,
    across: f64,
    down: f64,
    height: f64,
}

impl Frame {
    fn of(map: &Map) -> Option<Self> {
        let discs = map.discs.iter().map(Disc::degrees);
        let all: Vec<(f64, f64)> = map.outlines.iter().flatten().copied().chain(discs).collect();
        let (first, rest) = all.split_first()?;
        let start = (first.0, first.0, first.1, first.1);
        let (west, east, south, north) = rest.iter().fold(start, |(w, e, s, n), (lng, lat)| {
            (w.min(*lng), e.max(*lng), s.min(*lat), n.max(*lat))
        });
        let shrink = ((south + north) / 2.0).to_radians().cos();
        let (wide, high) = (((east - west) * shrink).max(1e-4), (north - south).max(1e-4));
        let scale = ((WIDTH - 2.0 * MARGIN) / wide).min((MOST_HEIGHT - 2.0 * MARGIN) / high);
        Some(Self {
            west,
            north,
            across: scale * shrink,
            down: scale,
            height: high.mul_add(scale, 2.0 * MARGIN),
        })
    }

    fn place(&self, (lng, lat): (f64, f64)) -> (f64, f64) {
        (
            (lng - self.west).mul_add(self.across, MARGIN),
            (self.north - lat).mul_add(self.down, MARGIN),
        )
    }
}

impl Disc {
    fn degrees(&self) -> (f64, f64) {
        (f64::from(self.lng_e6) / 1e6, f64::from(self.lat_e6) / 1e6)
    }
}

/// Where a name stands on the drawing: its middle, and half its width.
#[derive(Clone, Copy)]
struct Label {
    x: f64,
    y: f64,
    half: f64,
}

impl Label {
    fn of(disc: &Disc, frame: &Frame) -> Self {
        let (x, y) = frame.place(disc.degrees());
        // A Chinese character is as wide as it is high, a Latin letter about half.
        let letters = disc
            .label
            .chars()
            .map(|one| if one.is_ascii() { 0.55 } else { 1.0 });
        Self {
            x,
            y,
            half: letters.sum::<f64>() * LETTER / 2.0,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        (self.x - other.x).abs() < self.half + other.half && (self.y - other.y).abs() < LETTER
    }
}

impl Map {
    /// The discs whose names are written: the largest first, and none over another. All names stand in the table.
    fn named(&self, frame: &Frame) -> Vec<&Disc> {
        let mut discs: Vec<&Disc> = self.discs.iter().collect();
        let size = |disc: &Disc| disc.value.unwrap_or(-1.0);
        discs.sort_by(|one, other| size(other).total_cmp(&size(one)));
        let mut taken: Vec<Label> = Vec::new();
        discs.retain(|disc| {
            let label = Label::of(disc, frame);
            let free = !taken.iter().any(|one| one.covers(&label));
            if free {
                taken.push(label);
            }
            free
        });
        discs
    }

    fn draw(&self, html: &mut Html, frame: &Frame) {
        html.raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"")
            .text(&self.sentence)
            .raw("\"><svg class=\"chart map\" aria-hidden=\"true\" focusable=\"false\" viewBox=\"0 0 ")
            .text(format!("{WIDTH:.0} {:.0}", frame.height))
            .raw("\">");
        for ring in &self.outlines {
            html.raw("<path class=\"land\" d=\"M");
            for point in ring {
                let (x, y) = frame.place(*point);
                html.text(format!("{x:.1} {y:.1} "));
            }
            html.raw("Z\"/>");
        }
        let most = self
            .discs
            .iter()
            .filter_map(|disc| disc.value)
            .fold(0.0, f64::max);
        for disc in &self.discs {
            let (x, y) = frame.place(disc.degrees());
            let share = disc
                .value
                .map_or(0.0, |value| (value.max(0.0) / most.max(1e-9)).sqrt());
            let radius = share.mul_add(LARGEST - SMALLEST, SMALLEST);
            let class = if disc.value.is_some() { "disc" } else { "disc none" };
            html.raw("<circle class=\"")
                .raw(class)
                .raw("\" cx=\"")
                .text(format!("{x:.1}"));
            html.raw("\" cy=\"").text(format!("{y:.1}")).raw("\" r=\"");
            html.text(format!("{radius:.1}")).raw("\"/>");
        }
        for disc in self.named(frame) {
            let (x, y) = frame.place(disc.degrees());
            html.raw("<text text-anchor=\"middle\" x=\"")
                .text(format!("{x:.1}"));
            html.raw("\" y=\"").text(format!("{:.1}", y + 6.0)).raw("\">");
            html.text(&disc.label).raw("</text>");
        }
        html.raw("</svg></div>");
    }
}

impl Display for Map {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut html = Html::new();
        html.raw("<figure class=\"figure\"><figcaption>")
            .text(&self.sentence)
            .raw("</figcaption>");
        let mut crowded = false;
        if let Some(frame) = Frame::of(self) {
            crowded = self.named(&frame).len() < self.discs.len();
            self.draw(&mut html, &frame);
        }
        html.raw("<details><summary>")
            .add(&crate::Icon::ChevronRight)
            .raw(if crowded {
                "看数字和没有写出的名称"
            } else {
                "看数字"
            })
            .raw("</summary><div>");
        html.raw("<table><caption class=\"sr\">").text(&self.sentence);
        html.raw("</caption><thead><tr><th scope=\"col\">")
            .text(&self.rows);
        html.raw("</th><th scope=\"col\" class=\"num\">")
            .text(&self.unit)
            .raw("</th></tr></thead><tbody>");
        for disc in &self.discs {
            html.raw("<tr><th scope=\"row\"><a href=\"")
                .text(&disc.href)
                .raw("\">")
                .text(&disc.label);
            html.raw("</a></th><td class=\"num\">")
                .text(&disc.text)
                .raw("</td></tr>");
        }
        html.raw("</tbody></table></div></details>");
        if !self.source.is_empty() {
            html.raw("<p><small>").text(&self.source).raw("</small></p>");
        }
        html.raw("</figure>");
        out.write_str(html.as_str())
    }
}

impl HtmlSafe for Map {}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(label: &str, lng_e6: i32, value: Option<f64>) -> Disc {
        Disc {
            label: label.into(),
            href: "/desk/metrics/x?org=1&period=2026".into(),
            lng_e6,
            lat_e6: 31_100_000,
            value,
            text: value.map_or_else(|| "—".into(), |value| value.to_string()),
        }
    }

    fn map(discs: Vec<Disc>) -> Map {
        Map {
            sentence: "各街镇学员人数".into(),
            rows: "街镇".into(),
            unit: "人".into(),
            outlines: vec![vec![(121.2, 31.0), (121.5, 31.0), (121.5, 31.2), (121.2, 31.2)]],
            source: String::new(),
            discs,
        }
    }

    #[test]
    fn every_place_stands_in_the_table_and_inside_the_frame() {
        let html = map(vec![
            disc("甲<镇", 121_250_000, Some(4.0)),
            disc("乙镇", 121_450_000, None),
        ])
        .to_string();
        assert!(!html.contains("甲<镇") && html.contains("甲&#60;镇"));
        assert_eq!(html.matches("<circle").count(), 2);
        assert_eq!(html.matches("<th scope=\"row\">").count(), 2);
        assert!(html.contains("class=\"disc none\""));
        for x in html.split("cx=\"").skip(1) {
            let x: f64 = x.split('"').next().unwrap().parse().unwrap();
            assert!((0.0..=WIDTH).contains(&x), "{x}");
        }
    }

    #[test]
    fn a_name_that_would_cover_a_larger_place_s_name_is_left_to_the_table() {
        for (lng, value, written) in [
            (121_450_000, 9.0, vec!["乙镇", "甲镇"]),
            (121_251_000, 9.0, vec!["乙镇"]),
            (121_251_000, 1.0, vec!["甲镇"]),
        ] {
            let html = map(vec![
                disc("甲镇", 121_250_000, Some(4.0)),
                disc("乙镇", lng, Some(value)),
            ])
            .to_string();
            let names: Vec<&str> = html
                .split("</text>")
                .filter_map(|part| part.rsplit_once("\">").filter(|_| part.contains("<text")))
                .map(|(_, name)| name)
                .collect();
            assert_eq!(names, written, "{lng} {value}");
            assert_eq!(html.matches("<th scope=\"row\">").count(), 2);
            assert_eq!(html.contains("没有写出的名称"), written.len() < 2);
        }
    }

    #[test]
    fn nothing_and_a_single_point_are_drawn_without_a_fault() {
        let mut empty = map(Vec::new());
        empty.outlines.clear();
        assert!(!empty.to_string().contains("chart map"));
        let mut one = map(vec![disc("甲镇", 121_250_000, Some(0.0))]);
        one.outlines.clear();
        let html = one.to_string();
        assert!(html.contains("chart map") && !html.contains("NaN") && !html.contains("inf"));
    }
}
