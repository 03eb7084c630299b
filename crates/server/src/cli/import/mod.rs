//! `onhand import`: a file into a stock list or a price list, from its sending to the result of each row.
//!
//! Promises: the same lines and exit codes whether a server does it or this process; work that goes on when the command
//! waits no more is named. Must not know how either does it.

mod columns;
mod on_database;
mod on_server;
mod report;
mod target;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use self::columns::ColumnArgs;
use self::on_database::OnDatabase;
use self::on_server::OnServer;
use self::report::Report;
use self::target::{ImportOptions, ImportTarget, Outgoing, Step};
use super::client::{Download, Format, ListKind, find_list, save};
use super::progress::Progress;
use super::remote::ServerArgs;
use super::say;
use crate::config::DatabaseConfig;

/// Some rows were not taken.
const SOME_FAILED: u8 = 3;
/// The file was of no use.
const FILE_FAILED: u8 = 4;
/// Stopped by a signal, as shells say it.
const INTERRUPTED: u8 = 130;
/// The pauses between two looks: short at first, because most files are.
const PAUSE: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// What is said below the flags.
pub(super) const EXAMPLES: &str = "\
Examples:
  onhand import --list WH-01 stock.csv --dry-run        say what would change, and how to apply just that
  onhand import --apply KEY                             apply it; rows written since fail (--force writes them)
  onhand import --list WH-01 count.xlsx --mode replace  stocks that are not in the file become 0
  onhand import --list WH-01 logo.xlsx --sku-column 'Malzeme Kodu' --warehouse Merkez   choose columns; remembered
  onhand import --price-list PL-01 prices.csv --dry-run prices, whose list has a currency
  onhand import --undo KEY                              undo it, except rows whose stock has changed since
  onhand import --watch KEY --result result.xlsx        every row with its result
  ONHAND_TOKEN=… onhand import --server https://stock.example.com --list WH-01 stock.csv

Exit codes: 0 all rows were taken, 1 it could not be done, 2 wrong usage, 3 some rows were not taken,
4 the file is of no use, 130 interrupted (what was sent goes on)";

#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// The file: CSV, XLSX, XLS or ODS, recognised by its content.
    #[arg(required_unless_present_any = ["apply", "undo", "watch"], conflicts_with_all = ["apply", "undo", "watch"])]
    file: Option<PathBuf>,

    /// The stock list, by its code or name.
    #[arg(long, value_name = "CODE", required_unless_present_any = ["price_list", "apply", "undo", "watch"])]
    list: Option<String>,

    /// The price list, by its code or name, for a file of prices.
    #[arg(
        long,
        value_name = "CODE",
        conflicts_with_all = ["list", "mode", "amount_column", "time_column", "warehouse_column", "warehouse"]
    )]
    price_list: Option<String>,

    /// What the rows of the file are.
    #[arg(long, value_enum, default_value = "upsert", value_name = "MODE")]
    mode: RowMode,

    /// A dry run: decide every row and change nothing.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    columns: ColumnArgs,

    /// Apply a dry run.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["undo", "watch", "dry_run"])]
    apply: Option<String>,

    /// Write rows, too, whose stock was written since the dry run.
    #[arg(long, requires = "apply")]
    force: bool,

    /// Undo an import, except rows whose stock has changed since.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["watch", "dry_run"])]
    undo: Option<String>,

    /// Wait for an import that was begun before, and show its result.
    #[arg(long, value_name = "KEY", conflicts_with = "dry_run")]
    watch: Option<String>,

    /// Also write every row with its result to a file: CSV, or a workbook if its name ends in .xlsx.
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,

    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,

    /// On a database: the user of the import. Without it, the first administrator.
    #[arg(long, value_name = "NAME", conflicts_with = "server")]
    user: Option<String>,

    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum RowMode {
    /// The stock level of a row is written.
    Upsert,
    /// The same, and stocks that are not in the file get the level 0.
    Replace,
    /// The quantity of a row is a difference.
    Adjust,
}

impl RowMode {
    const fn word(self) -> &'static str {
        match self {
            Self::Upsert => "upsert",
            Self::Replace => "replace",
            Self::Adjust => "adjust",
        }
    }
}

pub(super) async fn run(config: &DatabaseConfig, args: ImportArgs) -> anyhow::Result<ExitCode> {
    args.result.as_deref().map(result_format).transpose()?;
    match args.server.remote()? {
        Some(remote) => carry_out(OnServer::new(remote), &args).await,
        None => carry_out(OnDatabase::open(config, args.user.as_deref()).await?, &args).await,
    }
}

