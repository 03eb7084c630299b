//! Values for every screen, as many rows and with such texts as a test asks for.
//!
//! Promises: every text of a value goes through [`Maker::t`], so that a test can put anything into it. The values are
//! invented.

mod orders;
mod people;
mod setup;
mod stock;
mod webhooks;

use std::cell::Cell;

use onhand_core::Timestamp;
use onhand_web::frame::{Counters, Entry, Person, Theme, Toast, Undo};
use onhand_web::time::Clock;
use onhand_web::{Frame, Lang, May, Reference, Role, Template};

/// 2026-11-28T11:03:27Z, the present of every page.
pub(crate) const NOW: i64 = 1_795_863_807;

/// How many rows a list has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rows {
    None,
    One,
    Some,
    Fifty,
    Hundred,
}

impl Rows {
    pub(crate) fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::One => 1,
            Self::Some => 14,
            Self::Fifty => 50,
            Self::Hundred => 100,
        }
    }
}

/// Makes values.
pub(crate) struct Maker {
    pub lang: Lang,
    pub theme: Theme,
    pub rows: Rows,
    pub may: May,
    /// What stands behind every text.
    pub suffix: &'static str,
    /// How many texts were made for the page that is being made.
    pub texts: Cell<usize>,
}

impl Default for Maker {
    fn default() -> Self {
        Self {
            lang: Lang::English,
            theme: Theme::System,
            rows: Rows::Some,
            may: May::ALL,
            suffix: "",
            texts: Cell::new(0),
        }
    }
}

impl Maker {
    /// A text of a value.
    pub(crate) fn t(&self, text: &str) -> String {
        self.texts.set(self.texts.get() + 1);
        format!("{text}{}", self.suffix)
    }

    /// A moment so many seconds ago.
    pub(crate) fn ago(&self, seconds: i64) -> Timestamp {
        _ = self.rows;
        Timestamp::from_micros((NOW - seconds) * 1_000_000)
    }

    pub(crate) fn many<T>(&self, make: impl Fn(usize) -> T) -> Vec<T> {
        (0..self.rows.count()).map(make).collect()
    }

    /// As many as there are rows, but at most a few.
    pub(crate) fn few<T>(&self, most: usize, make: impl Fn(usize) -> T) -> Vec<T> {
        (0..self.rows.count().min(most)).map(make).collect()
    }

    pub(crate) fn reference(&self, text: &str, link: String) -> Reference {
        Reference { text: self.t(text), link: Some(link) }
    }

    fn anonymous(&self, path: &str) -> Frame {
        let clock = Clock { now: self.ago(0), offset_seconds: 3 * 3_600 };
        Frame {
            theme: self.theme,
            idempotency_key: "0123456789abcdef".to_owned(),
            ..Frame::anonymous(self.lang, clock, path)
        }
    }

    /// The frame of a signed-in person.
    pub(crate) fn frame(&self, entry: Entry, path: &str) -> Frame {
        let counters = Counters { lists: Some(3), orders_waiting: Some(128), import_percent: Some(62) };
        let person = Person { name: self.t("elif"), role: Role::Integration };
        Frame { person: Some(person), may: self.may, is_live: true, counters, entry, ..self.anonymous(path) }
    }

    pub(crate) fn toast(&self) -> Toast {
        let fields = vec![("movement", "187".to_owned())];
        let undo = Undo { action: onhand_web::link::undo_level(4_i64, 352_i64), fields };
        let undo = Some(undo).filter(|_| self.may.write_stock);
        Toast { subject: self.t("BELT-LTH-BRN-95"), text: self.t("176 → 181"), undo }
    }

    fn is_some(&self) -> bool {
        self.rows != Rows::None
    }
}

fn html(page: &impl Template) -> String {
    page.render().expect("memory takes it")
}

type Make = fn(&Maker) -> String;

/// Every page, by its name.
const PAGES: [(&str, Make); 32] = [
    ("sign_in", |m| html(&people::sign_in(m))),
    ("sign_in_throttled", |m| html(&people::throttled(m))),
    ("refused", |m| html(&people::refused(m))),
    ("not_found", |m| html(&people::not_found(m))),
    ("error", |m| html(&people::error(m))),
    ("search", |m| html(&people::search(m))),
    ("me", |m| html(&people::me(m))),
    ("overview", |m| html(&stock::overview(m))),
    ("lists", |m| html(&stock::lists(m))),
    ("stock", |m| html(&stock::table(m, false))),
    ("stock_edit", |m| html(&stock::table(m, true))),
    ("product", |m| html(&stock::product(m, false))),
    ("product_edit", |m| html(&stock::product(m, true))),
    ("orders", |m| html(&orders::orders(m))),
    ("order", |m| html(&orders::order(m))),
    ("cancellations", |m| html(&orders::cancellations(m))),
    ("health", |m| html(&orders::health(m))),
    ("transfers", |m| html(&setup::transfers(m))),
    ("transfer", |m| html(&setup::transfer(m))),
    ("transfer_new", |m| html(&setup::transfer_new(m))),
    ("list_settings", |m| html(&setup::list_settings(m))),
    ("reasons", |m| html(&setup::reasons(m))),
    ("webhooks", |m| html(&webhooks::webhooks(m))),
    ("webhook", |m| html(&webhooks::webhook(m))),
    ("imports", |m| html(&orders::imports(m))),
    ("import_new", |m| html(&orders::import_new(m))),
    ("import_prices", |m| html(&orders::import_prices(m))),
    ("import_columns", |m| html(&orders::import_columns(m))),
    ("import_preview", |m| html(&orders::preview(m))),
    ("import_running", |m| html(&orders::running(m))),
    ("import_done", |m| html(&orders::done(m))),
    ("import_failed", |m| html(&orders::failed(m))),
];

/// Every page: its name and what it renders.
pub(crate) fn pages(maker: &Maker) -> Vec<(String, String)> {
    PAGES.iter().map(|(name, make)| ((*name).to_owned(), make(maker))).collect()
}

/// Every page with the number of texts in its values.
pub(crate) fn counted(maker: &Maker) -> Vec<(&'static str, String, usize)> {
    let count = |(name, make): &(&'static str, Make)| {
        maker.texts.set(0);
        let html = make(maker);
        (*name, html, maker.texts.get())
    };
    PAGES.iter().map(count).collect()
}

/// The regions, by the name of their page.
pub(crate) fn fragments(m: &Maker) -> Vec<(String, String)> {
    let all = [
        ("error", html(&people::error(m).as_rows())),
        ("search", html(&people::search(m).as_rows())),
        ("stock", html(&stock::table(m, false).as_rows())),
        ("stock_edit", html(&stock::table(m, true).as_rows())),
        ("product", html(&stock::product(m, false).as_rows())),
        ("orders", html(&orders::orders(m).as_rows())),
        ("order", html(&orders::order(m).as_rows())),
        ("cancellations", html(&orders::cancellations(m).as_rows())),
        ("health", html(&orders::health(m).as_rows())),
        ("transfers", html(&setup::transfers(m).as_rows())),
        ("webhook", html(&webhooks::webhook(m).as_rows())),
        ("imports", html(&orders::imports(m).as_rows())),
        ("import_preview", html(&orders::preview(m).as_rows())),
    ];
    all.into_iter().map(|(name, html)| (name.to_owned(), html)).collect()
}
