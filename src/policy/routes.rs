//! The page of rules: moderators read it and try texts.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use sqlx::PgPool;

use super::store;
use super::tables::Model;
use super::tried::try_text;
use super::views::{Doubt, Terms, Tried};
use crate::account::{CurrentModerator, Viewer, chrome};
use crate::error::Result;
use crate::review;
use crate::site::Site;
use crate::web::{Form, html};

/// The room's pages and its API.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(terms)
        .service(submit_try)
        .configure(super::changes::configure)
        .configure(super::table_forms::configure)
        .configure(super::api::configure);
}

/// What the page says beside the rules.
#[derive(Default)]
pub(super) struct Said {
    pub(super) tried: Option<Tried>,
    pub(super) doubt: Option<Doubt>,
    pub(super) problem: Option<String>,
    /// what was typed where the problem is
    pub(super) typed: Option<Model>,
    pub(super) saved: bool,
    /// the section in which that is said
    pub(super) at: String,
}

pub(super) async fn page(
    db: &PgPool,
    site: &Site,
    viewer: &Viewer,
    status: StatusCode,
    said: Said,
) -> Result<HttpResponse> {
    let in_force = store::in_force(db, site.id).await?;
    let shown = Terms {
        chrome: chrome(&site.name, &site.lang, viewer),
        tabs: review::tabs(db, site.id).await?,
        model: said.typed.unwrap_or_else(|| Model::of(&in_force.source)),
        in_force,
        versions: store::history(db, site.id).await?,
        tried: said.tried,
        doubt: said.doubt,
        problem: said.problem,
        saved: said.saved,
        at: said.at,
    };
    html(status, &shown)
}

#[derive(Deserialize)]
struct Saved {
    /// the section that was
    #[serde(default)]
    saved: String,
}

#[get("/desk/terms")]
async fn terms(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    query: web::Query<Saved>,
) -> Result<HttpResponse> {
    let said = Said {
        saved: true,
        at: query.0.saved,
        ..Said::default()
    };
    page(&db, &site, &who.viewer(), StatusCode::OK, said).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TryForm {
    text: String,
}

#[post("/desk/terms/try")]
async fn submit_try(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    form: Form<TryForm>,
) -> Result<HttpResponse> {
    let source = store::in_force(&db, site.id).await?.source;
    let (text, verdict) = try_text(source, &form.0.text).await?;
    let said = Said {
        tried: Some(Tried::new(text, verdict)),
        ..Said::default()
    };
    page(&db, &site, &who.viewer(), StatusCode::OK, said).await
}
