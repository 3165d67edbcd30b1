//! How often somebody may do something: token buckets in the database, so that a limit holds across
//! processes and restarts.

use sqlx::PgPool;

use crate::error::{Error, Result};

/// A bucket holds `burst` tokens and gains one every `every_s` seconds; each try takes one.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// a word for the bucket's key and for metrics
    pub name: &'static str,
    pub burst: f64,
    pub every_s: f64,
}

impl Rule {
    pub const fn new(name: &'static str, burst: f64, every_s: f64) -> Self {
        Self {
            name,
            burst,
            every_s,
        }
    }
}

/// Takes one token of `subject`'s bucket.
///
/// # Errors
/// [`Error::TooMany`] with the time until the next token; a database error.
pub async fn take(db: &PgPool, rule: Rule, subject: &str) -> Result<()> {
    let key = format!("{}:{subject}", rule.name);
    // one statement, so that parallel tries queue at the row instead of all reading the same count; a refused
    // try takes nothing, so that hammering on somebody's account does not keep its owner out for longer
    let bucket = sqlx::query!(
        r#"INSERT INTO rate_bucket AS b (key, tokens) VALUES ($1, $2::float8 - 1)
           ON CONFLICT (key) DO UPDATE SET (tokens, granted, at) = (
             SELECT CASE WHEN level >= 1 THEN level - 1 ELSE level END, level >= 1, now()
             FROM (SELECT least($2, b.tokens + extract(epoch FROM now() - b.at)::float8 / $3::float8) AS level) AS filled)
           RETURNING tokens, granted"#,
        key,
        rule.burst,
        rule.every_s,
    )
    .fetch_one(db)
    .await?;
    if bucket.granted {
        return Ok(());
    }
    metrics::counter!("rate_limited_total", "rule" => rule.name).increment(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and every_s"
    )]
    let retry_after_s = ((1.0 - bucket.tokens) * rule.every_s).ceil().max(1.0) as u64;
    Err(Error::TooMany { retry_after_s })
}

/// Forgets full buckets: whoever has not tried for a day starts afresh anyway.
///
/// # Errors
/// A database error.
pub async fn forget_old(db: &PgPool) -> Result<()> {
    sqlx::query!("DELETE FROM rate_bucket WHERE at < now() - interval '1 day'")
        .execute(db)
        .await?;
    Ok(())
}
