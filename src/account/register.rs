//! New accounts, from the sign-up page, the API and the command line alike.

use sqlx::PgPool;
use uuid::Uuid;

use super::password::{self, Owner};
use super::store::{self, NewRow};
use super::{Account, Role, email, name};
use crate::error::{Error, Result};

/// What a new account is made of, as somebody typed it.
#[derive(Clone)]
pub struct NewAccount {
    pub name: String,
    pub email: String,
    pub password: String,
    pub role: Role,
}

/// A new account whose every part has passed its rules.
pub(super) struct Checked {
    name: String,
    email: String,
    password: String,
    role: Role,
}

/// The field of a form that cannot be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Email,
    Password,
    CurrentPassword,
    /// which of them, we do not say
    Unnamed,
}

/// What is wrong with what somebody typed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) field: Field,
    pub(super) sentence: String,
}

/// The same for a name as for an address, so that the form does not say whose address has an account.
const TAKEN: &str = "This name or address cannot be used; it may be taken. If you have an account, sign in instead; otherwise try another name.";

/// Makes an account.
///
/// # Errors
/// [`Error::Invalid`] with a sentence for what cannot be accepted; [`Error::Unavailable`] when too many
/// passwords are being checked; a database error.
pub async fn create(db: &PgPool, site_id: Uuid, new: NewAccount) -> Result<Account> {
    let site_name = store::site_name(db, site_id).await?;
    let made = match check(new, &site_name).await? {
        Ok(checked) => insert(db, site_id, checked).await?,
        Err(problem) => Err(problem),
    };
    made.map_err(|problem| Error::Invalid(problem.sentence))
}

/// Gives somebody who has forgotten theirs another password, and ends their sessions.
///
/// # Errors
/// [`Error::NotFound`] for an unknown name; [`Error::Invalid`] with a sentence for a password that cannot be
/// accepted; a database error.
pub async fn renew_password(db: &PgPool, site_id: Uuid, name: &str, new: &str) -> Result<Account> {
    let handle = store::Handle::NameKey(name::key(name));
    let known = store::find_account(db, site_id, &handle)
        .await?
        .ok_or(Error::NotFound)?
        .account;
    let owner = Owner {
        site_name: store::site_name(db, site_id).await?,
        name: known.name.clone(),
        email: known.email.clone(),
        role: known.role,
    };
    password::check_new(new, owner).await?;
    store::renew_hash(db, known.id, &password::hash(new).await?).await?;
    Ok(known)
}

/// Every rule that needs no database.
pub(super) async fn check(new: NewAccount, site_name: &str) -> Result<Result<Checked, Problem>> {
    let name = match field(Field::Name, name::checked(&new.name, site_name, new.role))? {
        Ok(name) => name,
        Err(problem) => return Ok(Err(problem)),
    };
    let email = match field(Field::Email, email::email_address(&new.email))? {
        Ok(email) => email,
        Err(problem) => return Ok(Err(problem)),
    };
    let owner = Owner {
        site_name: site_name.to_owned(),
        name: name.clone(),
        email: email.clone(),
        role: new.role,
    };
    let strong = password::check_new(&new.password, owner).await;
    let checked = |()| Checked {
        name,
        email,
        password: new.password,
        role: new.role,
    };
    Ok(field(Field::Password, strong)?.map(checked))
}

/// Says to which field a refusal belongs; other errors pass.
pub(super) fn field<T>(field: Field, result: Result<T>) -> Result<Result<T, Problem>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Invalid(sentence)) => Ok(Err(Problem { field, sentence })),
        Err(error) => Err(error),
    }
}

/// Makes the account, unless its name or address is taken. The hash is made before anybody looks, so that
/// the answer takes as long either way.
pub(super) async fn insert(
    db: &PgPool,
    site_id: Uuid,
    new: Checked,
) -> Result<Result<Account, Problem>> {
    let row = NewRow {
        name: &new.name,
        name_key: &name::key(&new.name),
        email: &new.email,
        password_hash: &password::hash(&new.password).await?,
        role: new.role,
    };
    let account = store::insert_account(db, site_id, &row).await?;
    Ok(account.ok_or_else(|| Problem {
        field: Field::Unnamed,
        sentence: TAKEN.into(),
    }))
}
