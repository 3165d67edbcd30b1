//! The connection pool and the migrations.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The schema's history, compiled into the program.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// How many connections one process holds at most.
pub const POOL_SIZE: u32 = 10;

/// How long a start waits for its first connection.
const FIRST_CONNECTION: Duration = Duration::from_secs(5);

/// A pool whose every connection gives up rather than waits: a statement after 2 s, a lock after 500 ms, a
/// forgotten transaction after 5 s, so that one slow row cannot take the whole site with it.
///
/// # Errors
/// When `url` is not a PostgreSQL address or no connection can be made within 5 s.
pub async fn connect(url: &str, size: u32) -> anyhow::Result<PgPool> {
    let options: PgConnectOptions = url
        .parse()
        .context("the database address is not of the form postgres://user@host/name")?;
    let options = options.application_name("belowline").options([
        ("statement_timeout", "2s"),
        ("lock_timeout", "500ms"),
        ("idle_in_transaction_session_timeout", "5s"),
        ("client_connection_check_interval", "5s"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(1))
        .max_lifetime(Duration::from_mins(10))
        .before_acquire(|connection, _| Box::pin(is_clean(connection)))
        .connect_lazy_with(options);
    first_connection(&pool)
        .await
        .context("cannot reach the database: is it running, and is DATABASE_URL right?")?;
    Ok(pool)
}

/// A request waits for a connection for a second; a start, on a machine that does other things too, for longer.
async fn first_connection(pool: &PgPool) -> Result<(), sqlx::Error> {
    let limit = Instant::now() + FIRST_CONNECTION;
    loop {
        match pool.acquire().await {
            Ok(_) => return Ok(()),
            Err(sqlx::Error::PoolTimedOut) if Instant::now() < limit => {}
            Err(error) => return Err(error),
        }
    }
}

/// Is this connection outside any transaction and on a server that takes writes?
///
/// A future that is dropped during BEGIN gives its connection back with an open transaction (sqlx issue
/// 4385), and after a failover a pool can stay on a server that has become read-only. Both show here: by
/// the simple protocol, `now()` is the statement's own time only outside a transaction.
async fn is_clean(connection: &mut sqlx::PgConnection) -> Result<bool, sqlx::Error> {
    use sqlx::Row as _;
    let check = "SELECT now() = statement_timestamp() AND current_setting('transaction_read_only') = 'off' AS clean";
    match sqlx::Executor::fetch_one(connection, sqlx::raw_sql(check)).await {
        Ok(row) => row.try_get("clean"),
        // aborted transaction, closed socket: the pool opens another
        Err(_) => Ok(false),
    }
}

/// Brings the schema up to this program's version. Several processes may start at once: sqlx holds an
/// advisory lock while one of them migrates. On a connection of its own, because a migration may take
/// longer than a request is allowed to.
///
/// # Errors
/// When the database cannot be reached, a migration fails, or the schema was made by a newer program.
pub async fn migrate(url: &str) -> anyhow::Result<()> {
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(url)
        .await
        .context("cannot reach the database: is it running, and is DATABASE_URL right?")?;
    MIGRATIONS
        .run(&mut connection)
        .await
        .context("cannot bring the database schema up to date")?;
    Ok(())
}

/// Refuses a server that may forget what it has acknowledged.
///
/// # Errors
/// Names the setting that is off and how to turn it on.
pub async fn check_durability(db: &PgPool) -> anyhow::Result<()> {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(db)
            .await?;
        anyhow::ensure!(
            value != "off",
            "the PostgreSQL server runs with {setting} = off and could lose comments it has accepted: set {setting} = on"
        );
    }
    Ok(())
}

/// Runs a unit of writing to its end even if whoever waits for it goes away: a reader who closes the page in
/// the middle of a transaction must not leave it open on a pooled connection.
///
/// # Errors
/// Those of `work`; a panic inside it is an internal error.
pub async fn to_the_end<T, W>(work: W) -> crate::error::Result<T>
where
    T: Send + 'static,
    W: Future<Output = crate::error::Result<T>> + Send + 'static,
{
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(panic) => Err(crate::error::Error::Internal(anyhow::anyhow!(
            "a unit of work stopped: {panic}"
        ))),
    }
}
