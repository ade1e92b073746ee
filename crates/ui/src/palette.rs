//! Reads the tokens of the stylesheet and proves the contrast of every pair that carries text.

use std::collections::HashMap;

const STYLE: &str = include_str!("../assets/style.css");

fn tokens(start: &str) -> HashMap<&'static str, &'static str> {
    let (_, rest) = STYLE.split_once(start).expect(start);
    let body = rest.split('}').next().unwrap();
    body.split(';')
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
        .collect()
}

fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(colour.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
        if value <= 0.03928 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

const PALETTES: [&str; 4] = [
    ":root {",
    ":root[data-contrast=auto] {",
    ":root[data-contrast=dark] {",
    ":root[data-contrast=high] {",
];

#[test]
fn every_text_has_seven_to_one() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    for start in PALETTES {
        let colour = tokens(start);
        for ground in ["paper", "card", "tint"] {
            for ink in ["ink", "muted", "accent"] {
                let ratio = contrast(colour[ink], colour[ground]);
                assert!(ratio >= 7.0, "{start} {ink} on {ground}: {ratio:.2}");
            }
        }
        for (ink, ground) in [
            ("on-accent", "accent"),
            ("on-warn", "warn"),
            ("warn", "paper"),
            ("warn", "card"),
            ("warn", "warn-tint"),
            ("ink", "warn-tint"),
            ("ink", "good-tint"),
            ("ink", "soon-tint"),
            ("good", "good-tint"),
            ("good", "paper"),
            ("soon", "soon-tint"),
            ("accent", "good-tint"),
            ("accent", "warn-tint"),
        ] {
            let ratio = contrast(colour[ink], colour[ground]);
            assert!(ratio >= 7.0, "{start} {ink} on {ground}: {ratio:.2}");
        }
        let edge = contrast(colour["edge"], colour["card"]);
        assert!(edge >= 3.0, "{start} edge of a box: {edge:.2}");
    }
}

#[test]
fn dark_by_the_device_equals_dark_by_choice() {
    assert_eq!(tokens(PALETTES[1]), tokens(PALETTES[2]));
}

#[test]
fn colours_and_sizes_come_from_tokens() {
    let (_, rules) = STYLE.split_once("/* Ground.").unwrap();
    let (screen, _) = rules.split_once("@media print").unwrap();
    let colour = screen.match_indices('#').find(|(at, _)| {
        screen
            .get(at + 1..)
            .unwrap()
            .starts_with(|c: char| c.is_ascii_hexdigit())
    });
    assert_eq!(colour, None, "a colour outside the tokens");
    assert!(!screen.contains("gradient(") && !screen.contains("filter:"));
}

#[test]
fn targets_are_large_enough() {
    let rem: f64 = tokens(":root {")["target"]
        .trim_end_matches("rem")
        .parse()
        .unwrap();
    assert!(rem * 18.0 >= 48.0 && rem * 24.0 >= 60.0, "{rem}");
}
