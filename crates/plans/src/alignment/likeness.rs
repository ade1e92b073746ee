//! How much two items are alike: shared pairs of letters weighted by their rarity. Pure, the same answer each time.
//!
//! Cosine of two vectors of letter pairs (Salton: term frequency by inverse document frequency), where a pair of a heading counts
//! [`HEADING`] times; a metric that both name adds [`SAME_METRIC`], an object [`SAME_OBJECT`]. Scores are per thousand.

use std::collections::{BTreeMap, HashMap, HashSet};

/// How often a pair in a heading counts.
const HEADING: f64 = 3.0;
/// What a metric that both items name adds, per thousand.
const SAME_METRIC: u32 = 120;
/// What an object that both items name adds, per thousand.
const SAME_OBJECT: u32 = 80;
/// From this score on a pair is suggested: in the shipped plans of a district and of its city two of three such pairs are one matter.
pub const LIKELY: u32 = 100;
/// From this score on nearly all are.
pub const SURE: u32 = 170;
/// Most suggestions of one item.
const MOST: usize = 3;

/// What of an item is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Its heading.
    pub heading: String,
    /// Its text.
    pub text: String,
    /// Metrics of its targets.
    pub metrics: Vec<String>,
    /// Objects of its targets.
    pub objects: Vec<String>,
}

/// Two items that are alike, by their places in the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// Place of the lower item.
    pub lower: usize,
    /// Place of the upper item.
    pub upper: usize,
    /// Score per thousand.
    pub score: u32,
}

impl Suggestion {
    /// The score as a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self.score {
            SURE.. => "很像",
            130..SURE => "比较像",
            _ => "有些像",
        }
    }
}

type Pairs = BTreeMap<(char, char), f64>;

/// Pairs of neighbouring letters; signs, digits and blanks part the words.
fn add_pairs(text: &str, weight: f64, pairs: &mut Pairs) {
    let mut before: Option<char> = None;
    for letter in text.chars() {
        let kept = letter.is_alphabetic();
        if let (Some(before), true) = (before, kept) {
            *pairs.entry((before, letter)).or_default() += weight;
        }
        before = kept.then_some(letter);
    }
}

fn pairs_of(words: &Words) -> Pairs {
    let mut pairs = Pairs::new();
    add_pairs(&words.heading, HEADING, &mut pairs);
    add_pairs(&words.text, 1.0, &mut pairs);
    // The tenth mention of a word says little more than the second.
    for weight in pairs.values_mut() {
        *weight = 1.0 + weight.ln().max(0.0);
    }
    pairs
}

/// Weighs each pair by its rarity and makes the vectors of length one.
fn weigh(all: &mut [Pairs]) {
    let mut seen: HashMap<(char, char), u32> = HashMap::new();
    for pairs in all.iter() {
        for pair in pairs.keys() {
            *seen.entry(*pair).or_default() += 1;
        }
    }
    let items = u32::try_from(all.len()).unwrap_or(u32::MAX);
    for pairs in all.iter_mut() {
        for (pair, weight) in pairs.iter_mut() {
            let count = seen.get(pair).copied().unwrap_or(1);
            *weight *= (f64::from(items + 1) / f64::from(count)).ln();
        }
        let length = pairs.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        if length > 0.0 {
            pairs.values_mut().for_each(|weight| *weight /= length);
        }
    }
}

fn share(one: &[String], other: &[String]) -> bool {
    one.iter().any(|word| other.contains(word))
}

/// Pairs of items that are alike, at most three for each lower item, the most alike first.
#[must_use]
pub fn suggest(lower: &[Words], upper: &[Words]) -> Vec<Suggestion> {
    let mut all: Vec<Pairs> = lower.iter().chain(upper).map(pairs_of).collect();
    weigh(&mut all);
    let (of_lower, of_upper) = all.split_at(lower.len().min(all.len()));
    let mut homes: HashMap<(char, char), Vec<(usize, f64)>> = HashMap::new();
    for (at, pairs) in of_upper.iter().enumerate() {
        for (pair, weight) in pairs {
            homes.entry(*pair).or_default().push((at, *weight));
        }
    }
    let mut found = Vec::new();
    for (at, (words, pairs)) in lower.iter().zip(of_lower).enumerate() {
        let mut scores = vec![0.0_f64; upper.len()];
        for (pair, weight) in pairs {
            for (home, other) in homes.get(pair).into_iter().flatten() {
                if let Some(score) = scores.get_mut(*home) {
                    *score += weight * other;
                }
            }
        }
        found.extend(best(at, words, upper, &scores));
    }
    found
}

