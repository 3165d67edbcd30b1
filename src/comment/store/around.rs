//! What the filter compares a comment with.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Me;
use super::claim::Claimed;
use super::topic::conversation;
use crate::error::Result;

/// How far up from a comment it is compared with what it answers.
const ABOVE: i32 = 4;

/// What a comment stands in, beside its article.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// what it answers, the nearest first, at most four, as far as it is live: each with its text
    pub above: Vec<(Uuid, String)>,
    /// what the thread, or the conversation in it, has come to, as [`crate::filter::Conversation`] writes it
    pub conversation: Option<Vec<u8>>,
    /// a moderator has said that the side thread in which it stands belongs here
    pub belongs: bool,
}

/// What the filter compares a comment with; never the whole thread. A conversation of `admitted_after` live comments
/// is something of its own to fit.
///
/// # Errors
/// A database error.
pub async fn around(db: &PgPool, comment: &Claimed, admitted_after: usize) -> Result<Around> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE above AS (
             SELECT id, parent_id, body, 1 AS step FROM comment WHERE id = $1 AND status = 'live'
             UNION ALL
             SELECT c.id, c.parent_id, c.body, a.step + 1 FROM comment c JOIN above a ON c.id = a.parent_id AND c.status = 'live' WHERE a.step < $2)
           SELECT id AS "id!", body AS "body!" FROM above ORDER BY step"#,
        comment.parent_id,
        ABOVE,
    )
    .fetch_all(db)
    .await?;
    let belongs = sqlx::query_scalar!(
        r#"SELECT is_ruled($1, 'belongs', 'judged') AS "belongs!""#,
        comment.id,
    )
    .fetch_one(db)
    .await?;
    Ok(Around {
        above: rows.into_iter().map(|row| (row.id, row.body)).collect(),
        conversation: conversation(db, comment, admitted_after).await?,
        belongs,
    })
}

/// Has a moderator closed the side thread in which this comment stands as an answer?
///
/// # Errors
/// A database error.
pub async fn is_side_closed(tx: &mut PgConnection, comment: &Claimed) -> Result<bool> {
    let closed = sqlx::query_scalar!(
        r#"SELECT ($1::uuid IS NOT NULL AND is_ruled($1, 'closed', 'open')) AS "closed!""#,
        comment.parent_id,
    )
    .fetch_one(tx)
    .await?;
    Ok(closed)
}

/// The writer's texts of the hour before this comment, newest first, for the repeats filter.
///
/// # Errors
/// A database error.
pub async fn recent_texts(db: &PgPool, me: Me, comment_id: Uuid) -> Result<Vec<String>> {
    let texts = sqlx::query_scalar!(
        "SELECT c.body FROM comment c JOIN comment this ON this.id = $3
         WHERE (c.account_id = $1 OR c.session_id = $2) AND c.id <> this.id
           AND c.created_at BETWEEN this.created_at - interval '1 hour' AND this.created_at
         ORDER BY c.created_at DESC LIMIT 10",
        me.account_id,
        me.session_id,
        comment_id,
    )
    .fetch_all(db)
    .await?;
    Ok(texts)
}
