//! Text in, verdict out. The whole room is pure: no database, clock, network, environment or
//! request, and no state that outlives a call. It never panics, whatever the text.

mod chars;
mod disguise;
mod joined;
mod links;
mod lint;
mod marks;
mod matcher;
mod normalize;
mod phases;
mod repeats;
mod ruleset;
mod source;
mod subject;
mod terms;
mod topic;
mod verdict;
mod wordlist;

pub use lint::{Warning, lint_term};
pub use marks::{Mark, Piece, Segment, Spots, marked};
pub use normalize::{Done, View, normalize};
pub use phases::assess;
pub use ruleset::{Ruleset, RulesetError};
pub use source::{Actions, Folds, Levels, Links, Repeats, RulesetSource, Term, Topic};
pub use subject::{ArticleText, Subject};
pub use verdict::{Kind, Outcome, Reason, Scores, Severity, Verdict};
pub use wordlist::{builtin_lists, list_size};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
