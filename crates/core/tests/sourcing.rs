//! The plan of an order as tables: what is wanted, who offers what, who sends what.
//!
//! A place is written `name priority distance: SKU units, …` (distance `-` is unknown), lines `SKU units, …`; a plan is
//! `name: line line; …` with what is short at its end. Lines are counted from 1.

use std::collections::HashMap;

use onhand_core::StockLocationId;
use onhand_core::fulfilment::sourcing::{Candidate, SourcingLine, assign};

fn amounts(text: &str) -> Vec<(String, i64)> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| pair.split_once(' ').map(|(sku, units)| (sku.to_owned(), units.parse().expect("a number")));
    pairs.map(|text| pair(text).expect("SKU and units")).collect()
}

fn place(text: &str) -> Candidate {
    let (head, offers) = text.split_once(':').expect("a place offers something");
    let head: Vec<&str> = head.split_whitespace().collect();
    Candidate {
        location: StockLocationId::new(i64::from(head[0].as_bytes()[0])),
        priority: head[1].parse().expect("a number"),
        distance: head[2].parse().ok(),
        offers: amounts(offers).into_iter().collect::<HashMap<_, _>>(),
    }
}

fn planned(lines: &str, places: &[&str]) -> String {
    let lines: Vec<SourcingLine> = amounts(lines).into_iter().map(|(sku, units)| SourcingLine { sku, units }).collect();
    let mut places: Vec<Candidate> = places.iter().map(|text| place(text)).collect();
    let done = assign(&lines, &places);
    places.reverse();
    assert_eq!(assign(&lines, &places), done, "the order of places does not matter");
    let numbers = |lines: &[usize]| lines.iter().map(|line| (line + 1).to_string()).collect::<Vec<_>>().join(" ");
    let name = |location: StockLocationId| char::from(u8::try_from(location.get()).expect("a letter"));
    let packages = done.packages.iter().map(|(location, lines)| format!("{}: {}", name(*location), numbers(lines)));
    let short = (!done.short.is_empty()).then(|| format!("short {}", numbers(&done.short)));
    packages.chain(short).collect::<Vec<_>>().join("; ")
}

#[test]
fn fewest_packages_then_priority_then_distance_then_id() {
    let table: &[(&str, &[&str], &str)] = &[
        ("X 1", &["a 1 5: X 1"], "a: 1"),
        ("X 1", &["a 1 5: X 0"], "short 1"),
        ("X 1", &[], "short 1"),
        ("", &["a 1 5: X 1"], ""),
        // Priority before distance, distance before id, unknown distance last.
        ("X 1", &["a 2 1: X 1", "b 1 9: X 1"], "b: 1"),
        ("X 1", &["a 1 9: X 1", "b 1 1: X 1"], "b: 1"),
        ("X 1", &["a 1 -: X 1", "b 1 9: X 1"], "b: 1"),
        ("X 1", &["b 1 5: X 1", "a 1 5: X 1"], "a: 1"),
        // One package from afar rather than two from here.
        ("X 1, Y 1", &["a 1 1: X 1", "b 1 2: Y 1", "c 9 99: X 1, Y 1"], "c: 1 2"),
        // The greedy choice (c has most) would make three packages.
        (
            "P 1, Q 1, R 1, S 1, T 1, U 1",
            &["a 5 1: P 1, Q 1, R 1", "b 5 1: S 1, T 1, U 1", "c 1 1: Q 1, R 1, S 1, T 1"],
            "a: 1 2 3; b: 4 5 6",
        ),
        // Of two pairs the one with the better first place.
        ("X 1, Y 1", &["a 2 1: X 1", "b 1 1: X 1", "c 3 1: Y 1"], "b: 1; c: 2"),
        // The best pair is not the one that is found first: the first line is rarest at b, which finds d beside it.
        ("X 1, Y 1, Z 1", &["a 1 1: Z 1", "b 2 1: X 1", "c 3 1: X 1, Y 1", "d 4 1: Y 1, Z 1"], "a: 3; c: 1 2"),
        // A line leaves whole.
        ("X 3", &["a 1 1: X 2", "b 1 1: X 2"], "short 1"),
        ("X 3, X 2", &["a 1 1: X 3", "b 2 1: X 2"], "a: 1; b: 2"),
        ("X 2, X 3", &["a 1 1: X 3", "b 2 1: X 2"], "a: 2; b: 1"),
        // One SKU on two lines counts twice.
        ("X 1, X 1", &["a 1 1: X 1", "b 2 1: X 1"], "a: 1; b: 2"),
        ("X 1, X 1", &["a 1 1: X 1"], "a: 1; short 2"),
        // A line that no location has keeps nothing else from leaving.
        ("X 1, Z 1, Y 1", &["a 1 1: X 1, Y 1"], "a: 1 3; short 2"),
        // Sold more than there is.
        ("X 1", &["a 1 1: X -4", "b 2 1: X 1"], "b: 1"),
    ];
    for (lines, places, wanted) in table {
        assert_eq!(planned(lines, places), *wanted, "{lines} from {places:?}");
    }
}

