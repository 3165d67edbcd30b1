//! What one disguised word was meant to be, for the repaired text.

use super::chars::is_unspaced;
use super::disguise::Glyph;
use super::normalize::Done;
use crate::filter::source::Folds;
use crate::filter::wordlist::{is_known, is_ordinary};

/// A word with digits or signs for letters is read from this many characters on, or with one sign from one fewer.
const LEAST_LEET: usize = 4;
/// Signs of one word that are tried as either of two letters.
const MOST_DOUBTFUL: usize = 4;
/// What masks a letter.
pub(super) const MASK: char = '*';
/// Letters of one word that may be masked, and characters that such a word has at least.
const MOST_MASKS: usize = 2;
const LEAST_MASKED: usize = 4;
/// Stretched letters of one word that are tried as single and as double ones.
const MOST_STRETCHES: usize = 3;

/// The known word that a word with digits for letters or with stretched letters was meant to be.
/// An unknown one that is stretched is cut to two of each letter.
pub(in crate::filter) fn meant(word: &[Glyph], folds: Folds) -> Option<(String, Done)> {
    if word.iter().any(|g| g.raw == MASK) {
        return unmasked(word);
    }
    let leet = word.iter().any(|g| g.done.has(Done::LEET));
    let stretched = folds.repeats && is_stretched(word);
    if !(leet || stretched) || is_known(&word.iter().map(|g| g.raw).collect::<String>()) {
        return None;
    }
    let mut done = Done::NONE;
    for glyph in word {
        done.add(glyph.done);
    }
    if leet && !is_readable(word) {
        return None;
    }
    let readings = readings(word);
    if !stretched {
        let known = readings.iter().map(|r| r.iter().collect::<String>());
        return known
            .filter(|word| is_known(word))
            .map(|word| (word, done))
            .next();
    }
    done.add(Done::REPEATS);
    let tried = readings.iter().flat_map(|letters| relaxed(letters));
    let known = tried.filter(|word| is_known(word)).max_by_key(String::len);
    let cut = || (!leet).then(|| readings.first().map(|letters| cut(letters, |_| 2)));
    Some((known.or_else(|| cut().flatten())?, done))
}

/// A third of it letters at least, and not a handle: `@lone` is somebody's name. A number with letters behind it, as `10th`
/// and `5am`, is no other word.
fn is_readable(word: &[Glyph]) -> bool {
    let signs = word.iter().filter(|g| g.done.has(Done::LEET)).count();
    let Some(first) = word.first() else {
        return false;
    };
    if word.len() < LEAST_LEET {
        return word.len() == LEAST_LEET - 1 && signs == 1 && !first.done.has(Done::LEET);
    }
    let number = word.iter().take_while(|g| g.raw.is_ascii_digit()).count();
    let is_counted = number > 1 && number == signs;
    signs * 3 <= word.len() * 2 && first.raw != '@' && !is_counted
}

/// The ways to read a word whose signs may stand for one of two letters: each of the first few for either, in turn.
fn readings(word: &[Glyph]) -> Vec<Vec<char>> {
    let also = |g: &Glyph| g.also.filter(|_| g.done.has(Done::LEET));
    let doubtful = word.iter().filter(|g| also(g).is_some()).count();
    (0..1_usize << doubtful.min(MOST_DOUBTFUL))
        .map(|choice| {
            let mut at = 0;
            let read = |g: &Glyph| {
                let Some(other) = also(g) else {
                    return g.letter;
                };
                let bit = choice >> at.min(MOST_DOUBTFUL - 1) & 1;
                at += 1;
                if bit == 1 { other } else { g.letter }
            };
            word.iter().map(read).collect()
        })
        .collect()
}

