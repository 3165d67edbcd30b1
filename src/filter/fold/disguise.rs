//! The second view of a text: what a disguised word may have been meant to be. Each character
//! keeps what it really was, so that a match can be checked letter by letter.

use super::chars::{
    flag_letter, is_regional, is_word, leet, leet_only_inside, lookalike, same_picture,
};
use super::normalize::{Done, Piece};
use crate::filter::source::Folds;
use crate::filter::wordlist::is_known;

/// Flags in a row that may be a word: fewer are two countries at most.
const LEAST_FLAGS: usize = 4;

/// One character with its readings.
#[derive(Debug, Clone, Copy)]
pub(in crate::filter) struct Glyph {
    /// The character of the plain view.
    pub raw: char,
    /// The letter as which it is read.
    pub letter: char,
    /// A second reading, as a 1 may be an l.
    pub also: Option<char>,
    /// The original bytes, half-open.
    pub from: usize,
    pub to: usize,
    pub done: Done,
    /// A lone a, i or u at the edge of separated letters, which may be a word of its own.
    pub loose: bool,
}

impl Glyph {
    /// Whether it can be read as this letter.
    pub(in crate::filter) fn reads(&self, letter: char) -> bool {
        self.letter == letter || self.also == Some(letter)
    }
}

/// Gives every piece its readings. Looks at each piece a fixed number of times.
pub(in crate::filter) fn glyphs(pieces: &[Piece], folds: Folds) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = pieces
        .iter()
        .map(|piece| Glyph {
            raw: piece.c,
            letter: piece.c,
            also: None,
            from: piece.from,
            to: piece.to,
            done: piece.done,
            loose: false,
        })
        .collect();
    if folds.lookalikes {
        for word in glyphs.chunk_by_mut(|a, b| is_word(a.raw) == is_word(b.raw)) {
            read_lookalikes(word);
        }
        let regional = |g: &Glyph| is_regional(g.raw);
        for flags in glyphs.chunk_by_mut(|a, b| regional(a) == regional(b)) {
            if flags.len() >= LEAST_FLAGS && flags.first().is_some_and(regional) {
                flags.iter_mut().for_each(read_flag);
            }
        }
    }
    if folds.leet {
        read_leet(&mut glyphs);
    }
    for glyph in &mut glyphs {
        if matches!(glyph.letter, '-' | '_') {
            glyph.letter = ' ';
        }
    }
    glyphs
}

fn read_flag(glyph: &mut Glyph) {
    if let Some(letter) = flag_letter(glyph.raw) {
        glyph.letter = letter;
        glyph.done.add(Done::LOOKALIKES);
    }
}

/// Reads foreign letters as Latin ones where the word mixes scripts, or where it could be wholly
/// made of the same pictures. An honest Greek or Russian word stays what it is.
fn read_lookalikes(word: &mut [Glyph]) {
    let mixed = word.iter().any(|g| g.raw.is_ascii_alphabetic());
    let pictures = !mixed && word.len() > 2 && word.iter().all(|g| same_picture(g.raw).is_some());
    let motley = || {
        let script = |g: &Glyph| script(g.raw);
        word.len() > 2
            && word
                .iter()
                .any(|g| Some(script(g)) != word.first().map(script))
    };
    if !(mixed || pictures || motley()) {
        return;
    }
    for glyph in word.iter_mut() {
        if let Some(letter) = lookalike(glyph.raw) {
            glyph.letter = letter;
            // In the Unicode data an i and an l are often one picture.
            glyph.also = (letter == 'l').then_some('i');
            glyph.done.add(Done::LOOKALIKES);
        }
    }
}

/// Which of the scripts with letters like Latin ones: nobody mixes them in one honest word.
fn script(c: char) -> u8 {
    match c {
        '\u{370}'..='\u{3ff}' => 1,
        '\u{400}'..='\u{52f}' => 2,
        '\u{530}'..='\u{58f}' => 3,
        '\u{80}'..='\u{2af}' => 4,
        _ => 0,
    }
}

