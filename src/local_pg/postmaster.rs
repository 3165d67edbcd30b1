//! Which server processes run on a cluster, as the operating system sees it.
//!
//! The server's own `postmaster.pid` cannot be trusted alone: after a crash its number may belong to anybody.
//! A server's processes have the cluster as their working folder, and that is what is asked here.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Pid;

/// A server that runs now.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) pid: Pid,
    /// Where its socket is; it may have been started by a program with other surroundings than ours.
    pub(super) socket_dir: PathBuf,
}

/// The file in which a server writes down its process number and socket folder.
pub(super) fn pid_file(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// The server that runs on this cluster, if one does.
pub(super) fn running(cluster: &Path) -> Option<Running> {
    let text = fs::read_to_string(pid_file(cluster)).ok()?;
    let running = parse(&text)?;
    is_server(running.pid, cluster).then_some(running)
}

/// Line 1 is the process number, line 5 the folder of the socket (absent for a moment while it starts).
fn parse(text: &str) -> Option<Running> {
    let mut lines = text.lines();
    let pid = Pid::from_raw(lines.next()?.trim().parse().ok()?)?;
    let socket_dir = PathBuf::from(lines.nth(3)?);
    Some(Running { pid, socket_dir })
}

/// Whether this process is a PostgreSQL process that works on this cluster.
pub(super) fn is_server(pid: Pid, cluster: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    let named = fs::read_to_string(process.join("comm")).is_ok_and(|c| c.trim() == "postgres");
    named && fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == cluster)
}

/// All PostgreSQL processes that work on this cluster.
pub(super) fn processes(cluster: &Path) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .filter(|pid| is_server(*pid, cluster))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_is_read_and_a_half_written_one_is_not() {
        let whole = "4711\n/data/pg\n1795300000\n5432\n/data/run\n\n  1234 5\nready   \n";
        let found = parse(whole).expect("a whole file");
        assert_eq!(found.pid.as_raw_nonzero().get(), 4711);
        assert_eq!(found.socket_dir, PathBuf::from("/data/run"));
        for broken in [
            "",
            "4711\n",
            "4711\n/data/pg\n1795300000\n5432\n",
            "x\n\n\n\n/run\n",
        ] {
            assert!(parse(broken).is_none(), "{broken:?}");
        }
    }
}