async fn carry_out(mut place: impl ImportTarget, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let begun = OnceLock::new();
    let ended = tokio::select! {
        ended = import(&mut place, args, &begun) => ended.map(Some),
        _ = tokio::signal::ctrl_c() => Ok(None),
    };
    let (flags, left) = (place.flags(), place.when_left());
    let code = match ended {
        Ok(Some(report)) => {
            tell(&flags, &report, args.json);
            save_result(&place, &report, args.result.as_deref()).await.map(|()| code(&report))
        }
        Ok(None) => {
            interrupted(begun.get(), &flags, left);
            Ok(ExitCode::from(INTERRUPTED))
        }
        Err(fault) => Err(fault),
    };
    place.close().await;
    code
}

async fn import(place: &mut impl ImportTarget, args: &ImportArgs, begun: &OnceLock<String>) -> anyhow::Result<Report> {
    let key = begin(place, args).await?;
    wait(place, begun.get_or_init(|| key)).await
}

/// Begins what is asked for. What it is called.
async fn begin(place: &mut impl ImportTarget, args: &ImportArgs) -> anyhow::Result<String> {
    let wanted = args.list.as_ref().map(|text| (ListKind::Stock, text));
    let list = match wanted.or(args.price_list.as_ref().map(|text| (ListKind::Price, text))) {
        Some((kind, text)) => Some((kind, find_list(place.client(), kind, text).await?)),
        None => None,
    };
    if let (Some(path), Some((kind, list))) = (&args.file, &list) {
        let mapping = args.columns.mapping();
        let wish = ImportOptions { mode: args.mode.word(), is_dry_run: args.dry_run, mapping };
        return place.send((*kind, list.id), Outgoing::open(path)?, wish).await;
    }
    let key = args.apply.as_ref().or(args.undo.as_ref()).or(args.watch.as_ref()).context("nothing is asked for")?;
    if let Some((kind, list)) = list
        && let Some(report) = place.report(key, false).await?
        && report.list() != Some((kind, list.id))
    {
        bail!("the import {key} is not one of the list {}", list.name);
    }
    match (&args.apply, &args.undo) {
        (Some(_), _) => place.follow(key, Step::Apply { force: args.force }).await,
        (_, Some(_)) => place.follow(key, Step::Undo).await,
        _ => Ok(key.clone()),
    }
}

/// Waits for the end of an import.
async fn wait(place: &mut impl ImportTarget, key: &str) -> anyhow::Result<Report> {
    let mut progress = Progress::begin("done", false);
    let (mut pause, mut remark, mut delayed) = (PAUSE, None, None);
    loop {
        if let Some(report) = place.report(key, false).await? {
            progress.at(report.processed.unsigned_abs(), report.total.unsigned_abs());
            if report.delayed != delayed {
                report.delayed.iter().for_each(|told| progress.note(&report::shown(told)));
                delayed.clone_from(&report.delayed);
            }
            if report.is_over()
                && let Some(report) = place.report(key, true).await?
            {
                return Ok(report);
            }
        }
        if place.remark() != remark {
            remark = place.remark();
            remark.into_iter().for_each(|remark| progress.note(remark));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn save_result(place: &impl ImportTarget, report: &Report, path: Option<&Path>) -> anyhow::Result<()> {
    let (Some(path), Some((kind, list))) = (path, report.list()) else { return Ok(()) };
    let format = result_format(path)?;
    save(place.client(), &Download::Result { kind, list, key: report.cache_key.clone() }, format, path).await
}

/// A result is rows of the file that was sent, so it is a table.
fn result_format(path: &Path) -> anyhow::Result<Format> {
    match Format::for_file(None, path)? {
        Format::Json => {
            bail!("the result of an import is a table: let the name {} end with csv or xlsx", path.display())
        }
        format => Ok(format),
    }
}

fn tell(flags: &str, report: &Report, is_json: bool) {
    if is_json {
        say(serde_json::to_string(report).unwrap_or_default());
        return;
    }
    report.lines().into_iter().for_each(say);
    let key = &report.cache_key;
    if report.fail_count > report.errors.len() as i64 {
        say(format!("\nevery row with its result:\n  onhand import{flags} --watch {key} --result result.csv"));
    }
    if report.has_failed() || report.created + report.updated == 0 {
        return;
    }
    let next = match report.task.as_str() {
        "dry_run" => format!("nothing is written; to apply exactly this:\n  onhand import{flags} --apply {key}"),
        "import" | "apply" => format!("to take it back:\n  onhand import{flags} --undo {key}"),
        _ => return,
    };
    say(format!("\n{next}"));
}

fn code(report: &Report) -> ExitCode {
    match (report.has_failed(), report.fail_count) {
        (true, _) => ExitCode::from(FILE_FAILED),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::from(SOME_FAILED),
    }
}

fn interrupted(key: Option<&String>, flags: &str, left: &str) {
    use std::io::Write as _;
    let line = match key {
        Some(key) => format!("onhand: interrupted; {left}. To see how it ends: onhand import{flags} --watch {key}"),
        None => "onhand: interrupted before the file was sent; nothing is imported".to_owned(),
    };
    let _ = writeln!(std::io::stderr(), "{line}");
}
