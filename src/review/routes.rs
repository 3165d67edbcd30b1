//! The desk's pages.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::Utc;
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::decide::{self, Decision};
use super::queue::{self, Queue};
use super::store::{self, Current, WINDOW};
use super::views::{Desk, Faq, History, ItemView, Notice, Tabs};
use crate::account::{Account, CurrentAdmin, CurrentModerator, Viewer, chrome};
use crate::comment::{Action, Ruling};
use crate::cursor::Cursor;
use crate::error::{Error, Result};
use crate::site::{self, Site};
use crate::web::{Chrome, Form, check_text, html, see_other};

/// The longest FAQ, in bytes: what one form can bring.
const MAX_FAQ: usize = 40_000;

/// The room's pages and its API.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(desk)
        .service(comment)
        .service(submit_decision)
        .service(submit_undo)
        .service(history)
        .service(faq)
        .service(submit_faq)
        .configure(super::articles::configure)
        .configure(super::api::configure);
}

/// The row of tabs above a page of the desk, with what waits.
///
/// # Errors
/// A database error.
pub(crate) async fn tabs(db: &PgPool, site_id: Uuid) -> Result<Tabs> {
    Ok(store::counts(db, site_id).await?.into())
}

pub(super) fn frame(site: &Site, viewer: &Viewer) -> Chrome {
    chrome(&site.name, &site.lang, viewer)
}

#[derive(Deserialize)]
struct Place {
    #[serde(default)]
    queue: Queue,
    /// the viewer has just taken back what was decided on the comment that is shown, or ruled on its side thread
    #[serde(default)]
    undone: bool,
    /// what has just been ruled on the side thread of the comment that is shown
    ruled: Option<Ruling>,
    /// the comment on which that was ruled
    on: Option<Uuid>,
}

#[get("/desk")]
async fn desk(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    place: web::Query<Place>,
) -> Result<HttpResponse> {
    let shown = show(&db, &site, who, place.queue, None, false, Notice::None).await?;
    html(StatusCode::OK, &shown)
}

#[get("/desk/comments/{id}")]
async fn comment(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    id: web::Path<Uuid>,
    place: web::Query<Place>,
) -> Result<HttpResponse> {
    let notice = match place.ruled {
        Some(ruling) => Notice::Ruled {
            ruling,
            on: place.on,
            before: None,
        },
        None => Notice::None,
    };
    let shown = show(
        &db,
        &site,
        who,
        place.queue,
        Some(*id),
        place.undone,
        notice,
    )
    .await?;
    html(StatusCode::OK, &shown)
}

/// What a moderator did last, and can take back; or that they have just done so.
async fn last_done(
    db: &PgPool,
    who: &Account,
    shown: Option<&ItemView>,
    undone: bool,
) -> Result<Notice> {
    let last = last_elsewhere(db, who, shown).await?;
    // an address is no proof
    let is_undone = |shown: &ItemView| {
        let last = shown.item.steps.last();
        last.is_some_and(|step| step.action == "undo" && step.by_id == Some(who.id))
    };
    if undone && shown.is_some_and(is_undone) {
        return Ok(Notice::Undone(last));
    }
    Ok(last.map_or(Notice::None, Notice::Done))
}

/// The last decision that stands, unless it is on the comment that is shown: on its own page that says so itself.
async fn last_elsewhere(
    db: &PgPool,
    who: &Account,
    shown: Option<&ItemView>,
) -> Result<Option<Current>> {
    let last = store::last_decision(db, who.site_id, who.id).await?;
    Ok(last.filter(|last| shown.is_none_or(|shown| shown.item.id != last.id)))
}

/// The desk with a comment open: the one asked for, or the first that waits.
async fn show(
    db: &PgPool,
    site: &Site,
    who: CurrentModerator,
    queue: Queue,
    id: Option<Uuid>,
    undone: bool,
    notice: Notice,
) -> Result<Desk> {
    let tabs = tabs(db, site.id).await?;
    let entries = queue::in_order(store::held(db, site.id, queue, None, None, WINDOW).await?);
    let item = match id.or(entries.first().map(|first| first.id)) {
        Some(id) => {
            let item = store::item(db, site.id, id).await?;
            Some(ItemView::new(item, &entries, &who.account))
        }
        None => None,
    };
    // an address is no proof, and a colleague may have ruled otherwise since
    let side = item
        .as_ref()
        .and_then(|shown| shown.item.side_thread.as_ref());
    let notice = match notice {
        Notice::Ruled { ruling, on, .. } if side.is_some_and(|side| side.holds(ruling)) => {
            let begins_with = side.map(|side| side.begins_with);
            Notice::Ruled {
                ruling,
                on: on.filter(|on| begins_with == Some(*on)),
                before: if undone {
                    last_elsewhere(db, &who.account, item.as_ref()).await?
                } else {
                    None
                },
            }
        }
        Notice::Ruled { .. } => Notice::None,
        Notice::None => last_done(db, &who.account, item.as_ref(), undone).await?,
        notice => notice,
    };
    let total = match queue {
        Queue::Held => tabs.held.clone(),
        Queue::DeadLetters => tabs.dead_letters.clone(),
    };
    Ok(Desk {
        chrome: frame(site, &who.viewer()),
        tabs,
        queue,
        entries,
        total,
        item,
        notice,
        now: Utc::now(),
    })
}

