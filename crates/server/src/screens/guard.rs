//! The guard: which requests may change something, and which paths a form may lead to.
//!
//! Promises: a form of another site changes nothing, whatever its person is signed in to; nobody is led to another site.
//! Must not know sessions.

use axum::http::{HeaderMap, HeaderName, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What an operator is told whose form was taken for that of another site.
pub(super) const OTHER_SITE: &str = "This form was sent from another site, so nothing was changed. If it was not, set ONHAND_PUBLIC_URL to the address \
     that people open.";

/// Whether a request that changes something comes from a page of this site. Browsers say so, in one of two headers; the
/// second, the origin, is compared with the public address, or else with the host that was asked for.
pub(super) fn is_own(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some((_, origin)) = text(header::ORIGIN).and_then(|origin| origin.split_once("://")) else { return false };
    match public_url {
        Some(url) => text(header::ORIGIN).is_some_and(|asked| asked.eq_ignore_ascii_case(origin_of(url))),
        None => text(header::HOST).is_some_and(|host| host.eq_ignore_ascii_case(origin)),
    }
}

/// Scheme, name and port of an address.
fn origin_of(url: &str) -> &str {
    let begin = url.find("://").map_or(0, |at| at + 3);
    url[begin..].find('/').map_or(url, |at| &url[..begin + at])
}

/// Whether a path is one of this site: it leads to one of these screens, and cannot be read as another host.
pub(super) fn is_local(path: &str, screens: &[&str]) -> bool {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let (place, _) = path.split_once(['?', '#']).unwrap_or((path, ""));
    path.starts_with('/') && !path.starts_with("//") && is_plain && screens.iter().any(|screen| fits(place, screen))
}

/// Whether a path fits the pattern of a route: a part in braces stands for any text.
fn fits(path: &str, pattern: &str) -> bool {
    let (mut parts, mut wanted) = (path.split('/'), pattern.split('/'));
    loop {
        match (parts.next(), wanted.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if part == wanted || wanted.starts_with('{') && !part.is_empty() => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_form_of_another_site_is_told_from_an_own_one() {
        let is_own = |site: Option<&'static str>, origin: Option<&'static str>, public: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("stock.example:8080"));
            headers.extend(site.map(|site| (SEC_FETCH_SITE, HeaderValue::from_static(site))));
            headers.extend(origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin))));
            is_own(&headers, public)
        };
        let own = Some("http://stock.example:8080");
        let public = Some("https://stock.example/onhand");
        assert!(is_own(Some("same-origin"), None, None) && is_own(Some("same-origin"), own, public));
        for site in ["same-site", "cross-site", "none", "same-origin, same-origin"] {
            assert!(!is_own(Some(site), own, None), "{site}");
        }
        assert!(is_own(None, own, None) && is_own(None, Some("https://stock.example:8080"), None));
        assert!(is_own(None, Some("https://stock.example"), public) && !is_own(None, own, public));
        for origin in [None, Some("null"), Some("http://evil.example"), Some("http://stock.example")] {
            assert!(!is_own(None, origin, None), "{origin:?}");
        }
    }

    #[test]
    fn only_screens_of_this_site_are_led_to() {
        let screens = ["/", "/stock", "/stock/{list}", "/sku/{sku}"];
        for path in ["/", "/stock", "/stock/4?q=a%20b&edit=3", "/sku/A%2FB", "/?next=//evil.example"] {
            assert!(is_local(path, &screens), "{path}");
        }
        for path in [
            "",
            "stock",
            "//evil.example/stock",
            "/\\evil.example",
            "http://evil.example/",
            "/stock/",
            "/stock/4/5",
            "/nothing",
            "/stock/4 5",
            "/stock/\u{131}",
            "/\nstock",
            "javascript:alert(1)",
        ] {
            assert!(!is_local(path, &screens), "{path:?}");
        }
    }
}
