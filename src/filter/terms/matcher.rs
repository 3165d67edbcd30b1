//! The compiled terms: which of them occur in a text, disguised or not, and where.

use std::collections::{BTreeMap, HashMap, HashSet};

use aho_corasick::{AhoCorasick, BuildError};

use super::apart::apart;
use super::compound::Compounds;
use super::mended::{Vocabulary, is_english, mend};
use crate::filter::fold::chars::{is_regional, is_unspaced, is_word};
use crate::filter::fold::disguise::{Coarse, Glyph, align};
use crate::filter::fold::normalize::{Done, Piece, View, normalize};
use crate::filter::source::{Folds, Term};
use crate::filter::verdict::{Kind, Severity, covered, merge_spans};
use crate::filter::wordlist::{begins_known_words, is_known};

/// Shorter terms are not looked for inside longer words.
const LEAST_INSIDE: usize = 4;

/// A term as the disguised views spell it.
#[derive(Debug)]
struct Spelling {
    entry: usize,
    letters: Vec<char>,
    /// What is done to the term when it is spelt like this.
    done: Done,
    /// Harmless words begin with it, or may well do.
    stem: bool,
}

/// All terms of a ruleset.
#[derive(Debug)]
pub(in crate::filter) struct Matcher {
    terms: Vec<Term>,
    plain: AhoCorasick,
    coarse: AhoCorasick,
    /// The spellings that share a coarse key.
    spellings: Vec<Vec<Spelling>>,
    allow: AhoCorasick,
    vocabulary: Vocabulary,
    folds: Folds,
}

/// One occurrence of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::filter) struct Hit {
    entry: usize,
    /// The original bytes, half-open.
    pub from: usize,
    pub to: usize,
    pub done: Done,
}

impl Matcher {
    /// Expects terms that are not blank once normalised.
    pub(in crate::filter) fn build(
        terms: Vec<Term>,
        allow: &[String],
        folds: Folds,
    ) -> Result<Self, BuildError> {
        let spell = |text: &str| normalize(text.trim(), folds).text;
        let spelt: Vec<String> = terms.iter().map(|term| spell(&term.text)).collect();
        let letters: Vec<Vec<char>> = spelt.iter().map(|text| letters_of(text)).collect();
        let mut keys: BTreeMap<String, Vec<Spelling>> = BTreeMap::new();
        for (entry, (term, letters)) in terms.iter().zip(&letters).enumerate() {
            for (letters, done) in spellings(term, letters, folds) {
                let key = Coarse::of(letters.iter().copied()).text;
                let short = letters.len() == LEAST_INSIDE && term.kind != Kind::Profanity;
                let stem = short || begins_known_words(&letters.iter().collect::<String>());
                keys.entry(key).or_default().push(Spelling {
                    entry,
                    letters,
                    done,
                    stem,
                });
            }
        }
        let severities = terms.iter().map(|term| term.severity);
        let words = letters.iter().map(Vec::as_slice).zip(severities);
        Ok(Self {
            plain: AhoCorasick::new(spelt)?,
            coarse: AhoCorasick::new(keys.keys())?,
            spellings: keys.into_values().collect(),
            allow: AhoCorasick::new(allow.iter().map(|text| spell(text)))?,
            vocabulary: Vocabulary::of(words),
            terms,
            folds,
        })
    }

    pub(in crate::filter) fn term(&self, hit: &Hit) -> Option<&Term> {
        self.terms.get(hit.entry)
    }

    /// See [`apart()`].
    pub(in crate::filter) fn apart(&self, run: &str, doubt: bool) -> Option<Vec<usize>> {
        apart(run, doubt, &self.vocabulary)
    }

    /// See [`is_english`].
    pub(in crate::filter) fn is_english(&self, glyphs: &[Glyph]) -> bool {
        is_english(glyphs, &self.vocabulary)
    }

