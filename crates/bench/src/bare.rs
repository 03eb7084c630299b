//! The bare server: axum answering fixed bytes, the most that HTTP and this framework leave for anything else.
//!
//! Promises: a POST is read and parsed as JSON, since no server can do without; a GET answers a page's bytes. No
//! authentication, no rules, nothing stored. Runs as a process of its own, like the server it is compared with.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use bytes::Bytes;

/// What the bare server answers.
#[derive(clap::Args)]
pub(crate) struct Args {
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

/// Serves until it is stopped.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| path.display().to_string()).map(Bytes::from);
    let router = router(read(&args.order_answer)?, read(&args.page_answer)?);
    let mut builder = match args.threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.worker_threads(args.threads).enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "bare listens on http://{}", listener.local_addr()?)?;
        let listener = listener.tap_io(|stream| {
            // The server it is compared with sets it too; where it cannot be set, answers still arrive.
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
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

fn answer(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
