//! Signing up and in, and changing the password.

use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::password::{self, Owner};
use super::register::{self, Checked, Field, Problem, field};
use super::session::{for_account, for_guest, lifetime};
use super::store::{self, Handle};
use super::{Account, NewAccount, NewSession, Role, Session, name};
use crate::db::to_the_end;
use crate::error::{Error, Result};
use crate::limit::{self, Rule};
use crate::site::Site;
use crate::web::ClientIp;

/// Guesses at one account, from wherever: 10, then one a minute. Whoever is already signed in stays so.
const BY_NAME: Rule = Rule::new("sign-in:name", 10.0, 60.0);
/// Work for passwords on behalf of one address: 25, then one every 12 s.
const BY_ADDRESS: Rule = Rule::new("sign-in:ip", 25.0, 12.0);
/// Accounts made from one address: 5 in half an hour.
const SIGN_UP: Rule = Rule::new("sign-up:ip", 5.0, 360.0);

/// One sentence for a wrong name, a wrong password and a disabled account.
const WRONG: &str = "The name, the e-mail address or the password is wrong.";

/// What somebody typed longer than any name or address is neither; the rest of it is not worth folding.
const LONGEST_HANDLE: usize = 254;

/// One more piece of work for a password.
///
/// # Errors
/// [`Error::TooMany`].
pub(super) async fn allow_password_work(db: &PgPool, ip: ClientIp) -> Result<()> {
    limit::take(db, BY_ADDRESS, &ip.to_string()).await
}

/// The rules of a new account first, then its limit: a mistake in the form does not count as an account.
///
/// # Errors
/// [`Error::TooMany`]; [`Error::Unavailable`] when too many passwords are being checked.
pub(super) async fn check_sign_up(
    db: &PgPool,
    site: &Site,
    ip: ClientIp,
    new: NewAccount,
) -> Result<Result<Checked, Problem>> {
    allow_password_work(db, ip).await?;
    let checked = register::check(new, &site.name).await?;
    if checked.is_ok() {
        limit::take(db, SIGN_UP, &ip.to_string()).await?;
    }
    Ok(checked)
}

/// Makes an account for whoever asks, and signs them in.
///
/// # Errors
/// As [`check_sign_up`]; a database error.
pub(super) async fn sign_up(
    db: &PgPool,
    site: &Site,
    ip: ClientIp,
    new: NewAccount,
) -> Result<Result<NewSession, Problem>> {
    let checked = match check_sign_up(db, site, ip, new).await? {
        Ok(checked) => checked,
        Err(problem) => return Ok(Err(problem)),
    };
    match register::insert(db, site.id, checked).await? {
        Ok(account) => Ok(Ok(begin_first(db, account).await?)),
        Err(problem) => Ok(Err(problem)),
    }
}

/// Begins a session for somebody who posts without an account, so that they can see their own waiting
/// comments.
///
/// # Errors
/// A database error.
pub async fn open_guest_session(db: &PgPool, site_id: Uuid) -> Result<NewSession> {
    let new = for_guest(site_id)?;
    store::insert_guest_session(db, &new, lifetime(Role::Reader)).await?;
    Ok(new)
}

/// Begins a session for whoever brings a name or address and its password.
///
/// # Errors
/// [`Error::Invalid`] when they do not belong together or the account is disabled; [`Error::TooMany`].
pub(super) async fn sign_in(
    db: &PgPool,
    site: &Site,
    ip: ClientIp,
    name_or_email: &str,
    password: &str,
) -> Result<NewSession> {
    let handle = handle(name_or_email);
    allow_password_work(db, ip).await?;
    limit::take(db, BY_NAME, &subject(site.id, &handle)).await?;
    let stored = store::find_account(db, site.id, &handle).await?;
    let hash = stored
        .as_ref()
        .map_or(password::NOBODY, |stored| &stored.password_hash);
    let matches = password::matches(password, hash).await?;
    let begun = match stored {
        Some(stored) if matches && !stored.is_disabled => {
            let hash = renewed(db, stored.account.id, stored.password_hash, password).await?;
            begin(db, stored.account, &hash).await?
        }
        _ => None,
    };
    let outcome = if begun.is_some() {
        "accepted"
    } else {
        "refused"
    };
    metrics::counter!("sign_ins_total", "outcome" => outcome).increment(1);
    begun.ok_or_else(|| Error::Invalid(WRONG.into()))
}

