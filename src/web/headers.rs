//! What every answer carries, and which requests are let in at all.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web;

use crate::config::PublicUrl;
use crate::error::Error;

/// Pages may load their own files and pictures from anywhere over TLS (an article's picture is the
/// publisher's), run no inline script, and be framed by nobody.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// JSON, event streams and the like are not pages at all.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

const EVERYWHERE: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Middleware: security headers on every answer, also on errors and redirects.
///
/// # Errors
/// Those of the inner service.
pub async fn secure<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let over_tls = request
        .app_data::<web::Data<PublicUrl>>()
        .is_some_and(|url| url.is_https());
    match next.call(request).await {
        Ok(mut response) => {
            let status = response.status();
            dress(response.headers_mut(), status, over_tls);
            Ok(response)
        }
        Err(error) => {
            let mut response = error.error_response();
            let status = response.status();
            dress(response.headers_mut(), status, over_tls);
            Err(InternalError::from_response(error, response).into())
        }
    }
}

fn dress(headers: &mut HeaderMap, status: StatusCode, over_tls: bool) {
    for (name, value) in EVERYWHERE {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if over_tls {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if status != StatusCode::NO_CONTENT {
        let policy = if is_page(headers) {
            PAGE_POLICY
        } else {
            DATA_POLICY
        };
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(policy),
        );
    }
    // what did not say that it may be kept is not kept
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|kind| kind.starts_with("text/html"))
}

/// Middleware: what can be got can be asked for by HEAD; the server itself leaves the body out. (An event stream has
/// no end that HEAD could wait for.)
///
/// # Errors
/// Those of the inner service.
pub async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if *request.method() == Method::HEAD && !request.path().ends_with("/events") {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// Middleware: a request that changes something must come from our own pages, or from a program that is no
/// browser. Browsers say so in `Sec-Fetch-Site`; older ones in `Origin`.
///
/// # Errors
/// Those of the inner service. A request from elsewhere is answered with [`Error::Forbidden`].
pub async fn same_origin(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let own = request
        .app_data::<web::Data<PublicUrl>>()
        .map(|url| url.origin());
    if reads || is_own(request.headers(), own.as_deref()) {
        Ok(next.call(request).await?.map_into_boxed_body())
    } else {
        let refusal = "This request came from another site and was not carried out.";
        Ok(request.error_response(Error::Forbidden(refusal.into())))
    }
}

fn is_own(headers: &HeaderMap, own: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => Some(origin) == own,
        // no browser sends neither with a form of another site
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_requests_are_let_in() {
        let cases: &[(Option<&str>, Option<&str>, bool)] = &[
            (Some("same-origin"), None, true),
            (Some("none"), None, true),
            (Some("same-site"), None, false),
            (Some("cross-site"), Some("https://c.example"), false),
            (None, Some("https://c.example"), true),
            (None, Some("https://evil.example"), false),
            (None, Some("https://c.example.evil.example"), false),
            (None, Some("null"), false),
            (None, None, true),
        ];
        for (site, origin, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                if let Some(value) = value {
                    headers.insert(
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    );
                }
            }
            assert_eq!(
                is_own(&headers, Some("https://c.example")),
                *expected,
                "{site:?} {origin:?}"
            );
        }
    }
}
