//! Where a request really comes from, behind proxies that are trusted to say it.
//!
//! Promises: a header counts only as far as trusted proxies wrote it, so no client can choose its own address. Must not
//! know what an address is used for.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderMap;

use crate::networks::Networks;

/// Entries of a header that are looked at, from the newest on: chains of proxies are short.
const HOPS_MAX: usize = 32;

/// Addresses and networks of proxies, separated by commas: `10.0.0.1,fd00::/8`.
#[derive(Clone, Default, Debug)]
pub struct TrustedProxies(Networks);

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

impl std::fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl TrustedProxies {
    /// The client's address: the newest one on the way that is no trusted proxy. `Forwarded` (RFC 7239) counts before
    /// `X-Forwarded-For`; where a trusted proxy wrote something that is no address, the way ends there.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer.to_canonical();
        if self.0.is_empty() || !self.trusts(address) {
            return address;
        }
        for hop in hops(headers).into_iter().take(HOPS_MAX) {
            match hop {
                Some(found) => address = found,
                None => break,
            }
            if !self.trusts(address) {
                break;
            }
        }
        address
    }

    /// Whether this is the address of a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.contains(address)
    }
}

/// The addresses that proxies wrote, the newest first; `None` for what is no address.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let entries = |name: &str| -> Vec<String> {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(|entry| entry.trim().to_owned()).rev().collect()
    };
    let forwarded = entries("forwarded");
    if forwarded.is_empty() {
        return entries("x-forwarded-for").iter().map(|entry| node(entry)).collect();
    }
    let of = |entry: &String| {
        let pair = entry.split(';').filter_map(|pair| pair.trim().split_once('='));
        let found = pair.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        found.and_then(|(_, value)| node(value.trim()))
    };
    forwarded.iter().map(of).collect()
}

/// An address with or without a port, in quotes or brackets.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let address = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        // One colon separates a port; more belong to an address of IPv6.
        None if text.matches(':').count() == 1 => text.split(':').next()?,
        None => text,
    };
    address.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a header"));
        }
        let trusted: TrustedProxies = trusted.parse().expect("networks");
        trusted.client(peer.parse().expect("an address"), &map).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let header: &[_] = &[("x-forwarded-for", "203.0.113.9")];
        assert_eq!(client("", "10.0.0.1", header), "10.0.0.1");
        assert_eq!(client("10.0.0.2", "10.0.0.1", header), "10.0.0.1");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", header), "203.0.113.9");
        assert_eq!(client("10.0.0.1", "::ffff:10.0.0.1", header), "203.0.113.9");
        assert_eq!(client("10.0.0.1", "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_passed_over() {
        let chain: &[_] = &[("x-forwarded-for", "1.2.3.4, 203.0.113.9"), ("x-forwarded-for", "10.0.0.7")];
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", chain), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[("x-forwarded-for", "1.2.3.4, junk")]), "10.0.0.1");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[("x-forwarded-for", "1.2.3.4, junk, 10.0.0.3")]), "10.0.0.3");
    }

    #[test]
    fn forms_of_addresses_are_understood() {
        for (value, wanted) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
            ("for=192.0.2.43:47011", "192.0.2.43"),
            ("for=unknown", "10.0.0.1"),
            ("for=_hidden", "10.0.0.1"),
            ("proto=http", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", "10.0.0.1", &[("forwarded", value)]), wanted, "{value}");
        }
        assert_eq!(client("10.0.0.1", "10.0.0.1", &[("x-forwarded-for", "2001:db8::1")]), "2001:db8::1");
        assert!("10.0.0.1,nonsense".parse::<TrustedProxies>().is_err());
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
    }
}
