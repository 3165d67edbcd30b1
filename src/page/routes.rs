//! The pages' addresses.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template as _;
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::place::{On, Place, around, first_words, path};
use super::post;
use super::views::{
    ArticlePage, CommentBox, CommentForm, ConversationPage, FaqPage, FragmentPage, FrontPage,
    Parent,
};
use crate::account::{Viewer, chrome};
use crate::article::{self, Article, Mode};
use crate::comment::{self, Conversation, Me, Order};
use crate::cursor::Cursor;
use crate::error::{Error, Result};
use crate::site::{self, Site};
use crate::web::Chrome;

/// Comments that an open page may ask for at once.
const FRAGMENT: usize = 100;

pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(front))
        .route("/faq", web::get().to(show_faq))
        .service(
            web::scope("/articles/{slug}")
                .route("", web::get().to(show_article))
                .route("/comments", web::post().to(post::post))
                .route("/comments/{id}", web::get().to(show_comment))
                .route("/fragment", web::get().to(show_fragment)),
        );
}

/// Who looks, and the site around them.
pub(super) struct Reading<'a> {
    pub(super) db: &'a PgPool,
    pub(super) site: &'a Site,
    pub(super) viewer: &'a Viewer,
}

/// What an article's address asks for. Further fields are welcome: links come with trackers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    sort: Order,
    after: Option<String>,
    /// the comment to answer
    reply: Option<Uuid>,
    /// the comment just posted
    posted: Option<Uuid>,
}

impl Reading<'_> {
    pub(super) fn chrome(&self) -> Chrome {
        chrome(&self.site.name, &self.site.lang, self.viewer)
    }

    pub(super) async fn article(&self, slug: &str) -> Result<Article> {
        article::by_slug(self.db, self.site.id, slug).await
    }

    fn is_guest(&self) -> bool {
        self.viewer.account().is_none()
    }

    pub(super) fn may_write(&self, article: &Article) -> bool {
        article.mode != Mode::Closed && (self.site.guests_allowed || !self.is_guest())
    }

    fn place(&self, article: &Article, order: Order, on: On) -> Place {
        Place {
            path: path(&article.slug),
            order,
            on,
            can_reply: self.may_write(article),
            moderates: self.chrome().is_moderator,
        }
    }

    /// The comment that a form answers.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it cannot be answered; a database error.
    pub(super) async fn parent(&self, article: &Article, id: Uuid) -> Result<Parent> {
        let found = comment::fragment(self.db, article.id, &[id], Me::of(self.viewer)).await?;
        let live = |shown: &&comment::Shown| shown.status == comment::Status::Live;
        match found.iter().find(live) {
            None => Err(Error::Conflict(comment::PARENT_GONE.into())),
            Some(shown) if shown.is_closed => Err(Error::Conflict(comment::SIDE_CLOSED.into())),
            Some(shown) => Ok(Parent {
                id,
                author: shown.author.clone(),
                excerpt: first_words(shown),
            }),
        }
    }

    /// The article's page, with this form.
    pub(super) async fn page(
        &self,
        article: &Article,
        wish: &Wish,
        form: CommentForm,
    ) -> Result<String> {
        let after: Option<Cursor> = wish.after.as_deref().map(str::parse).transpose()?;
        let thread = comment::thread_page(
            self.db,
            article.id,
            wish.sort,
            after,
            Me::of(self.viewer),
            wish.posted,
        )
        .await?;
        let form = match article.mode {
            Mode::Closed => CommentBox::Closed,
            _ if !self.may_write(article) => CommentBox::SignInFirst,
            _ => CommentBox::Open(CommentForm {
                is_guest: self.is_guest(),
                // also without a script, a button pressed twice posts once
                key: Some(form.key)
                    .filter(|key| !key.is_empty())
                    .unwrap_or_else(|| Uuid::new_v4().to_string()),
                ..form
            }),
        };
        let page = ArticlePage {
            chrome: &self.chrome(),
            article,
            thread: &thread,
            place: self.place(article, wish.sort, On::Article { after }),
            form,
        };
        Ok(page.render()?)
    }
}

/// An answer with a page.
pub(super) fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(page)
}

