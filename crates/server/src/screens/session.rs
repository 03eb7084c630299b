//! The cookie of a session, and whose it is.
//!
//! Promises: scripts cannot read the cookie, and other sites' forms do not carry it; it is the token of a session, so a
//! token of a program in it opens nothing. Must not know screens.

use axum::http::{HeaderMap, HeaderValue, header};
use onhand_store::tables::accounts::TokenKind;

use crate::auth::{Caller, Recalled};
use crate::config::ServeConfig;
use crate::http::admission::{Origin, admit_anonymous};
use crate::state::App;
use crate::wire::error::Error;

/// Seconds that a browser keeps the cookie: as long as a session can last.
const KEPT_SECONDS: i64 = 7 * 24 * 3_600;

/// Whether people open the screens with HTTPS.
fn is_secure(config: &ServeConfig) -> bool {
    config
        .public_url
        .as_deref()
        .is_some_and(|url| url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")))
}

/// The name of the session's cookie. With HTTPS it has a prefix by which browsers take it from this host alone.
pub(super) fn cookie_name(config: &ServeConfig) -> &'static str {
    if is_secure(config) { "__Host-onhand" } else { "onhand" }
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// A header that sets a cookie of this site for so many seconds; 0 removes it.
pub(super) fn set_cookie(config: &ServeConfig, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let secure = if is_secure(config) { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A header that begins a session.
pub(super) fn begin(config: &ServeConfig, key: &str) -> HeaderValue {
    set_cookie(config, cookie_name(config), key, KEPT_SECONDS)
}

/// A header that ends it.
pub(super) fn end(config: &ServeConfig) -> HeaderValue {
    set_cookie(config, cookie_name(config), "", 0)
}

/// Whose session a request shows, if it is good. Requests without one are counted by address.
pub(super) async fn caller(app: &App, headers: &HeaderMap, origin: Origin) -> Result<Option<Caller>, Error> {
    let recalled = cookie(headers, cookie_name(&app.config)).map(|key| app.sessions.recall(key, TokenKind::Screen));
    match recalled {
        Some(Recalled::Caller(caller)) => Ok(Some(caller)),
        Some(Recalled::Known(asked)) => Ok(app.sessions.look_up(asked).await?),
        Some(Recalled::New(asked)) => {
            // It may be good, so it is looked up in any case: late where too many were not.
            let counted = admit_anonymous(app, origin).await;
            let found = app.sessions.look_up(asked).await?;
            match (&found, counted) {
                (Some(_), Ok(())) => app.anonymous_limiter.give_back(origin.address),
                (Some(_), Err(_)) => {}
                (None, counted) => counted?,
            }
            Ok(found)
        }
        Some(Recalled::NoToken) | None => admit_anonymous(app, origin).await.map(|()| None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xonhand=1; onhand=two;other=3"));
        headers.append(header::COOKIE, HeaderValue::from_static("last=4"));
        let found = |name| cookie(&headers, name);
        assert_eq!(["onhand", "other", "last", "hand"].map(found), [Some("two"), Some("3"), Some("4"), None]);
    }
}
