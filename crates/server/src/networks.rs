//! Networks, as a setting names them: addresses and networks, separated by commas.
//!
//! Promises: an address counts in its plain form, so that an IPv4 address in the form of IPv6 is the same one. Must not
//! know what the networks are for.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// Some networks: `10.0.0.1,fd00::/8`.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Networks(Vec<IpNet>);

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let network = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
            address.or_else(|_| entry.parse::<IpNet>()).map_err(|_| format!("{entry} is no address and no network"))
        };
        entries.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl std::fmt::Display for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&entries.join(","))
    }
}

impl From<&[IpNet]> for Networks {
    fn from(networks: &[IpNet]) -> Self {
        Self(networks.to_vec())
    }
}

impl Networks {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them has this address.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether this address is named by itself, and not only by a network that has it.
    pub(crate) fn names(&self, address: IpAddr) -> bool {
        self.0.contains(&IpNet::from(address.to_canonical()))
    }
}
