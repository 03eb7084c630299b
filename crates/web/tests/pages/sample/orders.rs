//! Orders and imports.

use onhand_core::fulfilment::list_sourcing::{SourcedFrom, SourcingReason, SourcingRule};
use onhand_core::import::{Column, Subject};
use onhand_core::{OrderStatus, OutgoingState, ReservationState};
use onhand_web::form::{FieldErrors, Pager};
use onhand_web::frame::Entry;
use onhand_web::link::OrdersQuery;
use onhand_web::screens::cancellations::{Cancellations, RequestRow};
use onhand_web::screens::health::{Aged, AgedRow, Health, LeaseRow, OversoldRow};
use onhand_web::screens::import::{ChangeSums, ColumnUse, Filter, Import, ImportRow, LayoutNotes, RowSums};
use onhand_web::screens::import_columns::{ColumnChoice, ImportColumns};
use onhand_web::screens::import_new::ImportNew;
use onhand_web::screens::imports::{ImportLine, Imports};
use onhand_web::screens::order::{ComesBack, Order, OrderEvent, OrderLine, OrderWhat, PackageLine, ReleaseForm};
use onhand_web::screens::orders::{OrderRow, Orders};
use onhand_web::{ImportMode, ImportState, ImportTask};

use super::{Maker, Rows};

pub(super) fn orders(m: &Maker) -> Orders {
    let row = |at: usize| OrderRow {
        id: 10_277 + at as i64,
        number: m.t(&format!("TR-{}", 10_421 - at)),
        channel: if at.is_multiple_of(3) { Some(m.t("N11")) } else { None },
        placed: m.ago(250 + 190 * at as i64),
        lines: 1 + at as i64 % 4,
        reserved: 2 + at as i64 % 5,
        status: OrderStatus::ALL[at % OrderStatus::ALL.len()],
        is_taken: at % 5 == 4,
        packages: at as i64 % 3,
        oversold: i64::from(at % 7 == 1),
        short: i64::from(at % 7 == 3),
    };
    let rows = m.many(row);
    let search = if m.rows == Rows::One { m.t("TR-10") } else { String::new() };
    Orders {
        frame: m.frame(Entry::Orders, "/orders"),
        query: OrdersQuery { search, channel: Some(2), ..OrdersQuery::default() },
        views: vec![
            ("waiting", Some(128)),
            ("all", Some(81_140)),
            ("oversold", Some(3)),
            ("short", Some(1)),
            ("cancelled", None),
        ],
        counted_max: 1_000,
        requests: Some(1_001),
        channels: vec![(2, m.t("N11")), (3, m.t("Hepsiburada"))],
        oldest: Some(m.ago(2_460)),
        pager: Pager {
            from: 1,
            shown: rows.len() as i64,
            total: Some(128),
            previous: None,
            next: Some("/orders?after=99".to_owned()),
        },
        rows,
        is_empty: !m.is_some(),
        command: if m.is_some() { String::new() } else { m.t("curl -X POST http://localhost:8080/api/v1/orders/") },
    }
}

