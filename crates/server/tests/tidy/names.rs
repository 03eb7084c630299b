//! Names: those that the glossary has replaced do not come back, in code and on pages, and a name has one meaning.
//!
//! Promises: each fault names its file and line, and the term to use. Must not know what the names stand for.

use std::collections::BTreeMap;

use super::{assert_only, code, files, read};

/// Names that the code no longer uses, each with the term of docs/glossary.md that stands in its place.
const RETIRED: &[(&str, &str)] = &[
    ("Allotment", "Allocation"),
    ("Anybody", "AnyCertificate"),
    ("Arriving", "UploadSink"),
    ("Assortment", "ChannelScope"),
    ("CellFault", "CellError"),
    ("CodeTaken", "ItemCodeTaken"),
    ("Combiner", "Batcher"),
    ("Crowded", "TooManyConnections"),
    ("Decider", "SpeculativeDecider"),
    ("Dialler", "ConnectionManager"),
    ("Door", "EntryPoint"),
    ("Explained", "ProtocolErrors"),
    ("FigureChange", "LevelChange"),
    ("Figures", "StockValues, or a stock level"),
    ("FloorCommand", "FulfilmentCommand"),
    ("FloorOutcome", "FulfilmentOutcome"),
    ("HOMES", "PLACEMENTS"),
    ("HeaderFault", "HeaderError"),
    ("HeldChange", "ReservedChange"),
    ("Hold", "Reservation, or WriterLock for the file"),
    ("HoldState", "ReservationState"),
    ("IMPORTERS", "CHUNK_WRITERS"),
    ("IdSource", "IdAllocator"),
    ("LEDGER_BUCKETS", "WRITER_BUCKETS"),
    ("Ledger", "Writer"),
    ("Listing", "ListQuery"),
    ("MoveFault", "MoveRejection"),
    ("NOUNS", "RESOURCES"),
    ("Narrow", "ListScope"),
    ("Noun", "Resource"),
    ("Patient", "WriteTimeout"),
    ("PlanOrder", "SourceOrder"),
    ("PlanPlace", "Candidate"),
    ("ReadFloor", "ReadFulfilment"),
    ("Receipt", "DedupRecord"),
    ("Refusal", "Rejection, or DeliveryFailure for channels"),
    ("RowFault", "RowRejection, or RowError of a file"),
    ("RowOutcome", "RowResult"),
    ("RowVerdict", "RowStatus"),
    ("SPREAD_TARGET", "DISTRIBUTED_TARGET"),
    ("Shelf", "WorkingSet"),
    ("Strangers", "AnonymousLimiter"),
    ("Tally", "CounterDeltas"),
    ("Touch", "OutboxEvent"),
    ("Turns", "ReadQueue"),
    ("UnderWay", "InFlight"),
    ("Unfit", "FollowUpError"),
    ("WorkOnFloor", "WriteFulfilment"),
    ("all_each", "all_bulk"),
    ("combiner", "batcher"),
    ("decide_ahead", "speculate"),
    ("door", "entry point, client, or address"),
    ("doors", "addresses, or entry points"),
    ("everybody", "all of them by their name"),
    ("execute_each", "execute_bulk"),
    ("execute_each_composed", "execute_bulk_composed"),
    ("execute_each_counted", "execute_bulk_counted"),
    ("execute_many", "execute_bulk"),
    ("has_left", "is_shipped"),
    ("headroom", "available_unclamped"),
    ("importers", "chunk_writers"),
    ("is_spread", "is_distributed"),
    ("is_told", "is_current"),
    ("keep_up", "run_sequencer"),
    ("mark_plan", "set_sourcing_due"),
    ("noun", "resource"),
    ("nouns", "resources"),
    ("outcomes", "row_results, or results"),
    ("pinning", "for_key_share"),
    ("plan_order", "source_order"),
    ("pointed_at_by", "referenced_by"),
    ("put_on", "allocate"),
    ("receipt", "dedup_record"),
    ("receipts", "dedup_records"),
    ("refill", "ids::reserve_ranges"),
    ("refusals", "failures, or error responses"),
    ("row_outcome", "row_result"),
    ("run_package", "package_transition::apply"),
    ("run_transfer", "transfer_transition::apply"),
    ("settle_again", "commit_with_retry"),
    ("shelf", "working set"),
    ("take_in", "next_in_bucket"),
    ("take_off", "deallocate"),
    ("takes_ahead", "takes_speculative"),
    ("under_way", "in_flight"),
    ("untold", "not_logged"),
    ("write_ahead", "write_speculative"),
];

