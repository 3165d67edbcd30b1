//! What the desk reads about topics: what a comment was compared with, the side thread in which it stands, and how far
//! the comments of an article are from it.

use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::drift::Point;
use super::super::side::{Holds, Step};
use crate::comment::excerpt;
use crate::error::{Error, Result};

/// How far up a side thread is looked for.
const ABOVE: i32 = 50;
/// How many of an article's newest measured comments the picture of it shows.
const DRAWN: i64 = 2000;

/// What a comment was compared with, for a reason of being off topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Compared {
    /// what fits best: `article`, `parent` or `conversation`
    pub(crate) relation: String,
    /// how well the article itself fits, 0 to 1
    pub(crate) fit: f32,
    /// the passage of the article that fits best, as it was then
    pub(crate) passage: Option<Passage>,
    /// the comment above that fits best
    pub(crate) parent: Option<Uuid>,
    /// words that what fits best has too: half-open, in bytes of the comment's text (UTF-8)
    pub(crate) shared: Vec<[usize; 2]>,
    /// words that nothing here has: half-open, in bytes of the comment's text (UTF-8)
    pub(crate) foreign: Vec<[usize; 2]>,
    /// how many of the site's other stories it is closer to than to this one
    pub(crate) closer: usize,
    /// the titles of the closest of them, at most three
    pub(crate) others: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Passage {
    /// is it of the title?
    pub(crate) title: bool,
    pub(crate) text: String,
}

/// The comment and what it answers, upwards, each with what has been ruled on it; and what holds for the comment:
/// whether it belongs, and whether it is closed.
pub(crate) async fn above(db: &PgPool, site_id: Uuid, id: Uuid) -> Result<(Vec<Step>, Holds)> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE above AS (
             SELECT c.id, c.parent_id, c.author_name, left(c.body, 300) AS start, 0 AS step
             FROM comment c WHERE c.site_id = $1 AND c.id = $2
             UNION ALL
             SELECT c.id, c.parent_id, c.author_name, left(c.body, 300), a.step + 1
             FROM comment c JOIN above a ON c.id = a.parent_id WHERE a.step < $3)
           SELECT a.id AS "id!", a.author_name AS "author!", a.start AS "start!", t.fit AS "fit?",
                  coalesce((SELECT r.ruling = 'belongs' FROM side_thread_ruling r
                    WHERE r.comment_id = a.id AND r.ruling IN ('belongs', 'judged')
                    ORDER BY r.created_at DESC, r.id DESC LIMIT 1), false) AS "belongs!",
                  coalesce((SELECT r.ruling = 'closed' FROM side_thread_ruling r
                    WHERE r.comment_id = a.id AND r.ruling IN ('closed', 'open')
                    ORDER BY r.created_at DESC, r.id DESC LIMIT 1), false) AS "closed!",
                  is_ruled(a.id, 'closed', 'open') AS "is_shut!"
           FROM above a LEFT JOIN comment_topic t ON t.comment_id = a.id ORDER BY a.step"#,
        site_id,
        id,
        ABOVE,
    )
    .fetch_all(db)
    .await?;
    let holds = sqlx::query_as!(
        Holds,
        r#"SELECT is_ruled($1, 'belongs', 'judged') AS "belongs!", is_ruled($1, 'closed', 'open') AS "closed!""#,
        id,
    )
    .fetch_one(db)
    .await?;
    let steps = rows
        .into_iter()
        .map(|row| Step {
            id: row.id,
            author: row.author,
            excerpt: excerpt(&row.start, 80),
            fit: row.fit,
            belongs: row.belongs,
            closed: row.closed,
            is_shut: row.is_shut,
        })
        .collect();
    Ok((steps, holds))
}

/// An article and how far its newest live comments are from it, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Drifting {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) lang: Option<String>,
    pub(crate) points: Vec<Point>,
    /// comments on which it is ruled that what is under them belongs, and that it is closed
    pub(crate) belonging: Vec<Uuid>,
    pub(crate) closed: Vec<Uuid>,
}

impl Drifting {
    pub(crate) fn belongs(&self, comment_id: &Uuid) -> bool {
        self.belonging.contains(comment_id)
    }

    pub(crate) fn is_closed(&self, comment_id: &Uuid) -> bool {
        self.closed.contains(comment_id)
    }
}

/// # Errors
/// [`Error::NotFound`] when it is not this site's; a database error.
pub(crate) async fn drifting(db: &PgPool, site_id: Uuid, slug: &str) -> Result<Drifting> {
    let article = sqlx::query!(
        r#"SELECT id, slug, title, lang FROM article WHERE site_id = $1 AND slug = $2"#,
        site_id,
        slug,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)?;
    let rows = sqlx::query!(
        r#"SELECT c.root_id, c.created_at, t.fit, root.author_name AS author, left(root.body, 300) AS "start!"
           FROM comment c JOIN comment_topic t ON t.comment_id = c.id JOIN comment root ON root.id = c.root_id
           WHERE c.article_id = $1 AND c.status = 'live' AND c.live_at IS NOT NULL
           ORDER BY c.created_at DESC, c.id DESC LIMIT $2"#,
        article.id,
        DRAWN,
    )
    .fetch_all(db)
    .await?;
    let points = rows.into_iter().rev().map(|row| Point {
        root_id: row.root_id,
        at: row.created_at,
        fit: row.fit,
        author: row.author,
        excerpt: excerpt(&row.start, 80),
    });
    let in_force = sqlx::query!(
        r#"SELECT DISTINCT ON (comment_id, ruling IN ('closed', 'open')) comment_id, ruling FROM side_thread_ruling
           WHERE article_id = $1
           ORDER BY comment_id, ruling IN ('closed', 'open'), created_at DESC, id DESC"#,
        article.id,
    )
    .fetch_all(db)
    .await?;
    let ruled = |word: &str| -> Vec<Uuid> {
        let rows = in_force.iter().filter(|row| row.ruling == word);
        rows.map(|row| row.comment_id).collect()
    };
    Ok(Drifting {
        belonging: ruled("belongs"),
        closed: ruled("closed"),
        slug: article.slug,
        title: article.title,
        lang: article.lang,
        points: points.collect(),
    })
}
