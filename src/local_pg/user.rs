//! The operating-system user who runs the server: ourselves, or somebody else when we are root.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::LocalPgError;
use super::error::io_error;

/// Who runs the server when root starts Belowline and nothing else is said.
const DEFAULT_USER: &str = "postgres";

/// The user and group that the server's processes get.
#[derive(Clone, Debug)]
pub(super) struct ServerUser {
    name: String,
    uid: u32,
    gid: u32,
    /// Whether that is somebody else than the user who runs this program.
    switch: bool,
}

impl ServerUser {
    /// An ordinary user runs the server himself. Root hands it to `wanted`, else to whoever owns the
    /// cluster that is there, else to `postgres`.
    pub(super) fn resolve(
        wanted: Option<&str>,
        cluster: &Path,
    ) -> Result<ServerUser, LocalPgError> {
        let uid = rustix::process::geteuid().as_raw();
        let gid = rustix::process::getegid().as_raw();
        let owner = std::fs::metadata(cluster).ok().map(|m| (m.uid(), m.gid()));
        let user = match (wanted, owner) {
            (Some(name), _) => look_up(name)?,
            (None, _) if uid != 0 => ServerUser::numbered(uid, gid),
            (None, Some((owner, group))) => ServerUser::numbered(owner, group),
            (None, None) => look_up(DEFAULT_USER)?,
        };
        let switch = user.uid != uid;
        match owner {
            _ if user.uid == 0 => {
                Err(user.refuse("PostgreSQL does not run as root; name another user in PG_OS_USER"))
            }
            _ if switch && uid != 0 => Err(user.refuse("only root can start it as somebody else")),
            Some((owner, _)) if owner != user.uid => Err(user.refuse(&format!(
                "{} belongs to the user number {owner}",
                cluster.display()
            ))),
            _ => Ok(ServerUser { switch, ..user }),
        }
    }

    fn numbered(uid: u32, gid: u32) -> ServerUser {
        ServerUser {
            name: format!("number {uid}"),
            uid,
            gid,
            switch: false,
        }
    }

    fn refuse(&self, reason: &str) -> LocalPgError {
        LocalPgError::OsUser {
            name: self.name.clone(),
            reason: reason.to_owned(),
        }
    }

    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// Whether the server runs as somebody else than this program.
    pub(super) fn is_other(&self) -> bool {
        self.switch
    }

    /// A command that runs as this user, in a process group of its own (so that Ctrl-C reaches this program
    /// alone), away from folders that the user may not enter, and without the `PG…` variables of whoever
    /// started us, which would change what the server does.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        // Messages in English: they go to one log file and into our error texts.
        command.env("LC_ALL", "C");
        if self.switch {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or folder that we made to this user.
    pub(super) fn own(&self, path: &Path) -> Result<(), LocalPgError> {
        if !self.switch {
            return Ok(());
        }
        lchown(path, Some(self.uid), Some(self.gid)).map_err(io_error("give away", path))
    }

    /// Makes the folder if it is missing; in any case nobody but this user may enter it afterwards.
    pub(super) fn private_folder(&self, folder: &Path) -> Result<(), LocalPgError> {
        std::fs::create_dir_all(folder).map_err(io_error("make", folder))?;
        // Root may be working in another user's folder, and must not be led out of it by a link.
        if folder.is_symlink() {
            let link = std::io::Error::from(std::io::ErrorKind::NotADirectory);
            return Err(io_error("use the link", folder)(link));
        }
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
            .map_err(io_error("set the permissions of", folder))?;
        self.own(folder)
    }

    /// Whether this user may enter every folder down to `folder` (which must be absolute).
    pub(super) fn check_reach(&self, folder: &Path) -> Result<(), LocalPgError> {
        if !self.switch {
            return Ok(());
        }
        let mut way: Vec<&Path> = folder.ancestors().collect();
        way.reverse();
        for step in way {
            let found = std::fs::metadata(step).map_err(io_error("look at", step))?;
            let enter = match found.mode() {
                mode if found.uid() == self.uid => mode & 0o100,
                mode if found.gid() == self.gid => mode & 0o010,
                mode => mode & 0o001,
            };
            if enter == 0 {
                return Err(LocalPgError::Unreachable {
                    user: self.name.clone(),
                    folder: step.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Asks `id`, which also knows users who are kept elsewhere than in `/etc/passwd`.
fn look_up(name: &str) -> Result<ServerUser, LocalPgError> {
    let number = |option: &str| -> Option<u32> {
        let arguments = [option, "--", name].map(OsStr::new);
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    match (number("-u"), number("-g")) {
        (Some(uid), Some(gid)) => Ok(ServerUser {
            name: name.to_owned(),
            uid,
            gid,
            switch: false,
        }),
        _ => Err(LocalPgError::OsUser {
            name: name.to_owned(),
            reason: "there is no such user; make one, or name another in PG_OS_USER".to_owned(),
        }),
    }
}
