//! Imports in a database that this process opens.
//!
//! Promises: the same rules, workers and writer as a server's. Where a server works on the same file, the file is left
//! to it, since what it keeps in memory would grow old. Must not know HTTP.

use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use onhand_core::{PriceListId, StockListId};
use onhand_store::WriterLock;
use onhand_store::imports::{ImportRow, Kind};
use tokio::task::JoinSet;

use super::columns::ColumnsReport;
use super::report::{Change, Report};
use super::target::{ImportOptions, ImportTarget, Outgoing, SHOWN, Step};
use crate::cli::client::{ListKind, StockClient};
use crate::cli::local::LocalClient;
use crate::config::DatabaseConfig;
use crate::services::imports::receive::{self, Received, Receiving};
use crate::services::imports::results::Part;
use crate::services::imports::{follow, reread, status};
use crate::services::{Requester, ServiceError, Services};
use crate::workers;
use crate::workers::change_feed::Feed;
use crate::workers::imports::ImportWorkers;

pub(super) struct OnDatabase {
    inside: LocalClient,
    url: String,
    requester: Requester,
    works: Option<Works>,
    /// A file that has not arrived whole.
    receiving: Option<Receiving>,
}

/// Those who do what there is to do, and that they alone do.
struct Works {
    imports: Arc<ImportWorkers>,
    workers: JoinSet<()>,
    _lock: WriterLock,
}

impl OnDatabase {
    /// Opens a database that must be there, in the name of a user of it.
    pub(super) async fn open(config: &DatabaseConfig, user: Option<&str>) -> anyhow::Result<Self> {
        let inside = LocalClient::open(config).await?;
        let requester = inside.user(user).await?;
        Ok(Self { inside, url: config.database.clone(), requester, works: None, receiving: None })
    }

    fn services(&self) -> &Arc<Services> {
        &self.inside.services
    }

    /// Works on what there is to do, unless another process does.
    fn work(&mut self) -> anyhow::Result<()> {
        if self.works.is_none()
            && let Some(lock) = self.services().store.writer_lock()?
        {
            let imports = Arc::new(ImportWorkers::new(self.services().clone()));
            let feed = Arc::new(Feed::new(self.services().clone()));
            let workers = workers::start(&imports, &feed);
            self.works = Some(Works { imports, workers, _lock: lock });
        }
        Ok(())
    }

    async fn find(&self, key: &str) -> anyhow::Result<ImportRow> {
        match status::find(&self.services().store, None, key.to_owned()).await {
            Err(ServiceError::NotFound) => Err(unknown(key)),
            found => Ok(found?),
        }
    }
}

fn unknown(key: &str) -> anyhow::Error {
    anyhow!("there is no import {key}")
}

impl ImportTarget for OnDatabase {
    fn client(&self) -> &impl StockClient {
        &self.inside
    }

    async fn send(
        &mut self,
        (kind, list): (ListKind, i64),
        mut file: Outgoing,
        wish: ImportOptions,
    ) -> anyhow::Result<String> {
        let receiving = match kind {
            ListKind::Stock => {
                let list = Some(StockListId::new(list));
                receive::begin(self.services(), &self.requester, Kind::Stocks, list).await?
            }
            ListKind::Price => receive::begin_prices(self.services(), &self.requester, PriceListId::new(list)).await?,
        };
        let receiving = self.receiving.insert(receiving);
        while let Some(block) = file.block().with_context(|| format!("cannot read {}", file.name))? {
            receiving.take(&block).await?;
        }
        receiving.complete().await?;
        let options = receive::ImportOptions {
            file_name: file.name.clone(),
            mode: Some(wish.mode.to_owned()),
            is_dry_run: wish.is_dry_run,
            mapping: wish.mapping,
        };
        let receiving = self.receiving.take().context("a file has arrived")?;
        match receiving.start(options, None).await? {
            Received::Now(key) => Ok(key),
            Received::Before(_) => bail!("a file without an idempotency key was answered like one with a key"),
        }
    }

    async fn follow(&mut self, key: &str, step: Step) -> anyhow::Result<String> {
        let (source, services) = (self.find(key).await?, self.services());
        let import = match step {
            Step::Apply { force } => follow::apply(services, &self.requester, source, force).await?,
            Step::Undo => follow::undo(services, &self.requester, source, false).await?,
        };
        Ok(import.cache_key)
    }

    async fn report(&mut self, key: &str, with_rows: bool) -> anyhow::Result<Option<Report>> {
        self.work()?;
        let part = Part { skip: 0, limit: if with_rows { SHOWN } else { 1 } };
        let status = status::status(self.services(), self.find(key).await?, part).await?;
        let mut report = Report::of(&status);
        if with_rows && report.has_columns() && report.list().is_some() {
            let layout = reread::known_layout(self.services(), &status.import).await?;
            report.columns = layout.as_ref().map(ColumnsReport::of);
        }
        if with_rows && report.is_dry_run() && report.list().is_some() {
            let changes = status::changes(&self.services().store, &status.import, part).await?;
            report.changes = changes.iter().map(Change::of).collect();
        }
        Ok(Some(report))
    }

    fn remark(&self) -> Option<&'static str> {
        self.works.is_none().then_some("another process works on this database and does the import")
    }

    fn flags(&self) -> String {
        // The URL of a database server has a password, which no line shows.
        if self.services().store.is_shared() { String::new() } else { format!(" --database {}", self.url) }
    }

    fn when_left(&self) -> &'static str {
        match self.works {
            Some(_) => "it goes on when a server starts on this database, or with --watch",
            None => "the process that works on this database goes on with it",
        }
    }

    async fn close(mut self) {
        if let Some(works) = self.works.take() {
            workers::stop(&works.imports, works.workers).await;
        }
        if let Some(receiving) = self.receiving.take() {
            receiving.abandon().await;
        }
        self.inside.close().await;
    }
}
