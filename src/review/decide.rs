//! A person's decision, and taking it back.

use sqlx::PgPool;
use uuid::Uuid;

use super::store::{self, Step};
use crate::account::{Account, Role};
use crate::comment::{Action, Evidence, Move, Settle, Settled, Status, guidelines, settle};
use crate::error::{Error, Result};
use crate::limit::{self, Rule};

/// The longest note, in characters.
pub(super) const MAX_NOTE: usize = 500;

/// Fast hands are welcome; a script that has run away is not.
const DECISIONS: Rule = Rule::new("decision", 30.0, 0.2);

/// What somebody asks for, checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decision {
    /// the version on which they decided
    pub(super) version: i32,
    pub(super) action: Action,
    /// the guideline named; always there for a refusal, never for an approval
    pub(super) reason: Option<String>,
    pub(super) note: Option<String>,
}

impl Decision {
    /// Empty texts count as absent.
    ///
    /// # Errors
    /// [`Error::Invalid`] saying what to change.
    pub(super) fn parse(version: i32, action: Action, reason: &str, note: &str) -> Result<Self> {
        let is_refusal = action != Action::Approve;
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        let reason = match reason {
            Some(code) if is_refusal && is_guideline(code) => Some(code.into()),
            None if !is_refusal => None,
            Some(_) if !is_refusal => {
                return Err(Error::Invalid("An approval names no guideline.".into()));
            }
            _ => {
                return Err(Error::Invalid(format!(
                    "Name the guideline that the comment breaks: {}.",
                    codes()
                )));
            }
        };
        let note = crate::web::check_text(note.trim())?;
        if note.chars().count() > MAX_NOTE {
            return Err(Error::Invalid(format!(
                "The note has more than {MAX_NOTE} characters: please shorten it."
            )));
        }
        Ok(Self {
            version,
            action,
            reason,
            note: Some(note).filter(|note| !note.is_empty()),
        })
    }
}

fn is_guideline(code: &str) -> bool {
    guidelines::GUIDELINES
        .iter()
        .any(|(known, ..)| *known == code)
}

fn codes() -> String {
    let codes: Vec<&str> = guidelines::GUIDELINES
        .iter()
        .map(|(code, ..)| *code)
        .collect();
    codes.join(", ")
}

/// Carries a decision out.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] and [`Error::Forbidden`] as [`settle`] has them;
/// [`Error::TooMany`]; a database error.
pub(super) async fn decide(
    db: &PgPool,
    by: &Account,
    id: Uuid,
    decision: Decision,
) -> Result<Settled> {
    let order = Settle {
        site_id: by.site_id,
        comment_id: id,
        seen_version: decision.version,
        step: Move::Decided(decision.action),
        evidence: Evidence::Person {
            moderator_id: by.id,
            reason: decision.reason,
            note: decision.note,
        },
    };
    carry_out(db, by, order).await
}

/// Takes the last decision on a comment back: one's own, or as an admin anybody's.
///
/// # Errors
/// [`Error::Conflict`] when something has happened since `version`, or what happened last was no decision;
/// [`Error::Forbidden`] for a colleague's; otherwise as [`decide`].
pub(super) async fn undo(db: &PgPool, by: &Account, id: Uuid, version: i32) -> Result<Settled> {
    let item = store::item(db, by.site_id, id).await?;
    let last = item
        .steps
        .last()
        .filter(|last| last.seen_version + 1 == version);
    let Some(last) = last.filter(|_| item.version == version) else {
        return Err(Error::Conflict(
            "Something has happened to this comment since: look at it again.".into(),
        ));
    };
    // the version named is checked once more under the row's lock, so what was read here still holds there
    let order = Settle {
        site_id: by.site_id,
        comment_id: id,
        seen_version: version,
        step: Move::Undone {
            back_to: undoes(last, by)?,
        },
        evidence: Evidence::Person {
            moderator_id: by.id,
            reason: None,
            note: None,
        },
    };
    carry_out(db, by, order).await
}

