//! Parses the command line and starts what it names.

use std::path::PathBuf;
use std::process::ExitCode;

use belowline::local_pg::{self, Options};
use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the private database alone and print its address
    Database(Folder),
}

#[derive(Args)]
struct Folder {
    /// Where everything is kept
    #[arg(long, env = "BELOWLINE_DATA_DIR", default_value = "data")]
    data_dir: PathBuf,
    /// The folder of PostgreSQL's `postgres` and `initdb`
    #[arg(long, env = "PG_BIN_DIR")]
    pg_bin_dir: Option<PathBuf>,
    /// Who runs the private database when root starts Belowline
    #[arg(long, env = "PG_OS_USER")]
    pg_os_user: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Database(folder) = Cli::parse().command;
    let options = Options {
        data_dir: folder.data_dir,
        bin_dir: folder.pg_bin_dir,
        os_user: folder.pg_os_user,
    };
    let mut say = |line: &str| eprintln!("{line}");
    match local_pg::run_foreground(&options, &mut say).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("belowline: {error}");
            ExitCode::FAILURE
        }
    }
}
