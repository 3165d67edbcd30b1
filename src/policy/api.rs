//! The ruleset for programs, in JSON.

use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use super::store::{self, InForce};
use super::tables;
use super::tried::try_text;
use crate::account::{CurrentAdmin, CurrentModerator};
use crate::error::Result;
use crate::filter::{RulesetSource, Verdict};
use crate::site::Site;
use crate::web::Document;

/// The room's part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(get_ruleset, put_ruleset, try_ruleset))]
pub struct Doc;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(get_ruleset)
        .service(put_ruleset)
        .service(try_ruleset);
}

/// The ruleset in force.
#[derive(Serialize, ToSchema)]
struct RulesetOut {
    /// to be named as `based_on` when it is changed; null: what ships
    id: Option<Uuid>,
    /// terms, allowed expressions, shipped lists, actions and settings
    #[schema(value_type = Object)]
    source: RulesetSource,
}

impl From<InForce> for RulesetOut {
    fn from(InForce { id, source }: InForce) -> Self {
        Self { id, source }
    }
}

/// Read the ruleset in force
#[utoipa::path(
    tag = "desk",
    responses(
        (status = 200, description = "The ruleset in force", body = RulesetOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator"),
    )
)]
#[get("/api/v1/desk/ruleset")]
async fn get_ruleset(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    _: CurrentModerator,
) -> Result<HttpResponse> {
    let in_force = store::in_force(&db, site.id).await?;
    Ok(HttpResponse::Ok().json(RulesetOut::from(in_force)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RulesetIn {
    /// the ruleset that this one replaces; null: what ships
    based_on: Option<Uuid>,
    #[schema(value_type = Object)]
    source: RulesetSource,
    /// what changed, for the history
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
}

/// Put a ruleset in force
#[utoipa::path(
    tag = "desk",
    request_body = RulesetIn,
    responses(
        (status = 200, description = "In force from now on", body = RulesetOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not an administrator"),
        (status = 409, description = "Another one has come into force since `based_on`"),
        (status = 422, description = "It cannot be compiled, or sets a threshold lower than the one before it; the sentence names the entry"),
    )
)]
#[put("/api/v1/desk/ruleset")]
async fn put_ruleset(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    body: Document<RulesetIn>,
) -> Result<HttpResponse> {
    let Document(body) = body;
    if tables::all_in_order(&body.source, None).is_err() {
        // looked at only now: it may be what this program cannot read, and what is to be replaced
        let old = store::in_force(&db, site.id).await?;
        tables::all_in_order(&body.source, Some(&old.source))?;
    }
    let by = who.account.id;
    let in_force =
        store::activate(&db, site.id, body.based_on, body.source, &body.note, by).await?;
    Ok(HttpResponse::Ok().json(RulesetOut::from(in_force)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TryIn {
    /// at most 10,000 characters
    text: String,
    /// a ruleset that is not in force yet; absent: the one in force
    #[schema(value_type = Option<Object>)]
    source: Option<RulesetSource>,
}

#[derive(Serialize, ToSchema)]
struct TryOut {
    /// the text as it would be stored, to which the spans refer
    text: String,
    /// outcome, scores, reasons with their spans in bytes, and the versions that concluded it
    #[schema(value_type = Object)]
    verdict: Verdict,
}

/// Try a text
///
/// Nothing is stored.
#[utoipa::path(
    tag = "desk",
    request_body = TryIn,
    responses(
        (status = 200, description = "What would be concluded about it", body = TryOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator"),
        (status = 422, description = "The text is too long, or the ruleset cannot be compiled"),
    )
)]
#[post("/api/v1/desk/ruleset/try")]
async fn try_ruleset(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    _: CurrentModerator,
    body: Document<TryIn>,
) -> Result<HttpResponse> {
    let Document(body) = body;
    let source = match body.source {
        Some(source) => source,
        None => store::in_force(&db, site.id).await?.source,
    };
    let (text, verdict) = try_text(source, &body.text).await?;
    Ok(HttpResponse::Ok().json(TryOut { text, verdict }))
}
