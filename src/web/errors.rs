//! The page or JSON around an error's sentence.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use askama::Template as _;
use futures_util::FutureExt as _;

use super::Chrome;
use crate::error::Shown;

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
/// None: errors become answers.
pub async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let chrome = request.app_data::<web::Data<Chrome>>().cloned();
    let for_programs = request.path().starts_with("/api/");
    let raw = request.request().clone();
    // a panic ends its request, not the connection's other ones, and says nothing of itself
    let response = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => response.map_into_boxed_body(),
        Ok(Err(error)) => ServiceResponse::new(raw, error.error_response().map_into_boxed_body()),
        Err(_) => ServiceResponse::new(raw, HttpResponse::InternalServerError().finish()),
    };
    let status = response.status();
    if status.as_u16() < 400 || is_rendered(&response) {
        return Ok(response);
    }
    let shown = response
        .response()
        .extensions()
        .get::<Shown>()
        .cloned()
        .unwrap_or_else(|| generic(status));
    let (request, failed) = response.into_parts();
    let mut answer = HttpResponse::build(status);
    for (name, value) in failed.headers() {
        if name == header::RETRY_AFTER || name == header::ALLOW {
            answer.insert_header((name.clone(), value.clone()));
        }
    }
    let answer = if for_programs {
        answer
            .json(serde_json::json!({ "error": { "code": shown.code, "message": shown.message } }))
    } else {
        let chrome = chrome.as_deref().cloned().unwrap_or_default();
        let page = ErrorPage {
            chrome: &chrome,
            title: title(status),
            message: &shown.message,
        };
        let html = page.render().unwrap_or_else(|_| shown.message.clone());
        answer.content_type("text/html; charset=utf-8").body(html)
    };
    Ok(ServiceResponse::new(request, answer))
}

/// A handler that answered with its own page (a form shown again) has a body already.
fn is_rendered(response: &ServiceResponse) -> bool {
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html") || kind.starts_with("application/json"))
}

fn generic(status: StatusCode) -> Shown {
    let (code, message) = match status {
        StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "This address does not do that."),
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("too_large", "Too large: a request may have at most 64 KiB.")
        }
        _ if status.is_client_error() => ("bad_request", "The request could not be understood."),
        _ => (
            "internal",
            "Something went wrong on our side. Please try again.",
        ),
    };
    Shown {
        code,
        message: message.into(),
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
