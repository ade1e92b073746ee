//! The algorithm against a file that another program computed, and its properties.

use super::algorithm::{check_list, draw, verify};
use super::explain::explain;
use super::file::{DrawClass, DrawFile, Entrant, list_text, seal_hash};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Made by a program in another language from `docs/draw.md` alone.
const SAMPLE: &str = include_str!("sample/draw.json");

fn sample() -> DrawFile {
    serde_json::from_str(SAMPLE).unwrap()
}

#[test]
fn a_file_computed_elsewhere_is_right_to_the_letter() {
    let file = sample();
    assert_eq!(verify(&file).as_ref(), Ok(file.result.as_ref().unwrap()));
    assert!(list_text(&file.entrants, &file.classes).starts_with("xuequan-draw/1\nclass\ta\tnew=1,open=1\n"));
}

type Change = fn(&mut DrawFile);

#[test]
fn every_change_of_one_letter_shows() {
    let cases: Vec<(&str, Change)> = vec![
        ("名单和封存时不一样", |file| {
            file.entrants[0].receipt = "10000009".into();
        }),
        ("名单和封存时不一样", |file| file.entrants[1].tickets = 4),
        ("名单和封存时不一样", |file| file.entrants[2].size = 1),
        ("名单和封存时不一样", |file| {
            file.entrants[4].wishes.reverse();
        }),
        ("名单和封存时不一样", |file| drop(file.entrants.pop())),
        ("名单和封存时不一样", |file| {
            file.classes[0].seats.insert("open".into(), 2);
        }),
        ("第 1 名", |file| {
            file.randomness.as_mut().unwrap().text.push('9');
        }),
        ("没有中签", |file| {
            drop(file.result.as_mut().unwrap().seated.pop());
        }),
        ("算出来是", |file| {
            // A second seat for a winner, before the true one.
            let seated = &mut file.result.as_mut().unwrap().seated;
            let twice = seated[0].clone();
            seated.insert(0, twice);
        }),
        ("次序", |file| file.result.as_mut().unwrap().seated.reverse()),
        ("候补名单", |file| {
            file.result
                .as_mut()
                .unwrap()
                .waitlists
                .get_mut("b")
                .unwrap()
                .reverse();
        }),
        ("还没有公布", |file| file.randomness = None),
        ("没有摇号结果", |file| file.result = None),
        ("只认识", |file| file.format = "xuequan-draw/2".into()),
        ("出现了两次", |file| {
            file.entrants[1].receipt = "10000001".into();
        }),
        ("不存在的班级", |file| {
            file.entrants[0].wishes.push("c".into());
        }),
        ("不许用的字符", |file| {
            file.entrants[0].receipt = "1\t2".into();
        }),
        ("签数是 0", |file| file.entrants[0].tickets = 0),
        ("人数是 9", |file| file.entrants[0].size = 9),
    ];
    for (words, change) in cases {
        let mut file = sample();
        change(&mut file);
        let fault = verify(&file).unwrap_err();
        assert!(fault.0.contains(words), "{words}: {}", fault.0);
    }
}

#[test]
fn everybody_hears_why_and_what_would_have_won() {
    let file = sample();
    // 10000001 is last: both wishes are gone, and no other class is in the draw.
    let last = explain(&file, "10000001").unwrap();
    assert_eq!((last.rank, last.entrants, last.won.clone()), (7, 7, None));
    let missed: Vec<_> = last
        .missed
        .iter()
        .map(|one| (one.class.as_str(), one.cut_off, one.waiting))
        .collect();
    // Rank 6 won in class a, but out of a pool for newcomers; rank 1 was the last of the open pool.
    assert_eq!(missed, [("a", Some(1), Some(3)), ("b", Some(2), Some(4))]);
    assert!(last.would_have_won.is_empty());
    // 10000003 won its second wish.
    let couple = explain(&file, "10000003").unwrap();
    assert_eq!(couple.won, Some(("b".into(), 2)));
    assert_eq!(couple.missed.len(), 1);
    // 10000005 did not wish for anything that was left; as a newcomer it would have.
    assert!(explain(&file, "no such number").is_none());
    // Two who want one class with one seat left: together nothing, alone a seat.
    let mut pair = file.clone();
    pair.entrants.retain(|one| one.receipt == "10000006");
    pair.entrants[0].pools = vec!["open".into()];
    pair.classes[1].seats.insert("open".into(), 1);
    pair.classes[0].seats.insert("open".into(), 2);
    pair.result = Some(draw(&pair.entrants, &pair.classes, "x"));
    let why = explain(&pair, "10000006").unwrap();
    assert_eq!(why.alone_would_have_won.as_deref(), Some("b"));
    assert_eq!(why.would_have_won, ["a"]);
}

