//! The files and folders of one data folder.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use super::error::io_error;
use super::{LocalPgError, Options};

/// Absolute paths inside the data folder.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder itself, without symbolic links: the server's working folder is compared with it.
    pub(super) data_dir: PathBuf,
    /// The cluster.
    pub(super) cluster: PathBuf,
    /// The socket's folder, unless its path is too long.
    pub(super) run: PathBuf,
    /// What the server says.
    pub(super) log: PathBuf,
    /// Held by the program that owns the server.
    pub(super) lock: PathBuf,
}

impl Place {
    /// Whether anything has ever been kept in the data folder, or is about to be. Makes nothing.
    pub(super) fn is_in_use(options: &Options) -> bool {
        ["pg", "belowline.lock"]
            .iter()
            .any(|name| options.data_dir.join(name).exists())
    }

    /// Makes the data folder if it is missing. Others may pass through it, as the server's user must, but
    /// not list it.
    pub(super) fn prepare(options: &Options) -> Result<Place, LocalPgError> {
        let given = &options.data_dir;
        DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(given)
            .map_err(io_error("make the data folder", given))?;
        let data_dir = given
            .canonicalize()
            .map_err(io_error("enter the data folder", given))?;
        Ok(Place {
            cluster: data_dir.join("pg"),
            run: data_dir.join("run"),
            log: data_dir.join("pg.log"),
            lock: data_dir.join("belowline.lock"),
            data_dir,
        })
    }
}
