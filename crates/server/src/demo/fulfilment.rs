//! The fulfilment of the demonstration: two locations, packages in several states, a line that was not found.
//!
//! Must not know what the shop sells.

use anyhow::{Context as _, bail};
use onhand_core::commands::{FulfilmentCommand, RunPackage, SourceOrder};
use onhand_core::fulfilment::{PackageCommand, Reason};
use onhand_core::{Command, FulfilmentOutcome, OrderId, Outcome, PackageId, StockListId, Timestamp};
use onhand_store::Tx;
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::stock_locations::{ADDRESSES, LOCATIONS};

use super::{ORDERS, place, submit};
use crate::state::App;

/// Name, code, priority, latitude and longitude, by the list that counts its stock.
const PLACES: [(&str, &str, i64, &str, &str); 2] =
    [("Central warehouse", "WH001", 1, "40.9923", "29.1244"), ("Store Kadikoy", "STORE01", 2, "40.9903", "29.0290")];

/// How far each order has come.
const WORK: [&[PackageCommand]; 6] = [
    &[],
    &[PackageCommand::Prepare],
    &[PackageCommand::Prepare, PackageCommand::Pack],
    &[PackageCommand::Prepare, PackageCommand::Pack, PackageCommand::Ship],
    &[PackageCommand::Prepare, PackageCommand::NotFound],
    &[],
];

/// Makes locations of the first lists, and orders that are worked on there.
pub(super) async fn fill(app: &App, lists: &[StockListId], now: Timestamp) -> anyhow::Result<()> {
    for ((name, code, priority, latitude, longitude), list) in PLACES.into_iter().zip(lists) {
        let mut address = Record::new(&ADDRESSES, now);
        address.set("title", name);
        address.set("country", "Türkiye");
        address.set("city", "İstanbul");
        address.set("latitude", latitude);
        address.set("longitude", longitude);
        let address = insert(app, &ADDRESSES, address).await?;
        let mut location = Record::new(&LOCATIONS, now);
        location.set("name", name);
        location.set("erp_code", code);
        location.set("stock_list_id", list.get());
        location.set("address_id", address);
        location.set("priority", priority);
        insert(app, &LOCATIONS, location).await?;
    }
    let central = *lists.first().context("the shop has lists")?;
    for (number, commands) in (ORDERS..).zip(WORK) {
        let items = place(app, number, None, central).await?;
        let order = items.first().context("an order has lines")?.order;
        let package = plan(app, order, items.len()).await?;
        for command in commands {
            run(app, package, *command, items.len()).await?;
        }
    }
    Ok(())
}

async fn insert(app: &App, table: &'static Table, record: Record) -> anyhow::Result<i64> {
    let insert = async move |tx: &mut Tx<'_>| resource::insert(tx, table, vec![record]).await;
    let made = app.store.write("records.insert", insert).await?;
    Ok(made.first().context("a record is made")?.id)
}

async fn plan(app: &App, order: OrderId, lines: usize) -> anyhow::Result<PackageId> {
    let plan = SourceOrder { order, gather_at: None, near: None, lines };
    match submit(app, Command::Fulfilment(FulfilmentCommand::Source(plan))).await? {
        Outcome::Fulfilment(FulfilmentOutcome::Sourced(plan)) => {
            Ok(plan.packages.first().context("the warehouse has everything")?.package.id)
        }
        other => bail!("sourcing was answered with {other:?}"),
    }
}

async fn run(app: &App, package: PackageId, command: PackageCommand, lines: usize) -> anyhow::Result<()> {
    let (items, reason, near) = (None, Reason::OutOfStock, None);
    let run = RunPackage { package, command, items, reason, near, lines };
    submit(app, Command::Fulfilment(FulfilmentCommand::Package(run))).await.map(drop)
}
