//! What moderators decided, and the articles that they look after.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::article::Mode;
use crate::comment::{Status, excerpt};
use crate::cursor::Cursor;
use crate::error::Result;

/// Decisions on a page.
const PAGE: i64 = 50;

/// A person's decision, or its taking back.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Decided {
    #[serde(skip)]
    pub(crate) id: Uuid,
    pub(crate) comment_id: Uuid,
    /// approve, reject, remove or undo
    pub(crate) action: String,
    pub(crate) to: Status,
    /// the moderator's name
    pub(crate) by: String,
    #[serde(skip)]
    pub(crate) by_id: Uuid,
    /// the guideline named
    pub(crate) reason: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) at: DateTime<Utc>,
    /// whose comment it is
    pub(crate) author: String,
    /// the comment's first words
    pub(crate) excerpt: String,
    pub(crate) article_title: String,
    /// the comment's version after this decision
    pub(crate) version: i32,
    /// has nobody moved the comment since?
    pub(crate) is_last: bool,
}

/// A page of the desk's decisions, newest first, and where the next page starts.
pub(crate) async fn decisions(
    db: &PgPool,
    site_id: Uuid,
    before: Option<Cursor>,
) -> Result<(Vec<Decided>, Option<Cursor>)> {
    let mut decided = sqlx::query_as!(
        Decided,
        r#"SELECT s.id, s.comment_id, s.action, s.to_status AS "to: Status", m.name AS by, m.id AS by_id, s.reason, s.note,
                  s.created_at AS at, c.author_name AS author, left(c.body, 400) AS "excerpt!", a.title AS article_title,
                  s.seen_version + 1 AS "version!", coalesce(c.settlement_id = s.id, false) AS "is_last!"
           FROM settlement s JOIN account m ON m.id = s.moderator_id
           JOIN comment c ON c.id = s.comment_id JOIN article a ON a.id = c.article_id
           WHERE s.site_id = $1 AND s.moderator_id IS NOT NULL
             AND (s.created_at, s.id) < (coalesce($2, timestamptz 'infinity'), coalesce($3, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
           ORDER BY s.created_at DESC, s.id DESC LIMIT $4"#,
        site_id,
        before.map(|cursor| cursor.at),
        before.map(|cursor| cursor.id),
        PAGE + 1,
    )
    .fetch_all(db)
    .await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let is_more = decided.len() > page;
    decided.truncate(page);
    let next = decided.last().filter(|_| is_more).map(|last| Cursor {
        at: last.at,
        id: last.id,
    });
    for one in &mut decided {
        one.excerpt = excerpt(&one.excerpt, 120);
    }
    Ok((decided, next))
}

/// An article in the desk's list.
#[derive(Clone, Debug)]
pub(crate) struct Discussed {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) mode: Mode,
    pub(crate) live_count: i64,
    pub(crate) created_at: DateTime<Utc>,
}

/// The newest articles, at most 100.
pub(crate) async fn articles(db: &PgPool, site_id: Uuid) -> Result<Vec<Discussed>> {
    let articles = sqlx::query_as!(
        Discussed,
        r#"SELECT a.slug, a.title, a.mode AS "mode: Mode", coalesce(t.live_count, 0) AS "live_count!", a.created_at
           FROM article a LEFT JOIN thread t ON t.article_id = a.id
           WHERE a.site_id = $1 ORDER BY a.created_at DESC, a.id DESC LIMIT 100"#,
        site_id,
    )
    .fetch_all(db)
    .await?;
    Ok(articles)
}
