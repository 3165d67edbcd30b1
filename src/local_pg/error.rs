//! What can go wrong with the private database, said to the person who has to mend it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private database could not be started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum LocalPgError {
    /// No usable `postgres` and `initdb` on this machine.
    #[error(
        "no PostgreSQL server was found ({searched}). Run `scripts/setup`, or `apt-get install postgresql`, \
         or set DATABASE_URL to a database of your own"
    )]
    NoBinaries {
        /// Where it was looked for.
        searched: String,
    },
    /// The binaries found are of another major version than the cluster.
    #[error(
        "the database in {} was made by PostgreSQL {cluster}, but only {found} was found. Install \
         PostgreSQL {cluster}, or name its folder in PG_BIN_DIR", .folder.display()
    )]
    WrongMajor {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version that made it.
        cluster: u32,
        /// What is installed, in words.
        found: String,
    },
    /// A one-off command was pointed at a folder in which no Belowline keeps its data.
    #[error(
        "there is no Belowline in {}. Name its folder with --data-dir or BELOWLINE_DATA_DIR, or its database with \
         DATABASE_URL; `belowline serve` makes a new one", .0.display()
    )]
    Missing(PathBuf),
    /// Another program holds the data folder.
    #[error(
        "another Belowline ({}) is using the data folder {}. Stop it first, or choose another folder \
         with --data-dir", .holder.as_deref().unwrap_or("process unknown"), .data_dir.display()
    )]
    InUse {
        /// The folder in question.
        data_dir: PathBuf,
        /// The other program, as `process 123`.
        holder: Option<String>,
    },
    /// The operating-system user for the server does not exist or cannot be used.
    #[error("the database server cannot run as the user {name}: {reason}")]
    OsUser {
        /// The user's name.
        name: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// The server's user may not enter a folder on the way to the data folder.
    #[error(
        "the database server runs as the user {user}, who may not enter {}. Choose a data folder that is \
         not inside it, for example --data-dir /var/lib/belowline", .folder.display()
    )]
    Unreachable {
        /// The server's user.
        user: String,
        /// The first folder that is closed to that user.
        folder: PathBuf,
    },
    /// No place for the socket has a path that is short enough.
    #[error(
        "no folder for the database's socket has a path of at most {limit} bytes; \
         choose a shorter --data-dir"
    )]
    SocketPath {
        /// The longest path in bytes that the operating system takes.
        limit: usize,
    },
    /// The folder for the socket outside the data folder belongs to somebody else.
    #[error("the folder {} for the database's socket belongs to another user; remove it", .0.display())]
    SocketFolder(PathBuf),
    /// `initdb` failed.
    #[error("the database could not be made: {0}")]
    Initdb(String),
    /// The server ended while it was being started.
    #[error("the database server did not start. It said:\n{log}\n(the whole log is {})", .path.display())]
    Ended {
        /// The last lines of the log.
        log: String,
        /// The log file.
        path: PathBuf,
    },
    /// The server ended while it was in use.
    #[error("the database server ended by itself; see {}", .log.display())]
    EndedByItself {
        /// The log file.
        log: PathBuf,
    },
    /// The server neither ended nor took connections in time.
    #[error("the database server took no connection in {seconds} s. It said:\n{log}")]
    Silent {
        /// How long it was waited for.
        seconds: u64,
        /// The last lines of the log.
        log: String,
    },
    /// The server could not be stopped.
    #[error("the database server did not stop: {0}")]
    Stop(String),
    /// The server answers, but not as it should.
    #[error("the private database refused a request: {0}")]
    Database(#[from] sqlx::Error),
    /// A file or folder could not be used.
    #[error("could not {doing} {}: {source}", .path.display())]
    Io {
        /// What was attempted, as in “read”.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Names the attempt and the file in an I/O error: `.map_err(io_error("read", path))`.
pub(super) fn io_error(
    doing: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> LocalPgError + use<> {
    let path = path.to_owned();
    move |source| LocalPgError::Io {
        doing,
        path,
        source,
    }
}
