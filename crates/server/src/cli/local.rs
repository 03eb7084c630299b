//! A database as a command reaches it: with a server's services, but without its sockets.
//!
//! Promises: files and what is told of an import are made by the services that a server uses, so they are the same.
//! Must not change stock by itself.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use onhand_core::{PriceListId, StockListId};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::accounts;
use onhand_store::tables::prices::PRICE_LISTS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use tokio::task::JoinHandle;

use super::client::{Download, Format, List, ListKind, StockClient, Take};
use super::database;
use crate::api::stock::product_stocks;
use crate::auth::Role;
use crate::clock::Clock;
use crate::config::{DatabaseConfig, ServeConfig};
use crate::services::imports::{result_file, status};
use crate::services::reads::Reads;
use crate::services::table_file::Sink;
use crate::services::{Requester, Services, exports};
use crate::wire::Family;
use crate::writer::{CommitObservers, Writer};

/// How long the writer may take to end what it has begun.
const DRAIN: Duration = Duration::from_secs(30);

/// An open database.
pub(super) struct LocalClient {
    pub(super) services: Arc<Services>,
    draining: JoinHandle<()>,
}

impl LocalClient {
    /// Opens a database that must be there.
    pub(super) async fn open(config: &DatabaseConfig) -> anyhow::Result<Self> {
        let store = database::open_existing(config).await?;
        let (writer, draining) = Writer::start(&store, &Clock::System, &CommitObservers::default());
        let services = Services::new(store, writer, Clock::System, ServeConfig::of_environment()?);
        Ok(Self { services, draining })
    }

    /// The user of a name; without one, the first administrator.
    pub(super) async fn user(&self, name: Option<&str>) -> anyhow::Result<Requester> {
        let accounts = self.services.store.read("accounts.list", async |tx| accounts::list(tx).await).await?;
        let mut active = accounts.into_iter().filter(|account| account.is_active);
        let account = match name {
            Some(name) => {
                active.find(|account| account.username == name).with_context(|| format!("there is no user {name}"))
            }
            None => active
                .find(|account| account.role == Role::Admin.name())
                .context("the database has no administrator: name a user with --user"),
        };
        Requester::of_account(account?).context("the role of this user is of another version of the program")
    }

    /// Ends what was begun.
    pub(super) async fn close(self) {
        drop(self.services);
        if tokio::time::timeout(DRAIN, self.draining).await.is_err() {
            tracing::warn!("the writer was still busy when the drain time was over");
        }
    }
}

impl StockClient for LocalClient {
    async fn lists(
        &self,
        kind: ListKind,
        sought: Option<(&'static str, &str)>,
        limit: usize,
    ) -> anyhow::Result<Vec<List>> {
        let table = match kind {
            ListKind::Stock => &STOCK_LISTS,
            ListKind::Price => &PRICE_LISTS,
        };
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
        let body = async move |tx: &mut onhand_store::Tx<'_>| resource::page(tx, table, &listing).await;
        let page = self.services.store.read("records.page", body).await?;
        let text = |list: &Record, column| list.text(column).map(str::to_owned);
        let list = |list: Record| List {
            id: list.id,
            name: text(&list, "name").unwrap_or_default(),
            code: text(&list, "code"),
        };
        Ok(page.rows.into_iter().map(list).collect())
    }

    async fn bring(&self, wanted: &Download, format: Format, take: Take<'_>) -> anyhow::Result<()> {
        let reads = Reads::of(&self.services.store);
        let sink: &mut dyn Sink = &mut Taken(take);
        let written = match wanted {
            Download::Export(list) => {
                let listing = of_list(*list);
                let write = product_stocks::write(Family::V1);
                tokio::task::block_in_place(|| exports::export(&reads, &listing, (sink, format), write))
            }
            Download::Result { kind, list, key } => {
                let (store, key) = (&self.services.store, key.clone());
                let import = match kind {
                    ListKind::Stock => status::find(store, Some(StockListId::new(*list)), key).await?,
                    ListKind::Price => status::find_of_prices(store, PriceListId::new(*list), key).await?,
                };
                result_file::file_name(&import)?;
                tokio::task::block_in_place(|| result_file::write(&reads, &import, (sink, format)))
            }
        };
        Ok(written?)
    }
}

/// All stocks, or those of a list.
fn of_list(list: Option<i64>) -> ListQuery {
    let of = |list: i64| Condition { column: "stock_list_id", op: Op::Eq, values: vec![list.into()] };
    let window = Window::After { key: None, limit: 1 };
    ListQuery { conditions: list.map(of).into_iter().collect(), sort: Sort::BY_ID, window }
}

/// A file on its way to where the command wants it.
struct Taken<'t>(Take<'t>);

impl Write for Taken<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Taken<'_> {}
