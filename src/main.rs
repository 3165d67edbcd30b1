//! Parses the command line, starts what it names, stops when told.

use std::process::ExitCode;

use anyhow::Context as _;
use belowline::cli::{Cli, Command};
use belowline::commands;
use clap::Parser as _;
use tokio::runtime::Builder;

fn main() -> ExitCode {
    // Each text is read by one thread; products of such small matrices only lose by being divided. An error means
    // that there is a pool already, which is as good.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global();
    let cli = Cli::parse();
    // Screening awaits nothing, and a thread for each core would count against its memory.
    let mut runtime = match cli.command {
        Command::Screen(_) => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let done = runtime
        .enable_all()
        .build()
        .context("cannot start the threads of the program")
        .and_then(|runtime| runtime.block_on(commands::run(cli)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // one sentence and its causes; a trace would hide them
            eprintln!("belowline: {error:#}");
            ExitCode::FAILURE
        }
    }
}
