//! The fourth view: words of which letters are masked, swapped or missing, or that a space splits,
//! are spelt as the listed word that they stand for.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use super::anagram::{Index, Sum};
use crate::filter::fold::chars::is_mask;
use crate::filter::fold::disguise::Glyph;
use crate::filter::fold::joined::is_part;
use crate::filter::fold::normalize::Done;
use crate::filter::source::Folds;
use crate::filter::verdict::Severity;
use crate::filter::wordlist::is_known;

/// Shorter words are too much like others to be told from a few letters.
const LEAST_MASKED: usize = 3;
const LEAST_SPLIT: usize = 4;
const LEAST_MISSPELT: usize = 5;
/// Within a run of letters nearly any fewer are a word.
const LEAST_LONG: usize = 4;

/// The words of all terms.
#[derive(Debug, Default)]
pub(in crate::filter) struct Vocabulary {
    words: Vec<Word>,
    /// Terms of one word.
    terms: HashSet<Vec<char>>,
    /// By first letter and length, for masked ones.
    masked: HashMap<(char, usize), Vec<usize>>,
    /// The grave terms of one word: by all their letters, and by all but one.
    whole: Index,
    dropped: Index,
}

#[derive(Debug)]
struct Word {
    letters: Vec<char>,
    /// `None`: it is only part of a phrase.
    severity: Option<Severity>,
}

impl Word {
    fn is_grave(&self) -> bool {
        self.severity.is_some_and(|s| s >= Severity::Strong)
    }
}

impl Vocabulary {
    /// Expects the terms' letters, with single spaces between words.
    pub(in crate::filter) fn of<'a>(terms: impl Iterator<Item = (&'a [char], Severity)>) -> Self {
        let mut ids: HashMap<&'a [char], usize> = HashMap::new();
        let mut words: Vec<Word> = Vec::new();
        for (letters, severity) in terms {
            let phrase = letters.contains(&' ');
            for word in letters.split(|c| *c == ' ').filter(|w| !w.is_empty()) {
                let id = *ids.entry(word).or_insert(words.len());
                if id == words.len() {
                    let letters = word.to_vec();
                    let severity = None;
                    words.push(Word { letters, severity });
                }
                if let (Some(word), false) = (words.get_mut(id), phrase) {
                    word.severity = word.severity.max(Some(severity));
                }
            }
        }
        let mut masked: HashMap<_, Vec<usize>> = HashMap::new();
        for (id, word) in words.iter().enumerate() {
            if let (Some(first), true) = (word.letters.first(), word.letters.len() >= LEAST_MASKED)
            {
                let key = (*first, word.letters.len());
                masked.entry(key).or_default().push(id);
            }
        }
        let grave = |least: usize| {
            let all = words.iter().enumerate();
            all.filter(move |(_, w)| w.is_grave() && w.letters.len() >= least)
                .map(|(id, w)| (id, w.letters.as_slice()))
        };
        let terms = words.iter().filter(|w| w.severity.is_some());
        Self {
            terms: terms.map(|w| w.letters.clone()).collect(),
            masked,
            whole: Index::whole(grave(LEAST_SPLIT)),
            dropped: Index::dropped(grave(LEAST_MISSPELT)),
            words,
        }
    }

    /// Whether this is a term of one word.
    pub(super) fn is_term(&self, letters: &[char]) -> bool {
        self.terms.contains(letters)
    }

    /// The same, if it is not so short that nearly any few letters are one.
    pub(super) fn is_long_term(&self, letters: &[char]) -> bool {
        letters.len() >= LEAST_LONG && self.is_term(letters)
    }

    /// The gravest of the words that fit; of equals the first in the order of the lists.
    fn gravest(
        &self,
        ids: impl Iterator<Item = usize>,
        fits: impl Fn(&[char]) -> bool,
    ) -> Option<&[char]> {
        let words = ids.filter_map(|id| Some((id, self.words.get(id)?)));
        words
            .filter(|(_, word)| fits(&word.letters))
            .max_by_key(|(id, word)| (word.severity, std::cmp::Reverse(*id)))
            .map(|(_, word)| word.letters.as_slice())
    }
}

/// A word of the text and the listed one that it stands for.
struct Meant<'a> {
    start: usize,
    end: usize,
    word: &'a [char],
    done: Done,
}

