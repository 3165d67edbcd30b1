//! The forms that say when the trained model holds a comment.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use sqlx::PgPool;

use super::changes::{carry_out, is_on, number};
use super::edit::Change;
use crate::account::CurrentAdmin;
use crate::error::{Error, Result};
use crate::filter::{AbuseKind, Threshold};
use crate::site::Site;
use crate::web::Form;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(submit_model).service(submit_threshold);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelForm {
    based_on: String,
    #[serde(default)]
    enabled: String,
    #[serde(default)]
    encoder: String,
}

#[post("/desk/terms/model")]
async fn submit_model(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<ModelForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let asked = Change::Model {
        enabled: is_on(&form.enabled),
        encoder: is_on(&form.encoder),
    };
    carry_out(&db, &site, &who, &form.based_on, asked, true).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdForm {
    based_on: String,
    kind: String,
    /// of a hundred such comments
    notice: String,
    hold: String,
    severe: String,
}

#[post("/desk/terms/thresholds")]
async fn submit_threshold(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<ThresholdForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let mut kinds = AbuseKind::ALL.into_iter();
    let asked = Change::Threshold {
        kind: kinds
            .find(|kind| kind.as_str() == form.kind)
            .ok_or(Error::NotFound)?,
        threshold: Threshold {
            notice: number::<f32>(&form.notice, "The number of comments")? / 100.0,
            hold: number::<f32>(&form.hold, "The number of comments")? / 100.0,
            severe: number::<f32>(&form.severe, "The number of comments")? / 100.0,
        },
    };
    carry_out(&db, &site, &who, &form.based_on, asked, true).await
}
