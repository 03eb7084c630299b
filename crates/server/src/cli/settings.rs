//! `onhand config`: the settings in force, one per line, secrets masked.

use super::say;
use crate::config::{DatabaseConfig, LogConfig, ServeConfig, masked};

pub(super) fn run(database: &DatabaseConfig, log: &LogConfig, serve: &ServeConfig) {
    let set = |secret: &Option<String>| if secret.is_some() { "***" } else { "" }.to_owned();
    let rows = [
        ("ONHAND_DATABASE", masked(&database.database)),
        ("ONHAND_DATABASE_CONNECTIONS", database.database_connections.to_string()),
        ("ONHAND_DATABASE_STATEMENT_SECONDS", database.database_statement_seconds.to_string()),
        ("ONHAND_DATABASE_WAIT_SECONDS", serve.database_wait_seconds.to_string()),
        ("ONHAND_LISTEN", serve.listen.to_string()),
        ("ONHAND_DEMO", serve.demo.to_string()),
        ("ONHAND_ADMIN_USERNAME", serve.admin_username.clone()),
        ("ONHAND_ADMIN_PASSWORD", set(&serve.admin_password)),
        ("ONHAND_PUBLIC_URL", serve.public_url.clone().unwrap_or_default()),
        ("ONHAND_CREATE_UNKNOWN_PRODUCTS", serve.create_unknown_products.to_string()),
        ("ONHAND_STRICT_AUTO_SYNC", serve.strict_auto_sync.to_string()),
        ("ONHAND_TIME_ZONE", serve.time_zone.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("ONHAND_DISCREPANCY_REMOVE", format!("{:?}", serve.discrepancy_remove).to_lowercase()),
        ("ONHAND_LOGIN_ATTEMPTS", serve.login_attempts.to_string()),
        ("ONHAND_CONNECTIONS_MAX", serve.connections_max.to_string()),
        ("ONHAND_BODY_BYTES_MAX", serve.body_bytes_max.to_string()),
        ("ONHAND_REQUEST_SECONDS", serve.request_seconds.to_string()),
        ("ONHAND_DRAIN_SECONDS", serve.drain_seconds.to_string()),
        ("ONHAND_LOG", log.filter.clone()),
        ("ONHAND_LOG_JSON", log.json.to_string()),
    ];
    rows.iter().for_each(|(name, value)| say(format!("{name}={value}")));
}