pub(super) fn cancellations(m: &Maker) -> Cancellations {
    let row = |at: usize| RequestRow {
        id: 300 + at as i64,
        order: 10_277 + at as i64,
        number: m.t(&format!("TR-{}", 10_421 - at)),
        channel: if at.is_multiple_of(3) { Some(m.t("N11")) } else { None },
        product: 352 + at as i64,
        sku: m.t("SNEAK-RUN2-BLK-43"),
        quantity: 1 + at as i64 % 3,
        state: ReservationState::ALL[at % ReservationState::ALL.len()],
        is_refund: at % 4 == 2,
        is_confirmed: at % 4 == 1,
        reason: m.t("Ordered twice"),
        description: m.t("The customer called."),
        since: m.ago(4_000 - 30 * at as i64),
        fault: if at == 0 { m.t("A shipped order item cannot be cancelled.") } else { String::new() },
    };
    let rows = m.many(row);
    let back = |at: usize| ComesBack {
        sku: m.t("SNEAK-RUN2-BLK-43"),
        list: m.t("Central warehouse"),
        available: (3, 5 + at as i64),
    };
    let errors = |()| FieldErrors(["", "request"].map(|name| (name.to_owned(), m.t("This needs a look."))).to_vec());
    Cancellations {
        frame: m.frame(Entry::Orders, "/cancellations"),
        total: Some(1_001),
        counted_max: 1_000,
        chosen: vec![300],
        preview: m.is_some().then(|| m.few(2, back)),
        errors: m.is_some().then_some(()).map(errors).unwrap_or_default(),
        pager: Pager {
            from: 0,
            shown: rows.len() as i64,
            total: None,
            previous: None,
            next: Some(onhand_web::link::cancellations_after("350")),
        },
        rows,
    }
}

pub(super) fn health(m: &Maker) -> Health {
    let aged = |at: usize| AgedRow {
        line: 700 + at as i64,
        order: 10_277 + at as i64,
        number: m.t(&format!("TR-{}", 10_421 - at)),
        product: 352 + at as i64,
        sku: m.t("SNEAK-RUN2-BLK-43"),
        list: m.t("Central warehouse"),
        quantity: 1 + at as i64 % 3,
        since: m.ago(900_000 - 30 * at as i64),
        code: if at.is_multiple_of(3) { String::new() } else { m.t("SO-4711") },
    };
    let oversold = |at: usize| OversoldRow {
        product: 352 + at as i64,
        sku: m.t("SCARF-WOOL-BRG"),
        list: 1,
        list_name: m.t("Central warehouse"),
        on_hand: 3,
        taken: 5 + at as i64,
    };
    let lease = |at: usize| LeaseRow {
        batch: format!("7c9e6679-{at}"),
        channel: m.t("Marketplace"),
        until: m.ago(900_000 - 30 * at as i64),
    };
    let aged = |()| Aged { rows: m.many(aged), has_more: m.is_some() };
    let errors =
        |()| FieldErrors(["", "line", "note"].map(|name| (name.to_owned(), m.t("This needs a look."))).to_vec());
    Health {
        frame: m.frame(Entry::Stock, "/stock-health"),
        days: 7,
        reported: aged(()),
        open: aged(()),
        unpackaged: aged(()),
        leases: m.many(lease),
        has_more_leases: m.is_some(),
        oversold: m.many(oversold),
        has_more_oversold: m.is_some(),
        chosen: vec![700],
        note: if m.is_some() { m.t("The ERP was closed") } else { String::new() },
        errors: m.is_some().then_some(()).map(errors).unwrap_or_default(),
    }
}

fn order_line(m: &Maker, at: usize) -> OrderLine {
    use ReservationState as S;
    let lines = [
        ("SNEAK-RUN2-BLK-43", "Runner 2 sneaker, black, 43", S::Open),
        ("SOCK-3PK-GRY-39", "Crew socks, 3-pack, grey, 39–42", S::Reported),
        ("SCARF-WOOL-BRG", "Wool scarf, burgundy", S::Short),
        ("BELT-LTH-BRN-95", "Leather belt, brown, 95", S::Cancelled),
        ("BAG-TOTE-NAT", "Canvas tote bag, natural", S::Settled),
    ];
    let (sku, name, state) = lines[at % lines.len()];
    let is_registered = matches!(state, S::Reported | S::Settled);
    OrderLine {
        id: 10_277 + at as i64,
        product: 352 + at as i64,
        sku: m.t(sku),
        name: m.t(name),
        list: (state != S::Short).then(|| (4, m.t("Central warehouse"))),
        sourced: (at == 1).then_some(SourcedFrom {
            rule: SourcingRule::NearestStore,
            reason: SourcingReason::NextChoice,
            distance: Some(4_871),
        }),
        outgoing: (at == 0).then(|| (OutgoingState::Pending, m.t("The data source does not answer."))),
        quantity: 1 + at as i64 % 3,
        state,
        since: Some(m.ago(250)),
        is_oversold: at == 0,
        code: if is_registered { m.t("ERP-88214") } else { String::new() },
        price: m.t("1,299.00 TRY"),
        package: m.t("2041"),
        cancelled: (state == S::Cancelled).then(|| (m.t("Customer changed mind"), 2)),
        request: if at == 0 { m.t("Ordered twice") } else { String::new() },
        can_release: state == S::Open,
        can_cancel: matches!(state, S::Open | S::Reported | S::Short),
    }
}

