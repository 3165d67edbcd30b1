//! Steps, one after the other, until told to stop.

use std::time::Duration;

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::step::Screening;
use super::store;
use crate::comment::Wake;

/// How long an idle worker waits before it looks by itself.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long a worker waits for a database that is away.
const AFTER_AN_ERROR: Duration = Duration::from_secs(1);
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// Works the queue until told to stop; finishes the step that it is in.
pub async fn run(mut screening: Screening, wake: Wake, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let pause = match screening.step().await {
            Ok(0) => LOOK_EVERY,
            Ok(_) => continue,
            Err(error) => {
                tracing::warn!(
                    cause = error.cause(),
                    "the screening queue cannot be worked; trying again"
                );
                AFTER_AN_ERROR
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = wake.0.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Keeps the queue's gauges until told to stop.
pub(crate) async fn measure(db: PgPool, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(MEASURE_EVERY))
        .await
        .is_some()
    {
        if let Ok(depth) = store::depth(&db).await {
            #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
            let count = |waiting: i64| waiting as f64;
            metrics::gauge!("queue_depth", "queue" => "screening").set(count(depth.pending));
            metrics::gauge!("queue_depth", "queue" => "review").set(count(depth.held));
            metrics::gauge!("jobs_dead_letter").set(count(depth.dead));
            metrics::gauge!("queue_oldest_age_seconds").set(depth.age);
        }
    }
}
