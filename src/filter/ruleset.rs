//! The compiled ruleset: everything that is computed once and used for every comment.

use std::sync::Arc;

use aho_corasick::BuildError;
use sha2::{Digest, Sha256};

use super::fold::normalize::normalize;
use super::links::canonical_domain;
use super::model::{AbuseKind, Model, ModelError};
use super::source::RulesetSource;
use super::terms::matcher::Matcher;
use super::topic::Table;
use super::verdict::Kind;
use super::wordlist::{ALWAYS_DIGEST, Line, builtin_lists, parse, shipped};

/// Part of every version: raised whenever the same ruleset with the same weights would judge the same text differently,
/// which a test of what is made of some texts tells.
pub(super) const ENGINE: &str = "filter-7";

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
    /// The trained model cannot be used.
    #[error(transparent)]
    Model(ModelError),
    /// The terms are too many or too long in all.
    #[error("the terms cannot be compiled ({cause}): remove some of them")]
    TooMany {
        /// What the matcher says.
        cause: String,
    },
}

/// A term or an allowed expression has at most this many characters.
const LONGEST: usize = 200;

/// A ruleset in force: immutable, shared freely between threads.
#[derive(Debug)]
pub struct Ruleset {
    pub(super) source: RulesetSource,
    pub(super) matcher: Matcher,
    pub(super) model: Arc<Model>,
    pub(super) topics: Arc<Table>,
    version: String,
}

impl Ruleset {
    /// Compiles what people wrote.
    ///
    /// # Errors
    /// Names the first entry that cannot be used, and what to do about it.
    pub fn compile(source: &RulesetSource) -> Result<Self, RulesetError> {
        Self::with(source, Table::shipped().map_err(RulesetError::Model)?)
    }

    /// The same with other weights than those that ship; the model is the one beside the table.
    ///
    /// # Errors
    /// Those of [`Ruleset::compile`].
    pub fn with(source: &RulesetSource, topics: Arc<Table>) -> Result<Self, RulesetError> {
        check_terms(source)?;
        check_numbers(source)?;
        let mut checked = source.clone();
        checked.links.blocked_domains = blocked_domains(source)?;
        // The site's own terms come first: where several fit, the first is named.
        let mut terms = source.terms.clone();
        let mut allow = source.allow.clone();
        for line in shipped_lines(source)? {
            match line {
                Line::Term(term) => terms.push(term),
                Line::Allow(text) => allow.push(text),
            }
        }
        let too_many = |error: BuildError| RulesetError::TooMany {
            cause: error.to_string(),
        };
        Ok(Self {
            matcher: Matcher::build(terms, &allow, source.folds).map_err(too_many)?,
            model: Arc::clone(topics.model()),
            topics,
            version: version_of(source),
            source: checked,
        })
    }

    /// What prepares articles, threads and backgrounds for this ruleset.
    #[must_use]
    pub fn topics(&self) -> &Table {
        &self.topics
    }

