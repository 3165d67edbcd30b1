//! The desk's list of articles, where each thread has gone, and what is ruled on side threads.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::drift::Picture;
use super::queue::Queue;
use super::routes::{Saved, frame, tabs};
use super::store;
use super::views::{ArticlePage, Articles};
use crate::account::CurrentModerator;
use crate::article::{self, Mode};
use crate::comment::{self, Ruling};
use crate::error::Result;
use crate::site::Site;
use crate::web::{Document, Form, html, see_other};

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(articles)
        .service(submit_mode)
        .service(one_article)
        .service(submit_ruling)
        .service(rule_side_thread);
}

#[get("/desk/articles")]
async fn articles(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    query: web::Query<Saved>,
) -> Result<HttpResponse> {
    let shown = Articles {
        chrome: frame(&site, &who.viewer()),
        tabs: tabs(&db, site.id).await?,
        discussed: store::articles(&db, site.id).await?,
        saved: query.saved,
    };
    html(StatusCode::OK, &shown)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModeOf {
    slug: String,
    mode: Mode,
}

#[post("/desk/articles")]
async fn submit_mode(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    _: CurrentModerator,
    form: Form<ModeOf>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    article::set_mode(&db, site.id, &form.slug, form.mode).await?;
    Ok(see_other("/desk/articles?saved=true"))
}

#[get("/desk/articles/{slug}")]
async fn one_article(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    slug: web::Path<String>,
    query: web::Query<Saved>,
) -> Result<HttpResponse> {
    let article = store::drifting(&db, site.id, &slug).await?;
    let shown = ArticlePage {
        chrome: frame(&site, &who.viewer()),
        tabs: tabs(&db, site.id).await?,
        picture: Picture::of(&article.points),
        article,
        saved: query.saved,
    };
    html(StatusCode::OK, &shown)
}

/// A ruling as the buttons send it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ruled {
    ruling: Ruling,
    /// the comment on whose page the button was; without it, it was on the article's
    #[serde(default)]
    back: Option<Uuid>,
    #[serde(default)]
    queue: Queue,
    /// it takes the viewer's last ruling back
    #[serde(default)]
    undo: bool,
}

#[post("/desk/comments/{id}/side-thread")]
async fn submit_ruling(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    id: web::Path<Uuid>,
    form: Form<Ruled>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let slug = comment::rule(&db, site.id, who.account.id, *id, form.ruling).await?;
    // what takes one back is not taken back itself
    let then = if form.undo {
        "undone=true".to_owned()
    } else {
        format!("on={id}")
    };
    Ok(see_other(&match form.back {
        Some(back) => format!(
            "/desk/comments/{back}?queue={}&ruled={}&{then}",
            form.queue.as_str(),
            form.ruling.as_str()
        ),
        None => format!("/desk/articles/{slug}?saved=true"),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RulingIn {
    ruling: Ruling,
}

/// Rule on a side thread
///
/// On a comment and everything under it. Of `belongs` and `judged`, and of `closed` and `open`, the newest holds.
#[utoipa::path(
    tag = "desk",
    params(("id" = Uuid, Path, description = "The comment with which it begins")),
    request_body = RulingIn,
    responses(
        (status = 204, description = "Written down; it holds from now on"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator, or the comment is their own"),
        (status = 404, description = "Not a comment of this site"),
    )
)]
#[post("/api/v1/desk/comments/{id}/side-thread")]
pub(super) async fn rule_side_thread(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    id: web::Path<Uuid>,
    body: Document<RulingIn>,
) -> Result<HttpResponse> {
    comment::rule(&db, site.id, who.account.id, *id, body.0.ruling).await?;
    Ok(HttpResponse::NoContent().finish())
}
