//! `onhand export`: product stocks as a file, from a running server or a database.

use std::path::PathBuf;

use anyhow::Context as _;

use super::client::{Download, Format, ListKind, StockClient, find_list, save};
use super::local::LocalClient;
use super::remote::ServerArgs;
use crate::config::DatabaseConfig;

/// What is said below the flags.
pub(super) const EXAMPLES: &str = "\
Examples:
  onhand export --list WH-01 --output stock.xlsx     the stocks of a list; the format is told by the name
  onhand export --format json | head                 all stocks
  ONHAND_TOKEN=… onhand export --server https://stock.example.com --list WH-01 --output stock.csv

A file that was exported can be imported again: the columns that an import does not know are passed over.";

#[derive(clap::Args)]
pub(super) struct ExportArgs {
    /// The stock list, by its code or name. Without it, all of them.
    #[arg(long, value_name = "CODE")]
    list: Option<String>,

    /// The format. Without it, that of the output's name; standard output gets CSV.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,

    /// Where the file goes; - is standard output.
    #[arg(long, short, default_value = "-", value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    server: ServerArgs,
}

pub(super) async fn run(config: &DatabaseConfig, args: &ExportArgs) -> anyhow::Result<()> {
    let format = Format::for_file(args.format, &args.output)?;
    if let Some(remote) = args.server.remote()? {
        return export(&remote, args, format).await;
    }
    let inside = LocalClient::open(config).await?;
    let ended = export(&inside, args, format).await;
    inside.close().await;
    ended
}

async fn export(client: &impl StockClient, args: &ExportArgs, format: Format) -> anyhow::Result<()> {
    let list = match &args.list {
        Some(text) => Some(find_list(client, ListKind::Stock, text).await?.id),
        None => None,
    };
    save(client, &Download::Export(list), format, &args.output).await.context("the export did not end well")
}
