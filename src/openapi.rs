//! The description of the API, put together from the rooms' own.

use actix_web::{HttpResponse, web};
use utoipa::OpenApi as _;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Belowline",
        description = "Comments under a newspaper's articles: reading, posting and moderating. Sign in with \
            `POST /api/v1/session` and send the token as `Authorization: Bearer`."
    ),
    tags(
        (name = "comments", description = "What readers do"),
        (name = "accounts", description = "Signing up and in"),
        (name = "desk", description = "What moderators do")
    )
)]
struct Frame;

pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/api/v1/openapi.json", web::get().to(document));
}

/// The whole description.
pub fn description() -> utoipa::openapi::OpenApi {
    let mut all = Frame::openapi();
    for room in [
        crate::account::Doc::openapi(),
        crate::comment::Doc::openapi(),
        crate::review::Doc::openapi(),
        crate::policy::Doc::openapi(),
    ] {
        all.merge(room);
    }
    all
}

async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "public, max-age=300"))
        .json(description())
}
