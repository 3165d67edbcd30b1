//! An article, prepared once for all its comments.

use std::collections::HashMap;

use super::bytes::{Reader, Stale, Writer};
use super::measure::squares;
use super::reading::{NO_ROW, Reading, Term, knows, read_words};
use super::table::Table;
use super::vector::{Vector, WIDTH};
use crate::filter::model::Word;
use crate::filter::subject::ArticleText;

/// Passages of an article; those of a longer one are longer.
const MOST_PASSAGES: usize = 56;
/// Words from which on a passage ends with its sentence, at least.
const PASSAGE_WORDS: usize = 30;
/// Terms of an article: those that say most.
const MOST_TERMS: usize = 640;
/// Terms whose meanings are compared: those that say most.
const MOST_HEAVIEST: usize = 64;

/// A part of an article that a comment can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    /// Whether it is of the title; otherwise of the body.
    pub title: bool,
    /// Bytes of the title or of the body, half-open.
    pub from: u32,
    pub to: u32,
    pub vector: Vector,
}

/// A term with the passages in which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ArticleTerm {
    pub hash: u32,
    pub row: u32,
    pub says: u8,
    pub name: bool,
    /// One bit for each passage.
    pub passages: u64,
}

/// An article as comments are compared with it: its passages, its terms and its direction. At most 20 KB as bytes.
///
/// Make it when the article is imported or changed, and keep [`ArticleTopic::to_bytes`] beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleTopic {
    pub(super) passages: Vec<Passage>,
    /// In the order of their hashes.
    pub(super) terms: Vec<ArticleTerm>,
    /// Of title and body as a whole.
    pub(super) vector: Vector,
    /// Where the encoder sees the title point, and where title and lead together.
    pub(super) senses: [Vector; 2],
    /// Words of any kind in title and body.
    pub(super) words: u32,
    /// Whether somebody asks for advice in it.
    pub(super) asks: bool,
    /// Whether it is in a language that the table knows.
    pub(super) known: bool,
    /// The squares of the passages' lengths as bags of terms, and the rows that say most; both follow from the rest.
    pub(super) squares: Vec<f32>,
    pub(super) heaviest: Vec<u32>,
    table: u32,
}

const WHAT: u8 = b'a';

impl ArticleTopic {
    pub(super) fn prepare(table: &Table, article: ArticleText<'_>) -> Self {
        let title = read_words(article.title);
        let body = read_words(article.body);
        let mut prepared = Self {
            passages: Vec::new(),
            terms: Vec::new(),
            vector: Vector::NONE,
            senses: [
                table.sense(title.iter()),
                table.sense(title.iter().chain(&body)),
            ],
            words: 0,
            asks: asks(&title, &body),
            known: knows(table, title.iter().chain(&body)),
            squares: Vec::new(),
            heaviest: Vec::new(),
            table: table.id(),
        };
        let mut sum = [0; WIDTH];
        let mut terms = HashMap::new();
        if !title.is_empty() {
            prepared.passage(table, article.title, &title, true, &mut terms, &mut sum);
        }
        let longest = PASSAGE_WORDS.max(body.len().div_ceil(MOST_PASSAGES - 4));
        for part in cut(article.body, &body, longest) {
            prepared.passage(table, article.body, part, false, &mut terms, &mut sum);
        }
        prepared.vector = Vector::of_sum(&sum);
        let mut terms: Vec<ArticleTerm> = terms.into_values().collect();
        terms.sort_unstable_by_key(|term| (std::cmp::Reverse(weight(term)), term.hash));
        terms.truncate(MOST_TERMS);
        terms.sort_unstable_by_key(|term| term.hash);
        prepared.terms = terms;
        prepared.follow();
        prepared
    }

    /// What follows from the passages and the terms.
    fn follow(&mut self) {
        self.squares = squares(self.passages.len(), &self.terms);
        let mut heaviest: Vec<&ArticleTerm> = self
            .terms
            .iter()
            .filter(|term| term.row != NO_ROW)
            .collect();
        heaviest.sort_unstable_by_key(|term| (std::cmp::Reverse(weight(term)), term.hash));
        heaviest.truncate(MOST_HEAVIEST);
        self.heaviest = heaviest.into_iter().map(|term| term.row).collect();
    }