pub(super) fn order(m: &Maker) -> Order {
    let errors =
        |names: [&str; 2]| FieldErrors(names.map(|name| (name.to_owned(), m.t("This needs a look."))).to_vec());
    let is_hostile = !m.suffix.is_empty();
    let what = [
        OrderWhat::Placed(4),
        OrderWhat::Sourced(m.t("Kadıköy")),
        OrderWhat::Packed(m.t("2041")),
        OrderWhat::Released(m.t("ERP-88214")),
        OrderWhat::NotFound(m.t("Alsancak")),
        OrderWhat::Taken,
        OrderWhat::Cancelled(1),
        OrderWhat::Shipped(m.t("2041")),
    ];
    let event = |(at, what): (usize, &OrderWhat)| OrderEvent {
        at: m.ago(250 - 20 * at as i64),
        what: what.clone(),
        by: m.t("shop token"),
    };
    let release = |()| ReleaseForm {
        line: 10_277,
        quantity: 2,
        code: m.t("ERP-"),
        registered_at: m.t("2026-11-28T14:03"),
        errors: if is_hostile { errors(["code", "registered_at"]) } else { FieldErrors::default() },
    };
    Order {
        frame: m.frame(Entry::Orders, "/orders/10277"),
        order: 10_277,
        state: "5c0ffee5".to_owned(),
        number: m.t("TR-10421"),
        channel: Some(m.t("N11")),
        placed: m.ago(250),
        placed_by: m.t("shop token"),
        status: OrderStatus::Approved,
        is_taken: false,
        is_sourced: true,
        packages: m
            .few(2, |_| PackageLine { number: m.t("2041"), location: m.t("Kadıköy"), state: m.t("preparing") }),
        lines: m.few(100, |at| order_line(m, at)),
        reasons: vec![(1, m.t("Customer changed mind")), (2, m.t("Address is wrong"))],
        chosen: (vec![10_277], Some(2)),
        preview: m.few(2, |_| ComesBack {
            sku: m.t("SNEAK-RUN2-BLK-43"),
            list: m.t("Central warehouse"),
            available: (3, 5),
        }),
        release: m.may.release_orders.then_some(()).filter(|()| m.rows == Rows::Some || is_hostile).map(release),
        errors: if is_hostile { errors(["reason", ""]) } else { FieldErrors::default() },
        events: if m.is_some() { what.iter().enumerate().map(event).collect() } else { Vec::new() },
        raw: m.t("{\n  \"number\": \"TR-10421\"\n}"),
    }
}

pub(super) fn line(m: &Maker, at: usize) -> ImportLine {
    use ImportState as S;
    let states = [S::Processing, S::Completed, S::Completed, S::Waiting, S::Failed];
    let tasks = [ImportTask::Import, ImportTask::Preview, ImportTask::Apply, ImportTask::Undo];
    let files = ["central.csv", "kadikoy.xlsx", "nightly.csv", "counts.ods"];
    ImportLine {
        id: 118 - at as i64,
        file: m.t(files[at % files.len()]),
        list: m.t("Store Kadıköy"),
        at: m.ago(120 + 40_000 * at as i64),
        by: m.t("elif"),
        mode: ImportMode::ALL[at % 3],
        task: tasks[at % tasks.len()],
        state: states[at % states.len()],
        total: 1_140,
        processed: if at == 0 { 706 } else { 1_140 },
        created: 113,
        updated: 1_013,
        unchanged: 0,
        failed: if at == 1 { 14 } else { 0 },
    }
}

