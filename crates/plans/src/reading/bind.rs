//! Which metric would move a target: proposals from `data/plans/bindings.toml`.

use serde::Deserialize;
use std::sync::LazyLock;

/// The shipped table.
const SHIPPED: &str = include_str!("../../../../data/plans/bindings.toml");

#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    metric: Vec<Row>,
    #[serde(default)]
    kind: Vec<KindRow>,
    #[serde(default)]
    chosen: Chosen,
}

#[derive(Debug, Deserialize)]
struct KindRow {
    metric: String,
    kind: String,
    words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    name: String,
    words: Vec<String>,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    level_from: f64,
}

/// Words of things, each with its metric.
#[derive(Debug, Default)]
pub struct Bindings {
    rows: Vec<Entry>,
    names: Vec<(String, String)>,
    kinds: Vec<KindEntry>,
    chosen: Vec<String>,
    levels: Vec<(String, f64)>,
}

#[derive(Debug)]
struct KindEntry {
    metric: String,
    kind: String,
    parts: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    metric: String,
    parts: Vec<String>,
    units: Vec<String>,
    weight: usize,
}

impl Bindings {
    /// Reads a table: rows `[[metric]]` with `id`, `words` (parts joined by `+`, all needed in this order) and `units`.
    ///
    /// # Errors
    /// A sentence, when the text is no such table.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| format!("指标对照表读不了：{error}"))?;
        let mut rows = Vec::new();
        let mut names = Vec::new();
        let mut levels = Vec::new();
        for row in file.metric {
            if row.level_from > 0.0 {
                levels.push((row.id.clone(), row.level_from));
            }
            names.push((row.id.clone(), row.name.clone()));
            for words in &row.words {
                let parts: Vec<String> = words.split('+').map(str::to_owned).collect();
                rows.push(Entry {
                    metric: row.id.clone(),
                    weight: parts.iter().map(|part| part.chars().count()).sum(),
                    parts,
                    units: row.units.clone(),
                });
            }
        }
        let kinds = file.kind.iter().flat_map(|row| {
            row.words.iter().map(|words| KindEntry {
                metric: row.metric.clone(),
                kind: row.kind.clone(),
                parts: words.split('+').map(str::to_owned).collect(),
            })
        });
        Ok(Self {
            rows,
            names,
            kinds: kinds.collect(),
            chosen: file.chosen.words,
            levels,
        })
    }

    /// The shipped table.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static TABLE: LazyLock<Bindings> = LazyLock::new(|| Bindings::read(SHIPPED).unwrap_or_default());
        &TABLE
    }

    /// The metric whose words fit best; the longest words win, none when nothing fits.
    #[must_use]
    pub fn metric(&self, object: &str, unit: &str) -> Option<String> {
        // So many square metres are no count of anything.
        let area = matches!(unit, "平方米" | "㎡" | "平米" | "m²");
        self.rows
            .iter()
            .filter(|row| row.units.is_empty() && !area || row.units.iter().any(|known| known == unit))
            .filter(|row| holds(object, &row.parts))
            .max_by_key(|row| (row.weight, row.units.len().min(1)))
            .map(|row| row.metric.clone())
    }

    /// The metric of a figure that is to be reached. A small level is meant of each place (达到两个教室), and no metric of all
    /// is proposed for it: a person says what moves it.
    #[must_use]
    pub fn proposed(&self, (object, unit): (&str, &str), verb: &str, value: f64) -> Option<String> {
        let small = |metric: &str| {
            let mut levels = self.levels.iter();
            verb.contains('达') && levels.any(|(id, from)| id == metric && value < *from)
        };
        self.metric(object, unit).filter(|metric| !small(metric))
    }

    /// The kind of the metric that the words mean; nothing when they mean the whole.
    #[must_use]
    pub fn kind(&self, metric: &str, object: &str) -> &str {
        self.kinds
            .iter()
            .filter(|row| row.metric == metric && holds(object, &row.parts))
            .max_by_key(|row| row.parts.iter().map(|part| part.chars().count()).sum::<usize>())
            .map_or("", |row| row.kind.as_str())
    }

    /// Whether the words mean things chosen for their quality, which a count of all of a kind does not answer. Titles do.
    #[must_use]
    pub fn chosen_ones(&self, metric: &str, object: &str) -> bool {
        !metric.starts_with("titles.") && self.chosen.iter().any(|word| object.contains(word.as_str()))
    }

    /// What the screen calls a metric; the id itself where the table has no name.
    #[must_use]
    pub fn name<'a>(&'a self, metric: &'a str) -> &'a str {
        let known = self.names.iter().find(|(id, _)| id == metric);
        known
            .map(|(_, name)| name.as_str())
            .filter(|name| !name.is_empty())
            .unwrap_or(metric)
    }

    /// Ids and names of the metrics, in the order of the table.
    pub fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(id, name)| (id.as_str(), name.as_str()))
    }

    /// The ids of all metrics in the table, once each.
    #[must_use]
    pub fn metrics(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.rows.iter().map(|row| row.metric.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// All parts stand in these words, one after the other.
fn holds(object: &str, parts: &[String]) -> bool {
    let mut rest = object;
    for part in parts {
        match rest.split_once(part.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_a_kind_or_the_whole_or_what_no_count_answers() {
        let table = Bindings::shipped();
        for (metric, object, kind, chosen) in [
            ("sites.by_kind", "老年教育社会学习点", "social_site", false),
            ("sites.by_kind", "养教结合学习点", "care_site", false),
            ("sites.by_kind", "养教结合优秀学习点", "care_site", true),
            ("sites.by_kind", "居村委特色学习点", "neighborhood_site", true),
            (
                "sites.by_kind",
                "老年教育智慧学习场景建设学习点",
                "smart_scene",
                false,
            ),
            ("sites.by_kind", "学习点", "", false),
            ("schools.count", "区级景谷老年大学", "senior_university", false),
            ("classes.count", "社会学习点", "", false),
            ("titles.by_kind", "示范学习点", "", false),
        ] {
            assert_eq!(table.kind(metric, object), kind, "{object}");
            assert_eq!(table.chosen_ones(metric, object), chosen, "{object}");
        }
    }

    #[test]
    fn the_shipped_table_is_whole() {
        let table = Bindings::read(SHIPPED).expect("the table");
        assert!(table.metrics().len() > 30);
        for metric in table.metrics() {
            assert_ne!(table.name(metric), metric, "a name for the screen");
            let (noun, measure) = metric.split_once('.').expect("noun.measure");
            assert!(
                !noun.is_empty()
                    && measure.chars().all(|letter| letter.is_ascii_lowercase()
                        || letter.is_ascii_digit()
                        || letter == '_'),
                "{metric}"
            );
        }
    }

    #[test]
    fn a_small_level_is_meant_of_each_place() {
        let table = Bindings::shipped();
        for (object, unit, verb, value, metric) in [
            ("教室", "个", "达到", 2.0, None),
            ("教室", "间", "达到", 200.0, Some("rooms.count")),
            ("智慧教室", "间", "新建", 2.0, Some("rooms.count")),
            ("学习点", "个", "达到", 2.0, Some("sites.by_kind")),
            ("村社老年学堂", "平方米", "达到", 100.0, None),
        ] {
            let proposed = table.proposed((object, unit), verb, value);
            assert_eq!(proposed.as_deref(), metric, "{object}");
        }
    }

    #[test]
    fn the_longest_words_win() {
        let table = Bindings::shipped();
        for (object, unit, metric) in [
            ("一星级团队", "个", Some("teams.by_star")),
            ("市五星级老年团队", "个", Some("teams.by_star")),
            ("智慧学习助学团队", "个", Some("teams.digital_help")),
            ("养教结合优秀学习点", "个", Some("sites.by_kind")),
            ("特色主题学习线路", "条", Some("walks.routes")),
            ("省现代化社区学校用房", "平方米", Some("schools.floor_area")),
            ("专职社区教育工作者", "‱", Some("staff.full_time_per_10000")),
            ("天上的星星", "颗", None),
        ] {
            assert_eq!(table.metric(object, unit).as_deref(), metric, "{object}");
        }
    }
}