/// The known word of which letters are masked, if there is but one: with vowels, which are masked most, or one of them
/// that is common; otherwise with any letter.
fn unmasked(word: &[Glyph]) -> Option<(String, Done)> {
    let letters: Vec<char> = word.iter().map(|g| g.letter).collect();
    let places: Vec<usize> = (0..letters.len())
        .filter(|at| letters.get(*at) == Some(&MASK))
        .collect();
    let is_plain = |g: &Glyph| g.raw == MASK || is_alphabetic(g.letter);
    if places.len() > MOST_MASKS || letters.len() < LEAST_MASKED || !word.iter().all(is_plain) {
        return None;
    }
    let mut found = filled(&letters, &places, "aeiou");
    if found.len() > 1 {
        found.retain(|word| is_ordinary(word));
    } else if found.is_empty() {
        found = filled(&letters, &places, "abcdefghijklmnopqrstuvwxyz");
    }
    let mut done = Done::MASKS;
    for glyph in word {
        done.add(glyph.done);
    }
    match found.as_slice() {
        [only] => Some((only.clone(), done)),
        _ => None,
    }
}

/// The known words that come of it when each of these places has one of these letters.
fn filled(letters: &[char], places: &[usize], with: &str) -> Vec<String> {
    let mut tried = vec![letters.to_vec()];
    for place in places {
        tried = tried
            .iter()
            .flat_map(|word| {
                with.chars().map(|letter| {
                    let mut word = word.clone();
                    if let Some(at) = word.get_mut(*place) {
                        *at = letter;
                    }
                    word
                })
            })
            .collect();
    }
    let words = tried.into_iter().map(|word| word.into_iter().collect());
    words.filter(|word: &String| is_known(word)).collect()
}

/// Whether a letter stands three times in a row or more. Numerals such as VIII are no words, nor
/// is `www`.
fn is_stretched(word: &[Glyph]) -> bool {
    let numeral = |g: &Glyph| matches!(g.raw, 'i' | 'v' | 'x');
    word.len() > 3
        && word
            .iter()
            .all(|g| !g.raw.is_numeric() || g.done.has(Done::LEET))
        && word
            .chunk_by(|a, b| a.letter == b.letter)
            .any(|run| run.len() > 2 && run.iter().all(|g| is_alphabetic(g.letter)))
        && !word.iter().all(numeral)
}

fn is_alphabetic(letter: char) -> bool {
    letter.is_alphabetic() && !is_unspaced(letter)
}

/// The letters with every stretched one once or twice, in each combination of the first few.
fn relaxed(letters: &[char]) -> impl Iterator<Item = String> + '_ {
    (0..1_usize << MOST_STRETCHES).map(move |choice| {
        cut(letters, |stretch| {
            1 + (choice >> stretch.min(MOST_STRETCHES - 1) & 1)
        })
    })
}

/// The letters with the stretched ones as often as `count` says for the first, second … of them.
fn cut(letters: &[char], count: impl Fn(usize) -> usize) -> String {
    let mut stretch = 0;
    let mut out = String::new();
    for run in letters.chunk_by(|a, b| a == b) {
        let keep = if run.len() > 2 {
            stretch += 1;
            count(stretch - 1)
        } else {
            run.len()
        };
        out.extend(run.iter().take(keep));
    }
    out
}

pub(super) fn is_lookalike(glyph: &Glyph) -> bool {
    glyph.done.has(Done::LOOKALIKES) && !glyph.done.has(Done::LEET)
}

/// Foreign letters stand for Latin ones where most of the word is Latin or the result is a word:
/// one wrong key in a Russian word does not make it Latin.
pub(super) fn is_disguised_latin(word: &[Glyph]) -> bool {
    if !word.iter().any(is_lookalike) {
        return false;
    }
    let latin = word.iter().filter(|g| g.raw.is_ascii_alphabetic()).count();
    latin * 2 >= word.len() || is_known(&word.iter().map(|g| g.letter).collect::<String>())
}

/// The word with the capitals of the letters for which it stands; where they are not as many, all
/// in capitals or with one as they are.
pub(super) fn cased(word: &str, written: &str) -> String {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = written.chars().filter(|c| c.is_uppercase()).count();
    let mut from = written.chars().filter(|c| c.is_alphabetic());
    let one_by_one = letters(word) == letters(written);
    let all = capitals > 1 && capitals * 2 > letters(written);
    let mut out = String::new();
    for (at, c) in word.chars().enumerate() {
        let next = if c.is_alphabetic() { from.next() } else { None };
        let capital = next.is_some_and(char::is_uppercase);
        if capital && (one_by_one || at == 0) || all && !one_by_one {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
    }
    out
}
