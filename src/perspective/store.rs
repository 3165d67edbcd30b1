//! All SQL of the tables client and suggestion.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use super::analyses::Measured;
use super::answer;
use super::key::{self, Key};
use super::request::Suggest;
use crate::error::{Error, Result};
use crate::ids::new_id;

/// The longest name of a program, in characters.
const LONGEST_NAME: usize = 100;

/// A program that shows a key in force.
pub(super) struct Client {
    pub(super) id: Uuid,
    /// requests a second, in the long run; 1 to 1000
    pub(super) per_second: i32,
}

/// A program as operators see it.
#[derive(Debug)]
pub struct Listed {
    pub name: String,
    /// requests a second, in the long run
    pub per_second: i32,
    pub created_at: DateTime<Utc>,
    /// to the minute; `None`: never
    pub used_at: Option<DateTime<Utc>>,
    /// `None`: in force
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A suggestion to be kept.
pub(super) struct NewSuggestion<'a> {
    pub(super) client_id: Uuid,
    pub(super) sent: &'a Suggest,
    /// `None`: the filter could not be asked
    pub(super) measured: Option<&'a Measured>,
}

/// What a moderator elsewhere thought of a text, beside what was measured on it. The text is not kept.
#[derive(Debug, Serialize)]
pub struct Suggestion {
    #[serde(skip)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// the program that sent it
    pub client: String,
    /// the program's own name for the community
    pub community: Option<String>,
    /// the program's own name for the comment
    pub token: Option<String>,
    pub languages: Vec<String>,
    /// attribute → scores, as they were sent
    pub suggested: serde_json::Value,
    /// score → 0 to 1; null where the filter could not be asked
    pub measured: Option<serde_json::Value>,
    /// the version of the ruleset that measured
    pub ruleset: Option<String>,
    /// the names of the models that measured
    pub model: Option<String>,
}

/// Whose key this is the hash of, if it is in force.
pub(super) async fn client(
    db: &PgPool,
    site_id: Uuid,
    key_hash: &[u8; 32],
) -> Result<Option<Client>> {
    let found = sqlx::query_as!(
        Client,
        "WITH found AS (
           SELECT id, per_second, coalesce(used_at < now() - interval '1 minute', true) AS is_stale
           FROM client WHERE key_hash = $1 AND site_id = $2 AND revoked_at IS NULL
         ), used AS (
           UPDATE client c SET used_at = now() FROM found WHERE c.id = found.id AND found.is_stale
         )
         SELECT id, per_second FROM found",
        key_hash,
        site_id,
    )
    .fetch_optional(db)
    .await?;
    Ok(found)
}

/// Makes a key for a program: the only moment at which the key is known.
///
/// # Errors
/// [`Error::Invalid`] for a name that cannot be listed, [`Error::Conflict`] when a key of that name is in force; a
/// database error.
pub async fn create_client(db: &PgPool, site_id: Uuid, name: &str, per_second: i32) -> Result<Key> {
    let name = name.trim();
    let is_long = name.chars().count() > LONGEST_NAME;
    if name.is_empty() || is_long || name.chars().any(char::is_control) {
        let message =
            format!("A program's name has 1 to {LONGEST_NAME} characters and no line breaks.");
        return Err(Error::Invalid(message));
    }
    let key = Key::new()?;
    let made = sqlx::query!(
        "INSERT INTO client (id, site_id, name, key_hash, per_second) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (site_id, name) WHERE revoked_at IS NULL DO NOTHING",
        new_id(),
        site_id,
        name,
        &key::hash(key.as_str()),
        per_second,
    )
    .execute(db)
    .await?;
    if made.rows_affected() == 0 {
        let message = format!("{name} has a key already; revoke it first, or choose another name.");
        return Err(Error::Conflict(message));
    }
    Ok(key)
}

/// All that have a key or had one, by name, the newest first among those of one name.
///
/// # Errors
/// A database error.
pub async fn list_clients(db: &PgPool, site_id: Uuid) -> Result<Vec<Listed>> {
    let all = sqlx::query_as!(
        Listed,
        "SELECT name, per_second, created_at, used_at, revoked_at FROM client
         WHERE site_id = $1 ORDER BY name, created_at DESC",
        site_id,
    )
    .fetch_all(db)
    .await?;
    Ok(all)
}

/// Ends the key in force of this name.
///
/// # Errors
/// [`Error::NotFound`] when there is none; a database error.
pub async fn revoke_client(db: &PgPool, site_id: Uuid, name: &str) -> Result<()> {
    let ended = sqlx::query!(
        "UPDATE client SET revoked_at = now() WHERE site_id = $1 AND name = $2 AND revoked_at IS NULL",
        site_id,
        name.trim(),
    )
    .execute(db)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// Keeps a suggestion, without its text.
pub(super) async fn record(db: &PgPool, site_id: Uuid, new: &NewSuggestion<'_>) -> Result<()> {
    let (sent, measured) = (new.sent, new.measured);
    sqlx::query!(
        "INSERT INTO suggestion (id, site_id, client_id, community, token, languages, suggested, measured, ruleset, model)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new_id(),
        site_id,
        new.client_id,
        sent.community,
        sent.client_token,
        &sent.languages,
        Json(&sent.scores) as _,
        measured.map(|measured| Json(answer::kept(measured))) as _,
        measured.map(|measured| measured.ruleset.as_str()),
        measured.map(|measured| measured.model.as_str()),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Suggestions in the order in which they came in, at most a thousand: the first ones, or those after this one.
///
/// # Errors
/// A database error.
pub async fn suggestions_after(
    db: &PgPool,
    site_id: Uuid,
    after: Option<Uuid>,
) -> Result<Vec<Suggestion>> {
    let page = sqlx::query_as!(
        Suggestion,
        "SELECT s.id, s.created_at AS at, c.name AS client, s.community, s.token, s.languages, s.suggested, s.measured,
                s.ruleset, s.model
         FROM suggestion s JOIN client c ON c.id = s.client_id
         WHERE s.site_id = $1 AND s.id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)
         ORDER BY s.id LIMIT 1000",
        site_id,
        after,
    )
    .fetch_all(db)
    .await?;
    Ok(page)
}

/// Forgets suggestions after a year: what they were measured with has changed by then, and their tokens point to
/// people's comments.
///
/// # Errors
/// A database error.
pub async fn forget_old_suggestions(db: &PgPool) -> Result<()> {
    sqlx::query!("DELETE FROM suggestion WHERE created_at < now() - interval '1 year'")
        .execute(db)
        .await?;
    Ok(())
}
