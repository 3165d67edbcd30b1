//! How often a program may ask.
//!
//! Counted in this process, unlike the limits of people: a program that asks a hundred times at once must not have
//! the readers' connections to the database wait for one row. Several processes give it that much more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use uuid::Uuid;

/// What is counted apart: a moderator's busy hour must not take from what is asked about new comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    Analysis,
    Suggestion,
}

impl Purpose {
    /// The word in metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Analysis => "analysis",
            Self::Suggestion => "suggestion",
        }
    }
}

/// What each program has left. As many entries as there are programs that ask.
#[derive(Clone, Default)]
pub struct Quotas(Arc<Mutex<HashMap<(Uuid, Purpose), Bucket>>>);

/// Holds a second's worth of requests and fills up steadily.
struct Bucket {
    left: f64,
    at: Instant,
}

impl Quotas {
    /// Takes one request of `per_second`; says whether there was one left.
    pub(super) fn take(
        &self,
        client_id: Uuid,
        purpose: Purpose,
        per_second: i32,
        now: Instant,
    ) -> bool {
        let most = f64::from(per_second);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = all.entry((client_id, purpose)).or_insert(Bucket {
            left: most,
            at: now,
        });
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * most;
        bucket.left = (bucket.left + gained).min(most);
        bucket.at = now;
        let is_left = bucket.left >= 1.0;
        if is_left {
            bucket.left -= 1.0;
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_second_is_worth_as_many_requests_as_the_key_says() {
        let (quotas, start) = (Quotas::default(), Instant::now());
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let take = |client, purpose, ms| {
            quotas.take(client, purpose, 2, start + Duration::from_millis(ms))
        };
        for (client, purpose, ms, is_left) in [
            (one, Purpose::Analysis, 0, true),
            (one, Purpose::Analysis, 0, true),
            (one, Purpose::Analysis, 0, false),
            (other, Purpose::Analysis, 0, true),
            (one, Purpose::Suggestion, 0, true),
            (one, Purpose::Analysis, 400, false),
            (one, Purpose::Analysis, 500, true),
            (one, Purpose::Analysis, 500, false),
            (one, Purpose::Analysis, 60_000, true),
            (one, Purpose::Analysis, 60_000, true),
            (one, Purpose::Analysis, 60_000, false),
        ] {
            assert_eq!(take(client, purpose, ms), is_left, "{purpose:?} at {ms}");
        }
    }
}
