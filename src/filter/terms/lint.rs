//! Advice about a term before it does harm.

use std::collections::{HashMap, HashSet};

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

/// What may go wrong with these terms in this ruleset, which may already contain each once. In time proportional to both.
#[must_use]
pub fn lint_terms(terms: &[Term], source: &RulesetSource) -> Vec<Warning> {
    let spell = |text: &str| normalize(text.trim(), source.folds).text().to_owned();
    let mut known = Known::default();
    for term in &source.terms {
        *known.listed.entry(spell(&term.text)).or_default() += 1;
    }
    for name in &source.builtin_lists {
        for line in shipped(name).into_iter().flat_map(parse) {
            if let Line::Term(term) = line {
                known.shipped.entry(spell(&term.text)).or_insert(name);
            }
        }
    }
    known.allowed = source.allow.iter().map(|text| spell(text)).collect();
    let lint = |term: &Term| lint(term, &spell(&term.text), &known);
    terms.iter().flat_map(lint).collect()
}

/// What a ruleset has already, as it is compared.
#[derive(Default)]
struct Known<'a> {
    /// its own terms, and how often each is there
    listed: HashMap<String, usize>,
    /// those of the shipped lists, and the first list that has it
    shipped: HashMap<String, &'a str>,
    allowed: HashSet<String>,
}

fn lint(term: &Term, text: &str, known: &Known<'_>) -> Vec<Warning> {
    let mut messages = Vec::new();
    if text.is_empty() {
        messages.push("It is blank and would match nothing.".to_owned());
    } else if text.chars().count() < 3 && text.is_ascii() {
        messages.push("It is very short and would match abbreviations and initials.".to_owned());
    }
    if is_ordinary(text) {
        messages.push(format!(
            "“{text}” is an ordinary word: list the phrase that is meant."
        ));
    }
    if !term.whole_word
        && let Some(word) = inside(text)
    {
        messages.push(format!(
            "It would match inside “{word}”: match whole words only."
        ));
    }
    if known.listed.get(text).is_some_and(|times| *times > 1) {
        messages.push("It is listed twice: keep one of them.".to_owned());
    }
    if let Some(name) = known.shipped.get(text) {
        messages.push(format!("The shipped list “{name}” has it already."));
    }
    if known.allowed.contains(text) {
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
            let warnings = lint_terms(&[term(text)], &source);
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
