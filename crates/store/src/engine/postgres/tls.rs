//! TLS to the database.
//!
//! Promises: `verify-full` accepts no server whose certificate and name do not check out; the weaker modes encrypt and
//! believe any certificate, as PostgreSQL's own programs do, also one of a kind that could not be checked. Must not
//! know URLs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect_params::TlsTrust;
use crate::Error;

/// What connects as far as it is allowed, and notes whether it was asked to.
#[derive(Clone)]
pub(super) struct Connector {
    rustls: MakeRustlsConnect,
    is_used: Arc<AtomicBool>,
}

impl Connector {
    /// What connects as far as `trust` allows.
    pub(super) fn new(trust: &TlsTrust) -> Result<Self, Error> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|fault| Error::Internal(fault.to_string()))?;
        let config = match trust {
            TlsTrust::Certified(file) => builder.with_root_certificates(roots(file.as_deref())?).with_no_client_auth(),
            TlsTrust::AnyCertificate => {
                let any = Arc::new(AnyCertificate { provider });
                builder.dangerous().with_custom_certificate_verifier(any).with_no_client_auth()
            }
        };
        Ok(Self { rustls: MakeRustlsConnect::new(config), is_used: Arc::default() })
    }

    /// The same for one connection.
    pub(super) fn for_one(&self) -> Self {
        Self { rustls: self.rustls.clone(), is_used: Arc::default() }
    }

    /// Whether the server has accepted the offer of TLS.
    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }
}

/// Rustls for streams of one kind.
type Rustls<S> = <MakeRustlsConnect as MakeTlsConnect<S>>::TlsConnect;

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Connector {
    type Stream = <MakeRustlsConnect as MakeTlsConnect<S>>::Stream;
    type TlsConnect = Noting<Rustls<S>>;
    type Error = <MakeRustlsConnect as MakeTlsConnect<S>>::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Self::TlsConnect, Self::Error> {
        let rustls = MakeTlsConnect::<S>::make_tls_connect(&mut self.rustls, domain)?;
        Ok(Noting { rustls, is_used: self.is_used.clone() })
    }
}

/// What connects one stream; it is asked only where the server speaks TLS.
pub(super) struct Noting<T> {
    rustls: T,
    is_used: Arc<AtomicBool>,
}

impl<S, T: TlsConnect<S>> TlsConnect<S> for Noting<T> {
    type Stream = T::Stream;
    type Error = T::Error;
    type Future = T::Future;

    fn connect(self, stream: S) -> Self::Future {
        self.is_used.store(true, Ordering::Relaxed);
        self.rustls.connect(stream)
    }
}

fn roots(file: Option<&std::path::Path>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            let unreadable =
                |fault: &dyn std::fmt::Display| Error::Url(format!("sslrootcert {}: {fault}", file.display()));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|fault| unreadable(&fault))? {
                let certificate = certificate.map_err(|fault| unreadable(&fault))?;
                roots.add(certificate).map_err(|fault| unreadable(&fault))?;
            }
        }
        None => {
            // A few odd certificates of a system do not matter as long as others are good.
            let _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(Error::Url("sslmode=verify-full needs authorities: give sslrootcert=FILE".to_owned()));
    }
    Ok(roots)
}

/// Takes any certificate. Signatures of the handshake are checked where the certificate can be read.
#[derive(Debug)]
struct AnyCertificate {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        believed(verify_tls12_signature(message, certificate, signature, algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        believed(verify_tls13_signature(message, certificate, signature, algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What a signature is worth where any certificate is believed. One that cannot be read, such as the X.509 of version 1
/// that Citus makes for itself, proves as little as any other: the server may have made it a moment ago.
fn believed(checked: Result<HandshakeSignatureValid, rustls::Error>) -> Result<HandshakeSignatureValid, rustls::Error> {
    match checked {
        Err(rustls::Error::InvalidCertificate(CertificateError::BadEncoding | CertificateError::Other(_))) => {
            Ok(HandshakeSignatureValid::assertion())
        }
        checked => checked,
    }
}
