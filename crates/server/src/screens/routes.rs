//! The table of screens: each with its method, its path and the permission that it asks for.
//!
//! Promises: what is not here is not served. Must not know how a screen is made.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::Method;

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::visit::Visit;
use super::{
    bulk, cancellations, health, import, import_columns, import_new, imports, level, list_settings, lists, live, me,
    order, order_forms, orders, overview, product, reasons, saved_views, search, sign_in, stock, transfers, webhook,
    webhooks,
};
use crate::auth::Permission;

/// What answers a screen.
pub(super) type Handler =
    Box<dyn Fn(Arc<Visit>) -> Pin<Box<dyn Future<Output = Result<ScreenAnswer, Fault>> + Send>> + Send + Sync>;

/// How the body of a form is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reading {
    /// Whole, as fields.
    Fields,
    /// By the screen, piece by piece: it may have a file.
    InPieces,
}

/// A screen.
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: &'static str,
    /// What its person must be allowed.
    pub permission: Permission,
    /// Whether the writer decides what it does.
    pub is_written: bool,
    pub(super) reading: Reading,
    pub(super) handler: Handler,
}

impl Route {
    fn new<F>(method: Method, path: &'static str, permission: Permission, handler: fn(Arc<Visit>) -> F) -> Self
    where
        F: Future<Output = Result<ScreenAnswer, Fault>> + Send + 'static,
    {
        let handler: Handler = Box::new(move |visit| Box::pin(handler(visit)));
        Self { method, path, permission, is_written: false, reading: Reading::Fields, handler }
    }

    fn get<F>(path: &'static str, permission: Permission, handler: fn(Arc<Visit>) -> F) -> Self
    where
        F: Future<Output = Result<ScreenAnswer, Fault>> + Send + 'static,
    {
        Self::new(Method::GET, path, permission, handler)
    }

    fn post<F>(path: &'static str, permission: Permission, handler: fn(Arc<Visit>) -> F) -> Self
    where
        F: Future<Output = Result<ScreenAnswer, Fault>> + Send + 'static,
    {
        Self::new(Method::POST, path, permission, handler)
    }

    /// The same, decided by the writer.
    fn written(mut self) -> Self {
        self.is_written = true;
        self
    }

    /// The same, whose body has a file.
    fn in_pieces(mut self) -> Self {
        self.reading = Reading::InPieces;
        self
    }
}

/// Every screen.
pub fn routes() -> Vec<Route> {
    use Permission as May;
    vec![
        Route::get("/sign-in", May::Public, sign_in::show),
        Route::post("/sign-in", May::Public, sign_in::sign_in),
        Route::post("/sign-out", May::Public, sign_in::sign_out),
        Route::get("/", May::SignedIn, overview::show),
        Route::get("/live", May::SignedIn, live::stream),
        Route::get("/search", May::SignedIn, search::show),
        Route::get("/stock", May::ReadStock, lists::show),
        Route::get("/stock/{list}", May::ReadStock, stock::show),
        Route::get("/stock/{list}/export", May::ReadStock, stock::export),
        Route::get("/stock/{list}/settings", May::WriteStock, list_settings::show),
        Route::post("/stock/{list}/settings", May::WriteStock, list_settings::save),
        Route::post("/stock/{list}/sums", May::ReadStock, stock::count_again),
        Route::post("/stock/{list}/bulk", May::WriteStock, bulk::change),
        Route::post("/stock/{list}/{stock}/level", May::WriteStock, level::write).written(),
        Route::post("/stock/{list}/{stock}/undo", May::WriteStock, level::undo).written(),
        Route::post("/views", May::ReadStock, saved_views::save),
        Route::post("/views/{id}", May::ReadStock, saved_views::change),
        Route::post("/views/{id}/remove", May::ReadStock, saved_views::remove),
        Route::get("/products/{id}", May::ReadStock, product::show),
        Route::get("/sku/{sku}", May::ReadStock, product::by_sku),
        Route::get("/orders", May::ReadOrders, orders::show),
        Route::get("/orders/{id}", May::ReadOrders, order::show),
        Route::post("/orders/{id}/taken", May::ReleaseOrders, order_forms::take).written(),
        Route::post("/orders/{id}/release", May::ReleaseOrders, order_forms::release).written(),
        Route::post("/orders/{id}/cancel", May::WriteOrders, order_forms::cancel).written(),
        Route::post("/orders/{id}/source", May::WriteFulfilment, order_forms::source).written(),
        Route::get("/cancellations", May::ReadOrders, cancellations::show),
        Route::post("/cancellations", May::WriteOrders, cancellations::answer).written(),
        Route::get("/stock-health", May::ReadImports, health::show),
        Route::post("/stock-health", May::WriteStock, health::settle).written(),
        Route::get("/transfers", May::ReadImports, transfers::show),
        Route::get("/transfers/new", May::WriteStock, transfers::begin),
        Route::post("/transfers/new", May::WriteStock, transfers::make).written(),
        Route::get("/transfers/{id}", May::ReadImports, transfers::one),
        Route::get("/adjustment-reasons", May::WriteStock, reasons::show),
        Route::post("/adjustment-reasons", May::WriteStock, reasons::make),
        Route::post("/adjustment-reasons/{id}", May::WriteStock, reasons::switch),
        Route::get("/imports", May::ReadImports, imports::show),
        Route::get("/imports/new", May::WriteStock, import_new::show),
        Route::post("/imports/new", May::WriteStock, import_new::send).in_pieces(),
        Route::get("/imports/template", May::ReadImports, import::template),
        Route::get("/imports/{id}", May::ReadImports, import::show),
        Route::get("/imports/{id}/columns", May::WriteStock, import_columns::show),
        Route::post("/imports/{id}/columns", May::WriteStock, import_columns::choose),
        Route::post("/imports/{id}/apply", May::WriteStock, import::apply),
        Route::post("/imports/{id}/undo", May::WriteStock, import::undo),
        Route::get("/imports/{id}/result", May::ReadImports, import::result),
        Route::get("/webhooks", May::Administer, webhooks::show),
        Route::post("/webhooks", May::Administer, webhooks::make),
        Route::get("/webhooks/{id}", May::Administer, webhook::show),
        Route::post("/webhooks/{id}", May::Administer, webhook::change),
        Route::post("/webhooks/{id}/active", May::Administer, webhook::switch),
        Route::post("/webhooks/{id}/test", May::Administer, webhook::test),
        Route::post("/webhooks/{id}/secret", May::Administer, webhook::renew),
        Route::post("/webhooks/{id}/redeliver", May::Administer, webhook::redeliver_range),
        Route::post("/webhooks/{id}/deliveries/{delivery}/redeliver", May::Administer, webhook::redeliver),
        Route::post("/webhooks/{id}/remove", May::Administer, webhook::remove),
        Route::get("/me", May::SignedIn, me::show),
        Route::post("/me/settings", May::SignedIn, me::settings),
        Route::post("/me/theme", May::SignedIn, me::set_theme),
        Route::post("/me/password", May::SignedIn, me::set_password),
        Route::post("/me/tokens", May::SignedIn, me::make_token),
        Route::post("/me/tokens/{id}/revoke", May::SignedIn, me::revoke),
    ]
}
