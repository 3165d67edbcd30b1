//! One comment with all that a moderator needs to decide it.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::super::queue::{self, Place};
use super::super::side::{self, SideThread};
use super::topic::{self, Compared};
use crate::comment::Status;
use crate::error::{Error, Result};

/// How many of a writer's latest comments their record counts.
const RECORD: i64 = 200;

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: Uuid,
    pub(crate) version: i32,
    pub(crate) status: Status,
    pub(crate) body: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) dead_letter: bool,
    /// why the filter failed, when it did
    pub(crate) failure: Option<String>,
    pub(crate) author: Author,
    pub(crate) article: Context,
    pub(crate) parent: Option<Parent>,
    /// the newest verdict's, gravest first
    pub(crate) reasons: Vec<Found>,
    /// does that verdict keep the comment back?
    pub(crate) filter_holds: bool,
    /// the comment above that it fits best, where it was compared with one and that is not its parent
    pub(crate) fitting: Option<Parent>,
    /// the side thread in which it stands
    pub(crate) side_thread: Option<SideThread>,
    /// oldest first
    pub(crate) steps: Vec<Step>,
}

impl Item {
    /// Where it stands in the order of work.
    pub(crate) fn place(&self) -> Place {
        let first = self.reasons.first();
        let gravest = first.map(|found| (found.severity.as_str(), found.kind.as_str()));
        queue::place(self.filter_holds, gravest, self.created_at, self.id)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Author {
    pub(crate) name: String,
    pub(crate) email: String,
    /// `None`: a guest
    pub(crate) account_id: Option<Uuid>,
    pub(crate) record: Record,
}

/// What became of a writer's latest comments, at most 200, without the one in question. A guest's are those of
/// the same browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Record {
    pub(crate) live: i64,
    /// rejected or removed
    pub(crate) refused: i64,
    pub(crate) held: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) slug: String,
    pub(crate) title: String,
    /// its first paragraph
    pub(crate) opening: String,
    pub(crate) lang: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Parent {
    pub(crate) id: Uuid,
    pub(crate) author: String,
    pub(crate) body: String,
    pub(crate) status: Status,
}

/// A reason of a verdict.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Found {
    /// e.g. `slur`
    pub(crate) kind: String,
    /// mild, strong or severe
    pub(crate) severity: String,
    /// what found it
    pub(crate) phase: String,
    /// 0 to 1; null where nothing was measured
    pub(crate) score: Option<f32>,
    /// half-open, in bytes of the comment's text (UTF-8)
    pub(crate) spans: Vec<[usize; 2]>,
    /// one sentence
    pub(crate) note: String,
    /// for `off_topic`: what the comment was compared with; null for everything else
    pub(crate) compared: Option<Compared>,
}

/// A change of status, as the history of one comment shows it.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Step {
    /// screened, `dead_letter`, approve, reject, remove or undo
    pub(crate) action: String,
    pub(crate) from: Status,
    pub(crate) to: Status,
    /// the moderator's name; null for the machine
    pub(crate) by: Option<String>,
    /// the guideline named
    pub(crate) reason: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) at: DateTime<Utc>,
    #[serde(skip)]
    pub(crate) by_id: Option<Uuid>,
    /// the version on which it acted; the comment then had this plus one
    pub(crate) seen_version: i32,
}

