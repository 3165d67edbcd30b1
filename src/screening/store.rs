//! All SQL of the tables verdict, reason and `comment_topic`.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::evidence::Evidenced;
use crate::error::{Error, Result};
use crate::filter::{Kind, Verdict};
use crate::ids::new_id;

/// Writes a verdict down with all its reasons; once for each comment, ruleset and model.
///
/// # Errors
/// [`Error::Conflict`] when another worker has done so; a database error.
pub(super) async fn record(
    tx: &mut PgConnection,
    comment_id: Uuid,
    verdict: &Verdict,
    topic: Option<&Evidenced>,
) -> Result<Uuid> {
    let scores = serde_json::to_value(&verdict.scores).map_err(anyhow::Error::from)?;
    let id = sqlx::query_scalar!(
        "INSERT INTO verdict (id, comment_id, outcome, scores, ruleset, model) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (comment_id, ruleset, model) DO NOTHING RETURNING id",
        new_id(),
        comment_id,
        verdict.verdict.as_str(),
        scores,
        verdict.ruleset,
        verdict.model,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or_else(|| Error::Conflict("This comment has been screened in the meantime.".into()))?;
    if let Some(topic) = topic {
        sqlx::query!(
            "INSERT INTO comment_topic (comment_id, fit) VALUES ($1, $2)
             ON CONFLICT (comment_id) DO UPDATE SET fit = excluded.fit",
            comment_id,
            topic.fit,
        )
        .execute(&mut *tx)
        .await?;
    }
    for (position, reason) in (0_i16..).zip(&verdict.reasons) {
        let spans = serde_json::to_value(&reason.spans).map_err(anyhow::Error::from)?;
        let evidence = topic
            .filter(|_| reason.kind == Kind::OffTopic)
            .map(serde_json::to_value)
            .transpose()
            .map_err(anyhow::Error::from)?;
        sqlx::query!(
            "INSERT INTO reason (verdict_id, position, kind, severity, phase, score, spans, note, evidence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            id,
            position,
            reason.kind.as_str(),
            reason.severity.as_str(),
            reason.phase,
            reason.score,
            spans,
            reason.note,
            evidence,
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(id)
}

/// What waits.
pub(super) struct Depth {
    /// for the machine
    pub(super) pending: i64,
    /// for a person, dead letters included
    pub(super) held: i64,
    pub(super) dead: i64,
    /// how long the oldest has waited for the machine, in seconds
    pub(super) age: f64,
}

/// Each count has its own partial index: this is asked every few seconds, under millions of comments too.
pub(super) async fn depth(db: &PgPool) -> Result<Depth> {
    let depth = sqlx::query_as!(
        Depth,
        r#"SELECT count(*) AS "pending!",
                  (SELECT count(*) FROM comment WHERE status = 'held') AS "held!",
                  (SELECT count(*) FROM comment WHERE status = 'held' AND dead_letter) AS "dead!",
                  coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS "age!"
           FROM comment WHERE status = 'pending'"#
    )
    .fetch_one(db)
    .await?;
    Ok(depth)
}
