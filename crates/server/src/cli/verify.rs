//! `onhand verify`: the file checked, every number recomputed; exit code 1 when something does not add up.
//!
//! Promises: nothing is written, not even beside the file. Must not repair.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use onhand_store::{Check, Store, verify};

use super::{database, say};
use crate::config::DatabaseConfig;
use crate::services::audit::{self, Audit};

/// How often the check of the file shows that it goes on.
const SPIN: std::time::Duration = std::time::Duration::from_millis(200);

#[derive(clap::Args)]
pub(super) struct VerifyArgs {
    /// One JSON object per difference instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &DatabaseConfig, args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let store = database::open_read_only(config).await?;
    let damages = check_file(&store, args).await?;
    if damages > 0 {
        return Ok(ExitCode::FAILURE);
    }
    database::require_shop(&store).await?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?;
    let progress = ProgressBar::new(audit::rules() as u64).with_style(style);
    let bar = progress.clone();
    let checked = move |rule| {
        bar.set_message(rule);
        bar.inc(1);
    };
    let Audit { extent, differences } = audit::run(&store, checked).await?;
    progress.finish_and_clear();
    for difference in &differences {
        let verify::Difference { rule, id, expected, found } = difference;
        if args.json {
            say(serde_json::json!({"rule": rule, "id": id, "expected": expected, "found": found}).to_string());
        } else {
            say(format!("{rule}: id {id}: expected {expected}, found {found}"));
        }
    }
    let verify::Extent { stocks, movements, reservations, orders } = extent;
    if !args.json {
        say(format!("checked {stocks} stocks, {movements} movements, {reservations} reservations, {orders} orders"));
        say(format!("{} differences", differences.len()));
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Has the file itself checked, and says what is wrong with it; how many faults there are.
async fn check_file(store: &Store, args: &VerifyArgs) -> anyhow::Result<usize> {
    let progress = ProgressBar::new_spinner().with_message("checking the file");
    progress.enable_steady_tick(SPIN);
    let damages = store.check(Check::Whole).await?;
    progress.finish_and_clear();
    for damage in &damages {
        match args.json {
            true => say(serde_json::json!({"rule": "the file is sound", "found": damage}).to_string()),
            false => say(format!("the file is damaged: {damage}")),
        }
    }
    if !damages.is_empty() && !args.json {
        say(format!("{} errors in the file; its numbers were not checked", damages.len()));
    }
    Ok(damages.len())
}
