//! One server process: adopted or started, waited for, and stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::binaries::Binaries;
use super::error::io_error;
use super::place::Place;
use super::user::ServerUser;
use super::{LocalPgError, PAUSE, Progress, connect, postmaster, socket};

/// A start after a crash first replays the log, at most 1 GB of it; five minutes do for slow disks too.
const START_LIMIT: Duration = Duration::from_mins(5);
/// How long an orderly shutdown (it writes everything to disk) may take before it is cut short.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// The log begins anew at a start when it is longer than this many bytes; one old log is kept.
const LOG_LIMIT: u64 = 10 << 20;
/// How many bytes of the log an error quotes.
const LOG_TAIL: u64 = 2000;

/// Our server. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    /// Present if we started the process; an adopted one is no child of ours.
    child: Option<Child>,
    place: Place,
    socket_dir: PathBuf,
}

impl Server {
    /// Adopts the server that a killed program left running, or starts one; back when it takes connections.
    pub(super) async fn start(
        place: &Place,
        binaries: &Binaries,
        user: &ServerUser,
        socket_dir: &Path,
        progress: Progress<'_>,
    ) -> Result<Server, LocalPgError> {
        let limit = Instant::now() + START_LIMIT;
        // An orphan may also be on its way down; then it ends, and we start our own.
        while let Some(found) = postmaster::running(&place.cluster) {
            if connect::server_is_ready(&found.socket_dir).await {
                progress("Taking over the database that is already running");
                return Ok(Server {
                    pid: found.pid,
                    child: None,
                    place: place.clone(),
                    socket_dir: found.socket_dir,
                });
            }
            pause_until(limit, place).await?;
        }
        // Until the processes of a killed server have let go of its memory, no new server can start.
        while leftovers_remain(&place.cluster) {
            pause_until(limit, place).await?;
        }
        remove_stale(place, socket_dir);
        progress("Starting the database");
        let mut server = Server::spawn(place, binaries, user, socket_dir)?;
        while !connect::server_is_ready(socket_dir).await {
            if !server.is_running() {
                return Err(LocalPgError::Ended {
                    log: log_tail(&place.log),
                    path: place.log.clone(),
                });
            }
            pause_until(limit, place).await?;
        }
        Ok(server)
    }

    /// `postgres` itself rather than `pg_ctl`: one process to watch, and nothing inherits our pipes.
    fn spawn(
        place: &Place,
        binaries: &Binaries,
        user: &ServerUser,
        socket_dir: &Path,
    ) -> Result<Server, LocalPgError> {
        let log = open_log(&place.log)?;
        user.own(&place.log)?;
        let copy = log.try_clone().map_err(io_error("open", &place.log))?;
        let postgres = binaries.postgres();
        let child = user
            .command(&postgres)
            .arg("-D")
            .arg(&place.cluster)
            // Given here, these win over the files: whatever an operator writes there, the socket stays ours.
            .args(["-c", "listen_addresses="])
            .args(["-c", &format!("port={}", socket::PORT)])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", quoted(socket_dir)))
            .stdout(Stdio::from(log))
            .stderr(Stdio::from(copy))
            .spawn()
            .map_err(io_error("run", &postgres))?;
        Ok(Server {
            pid: Pid::from_child(&child),
            child: Some(child),
            place: place.clone(),
            socket_dir: socket_dir.to_owned(),
        })
    }

    pub(super) fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    pub(super) fn is_running(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => postmaster::is_server(self.pid, &self.place.cluster),
        }
    }

    /// What to say when the server has ended without being asked to.
    pub(super) fn own_end(&self) -> LocalPgError {
        LocalPgError::EndedByItself {
            log: self.place.log.clone(),
        }
    }

    /// Asks for a fast shutdown (ends sessions, writes everything out) and waits for it; a server that hangs
    /// is told to drop everything, which loses nothing that was committed.
    pub(super) fn stop(&mut self) -> Result<(), LocalPgError> {
        for signal in [Signal::INT, Signal::QUIT] {
            let limit = Instant::now() + STOP_LIMIT;
            while self.is_running() {
                if Instant::now() > limit {
                    break;
                }
                // Repeated, because a server that has only just been started may not listen yet.
                match kill_process(self.pid, signal) {
                    Ok(()) | Err(Errno::SRCH) => {}
                    Err(error) => return Err(LocalPgError::Stop(error.to_string())),
                }
                std::thread::sleep(PAUSE);
            }
        }
        if self.is_running() {
            let number = self.pid.as_raw_nonzero();
            return Err(LocalPgError::Stop(format!("process {number} goes on")));
        }
        self.remove_outside_folder();
        Ok(())
    }

    /// A socket folder outside the data folder is ours to clear away; `run` may stay.
    fn remove_outside_folder(&self) {
        if !self.socket_dir.starts_with(&self.place.data_dir) {
            // It may be gone already, as this runs once for the stop and once for the drop.
            let _ = fs::remove_dir(&self.socket_dir);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to be told; the next start adopts a server that did not stop.
        let _ = self.stop();
    }
}

async fn pause_until(limit: Instant, place: &Place) -> Result<(), LocalPgError> {
    if Instant::now() > limit {
        return Err(LocalPgError::Silent {
            seconds: START_LIMIT.as_secs(),
            log: log_tail(&place.log),
        });
    }
    tokio::time::sleep(PAUSE).await;
    Ok(())
}

/// Whether processes of a killed server remain. They end by themselves as soon as they notice, and are asked
/// to, in case one is in the middle of a long query.
fn leftovers_remain(cluster: &Path) -> bool {
    let left = postmaster::processes(cluster);
    for pid in &left {
        // It may have ended this very moment, which is what we want.
        let _ = kill_process(*pid, Signal::TERM);
    }
    !left.is_empty()
}

/// Removes what a killed server left behind. The server does that itself, unless another process has got the
/// number that is written there. To be called only when no server runs on this cluster; where processes
/// cannot be seen, nobody knows, and the files stay.
fn remove_stale(place: &Place, socket_dir: &Path) {
    if !Path::new("/proc/self/cwd").exists() {
        return;
    }
    let [socket, lock] = socket::files(socket_dir);
    for file in [postmaster::pid_file(&place.cluster), socket, lock] {
        // Mostly not there; if it cannot be removed, the server will say so in its log.
        let _ = fs::remove_file(file);
    }
}

/// The setting is a list: quotes keep a comma in the path from ending an entry.
fn quoted(folder: &Path) -> String {
    format!("\"{}\"", folder.to_string_lossy().replace('"', "\"\""))
}

fn open_log(path: &Path) -> Result<File, LocalPgError> {
    if fs::metadata(path).is_ok_and(|found| found.len() > LOG_LIMIT) {
        fs::rename(path, path.with_extension("log.1")).map_err(io_error("rename", path))?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        // Root may be working in another user's folder, and must not be led out of it by a link.
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
        .map_err(io_error("open", path))
}

/// The last lines that the server wrote; empty if there are none.
fn log_tail(path: &Path) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    read().unwrap_or_default()
}