/// The glyphs with the words mended that stand for a listed one, or nothing when there are none.
pub(super) fn mend(glyphs: &[Glyph], vocabulary: &Vocabulary, folds: Folds) -> Vec<Glyph> {
    let mut meant: Vec<Meant> = Vec::new();
    let english = LazyCell::new(|| is_english(glyphs, vocabulary));
    let mut before: Option<Token> = None;
    let mut at = 0;
    let mut tokens = glyphs.chunk_by(|a, b| in_word(a) == in_word(b)).peekable();
    let mut apostrophe = false;
    while let Some(chunk) = tokens.next() {
        let (start, end) = (at, at + chunk.len());
        at = end;
        if !chunk.first().is_some_and(in_word) {
            apostrophe = start > 0 && chunk.iter().map(|g| g.raw).eq(['\'']);
            if !chunk.iter().map(|g| g.raw).eq([' ']) {
                before = None;
            }
            continue;
        }
        let shortened = tokens
            .peek()
            .and_then(|next| next.first())
            .is_some_and(|g| g.raw == '\'');
        // What an apostrophe cuts off is no word: "it's hit", "y'all".
        let token = Token::of(chunk, start).filter(|_| !apostrophe && !shortened);
        apostrophe = false;
        let split = split(before.as_ref(), token.as_ref(), vocabulary, folds).filter(|_| *english);
        if let (Some(word), Some(first)) = (split, &before) {
            meant.pop_if(|m| m.start >= first.start);
            meant.push(Meant {
                start: first.start,
                end,
                word,
                done: Done::SEPARATORS,
            });
            before = None;
            continue;
        }
        if let Some((range, word, done)) = masked(chunk, vocabulary, folds) {
            let (start, end) = (start + range.0, start + range.1);
            meant.push(Meant {
                start,
                end,
                word,
                done,
            });
        } else if let Some(word) = token
            .as_ref()
            .and_then(|t| misspelt(t, vocabulary, folds))
            .filter(|_| *english)
        {
            let done = Done::MISSPELT;
            meant.push(Meant {
                start,
                end,
                word,
                done,
            });
        }
        before = token;
    }
    spelt(glyphs, &meant)
}

fn spelt(glyphs: &[Glyph], meant: &[Meant]) -> Vec<Glyph> {
    let mut out = Vec::new();
    let mut at = 0;
    for one in meant {
        out.extend_from_slice(glyphs.get(at..one.start).unwrap_or_default());
        let written = glyphs.get(one.start..one.end).unwrap_or_default();
        if let (Some(first), Some(last)) = (written.first(), written.last()) {
            let mut done = one.done;
            for glyph in written {
                done.add(glyph.done);
            }
            out.extend(one.word.iter().map(|letter| Glyph {
                raw: *letter,
                letter: *letter,
                also: None,
                to: last.to,
                done,
                ..*first
            }));
        }
        at = one.end;
    }
    if !out.is_empty() {
        out.extend_from_slice(glyphs.get(at..).unwrap_or_default());
    }
    out
}

/// Whether the known words can be trusted to know the harmless words of this text: of others than
/// English they know few, and two unknown words may be the disguise itself.
pub(super) fn is_english(glyphs: &[Glyph], vocabulary: &Vocabulary) -> bool {
    let chunks = glyphs.chunk_by(|a, b| in_word(a) == in_word(b));
    let words = chunks.filter(|chunk| chunk.len() > 1 && chunk.first().is_some_and(in_word));
    let (mut known, mut unknown) = (0_usize, 0_usize);
    for token in words.filter_map(|chunk| Token::of(chunk, 0)) {
        if token.is_known() || vocabulary.is_term(&token.letters()) {
            known += 1;
        } else {
            unknown += 1;
        }
    }
    unknown <= known + 2
}

fn in_word(glyph: &Glyph) -> bool {
    is_part(glyph) || is_mask(glyph.raw)
}

/// A word that is all letters.
struct Token<'a> {
    glyphs: &'a [Glyph],
    start: usize,
    sum: Sum,
}

impl<'a> Token<'a> {
    fn of(glyphs: &'a [Glyph], start: usize) -> Option<Self> {
        let letters = || glyphs.iter().map(|g| g.letter);
        letters().all(char::is_alphabetic).then(|| Self {
            glyphs,
            start,
            sum: Sum::of(letters()),
        })
    }

    fn letters(&self) -> Vec<char> {
        self.glyphs.iter().map(|g| g.letter).collect()
    }

