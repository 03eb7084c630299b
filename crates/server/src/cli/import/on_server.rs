//! Imports at a running server.
//!
//! Promises: a file goes out as it is read; a server that is away for a while is waited for. Must not know how a server
//! does its work.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use serde_json::{Value, json};

use super::report::Report;
use super::target::{ImportOptions, ImportTarget, Outgoing, SHOWN, Step};
use crate::cli::client::{ListKind, StockClient};
use crate::remote::{Remote, RemoteError, encoded};
use crate::services::imports::mapping;

/// How long a server may be away before waiting for it ends.
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) struct OnServer {
    remote: Remote,
    answered: Instant,
    is_away: bool,
}

impl OnServer {
    pub(super) fn new(remote: Remote) -> Self {
        Self { remote, answered: Instant::now(), is_away: false }
    }

    async fn status(&self, key: &str, limit: usize) -> Result<Report, RemoteError> {
        let key = encoded(key);
        let path = format!("/api/v1/stock_list/excel_import_status/?cache_key={key}&limit={limit}");
        let status = self.remote.get(&path).await?;
        serde_json::from_value(status).map_err(|fault| RemoteError::Never(anyhow!("the server's status: {fault}")))
    }

    /// The path of an import below its list.
    async fn path(&self, key: &str, list: Option<(ListKind, i64)>) -> anyhow::Result<String> {
        let list = match list {
            Some(list) => Some(list),
            None => self.status(key, 1).await.map_err(|fault| unknown(key, fault))?.list(),
        };
        let (kind, list) = list.context("this import is not one of a stock list or a price list")?;
        Ok(format!("/api/v1/{}/{list}/excel_import/{}/", kind.path(), encoded(key)))
    }
}

fn unknown(key: &str, fault: RemoteError) -> anyhow::Error {
    match fault {
        RemoteError::NotFound => anyhow!("there is no import {key}"),
        RemoteError::Later(fault) | RemoteError::Never(fault) => fault,
        RemoteError::NotAllowed(fault) => fault.into(),
    }
}

fn key(answer: &Value) -> anyhow::Result<String> {
    answer["cache_key"].as_str().map(ToOwned::to_owned).context("the server's answer has no cache_key")
}

impl ImportTarget for OnServer {
    fn client(&self) -> &impl StockClient {
        &self.remote
    }

    async fn send(
        &mut self,
        (kind, list): (ListKind, i64),
        file: Outgoing,
        wish: ImportOptions,
    ) -> anyhow::Result<String> {
        let ImportOptions { mode, is_dry_run, mapping } = wish;
        let path = format!("/api/v1/{}/{list}/excel_import/?mode={mode}&dry_run={is_dry_run}", kind.path());
        let (name, bytes) = (file.name.clone(), file.bytes);
        let part = Part::stream_with_length(Body::wrap_stream(Blocks(file)), bytes).file_name(name);
        // Before the file: a server may tell what is wrong with it before it has read all.
        let form = mapping.iter().fold(Form::new(), |form, said| form.text("mapping", mapping::write(said)));
        let request = self.remote.request(Method::POST, &path).multipart(form.part("file", part));
        let answer = self.remote.json(request).await.context("the file was not taken")?;
        self.answered = Instant::now();
        key(&answer)
    }

    async fn follow(&mut self, of: &str, step: Step) -> anyhow::Result<String> {
        let (word, body) = match step {
            Step::Apply { force } => ("apply", json!({"force": force})),
            Step::Undo => ("undo", json!({})),
        };
        let path = format!("{}{word}/", self.path(of, None).await?);
        let answer = self.remote.post(&path, &body).await.map_err(|fault| unknown(of, fault))?;
        self.answered = Instant::now();
        key(&answer)
    }

    async fn report(&mut self, key: &str, with_rows: bool) -> anyhow::Result<Option<Report>> {
        let status = self.status(key, if with_rows { SHOWN } else { 1 }).await;
        self.is_away = matches!(status, Err(RemoteError::Later(_)));
        match status {
            Ok(mut report) => {
                self.answered = Instant::now();
                let path = match report.list() {
                    Some(list) if with_rows => self.path(key, Some(list)).await?,
                    _ => return Ok(Some(report)),
                };
                if report.has_columns() {
                    // A file that could not be read at all has none, nor has a server of an older version.
                    let columns = self.remote.get(&format!("{path}columns/")).await.ok();
                    report.columns = columns.and_then(|columns| serde_json::from_value(columns).ok());
                }
                if report.is_dry_run() {
                    let changes = self.remote.get(&format!("{path}changes/?limit={SHOWN}")).await?;
                    report.changes = serde_json::from_value(changes["results"].clone())?;
                }
                Ok(Some(report))
            }
            Err(RemoteError::Later(fault)) if self.answered.elapsed() > PATIENCE => {
                bail!("{fault:#}; the import {key} goes on when the server does")
            }
            Err(RemoteError::Later(_)) => Ok(None),
            Err(fault) => Err(unknown(key, fault)),
        }
    }

    fn remark(&self) -> Option<&'static str> {
        self.is_away.then_some("the server does not answer just now; waiting for it")
    }

    fn flags(&self) -> String {
        format!(" --server {}", self.remote.url())
    }

    fn when_left(&self) -> &'static str {
        "the server goes on with it"
    }

    async fn close(self) {}
}

/// The blocks of a file as a body.
struct Blocks(Outgoing);

impl futures_core::Stream for Blocks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.block().transpose())
    }
}
