//! The rule that chooses lists, as tables: what is ordered, who has what, which list each line is reserved in.
//!
//! A list is written `name words: SKU units, …`. Words are `main`, `store`, `pickup` (a store where orders are fetched),
//! `closed` (a store that is), `9km`, `p2` (its priority, else 100) and `s3` (its safety stock). A choice is `name reason`
//! for each line, or `-`. Names are single letters, and their order is that of the ids.

use std::collections::HashMap;

use onhand_core::commands::{NewLine, PlaceOrder};
use onhand_core::fulfilment::list_sourcing::{
    CandidateList, CandidateStore, ChosenPart, ListSourcing, SourcedFrom, SourcingReason, SourcingRule, SourcingSplit,
    candidates_max,
};
use onhand_core::fulfilment::sourcing::SourcingLine;
use onhand_core::rejection::Unsourced;
use onhand_core::{
    Channel, ChannelId, Command, Context, OrderItem, OrderStatus, Outcome, Oversell, Rejection, StockListId, Timestamp,
    UserId, WorkingSet, decide,
};
use onhand_testkit::commands;
use proptest::prelude::*;

type Levels = HashMap<(StockListId, String), i64>;

fn amounts(text: &str) -> Vec<(String, i64)> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let pair = |pair: &str| pair.split_once(' ').map(|(sku, units)| (sku.to_owned(), units.parse().expect("a number")));
    pairs.map(|text| pair(text).expect("SKU and units")).collect()
}

fn list_named(name: &str) -> StockListId {
    StockListId::new(i64::from(name.as_bytes()[0]))
}

fn list(text: &str, levels: &mut Levels) -> CandidateList {
    let (head, has) = text.split_once(':').expect("a list has something");
    let words: Vec<&str> = head.split_whitespace().collect();
    let number = |prefix: &str, suffix: &str| {
        let word = words[1..].iter().find_map(|word| word.strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok());
        word.map(|number: i64| number)
    };
    let list = list_named(words[0]);
    levels.extend(amounts(has).into_iter().map(|(sku, units)| ((list, sku), units)));
    let has_word = |word| words.contains(&word);
    let is_store = has_word("store") || has_word("pickup") || has_word("closed");
    let store = CandidateStore { is_open: !has_word("closed"), has_pickup: has_word("pickup") };
    CandidateList {
        list,
        is_main: has_word("main"),
        store: is_store.then_some(store),
        priority: number("p", "").unwrap_or(100),
        distance: number("", "km").map(|kilometres| kilometres * 1_000),
        safety_stock: number("s", "").unwrap_or(0),
    }
}

fn lines(text: &str) -> Vec<SourcingLine> {
    amounts(text).into_iter().map(|(sku, units)| SourcingLine { sku, units }).collect()
}

fn terms(rule: SourcingRule, lists: &[&str]) -> (ListSourcing, Levels) {
    let mut levels = Levels::new();
    let lists = lists.iter().map(|text| list(text, &mut levels)).collect();
    (ListSourcing { rule, lists, ..ListSourcing::default() }, levels)
}

fn name(list: StockListId) -> char {
    char::from(u8::try_from(list.get()).expect("a letter"))
}

/// One line's list and reason, or the lists of its parts with their units.
fn text(chosen: &[ChosenPart]) -> String {
    match chosen {
        [] => "-".to_owned(),
        [one] => format!("{} {}", name(one.list), one.from.reason.word()),
        parts => {
            assert!(parts.iter().all(|part| part.from.reason == SourcingReason::SomeUnits));
            parts.iter().map(|part| format!("{} {}", name(part.list), part.units)).collect::<Vec<_>>().join(" + ")
        }
    }
}

