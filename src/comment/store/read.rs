//! Comments as pages read them.

use std::collections::HashMap;

use sqlx::PgPool;
use uuid::Uuid;

use super::super::status::Status;
use super::super::thread::{Conversation, Row, Shown, reading_order};
use super::Me;
use super::own::explain;
use super::side::find_closed;
use crate::cursor::Cursor;
use crate::error::{Error, Result};

/// Conversations on a page.
const ROOTS: i64 = 30;
/// Answers of one conversation on an article's page; the rest are a link away.
const REPLIES: i64 = 50;
/// Answers of one conversation on its own page.
const REPLIES_ALONE: i64 = 500;

/// Which conversations come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    #[default]
    Newest,
    Oldest,
}

/// One page of an article's thread.
#[derive(Clone, Debug)]
pub struct ThreadPage {
    pub conversations: Vec<Conversation>,
    /// where the next page starts
    pub next: Option<Cursor>,
    pub live_count: i64,
    /// the newest event that this page already shows; ask for later ones
    pub last_event: i64,
}

/// A page of an article's thread, as `me` may see it: conversations by their first comment's time, each with its
/// answers. One's own waiting comments come with their conversation, or first of all when it is not on this
/// page; `posted`, one's own, is always there. The cost does not grow with the thread.
///
/// # Errors
/// A database error.
pub async fn thread_page(
    db: &PgPool,
    article_id: Uuid,
    order: Order,
    after: Option<Cursor>,
    me: Me,
    posted: Option<Uuid>,
) -> Result<ThreadPage> {
    let (live_count, last_event) = counts(db, article_id).await?;
    let mut roots = roots(db, article_id, order, after, me).await?;
    let next = if roots.len() > limit(ROOTS) {
        roots.truncate(limit(ROOTS));
        roots.last().map(|row| Cursor {
            at: row.created_at,
            id: row.id,
        })
    } else {
        None
    };
    let ids: Vec<Uuid> = roots.iter().map(|row| row.id).collect();
    let mut rows = roots;
    rows.extend(replies(db, &ids, REPLIES + 1, me).await?);
    let own = if after.is_none() {
        own(db, article_id, me, posted).await?
    } else {
        Vec::new()
    };
    let mut conversations = assemble(db, rows, own, REPLIES).await?;
    explain(db, &mut conversations).await?;
    find_closed(db, article_id, &mut conversations).await?;
    Ok(ThreadPage {
        conversations,
        next,
        live_count,
        last_event,
    })
}

/// The whole conversation of a comment: its first comment, then all answers (at most 500).
///
/// # Errors
/// [`Error::NotFound`] when the comment is not this article's or not for `me` to see; a database error.
pub async fn conversation(
    db: &PgPool,
    article_id: Uuid,
    comment_id: Uuid,
    me: Me,
) -> Result<Conversation> {
    let root = sqlx::query_scalar!(
        "SELECT root_id FROM comment WHERE article_id = $1 AND id = $2
           AND (status = 'live' OR account_id = $3 OR session_id = $4)",
        article_id,
        comment_id,
        me.account_id,
        me.session_id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)?;
    let mut rows = by_ids(db, article_id, &[root, comment_id], me).await?;
    let replies = replies(db, &[root], REPLIES_ALONE + 1, me).await?;
    // the comment itself is usually among them, and must not be shown twice
    rows.retain(|row| row.id == root || replies.iter().all(|reply| reply.id != row.id));
    rows.extend(replies);
    let own = own(db, article_id, me, None)
        .await?
        .into_iter()
        .filter(|row| row.root_id == root)
        .collect();
    let mut conversations = assemble(db, rows, own, REPLIES_ALONE).await?;
    explain(db, &mut conversations).await?;
    find_closed(db, article_id, &mut conversations).await?;
    let mut found = conversations
        .into_iter()
        .filter(|found| found.comments.iter().any(|shown| shown.id == comment_id));
    found.next().ok_or(Error::NotFound)
}

