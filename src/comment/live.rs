//! Open pages hear of comments that appear or go away.
//!
//! One task in each process looks at the threads that somebody has open and hands their new events round. It
//! polls: a NOTIFY in the transactions that settle comments would take a lock on the whole database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::store::{Event, events_after, last_events};
use crate::error::{Error, Result};
use crate::web::ClientIp;

/// Events that a slow page may be behind before it is told to load afresh.
const BEHIND: usize = 64;
/// Events sent to a page that comes back; one that has missed more is told to load afresh.
const CATCH_UP: i64 = 500;
/// Pages open at a time in one process, and from one address.
const PAGES: usize = 10_000;
const PAGES_PER_ADDRESS: usize = 50;
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Everybody who has a thread open.
#[derive(Clone)]
pub struct Hub {
    db: PgPool,
    topics: Arc<Mutex<HashMap<Uuid, Topic>>>,
    pages: Arc<Mutex<HashMap<ClientIp, usize>>>,
}

struct Topic {
    sender: broadcast::Sender<Event>,
    /// the newest event handed round
    seen: i64,
}

/// One open page's view of one thread.
pub struct Subscription {
    receiver: broadcast::Receiver<Event>,
    backlog: std::vec::IntoIter<Event>,
    last: i64,
    _place: Place,
}

/// What a page is told next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Event(Event),
    /// Too much was missed: load afresh.
    Resync,
    /// The server stops.
    End,
}

/// A page's place among those open; given back when dropped.
struct Place {
    pages: Arc<Mutex<HashMap<ClientIp, usize>>>,
    ip: ClientIp,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut pages = lock(&self.pages);
        if let Some(count) = pages.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                pages.remove(&self.ip);
            }
        }
        metrics::gauge!("sse_connections").decrement(1);
    }
}

/// Both maps are whole between any two statements that change them, so a panic elsewhere leaves them usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub fn new(db: PgPool) -> Self {
        Self {
            db,
            topics: Arc::default(),
            pages: Arc::default(),
        }
    }

    /// Opens a page's subscription, with what has happened since event `after`.
    ///
    /// # Errors
    /// [`Error::TooMany`] when this address has too many pages open, [`Error::Unavailable`] when all have; a
    /// database error.
    pub async fn subscribe(
        &self,
        article_id: Uuid,
        after: i64,
        ip: ClientIp,
    ) -> Result<Subscription> {
        let place = self.take_place(ip)?;
        let newest = last_events(&self.db, &[article_id])
            .await?
            .first()
            .map_or(0, |(_, number)| *number);
        // first the receiver, then the backlog: what happens in between comes twice, not never
        let receiver = lock(&self.topics)
            .entry(article_id)
            .or_insert_with(|| Topic {
                sender: broadcast::channel(BEHIND).0,
                seen: newest,
            })
            .sender
            .subscribe();
        let backlog = events_after(&self.db, article_id, after, CATCH_UP).await?;
        Ok(Subscription {
            receiver,
            backlog: backlog.into_iter(),
            last: after,
            _place: place,
        })
    }

    fn take_place(&self, ip: ClientIp) -> Result<Place> {
        let mut pages = lock(&self.pages);
        if pages.values().sum::<usize>() >= PAGES {
            return Err(Error::Unavailable(anyhow::anyhow!(
                "{PAGES} pages are open"
            )));
        }
        let count = pages.entry(ip).or_default();
        if *count >= PAGES_PER_ADDRESS {
            return Err(Error::TooMany { retry_after_s: 30 });
        }
        *count += 1;
        metrics::gauge!("sse_connections").increment(1);
        Ok(Place {
            pages: self.pages.clone(),
            ip,
        })
    }

    /// Looks for news until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while stop
            .run_until_cancelled(tokio::time::sleep(LOOK_EVERY))
            .await
            .is_some()
        {
            if let Err(error) = self.look().await {
                tracing::warn!(
                    cause = error.cause(),
                    "cannot look for live events; trying again"
                );
            }
        }
        // dropping the senders tells every page that this is the end
        lock(&self.topics).clear();
    }

    async fn look(&self) -> Result<()> {
        let open: Vec<Uuid> = {
            let mut topics = lock(&self.topics);
            topics.retain(|_, topic| topic.sender.receiver_count() > 0);
            topics.keys().copied().collect()
        };
        if open.is_empty() {
            return Ok(());
        }
        for (article_id, newest) in last_events(&self.db, &open).await? {
            let seen = lock(&self.topics)
                .get(&article_id)
                .map_or(newest, |topic| topic.seen);
            if newest > seen {
                let events = events_after(&self.db, article_id, seen, CATCH_UP).await?;
                self.hand_round(article_id, events);
            }
        }
        Ok(())
    }

    fn hand_round(&self, article_id: Uuid, events: Vec<Event>) {
        if let Some(topic) = lock(&self.topics).get_mut(&article_id) {
            for event in events {
                topic.seen = event.number;
                // no receiver: everybody has left since
                let _ = topic.sender.send(event);
            }
        }
    }
}

impl Subscription {
    /// The next thing to tell the page. Each event comes once and in order; after [`News::Resync`] or
    /// [`News::End`] nothing more comes.
    pub async fn next(&mut self) -> News {
        loop {
            let event = match self.backlog.next() {
                Some(event) => event,
                None => match self.receiver.recv().await {
                    Ok(event) => event,
                    Err(RecvError::Lagged(_)) => {
                        metrics::counter!("sse_dropped_total", "reason" => "slow").increment(1);
                        return News::Resync;
                    }
                    Err(RecvError::Closed) => return News::End,
                },
            };
            // a page may claim to have seen any number
            if Some(event.number) == self.last.checked_add(1) {
                self.last = event.number;
                return News::Event(event);
            }
            if event.number > self.last {
                // a gap: more was missed than the backlog reaches
                return News::Resync;
            }
        }
    }
}
