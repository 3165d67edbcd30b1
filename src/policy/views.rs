//! What the page of rules shows.

use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::edit::Change;
use super::store::{InForce, Version};
use super::tables::{Model, percent};
use crate::filter::{
    AbuseKind, Kind, Outcome, Piece, RulesetSource, Segment, Severity, Spots, Verdict, Warning,
    builtin_lists, list_size, marked,
};
use crate::review::Tabs;
use crate::web::Chrome;

/// A text that was tried.
pub(super) struct Tried {
    pub(super) text: String,
    pub(super) verdict: Verdict,
    segments: Vec<Segment>,
}

impl Tried {
    pub(super) fn new(text: String, verdict: Verdict) -> Self {
        let spots: Vec<Spots> = verdict
            .reasons
            .iter()
            .map(|reason| Spots {
                spans: reason.spans.clone(),
                severity: reason.severity,
                label: words(reason.kind),
            })
            .collect();
        Self {
            segments: marked(&text, &spots),
            text,
            verdict,
        }
    }

    fn outcome(&self) -> &'static str {
        match self.verdict.verdict {
            Outcome::Publish => "It would be published.",
            Outcome::Hold => "It would be held for a person.",
            Outcome::Reject => "It would be refused.",
        }
    }
}

/// Terms that were not saved yet because of what they may do.
pub(super) struct Doubt {
    pub(super) lines: String,
    pub(super) kind: Kind,
    pub(super) severity: Severity,
    pub(super) whole_word: bool,
    pub(super) note: String,
    pub(super) warnings: Vec<Warning>,
}

impl Doubt {
    /// The form again, as it was filled in; `None` for a change that no warning is about.
    pub(super) fn of(change: Change, warnings: Vec<Warning>) -> Option<Self> {
        match change {
            Change::Add { lines, like } => Some(Self {
                lines,
                kind: like.kind,
                severity: like.severity,
                whole_word: like.whole_word,
                note: like.note.unwrap_or_default(),
                warnings,
            }),
            _ => None,
        }
    }
}

#[derive(Template)]
#[template(path = "policy/terms.html", whitespace = "minimize")]
pub(super) struct Terms {
    pub(super) chrome: Chrome,
    pub(super) tabs: Tabs,
    pub(super) in_force: InForce,
    pub(super) versions: Vec<Version>,
    pub(super) tried: Option<Tried>,
    pub(super) doubt: Option<Doubt>,
    /// why a change was not saved
    pub(super) problem: Option<String>,
    pub(super) saved: bool,
    /// the section in which that is said
    pub(super) at: String,
    /// when the model holds: as it is in force, or as it was typed and cannot be
    pub(super) model: Model,
}

/// A number of a table: its field, its column, and what stands there.
type Cell = (&'static str, &'static str, String);

impl Terms {
    fn source(&self) -> &RulesetSource {
        &self.in_force.source
    }

    /// The ruleset that a form on this page changes.
    fn based_on(&self) -> String {
        self.in_force
            .id
            .as_ref()
            .map_or_else(String::new, Uuid::to_string)
    }

    /// The shipped lists: name, terms, whether it is in force.
    fn lists(&self) -> Vec<(&'static str, usize, bool)> {
        let in_force = |name: &str| {
            self.source()
                .builtin_lists
                .iter()
                .any(|known| known == name)
        };
        builtin_lists()
            .iter()
            .map(|&name| (name, list_size(name).unwrap_or(0), in_force(name)))
            .collect()
    }

    /// From how many refusals of a hundred comments like it on the model notes a comment, holds it, calls it severe.
    fn thresholds(&self) -> Vec<(AbuseKind, [Cell; 3])> {
        let rows = self.model.thresholds.iter();
        rows.map(|&(kind, threshold)| {
            let numbers = [
                ("notice", "noted from", percent(threshold.notice)),
                ("hold", "held from", percent(threshold.hold)),
                ("severe", "severe from", percent(threshold.severe)),
            ];
            (kind, numbers)
        })
        .collect()
    }

    fn is_at(&self, section: &str) -> bool {
        self.at == section
    }

    /// The action table, a row for each kind.
    fn actions(&self) -> Vec<(Kind, [(Severity, Outcome); 3])> {
        let outcomes = |kind| {
            Severity::ALL.map(|severity| (severity, self.source().actions.outcome(kind, severity)))
        };
        Kind::ALL.map(|kind| (kind, outcomes(kind))).into()
    }
}

const OUTCOMES: [(Outcome, &str); 3] = [
    (Outcome::Publish, "publish"),
    (Outcome::Hold, "hold"),
    (Outcome::Reject, "reject"),
];

/// A kind, as people read it.
fn words(kind: Kind) -> String {
    kind.as_str().replace('_', " ")
}

fn list_words(name: &str) -> &str {
    match name {
        "en" => "English",
        "roman-urdu" => "Urdu in Latin letters",
        "abroad" => "Coarse words of other languages",
        other => other,
    }
}

fn moment(at: &DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}
