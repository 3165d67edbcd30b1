//! Logs and metrics. Comment text, e-mail addresses and tokens never reach either.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Seconds, for every histogram whose name ends in `_seconds`.
const BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Starts the log: one JSON object a line on standard error, or plain lines for a person at a terminal.
/// `RUST_LOG` chooses the level.
pub fn start_log() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
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