fn chosen(terms: &ListSourcing, levels: &Levels, ordered: &str) -> String {
    let available = |list: StockListId, sku: &str| levels.get(&(list, sku.to_owned())).copied().unwrap_or(0);
    let lines = lines(ordered);
    let done = terms.choose(&lines, available);
    for list in &done.ranked {
        assert!(terms.lists.iter().any(|one| one.list == *list), "only candidates are ranked");
    }
    let mut turned = terms.clone();
    for _ in 0..turned.lists.len() {
        turned.lists.rotate_left(1);
        assert_eq!(turned.choose(&lines, available), done, "the order of candidates does not matter");
    }
    turned.lists.reverse();
    assert_eq!(turned.choose(&lines, available), done, "the order of candidates does not matter");
    done.lines.iter().map(|parts| text(parts)).collect::<Vec<_>>().join("; ")
}

#[test]
fn each_rule_ranks_lists_in_its_own_way() {
    use SourcingRule::{Main, MainThenNearest, MostAvailable, NearestStore, NearestThenMain, Priority};
    let shop: &[&str] =
        &["m main: X 5", "a store 9km p3: X 7", "b store 2km p2: X 3", "c store 5km p1: X 9", "d store p1: X 99"];
    let table = [
        (Main, "X 5", "m first_choice"),
        (Main, "X 6", "-"),
        (NearestStore, "X 3", "b first_choice"),
        (NearestStore, "X 4", "c next_choice"),
        (NearestStore, "X 9", "c next_choice"),
        // A store at an unknown distance is farther than any other.
        (NearestStore, "X 10", "d next_choice"),
        (NearestStore, "X 100", "-"),
        (MainThenNearest, "X 5", "m first_choice"),
        // The order of the issue: six of a list that has five.
        (MainThenNearest, "X 6", "c next_choice"),
        (NearestThenMain, "X 3", "b first_choice"),
        (NearestThenMain, "X 4", "c next_choice"),
        (MostAvailable, "X 1", "d first_choice"),
        (Priority, "X 1", "c first_choice"),
        (Priority, "X 10", "d next_choice"),
    ];
    for (rule, ordered, expected) in table {
        let (terms, levels) = terms(rule, shop);
        assert_eq!(chosen(&terms, &levels, ordered), expected, "{} {ordered}", rule.word());
    }
    // The catalog's own list comes last when no store has it.
    let (terms, levels) = terms(NearestThenMain, &["m main: X 5", "a store 9km: X 1"]);
    assert_eq!(chosen(&terms, &levels, "X 2"), "m next_choice");
    // A list that no store has is no store's; by priority and by what is available it is as good as any.
    let plain: &[&str] = &["m main p9: X 5", "w p1: X 9"];
    for (rule, expected) in [(NearestStore, "-"), (MainThenNearest, "-"), (MostAvailable, "w"), (Priority, "w")] {
        let (terms, levels) = self::terms(rule, plain);
        assert_eq!(chosen(&terms, &levels, "X 6")[..1], *expected, "{}", rule.word());
    }
}

#[test]
fn equals_are_ranked_by_distance_then_priority_then_id() {
    let (terms, levels) = terms(SourcingRule::MostAvailable, &["b store 1km: X 5", "a store 2km: X 5"]);
    assert_eq!(chosen(&terms, &levels, "X 1"), "b first_choice");
    let (terms, levels) = self::terms(SourcingRule::NearestStore, &["b store 1km p1: X 5", "a store 1km p2: X 5"]);
    assert_eq!(chosen(&terms, &levels, "X 1"), "b first_choice");
    let (terms, levels) = self::terms(SourcingRule::NearestStore, &["b store 1km: X 5", "a store 1km: X 5"]);
    assert_eq!(chosen(&terms, &levels, "X 1"), "a first_choice");
}

