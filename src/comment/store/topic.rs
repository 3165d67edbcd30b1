//! What threads are about, kept as comments go live: all SQL of the table `thread_topic`.
//!
//! There is a summary of the whole thread and one of each conversation that was asked for. A comment that goes live is
//! added in the transaction that publishes it, under the thread's row lock. When one is taken down, the summaries of
//! its article go, and are made again, of what is live, when they are asked for next.
//!
//! A text gets into a summary only after the filter, in its own process, has read it to the end: here it is read by the
//! service itself.

use std::sync::Arc;

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::claim::Claimed;
use crate::error::Result;
use crate::filter::{Conversation, TopicTable};

/// Of how many of the newest live comments a summary is made again.
const MADE_OF: i64 = 500;

fn table() -> Result<Arc<TopicTable>> {
    Ok(TopicTable::shipped().map_err(anyhow::Error::from)?)
}

/// Adds a comment that goes live as event `number`.
pub(super) async fn add(
    tx: &mut PgConnection,
    article_id: Uuid,
    root_id: Uuid,
    comment_id: Uuid,
    number: i64,
) -> Result<()> {
    let rows = sqlx::query!(
        "SELECT about, last_event, summary FROM thread_topic WHERE article_id = $1 AND about IN ($1, $2)",
        article_id,
        root_id,
    )
    .fetch_all(&mut *tx)
    .await?;
    let is_current = |about: Uuid, last: i64| about == article_id && last + 1 == number;
    if !rows.iter().any(|row| is_current(row.about, row.last_event)) {
        return forget(tx, article_id).await;
    }
    let text = sqlx::query_scalar!(
        "SELECT body FROM comment c WHERE id = $1 AND EXISTS (SELECT FROM verdict v WHERE v.comment_id = c.id)",
        comment_id,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let table = table()?;
    for row in rows {
        let Ok(mut summary) = table.read_conversation(&row.summary) else {
            return forget(tx, article_id).await;
        };
        if let Some(text) = &text {
            table.add(&mut summary, text);
        }
        sqlx::query!(
            "UPDATE thread_topic SET last_event = $3, summary = $4 WHERE article_id = $1 AND about = $2",
            article_id,
            row.about,
            number,
            summary.to_bytes(),
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Drops the summaries of an article.
pub(super) async fn forget(tx: &mut PgConnection, article_id: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM thread_topic WHERE article_id = $1", article_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// What a comment can fit beside the article and what it answers: its conversation, if `admitted_after` live comments
/// have made one, and otherwise the whole thread; `None` while nobody has said anything.
pub(super) async fn conversation(
    db: &PgPool,
    comment: &Claimed,
    admitted_after: usize,
) -> Result<Option<Vec<u8>>> {
    let article_id = comment.article_id;
    let last_event = sqlx::query_scalar!(
        "SELECT last_event FROM thread WHERE article_id = $1",
        article_id
    )
    .fetch_optional(db)
    .await?;
    let Some(last_event) = last_event else {
        return Ok(None);
    };
    // first of all the whole: where it is out of date, so are the others
    let whole = summary(db, article_id, article_id, last_event).await?;
    if comment.parent_id.is_some() {
        let own = summary(db, article_id, comment.root_id, last_event).await?;
        if own.len() >= admitted_after.max(1) {
            return Ok(Some(own.to_bytes()));
        }
    }
    Ok((!whole.is_empty()).then(|| whole.to_bytes()))
}

/// The summary of the thread, or of a conversation in it: as kept, or made again.
async fn summary(
    db: &PgPool,
    article_id: Uuid,
    about: Uuid,
    last_event: i64,
) -> Result<Conversation> {
    let kept = sqlx::query_scalar!(
        "SELECT s.summary FROM thread_topic s JOIN thread_topic w ON w.article_id = s.article_id AND w.about = w.article_id
         WHERE s.article_id = $1 AND s.about = $2 AND w.last_event >= $3",
        article_id,
        about,
        last_event,
    )
    .fetch_optional(db)
    .await?;
    match kept.map(|kept| table().map(|table| table.read_conversation(&kept))) {
        Some(Ok(Ok(kept))) => Ok(kept),
        Some(Err(error)) => Err(error),
        Some(Ok(Err(_))) | None => make(db, article_id, about, last_event).await,
    }
}

async fn make(db: &PgPool, article_id: Uuid, about: Uuid, last_event: i64) -> Result<Conversation> {
    let texts = if about == article_id {
        texts_of_thread(db, article_id).await?
    } else {
        texts_of_conversation(db, about).await?
    };
    let table = table()?;
    let made = tokio::task::spawn_blocking(move || {
        let mut made = table.conversation();
        for text in texts {
            table.add(&mut made, &text);
        }
        made
    });
    let made = made.await.map_err(anyhow::Error::from)?;
    // only while nothing has happened since the texts were read: the lock on the thread's row says so
    let mut tx = db.begin().await?;
    let still = sqlx::query_scalar!(
        r#"SELECT 1 AS "still!" FROM thread WHERE article_id = $1 AND last_event = $2 FOR UPDATE"#,
        article_id,
        last_event,
    )
    .fetch_optional(&mut *tx)
    .await?;
    if still.is_some() {
        if about == article_id {
            forget(&mut tx, article_id).await?;
        }
        sqlx::query!(
            "INSERT INTO thread_topic (article_id, about, last_event, summary) VALUES ($1, $2, $3, $4)
             ON CONFLICT (article_id, about) DO UPDATE SET last_event = excluded.last_event, summary = excluded.summary",
            article_id,
            about,
            last_event,
            made.to_bytes(),
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(made)
}

// Ids grow with time, and so the newest can be had from an index, however many there are: (article_id, id) here, and
// the answers of one conversation below.

async fn texts_of_thread(db: &PgPool, article_id: Uuid) -> Result<Vec<String>> {
    let texts = sqlx::query_scalar!(
        "SELECT body FROM (
           SELECT id, body FROM comment c
           WHERE article_id = $1 AND status = 'live' AND EXISTS (SELECT FROM verdict v WHERE v.comment_id = c.id)
           ORDER BY id DESC LIMIT $2) AS newest
         ORDER BY id",
        article_id,
        MADE_OF,
    )
    .fetch_all(db)
    .await?;
    Ok(texts)
}

async fn texts_of_conversation(db: &PgPool, root_id: Uuid) -> Result<Vec<String>> {
    let texts = sqlx::query_scalar!(
        r#"SELECT body AS "body!" FROM (
           SELECT id, body, status FROM comment WHERE id = $1
           UNION ALL
           (SELECT id, body, status FROM comment
            WHERE root_id = $1 AND parent_id IS NOT NULL AND live_at IS NOT NULL
            ORDER BY created_at DESC, id DESC LIMIT $2)) AS c
         WHERE status = 'live' AND EXISTS (SELECT FROM verdict v WHERE v.comment_id = c.id)
         ORDER BY id"#,
        root_id,
        MADE_OF,
    )
    .fetch_all(db)
    .await?;
    Ok(texts)
}
