//! The command line. Each subcommand is a file; each prints for people on standard output, logs go to standard error.

mod adopt;
mod backup;
mod client;
mod copy;
mod database;
mod export;
mod import;
mod local;
mod migrate;
mod progress;
mod remote;
mod restore;
mod serve;
mod settings;
mod token;
mod user;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::{DatabaseConfig, LogConfig, ServeConfig};
use crate::logs;

/// A stock and reservation server that never sells a unit twice.
#[derive(Parser)]
#[command(name = "onhand", version, about, long_about = None)]
pub struct Cli {
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Subcommand)]
enum CliCommand {
    /// Run the server.
    Serve(ServeConfig),
    /// Make users, list them, change their passwords.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make, list and revoke tokens of a user.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Recompute every number, and report each difference from the stored one.
    Verify(verify::VerifyArgs),
    /// Bring the schema of the database up to date; serve does that too.
    Migrate(migrate::MigrateArgs),
    /// Copy an embedded database into a file, also while a server uses it.
    #[command(after_help = backup::EXAMPLES)]
    Backup(backup::BackupArgs),
    /// Restore a backup to a place where there is no database.
    #[command(after_help = restore::EXAMPLES)]
    Restore(restore::RestoreArgs),
    /// Move a whole database to another one, of the same or another kind, and verify it there.
    Copy(copy::CopyArgs),
    /// Take over an existing Omnitron through its API, and follow it beside it.
    #[command(after_help = adopt::EXAMPLES)]
    Adopt(adopt::AdoptArgs),
    /// Import a file of stock into a list, on a running server or on a database.
    #[command(after_help = import::EXAMPLES)]
    Import(import::ImportArgs),
    /// Write product stocks to a file, from a running server or a database.
    #[command(after_help = export::EXAMPLES)]
    Export(export::ExportArgs),
    /// Show the settings that a server would run with, secrets masked.
    Config(ServeConfig),
    /// Print the licences of the software that is part of this program.
    Licenses,
}

/// See `tests/dependencies/notices.py`.
const THIRD_PARTY: &str = include_str!("../../../../THIRD-PARTY.txt");

/// Runs the command line. What went wrong is said in one line.
pub fn run(cli: Cli) -> ExitCode {
    let _flush = Flush;
    obey(cli).unwrap_or_else(|fault| {
        logs::say(&format!("onhand: {fault:#}"));
        ExitCode::FAILURE
    })
}

/// How long the end of the program waits for work in threads whose callers have gone.
const LEFT_MAX: Duration = Duration::from_secs(1);

/// Has the log written at the end, also where that is a panic.
struct Flush;

impl Drop for Flush {
    fn drop(&mut self) {
        logs::flush();
    }
}

fn obey(cli: Cli) -> anyhow::Result<ExitCode> {
    let is_server = matches!(cli.command, CliCommand::Serve(_));
    logs::start(&cli.log, is_server)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let database = &cli.database;
    let ended = runtime.block_on(async {
        match cli.command {
            CliCommand::Serve(config) => serve::run(database, config).await?,
            CliCommand::User(command) => user::run(database, command).await?,
            CliCommand::Token(command) => token::run(database, command).await?,
            CliCommand::Verify(args) => return verify::run(database, &args).await,
            CliCommand::Backup(args) => backup::run(database, &args).await?,
            CliCommand::Restore(args) => restore::run(database, &args).await?,
            CliCommand::Copy(args) => copy::run(database, args).await?,
            CliCommand::Migrate(args) => return migrate::run(database, &args).await,
            CliCommand::Adopt(args) => return adopt::run(database, args).await,
            CliCommand::Import(args) => return import::run(database, args).await,
            CliCommand::Export(args) => export::run(database, &args).await?,
            CliCommand::Config(_) => settings::run(),
            CliCommand::Licenses => say(THIRD_PARTY.trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    });
    // A thread that still reads a file for a caller that has gone delays nothing.
    runtime.shutdown_timeout(LEFT_MAX);
    ended
}

/// Prints a line for a person. A reader that has gone away (`| head`) is no error.
pub(crate) fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", line.as_ref());
}
