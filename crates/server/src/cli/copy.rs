//! `onhand copy`: a whole database into an empty one, so that one may start embedded and grow.

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use onhand_store::copy::{self, CopyProgress};

use super::{database, say};
use crate::config::DatabaseConfig;
use crate::database_url::masked;

#[derive(clap::Args)]
pub(super) struct CopyArgs {
    /// The database to read. Stop the servers that write it: what they write later is not copied.
    #[arg(long, env = "ONHAND_COPY_FROM", value_name = "URL", hide_env_values = true)]
    from: String,

    /// The database to fill: an empty one. A file is made if it is not there.
    #[arg(long, env = "ONHAND_COPY_TO", value_name = "URL", hide_env_values = true)]
    to: String,
}

pub(super) async fn run(config: &DatabaseConfig, args: CopyArgs) -> anyhow::Result<()> {
    let of = |url: &str| DatabaseConfig { database: url.to_owned(), ..config.clone() };
    let source = database::open_read_only(&of(&args.from)).await?;
    let target = database::connect(&of(&args.to)).await?;
    let bar = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} rows, {per_sec}, {msg}")?);
    let shown = bar.clone();
    let told = move |progress| match progress {
        CopyProgress::Begins(rows) => shown.set_length(rows as u64),
        CopyProgress::Copied(table, rows) => {
            shown.set_message(table);
            shown.inc(rows as u64);
        }
        CopyProgress::Checks(rule) => shown.set_message(rule),
    };
    let copied = copy::run(&source, &target, told).await;
    bar.finish_and_clear();
    let copied = copied.with_context(|| format!("cannot copy to {}", masked(&args.to)))?;
    copied.iter().for_each(|copied| say(format!("{}\t{}", copied.table, copied.rows)));
    let rows: i64 = copied.iter().map(|copied| copied.rows).sum();
    say(format!("copied {rows} rows, 0 differences"));
    Ok(())
}
