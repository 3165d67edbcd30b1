//! JSON in.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::check_csrf;
use crate::error::{Error, Result};

/// The largest JSON body, in bytes.
const MAX_JSON: usize = 64 * 1024;

/// The largest body of any request, in bytes: a form in which every character of the longest comment takes the twelve
/// bytes of a percent-encoded emoji.
pub const MAX_BODY: usize = 128 * 1024;

/// How long a body may take to arrive. actix times the head of a request, not its body.
const BODY_TIME: Duration = Duration::from_secs(10);

/// A JSON body: exactly `application/json`, at most [`MAX_JSON`] bytes, with the session's token in `X-CSRF-Token`
/// when the request is authorised by a cookie. Types should refuse unknown fields.
pub struct Document<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Document<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.content_type() == "application/json";
        let allowed = check_csrf(request);
        let body = body(request, payload);
        Box::pin(async move {
            allowed?;
            if !is_json {
                return Err(Error::BadRequest(
                    "Send Content-Type: application/json.".into(),
                ));
            }
            let body = body.await?;
            if body.len() > MAX_JSON {
                return Err(Error::TooLarge);
            }
            serde_json::from_slice(&body).map(Self).map_err(|error| {
                Error::BadRequest(format!("The JSON body cannot be used: {error}."))
            })
        })
    }
}

/// Reads a whole body within its limits of size and time.
///
/// Resolves to [`Error::TooLarge`] or [`Error::BadRequest`] when it cannot be read.
pub fn body(
    request: &HttpRequest,
    payload: &mut Payload,
) -> LocalBoxFuture<'static, Result<web::Bytes>> {
    let bytes = web::Bytes::from_request(request, payload);
    Box::pin(async move {
        match tokio::time::timeout(BODY_TIME, bytes).await {
            Ok(Ok(bytes)) if bytes.len() <= MAX_BODY => Ok(bytes),
            Ok(Ok(_)) => Err(Error::TooLarge),
            Ok(Err(error)) if error.as_response_error().status_code() == 413 => {
                Err(Error::TooLarge)
            }
            Ok(Err(_)) => Err(Error::BadRequest(
                "The request's body could not be read.".into(),
            )),
            Err(_) => Err(Error::BadRequest(
                "The request's body took too long to arrive.".into(),
            )),
        }
    })
}