/// A thousand lines at sixty-four places, each with a part of them: found within the bound, and everything leaves.
#[test]
fn a_large_order_is_planned_in_bounded_work() {
    let lines: Vec<SourcingLine> = (0..1_000).map(|line| SourcingLine { sku: format!("S{line}"), units: 1 }).collect();
    let offers = |place: usize| {
        (0..1_000).filter(move |line| (line * 7 + place * 13) % 11 < 3).map(|line| (format!("S{line}"), 1))
    };
    let places: Vec<Candidate> = (0..64)
        .map(|place| Candidate {
            location: StockLocationId::new(place as i64),
            priority: 1,
            distance: None,
            offers: offers(place).collect(),
        })
        .collect();
    let begin = std::time::Instant::now();
    let done = assign(&lines, &places);
    assert!(done.short.is_empty() && (4..=8).contains(&done.packages.len()), "{} packages", done.packages.len());
    let mut sent: Vec<usize> = done.packages.iter().flat_map(|(_, lines)| lines.clone()).collect();
    sent.sort_unstable();
    assert_eq!(sent, (0..1_000).collect::<Vec<_>>(), "each line leaves once");
    // Without optimization and beside other tests; with it, some ten milliseconds.
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

/// Where each of many places has some of many lines, as good as by accident, all plans together are too many to look
/// at. How far the search goes decides what is found: these plans change with its bound, and with nothing else.
#[test]
fn where_looking_further_would_cost_too_much_the_best_found_so_far_stands() {
    let packages = |lines: usize, places: usize, (a, b): (usize, usize), (of, has): (usize, usize)| {
        let is_there = |line: usize, place: usize| {
            let mixed = line.wrapping_mul(2_654_435_761).wrapping_add(place.wrapping_mul(40_503 * a + b * 977));
            (mixed >> 3) % of < has
        };
        let one = |line: usize| (format!("S{line}"), 1);
        let wanted: Vec<SourcingLine> = (0..lines).map(|line| SourcingLine { sku: one(line).0, units: 1 }).collect();
        let place = |place: usize| Candidate {
            location: StockLocationId::new(place as i64),
            priority: 1,
            distance: None,
            offers: (0..lines).filter(|line| is_there(*line, place)).map(one).collect(),
        };
        let places: Vec<Candidate> = (0..places).map(place).collect();
        let done = assign(&wanted, &places);
        assert!(done.short.is_empty());
        done.packages.iter().map(|(location, _)| location.get()).collect::<Vec<_>>()
    };
    // With twelve times the work there is a plan of five: 0, 1, 6, 7, 13.
    assert_eq!(packages(1_000, 32, (11, 13), (17, 4)), [0, 1, 2, 5, 6, 7]);
    // Of those with five packages, 0, 1, 2, 3, 4 would be better.
    assert_eq!(packages(600, 48, (5, 7), (23, 5)), [0, 2, 3, 30, 33]);
}