#[test]
fn distance_opening_hours_pickup_and_safety_stock_narrow_the_choice() {
    let shop: &[&str] =
        &["m main 500km: X 5", "a closed 1km: X 5", "b store 2km: X 5 ", "c pickup 9km: X 5", "d store: X 5"];
    let near = SourcingRule::NearestStore;
    let (open, levels) = terms(near, shop);
    assert_eq!(chosen(&open, &levels, "X 1"), "a first_choice");
    let only_open = ListSourcing { open_only: true, ..open.clone() };
    assert_eq!(chosen(&only_open, &levels, "X 1"), "b first_choice");
    let fetched = ListSourcing { pickup_only: true, ..open.clone() };
    assert_eq!(chosen(&fetched, &levels, "X 1"), "c first_choice");
    let far = ListSourcing { distance_max: Some(999), ..open.clone() };
    assert_eq!(chosen(&far, &levels, "X 1"), "-", "also of a store at an unknown distance");
    let exactly = ListSourcing { distance_max: Some(2_000), open_only: true, ..open.clone() };
    assert_eq!(chosen(&exactly, &levels, "X 1"), "b first_choice");
    // The catalog's own list is no matter of distance, but nothing is fetched where that is not possible.
    let far = ListSourcing { rule: SourcingRule::NearestThenMain, ..far };
    assert_eq!(chosen(&far, &levels, "X 1"), "m first_choice");
    let far = ListSourcing { pickup_only: true, ..far };
    assert_eq!(chosen(&far, &levels, "X 1"), "-");
    let (safe, levels) = terms(near, &["a store 1km s3: X 5", "b store 2km: X 5"]);
    assert_eq!(chosen(&safe, &levels, "X 2"), "a first_choice");
    assert_eq!(chosen(&safe, &levels, "X 3"), "b next_choice");
}

#[test]
fn an_order_is_in_the_fewest_lists_or_in_one() {
    let shop: &[&str] = &["a store 1km: X 5", "b store 2km: Y 5", "c store 9km: X 1, Y 1"];
    let (split, levels) = terms(SourcingRule::NearestStore, shop);
    // One list from afar rather than two from here; where none has all, the two nearest.
    assert_eq!(chosen(&split, &levels, "X 1, Y 1"), "c fewest_lists; c fewest_lists");
    assert_eq!(chosen(&split, &levels, "X 2, Y 1"), "a first_choice; b next_choice");
    assert_eq!(chosen(&split, &levels, "X 2, Z 1"), "a first_choice; -");
    // One SKU on two lines counts twice.
    assert_eq!(chosen(&split, &levels, "X 3, X 3"), "a first_choice; -");
    let whole = ListSourcing { split: SourcingSplit::Nothing, ..split };
    assert_eq!(chosen(&whole, &levels, "X 1, Y 1"), "c fewest_lists; c fewest_lists");
    assert_eq!(chosen(&whole, &levels, "X 2, Y 1"), "-; -");
    assert_eq!(chosen(&whole, &levels, ""), "");
}

#[test]
fn units_of_a_line_are_in_several_lists_where_that_is_allowed() {
    let shop: &[&str] = &["a store 1km: X 5", "b store 2km: X 4, Y 1", "c store 9km s1: X 3", "d store 9km: X -2"];
    let (lines, levels) = terms(SourcingRule::NearestStore, shop);
    assert_eq!(chosen(&lines, &levels, "X 6"), "-");
    let units = ListSourcing { split: SourcingSplit::Units, ..lines };
    assert_eq!(chosen(&units, &levels, "X 5"), "a first_choice", "a line that a list has whole stays whole");
    assert_eq!(chosen(&units, &levels, "X 6"), "a 5 + b 1");
    assert_eq!(chosen(&units, &levels, "X 11"), "a 5 + b 4 + c 2");
    assert_eq!(chosen(&units, &levels, "X 12"), "-");
    assert_eq!(chosen(&units, &levels, "X 4, X 6"), "a first_choice; a 1 + b 4 + c 1", "what whole lines take is gone");
    assert_eq!(chosen(&units, &levels, "X 6, X 5"), "b 4 + c 2; a first_choice");
    assert_eq!(chosen(&units, &levels, "X 8, X 8"), "a 5 + b 3; -");
    assert_eq!(chosen(&units, &levels, "Y 1, X 9"), "b next_choice; a 5 + b 4");
}

#[test]
fn the_more_lines_the_fewer_candidates() {
    assert_eq!([0, 1, 100, 101, 500, 1_000, 5_000].map(candidates_max), [50, 50, 50, 49, 10, 5, 5]);
}

