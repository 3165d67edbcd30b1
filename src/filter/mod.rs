//! Text in, verdict out. The whole room is pure: no database, clock, network, environment or
//! request, and no state that outlives a call. It never panics, whatever the text.

mod abuse;
mod empty;
mod fnv;
mod fold;
mod language;
mod links;
mod marks;
mod model;
mod phases;
mod private;
mod quoted;
mod repeats;
mod ruleset;
mod source;
mod subject;
mod terms;
mod topic;
mod verdict;
mod wordlist;

pub use abuse::{Measurement, measure};
pub use empty::is_blank;
pub use fold::normalize::{Done, View, normalize};
pub use language::{LANGUAGES, language};
pub use marks::{Mark, Piece, Segment, Spots, marked};
pub use model::{AbuseKind, Model, ModelError};
pub use phases::assess;
pub use ruleset::{Ruleset, RulesetError};
pub use source::{
    Abuse, Actions, Folds, Levels, Links, Repeats, RulesetSource, Term, Threshold, Topic,
};
pub use subject::{ArticleText, Subject};
pub use terms::import::{ImportError, import_terms};
pub use terms::lint::{Warning, lint_terms};
pub use topic::{
    ArticleTopic, Background, Conversation, PassageAt, Relation, Stale, Table as TopicTable,
    TopicEvidence, measure_topic,
};
pub use verdict::{Alarm, Kind, Outcome, Reason, Scores, Severity, Verdict};
pub use wordlist::{builtin_lists, list_size};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
