//! `belowline database`: the private database alone, for `psql`, backups and repairs.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::error::io_error;
use super::{LocalPg, LocalPgError, Options, Progress};

/// Runs the private database until SIGINT or SIGTERM, with its address as the only line on standard output.
///
/// # Errors
/// As [`LocalPg::start`] and [`LocalPg::stop`]; also when the server ends by itself.
pub async fn run_foreground(options: &Options, progress: Progress<'_>) -> Result<(), LocalPgError> {
    let listen = |kind| signal(kind).map_err(io_error("listen for signals in", &options.data_dir));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut database = tokio::select! {
        started = LocalPg::start(options, progress) => started?,
        () = either(&mut interrupt, &mut terminate) => return Ok(()),
    };
    println!("{}", database.url());
    let trouble = tokio::select! {
        trouble = database.ended() => Some(trouble),
        () = either(&mut interrupt, &mut terminate) => None,
    };
    database.stop().await?;
    trouble.map_or(Ok(()), Err)
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
