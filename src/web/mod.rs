//! How requests come in and answers go out: the shared words of all rooms that speak HTTP.

mod client;
mod document;
pub mod errors;
mod form;
pub mod headers;
mod page;
mod text;

pub use client::ClientIp;
pub use document::{Document, MAX_BODY};
pub use form::{Form, Typed};
pub use page::{Chrome, is_right_to_left, local_path, see_other};
pub use text::check_text;

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

/// Compares in constant time.
pub(crate) fn csrf_matches(expected: Option<&Csrf>, given: Option<&str>) -> bool {
    use subtle::ConstantTimeEq as _;
    match (expected, given) {
        (Some(Csrf::NotNeeded), _) => true,
        (Some(Csrf::Expected(token)), Some(given)) => {
            token.as_bytes().ct_eq(given.as_bytes()).into()
        }
        (Some(Csrf::Expected(_)), None) | (None, _) => false,
    }
}

pub(crate) fn csrf_refusal() -> crate::error::Error {
    crate::error::Error::Forbidden(
        "This page was open for too long, or was opened before you signed in or out. Nothing was changed: please send it again from a fresh page.".into(),
    )
}
