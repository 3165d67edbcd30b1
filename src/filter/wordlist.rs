//! The lists that ship with the program.

use std::collections::HashSet;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::source::Term;
use super::verdict::{Kind, Severity};

const LISTS: [(&str, &str); 3] = [
    ("en", include_str!("../../lists/en.txt")),
    ("roman-urdu", include_str!("../../lists/roman-urdu.txt")),
    ("abroad", include_str!("../../lists/abroad.txt")),
];

/// The shipped lists in languages that the model has learnt.
pub(super) const LEARNT: [&str; 2] = [LISTS[0].0, LISTS[1].0];

/// The names of the shipped lists.
const NAMES: [&str; 3] = [LISTS[0].0, LISTS[1].0, LISTS[2].0];

/// Words that no ruleset names and that take part all the same: ordinary ones that contain a term, known ones, and those
/// that say nothing.
const ALWAYS: [&str; 3] = [
    include_str!("../../lists/ordinary.txt"),
    include_str!("../../lists/words.txt"),
    include_str!("../../lists/stop-words.txt"),
];

static ORDINARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(ALWAYS[0]).collect());

static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(ALWAYS[1]).collect());

static SORTED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut words: Vec<_> = lines(ALWAYS[1]).collect();
    words.sort_unstable();
    words
});

static STOP_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(ALWAYS[2]).collect());

/// Of [`ALWAYS`]: part of every ruleset's version.
pub(super) static ALWAYS_DIGEST: LazyLock<[u8; 32]> =
    LazyLock::new(|| Sha256::digest(ALWAYS.concat()).into());

/// The names of the shipped lists, for [`super::RulesetSource::builtin_lists`].
#[must_use]
pub fn builtin_lists() -> &'static [&'static str] {
    &NAMES
}

/// The text of a shipped list.
pub(super) fn shipped(name: &str) -> Option<&'static str> {
    LISTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// How many terms a shipped list has; `None`: there is no such list.
#[must_use]
pub fn list_size(name: &str) -> Option<usize> {
    let terms = parse(shipped(name)?).filter(|line| matches!(line, Line::Term(_)));
    Some(terms.count())
}

/// What one line of a list says.
pub(super) enum Line {
    Term(Term),
    Allow(String),
}

/// Reads a list: one `term<TAB>kind<TAB>severity` or `expression<TAB>allow` a line; `#` starts a
/// comment. A line that is neither is left out; a test holds the shipped lists to the form.
pub(super) fn parse(text: &'static str) -> impl Iterator<Item = Line> {
    lines(text).filter_map(line)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn line(line: &str) -> Option<Line> {
    let mut fields = line.split('\t');
    let (text, kind) = (fields.next()?, fields.next()?);
    if kind == "allow" {
        return Some(Line::Allow(text.to_owned()));
    }
    Some(Line::Term(Term {
        text: text.to_owned(),
        kind: Kind::parse(kind)?,
        severity: Severity::parse(fields.next()?)?,
        whole_word: true,
        note: None,
    }))
}

/// A common English word that nobody should ban without thinking. Expects lower case.
pub(super) fn is_ordinary(word: &str) -> bool {
    ORDINARY.contains(word)
}

/// Any English word that is no listed term: never a disguise of another one. Expects lower case.
pub(super) fn is_known(word: &str) -> bool {
    ORDINARY.contains(word) || WORDS.contains(word)
}

/// Whether known words begin like this and go on. Expects lower case.
pub(super) fn begins_known_words(stem: &str) -> bool {
    let from = SORTED.partition_point(|word| *word <= stem);
    SORTED.get(from).is_some_and(|word| word.starts_with(stem))
}

/// A word that says nothing about a topic. Expects lower case.
pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(word)
}

/// The common words, for looking for a term inside them.
pub(super) fn ordinary_words() -> impl Iterator<Item = &'static str> {
    ORDINARY.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_list_is_in_form_and_there_once() {
        for (name, text) in LISTS {
            let mut seen = HashSet::new();
            for (at, raw) in text.lines().enumerate() {
                if raw.trim().is_empty() || raw.starts_with('#') {
                    continue;
                }
                let at = at + 1;
                match line(raw.trim()) {
                    Some(Line::Term(term)) => {
                        assert!(Kind::TERMS.contains(&term.kind), "{name}:{at} {raw}");
                        assert_eq!(term.text, term.text.to_lowercase(), "{name}:{at}");
                        assert!(seen.insert(term.text), "{name}:{at} {raw} stands twice");
                    }
                    Some(Line::Allow(text)) => assert!(!text.is_empty(), "{name}:{at}"),
                    None => panic!("{name}:{at} {raw}"),
                }
            }
        }
    }

    #[test]
    fn no_shipped_term_is_a_known_word() {
        assert!(WORDS.len() > 50_000, "{}", WORDS.len());
        for (name, text) in LISTS {
            for parsed in parse(text) {
                if let Line::Term(term) = parsed {
                    assert!(!is_known(&term.text), "{name}: {}", term.text);
                }
            }
        }
    }

    #[test]
    fn identity_words_are_never_terms() {
        for (name, text) in LISTS {
            for parsed in parse(text) {
                let Line::Term(term) = parsed else { continue };
                for word in [
                    "gay",
                    "lesbian",
                    "trans",
                    "muslim",
                    "jew",
                    "jewish",
                    "black",
                    "christian",
                    "hindu",
                ] {
                    assert_ne!(term.text, word, "{name}");
                }
                assert!(
                    !is_ordinary(&term.text),
                    "{name}: {} is an ordinary word",
                    term.text
                );
            }
        }
    }
}