/// These comments alone, those that `me` may see: what an open page adds to itself.
///
/// # Errors
/// A database error.
pub async fn fragment(db: &PgPool, article_id: Uuid, ids: &[Uuid], me: Me) -> Result<Vec<Shown>> {
    let rows = by_ids(db, article_id, ids, me).await?;
    let mut conversations = vec![Conversation {
        comments: reading_order(rows, |_| false),
        more_replies: 0,
    }];
    explain(db, &mut conversations).await?;
    find_closed(db, article_id, &mut conversations).await?;
    Ok(conversations
        .pop()
        .map(|only| only.comments)
        .unwrap_or_default())
}

fn limit(n: i64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

async fn counts(db: &PgPool, article_id: Uuid) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        "SELECT live_count, last_event FROM thread WHERE article_id = $1",
        article_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map_or((0, 0), |row| (row.live_count, row.last_event)))
}

async fn roots(
    db: &PgPool,
    article_id: Uuid,
    order: Order,
    after: Option<Cursor>,
    me: Me,
) -> Result<Vec<Row>> {
    let (at, id) = (after.map(|cursor| cursor.at), after.map(|cursor| cursor.id));
    // Two statements that differ in direction only: an ORDER BY that depends on a parameter cannot use the index.
    // Nor could a condition that holds when there is no place: the first page starts at the end of time instead.
    let rows = match order {
        Order::Newest => {
            sqlx::query_as!(
                Row,
                r#"SELECT c.id, c.parent_id, c.root_id, c.depth, c.author_name AS author, coalesce(a.role <> 'reader', false) AS "is_staff!",
                          c.body, c.status AS "status: Status", c.created_at,
                          coalesce(c.account_id = $5 OR c.session_id = $6, false) AS "is_own!", NULL::text AS answers
                   FROM comment c LEFT JOIN account a ON a.id = c.account_id
                   WHERE c.article_id = $1 AND c.parent_id IS NULL AND c.live_at IS NOT NULL
                     AND (c.created_at, c.id) < (coalesce($2, timestamptz 'infinity'), coalesce($3, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                   ORDER BY c.created_at DESC, c.id DESC LIMIT $4"#,
                article_id, at, id, ROOTS + 1, me.account_id, me.session_id,
            )
            .fetch_all(db)
            .await?
        }
        Order::Oldest => {
            sqlx::query_as!(
                Row,
                r#"SELECT c.id, c.parent_id, c.root_id, c.depth, c.author_name AS author, coalesce(a.role <> 'reader', false) AS "is_staff!",
                          c.body, c.status AS "status: Status", c.created_at,
                          coalesce(c.account_id = $5 OR c.session_id = $6, false) AS "is_own!", NULL::text AS answers
                   FROM comment c LEFT JOIN account a ON a.id = c.account_id
                   WHERE c.article_id = $1 AND c.parent_id IS NULL AND c.live_at IS NOT NULL
                     AND (c.created_at, c.id) > (coalesce($2, timestamptz '-infinity'), coalesce($3, uuid '00000000-0000-0000-0000-000000000000'))
                   ORDER BY c.created_at, c.id LIMIT $4"#,
                article_id, at, id, ROOTS + 1, me.account_id, me.session_id,
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(rows)
}

/// The first `limit` answers of each conversation. Answers are younger than what they answer, so the first n of
/// a conversation never lack an ancestor.
async fn replies(db: &PgPool, roots: &[Uuid], limit: i64, me: Me) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.id, c.parent_id, c.root_id, c.depth, c.author_name AS author, coalesce(a.role <> 'reader', false) AS "is_staff!",
                  c.body, c.status AS "status: Status", c.created_at,
                  coalesce(c.account_id = $3 OR c.session_id = $4, false) AS "is_own!",
                  CASE WHEN p.status = 'live' THEN p.author_name END AS answers
           FROM unnest($1::uuid[]) AS r(id)
           CROSS JOIN LATERAL (
             SELECT * FROM comment WHERE root_id = r.id AND parent_id IS NOT NULL AND live_at IS NOT NULL
             ORDER BY created_at, id LIMIT $2) AS c
           JOIN comment p ON p.id = c.parent_id
           LEFT JOIN account a ON a.id = c.account_id
           ORDER BY c.created_at, c.id"#,
        roots,
        limit,
        me.account_id,
        me.session_id,
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// Comments that were live once or are one's own, by id.
async fn by_ids(db: &PgPool, article_id: Uuid, ids: &[Uuid], me: Me) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.id, c.parent_id, c.root_id, c.depth, c.author_name AS author, coalesce(a.role <> 'reader', false) AS "is_staff!",
                  c.body, c.status AS "status: Status", c.created_at,
                  coalesce(c.account_id = $3 OR c.session_id = $4, false) AS "is_own!",
                  CASE WHEN p.status = 'live' THEN p.author_name END AS answers
           FROM comment c LEFT JOIN comment p ON p.id = c.parent_id LEFT JOIN account a ON a.id = c.account_id
           WHERE c.article_id = $1 AND c.id = ANY($2)
             AND (c.live_at IS NOT NULL OR c.account_id = $3 OR c.session_id = $4)
           ORDER BY c.created_at, c.id"#,
        article_id,
        ids,
        me.account_id,
        me.session_id,
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// One's own comments that only oneself sees, and the one just posted.
async fn own(db: &PgPool, article_id: Uuid, me: Me, posted: Option<Uuid>) -> Result<Vec<Row>> {
    if me.account_id.is_none() && me.session_id.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.id, c.parent_id, c.root_id, c.depth, c.author_name AS author, coalesce(a.role <> 'reader', false) AS "is_staff!",
                  c.body, c.status AS "status: Status", c.created_at, true AS "is_own!",
                  CASE WHEN p.status = 'live' THEN p.author_name END AS answers
           FROM comment c LEFT JOIN comment p ON p.id = c.parent_id LEFT JOIN account a ON a.id = c.account_id
           WHERE c.article_id = $1 AND (c.account_id = $2 OR c.session_id = $3)
             AND (c.status IN ('pending', 'held', 'rejected') OR c.id = $4)
           ORDER BY c.created_at DESC, c.id DESC LIMIT 20"#,
        article_id,
        me.account_id,
        me.session_id,
        posted,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().rev().collect())
}

/// Rows into conversations, in the order of their roots; one's own that belong to none of them come first.
async fn assemble(
    db: &PgPool,
    rows: Vec<Row>,
    own: Vec<Row>,
    shown_replies: i64,
) -> Result<Vec<Conversation>> {
    let mut order: Vec<Uuid> = rows
        .iter()
        .filter(|row| row.parent_id.is_none())
        .map(|row| row.root_id)
        .collect();
    let mut groups: HashMap<Uuid, Vec<Row>> = HashMap::new();
    for row in rows {
        groups.entry(row.root_id).or_default().push(row);
    }
    let mut full = Vec::new();
    for (root, group) in &mut groups {
        // the root and its answers; one more answer was read than is shown, to know whether there are more
        if group.len() > limit(shown_replies) + 1 {
            group.truncate(limit(shown_replies) + 1);
            full.push(*root);
        }
    }
    let totals = reply_totals(db, &full).await?;
    for row in own {
        if !order.contains(&row.root_id) {
            order.insert(0, row.root_id);
        }
        let group = groups.entry(row.root_id).or_default();
        if group.iter().all(|known| known.id != row.id) {
            group.push(row);
        }
    }
    let conversation = |root: Uuid| {
        let rows = groups.remove(&root)?;
        let more_replies = totals.get(&root).map_or(0, |total| total - shown_replies);
        let comments = reading_order(rows, |id| id == root && more_replies > 0);
        (!comments.is_empty()).then_some(Conversation {
            comments,
            more_replies,
        })
    };
    Ok(order.into_iter().filter_map(conversation).collect())
}

async fn reply_totals(db: &PgPool, roots: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    if roots.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"SELECT root_id, count(*) AS "total!" FROM comment
           WHERE root_id = ANY($1) AND parent_id IS NOT NULL AND live_at IS NOT NULL GROUP BY root_id"#,
        roots,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.root_id, row.total))
        .collect())
}
