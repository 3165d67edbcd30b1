//! Readers and moderators: names, passwords, sessions, signing in and out.
//!
//! Other rooms ask for a [`Viewer`], [`CurrentReader`], [`CurrentModerator`] or [`CurrentAdmin`] in a
//! handler's signature: what a handler may do is a type that it cannot be called without.

mod api;
mod email;
mod identify;
mod name;
mod password;
mod register;
mod routes;
mod session;
mod sign_in;
mod store;
mod views;

pub use api::Doc;
pub use email::email_address;
pub use identify::{CurrentAdmin, CurrentModerator, CurrentReader, Viewer, chrome, identify};
pub use name::guest_name;
pub use register::{NewAccount, create, renew_password};
pub use routes::configure;
pub use session::{NewSession, Session, Token, session_cookie};
pub use sign_in::open_guest_session;
pub use store::{forget_ended_sessions, name_is_taken};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What somebody may do; each role may do all that the ones before it may.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    sqlx::Type,
    utoipa::ToSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "role", rename_all = "lowercase")]
pub enum Role {
    Reader,
    Moderator,
    Admin,
}

impl Role {
    /// Moderators and admins: their sessions are shorter, their cookies stricter, their passwords longer.
    pub fn is_staff(self) -> bool {
        self > Self::Reader
    }
}

/// Somebody with a name and a password at one site.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub id: Uuid,
    pub site_id: Uuid,
    pub name: String,
    /// lower-cased; shown to nobody but its owner
    pub email: String,
    pub role: Role,
}

/// Without the address, so that no log line can carry it.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
