//! What somebody learns of their own comments.

use sqlx::PgPool;
use uuid::Uuid;

use super::super::guidelines;
use super::super::status::Status;
use super::super::thread::{Conversation, Shown};
use super::Me;
use crate::error::{Error, Result};

/// Adds, to one's own comments that are not live, why: the machine's sentences, or the guideline that a
/// moderator named.
pub(super) async fn explain(db: &PgPool, conversations: &mut [Conversation]) -> Result<()> {
    let waits = |shown: &&mut Shown| {
        shown.is_own && matches!(shown.status, Status::Held | Status::Rejected)
    };
    let ids: Vec<Uuid> = conversations
        .iter_mut()
        .flat_map(|c| &mut c.comments)
        .filter(waits)
        .map(|shown| shown.id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        r#"SELECT c.id, coalesce(s.reason, '') AS "decided!", r.kind AS "kind?", r.note AS "note?"
           FROM comment c JOIN settlement s ON s.id = c.settlement_id
           LEFT JOIN reason r ON r.verdict_id = s.verdict_id
             -- what nobody is held for is nothing to tell; nor what a moderator has said belongs,
             -- or what the site only marks
             AND r.kind NOT IN ('thanks', 'correction', 'about_moderation')
             AND NOT (r.kind = 'off_topic' AND (is_ruled(c.id, 'belongs', 'judged') OR EXISTS (
               SELECT FROM verdict v JOIN ruleset rules ON rules.site_id = c.site_id AND rules.version = v.ruleset
               WHERE v.id = s.verdict_id AND rules.source -> 'topic' ->> 'hold' = 'false')))
           WHERE c.id = ANY($1) ORDER BY c.id, r.position"#,
        &ids,
    )
    .fetch_all(db)
    .await?;
    for shown in conversations
        .iter_mut()
        .flat_map(|c| &mut c.comments)
        .filter(waits)
    {
        let mine: Vec<_> = rows.iter().filter(|row| row.id == shown.id).collect();
        let decided = mine
            .first()
            .and_then(|row| guidelines::sentence(&row.decided));
        let why = decided
            .map(str::to_owned)
            .into_iter()
            .chain(mine.iter().filter_map(|row| match row.kind.as_deref() {
                Some("off_topic") => Some(guidelines::SEEMS_OFF_TOPIC.to_owned()),
                Some("evasion") => Some(guidelines::NOT_PLAIN.to_owned()),
                _ => row.note.clone(),
            }));
        // two disguises are one sentence: how many were seen is nobody's business
        for sentence in why {
            if !shown.why.contains(&sentence) {
                shown.why.push(sentence);
            }
        }
    }
    Ok(())
}

/// The status of one's own comment.
///
/// # Errors
/// [`Error::NotFound`] when it is not one's own; a database error.
pub async fn status_of(db: &PgPool, comment_id: Uuid, me: Me) -> Result<Status> {
    sqlx::query_scalar!(
        r#"SELECT status AS "status: Status" FROM comment WHERE id = $1 AND (account_id = $2 OR session_id = $3)"#,
        comment_id,
        me.account_id,
        me.session_id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}
