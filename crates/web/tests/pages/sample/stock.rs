//! The overview, the lists, the stock table and a product's page.

use onhand_core::AdjustmentReason;
use onhand_core::fulfilment::Reason;
use onhand_web::bar::Numbers;
use onhand_web::chart::Mark;
use onhand_web::form::{FieldErrors, Pager};
use onhand_web::frame::Entry;
use onhand_web::link::{StockQuery, View};
use onhand_web::screens::level::{LevelEdit, LevelMode, Preview};
use onhand_web::screens::lists::{ListRow, Lists};
use onhand_web::screens::overview::{Card, CardKind, Counted, Day, FirstSteps, ListSums, News, Overview, Sums};
use onhand_web::screens::product::{
    CartLine, Chart, ChartPoint, Chosen, DiscrepancyLine, Event, External, LevelOrigin, PackedLine, Product,
    ProductList, Range, ReportedLine, Reserving, Told, UndoOf,
};
use onhand_web::screens::stock::{BulkForm, RowChange, SavedView, Stock, StockRow, UnsavedView};
use onhand_web::{StockState, Unit, What, link};

use super::{Maker, Rows, orders};

/// SKU, name, level, reserved, reported, state.
const STOCKS: [(&str, &str, i64, i64, i64, StockState); 14] = [
    ("SHIRT-OXF-WHT-M", "Oxford shirt, white, M", 148, 12, 4, StockState::Normal),
    ("SHIRT-OXF-WHT-L", "Oxford shirt, white, L", 96, 31, 0, StockState::Normal),
    ("DRESS-İPEK-LACİ-38", "İpek elbise, lacivert, 38", 24, 9, 6, StockState::Low),
    ("SNEAK-RUN2-BLK-42", "Runner 2 sneaker, black, 42", 7, 9, 0, StockState::Oversold),
    ("SNEAK-RUN2-BLK-43", "Runner 2 sneaker, black, 43", 210, 18, 0, StockState::Normal),
    ("COAT-PUFF-OLV-XL", "Puffer coat, olive, XL", 58, 2, 11, StockState::Normal),
    ("JEANS-STR-IND-32", "Straight jeans, indigo, 32", 0, 0, 0, StockState::SoldOut),
    ("BAG-TOTE-NAT", "Canvas tote bag, natural", 640, 44, 0, StockState::Normal),
    ("COFFEE-ETH-1KG", "Ethiopia Guji, whole bean", 312, 20, 8, StockState::Normal),
    ("SOCK-3PK-GRY-39", "Crew socks, 3-pack, grey, 39–42", 1_204, 6, 0, StockState::Normal),
    ("SCARF-WOOL-BRG", "Wool scarf, burgundy", 33, 0, 0, StockState::OffSale),
    ("SHIRT-LIN-SKY-S", "Linen shirt, sky, S", 5, 1, 0, StockState::Low),
    ("BOOT-CHEL-TAN-41", "Chelsea boot, tan, 41", 72, 4, 2, StockState::Normal),
    ("BELT-LTH-BRN-95", "Leather belt, brown, 95", 181, 7, 0, StockState::Normal),
];
const AGES: [i64; 14] = [2, 9, 14, 41, 70, 124, 250, 371, 490, 668, 1_150, 1_640, 2_300, 3_130];
const CAUSES: [(What, &str); 7] = [
    (What::Order, "TR-10421"),
    (What::Order, "TR-10420"),
    (What::Release, "ERP-88213"),
    (What::Order, "N11-77102"),
    (What::Write, "nightly stock"),
    (What::Import, "kadikoy.xlsx"),
    (What::Count, "Count 118"),
];

fn numbers(on_hand: i64, reserved: i64, reported: i64, state: StockState) -> Numbers {
    let is_off_sale = state == StockState::OffSale;
    let available = if is_off_sale { 0 } else { (on_hand - reserved - reported).max(0) };
    Numbers { on_hand, reserved, reported, available, is_off_sale }
}