    /// Every occurrence outside the allowed expressions, each once, in the order of the text.
    pub(in crate::filter) fn hits(
        &self,
        text: &str,
        view: &View,
        glyphs: &[Glyph],
        joined: &[Glyph],
    ) -> Vec<Hit> {
        let mut found = Found {
            seen: HashSet::new(),
            ends: HashMap::new(),
            hits: Vec::new(),
        };
        self.plain_hits(view, &mut found);
        self.coarse_hits(text, glyphs, &mut found);
        self.coarse_hits(text, joined, &mut found);
        // After the joined view: "a-s-s" is pulled apart and not masked.
        let mended = mend(glyphs, &self.vocabulary, self.folds);
        self.coarse_hits(text, &mended, &mut found);
        let allowed = self.allowed(view);
        let mut hits = found.hits;
        hits.retain(|hit| !covered(&allowed, [hit.from, hit.to]));
        for hit in &mut hits {
            self.forgive(text, hit);
        }
        hits.sort_unstable_by_key(|hit| (hit.from, hit.to, hit.entry));
        hits
    }

    fn plain_hits(&self, view: &View, found: &mut Found) {
        for hit in self.plain.find_overlapping_iter(view.text()) {
            let (first, last) = view.range(hit.start(), hit.end());
            let entry = hit.pattern().as_usize();
            let whole = self.terms.get(entry).is_some_and(|term| term.whole_word);
            if whole && !stands_alone(&view.pieces, first, last, |p| p.c, |p| p.c, |_| false) {
                continue;
            }
            let pieces = view.pieces.get(first..last).unwrap_or_default();
            found.add(
                entry,
                pieces.first().map(|p| p.from),
                pieces.last().map(|p| p.to),
                done_in(pieces),
            );
        }
    }

    fn coarse_hits(&self, text: &str, glyphs: &[Glyph], found: &mut Found) {
        if glyphs.is_empty() {
            return;
        }
        let coarse = Coarse::of(glyphs.iter().map(|g| g.letter));
        let mut compounds = Compounds::new(text, glyphs, &self.vocabulary);
        for hit in self.coarse.find_overlapping_iter(&coarse.text) {
            let (first, last) = coarse.range(hit.start(), hit.end());
            let alone = stands_alone(glyphs, first, last, read_as, |g| g.raw, |g| g.loose);
            let part = glyphs.get(first..last).unwrap_or_default();
            #[cfg(test)]
            examined(part.len());
            let spellings = self.spellings.get(hit.pattern().as_usize());
            for spelling in spellings.into_iter().flatten() {
                let Some(term) = self.terms.get(spelling.entry) else {
                    continue;
                };
                let Some(mut done) = align(&spelling.letters, part, self.folds.repeats) else {
                    continue;
                };
                done.add(spelling.done);
                if term.whole_word && !alone {
                    let grave = term.severity >= Severity::Strong
                        && spelling.letters.len() >= LEAST_INSIDE
                        && !spelling.letters.contains(&' ');
                    let Some(more) = grave
                        .then(|| self.beside(glyphs, &mut compounds, (first, last), spelling.stem))
                        .flatten()
                    else {
                        continue;
                    };
                    done.add(more);
                }
                found.add(
                    spelling.entry,
                    part.first().map(|g| g.from),
                    part.last().map(|g| g.to),
                    done,
                );
            }
        }
    }

    /// What hides a grave term in a longer word, if that is what is done: digits at its ends, or
    /// other words.
    fn beside(
        &self,
        glyphs: &[Glyph],
        compounds: &mut Compounds,
        (first, last): (usize, usize),
        stem: bool,
    ) -> Option<Done> {
        let is_digit = |g: &Glyph| g.raw.is_ascii_digit();
        if self.folds.leet && stands_alone(glyphs, first, last, read_as, |g| g.raw, is_digit) {
            return Some(Done::LEET);
        }
        let joined = self.folds.joined && compounds.stands_between_words(first, last, stem);
        joined.then_some(Done::JOINED)
    }

    /// The original bytes of the allowed expressions, sorted by start.
    fn allowed(&self, view: &View) -> Vec<[usize; 2]> {
        let mut spans = Vec::new();
        for hit in self.allow.find_overlapping_iter(view.text()) {
            let (first, last) = view.range(hit.start(), hit.end());
            let pieces = view.pieces.get(first..last).unwrap_or_default();
            if let (Some(a), Some(b)) = (pieces.first(), pieces.last())
                && stands_alone(&view.pieces, first, last, |p| p.c, |p| p.c, |_| false)
            {
                spans.push([a.from, b.to]);
            }
        }
        merge_spans(spans)
    }

