//! One step of a worker: claim, assess, settle.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::background::Backgrounds;
use super::evidence::Evidenced;
use super::store;
use crate::article::{self, Mode};
use crate::comment::{self, Claimed, Evidence, Me, Move, Screened, Settle, guidelines};
use crate::db::to_the_end;
use crate::error::{Error, Result};
use crate::filter::{Outcome, Verdict};
use crate::policy::Rules;
use crate::screener::{Kept, Request, RequestArticle, ScreenerCommand, in_line};

/// How patient the queue is.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// comments claimed at a time; all of them must fit into the lease
    pub batch: i64,
    /// how long a claim holds, in seconds
    pub lease_s: f64,
    /// a comment that has waited longer than this, in seconds, gets the quick look: there is a flood, or the filter
    /// failed on it
    pub patience_s: f64,
    /// how long the filter may take for one comment
    pub time_limit: Duration,
    /// tries before a person takes over
    pub tries: i16,
    /// the pause after the first failure, in seconds; it doubles with each
    pub first_pause_s: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch: 4,
            lease_s: 30.0,
            patience_s: 20.0,
            time_limit: Duration::from_secs(5),
            tries: 5,
            first_pause_s: 1.0,
        }
    }
}

/// A worker and its filter.
pub struct Screening {
    db: PgPool,
    settings: Settings,
    rules: Rules,
    filter: Kept,
    backgrounds: Backgrounds,
}

/// What the filter concluded.
struct Assessed {
    verdict: Verdict,
    evidence: Option<Evidenced>,
}

impl Screening {
    pub fn new(db: PgPool, command: ScreenerCommand, settings: Settings) -> Self {
        Self {
            db,
            settings,
            rules: Rules::default(),
            filter: Kept::new(command),
            backgrounds: Backgrounds::default(),
        }
    }

