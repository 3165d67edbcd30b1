//! Logs and metrics. Comment text, e-mail addresses and tokens never reach either.

use actix_web::http::Method;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Seconds, for every histogram whose name ends in `_seconds`.
const BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Starts the log: one JSON object a line on standard error, or plain lines for a person at a terminal.
/// `RUST_LOG` chooses the level.
pub fn start_log() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,actix_server=warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        log.with_target(false).compact().try_init()
    } else {
        log.json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init()
    };
    // a second start (several servers in one test process) keeps the first log
    drop(started);
}

/// Starts the metrics; what the handle renders is `/metrics`. Once in a process.
///
/// # Errors
/// When another recorder is installed.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), BUCKETS)?;
    Ok(builder.install_recorder()?)
}

/// The method as metrics count it. Anybody can make one up, and every new one would be kept for ever.
fn counted(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Counts a request as active until dropped: a reader who goes away takes the request's future along, and what
/// would have come after it never runs.
struct Active(metrics::Gauge);

impl Active {
    fn begin() -> Self {
        let gauge = metrics::gauge!("http_server_active_requests");
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

/// Middleware: one line of log and one measurement for each request, with the route's pattern instead of its
/// path, and a request id that the answer carries too.
///
/// # Errors
/// Those of the inner service.
pub async fn measure<B: actix_web::body::MessageBody>(
    request: actix_web::dev::ServiceRequest,
    next: actix_web::middleware::Next<B>,
) -> Result<actix_web::dev::ServiceResponse<B>, actix_web::Error> {
    use tracing::Instrument as _;
    let started = std::time::Instant::now();
    let id = crate::ids::new_id();
    let method = request.method().clone();
    let active = Active::begin();
    let span = tracing::info_span!("request", request_id = %id);
    let mut result = next.call(request).instrument(span.clone()).await;
    drop(active);
    let (route, status) = match &result {
        Ok(response) => (response.request().match_pattern(), response.status()),
        // a panic has taken the request along, and with it the route
        Err(error) => (None, error.as_response_error().status_code()),
    };
    let (route, status) = (route.unwrap_or_else(|| "none".into()), status.as_u16());
    metrics::histogram!("http_server_request_duration_seconds",
        "method" => counted(&method), "route" => route.clone(), "status" => status.to_string())
    .record(started.elapsed());
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(method = counted(&method), route, status, ms, "answered"));
    if let (Ok(response), Ok(value)) = (&mut result, id.to_string().parse()) {
        response.headers_mut().insert(
            actix_web::http::header::HeaderName::from_static("x-request-id"),
            value,
        );
    }
    result
}
