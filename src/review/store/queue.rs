//! The held comments in a row.

use sqlx::PgPool;
use uuid::Uuid;

use super::super::queue::{Entry, Queue};
use crate::comment::excerpt;
use crate::cursor::Cursor;
use crate::error::Result;

/// How many of the oldest held comments are put in order of gravity: enough for a shift, and the same cost
/// whether a thousand wait or a million.
pub(crate) const WINDOW: i64 = 500;

/// How far comments are counted.
pub(crate) const COUNTED: i64 = 999;

/// Waiting comments, each up to [`COUNTED`] + 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) held: i64,
    pub(crate) dead_letters: i64,
}

pub(crate) async fn counts(db: &PgPool, site_id: Uuid) -> Result<Counts> {
    let row = sqlx::query!(
        r#"SELECT
             (SELECT count(*) FROM (SELECT FROM comment WHERE site_id = $1 AND status = 'held' AND NOT dead_letter LIMIT $2) h) AS "held!",
             (SELECT count(*) FROM (SELECT FROM comment WHERE site_id = $1 AND status = 'held' AND dead_letter LIMIT $2) d) AS "dead_letters!""#,
        site_id,
        COUNTED + 1,
    )
    .fetch_one(db)
    .await?;
    Ok(Counts {
        held: row.held,
        dead_letters: row.dead_letters,
    })
}

/// The oldest held comments after a place, each with the gravest reason of its newest verdict; with `since`, only those
/// that have come to wait after that settlement, however long ago they were written.
pub(crate) async fn held(
    db: &PgPool,
    site_id: Uuid,
    queue: Queue,
    after: Option<Cursor>,
    since: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>> {
    // A plan for each of the two, so that each can use its own partial index. Without a place both start at the
    // beginning of time: a condition that holds when there is none could not use the index either.
    match queue {
        Queue::Held => held_where(db, site_id, after, since, limit).await,
        Queue::DeadLetters => dead_letters(db, site_id, after, since, limit).await,
    }
}

struct Raw {
    id: Uuid,
    version: i32,
    author_name: String,
    start: String,
    title: String,
    created_at: chrono::DateTime<chrono::Utc>,
    severity: Option<String>,
    kind: Option<String>,
    held_by: Option<String>,
    filter_holds: bool,
    settlement: Uuid,
}

impl From<Raw> for Entry {
    fn from(raw: Raw) -> Self {
        Self {
            id: raw.id,
            version: raw.version,
            author: raw.author_name,
            excerpt: excerpt(&raw.start, 90),
            article_title: raw.title,
            created_at: raw.created_at,
            severity: raw.severity,
            kind: raw.kind,
            held_by: raw.held_by,
            filter_holds: raw.filter_holds,
            settlement: raw.settlement,
        }
    }
}

async fn held_where(
    db: &PgPool,
    site_id: Uuid,
    after: Option<Cursor>,
    since: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Raw,
        r#"WITH oldest AS (
             SELECT id, article_id, version, author_name, left(body, 300) AS start, created_at, settlement_id FROM comment
             WHERE site_id = $1 AND status = 'held' AND NOT dead_letter
               AND (created_at, id) > (coalesce($2, timestamptz '-infinity'), coalesce($3, uuid '00000000-0000-0000-0000-000000000000'))
               AND settlement_id > coalesce($5, uuid '00000000-0000-0000-0000-000000000000')
             ORDER BY created_at, id LIMIT $4)
           SELECT o.id, o.version, o.author_name, o.start AS "start!", a.title, o.created_at,
                  r.severity AS "severity?", r.kind AS "kind?", s.reason AS "held_by?",
                  coalesce(v.outcome <> 'publish', false) AS "filter_holds!", o.settlement_id AS "settlement!"
           FROM oldest o JOIN article a ON a.id = o.article_id
           -- the machine settles a comment once
           LEFT JOIN settlement s ON s.comment_id = o.id AND s.moderator_id IS NULL
           LEFT JOIN LATERAL (
             SELECT id, outcome FROM verdict WHERE comment_id = o.id ORDER BY created_at DESC LIMIT 1) v ON true
           LEFT JOIN LATERAL (
             SELECT kind, severity FROM reason WHERE verdict_id = v.id ORDER BY position LIMIT 1) r ON true
           ORDER BY o.created_at, o.id"#,
        site_id,
        after.map(|cursor| cursor.at),
        after.map(|cursor| cursor.id),
        limit,
        since,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

async fn dead_letters(
    db: &PgPool,
    site_id: Uuid,
    after: Option<Cursor>,
    since: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Raw,
        r#"SELECT c.id, c.version, c.author_name, left(c.body, 300) AS "start!", a.title, c.created_at,
                  NULL::text AS severity, NULL::text AS kind, NULL::text AS held_by,
                  false AS "filter_holds!", c.settlement_id AS "settlement!"
           FROM comment c JOIN article a ON a.id = c.article_id
           WHERE c.site_id = $1 AND c.status = 'held' AND c.dead_letter
             AND (c.created_at, c.id) > (coalesce($2, timestamptz '-infinity'), coalesce($3, uuid '00000000-0000-0000-0000-000000000000'))
             AND c.settlement_id > coalesce($5, uuid '00000000-0000-0000-0000-000000000000')
           ORDER BY c.created_at, c.id LIMIT $4"#,
        site_id,
        after.map(|cursor| cursor.at),
        after.map(|cursor| cursor.id),
        limit,
        since,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}
