//! Is it alive, is it ready, and what does it do: for load balancers and operators.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::Mutex;

/// How long an answer is repeated: probes must not become a load.
const REMEMBERED: Duration = Duration::from_secs(1);

/// Can this process do its work?
#[derive(Clone)]
pub struct Readiness {
    db: PgPool,
    last: Arc<Mutex<Option<(Instant, Checks)>>>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Checks {
    /// the database answers and takes writes
    database: bool,
    /// the newest migration of this program is applied
    schema: bool,
}

impl Checks {
    fn all(self) -> bool {
        self.database && self.schema
    }
}

impl Readiness {
    pub fn new(db: PgPool) -> Self {
        Self {
            db,
            last: Arc::default(),
        }
    }

    async fn checks(&self) -> Checks {
        let mut last = self.last.lock().await;
        if let Some((at, checks)) = *last
            && at.elapsed() < REMEMBERED
        {
            return checks;
        }
        let checks = self.look().await;
        *last = Some((Instant::now(), checks));
        checks
    }

    async fn look(&self) -> Checks {
        let newest = crate::db::MIGRATIONS
            .iter()
            .map(|migration| migration.version)
            .max();
        // the pool itself refuses connections to a server that takes no writes
        let found = sqlx::query_scalar::<_, Option<i64>>(
            "SELECT max(version) FROM _sqlx_migrations WHERE success",
        )
        .fetch_one(&self.db)
        .await;
        if let Err(error) = &found {
            tracing::warn!(cause = %error, "not ready: the database does not answer");
        }
        Checks {
            database: found.is_ok(),
            schema: found.is_ok_and(|version| version >= newest),
        }
    }
}

/// On the readers' side: yes or no, without details.
pub fn configure(cfg: &mut web::ServiceConfig) {
    for path in ["/livez", "/__lbheartbeat__"] {
        cfg.route(path, web::get().to(alive));
    }
    for path in ["/readyz", "/__heartbeat__"] {
        cfg.route(path, web::get().to(ready));
    }
}

/// On the operators' side: with details and metrics.
pub fn configure_ops(cfg: &mut web::ServiceConfig) {
    cfg.route("/livez", web::get().to(alive))
        .route("/readyz", web::get().to(ready_in_detail))
        .route("/__version__", web::get().to(version))
        .route("/metrics", web::get().to(render_metrics));
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("alive\n")
}

async fn ready(readiness: web::Data<Readiness>) -> HttpResponse {
    let (mut answer, word) = if readiness.checks().await.all() {
        (HttpResponse::Ok(), "ready\n")
    } else {
        (HttpResponse::ServiceUnavailable(), "not ready\n")
    };
    answer.content_type("text/plain; charset=utf-8").body(word)
}

async fn ready_in_detail(readiness: web::Data<Readiness>) -> HttpResponse {
    let checks = readiness.checks().await;
    if checks.all() {
        HttpResponse::Ok().json(checks)
    } else {
        HttpResponse::ServiceUnavailable().json(checks)
    }
}

async fn version() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "schema": crate::db::MIGRATIONS.iter().map(|migration| migration.version).max(),
    }))
}

async fn render_metrics(metrics: web::Data<Option<PrometheusHandle>>) -> HttpResponse {
    let text = metrics
        .as_ref()
        .as_ref()
        .map(PrometheusHandle::render)
        .unwrap_or_default();
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text)
}
