//! Imports in a database that this process opens.
//!
//! Promises: the same rules, jobs and ledger as a server's. Where a server works on the same file, the file is left to it,
//! since what it keeps in memory would grow old. Must not know HTTP.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use onhand_core::{ImportId, StockListId, UserId};
use onhand_store::filter::{Condition, Listing, Op, Sort, Window};
use onhand_store::imports::{self, ImportRow, Kind, State, Task};
use onhand_store::{Hold, Store, Tx, accounts, stock_lists};
use tokio::task::{JoinHandle, JoinSet};

use super::place::{List, Outgoing, Place, SHOWN, Step, Wish};
use super::report::Report;
use crate::app::App;
use crate::auth::Role;
use crate::cli::database;
use crate::clock::Clock;
use crate::config::{DatabaseConfig, ServeConfig};
use crate::imports::begin::{self, Asked};
use crate::imports::errors::{self, Part};
use crate::imports::spool::Arriving;
use crate::jobs;
use crate::ledger::Ledger;

/// How long the ledger may take to end what it has begun.
const DRAIN: Duration = Duration::from_secs(30);

pub(super) struct OnDatabase {
    store: Store,
    url: String,
    config: ServeConfig,
    actor: UserId,
    works: Option<Works>,
    /// A file that has not arrived whole.
    arriving: Option<ImportId>,
}

/// What a server has behind its answers.
struct Works {
    app: std::sync::Arc<App>,
    workers: JoinSet<()>,
    draining: JoinHandle<()>,
    _hold: Hold,
}

impl OnDatabase {
    /// Opens a database that must be there, in the name of a user of it.
    pub(super) async fn open(config: &DatabaseConfig, user: Option<&str>) -> anyhow::Result<Self> {
        let store = database::open_existing(config).await?;
        let accounts = store.read("accounts.list", async |tx| accounts::list(tx).await).await?;
        let mut accounts = accounts.into_iter().filter(|account| account.is_active);
        let account = match user {
            Some(name) => {
                accounts.find(|account| account.username == name).with_context(|| format!("there is no user {name}"))
            }
            None => accounts
                .find(|account| account.role == Role::Admin.name())
                .context("there is no administrator: give --user"),
        };
        Ok(Self {
            store,
            url: config.database.clone(),
            config: ServeConfig::of_environment()?,
            actor: account?.id,
            works: None,
            arriving: None,
        })
    }

    fn asked(&self) -> Asked {
        Asked { actor: self.actor, now: Clock::System.now() }
    }

    /// Works on what there is to do, unless another process does.
    fn work(&mut self) -> anyhow::Result<()> {
        if self.works.is_none()
            && let Some(hold) = self.store.hold()?
        {
            let (ledger, draining) = Ledger::start(&self.store, &Clock::System);
            let app = App::new(self.store.clone(), ledger, Clock::System, self.config.clone());
            let workers = jobs::start(&app);
            self.works = Some(Works { app, workers, draining, _hold: hold });
        }
        Ok(())
    }

    async fn find(&self, key: &str) -> anyhow::Result<ImportRow> {
        let sought = key.to_owned();
        let found = self.store.read("imports.by_key", async move |tx| imports::by_key(tx, &sought).await).await?;
        found.filter(|import| import.state != State::Receiving).ok_or_else(|| anyhow!("there is no import {key}"))
    }
}

impl Place for OnDatabase {
    async fn lists(&self, sought: Option<(&'static str, &str)>, limit: usize) -> anyhow::Result<Vec<List>> {
        let condition = |(column, text): (&'static str, &str)| Condition {
            column,
            op: Op::Eq,
            values: vec![text.to_owned().into()],
        };
        let listing = Listing {
            conditions: sought.map(condition).into_iter().collect(),
            sort: Sort::BY_ID,
            window: Window::Page { number: 1, limit: limit as i64 },
        };
        let page = self.store.read("stock_lists.page", async move |tx| stock_lists::page(tx, &listing).await).await?;
        let list = |list: stock_lists::StockListRow| List { id: list.id.get(), name: list.name, code: list.code };
        Ok(page.rows.into_iter().map(list).collect())
    }

    async fn send(&mut self, list: i64, mut file: Outgoing, wish: Wish) -> anyhow::Result<String> {
        let task = if wish.is_dry_run { Task::Preview } else { Task::Import };
        let new = begin::import(Kind::Stocks, task, Some(StockListId::new(list)), self.asked());
        let store = &self.store;
        let import = store.write("imports.insert", async move |tx| imports::insert(tx, &new).await).await?;
        self.arriving = Some(import.id);
        let mut arriving = Arriving::new(store, import.id);
        while let Some(piece) = file.piece().with_context(|| format!("cannot read {}", file.name))? {
            arriving.take(&piece).await?;
        }
        let import = ImportRow {
            mode: wish.mode.to_owned(),
            file_name: begin::file_name(&file.name),
            file_bytes: arriving.finish().await?,
            ..import
        };
        let key = import.cache_key.clone();
        store.write("imports.arrived", async move |tx| imports::arrived(tx, &import).await).await?;
        self.arriving = None;
        Ok(key)
    }

    async fn follow(&mut self, key: &str, step: Step) -> anyhow::Result<String> {
        let source = self.find(key).await?;
        let step = match step {
            Step::Apply { force } => (Task::Apply, force),
            Step::Undo => (Task::Undo, false),
        };
        Ok(begin::follow(&self.store, source, step, self.asked()).await?.cache_key)
    }

    async fn report(&mut self, key: &str, with_rows: bool) -> anyhow::Result<Option<Report>> {
        self.work()?;
        let import = self.find(key).await?;
        if !with_rows {
            return Ok(Some(Report::of(&import, &[], &[])));
        }
        let (id, is_preview) = (import.id, import.task == Task::Preview);
        let body = async move |tx: &mut Tx<'_>| {
            let changes = match is_preview {
                true => errors::changes(tx, id, Part { skip: 0, limit: SHOWN }).await?,
                false => Vec::new(),
            };
            Ok((errors::page(tx, id, 0, SHOWN).await?, changes))
        };
        let (errors, changes) = self.store.read("imports.status", body).await?;
        Ok(Some(Report::of(&import, &errors, &changes)))
    }

    fn flags(&self) -> String {
        // The URL of a database server has a password, which no line shows.
        if self.store.is_shared() { String::new() } else { format!(" --database {}", self.url) }
    }

    fn when_left(&self) -> &'static str {
        match self.works {
            Some(_) => "it goes on when a server starts on this database",
            None => "the server that works on this database goes on with it",
        }
    }

    fn result(&self, report: &Report) -> String {
        let list = report.stock_list.unwrap_or_default();
        let key = &report.cache_key;
        format!("GET /api/v1/stock_list/{list}/excel_import/{key}/result/?format=csv of a server on this database")
    }

    async fn close(mut self) {
        if let Some(Works { app, mut workers, draining, _hold }) = self.works.take() {
            workers.shutdown().await;
            drop(app);
            if tokio::time::timeout(DRAIN, draining).await.is_err() {
                tracing::warn!("the ledger was still busy");
            }
        }
        if let Some(id) = self.arriving {
            let discarded = self.store.write("imports.discard", async move |tx| imports::discard(tx, id).await).await;
            if let Err(fault) = discarded {
                tracing::warn!(%fault, "cannot drop a file that has not arrived whole");
            }
        }
    }
}
