//! All SQL of the table `article_topic`: articles as comments are compared with them, read once.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::filter::{ArticleText, ArticleTopic, TopicTable};

/// How many of the site's newest articles a comment is seen against.
const RECENT: i64 = 50;

/// What the filter reads below the title: the standfirst, where there is one, and the text.
pub(super) fn body(standfirst: Option<&str>, text: &str) -> String {
    match standfirst {
        Some(standfirst) => format!("{standfirst}\n\n{text}"),
        None => text.to_owned(),
    }
}

/// Reads an article; milliseconds, and so not where requests are answered.
pub(super) async fn read(title: &str, body: &str) -> Result<Vec<u8>> {
    let (title, body) = (title.to_owned(), body.to_owned());
    let read = tokio::task::spawn_blocking(move || -> anyhow::Result<Vec<u8>> {
        let text = ArticleText {
            title: &title,
            body: &body,
        };
        Ok(TopicTable::shipped()?.article(text).to_bytes())
    });
    Ok(read.await.map_err(anyhow::Error::from)??)
}

/// Keeps what was read of the article that was last changed at `read_at`. Whoever is overtaken by a change leaves the
/// wrong time behind, and it is read once more.
pub(super) async fn keep(
    db: impl PgExecutor<'_>,
    article_id: Uuid,
    read_at: DateTime<Utc>,
    prepared: &[u8],
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO article_topic (article_id, read_at, prepared) VALUES ($1, $2, $3)
         ON CONFLICT (article_id) DO UPDATE SET read_at = excluded.read_at, prepared = excluded.prepared",
        article_id,
        read_at,
        prepared,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Is it of this program's tables? What another version made is made again.
pub(super) fn understood(prepared: &[u8]) -> Result<Option<ArticleTopic>> {
    let table = TopicTable::shipped().map_err(anyhow::Error::from)?;
    Ok(table.read_article(prepared).ok())
}

/// The site's newest articles, each with when it was last changed: what a background is made of. Two equal lists have
/// equal backgrounds.
///
/// # Errors
/// A database error.
pub async fn recent(db: &PgPool, site_id: Uuid) -> Result<Vec<(Uuid, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        "SELECT id, updated_at FROM article WHERE site_id = $1
         ORDER BY coalesce(published_at, created_at) DESC, id DESC LIMIT $2",
        site_id,
        RECENT + 1,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.updated_at))
        .collect())
}

/// What else the site writes about, of the articles that [`recent`] lists.
///
/// # Errors
/// A database error.
pub async fn background(db: &PgPool, recent: &[(Uuid, DateTime<Utc>)]) -> Result<Vec<u8>> {
    let table = TopicTable::shipped().map_err(anyhow::Error::from)?;
    let mut background = table.background();
    for (id, _) in recent {
        let article = match super::for_screening(db, *id).await {
            Ok(article) => article,
            // deleted since
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        if let Some(topic) = understood(&article.prepared)? {
            background.add(&article.title, &topic);
        }
    }
    Ok(background.to_bytes())
}
