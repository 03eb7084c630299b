//! `onhand serve`: start, run, stop.
//!
//! The stop: what was sent is answered, no new connections, the writer drains, token use is written down, the
//! write-ahead log is copied into the database file, exit. The server also stops, with an error, when its database file
//! is removed or replaced, and when its writer has ended.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use onhand_core::Timestamp;
use onhand_store::channel_sync::generation;
use onhand_store::tables::{accounts, batch_requests, reports};
use onhand_store::{Error, Store, Tx, WriterLock, idempotency, imports, leases};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::{database, say};
use crate::api::{self, routes};
use crate::auth::{Role, password, token};
use crate::clock::Clock;
use crate::config::{DatabaseConfig, ServeConfig};
use crate::database_url::masked;
use crate::services::accounts::users::{self, NewUser};
use crate::state::App;
use crate::supervise::keep_going;
use crate::{activity, demo, http, measures, screens, watch, workers};

/// How often housekeeping runs.
const HOUSEKEEPING: Duration = Duration::from_mins(1);
/// How often the files of the database are looked after.
const FILES_PAUSE: Duration = Duration::from_secs(1);
/// How long the sweep is one process's: two rounds, so that another takes over when that one is gone.
const SWEEP_LEASE_SECONDS: i64 = 120;
/// Connections that may wait to be accepted; Linux allows `net.core.somaxconn` of them, which is as many by default.
/// One more is dropped, and its client tries again after a second, two, four.
const BACKLOG_MAX: u32 = 4_096;
/// What each part of the end has at the least, when connections have taken all of the time to drain.
const END_MIN: Duration = Duration::from_secs(1);
const DAY_SECONDS: i64 = 24 * 3_600;
/// The administrator's password in a demonstration, unless one is given.
const DEMO_PASSWORD: &str = "onhand-demo";

pub(super) async fn run(database: &DatabaseConfig, config: ServeConfig) -> anyhow::Result<()> {
    // A start that fails leaves no new database behind. Where there is one already, the process that this one takes
    // over from may still listen until its database is free.
    let early = if database::is_there(database) {
        None
    } else {
        judge_password(&config)?;
        Some(listen_at(config.listen)?)
    };
    let store = database::open_for_server(database, &config).await?;
    let served = serve(&store, database, config, early).await;
    // Whatever ended it: what was answered is in the file, not only in its log.
    match store.close().await {
        Ok(()) if served.is_ok() => tracing::info!("stopped"),
        // That its files are lost is why it has stopped.
        Ok(()) | Err(Error::Lost(_)) => {}
        Err(fault) => tracing::warn!(%fault, "data are left in the write-ahead log; keep it beside the database file"),
    }
    served
}

