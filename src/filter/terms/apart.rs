//! Words that are run together, `youstupidkid`, as the words that they are.

use super::compound::{LONGEST_WORD, is_common, is_long};
use super::mended::Vocabulary;
use crate::filter::wordlist::is_stop_word;

/// Shorter runs are nearly always one word that is not known.
const LEAST: usize = 6;
/// Nobody who wants to be read runs more letters together.
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
/// length of each in letters. `None` where it is a word, or no words; and in case of `doubt`, as with what may be a name,
/// also where no word of a sentence is among them: `youstupidkid` has one, and Cockburn none.
pub(super) fn apart(run: &str, doubt: bool, vocabulary: &Vocabulary) -> Option<Vec<usize>> {
    if !(LEAST..=LONGEST).contains(&run.len()) || !run.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let letters: Vec<char> = run.chars().collect();
    let is_word = |from: usize, to: usize| {
        let term = letters.get(from..to);
        run.get(from..to).is_some_and(is_long)
            || term.is_some_and(|letters| vocabulary.is_long_term(letters))
    };
    if is_word(0, run.len()) {
        return None;
    }
    let mut best: Vec<Option<Best>> = vec![None; run.len() + 1];
    *best.first_mut()? = Some(Best {
        words: 0,
        uncommon: 0,
        from: 0,
    });
    for end in 1..=run.len() {
        let ways = (end.saturating_sub(LONGEST_WORD)..end).filter_map(|from| {
            let before = (*best.get(from)?)?;
            let common = is_common(run.get(from..end)?);
            (common || is_word(from, end)).then_some(Best {
                words: before.words + 1,
                uncommon: before.uncommon + usize::from(!common),
                from,
            })
        });
        let way = ways.min_by_key(|way| (way.words, way.uncommon));
        *best.get_mut(end)? = way;
    }
    let mut lengths = Vec::new();
    let (mut end, mut is_sentence) = (run.len(), false);
    while end > 0 {
        let from = (*best.get(end)?)?.from;
        is_sentence |= run.get(from..end).is_some_and(is_stop_word);
        lengths.push(end - from);
        end = from;
    }
    lengths.reverse();
    (is_sentence || !doubt).then_some(lengths)
}
