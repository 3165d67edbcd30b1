//! The program under test, its data folder, and the means to kill both.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Pid;
use sqlx::{Connection, PgConnection};

pub use rustix::process::Signal;

/// Longer than anything takes, even on a machine that does ten other things.
const LIMIT: Duration = Duration::from_mins(2);
/// `nobody`: an ordinary user who exists everywhere.
const ORDINARY: u32 = 65534;

/// Runs the scenario in a fresh folder for the user who runs the tests, and for an ordinary one if that is root.
pub async fn each_user(scenario: impl AsyncFn(Folder)) {
    scenario(Folder::ours()).await;
    if rustix::process::geteuid().is_root() {
        scenario(Folder::of(Some(ORDINARY))).await;
    }
}

/// Waits for a condition; fails when it does not come true.
pub async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let limit = Instant::now() + LIMIT;
    while !condition().await {
        assert!(Instant::now() < limit, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

pub async fn one(db: &mut PgConnection, query: &'static str) -> String {
    sqlx::query_scalar(query)
        .fetch_one(db)
        .await
        .expect("a value")
}

pub fn kill(pid: Pid) {
    // It may have ended by itself.
    let _ = rustix::process::kill_process(pid, Signal::KILL);
}

/// A data folder; everything that works in it is killed when it goes.
pub struct Folder {
    path: PathBuf,
    /// Who runs the program, if not we.
    uid: Option<u32>,
    /// Removes the files; folders below another folder have none.
    _home: Option<tempfile::TempDir>,
}

impl Folder {
    pub fn ours() -> Folder {
        Folder::of(None)
    }

    fn of(uid: Option<u32>) -> Folder {
        let home = tempfile::Builder::new()
            .prefix("bl")
            .tempdir()
            .expect("a folder");
        // Open to other users, who are to run the program or its server.
        fs::set_permissions(home.path(), PermissionsExt::from_mode(0o755)).expect("open");
        let home_path = home.path().canonicalize().expect("a real path");
        let folder = Folder {
            path: home_path.join("data"),
            uid,
            _home: Some(home),
        };
        fs::create_dir(&folder.path).expect("a folder");
        folder.give("");
        folder
    }

    pub fn below(&self, name: &str) -> Folder {
        Folder {
            path: self.path.join(name),
            uid: self.uid,
            _home: None,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn is_roots(&self) -> bool {
        self.uid.is_none() && rustix::process::geteuid().is_root()
    }

    /// Gives a file in it to the user who runs the server.
    pub fn give(&self, name: &str) {
        let owner = match self.uid {
            Some(uid) => Some(uid),
            None if self.is_roots() && !name.is_empty() => Some(ORDINARY),
            None => None,
        };
        chown(self.path.join(name), owner, owner).expect("given");
    }

    pub fn holds(&self, name: &str) -> bool {
        self.path.join(name).exists()
    }

    pub fn metadata(&self, name: &str) -> fs::Metadata {
        fs::metadata(self.path.join(name)).expect("it is there")
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path.join(name)).expect("readable")
    }

    /// Overwrites or makes a file, which then belongs to the owner of its folder.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path.join(name);
        fs::write(&path, text).expect("written");
        let folder = fs::metadata(path.parent().expect("a folder")).expect("a folder");
        chown(&path, Some(folder.uid()), Some(folder.gid())).expect("given");
    }

    pub fn last_log_line(&self) -> String {
        let log = self.read("pg.log");
        let line = log.lines().last().unwrap_or_default();
        line.rsplit("LOG:")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    pub fn side_folder_has(&self, name: &str) -> bool {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries
            .filter(|e| e.file_name().to_string_lossy().starts_with("pg.new-"))
            .any(|e| e.path().join(name).exists())
    }

    pub fn postmaster(&self) -> Pid {
        let text = self.read("pg/postmaster.pid");
        let number = text.lines().next().and_then(|line| line.parse().ok());
        number.and_then(Pid::from_raw).expect("a process number")
    }

    /// All processes that have the cluster as their working folder.
    pub fn server_processes(&self) -> Vec<Pid> {
        let cluster = self.path.join("pg");
        let entries = fs::read_dir("/proc").expect("processes").flatten();
        entries
            .filter(|e| fs::read_link(e.path().join("cwd")).is_ok_and(|cwd| cwd == cluster))
            .filter_map(|e| Pid::from_raw(e.file_name().to_str()?.parse().ok()?))
            .collect()
    }

    pub fn kill_server(&self) {
        self.server_processes().into_iter().for_each(kill);
    }

    /// A process that has nothing to do with us, but the same user as the server.
    pub fn stranger(&self) -> Program {
        let owner = self.metadata("pg");
        let mut command = Command::new("sleep");
        command.arg("1000");
        if rustix::process::geteuid().is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        Program {
            child: command.spawn().expect("sleep"),
            url: String::new(),
            said: PathBuf::new(),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.kill_server();
    }
}

/// A running `belowline database`; killed when it goes.
pub struct Program {
    child: Child,
    url: String,
    said: PathBuf,
}

impl Program {
    /// Started, and its database open.
    pub async fn start(folder: &Folder) -> Program {
        let mut program = Program::start_without_waiting(folder);
        let printed = program.said.with_extension("out");
        let limit = Instant::now() + LIMIT;
        loop {
            let state = program.child.try_wait().expect("its state");
            let text = fs::read_to_string(&printed).expect("its output");
            if let Some(address) = text.strip_suffix('\n') {
                program.url = address.to_owned();
                return program;
            }
            let said = fs::read_to_string(&program.said).unwrap_or_default();
            assert!(state.is_none(), "it ended: {said}");
            assert!(
                Instant::now() < limit,
                "it does not open its database: {said}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn start_without_waiting(folder: &Folder) -> Program {
        let output = tempfile::Builder::new()
            .prefix("bl")
            .tempdir()
            .expect("a folder")
            .keep();
        let said = output.join("said.err");
        let mut command = Command::new(executable(folder, &output));
        command
            .args(["database", "--data-dir"])
            .arg(&folder.path)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(fs::File::create(said.with_extension("out")).expect("a file"))
            .stderr(fs::File::create(&said).expect("a file"));
        if let Some(uid) = folder.uid {
            command.uid(uid).gid(uid);
        }
        Program {
            child: command.spawn().expect("the program"),
            url: String::new(),
            said,
        }
    }

    /// Started in vain; what it said.
    pub async fn fails(folder: &Folder) -> String {
        Program::start_without_waiting(folder).ends_badly().await
    }

    /// Ends by itself, with a failure; what it said.
    pub async fn ends_badly(mut self) -> String {
        let status = self.wait().await;
        let said = fs::read_to_string(&self.said).expect("its words");
        assert_eq!(status.code(), Some(1), "{said}");
        said
    }

    pub fn number(&self) -> u32 {
        self.child.id()
    }

    pub fn is_alive(&self) -> bool {
        rustix::process::test_kill_process(Pid::from_child(&self.child)).is_ok()
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn connect(&self) -> PgConnection {
        connect(&self.url).await
    }

    /// Commits one more row; how many there are then.
    pub async fn add_row(&self) -> usize {
        let mut db = self.connect().await;
        for query in [
            "CREATE TABLE IF NOT EXISTS kept (n int)",
            "INSERT INTO kept VALUES (1)",
        ] {
            sqlx::query(query)
                .execute(&mut db)
                .await
                .expect("committed");
        }
        let rows = one(&mut db, "SELECT count(*)::text FROM kept").await;
        db.close().await.expect("closed");
        rows.parse().expect("a number")
    }

    pub async fn until_query_runs(&self, like: &str) {
        until("the query runs", async || {
            let count: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 \
                 AND pid <> pg_backend_pid()",
            )
            .bind(like)
            .fetch_one(&mut self.connect().await)
            .await
            .expect("a number");
            count > 0
        })
        .await;
    }

    /// Told to stop, and stopped with success.
    pub async fn stop(mut self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.child), signal).expect("told");
        let status = self.wait().await;
        let said = fs::read_to_string(&self.said).unwrap_or_default();
        assert!(status.success(), "{status:?}: {said}");
    }

    pub async fn kill(mut self) {
        kill(Pid::from_child(&self.child));
        let status = self.wait().await;
        assert_eq!(status.signal(), Some(9));
    }

    async fn wait(&mut self) -> std::process::ExitStatus {
        let limit = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status;
            }
            assert!(Instant::now() < limit, "it does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        kill(Pid::from_child(&self.child));
        let _ = self.child.wait();
        if let Some(folder) = self.said.parent().filter(|f| !f.as_os_str().is_empty()) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// The program's file, where the user can reach it: root's checkout may be closed to everybody else.
fn executable(folder: &Folder, output: &Path) -> PathBuf {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_belowline"));
    if folder.uid.is_none() {
        return built;
    }
    fs::set_permissions(output, PermissionsExt::from_mode(0o755)).expect("open");
    let copy = output.join("belowline");
    if fs::hard_link(&built, &copy).is_err() {
        fs::copy(&built, &copy).expect("a copy");
    }
    copy
}
