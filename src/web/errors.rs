//! The page or JSON around an error's sentence.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use askama::Template as _;
use futures_util::FutureExt as _;
use serde_json::json;

use super::Chrome;
use crate::error::{Error, Shown};

/// Who reads an answer.
#[derive(Clone, Copy)]
enum Reader {
    Person,
    /// a program of our own API
    Program,
    /// a program made for Google's, which looks for a number and a word of theirs
    GooglesProgram,
}

impl Reader {
    fn of(path: &str) -> Self {
        if path.starts_with("/api/") {
            Self::Program
        } else if path.starts_with("/v1alpha1/") || path.starts_with("/$discovery/") {
            Self::GooglesProgram
        } else {
            Self::Person
        }
    }
}

#[derive(askama::Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    chrome: &'a Chrome,
    title: &'a str,
    message: &'a str,
}

/// Middleware: whatever failed inside, by our own error, a framework's or a panic's, leaves as a page for
/// people or as JSON for programs, without a word on the inside of the program.
///
/// # Errors
/// A middleware's error and a panic, with their answer: the request is gone with them, and an answer can
/// only be given to a request.
pub async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // taken out now: the request cannot be kept, since routing panics on one that is shared
    let chrome = request.app_data::<web::Data<Chrome>>().cloned();
    let chrome = chrome.as_deref().cloned().unwrap_or_default();
    let reader = Reader::of(request.path());
    let answer = |failed: &HttpResponse| answer(failed, &chrome, reader);
    // a panic ends its request, not the connection's other ones, and says nothing of itself
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => {
            let response = response.map_into_boxed_body();
            if response.status().as_u16() < 400 || is_rendered(&response) {
                return Ok(response);
            }
            let (request, failed) = response.into_parts();
            Ok(ServiceResponse::new(request, answer(&failed)))
        }
        Ok(Err(error)) => {
            let answer = answer(&error.error_response());
            Err(InternalError::from_response(error, answer).into())
        }
        Err(_) => {
            let answer = answer(&HttpResponse::InternalServerError().finish());
            Err(InternalError::from_response("a panic", answer).into())
        }
    }
}

/// The page or JSON for a response that failed.
fn answer(failed: &HttpResponse, chrome: &Chrome, reader: Reader) -> HttpResponse {
    let status = failed.status();
    let shown = failed
        .extensions()
        .get::<Shown>()
        .cloned()
        .unwrap_or_else(|| generic(status));
    let mut answer = HttpResponse::build(status);
    for (name, value) in failed.headers() {
        if name == header::RETRY_AFTER || name == header::ALLOW {
            answer.insert_header((name.clone(), value.clone()));
        }
    }
    let message = shown.message;
    match reader {
        Reader::Program => {
            return answer.json(json!({ "error": { "code": shown.code, "message": message } }));
        }
        Reader::GooglesProgram => {
            let (code, word) = (status.as_u16(), googles_word(status));
            return answer
                .json(json!({ "error": { "code": code, "message": message, "status": word } }));
        }
        Reader::Person => {}
    }
    let page = ErrorPage {
        chrome,
        title: title(status),
        message: &message,
    };
    let html = page.render().unwrap_or_else(|_| message.clone());
    answer.content_type("text/html; charset=utf-8").body(html)
}

/// A handler that answered with its own page (a form shown again) has a body already.
fn is_rendered(response: &ServiceResponse) -> bool {
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/json"))
}

/// What an error of the framework says, in the words of our own.
fn generic(status: StatusCode) -> Shown {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound.shown(),
        StatusCode::METHOD_NOT_ALLOWED => Shown {
            code: "method_not_allowed",
            message: "This address does not do that.".into(),
        },
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge.shown(),
        _ if status.is_client_error() => {
            Error::BadRequest("The request could not be understood.".into()).shown()
        }
        _ => Error::Internal(anyhow::anyhow!("{status}")).shown(),
    }
}

/// Google's word for what came of a request (`google.rpc.Code`).
fn googles_word(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "UNAUTHENTICATED",
        StatusCode::FORBIDDEN => "PERMISSION_DENIED",
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "NOT_FOUND",
        StatusCode::TOO_MANY_REQUESTS => "RESOURCE_EXHAUSTED",
        StatusCode::SERVICE_UNAVAILABLE => "UNAVAILABLE",
        _ if status.is_client_error() => "INVALID_ARGUMENT",
        _ => "INTERNAL",
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Nothing here",
        StatusCode::UNAUTHORIZED => "Sign in first",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::CONFLICT => "Somebody was faster",
        StatusCode::TOO_MANY_REQUESTS => "One moment",
        StatusCode::SERVICE_UNAVAILABLE => "Back in a moment",
        _ if status.is_client_error() => "That did not work",
        _ => "Our mistake",
    }
}