/// Words that pages no longer use, with what to say. Words of ordinary English are not here.
const RETIRED_WORDS: &[(&str, &str)] = &[
    ("anew", "again"),
    ("anybody", "the client, or every user"),
    ("combiner", "writer"),
    ("everybody", "all clients"),
    ("kept count", "counter"),
    ("kept counts", "counters"),
    ("kept page", "cached response"),
    ("kept pages", "cached responses"),
    ("ledger", "writer"),
    ("nobody", "no client, no user"),
    ("noun", "resource"),
    ("nouns", "resources"),
    ("somebody", "a client, a user"),
    ("tally", "counter"),
    ("told apart", "distinguished"),
    ("untold", "not logged"),
    ("what came of", "result"),
    ("whoever", "the client that"),
];

/// Type names that say little by themselves and once had up to nine meanings.
const VAGUE: &[&str] = &[
    "Answer", "Args", "Asked", "Change", "Column", "Command", "Fault", "Item", "Kind", "Made", "Page", "Part", "Place",
    "Progress", "Row", "Rows", "Sent", "Step", "Table", "Wanted",
];

/// Crates that define a vague name more than once, as `crate: name`. The list may only become shorter.
const DOUBLED: &[(&str, &str)] = &[];

/// The names in a line of code, without what its comment and its texts say.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let outside_of_texts = code(line).split('"').step_by(2);
    outside_of_texts.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'))
}

#[test]
fn retired_names_do_not_come_back() {
    let files = files();
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (number, line) in file.text.lines().enumerate() {
            let retired = names(line).find_map(|name| RETIRED.iter().find(|(retired, _)| *retired == name));
            if let Some((name, term)) = retired {
                found.push(format!("{}:{}: {name} is called {term}", file.path, number + 1));
            }
        }
    }
    assert!(found.is_empty(), "docs/glossary.md has the terms: {found:#?}");
    let glossary = read("docs/glossary.md");
    assert!(glossary.contains("working set") && glossary.contains("reservation"), "the glossary has lost its terms");
}

#[test]
fn retired_words_do_not_come_back_on_pages() {
    let files = files();
    let mut found = Vec::new();
    for page in files.iter().filter(|file| file.extension() == Some("md")) {
        let (mut is_code, mut before) = (false, String::new());
        for (number, line) in page.text.lines().enumerate() {
            if line.starts_with("```") {
                is_code = !is_code;
            }
            // What is marked as code is a name; a line continues the one before it.
            let prose =
                if is_code { String::new() } else { line.split('`').step_by(2).collect::<String>().to_lowercase() };
            let words: Vec<&str> =
                prose.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            let text = format!(" {before} {} ", words.join(" "));
            let said = RETIRED_WORDS.iter().filter(|(word, _)| text.contains(&format!(" {word} ")));
            let here = |word: &str| !format!(" {before} ").contains(&format!(" {word} "));
            let said = said.filter(|(word, _)| here(word));
            found.extend(said.map(|(word, term)| format!("{}:{}: {word}: say {term}", page.path, number + 1)));
            before = words.last().map(|word| (*word).to_owned()).unwrap_or_default();
        }
    }
    assert!(found.is_empty(), "docs/glossary.md has the terms: {found:#?}");
}

/// The name that a line at the top of a file defines as a type.
fn type_name(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix("pub") {
        Some(rest) => {
            rest.strip_prefix('(').map_or(rest, |rest| rest.split_once(')').map_or("", |(_, rest)| rest)).trim_start()
        }
        None => line,
    };
    let rest =
        ["struct ", "enum ", "trait ", "type ", "union "].iter().find_map(|keyword| rest.strip_prefix(keyword))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

#[test]
fn a_vague_name_has_one_meaning_in_a_crate() {
    let files = files();
    let mut defined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut count = 0;
    for file in files.iter().filter(|file| file.is_rust() && file.path.contains("/src/")) {
        let krate = file.path.split('/').nth(1).unwrap_or_default();
        for name in file.text.lines().filter_map(type_name) {
            count += 1;
            if VAGUE.contains(&name) {
                defined.entry(format!("{krate}: {name}")).or_default().push(file.path.clone());
            }
        }
    }
    assert!(count > 300, "only {count} types were found");
    let doubled: BTreeMap<_, _> = defined.into_iter().filter(|(_, files)| files.len() > 1).collect();
    assert_only(
        &format!("a name has several meanings in one crate, find precise ones: {doubled:#?}"),
        doubled.keys().cloned(),
        DOUBLED,
    );
}

#[test]
fn type_names_are_read_from_their_definitions() {
    assert_eq!(type_name("pub(in crate::http) enum Kind<'k> {"), Some("Kind"));
    assert_eq!(type_name("type Rows = Vec<Row>;"), Some("Rows"));
    assert_eq!(type_name("pub struct Page<T> {"), Some("Page"));
    assert_eq!(type_name("    type Item = Row;"), None);
    assert_eq!(type_name("pub fn page() -> Page {"), None);
}