fn best(at: usize, words: &Words, upper: &[Words], scores: &[f64]) -> Vec<Suggestion> {
    let scored = upper
        .iter()
        .zip(scores)
        .enumerate()
        .map(|(place, (other, score))| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a cosine lies between 0 and 1"
            )]
            let mut score = (score.clamp(0.0, 1.0) * 1000.0).round() as u32;
            if score > 0 && share(&words.metrics, &other.metrics) {
                score += SAME_METRIC;
            }
            if score > 0 && share(&words.objects, &other.objects) {
                score += SAME_OBJECT;
            }
            Suggestion {
                lower: at,
                upper: place,
                score: score.min(1000),
            }
        });
    let mut likely: Vec<Suggestion> = scored.filter(|one| one.score >= LIKELY).collect();
    likely.sort_by_key(|one| (std::cmp::Reverse(one.score), one.upper));
    // Beside a clear best, one that is half as alike is only noise.
    let best = likely.first().map_or(0, |one| one.score);
    likely.retain(|one| 2 * one.score > best);
    likely.truncate(MOST);
    likely
}

/// Whether two objects are much the same: at least half of their letter pairs are shared (Dice).
#[must_use]
pub fn same_object(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let pairs = |text: &str| {
        let mut pairs = Pairs::new();
        add_pairs(text, 1.0, &mut pairs);
        pairs.into_keys().collect::<HashSet<_>>()
    };
    let (one, other) = (pairs(one), pairs(other));
    let both = one.intersection(&other).count();
    both > 0 && 4 * both >= one.len() + other.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{self, Item};
    use proptest::prelude::*;

    fn words(heading: &str, text: &str) -> Words {
        Words {
            heading: heading.into(),
            text: text.into(),
            ..Words::default()
        }
    }

    fn of_item(item: &Item) -> Words {
        let targets: Vec<_> = item.tasks.iter().flat_map(|task| &task.targets).collect();
        Words {
            heading: item.heading.clone(),
            text: item.text.clone(),
            metrics: targets
                .iter()
                .filter_map(|target| target.metric.clone())
                .collect(),
            objects: targets.iter().map(|target| target.object.clone()).collect(),
        }
    }

    #[test]
    fn items_about_one_thing_find_each_other() {
        let lower = [
            words("培育学习团队", "培育一星级团队122个，推进老年学习团队建设。"),
            words("加强安全管理", "做好常态化疫情防控工作。"),
            words("开展人文行走", "新增人文行走学习点5个。"),
        ];
        let upper = [
            words("推进人文行走", "优化人文行走学习点布局，新增线路。"),
            words("加强老年学习团队培育", "培育各级星级团队。"),
            words("举办活动周", "办好全民终身学习活动周。"),
        ];
        let found = suggest(&lower, &upper);
        let pairs: Vec<(usize, usize)> = found.iter().map(|one| (one.lower, one.upper)).collect();
        assert_eq!(pairs, [(0, 1), (2, 0)]);
    }

    #[test]
    fn a_shared_metric_or_object_lifts_a_pair() {
        let mut lower = words("学习点", "优化布局。");
        let mut upper = words("建好学习点", "方便群众参加。");
        let plain = suggest(
            std::slice::from_ref(&lower),
            &[upper.clone(), words("别的", "别的事情")],
        );
        lower.metrics.push("sites.by_kind".into());
        upper.metrics.push("sites.by_kind".into());
        let lifted = suggest(&[lower], &[upper, words("别的", "别的事情")]);
        let score = |all: &[Suggestion]| all.first().map_or(0, |one| one.score);
        assert_eq!(score(&lifted), (score(&plain) + SAME_METRIC).min(1000));
    }

    #[test]
    fn the_shipped_plans_of_a_district_and_its_city_share_much() {
        let district = reading::read(include_str!("../../../../data/documents/m22.txt"));
        let city = reading::read(include_str!("../../../../data/documents/s24.txt"));
        let lower: Vec<Words> = district.items.iter().map(of_item).collect();
        let upper: Vec<Words> = city.items.iter().map(of_item).collect();
        let found = suggest(&lower, &upper);
        let with: HashSet<usize> = found.iter().map(|one| one.lower).collect();
        assert!(with.len() * 2 > lower.len(), "{} of {}", with.len(), lower.len());
        assert!(found.iter().any(|one| one.score >= SURE));
    }

    #[test]
    fn objects_are_much_the_same_or_not() {
        for (one, other, same) in [
            ("社会学习点", "社会学习点", true),
            ("老年教育社会学习点", "社会学习点", true),
            ("一星级团队", "五星级团队", true),
            ("智慧助学团队", "五星级团队", false),
            ("", "", true),
            ("学习点", "", false),
        ] {
            assert_eq!(same_object(one, other), same, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn any_words_give_scores_in_bounds(one in "\\PC{0,40}", other in "\\PC{0,40}") {
            let found = suggest(&[words(&one, &other)], &[words(&other, &one), words(&one, "")]);
            prop_assert!(found.len() <= MOST);
            prop_assert!(found.iter().all(|pair| (LIKELY..=1000).contains(&pair.score)));
        }
    }
}
