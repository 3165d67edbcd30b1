//! The only file that knows every room: what the server is made of, and its start and end.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::comment::{Hub, Wake};
use crate::config::{Config, PublicUrl};
use crate::screener::ScreenerCommand;
use crate::screening::{self, Screening};
use crate::site::Site;
use crate::web::{Chrome, MAX_BODY, errors, headers};
use crate::{
    account, assets, comment, db, health, limit, openapi, page, perspective, policy, review, site,
    telemetry,
};

/// How long requests in flight may take to end when the server is told to stop, in seconds.
const LAST_REQUESTS_S: u64 = 8;
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// What a server is started with.
pub struct Start {
    pub database_url: String,
    pub config: Config,
    pub screener: ScreenerCommand,
    pub screening: screening::Settings,
    /// what `/metrics` shows; none in tests that start several servers in one process
    pub metrics: Option<PrometheusHandle>,
}

/// A server that runs.
pub struct Running {
    pub db: PgPool,
    pub site: Site,
    pub public_url: PublicUrl,
    pub address: SocketAddr,
    pub ops_address: SocketAddr,
    pub wake: Wake,
    handles: Vec<ServerHandle>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// What every handler may ask for.
#[derive(Clone)]
struct Parts {
    db: PgPool,
    site: Site,
    config: Config,
    hub: Hub,
    analyses: perspective::Analyses,
    quotas: perspective::Quotas,
    wake: Wake,
    health: health::Readiness,
}

impl Running {
    /// Migrates, connects and serves.
    ///
    /// # Errors
    /// A sentence on what is wrong and what to do.
    pub async fn start(start: Start) -> anyhow::Result<Self> {
        db::migrate(&start.database_url).await?;
        let db = db::connect(&start.database_url, db::POOL_SIZE).await?;
        db::check_durability(&db).await?;
        let site = site::ensure(&db, &start.config.site).await?;
        let (analyses, analysts) = perspective::open(
            &db,
            site.id,
            &start.screener,
            start.screening.time_limit,
            start.config.analysts,
        );
        let parts = Parts {
            analyses,
            quotas: perspective::Quotas::default(),
            hub: Hub::new(db.clone()),
            wake: Wake::default(),
            health: health::Readiness::new(db.clone()),
            config: start.config.clone(),
            site: site.clone(),
            db: db.clone(),
        };
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (public, address) = serve_public(&parts)?;
        let (ops, ops_address) = serve_ops(&parts, start.metrics)?;
        let handles = vec![public.handle(), ops.handle()];
        for server in [public, ops] {
            tasks.spawn(async move {
                if let Err(error) = server.await {
                    tracing::error!(cause = %error, "a listener broke off");
                }
            });
        }
        // a pool of its own: readers must not be able to keep the queue from its connections
        let workers = u32::try_from(start.config.screening_workers).unwrap_or(1);
        let queue_db = db::connect(&start.database_url, workers + 1).await?;
        for _ in 0..start.config.screening_workers {
            let worker = Screening::new(queue_db.clone(), start.screener.clone(), start.screening);
            tasks.spawn(screening::run(worker, parts.wake.clone(), stop.clone()));
        }
        for analyst in analysts {
            tasks.spawn(analyst.run(stop.clone()));
        }
        tasks.spawn(screening::measure(queue_db, stop.clone()));
        tasks.spawn(parts.hub.clone().run(stop.clone()));
        tasks.spawn(tidy(db.clone(), stop.clone()));
        let public_url = start.config.public_url;
        Ok(Self {
            db,
            site,
            public_url,
            address,
            ops_address,
            wake: parts.wake,
            handles,
            stop,
            tasks,
        })
    }

    /// Ends: no longer ready, streams closed, requests in flight finished, workers done with what they hold.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for handle in &self.handles {
            handle.stop(true).await;
        }
        while self.tasks.join_next().await.is_some() {}
        self.db.close().await;
    }
}