/// # Errors
/// [`Error::NotFound`] when it is not this site's; a database error.
pub(crate) async fn item(db: &PgPool, site_id: Uuid, id: Uuid) -> Result<Item> {
    let row = sqlx::query!(
        r#"SELECT c.id, c.version, c.status AS "status: Status", c.body, c.created_at, c.dead_letter, c.failure,
                  c.author_name, c.account_id, c.session_id, coalesce(w.email, c.guest_email, '') AS "email!",
                  coalesce((SELECT outcome <> 'publish' FROM verdict WHERE comment_id = c.id
                    ORDER BY created_at DESC LIMIT 1), false) AS "filter_holds!",
                  a.slug, a.title, a.lang,
                  left(coalesce(nullif(a.standfirst, ''), split_part(a.body_text, E'\n\n', 1)), 600) AS "opening!",
                  p.id AS "parent_id?", p.author_name AS "parent_author?", p.body AS "parent_body?",
                  p.status AS "parent_status?: Status"
           FROM comment c JOIN article a ON a.id = c.article_id
           LEFT JOIN account w ON w.id = c.account_id
           LEFT JOIN comment p ON p.id = c.parent_id
           WHERE c.site_id = $1 AND c.id = $2"#,
        site_id,
        id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)?;
    let record = record(db, row.account_id, row.session_id, id).await?;
    let parent = match (
        row.parent_id,
        row.parent_author,
        row.parent_body,
        row.parent_status,
    ) {
        (Some(id), Some(author), Some(body), Some(status)) => Some(Parent {
            id,
            author,
            body,
            status,
        }),
        _ => None,
    };
    let reasons = reasons(db, id).await?;
    let fitting = reasons
        .iter()
        .find_map(|found| found.compared.as_ref()?.parent);
    let (way_up, holds) = topic::above(db, site_id, id).await?;
    Ok(Item {
        id: row.id,
        version: row.version,
        status: row.status,
        body: row.body,
        created_at: row.created_at,
        dead_letter: row.dead_letter,
        failure: row.failure,
        filter_holds: row.filter_holds,
        author: Author {
            name: row.author_name,
            email: row.email,
            account_id: row.account_id,
            record,
        },
        article: Context {
            slug: row.slug,
            title: row.title,
            opening: row.opening,
            lang: row.lang,
        },
        fitting: match fitting.filter(|id| parent.as_ref().is_none_or(|known| known.id != *id)) {
            Some(id) => Some(above(db, site_id, id).await?),
            None => None,
        },
        side_thread: side::of(way_up, holds),
        parent,
        reasons,
        steps: steps(db, site_id, id).await?,
    })
}

async fn record(
    db: &PgPool,
    account_id: Option<Uuid>,
    session_id: Option<Uuid>,
    except: Uuid,
) -> Result<Record> {
    // an account's are all of its sessions'; a guest has a session only, and perhaps no longer
    let (account_id, session_id) = match account_id {
        Some(account_id) => (Some(account_id), None),
        None => (None, session_id),
    };
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE status = 'live') AS "live!",
                  count(*) FILTER (WHERE status IN ('rejected', 'removed')) AS "refused!",
                  count(*) FILTER (WHERE status = 'held') AS "held!"
           FROM ((SELECT id, status FROM comment WHERE account_id = $1 ORDER BY created_at DESC LIMIT $4)
                 UNION ALL
                 (SELECT id, status FROM comment WHERE session_id = $2 ORDER BY created_at DESC LIMIT $4)) AS latest
           WHERE id <> $3"#,
        account_id,
        session_id,
        except,
        RECORD,
    )
    .fetch_one(db)
    .await?;
    Ok(Record {
        live: row.live,
        refused: row.refused,
        held: row.held,
    })
}

async fn reasons(db: &PgPool, comment_id: Uuid) -> Result<Vec<Found>> {
    let rows = sqlx::query!(
        r#"SELECT kind, severity, phase, score, spans, note, evidence FROM reason
           WHERE verdict_id = (SELECT id FROM verdict WHERE comment_id = $1 ORDER BY created_at DESC LIMIT 1)
           ORDER BY position"#,
        comment_id,
    )
    .fetch_all(db)
    .await?;
    let found = rows.into_iter().map(|row| Found {
        kind: row.kind,
        severity: row.severity,
        phase: row.phase,
        score: row.score,
        spans: spans(&row.spans),
        note: row.note,
        // what another version of the program wrote down may be of another shape: then the sentence must do
        compared: row
            .evidence
            .and_then(|json| serde_json::from_value(json).ok()),
    });
    Ok(found.collect())
}