#[test]
fn how_a_list_was_chosen_is_written_in_words() {
    for distance in [None, Some(0), Some(20_015_114)] {
        for (rule, reason) in SourcingRule::ALL.into_iter().flat_map(|rule| SourcingReason::ALL.map(|one| (rule, one)))
        {
            let from = SourcedFrom { rule, reason, distance };
            assert_eq!(SourcedFrom::from_words(&from.words()), Some(from));
        }
    }
    for wrong in ["", "main", "main no_reason -", "no_rule first_choice 7"] {
        assert_eq!(SourcedFrom::from_words(wrong), None, "{wrong}");
    }
}

/// A list with some of three SKUs.
fn any_list(id: i64) -> impl Strategy<Value = (CandidateList, [i64; 3])> {
    let store = prop::option::of(any::<(bool, bool)>());
    let numbers = (1..4_i64, prop::option::of(0..5_000_i64), 0..3_i64);
    (store, numbers, [-2..9_i64, 0..9, 0..9]).prop_map(move |(store, (priority, distance, safety_stock), units)| {
        let store = store.map(|(is_open, has_pickup)| CandidateStore { is_open, has_pickup });
        let (list, is_main) = (StockListId::new(id), id == 1);
        (CandidateList { list, is_main, store, priority, distance, safety_stock }, units)
    })
}

fn any_order() -> impl Strategy<Value = Vec<(usize, i64)>> {
    prop::collection::vec((0..3_usize, 1..6_i64), 1..5)
}

proptest! {
    /// Every permutation of the candidates gives the same answer; no list gives more than it has beyond its safety
    /// stock; the parts of a line are the line; and an order that may not be split is in one list, whole, or in none.
    #[test]
    fn what_is_chosen_is_there(
        lists in (any_list(1), any_list(2), any_list(3), any_list(4)),
        order in any_order(),
        rule in 0..SourcingRule::ALL.len(),
        split in 0..SourcingSplit::ALL.len(),
        (open_only, pickup_only) in any::<(bool, bool)>(),
        distance_max in prop::option::of(0..5_000_i64),
        turn in 0..24_usize,
    ) {
        let all = [lists.0, lists.1, lists.2, lists.3];
        let sku = |sku: usize| ["X", "Y", "Z"][sku].to_owned();
        let lines: Vec<SourcingLine> =
            order.iter().map(|(one, units)| SourcingLine { sku: sku(*one), units: *units }).collect();
        let has = |list: StockListId, wanted: &str| {
            let (_, units) = &all[list.get() as usize - 1];
            units[["X", "Y", "Z"].iter().position(|one| *one == wanted).expect("one of three")]
        };
        let candidates: Vec<CandidateList> = all.iter().map(|(list, _)| list.clone()).collect();
        let rule = SourcingRule::ALL[rule];
        let split = SourcingSplit::ALL[split];
        let terms = ListSourcing { rule, split, distance_max, open_only, pickup_only, lists: candidates.clone(), others: Vec::new() };
        let done = terms.choose(&lines, has);

        let mut rest = candidates;
        let (mut turned, mut turn) = (Vec::new(), turn);
        while !rest.is_empty() {
            turned.push(rest.remove(turn % rest.len()));
            turn /= rest.len() + 1;
        }
        prop_assert_eq!(&ListSourcing { lists: turned, ..terms.clone() }.choose(&lines, has), &done);

        prop_assert_eq!(done.lines.len(), lines.len());
        for list in &terms.lists {
            for wanted in ["X", "Y", "Z"] {
                let of_sku = lines.iter().zip(&done.lines).filter(|(line, _)| line.sku == wanted);
                let parts = of_sku.flat_map(|(_, parts)| parts).filter(|part| part.list == list.list);
                let given: i64 = parts.map(|part| part.units).sum();
                prop_assert!(given == 0 || given <= has(list.list, wanted) - list.safety_stock);
            }
        }
        for (line, parts) in lines.iter().zip(&done.lines) {
            let units: i64 = parts.iter().map(|part| part.units).sum();
            prop_assert!(parts.is_empty() || units == line.units, "the parts of a line are the line");
            prop_assert!(parts.len() <= 1 || split == SourcingSplit::Units && parts.iter().all(|part| part.units > 0));
        }
        let used: Vec<StockListId> = done.lines.iter().flatten().map(|part| part.list).collect();
        prop_assert!(used.iter().all(|list| done.ranked.contains(list)));
        if split == SourcingSplit::Nothing {
            prop_assert!(used.is_empty() || used.len() == lines.len() && used.windows(2).all(|two| two[0] == two[1]));
        }
        let is_open = |list: &CandidateList| list.store.is_none_or(|store| store.is_open);
        if open_only && rule == SourcingRule::NearestStore {
            prop_assert!(terms.lists.iter().filter(|list| used.contains(&list.list)).all(is_open));
        }
    }
}

