//! State objects (contract 13.4): what packages and transfers show of where they are.
//!
//! Promises: an id never changes, on any engine or installation: it is the class's number times a thousand and the
//! state's own. Must not know what leads from one state to another.

use onhand_core::Timestamp;
use onhand_core::fulfilment::{PackageState, TransferState};

use crate::api::directory::content_types;
use crate::wire::json::Object;
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// States have been what they are since before the first request.
const SINCE: Timestamp = Timestamp::from_micros(1_672_531_200_000_000);

/// A state.
pub const VIEW: ResponseSchema = response_schema!("State" {
    id: Int,
    created_date: Time,
    modified_date: Time,
    translations: Object,
    name: Text,
    config: Object,
    enum_class: Text,
    enum_value: Text,
    content_type: Int,
});

/// A class of states: whose they are.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    number: i64,
    name: &'static str,
    content_type: i64,
}

/// Of packages.
pub const PACKAGE: Class = Class { number: 1, name: "PackageStatus", content_type: content_types::PACKAGE };
/// Of lines of packages.
pub const PACKAGE_ITEM: Class =
    Class { number: 2, name: "PackageItemStatus", content_type: content_types::PACKAGE_ITEM };
/// Of transfers.
pub const TRANSFER: Class = Class { number: 3, name: "TransferOrderStatus", content_type: content_types::TRANSFER };
/// Of lines of transfers.
pub const TRANSFER_ITEM: Class =
    Class { number: 4, name: "TransferItemStatus", content_type: content_types::TRANSFER_ITEM };

/// The same states in Turkish, which the vendor's example prints (contract 13.4).
const TURKISH: &[(&str, &str)] = &[
    ("Cancelled", "İptal Edildi"),
    ("Out of Stock", "Stokta Yok"),
    ("Waiting", "Bekliyor"),
    ("Waiting for Transfer", "Transfer Bekliyor"),
    ("Preparing", "Hazırlanıyor"),
    ("Packed", "Paketlendi"),
    ("Shipped", "Kargoya Verildi"),
    ("In Transit", "Yolda"),
    ("Delivered", "Teslim Edildi"),
];

/// Writes the state of a package or of its line.
pub(super) fn package(class: Class, state: PackageState) -> impl Fn(&mut String) {
    move |out| write(out, class, state.code(), state.name())
}

/// Writes the state of a transfer or of its line.
pub(super) fn transfer(class: Class, state: TransferState) -> impl Fn(&mut String) {
    move |out| write(out, class, state.code(), state.name())
}

fn write(out: &mut String, class: Class, code: i64, name: &str) {
    let turkish = TURKISH.iter().find(|(english, _)| *english == name).map_or(name, |(_, turkish)| turkish);
    let named = |name: &str| object(|out| Object::open(out).text("name", name).close());
    let translations = object(|out| Object::open(out).raw("en-us", &named(name)).raw("tr-tr", &named(turkish)).close());
    Object::open(out)
        .int("id", class.number * 1_000 + code)
        .time("created_date", SINCE)
        .time("modified_date", SINCE)
        .raw("translations", &translations)
        .text("name", name)
        .raw("config", "{}")
        .text("enum_class", class.name)
        .text("enum_value", &code.to_string())
        .int("content_type", class.content_type)
        .close();
}

/// A part of an answer as JSON text.
pub(super) fn object(write: impl Fn(&mut String)) -> String {
    let mut out = String::new();
    write(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_turkish_name() {
        let packages = PackageState::ALL.iter().map(|state| state.name());
        for name in packages.chain(TransferState::ALL.iter().map(|state| state.name())) {
            assert!(TURKISH.iter().any(|(english, _)| *english == name), "{name}");
        }
    }
}