async fn serve(
    store: &Store,
    database: &DatabaseConfig,
    mut config: ServeConfig,
    early: Option<TcpListener>,
) -> anyhow::Result<()> {
    let lock = database::take_writer_lock(store, Duration::from_secs(config.database_wait_seconds.into())).await?;
    let listener = match early {
        Some(listener) => listener,
        None => listen_at(config.listen)?,
    };
    config.listen = listener.local_addr()?;
    let inside = match config.admin_listen {
        Some(address) => Some(listen_at(address)?),
        None => None,
    };
    config.admin_listen = inside.as_ref().map(TcpListener::local_addr).transpose()?;
    let clock = Clock::System;
    renew_copy(store, clock.now()).await?;
    let admin = first_admin(store, &config, &clock).await?;
    measures::recorder(); // from here on, numbers are kept
    let (app, mut draining) = App::start(store.clone(), clock, config);
    if app.config.demo {
        demo::fill(&app).await.context("cannot fill the demonstration")?;
    }
    let signal = stop_signal();
    greet(&database.database, &app.config, admin.as_deref());
    let mut house = JoinSet::new();
    let (keeping, watching) = (app.clone(), app.watch.clone());
    let watch_pause = Duration::from_secs(app.config.watch_seconds.into());
    house.spawn(async move { keep_going("housekeeping", || keep_house(keeping.clone())).await });
    house.spawn(async move { keep_going("watch", || watch::run(watching.clone(), watch_pause)).await });
    house.spawn(keep_going("measures", measures::keep_small));
    let counters = app.activity.clone();
    house.spawn(async move { keep_going("activity", || activity::run(counters.clone())).await });
    if app.config.demo && !app.config.demo_still {
        let services = app.services.clone();
        house.spawn(async move { keep_going("demonstration", || demo::selling::run(&services)).await });
    }
    let mut workers = workers::start(&app.import_workers, &app.feed);
    workers::tell_webhooks(&mut workers, &app.services, api::events::compose);
    let stop = async {
        let failed = tokio::select! {
            () = signal => None,
            fault = lost(store, &lock) => Some(fault.to_string()),
            _ = &mut draining => Some("the writer has ended".to_owned()),
        };
        (failed, Instant::now())
    };
    let (end, ended) = oneshot::channel::<()>();
    let inside = inside.map(|inside| tokio::spawn(http::serve_inside(inside, app.clone(), routes(), ended)));
    let (failed, told) = http::serve(listener, app.clone(), (routes(), Some(screens::router(&app))), stop).await;
    // One time for all: what the connections have taken of it, the rest has not.
    let drain = Duration::from_secs(app.config.drain_seconds);
    let left = || drain.saturating_sub(told.elapsed()).max(END_MIN);
    drop(end);
    if let Some(inside) = inside {
        // Those who watch are not waited for longer than is left.
        let stopped = inside.abort_handle();
        if tokio::time::timeout(left(), inside).await.is_err() {
            stopped.abort();
        }
    }

    match &failed {
        None => tracing::info!("stopping"),
        Some(reason) => tracing::error!(reason, "stopping: the server cannot go on"),
    }
    // What they are at goes on with the next start.
    if tokio::time::timeout(left(), end_work(&app, workers, house)).await.is_err() {
        tracing::warn!("the database did not answer within the drain time: leases end by themselves");
    }
    drop(app);
    if !draining.is_finished() && tokio::time::timeout(left(), draining).await.is_err() {
        tracing::warn!("the writer was still busy when the drain time was over");
    }
    failed.map_or(Ok(()), |reason| Err(anyhow!("the server has stopped: {reason}")))
}

/// Ends what goes on behind the answers.
async fn end_work(app: &App, workers: JoinSet<()>, mut house: JoinSet<()>) {
    workers::stop(&app.import_workers, workers).await;
    house.shutdown().await;
    if let Err(fault) = app.sessions.note_use().await {
        tracing::warn!(%fault, "cannot store the last use of tokens");
    }
    if let Err(fault) = app.activity.write_all().await {
        tracing::warn!(%fault, "cannot write the activity counters");
    }
}

/// A backup that is put to work, however it got here, is not the database that went on after it was made.
async fn renew_copy(store: &Store, now: Timestamp) -> anyhow::Result<()> {
    if store.read("generation.is_copy", async |tx| generation::is_copy(tx).await).await? {
        store.write("generation.renew", async move |tx| generation::renew(tx, now).await).await?;
        tracing::warn!(
            "this database is a copy of a backup: it begins a new generation, and channels read everything again"
        );
    }
    Ok(())
}

fn listen_at(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A server that is started again has the port at once, although connections of the one before still end.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG_MAX)
    };
    listener().with_context(|| format!("cannot listen on {address}"))
}

/// Ends when the files of the database are not those any more that are open.
async fn lost(store: &Store, lock: &WriterLock) -> Error {
    loop {
        tokio::time::sleep(FILES_PAUSE).await;
        if let Err(fault @ Error::Lost(_)) = store.check_files().and_then(|()| lock.check()) {
            return fault;
        }
    }
}

/// Whether the first administrator may have the password that is given, if one is.
fn judge_password(config: &ServeConfig) -> anyhow::Result<()> {
    let given = config.admin_password.as_deref();
    match given.and_then(|password| password::weakness(password, &config.admin_username)) {
        None => Ok(()),
        Some(weakness) => anyhow::bail!("the first administrator's password: {weakness}"),
    }
}

/// Makes the first administrator where there is no user. The password, if it may be shown.
async fn first_admin(store: &Store, config: &ServeConfig, clock: &Clock) -> anyhow::Result<Option<String>> {
    if store.read("accounts.count", async |tx| accounts::count(tx).await).await? > 0 {
        let known = config.demo && config.admin_password.is_none() && has_demo_password(store, config).await?;
        return Ok(known.then(|| DEMO_PASSWORD.to_owned()));
    }
    let (shown, secret) = match &config.admin_password {
        Some(password) => {
            judge_password(config)?;
            (None, password.clone())
        }
        None if config.demo => (Some(DEMO_PASSWORD.to_owned()), DEMO_PASSWORD.to_owned()),
        None => {
            let generated = crate::hex::encode(&token::random::<10>());
            (Some(generated.clone()), generated)
        }
    };
    let new = NewUser { username: config.admin_username.clone(), password: secret, role: Role::Admin, channel: None };
    let made = users::create_first(store, clock, new).await?;
    // Another process that started at the same time may have made it, with a password that is not ours to show.
    Ok(shown.filter(|_| made))
}