    /// Twelve hexadecimal digits that change whenever the rules, the shipped lists in force or the
    /// program's way of applying them change.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

fn check_terms(source: &RulesetSource) -> Result<(), RulesetError> {
    for (i, term) in source.terms.iter().enumerate() {
        check_text(&term.text, source, || format!("term {}", i + 1))?;
        if !Kind::TERMS.contains(&term.kind) {
            return Err(RulesetError::Kind {
                text: term.text.clone(),
                kind: term.kind.as_str(),
            });
        }
    }
    for (i, text) in source.allow.iter().enumerate() {
        check_text(text, source, || format!("allowed expression {}", i + 1))?;
    }
    Ok(())
}

fn check_text(
    text: &str,
    source: &RulesetSource,
    place: impl Fn() -> String,
) -> Result<(), RulesetError> {
    if text.chars().count() > LONGEST {
        return Err(RulesetError::TooLong {
            text: text.chars().take(30).collect(),
            max: LONGEST,
        });
    }
    if normalize(text, source.folds).text().trim().is_empty() {
        return Err(RulesetError::Blank { place: place() });
    }
    Ok(())
}

fn check_numbers(source: &RulesetSource) -> Result<(), RulesetError> {
    let range = |setting, value: f32, most_number: f32, most| {
        if (0.0..=most_number).contains(&value) {
            return Ok(());
        }
        Err(RulesetError::Range {
            setting,
            value: value.to_string(),
            least: "0",
            most,
        })
    };
    range("repeats.similarity", source.repeats.similarity, 1.0, "1")?;
    range("topic.threshold", source.topic.threshold, 2.0, "2")?;
    for kind in AbuseKind::ALL {
        let threshold = source.abuse.of(kind);
        range("abuse.….notice", threshold.notice, 2.0, "2")?;
        range("abuse.….hold", threshold.hold, 2.0, "2")?;
        range("abuse.….severe", threshold.severe, 2.0, "2")?;
    }
    if source.repeats.run < 2 {
        return Err(RulesetError::Range {
            setting: "repeats.run",
            value: source.repeats.run.to_string(),
            least: "2",
            most: "any number",
        });
    }
    Ok(())
}

fn blocked_domains(source: &RulesetSource) -> Result<Vec<String>, RulesetError> {
    let domain = |domain: &String| {
        canonical_domain(domain).ok_or_else(|| RulesetError::Domain {
            domain: domain.clone(),
        })
    };
    source.links.blocked_domains.iter().map(domain).collect()
}

fn shipped_lines(source: &RulesetSource) -> Result<Vec<Line>, RulesetError> {
    let mut lines = Vec::new();
    for name in &source.builtin_lists {
        let text = shipped(name).ok_or_else(|| RulesetError::UnknownList {
            name: name.clone(),
            known: builtin_lists().join(", "),
        })?;
        lines.extend(parse(text));
    }
    Ok(lines)
}

fn version_of(source: &RulesetSource) -> String {
    let mut hash = Sha256::new();
    hash.update(ENGINE);
    hash.update(*ALWAYS_DIGEST);
    // Serialising plain data with string keys into a String cannot fail.
    hash.update(serde_json::to_string(source).unwrap_or_default());
    for name in &source.builtin_lists {
        hash.update(shipped(name).unwrap_or_default());
    }
    let hash: [u8; 32] = hash.finalize().into();
    let number = hash
        .iter()
        .take(6)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}

#[cfg(test)]
mod tests {
    use super::super::source::{Links, Repeats, Term, Topic};
    use super::super::verdict::Severity;
    use super::*;

    fn term(text: &str, kind: Kind) -> Term {
        Term {
            text: text.to_owned(),
            kind,
            severity: Severity::Strong,
            whole_word: true,
            note: None,
        }
    }

    #[test]
    fn errors_name_the_entry() {
        let ships = RulesetSource::default;
        for (source, named) in [
            (
                RulesetSource {
                    terms: vec![term(" \u{200b}", Kind::Insult)],
                    ..ships()
                },
                "term 1",
            ),
            (
                RulesetSource {
                    terms: vec![term(&"x".repeat(201), Kind::Insult)],
                    ..ships()
                },
                "xxxxx",
            ),
            (
                RulesetSource {
                    terms: vec![term("dull", Kind::OffTopic)],
                    ..ships()
                },
                "dull",
            ),
            (
                RulesetSource {
                    allow: vec![String::new()],
                    ..ships()
                },
                "allowed expression 1",
            ),
            (
                RulesetSource {
                    builtin_lists: vec!["xx".to_owned()],
                    ..ships()
                },
                "en, roman-urdu",
            ),
            (
                RulesetSource {
                    repeats: Repeats {
                        similarity: 1.5,
                        ..Repeats::default()
                    },
                    ..ships()
                },
                "1.5",
            ),
            (
                RulesetSource {
                    topic: Topic {
                        threshold: f32::NAN,
                        ..Topic::default()
                    },
                    ..ships()
                },
                "NaN",
            ),
            (
                RulesetSource {
                    repeats: Repeats {
                        run: 1,
                        ..Repeats::default()
                    },
                    ..ships()
                },
                "repeats.run",
            ),
            (
                RulesetSource {
                    links: Links {
                        blocked_domains: vec!["a b".to_owned()],
                        max: 1,
                    },
                    ..ships()
                },
                "a b",
            ),
        ] {
            let error = Ruleset::compile(&source).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn the_version_follows_the_rules() {
        let ships = RulesetSource::default();
        let version =
            |source: &RulesetSource| Ruleset::compile(source).unwrap().version().to_owned();
        assert_eq!(version(&ships), version(&ships.clone()));
        assert_eq!(version(&ships).len(), 12);
        let mut other = ships.clone();
        other.terms.push(term("dull", Kind::Insult));
        assert_ne!(version(&ships), version(&other));
        let mut fewer = ships.clone();
        fewer.builtin_lists.pop();
        assert_ne!(version(&ships), version(&fewer));
    }
}