async fn front(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    viewer: Viewer,
) -> Result<HttpResponse> {
    let articles = article::newest(&db, site.id).await?;
    let chrome = chrome(&site.name, &site.lang, &viewer);
    let page = FrontPage {
        chrome: &chrome,
        articles: &articles,
    };
    Ok(html(StatusCode::OK, page.render()?))
}

async fn show_faq(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    viewer: Viewer,
) -> Result<HttpResponse> {
    let own = site::faq(&db, site.id).await?;
    let markdown = own.as_deref().unwrap_or(site::DEFAULT_FAQ);
    let page = FaqPage {
        chrome: &chrome(&site.name, &site.lang, &viewer),
        html: &site::render_markdown(markdown),
    };
    Ok(html(StatusCode::OK, page.render()?))
}

async fn show_article(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
    wish: web::Query<Wish>,
) -> Result<HttpResponse> {
    let reading = Reading {
        db: &db,
        site: &site,
        viewer: &viewer,
    };
    let article = reading.article(&slug).await?;
    let mut form = CommentForm::default();
    if let Some(id) = wish.reply {
        match reading.parent(&article, id).await {
            Ok(parent) => form.parent = Some(parent),
            Err(Error::Conflict(problem)) => form.problem = Some(problem),
            Err(error) => return Err(error),
        }
    }
    Ok(html(
        StatusCode::OK,
        reading.page(&article, &wish, form).await?,
    ))
}

async fn show_comment(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    viewer: Viewer,
    path: web::Path<(String, Uuid)>,
) -> Result<HttpResponse> {
    let reading = Reading {
        db: &db,
        site: &site,
        viewer: &viewer,
    };
    let (slug, target) = path.into_inner();
    let article = reading.article(&slug).await?;
    let conversation =
        comment::conversation(&db, article.id, target, Me::of(reading.viewer)).await?;
    let root_id = conversation
        .comments
        .first()
        .map_or(target, |first| first.root_id);
    let is_whole = root_id == target;
    let conversation = if is_whole {
        conversation
    } else {
        around(conversation, target)
    };
    let page = ConversationPage {
        chrome: &reading.chrome(),
        article: &article,
        conversation: &conversation,
        place: reading.place(&article, Order::default(), On::Alone { target }),
        root_id,
        is_whole,
    };
    Ok(html(StatusCode::OK, page.render()?))
}

#[derive(Deserialize)]
struct FragmentQuery {
    /// separated by commas
    ids: String,
}

async fn show_fragment(
    db: web::Data<PgPool>,
    site: web::Data<Site>,
    viewer: Viewer,
    slug: web::Path<String>,
    query: web::Query<FragmentQuery>,
) -> Result<HttpResponse> {
    let reading = Reading {
        db: &db,
        site: &site,
        viewer: &viewer,
    };
    let ids = ids(&query.ids)?;
    let article = reading.article(&slug).await?;
    let found = comment::fragment(&db, article.id, &ids, Me::of(reading.viewer)).await?;
    let alone = |shown| Conversation {
        comments: vec![shown],
        more_replies: 0,
    };
    let conversations: Vec<Conversation> = found.into_iter().map(alone).collect();
    let page = FragmentPage {
        chrome: &reading.chrome(),
        conversations: &conversations,
        place: reading.place(&article, Order::default(), On::Fragment),
    };
    Ok(html(StatusCode::OK, page.render()?))
}

fn ids(list: &str) -> Result<Vec<Uuid>> {
    let ids: Option<Vec<Uuid>> = list
        .split(',')
        .take(FRAGMENT + 1)
        .map(|id| Uuid::try_parse(id).ok())
        .collect();
    ids.filter(|ids| ids.len() <= FRAGMENT).ok_or_else(|| {
        Error::BadRequest(format!(
            "Ask for at most {FRAGMENT} comments, by ids with commas between."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_ids() {
        let id = Uuid::from_u128(7).to_string();
        let list = |n: usize| vec![id.as_str(); n].join(",");
        for (text, expected) in [
            (list(1), Some(1)),
            (list(2), Some(2)),
            (list(FRAGMENT), Some(FRAGMENT)),
            (list(FRAGMENT + 1), None),
            (String::new(), None),
            ("x".into(), None),
            (format!("{id},"), None),
        ] {
            assert_eq!(ids(&text).ok().map(|ids| ids.len()), expected, "{text}");
        }
    }
}
