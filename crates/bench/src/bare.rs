//! The bare server: axum answering fixed bytes, the most that HTTP and this framework leave for anything else.
//!
//! Promises: a POST is read and parsed as JSON, since no server can do without; a GET answers a page's bytes. No
//! authentication, no rules, nothing stored. Runs as a process of its own, like the server it is compared with. Its
//! figure is the better one of a single thread (faster on a quiet machine) and of a thread a core (faster beside other
//! work), so that no choice of ours makes it slow.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use onhand_testkit::program::Server;

use crate::cases::{Ask, Request};
use crate::child;
use crate::load::{self, Asked, Figure, Load};
use crate::machine;
use crate::shop::Shop;

/// What the bare server answers.
#[derive(clap::Args)]
pub(crate) struct BareArgs {
    /// A file with the answer to an order.
    #[arg(long)]
    order_answer: PathBuf,
    /// A file with a page of a list.
    #[arg(long)]
    page_answer: PathBuf,
    /// Threads that serve.
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// Running bare servers that answer the same and differ in threads.
pub(crate) struct Bare {
    processes: Vec<Server>,
    order_answer: PathBuf,
}

impl Bare {
    /// Starts them with what the server answers to an order, and with a page.
    pub(crate) async fn start(shop: &Arc<Shop>, folder: &Path, page: &[u8]) -> anyhow::Result<Self> {
        let [order_answer, page_answer] = ["order-answer", "page-answer"].map(|name| folder.join(name));
        std::fs::write(&order_answer, Request::new(shop, Ask::OrderSpread).sample().await?)?;
        std::fs::write(&page_answer, page)?;
        let mut threads = vec![1, machine::cores()];
        threads.dedup();
        let program = std::env::current_exe()?;
        let start = |threads: &usize| {
            let threads = threads.to_string();
            let mut command = Command::new(&program);
            command.args(["bare", "--threads", &threads]).arg("--order-answer").arg(&order_answer);
            child::start(command.arg("--page-answer").arg(&page_answer))
        };
        let processes = threads.iter().map(start).collect::<anyhow::Result<_>>()?;
        Ok(Self { processes, order_answer })
    }

    /// The file with the answer to an order.
    pub(crate) fn order_answer(&self) -> &Path {
        &self.order_answer
    }

    /// The better figure.
    pub(crate) async fn run(&self, load: Load, case: Arc<Request>) -> anyhow::Result<Figure> {
        let mut best: Option<Figure> = None;
        for process in &self.processes {
            let figure = load::run(load, Asked::alone(process), case.clone()).await?;
            if best.as_ref().is_none_or(|best| best.per_second < figure.per_second) {
                best = Some(figure);
            }
        }
        best.context("there is at least one bare server")
    }
}

/// Serves until it is stopped.
pub(crate) fn run(args: &BareArgs) -> anyhow::Result<()> {
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| path.display().to_string()).map(Bytes::from);
    let router = router(read(&args.order_answer)?, read(&args.page_answer)?);
    let mut builder = match args.threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(args.threads).enable_all().build()?.block_on(serve(router))
}

/// Serves on a free port and prints which.
pub(crate) async fn serve(router: Router) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "listens on http://{}", listener.local_addr()?)?;
    let listener = listener.tap_io(|stream| {
        // The server it is compared with sets it too; where it cannot be set, answers still arrive.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

fn router(order: Bytes, page: Bytes) -> Router {
    let create = async move |body: Bytes| match serde_json::from_slice::<serde_json::Value>(&body) {
        Ok(_) => answer(StatusCode::CREATED, order),
        Err(_) => answer(StatusCode::BAD_REQUEST, Bytes::from_static(b"{}")),
    };
    Router::new()
        .route("/api/i1/orders/", post(create))
        .route("/api/i1/product_stock/", get(async move || answer(StatusCode::OK, page)))
}

/// An answer in JSON.
pub(crate) fn answer(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