/// A decision as the buttons send it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    version: i32,
    action: Action,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    queue: Queue,
}

#[post("/desk/comments/{id}/decision")]
async fn submit_decision(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    id: web::Path<Uuid>,
    form: Form<Decided>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let decision = Decision::parse(form.version, form.action, &form.reason, &form.note)?;
    match decide::decide(&db, &who.account, *id, decision).await {
        Ok(_) => go_on(&db, &site, *id, form.queue).await,
        Err(Error::Conflict(_)) => lost(&db, &site, who, *id, form.queue).await,
        Err(error) => Err(error),
    }
}

/// On to the next comment that waits.
async fn go_on(db: &PgPool, site: &Site, id: Uuid, queue: Queue) -> Result<HttpResponse> {
    let item = store::item(db, site.id, id).await?;
    let entries = queue::in_order(store::held(db, site.id, queue, None, None, WINDOW).await?);
    let word = queue.as_str();
    Ok(see_other(&match queue::after(&entries, item.place()) {
        Some(next) => format!("/desk/comments/{next}?queue={word}"),
        None => format!("/desk?queue={word}"),
    }))
}

/// The comment as it is now, and who was faster.
async fn lost(
    db: &PgPool,
    site: &Site,
    who: CurrentModerator,
    id: Uuid,
    queue: Queue,
) -> Result<HttpResponse> {
    let current: Current = store::current(db, site.id, id).await?;
    let is_own = current.by_id == Some(who.account.id);
    let notice = Notice::Lost { current, is_own };
    let shown = show(db, site, who, queue, Some(id), false, notice).await?;
    html(StatusCode::CONFLICT, &shown)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Undone {
    version: i32,
    #[serde(default)]
    queue: Queue,
}

#[post("/desk/comments/{id}/undo")]
async fn submit_undo(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    id: web::Path<Uuid>,
    form: Form<Undone>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    match decide::undo(&db, &who.account, *id, form.version).await {
        Ok(_) => Ok(see_other(&format!(
            "/desk/comments/{id}?queue={}&undone=true",
            form.queue.as_str()
        ))),
        Err(Error::Conflict(_)) => lost(&db, &site, who, *id, form.queue).await,
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Before {
    before: Option<String>,
}

#[get("/desk/history")]
async fn history(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentModerator,
    query: web::Query<Before>,
) -> Result<HttpResponse> {
    let before: Option<Cursor> = query.before.as_deref().map(str::parse).transpose()?;
    let (decisions, next) = store::decisions(&db, site.id, before).await?;
    let shown = History {
        tabs: tabs(&db, site.id).await?,
        decisions,
        next,
        is_first: before.is_none(),
        viewer: who.account.clone(),
        chrome: frame(&site, &who.viewer()),
        now: Utc::now(),
    };
    html(StatusCode::OK, &shown)
}

#[derive(Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    pub(super) saved: bool,
}

#[get("/desk/faq")]
async fn faq(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    query: web::Query<Saved>,
) -> Result<HttpResponse> {
    let markdown = site::faq(&db, site.id).await?;
    let shown = Faq {
        chrome: frame(&site, &who.viewer()),
        tabs: tabs(&db, site.id).await?,
        markdown: markdown.unwrap_or_else(|| site::DEFAULT_FAQ.to_owned()),
        preview: None,
        saved: query.saved,
    };
    html(StatusCode::OK, &shown)
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Then {
    Preview,
    Save,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaqForm {
    markdown: String,
    then: Then,
}

#[post("/desk/faq")]
async fn submit_faq(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    who: CurrentAdmin,
    form: Form<FaqForm>,
) -> Result<HttpResponse> {
    let Form(form) = form;
    let markdown = check_text(form.markdown.trim())?;
    if markdown.is_empty() || markdown.len() > MAX_FAQ {
        return Err(Error::Invalid(format!(
            "The FAQ must have a text, of at most {MAX_FAQ} bytes."
        )));
    }
    if form.then == Then::Save {
        site::save_faq(&db, site.id, &markdown).await?;
        return Ok(see_other("/desk/faq?saved=true"));
    }
    let shown = Faq {
        chrome: frame(&site, &who.viewer()),
        tabs: tabs(&db, site.id).await?,
        preview: Some(site::render_markdown(&markdown)),
        markdown,
        saved: false,
    };
    html(StatusCode::OK, &shown)
}
