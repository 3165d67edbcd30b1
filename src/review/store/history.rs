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

/// A person's decision, its taking back, or a ruling on a side thread.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Decided {
    #[serde(skip)]
    pub(crate) id: Uuid,
    pub(crate) comment_id: Uuid,
    /// approve, reject, remove or undo; of a ruling on the comment and everything under it belongs, judged, closed or open
    pub(crate) action: String,
    /// where it led; for a ruling, where the comment stands now
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
    /// the comment's version after this decision; 0 for a ruling, which leaves it as it was
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
        // each side sorted and cut by itself, so that the long one is read along its index
        r#"SELECT d.id AS "id!", d.comment_id AS "comment_id!", d.action AS "action!", d.to_status AS "to!: Status",
                  m.name AS by, m.id AS by_id, d.reason, d.note, d.created_at AS "at!", c.author_name AS author,
                  left(c.body, 400) AS "excerpt!", a.title AS article_title, d.version AS "version!",
                  coalesce(c.settlement_id = d.id, false) AS "is_last!"
           FROM ((SELECT s.id, s.comment_id, s.action, s.to_status, s.reason, s.note, s.created_at,
                         s.seen_version + 1 AS version, s.moderator_id
                  FROM settlement s
                  WHERE s.site_id = $1 AND s.moderator_id IS NOT NULL
                    AND (s.created_at, s.id) < (coalesce($2, timestamptz 'infinity'), coalesce($3, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                  ORDER BY s.created_at DESC, s.id DESC LIMIT $4)
                 UNION ALL
                 (SELECT r.id, r.comment_id, r.ruling, c.status, NULL, NULL, r.created_at, 0, r.moderator_id
                  FROM side_thread_ruling r JOIN comment c ON c.id = r.comment_id
                  WHERE r.site_id = $1
                    AND (r.created_at, r.id) < (coalesce($2, timestamptz 'infinity'), coalesce($3, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                  ORDER BY r.created_at DESC, r.id DESC LIMIT $4)) d
           JOIN account m ON m.id = d.moderator_id
           JOIN comment c ON c.id = d.comment_id JOIN article a ON a.id = c.article_id
           ORDER BY d.created_at DESC, d.id DESC LIMIT $4"#,
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
