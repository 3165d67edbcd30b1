//! All SQL of the tables account and session.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::session::Lifetime;
use super::{Account, NewSession, Role, Session, Token, name};
use crate::error::Result;
use crate::ids::new_id;

/// An account as sign-in needs it.
pub(super) struct Stored {
    pub(super) account: Account,
    /// argon2id, PHC string
    pub(super) password_hash: String,
    pub(super) is_disabled: bool,
}

/// One line of "where you are signed in".
pub(super) struct OwnSession {
    pub(super) id: Uuid,
    pub(super) created_at: DateTime<Utc>,
    /// to the minute
    pub(super) last_seen_at: DateTime<Utc>,
}

/// An account that has passed every check but that its name and address are free.
pub(super) struct NewRow<'a> {
    pub(super) name: &'a str,
    pub(super) name_key: &'a str,
    pub(super) email: &'a str,
    pub(super) password_hash: &'a str,
    pub(super) role: Role,
}

/// How somebody names themselves at sign-in. Names cannot contain `@`, so that the two never mix.
pub(super) enum Handle {
    NameKey(String),
    Email(String),
}

/// The session of this token, if it has not ended, and the account with the role that it has now. A session
/// from before its account became staff has no idle limit and does not count: a new role needs a new token.
pub(super) async fn find_session(
    db: &PgPool,
    site_id: Uuid,
    token: &Token,
) -> Result<Option<Session>> {
    // remembers the visit at most once a minute, so that reading a page does not write a row each time
    let row = sqlx::query!(
        r#"WITH found AS (
             SELECT s.id, s.csrf, s.last_seen_at < now() - interval '1 minute' AS is_stale,
                    a.id AS account_id, a.name, a.email, a.role
             FROM session s LEFT JOIN account a ON a.id = s.account_id
             WHERE s.token_hash = $1 AND s.site_id = $2 AND s.expires_at > now()
               AND (s.idle_limit IS NULL OR s.last_seen_at + s.idle_limit > now())
               AND a.disabled_at IS NULL
               AND (a.id IS NULL OR a.role = 'reader' OR s.idle_limit IS NOT NULL)
           ), seen AS (
             UPDATE session s SET last_seen_at = now() FROM found WHERE s.id = found.id AND found.is_stale
           )
           SELECT id, csrf, account_id AS "account_id?", name AS "name?", email AS "email?", role AS "role?: Role" FROM found"#,
        &token.hash(),
        site_id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Session {
        id: row.id,
        site_id,
        account: account_of(row.account_id, site_id, row.name, row.email, row.role),
        csrf: row.csrf,
    }))
}

/// The account of a left join: all of its columns, or a guest.
fn account_of(
    id: Option<Uuid>,
    site_id: Uuid,
    name: Option<String>,
    email: Option<String>,
    role: Option<Role>,
) -> Option<Account> {
    Some(Account {
        id: id?,
        site_id,
        name: name?,
        email: email?,
        role: role?,
    })
}

pub(super) async fn insert_guest_session(
    db: &PgPool,
    new: &NewSession,
    lifetime: Lifetime,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO session (id, site_id, token_hash, csrf, expires_at)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))",
        new.session.id,
        new.session.site_id,
        &new.token.hash(),
        new.session.csrf,
        f64::from(lifetime.absolute_s),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Begins an account's session, if the account still has the password that was just checked: a sign-in that
