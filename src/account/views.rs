//! What the account pages show.

use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Account;
use super::register::{Field, Problem};
use super::store::OwnSession;
use crate::web::Chrome;

/// Is the problem at this field? For `aria-invalid` and the link from the field to the sentence.
fn is_at(problem: Option<&Problem>, field: Field) -> bool {
    problem.is_some_and(|problem| problem.field == field)
}

#[derive(Template)]
#[template(path = "account/sign_up.html")]
pub(super) struct SignUpPage<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    /// where to go afterwards
    pub(super) next: &'a str,
    pub(super) problem: Option<&'a Problem>,
}

impl SignUpPage<'_> {
    fn wrong_name(&self) -> bool {
        is_at(self.problem, Field::Name)
    }

    fn wrong_email(&self) -> bool {
        is_at(self.problem, Field::Email)
    }

    fn wrong_password(&self) -> bool {
        is_at(self.problem, Field::Password)
    }
}

#[derive(Template)]
#[template(path = "account/sign_in.html")]
pub(super) struct SignInPage<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) name_or_email: &'a str,
    /// where to go afterwards
    pub(super) next: &'a str,
    pub(super) problem: Option<&'a str>,
}

/// One line of "where you are signed in".
pub(super) struct SessionLine {
    pub(super) id: Uuid,
    pub(super) is_current: bool,
    created: Moment,
    last_seen: Moment,
}

impl SessionLine {
    pub(super) fn new(session: &OwnSession, current: Uuid) -> Self {
        Self {
            id: session.id,
            is_current: session.id == current,
            created: Moment(session.created_at),
            last_seen: Moment(session.last_seen_at),
        }
    }
}

/// A time, to the minute, in the one zone that we know.
struct Moment(DateTime<Utc>);

impl Moment {
    /// for the `datetime` attribute
    fn machine(&self) -> String {
        self.0.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d %H:%M UTC"))
    }
}

#[derive(Template)]
#[template(path = "account/account.html")]
pub(super) struct AccountPage<'a> {
    pub(super) chrome: &'a Chrome,
    pub(super) account: &'a Account,
    pub(super) sessions: Vec<SessionLine>,
    pub(super) problem: Option<&'a Problem>,
    /// what was just carried out
    pub(super) done: Option<&'static str>,
}

impl AccountPage<'_> {
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_current)
    }

    fn wrong_current(&self) -> bool {
        is_at(self.problem, Field::CurrentPassword)
    }

    fn wrong_password(&self) -> bool {
        is_at(self.problem, Field::Password)
    }
}
