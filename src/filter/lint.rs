//! Advice about a term before it does harm.

use super::source::{RulesetSource, Term};

/// Something a moderator should know about a term.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// The term's text.
    pub term: String,
    /// One sentence: what may go wrong and what to do.
    pub message: String,
}

/// What may go wrong with this term in this ruleset.
#[must_use]
pub fn lint_term(_term: &Term, _source: &RulesetSource) -> Vec<Warning> {
    Vec::new()
}
