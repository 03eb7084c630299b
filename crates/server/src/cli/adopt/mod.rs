//! `onhand adopt`: what an existing Omnitron has, into this database, and following it from there on.
//!
//! Promises: only what that server's documents promise is asked for, and nothing is written there; the command may be
//! stopped at any moment and run again. While it writes, no other process does that where only one may. Must not know
//! the rules of stock.

mod adoption;
mod differences;
mod fields;
mod lists;
mod orders;
mod pages;
mod products;
mod report;
mod rows;
mod shadow;
mod source;
mod stocks;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::ValueEnum;
use onhand_core::Timestamp;

use self::adoption::{Adoption, Scope};
use self::report::Report;
use self::shadow::Shadow;
use self::source::Source;
use super::local::LocalClient;
use super::{database, say};
use crate::config::DatabaseConfig;
use crate::remote::Remote;

/// Something was not taken, or differs.
const INCOMPLETE: u8 = 3;
/// Stopped by a signal, as shells say it.
const INTERRUPTED: u8 = 130;
/// Differences that are printed.
const SHOWN: usize = 20;
/// How often what has changed meanwhile is taken before the end.
const CATCH_UPS_MAX: usize = 3;
/// Changes are asked for from a little before the last time on: one may become visible a moment after its time.
const OVERLAP_SECONDS: i64 = 15;

/// What is said below the flags.
pub(super) const EXAMPLES: &str = "\
Examples:
  export ONHAND_ADOPT_TOKEN=…                                a token of a user of the other server
  onhand adopt --from https://omnitron.example.com           take it over; run it again to take what has changed
  onhand adopt --from https://omnitron.example.com --differences differences.csv --json
  onhand adopt --from https://omnitron.example.com --shadow  go on, and say where another quantity is available

Exit codes: 0 everything was taken and nothing differs, 1 it could not be done, 2 wrong usage, 3 something was not taken
or differs, 130 interrupted (what was taken stays)";

#[derive(clap::Args)]
pub(super) struct AdoptArgs {
    /// The server to adopt from, such as https://omnitron.example.com.
    #[arg(long, env = "ONHAND_ADOPT_FROM", value_name = "URL")]
    from: String,

    /// A token of a user of that server. Better in the environment than on the command line, which every user of the
    /// machine can read.
    #[arg(long, env = "ONHAND_ADOPT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: String,

    /// What a level of that server is, where it does not say what can be sold.
    #[arg(long, value_enum, default_value = "written", value_name = "MEANING")]
    level: Level,

    /// Write every stock of which another quantity is available here to a CSV file.
    #[arg(long, value_name = "FILE")]
    differences: Option<PathBuf>,

    /// One JSON object instead of text; with --shadow, one for each event.
    #[arg(long)]
    json: bool,

    /// Go on, take what changes, and say where another quantity is available here.
    #[arg(long)]
    shadow: bool,

    /// Seconds between two rounds of --shadow.
    #[arg(long, default_value_t = 10, value_name = "SECONDS", requires = "shadow",
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,

    /// Seconds for which a difference has to last before it is said.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", requires = "shadow",
        value_parser = clap::value_parser!(u64).range(0..=86_400))]
    grace: u64,

    /// Seconds between two rounds of --shadow that look at everything, not only at what has changed there.
    #[arg(long, default_value_t = 600, value_name = "SECONDS", requires = "shadow",
        value_parser = clap::value_parser!(u64).range(1..=604_800))]
    whole_every: u64,

    /// End --shadow after so many rounds.
    #[arg(long, value_name = "COUNT", requires = "shadow")]
    rounds: Option<u64>,

    /// For how many seconds a request is sent again that gets no answer.
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=86_400))]
    patience: u64,

    /// The user in whose name everything is written. Without it, the first administrator.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
}

/// What a level of the other server is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    /// The level that was written last: what is reserved is still to be subtracted.
    Written,
    /// What can be sold: what is reserved was subtracted.
    Sellable,
}

pub(super) async fn run(config: &DatabaseConfig, args: AdoptArgs) -> anyhow::Result<ExitCode> {
    let remote = Remote::new(&args.from, &args.token).context("--from and --token")?;
    let source = Source::new(remote, Duration::from_secs(args.patience));
    let local = LocalClient::open(config).await?;
    let ended = on_database(&local, source, &args).await;
    local.close().await;
    ended
}

async fn on_database(local: &LocalClient, source: Source, args: &AdoptArgs) -> anyhow::Result<ExitCode> {
    let requester = local.user(args.user.as_deref()).await?;
    // A server that works on the same file keeps pages of it in memory, which would grow old.
    let _lock = database::take_writer_lock(&local.services.store, Duration::ZERO).await?;
    let mut adoption = Adoption::new(source, local.services.clone(), requester);
    adoption.is_sellable = args.level == Level::Sellable;
    let ended = tokio::select! {
        ended = adopt(&mut adoption, args) => Some(ended?),
        _ = tokio::signal::ctrl_c() => None,
    };
    let is_complete = match ended {
        // In the shadow a stop is how it ends.
        None if !args.shadow => {
            eprint("onhand: interrupted; what was taken stays, and the same command takes the rest");
            return Ok(ExitCode::from(INTERRUPTED));
        }
        None => adoption.differences.count() == 0,
        Some(is_complete) => is_complete,
    };
    write_differences(&adoption, args)?;
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// Takes everything, says so, and follows if that is wanted. Whether nothing is left or differs.
async fn adopt(adoption: &mut Adoption, args: &AdoptArgs) -> anyhow::Result<bool> {
    let began = adoption.round(Scope::Whole).await?;
    let began = catch_up(adoption, began).await?;
    let (count, first) =
        (adoption.differences.count(), adoption.differences.first(SHOWN, |list| adoption.known.list_name(list)));
    adoption.report.differ(count, first);
    tell(&adoption.report, args.json);
    let is_incomplete = adoption.report.is_incomplete();
    if !args.shadow {
        return Ok(!is_incomplete);
    }
    Shadow::after(adoption, args, began).run().await;
    Ok(adoption.differences.count() == 0)
}

/// Takes what has changed while everything was read, where the other server can be asked for that; and looks at all
/// stocks again if there are differences and it cannot. What time it was there when the last of that began.
async fn catch_up(adoption: &mut Adoption, began: Option<Timestamp>) -> anyhow::Result<Option<Timestamp>> {
    let whole = adoption.report.clone();
    adoption.is_quiet = true;
    let mut since = began;
    for _ in 0..CATCH_UPS_MAX {
        adoption.report = Report::of(adoption.source.url());
        let scope = since.map_or(Scope::Whole, |since| Scope::Since(since.minus_seconds(OVERLAP_SECONDS)));
        if since.is_none() && adoption.differences.count() == 0 {
            break;
        }
        let began = adoption.round(scope).await?;
        since = began.or(since);
        if adoption.report.changes() == 0 {
            break;
        }
    }
    adoption.report = whole;
    adoption.report.repeated_requests = adoption.source.repeated();
    Ok(since)
}

fn tell(report: &Report, is_json: bool) {
    match is_json {
        true => say(serde_json::to_string(report).unwrap_or_default()),
        false => report.lines().into_iter().for_each(say),
    }
}

fn write_differences(adoption: &Adoption, args: &AdoptArgs) -> anyhow::Result<()> {
    let Some(path) = &args.differences else { return Ok(()) };
    adoption.differences.write(path, |list| adoption.known.list_name(list))
}

fn eprint(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