proptest! {
    /// What is chosen from the best ranked candidates alone, and said to be final, is what is chosen from all; and all
    /// candidates are still there.
    #[test]
    fn a_final_choice_is_the_choice_from_all(
        lists in (any_list(1), any_list(2), any_list(3), any_list(4), any_list(5), any_list(6), any_list(7)),
        order in any_order(),
        many in prop_oneof![4 => Just(1_usize), 1 => Just(25)],
        rule in 0..SourcingRule::ALL.len(),
        split in 0..SourcingSplit::ALL.len(),
        (open_only, pickup_only) in any::<(bool, bool)>(),
        distance_max in prop::option::of(0..5_000_i64),
    ) {
        let all = [lists.0, lists.1, lists.2, lists.3, lists.4, lists.5, lists.6];
        let lines: Vec<SourcingLine> = std::iter::repeat_n(order, many)
            .flatten()
            .map(|(one, units)| SourcingLine { sku: ["X", "Y", "Z"][one].to_owned(), units })
            .collect();
        let has = |list: StockListId, wanted: &str| {
            let (_, units) = &all[list.get() as usize - 1];
            units[["X", "Y", "Z"].iter().position(|one| *one == wanted).expect("one of three")] * many as i64
        };
        let lists = all.iter().map(|(list, _)| list.clone()).collect();
        let (rule, split) = (SourcingRule::ALL[rule], SourcingSplit::ALL[split]);
        let whole = ListSourcing { rule, split, distance_max, open_only, pickup_only, lists, others: Vec::new() };
        let part = whole.clone().best_first();
        let (from_all, from_part) = (whole.choose(&lines, has), part.choose(&lines, has));
        if part.is_final(&from_part) {
            prop_assert_eq!(&from_part.lines, &from_all.lines);
        }
        let everything = part.with_all().unwrap_or(part);
        prop_assert_eq!(everything.choose(&lines, has), from_all);
        prop_assert_eq!(everything.lists.len(), 7);
    }
}

#[test]
fn a_few_candidates_are_enough_where_one_of_them_has_the_order() {
    let shop: &[&str] = &[
        "a store 1km: X 5",
        "b store 2km: Y 5",
        "c store 3km: X 5, Y 5",
        "d store 4km: X 9, Y 5",
        "e store 5km: X 9",
        "m main: X 9",
    ];
    let is_final = |rule: SourcingRule, ordered: &str| {
        let (terms, levels) = terms(rule, shop);
        let part = terms.best_first();
        let done = part.choose(&lines(ordered), |list, sku| levels.get(&(list, sku.to_owned())).copied().unwrap_or(0));
        part.is_final(&done)
    };
    let near = SourcingRule::NearestStore;
    assert!(is_final(near, "X 1") && is_final(near, "X 5, Y 5"));
    assert!(!is_final(near, "X 6"), "none of three has six");
    assert!(!is_final(near, "X 6, Y 1"), "a farther one may have all");
    assert!(!is_final(near, "X 99"), "what each of them has is to be named");
    assert!(is_final(SourcingRule::MostAvailable, "X 99"), "all have been looked at");
    assert!(is_final(SourcingRule::Main, "X 99"), "there is no other");
}

