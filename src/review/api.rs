//! The desk for programs: the same queue and the same decisions, in JSON.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;

use super::decide::{self, Decision};
use super::queue::{Entry, Queue};
use super::side::SideThread;
use super::store::{self, Current, Decided, Found, Item, Record, Step};
use crate::account::{Account, CurrentModerator};
use crate::comment::{Action, Settled, Status};
use crate::cursor::Cursor;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::web::Document;

/// Entries on a page of the queue.
const PAGE: i64 = 50;

/// The room's part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(
    list_held,
    get_comment,
    decide_comment,
    undo_decision,
    list_decisions,
    super::articles::rule_side_thread
))]
pub struct Doc;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(list_held)
        .service(get_comment)
        .service(decide_comment)
        .service(undo_decision)
        .service(list_decisions);
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HeldQuery {
    /// which list: `held` (the default) or `dead_letters`
    #[serde(default)]
    #[param(inline)]
    queue: Queue,
    /// `next` of the page before
    after: Option<String>,
    /// only what has come to wait since: the greatest `settlement` that is known
    since: Option<Uuid>,
}

/// A page of the comments that wait for a person, oldest first.
#[derive(Serialize, ToSchema)]
struct HeldOut {
    comments: Vec<Entry>,
    /// where the next page starts; null on the last
    next: Option<String>,
}

/// List the comments that wait for a person
#[utoipa::path(
    tag = "desk",
    params(HeldQuery),
    responses(
        (status = 200, description = "Oldest first, at most 50", body = HeldOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator"),
    )
)]
#[get("/api/v1/desk/held")]
async fn list_held(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    _: CurrentModerator,
    query: web::Query<HeldQuery>,
) -> Result<HttpResponse> {
    let after: Option<Cursor> = query.after.as_deref().map(str::parse).transpose()?;
    let mut comments = store::held(&db, site.id, query.queue, after, query.since, PAGE + 1).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let is_more = comments.len() > page;
    comments.truncate(page);
    let last = comments.last().filter(|_| is_more);
    let next = last.map(|last| {
        let (at, id) = (last.created_at, last.id);
        Cursor { at, id }.to_string()
    });
    Ok(HttpResponse::Ok().json(HeldOut { comments, next }))
}

/// A comment with all that the desk knows about it.
#[derive(Serialize, ToSchema)]
struct CommentOut {
    id: Uuid,
    status: Status,
    /// to be named in a decision
    version: i32,
    /// exactly as it was posted
    text: String,
    created_at: DateTime<Utc>,
    /// could the filter not screen it?
    dead_letter: bool,
    author: AuthorOut,
    article: ArticleOut,
    /// the comment that it answers
    parent: Option<ParentOut>,
    /// what the newest verdict found: threats that are more than noted, then such hate, then the rest, each with the gravest first
    reasons: Vec<Found>,
    /// the side thread in which it stands; what is ruled on that holds for everything in it
    side_thread: Option<SideThread>,
    /// every change of status, oldest first
    history: Vec<Step>,
}

#[derive(Serialize, ToSchema)]
struct AuthorOut {
    name: String,
    email: String,
    /// null: a guest
    account_id: Option<Uuid>,
    record: Record,
}

#[derive(Serialize, ToSchema)]
struct ArticleOut {
    slug: String,
    title: String,
    /// its first paragraph
    opening: String,
}

#[derive(Serialize, ToSchema)]
struct ParentOut {
    id: Uuid,
    author: String,
    text: String,
    status: Status,
}

impl From<Item> for CommentOut {
    fn from(item: Item) -> Self {
        Self {
            id: item.id,
            status: item.status,
            version: item.version,
            text: item.body,
            created_at: item.created_at,
            dead_letter: item.dead_letter,
            author: AuthorOut {
                name: item.author.name,
                email: item.author.email,
                account_id: item.author.account_id,
                record: item.author.record,
            },
            article: ArticleOut {
                slug: item.article.slug,
                title: item.article.title,
                opening: item.article.opening,
            },
            parent: item.parent.map(|parent| ParentOut {
                id: parent.id,
                author: parent.author,
                text: parent.body,
                status: parent.status,
            }),
            reasons: item.reasons,
            side_thread: item.side_thread,
            history: item.steps,
        }
    }
}

