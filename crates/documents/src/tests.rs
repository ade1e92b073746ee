//! Every document, with everyday and with the largest data.

use crate::sample::*;
use crate::*;

type Set = fn() -> Result<Vec<u8>, DocumentError>;

/// Name, how many pages it should have, and how it is set.
const DOCUMENTS: [(&str, usize, Set); 22] = [
    ("certificate", 1, || certificate().pdf(typesetter(), made(AT))),
    ("certificate-long", 1, || {
        long_certificate().pdf(typesetter(), made(AT))
    }),
    ("certificates-of-a-class", 3, || {
        Certificates {
            class: "书法入门".into(),
            all: vec![certificate(), long_certificate(), certificate()],
        }
        .pdf(typesetter(), made(AT))
    }),
    ("poster", 1, || poster().pdf(typesetter(), made(AT))),
    ("poster-long", 1, || long_poster().pdf(typesetter(), made(AT))),
    ("poster-no-ways", 1, || {
        Poster {
            enrolling: Enrolling::default(),
            ..poster()
        }
        .pdf(typesetter(), made(AT))
    }),
    ("timetable-a3", 1, || {
        timetable(Paper::A3, 40).pdf(typesetter(), made(AT))
    }),
    ("timetable-a4", 1, || {
        timetable(Paper::A4, 18).pdf(typesetter(), made(AT))
    }),
    ("timetable-long", 3, || {
        timetable(Paper::A4, 200).pdf(typesetter(), made(AT))
    }),
    ("timetable-empty", 1, || {
        timetable(Paper::A3, 0).pdf(typesetter(), made(AT))
    }),
    ("roll", 1, || roll(24, 16).pdf(typesetter(), made(AT))),
    ("roll-long", 3, || {
        Roll {
            mask_names: true,
            ..roll(60, 30)
        }
        .pdf(typesetter(), made(AT))
    }),
    ("roll-two-sheets", 2, || roll(20, 45).pdf(typesetter(), made(AT))),
    ("roll-empty", 1, || roll(0, 0).pdf(typesetter(), made(AT))),
    ("code-cards", 1, || code_cards(8).pdf(typesetter(), made(AT))),
    ("code-cards-many", 8, || {
        code_cards(60).pdf(typesetter(), made(AT))
    }),
    ("code-cards-none", 1, || code_cards(0).pdf(typesetter(), made(AT))),
    ("slip-waiting", 1, || {
        slip(SlipStatus::Waiting { position: 7 }).pdf(typesetter(), made(AT))
    }),
    ("slip-enrolled", 1, || {
        slip(SlipStatus::Enrolled).pdf(typesetter(), made(AT))
    }),
    ("stat-form", 1, || stat_form(1, 4).pdf(typesetter(), made(AT))),
    ("stat-form-long", 9, || {
        stat_form(13, 14).pdf(typesetter(), made(AT))
    }),
    ("slip-long", 1, || long_slip().pdf(typesetter(), made(AT))),
];

/// Pages are left uncompressed in the list of objects that Typst writes: count their boxes.
fn pages(pdf: &[u8]) -> usize {
    pdf.windows(9).filter(|window| window == b"/MediaBox").count()
}

#[test]
fn every_document_fits_its_pages() {
    // Beside the test's program, for a person to look at.
    let dir = std::env::current_exe()
        .unwrap()
        .with_file_name("documents-samples");
    std::fs::create_dir_all(&dir).unwrap();
    let mut wrong = Vec::new();
    for (name, expected, set) in DOCUMENTS {
        let pdf = set().unwrap_or_else(|error| panic!("{name}: {error}"));
        std::fs::write(dir.join(name).with_extension("pdf"), &pdf).unwrap();
        assert!(pdf.starts_with(b"%PDF-1."), "{name}");
        assert!(pdf.len() < 600_000, "{name} has {} bytes", pdf.len());
        if pages(&pdf) != expected {
            wrong.push((name, pages(&pdf)));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let set = |at| certificate().pdf(typesetter(), made(at)).unwrap();
    assert_eq!(set(AT), set(AT));
    assert_ne!(set(AT), set("2026-11-23T01:30:05Z"));
}

#[test]
fn a_fresh_typesetter_gives_the_same_bytes() {
    let other = Typesetter::new(Fonts::find(None).unwrap());
    let slip = slip(SlipStatus::Received);
    assert_eq!(slip.pdf(&other, made(AT)), slip.pdf(typesetter(), made(AT)));
}

#[test]
fn names_are_not_markup_in_any_document() {
    let name = "#panic(\"x\") *粗* $x$ \\ @ref";
    let certificate = Certificate {
        name: name.into(),
        course: name.into(),
        ..certificate()
    };
    assert!(certificate.pdf(typesetter(), made(AT)).is_ok());
    let mut roll = roll(3, 4);
    roll.learners[0].name = name.into();
    assert!(roll.pdf(typesetter(), made(AT)).is_ok());
    assert!(
        Slip {
            learner: name.into(),
            ..slip(SlipStatus::Cancelled)
        }
        .pdf(typesetter(), made(AT))
        .is_ok()
    );
}

#[test]
fn a_text_too_long_for_a_code_is_told() {
    let certificate = Certificate {
        verify: Code::new("字".repeat(2_000)),
        ..certificate()
    };
    let error = certificate.pdf(typesetter(), made(AT)).unwrap_err();
    assert!(matches!(error, DocumentError::Data(_)));
    assert!(error.to_string().contains("放不进二维码"), "{error}");
}