fn sums(m: &Maker) -> Option<Sums> {
    let sums = Sums { available: 1_195_307, reserved: 8_412, reported: 612, on_hand: 1_204_331, sold_out: Some(214) };
    m.is_some().then_some(sums)
}

fn row(m: &Maker, at: usize) -> StockRow {
    let (sku, name, on_hand, reserved, reported, state) = STOCKS[at % STOCKS.len()];
    let (what, text) = CAUSES[at % CAUSES.len()];
    let moves: Vec<i64> = (0..22).map(|step| on_hand + (step * 7 + at as i64 * 13) % 29 - step).collect();
    StockRow {
        stock: 352 + at as i64,
        product: 352 + at as i64,
        sku: m.t(sku),
        name: m.t(name),
        numbers: numbers(on_hand, reserved, reported, state),
        state,
        unit: if at % STOCKS.len() == 8 { Unit::Kilogram } else { Unit::Piece },
        moves,
        change: Some(RowChange {
            at: m.ago(AGES[at % AGES.len()]),
            what,
            reference: Some(m.reference(text, link::order(at))),
        }),
        level_at: (at != 2).then(|| m.ago(29_000)),
    }
}

fn edit_errors(m: &Maker) -> FieldErrors {
    let whole = (String::new(), m.t("An order took 1 unit since."));
    FieldErrors(vec![whole, ("value".to_owned(), m.t("A whole number."))])
}

fn edit(m: &Maker, leave: String) -> LevelEdit {
    LevelEdit {
        list: 4,
        stock: 357,
        sku: m.t("COAT-PUFF-OLV-XL"),
        mode: LevelMode::Set,
        value: m.t("64"),
        reason: AdjustmentReason::Counted.word().to_owned(),
        own_reasons: m.few(2, |_| (m.t("gift"), m.t("Gift to a customer"))),
        note: m.t("shelf B4"),
        seen: m.t("58/187"),
        leave,
        preview: Some(Preview {
            on_hand: (58, 64),
            reserved: 2,
            reserved_lines: Some(2),
            reported: (11, 0),
            available: (45, 62),
        }),
        errors: if m.suffix.is_empty() { FieldErrors::default() } else { edit_errors(m) },
    }
}

/// A bulk edit that was not done.
fn bulk(m: &Maker) -> BulkForm {
    BulkForm {
        selected: vec![352],
        is_all: true,
        set_amount: m.t("64"),
        add_amount: m.t("−3"),
        errors: FieldErrors(vec![(String::new(), m.t("Select rows first."))]),
    }
}

pub(super) fn table(m: &Maker, is_edited: bool) -> Stock {
    let mut rows = m.many(|at| row(m, at));
    if is_edited && m.rows == Rows::One {
        rows[0].stock = 357;
    }
    let query = StockQuery {
        search: if m.rows == Rows::One { m.t("SNEAK") } else { String::new() },
        since: "2026-11-28".to_owned(),
        unit: "qty".to_owned(),
        sort: "-modified".to_owned(),
        columns: "bar,reserved,reported,moves,change".to_owned(),
        saved: (m.rows == Rows::One).then_some(7),
        edit: is_edited.then_some(357),
        ..StockQuery::default()
    };
    let page_edit = (is_edited && m.may.write_stock).then(|| edit(m, query.without_edit(4_i64)));
    let saved = |at: usize| SavedView {
        id: 7 + at as i64,
        name: m.t("Winter sale"),
        is_shared: at == 0,
        is_own: at == 0,
        query: StockQuery { saved: Some(7 + at as i64), ..StockQuery::default() },
    };
    let mut frame = m.frame(Entry::Stock, "/stock/4?view=all");
    frame.toast = if is_edited || m.suffix.is_empty() { None } else { Some(m.toast()) };
    Stock {
        frame,
        list: 4,
        name: m.t("Central warehouse"),
        code: m.t("WH-01"),
        others: m.few(2, |at| (5 + at as i64, m.t("Store Kadıköy"))),
        sums: sums(m),
        sums_at: m.is_some().then(|| m.ago(27)),
        products: Some(12_480),
        views: View::ALL.into_iter().zip([Some(12_480), Some(214), Some(96), Some(3), Some(7), None]).collect(),
        saved: m.few(2, saved),
        unsaved: (!m.suffix.is_empty()).then(|| UnsavedView {
            name: m.t("Winter sale"),
            is_shared: true,
            errors: FieldErrors(vec![("name".to_owned(), m.t("You have another view with this name."))]),
        }),
        bulk: if m.suffix.is_empty() { BulkForm::default() } else { bulk(m) },
        can_export: m.is_some(),
        query,
        sorts: vec!["sku", "-modified"],
        pager: Pager {
            from: 1,
            shown: rows.len() as i64,
            total: Some(12_480),
            previous: None,
            next: (rows.len() > 1).then(|| "/stock/4?after=abc".to_owned()),
        },
        rows,
        edit: page_edit,
        is_empty_list: !m.is_some(),
        command: if m.is_some() {
            String::new()
        } else {
            m.t("curl -X POST http://localhost:8080/api/v1/product_stocks/")
        },
    }
}

