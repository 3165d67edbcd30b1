//! A text as the topic phase reads it: its terms, each with its place, and its direction in the space of meanings.

use std::collections::HashSet;
use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};

use super::table::{Found, Table};
use super::vector::{Vector, WIDTH};
use crate::filter::fnv;
use crate::filter::model::{Word, words};
use crate::filter::wordlist::is_stop_word;

/// Of a longer text the rest is not read, in words.
pub(super) const MOST_WORDS: usize = 20_000;
/// A row of this number is none.
pub(super) const NO_ROW: u32 = u32::MAX;

/// A word that says something about a topic.
#[derive(Debug, Clone)]
pub(super) struct Term {
    /// Of its stem: equal for `bridge` and `bridges`.
    pub hash: u32,
    /// Its row in the table, or [`NO_ROW`].
    pub row: u32,
    /// How much it says, 0 to 255.
    pub says: u8,
    /// Written like a name: with a capital, and not because a sentence begins.
    pub name: bool,
    /// Bytes of the text, half-open.
    pub from: usize,
    pub to: usize,
}

/// A text, read.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// Every occurrence, in order.
    pub terms: Vec<Term>,
    /// Of all its words.
    pub vector: Vector,
    /// Words of any kind, without marks.
    pub words: usize,
    /// Whether it is in a language that the table knows.
    pub known: bool,
}

impl Reading {
    pub(super) fn of(table: &Table, text: &str) -> Self {
        Self::of_words(table, text, &read_words(text))
    }

    pub(super) fn of_words(table: &Table, text: &str, words: &[Word]) -> Self {
        let stemmer = Stemmer::create(Algorithm::English);
        let mut sum = [0.0; WIDTH];
        let mut terms = Vec::new();
        let (mut count, mut known, mut letters) = (0_usize, 0_usize, 0_usize);
        let mut begins = true;
        for word in words {
            let found = table.find(&word.spelled);
            for row in found.rows() {
                table.add_row(*row, &mut sum);
            }
            if word.is_mark() {
                begins |= word.ends_sentence();
                continue;
            }
            // the name of an emoji says nothing about a topic
            if word.spelled.contains(' ') {
                continue;
            }
            count += 1;
            if !is_number(&word.spelled) {
                letters += 1;
                known += usize::from(matches!(found, Found::Whole(_)));
            }
            if is_content(&word.spelled) {
                terms.push(Term {
                    hash: hash(&stemmer, &word.spelled),
                    row: match &found {
                        Found::Whole(row) => *row,
                        Found::Parts(_) => NO_ROW,
                    },
                    says: table.says(&found),
                    name: !begins && is_capital(text, word),
                    from: word.from,
                    to: word.to,
                });
            }
            begins = false;
        }
        Self {
            terms,
            vector: Vector::along(&sum),
            words: count,
            known: known * 2 >= letters,
        }
    }

    /// Each term once, in the order of first occurrence.
    pub(super) fn distinct(&self) -> Vec<&Term> {
        let mut seen = HashSet::new();
        self.terms
            .iter()
            .filter(|term| seen.insert(term.hash))
            .collect()
    }
}

/// The words of a text, up to the most that are read, without those of links.
pub(super) fn read_words(text: &str) -> Vec<Word> {
    let mut words = words(text);
    words.truncate(MOST_WORDS);
    if text.contains("://") || text.contains("www.") {
        let links = links(text);
        let mut from = 0;
        words.retain(|word| {
            while links.get(from).is_some_and(|link| link.end <= word.from) {
                from += 1;
            }
            links.get(from).is_none_or(|link| word.from < link.start)
        });
    }
    words
}

/// From `http://`, `https://` or `www.` to the next white space.
fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for part in text.split_inclusive(char::is_whitespace) {
        let begins = ["http://", "https://", "www."].map(|begins| part.find(begins));
        if let Some(start) = begins.into_iter().flatten().min() {
            found.push(at + start..at + part.trim_end().len());
        }
        at += part.len();
    }
    found
}

/// Whether at least half of the words stand in the table as they are: in another language few do.
pub(super) fn knows<'w>(table: &Table, words: impl Iterator<Item = &'w Word>) -> bool {
    let (mut known, mut all) = (0_usize, 0_usize);
    for word in words.filter(|word| !word.is_mark() && !is_number(&word.spelled)) {
        all += 1;
        known += usize::from(matches!(table.find(&word.spelled), Found::Whole(_)));
    }
    2 * known >= all
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Three characters or more, or two digits; and no word that fits any topic.
fn is_content(word: &str) -> bool {
    let characters = word.chars().count();
    let enough = if is_number(word) {
        characters > 1
    } else {
        characters > 2 || !word.is_ascii()
    };
    enough && !is_stop_word(word)
}

fn is_capital(text: &str, word: &Word) -> bool {
    text.get(word.from..)
        .and_then(|rest| rest.chars().next())
        .is_some_and(char::is_uppercase)
}

fn hash(stemmer: &Stemmer, word: &str) -> u32 {
    let stem = if word.is_ascii() {
        stemmer.stem(word)
    } else {
        word.into()
    };
    fnv::more(fnv::START, stem.as_bytes())
}
