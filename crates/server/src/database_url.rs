//! The URL of a database, as it may be shown.
//!
//! Promises: where it is not clear what is a password, too much is hidden rather than too little. Must not know what a
//! database is used for.

/// Parts of a URL's query that may be shown; a password may be there too.
const SHOWN: &[&str] = &["host", "port", "dbname", "sslmode", "sslrootcert", "application_name", "connect_timeout"];

/// A database URL without its password. Where it is not clear what is one, too much is hidden rather than too little.
pub(crate) fn masked(url: &str) -> String {
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let Some((scheme, rest)) = url.split_once("://") else { return "***".to_owned() };
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => (format!("{}:***@", user.split([':', '/', '?']).next().unwrap_or_default()), place),
        None => (String::new(), rest),
    };
    let (place, query) = place.split_once('?').map_or((place, None), |(place, query)| (place, Some(query)));
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if !SHOWN.contains(&name) => format!("{name}=***"),
        _ => pair.to_owned(),
    };
    let query = query.map(|query| query.split('&').map(pair).collect::<Vec<_>>().join("&"));
    format!("{scheme}://{user}{place}{}", query.map(|query| format!("?{query}")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        for (url, shown) in [
            ("postgres://erp:secret@db/onhand", "postgres://erp:***@db/onhand"),
            ("postgres://erp:se@cr?e/t@db/onhand", "postgres://erp:***@db/onhand"),
            ("postgres://secret@db/onhand?sslmode=require", "postgres://secret:***@db/onhand?sslmode=require"),
            ("postgres://db/onhand?user=erp&password=secret", "postgres://db/onhand?user=***&password=***"),
            ("postgres://db/onhand?password=secret&application_name=a@b", "postgres://db:***@b"),
            ("postgres://db/onhand?pass%77ord=secret", "postgres://db/onhand?pass%77ord=***"),
            ("host=db password=secret", "***"),
            ("sqlite:./onhand.db", "sqlite:./onhand.db"),
        ] {
            assert_eq!(masked(url), shown);
        }
    }
}
