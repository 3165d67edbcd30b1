//! What else the site writes about, kept from one comment to the next.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::article;
use crate::error::Result;
use crate::screener::in_line;

/// The background of the site of the last comment, as lines carry it. Looked at for each comment, by the list of the
/// newest articles, and made again when that has changed: the same articles give the same background.
#[derive(Default)]
pub(super) struct Backgrounds {
    of: Vec<(Uuid, DateTime<Utc>)>,
    line: String,
}

impl Backgrounds {
    pub(super) async fn of(&mut self, db: &PgPool, site_id: Uuid) -> Result<&str> {
        let recent = article::recent(db, site_id).await?;
        if recent != self.of || self.line.is_empty() {
            self.line = in_line(&article::background(db, &recent).await?);
            self.of = recent;
        }
        Ok(&self.line)
    }
}
