//! The only table of transitions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "comment_status", rename_all = "lowercase")]
pub enum Status {
    /// not yet screened
    Pending,
    /// waits for a person
    Held,
    /// visible
    Live,
    /// refused
    Rejected,
    /// taken down after having been live
    Removed,
}

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Approve,
    Reject,
    /// takes a live comment down
    Remove,
}

/// How a comment leaves the state it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// the machine's verdict
    Screened(Screened),
    /// the filter failed too often: a person must look
    DeadLetter,
    /// a person's decision
    Decided(Action),
    /// a person takes their decision back
    Undone { back_to: Status },
}

/// Where a verdict sends a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screened {
    Live,
    Held,
    Rejected,
}

/// Where `step` leads from `from`; `None` if it does not exist there. A machine moves pending comments only:
/// its verdict can never contradict a person's decision.
pub(super) fn next(from: Status, step: Move) -> Option<Status> {
    use Status::{Held, Live, Pending, Rejected, Removed};
    match (from, step) {
        (Pending, Move::Screened(Screened::Live))
        | (Held | Rejected | Removed, Move::Decided(Action::Approve)) => Some(Live),
        (Pending, Move::Screened(Screened::Held) | Move::DeadLetter) => Some(Held),
        (Pending, Move::Screened(Screened::Rejected)) | (Held, Move::Decided(Action::Reject)) => {
            Some(Rejected)
        }
        (Live, Move::Decided(Action::Remove)) => Some(Removed),
        (
            Live,
            Move::Undone {
                back_to: to @ (Held | Rejected | Removed),
            },
        )
        | (Rejected, Move::Undone { back_to: to @ Held })
        | (Removed, Move::Undone { back_to: to @ Live }) => Some(to),
        _ => None,
    }
}

impl Move {
    /// The word in the table of settlements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Screened(_) => "screened",
            Self::DeadLetter => "dead_letter",
            Self::Decided(Action::Approve) => "approve",
            Self::Decided(Action::Reject) => "reject",
            Self::Decided(Action::Remove) => "remove",
            Self::Undone { .. } => "undo",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Held, Live, Pending, Rejected, Removed};

    const ALL: [Status; 5] = [Pending, Held, Live, Rejected, Removed];

    #[test]
    fn the_machine_moves_pending_comments_only() {
        let machine = [
            Move::Screened(Screened::Live),
            Move::Screened(Screened::Held),
            Move::Screened(Screened::Rejected),
            Move::DeadLetter,
        ];
        for step in machine {
            assert!(next(Pending, step).is_some());
            for from in [Held, Live, Rejected, Removed] {
                assert_eq!(next(from, step), None, "{from:?} {step:?}");
            }
        }
    }

    #[test]
    fn people_never_move_what_is_not_yet_screened_and_nothing_becomes_pending_again() {
        let mut steps = vec![Action::Approve, Action::Reject, Action::Remove]
            .into_iter()
            .map(Move::Decided)
            .collect::<Vec<_>>();
        steps.extend(ALL.map(|back_to| Move::Undone { back_to }));
        for step in steps {
            assert_eq!(next(Pending, step), None, "{step:?}");
            for from in ALL {
                assert_ne!(next(from, step), Some(Pending));
            }
        }
    }

    #[test]
    fn every_decision_can_be_undone() {
        for from in ALL {
            for action in [Action::Approve, Action::Reject, Action::Remove] {
                if let Some(to) = next(from, Move::Decided(action)) {
                    assert_eq!(
                        next(to, Move::Undone { back_to: from }),
                        Some(from),
                        "{from:?} {action:?}"
                    );
                }
            }
        }
    }
}