/// Lists in a working set, `m` with five of X, `a` and `b` with levels of their own.
struct Orders {
    working_set: WorkingSet,
    split: SourcingSplit,
    now: i64,
}

impl Orders {
    fn open(levels: &[(&str, &str, i64)]) -> Self {
        let working_set = WorkingSet::new(commands::ids(1, 100_000));
        let mut orders = Self { working_set, split: SourcingSplit::Lines, now: 0 };
        for name in ["m", "a", "b", "c", "d"] {
            orders.working_set.put_list(commands::stock_list(list_named(name)));
        }
        let (oversell, oversell_quantity_max) = (Oversell::Accept, 100);
        orders.working_set.put_channel(Channel { id: ChannelId::new(1), oversell, oversell_quantity_max });
        for (name, sku, units) in levels {
            orders.decides(&commands::write(commands::level(list_named(name), sku, *units))).expect("it is written");
        }
        orders
    }

    fn decides(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now += 1_000_000;
        let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now) };
        decide(&mut self.working_set, command, context)
    }

    /// Places an order of lines without a list, or with one, as `X 3` or `X@a 3`; the lists of its lines.
    fn order(&mut self, ordered: &str, channel: Option<i64>) -> Result<Vec<OrderItem>, Rejection> {
        let line = |(what, units): (String, i64)| {
            let (sku, list) = what.split_once('@').map_or((what.as_str(), None), |(sku, list)| (sku, Some(list)));
            NewLine { list: list.map(list_named), ..commands::line(list_named("m"), sku, units) }
        };
        let (sourcing, _) = terms(SourcingRule::MainThenNearest, &["m main:", "a store 2km s1:", "b store 1km:"]);
        let order = PlaceOrder {
            sourcing: Some(ListSourcing { split: self.split, ..sourcing }),
            channel: channel.map(ChannelId::new),
            ..commands::order(&format!("o{}", self.now), amounts(ordered).into_iter().map(line).collect())
        };
        match self.decides(&Command::PlaceOrder(order))? {
            Outcome::OrderPlaced(_, items) => Ok(items),
            other => panic!("{other:?}"),
        }
    }

    fn lists(&mut self, ordered: &str) -> String {
        let placed = self.order(ordered, None).expect("it fits");
        placed.iter().map(chosen_as).collect::<Vec<_>>().join("; ")
    }
}

fn chosen_as(item: &OrderItem) -> String {
    format!("{} {}", name(item.list), item.sourced.expect("chosen").reason.word())
}

#[test]
fn a_list_that_sold_out_in_between_is_not_chosen() {
    let mut shop = Orders::open(&[("m", "X", 5), ("a", "X", 9), ("b", "X", 7)]);
    assert_eq!(shop.lists("X 3"), "m first_choice");
    // The main list has two left, so the nearest store is next; then that has one left.
    assert_eq!(shop.lists("X 6"), "b next_choice");
    assert_eq!(shop.lists("X 6"), "a next_choice");
    let refused = shop.order("X 3", None).expect_err("two, one, and three of which one stays");
    let lists = [("m", 2), ("b", 1), ("a", 2)].map(|(name, units)| (list_named(name), units));
    let short = Unsourced { sku: "X".to_owned(), asked: 3, lists: lists.to_vec() };
    assert_eq!(refused, Rejection::NoListHasIt(vec![short]));
    assert_eq!(shop.lists("X 2"), "m first_choice");
}

