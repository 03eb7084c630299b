//! The stream of an XLS file.
#![no_main]

#[path = "../../crates/sheet/tests/hostile/corpus.rs"]
mod corpus;
#[path = "../../crates/sheet/tests/books/made.rs"]
mod made;

use libfuzzer_sys::fuzz_target;
use onhand_sheet::probe;

fuzz_target!(|bytes: &[u8]| {
    probe::file(&corpus::stream(bytes));
});