pub(super) fn lists(m: &Maker) -> Lists {
    let names = [
        ("Central warehouse", "WH-01", "Gebze"),
        ("Store Kadıköy", "ST-01", "Kadıköy"),
        ("Store Alsancak", "ST-02", ""),
    ];
    let list = |at: usize| {
        let (name, code, location) = names[at % names.len()];
        ListRow {
            id: 4 + at as i64,
            name: m.t(name),
            code: m.t(code),
            location: if location.is_empty() { String::new() } else { m.t(location) },
            products: Some(12_480),
            sums: if at == 2 { None } else { sums(m) },
            oversold: Some(3),
            off_sale: Some(7),
            newest_level: Some(m.ago(7_300)),
            is_level_old: at == 1,
            catalogs: vec![m.t("Marketplace"), m.t("Tour")],
        }
    };
    let command =
        if m.is_some() { String::new() } else { m.t("curl -X POST http://localhost:8080/api/v1/stock_list/") };
    Lists {
        frame: m.frame(Entry::Stock, "/stock"),
        rows: m.few(100, list),
        pager: Pager { from: 1, shown: 3, total: Some(240), previous: None, next: Some("/stock?after=2".to_owned()) },
        sums_at: (m.rows != Rows::One).then(|| m.ago(27)),
        command,
    }
}

fn card(m: &Maker, at: usize) -> Card {
    use CardKind as K;
    let kinds = [
        K::Oversold,
        K::ImportsFailed,
        K::OrdersWaiting,
        K::Short,
        K::Discrepancies,
        K::Packages,
        K::ChannelsBehind,
        K::DeliveryFailures,
        K::Cancellations,
        K::Reported,
        K::WebhooksPaused,
    ];
    let details = [
        "Runner 2 sneaker, black, 42",
        "kadikoy.xlsx",
        "",
        "Wool scarf",
        "Kadıköy",
        "Kadıköy 22 · Alsancak 15",
        "N11",
        "N11",
        "TR-10421",
        "SCARF-WOOL-BRG",
        "Shop",
    ];
    Card {
        kind: kinds[at],
        number: [3, 1, 128, 1, 7, 37, 1, 1_000, 2, 4, 1][at],
        is_more: at == 7,
        oldest: Some(m.ago(2_460 * (at as i64 + 1))),
        detail: m.t(details[at]),
        link: (at % 3 != 2).then(|| link::overview().to_owned()),
    }
}

