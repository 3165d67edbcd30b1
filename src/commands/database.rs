//! A database to work with, whoever runs it.

use anyhow::bail;
use sqlx::PgPool;

use crate::config::Database;
use crate::local_pg::{self, Attached, LocalPg, LocalPgError};
use crate::site::Site;
use crate::{db, site};

/// `belowline database`
pub(super) async fn run(database: Database) -> anyhow::Result<()> {
    let Database::Private(options) = database else {
        bail!("DATABASE_URL is set, so there is no private database to run");
    };
    local_pg::run_foreground(&options, &mut |line| eprintln!("{line}")).await?;
    Ok(())
}

/// The database of a service: ours to start and stop, or somebody else's.
pub(super) enum Server {
    Theirs(String),
    Ours(LocalPg),
}

impl Server {
    pub(super) async fn start(database: Database) -> anyhow::Result<Self> {
        match database {
            Database::Url(url) => Ok(Self::Theirs(url)),
            Database::Private(options) => Ok(Self::Ours(
                LocalPg::start(&options, &mut |line| eprintln!("{line}")).await?,
            )),
        }
    }

    pub(super) fn url(&self) -> String {
        match self {
            Self::Theirs(url) => url.clone(),
            Self::Ours(own) => own.url(),
        }
    }

    /// Comes back when a database of our own has ended by itself; never for somebody else's.
    pub(super) async fn ended(&mut self) -> LocalPgError {
        match self {
            Self::Theirs(_) => std::future::pending().await,
            Self::Ours(own) => own.ended().await,
        }
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        if let Self::Ours(own) = self {
            own.stop().await?;
        }
        Ok(())
    }
}

/// Runs `work` on the database, beside a running service or alone.
pub(super) async fn with<T, W>(
    database: Database,
    work: impl FnOnce(PgPool, Site) -> W,
) -> anyhow::Result<T>
where
    W: Future<Output = anyhow::Result<T>>,
{
    let attached = match database {
        Database::Url(url) => Attached::Joined { url },
        Database::Private(options) => {
            local_pg::attach_or_start(&options, &mut |line| eprintln!("{line}")).await?
        }
    };
    let result = async {
        db::migrate(&attached.url()).await?;
        let pool = db::connect(&attached.url(), 2).await?;
        let site = site::ensure(&pool, "Belowline").await?;
        let result = work(pool.clone(), site).await;
        pool.close().await;
        result
    };
    let result = result.await;
    attached.stop().await?;
    result
}
