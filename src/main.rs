//! Parses the command line, starts what it names, stops when told.

use std::process::ExitCode;

use belowline::cli::Cli;
use belowline::commands;
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    match commands::run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // one sentence and its causes; a trace would hide them
            eprintln!("belowline: {error:#}");
            ExitCode::FAILURE
        }
    }
}
