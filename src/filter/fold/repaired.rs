//! The repaired text: the words as they were meant, for a model that reads words. Disguises are
//! taken off where that is safe: a word is replaced only by a listed term or a known word, and
//! never when it is a known word as it stands. Capitals, punctuation, links and numbers stay.

use std::cell::OnceCell;

use super::disguise::Glyph;
use super::joined::{is_part, pulled_apart, spaced_run};
use super::normalize::Done;
use super::respelt::{MASK, cased, is_disguised_latin, is_lookalike, meant};
use crate::filter::phases::Prepared;
use crate::filter::source::Folds;
use crate::filter::terms::matcher::Matcher;
use crate::filter::wordlist::is_known;

/// Separated letters are put together from this many on: fewer are initials.
const LEAST_SEPARATED: usize = 4;

/// Glyphs of a run that is tried without its first letter, too.
const LONGEST_RUN: usize = 79;

/// A text as it was meant, with a way back to the bytes of the original.
#[derive(Debug, Default)]
pub(in crate::filter) struct Repaired {
    pub text: String,
    parts: Vec<Part>,
    /// What was taken off.
    pub done: Done,
}

/// One character, or one replaced word, of the repaired text.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Where it starts in the repaired text.
    at: usize,
    /// The original bytes for which it stands, half-open.
    from: usize,
    to: usize,
}

impl Repaired {
    /// The original bytes, half-open, of this byte range of the repaired text. A part of a
    /// replaced word stands for the whole of it; what lies outside is cut off.
    pub(in crate::filter) fn original(&self, start: usize, end: usize) -> [usize; 2] {
        let part = |byte: usize| {
            let after = self.parts.partition_point(|part| part.at <= byte);
            after.checked_sub(1).and_then(|at| self.parts.get(at))
        };
        match (part(start), part(end.saturating_sub(1).max(start))) {
            (Some(first), Some(last)) => [first.from, last.to],
            _ => [0, 0],
        }
    }

    /// The same without what stands for these bytes of the original.
    pub(in crate::filter) fn without(&self, ranges: &[[usize; 2]]) -> Self {
        let ends = self.parts.iter().skip(1).map(|part| part.at);
        let ends = ends.chain([self.text.len()]);
        let mut rest = Self {
            done: self.done,
            ..Self::default()
        };
        for (part, end) in self.parts.iter().zip(ends) {
            let next = ranges.partition_point(|[_, to]| *to <= part.from);
            let gone = ranges
                .get(next)
                .is_some_and(|[from, to]| *from <= part.from && part.to <= *to);
            if !gone {
                let text = self.text.get(part.at..end).unwrap_or_default();
                rest.push(text, part.from, part.to, Done::NONE);
            }
        }
        rest
    }

    fn push(&mut self, text: &str, from: usize, to: usize, done: Done) {
        let at = self.text.len();
        self.parts.push(Part { at, from, to });
        self.text.push_str(text);
        self.done.add(done);
    }
}

/// Takes off what can safely be taken off. Looks at each glyph a fixed number of times.
pub(in crate::filter) fn repaired(on: &Prepared<'_>) -> Repaired {
    let mut mender = Mender {
        text: on.subject.text,
        folds: on.ruleset.source.folds,
        terms: disguised_terms(on),
        out: Repaired::default(),
        whole: None,
        matcher: &on.ruleset.matcher,
        glyphs: &on.glyphs,
        english: OnceCell::new(),
    };
    mender.out.text.reserve(on.subject.text.len());
    let mut rest = on.glyphs.as_slice();
    while let Some(first) = rest.first() {
        let taken = if first.raw == ' ' {
            // a line's end is a sentence's for whoever reads on
            let here = on.subject.text.get(first.from..first.to);
            let space = if here.is_some_and(|here| here.contains('\n')) {
                "\n"
            } else {
                " "
            };
            mender.out.push(space, first.from, first.to, Done::NONE);
            1
        } else {
            mender.chunk(rest)
        };
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
    mender.out
}

/// A listed term that does not stand there as it is listed.
#[derive(Debug, Clone, Copy)]
struct Disguised<'a> {
    from: usize,
    to: usize,
    term: &'a str,
    done: Done,
}

/// Those that do not overlap, in the order of the text. What only the plain view took off is left
/// to it.
fn disguised_terms<'a>(on: &'a Prepared<'_>) -> Vec<Disguised<'a>> {
    let mut found: Vec<Disguised<'a>> = Vec::new();
    for hit in &on.hits {
        let (Some(term), false) = (
            on.ruleset.matcher.term(hit),
            hit.done.without(Done::PLAIN).is_empty(),
        ) else {
            continue;
        };
        let one = Disguised {
            from: hit.from,
            to: hit.to,
            term: &term.text,
            done: hit.done,
        };
        // Sorted by start, and by end where that is the same: the longer one comes later.
        match found.last_mut() {
            Some(last) if one.from == last.from => *last = one,
            Some(last) if one.from < last.to => {}
            _ => found.push(one),
        }
    }
    found.reverse();
    found
}