#[test]
fn an_order_that_looks_at_too_few_lists_is_not_decided() {
    let mut shop = Orders::open(&[("m", "X", 1), ("a", "X", 1), ("b", "X", 1), ("c", "X", 1), ("d", "X", 9)]);
    let lists = ["m main:", "a store 1km:", "b store 2km:", "c store 3km:", "d store 4km:"];
    for channel in [None, Some(ChannelId::new(1))] {
        let (sourcing, _) = terms(SourcingRule::MainThenNearest, &lists);
        let line = NewLine { list: None, ..commands::line(list_named("m"), "X", 2) };
        let order = commands::order(&format!("few {channel:?}"), vec![line]);
        let order = Command::PlaceOrder(PlaceOrder { sourcing: Some(sourcing.best_first()), channel, ..order });
        assert_eq!(shop.decides(&order).expect_err("none of the first has two"), Rejection::MoreListsNeeded);
        let whole = order.with_all_lists().expect("there are more");
        assert!(whole.with_all_lists().is_none());
        let Ok(Outcome::OrderPlaced(_, items)) = shop.decides(&whole) else { panic!("it is placed") };
        assert_eq!(chosen_as(&items[0]), "d next_choice");
    }
}

#[test]
fn what_a_line_takes_by_name_is_gone_for_the_others() {
    let mut shop = Orders::open(&[("m", "X", 5), ("b", "X", 7)]);
    let placed = shop.order("X@m 3, X 3", None).expect("it fits");
    assert_eq!((placed[0].list, placed[0].sourced), (list_named("m"), None));
    assert_eq!(chosen_as(&placed[1]), "b next_choice");
    assert_eq!(placed[1].sourced.and_then(|from| from.distance), Some(1_000));
}

#[test]
fn a_channel_that_may_oversell_does_so_in_the_catalogs_own_list() {
    let mut shop = Orders::open(&[("m", "X", 5), ("b", "X", 7)]);
    let placed = shop.order("X 8", Some(1)).expect("it is accepted");
    assert_eq!((placed[0].list, placed[0].oversold), (list_named("m"), true));
    assert_eq!(placed[0].sourced.map(|from| from.reason), Some(SourcingReason::NoneHasIt));
    let refused = shop.order("X 200", Some(1)).expect_err("too much of it");
    assert!(matches!(refused, Rejection::OversoldTooLarge { max: 100, .. }), "{refused:?}");
}

#[test]
fn a_line_that_asks_for_nothing_is_in_the_best_ranked_list() {
    let mut shop = Orders::open(&[("m", "X", 0), ("b", "X", 7)]);
    let line = NewLine { list: None, status: OrderStatus::Refunded, ..commands::line(list_named("m"), "X", 9) };
    let (sourcing, _) = terms(SourcingRule::MainThenNearest, &["m main:", "b store 1km:"]);
    let order = PlaceOrder { sourcing: Some(sourcing), ..commands::order("back", vec![line]) };
    let Ok(Outcome::OrderPlaced(_, items)) = shop.decides(&Command::PlaceOrder(order)) else { panic!("it is placed") };
    assert_eq!(items[0].list, list_named("m"));
}

#[test]
fn the_parts_of_a_line_are_lines_that_were_split_from_it() {
    let mut shop = Orders::open(&[("m", "X", 5), ("b", "X", 7), ("a", "X", 3)]);
    shop.split = SourcingSplit::Units;
    let items = shop.order("X@m 1, X 12, X 1", None).expect("it fits");
    let parts: Vec<(char, i64, Option<usize>)> = items
        .iter()
        .map(|item| {
            let first = item.split_from.map(|first| items.iter().position(|one| one.id == first).expect("a line"));
            (name(item.list), item.quantity.units(), first)
        })
        .collect();
    // Of m one is named and one is the last line's, so the parts are three of m, seven of b and two of a.
    assert_eq!(parts, [('m', 1, None), ('m', 3, None), ('b', 7, Some(1)), ('a', 2, Some(1)), ('m', 1, None)]);
    for (list, reserved) in [("m", 5), ("b", 7), ("a", 2)] {
        let stock = shop.working_set.stock_by_key(list_named(list), "X").expect("there");
        assert_eq!((stock.reserved, stock.available_unclamped() >= 0), (reserved, true), "{list}");
    }
    let refused = shop.order("X 2", None).expect_err("one is left, and that is the safety stock");
    assert!(matches!(refused, Rejection::NoListHasIt(_)), "{refused:?}");
}
