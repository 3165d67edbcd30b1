//! The one way a status changes: at the version that was seen, with who and why.

use sqlx::PgConnection;
use uuid::Uuid;

use super::super::status::{Move, Status, next};
use super::topic;
use crate::error::{Error, Result};
use crate::ids::new_id;

/// Who settles, and on what grounds.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// The machine, with its verdict (none: a dead letter), the fence of its claim, and the code (of
    /// [`super::super::guidelines`]) of what held the comment beside the verdict.
    Machine {
        verdict_id: Option<Uuid>,
        fence: i64,
        reason: Option<&'static str>,
    },
    /// A person, with the guideline that they name.
    Person {
        moderator_id: Uuid,
        reason: Option<String>,
        note: Option<String>,
    },
}

#[derive(Clone, Debug)]
pub struct Settle {
    pub site_id: Uuid,
    pub comment_id: Uuid,
    /// the version on which the settler decided
    pub seen_version: i32,
    pub step: Move,
    pub evidence: Evidence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub to: Status,
    pub version: i32,
}

/// Moves a comment, writes down why, keeps the count and what the thread is about, and tells open pages: all in the
/// caller's transaction, which the caller commits.
///
/// # Errors
/// [`Error::NotFound`] for a comment that is not this site's; [`Error::Conflict`] when it is not at the version seen,
/// the worker's claim has passed to another, or the move does not exist from where it is.
pub async fn settle(tx: &mut PgConnection, order: &Settle) -> Result<Settled> {
    let comment = sqlx::query!(
        r#"SELECT article_id, root_id, status AS "status: Status", version, fence, account_id FROM comment
           WHERE site_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        order.site_id,
        order.comment_id,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Error::NotFound)?;
    if comment.version != order.seen_version {
        return Err(stale("This comment has been decided in the meantime."));
    }
    match &order.evidence {
        Evidence::Machine { fence, .. } if *fence != comment.fence => {
            metrics::counter!("job_fenced_total").increment(1);
            return Err(stale("Another worker has taken this comment over."));
        }
        Evidence::Person { moderator_id, .. } if comment.account_id == Some(*moderator_id) => {
            return Err(Error::Forbidden(
                "This comment is your own: a colleague has to decide it.".into(),
            ));
        }
        _ => {}
    }
    let to = next(comment.status, order.step)
        .ok_or_else(|| stale("This cannot be done with the comment any more: look at it again."))?;
    let id = new_id();
    move_to(tx, order, id, to).await?;
    write_down(tx, order, id, comment.status, to).await?;
    if comment.status == Status::Live || to == Status::Live {
        let shown = to == Status::Live;
        let number = announce(tx, comment.article_id, order.comment_id, shown).await?;
        if shown {
            let article_id = comment.article_id;
            topic::add(tx, article_id, comment.root_id, order.comment_id, number).await?;
        } else {
            topic::forget(tx, comment.article_id).await?;
        }
    }
    Ok(Settled {
        to,
        version: order.seen_version + 1,
    })
}

fn stale(sentence: &str) -> Error {
    Error::Conflict(sentence.into())
}

async fn move_to(
    tx: &mut PgConnection,
    order: &Settle,
    settlement_id: Uuid,
    to: Status,
) -> Result<()> {
    sqlx::query!(
        "UPDATE comment SET status = $2, version = version + 1, settlement_id = $3, dead_letter = $4,
           live_at = CASE WHEN $2 = 'live'::comment_status THEN coalesce(live_at, now()) ELSE live_at END
         WHERE id = $1",
        order.comment_id,
        to as Status,
        settlement_id,
        order.step == Move::DeadLetter,
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn write_down(
    tx: &mut PgConnection,
    order: &Settle,
    id: Uuid,
    from: Status,
    to: Status,
) -> Result<()> {
    let (moderator_id, verdict_id, reason, note) = match &order.evidence {
        Evidence::Machine {
            verdict_id, reason, ..
        } => (None, *verdict_id, *reason, None),
        Evidence::Person {
            moderator_id,
            reason,
            note,
        } => (
            Some(*moderator_id),
            None,
            reason.as_deref(),
            note.as_deref(),
        ),
    };
    sqlx::query!(
        "INSERT INTO settlement (id, site_id, comment_id, seen_version, from_status, to_status, action,
                                 moderator_id, verdict_id, reason, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id,
        order.site_id,
        order.comment_id,
        order.seen_version,
        from as Status,
        to as Status,
        order.step.as_str(),
        moderator_id,
        verdict_id,
        reason,
        note,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps the count of live comments and writes the event that open pages read. The event's number is taken
/// under the thread's row lock, which is held until commit: numbers become visible in their order.
async fn announce(
    tx: &mut PgConnection,
    article_id: Uuid,
    comment_id: Uuid,
    shown: bool,
) -> Result<i64> {
    let number = sqlx::query_scalar!(
        "INSERT INTO thread AS t (article_id, live_count, last_event) VALUES ($1, greatest($2::bigint, 0), 1)
         ON CONFLICT (article_id) DO UPDATE SET live_count = t.live_count + $2, last_event = t.last_event + 1
         RETURNING last_event",
        article_id,
        if shown { 1_i64 } else { -1 },
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO live_event (article_id, number, kind, comment_id) VALUES ($1, $2, $3, $4)",
        article_id,
        number,
        if shown { "shown" } else { "gone" },
        comment_id,
    )
    .execute(tx)
    .await?;
    Ok(number)
}
