//! Signing in and out.
//!
//! Promises: the answer is the same whichever of name and password was wrong; a new session has a new cookie, and the
//! one before it ends. Must not know what a person may do.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use onhand_web::link;
use onhand_web::screens::sign_in::SignIn;

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::session;
use super::visit::{Visit, accepted, clock};
use crate::auth::{Recalled, password};
use crate::services::ServiceError;
use crate::services::accounts::sign_in as accounts;
use onhand_store::tables::accounts::TokenKind;

/// The most characters of a name that is looked for.
const NAME_CHARS_MAX: usize = 150;
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

fn page(visit: &Visit, next: &str) -> SignIn {
    SignIn {
        frame: onhand_web::Frame::anonymous(accepted(&visit.headers), clock(&visit.app), &visit.path),
        name: String::new(),
        next: visit.local(next).unwrap_or_default().to_owned(),
        has_failed: false,
        retry_seconds: None,
        is_read_only: false,
        first_password: None,
        is_demonstration: visit.app.config.demo,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// `GET /sign-in`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let page = page(&visit, visit.query.text("next"));
    ScreenAnswer::page(StatusCode::OK, &page)
}

/// `POST /sign-in`: begins a session.
pub(super) async fn sign_in(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let (name, password) = (visit.form.text("name"), visit.form.raw("password"));
    let page = SignIn { name: name.to_owned(), ..page(&visit, visit.form.text("next")) };
    let is_sized = name.chars().count() <= NAME_CHARS_MAX && password.chars().count() <= password::PASSWORD_CHARS_MAX;
    let browser = (visit.header(header::USER_AGENT), replaced(&visit).await?);
    let begun = match is_sized {
        true => {
            let browser = (browser.0, browser.1.as_ref());
            accounts::begin_session(&visit.app, (name, password), visit.address, browser).await
        }
        false => Err(ServiceError::WrongCredentials),
    };
    match begun {
        Ok(key) => {
            let next = visit.local(visit.form.text("next")).unwrap_or(link::overview());
            Ok(ScreenAnswer::see_other(next).with(header::SET_COOKIE, session::begin(&visit.app.config, &key)))
        }
        Err(ServiceError::WrongCredentials) => {
            ScreenAnswer::page(StatusCode::BAD_REQUEST, &SignIn { has_failed: true, ..page })
        }
        Err(ServiceError::Throttled { retry_after_seconds }) => {
            let seconds = i64::try_from(retry_after_seconds).unwrap_or(i64::MAX);
            let page = SignIn { retry_seconds: Some(seconds), ..page };
            let answer = ScreenAnswer::page(StatusCode::TOO_MANY_REQUESTS, &page)?;
            Ok(answer.with(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds)))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The session that the browser has so far.
async fn replaced(visit: &Visit) -> Result<Option<crate::auth::Caller>, Fault> {
    let app = &visit.app;
    let key = session::cookie(&visit.headers, session::cookie_name(&app.config));
    match key.map(|key| app.sessions.recall(key, TokenKind::Screen)) {
        Some(Recalled::Caller(caller)) => Ok(Some(caller)),
        Some(Recalled::Known(asked) | Recalled::New(asked)) => Ok(app.sessions.look_up(asked).await?),
        Some(Recalled::NoToken) | None => Ok(None),
    }
}

/// `POST /sign-out`: ends the session, if there is one.
pub(super) async fn sign_out(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    if let Some(caller) = replaced(&visit).await? {
        accounts::sign_out(&visit.app, &caller).await?;
    }
    let kept = HeaderValue::from_static("\"cache\", \"storage\"");
    let answer = ScreenAnswer::see_other(link::sign_in()).with(CLEAR_SITE_DATA, kept);
    Ok(answer.with(header::SET_COOKIE, session::end(&visit.app.config)))
}