/// Whether both addresses are free, asked before what takes long: a first start makes a database.
///
/// # Errors
/// A sentence on which is not, and what to do.
pub fn can_listen(config: &Config) -> anyhow::Result<()> {
    let (public, ops) = (config.listen, config.ops_listen);
    let _public = TcpListener::bind(public).with_context(|| cannot_listen(public, "--listen"))?;
    TcpListener::bind(ops).with_context(|| cannot_listen(ops, "--ops-listen"))?;
    Ok(())
}

fn cannot_listen(address: SocketAddr, flag: &str) -> String {
    format!("cannot listen on {address}: is the port taken? Choose another with {flag}")
}

fn serve_public(parts: &Parts) -> anyhow::Result<(actix_web::dev::Server, SocketAddr)> {
    let listen = parts.config.listen;
    let parts = parts.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(parts.db.clone()))
            .app_data(web::Data::new(parts.site.clone()))
            .app_data(web::Data::new(parts.config.public_url.clone()))
            .app_data(web::Data::new(parts.config.trusted_proxies.clone()))
            .app_data(web::Data::new(parts.hub.clone()))
            .app_data(web::Data::new(parts.wake.clone()))
            .app_data(web::Data::new(parts.analyses.clone()))
            .app_data(web::Data::new(parts.quotas.clone()))
            .app_data(web::Data::new(parts.health.clone()))
            // the frame of pages that are nobody's, such as errors
            .app_data(web::Data::new(Chrome {
                site_name: parts.site.name.clone(),
                lang: parts.site.lang.clone(),
                ..Chrome::default()
            }))
            .app_data(web::PayloadConfig::new(MAX_BODY))
            .configure(account::configure)
            .configure(comment::configure)
            .configure(page::configure)
            .configure(review::configure)
            .configure(policy::configure)
            .configure(perspective::configure)
            .configure(openapi::configure)
            .configure(assets::configure)
            .configure(health::configure)
            // the last one named is the first one asked
            .wrap(from_fn(account::identify))
            .wrap(from_fn(headers::same_origin))
            .wrap(from_fn(errors::render))
            .wrap(from_fn(headers::secure))
            .wrap(Compress::default())
            .wrap(from_fn(telemetry::measure))
            .wrap(from_fn(headers::head_as_get))
    })
    .workers(std::thread::available_parallelism().map_or(2, usize::from))
    .client_request_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(15))
    .shutdown_timeout(LAST_REQUESTS_S)
    .disable_signals()
    .bind(listen)
    .with_context(|| cannot_listen(listen, "--listen"))?;
    let address = server
        .addrs()
        .first()
        .copied()
        .context("the server has no address")?;
    Ok((server.run(), address))
}

fn serve_ops(
    parts: &Parts,
    metrics: Option<PrometheusHandle>,
) -> anyhow::Result<(actix_web::dev::Server, SocketAddr)> {
    let listen = parts.config.ops_listen;
    let (readiness, metrics) = (parts.health.clone(), Arc::new(metrics));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(readiness.clone()))
            .app_data(web::Data::from(metrics.clone()))
            .configure(health::configure_ops)
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .bind(listen)
    .with_context(|| cannot_listen(listen, "--ops-listen"))?;
    let address = server
        .addrs()
        .first()
        .copied()
        .context("the server has no address")?;
    Ok((server.run(), address))
}

/// Forgets what has served its time.
async fn tidy(db: PgPool, stop: CancellationToken) {
    loop {
        for done in [
            limit::forget_old(&db).await,
            comment::forget_old_events(&db).await,
            account::forget_ended_sessions(&db).await,
            perspective::forget_old_suggestions(&db).await,
        ] {
            if let Err(error) = done {
                tracing::warn!(cause = error.cause(), "cannot tidy up; trying again later");
            }
        }
        if stop
            .run_until_cancelled(tokio::time::sleep(TIDY_EVERY))
            .await
            .is_none()
        {
            return;
        }
    }
}
