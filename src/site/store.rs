//! All SQL of the table site, apart from its pointer to the ruleset in force, which is policy's.

use sqlx::PgPool;
use uuid::Uuid;

use super::Site;
use crate::error::Result;
use crate::ids::new_id;

/// One process serves one site; this is the one.
const SLUG: &str = "main";

/// The site, made with this name if it does not exist yet.
///
/// # Errors
/// A database error.
pub async fn ensure(db: &PgPool, name: &str) -> Result<Site> {
    sqlx::query!(
        "INSERT INTO site (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING",
        new_id(),
        SLUG,
        name
    )
    .execute(db)
    .await?;
    let site = sqlx::query_as!(
        Site,
        "SELECT id, name, lang, guests_allowed FROM site WHERE slug = $1",
        SLUG
    )
    .fetch_one(db)
    .await?;
    Ok(site)
}

/// The Comments FAQ as an admin saved it; `None`: the one that ships.
///
/// # Errors
/// A database error.
pub async fn faq(db: &PgPool, site_id: Uuid) -> Result<Option<String>> {
    Ok(
        sqlx::query_scalar!("SELECT faq FROM site WHERE id = $1", site_id)
            .fetch_one(db)
            .await?,
    )
}

/// # Errors
/// A database error.
pub async fn save_faq(db: &PgPool, site_id: Uuid, markdown: &str) -> Result<()> {
    sqlx::query!("UPDATE site SET faq = $2 WHERE id = $1", site_id, markdown)
        .execute(db)
        .await?;
    Ok(())
}
