//! A text file, whatever its bytes are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onhand_sheet::probe;

fuzz_target!(|bytes: &[u8]| {
    probe::file(bytes);
});