    fn passage(
        &mut self,
        table: &Table,
        text: &str,
        words: &[Word],
        title: bool,
        terms: &mut HashMap<u32, ArticleTerm>,
        sum: &mut [i32; WIDTH],
    ) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return;
        };
        let reading = Reading::of_words(table, text, words);
        let bit = 1_u64 << self.passages.len().min(63);
        for term in &reading.terms {
            let known = terms.entry(term.hash).or_insert_with(|| first_seen(term));
            known.passages |= bit;
            known.name |= term.name;
        }
        let vector = reading.vector;
        vector.add_to(sum);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.passages.push(Passage {
            title,
            from: place(first.from),
            to: place(last.to),
            vector,
        });
        self.words = self.words.saturating_add(place(reading.words));
    }

    /// As stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(WHAT, self.table);
        writer.word(self.words);
        writer.byte(u8::from(self.asks));
        writer.byte(u8::from(self.known));
        writer.vector(&self.vector);
        for sense in &self.senses {
            writer.vector(sense);
        }
        writer.size(self.passages.len());
        for passage in &self.passages {
            writer.byte(u8::from(passage.title));
            writer.word(passage.from);
            writer.word(passage.to);
            writer.vector(&passage.vector);
        }
        writer.size(self.terms.len());
        for term in &self.terms {
            writer.word(term.hash);
            writer.word(term.row);
            writer.byte(term.says);
            writer.byte(u8::from(term.name));
            writer.0.extend(term.passages.to_le_bytes());
        }
        writer.0
    }

    pub(super) fn read(table: &Table, bytes: &[u8]) -> Result<Self, Stale> {
        let mut reader = Reader::new(WHAT, table.id(), bytes)?;
        let words = reader.word()?;
        let asks = reader.byte()? != 0;
        let known = reader.byte()? != 0;
        let vector = reader.vector()?;
        let senses = [reader.vector()?, reader.vector()?];
        let passages = reader.many(|reader| {
            Ok(Passage {
                title: reader.byte()? != 0,
                from: reader.word()?,
                to: reader.word()?,
                vector: reader.vector()?,
            })
        })?;
        let terms = reader.many(|reader| {
            Ok(ArticleTerm {
                hash: reader.word()?,
                row: reader.word()?,
                says: reader.byte()?,
                name: reader.byte()? != 0,
                passages: u64::from(reader.word()?) | u64::from(reader.word()?) << 32,
            })
        })?;
        reader.end()?;
        if passages.len() > MOST_PASSAGES || !terms.is_sorted_by(|a, b| a.hash < b.hash) {
            return Err(Stale);
        }
        let mut article = Self {
            passages,
            terms,
            vector,
            senses,
            words,
            asks,
            known,
            squares: Vec::new(),
            heaviest: Vec::new(),
            table: table.id(),
        };
        article.follow();
        Ok(article)
    }

    /// The term with this hash.
    pub(super) fn term(&self, hash: u32) -> Option<&ArticleTerm> {
        let at = self
            .terms
            .binary_search_by_key(&hash, |term| term.hash)
            .ok()?;
        self.terms.get(at)
    }
}

fn first_seen(term: &Term) -> ArticleTerm {
    ArticleTerm {
        hash: term.hash,
        row: term.row,
        says: term.says,
        name: term.name,
        passages: 0,
    }
}

/// What says most about the article: rare words, and those of several passages or of the title.
fn weight(term: &ArticleTerm) -> u32 {
    let passages = term.passages.count_ones().min(8) + 3 * u32::from(term.passages & 1 == 1);
    u32::from(term.says) * (4 + passages)
}

/// Passages of whole sentences: each ends with the first sentence that ends after `least` words, or with its
/// paragraph; one without an end to its sentences is cut at twice that.
fn cut<'w>(text: &str, words: &'w [Word], least: usize) -> Vec<&'w [Word]> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1);
        let gap = next.and_then(|next| text.get(word.to..next.from));
        let paragraph = gap.is_some_and(|gap| gap.matches('\n').count() > 1);
        let length = at + 1 - start;
        let full = length >= least && (word.ends_sentence() || paragraph);
        if next.is_none() || full || length >= 2 * least {
            found.extend(words.get(start..=at));
            start = at + 1;
        }
    }
    found
}

/// Somebody speaks of themselves and asks.
fn asks(title: &[Word], body: &[Word]) -> bool {
    let any = |wanted: &[&str]| {
        let mut words = title.iter().chain(body);
        words.any(|word| wanted.contains(&word.spelled.as_str()))
    };
    any(&["?"]) && any(&["i", "my", "me", "anyone", "anybody", "someone"])
}