/// Where a comment goes back to when `by` undoes its last step.
fn undoes(last: &Step, by: &Account) -> Result<Status> {
    match last.by_id {
        Some(_) if last.action == "undo" => Err(Error::Conflict(
            "The last decision has been taken back already.".into(),
        )),
        None => Err(Error::Conflict(
            "There is no decision to take back: what happened last was the filter's doing.".into(),
        )),
        Some(moderator_id) if may_undo(moderator_id, by) => Ok(last.from),
        Some(_) => Err(Error::Forbidden(
            "A colleague decided this; they or an administrator can take it back.".into(),
        )),
    }
}

/// May `by` take back what this moderator decided?
pub(super) fn may_undo(moderator_id: Uuid, by: &Account) -> bool {
    moderator_id == by.id || by.role == Role::Admin
}

async fn carry_out(db: &PgPool, by: &Account, order: Settle) -> Result<Settled> {
    limit::take(db, DECISIONS, &by.id.to_string()).await?;
    let action = order.step.as_str();
    let db = db.clone();
    let done = crate::db::to_the_end(async move {
        let mut tx = db.begin().await?;
        let settled = settle(&mut tx, &order).await?;
        tx.commit().await?;
        Ok(settled)
    })
    .await;
    match &done {
        Ok(_) => metrics::counter!("decision_total", "action" => action).increment(1),
        Err(Error::Conflict(_)) => metrics::counter!("decision_conflict_total").increment(1),
        Err(_) => {}
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_a_guideline_and_approvals_none() {
        use Action::{Approve, Reject, Remove};
        for (action, reason, accepted) in [
            (Approve, "", true),
            (Approve, "spam", false),
            (Reject, "spam", true),
            (Reject, "", false),
            (Reject, "unknown", false),
            // the machine's word, not a person's
            (Reject, guidelines::PREMODERATED, false),
            (Remove, "off_topic", true),
            (Remove, "", false),
        ] {
            let decision = Decision::parse(3, action, reason, "");
            assert_eq!(decision.is_ok(), accepted, "{action:?} {reason:?}");
        }
    }

    #[test]
    fn notes() {
        let note = |note: &str| Decision::parse(1, Action::Approve, "", note).map(|d| d.note);
        assert_eq!(note("  ").unwrap(), None);
        assert_eq!(
            note(" seen \r\n before").unwrap(),
            Some("seen \n before".into())
        );
        assert!(note(&"x".repeat(MAX_NOTE)).is_ok());
        assert!(note(&"x".repeat(MAX_NOTE + 1)).is_err());
        assert!(note("a\0b").is_err());
    }

    fn account(id: u128, role: Role) -> Account {
        Account {
            id: Uuid::from_u128(id),
            site_id: Uuid::nil(),
            name: "Ann".into(),
            email: "ann@paper.example".into(),
            role,
        }
    }

    #[test]
    fn what_can_be_taken_back_by_whom() {
        let step = |action: &str, by: Option<u128>| Step {
            action: action.into(),
            from: Status::Held,
            to: Status::Live,
            by: None,
            reason: None,
            note: None,
            at: chrono::DateTime::UNIX_EPOCH,
            by_id: by.map(Uuid::from_u128),
            seen_version: 2,
        };
        let moderator = account(1, Role::Moderator);
        let admin = account(2, Role::Admin);
        for (last, by, undone) in [
            (step("approve", Some(1)), &moderator, true),
            (step("approve", Some(2)), &moderator, false),
            (step("approve", Some(1)), &admin, true),
            (step("undo", Some(1)), &moderator, false),
            (step("screened", None), &moderator, false),
            (step("screened", None), &admin, false),
            (step("dead_letter", None), &admin, false),
        ] {
            let back_to = undoes(&last, by).ok();
            assert_eq!(back_to, undone.then_some(Status::Held), "{last:?} {by:?}");
        }
    }
}