    /// Claims what is due and settles it; says how many comments it took. A comment whose screening fails goes
    /// back with a pause; the others go on.
    ///
    /// # Errors
    /// When the database fails: what was claimed comes back when its lease ends.
    pub async fn step(&mut self) -> Result<usize> {
        let claimed = comment::claim(&self.db, self.settings.batch, self.settings.lease_s).await?;
        for comment in &claimed {
            let started = std::time::Instant::now();
            let result = match self.assess(comment).await {
                Ok(assessed) => self.settle(comment, Some(assessed)).await,
                Err(failure) => self.fail(comment, &failure).await,
            };
            metrics::histogram!("filter_duration_seconds").record(started.elapsed());
            match result {
                // somebody else has settled it since: theirs stands
                Ok(()) | Err(Error::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(claimed.len())
    }

    async fn assess(&mut self, comment: &Claimed) -> anyhow::Result<Assessed> {
        let article = article::for_screening(&self.db, comment.article_id).await?;
        let in_force = self.rules.of(&self.db, comment.site_id).await?;
        let admitted_after = in_force.source.topic.admitted_after;
        let around = comment::around(&self.db, comment, admitted_after).await?;
        let background = self.backgrounds.of(&self.db, comment.site_id).await?;
        let (above, texts): (Vec<Uuid>, Vec<String>) = around.above.into_iter().unzip();
        let writer = Me {
            account_id: comment.account_id,
            session_id: comment.session_id,
        };
        let recent = comment::recent_texts(&self.db, writer, comment.id).await?;
        let request = Request {
            id: comment.id.to_string(),
            text: &comment.body,
            name: Some(&comment.author_name),
            article: Some(RequestArticle {
                title: &article.title,
                body: &article.body,
                prepared: Some(in_line(&article.prepared)),
            }),
            parent: texts.first().map(String::as_str),
            ancestors: texts.get(1..).unwrap_or_default(),
            conversation: around.conversation.as_deref().map(in_line),
            background: Some(background),
            belongs: around.belongs,
            recent: &recent,
            quick: comment.waited_s > self.settings.patience_s,
            unexplained: false,
        };
        let time_limit = self.settings.time_limit;
        let verdict = self
            .filter
            .assess(in_force.id, &in_force.source, &request, time_limit)
            .await?;
        let evidence = verdict
            .topic
            .as_ref()
            .map(|found| Evidenced::of(found, &article.title, &article.body, &above));
        Ok(Assessed { verdict, evidence })
    }

    /// After a failure: another try later, or a person.
    async fn fail(&self, comment: &Claimed, failure: &anyhow::Error) -> Result<()> {
        let failure = format!("{failure:#}");
        tracing::warn!(comment = %comment.id, attempt = comment.attempts, cause = failure, "screening failed");
        metrics::counter!("job_attempts_total", "result" => "failed").increment(1);
        if comment.attempts < self.settings.tries {
            let pause_s = self.settings.first_pause_s
                * f64::from(2_u32.pow(u32::from(comment.attempts.unsigned_abs().min(16)) - 1));
            return comment::give_back(&self.db, comment, pause_s, &failure).await;
        }
        // still ours until it is settled: due at once, another worker could try it once more in between
        comment::give_back(&self.db, comment, self.settings.lease_s, &failure).await?;
        self.settle(comment, None).await
    }

    /// Writes down what came of it; without a verdict the comment is for a person.
    async fn settle(&self, comment: &Claimed, assessed: Option<Assessed>) -> Result<()> {
        if let Some(Assessed { verdict, .. }) = &assessed {
            let outcome = verdict.verdict.as_str();
            metrics::counter!("filter_verdict_total", "outcome" => outcome).increment(1);
        }
        let (db, comment) = (self.db.clone(), comment.clone());
        to_the_end(async move {
            let mut tx = db.begin().await?;
            let (step, verdict_id, reason) = match &assessed {
                Some(Assessed { verdict, evidence }) => {
                    let mode = mode_now(&mut tx, &comment).await?;
                    let (to, reason) = destination(verdict.verdict, mode);
                    let id = store::record(&mut tx, comment.id, verdict, evidence.as_ref()).await?;
                    (Move::Screened(to), Some(id), reason)
                }
                None => (Move::DeadLetter, None, Some(guidelines::FILTER_FAILED)),
            };
            let order = Settle {
                site_id: comment.site_id,
                comment_id: comment.id,
                seen_version: comment.version,
                step,
                evidence: Evidence::Machine {
                    verdict_id,
                    fence: comment.fence,
                    reason,
                },
            };
            comment::settle(&mut tx, &order).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }
}

/// How answers are treated where the comment stands. Asked last, under a lock: somebody may have closed the article or
/// the side thread while the filter was reading.
async fn mode_now(tx: &mut PgConnection, comment: &Claimed) -> Result<Mode> {
    match article::mode(&mut *tx, comment.article_id).await? {
        // what holds for an article holds for a side thread
        Mode::Filtered if comment::is_side_closed(tx, comment).await? => Ok(Mode::Closed),
        mode => Ok(mode),
    }
}

/// Where a verdict sends a comment under an article of this mode, and what held it beside the verdict. A person
/// reads everything under a pre-moderated article, also what the machine would refuse; and what was posted
/// before an article closed.
fn destination(outcome: Outcome, mode: Mode) -> (Screened, Option<&'static str>) {
    match (mode, outcome) {
        (Mode::Premoderated, _) => (Screened::Held, Some(guidelines::PREMODERATED)),
        (Mode::Closed, _) => (Screened::Held, Some(guidelines::CLOSED)),
        (Mode::Filtered, Outcome::Publish) => (Screened::Live, None),
        (Mode::Filtered, Outcome::Hold) => (Screened::Held, None),
        (Mode::Filtered, Outcome::Reject) => (Screened::Rejected, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_filtered_article_publishes_by_machine() {
        for mode in [Mode::Filtered, Mode::Premoderated, Mode::Closed] {
            for outcome in [Outcome::Publish, Outcome::Hold, Outcome::Reject] {
                let publishes = mode == Mode::Filtered && outcome == Outcome::Publish;
                assert_eq!(
                    destination(outcome, mode).0 == Screened::Live,
                    publishes,
                    "{mode:?} {outcome:?}"
                );
            }
        }
    }
}
