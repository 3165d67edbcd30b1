//! Threads and comments for programs.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use actix_web_lab::sse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;

use super::accept::{Submission, accept};
use super::live::{Hub, News, Subscription};
use super::status::Status;
use super::store::{self, Event, EventKind, Me, Order};
use super::thread::Shown;
use super::{Inline, Wake};
use crate::account::{Viewer, session_cookie};
use crate::article;
use crate::config::PublicUrl;
use crate::error::{Error, Result};
use crate::site::Site;
use crate::web::{ClientIp, Document};

#[derive(OpenApi)]
#[openapi(
    paths(list, one, post_comment, events),
    components(schemas(
        Comment,
        Thread,
        ThreadConversation,
        NewCommentRequest,
        PostedComment,
        Status,
        Event,
        EventKind
    ))
)]
pub struct Doc;

pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/api/v1/articles/{slug}")
            .route("/comments", web::get().to(list))
            .route("/comments", web::post().to(post_comment))
            .route("/comments/{id}", web::get().to(one))
            .route("/events", web::get().to(events)),
    );
}

/// A comment as its reader may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Comment {
    id: Uuid,
    /// the comment that it answers
    parent_id: Option<Uuid>,
    /// empty in a placeholder
    author: String,
    is_staff: bool,
    created_at: DateTime<Utc>,
    /// plain text; null in a placeholder, which stands for a comment that is no longer shown but answered
    text: Option<String>,
    status: Status,
    is_own: bool,
    /// a moderator has closed the side thread in which it stands: it cannot be answered
    is_closed: bool,
    /// for its writer: why it waits or was refused
    why: Vec<String>,
}

/// A page of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Thread {
    conversations: Vec<ThreadConversation>,
    /// pass it as `after` for the next page; null on the last
    next: Option<String>,
    live_count: i64,
    /// the newest event in this page; pass it as `after` to the events
    last_event: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ThreadConversation {
    /// in reading order: each comment, then its answers
    comments: Vec<Comment>,
    /// answers that this page leaves out
    more_replies: i64,
}

impl From<Shown> for Comment {
    fn from(shown: Shown) -> Self {
        Self {
            id: shown.id,
            parent_id: shown.parent_id,
            author: shown.author,
            is_staff: shown.is_staff,
            created_at: shown.created_at,
            text: shown.body.map(|blocks| plain(&blocks)),
            status: shown.status,
            is_own: shown.is_own,
            is_closed: shown.is_closed,
            why: shown.why,
        }
    }
}

fn plain(blocks: &[super::Block]) -> String {
    let inline = |inline: &Inline| match inline {
        Inline::Text(text) | Inline::Link { text, .. } => text.clone(),
        Inline::Break => "\n".into(),
    };
    let block = |block: &super::Block| {
        let text: String = block.inlines.iter().map(inline).collect();
        if block.quote {
            text.lines()
                .map(|line| format!("> {line}\n"))
                .collect::<String>()
                .trim_end()
                .to_owned()
        } else {
            text
        }
    };
    blocks.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    sort: Order,
    /// where the page starts: `next` of the page before
    after: Option<String>,
}

/// A page of an article's thread: thirty conversations.
#[utoipa::path(get, path = "/api/v1/articles/{slug}/comments", tag = "comments", params(("slug" = String, Path), ListQuery),
    responses((status = 200, body = Thread), (status = 404)))]
async fn list(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
    query: web::Query<ListQuery>,
) -> Result<impl Responder> {
    let article = article::by_slug(&db, site.id, &slug).await?;
    let after = query.after.as_deref().map(str::parse).transpose()?;
    let page =
        store::thread_page(&db, article.id, query.sort, after, Me::of(&viewer), None).await?;
    let conversation = |found: super::Conversation| ThreadConversation {
        comments: found.comments.into_iter().map(Comment::from).collect(),
        more_replies: found.more_replies,
    };
    Ok(web::Json(Thread {
        conversations: page.conversations.into_iter().map(conversation).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
        live_count: page.live_count,
        last_event: page.last_event,
    }))
}

/// One comment: live, or one's own.
#[utoipa::path(get, path = "/api/v1/articles/{slug}/comments/{id}", tag = "comments",
    params(("slug" = String, Path), ("id" = Uuid, Path)), responses((status = 200, body = Comment), (status = 404)))]