pub(super) fn imports(m: &Maker) -> Imports {
    let rows = m.many(|at| line(m, at));
    let pager = Pager {
        from: 1,
        shown: rows.len() as i64,
        total: None,
        previous: Some("/imports".to_owned()),
        next: Some("/imports?after=7".to_owned()),
    };
    Imports { frame: m.frame(Entry::Imports, "/imports"), view: "all".to_owned(), rows, pager, is_empty: !m.is_some() }
}

pub(super) fn import_new(m: &Maker) -> ImportNew {
    import_of(m, Subject::Stocks, &["list", "mode", "file", "text", ""])
}

pub(super) fn import_prices(m: &Maker) -> ImportNew {
    import_of(m, Subject::Prices, &["price_list", "file", "text", ""])
}

/// With something wrong in each of these fields, where there is hostile text.
fn import_of(m: &Maker, subject: Subject, wrong: &[&str]) -> ImportNew {
    let errors = wrong.iter().map(|name| ((*name).to_owned(), m.t("This needs a look.")));
    let errors = FieldErrors(errors.collect());
    ImportNew {
        frame: m.frame(Entry::Imports, "/imports/new"),
        subject,
        lists: vec![(4, m.t("Central warehouse")), (5, m.t("Store Kadıköy"))],
        list: Some(5),
        mode: ImportMode::Upsert,
        text: if m.suffix.is_empty() { String::new() } else { m.t("SHIRT-OXF-WHT-M\t12") },
        bytes_max: 100 * 1024 * 1024,
        errors: if m.suffix.is_empty() { FieldErrors::default() } else { errors },
    }
}

fn columns(m: &Maker) -> Vec<ColumnUse> {
    let columns = [("Stok kodu", Some(Column::Sku)), ("Miktar", Some(Column::Stock)), ("Renk", None), ("Raf", None)];
    columns.map(|(heading, column)| ColumnUse { heading: m.t(heading), column }).to_vec()
}

/// The sums of an import; one of few rows has them all.
fn sums(m: &Maker) -> RowSums {
    let changes = ChangeSums { more: 402, less: 611, to_zero: 23, large: 31, ten_times: 1, units: (12_118, 11_930) };
    RowSums { new: 113, changed: 1_013, same: 0, wrong: 14, changes: (m.rows != Rows::One).then_some(changes) }
}

/// How the file was understood.
fn layout(m: &Maker) -> LayoutNotes {
    LayoutNotes {
        sheet: m.t("Stok"),
        header_row: Some(4),
        warehouse: m.t("Merkez"),
        is_remembered: true,
        is_asked: false,
        totals: 1,
        others: 12,
    }
}

