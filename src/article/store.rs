//! All SQL of the tables article and `article_topic`.

mod topic;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::draft::{Draft, Picture};
use crate::error::{Error, Result};
use crate::ids::new_id;

pub use topic::{background, recent};

/// What happens to comments under an article.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
    sqlx::Type,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "article_mode", rename_all = "lowercase")]
pub enum Mode {
    /// the filter publishes, or holds for a person
    Filtered,
    /// every comment waits for a person
    Premoderated,
    /// nobody can comment any more
    Closed,
}

/// An article as pages show it.
#[derive(Clone, Debug)]
pub struct Article {
    pub id: Uuid,
    pub slug: String,
    pub title: String,
    pub standfirst: Option<String>,
    pub byline: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub picture: Option<Picture>,
    pub section: Option<String>,
    /// BCP 47; `None`: the site's
    pub lang: Option<String>,
    /// sanitised at import; may be printed as it is
    pub body_html: String,
    /// the same words without markup
    pub body_text: String,
    pub canonical_url: Option<String>,
    pub mode: Mode,
}

/// # Errors
/// [`Error::NotFound`]; a database error.
pub async fn by_slug(db: &PgPool, site_id: Uuid, slug: &str) -> Result<Article> {
    let row = sqlx::query!(
        r#"SELECT id, slug, title, standfirst, byline, published_at, picture_url, picture_alt, picture_credit, section, lang,
                  body_html, body_text, canonical_url, mode AS "mode: Mode"
           FROM article WHERE site_id = $1 AND slug = $2"#,
        site_id,
        slug,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)?;
    let picture = row.picture_url.map(|url| Picture {
        url,
        alt: row.picture_alt,
        credit: row.picture_credit,
    });
    Ok(Article {
        id: row.id,
        slug: row.slug,
        title: row.title,
        standfirst: row.standfirst,
        byline: row.byline,
        published_at: row.published_at,
        picture,
        section: row.section,
        lang: row.lang,
        body_html: row.body_html,
        body_text: row.body_text,
        canonical_url: row.canonical_url,
        mode: row.mode,
    })
}

/// An article in a list.
#[derive(Clone, Debug)]
pub struct Headline {
    pub slug: String,
    pub title: String,
    pub standfirst: Option<String>,
    pub section: Option<String>,
    pub lang: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub live_count: i64,
}

/// The newest articles, at most 50.
///
/// # Errors
/// A database error.
pub async fn newest(db: &PgPool, site_id: Uuid) -> Result<Vec<Headline>> {
    let rows = sqlx::query_as!(
        Headline,
        r#"SELECT slug, title, standfirst, section, lang, published_at, coalesce(t.live_count, 0) AS "live_count!"
           FROM article LEFT JOIN thread t ON t.article_id = article.id
           WHERE site_id = $1 ORDER BY coalesce(published_at, created_at) DESC, id DESC LIMIT 50"#,
        site_id,
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// What the filter reads of an article.
#[derive(Clone, Debug)]
pub struct ForScreening {
    pub title: String,
    pub body: String,
    /// the same title and body, as [`crate::filter::ArticleTopic`] writes them
    pub prepared: Vec<u8>,
}

/// The article with what the filter makes of it, which is made here if it was not when the article came in, or was
/// made by another version of the program.
///
/// # Errors
/// [`Error::NotFound`]; a database error.
pub async fn for_screening(db: &PgPool, article_id: Uuid) -> Result<ForScreening> {
    let row = sqlx::query!(
        r#"SELECT a.title, a.standfirst, a.body_text, a.updated_at, t.prepared AS "prepared?"
           FROM article a LEFT JOIN article_topic t ON t.article_id = a.id AND t.read_at = a.updated_at
           WHERE a.id = $1"#,
        article_id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)?;
    let body = topic::body(row.standfirst.as_deref(), &row.body_text);
    let prepared = match row.prepared {
        Some(prepared) if topic::understood(&prepared)?.is_some() => prepared,
        _ => {
            let prepared = topic::read(&row.title, &body).await?;
            topic::keep(db, article_id, row.updated_at, &prepared).await?;
            prepared
        }
    };
    Ok(ForScreening {
        title: row.title,
        body,
        prepared,
    })
}

/// How an article's comments are treated. Until the transaction ends nobody changes that, nor rules on a side thread.
///
/// # Errors
/// [`Error::NotFound`]; a database error.
pub async fn mode(tx: &mut PgConnection, article_id: Uuid) -> Result<Mode> {
    sqlx::query_scalar!(
        r#"SELECT mode AS "mode: Mode" FROM article WHERE id = $1 FOR SHARE"#,
        article_id
    )
    .fetch_optional(tx)
    .await?
    .ok_or(Error::NotFound)
}

/// # Errors
/// [`Error::NotFound`]; a database error.
pub async fn set_mode(db: &PgPool, site_id: Uuid, slug: &str, mode: Mode) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE article SET mode = $3, updated_at = now() WHERE site_id = $1 AND slug = $2",
        site_id,
        slug,
        mode as Mode,
    )
    .execute(db)
    .await?;
    if done.rows_affected() == 0 {
        Err(Error::NotFound)
    } else {
        Ok(())
    }
}

/// Stores an imported article under `slug`, in place of the one that is there, whose comments stay, with what the
/// filter makes of it. Says whether it is new.
///
/// # Errors
/// A database error.
pub async fn save(db: &PgPool, site_id: Uuid, slug: &str, draft: &Draft) -> Result<bool> {
    let picture = draft.picture.as_ref();
    let body = topic::body(draft.standfirst.as_deref(), &draft.body_text);
    let prepared = topic::read(&draft.title, &body).await?;
    let mut tx = db.begin().await?;
    let saved = sqlx::query!(
        r#"INSERT INTO article (id, site_id, slug, title, standfirst, byline, published_at, picture_url, picture_alt,
                                picture_credit, section, lang, tags, body_html, body_text, canonical_url)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
           ON CONFLICT (site_id, slug) DO UPDATE SET
             title = excluded.title, standfirst = excluded.standfirst, byline = excluded.byline,
             published_at = excluded.published_at, picture_url = excluded.picture_url,
             picture_alt = excluded.picture_alt, picture_credit = excluded.picture_credit, section = excluded.section,
             lang = excluded.lang, tags = excluded.tags, body_html = excluded.body_html,
             body_text = excluded.body_text, canonical_url = excluded.canonical_url, updated_at = now()
           RETURNING id, updated_at, (xmax = 0) AS "is_new!""#,
        new_id(),
        site_id,
        slug,
        draft.title,
        draft.standfirst,
        draft.byline,
        draft.published_at,
        picture.map(|picture| picture.url.as_str()),
        picture.map_or("", |picture| picture.alt.as_str()),
        picture.and_then(|picture| picture.credit.as_deref()),
        draft.section,
        draft.lang,
        &draft.tags,
        draft.body_html,
        draft.body_text,
        draft.canonical_url,
    )
    .fetch_one(&mut *tx)
    .await?;
    topic::keep(&mut *tx, saved.id, saved.updated_at, &prepared).await?;
    tx.commit().await?;
    Ok(saved.is_new)
}