fn handle(name_or_email: &str) -> Handle {
    let typed: String = name_or_email.trim().chars().take(LONGEST_HANDLE).collect();
    if typed.contains('@') {
        Handle::Email(typed.to_lowercase())
    } else {
        Handle::NameKey(name::key(&typed))
    }
}

/// Whose tries are counted. By what was typed, not by the account: one count for a name and its address
/// would tell a stranger that they belong together. Hashed: the limits' table holds no addresses.
fn subject(site_id: Uuid, handle: &Handle) -> String {
    let (kind, text) = match handle {
        Handle::NameKey(key) => ("name", key),
        Handle::Email(email) => ("email", email),
    };
    let hash = Sha256::digest(format!("{site_id} {kind} {text}"));
    let start = hash.first_chunk::<16>().copied().unwrap_or_default();
    Uuid::from_bytes(start).simple().to_string()
}

/// The stored hash, made anew if it is of older parameters: now is when the password is at hand.
async fn renewed(db: &PgPool, account_id: Uuid, stored: String, password: &str) -> Result<String> {
    if !password::is_outdated(&stored) {
        return Ok(stored);
    }
    let new = password::hash(password).await?;
    let mut connection = db.acquire().await.map_err(Error::from)?;
    let replaced = store::replace_hash(&mut connection, account_id, &stored, &new).await?;
    Ok(if replaced { new } else { stored })
}

/// A session for an account whose password, stored as `hash`, was just checked.
async fn begin(db: &PgPool, account: Account, hash: &str) -> Result<Option<NewSession>> {
    let (id, lifetime) = (account.id, lifetime(account.role));
    let new = for_account(account)?;
    let mut connection = db.acquire().await.map_err(Error::from)?;
    let began = store::insert_session(&mut connection, &new, id, hash, lifetime).await?;
    Ok(began.then_some(new))
}

/// The first session of an account that was just made.
async fn begin_first(db: &PgPool, account: Account) -> Result<NewSession> {
    let hash = store::password_hash(db, account.id).await?;
    let begun = begin(db, account, &hash).await?;
    begun.ok_or_else(|| Error::Conflict("The account is ready. Please sign in.".into()))
}

/// Ends the session that a new one takes the place of, so that its token is worth nothing any more. A guest's
/// stays: their comments hang on it, and its token leads to no account.
///
/// # Errors
/// A database error.
pub(super) async fn end_replaced(db: &PgPool, old: Option<&Session>) -> Result<()> {
    match old {
        Some(old) if old.account.is_some() => store::end_session(db, old.id).await,
        _ => Ok(()),
    }
}

/// Gives an account another password, ends all its sessions and begins a new one.
///
/// # Errors
/// [`Error::TooMany`]; [`Error::Unavailable`] when too many passwords are being checked; a database error.
pub(super) async fn change_password(
    db: &PgPool,
    site: &Site,
    account: Account,
    current: &str,
    new: &str,
) -> Result<Result<NewSession, Problem>> {
    // whoever finds a signed-in browser must not be able to try passwords for longer than at the front door
    limit::take(db, BY_NAME, &account.id.to_string()).await?;
    let old_hash = store::password_hash(db, account.id).await?;
    let wrong = || Problem {
        field: Field::CurrentPassword,
        sentence: "The current password is wrong.".into(),
    };
    if !password::matches(current, &old_hash).await? {
        return Ok(Err(wrong()));
    }
    let owner = Owner {
        site_name: site.name.clone(),
        name: account.name.clone(),
        email: account.email.clone(),
        role: account.role,
    };
    if let Err(problem) = field(Field::Password, password::check_new(new, owner).await)? {
        return Ok(Err(problem));
    }
    let new_hash = password::hash(new).await?;
    let (id, lifetime) = (account.id, lifetime(account.role));
    let session = for_account(account)?;
    let db = db.clone();
    to_the_end(async move {
        let hashes = (old_hash.as_str(), new_hash.as_str());
        let changed = store::change_password(&db, &session, id, hashes, lifetime).await?;
        Ok(if changed { Ok(session) } else { Err(wrong()) })
    })
    .await
}
