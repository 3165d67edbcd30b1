//! Makes the cluster, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::LocalPgError;
use super::binaries::Binaries;
use super::error::io_error;
use super::place::Place;
use super::user::ServerUser;

/// Side folders in which clusters are made begin with this.
const SIDE: &str = "pg.new-";

/// Appended to the cluster's `postgresql.conf`; an operator may add lines below, the last one counts.
const SETTINGS: &str = "
# --- Belowline ---
max_connections = 100
# Modest: the whole of Belowline is meant to fit a small machine.
shared_buffers = 64MB
# The log must never hold what readers write: neither the failing statement nor the row in question.
log_min_error_statement = panic
log_error_verbosity = terse
";

/// Trust is safe here: only the server's user and root can enter the socket's folder, and no port is open.
const ACCESS: &str = "# Belowline: through the private socket only\nlocal all all trust\n";

/// The cluster's major version and folder, or `None` if there is no cluster yet.
pub(super) fn major(place: &Place) -> Result<Option<(u32, &Path)>, LocalPgError> {
    let path = place.cluster.join("PG_VERSION");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(io_error("read", &path))?,
    };
    let number = text.trim().parse().map_err(|_| {
        let odd = std::io::Error::new(ErrorKind::InvalidData, "it holds no version number");
        io_error("use", &path)(odd)
    })?;
    Ok(Some((number, place.cluster.as_path())))
}

/// Makes the cluster in a side folder and renames that when it is complete, so that a crash at any moment
/// leaves either a whole cluster or none.
pub(super) async fn make(
    place: &Place,
    binaries: &Binaries,
    user: &ServerUser,
) -> Result<(), LocalPgError> {
    remove_unfinished(place);
    // A new name each time: an `initdb` that outlived its program may still be writing to the old one.
    let side = place
        .data_dir
        .join(format!("{SIDE}{:016x}", rand::random::<u64>()));
    user.private_folder(&side)?;
    initdb(&side, binaries, user).await?;
    append(&side.join("postgresql.conf"), SETTINGS)?;
    fs::write(side.join("pg_hba.conf"), ACCESS).map_err(io_error("write", &side))?;
    fs::rename(&side, &place.cluster).map_err(io_error("name the database", &place.cluster))?;
    sync_folder(&place.data_dir)
}

async fn initdb(side: &Path, binaries: &Binaries, user: &ServerUser) -> Result<(), LocalPgError> {
    let mut command = tokio::process::Command::from(user.command(&binaries.initdb()));
    let output = command
        .arg("--pgdata")
        .arg(side)
        .args(["--username", "belowline", "--auth", "trust"])
        // Letters of all languages are letters, yet texts sort by code point: fast, and the same everywhere.
        .args(["--encoding", "UTF8", "--locale", "C"])
        .args(["--lc-ctype", "C.UTF-8"])
        .args(["--data-checksums", "--no-instructions"])
        .kill_on_drop(true)
        .output()
        .await
        .map_err(io_error("run", &binaries.initdb()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(LocalPgError::Initdb(said))
}

/// What an earlier crash left behind. What cannot be removed is only a waste of space, so errors are let be.
fn remove_unfinished(place: &Place) {
    let entries = fs::read_dir(&place.data_dir)
        .into_iter()
        .flatten()
        .flatten();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(SIDE) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn append(path: &Path, text: &str) -> Result<(), LocalPgError> {
    let written = OpenOptions::new()
        .append(true)
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
    written.map_err(io_error("write", path))
}

fn sync_folder(folder: &Path) -> Result<(), LocalPgError> {
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(io_error("sync", folder))
}