fn lists() -> impl Strategy<Value = (Vec<Entrant>, Vec<DrawClass>, String)> {
    let pools = prop::sample::subsequence(vec!["desk", "new", "open"], 1..=3);
    let entrant = (
        1_u32..5,
        1_u32..4,
        prop::sample::subsequence(vec!["a", "b", "c"], 1..=3),
        pools,
    );
    let class = (0_u32..6, 0_u32..3, 0_u32..3);
    (
        prop::collection::vec(entrant, 0..40),
        prop::collection::vec(class, 3),
        "[0-9 ]{1,20}",
    )
        .prop_map(|(entrants, classes, text)| {
            let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
            let entrants = entrants
                .into_iter()
                .enumerate()
                .map(|(at, (tickets, size, wishes, pools))| Entrant {
                    receipt: format!("{:08}", at * 37 + 11),
                    tickets,
                    size,
                    wishes: owned(wishes),
                    pools: owned(pools),
                });
            let classes = classes
                .into_iter()
                .zip(["a", "b", "c"])
                .map(|((open, new, desk), id)| DrawClass {
                    id: id.into(),
                    name: id.into(),
                    seats: BTreeMap::from([
                        ("open".into(), open),
                        ("new".into(), new),
                        ("desk".into(), desk),
                    ]),
                });
            (entrants.collect(), classes.collect(), text)
        })
}

proptest! {
    #[test]
    fn no_pool_gives_more_than_it_has_and_nobody_gets_two((entrants, classes, text) in lists()) {
        prop_assert_eq!(check_list(&entrants, &classes), Ok(()));
        let result = draw(&entrants, &classes, &text);
        let by_receipt: HashMap<&str, &Entrant> =
            entrants.iter().map(|one| (one.receipt.as_str(), one)).collect();
        let mut taken: HashMap<(&str, &str), u32> = HashMap::new();
        let mut seated = std::collections::HashSet::new();
        for seat in &result.seated {
            let one = by_receipt[seat.receipt.as_str()];
            prop_assert!(seated.insert(seat.receipt.as_str()));
            prop_assert!(one.wishes.contains(&seat.class) && one.pools.contains(&seat.pool));
            *taken.entry((&seat.class, &seat.pool)).or_default() += one.size;
        }
        for class in &classes {
            for (pool, seats) in &class.seats {
                prop_assert!(taken.get(&(class.id.as_str(), pool.as_str())).copied().unwrap_or(0) <= *seats);
            }
        }
        // Who waits has no seat, and waits wherever it wished for one.
        for one in &entrants {
            for wish in &one.wishes {
                let waits = result.waitlists.get(wish).is_some_and(|list| list.contains(&one.receipt));
                prop_assert_eq!(waits, !seated.contains(one.receipt.as_str()));
            }
        }
    }

    #[test]
    fn the_order_of_the_list_does_not_matter((entrants, classes, text) in lists()) {
        let mut turned = entrants.clone();
        turned.reverse();
        prop_assert_eq!(draw(&entrants, &classes, &text), draw(&turned, &classes, &text));
        prop_assert_eq!(seal_hash(&entrants, &classes), seal_hash(&turned, &classes));
    }

    #[test]
    fn more_tickets_never_worsen_a_place((entrants, classes, text) in lists(), extra in 1_u32..4) {
        prop_assume!(!entrants.is_empty());
        let rank = |list: &[Entrant]| {
            let result = draw(list, &classes, &text);
            result.order.iter().find(|one| one.receipt == list[0].receipt).map(|one| one.rank)
        };
        let mut more = entrants.clone();
        more[0].tickets += extra;
        prop_assert!(rank(&more) <= rank(&entrants));
    }
}
