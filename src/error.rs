//! The one boundary where errors become answers.
//!
//! A handler returns [`Error`]; its public sentence and status go out, its cause goes to the log. The page or
//! JSON around the sentence is made by [`crate::web::errors`], so that every answer of one kind looks the same.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown, or not for this viewer: both read the same, byte for byte.
    #[error("There is nothing at this address.")]
    NotFound,
    /// The request itself is malformed; the sentence says what to change.
    #[error("{0}")]
    BadRequest(String),
    /// A form or document was understood, but a field cannot be accepted.
    #[error("{0}")]
    Invalid(String),
    #[error("Please sign in first.")]
    SignInNeeded,
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    Conflict(String),
    #[error("This is too large to be taken: please shorten it.")]
    TooLarge,
    #[error("That is a little fast. Please try again in {}.", seconds(*retry_after_s))]
    TooMany { retry_after_s: u64 },
    #[error(
        "The service cannot answer just now. Nothing was changed; please try again in a moment."
    )]
    Unavailable(#[source] anyhow::Error),
    #[error("Something went wrong on our side. Please try again.")]
    Internal(#[from] anyhow::Error),
}

impl Error {
    /// A word for programs; never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::BadRequest(_) => "bad_request",
            Self::Invalid(_) => "invalid",
            Self::SignInNeeded => "sign_in_needed",
            Self::Forbidden(_) => "forbidden",
            Self::Conflict(_) => "conflict",
            Self::TooLarge => "too_large",
            Self::TooMany { .. } => "too_many",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    pub(crate) fn shown(&self) -> Shown {
        Shown {
            code: self.code(),
            message: self.to_string(),
        }
    }

    /// What went wrong inside, for the log; never for an answer.
    pub fn cause(&self) -> String {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => format!("{cause:#}"),
            told => told.to_string(),
        }
    }

    /// Seconds after which to try again, where that helps.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after_s } => Some(*retry_after_s),
            Self::Unavailable(_) => Some(2),
            _ => None,
        }
    }
}

/// What the renderer needs to know of an error, carried in the response's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::SignInNeeded => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if matches!(self, Self::Unavailable(_) | Self::Internal(_)) {
            tracing::error!(code = self.code(), cause = self.cause(), "a request failed");
        }
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after_s() {
            response.insert_header(("Retry-After", seconds.to_string()));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(self.shown());
        response
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_unstorable(&error) {
            Self::BadRequest(
                "The request contains something that cannot be stored, such as a NUL character."
                    .into(),
            )
        } else if is_passing(&error) {
            Self::Unavailable(error.into())
        } else {
            Self::Internal(error.into())
        }
    }
}

/// Did somebody send what no column can hold? A NUL in a text (22021) or in JSON (22P05), or a time before the
/// database's first one (22008).
fn is_unstorable(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["22021", "22P05", "22008"].contains(&code.as_ref()))
}

fn seconds(count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} second{plural}")
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// Does the database only need a moment: is it away, starting, full, or was a lock or statement too slow?
pub(crate) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::WorkerCrashed => true,
        // class 08 connection, 53 resources, 57 operator intervention, 40 rollback, 55P03 lock, 25 read-only or
        // idle-in-transaction
        sqlx::Error::Database(e) => e.code().is_some_and(|code| {
            ["08", "53", "57", "40", "25"]
                .iter()
                .any(|class| code.starts_with(class))
                || code == "55P03"
        }),
        _ => false,
    }
}
