//! Parses the command line, starts what it names, stops when told.

use std::process::ExitCode;

use belowline::cli::Cli;
use belowline::commands;
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    // Each text is read by one thread; products of such small matrices only lose by being divided. An error means
    // that there is a pool already, which is as good.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global();
    match commands::run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // one sentence and its causes; a trace would hide them
            eprintln!("belowline: {error:#}");
            ExitCode::FAILURE
        }
    }
}
