//! The plain server: axum and one transaction of four round trips per order, as a web framework makes it.
//!
//! Promises: the same framework, driver and runtime as the server's, prepared statements, one connection that is always
//! open; the order's JSON is parsed and a real order's bytes are answered. No authentication, no order, no movement.
//! Runs as a process of its own. Must not know the server.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls, Statement};

use crate::bare::{answer, serve};

/// Where it reserves and what it answers.
#[derive(clap::Args)]
pub(crate) struct PlainArgs {
    /// The database of the baselines.
    #[arg(long)]
    database: String,
    /// A file with the answer to an order.
    #[arg(long)]
    order_answer: PathBuf,
}

#[derive(Deserialize)]
struct Order {
    order_items: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    product_sku: String,
}

struct Reserving {
    client: Client,
    update: Statement,
    insert: Statement,
}

/// Serves until it is stopped.
pub(crate) fn run(args: &PlainArgs) -> anyhow::Result<()> {
    let body = Bytes::from(std::fs::read(&args.order_answer).context("the answer to an order")?);
    // One client waits for one answer: a second thread would only have to be woken.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let reserving = Arc::new(Mutex::new(Reserving::open(&args.database).await?));
        let create = async move |request: Bytes| match reserve(&reserving, &request).await {
            Ok(()) => answer(StatusCode::CREATED, body),
            Err(fault) => answer(StatusCode::INTERNAL_SERVER_ERROR, Bytes::from(fault.to_string())),
        };
        serve(Router::new().route("/api/i1/orders/", post(create))).await
    })
}

async fn reserve(reserving: &Mutex<Reserving>, request: &[u8]) -> anyhow::Result<()> {
    let order: Order = serde_json::from_slice(request)?;
    let line = order.order_items.first().context("an order has a line")?;
    let number: i64 = line.product_sku.trim_start_matches("SKU-").parse()?;
    reserving.lock().await.reserve(number + 1).await
}

impl Reserving {
    async fn open(url: &str) -> anyhow::Result<Self> {
        let (client, driver) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(driver);
        let update = "UPDATE stock SET held = held + 1 WHERE id = $1 AND on_hand - held >= 1";
        let insert = "INSERT INTO reservation (stock_id, quantity) VALUES ($1, 1)";
        let (update, insert) = (client.prepare(update).await?, client.prepare(insert).await?);
        Ok(Self { client, update, insert })
    }

    async fn reserve(&mut self, stock: i64) -> anyhow::Result<()> {
        let transaction = self.client.transaction().await?;
        ensure!(transaction.execute(&self.update, &[&stock]).await? == 1, "stock {stock} does not have it");
        transaction.execute(&self.insert, &[&stock]).await?;
        Ok(transaction.commit().await?)
    }
}
