//! Imports in a database that this process opens.
//!
//! Promises: the same rules, workers and writer as a server's. Where a server works on the same file, the file is left
//! to it, since what it keeps in memory would grow old. Must not know HTTP.

use anyhow::{Context as _, anyhow, ensure};
use onhand_core::{ImportId, StockListId, UserId};
use onhand_store::imports::{self, ImportRow, Kind, State, Task};
use onhand_store::{Store, WriterLock};
use tokio::task::JoinSet;

use super::report::Report;
use super::target::{ImportOptions, ImportTarget, Outgoing, SHOWN, Step};
use crate::cli::client::StockClient;
use crate::cli::local::LocalClient;
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::imports::spool::{self, UploadSink};
use crate::imports::start::{self, Requester};
use crate::workers;

pub(super) struct OnDatabase {
    inside: LocalClient,
    url: String,
    actor: UserId,
    works: Option<Works>,
    /// A file that has not arrived whole.
    arriving: Option<ImportId>,
}

/// Those who do what there is to do, and that they alone do.
struct Works {
    workers: JoinSet<()>,
    _hold: WriterLock,
}

impl OnDatabase {
    /// Opens a database that must be there, in the name of a user of it.
    pub(super) async fn open(config: &DatabaseConfig, user: Option<&str>) -> anyhow::Result<Self> {
        let inside = LocalClient::open(config).await?;
        let actor = inside.user(user).await?;
        Ok(Self { inside, url: config.database.clone(), actor, works: None, arriving: None })
    }

    fn store(&self) -> &Store {
        &self.inside.app.store
    }

    fn asked(&self) -> Requester {
        Requester { actor: self.actor, now: Clock::System.now() }
    }

    /// Works on what there is to do, unless another process does.
    fn work(&mut self) -> anyhow::Result<()> {
        if self.works.is_none()
            && let Some(hold) = self.store().writer_lock()?
        {
            let app = &self.inside.app;
            self.works = Some(Works { workers: workers::start(&app.import_workers, &app.feed), _hold: hold });
        }
        Ok(())
    }

    async fn find(&self, key: &str) -> anyhow::Result<ImportRow> {
        let sought = key.to_owned();
        let found = self.store().read("imports.by_key", async move |tx| imports::by_key(tx, &sought).await).await?;
        found.filter(|import| import.state != State::Receiving).ok_or_else(|| unknown(key))
    }
}

fn unknown(key: &str) -> anyhow::Error {
    anyhow!("there is no import {key}")
}

impl ImportTarget for OnDatabase {
    fn door(&self) -> &impl StockClient {
        &self.inside
    }

    async fn send(&mut self, list: i64, mut file: Outgoing, wish: ImportOptions) -> anyhow::Result<String> {
        let task = if wish.is_dry_run { Task::Preview } else { Task::Import };
        let list = Some(StockListId::new(list));
        let time_zone = self.inside.app.zone_of_file(list).await?;
        let new = ImportRow { time_zone, ..start::import(Kind::Stocks, task, list, self.asked()) };
        let store = self.inside.app.store.clone();
        let import = store.write("imports.insert", async move |tx| imports::insert(tx, &new).await).await?;
        self.arriving = Some(import.id);
        let mut arriving = UploadSink::new(&store, import.id);
        while let Some(piece) = file.piece().with_context(|| format!("cannot read {}", file.name))? {
            arriving.take(&piece).await?;
        }
        let import = ImportRow {
            mode: wish.mode.to_owned(),
            file_name: start::file_name(&file.name),
            file_bytes: arriving.finish().await?,
            ..import
        };
        let key = import.cache_key.clone();
        let is_whole = store.write("imports.arrived", async move |tx| imports::arrived(tx, &import).await).await?;
        ensure!(is_whole, "the file took too long to arrive and was dropped: send it again");
        self.arriving = None;
        Ok(key)
    }

    async fn follow(&mut self, key: &str, step: Step) -> anyhow::Result<String> {
        let source = self.find(key).await?;
        let step = match step {
            Step::Apply { force } => (Task::Apply, force),
            Step::Undo => (Task::Undo, false),
        };
        Ok(start::follow(self.store(), source, step, self.asked()).await?.cache_key)
    }

    async fn report(&mut self, key: &str, with_rows: bool) -> anyhow::Result<Option<Report>> {
        self.work()?;
        let status = self.inside.status(key, if with_rows { SHOWN } else { 1 }).await?;
        let mut report: Report = serde_json::from_value(status.ok_or_else(|| unknown(key))?)?;
        if let (true, true, Some(list)) = (with_rows, report.is_dry_run(), report.stock_list) {
            report.changes = serde_json::from_value(self.inside.changes(list, key, SHOWN).await?)?;
        }
        Ok(Some(report))
    }

    fn remark(&self) -> Option<&'static str> {
        self.works.is_none().then_some("another process works on this database and does the import")
    }

    fn flags(&self) -> String {
        // The URL of a database server has a password, which no line shows.
        if self.store().is_shared() { String::new() } else { format!(" --database {}", self.url) }
    }

    fn when_left(&self) -> &'static str {
        match self.works {
            Some(_) => "it goes on when a server starts on this database, or with --watch",
            None => "the process that works on this database goes on with it",
        }
    }

    async fn close(mut self) {
        if let Some(works) = self.works.take() {
            workers::stop(&self.inside.app.import_workers, works.workers).await;
        }
        if let Some(id) = self.arriving {
            spool::abandon(self.store().clone(), id).await;
        }
        self.inside.close().await;
    }
}
