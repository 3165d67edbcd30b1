//! The machine's queue: pending comments that are due.

use sqlx::PgPool;
use uuid::Uuid;

use crate::error::Result;

/// A pending comment, ours until the lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: Uuid,
    pub site_id: Uuid,
    pub article_id: Uuid,
    pub parent_id: Option<Uuid>,
    /// the first comment of its conversation; itself, if it answers nobody
    pub root_id: Uuid,
    pub account_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    /// shown with the comment
    pub author_name: String,
    pub body: String,
    /// how long it has been in the queue, in seconds; what was imported may be much older
    pub waited_s: f64,
    pub version: i32,
    /// counts this try
    pub attempts: i16,
    /// grows with each claim; a settle with an older one is refused
    pub fence: i64,
}

/// Takes up to `limit` due comments, oldest first, for `lease_s` seconds. A claim simply moves the time at
/// which the comment is due again: when a worker dies, its comments come back by themselves.
///
/// # Errors
/// A database error.
pub async fn claim(db: &PgPool, limit: i64, lease_s: f64) -> Result<Vec<Claimed>> {
    let claimed = sqlx::query_as!(
        Claimed,
        r#"WITH due AS (
             SELECT id, due_at, attempts FROM comment WHERE status = 'pending' AND due_at <= now()
             ORDER BY due_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
           UPDATE comment c SET due_at = now() + make_interval(secs => $2), fence = fence + 1, attempts = c.attempts + 1
           FROM due WHERE c.id = due.id
           RETURNING c.id, c.site_id, c.article_id, c.parent_id, c.root_id, c.account_id, c.session_id, c.author_name, c.body,
                     c.version, c.attempts, c.fence,
                     extract(epoch FROM now() - CASE due.attempts WHEN 0 THEN due.due_at ELSE c.created_at END)::float8
                       AS "waited_s!""#,
        limit,
        lease_s,
    )
    .fetch_all(db)
    .await?;
    Ok(claimed)
}

/// After a failed try: due again in `pause_s` seconds, with what went wrong. A no-op if the claim has passed to
/// another worker meanwhile.
///
/// # Errors
/// A database error.
pub async fn give_back(db: &PgPool, claimed: &Claimed, pause_s: f64, failure: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE comment SET due_at = now() + make_interval(secs => $3), failure = $4
         WHERE id = $1 AND fence = $2 AND status = 'pending'",
        claimed.id,
        claimed.fence,
        pause_s,
        failure,
    )
    .execute(db)
    .await?;
    Ok(())
}
