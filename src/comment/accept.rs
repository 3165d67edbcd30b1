//! From what somebody sent to a pending comment: the one way in, for pages and programs alike.

use sqlx::PgPool;
use uuid::Uuid;

use super::body::Body;
use super::store::{NewComment, Posted, post, replayed};
use crate::account::{self, NewSession, Viewer};
use crate::error::{Error, Result};
use crate::limit::{self, Rule};
use crate::site::Site;
use crate::web::ClientIp;

/// A person writes a few comments in a minute, not dozens; an address may be a whole school.
const BY_WRITER: Rule = Rule::new("post_writer", 5.0, 20.0);
const BY_ADDRESS: Rule = Rule::new("post_ip", 10.0, 6.0);

/// Repetitions are no new tries, but a guest's each opens a session.
const REPEATS: Rule = Rule::new("post_repeat_ip", 60.0, 3.0);

/// The longest idempotency key, in characters.
const MAX_KEY: usize = 255;

/// What a client sent.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    pub parent_id: Option<Uuid>,
    pub text: String,
    /// a guest's
    pub name: Option<String>,
    /// a guest's
    pub email: Option<String>,
    /// see [`NewComment::key`]
    pub key: Option<String>,
}

#[derive(Debug)]
pub struct Accepted {
    pub posted: Posted,
    /// a guest's first comment opens a session, so that they may see it while it waits
    pub new_session: Option<NewSession>,
}

/// Checks a submission and stores it as pending.
///
/// # Errors
/// [`Error::Invalid`] or [`Error::BadRequest`] with a sentence on what to change; [`Error::SignInNeeded`] where guests
/// may not comment; [`Error::TooMany`]; those of [`post`].
pub async fn accept(
    db: &PgPool,
    site: &Site,
    viewer: &Viewer,
    ip: ClientIp,
    article_id: Uuid,
    submission: Submission,
) -> Result<Accepted> {
    let mut new = check(db, site, viewer, article_id, submission).await?;
    // a repetition of what was accepted is no new try; but without a session it opens one
    if !replayed(db, &new).await? {
        limit::take(db, BY_ADDRESS, &ip.to_string()).await?;
        limit::take(db, BY_WRITER, &new.scope()).await?;
    } else if viewer.session_id().is_none() {
        limit::take(db, REPEATS, &ip.to_string()).await?;
    }
    let new_session = match viewer.session_id() {
        Some(_) => None,
        None => Some(account::open_guest_session(db, site.id).await?),
    };
    if let Some(opened) = &new_session {
        new.session_id = Some(opened.session.id);
    }
    let posted = post(db, &new).await?;
    metrics::counter!("comments_submitted_total", "result" => if posted.is_replay { "replay" } else { "stored" }).increment(1);
    Ok(Accepted {
        posted,
        new_session,
    })
}

async fn check(
    db: &PgPool,
    site: &Site,
    viewer: &Viewer,
    article_id: Uuid,
    submission: Submission,
) -> Result<NewComment> {
    let body = Body::parse(&submission.text)?;
    let key = submission.key.filter(|key| !key.is_empty());
    if key
        .as_ref()
        .is_some_and(|key| key.chars().count() > MAX_KEY || key.chars().any(char::is_control))
    {
        return Err(Error::BadRequest(format!(
            "An idempotency key has at most {MAX_KEY} printable characters."
        )));
    }
    let (account_id, author_name, guest_email) = match viewer.account() {
        Some(account) => (Some(account.id), account.name.clone(), None),
        None => guest(db, site, submission.name, submission.email).await?,
    };
    Ok(NewComment {
        site_id: site.id,
        article_id,
        parent_id: submission.parent_id,
        account_id,
        session_id: viewer.session_id(),
        author_name,
        guest_email,
        body,
        key,
        written_at: None,
    })
}

async fn guest(
    db: &PgPool,
    site: &Site,
    name: Option<String>,
    email: Option<String>,
) -> Result<(Option<Uuid>, String, Option<String>)> {
    if !site.guests_allowed {
        return Err(Error::SignInNeeded);
    }
    let name = account::guest_name(&name.unwrap_or_default(), &site.name)?;
    let email = account::email_address(&email.unwrap_or_default())?;
    if account::name_is_taken(db, site.id, &name).await? {
        return Err(Error::Invalid(
            "Somebody with an account has this name: please choose another, or sign in.".into(),
        ));
    }
    Ok((None, name, Some(email)))
}
