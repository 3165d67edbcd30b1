//! Words that are run together, `youstupidkid`, as the words that they are.

use super::compound::{is_common, is_long};
use super::mended::Vocabulary;

/// Shorter runs are nearly always one word that is not known.
const LEAST: usize = 6;
/// No word is longer.
pub(in crate::filter) const LONGEST_WORD: usize = 16;
/// Nor are so many letters run together by anybody who wants to be read.
const LONGEST: usize = 80;

/// How letters up to some place are best taken apart.
#[derive(Debug, Clone, Copy)]
struct Best {
    words: usize,
    uncommon: usize,
    /// Where the last word begins.
    from: usize,
}

/// Of a run of letters that is no word the fewest words that make it up, of equals those with the most common ones: the
/// length of each in letters. `None` where it is a word, or no words.
pub(super) fn apart(letters: &[char], vocabulary: &Vocabulary) -> Option<Vec<usize>> {
    let is_plain = |c: &char| c.is_ascii_lowercase();
    if !(LEAST..=LONGEST).contains(&letters.len()) || !letters.iter().all(is_plain) {
        return None;
    }
    let is_word = |part: &[char]| is_long(part) || vocabulary.is_long_term(part);
    if is_word(letters) {
        return None;
    }
    let mut best: Vec<Option<Best>> = vec![None; letters.len() + 1];
    *best.first_mut()? = Some(Best {
        words: 0,
        uncommon: 0,
        from: 0,
    });
    for end in 1..=letters.len() {
        let ways = (end.saturating_sub(LONGEST_WORD)..end).filter_map(|from| {
            let before = (*best.get(from)?)?;
            let part = letters.get(from..end)?;
            let common = is_common(part);
            (common || is_word(part)).then_some(Best {
                words: before.words + 1,
                uncommon: before.uncommon + usize::from(!common),
                from,
            })
        });
        let way = ways.min_by_key(|way| (way.words, way.uncommon));
        *best.get_mut(end)? = way;
    }
    let mut lengths = Vec::new();
    let mut end = letters.len();
    while end > 0 {
        let from = (*best.get(end)?)?.from;
        lengths.push(end - from);
        end = from;
    }
    lengths.reverse();
    Some(lengths)
}
