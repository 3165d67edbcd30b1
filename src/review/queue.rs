//! The order of work, and what comes next. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::filter::{Alarm, Kind, Severity};

/// Which of the two lists of held comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Queue {
    /// the filter wants a person to look
    #[default]
    Held,
    /// the filter failed: nobody has judged these at all
    DeadLetters,
}

impl Queue {
    /// The word in addresses and forms.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::DeadLetters => "dead_letters",
        }
    }
}

/// A held comment in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Entry {
    pub(crate) id: Uuid,
    /// to be named in a decision
    pub(crate) version: i32,
    pub(crate) author: String,
    /// its first words
    pub(crate) excerpt: String,
    pub(crate) article_title: String,
    pub(crate) created_at: DateTime<Utc>,
    /// that of the first reason: mild, strong or severe; null without a reason
    pub(crate) severity: Option<String>,
    /// that of the first reason, e.g. `slur`; null without a reason
    pub(crate) kind: Option<String>,
    /// what held it whatever the filter found: `premoderated`, or `closed` (the article or the side thread, in the
    /// meantime); null where it was the filter
    pub(crate) held_by: Option<String>,
    /// would the filter alone have kept it back?
    #[serde(skip)]
    pub(crate) filter_holds: bool,
    /// the change of status that brought it here; later ones are greater
    pub(crate) settlement: Uuid,
}

/// How soon a comment needs a person, the soonest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// somebody is threatened
    Threat,
    /// somebody is hated for what they are
    Hate,
    /// something else that is severe
    Grave,
    /// whatever else the filter holds
    Found,
    /// the filter would let it through: its article is read first, say
    Unfound,
    /// off topic and nothing graver: what belongs is not kept waiting by what does not
    Elsewhere,
}

/// Where a comment stands in the order of work: by its rank, the oldest before others.
pub(super) type Place = (Rank, DateTime<Utc>, Uuid);

/// `gravest`: severity and kind of the first reason, which is what a moderator must know before the others.
pub(super) fn place(
    filter_holds: bool,
    gravest: Option<(&str, &str)>,
    created_at: DateTime<Utc>,
    id: Uuid,
) -> Place {
    let found =
        gravest.and_then(|(severity, kind)| Severity::parse(severity).zip(Kind::parse(kind)));
    let rank = match found {
        Some((_, Kind::OffTopic)) => Rank::Elsewhere,
        // however grave it is called, the site publishes it
        _ if !filter_holds => Rank::Unfound,
        Some((severity, kind)) => match kind.alarm(severity) {
            Alarm::Threat => Rank::Threat,
            Alarm::Hate => Rank::Hate,
            // advertising hurts nobody, however plain it is
            Alarm::None if severity == Severity::Severe && kind != Kind::Spam => Rank::Grave,
            Alarm::None => Rank::Found,
        },
        None => Rank::Found,
    };
    (rank, created_at, id)
}

impl Entry {
    fn place(&self) -> Place {
        let gravest = self.severity.as_deref().zip(self.kind.as_deref());
        place(self.filter_holds, gravest, self.created_at, self.id)
    }
}

/// Brings a list into the order of work.
pub(super) fn in_order(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(Entry::place);
    entries
}

/// What to look at after the comment that stood at `place`: the next in order, at the end the first again.
pub(super) fn after(queue: &[Entry], place: Place) -> Option<Uuid> {
    let mut others = queue.iter().filter(|entry| entry.place() != place);
    let first = others.clone().next();
    others
        .find(|entry| entry.place() > place)
        .or(first)
        .map(|entry| entry.id)
}

/// The one before, if there is one.
pub(super) fn before(queue: &[Entry], place: Place) -> Option<Uuid> {
    let mut earlier = queue.iter().rev().filter(|entry| entry.place() < place);
    earlier.next().map(|entry| entry.id)
}

/// Its number in the list, from 1.
pub(super) fn position(queue: &[Entry], id: Uuid) -> Option<usize> {
    queue
        .iter()
        .position(|entry| entry.id == id)
        .map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(minute: i64, severity: &str) -> Entry {
        Entry {
            id: Uuid::from_u128(u128::try_from(minute).unwrap()),
            version: 1,
            author: String::new(),
            excerpt: String::new(),
            article_title: String::new(),
            created_at: DateTime::from_timestamp(minute * 60, 0).unwrap(),
            severity: (!severity.is_empty()).then(|| severity.into()),
            kind: (!severity.is_empty()).then(|| "insult".into()),
            held_by: None,
            filter_holds: !severity.is_empty(),
            settlement: Uuid::nil(),
        }
    }

    fn queue() -> Vec<Entry> {
        in_order(vec![
            entry(2, "strong"),
            entry(4, "severe"),
            entry(1, ""),
            entry(3, "severe"),
            entry(5, "mild"),
        ])
    }

    fn numbers(ids: impl IntoIterator<Item = Uuid>) -> Vec<u128> {
        ids.into_iter().map(|id| id.as_u128()).collect()
    }

    #[test]
    fn the_gravest_first_then_the_oldest() {
        let of_kind = |minute, severity, kind: &str| Entry {
            kind: Some(kind.into()),
            ..entry(minute, severity)
        };
        let mut all = queue();
        all.extend([
            of_kind(0, "strong", "off_topic"),
            of_kind(6, "strong", "identity_attack"),
            of_kind(7, "severe", "slur"),
            of_kind(8, "strong", "threat"),
            of_kind(9, "severe", "threat"),
            of_kind(10, "strong", "toxicity"),
            of_kind(11, "mild", "threat"),
            of_kind(13, "severe", "spam"),
            // the site publishes such: its article is read first
            Entry {
                filter_holds: false,
                ..of_kind(12, "strong", "profanity")
            },
        ]);
        let order = in_order(all);
        assert_eq!(
            numbers(order.iter().map(|entry| entry.id)),
            [8, 9, 6, 7, 3, 4, 2, 5, 10, 11, 13, 1, 12, 0]
        );
    }

    #[test]
    fn what_comes_next_and_what_came_before() {
        // (current, next, before)
        for (current, next, earlier) in [
            (entry(3, "severe"), Some(4), None),
            (entry(4, "severe"), Some(2), Some(3)),
            (entry(2, "strong"), Some(5), Some(4)),
            (entry(1, ""), Some(3), Some(5)),
            // decided meanwhile, so no longer in the list
            (entry(0, "severe"), Some(3), None),
            (entry(9, "mild"), Some(1), Some(5)),
        ] {
            let place = current.place();
            assert_eq!(
                after(&queue(), place).map(|id| id.as_u128()),
                next,
                "{place:?}"
            );
            assert_eq!(
                before(&queue(), place).map(|id| id.as_u128()),
                earlier,
                "{place:?}"
            );
        }
    }

    #[test]
    fn the_last_one_has_no_next() {
        let only = entry(1, "");
        assert_eq!(after(std::slice::from_ref(&only), only.place()), None);
        assert_eq!(after(&[], only.place()), None);
    }

    #[test]
    fn numbers_count_from_one() {
        assert_eq!(position(&queue(), Uuid::from_u128(1)), Some(5));
        assert_eq!(position(&queue(), Uuid::from_u128(77)), None);
    }
}
