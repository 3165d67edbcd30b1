//! All SQL of the table ruleset, and of the site's pointer to the one in force.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::filter::{Ruleset, RulesetError, RulesetSource};
use crate::ids::new_id;

/// The longest note on a change, in characters.
const MAX_NOTE: usize = 500;

/// Versions in a history.
const HISTORY: i64 = 50;

/// The ruleset by which a site's comments are screened.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// `None`: what ships; the site has never changed anything.
    pub id: Option<Uuid>,
    pub source: RulesetSource,
}

/// One ruleset of a site's history.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) id: Uuid,
    /// the hash of its content, as verdicts name it
    pub(super) hash: String,
    /// what changed, in the words of whoever changed it
    pub(super) note: String,
    /// who changed it
    pub(super) by: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) in_force: bool,
}

/// The ruleset in force, kept from one comment to the next: thousands of terms that seldom change are read only when
/// they do.
#[derive(Default)]
pub struct Rules(Option<InForce>);

impl Rules {
    /// The ruleset in force now. One that cannot be read is an error and never the shipped one: what a site has banned
    /// must not become allowed because of a fault.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown site; a database error; a stored ruleset that this program cannot read.
    pub async fn of(&mut self, db: &PgPool, site_id: Uuid) -> Result<&InForce> {
        let known = self.0.as_ref().and_then(|known| known.id);
        // one statement, so that id and terms are those of one moment; a ruleset is never changed under its id
        let row = sqlx::query!(
            r#"SELECT s.ruleset_id, r.source AS "source?: Json<RulesetSource>"
               FROM site s LEFT JOIN ruleset r
                 ON r.site_id = s.id AND r.id = s.ruleset_id AND r.id IS DISTINCT FROM $2
               WHERE s.id = $1"#,
            site_id,
            known,
        )
        .fetch_optional(db)
        .await?
        .ok_or(Error::NotFound)?;
        let kept = self.0.take().filter(|kept| kept.id == row.ruleset_id);
        Ok(self.0.insert(kept.unwrap_or_else(|| InForce {
            id: row.ruleset_id,
            source: row.source.map(|json| json.0).unwrap_or_default(),
        })))
    }
}

/// The ruleset in force, for somebody who looks at it once.
///
/// # Errors
/// As [`Rules::of`].
pub(super) async fn in_force(db: &PgPool, site_id: Uuid) -> Result<InForce> {
    let mut rules = Rules::default();
    rules.of(db, site_id).await.cloned()
}

/// Puts a ruleset in force in place of `based_on`, the one that its author had before them, and keeps it in the
/// history with `note` and the account `by`. One statement: two authors at the same moment cannot both win,
/// and a caller who goes away leaves nothing half done.
///
/// # Errors
/// [`Error::Invalid`] with the first entry that cannot be compiled; [`Error::Conflict`] when another ruleset has
/// come into force since `based_on`; a database error.
pub(super) async fn activate(
    db: &PgPool,
    site_id: Uuid,
    based_on: Option<Uuid>,
    source: RulesetSource,
    note: &str,
    by: Uuid,
) -> Result<InForce> {
    let note = crate::web::check_text(note.trim())?;
    if note.chars().count() > MAX_NOTE {
        return Err(Error::Invalid(format!(
            "The note has more than {MAX_NOTE} characters: please shorten it."
        )));
    }
    let (source, version) = compiled(source).await?;
    let id = new_id();
    let done = sqlx::query!(
        "WITH made AS (
           INSERT INTO ruleset (id, site_id, version, source, note, created_by)
           SELECT $1, id, $3, $4, $5, $6 FROM site
           WHERE id = $2 AND ruleset_id IS NOT DISTINCT FROM $7 FOR NO KEY UPDATE
           RETURNING id)
         UPDATE site SET ruleset_id = made.id FROM made WHERE site.id = $2",
        id,
        site_id,
        version,
        Json(&source) as _,
        note,
        by,
        based_on,
    )
    .execute(db)
    .await?;
    if done.rows_affected() == 0 {
        return Err(changed_meanwhile());
    }
    Ok(InForce {
        id: Some(id),
        source,
    })
}

/// Compiles off the request's thread: thousands of terms take milliseconds.
async fn compiled(source: RulesetSource) -> Result<(RulesetSource, String)> {
    let work = move || match Ruleset::compile(&source) {
        Ok(ruleset) => Ok((source, ruleset.version().to_owned())),
        Err(error) => Err(cannot_compile(error)),
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.into()))?
}

/// What the author of a ruleset is told that another has replaced.
pub(super) fn changed_meanwhile() -> Error {
    Error::Conflict(
        "Somebody has changed the rules since you opened this page. Nothing was saved: look at what is in force now and change it again.".into(),
    )
}

/// What the author of a ruleset is told that cannot be compiled.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
pub(super) fn cannot_compile(error: RulesetError) -> Error {
    Error::Invalid(sentence(&error.to_string()))
}

/// An error's text, written as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", chars.as_str())
}

/// The newest rulesets of a site, at most 50.
///
/// # Errors
/// A database error.
pub(super) async fn history(db: &PgPool, site_id: Uuid) -> Result<Vec<Version>> {
    let versions = sqlx::query_as!(
        Version,
        r#"SELECT r.id, r.version AS hash, r.note, a.name AS by, r.created_at,
                  coalesce(r.id = s.ruleset_id, false) AS "in_force!"
           FROM ruleset r JOIN site s ON s.id = r.site_id
           JOIN account a ON a.site_id = r.site_id AND a.id = r.created_by
           WHERE r.site_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT $2"#,
        site_id,
        HISTORY,
    )
    .fetch_all(db)
    .await?;
    Ok(versions)
}

/// A ruleset of the history, to put it in force again.
pub(super) struct Old {
    pub(super) version: String,
    pub(super) source: RulesetSource,
}

/// # Errors
/// [`Error::NotFound`] when it is not this site's; a database error.
pub(super) async fn version(db: &PgPool, site_id: Uuid, id: Uuid) -> Result<Old> {
    let old = sqlx::query!(
        r#"SELECT version, source AS "source: Json<RulesetSource>" FROM ruleset WHERE site_id = $1 AND id = $2"#,
        site_id,
        id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Old {
        version: old.version,
        source: old.source.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_become_sentences() {
        assert_eq!(sentence("term 3 is blank"), "Term 3 is blank.");
        assert_eq!(sentence("\"x…\" is long"), "\"x…\" is long.");
    }
}
