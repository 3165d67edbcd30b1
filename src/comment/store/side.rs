//! Side threads: a comment with everything under it, as a moderator rules on it. All SQL of `side_thread_ruling`.

use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::thread::Conversation;
use crate::error::{Error, Result};
use crate::ids::new_id;

/// What is said about a comment and everything under it. Of each pair the newest on the way up holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Ruling {
    /// nothing in it is held for being off topic alone
    Belongs,
    /// judged like everything else
    Judged,
    /// no further answers
    Closed,
    /// can be answered like everything else
    Open,
}

impl Ruling {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Belongs => "belongs",
            Self::Judged => "judged",
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }

    /// What takes it back.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Belongs => Self::Judged,
            Self::Judged => Self::Belongs,
            Self::Closed => Self::Open,
            Self::Open => Self::Closed,
        }
    }
}

/// Writes a ruling down; says under which article.
///
/// # Errors
/// [`Error::NotFound`] when the comment is not this site's; [`Error::Forbidden`] when it is the moderator's own; a
/// database error.
pub async fn rule(
    db: &PgPool,
    site_id: Uuid,
    moderator_id: Uuid,
    comment_id: Uuid,
    ruling: Ruling,
) -> Result<String> {
    let ruled = sqlx::query!(
        r#"SELECT account_id FROM comment WHERE site_id = $1 AND id = $2"#,
        site_id,
        comment_id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)?;
    if ruled.account_id == Some(moderator_id) {
        return Err(Error::Forbidden(
            "This comment is your own: a colleague has to rule on it.".into(),
        ));
    }
    sqlx::query_scalar!(
        // the lock: after a verdict that is just being written down, or before it
        r#"WITH locked AS (
             SELECT a.id FROM article a JOIN comment c ON c.article_id = a.id
             WHERE c.site_id = $2 AND c.id = $3 FOR NO KEY UPDATE OF a)
         INSERT INTO side_thread_ruling (id, site_id, article_id, comment_id, ruling, moderator_id)
         SELECT $1, c.site_id, c.article_id, c.id, $4, $5 FROM comment c JOIN locked ON locked.id = c.article_id
         WHERE c.site_id = $2 AND c.id = $3
         RETURNING (SELECT slug FROM article WHERE id = side_thread_ruling.article_id) AS "slug!""#,
        new_id(),
        site_id,
        comment_id,
        ruling as Ruling,
        moderator_id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}

/// Says of each comment whether it can still be answered: `is_ruled` for a whole page, which walks what is above its
/// comments once and not once for each. Where nothing under the article was ever closed, which is nearly everywhere,
/// that is one look into an index.
pub(super) async fn find_closed(
    db: &PgPool,
    article_id: Uuid,
    conversations: &mut [Conversation],
) -> Result<()> {
    let ids: Vec<Uuid> = conversations
        .iter()
        .flat_map(|conversation| &conversation.comments)
        .map(|shown| shown.id)
        .collect();
    let closed = sqlx::query_scalar!(
        r#"WITH RECURSIVE above AS (
             SELECT id, parent_id FROM comment WHERE id = ANY($2)
               AND EXISTS (SELECT FROM side_thread_ruling WHERE article_id = $1 AND ruling = 'closed')
             UNION
             SELECT c.id, c.parent_id FROM comment c JOIN above a ON c.id = a.parent_id),
           ruled AS (
             SELECT a.id, r.ruling, r.created_at, r.id AS ruling_id
             FROM above a CROSS JOIN LATERAL (
               SELECT * FROM side_thread_ruling r WHERE r.comment_id = a.id AND r.ruling IN ('closed', 'open')
               ORDER BY r.created_at DESC, r.id DESC LIMIT 1) AS r
             UNION
             SELECT a.id, r.ruling, r.created_at, r.ruling_id FROM above a JOIN ruled r ON a.parent_id = r.id),
           newest AS (
             SELECT DISTINCT ON (id) id, ruling FROM ruled WHERE id = ANY($2)
             ORDER BY id, created_at DESC, ruling_id DESC)
           SELECT id AS "id!" FROM newest WHERE ruling = 'closed'"#,
        article_id,
        &ids,
    )
    .fetch_all(db)
    .await?;
    if !closed.is_empty() {
        for shown in conversations.iter_mut().flat_map(|one| &mut one.comments) {
            shown.is_closed = closed.contains(&shown.id);
        }
    }
    Ok(())
}
