//! What open pages are told.

use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::Result;

/// A comment appeared under an article, or went away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Event {
    /// 1, 2, 3, … within one article, in the order in which they happened
    pub number: i64,
    pub kind: EventKind,
    /// the comment
    pub id: Uuid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum EventKind {
    Shown,
    Gone,
}

/// At most `limit` events of an article after the numbered one.
///
/// # Errors
/// A database error.
pub async fn events_after(
    db: &PgPool,
    article_id: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    let events = sqlx::query_as!(
        Event,
        r#"SELECT number, kind AS "kind: EventKind", comment_id AS id FROM live_event
           WHERE article_id = $1 AND number > $2 ORDER BY number LIMIT $3"#,
        article_id,
        after,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(events)
}

/// The number of the newest event of each of these articles; 0 where nothing has happened yet.
///
/// # Errors
/// A database error.
pub async fn last_events(db: &PgPool, article_ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>> {
    let rows = sqlx::query!(
        "SELECT article_id, last_event FROM thread WHERE article_id = ANY($1)",
        article_ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.article_id, row.last_event))
        .collect())
}

/// Forgets events of more than a day ago: no page stays open for longer without loading afresh.
///
/// # Errors
/// A database error.
pub async fn forget_old_events(db: &PgPool) -> Result<()> {
    sqlx::query!("DELETE FROM live_event WHERE created_at < now() - interval '1 day'")
        .execute(db)
        .await?;
    Ok(())
}
