//! A workbook as it is sent: mostly what finds its parts and unpacks them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onhand_sheet::probe;

fuzz_target!(|bytes: &[u8]| {
    probe::file(bytes);
});
