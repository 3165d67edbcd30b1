//! Texts of other programs on their way through the filter.
//!
//! The filter runs in child processes, as it does for comments, but in children of its own: whatever other programs
//! send, the paper's comments are screened no later for it. The queue is short, because a program that waits for
//! long has gone on without us; whoever finds it full is told so at once.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::filter::{Scores, Verdict};
use crate::policy::{InForce, Rules};
use crate::screener::{Kept, Request, ScreenerCommand};

/// How many texts may wait.
const WAITING: usize = 32;

/// A text to measure.
pub(super) struct Subject {
    pub(super) text: String,
    /// what it answers
    pub(super) parent: Option<String>,
    /// parts of the text to be measured on their own too: byte ranges
    pub(super) parts: Vec<Range<usize>>,
}

/// What the filter measured.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) whole: Scores,
    /// of the parts, in their order
    pub(super) parts: Vec<(Range<usize>, Scores)>,
    /// what measured
    pub(super) ruleset: String,
    pub(super) model: String,
}

/// Why a text was not measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unmeasured {
    /// too many texts wait
    Busy,
    /// the filter, or the database with its ruleset, failed or took too long
    Failed,
}

struct Job {
    subject: Subject,
    until: Instant,
    answer: oneshot::Sender<Measured>,
}

/// Where handlers hand texts in.
#[derive(Clone)]
pub struct Analyses {
    jobs: mpsc::Sender<Job>,
    time_limit: Duration,
}

/// One who measures them, with a filter that starts at the first text.
pub struct Analyst {
    jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
    db: PgPool,
    site_id: Uuid,
    rules: Rules,
    filter: Kept,
}

/// A queue and those who work at it; each wants to be [`Analyst::run`]. A text is measured within `time_limit`,
/// waiting and parts included, or not at all.
pub fn open(
    db: &PgPool,
    site_id: Uuid,
    command: &ScreenerCommand,
    time_limit: Duration,
    analysts: usize,
) -> (Analyses, Vec<Analyst>) {
    let (jobs, waiting) = mpsc::channel(WAITING);
    let waiting = Arc::new(Mutex::new(waiting));
    let analyst = |_| Analyst {
        jobs: waiting.clone(),
        db: db.clone(),
        site_id,
        rules: Rules::default(),
        filter: Kept::new(command.clone()),
    };
    let analysts = (0..analysts).map(analyst).collect();
    (Analyses { jobs, time_limit }, analysts)
}

impl Analyses {
    pub(super) async fn measure(&self, subject: Subject) -> Result<Measured, Unmeasured> {
        let until = Instant::now() + self.time_limit;
        let (answer, answered) = oneshot::channel();
        let job = Job {
            subject,
            until,
            answer,
        };
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unmeasured::Busy,
            mpsc::error::TrySendError::Closed(_) => Unmeasured::Failed,
        })?;
        match tokio::time::timeout_at(until, answered).await {
            Ok(Ok(measured)) => Ok(measured),
            Ok(Err(_)) | Err(_) => Err(Unmeasured::Failed),
        }
    }
}

impl Analyst {
    /// Works until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        while let Some(Some(job)) = stop.run_until_cancelled(self.next()).await {
            // whoever has gone away or waited too long needs no answer; one who goes away later is worked for to
            // the end, because a filter that is interrupted is lost
            if !job.answer.is_closed() && Instant::now() < job.until {
                self.answer(job).await;
            }
        }
    }

    async fn next(&self) -> Option<Job> {
        self.jobs.lock().await.recv().await
    }

    async fn answer(&mut self, job: Job) {
        match self.measure(&job.subject, job.until).await {
            // an error says that nobody waits any more
            Ok(measured) => drop(job.answer.send(measured)),
            Err(failure) => {
                let failure = format!("{failure:#}");
                tracing::warn!(cause = failure, "an analysis failed");
                metrics::counter!("analyses_failed_total").increment(1);
            }
        }
    }

    async fn measure(&mut self, subject: &Subject, until: Instant) -> anyhow::Result<Measured> {
        let rules = self.rules.of(&self.db, self.site_id).await?;
        let parent = subject.parent.as_deref();
        let verdict = assess(&mut self.filter, rules, &subject.text, parent, until).await?;
        let mut parts = Vec::new();
        for at in &subject.parts {
            let text = subject.text.get(at.clone()).context("a part of no text")?;
            let part = assess(&mut self.filter, rules, text, parent, until).await?;
            parts.push((at.clone(), part.scores));
        }
        Ok(Measured {
            whole: verdict.scores,
            parts,
            ruleset: verdict.ruleset,
            model: verdict.model,
        })
    }
}

async fn assess(
    filter: &mut Kept,
    rules: &InForce,
    text: &str,
    parent: Option<&str>,
    until: Instant,
) -> anyhow::Result<Verdict> {
    let request = Request {
        // so that a late answer to another text is told apart
        id: Uuid::new_v4().to_string(),
        text,
        parent,
        // only the scores are told
        unexplained: true,
        ..Request::default()
    };
    let time_left = until.saturating_duration_since(Instant::now());
    filter
        .assess(rules.id, &rules.source, &request, time_left)
        .await
}
