//! The binary `onhand`. Everything is in the library, so that tests can reach it.

use std::process::ExitCode;

use clap::Parser as _;
use onhand::cli::{self, Cli};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
