//! By which name a client knows the server: what links in answers begin with.
//!
//! Promises: a link never leads to a name that a request has made up. Must not know what is linked.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Version, header};

use crate::config::{ServeConfig, host_parts, is_host};
use crate::wire::error::Error;

/// The `Host` of a request. HTTP/1.1 asks for exactly one.
pub fn asked(version: Version, headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut all = headers.get_all(header::HOST).iter();
    let refused = |text: &str| Err(Error::bad_request(text));
    match (all.next(), all.next()) {
        (_, Some(_)) => refused("A request has one Host header."),
        (None, None) if version == Version::HTTP_11 => refused("A request has a Host header."),
        (None, None) => Ok(None),
        (Some(host), None) => match host.to_str().ok().filter(|host| is_host(host)) {
            Some(host) => Ok(Some(host)),
            None => refused("The Host header is no name or address, with or without a port."),
        },
    }
}

/// What links begin with: the configured address; else the name that was asked for, if it is one of the server's; else
/// the address at which the request arrived.
pub fn base(config: &ServeConfig, asked: Option<&str>, local: Option<SocketAddr>) -> String {
    if let Some(url) = &config.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    match asked.filter(|host| is_own(config, host, local.map(|local| local.ip()))) {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", local.unwrap_or(config.listen)),
    }
}

/// Whether a name is one of the server's: it is configured, it is the machine's own, or the request arrived there.
fn is_own(config: &ServeConfig, host: &str, local: Option<IpAddr>) -> bool {
    let (name, _) = host_parts(host);
    let listed = config.hosts.iter().any(|own| own.eq_ignore_ascii_case(host) || own.eq_ignore_ascii_case(name));
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    listed
        || name.eq_ignore_ascii_case("localhost")
        || address
            .is_some_and(|address| address.is_loopback() || Some(address) == local.map(|local| local.to_canonical()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Arguments {
        #[command(flatten)]
        serve: ServeConfig,
    }

    #[test]
    fn names_and_addresses_are_hosts() {
        for host in
            ["a", "shop.example.com", "shop.example.com:8080", "10.0.0.1:1", "[::1]", "[::1]:80", "a_b:", "a:80"]
        {
            assert!(is_host(host), "{host}");
        }
        for text in
            ["", ":80", "a b", "a/b", "a:b", "a:99999", "user@a", "a?b", "[::1", "[x]", "a,b", "a:1:2", "\u{e9}"]
        {
            assert!(!is_host(text), "{text}");
        }
        assert!(!is_host(&"a".repeat(300)));
    }

    #[test]
    fn links_lead_to_names_of_the_server_only() {
        let config =
            |arguments: &[&str]| Arguments::parse_from(std::iter::once(&"onhand").chain(arguments).copied()).serve;
        let local = Some("10.0.0.5:8080".parse().expect("an address"));
        let listed = config(&["--hosts", "shop.example.com,onhand:8080"]);
        for (config, asked, expected) in [
            (&config(&[]), Some("localhost:8080"), "http://localhost:8080"),
            (&config(&[]), Some("127.0.0.1"), "http://127.0.0.1"),
            (&config(&[]), Some("10.0.0.5:8080"), "http://10.0.0.5:8080"),
            (&config(&[]), Some("10.0.0.6:8080"), "http://10.0.0.5:8080"),
            (&config(&[]), Some("evil.example.com"), "http://10.0.0.5:8080"),
            (&config(&[]), None, "http://10.0.0.5:8080"),
            (&listed, Some("Shop.example.com:81"), "http://Shop.example.com:81"),
            (&listed, Some("onhand:8080"), "http://onhand:8080"),
            (&listed, Some("onhand:9090"), "http://10.0.0.5:8080"),
            (&config(&["--public-url", "https://a.example/b/"]), Some("localhost"), "https://a.example/b"),
        ] {
            assert_eq!(base(config, asked, local), expected, "{asked:?}");
        }
    }
}