/// Look at one comment
#[utoipa::path(
    tag = "desk",
    params(("id" = Uuid, Path, description = "The comment")),
    responses(
        (status = 200, description = "The comment, whatever its status", body = CommentOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator"),
        (status = 404, description = "Not a comment of this site"),
    )
)]
#[get("/api/v1/desk/comments/{id}")]
async fn get_comment(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    _: CurrentModerator,
    id: web::Path<Uuid>,
) -> Result<HttpResponse> {
    let item = store::item(&db, site.id, *id).await?;
    Ok(HttpResponse::Ok().json(CommentOut::from(item)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionIn {
    /// the comment's version on which the decision was made
    version: i32,
    action: Action,
    /// the guideline that a refused comment breaks: abusive, hateful, threatening, `off_topic`, spam, personal or other
    reason: Option<String>,
    /// for colleagues
    #[schema(max_length = 500)]
    note: Option<String>,
}

/// Where the comment stands after a decision.
#[derive(Serialize, ToSchema)]
struct SettledOut {
    status: Status,
    version: i32,
}

/// The decision came too late.
#[derive(Serialize, ToSchema)]
struct ConflictOut {
    error: ConflictError,
    current: Current,
}

#[derive(Serialize, ToSchema)]
struct ConflictError {
    /// `conflict`
    code: &'static str,
    message: String,
}

/// Decide a comment
#[utoipa::path(
    tag = "desk",
    params(("id" = Uuid, Path, description = "The comment")),
    request_body = DecisionIn,
    responses(
        (status = 200, description = "Carried out", body = SettledOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator, or one's own comment"),
        (status = 404, description = "Not a comment of this site"),
        (status = 409, description = "Somebody was faster, or this cannot be done with it; `current` is how it stands", body = ConflictOut),
        (status = 422, description = "The reason or note cannot be accepted; the sentence says why"),
        (status = 429, description = "Too fast"),
    )
)]
#[post("/api/v1/desk/comments/{id}/decision")]
async fn decide_comment(
    db: web::Data<PgPool>,
    who: CurrentModerator,
    id: web::Path<Uuid>,
    body: Document<DecisionIn>,
) -> Result<HttpResponse> {
    let Document(body) = body;
    let (reason, note) = (
        body.reason.unwrap_or_default(),
        body.note.unwrap_or_default(),
    );
    let decision = Decision::parse(body.version, body.action, &reason, &note)?;
    let done = decide::decide(&db, &who.account, *id, decision).await;
    answer(&db, &who.account, *id, done).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UndoIn {
    /// the comment's version, which the decision to take back has made
    version: i32,
}

/// Take the last decision on a comment back
///
/// One's own decision, or as an administrator anybody's.
#[utoipa::path(
    tag = "desk",
    params(("id" = Uuid, Path, description = "The comment")),
    request_body = UndoIn,
    responses(
        (status = 200, description = "The comment is back where it was", body = SettledOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator, or a colleague's decision"),
        (status = 404, description = "Not a comment of this site"),
        (status = 409, description = "Something has happened since, or there is no decision to take back", body = ConflictOut),
        (status = 429, description = "Too fast"),
    )
)]
#[post("/api/v1/desk/comments/{id}/undo")]
async fn undo_decision(
    db: web::Data<PgPool>,
    who: CurrentModerator,
    id: web::Path<Uuid>,
    body: Document<UndoIn>,
) -> Result<HttpResponse> {
    let done = decide::undo(&db, &who.account, *id, body.0.version).await;
    answer(&db, &who.account, *id, done).await
}

/// What came of it; whoever lost a race is shown the winner.
async fn answer(
    db: &PgPool,
    who: &Account,
    id: Uuid,
    done: Result<Settled>,
) -> Result<HttpResponse> {
    match done {
        Ok(settled) => Ok(HttpResponse::Ok().json(SettledOut {
            status: settled.to,
            version: settled.version,
        })),
        Err(Error::Conflict(message)) => Ok(HttpResponse::Conflict().json(ConflictOut {
            error: ConflictError {
                code: "conflict",
                message,
            },
            current: store::current(db, who.site_id, id).await?,
        })),
        Err(error) => Err(error),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DecisionsQuery {
    /// `next` of the page before
    before: Option<String>,
}

/// A page of what moderators decided, newest first.
#[derive(Serialize, ToSchema)]
struct DecisionsOut {
    decisions: Vec<Decided>,
    /// where the next page starts; null on the last
    next: Option<String>,
}

/// List what moderators decided
#[utoipa::path(
    tag = "desk",
    params(DecisionsQuery),
    responses(
        (status = 200, description = "Newest first, at most 50", body = DecisionsOut),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "Not a moderator"),
    )
)]
#[get("/api/v1/desk/history")]
async fn list_decisions(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    _: CurrentModerator,
    query: web::Query<DecisionsQuery>,
) -> Result<HttpResponse> {
    let before: Option<Cursor> = query.before.as_deref().map(str::parse).transpose()?;
    let (decisions, next) = store::decisions(&db, site.id, before).await?;
    let next = next.map(|next| next.to_string());
    Ok(HttpResponse::Ok().json(DecisionsOut { decisions, next }))
}
