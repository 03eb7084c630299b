//! Configuration: one struct; each field's text is its manual and appears in `--help` and `onhand config`.
//!
//! Promises: flag over environment variable over default; secrets are never printed. Must not know what a value is
//! used for.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use clap::Args;

/// Which database.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// The database: sqlite:PATH.
    #[arg(long, env = "ONHAND_DATABASE", default_value = "sqlite:./onhand.db", value_name = "URL", global = true)]
    pub database: String,
}

/// How the server runs.
#[derive(Args, Clone)]
pub struct ServeConfig {
    /// The address to listen on. Port 0 takes any free one.
    #[arg(long, env = "ONHAND_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// Fill an empty database with a believable shop: lists, products, channels, orders.
    #[arg(long, env = "ONHAND_DEMO")]
    pub demo: bool,

    /// The name of the first administrator, made when there is no user yet.
    #[arg(long, env = "ONHAND_ADMIN_USERNAME", default_value = "admin", value_name = "NAME")]
    pub admin_username: String,

    /// The password of the first administrator. Without one, a password is generated and printed once.
    #[arg(long, env = "ONHAND_ADMIN_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub admin_password: Option<String>,

    /// What clients put before a path to reach this server, for links in lists. Without it, the Host header is used.
    #[arg(long, env = "ONHAND_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Whether a stock write with an unknown SKU makes the product. If not, it is refused with 400.
    #[arg(
        long,
        env = "ONHAND_CREATE_UNKNOWN_PRODUCTS",
        default_value_t = true,
        action = clap::ArgAction::Set,
        value_name = "BOOL"
    )]
    pub create_unknown_products: bool,

    /// Whether a stock list that is made with is_auto_sync true and without a code is refused (product_stock_400_2)
    /// even if the client did not send is_auto_sync.
    #[arg(
        long,
        env = "ONHAND_STRICT_AUTO_SYNC",
        default_value_t = false,
        action = clap::ArgAction::Set,
        value_name = "BOOL"
    )]
    pub strict_auto_sync: bool,

    /// Log-in attempts a minute for one name from one address; ten times as many from one address.
    #[arg(long, env = "ONHAND_LOGIN_ATTEMPTS", default_value = "10", value_name = "NUMBER")]
    pub login_attempts: NonZeroU32,

    /// Connections served at once; further ones wait to be accepted.
    #[arg(long, env = "ONHAND_CONNECTIONS_MAX", default_value = "10000", value_name = "NUMBER")]
    pub connections_max: usize,

    /// The most bytes a request body may have.
    #[arg(long, env = "ONHAND_BODY_BYTES_MAX", default_value = "1048576", value_name = "BYTES")]
    pub body_bytes_max: usize,

    /// Seconds a client may take to send a request's headers, and, again, its body.
    #[arg(long, env = "ONHAND_REQUEST_SECONDS", default_value = "30", value_name = "SECONDS")]
    pub request_seconds: u64,

    /// Seconds to finish what was accepted when the server is told to stop.
    #[arg(long, env = "ONHAND_DRAIN_SECONDS", default_value = "30", value_name = "SECONDS")]
    pub drain_seconds: u64,
}

/// What is logged and how.
#[derive(Args, Clone)]
pub struct LogConfig {
    /// What is logged: error, warn, info, debug, or a filter such as onhand=debug.
    #[arg(long = "log", env = "ONHAND_LOG", default_value = "info", value_name = "FILTER", global = true)]
    pub filter: String,

    /// One JSON object per line instead of text.
    #[arg(long = "log-json", env = "ONHAND_LOG_JSON", global = true)]
    pub json: bool,
}

/// A database URL without its password.
pub fn masked(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (user, host))) => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        assert_eq!(masked("postgres://erp:secret@db/onhand"), "postgres://erp:***@db/onhand");
        assert_eq!(masked("sqlite:./onhand.db"), "sqlite:./onhand.db");
    }
}