pub(super) fn overview(m: &Maker) -> Overview {
    let names = ["Central warehouse", "Store Kadıköy", "Store Alsancak"];
    let list = |at: usize| ListSums {
        id: 4 + at as i64,
        name: m.t(names[at % 3]),
        products: Some(12_480),
        sums: if at == 2 { None } else { sums(m) },
    };
    let values: Vec<i64> = (0..288).map(|at: i64| (at * at * 7) % 90 + if at > 120 { 60 } else { 5 }).collect();
    let day = Day { counted: Counted::Orders, values, minutes: 5, from: m.ago(86_100) };
    let news = |at: usize| News {
        movement: 900 + at as i64,
        at: m.ago(AGES[at % AGES.len()]),
        product: at as i64,
        sku: m.t(STOCKS[at % STOCKS.len()].0),
        name: m.t("Runner 2 sneaker"),
        change: if at.is_multiple_of(3) { 6 } else { -2 },
        available: 132 + at as i64,
        reference: Some(m.reference("TR-10421", link::order(at))),
    };
    let step = |text: &str| m.t(text);
    let first_steps = (!m.is_some()).then(|| FirstSteps {
        list: step("curl -X POST http://localhost:8080/api/v1/stock_list/ …"),
        level: step("curl -X POST http://localhost:8080/api/v1/product_stocks/ …"),
        order: step("curl -X POST http://localhost:8080/api/v1/orders/ …"),
    });
    Overview {
        frame: m.frame(Entry::Overview, "/"),
        cards: m.few(11, |at| card(m, at)),
        lists: m.few(3, list),
        lists_total: 12,
        sums_at: (m.rows != Rows::One).then(|| m.ago(27)),
        day: m.is_some().then_some(day),
        news: m.few(20, news),
        imports: m.few(4, |at| orders::line(m, at)),
        first_steps,
    }
}

fn events(m: &Maker) -> Vec<Event> {
    let one = |at: usize| {
        let (what, text) = CAUSES[at % CAUSES.len()];
        let at_i = at as i64;
        Event {
            movement: 900 + at_i,
            at: m.ago(20 + at_i * at_i * 700),
            what,
            quantity: 2 + at_i,
            reference: Some(m.reference(text, link::order(at))),
            by: m.t("erp"),
            token: m.t("nightly stock"),
            reason: Some(onhand_core::Reason::Known(AdjustmentReason::Lost)),
            settled: m.few(2, |_| m.t("TR-10377")),
            note: m.t("shelf B4, behind the boots"),
            on_hand: if at % 3 == 2 { (19, 21) } else { (21, 21) },
            reserved: (12, 14),
            reported: if at % 4 == 2 { (0, 4) } else { (4, 4) },
            available: (5, 3),
            undo: if at == 4 { UndoOf::Possible } else { UndoOf::TouchedSince },
        }
    };
    m.many(one)
}

/// The lines around the numbers: who reserves, what is reported, discrepancies, packages.
fn lines(m: &Maker) -> (Vec<Reserving>, Vec<ReportedLine>, Vec<DiscrepancyLine>, Vec<PackedLine>) {
    let reserving = |at: usize| Reserving {
        order: Some(10_277 + at as i64),
        line: 10_277 + at as i64,
        number: m.t(["TR-10421", "N11-77102", "HB-55391"][at % 3]),
        channel: if at == 0 { Some(m.t("N11")) } else { None },
        quantity: 2,
        since: m.ago(250 + 2_600 * at as i64),
        is_old: at == 2,
        oversold_by: if at == 1 { 2 } else { 0 },
    };
    let reported = |at: usize| ReportedLine {
        order: Some(10_300 + at as i64),
        number: m.t("TR-10377"),
        quantity: 4,
        since: m.ago(287),
        code: m.t("ERP-88213"),
    };
    let discrepancy = |at: usize| DiscrepancyLine {
        reason: Reason::ALL[at % Reason::ALL.len()],
        quantity: (at == 0).then_some(2),
        at: m.ago(3_000),
    };
    let packed = |at: usize| PackedLine {
        order: (at == 0).then_some(10_277),
        number: m.t("2041"),
        state: m.t("Preparing"),
        quantity: 2,
    };
    (m.few(3, reserving), m.few(2, reported), m.few(2, discrepancy), m.few(2, packed))
}

