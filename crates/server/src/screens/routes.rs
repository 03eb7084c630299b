//! The table of screens: each with its method, its path and the permission that it asks for.
//!
//! Promises: what is not here is not served. Must not know how a screen is made.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::Method;

use super::answer::Answer;
use super::fault::Fault;
use super::sign_in;
use super::visit::Visit;
use crate::auth::Permission;

/// What answers a screen.
pub(super) type Handler =
    Box<dyn Fn(Arc<Visit>) -> Pin<Box<dyn Future<Output = Result<Answer, Fault>> + Send>> + Send + Sync>;

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
        F: Future<Output = Result<Answer, Fault>> + Send + 'static,
    {
        let handler: Handler = Box::new(move |visit| Box::pin(handler(visit)));
        Self { method, path, permission, is_written: false, reading: Reading::Fields, handler }
    }

    fn get<F>(path: &'static str, permission: Permission, handler: fn(Arc<Visit>) -> F) -> Self
    where
        F: Future<Output = Result<Answer, Fault>> + Send + 'static,
    {
        Self::new(Method::GET, path, permission, handler)
    }

    fn post<F>(path: &'static str, permission: Permission, handler: fn(Arc<Visit>) -> F) -> Self
    where
        F: Future<Output = Result<Answer, Fault>> + Send + 'static,
    {
        Self::new(Method::POST, path, permission, handler)
    }
}

/// Every screen.
pub fn routes() -> Vec<Route> {
    use Permission as May;
    vec![
        Route::get("/sign-in", May::Public, sign_in::show),
        Route::post("/sign-in", May::Public, sign_in::sign_in),
        Route::post("/sign-out", May::Public, sign_in::sign_out),
    ]
}
