//! The style sheet, the scripts and the icon, inside the program.

use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{Embed, EmbeddedFile};

use crate::error::{Error, Result};

#[derive(Embed)]
#[folder = "assets/"]
struct Files;

/// A name with its content's hash never means another content: keep it for a year.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Without the hash, or with an old one: ask each time whether it is still the same.
const ASK: &str = "public, no-cache";

/// Adds `/assets/…`.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/assets/{name:.+}", web::get().to(serve));
}

/// The address of a file as pages write it: with the hash of its content, so that browsers keep it for as
/// long as it stays the same and not a moment longer.
pub fn url(name: &str) -> String {
    match Files::get(name) {
        Some(file) => format!("/assets/{name}?v={}", version(&file)),
        None => format!("/assets/{name}"),
    }
}

/// The first 64 bits of the content's SHA-256, in hex.
fn version(file: &EmbeddedFile) -> String {
    let mut hex = String::with_capacity(16);
    for byte in file.metadata.sha256_hash().iter().take(8) {
        // writing to a String cannot fail
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[derive(serde::Deserialize)]
struct Version {
    v: Option<String>,
}

async fn serve(
    request: HttpRequest,
    name: web::Path<String>,
    asked: web::Query<Version>,
) -> Result<HttpResponse> {
    let file = Files::get(&name).ok_or(Error::NotFound)?;
    let version = version(&file);
    let tag = format!("\"{version}\"");
    let keep = if asked.v.as_deref() == Some(version.as_str()) {
        FOREVER
    } else {
        ASK
    };
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|known| is_same(known, &tag)));
    let mut answer = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, keep));
    if is_known {
        return Ok(answer.finish());
    }
    Ok(answer
        .content_type(content_type(&name))
        .body(file.data.into_owned()))
}

/// Weak comparison: a proxy that compressed the answer has made the tag a weak one.
fn is_same(known: &str, tag: &str) -> bool {
    let known = known.trim();
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, http::StatusCode, test};

    use super::*;

    async fn get(uri: &str, known: Option<&str>) -> (StatusCode, String, String, usize) {
        let app = test::init_service(App::new().configure(configure)).await;
        let mut request = test::TestRequest::get().uri(uri);
        if let Some(tag) = known {
            request = request.insert_header((header::IF_NONE_MATCH, tag));
        }
        let response = test::call_service(&app, request.to_request()).await;
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
                .to_owned()
        };
        let (status, kind, keep) = (
            response.status(),
            text(header::CONTENT_TYPE),
            text(header::CACHE_CONTROL),
        );
        (status, kind, keep, test::read_body(response).await.len())
    }

    #[actix_web::test]
    async fn files_are_kept_by_their_hash() {
        let own = url("belowline.css");
        let tag = format!("\"{}\"", own.rsplit('=').next().unwrap());
        let weak = format!("\"other\", W/{tag}");
        for (uri, known, status, keep) in [
            (own.as_str(), None, 200, FOREVER),
            ("/assets/belowline.css", None, 200, ASK),
            ("/assets/belowline.css?v=old", None, 200, ASK),
            (&own, Some(tag.as_str()), 304, FOREVER),
            ("/assets/belowline.css", Some(weak.as_str()), 304, ASK),
            ("/assets/belowline.css", Some("\"old\""), 200, ASK),
        ] {
            let (got, _, kept, length) = get(uri, known).await;
            assert_eq!(
                (got.as_u16(), kept.as_str()),
                (status, keep),
                "{uri} {known:?}"
            );
            assert_eq!(length > 0, status == 200, "{uri} {known:?}");
        }
    }

    #[actix_web::test]
    async fn types_and_strangers() {
        for (uri, status, kind) in [
            ("/assets/belowline.css", 200, "text/css; charset=utf-8"),
            ("/assets/thread.js", 200, "text/javascript; charset=utf-8"),
            ("/assets/icon.svg", 200, "image/svg+xml"),
            ("/assets/nothing.css", 404, ""),
            ("/assets/..%2fCargo.toml", 404, ""),
            ("/assets/%2e%2e%2fCargo.toml", 404, ""),
        ] {
            let (got, got_kind, ..) = get(uri, None).await;
            assert_eq!((got.as_u16(), got_kind.as_str()), (status, kind), "{uri}");
        }
    }

    #[actix_web::test]
    async fn a_file_that_is_not_there_has_a_plain_address() {
        assert_eq!(url("nothing.js"), "/assets/nothing.js");
    }
}