    /// A term written as it is listed is not disguised, however unusual its letters are.
    fn forgive(&self, text: &str, hit: &mut Hit) {
        let Some(term) = self.terms.get(hit.entry) else {
            return;
        };
        let written = text.get(hit.from..hit.to).unwrap_or_default();
        let as_listed = written.to_lowercase() == term.text.to_lowercase();
        if as_listed && !hit.done.has(Done::JOINED) {
            hit.done = Done::NONE;
        }
    }
}

/// Work is counted where it is done, so that a test can tell whether it grows faster than the text.
#[cfg(test)]
pub(in crate::filter) fn examined(glyphs: usize) {
    EXAMINED.with(|sum| sum.set(sum.get() + glyphs));
}

#[cfg(test)]
thread_local! {
    /// Glyphs that this thread has examined.
    pub(in crate::filter) static EXAMINED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

struct Found {
    seen: HashSet<(usize, usize)>,
    /// For each start, the furthest end of what an earlier view found there.
    ends: HashMap<usize, usize>,
    hits: Vec<Hit>,
}

impl Found {
    /// Keeps an occurrence unless it is there already, or takes more folds to see than something
    /// that covers it: "faggots" is no way to stretch "fagots".
    fn add(&mut self, entry: usize, from: Option<usize>, to: Option<usize>, done: Done) {
        let (Some(from), Some(to)) = (from, to) else {
            return;
        };
        let plainer = self.ends.get(&from).is_some_and(|end| *end >= to);
        if (plainer && !done.is_empty()) || !self.seen.insert((entry, from)) {
            return;
        }
        let end = self.ends.entry(from).or_default();
        *end = to.max(*end);
        self.hits.push(Hit {
            entry,
            from,
            to,
            done,
        });
    }
}

/// The letters and single spaces of a term, or nothing when it has digits or signs: those have no
/// disguise of their own.
fn letters_of(spelt: &str) -> Vec<char> {
    let letters: Vec<char> = spelt
        .chars()
        .map(|c| if matches!(c, '-' | '_') { ' ' } else { c })
        .collect();
    let plain = letters
        .iter()
        .all(|c| is_word(*c) && !c.is_numeric() || *c == ' ' || *c == '\'');
    if plain { letters } else { Vec::new() }
}

/// The letters of a term, and those of a phrase without its spaces.
fn spellings(term: &Term, letters: &[char], folds: Folds) -> Vec<(Vec<char>, Done)> {
    if letters.is_empty() {
        return Vec::new();
    }
    let mut all = vec![(letters.to_vec(), Done::NONE)];
    let grave = term.severity >= Severity::Strong;
    if folds.joined && grave && letters.contains(&' ') {
        let run: Vec<char> = letters.iter().copied().filter(|c| *c != ' ').collect();
        if !is_known(&run.iter().collect::<String>()) {
            all.push((run, Done::JOINED));
        }
    }
    all
}

fn done_in(pieces: &[Piece]) -> Done {
    let mut done = Done::NONE;
    for (i, piece) in pieces.iter().enumerate() {
        // What is invisible before the first letter hides nothing.
        done.add(if i == 0 {
            piece.done.without(Done::INVISIBLE)
        } else {
            piece.done
        });
    }
    done
}

/// A sign that stands for a letter is one where a term begins or ends with it: "cl@ss" has no "@ss" of its own.
fn read_as(glyph: &Glyph) -> char {
    if glyph.done.has(Done::LEET) {
        glyph.letter
    } else {
        glyph.raw
    }
}

/// Whether `items[first..last]` is no part of a longer word. `own` is what an item of it is, and `other` one beside it.
fn stands_alone<T>(
    items: &[T],
    first: usize,
    last: usize,
    own: impl Fn(&T) -> char,
    other: impl Fn(&T) -> char,
    loose: impl Fn(&T) -> bool,
) -> bool {
    let open = |edge: Option<&T>, beside: Option<&T>| match (edge, beside) {
        (Some(edge), Some(beside)) => {
            let (e, b) = (own(edge), other(beside));
            let letters = is_word(e) && is_word(b) && !(is_unspaced(e) || is_unspaced(b));
            let one_word = letters || (is_regional(e) && is_regional(b));
            (!one_word || loose(beside)) && !(e == '*' && b == '*')
        }
        _ => true,
    };
    let before = first.checked_sub(1).and_then(|i| items.get(i));
    open(items.get(first), before)
        && open(
            last.checked_sub(1).and_then(|i| items.get(i)),
            items.get(last),
        )
}
