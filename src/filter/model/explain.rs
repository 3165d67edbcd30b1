//! Which words of a text made the model say what it says: those without which it would not.

use super::kinds::AbuseKind;
use super::passages::Measured;

/// Words that are looked at one by one; of a longer passage first groups, then the words of the heaviest ones.
const SINGLY: usize = 24;
const GROUP: usize = 4;
/// Words that are marked at most.
const MOST: usize = 12;

impl Measured<'_> {
    /// The words of the deciding passage whose removal takes the odds of this kind below `least`, weightiest first,
    /// as half-open byte ranges of the measured text. Where no twelve words are enough, the weightiest ones.
    pub(in crate::filter) fn explain(
        &self,
        kind: AbuseKind,
        passage: usize,
        least: f32,
    ) -> Vec<[usize; 2]> {
        let Some((range, whole)) = self.passages.get(passage) else {
            return Vec::new();
        };
        let is_part = self.is_part(passage);
        let odds = self.odds(kind, whole, is_part);
        let without = |gone: &[usize]| {
            let mut gone = gone.to_vec();
            gone.sort_unstable();
            self.without(passage, &gone)
                .map_or(odds, |rest| self.odds(kind, &rest, is_part))
        };
        let words: Vec<usize> = range
            .clone()
            .filter(|at| self.words.get(*at).is_some_and(|word| !word.is_mark()))
            .collect();
        let mut weights: Vec<(f32, usize)> = candidates(&words, |group| odds - without(group))
            .into_iter()
            .map(|at| (odds - without(&[at]), at))
            .collect();
        // a stable sort: of equals the first in the text
        weights.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut gone = Vec::new();
        for (weight, at) in weights.into_iter().take(MOST) {
            if weight <= 0.0 && !gone.is_empty() {
                break;
            }
            gone.push(at);
            if without(&gone) < least {
                break;
            }
        }
        gone.iter()
            .filter_map(|at| self.words.get(*at))
            .map(|word| [word.from, word.to])
            .collect()
    }
}

/// The words worth looking at one by one.
fn candidates(words: &[usize], weight: impl Fn(&[usize]) -> f32) -> Vec<usize> {
    if words.len() <= SINGLY {
        return words.to_vec();
    }
    let mut groups: Vec<(f32, &[usize])> = words
        .chunks(GROUP)
        .map(|group| (weight(group), group))
        .collect();
    groups.sort_by(|a, b| b.0.total_cmp(&a.0));
    let heaviest = groups.iter().take(SINGLY / GROUP);
    heaviest
        .flat_map(|(_, group)| group.iter().copied())
        .collect()
}