struct Mender<'a> {
    text: &'a str,
    folds: Folds,
    /// The last one is the next one.
    terms: Vec<Disguised<'a>>,
    out: Repaired,
    /// Where a character starts that was copied although it has several pieces.
    whole: Option<usize>,
    matcher: &'a Matcher,
    glyphs: &'a [Glyph],
    /// Whether it is English, as the known words are; asked once.
    english: OnceCell<bool>,
}

impl Mender<'_> {
    /// Mends what begins here and is written without a space, or letter by letter with spaces;
    /// how many glyphs that was.
    fn chunk(&mut self, rest: &[Glyph]) -> usize {
        if let Some(first) = rest.first() {
            self.forget_terms_before(first.from);
        }
        let (first, others) = rest.split_at(rest.len().min(1));
        if !first.iter().all(is_part) && spaced_run(others) >= LEAST_SEPARATED {
            self.copy(first);
            return 1;
        }
        let run = spaced_run(rest);
        if run >= LEAST_SEPARATED {
            let run = rest.get(..run * 2 - 1).unwrap_or(rest);
            if self.replaced_separated(run) {
                return run.len();
            }
            // "a c o w a r d": the first may be a word of its own
            let is_article = run.first().is_some_and(|g| matches!(g.raw, 'a' | 'i'));
            let end = if is_article && run.len() <= LONGEST_RUN {
                1
            } else {
                run.len()
            };
            return self.pieces(rest, end);
        }
        let end = rest.iter().position(|g| g.raw == ' ').unwrap_or(rest.len());
        let chunk = rest.get(..end).unwrap_or(rest);
        if is_link(chunk) {
            self.copy(chunk);
            return end;
        }
        if self.replaced_separated(chunk) {
            return end;
        }
        self.pieces(rest, end)
    }

    /// Puts separated letters together if they are a known word, and says whether they were.
    fn replaced_separated(&mut self, chunk: &[Glyph]) -> bool {
        let (Some(first), Some(last), true) = (chunk.first(), chunk.last(), self.folds.separators)
        else {
            return false;
        };
        if self.term_before(last.to) {
            return false;
        }
        let Some((start, end)) = pulled_apart(chunk) else {
            return false;
        };
        let letters = chunk.get(start..end).unwrap_or_default();
        let parts = letters.iter().filter(|g| is_part(g));
        let word: String = parts.map(|g| g.letter).collect();
        if word.chars().count() < LEAST_SEPARATED || !is_known(&word) {
            return false;
        }
        let mut done = Done::SEPARATORS;
        for glyph in letters {
            done.add(glyph.done);
        }
        self.copy(chunk.get(..start).unwrap_or_default());
        let from = letters.first().unwrap_or(first).from;
        self.replace(&word, from, letters.last().unwrap_or(last).to, done);
        self.copy(chunk.get(end..).unwrap_or_default());
        true
    }

    /// Mends listed terms and words one after the other, at least as far as `end`; how far.
    fn pieces(&mut self, glyphs: &[Glyph], end: usize) -> usize {
        let mut at = 0;
        while let (Some(first), true) = (glyphs.get(at), at < end) {
            self.forget_terms_before(first.from);
            if let Some(term) = self.terms.pop_if(|term| term.from == first.from) {
                let inside = glyphs.iter().skip(at).take_while(|g| g.from < term.to);
                at += inside.count();
                self.term(&term, glyphs.get(at));
                continue;
            }
            let next = self.terms.last().map_or(usize::MAX, |term| term.from);
            let len = self.word_length(glyphs.get(at..).unwrap_or_default(), next);
            let word = glyphs.get(at..at + len.max(1)).unwrap_or_default();
            self.word(word);
            at += word.len().max(1);
        }
        at
    }

    /// How many glyphs the word has that begins here, up to this byte; with letters masked inside it.
    fn word_length(&self, glyphs: &[Glyph], next: usize) -> usize {
        if !glyphs.first().is_some_and(is_part) {
            return 0;
        }
        let masks = self.folds.masks;
        let inside = |g: &&Glyph| (is_part(g) || masks && g.raw == MASK) && g.from < next;
        let length = glyphs.iter().take_while(inside).count();
        let word = glyphs.get(..length).unwrap_or_default();
        word.iter().rposition(is_part).map_or(0, |last| last + 1)
    }

    fn term(&mut self, term: &Disguised, next: Option<&Glyph>) {
        let (from, to) = (term.from, term.to);
        let run_together = term.done.has(Done::JOINED);
        if run_together && self.out.text.ends_with(char::is_alphanumeric) {
            self.out.push(" ", from, to, Done::NONE);
        }
        self.replace(term.term, from, to, term.done);
        if run_together && next.is_some_and(is_part) {
            self.out.push(" ", from, to, Done::NONE);
        }
    }

    fn word(&mut self, word: &[Glyph]) {
        let (Some(first), Some(last)) = (word.first(), word.last()) else {
            return;
        };
        if let Some((word, done)) = meant(word, self.folds) {
            self.replace(&word, first.from, last.to, done);
            return;
        }
        if let Some(lengths) = self.apart(word) {
            let mut rest = word;
            for (at, length) in lengths.into_iter().enumerate() {
                let (part, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                if let (Some(first), true) = (part.first(), at > 0) {
                    self.out.push(" ", first.from, first.to, Done::JOINED);
                }
                self.copy(part);
                rest = after;
            }
            return;
        }
        let foreign = is_disguised_latin(word);
        for glyph in word {
            let letter = if foreign && is_lookalike(glyph) {
                glyph.letter
            } else {
                glyph.raw
            };
            self.plain(glyph, letter);
        }
    }

    /// The words that are run together here, in letters each. A name is none, nor is the middle of something longer; and
    /// what begins a sentence with a capital, or has no words around it, may be a name.
    fn apart(&self, word: &[Glyph]) -> Option<Vec<usize>> {
        let before = self.out.text.trim_end();
        let inside = before.len() == self.out.text.len()
            && before.ends_with(|c: char| c.is_alphanumeric() || "@._-/'’&=".contains(c));
        let begins = before.is_empty() || before.ends_with(['.', '!', '?', ':']);
        let is_capital = |at: usize| {
            let written = word.get(at).and_then(|g| self.text.get(g.from..));
            let first = written.and_then(|text| text.chars().next());
            first.is_some_and(char::is_uppercase)
        };
        let is_titled = is_capital(0) && !is_capital(1);
        let is_alone = word.len() * 2 > self.glyphs.len();
        if !self.folds.joined || inside || is_titled && !begins {
            return None;
        }
        let english = || self.matcher.is_english(self.glyphs);
        if !self.english.get_or_init(english) || !word.iter().all(|g| g.raw == g.letter) {
            return None;
        }
        let run: String = word.iter().map(|g| g.raw).collect();
        self.matcher.apart(&run, is_titled || is_alone)
    }

    fn copy(&mut self, glyphs: &[Glyph]) {
        for glyph in glyphs {
            self.plain(glyph, glyph.raw);
        }
    }

    /// One character without what the plain view takes off, in the case in which it is written.
    fn plain(&mut self, glyph: &Glyph, letter: char) {
        let (from, to) = (glyph.from, glyph.to);
        if self.whole == Some(from) {
            return;
        }
        let written = self.text.get(from..to).unwrap_or_default();
        let source = written.chars().next().unwrap_or(glyph.raw);
        let dressed = glyph.done.has(Done::STYLED) && source.is_alphabetic();
        let mut done = glyph.done;
        if letter == glyph.raw {
            done = done.without(Done::LOOKALIKES);
        }
        done = done.without(Done::LEET);
        if letter == glyph.raw && !dressed && !done.has(Done::ACCENTS) {
            // A character of several pieces, such as an accented letter, is copied once.
            self.whole = Some(from);
            let done = done.without(Done::STYLED);
            self.out.push(written, from, to, done);
        } else if source.is_uppercase() {
            let capital: String = letter.to_uppercase().collect();
            self.out.push(&capital, from, to, done);
        } else {
            self.out
                .push(letter.encode_utf8(&mut [0; 4]), from, to, done);
        }
    }

    fn replace(&mut self, word: &str, from: usize, to: usize, done: Done) {
        let written = self.text.get(from..to).unwrap_or_default();
        let word = cased(word, written);
        self.out.push(&word, from, to, done);
    }

    fn forget_terms_before(&mut self, byte: usize) {
        while self.terms.pop_if(|term| term.from < byte).is_some() {}
    }

    fn term_before(&self, byte: usize) -> bool {
        self.terms.last().is_some_and(|term| term.from < byte)
    }
}

/// An address of a page or a mailbox, which is no words.
fn is_link(chunk: &[Glyph]) -> bool {
    let find = |c: char| chunk.iter().position(|g| g.raw == c);
    let rfind = |c: char| chunk.iter().rposition(|g| g.raw == c);
    let scheme = chunk
        .windows(3)
        .any(|w| w.iter().map(|g| g.raw).eq("://".chars()));
    let www = chunk.iter().take(4).map(|g| g.raw).eq("www.".chars());
    let path = find('.').is_some_and(|dot| rfind('/').is_some_and(|slash| dot < slash));
    let mailbox = find('@').is_some_and(|at| at > 0 && rfind('.').is_some_and(|dot| at < dot));
    scheme || www || path || mailbox
}

#[cfg(test)]
#[path = "repaired_tests.rs"]
mod tests;
