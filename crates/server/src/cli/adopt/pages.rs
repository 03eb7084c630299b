//! A list of the other server, page by page.
//!
//! Promises: while a page is worked on, the next one is on its way, and no more than that is in memory; a list that
//! leads to another server, in a circle or nowhere ends with an error. Must not know what the rows are.

use std::net::IpAddr;

use anyhow::{Context as _, bail};
use onhand_core::Timestamp;
use reqwest::Url;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::source::{DatedAnswer, NoAnswer, Source};
use crate::wire::page::rows_of;

/// Rows of a page, if the server gives as many.
pub(super) const PAGE_ROWS: usize = 1_000;
/// A list may grow by so many times what it has said, and so many rows besides, while it is read.
const GROWTH_MAX: u64 = 2;
const GROWTH_ROWS_MAX: u64 = 100_000;

/// A page of a list.
#[derive(Debug)]
pub(super) struct Page {
    /// Its rows.
    pub(super) rows: Vec<Value>,
    /// Rows of the whole list, if the server says so.
    pub(super) count: Option<u64>,
    /// When it was answered, by the clock of the server.
    pub(super) at: Option<Timestamp>,
    has_next: bool,
}

/// A list that is being read.
pub(super) struct Pages {
    source: Source,
    /// With a query that lacks its page and limit.
    path: String,
    number: u64,
    seen: u64,
    /// The first row of the page before.
    first: Option<Value>,
    coming: Option<JoinHandle<Result<Page, NoAnswer>>>,
}

impl Pages {
    /// A list from its beginning.
    pub(super) fn of(source: &Source, path: &str, query: &str) -> Self {
        let path = format!("{path}?{query}{}limit={PAGE_ROWS}", if query.is_empty() { "" } else { "&" });
        let mut pages = Self { source: source.clone(), path, number: 0, seen: 0, first: None, coming: None };
        pages.ask();
        pages
    }

    /// Sends for the page after the one that was sent for last.
    fn ask(&mut self) {
        self.number += 1;
        let (source, path, number) = (self.source.clone(), format!("{}&page={}", self.path, self.number), self.number);
        self.coming = Some(tokio::spawn(async move {
            let answer = source.get(&path).await?;
            Ok(page(answer, number, source.url()).with_context(|| format!("page {number} of {path}"))?)
        }));
    }

    /// The next page; none after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, NoAnswer> {
        let Some(coming) = self.coming.take() else { return Ok(None) };
        let page = coming.await.map_err(|fault| anyhow::anyhow!("a request was given up: {fault}"))??;
        self.check(&page).with_context(|| format!("page {} of {}", self.number, self.path))?;
        self.seen += page.rows.len() as u64;
        self.first = page.rows.first().cloned();
        if page.has_next {
            self.ask();
        }
        Ok(Some(page))
    }

    fn check(&self, page: &Page) -> anyhow::Result<()> {
        if page.has_next && page.rows.is_empty() {
            bail!("it is empty, and is said not to be the last one");
        }
        if self.number > 1 && !page.rows.is_empty() && self.first.as_ref() == page.rows.first() {
            bail!("it begins with the same row as the page before: the server does not count pages");
        }
        if let Some(count) = page.count
            && page.has_next
            && self.seen > count * GROWTH_MAX + GROWTH_ROWS_MAX
        {
            bail!("the list goes on after {} rows, and is said to have {count}", self.seen);
        }
        Ok(())
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(coming) = &self.coming {
            coming.abort();
        }
    }
}

/// A page as an answer shows it.
fn page(answer: DatedAnswer, number: u64, url: &str) -> anyhow::Result<Page> {
    let at = answer.at;
    let (rows, told) = rows_of(answer.value).context("the answer is no list of results")?;
    let has_next = match told.get("next") {
        None | Some(Value::Null) => false,
        Some(Value::String(next)) => {
            check_next(next, number, url)?;
            true
        }
        Some(_) => bail!("the address of the next page is no text"),
    };
    Ok(Page { rows, count: told.get("count").and_then(Value::as_u64), at, has_next })
}

/// The address of the next page is never followed: pages are counted. One that leads elsewhere says that this is not
/// the server that it seems to be.
fn check_next(next: &str, number: u64, url: &str) -> anyhow::Result<()> {
    let own = Url::parse(url).context("the server's address")?;
    let next = own.join(next).context("the address of the next page is none")?;
    if next.host_str() != own.host_str() && !(is_loopback(&next) && is_loopback(&own)) {
        bail!("the next page is said to be at another host, {}", next.host_str().unwrap_or("none"));
    }
    let told = next.query_pairs().find(|(name, _)| name == "page").and_then(|(_, page)| page.parse::<u64>().ok());
    match told {
        Some(told) if told != number + 1 => bail!("the page after {number} is said to be page {told}"),
        _ => Ok(()),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<(usize, Option<u64>, bool), String> {
        let page = page(DatedAnswer { value, at: None }, 2, "https://shop.example.com");
        page.map(|page| (page.rows.len(), page.count, page.has_next)).map_err(|fault| format!("{fault:#}"))
    }

    #[test]
    fn a_page_has_many_forms() {
        let next = "https://shop.example.com/api/i1/orders/?page=3&limit=1";
        for (value, expected) in [
            (json!([{"pk": 1}]), (1, None, false)),
            (json!({"results": [1, 2], "count": 2}), (2, Some(2), false)),
            (json!({"results": [1], "count": 4, "next": null}), (1, Some(4), false)),
            (json!({"results": [1], "count": "four", "next": next}), (1, None, true)),
            (json!({"results": [1], "next": "/api/i1/orders/?page=3"}), (1, None, true)),
            (json!({"results": [1], "next": "http://shop.example.com/x/?cursor=a"}), (1, None, true)),
        ] {
            assert_eq!(read(value.clone()), Ok(expected), "{value}");
        }
    }

    #[test]
    fn a_list_that_leads_elsewhere_is_an_error() {
        for (value, words) in [
            (json!("pages"), "is no list"),
            (json!({"count": 1}), "no list of results"),
            (json!({"results": {}}), "no list of results"),
            (json!({"results": [], "next": 3}), "no text"),
            (json!({"results": [1], "next": "https://thief.example.com/?page=3"}), "another host, thief.example.com"),
            (json!({"results": [1], "next": "//thief.example.com/?page=3"}), "another host"),
            (json!({"results": [1], "next": "https://shop.example.com/?page=2"}), "said to be page 2"),
            (json!({"results": [1], "next": "https://shop.example.com/?page=9"}), "said to be page 9"),
        ] {
            let fault = read(value.clone()).expect_err("it leads nowhere");
            assert!(fault.contains(words), "{value}: {fault}");
        }
    }
}
