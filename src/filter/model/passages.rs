//! A text as the passages in which it is read: the whole, and each of its sentences and lines, long ones in windows, so
//! that harmless words around abusive ones do not dilute them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;

use super::encoder::{Encoder, Mean, SENSE, Sense};
use super::fast::Own;
use super::kinds::AbuseKind;
use super::words::{Word, words};
use super::{Logits, Model};
use crate::filter::language::is_learnt;
use crate::filter::wordlist::is_known;

/// Pieces in the longest passage: what the encoder reads at once.
const LONGEST: usize = super::encoder::LONGEST - 2;
/// Words in the shortest passage that is read apart: a shorter sentence belongs to the next one.
const SHORTEST: usize = 6;

/// Pieces from which on a text is also read sentence by sentence: a shorter one is seen whole without effort. A longer
/// sentence is read in windows of so many pieces, of which each begins in the middle of the one before.
const LONG: usize = 48;

/// Pieces of the longest text that the second stage reads, some four times a long comment: the time that it takes has a
/// bound. The first stage alone judges longer ones, and holds more.
const MOST: usize = 6000;
/// Pieces that may be read to find out which words a text's reasons hang on; then what is known must do.
const TRIES: usize = 40_000;

/// What both stages make of one passage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passage {
    pub fast: Logits,
    /// `None` without the encoder.
    pub encoder: Option<Logits>,
}

/// A text, cut and measured.
#[derive(Debug)]
pub(in crate::filter) struct Measured<'m> {
    model: &'m Model,
    encoder: Option<&'m Encoder>,
    pub(super) words: Vec<Word>,
    /// What each word adds to the first stage by itself.
    own: Vec<Own>,
    /// The pieces of each word; empty without the encoder.
    pub(super) pieces: Vec<Vec<u32>>,
    /// The passages with their words; where there are several, those after `wholes` are sentences.
    pub(super) passages: Vec<(Range<usize>, Passage)>,
    wholes: usize,
    /// See [`is_fragment`].
    is_fragment: bool,
    sense: Option<Sense>,
    /// What was made of a passage without some of its words: the kinds ask for the same ones.
    without: RefCell<BTreeMap<(usize, Vec<usize>), Passage>>,
    /// How many pieces may still be read for that.
    tries: Cell<usize>,
}

impl Model {
    /// Reads a text, with the second stage or without it.
    pub(in crate::filter) fn measure(&self, text: &str, with_encoder: bool) -> Measured<'_> {
        let words = words(text);
        let mut encoder = self.encoder.as_ref().filter(|_| with_encoder);
        let mut pieces: Vec<Vec<u32>> = match encoder {
            Some(encoder) => words.iter().map(|word| encoder.pieces(word)).collect(),
            None => Vec::new(),
        };
        if pieces.iter().map(Vec::len).sum::<usize>() > MOST {
            encoder = None;
            pieces.clear();
        }
        let mut measured = Measured {
            model: self,
            encoder,
            own: words.iter().map(|word| self.fast.own(word)).collect(),
            is_fragment: is_fragment(&words),
            words,
            pieces,
            passages: Vec::new(),
            wholes: 0,
            sense: None,
            without: RefCell::default(),
            tries: Cell::new(TRIES),
        };
        let wholes = measured.wholes();
        measured.wholes = wholes.len();
        let mut ranges = wholes;
        let pieces: usize = (0..measured.words.len()).map(|at| measured.size(at)).sum();
        let sentences = measured.sentences();
        if pieces > LONG {
            ranges.extend(
                sentences
                    .into_iter()
                    .flat_map(|range| measured.windows(range)),
            );
        }
        for (at, range) in ranges.into_iter().enumerate() {
            let (passage, mean) = measured.read(range.clone(), |_| true);
            measured.passages.push((range, passage));
            if let Some((encoder, mean)) = encoder.zip(mean).filter(|_| at < measured.wholes) {
                let sum = measured.sense.get_or_insert([0.0; SENSE]);
                for (sum, more) in sum.iter_mut().zip(encoder.sense(&mean)) {
                    *sum += more;
                }
            }
        }
        measured
    }

    /// What these words are about, as far as the encoder reads them: some hundred. `None` without words or encoder.
    pub(in crate::filter) fn sense<'w>(
        &self,
        words: impl Iterator<Item = &'w Word>,
    ) -> Option<Sense> {
        let encoder = self.encoder.as_ref()?;
        let pieces = words.flat_map(|word| encoder.pieces(word)).take(LONGEST);
        let mut pieces = pieces.peekable();
        pieces.peek()?;
        Some(encoder.sense(&encoder.mean(pieces)))
    }
}

