//! Rows into reading order: every answer under what it answers. Pure, and linear in the number of rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::body::{Block, blocks};
use super::status::Status;

/// The deepest indent of a page; deeper answers stay at it and say whom they answer.
pub const MAX_LEVEL: u8 = 7;

/// A comment as the store reads it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub id: Uuid,
    pub parent_id: Option<Uuid>,
    pub root_id: Uuid,
    pub depth: i16,
    pub author: String,
    pub is_staff: bool,
    pub body: String,
    pub status: Status,
    pub created_at: DateTime<Utc>,
    pub is_own: bool,
    /// whom it answers
    pub answers: Option<String>,
}

/// A comment as its viewer may see it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: Uuid,
    pub parent_id: Option<Uuid>,
    pub root_id: Uuid,
    /// indent, 0 to [`MAX_LEVEL`]
    pub level: u8,
    /// empty in a placeholder: whose comment was removed is nobody's business any more
    pub author: String,
    pub is_staff: bool,
    pub created_at: DateTime<Utc>,
    /// `None`: a placeholder, kept because somebody answers it
    pub body: Option<Vec<Block>>,
    pub status: Status,
    pub is_own: bool,
    pub answers: Option<String>,
    /// a moderator has closed the side thread in which it stands: it cannot be answered
    pub is_closed: bool,
    /// for its writer: why it waits or was refused
    pub why: Vec<String>,
}

/// A comment with everything that answers it.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// in reading order, the root first
    pub comments: Vec<Shown>,
    /// answers that this page leaves out
    pub more_replies: i64,
}

impl Shown {
    /// The view that nobody but the writer has of what is not live: none.
    fn of(row: Row) -> Self {
        let is_visible = row.status == Status::Live || row.is_own;
        Self {
            id: row.id,
            parent_id: row.parent_id,
            root_id: row.root_id,
            level: u8::try_from(row.depth).unwrap_or(MAX_LEVEL).min(MAX_LEVEL),
            author: if is_visible {
                row.author
            } else {
                String::new()
            },
            is_staff: is_visible && row.is_staff,
            created_at: row.created_at,
            body: is_visible.then(|| blocks(&row.body)),
            status: row.status,
            is_own: row.is_own,
            answers: row.answers,
            is_closed: false,
            why: Vec::new(),
        }
    }

    pub fn is_placeholder(&self) -> bool {
        self.body.is_none()
    }
}

/// The rows of one conversation, older before younger among the answers of each, in reading order: each
/// comment, then its answers. A row whose parent is not among them starts a run of its own. Placeholders
/// that nobody answers are left out, unless `keep` says that their answers are elsewhere.
pub(super) fn reading_order(rows: Vec<Row>, keep: impl Fn(Uuid) -> bool) -> Vec<Shown> {
    let mut by_parent: HashMap<Uuid, Vec<usize>> = HashMap::new();
    let ids: HashMap<Uuid, usize> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (row.id, at))
        .collect();
    let mut starts = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        match row.parent_id.filter(|parent| ids.contains_key(parent)) {
            Some(parent) => by_parent.entry(parent).or_default().push(at),
            None => starts.push(at),
        }
    }
    let mut shown: Vec<Option<Shown>> = rows.into_iter().map(|row| Some(Shown::of(row))).collect();
    // an explicit stack: a chain of thousands of answers must not be a chain of thousands of calls
    let mut stack: Vec<usize> = starts.into_iter().rev().collect();
    let mut order = Vec::with_capacity(shown.len());
    while let Some(at) = stack.pop() {
        let Some(comment) = shown.get_mut(at).and_then(Option::take) else {
            continue;
        };
        stack.extend(by_parent.get(&comment.id).into_iter().flatten().rev());
        order.push(comment);
    }
    without_dead_ends(order, keep)
}

/// Drops placeholders without a visible descendant: backwards, so that each parent is asked after its children.
fn without_dead_ends(order: Vec<Shown>, keep: impl Fn(Uuid) -> bool) -> Vec<Shown> {
    let mut answered = std::collections::HashSet::new();
    let mut kept = Vec::with_capacity(order.len());
    for comment in order.into_iter().rev() {
        if !comment.is_placeholder() || answered.contains(&comment.id) || keep(comment.id) {
            answered.extend(comment.parent_id);
            kept.push(comment);
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Held, Live, Removed};

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    /// `(number, parent, status)`
    fn rows(table: &[(u128, u128, Status)]) -> Vec<Row> {
        let row = |&(n, parent, status): &(u128, u128, Status)| Row {
            id: id(n),
            parent_id: (parent > 0).then(|| id(parent)),
            root_id: id(1),
            depth: i16::from(parent > 0),
            author: format!("a{n}"),
            is_staff: false,
            body: format!("text {n}"),
            status,
            created_at: DateTime::UNIX_EPOCH,
            is_own: false,
            answers: None,
        };
        table.iter().map(row).collect()
    }

    fn order(table: &[(u128, u128, Status)]) -> String {
        let shown = reading_order(rows(table), |_| false);
        let word = |c: &Shown| {
            if c.is_placeholder() {
                format!("({})", c.id.as_u128())
            } else {
                c.id.as_u128().to_string()
            }
        };
        shown.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn answers_follow_what_they_answer() {
        for (table, expected) in [
            (&[][..], ""),
            (&[(1, 0, Live)][..], "1"),
            (
                &[(1, 0, Live), (2, 1, Live), (3, 1, Live), (4, 2, Live)][..],
                "1 2 4 3",
            ),
            (&[(1, 0, Live), (2, 9, Live), (3, 2, Live)][..], "1 2 3"),
            (&[(1, 0, Removed), (2, 1, Live)][..], "(1) 2"),
            (&[(1, 0, Removed)][..], ""),
            (&[(1, 0, Live), (2, 1, Held), (3, 2, Removed)][..], "1"),
            (
                &[(1, 0, Removed), (2, 1, Removed), (3, 2, Live)][..],
                "(1) (2) 3",
            ),
        ] {
            assert_eq!(order(table), expected, "{table:?}");
        }
    }

    #[test]
    fn a_placeholder_names_nobody_and_shows_nothing() {
        let shown = reading_order(rows(&[(1, 0, Removed), (2, 1, Live)]), |_| false);
        assert_eq!(
            (shown[0].author.as_str(), shown[0].body.is_none()),
            ("", true)
        );
    }

    #[test]
    fn a_writer_sees_their_own_waiting_comment() {
        let mut waiting = rows(&[(1, 0, Held)]);
        waiting[0].is_own = true;
        assert!(!reading_order(waiting, |_| false)[0].is_placeholder());
    }

    #[test]
    fn a_chain_of_fifty_thousand_answers_is_no_recursion() {
        let chain: Vec<_> = (1..=50_000).map(|n| (n, n - 1, Live)).collect();
        let shown = reading_order(rows(&chain), |_| false);
        assert!(
            shown.len() == 50_000
                && shown
                    .windows(2)
                    .all(|pair| pair[1].parent_id == Some(pair[0].id))
        );
    }
}
