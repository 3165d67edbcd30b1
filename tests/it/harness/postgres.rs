//! A database for each test, on one PostgreSQL server for all of them.
//!
//! The server is `DATABASE_URL_FOR_TESTS`, or a private one that the first test process starts through the program
//! itself and that ends by itself when no test process is left (`holder.sh`). Each database is a copy of a template,
//! which is migrated once for each schema.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use url::Url;

/// A first start makes a cluster; ten other things may be going on.
const PATIENCE: Duration = Duration::from_mins(2);
const PREFIX: &str = "belowline_test_";

/// A migrated, empty database; dropped with its owner.
pub struct Database {
    pub url: String,
    name: String,
}

impl Database {
    pub fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}_{count}", std::process::id());
        let (server, template) = server();
        blocking(async || {
            let mut db = connect(server).await;
            run(
                &mut db,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            )
            .await;
            run(
                &mut db,
                &format!("CREATE DATABASE {name} TEMPLATE {template}"),
            )
            .await;
        });
        Self {
            url: with_name(server, &name),
            name,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, _) = server();
        blocking(async || {
            let mut db = connect(server).await;
            run(
                &mut db,
                &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
            )
            .await;
        });
    }
}

/// Runs to the end on a thread of its own, from code that is asynchronous or not.
fn blocking<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(work())
    };
    std::thread::scope(|scope| scope.spawn(run).join().expect("it ended well"))
}

/// The server's address and the name of the template.
fn server() -> &'static (String, String) {
    static SERVER: OnceLock<(String, String)> = OnceLock::new();
    SERVER.get_or_init(|| {
        let url = std::env::var("DATABASE_URL_FOR_TESTS").unwrap_or_else(|_| private_server());
        let template = blocking(async || template(&url).await);
        (url, template)
    })
}

/// Joins the private server of this checkout, or starts it.
fn private_server() -> String {
    /// Held for as long as this process lives.
    static USER: OnceLock<File> = OnceLock::new();
    let folder = folder();
    let open = |name: &str| {
        let file = File::options()
            .create(true)
            .append(true)
            .open(folder.join(name));
        file.expect("a lock's file")
    };
    let user = open("users");
    user.lock_shared().expect("the server's lock");
    USER.set(user).expect("set once");
    // one process at a time looks whether the server is there
    let starting = open("starting");
    starting.lock().expect("the lock for starting");
    match address(&folder) {
        Some(url) => url,
        None => start(&folder),
    }
}

/// PostgreSQL does not run as root, and its user cannot enter a checkout in root's closed home.
fn folder() -> PathBuf {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = if rustix::process::geteuid().is_root() {
        let hash = Sha256::digest(checkout.as_os_str().as_encoded_bytes());
        std::env::temp_dir().join(format!("belowline-tests-{}", hex(&hash[..6])))
    } else {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres")
    };
    fs::create_dir_all(&folder).expect("a folder");
    fs::set_permissions(&folder, PermissionsExt::from_mode(0o755))
        .expect("open to the server's user");
    let owner = fs::metadata(&folder).expect("the folder").uid();
    assert_eq!(
        owner,
        rustix::process::geteuid().as_raw(),
        "{} is not ours",
        folder.display()
    );
    folder
}

#[expect(
    clippy::zombie_processes,
    reason = "it outlives this process, whose end gives it another parent"
)]
fn start(folder: &Path) -> String {
    let mut holder = Command::new("sh");
    holder
        .args([
            "-c",
            include_str!("holder.sh"),
            "holder",
            env!("CARGO_BIN_EXE_belowline"),
        ])
        .arg(folder)
        .current_dir("/")
        .env_remove("DATABASE_URL")
        // whoever reads the tests' output must not wait for the server's end, nor a Ctrl-C reach it
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    fs::write(folder.join("url"), "").expect("a file");
    let mut holder = holder.spawn().expect("the server's holder");
    let limit = Instant::now() + PATIENCE;
    loop {
        if let Some(url) = address(folder) {
            blocking(async || drop_left_over(&url).await);
            return url;
        }
        let said = || fs::read_to_string(folder.join("said")).unwrap_or_default();
        let over = holder.try_wait().expect("its state");
        assert!(
            over.is_none(),
            "the tests' server does not start: {}",
            said()
        );
        assert!(
            Instant::now() < limit,
            "the tests' server does not start: {}",
            said()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The address that the server has written down, if it answers there.
fn address(folder: &Path) -> Option<String> {
    let url = fs::read_to_string(folder.join("url")).ok()?;
    let url = url.strip_suffix('\n')?.to_owned();
    blocking(async || PgConnection::connect(&url).await.is_ok()).then_some(url)
}

/// What killed tests have left.
async fn drop_left_over(url: &str) {
    let mut db = connect(url).await;
    let names: Vec<String> =
        sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)")
            .bind(PREFIX)
            .fetch_all(&mut db)
            .await
            .expect("names");
    for name in names {
        run(
            &mut db,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
    }
}

/// The database that tests copy, named after the schema in it.
async fn template(url: &str) -> String {
    let mut hash = Sha256::new();
    for migration in belowline::db::MIGRATIONS.iter() {
        hash.update(&*migration.checksum);
    }
    let name = format!("belowline_template_{}", hex(&hash.finalize()[..6]));
    let mut db = connect(url).await;
    // let go of with the connection
    run(&mut db, "SELECT pg_advisory_lock(8051945)").await;
    let is_there =
        sqlx::query_scalar::<_, bool>("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&name);
    if !is_there.fetch_one(&mut db).await.expect("an answer") {
        let making = format!("{name}_making");
        run(
            &mut db,
            &format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"),
        )
        .await;
        run(&mut db, &format!("CREATE DATABASE {making}")).await;
        belowline::db::migrate(&with_name(url, &making))
            .await
            .expect("migrated");
        // the name says that it is whole; waits out the migration's connection, which closes by itself
        let limit = Instant::now() + PATIENCE;
        while let Err(error) = db
            .execute(AssertSqlSafe(format!(
                "ALTER DATABASE {making} RENAME TO {name}"
            )))
            .await
        {
            assert!(Instant::now() < limit, "{error}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    name
}

fn with_name(url: &str, name: &str) -> String {
    let mut url: Url = url.parse().expect("an address");
    url.set_path(name);
    url.into()
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

async fn run(db: &mut PgConnection, command: &str) {
    let done = db.execute(AssertSqlSafe(command.to_owned())).await;
    done.unwrap_or_else(|error| panic!("{command}: {error}"));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
