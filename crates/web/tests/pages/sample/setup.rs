//! Transfers between stock lists, adjustment reasons, the settings of a list.

use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::screens::list_settings::{ListForm, ListSettings, SpanField, SpanUnit};
use onhand_web::screens::reasons::{ReasonRow, Reasons};
use onhand_web::screens::transfers::{NewTransfer, Short, Transfer, TransferRow, Transfers};

use super::Maker;
use super::webhooks::errors;

fn lists(m: &Maker) -> Vec<(i64, String)> {
    let names = ["Central warehouse", "Shop Kadıköy", "Returns"];
    m.few(3, |at| (1 + at as i64, m.t(names[at % 3])))
}

fn row(m: &Maker, at: usize) -> TransferRow {
    let line = |at: usize| (m.t("SCARF-WOOL-BRG"), 1 + at as i64 % 7);
    TransferRow {
        id: 70 - at as i64,
        from: (1, m.t("Central warehouse")),
        to: (2, m.t("Shop Kadıköy")),
        reference: m.t("VAN-7"),
        reason: m.t("gift"),
        note: m.t("for the weekend"),
        by: m.t("elif"),
        at: m.ago(4_000 * at as i64),
        lines: m.few(1 + at % 4, line),
        more_lines: if at.is_multiple_of(3) { 12 } else { 0 },
        units: 1_204,
    }
}

pub(super) fn transfers(m: &Maker) -> Transfers {
    let page = |after: &str| m.is_some().then(|| onhand_web::link::transfers_between("1", "", after));
    Transfers {
        frame: m.frame(Entry::Stock, "/transfers"),
        rows: m.many(|at| row(m, at)),
        pager: Pager { from: 51, shown: 14, total: Some(240), previous: page(""), next: page("3") },
        lists: lists(m),
        chosen: (Some(1), None),
    }
}

pub(super) fn transfer(m: &Maker) -> Transfer {
    Transfer { frame: m.frame(Entry::Stock, "/transfers/70"), transfer: row(m, 3) }
}

pub(super) fn transfer_new(m: &Maker) -> NewTransfer {
    let short = |at: usize| Short { sku: m.t("SCARF-WOOL-BRG"), asked: 4 + at as i64, available: 3 };
    NewTransfer {
        frame: m.frame(Entry::Stock, "/transfers/new"),
        lists: lists(m),
        chosen: (Some(1), Some(2)),
        lines: m.t("SCARF-WOOL-BRG 4"),
        reference: m.t("VAN-7"),
        reason: "received".to_owned(),
        own_reasons: m.few(2, |_| (m.t("gift"), m.t("Gift to a customer"))),
        note: m.t("for the weekend"),
        wrong_lines: m.few(2, |at| (2 + at as i64, m.t("There is no such product stock."))),
        short: m.few(2, short),
        errors: errors(m, &["", "from", "to", "lines", "reference", "reason", "note"]),
    }
}

pub(super) fn list_settings(m: &Maker) -> ListSettings {
    let names = ["", "name", "code", "time_zone", "low_stock", "safety_stock", "sourcing_priority"];
    let names = [&names[..], &["reported_settles_after_seconds", "snapshot_delay_seconds"]].concat();
    let form = ListForm {
        name: m.t("Central warehouse"),
        code: m.t("central"),
        is_auto_sync: true,
        is_release_immediate: false,
        is_moved_by_level: m.is_some(),
        is_item_code_unique: true,
        ignores_external: false,
        reported_settles_after: SpanField::of(604_800),
        snapshot_delay: SpanField { number: m.t("90"), unit: SpanUnit::Minutes },
        low_stock: m.t("5"),
        safety_stock: m.t("0"),
        sourcing_priority: m.t("100"),
        time_zone: m.t("Europe/Istanbul"),
        seen: 1_772_352_000_000_000,
        errors: errors(m, &names),
    };
    ListSettings {
        frame: m.frame(Entry::Stock, "/stock/1/settings"),
        list: 1,
        title: m.t("Central warehouse"),
        form,
        installation_zone: m.t("UTC"),
    }
}

pub(super) fn reasons(m: &Maker) -> Reasons {
    let row = |at: usize| ReasonRow {
        id: 1 + at as i64,
        code: m.t("gift"),
        name: m.t("Gift to a customer"),
        is_active: at % 3 != 2,
    };
    Reasons {
        frame: m.frame(Entry::Stock, "/adjustment-reasons"),
        rows: m.few(5, row),
        code: m.t("sample"),
        name: m.t("Sample"),
        errors: errors(m, &["", "code", "name"]),
    }
}
