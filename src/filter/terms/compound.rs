//! Words that are run together: whether what stands around a term inside a longer word is words
//! too, as in `youidiot`, and not the rest of a harmless one, as in `Scunthorpe`.

use super::mended::Vocabulary;
use crate::filter::fold::disguise::Glyph;
use crate::filter::fold::joined::is_part;
use crate::filter::wordlist::{is_known, is_ordinary, is_stop_word};

/// Known words are looked for up to this length.
pub(super) const LONGEST_WORD: usize = 16;
/// No word is longer than this; what is, is several, and may have names among them.
const LONGEST_RUN: usize = 24;

/// Where one word beside a term is enough, it has this many letters.
const LEAST_LAST: usize = 3;

/// One run of letters and the places at which words may begin and end in it.
#[derive(Debug)]
struct Run {
    start: usize,
    end: usize,
    /// The whole is harmless: one known word, or several.
    harmless: bool,
    /// With the commonest words alone, and with all.
    common: Sides,
    any: Sides,
}

/// For each place in a run, whether what lies before it, or after it, is words.
#[derive(Debug)]
struct Sides {
    before: Vec<bool>,
    after: Vec<bool>,
}

impl Sides {
    fn of(letters: &[char], word: impl Fn(&[char]) -> bool) -> Self {
        let several = letters.len() > LONGEST_RUN;
        Self {
            before: reach(letters, several, &word),
            after: reach_back(letters, several, &word),
        }
    }
}

/// Answers for the places of one text; the work that was done for a run is kept for the next place.
pub(super) struct Compounds<'a> {
    text: &'a str,
    glyphs: &'a [Glyph],
    vocabulary: &'a Vocabulary,
    run: Option<Run>,
}

impl<'a> Compounds<'a> {
    /// Expects the text of which the glyphs are a view.
    pub(in crate::filter) fn new(
        text: &'a str,
        glyphs: &'a [Glyph],
        vocabulary: &'a Vocabulary,
    ) -> Self {
        Self {
            text,
            glyphs,
            vocabulary,
            run: None,
        }
    }

    /// Whether the glyphs from `first` to `last` stand in a longer word between whole words. Of a
    /// term with which harmless words begin, a `stem`, only the commonest words set off.
    pub(super) fn stands_between_words(&mut self, first: usize, last: usize, stem: bool) -> bool {
        let kept = self.run.as_ref();
        if !kept.is_some_and(|run| run.start <= first && last <= run.end) {
            self.run = self.read(first, last);
        }
        self.run.as_ref().is_some_and(|run| {
            let open = |sides: &[bool], at: usize| sides.get(at).copied().unwrap_or(false);
            let sides = if stem { &run.common } else { &run.any };
            !run.harmless
                && (open(&sides.before, first - run.start) || self.capital_begins(first))
                && (open(&sides.after, last - run.start) || self.capital_begins(last))
        })
    }

    /// A capital after a small letter begins a word, and so does a small one after capitals.
    fn capital_begins(&self, at: usize) -> bool {
        let capital = |glyph: Option<&Glyph>| {
            let written = glyph.and_then(|g| self.text.get(g.from..));
            written
                .and_then(|text| text.chars().next())
                .map(char::is_uppercase)
        };
        let before = at.checked_sub(1).and_then(|at| self.glyphs.get(at));
        capital(before).is_some_and(|before| Some(before) != capital(self.glyphs.get(at)))
    }

    fn read(&self, first: usize, last: usize) -> Option<Run> {
        let outside = |g: &Glyph| !is_part(g);
        let start = self.glyphs.get(..first)?.iter().rposition(outside);
        let start = start.map_or(0, |at| at + 1);
        let end = self.glyphs.get(last..)?.iter().position(outside);
        let end = end.map_or(self.glyphs.len(), |at| last + at);
        #[cfg(test)]
        super::matcher::examined(end - start);
        let letters: Vec<char> = self
            .glyphs
            .get(start..end)?
            .iter()
            .map(|g| g.letter)
            .collect();
        let raw: String = self.glyphs.get(start..end)?.iter().map(|g| g.raw).collect();
        let common = |part: &[char]| is_common(&part.iter().collect::<String>());
        let long = |part: &[char]| is_long(&part.iter().collect::<String>());
        let known = |part: &[char]| common(part) || long(part);
        let harmless = is_known(&raw) || reach(&letters, false, known).last() == Some(&true);
        let term = |letters: &[char]| self.vocabulary.is_long_term(letters);
        Some(Run {
            start,
            end,
            harmless,
            common: Sides::of(&letters, |part| common(part) || term(part)),
            any: Sides::of(&letters, |part| common(part) || term(part) || long(part)),
        })
    }
}

/// A word that says nothing. Of two letters nearly everything is a word in some language, so that
/// these are named, without those with which learned words begin or end.
pub(super) fn is_common(word: &str) -> bool {
    const SHORT: &str = " a i u am an as at be by he if in is it me my of on or so to ur we ";
    match word.chars().count() {
        ..LEAST_LAST => SHORT.split(' ').any(|short| short == word),
        _ => is_stop_word(word),
    }
}

/// A known word of four letters or more, or an ordinary one of three.
pub(super) fn is_long(word: &str) -> bool {
    match word.chars().count() {
        ..LEAST_LAST => false,
        LEAST_LAST => is_ordinary(word),
        _ => is_known(word),
    }
}

/// For each place in the letters, whether what lies before it is words, or ends with one if
/// that is enough.
fn reach(letters: &[char], last_only: bool, word: impl Fn(&[char]) -> bool) -> Vec<bool> {
    let mut open = vec![false; letters.len() + 1];
    if let Some(start) = open.first_mut() {
        *start = true;
    }
    for at in 0..letters.len() {
        if open.get(at) != Some(&true) && !last_only {
            continue;
        }
        let least = if last_only { LEAST_LAST } else { 1 };
        for len in least..=LONGEST_WORD.min(letters.len() - at) {
            if letters.get(at..at + len).is_some_and(&word)
                && let Some(end) = open.get_mut(at + len)
            {
                *end = true;
            }
        }
    }
    open
}

/// For each place in the letters, whether what lies after it is words, or begins with one if
/// that is enough.
fn reach_back(letters: &[char], first_only: bool, word: impl Fn(&[char]) -> bool) -> Vec<bool> {
    let mut open = vec![false; letters.len() + 1];
    if let Some(end) = open.last_mut() {
        *end = true;
    }
    for at in (0..letters.len()).rev() {
        let least = if first_only { LEAST_LAST } else { 1 };
        let mut lens = least..=LONGEST_WORD.min(letters.len() - at);
        let ends = |len: &usize| first_only || open.get(at + len) == Some(&true);
        let found = lens.any(|len| ends(&len) && letters.get(at..at + len).is_some_and(&word));
        if let Some(start) = open.get_mut(at) {
            *start = found;
        }
    }
    open
}
