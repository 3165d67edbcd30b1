//! The two forms that are whole tables: what follows from what is found, and when the trained model holds. One form
//! for a table, so that nothing that was changed in one row is lost when another is saved.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, post, web};
use sqlx::PgPool;

use super::changes::{carry_out, is_on, number};
use super::edit::Change;
use super::tables::Model;
use crate::account::CurrentAdmin;
use crate::error::{Error, Result};
use crate::filter::{AbuseKind, Kind, Levels, Outcome, Threshold};
use crate::site::Site;
use crate::web::Form;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(submit_actions).service(submit_model);
}

/// The fields of a form with a field for each cell, named after row and column: `slur-mild`.
struct Fields(BTreeMap<String, String>);

impl Fields {
    /// A field that the form always has.
    fn take(&mut self, name: &str) -> Result<String> {
        self.0
            .remove(name)
            .ok_or_else(|| Error::BadRequest(format!("The form has no field {name}.")))
    }

    /// A box that may be ticked.
    fn is_on(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some_and(|value| is_on(&value))
    }

    fn outcome(&mut self, kind: Kind, column: &str) -> Result<Outcome> {
        match self.take(&format!("{kind}-{column}"))?.as_str() {
            "publish" => Ok(Outcome::Publish),
            "hold" => Ok(Outcome::Hold),
            "reject" => Ok(Outcome::Reject),
            _ => Err(Error::BadRequest("The form names no outcome.".into())),
        }
    }

    /// So many of a hundred, as a share.
    fn share(&mut self, kind: AbuseKind, column: &str) -> Result<f32> {
        let text = self.take(&format!("{}-{column}", kind.as_str()))?;
        Ok(number::<f32>(&text, "The number of comments")? / 100.0)
    }

    /// Nothing was sent that nobody asked for.
    fn end(self) -> Result<()> {
        match self.0.first_key_value() {
            None => Ok(()),
            Some(_) => Err(Error::BadRequest(
                "The form has a field that is unknown here.".into(),
            )),
        }
    }
}

#[post("/desk/terms/actions")]
async fn submit_actions(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse> {
    let mut fields = Fields(form.0);
    let based_on = fields.take("based_on")?;
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let levels = Levels {
            mild: fields.outcome(kind, "mild")?,
            strong: fields.outcome(kind, "strong")?,
            severe: fields.outcome(kind, "severe")?,
        };
        rows.push((kind, levels));
    }
    fields.end()?;
    let asked = Change::Actions(rows);
    carry_out(&db, &site, &who, &based_on, asked, true).await
}

#[post("/desk/terms/model")]
async fn submit_model(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse> {
    let mut fields = Fields(form.0);
    let based_on = fields.take("based_on")?;
    let mut thresholds = Vec::new();
    for kind in AbuseKind::ALL {
        if kind != AbuseKind::SevereToxicity {
            let threshold = Threshold {
                notice: fields.share(kind, "notice")?,
                hold: fields.share(kind, "hold")?,
                severe: fields.share(kind, "severe")?,
            };
            thresholds.push((kind, threshold));
        }
    }
    let asked = Change::Model(Model {
        enabled: fields.is_on("enabled"),
        encoder: fields.is_on("encoder"),
        thresholds,
    });
    fields.end()?;
    carry_out(&db, &site, &who, &based_on, asked, true).await
}
