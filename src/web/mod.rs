//! How requests come in and answers go out: the shared words of all rooms that speak HTTP.

mod client;
mod document;
pub mod errors;
mod form;
pub mod headers;
mod json;
mod page;
mod text;

pub use client::ClientIp;
pub use document::{Document, MAX_BODY, body};
pub use form::{Form, Typed};
pub use json::with_whole_characters;
pub use page::{Chrome, html, is_right_to_left, local_path, see_other};
pub use text::check_text;

use actix_web::{HttpMessage as _, HttpRequest};

use crate::error::{Error, Result};

/// The synchroniser token that a state-changing request must bring, put into the request's extensions by
/// whatever identified the viewer. A request in which nobody did that is refused: fail closed.
#[derive(Clone, Debug)]
pub enum Csrf {
    /// The request comes with no ambient authority (no session cookie): nothing to forge. The origin
    /// check still applies.
    NotNeeded,
    /// The session's token.
    Expected(String),
}

/// The check of requests whose token, if they need one, comes in `X-CSRF-Token`.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn check_csrf(request: &HttpRequest) -> Result<()> {
    let given = request.headers().get("x-csrf-token");
    let given = given.and_then(|value| value.to_str().ok());
    csrf_matches(request.extensions().get::<Csrf>(), given)
}

/// Compares in constant time.
fn csrf_matches(expected: Option<&Csrf>, given: Option<&str>) -> Result<()> {
    use subtle::ConstantTimeEq as _;
    let is_ours = match (expected, given) {
        (Some(Csrf::NotNeeded), _) => true,
        (Some(Csrf::Expected(token)), Some(given)) => {
            token.as_bytes().ct_eq(given.as_bytes()).into()
        }
        (Some(Csrf::Expected(_)), None) | (None, _) => false,
    };
    if is_ours {
        return Ok(());
    }
    Err(Error::Forbidden(
        "This page was open for too long, or was opened before you signed in or out. Nothing was changed: please send it again from a fresh page.".into(),
    ))
}