fn chosen(m: &Maker, is_edited: bool) -> Chosen {
    let steps = [
        (62_000, 29, 21, None),
        (50_000, 29, 19, None),
        (41_000, 29, 13, None),
        (29_000, 19, 13, Some(Mark::Level)),
        (20_000, 19, 11, Some(Mark::Cancel)),
        (9_800, 21, 12, Some(Mark::Count)),
        (4_000, 21, 6, None),
        (20, 21, 3, None),
    ];
    let points = steps.map(|(ago, on_hand, available, mark)| ChartPoint { at: m.ago(ago), on_hand, available, mark });
    let level = || LevelEdit {
        stock: 352,
        preview: Some(Preview {
            on_hand: (21, 24),
            reserved: 14,
            reserved_lines: None,
            reported: (4, 4),
            available: (3, 6),
        }),
        ..edit(m, link::product_in(352_i64, 4_i64))
    };
    let (reservations, reported, discrepancies, packages) = lines(m);
    Chosen {
        list: 4,
        list_name: m.t("Central warehouse"),
        stock: 352,
        numbers: numbers(21, 14, 4, StockState::Normal),
        level: Some(LevelOrigin { what: What::Count, by: m.t("elif"), at: m.ago(9_800) }),
        level_taken_at: Some(m.ago(29_000)),
        reserved_lines: (m.rows != Rows::Fifty).then_some(3),
        reserved_by_lines: 10,
        reserved_by_carts: 2,
        carts: m.few(1, |at| CartLine {
            reference: m.t(["cart-17", ""][at % 2]),
            channel: (at == 0).then(|| m.t("Web shop")),
            quantity: 2,
            since: m.ago(600),
            until: (at == 0).then(|| m.ago(-300)),
        }),
        external: Some(External { quantity: 2, by: m.t("erp"), at: Some(m.ago(29_000)) }),
        reported_since: Some(m.ago(287)),
        since: Some((m.ago(20), Some(m.reference("TR-10421", link::order(10_277_i64))))),
        off_sale_since: (m.rows == Rows::One).then(|| m.ago(60)),
        chart: Chart { range: Range::Day, points: points.to_vec(), is_cut: m.rows == Rows::Fifty },
        reservations,
        more_reserved: 3,
        reservations_pager: Pager { next: Some("/products/352?list=4&lines=10299".to_owned()), ..Pager::default() },
        reported,
        reported_pager: Pager::default(),
        discrepancies,
        packages,
        cause: None,
        events: events(m),
        pager: Pager {
            from: 1,
            shown: 14,
            total: None,
            previous: None,
            next: Some("/products/352?list=4&after=886".to_owned()),
        },
        edit: (is_edited && m.may.write_stock).then(level),
    }
}

pub(super) fn product(m: &Maker, is_edited: bool) -> Product {
    let values = [
        ("Central warehouse", "WH-01", 21, 14, 4),
        ("Store Kadıköy", "ST-01", 14, 2, 0),
        ("Store Alsancak", "ST-02", 216, 0, 0),
    ];
    let list = |at: usize| {
        let (name, code, on_hand, reserved, reported) = values[at % 3];
        ProductList {
            list: 4 + at as i64,
            name: m.t(name),
            code: m.t(code),
            numbers: numbers(on_hand, reserved, reported, StockState::Normal),
            stock: 352 + at as i64,
        }
    };
    let told = |at: usize| Told {
        channel: m.t(["Marketplace", "N11"][at % 2]),
        quantity: [Some(3), None][at % 2],
        at: m.ago(20),
        behind_since: (at == 1).then(|| m.ago(2_280)),
    };
    Product {
        frame: m.frame(Entry::Stock, "/products/352?list=4"),
        product: 352,
        sku: m.t("SNEAK-RUN2-BLK-43"),
        name: m.t("Runner 2 sneaker, black, 43"),
        barcode: m.t("8690123456789"),
        available: 231,
        unit: Unit::Piece,
        lists: m.few(3, list),
        lists_pager: Pager { next: Some("/products/352?list=4&lists=2".to_owned()), ..Pager::default() },
        lists_without: 3,
        told: Some(m.few(2, told)),
        chosen: m.is_some().then(|| chosen(m, is_edited)),
    }
}
