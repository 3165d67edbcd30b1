//! What administrators change on the page of rules.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::edit::{self, Change, Settings};
use super::routes::{Said, page};
use super::store::{self, InForce};
use super::views::Doubt;
use crate::account::CurrentAdmin;
use crate::error::{Error, Result};
use crate::filter::{Kind, RulesetSource, Severity, Term, Topic};
use crate::site::Site;
use crate::web::{Form, see_other};

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(submit_add)
        .service(submit_remove)
        .service(submit_allow)
        .service(submit_disallow)
        .service(submit_list)
        .service(submit_settings)
        .service(submit_roll_back);
}

/// The ruleset that a form was made for, to be changed only while it is still the one in force.
async fn based_on(db: &PgPool, site: &Site, named: &str) -> Result<InForce> {
    let in_force = store::in_force(db, site.id).await?;
    let named = match named {
        "" => None,
        id => Some(
            Uuid::try_parse(id)
                .map_err(|_| Error::BadRequest("The form names no ruleset.".into()))?,
        ),
    };
    if in_force.id == named {
        Ok(in_force)
    } else {
        Err(store::changed_meanwhile())
    }
}

/// Carries a change out. What may go wrong with it is shown first, unless the form says that it was read; what
/// cannot be done is said on the page.
pub(super) async fn carry_out(
    db: &PgPool,
    site: &Site,
    who: &CurrentAdmin,
    named: &str,
    change: Change,
    anyway: bool,
) -> Result<HttpResponse> {
    let at = change.section().to_owned();
    let typed = match &change {
        Change::Model(model) => Some(model.clone()),
        _ => None,
    };
    let done = attempt(db, site, who, named, change, anyway).await;
    let (status, said) = match done {
        Ok(None) => return Ok(saved(&at)),
        Ok(Some(doubt)) => {
            let doubt = Some(doubt);
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                Said {
                    doubt,
                    ..Said::default()
                },
            )
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let status = actix_web::ResponseError::status_code(&error);
            let problem = Some(error.to_string());
            // what others have changed must be seen before it is changed again
            let typed = typed.filter(|_| matches!(error, Error::Invalid(_)));
            (
                status,
                Said {
                    problem,
                    typed,
                    at,
                    ..Said::default()
                },
            )
        }
        Err(error) => return Err(error),
    };
    page(db, site, &who.viewer(), status, said).await
}

/// Back to the section that was changed.
fn saved(section: &str) -> HttpResponse {
    see_other(&format!("/desk/terms?saved={section}#{section}-title"))
}

async fn attempt(
    db: &PgPool,
    site: &Site,
    who: &CurrentAdmin,
    named: &str,
    change: Change,
    anyway: bool,
) -> Result<Option<Doubt>> {
    let old = based_on(db, site, named).await?;
    // comparing many new terms with ten thousand old ones takes a while
    let (source, wanted) = (old.source.clone(), change.clone());
    let changed = web::block(move || edit::change(&source, wanted))
        .await
        .map_err(anyhow::Error::from)??;
    if !changed.warnings.is_empty() && !anyway {
        return Ok(Doubt::of(change, changed.warnings));
    }
    let by = who.account.id;
    store::activate(db, site.id, old.id, changed.source, &changed.note, by).await?;
    Ok(None)
}

/// Is a checkbox ticked? It sends its word, or nothing at all.
pub(super) fn is_on(field: &str) -> bool {
    !field.is_empty()
}

pub(super) fn number<T: std::str::FromStr>(text: &str, what: &str) -> Result<T> {
    text.trim()
        .parse()
        .map_err(|_| Error::BadRequest(format!("{what} is not a number that can be used.")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddForm {
    based_on: String,
    terms: String,
    kind: Kind,
    severity: Severity,
    #[serde(default)]
    whole_word: String,
    #[serde(default)]
    note: String,
    /// the warnings were read
    #[serde(default)]
    anyway: String,
}

#[post("/desk/terms/add")]
async fn submit_add(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<AddForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let note = crate::web::check_text(form.note.trim())?;
    let change = Change::Add {
        lines: form.terms,
        like: Term {
            text: String::new(),
            kind: form.kind,
            severity: form.severity,
            whole_word: is_on(&form.whole_word),
            note: Some(note).filter(|note| !note.is_empty()),
        },
    };
    carry_out(
        &db,
        &site,
        &who,
        &form.based_on,
        change,
        is_on(&form.anyway),
    )
    .await
}

/// A line of a list, to be taken out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextForm {
    based_on: String,
    text: String,
}

#[post("/desk/terms/remove")]
async fn submit_remove(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<TextForm>,
) -> Result<HttpResponse> {
    let Form(TextForm { based_on, text }) = form;
    carry_out(&db, &site, &who, &based_on, Change::Remove { text }, true).await
}

#[post("/desk/terms/allow")]
async fn submit_allow(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<TextForm>,
) -> Result<HttpResponse> {
    let Form(TextForm { based_on, text }) = form;
    carry_out(
        &db,
        &site,
        &who,
        &based_on,
        Change::Allow { lines: text },
        true,
    )
    .await
}

#[post("/desk/terms/disallow")]
async fn submit_disallow(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<TextForm>,
) -> Result<HttpResponse> {
    let Form(TextForm { based_on, text }) = form;
    carry_out(&db, &site, &who, &based_on, Change::Disallow { text }, true).await
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListForm {
    based_on: String,
    list: String,
    switch: Switch,
}

#[post("/desk/terms/lists")]
async fn submit_list(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<ListForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let change = Change::List {
        name: form.list,
        on: form.switch == Switch::On,
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
    topic_hold: String,
    topic_admitted_after: String,
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
        topic: Topic {
            enabled: is_on(&form.topic),
            threshold: number(&form.topic_threshold, "The off-topic score")?,
            hold: is_on(&form.topic_hold),
            admitted_after: number(&form.topic_admitted_after, "The number of comments")?,
        },
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RollBackForm {
    based_on: String,
    /// a ruleset of the history; empty: what ships
    to: String,
}

#[post("/desk/terms/roll-back")]
async fn submit_roll_back(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<RollBackForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let old = based_on(&db, &site, &form.based_on).await?;
    let (source, note) = match form.to.as_str() {
        "" => (
            RulesetSource::default(),
            "Went back to what ships".to_owned(),
        ),
        id => {
            let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
            let version = store::version(&db, site.id, id).await?;
            let note = format!("Went back to version {}", version.version);
            (version.source, note)
        }
    };
    store::activate(&db, site.id, old.id, source, &note, who.account.id).await?;
    Ok(saved("versions"))
}
