//! Which addresses this program connects to when users name a server.
//!
//! A user who may name a server could otherwise reach with it what only this machine reaches: a database, a router, the
//! credentials of a cloud's metadata service.
//!
//! Promises: the address that is looked at is the one that is connected to, so that a name that leads elsewhere a moment
//! later changes nothing; no redirect and no proxy leads past it. Must not know what is asked for.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Url};

use crate::networks::Networks;

/// The word of the setting that allows no network.
const NONE: &str = "none";

/// An IPv4 network.
const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits)
}

/// An IPv6 network, by the first three groups of its address.
const fn v6(a: u16, b: u16, c: u16, bits: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), bits)
}

/// Networks of one's own: this machine, private ones (RFC 1918, RFC 4193), and those behind a carrier's NAT (RFC 6598).
pub const OWN_NETWORKS: &[IpNet] = &[
    v4(127, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    v4(100, 64, 0, 0, 10),
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    v6(0xfc00, 0, 0, 7),
];

/// What is not public of IPv4, beside [`OWN_NETWORKS`]: the registry of special addresses of IANA (RFC 6890).
const SPECIAL_V4: &[IpNet] = &[
    v4(0, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 3),
];

/// What is public of IPv6, and what is not of that: Teredo and its like, documentation, 6to4, which leads to IPv4.
const GLOBAL_V6: IpNet = v6(0x2000, 0, 0, 3);
const SPECIAL_V6: &[IpNet] =
    &[v6(0x2001, 0, 0, 23), v6(0x2001, 0xdb8, 0, 32), v6(0x2002, 0, 0, 16), v6(0x3fff, 0, 0, 20)];
/// Leads to the IPv4 address in its last four bytes (RFC 6052).
const NAT64: IpNet = v6(0x64, 0xff9b, 0, 96);

/// Where clouds tell a machine its credentials, some of it in networks that count as private or public.
const METADATA: &[IpAddr] = &[
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// The networks that the configuration allows beside public addresses: addresses and networks separated by commas, or
/// `none`; nothing where it does not say.
#[derive(Clone, Default, Debug)]
pub struct OutgoingNetworks(Option<Networks>);

impl FromStr for OutgoingNetworks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Ok(Self(None)),
            NONE => Ok(Self(Some(Networks::default()))),
            text => text.parse().map(|networks| Self(Some(networks))),
        }
    }
}

impl std::fmt::Display for OutgoingNetworks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            None => Ok(()),
            Some(networks) if networks.is_empty() => f.write_str(NONE),
            Some(networks) => networks.fmt(f),
        }
    }
}

impl OutgoingNetworks {
    /// What may be connected to: public addresses, and the configured networks, or `unless_set` where none is configured.
    /// With [`OWN_NETWORKS`] for servers that administrators name; with nothing where others do, or where what is sent is
    /// chosen by others.
    pub fn policy(&self, unless_set: &[IpNet]) -> AddressPolicy {
        let allowed = self.0.clone().unwrap_or_else(|| Networks::from(unless_set));
        AddressPolicy { allowed: Arc::new(allowed), names: Arc::new(SystemNames) }
    }
}

/// Why a server is not connected to.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressFault {
    /// It is no address of a server.
    #[error("an address is http://HOST:PORT or https://HOST, without a user")]
    Form,
    /// The host is, or leads to, an address that is not allowed.
    #[error("{0} is at an address that this server does not connect to: see ONHAND_OUTGOING_NETWORKS")]
    NotAllowed(String),
}

impl AddressFault {
    /// The one behind a failed request, if that is why it has failed.
    pub fn behind(fault: &(dyn Error + 'static)) -> Option<Self> {
        let mut cause = Some(fault);
        while let Some(fault) = cause {
            if let Some(found) = fault.downcast_ref::<Self>() {
                return Some(found.clone());
            }
            cause = fault.source();
        }
        None
    }
}

/// What may be connected to. A client is made with [`AddressPolicy::guard`], and sends a request to a URL that has passed
/// [`AddressPolicy::check`]: the first looks at what names lead to, the second at hosts that are addresses, for which no
/// client asks.
#[derive(Clone)]
pub struct AddressPolicy {
    allowed: Arc<Networks>,
    /// Who knows what names lead to.
    names: Arc<dyn Resolve>,
}

impl AddressPolicy {
    /// A client that connects to no other addresses, and follows no redirect. It uses no proxy, because that would connect
    /// to addresses which nothing here has looked at.
    pub fn guard(&self, client: ClientBuilder) -> ClientBuilder {
        client.no_proxy().redirect(Policy::none()).dns_resolver(Arc::new(self.clone()))
    }

    /// Whether a request may be sent to a URL, as far as it says by itself.
    ///
    /// # Errors
    ///
    /// [`AddressFault::Form`] if it is not of HTTP or has a user, [`AddressFault::NotAllowed`] if its host is an address
    /// that is not allowed.
    pub fn check(&self, url: &Url) -> Result<(), AddressFault> {
        let is_plain =
            ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().filter(|_| is_plain).ok_or(AddressFault::Form)?;
        // A URL has already turned every way of writing an address into one.
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address.is_ok_and(|address| !self.allows(address)) {
            true => Err(AddressFault::NotAllowed(host.to_owned())),
            false => Ok(()),
        }
    }

    /// Whether an address may be connected to.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let meant = behind_nat64(address);
        if METADATA.contains(&meant) {
            return self.allowed.names(meant);
        }
        self.allowed.contains(address) || self.allowed.contains(meant) || is_public(meant)
    }
}

impl Resolve for AddressPolicy {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, host) = (self.clone(), name.as_str().to_owned());
        let found = self.names.resolve(name);
        Box::pin(async move {
            let allowed: Vec<SocketAddr> = found.await?.filter(|found| policy.allows(found.ip())).collect();
            match allowed.is_empty() {
                true => Err(AddressFault::NotAllowed(host).into()),
                false => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// What the machine says of names.
struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The client puts the port in.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The IPv4 address that an address of a translator leads to; any other one is itself.
fn behind_nat64(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = six.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        _ => address,
    }
}

fn is_public(address: IpAddr) -> bool {
    let is_in = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
    match address {
        IpAddr::V4(_) => !is_in(OWN_NETWORKS) && !is_in(SPECIAL_V4),
        IpAddr::V6(_) => GLOBAL_V6.contains(&address) && !is_in(SPECIAL_V6),
    }
}
