//! The addresses, as Google has them.

use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sqlx::PgPool;
use url::form_urlencoded;

use super::analyses::{Analyses, Subject, Unmeasured};
use super::quota::{Purpose, Quotas};
use super::refusal::Refusal;
use super::request::{Analyze, Suggest};
use super::store::{self, Client, NewSuggestion};
use super::{answer, discovery, key, sentences};
use crate::config::PublicUrl;
use crate::site::Site;

/// The room's addresses. None takes a session: a program shows its key.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/v1alpha1/comments:analyze", web::post().to(analyze))
        .route(
            "/v1alpha1/comments:suggestscore",
            web::post().to(suggest_score),
        )
        .route("/$discovery/rest", web::get().to(describe));
}

async fn analyze(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    analyses: web::Data<Analyses>,
    quotas: web::Data<Quotas>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let client = caller(&db, &site, &request).await?;
    within(&quotas, &client, Purpose::Analysis)?;
    let asked = Analyze::read(&body(&request, payload).await?)?;
    let parts = if asked.span_annotations {
        sentences::sentences(&asked.text)
    } else {
        Vec::new()
    };
    let subject = Subject {
        text: asked.text.clone(),
        parent: asked.parent.clone(),
        parts,
    };
    let measured = analyses.measure(subject).await?;
    Ok(HttpResponse::Ok().json(answer::analysis(asked, &measured)?))
}

/// The answer to a suggestion.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Thanks {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    detected_languages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requested_languages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

/// Measures the text, keeps the two opinions, and lets the text go.
async fn suggest_score(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    analyses: web::Data<Analyses>,
    quotas: web::Data<Quotas>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let client = caller(&db, &site, &request).await?;
    within(&quotas, &client, Purpose::Suggestion)?;
    let sent = Suggest::read(&body(&request, payload).await?)?;
    let detected_languages = answer::detected(&sent.text);
    let subject = Subject {
        text: sent.text.clone(),
        parent: None,
        parts: Vec::new(),
    };
    // a person's opinion is worth keeping alone too
    let measured = analyses.measure(subject).await.ok();
    let suggestion = NewSuggestion {
        client_id: client.id,
        sent: &sent,
        measured: measured.as_ref(),
    };
    store::record(&db, site.id, &suggestion).await?;
    Ok(HttpResponse::Ok().json(Thanks {
        detected_languages,
        requested_languages: sent.languages,
        client_token: sent.client_token,
    }))
}

/// The description by which Google's own libraries find the rest.
async fn describe(public_url: web::Data<PublicUrl>) -> HttpResponse {
    HttpResponse::Ok().json(discovery::document(&public_url))
}

/// Who asks.
async fn caller(db: &PgPool, site: &Site, request: &HttpRequest) -> Result<Client, Refusal> {
    let Some(shown) = shown_key(request) else {
        return Err(Refusal::no_key());
    };
    let client = store::client(db, site.id, &key::hash(&shown)).await?;
    client.ok_or_else(Refusal::wrong_key)
}

fn within(quotas: &Quotas, client: &Client, purpose: Purpose) -> Result<(), Refusal> {
    if quotas.take(client.id, purpose, client.per_second, Instant::now()) {
        return Ok(());
    }
    metrics::counter!("analyses_over_quota_total", "purpose" => purpose.as_str()).increment(1);
    Err(Refusal::over_quota(client.per_second))
}

/// The key, from the address, where Google's libraries put it, or from the header, where no log of a proxy sees it.
/// An empty one is none: programs that have moved on to the header may still write `key=`.
fn shown_key(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("x-goog-api-key");
    let header = header.and_then(|value| value.to_str().ok());
    form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| name == "key")
        .map(|(_, value)| value)
        .chain(header.map(Into::into))
        .map(|shown| shown.trim().to_owned())
        .find(|shown| !shown.is_empty())
}

async fn body(request: &HttpRequest, payload: web::Payload) -> Result<web::Bytes, Refusal> {
    let mut payload = payload.into_inner();
    Ok(crate::web::body(request, &mut payload).await?)
}

impl From<Unmeasured> for Refusal {
    fn from(why: Unmeasured) -> Self {
        Self::unavailable(match why {
            Unmeasured::Busy => "Too many texts wait just now. Please try again in a moment.",
            Unmeasured::Failed => {
                "The text could not be measured. Please try again, or have a person read it."
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn where_a_key_is_looked_for() {
        for (query, header, expected) in [
            ("", None, None),
            ("?key=a", None, Some("a")),
            ("?alt=json&key=a%2Db", None, Some("a-b")),
            ("?key=%20a%20", None, Some("a")),
            ("?key=", None, None),
            ("?keys=a", None, None),
            ("", Some("b"), Some("b")),
            ("?key=a", Some("b"), Some("a")),
            ("?key=", Some("b"), Some("b")),
            ("?key=%20", Some("b"), Some("b")),
            ("?key=", Some(" "), None),
        ] {
            let mut request = TestRequest::with_uri(&format!("/x{query}"));
            if let Some(value) = header {
                request = request.insert_header(("x-goog-api-key", value));
            }
            let request = request.to_http_request();
            assert_eq!(
                shown_key(&request).as_deref(),
                expected,
                "{query} {header:?}"
            );
        }
    }
}