/// Whether the administrator still has the password of the demonstration.
async fn has_demo_password(store: &Store, config: &ServeConfig) -> anyhow::Result<bool> {
    let name = config.admin_username.clone();
    let found = store.read("accounts.by_name", async move |tx| accounts::by_name(tx, &name).await).await?;
    let Some(account) = found else { return Ok(false) };
    Ok(tokio::task::spawn_blocking(move || password::verify(DEMO_PASSWORD, &account.password_hash)).await?)
}

fn greet(url: &str, config: &ServeConfig, password: Option<&str>) {
    let address = format!("http://{}", config.listen);
    let opened = config.public_url.as_deref().map_or(&*address, |url| url.trim_end_matches('/'));
    say(format!("Onhand {} listens on {address}", env!("CARGO_PKG_VERSION")));
    say(format!("  screens        {opened}/"));
    if let Some(password) = password {
        say(format!("  administrator  {}, password {password}", config.admin_username));
    }
    say(format!("  database       {}", masked(url)));
    let inside = config.admin_listen.map(|inside| format!("http://{inside}"));
    say(format!("  documentation  {}/api/docs/", inside.as_ref().unwrap_or(&address)));
    if let Some(inside) = &inside {
        say(format!("  metrics        {inside}/metrics"));
    }
    if let Some(password) = password {
        let name = &config.admin_username;
        say("Try the API:");
        say(format!(
            "  curl -s {address}/api/v1/auth/login/ -H 'Content-Type: application/json' \
             -d '{{\"username\": \"{name}\", \"password\": \"{password}\"}}'"
        ));
    }
    if config.demo && !config.listen.ip().is_loopback() {
        tracing::warn!("a demonstration with a well-known password is open to other machines");
    }
}

/// What has to be done now and then: bounded memory, bounded tables, last use of tokens.
async fn keep_house(app: Arc<App>) {
    let holder = crate::hex::encode(&token::random::<8>());
    loop {
        tokio::time::sleep(HOUSEKEEPING).await;
        app.throttle.tidy();
        app.anonymous_limiter.tidy();
        if let Some(free) = app.store.disk_free_bytes().filter(|free| *free < app.config.disk_free_bytes_min) {
            tracing::warn!(free, "the disk of the database is nearly full");
        }
        if let Err(fault) = sweep(&app, holder.clone()).await {
            tracing::warn!(%fault, "cannot delete old rows");
        }
        if let Err(fault) = app.sessions.note_use().await {
            tracing::warn!(%fault, "cannot store the last use of tokens");
        }
    }
}

/// Forgets old answers, imports, batches and reports. Of several processes on one database, one does it.
async fn sweep(app: &App, holder: String) -> Result<(), onhand_store::Error> {
    let now = app.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        let is_ours = leases::claim(tx, "sweep", &holder, now, SWEEP_LEASE_SECONDS).await?;
        if is_ours {
            idempotency::forget(tx, now).await?;
        }
        Ok(is_ours)
    };
    if app.store.write("sweep", body).await? {
        let kept = i64::from(app.config.import_days.get()) * DAY_SECONDS;
        while app.store.write("imports.forget", async move |tx| imports::forget(tx, now, kept).await).await? {}
        let batches = async move |tx: &mut Tx<'_>| batch_requests::forget(tx, now).await;
        while app.store.write("batch_requests.forget", batches).await? {}
        let before = now.minus_seconds(i64::from(app.config.report_days.get()) * DAY_SECONDS);
        let body = async move |tx: &mut Tx<'_>| reports::forget(tx, before, reports::REPORTS_MAX).await;
        while app.store.write("reports.forget", body).await? {}
    }
    Ok(())
}

/// Resolves at the first SIGTERM or SIGINT; the second one ends the process at once. Signals are caught from here on,
/// not only once a task waits for them.
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
            tracing::warn!("signals cannot be caught; the server stops when it is killed");
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(1);
        });
    }
}
