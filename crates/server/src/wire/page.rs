//! Pages: the envelope of every list (contract 1.2), as it is written here and read of other servers.
//!
//! Promises: `next` is there and null on the last page, and never promises a page that is not there. Must not know
//! what is listed.

use onhand_store::query::{Page, Window};
use serde_json::{Map, Value};

use super::error::{Error, FieldErrors};
use super::filter::{Query, cursor_text};
use super::json::{ApiResponse, Object, push_list};

/// Where a list lives, for its links.
#[derive(Clone, Debug)]
pub struct Address<'a> {
    /// Scheme and host, without a slash at the end.
    pub base: &'a str,
    /// The path as the client wrote it.
    pub path: &'a str,
    /// The query as the client wrote it.
    pub query: &'a [(String, String)],
}

/// The part of a short list, known whole, that a query asks for. Such a list has numbered pages only.
pub fn of_all<T>(query: &Query, mut rows: Vec<T>) -> Result<Page<T>, Error> {
    let Window::Page { number, limit } = query.listing.window else {
        return Err(Error::Fields(FieldErrors::one("cursor", "This list has numbered pages only.")));
    };
    if query.listing.sort.descending {
        rows.reverse();
    }
    let count = rows.len() as i64;
    let skip = number.saturating_sub(1).saturating_mul(limit).min(count) as usize;
    let rows = rows.into_iter().skip(skip).take(limit as usize).collect();
    Ok(Page { count: Some(count), rows, next: None })
}

/// The answer with one page of a list.
pub fn reply<T>(
    address: &Address<'_>,
    query: &Query,
    page: &Page<T>,
    write: impl Fn(&mut String, &T),
) -> Result<ApiResponse, Error> {
    let mut results = String::with_capacity(64 + page.rows.len() * 256);
    push_list(&mut results, &page.rows, write);
    written(address, query, page, &results)
}

/// The answer with one page of a list whose rows are written already, as a JSON list.
pub fn written<T>(address: &Address<'_>, query: &Query, page: &Page<T>, results: &str) -> Result<ApiResponse, Error> {
    let limit = query.limit.to_string();
    let (next, previous) = match query.listing.window {
        Window::Page { number, .. } => {
            let count = page.count.unwrap_or(0);
            if number > 1 && (number - 1).saturating_mul(query.limit) >= count {
                return Err(Error::invalid_page());
            }
            let link = |number: i64| address.link(&[("limit", &limit), ("page", &number.to_string())]);
            let more = number.saturating_mul(query.limit) < count;
            (more.then(|| link(number + 1)), (number > 1).then(|| link(number - 1)))
        }
        Window::After { .. } => {
            let link = |cursor: &str| address.link(&[("limit", &limit), ("cursor", cursor)]);
            (page.next.as_ref().map(|key| link(&cursor_text(key))), None)
        }
    };
    let mut body = String::with_capacity(256 + results.len());
    Object::open(&mut body)
        .int_or_null("count", page.count)
        .text_or_null("next", next.as_deref())
        .text_or_null("previous", previous.as_deref())
        .raw("results", results)
        .close();
    Ok(ApiResponse::ok(body))
}

/// The rows of a page that another server has answered, and what it says beside them: a bare list, or an object with
/// `results` (contract 0.6). `None` if it is neither.
pub fn rows_of(answer: Value) -> Option<(Vec<Value>, Map<String, Value>)> {
    match answer {
        Value::Array(rows) => Some((rows, Map::new())),
        Value::Object(mut told) => match told.remove("results")? {
            Value::Array(rows) => Some((rows, told)),
            _ => None,
        },
        _ => None,
    }
}

impl Address<'_> {
    fn link(&self, replaced: &[(&str, &str)]) -> String {
        let kept = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| !matches!(*name, "limit" | "page" | "cursor"));
        let query: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(replaced.iter().copied())).finish();
        format!("{}{}?{query}", self.base, self.path)
    }
}
