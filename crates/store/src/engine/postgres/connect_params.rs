//! Where a database is and how far it is trusted, read from its URL.
//!
//! Promises: the URL means what it means to PostgreSQL's own programs; a setting that cannot be honoured is rejected,
//! not ignored. Must not open anything.

use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::Error;

/// Which server is believed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TlsTrust {
    /// Any server is trusted (`disable`, `prefer`, `require`, as PostgreSQL's programs understand them).
    AnyCertificate,
    /// Who shows a certificate of this name from one of these authorities, or from the system's (`verify-full`).
    Certified(Option<PathBuf>),
}

/// The parts of a database URL.
pub(super) struct ConnectParams {
    pub(super) config: Config,
    pub(super) trust: TlsTrust,
}

impl ConnectParams {
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut verify, mut roots, mut rest) = (false, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", "verify-full")) => verify = true,
                Some(("sslmode", mode @ ("verify-ca" | "allow"))) => {
                    return Err(Error::Url(format!(
                        "sslmode={mode} is not supported; use verify-full, require or disable"
                    )));
                }
                Some(("sslrootcert", path)) => roots = Some(PathBuf::from(path)),
                _ => rest.push(pair),
            }
        }
        if roots.is_some() && !verify {
            return Err(Error::Url("sslrootcert is used with sslmode=verify-full only".to_owned()));
        }
        let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        // The driver's own words name the option, never a value.
        let mut config: Config = url.parse().map_err(|fault: tokio_postgres::Error| {
            let cause = std::error::Error::source(&fault).map_or(String::new(), |cause| format!(": {cause}"));
            Error::Url(format!("the database URL is not understood ({fault}{cause})"))
        })?;
        if config.get_hosts().is_empty() {
            return Err(Error::Url("the database URL names no host, as in postgres://user@host/name".to_owned()));
        }
        if config.get_dbname().is_none() {
            return Err(Error::Url("the database URL names no database, as in postgres://user@host/name".to_owned()));
        }
        if verify {
            config.ssl_mode(SslMode::Require);
        }
        Ok(Self { config, trust: if verify { TlsTrust::Certified(roots) } else { TlsTrust::AnyCertificate } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        match ConnectParams::parse(url) {
            Err(Error::Url(text)) => text,
            Err(other) => panic!("{url}: {other}"),
            Ok(_) => panic!("{url} was taken"),
        }
    }

    #[test]
    fn trust_is_read_from_the_mode() {
        let place = ConnectParams::parse("postgres://u:p@h/d?sslmode=verify-full&sslrootcert=/ca.pem").expect("good");
        assert_eq!(place.trust, TlsTrust::Certified(Some(PathBuf::from("/ca.pem"))));
        assert_eq!(place.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(
            ConnectParams::parse("postgres://u@h/d?sslmode=require").expect("good").trust,
            TlsTrust::AnyCertificate
        );
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_without_the_password() {
        for url in [
            "postgres://u:secret@h/d?sslmode=verify-ca",
            "postgres://u:secret@h/d?sslrootcert=/ca.pem",
            "postgres://u:secret@h/d?sslmode=maybe",
            "postgres://u:secret@h/d?colour=blue",
            "postgres://u:secret@h",
            "postgres://u:secret@h:port/d",
            "postgres:///d",
        ] {
            let text = refused(url);
            assert!(!text.contains("secret"), "{text}");
        }
        assert!(refused("postgres://u@h/d?colour=blue").contains("colour"));
    }
}
