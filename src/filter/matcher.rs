//! The compiled terms: which of them occur in a text, disguised or not, and where.

use std::collections::{BTreeMap, HashMap, HashSet};

use aho_corasick::{AhoCorasick, BuildError};

use super::chars::{is_mask, is_unspaced, is_word};
use super::disguise::{Coarse, Glyph, align};
use super::normalize::{Done, Piece, View, normalize};
use super::source::{Folds, Term};

/// A term with what is needed to recognise it.
#[derive(Debug)]
struct Entry {
    term: Term,
    /// Its letters and spaces as the disguised views spell them; empty when it has other signs.
    letters: Vec<char>,
}

/// All terms of a ruleset.
#[derive(Debug)]
pub(super) struct Matcher {
    entries: Vec<Entry>,
    plain: AhoCorasick,
    coarse: AhoCorasick,
    /// The entries that share a coarse key.
    coarse_entries: Vec<Vec<usize>>,
    allow: AhoCorasick,
    /// Words by first letter and length, for masked ones.
    masked: HashMap<(char, usize), Vec<usize>>,
    folds: Folds,
}

/// One occurrence of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    entry: usize,
    /// The original bytes, half-open.
    pub from: usize,
    pub to: usize,
    pub done: Done,
}

impl Matcher {
    /// Expects terms that are not blank once normalised.
    pub(super) fn build(
        terms: Vec<Term>,
        allow: &[String],
        folds: Folds,
    ) -> Result<Self, BuildError> {
        let spell = |text: &str| normalize(text.trim(), folds).text;
        let entries: Vec<Entry> = terms
            .into_iter()
            .map(|term| Entry {
                letters: letters_of(&spell(&term.text)),
                term,
            })
            .collect();
        let plain = AhoCorasick::new(entries.iter().map(|entry| spell(&entry.term.text)))?;
        let mut keys: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut masked: HashMap<(char, usize), Vec<usize>> = HashMap::new();
        for (id, entry) in entries.iter().enumerate() {
            let Some(first) = entry.letters.first() else {
                continue;
            };
            let key = Coarse::of(entry.letters.iter().copied()).text;
            keys.entry(key).or_default().push(id);
            if entry.letters.len() > 3 && !entry.letters.contains(&' ') {
                masked
                    .entry((*first, entry.letters.len()))
                    .or_default()
                    .push(id);
            }
        }
        Ok(Self {
            plain,
            coarse: AhoCorasick::new(keys.keys())?,
            coarse_entries: keys.into_values().collect(),
            allow: AhoCorasick::new(allow.iter().map(|text| spell(text)))?,
            masked,
            entries,
            folds,
        })
    }

    pub(super) fn term(&self, hit: &Hit) -> Option<&Term> {
        self.entries.get(hit.entry).map(|entry| &entry.term)
    }

