//! TLS of the clients that this program is: whom they trust.
//!
//! Promises: one set of ciphers, that of `ring`, as for a database server. Must not know what is asked for.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// Trusts the authorities of the system.
pub fn system() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    // A few odd certificates of a system do not matter as long as others are good.
    let _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    trusting(roots)
}

/// Trusts no authority: for a client that is to speak without TLS and wants to be told of it all the same.
pub fn no_authority() -> ClientConfig {
    trusting(RootCertStore::empty())
}

fn trusting(roots: RootCertStore) -> ClientConfig {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("ring has ciphers for the versions of today");
    config.with_root_certificates(roots).with_no_client_auth()
}
