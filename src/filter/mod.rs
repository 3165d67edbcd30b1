//! Text in, verdict out. The whole room is pure: no database, clock, network, environment or
//! request, and no state that outlives a call. It never panics, whatever the text.

mod lint;
mod phases;
mod ruleset;
mod source;
mod subject;
mod verdict;

pub use lint::{Warning, lint_term};
pub use phases::assess;
pub use ruleset::{Ruleset, RulesetError};
pub use source::{Actions, Folds, Levels, Links, Repeats, RulesetSource, Term, Topic};
pub use subject::{ArticleText, Subject};
pub use verdict::{Kind, Outcome, Reason, Scores, Severity, Verdict};

/// The names of the shipped lists.
#[must_use]
pub fn builtin_lists() -> &'static [&'static str] {
    &["en", "roman-urdu"]
}