impl Measured<'_> {
    /// The probability of a kind, 0 to 1: that of the likeliest passage. `None` for a text without words.
    pub(in crate::filter) fn score(&self, kind: AbuseKind) -> Option<f32> {
        self.passages
            .iter()
            .enumerate()
            .map(|(at, (_, passage))| self.odds(kind, passage, self.counts_less(at)))
            .reduce(most)
            .map(super::activation::sigmoid)
    }

    /// The logarithm of the odds of a kind. Nothing is likelier an insult than it is abuse: abuse as a whole is at least
    /// as likely as each of its kinds, which know better what their own collections call so (docs/filters.md).
    pub(super) fn odds(&self, kind: AbuseKind, passage: &Passage, counts_less: bool) -> f32 {
        let own = |kind: &AbuseKind| self.own_odds(*kind, passage, counts_less);
        kind.parts().iter().map(own).fold(f32::NEG_INFINITY, most)
    }

    /// The same by the kind's own measurement.
    fn own_odds(&self, kind: AbuseKind, passage: &Passage, counts_less: bool) -> f32 {
        let Some(by) = self.model.manifest.calibration(kind) else {
            return f32::NAN;
        };
        let at = kind as usize;
        let fast = passage.fast.get(at).copied().unwrap_or_default();
        let less = |margin| if counts_less { margin } else { 0.0 };
        match passage.encoder {
            Some(encoder) => {
                let encoder = encoder.get(at).copied().unwrap_or_default();
                by.encoder * encoder + by.fast * fast + by.bias - less(by.margin)
            }
            None => by.alone * fast + by.alone_bias - less(by.alone_margin),
        }
    }

    /// What the text is about: the sum over its whole passages, each counting alike. `None` without words or without the second stage.
    pub(in crate::filter) fn sense(&self) -> Option<&Sense> {
        self.sense.as_ref()
    }

    /// Whether the second stage took part.
    pub(in crate::filter) fn by_both(&self) -> bool {
        self.encoder.is_some()
    }

    /// Whether a passage is only a part of the text.
    fn is_part(&self, passage: usize) -> bool {
        passage >= self.wholes
    }

    /// Whether a passage counts less than a whole text would: a part of one does, and a fragment, unless the first stage
    /// is alone and has to hold more.
    pub(super) fn counts_less(&self, passage: usize) -> bool {
        self.is_part(passage) || self.is_fragment && self.by_both()
    }

    /// The measurements of each passage before calibration, and whether it is only a part.
    pub(in crate::filter) fn raw(&self) -> Vec<(Vec<f32>, Vec<f32>, bool)> {
        let passages = self.passages.iter().enumerate();
        passages
            .map(|(at, (_, passage))| {
                let encoder = passage.encoder.map_or_else(Vec::new, Vec::from);
                (Vec::from(passage.fast), encoder, self.is_part(at))
            })
            .collect()
    }

    /// What it makes of a passage without some of its words, given in order; `None` when so much was tried that it is
    /// enough.
    pub(super) fn without(&self, passage: usize, gone: &[usize]) -> Option<Passage> {
        let key = (passage, gone.to_vec());
        if let Some(known) = self.without.borrow().get(&key) {
            return Some(*known);
        }
        let (range, _) = self.passages.get(passage)?;
        let length: usize = range.clone().map(|at| self.size(at)).sum();
        self.tries.set(self.tries.get().checked_sub(length)?);
        let (rest, _) = self.read(range.clone(), |at| !gone.contains(&at));
        self.without.borrow_mut().insert(key, rest);
        Some(rest)
    }

    /// What the first stage makes of a passage without one of its words.
    pub(super) fn fast_without(&self, passage: usize, gone: usize) -> Logits {
        let range = self.passages.get(passage).map(|(range, _)| range.clone());
        self.fast(range.unwrap_or_default().filter(|at| *at != gone))
    }

    fn fast(&self, words: impl Iterator<Item = usize> + Clone) -> Logits {
        let known = words.filter_map(|at| self.words.get(at).zip(self.own.get(at)));
        self.model.fast.logits(known)
    }

    /// Reads the words of a passage that `keep` lets through.
    fn read(
        &self,
        range: Range<usize>,
        keep: impl Fn(usize) -> bool + Clone,
    ) -> (Passage, Option<Mean>) {
        let words = range.filter(|at| keep(*at));
        let pieces = words.clone().filter_map(|at| self.pieces.get(at));
        let read = self.encoder.map(|encoder| {
            let mean = encoder.mean(pieces.flatten().copied());
            (encoder.logits(&mean), mean)
        });
        let passage = Passage {
            encoder: read.map(|(logits, _)| logits),
            fast: self.fast(words),
        };
        (passage, read.map(|(_, mean)| mean))
    }

    /// The pieces of a word; without the encoder a word counts as one.
    fn size(&self, word: usize) -> usize {
        self.pieces.get(word).map_or(1, Vec::len)
    }

    /// The text in as few passages as can be read at once, cut between sentences where possible.
    fn wholes(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let (mut from, mut length, mut cut) = (0, 0, 0);
        for at in 0..self.words.len() {
            let more = self.size(at);
            if length + more > LONGEST && at > from {
                let end = if cut > from { cut } else { at };
                found.push(from..end);
                from = end;
                length = (from..at).map(|at| self.size(at)).sum();
            }
            length += more;
            let ends = |word: &Word| word.ends_sentence() || word.ends_line;
            if self.words.get(at).is_some_and(ends) {
                cut = at + 1;
            }
        }
        if from < self.words.len() {
            found.push(from..self.words.len());
        }
        found
    }

    /// A sentence, or, if it is long, its windows.
    fn windows(&self, sentence: Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = sentence.start;
        loop {
            let (mut to, mut length) = (from, 0);
            while to < sentence.end && (to == from || length + self.size(to) <= LONG) {
                length += self.size(to);
                to += 1;
            }
            found.push(from..to);
            if to >= sentence.end {
                return found;
            }
            from += (to - from).div_ceil(2);
        }
    }

    /// The sentences; what is too short to be one belongs to the next, or at the end to the one before.
    fn sentences(&self) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let (mut from, mut length) = (0, 0);
        for (at, word) in self.words.iter().enumerate() {
            length += usize::from(!word.is_mark());
            let next = self.words.get(at + 1);
            let ends =
                word.ends_line || word.ends_sentence() && next.is_some_and(|next| !next.is_mark());
            if ends && length >= SHORTEST {
                found.push(from..at + 1);
                (from, length) = (at + 1, 0);
            }
        }
        if from < self.words.len() {
            match found.last_mut() {
                Some(last) if length < SHORTEST => last.end = self.words.len(),
                _ => found.push(from..self.words.len()),
            }
        }
        found
    }
}

