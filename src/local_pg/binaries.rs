//! Finds the PostgreSQL server programs on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::LocalPgError;

/// The oldest major version whose `initdb` knows all the options that we give it.
const OLDEST: u32 = 14;

/// The folder of one PostgreSQL's `postgres` and `initdb`, and its major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The named folder only, or else the first fitting one of all known places.
    /// `wanted` is the cluster with its major version, when there is one already.
    pub(super) fn find(
        bin_dir: Option<&Path>,
        wanted: Option<(u32, &Path)>,
    ) -> Result<Binaries, LocalPgError> {
        let (found, searched) = match bin_dir {
            Some(dir) => (
                inspect(dir).into_iter().collect(),
                format!("PG_BIN_DIR is {}", dir.display()),
            ),
            None => (
                known_places().iter().filter_map(|d| inspect(d)).collect(),
                "looked along PATH and in /usr/lib/postgresql".to_owned(),
            ),
        };
        choose(found, wanted, searched)
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }
}

/// A cluster can be run only by the major version that made it; a new one takes the first that is new enough.
fn choose(
    found: Vec<Binaries>,
    wanted: Option<(u32, &Path)>,
    searched: String,
) -> Result<Binaries, LocalPgError> {
    let Some((major, folder)) = wanted else {
        return found
            .into_iter()
            .find(|b| b.major >= OLDEST)
            .ok_or(LocalPgError::NoBinaries {
                searched: format!("{searched}; version {OLDEST} or newer is needed"),
            });
    };
    let versions: Vec<String> = found.iter().map(|b| b.major.to_string()).collect();
    if versions.is_empty() {
        return Err(LocalPgError::NoBinaries { searched });
    }
    found
        .into_iter()
        .find(|b| b.major == major)
        .ok_or_else(|| LocalPgError::WrongMajor {
            folder: folder.to_owned(),
            cluster: major,
            found: format!("version {}", versions.join(", ")),
        })
}

/// PATH first, because that is what the operator sees; then Debian's places and those of the PostgreSQL
/// project's own packages, the newest first.
fn known_places() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(versioned(Path::new("/usr/lib/postgresql"), ""));
    places.extend(versioned(Path::new("/usr"), "pgsql-"));
    places.push(PathBuf::from("/usr/local/pgsql/bin"));
    places
}

/// The `bin` folders of `parent/<prefix><number>`, the highest number first.
fn versioned(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let names = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut numbered: Vec<(u32, PathBuf)> = names
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, bin)| bin).collect()
}

/// `None` unless both programs are there and the server says its version.
fn inspect(dir: &Path) -> Option<Binaries> {
    // The real folder: the server finds its libraries and catalogues relative to where it really is.
    let real = dir.join("postgres").canonicalize().ok()?;
    let dir = real.parent()?.to_owned();
    if !dir.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(&real).arg("--version").output().ok()?;
    let major = parse_major(&String::from_utf8_lossy(&output.stdout))?;
    Some(Binaries { dir, major })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → 15.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_prints() {
        for (printed, major) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18.6\n", Some(18)),
            ("postgres (PostgreSQL) 19beta1\n", Some(19)),
            ("postgres (PostgreSQL) devel\n", None),
            ("", None),
        ] {
            assert_eq!(parse_major(printed), major, "{printed:?}");
        }
    }

    #[test]
    fn a_cluster_gets_its_own_major_and_a_new_one_the_first_that_is_new_enough() {
        for (found, wanted, chosen) in [
            (&[13, 17, 16][..], None, Ok(17)),
            (&[17, 15], Some(15), Ok(15)),
            (&[17, 15], Some(16), Err("PostgreSQL 16")),
            (&[12], None, Err("scripts/setup")),
            (&[], None, Err("apt-get install postgresql")),
            (&[], Some(15), Err("DATABASE_URL")),
        ] {
            let list = found.iter().map(|major| Binaries {
                dir: PathBuf::from("/bin"),
                major: *major,
            });
            let wanted = wanted.map(|major| (major, Path::new("/data/pg")));
            let outcome = choose(list.collect(), wanted, "nowhere".to_owned());
            match (outcome, chosen) {
                (Ok(binaries), Ok(major)) => assert_eq!(binaries.major, major),
                (Err(error), Err(words)) => {
                    assert!(error.to_string().contains(words), "{error}");
                }
                (outcome, chosen) => panic!("{outcome:?} is not {chosen:?}"),
            }
        }
    }
}
