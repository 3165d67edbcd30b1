//! The forms on the page of rules that turn what is there up or down: actions and settings.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use sqlx::PgPool;

use super::edit::{Change, Settings};
use super::routes::{carry_out, is_on};
use crate::account::CurrentAdmin;
use crate::error::{Error, Result};
use crate::filter::{Kind, Levels, Outcome};
use crate::site::Site;
use crate::web::Form;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(submit_levels).service(submit_settings);
}

fn number<T: std::str::FromStr>(text: &str, what: &str) -> Result<T> {
    text.trim()
        .parse()
        .map_err(|_| Error::BadRequest(format!("{what} is not a number that can be used.")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelsForm {
    based_on: String,
    kind: Kind,
    mild: Outcome,
    strong: Outcome,
    severe: Outcome,
}

#[post("/desk/terms/actions")]
async fn submit_levels(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<LevelsForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let change = Change::Levels {
        kind: form.kind,
        levels: Levels {
            mild: form.mild,
            strong: form.strong,
            severe: form.severe,
        },
    };
    carry_out(&db, &site, &who, &form.based_on, change, true).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsForm {
    based_on: String,
    max_links: String,
    blocked_domains: String,
    #[serde(default)]
    topic: String,
    topic_threshold: String,
    #[serde(default)]
    repeats: String,
    similarity: String,
    run: String,
    #[serde(default)]
    capitals: String,
}

#[post("/desk/terms/settings")]
async fn submit_settings(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<SettingsForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let settings = Settings {
        max_links: number(&form.max_links, "The number of links")?,
        blocked_domains: crate::web::check_text(&form.blocked_domains)?,
        topic: is_on(&form.topic),
        topic_threshold: number(&form.topic_threshold, "The off-topic score")?,
        repeats: is_on(&form.repeats),
        similarity: number(&form.similarity, "The similarity")?,
        run: number(&form.run, "The number of repetitions")?,
        capitals: is_on(&form.capitals),
    };
    carry_out(
        &db,
        &site,
        &who,
        &form.based_on,
        Change::Settings(settings),
        true,
    )
    .await
}