fn import(m: &Maker, task: ImportTask, state: ImportState) -> Import {
    let values = [
        ("SHIRT-OXF-WHT-M", Some(40), "38", Some(38), Some((34, 32)), "", ""),
        ("COAT-PUFF-OLV-XL", Some(58), "580", Some(580), Some((45, 567)), "", "ten times as many: typing error?"),
        ("JEANS-STR-IND-32", None, "12", Some(12), Some((0, 12)), "", ""),
        (
            "1.11613E+09",
            None,
            "44",
            None,
            None,
            "Stok kodu",
            "this number was shortened by a spreadsheet; format the column as text",
        ),
        ("SOCK-3PK-GRY-39", Some(1_204), "1.200", None, None, "Miktar", "can be read as 1200 or 1.2"),
    ];
    let row = |at: usize| {
        let (sku, before, cell, after, available, column, remark) = values[at % values.len()];
        let is_wrong = after.is_none();
        ImportRow {
            row: 2 + at as i64,
            sku: m.t(sku),
            product: before.map(|_| 352),
            before,
            was: if is_wrong || before.is_some() || at != 2 { String::new() } else { m.t("199.90") },
            cell: m.t(cell),
            after,
            available,
            column: if is_wrong { m.t(column) } else { String::new() },
            remark: m.t(remark),
            is_wrong,
            is_stale: at == 2,
        }
    };
    let has_rows = !state.is_running() && state != ImportState::Failed;
    let rows = if has_rows { m.many(row) } else { Vec::new() };
    Import {
        frame: m.frame(Entry::Imports, "/imports/118"),
        line: ImportLine { task, state, failed: 14, ..line(m, 0) },
        list: 5,
        bytes: 42_189,
        format: m.t("xlsx"),
        time_zone: m.t("Europe/Istanbul"),
        columns: columns(m),
        layout: layout(m),
        can_map: task == ImportTask::Preview,
        per_second: None,
        error: String::new(),
        delayed: String::new(),
        sums: m.is_some().then(|| sums(m)),
        filter: Filter::All,
        pager: Pager {
            from: 1,
            shown: rows.len() as i64,
            total: Some(1_140),
            previous: None,
            next: Some("/imports/118?after=52".to_owned()),
        },
        rows,
        stale: 0,
        can_apply: false,
        undo: None,
        followed_by: None,
        source: None,
    }
}

pub(super) fn import_columns(m: &Maker) -> ImportColumns {
    let columns =
        [("Malzeme Kodu", Some(Column::Sku), true), ("Barkod", None, true), ("Bakiye", Some(Column::Stock), false)];
    let errors = FieldErrors(["header_row", ""].map(|name| (name.to_owned(), m.t("This needs a look."))).to_vec());
    ImportColumns {
        frame: m.frame(Entry::Imports, "/imports/118/columns"),
        import: 118,
        subject: Subject::Stocks,
        file: m.t("kadikoy.xlsx"),
        told: m.t("The columns \"Malzeme Kodu\" and \"Barkod\" both mean product__sku."),
        is_remembered: m.rows == Rows::Some,
        sheets: vec![m.t("Kapak"), m.t("Stok")],
        sheet: 1,
        header_row: 4,
        columns: columns
            .map(|(heading, column, is_asked)| ColumnChoice {
                heading: m.t(heading),
                examples: m.t("SHIRT-OXF-WHT-M · COAT-PUFF-OLV-XL"),
                column,
                is_asked,
            })
            .to_vec(),
        warehouses: vec![m.t("Merkez"), m.t("Kadıköy")],
        warehouse: m.t("Merkez"),
        rows: m.few(3, |at| (at as i64 + 3, vec![m.t("Malzeme Kodu"), m.t("Bakiye")])),
        errors: if m.suffix.is_empty() { FieldErrors::default() } else { errors },
    }
}

pub(super) fn preview(m: &Maker) -> Import {
    let page = import(m, ImportTask::Preview, ImportState::Completed);
    Import { stale: 3, can_apply: true, followed_by: (m.rows == Rows::One).then_some(119), ..page }
}

pub(super) fn running(m: &Maker) -> Import {
    let page = import(m, ImportTask::Import, ImportState::Processing);
    Import { per_second: Some(41_000), delayed: m.t("no room on the disk"), sums: None, ..page }
}

pub(super) fn done(m: &Maker) -> Import {
    let page = import(m, ImportTask::Apply, ImportState::Completed);
    Import { undo: Some(1_102), source: Some(117), followed_by: Some(120), ..page }
}

pub(super) fn failed(m: &Maker) -> Import {
    let page = import(m, ImportTask::Undo, ImportState::Failed);
    Import { error: m.t("The file has no column with a SKU."), sums: None, source: Some(117), ..page }
}