async fn above(db: &PgPool, site_id: Uuid, id: Uuid) -> Result<Parent> {
    sqlx::query_as!(
        Parent,
        r#"SELECT id, author_name AS author, body, status AS "status: Status" FROM comment WHERE site_id = $1 AND id = $2"#,
        site_id,
        id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}

/// `[[from, to], …]`; what is anything else is left out, since a page without a mark is better than none.
fn spans(json: &serde_json::Value) -> Vec<[usize; 2]> {
    let list = json.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .filter_map(|pair| serde_json::from_value(pair.clone()).ok())
        .collect()
}

async fn steps(db: &PgPool, site_id: Uuid, comment_id: Uuid) -> Result<Vec<Step>> {
    let steps = sqlx::query_as!(
        Step,
        r#"SELECT s.action, s.from_status AS "from: Status", s.to_status AS "to: Status", m.name AS "by?",
                  s.moderator_id AS by_id, s.reason, s.note, s.created_at AS at, s.seen_version
           FROM settlement s LEFT JOIN account m ON m.id = s.moderator_id
           WHERE s.site_id = $1 AND s.comment_id = $2 ORDER BY s.seen_version DESC LIMIT 50"#,
        site_id,
        comment_id,
    )
    .fetch_all(db)
    .await?;
    Ok(steps.into_iter().rev().collect())
}

/// Where a comment stands now, and who brought it there: what the loser of a race is shown.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Current {
    pub(crate) id: Uuid,
    pub(crate) status: Status,
    /// to be named in the next decision
    pub(crate) version: i32,
    /// what was done last: screened, `dead_letter`, approve, reject, remove or undo; null while it waits for screening
    pub(crate) action: Option<String>,
    /// the moderator's name; null for the machine
    pub(crate) decided_by: Option<String>,
    pub(crate) decided_at: Option<DateTime<Utc>>,
    /// the guideline named
    pub(crate) reason: Option<String>,
    /// whose comment it is
    pub(crate) author: String,
    #[serde(skip)]
    pub(crate) by_id: Option<Uuid>,
}

/// # Errors
/// [`Error::NotFound`] when it is not this site's; a database error.
pub(crate) async fn current(db: &PgPool, site_id: Uuid, id: Uuid) -> Result<Current> {
    sqlx::query_as!(
        Current,
        r#"SELECT c.id, c.status AS "status: Status", c.version, s.action AS "action?", m.name AS "decided_by?",
                  s.created_at AS "decided_at?", s.reason, c.author_name AS author, s.moderator_id AS by_id
           FROM comment c LEFT JOIN settlement s ON s.id = c.settlement_id
           LEFT JOIN account m ON m.id = s.moderator_id
           WHERE c.site_id = $1 AND c.id = $2"#,
        site_id,
        id,
    )
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}

/// The newest decision of a moderator that still stands, as far as it is of the last hour: what they may want to take
/// back. Once it is taken back, it is the one before.
pub(crate) async fn last_decision(
    db: &PgPool,
    site_id: Uuid,
    moderator_id: Uuid,
) -> Result<Option<Current>> {
    let last = sqlx::query_as!(
        Current,
        r#"SELECT c.id, c.status AS "status: Status", c.version, s.action AS "action?", m.name AS "decided_by?",
                  s.created_at AS "decided_at?", s.reason, c.author_name AS author, s.moderator_id AS by_id
           FROM settlement s JOIN comment c ON c.id = s.comment_id AND c.settlement_id = s.id JOIN account m ON m.id = s.moderator_id
           WHERE s.site_id = $1 AND s.moderator_id = $2 AND s.action <> 'undo' AND s.created_at > now() - interval '1 hour'
           ORDER BY s.created_at DESC, s.id DESC LIMIT 1"#,
        site_id,
        moderator_id,
    )
    .fetch_optional(db)
    .await?;
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::spans;

    #[test]
    fn only_pairs_of_offsets_are_spans() {
        for (json, expected) in [
            ("[]", vec![]),
            ("[[0,3],[5,9]]", vec![[0, 3], [5, 9]]),
            (
                "[[0,3],[-1,9],[1],[1,2,3],\"x\",null,[4,6]]",
                vec![[0, 3], [4, 6]],
            ),
            ("{}", vec![]),
            ("null", vec![]),
        ] {
            assert_eq!(spans(&json.parse().unwrap()), expected, "{json}");
        }
    }
}
