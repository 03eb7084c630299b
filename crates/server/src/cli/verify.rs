//! `onhand verify`: every number recomputed; exit code 1 when something does not add up.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use onhand_store::verify;

use super::{database, say};
use crate::config::DatabaseConfig;

#[derive(clap::Args)]
pub(super) struct Args {
    /// One JSON object per difference instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &DatabaseConfig, args: &Args) -> anyhow::Result<ExitCode> {
    let store = database::open_existing(config).await?;
    let extent = store.survey("verify.extent", async |tx| verify::extent(tx).await).await?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?;
    let progress = ProgressBar::new(verify::rules() as u64).with_style(style);
    // All rules look at one snapshot, so that a running server cannot make them disagree.
    let bar = progress.clone();
    let differences = store
        .survey("verify", async move |tx| {
            let mut all = Vec::new();
            for rule in 0..verify::rules() {
                let (name, found) = verify::check(tx, rule).await?;
                bar.set_message(name);
                bar.inc(1);
                all.extend(found);
            }
            Ok(all)
        })
        .await?;
    progress.finish_and_clear();
    for difference in &differences {
        let verify::Difference { rule, id, expected, found } = difference;
        if args.json {
            say(serde_json::json!({"rule": rule, "id": id, "expected": expected, "found": found}).to_string());
        } else {
            say(format!("{rule}: id {id}: expected {expected}, found {found}"));
        }
    }
    let verify::Extent { stocks, movements, holds, orders } = extent;
    if !args.json {
        say(format!("looked at {stocks} stocks, {movements} movements, {holds} holds, {orders} orders"));
        say(format!("{} differences", differences.len()));
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
