//! The folder of the server's Unix socket.

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::LocalPgError;
use super::error::io_error;
use super::place::Place;
use super::user::ServerUser;

/// The server names its socket after the port, even when no port is open.
pub(super) const PORT: u16 = 5432;

/// `sockaddr_un` holds 108 bytes, the last of them zero.
const LIMIT: usize = 107;

/// Makes the socket's folder, which only the server's user may enter, and gives its path: `run` in the data
/// folder, or, where that path is too long for a socket, a folder with a name derived from the data folder's
/// among the files that live as long as the session (or the machine) runs.
pub(super) fn prepare(place: &Place, user: &ServerUser) -> Result<PathBuf, LocalPgError> {
    if fits(&place.run) {
        user.private_folder(&place.run)?;
        return Ok(place.run.clone());
    }
    let elsewhere = outside_name(place);
    let folder = common_folders(user)
        .into_iter()
        .map(|common| common.join(&elsewhere))
        .find(|folder| fits(folder))
        .ok_or(LocalPgError::SocketPath { limit: LIMIT })?;
    make_outside(&folder, user)?;
    Ok(folder)
}

/// The socket and its lock file in `folder`.
pub(super) fn files(folder: &Path) -> [PathBuf; 2] {
    let socket = format!(".s.PGSQL.{PORT}");
    let lock = format!("{socket}.lock");
    [folder.join(socket), folder.join(lock)]
}

/// Short enough for a socket, and text, since it becomes part of an address.
fn fits(folder: &Path) -> bool {
    let [socket, _] = files(folder);
    folder.to_str().is_some() && socket.as_os_str().len() <= LIMIT
}

fn outside_name(place: &Place) -> String {
    let digest = Sha256::digest(place.data_dir.as_os_str().as_bytes());
    let hex: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("belowline-{hex}")
}

/// Where short-lived folders go. A session's folder is closed to everybody else, so it is no use when the
/// server runs as another user.
fn common_folders(user: &ServerUser) -> Vec<PathBuf> {
    let session = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| !user.is_other() && folder.is_dir());
    let mut folders: Vec<PathBuf> = session.into_iter().collect();
    folders.push(std::env::temp_dir());
    folders.push(PathBuf::from("/tmp"));
    folders
}

/// Anybody may write to the temp folder, so a folder found there is used only if it is really ours.
fn make_outside(folder: &Path, user: &ServerUser) -> Result<(), LocalPgError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => user.own(folder),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = std::fs::symlink_metadata(folder).map_err(io_error("look at", folder))?;
            let ours = found.is_dir() && found.uid() == user.uid() && found.mode() & 0o077 == 0;
            if ours {
                Ok(())
            } else {
                Err(LocalPgError::SocketFolder(folder.to_owned()))
            }
        }
        Err(error) => Err(io_error("make", folder)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_fits_up_to_the_last_byte_of_a_socket_address() {
        let rest = "/.s.PGSQL.5432".len();
        for (length, expected) in [(LIMIT - rest, true), (LIMIT - rest + 1, false)] {
            let folder = PathBuf::from("x".repeat(length));
            assert_eq!(fits(&folder), expected, "{length} bytes");
        }
    }
}
