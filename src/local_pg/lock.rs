//! One owner per data folder: a lock that the operating system lets go when its holder ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;

use super::LocalPgError;
use super::error::io_error;
use super::place::Place;

/// Held as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Who has the lock.
pub(super) enum Locked {
    Ours(Lock),
    /// Another program, as `process 123` once it has written its number down.
    Theirs(Option<String>),
}

/// Takes the lock if it is free; never waits.
pub(super) fn take(place: &Place) -> Result<Locked, LocalPgError> {
    let path = &place.lock;
    // Not truncated on opening: the number inside may be another holder's.
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(io_error("open", path))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(io_error("write", path))?;
            writeln!(file, "{}", std::process::id()).map_err(io_error("write", path))?;
            Ok(Locked::Ours(Lock { _file: file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut number = String::new();
            let read = file.read_to_string(&mut number).is_ok();
            let known = read && !number.trim().is_empty();
            Ok(Locked::Theirs(
                known.then(|| format!("process {}", number.trim())),
            ))
        }
        Err(TryLockError::Error(error)) => Err(io_error("lock", path)(error)),
    }
}
