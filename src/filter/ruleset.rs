//! The compiled ruleset: everything that is computed once and used for every comment.

use sha2::{Digest, Sha256};

use super::source::RulesetSource;

/// Part of every version: raised whenever the same ruleset would judge the same text differently.
const ENGINE: &str = "filter-1";

/// Why a ruleset cannot be compiled, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesetError {
    /// A term or an allowed expression is blank.
    #[error("{place} is blank: write a word or remove it")]
    Blank {
        /// Where it stands, such as `term 3`.
        place: String,
    },
    /// A term or an allowed expression is longer than 200 characters.
    #[error("\"{text}…\" is longer than {max} characters: list a shorter expression")]
    TooLong {
        /// How it begins.
        text: String,
        /// The most characters there may be.
        max: usize,
    },
    /// A term has a kind that only other phases give.
    #[error(
        "the term \"{text}\" has the kind {kind}: choose profanity, insult, slur, threat, sexual or spam"
    )]
    Kind {
        /// The term.
        text: String,
        /// Its kind.
        kind: &'static str,
    },
    /// A shipped list is named that does not exist.
    #[error("there is no shipped list \"{name}\": choose among {known}")]
    UnknownList {
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A blocked domain is not the name of a domain.
    #[error("the blocked domain \"{domain}\" is not a domain name: write it like example.com")]
    Domain {
        /// The domain.
        domain: String,
    },
    /// A number is outside its range.
    #[error("{setting} is {value}: choose a number from {least} to {most}")]
    Range {
        /// The setting, such as `repeats.similarity`.
        setting: &'static str,
        /// What it was set to.
        value: String,
        /// The least it may be.
        least: &'static str,
        /// The most it may be.
        most: &'static str,
    },
    /// The terms are too many or too long in all.
    #[error("the terms cannot be compiled ({cause}): remove some of them")]
    TooMany {
        /// What the matcher says.
        cause: String,
    },
}

/// A ruleset in force: immutable, shared freely between threads.
#[derive(Debug)]
pub struct Ruleset {
    pub(super) source: RulesetSource,
    version: String,
}

impl Ruleset {
    /// Compiles what people wrote.
    ///
    /// # Errors
    /// Names the first entry that cannot be used, and what to do about it.
    pub fn compile(source: &RulesetSource) -> Result<Self, RulesetError> {
        Ok(Self {
            version: version_of(source),
            source: source.clone(),
        })
    }

    /// Twelve hexadecimal digits that change whenever the rules, the shipped lists in force or the
    /// program's way of applying them change.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

fn version_of(source: &RulesetSource) -> String {
    let mut hash = Sha256::new();
    hash.update(ENGINE);
    // Serialising plain data with string keys into a String cannot fail.
    hash.update(serde_json::to_string(source).unwrap_or_default());
    hash.finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
