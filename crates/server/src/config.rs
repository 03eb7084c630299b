//! Configuration: one struct; each field's text is its manual and appears in `--help` and `onhand config`.
//!
//! Promises: flag over environment variable over default; secrets are never printed. Must not know what a value is
//! used for.

mod history;

use std::net::{Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

use clap::{Args, FromArgMatches as _};

pub use self::history::HistoryConfig;
use crate::auth::TrustedProxies;
use crate::auth::sealing::SealingKeys;
use crate::outgoing_networks::OutgoingNetworks;
use crate::zone::Zone;

/// The most characters of a host: a name, and a port behind it.
const HOST_CHARS_MAX: usize = 255 + 6;

/// Which database, and how it is used.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// The database: sqlite:PATH, or postgres://USER:PASSWORD@HOST/NAME with sslmode= and sslrootcert= if need be.
    #[arg(
        long,
        env = "ONHAND_DATABASE",
        default_value = "sqlite:./onhand.db",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub database: String,

    /// Connections of this process to a database server, at the most.
    #[arg(
        long,
        env = "ONHAND_DATABASE_CONNECTIONS",
        default_value = "16",
        value_name = "NUMBER",
        global = true,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub database_connections: u16,

    /// Seconds that a statement on a database server, or a read on a database file, may take, and that a request waits
    /// for its turn.
    #[arg(
        long,
        env = "ONHAND_DATABASE_STATEMENT_SECONDS",
        default_value = "15",
        value_name = "SECONDS",
        global = true,
        value_parser = clap::value_parser!(u32).range(1..=86_400)
    )]
    pub database_statement_seconds: u32,
}

/// Which discrepancies of a location a removal by date removes.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiscrepancyRemove {
    /// Those reported from the start of the day on.
    From,
    /// Those reported until the end of the day.
    Until,
}

/// How the server runs.
#[derive(Args, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line, and no two are one choice")]
pub struct ServeConfig {
    /// The address to listen on. Port 0 takes any free one.
    #[arg(long, env = "ONHAND_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// The address of the operator listener: health, metrics and the API description. The last two are then served
    /// there only.
    #[arg(long, env = "ONHAND_ADMIN_LISTEN", value_name = "ADDRESS")]
    pub admin_listen: Option<SocketAddr>,

    /// Seconds to wait at the start for a database server that is not there yet, or for another process that has the
    /// lock of the file.
    #[arg(long, env = "ONHAND_DATABASE_WAIT_SECONDS", default_value = "60", value_name = "SECONDS")]
    pub database_wait_seconds: u32,

    /// What is required of the database before the start.
    #[command(flatten)]
    pub start: StartConfig,

    /// Free bytes on the database file's disk below which /readyz says that the server is not ready.
    #[arg(long, env = "ONHAND_DISK_FREE_BYTES_MIN", default_value = "67108864", value_name = "BYTES")]
    pub disk_free_bytes_min: u64,

