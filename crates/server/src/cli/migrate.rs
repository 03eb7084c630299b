//! `onhand migrate`: the schema brought up to date, or looked at; exit code 1 when something is missing.

use std::process::ExitCode;

use super::{database, say};
use crate::config::DatabaseConfig;

#[derive(clap::Args)]
pub(super) struct MigrateArgs {
    /// Change nothing: print what is missing, and exit with 1 if anything is.
    #[arg(long)]
    check: bool,
    /// Also distribute the tables over the machines of a Citus cluster. Stop all servers before, and start them after.
    #[arg(long, conflicts_with = "check")]
    citus: bool,
}

pub(super) async fn run(config: &DatabaseConfig, args: &MigrateArgs) -> anyhow::Result<ExitCode> {
    if args.citus {
        let store = database::connect_existing(config).await?;
        let run = store.distribute().await?;
        run.iter().for_each(|statement| say(format!("{statement};")));
        say(if run.is_empty() {
            "every table is where it belongs, nothing to do"
        } else {
            "every table is where it belongs"
        });
        return Ok(ExitCode::SUCCESS);
    }
    if args.check {
        let store = database::connect_existing(config).await?;
        let schema = store.schema().await?;
        schema.missing.iter().for_each(|step| say(format!("missing: migration {}, {}", step.version, step.name)));
        say(match schema.missing.is_empty() {
            true => format!("schema version {}, nothing to do", schema.version),
            false => format!("schema version {}", schema.version),
        });
        return Ok(if schema.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let store = database::connect(config).await?;
    let ran = store.migrate().await?;
    ran.iter().for_each(|step| say(format!("ran migration {}, {}", step.version, step.name)));
    let version = store.schema().await?.version;
    say(format!("schema version {version}{}", if ran.is_empty() { ", nothing to do" } else { "" }));
    Ok(ExitCode::SUCCESS)
}
