//! What the filter compares a comment with.

use sqlx::PgPool;
use uuid::Uuid;

use super::Me;
use crate::error::Result;

/// The text that a comment answers, and the newest live comments around it.
///
/// # Errors
/// A database error.
pub async fn thread_texts(
    db: &PgPool,
    article_id: Uuid,
    parent_id: Option<Uuid>,
    except: Uuid,
) -> Result<(Option<String>, Vec<String>)> {
    let parent = sqlx::query_scalar!("SELECT body FROM comment WHERE id = $1", parent_id)
        .fetch_optional(db)
        .await?;
    let around = sqlx::query_scalar!(
        "SELECT body FROM comment WHERE article_id = $1 AND id <> $2 AND status = 'live' AND live_at IS NOT NULL AND parent_id IS NULL
         ORDER BY created_at DESC, id DESC LIMIT 20",
        article_id,
        except,
    )
    .fetch_all(db)
    .await?;
    Ok((parent, around))
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