    /// Every occurrence outside the allowed expressions, each once, in the order of the text.
    pub(super) fn hits(
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
        self.coarse_hits(glyphs, &mut found);
        self.coarse_hits(joined, &mut found);
        // After the joined view: "a-s-s" is pulled apart and not masked.
        if self.folds.masks {
            self.masked_hits(&view.pieces, &mut found);
        }
        let allowed = self.allowed(view);
        let mut hits = found.hits;
        hits.retain(|hit| !covered(&allowed, hit));
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
            let whole = self.entries.get(entry).is_some_and(|e| e.term.whole_word);
            if whole && !stands_alone(&view.pieces, first, last, |p| p.c, |_| false) {
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

    fn coarse_hits(&self, glyphs: &[Glyph], found: &mut Found) {
        if glyphs.is_empty() {
            return;
        }
        let coarse = Coarse::of(glyphs.iter().map(|g| g.letter));
        for hit in self.coarse.find_overlapping_iter(&coarse.text) {
            let (first, last) = coarse.range(hit.start(), hit.end());
            let alone = stands_alone(glyphs, first, last, |g| g.raw, |g| g.loose);
            let part = glyphs.get(first..last).unwrap_or_default();
            let ids = self.coarse_entries.get(hit.pattern().as_usize());
            for &id in ids.into_iter().flatten() {
                let Some(entry) = self.entries.get(id) else {
                    continue;
                };
                if entry.term.whole_word && !alone {
                    continue;
                }
                if let Some(done) = align(&entry.letters, part, self.folds.repeats) {
                    found.add(
                        id,
                        part.first().map(|g| g.from),
                        part.last().map(|g| g.to),
                        done,
                    );
                }
            }
        }
    }

    /// Words such as `f*ck`: first and last letter visible, and enough of it to know it by.
    fn masked_hits(&self, pieces: &[Piece], found: &mut Found) {
        for token in pieces.split(|p| !is_word(p.c) && !is_mask(p.c)) {
            let Some((first, last)) = visible_ends(token) else {
                continue;
            };
            let word = token.get(first..=last).unwrap_or_default();
            let visible = word.iter().filter(|p| !is_mask(p.c)).count();
            if visible == word.len() || visible < 2 || (visible == 2 && word.len() > 5) {
                continue;
            }
            let Some(initial) = word.first().map(|p| p.c) else {
                continue;
            };
            let fits = |id: &&usize| {
                self.entries.get(**id).is_some_and(|entry| {
                    entry
                        .letters
                        .iter()
                        .zip(word)
                        .all(|(l, p)| *l == p.c || is_mask(p.c))
                })
            };
            // Several may fit: the gravest is named, of equals the first in the order of the lists.
            let ids = self.masked.get(&(initial, word.len()));
            let gravity = |id: &&usize| {
                let severity = self.entries.get(**id).map(|entry| entry.term.severity);
                (severity, std::cmp::Reverse(**id))
            };
            if let Some(&id) = ids.into_iter().flatten().filter(fits).max_by_key(gravity) {
                found.add(
                    id,
                    word.first().map(|p| p.from),
                    word.last().map(|p| p.to),
                    Done::MASKS,
                );
            }
        }
    }

    /// The original bytes of the allowed expressions, sorted by start.
    fn allowed(&self, view: &View) -> Vec<[usize; 2]> {
        let mut spans = Vec::new();
        for hit in self.allow.find_overlapping_iter(view.text()) {
            let (first, last) = view.range(hit.start(), hit.end());
            let pieces = view.pieces.get(first..last).unwrap_or_default();
            if let (Some(a), Some(b)) = (pieces.first(), pieces.last())
                && stands_alone(&view.pieces, first, last, |p| p.c, |_| false)
            {
                spans.push([a.from, b.to]);
            }
        }
        super::verdict::merge_spans(spans)
    }

    /// A term written as it is listed is not disguised, however unusual its letters are.
    fn forgive(&self, text: &str, hit: &mut Hit) {
        let Some(entry) = self.entries.get(hit.entry) else {
            return;
        };
        let written = text.get(hit.from..hit.to).unwrap_or_default();
        if !hit.done.is_empty() && written.to_lowercase() == entry.term.text.to_lowercase() {
            hit.done = Done::NONE;
        }
    }
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

fn covered(allowed: &[[usize; 2]], hit: &Hit) -> bool {
    let at = allowed.partition_point(|[start, _]| *start <= hit.from);
    at.checked_sub(1)
        .and_then(|at| allowed.get(at))
        .is_some_and(|[_, end]| hit.to <= *end)
}

fn visible_ends(token: &[Piece]) -> Option<(usize, usize)> {
    let first = token.iter().position(|p| !is_mask(p.c))?;
    let last = token.iter().rposition(|p| !is_mask(p.c))?;
    Some((first, last))
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

/// Whether `items[first..last]` is no part of a longer word.
fn stands_alone<T>(
    items: &[T],
    first: usize,
    last: usize,
    c: impl Fn(&T) -> char,
    loose: impl Fn(&T) -> bool,
) -> bool {
    let open = |edge: Option<&T>, beside: Option<&T>| match (edge, beside) {
        (Some(edge), Some(beside)) => {
            let (e, b) = (c(edge), c(beside));
            let one_word = is_word(e) && is_word(b) && !(is_unspaced(e) || is_unspaced(b));
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
