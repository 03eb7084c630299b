//! `onhand-testbed`: a PostgreSQL for a command, or for a person.
//!
//! Promises: the server is gone when the command or the person is.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use onhand_testbed::{Cluster, SERVER_VARIABLE, Settings};

/// Starts a PostgreSQL of its own on a private port, and stops it again.
#[derive(Parser)]
#[command(name = "onhand-testbed", version, about)]
struct Cli {
    #[command(subcommand)]
    what: What,
    /// Keep what was acknowledged through a crash of the machine, as in production.
    #[arg(long, global = true)]
    durable: bool,
    /// An option of the server, as name=value; again for more.
    #[arg(short = 'c', global = true, value_name = "NAME=VALUE")]
    options: Vec<String>,
}

#[derive(Subcommand)]
enum What {
    /// Runs a command with the server's URL in TEST_POSTGRES_URL, and ends as it ends.
    Run {
        /// The command, after --
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Prints the server's URL and stays until its input ends.
    Serve,
}

fn main() -> ExitCode {
    run(Cli::parse()).unwrap_or_else(|fault| {
        let _ = writeln!(std::io::stderr(), "onhand-testbed: {fault:#}");
        ExitCode::FAILURE
    })
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let settings = Settings { durable: cli.durable, options: cli.options, ..Settings::default() };
    let cluster = Cluster::start(&settings)?;
    let url = cluster.url("postgres");
    match cli.what {
        What::Run { command } => {
            let (program, arguments) = command.split_first().context("the command line asks for one")?;
            let ended = Command::new(program).args(arguments).env(SERVER_VARIABLE, url).status();
            let ended = ended.with_context(|| format!("starting {}", program.display()))?;
            // As a shell says that it was killed.
            let code = ended.code().or(ended.signal().map(|signal| 128 + signal)).unwrap_or(1);
            Ok(ExitCode::from(code as u8))
        }
        What::Serve => {
            writeln!(std::io::stdout(), "{url}")?;
            std::io::stdin().read_to_end(&mut Vec::new())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
