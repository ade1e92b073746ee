//! Light rules as data: `data/plans/lights.toml` says which colour means what; a plan chooses one of the presets.

use serde::Deserialize;
use std::sync::LazyLock;

const SHIPPED: &str = include_str!("../../../../data/plans/lights.toml");

/// A set of lights with its source.
#[derive(Debug, Clone, Deserialize)]
pub struct Preset {
    /// Name in the database.
    pub id: String,
    /// Name on the screen.
    pub name: String,
    /// Where the meaning of the colours comes from.
    pub source: String,
    /// How sure that is: `official`, `partial`, `derived`.
    pub basis: String,
    /// Reports are due on the so-many last working day of a month.
    pub report_workday: usize,
    /// Lights, the first that fits shines.
    pub light: Vec<Light>,
}

/// One light.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Light {
    /// Colour: `red`, `yellow`, `blue`, `green`, `none`.
    pub color: String,
    /// What it says.
    pub word: String,
    /// When it shines.
    when: When,
    /// For `behind`: at least so many percentage points.
    #[serde(default)]
    points: i64,
    /// For `near`: at most so many days.
    #[serde(default)]
    days: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum When {
    Overdue,
    Behind,
    Near,
    Always,
}

#[derive(Debug, Deserialize)]
struct File {
    preset: Vec<Preset>,
}

/// What of a task the lights look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Days to the last day; negative when it is past.
    pub days_left: i64,
    /// Percentage points behind an even pace; negative when ahead.
    pub behind: i64,
}

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    toml::from_str::<File>(SHIPPED)
        .map(|file| file.preset)
        .unwrap_or_default()
});

/// The shipped presets; the first is used where a plan chose none.
#[must_use]
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The preset with this name, else the first.
#[must_use]
pub fn preset(id: &str) -> Option<&'static Preset> {
    let all = presets();
    all.iter().find(|preset| preset.id == id).or_else(|| all.first())
}

impl Preset {
    /// The light of a task that is not done.
    #[must_use]
    pub fn light(&self, pace: Pace) -> Option<&Light> {
        self.light.iter().find(|light| match light.when {
            When::Overdue => pace.days_left < 0,
            When::Behind => pace.behind >= light.points,
            When::Near => (0..=light.days).contains(&pace.days_left),
            When::Always => true,
        })
    }
}

impl Light {
    /// Whether somebody has to be told: its task is behind or overdue.
    #[must_use]
    pub fn warns(&self) -> bool {
        matches!(self.when, When::Overdue | When::Behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_always_has_a_light_and_a_source() {
        assert_eq!(presets().len(), 3);
        for preset in presets() {
            assert!(preset.source.contains("http") && preset.report_workday > 0);
            let last = preset.light.last().expect("a light");
            assert_eq!(last.when, When::Always, "{}", preset.id);
        }
    }

    #[test]
    fn one_colour_means_different_things_in_different_places() {
        let pace = |days_left, behind| Pace { days_left, behind };
        for (id, pace, color) in [
            ("jiangxi", pace(100, 0), "green"),
            ("jiangxi", pace(100, 10), "yellow"),
            ("jiangxi", pace(100, 30), "red"),
            ("jiangxi", pace(5, 0), "green"),
            ("jiangxi", pace(-1, 0), "red"),
            ("suqian", pace(5, 0), "blue"),
            ("suqian", pace(5, 20), "yellow"),
            ("suqian", pace(-1, 20), "red"),
            ("suqian", pace(100, 0), "none"),
            ("yichang", pace(15, 0), "yellow"),
            ("yichang", pace(15, 10), "red"),
            ("yichang", pace(16, 0), "green"),
        ] {
            let light = preset(id).and_then(|preset| preset.light(pace)).expect("a light");
            assert_eq!(light.color, color, "{id} {pace:?}");
        }
        assert_eq!(
            preset("nowhere").map(|preset| preset.id.as_str()),
            Some("jiangxi")
        );
    }
}