/// races with a change of password either comes first and is ended by it, or is refused.
/// Returns whether the session began.
pub(super) async fn insert_session(
    db: &mut PgConnection,
    new: &NewSession,
    account_id: Uuid,
    checked_hash: &str,
    lifetime: Lifetime,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO session (id, site_id, account_id, token_hash, csrf, expires_at, idle_limit)
         SELECT $1, a.site_id, a.id, $4, $5, now() + make_interval(secs => $6), make_interval(secs => $7)
         FROM account a WHERE a.id = $2 AND a.password_hash = $3 AND a.disabled_at IS NULL FOR SHARE",
        new.session.id,
        account_id,
        checked_hash,
        &new.token.hash(),
        new.session.csrf,
        f64::from(lifetime.absolute_s),
        lifetime.idle_s.map(f64::from),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a session.
pub(super) async fn end_session(db: &PgPool, id: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM session WHERE id = $1", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends one of an account's own sessions; another's stays, without a word.
pub(super) async fn end_own_session(db: &PgPool, account_id: Uuid, id: Uuid) -> Result<()> {
    sqlx::query!(
        "DELETE FROM session WHERE id = $1 AND account_id = $2",
        id,
        account_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends all sessions of an account but one.
pub(super) async fn end_other_sessions(db: &PgPool, account_id: Uuid, keep: Uuid) -> Result<()> {
    sqlx::query!(
        "DELETE FROM session WHERE account_id = $1 AND id <> $2",
        account_id,
        keep
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An account's sessions that have not ended, the latest used first; at most 100.
pub(super) async fn sessions_of(db: &PgPool, account_id: Uuid) -> Result<Vec<OwnSession>> {
    Ok(sqlx::query_as!(
        OwnSession,
        "SELECT id, created_at, last_seen_at FROM session
         WHERE account_id = $1 AND expires_at > now() AND (idle_limit IS NULL OR last_seen_at + idle_limit > now())
         ORDER BY last_seen_at DESC, id LIMIT 100",
        account_id
    )
    .fetch_all(db)
    .await?)
}

/// Deletes the sessions that have ended by themselves.
///
/// # Errors
/// A database error.
pub async fn forget_ended_sessions(db: &PgPool) -> Result<()> {
    // some at a time: a long statement would hold up the ones behind it, and the next round takes the rest
    sqlx::query!(
        "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < now() ORDER BY expires_at LIMIT 1000)"
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn find_account(
    db: &PgPool,
    site_id: Uuid,
    handle: &Handle,
) -> Result<Option<Stored>> {
    let (name_key, email) = match handle {
        Handle::NameKey(key) => (Some(key), None),
        Handle::Email(email) => (None, Some(email)),
    };
    let row = sqlx::query!(
        r#"SELECT id, name, email, role AS "role: Role", password_hash, disabled_at IS NOT NULL AS "is_disabled!"
           FROM account WHERE site_id = $1 AND (name_key = $2 OR email = $3)"#,
        site_id,
        name_key,
        email,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Stored {
        account: Account {
            id: row.id,
            site_id,
            name: row.name,
            email: row.email,
            role: row.role,
        },
        password_hash: row.password_hash,
        is_disabled: row.is_disabled,
    }))
}

/// Has an account of this site a name that a reader could take for this one?
///
/// # Errors
/// A database error.
pub async fn name_is_taken(db: &PgPool, site_id: Uuid, name: &str) -> Result<bool> {
    let taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM account WHERE site_id = $1 AND name_key = $2) AS "taken!""#,
        site_id,
        name::key(name),
    )
    .fetch_one(db)
    .await?;
    Ok(taken)
}

/// The new account, or `None` if its name or address is taken.
pub(super) async fn insert_account(
    db: &PgPool,
    site_id: Uuid,
    new: &NewRow<'_>,
) -> Result<Option<Account>> {
    let id = sqlx::query_scalar!(
        "INSERT INTO account (id, site_id, name, name_key, email, password_hash, role)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id",
        new_id(),
        site_id,
        new.name,
        new.name_key,
        new.email,
        new.password_hash,
        new.role as Role,
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(|id| Account {
        id,
        site_id,
        name: new.name.to_owned(),
        email: new.email.to_owned(),
        role: new.role,
    }))
}

/// The password's hash, for whoever is signed in and says it again.
pub(super) async fn password_hash(db: &PgPool, account_id: Uuid) -> Result<String> {
    Ok(sqlx::query_scalar!(
        "SELECT password_hash FROM account WHERE id = $1",
        account_id
    )
    .fetch_one(db)
    .await?)
}

/// Stores another hash, unless the password was changed since `old` was read. Returns whether it did.
pub(super) async fn replace_hash(
    db: &mut PgConnection,
    account_id: Uuid,
    old: &str,
    new: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
        account_id,
        old,
        new
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores another password's hash, ends all sessions of the account and begins a new one; nothing of that if
/// the password was changed since `old` was read. Returns whether it did.
pub(super) async fn change_password(
    db: &PgPool,
    new: &NewSession,
    account_id: Uuid,
    hashes: (&str, &str),
    lifetime: Lifetime,
) -> Result<bool> {
    let (old_hash, new_hash) = hashes;
    let mut write = db.begin().await?;
    // the account's row first: from here on no sign-in with the old password can begin a session
    if !replace_hash(&mut write, account_id, old_hash, new_hash).await? {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM session WHERE account_id = $1", account_id)
        .execute(&mut *write)
        .await?;
    let began = insert_session(&mut write, new, account_id, new_hash, lifetime).await?;
    if began {
        write.commit().await?;
    }
    Ok(began)
}

/// Stores another password's hash and ends all sessions of the account.
pub(super) async fn renew_hash(db: &PgPool, account_id: Uuid, new: &str) -> Result<()> {
    let mut write = db.begin().await?;
    // the account's row first: from here on no sign-in with the old password can begin a session
    sqlx::query!(
        "UPDATE account SET password_hash = $2 WHERE id = $1",
        account_id,
        new
    )
    .execute(&mut *write)
    .await?;
    sqlx::query!("DELETE FROM session WHERE account_id = $1", account_id)
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(())
}

/// The paper's name, which nobody may call themselves by.
pub(super) async fn site_name(db: &PgPool, site_id: Uuid) -> Result<String> {
    Ok(
        sqlx::query_scalar!("SELECT name FROM site WHERE id = $1", site_id)
            .fetch_one(db)
            .await?,
    )
}
