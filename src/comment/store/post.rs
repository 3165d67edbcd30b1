//! A comment comes in.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::super::body::Body;
use crate::error::{Error, Result};
use crate::ids::new_id;

/// A comment whose every part has been checked.
#[derive(Clone, Debug)]
pub struct NewComment {
    pub site_id: Uuid,
    pub article_id: Uuid,
    pub parent_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub author_name: String,
    /// a guest's address
    pub guest_email: Option<String>,
    pub body: Body,
    /// the client's idempotency key; without one, the same text to the same place in the same account, or guest's
    /// session, is the same comment
    pub key: Option<String>,
    /// when it was written, for comments that are brought in from elsewhere; `None`: now
    pub written_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    pub id: Uuid,
    /// this very request was carried out before; nothing new was stored
    pub is_replay: bool,
}

impl NewComment {
    /// Whose keys these are: two people may use the same one.
    pub(in super::super) fn scope(&self) -> String {
        match (self.account_id, &self.guest_email) {
            (Some(account), _) => format!("account:{account}"),
            (None, email) => format!(
                "guest:{}",
                hex(&Sha256::digest(email.as_deref().unwrap_or("")))
            ),
        }
    }

    fn request_hash(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(self.article_id);
        hash.update(self.parent_id.unwrap_or_default());
        hash.update(self.body.as_str());
        hash.finalize().to_vec()
    }

    fn key(&self, request_hash: &[u8]) -> String {
        let hash = hex(request_hash);
        match (&self.key, self.account_id) {
            (Some(key), _) => key.clone(),
            (None, Some(_)) => format!("text:{hash}"),
            // A guest's address and text can be guessed, or read: only their session tells them from whoever tries
            // to find out or to take over what they wrote.
            (None, None) => format!("text:{}:{hash}", self.session_id.unwrap_or_default()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Stores a comment as pending, once for each key. One statement, so that there is no moment at which the key
/// is taken and the comment is not there, and nothing that a reader who goes away could leave half done.
///
/// # Errors
/// [`Error::Invalid`] when the key was used for another text; [`Error::Conflict`] when the article or the side thread
/// is closed, the comment answered is not live any more, or the same person has just posted the same text;
/// [`Error::NotFound`] without the article.
pub async fn post(db: &PgPool, new: &NewComment) -> Result<Posted> {
    let (scope, hash) = (new.scope(), new.request_hash());
    let key = new.key(&hash);
    let id = new_id();
    let inserted = sqlx::query_scalar!(
        r#"INSERT INTO comment (id, site_id, article_id, parent_id, root_id, depth, account_id, session_id,
                                author_name, guest_email, body, idempotency_scope, idempotency_key, request_hash, created_at)
           SELECT $1, a.site_id, a.id, p.id, coalesce(p.root_id, $1), CASE WHEN p.id IS NULL THEN 0 ELSE least(p.depth + 1, 500) END, $5, $6,
                  $7, $8, $9, $10, $11, $12, coalesce($13, now())
           FROM article a LEFT JOIN comment p ON p.id = $4 AND p.article_id = a.id AND p.status = 'live'
           WHERE a.site_id = $2 AND a.id = $3 AND a.mode <> 'closed' AND ($4::uuid IS NULL) = (p.id IS NULL)
             AND (p.id IS NULL OR NOT is_ruled(p.id, 'closed', 'open'))
             AND NOT EXISTS (
               SELECT FROM comment c
               WHERE (c.account_id = $5 OR c.session_id = $6) AND c.article_id = a.id AND c.body = $9
                 AND c.created_at > now() - interval '5 minutes' AND c.idempotency_key <> $11)
           ON CONFLICT (site_id, idempotency_scope, idempotency_key) DO NOTHING
           RETURNING id"#,
        id,
        new.site_id,
        new.article_id,
        new.parent_id,
        new.account_id,
        new.session_id,
        new.author_name,
        new.guest_email,
        new.body.as_str(),
        scope,
        key,
        hash,
        new.written_at,
    )
    .fetch_optional(db)
    .await?;
    match inserted {
        Some(id) => Ok(Posted {
            id,
            is_replay: false,
        }),
        None => match replay(db, new, &scope, &key, &hash).await? {
            Some(posted) => Ok(posted),
            None => Err(refusal(db, new).await?),
        },
    }
}

/// Has this very request been carried out before?
///
/// # Errors
/// A database error.
pub async fn replayed(db: &PgPool, new: &NewComment) -> Result<bool> {
    let hash = new.request_hash();
    let found = sqlx::query_scalar!(
        "SELECT request_hash FROM comment WHERE site_id = $1 AND idempotency_scope = $2 AND idempotency_key = $3",
        new.site_id,
        new.scope(),
        new.key(&hash),
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some_and(|known| known == hash))
}

/// The comment that this key made before, if it did.
async fn replay(
    db: &PgPool,
    new: &NewComment,
    scope: &str,
    key: &str,
    hash: &[u8],
) -> Result<Option<Posted>> {
    let known = sqlx::query!(
        "SELECT id, request_hash FROM comment WHERE site_id = $1 AND idempotency_scope = $2 AND idempotency_key = $3",
        new.site_id,
        scope,
        key,
    )
    .fetch_optional(db)
    .await?;
    let Some(known) = known else { return Ok(None) };
    if known.request_hash != hash {
        return Err(Error::Invalid(
            "This idempotency key was used for another comment: take a new one.".into(),
        ));
    }
    adopt(db, known.id, new.session_id).await?;
    Ok(Some(Posted {
        id: known.id,
        is_replay: true,
    }))
}

/// A guest who pressed the button twice has the cookie of the second answer, not of the first: the comment
/// goes with it. Only for as long as a double click takes, and only for whoever knows address, text and key.
async fn adopt(db: &PgPool, id: Uuid, session_id: Option<Uuid>) -> Result<()> {
    sqlx::query!(
        "UPDATE comment SET session_id = $2
         WHERE id = $1 AND account_id IS NULL AND $2::uuid IS NOT NULL AND session_id IS DISTINCT FROM $2
           AND created_at > now() - interval '10 minutes'",
        id,
        session_id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Why a comment cannot be answered, for whoever wanted to.
pub const PARENT_GONE: &str =
    "The comment that you answer is not there any more. You can post yours without it.";
pub const SIDE_CLOSED: &str = "A moderator has closed this side thread, so that the comments stay with the article. \
    You can post yours as a comment of its own.";

/// Why nothing was stored.
async fn refusal(db: &PgPool, new: &NewComment) -> Result<Error> {
    let found = sqlx::query!(
        r#"SELECT a.mode = 'closed' AS "is_closed!",
                  $3::uuid IS NOT NULL AND NOT EXISTS (
                    SELECT FROM comment p WHERE p.id = $3 AND p.article_id = a.id AND p.status = 'live') AS "is_orphan!",
                  $3::uuid IS NOT NULL AND is_ruled($3, 'closed', 'open') AS "is_side_closed!"
           FROM article a WHERE a.site_id = $1 AND a.id = $2"#,
        new.site_id,
        new.article_id,
        new.parent_id,
    )
    .fetch_optional(db)
    .await?;
    Ok(match found {
        None => Error::NotFound,
        Some(found) if found.is_closed => {
            Error::Conflict("Comments under this article are closed.".into())
        }
        Some(found) if found.is_orphan => Error::Conflict(PARENT_GONE.into()),
        Some(found) if found.is_side_closed => Error::Conflict(SIDE_CLOSED.into()),
        Some(_) => Error::Conflict("You have just posted the same text under this article.".into()),
    })
}