    /// Seconds between two reads of the database for the numbers of /metrics. A read that takes long makes the pause
    /// longer.
    #[arg(
        long,
        env = "ONHAND_WATCH_SECONDS",
        default_value = "15",
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..=300)
    )]
    pub watch_seconds: u32,

    /// Minutes after which the overview shows that an order waits for the ERP, or a change for its channel. In a
    /// demonstration it shows them at once.
    #[arg(
        long,
        env = "ONHAND_ATTENTION_MINUTES",
        default_value = "15",
        value_name = "MINUTES",
        value_parser = clap::value_parser!(u32).range(0..=10_080)
    )]
    pub attention_minutes: u32,

    /// Fill an empty database with an example shop (lists, products, channels, orders), and place an order in it every
    /// two seconds, 2,000 times at the most.
    #[arg(long, env = "ONHAND_DEMO")]
    pub demo: bool,

    /// Place no orders in the example shop, so that its numbers stand still.
    #[arg(long, env = "ONHAND_DEMO_STILL")]
    pub demo_still: bool,

    /// The name of the first administrator, made when there is no user yet.
    #[arg(long, env = "ONHAND_ADMIN_USERNAME", default_value = "admin", value_name = "NAME")]
    pub admin_username: String,

    /// The password of the first administrator. Without one, a password is generated and printed once.
    #[arg(long, env = "ONHAND_ADMIN_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub admin_password: Option<String>,

    /// What seals the tokens of data sources in the database: 32 bytes as hexadecimal digits or base64, or @ and the
    /// path of a file that has them. Further keys behind commas only open what was sealed with them.
    #[arg(long, env = "ONHAND_SECRET_KEY", value_name = "KEYS", hide_env_values = true)]
    pub secret_key: Option<SealingKeys>,

    /// The address of this server for clients, with which links in lists begin.
    #[arg(long, env = "ONHAND_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Names of this server, with or without a port, separated by commas. Without a public URL, links in lists begin
    /// with the request's Host if it is one of these, localhost, or the address at which the request arrived; else with
    /// that address.
    #[arg(long, env = "ONHAND_HOSTS", value_name = "HOSTS", value_delimiter = ',', value_parser = host)]
    pub hosts: Vec<String>,

    /// Whether a stock write with an unknown SKU makes the product. If not, it is rejected with 400.
    #[arg(
        long,
        env = "ONHAND_CREATE_UNKNOWN_PRODUCTS",
        default_value_t = true,
        action = clap::ArgAction::Set,
        value_name = "BOOL"
    )]
    pub create_unknown_products: bool,

    /// Whether a stock list that is made with is_auto_sync true and without a code is rejected (product_stock_400_2)
    /// even if the client did not send is_auto_sync.
    #[arg(
        long,
        env = "ONHAND_STRICT_AUTO_SYNC",
        default_value_t = false,
        action = clap::ArgAction::Set,
        value_name = "BOOL"
    )]
    pub strict_auto_sync: bool,

    /// The time zone of times that are sent without an offset, where their stock list has none of its own: a name of
    /// the IANA database, like Europe/Istanbul. Without one, such times are rejected if stock depends on them.
    #[arg(long, env = "ONHAND_TIME_ZONE", value_name = "ZONE")]
    pub time_zone: Option<Zone>,

    /// Which discrepancies a removal by date removes: those reported from the start of that day on, or until its end.
    #[arg(long, env = "ONHAND_DISCREPANCY_REMOVE", default_value = "from", value_name = "WHICH")]
    pub discrepancy_remove: DiscrepancyRemove,

    /// Failed log-ins a minute for one name from one address; ten times as many from one address.
    #[arg(long, env = "ONHAND_LOGIN_ATTEMPTS", default_value = "10", value_name = "NUMBER")]
    pub login_attempts: NonZeroU32,

    /// Addresses or networks of proxies whose headers Forwarded and X-Forwarded-For are trusted, separated by commas.
    #[arg(long, env = "ONHAND_TRUSTED_PROXIES", default_value_t, hide_default_value = true, value_name = "NETWORKS")]
    pub trusted_proxies: TrustedProxies,

    /// Addresses or networks, separated by commas, in which servers that users name may be beside public addresses; none
    /// for no others. [default for data sources: the machine itself and private networks]
    #[arg(long, env = "ONHAND_OUTGOING_NETWORKS", default_value_t, hide_default_value = true, value_name = "NETWORKS")]
    pub outgoing_networks: OutgoingNetworks,

    /// Days for which events, and what was sent to webhooks, are kept. A receiver that is away for longer misses some.
    #[arg(
        long,
        env = "ONHAND_EVENT_DAYS",
        default_value = "7",
        value_name = "DAYS",
        value_parser = clap::value_parser!(u16).range(4..=90)
    )]
    pub event_days: u16,

    /// Days after which an unused token of a log-in ends; 0 for never.
    #[arg(long, env = "ONHAND_LOGIN_TOKEN_IDLE_DAYS", default_value = "30", value_name = "DAYS")]
    pub login_token_idle_days: u16,

    /// Days after which the token of a log-in ends in any case; 0 for never.
    #[arg(long, env = "ONHAND_LOGIN_TOKEN_DAYS", default_value = "365", value_name = "DAYS")]
    pub login_token_days: u16,

    /// Tokens of log-ins that one user may have; of more, the one that was unused for the longest time ends.
    #[arg(long, env = "ONHAND_LOGIN_TOKENS_MAX", default_value = "100", value_name = "NUMBER")]
    pub login_tokens_max: NonZeroU32,

    /// Minutes after which a person who does nothing is signed out of the screens. In any case a session ends seven
    /// days after the sign-in.
    #[arg(
        long,
        env = "ONHAND_SESSION_IDLE_MINUTES",
        default_value = "480",
        value_name = "MINUTES",
        value_parser = clap::value_parser!(u32).range(5..=10_080)
    )]
    pub session_idle_minutes: u32,

    /// Connections served at once; further ones wait to be accepted.
    #[arg(long, env = "ONHAND_CONNECTIONS_MAX", default_value = "10000", value_name = "NUMBER")]
    pub connections_max: usize,

    /// Connections from one address; further ones are closed. Connections of trusted proxies are not counted.
    /// [default: a quarter of all, and any number from the machine itself]
    #[arg(long, env = "ONHAND_CONNECTIONS_PER_ADDRESS_MAX", value_name = "NUMBER")]
    pub connections_per_address_max: Option<NonZeroU32>,

    /// Requests a second from one address without a valid token; further ones are answered late, and with 429. Ten
    /// seconds' number may come at once. 0 for any number.
    #[arg(long, env = "ONHAND_ANONYMOUS_REQUESTS_MAX", default_value = "50", value_name = "NUMBER")]
    pub anonymous_requests_max: u32,

    /// The most bytes a request body may have.
    #[arg(long, env = "ONHAND_BODY_BYTES_MAX", default_value = "1048576", value_name = "BYTES")]
    pub body_bytes_max: usize,

    /// The most bytes an imported file may have.
    #[arg(long, env = "ONHAND_IMPORT_BYTES_MAX", default_value = "268435456", value_name = "BYTES")]
    pub import_bytes_max: u64,

    /// The most bytes that the stored files of all imports may have together.
    #[arg(long, env = "ONHAND_IMPORT_STORED_BYTES_MAX", default_value = "10737418240", value_name = "BYTES")]
    pub import_stored_bytes_max: u64,

    /// Days that imports are kept, with their files and results.
    #[arg(long, env = "ONHAND_IMPORT_DAYS", default_value = "30", value_name = "DAYS")]
    pub import_days: NonZeroU32,

    /// Seconds without a request after which a batch in commit ends, and its objects are offered again.
    #[arg(
        long,
        env = "ONHAND_BATCH_COMMIT_SECONDS",
        default_value = "900",
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub batch_commit_seconds: u32,

    /// The same for a batch in sent_to_remote or ongoing.
    #[arg(
        long,
        env = "ONHAND_BATCH_REMOTE_SECONDS",
        default_value = "86400",
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub batch_remote_seconds: u32,

    /// How long what has happened to stock is kept.
    #[command(flatten)]
    pub history: HistoryConfig,

    /// Days that reports and events of channels' clients are kept; of very many, the oldest are deleted sooner.
    #[arg(long, env = "ONHAND_REPORT_DAYS", default_value = "30", value_name = "DAYS")]
    pub report_days: NonZeroU32,

    /// Seconds a client may take to send a request's headers, and, again, its body (of a file: its next bytes).
    #[arg(long, env = "ONHAND_REQUEST_SECONDS", default_value = "30", value_name = "SECONDS")]
    pub request_seconds: u64,

    /// Seconds a file may take to arrive as a whole.
    #[arg(
        long,
        env = "ONHAND_UPLOAD_SECONDS",
        default_value = "3600",
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub upload_seconds: u64,

    /// Seconds for which a client may take no byte of its answer before its connection is closed.
    #[arg(
        long,
        env = "ONHAND_RESPONSE_SECONDS",
        default_value = "30",
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..=86_400)
    )]
    pub response_seconds: u32,

    /// Seconds to finish accepted requests when the server stops.
    #[arg(long, env = "ONHAND_DRAIN_SECONDS", default_value = "30", value_name = "SECONDS")]
    pub drain_seconds: u64,
}