async fn one(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    viewer: Viewer,
    path: web::Path<(String, Uuid)>,
) -> Result<impl Responder> {
    let (slug, id) = path.into_inner();
    let article = article::by_slug(&db, site.id, &slug).await?;
    let found = store::fragment(&db, article.id, &[id], Me::of(&viewer))
        .await?
        .into_iter()
        .find(|shown| !shown.is_placeholder());
    found
        .map(Comment::from)
        .map(web::Json)
        .ok_or(Error::NotFound)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCommentRequest {
    /// plain text, at most 10,000 characters
    text: String,
    /// the comment that it answers
    #[serde(default)]
    parent_id: Option<Uuid>,
    /// without an account: the name to show
    #[serde(default)]
    name: Option<String>,
    /// without an account: never shown
    #[serde(default)]
    email: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PostedComment {
    id: Uuid,
    /// always `pending`: nothing is shown before it is screened
    status: Status,
}

/// Posts a comment. Send an `Idempotency-Key` to be able to repeat the request safely: the same key and text answer
/// the same, and store nothing new.
#[utoipa::path(post, path = "/api/v1/articles/{slug}/comments", tag = "comments",
    params(("slug" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = NewCommentRequest,
    responses((status = 201, body = PostedComment), (status = 401), (status = 404), (status = 409), (status = 422), (status = 429)))]
#[expect(clippy::too_many_arguments, reason = "each is an extractor")]
async fn post_comment(
    request: HttpRequest,
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    url: web::Data<PublicUrl>,
    wake: web::Data<Wake>,
    viewer: Viewer,
    ip: ClientIp,
    slug: web::Path<String>,
    document: Document<NewCommentRequest>,
) -> Result<HttpResponse> {
    let article = article::by_slug(&db, site.id, &slug).await?;
    let key = match request
        .headers()
        .get("idempotency-key")
        .map(header::HeaderValue::to_str)
    {
        None => None,
        Some(Ok(key)) => Some(key.to_owned()),
        Some(Err(_)) => {
            return Err(Error::BadRequest(
                "The Idempotency-Key must be printable ASCII.".into(),
            ));
        }
    };
    let Document(new) = document;
    let submission = Submission {
        parent_id: new.parent_id,
        text: new.text,
        name: new.name,
        email: new.email,
        key,
    };
    let accepted = accept(&db, &site, &viewer, ip, article.id, submission).await?;
    wake.0.notify_one();
    let mut answer = HttpResponse::Created();
    if let Some(session) = &accepted.new_session {
        answer.cookie(session_cookie(session, &url));
    }
    Ok(answer.json(PostedComment {
        id: accepted.posted.id,
        status: Status::Pending,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct EventsQuery {
    /// the number of the last event that the client knows
    #[serde(default)]
    after: i64,
}

/// Server-sent events: each message is an [`Event`] and has its number as id; a message of the type `resync` says
/// that too much was missed and the thread should be loaded afresh.
#[utoipa::path(get, path = "/api/v1/articles/{slug}/events", tag = "comments", params(("slug" = String, Path), EventsQuery),
    responses((status = 200, body = Event, content_type = "text/event-stream"), (status = 404), (status = 429)))]
async fn events(
    request: HttpRequest,
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    hub: web::Data<Hub>,
    ip: ClientIp,
    slug: web::Path<String>,
    query: web::Query<EventsQuery>,
) -> Result<impl Responder> {
    let article = article::by_slug(&db, site.id, &slug).await?;
    // a browser that reconnects says what it saw last
    let last = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.parse().ok());
    let subscription = hub
        .subscribe(article.id, last.unwrap_or(query.after).max(0), ip)
        .await?;
    let messages = futures_util::stream::unfold(Some(subscription), message);
    let events = sse::Sse::from_stream(messages)
        .with_keep_alive(Duration::from_secs(15))
        .with_retry_duration(retry());
    Ok(events
        .customize()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no")))
}

/// After a restart everybody comes back: not all in the same moment.
fn retry() -> Duration {
    Duration::from_millis(2_000 + u64::from(rand::random::<u16>()) * 8_000 / 65_536)
}

type Message = (Result<sse::Event, serde_json::Error>, Option<Subscription>);

async fn message(subscription: Option<Subscription>) -> Option<Message> {
    let mut subscription = subscription?;
    match subscription.next().await {
        News::Event(event) => {
            let data = sse::Data::new_json(&event)
                .map(|data| sse::Event::Data(data.id(event.number.to_string())));
            Some((data, Some(subscription)))
        }
        News::Resync => Some((
            Ok(sse::Event::Data(sse::Data::new("{}").event("resync"))),
            None,
        )),
        News::End => None,
    }
}