    fn is_known(&self) -> bool {
        let text = |c: fn(&Glyph) -> char| self.glyphs.iter().map(c).collect::<String>();
        is_known(&text(|g| g.raw)) || is_known(&text(|g| g.letter))
    }
}

/// A grave term with one space inside, as in `fu ck`. Two known words stay two: `pen is`.
fn split<'v>(
    first: Option<&Token>,
    second: Option<&Token>,
    vocabulary: &'v Vocabulary,
    folds: Folds,
) -> Option<&'v [char]> {
    let (a, b) = (first?, second?);
    if !folds.separators {
        return None;
    }
    let ids = vocabulary.whole.get(a.sum.and(b.sum));
    let both = || a.glyphs.iter().chain(b.glyphs).map(|g| g.letter);
    let word = vocabulary.gravest(ids, |word| word.iter().copied().eq(both()))?;
    (!(a.is_known() && b.is_known())).then_some(word)
}

/// Words such as `f*ck`: first and last letter visible, and enough of it to know it by.
fn masked<'v>(
    token: &[Glyph],
    vocabulary: &'v Vocabulary,
    folds: Folds,
) -> Option<((usize, usize), &'v [char], Done)> {
    let start = token.iter().position(|g| !is_mask(g.raw))?;
    let end = token.iter().rposition(|g| !is_mask(g.raw))? + 1;
    let word = token.get(start..end)?;
    let visible = word.iter().filter(|g| !is_mask(g.raw)).count();
    // Of three letters one may be an asterisk, which hardly stands for anything else.
    let short = word.len() == 3 && !word.iter().any(|g| matches!(g.raw, '*' | '∗'));
    let few = visible < 2 || (visible == 2 && word.len() > 5) || short;
    if visible == word.len() || few || !folds.masks {
        return None;
    }
    let ids = vocabulary.masked.get(&(word.first()?.letter, word.len()))?;
    let fits = |letters: &[char]| {
        let mut pairs = letters.iter().zip(word);
        pairs.all(|(letter, glyph)| glyph.reads(*letter) || is_mask(glyph.raw))
    };
    let found = vocabulary.gravest(ids.iter().copied(), fits)?;
    Some(((start, end), found, Done::MASKS))
}

/// A grave term with two neighbours swapped or one letter missing. The first letter is in its place,
/// and it is not the last one that is missing: that makes other words too often.
fn misspelt<'v>(token: &Token, vocabulary: &'v Vocabulary, folds: Folds) -> Option<&'v [char]> {
    if !folds.misspelt || token.glyphs.len() + 1 < LEAST_MISSPELT {
        return None;
    }
    let swapped = vocabulary.whole.get(token.sum);
    let dropped = vocabulary.dropped.get(token.sum);
    let mut ids = swapped.chain(dropped).peekable();
    ids.peek()?;
    let letters = token.letters();
    let word = vocabulary.gravest(ids, |word| {
        word.len() >= LEAST_MISSPELT && (is_swapped(&letters, word) || is_dropped(&letters, word))
    })?;
    (!token.is_known() && !vocabulary.is_term(&letters)).then_some(word)
}

/// How many letters two words have in common from the start on.
fn common(a: &[char], b: &[char]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn is_swapped(written: &[char], word: &[char]) -> bool {
    let at = common(written, word);
    let pair = |letters: &[char]| Some((*letters.get(at)?, *letters.get(at + 1)?));
    let crossed = match (pair(written), pair(word)) {
        (Some((a, b)), Some((c, d))) => a == d && b == c,
        _ => false,
    };
    at > 0 && crossed && written.get(at + 2..) == word.get(at + 2..)
}

fn is_dropped(written: &[char], word: &[char]) -> bool {
    let at = common(written, word);
    at > 0 && at + 1 < word.len() && written.get(at..) == word.get(at + 1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_of_the_finger() {
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        for (written, word, swapped, dropped) in [
            ("monkye", "monkey", true, false),
            ("mnokey", "monkey", true, false),
            ("omnkey", "monkey", false, false),
            ("monky", "monkey", false, true),
            ("monke", "monkey", false, false),
            ("onkey", "monkey", false, false),
            ("monkey", "monkey", false, false),
            ("monkeys", "monkey", false, false),
            ("mokney", "monkey", true, false),
            ("mkoney", "monkey", false, false),
        ] {
            let (a, b) = (chars(written), chars(word));
            assert_eq!(is_swapped(&a, &b), swapped, "{written}");
            assert_eq!(is_dropped(&a, &b), dropped, "{written}");
        }
    }
}
