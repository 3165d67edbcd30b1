//! Belowline's own private PostgreSQL, for when no `DATABASE_URL` is given.
//!
//! Real server binaries, found on the machine, run a cluster that belongs to one data folder:
//!
//! | in the data folder | is |
//! |---|---|
//! | `pg/` | the cluster (data checksums and fsync on) |
//! | `run/` | the Unix socket; only the server's user may enter, and no TCP port is open |
//! | `pg.log`, `pg.log.1` | what the server says, now and before |
//! | `belowline.lock` | held by the program that owns the server |
//!
//! Whoever holds the lock owns the server. A server whose owner was killed is adopted by the next one.
//! PostgreSQL refuses to run as root, so a program started by root runs it as the user `postgres`.

mod binaries;
mod cluster;
mod connect;
mod error;
mod foreground;
mod lock;
mod place;
mod postmaster;
mod server;
mod socket;
mod user;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use binaries::Binaries;
use lock::{Lock, Locked};
use place::Place;
use server::Server;
use user::ServerUser;

pub use error::LocalPgError;
pub use foreground::run_foreground;

/// Called with one short line for each step that a person may have to wait for.
pub type Progress<'a> = &'a mut (dyn FnMut(&str) + Send);

/// How long a one-off command waits for the program that holds the folder to open its database.
/// The slowest case is a first start (about 5 s on a loaded machine), hence a generous minute.
const ATTACH_LIMIT: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(50);

/// Where the private database lives and what runs it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that everything is kept in; made when it is missing.
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb`; searched for when absent (setting `PG_BIN_DIR`).
    pub bin_dir: Option<PathBuf>,
    /// The user who runs the server when Belowline is started by root (setting `PG_OS_USER`);
    /// when absent, the owner of the existing cluster, else `postgres`.
    pub os_user: Option<String>,
}

/// A running private server and the right to stop it.
///
/// [`LocalPg::stop`] shuts it down and says whether that worked; dropping it does the same, silently, and
/// blocks the thread for as long as the server takes (well under a second, unless it is busy).
#[derive(Debug)]
pub struct LocalPg {
    // Order matters: fields drop from the top, and the lock may go only after the server.
    server: Server,
    lock: Lock,
}

impl LocalPg {
    /// Starts the server of this folder, making the cluster and the database `belowline` first if need be.
    ///
    /// # Errors
    /// Another program uses the folder, no server binaries are found, or the server does not start; each
    /// message says what to do about it.
    pub async fn start(options: &Options, progress: Progress<'_>) -> Result<LocalPg, LocalPgError> {
        let place = Place::prepare(options)?;
        match lock::take(&place)? {
            Locked::Ours(lock) => start_locked(options, &place, lock, progress).await,
            Locked::Theirs(holder) => Err(LocalPgError::InUse {
                data_dir: place.data_dir,
                holder,
            }),
        }
    }

    /// The address of the database, for any PostgreSQL client on this machine:
    /// `postgres://belowline@localhost/belowline?host=<percent-encoded folder of the socket>`.
    #[must_use]
    pub fn url(&self) -> String {
        connect::url(self.server.socket_dir())
    }

    /// Shuts the server down: open transactions are rolled back, everything committed is on disk.
    ///
    /// # Errors
    /// The server did not end, not even when told to abandon everything.
    pub async fn stop(self) -> Result<(), LocalPgError> {
        let LocalPg { mut server, lock } = self;
        // The lock travels with the server: it is let go when the server has ended, not before.
        let stopped = tokio::task::spawn_blocking(move || {
            let outcome = server.stop();
            drop(lock);
            outcome
        });
        stopped
            .await
            .map_err(|panic| LocalPgError::Stop(panic.to_string()))?
    }

    /// Comes back when the server has ended without being asked to, with words for it. The program should end
    /// then too: whoever supervises it starts it again, and that start repairs what can be repaired.
    pub async fn ended(&mut self) -> LocalPgError {
        while self.server.is_running() {
            tokio::time::sleep(PAUSE * 4).await;
        }
        self.server.own_end()
    }
}

/// A database to work with for the length of one command.
#[derive(Debug)]
pub enum Attached {
    /// Another Belowline runs it and goes on running it.
    Joined {
        /// The address of the database, as [`LocalPg::url`] gives it.
        url: String,
    },
    /// Started for this command alone.
    Started(LocalPg),
}

impl Attached {
    /// The address of the database, as [`LocalPg::url`] gives it.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Attached::Joined { url } => url.clone(),
            Attached::Started(own) => own.url(),
        }
    }

    /// Stops the server if it was started for this command; leaves another program's server alone.
    ///
    /// # Errors
    /// As [`LocalPg::stop`].
    pub async fn stop(self) -> Result<(), LocalPgError> {
        match self {
            Attached::Joined { .. } => Ok(()),
            Attached::Started(own) => own.stop().await,
        }
    }
}

/// For one-off commands: joins the server that a running Belowline keeps on this folder, or starts one on what is there.
/// Makes no new database: whoever mistypes the folder would look for their accounts in it.
///
/// # Errors
/// [`LocalPgError::Missing`] when there is none; otherwise as [`LocalPg::start`]; also when the program that holds the
/// folder opens no database within a minute.
pub async fn attach_or_start(
    options: &Options,
    progress: Progress<'_>,
) -> Result<Attached, LocalPgError> {
    let missing = || LocalPgError::Missing(options.data_dir.clone());
    if !Place::is_in_use(options) {
        return Err(missing());
    }
    let place = Place::prepare(options)?;
    let limit = Instant::now() + ATTACH_LIMIT;
    loop {
        let holder = match lock::take(&place)? {
            Locked::Ours(_) if cluster::major(&place)?.is_none() => return Err(missing()),
            Locked::Ours(lock) => {
                let own = start_locked(options, &place, lock, progress).await?;
                return Ok(Attached::Started(own));
            }
            Locked::Theirs(holder) => holder,
        };
        if let Some(running) = postmaster::running(&place.cluster)
            && connect::database_is_there(&running.socket_dir).await
        {
            let url = connect::url(&running.socket_dir);
            return Ok(Attached::Joined { url });
        }
        // The holder is on its way up or down; either the database opens or the lock comes free.
        if Instant::now() > limit {
            return Err(LocalPgError::InUse {
                data_dir: place.data_dir,
                holder,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn start_locked(
    options: &Options,
    place: &Place,
    lock: Lock,
    progress: Progress<'_>,
) -> Result<LocalPg, LocalPgError> {
    let user = ServerUser::resolve(options.os_user.as_deref(), &place.cluster)?;
    user.check_reach(&place.data_dir)?;
    let major = cluster::major(place)?;
    let binaries = Binaries::find(options.bin_dir.as_deref(), major)?;
    if major.is_none() {
        progress("Making the database (first start only)");
        cluster::make(place, &binaries, &user).await?;
    }
    let socket_dir = socket::prepare(place, &user)?;
    let server = Server::start(place, &binaries, &user, &socket_dir, progress).await?;
    connect::create_database(server.socket_dir()).await?;
    Ok(LocalPg { server, lock })
}
