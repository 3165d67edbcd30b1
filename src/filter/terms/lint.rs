//! Advice about a term before it does harm.

use crate::filter::fold::normalize::normalize;
use crate::filter::source::{RulesetSource, Term};
use crate::filter::wordlist::{Line, is_ordinary, ordinary_words, parse, shipped};

/// Something a moderator should know about a term.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// The term's text.
    pub term: String,
    /// One sentence: what may go wrong and what to do.
    pub message: String,
}

/// What may go wrong with this term in this ruleset, which may already contain it once.
#[must_use]
pub fn lint_term(term: &Term, source: &RulesetSource) -> Vec<Warning> {
    let spell = |text: &str| normalize(text.trim(), source.folds).text().to_owned();
    let text = spell(&term.text);
    let mut messages = Vec::new();
    if text.is_empty() {
        messages.push("It is blank and would match nothing.".to_owned());
    } else if text.chars().count() < 3 && text.is_ascii() {
        messages.push("It is very short and would match abbreviations and initials.".to_owned());
    }
    if is_ordinary(&text) {
        messages.push(format!(
            "“{text}” is an ordinary word: list the phrase that is meant."
        ));
    }
    if !term.whole_word
        && let Some(word) = inside(&text)
    {
        messages.push(format!(
            "It would match inside “{word}”: match whole words only."
        ));
    }
    if source
        .terms
        .iter()
        .filter(|other| spell(&other.text) == text)
        .count()
        > 1
    {
        messages.push("It is listed twice: keep one of them.".to_owned());
    }
    if let Some(name) = shipped_in(&text, source, spell) {
        messages.push(format!("The shipped list “{name}” has it already."));
    }
    if source.allow.iter().any(|allowed| spell(allowed) == text) {
        messages.push(
            "It is also allowed, so that it never matches: remove one of the two.".to_owned(),
        );
    }
    messages
        .into_iter()
        .map(|message| Warning {
            term: term.text.clone(),
            message,
        })
        .collect()
}

/// The shortest common word, in the order of the alphabet, that contains this text.
fn inside(text: &str) -> Option<&'static str> {
    ordinary_words()
        .filter(|word| !text.is_empty() && *word != text && word.contains(text))
        .min_by_key(|word| (word.len(), *word))
}

fn shipped_in<'a>(
    text: &str,
    source: &'a RulesetSource,
    spell: impl Fn(&str) -> String,
) -> Option<&'a str> {
    source
        .builtin_lists
        .iter()
        .map(String::as_str)
        .find(|name| {
            shipped(name).is_some_and(|list| {
                parse(list)
                    .any(|line| matches!(line, Line::Term(known) if spell(&known.text) == text))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Kind, Severity};

    #[test]
    fn warnings() {
        for (text, whole_word, part) in [
            ("ass", false, Some("inside “")),
            ("zeitung", true, None),
            ("ox", true, Some("very short")),
            ("Table", true, Some("ordinary word")),
            ("twice", true, Some("listed twice")),
            ("Shit", true, Some("shipped list “en”")),
            ("fine phrase", true, Some("also allowed")),
            ("  ", true, Some("blank")),
        ] {
            let term = |text: &str| Term {
                text: text.to_owned(),
                kind: Kind::Insult,
                severity: Severity::Mild,
                whole_word,
                note: None,
            };
            let source = RulesetSource {
                terms: vec![term("twice"), term("Twice ")],
                allow: vec!["fine phrase".to_owned()],
                ..RulesetSource::default()
            };
            let warnings = lint_term(&term(text), &source);
            match part {
                Some(part) => assert!(
                    warnings.iter().any(|w| w.message.contains(part)),
                    "{text}: {warnings:?}"
                ),
                None => assert_eq!(warnings, [], "{text}"),
            }
        }
    }
}
