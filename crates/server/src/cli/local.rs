//! A database as a command reaches it: with a server's rules, but without its sockets.
//!
//! Promises: files and what is told of an import are made by the handlers of the API, so they are the same. Must not
//! change stock by itself.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use axum::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use onhand_core::UserId;
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::accounts;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::client::{Download, Format, List, StockClient, Take};
use super::{database, remote};
use crate::api::imports::{import_changes, import_results, imports};
use crate::api::stock::exports;
use crate::auth::{Caller, Role};
use crate::clock::Clock;
use crate::config::{DatabaseConfig, ServeConfig};
use crate::http::context::RequestContext;
use crate::http::handling::Handling;
use crate::state::App;
use crate::wire::Family;
use crate::wire::error::Error;
use crate::writer::Writer;

/// How long the writer may take to end what it has begun.
const DRAIN: Duration = Duration::from_secs(30);

/// An open database.
pub(super) struct LocalClient {
    pub(super) app: Arc<App>,
    draining: JoinHandle<()>,
}

impl LocalClient {
    /// Opens a database that must be there.
    pub(super) async fn open(config: &DatabaseConfig) -> anyhow::Result<Self> {
        let store = database::open_existing(config).await?;
        let (writer, draining) = Writer::start(&store, &Clock::System);
        let app = App::new(store, writer, Clock::System, ServeConfig::of_environment()?);
        Ok(Self { app, draining })
    }

    /// The user of a name; without one, the first administrator.
    pub(super) async fn user(&self, name: Option<&str>) -> anyhow::Result<UserId> {
        let accounts = self.app.store.read("accounts.list", async |tx| accounts::list(tx).await).await?;
        let mut active = accounts.into_iter().filter(|account| account.is_active);
        let account = match name {
            Some(name) => {
                active.find(|account| account.username == name).with_context(|| format!("there is no user {name}"))
            }
            None => active
                .find(|account| account.role == Role::Admin.name())
                .context("the database has no administrator: name a user with --user"),
        };
        Ok(account?.id)
    }

    /// Ends what was begun.
    pub(super) async fn close(self) {
        drop(self.app);
        if tokio::time::timeout(DRAIN, self.draining).await.is_err() {
            tracing::warn!("the writer was still busy when the drain time was over");
        }
    }

    /// The status of an import, with so many of its errors. `None`: there is no such import.
    pub(super) async fn status(&self, key: &str, limit: usize) -> anyhow::Result<Option<Value>> {
        let query = [("cache_key", key.to_owned()), ("limit", limit.to_string())];
        let query = query.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let path = "/api/v1/stock_list/excel_import_status/".to_owned();
        match imports::show(self.call(path, Vec::new(), query)).await {
            Err(Error::Detail(StatusCode::NOT_FOUND, _)) => Ok(None),
            reply => Ok(Some(serde_json::from_slice(&reply.map_err(told)?.body)?)),
        }
    }

    /// What an import of a list changed, or would: so many of its rows.
    pub(super) async fn changes(&self, list: i64, key: &str, limit: usize) -> anyhow::Result<Value> {
        let path = format!("/api/v1/stock_list/{list}/excel_import/{key}/changes/");
        let query = vec![("limit".to_owned(), limit.to_string())];
        let reply = import_changes::list(self.call(path, vec![list.to_string(), key.to_owned()], query)).await;
        let mut page: Value = serde_json::from_slice(&reply.map_err(told)?.body)?;
        Ok(page["results"].take())
    }

    /// The request context of a user that may open the database, which is allowed everything.
    fn call(&self, path: String, parameters: Vec<String>, query: Vec<(String, String)>) -> RequestContext {
        let caller = Caller {
            account: UserId::new(0),
            username: "command line".into(),
            role: Role::Admin,
            channel: None,
            token: 0,
            is_named: false,
        };
        RequestContext {
            app: self.app.clone(),
            caller,
            channel: None,
            family: Family::V1,
            headers: HeaderMap::new(),
            method: Method::GET,
            path,
            parameters,
            query,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            base: "http://localhost".to_owned(),
            handling: Arc::new(Handling::lenient()),
            content_type: String::new(),
            idempotency_key: None,
            body: Bytes::new(),
            upload: Mutex::new(None),
        }
    }
}

impl StockClient for LocalClient {
    async fn lists(&self, sought: Option<(&'static str, &str)>, limit: usize) -> anyhow::Result<Vec<List>> {
        let equal = |(column, text): (&'static str, &str)| Condition {
            column,
            op: Op::Eq,
            values: vec![text.to_owned().into()],
        };
        let listing = ListQuery {
            conditions: sought.map(equal).into_iter().collect(),
            sort: Sort::BY_ID,
            window: Window::Page { number: 1, limit: limit as i64 },
        };
        let body = async move |tx: &mut onhand_store::Tx<'_>| resource::page(tx, &STOCK_LISTS, &listing).await;
        let page = self.app.store.read("records.page", body).await?;
        let text = |list: &Record, column| list.text(column).map(str::to_owned);
        let list = |list: Record| List {
            id: list.id,
            name: text(&list, "name").unwrap_or_default(),
            code: text(&list, "code"),
        };
        Ok(page.rows.into_iter().map(list).collect())
    }

    async fn bring(&self, wanted: &Download, format: Format, take: Take<'_>) -> anyhow::Result<()> {
        let mut query = vec![("format".to_owned(), format.word().to_owned())];
        let reply = match wanted {
            Download::Export(list) => {
                query.extend(list.map(|list| ("stock_list".to_owned(), list.to_string())));
                exports::export(self.call("/api/v1/product_stock/export/".to_owned(), Vec::new(), query)).await
            }
            Download::Result { list, key } => {
                let path = format!("/api/v1/stock_list/{list}/excel_import/{key}/result/");
                import_results::show(self.call(path, vec![list.to_string(), key.clone()], query)).await
            }
        };
        let reply = reply.map_err(told)?;
        take(&reply.body)?;
        let Some(mut stream) = reply.stream else { return Ok(()) };
        while let Some(frame) = stream.frame().await {
            if let Ok(bytes) = frame?.into_data() {
                take(&bytes)?;
            }
        }
        Ok(())
    }
}

/// The rejection of a handler, in its words.
fn told(refused: Error) -> anyhow::Error {
    let body = refused.into_reply().body;
    anyhow!("{}", remote::words(&String::from_utf8_lossy(&body)))
}