/// What is asked of the database before the server starts.
#[derive(Args, Clone)]
pub struct StartConfig {
    /// Do not start if there is no database, instead of making one: a wrong path, or a disk that is not mounted, would
    /// otherwise become an empty shop.
    #[arg(long, env = "ONHAND_MUST_EXIST")]
    pub must_exist: bool,

    /// Read every page of the database file before the start, and do not start on a damaged one. A second or two per
    /// gigabyte.
    #[arg(long, env = "ONHAND_CHECK")]
    pub check: bool,
}

impl ServeConfig {
    /// As a server without any flags would run here.
    pub fn of_environment() -> Result<Self, clap::Error> {
        let command = Self::augment_args(clap::Command::new("onhand serve"));
        Self::from_arg_matches(&command.try_get_matches_from(["onhand serve"])?)
    }
}

/// Whether a text is a name or an address, with or without a port.
pub fn is_host(text: &str) -> bool {
    let (name, port) = host_parts(text);
    let port_fits = port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok());
    let name_fits = match name.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    };
    text.len() <= HOST_CHARS_MAX && port_fits && name_fits
}

/// A name and, if it is there, a port.
pub fn host_parts(host: &str) -> (&str, Option<&str>) {
    let name_end = host.rfind(']').map_or(0, |end| end + 1);
    match host[name_end..].split_once(':') {
        Some((rest, port)) => (&host[..name_end + rest.len()], Some(port)),
        None => (host, None),
    }
}

/// A name of this server; nothing stays nothing.
fn host(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.is_empty() || is_host(text) {
        true => Ok(text.to_owned()),
        false => Err("a host is a name or an address, with or without a port".to_owned()),
    }
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