/// Whether a text is one word or two that tell nothing: of a rare word the model sees only pieces, as in `pedodontist`,
/// and of a known one that nobody has listed what it sounds like, as in `buttress`. Beside a known word a rare one is a
/// name. Of innocent words and names the model holds 0.6 % in place of 1 %.
fn is_fragment(words: &[Word]) -> bool {
    let mut words = words.iter().filter(|word| !word.is_mark());
    // a picture's name is no word of the writer's
    let is_rare =
        |word: &Word| word.spelled.chars().all(char::is_alphabetic) && !is_learnt(&word.spelled);
    match (words.next(), words.next(), words.next()) {
        (Some(one), None, _) => is_rare(one) || is_known(&one.spelled),
        (Some(one), Some(other), None) => is_rare(one) && is_rare(other),
        _ => false,
    }
}

/// The larger of two; what is no number is never lost.
fn most(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
}

/// The words of a text with a space between two, and with `features` those of the fast stage.
pub(in crate::filter) fn seen(text: &str, features: bool) -> (String, Vec<usize>) {
    let words = words(text);
    let mut places = Vec::new();
    if features {
        super::fast::features(&words, |place| places.push(place));
    }
    let spelled: Vec<&str> = words.iter().map(|word| word.spelled.as_str()).collect();
    (spelled.join(" "), places)
}
