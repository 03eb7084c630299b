//! Webhooks, and one of them with its deliveries.

use onhand_web::form::{FieldErrors, Pager};
use onhand_web::frame::Entry;
use onhand_web::screens::webhooks::{
    DeliveryRow, HookForm, HookRow, HookStanding, NewSecret, RangeForm, Sent, Webhook, Webhooks,
};

use super::Maker;

pub(super) fn errors(m: &Maker, names: &[&str]) -> FieldErrors {
    let wrong = names.iter().filter(|_| m.is_some());
    FieldErrors(wrong.map(|name| ((*name).to_owned(), m.t("This needs a look."))).collect())
}

fn row(m: &Maker, at: usize) -> HookRow {
    let standings = [
        HookStanding::Active,
        HookStanding::Paused(m.ago(190_000)),
        HookStanding::Failing(m.ago(4_000), Some(m.ago(-700))),
        HookStanding::Off,
    ];
    let names = ["Shop", "Warehouse robots", "Accounting", "Data lake"];
    HookRow {
        id: 1 + at as i64,
        name: m.t(names[at % 4]),
        url: m.t("https://hooks.example.com/stock"),
        events: m.few(at % 3, |_| m.t("order.created")),
        standing: standings[at % 4],
        error: m.t("503 The server is being repaired."),
        last_taken: (at % 4 != 3).then(|| m.ago(300)),
        last: (at % 4 != 3).then(|| (Sent::ALL[at % 4], m.ago(60 * at as i64))),
        undelivered: [0, 1_000, 12][at % 3],
        has_more_undelivered: at % 3 == 1,
    }
}

fn form(m: &Maker) -> HookForm {
    let lists = m.few(3, |at| (1 + at as i64, m.t("Central warehouse")));
    HookForm {
        name: m.t("Shop"),
        url: m.t("https://hooks.example.com/stock"),
        events: vec!["order.created".to_owned(), "stock.low".to_owned()],
        list: Some(1),
        channel: None,
        channels: m.few(2, |at| (1 + at as i64, m.t("Trendyol"))),
        lists,
        errors: errors(m, &["", "name", "url", "events", "stock_list", "channel"]),
    }
}

fn made(m: &Maker) -> Option<NewSecret> {
    let secret = |()| NewSecret { name: m.t("Shop"), secret: m.t("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") };
    m.is_some().then_some(()).map(secret)
}

pub(super) fn webhooks(m: &Maker) -> Webhooks {
    Webhooks {
        frame: m.frame(Entry::Other, "/webhooks"),
        rows: m.few(4, |at| row(m, at + 1)),
        has_key: m.is_some(),
        made: made(m),
        form: form(m),
    }
}

pub(super) fn webhook(m: &Maker) -> Webhook {
    let delivery = |at: usize| DeliveryRow {
        id: 900 - at as i64,
        event: m.t("stock.low"),
        subject: m.t("SCARF-WOOL-BRG"),
        state: Sent::ALL[at % 4],
        attempts: 1 + at as i64 % 5,
        status: (!at.is_multiple_of(3)).then_some(503),
        answer: m.t("no connection could be made"),
        duration_ms: 1_204,
        at: m.ago(90 * at as i64),
    };
    let pager = Pager {
        shown: 50,
        previous: m.is_some().then(|| onhand_web::link::webhook_deliveries(2_i64, "", "")),
        next: m.is_some().then(|| onhand_web::link::webhook_deliveries(2_i64, "", "850")),
        ..Pager::default()
    };
    Webhook {
        frame: m.frame(Entry::Other, "/webhooks/2"),
        hook: row(m, usize::from(m.is_some())),
        list: m.t("Central warehouse"),
        channel: m.t("Trendyol"),
        made: made(m),
        state: None,
        deliveries: m.many(delivery),
        pager,
        range: RangeForm {
            after: m.t("2026-11-27T09:00"),
            before: m.t("2026-11-28T09:00"),
            state: Sent::Undelivered,
            zone: m.t("Europe/Istanbul"),
            errors: errors(m, &["", "after", "before", "state"]),
        },
        form: form(m),
    }
}