/// Reads digits and signs as letters where they stand next to one, or follow one that was so read.
fn read_leet(glyphs: &mut [Glyph]) {
    // Whether a letter follows, or a sign that may be one and is followed by a letter; and whether
    // that is more than the signs that stand for a letter only inside a word.
    let mut follows = vec![(false, false); glyphs.len()];
    let (mut letter, mut inside) = (false, false);
    for (glyph, follows) in glyphs.iter().zip(&mut follows).rev() {
        *follows = (letter, inside);
        let sign = leet(glyph.raw).is_some();
        letter = glyph.raw.is_alphabetic() || (sign && letter);
        if !leet_only_inside(glyph.raw) {
            inside = glyph.raw.is_alphabetic() || sign;
        }
    }
    let mut before = false;
    let mut rest = glyphs;
    let mut follows = follows.into_iter();
    while let (Some((glyph, after)), Some(follows)) = (rest.split_first_mut(), follows.next()) {
        let next = after.first().map(|g| g.raw);
        if let Some((letter, also)) = leet(glyph.raw) {
            let beside = if leet_only_inside(glyph.raw) {
                (before && follows.1) || stands_at_edge(glyph.raw, before, next)
            } else {
                before || follows.0
            };
            if beside {
                glyph.letter = letter;
                glyph.also = also;
                glyph.done.add(Done::LEET);
            }
            before = beside;
        } else {
            before = glyph.raw.is_alphabetic();
        }
        rest = after;
    }
}

/// A plus may be a t at either end of a word, and an exclamation mark an i at its start.
fn stands_at_edge(sign: char, before: bool, next: Option<char>) -> bool {
    match sign {
        '+' => before != next.is_some_and(char::is_alphanumeric),
        '!' => !before && next.is_some_and(char::is_alphabetic),
        _ => false,
    }
}

/// The text of readings in which i and l are one and a letter counts once however often it is
/// repeated: the key under which disguised words are looked up.
#[derive(Debug, Default)]
pub(in crate::filter) struct Coarse {
    pub text: String,
    /// For each character of the text: where it starts, and the first glyph that it stands for.
    units: Vec<(usize, usize)>,
    glyphs: usize,
}

impl Coarse {
    pub(in crate::filter) fn of(letters: impl Iterator<Item = char>) -> Self {
        let mut coarse = Self::default();
        let mut last = None;
        for letter in letters {
            let key = if letter == 'l' { 'i' } else { letter };
            if last != Some(key) {
                coarse.units.push((coarse.text.len(), coarse.glyphs));
                coarse.text.push(key);
                last = Some(key);
            }
            coarse.glyphs += 1;
        }
        coarse
    }

    /// The glyphs that lie in this byte range of the text.
    pub(in crate::filter) fn range(&self, start: usize, end: usize) -> (usize, usize) {
        let glyph_at = |byte: usize| {
            let unit = self.units.partition_point(|&(at, _)| at < byte);
            self.units
                .get(unit)
                .map_or(self.glyphs, |&(_, glyph)| glyph)
        };
        (glyph_at(start), glyph_at(end))
    }
}

/// Checks a term letter by letter against the glyphs that the key found, and says which folds it
/// took. `None` when it is another word after all.
pub(in crate::filter) fn align(term: &[char], glyphs: &[Glyph], repeats: bool) -> Option<Done> {
    let mut done = Done::NONE;
    let mut digits = 0_usize;
    let mut plain = 0_usize;
    let mut rest = glyphs;
    let mut runs = term.chunk_by(|a, b| a == b).peekable();
    while let Some(run) = runs.next() {
        let letter = *run.first()?;
        let mut count = rest.iter().take_while(|g| g.reads(letter)).count();
        // A sign that may be the next letter as well is left to it: 11 are an l and an i.
        let next = runs.peek().and_then(|next| next.first());
        if count > run.len()
            && next.is_some_and(|next| rest.get(run.len()).is_some_and(|g| g.reads(*next)))
        {
            count = run.len();
        }
        if count < run.len() {
            return None;
        }
        if count > run.len() && letter != ' ' {
            // Two letters are a slip of the finger in a short word, and often another word.
            let least = match term.len() {
                0..=2 => return None,
                3 => 3,
                _ => 2,
            };
            if !repeats || count < least {
                return None;
            }
            done.add(Done::REPEATS);
        }
        let (used, left) = rest.split_at_checked(count)?;
        for glyph in used {
            done.add(glyph.done);
            if glyph.done.has(Done::LEET) && glyph.raw.is_ascii_digit() {
                digits += 1;
            } else if glyph.letter != ' ' {
                plain += 1;
            }
        }
        rest = left;
    }
    // A55 is a road and 4x4 a car: most of a word must be there.
    let enough = digits <= plain || (plain > 0 && term.len() > 4);
    // What is invisible before the first letter hides nothing.
    if glyphs.first().is_some_and(|g| g.done.has(Done::INVISIBLE))
        && !glyphs.iter().skip(1).any(|g| g.done.has(Done::INVISIBLE))
    {
        done = done.without(Done::INVISIBLE);
    }
    // "assess" is no way to write "asses".
    let another =
        done.has(Done::REPEATS) && is_known(&glyphs.iter().map(|g| g.raw).collect::<String>());
    (rest.is_empty() && enough && !another).then_some(done)
}
