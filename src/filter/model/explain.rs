//! Which words of a text made the model say what it says: those without which it would not.

use super::kinds::AbuseKind;
use super::passages::Measured;

/// Words that the first stage finds weightiest and that are tried before all others: most reasons hang on one of them.
const LIKELY: usize = 4;
/// Words that are looked at one by one; of a longer passage first groups, then the words of the heaviest ones.
const SINGLY: usize = 24;
const GROUP: usize = 4;
/// Words of a passage that are marked at most.
const MOST: usize = 12;
/// Passages that are explained at most: a text may say it more than once.
const PASSAGES: usize = 3;

impl Measured<'_> {
    /// The words whose removal takes the odds of this kind below `least`, as half-open byte ranges of the measured text:
    /// of the likeliest passage, and then of what is likeliest without them, three passages at most.
    pub(in crate::filter) fn explain(&self, kind: AbuseKind, least: f32) -> Vec<[usize; 2]> {
        let mut gone = Vec::new();
        for _ in 0..PASSAGES {
            let odds = (0..self.passages.len()).map(|at| (self.odds_without(kind, at, &gone), at));
            let likeliest = odds.reduce(|most, next| if next.0 > most.0 { next } else { most });
            let Some((_, passage)) = likeliest.filter(|(odds, _)| *odds >= least) else {
                break;
            };
            let more = self.weighty(kind, passage, &gone, least);
            gone.extend(more);
        }
        gone.iter()
            .filter_map(|at| self.words.get(*at))
            .map(|word| [word.from, word.to])
            .collect()
    }

    /// The odds of a passage without some of its words, or of others.
    fn odds_without(&self, kind: AbuseKind, passage: usize, gone: &[usize]) -> f32 {
        let Some((range, whole)) = self.passages.get(passage) else {
            return f32::NEG_INFINITY;
        };
        let mut gone: Vec<usize> = gone
            .iter()
            .copied()
            .filter(|at| range.contains(at))
            .collect();
        gone.sort_unstable();
        let rest = if gone.is_empty() {
            None
        } else {
            self.without(passage, &gone)
        };
        self.odds(
            kind,
            rest.as_ref().unwrap_or(whole),
            self.counts_less(passage),
        )
    }

    /// The words of a passage, beside those that are gone, whose removal takes the odds below `least`: one word if it is
    /// enough and likely, or else the weightiest ones, twelve at most.
    fn weighty(&self, kind: AbuseKind, passage: usize, gone: &[usize], least: f32) -> Vec<usize> {
        let Some((range, _)) = self.passages.get(passage) else {
            return Vec::new();
        };
        let odds = self.odds_without(kind, passage, gone);
        let without = |more: &[usize]| self.odds_without(kind, passage, &[gone, more].concat());
        let is_left = |at: &usize| {
            let word = self.words.get(*at);
            word.is_some_and(|word| !word.is_mark()) && !gone.contains(at)
        };
        let words: Vec<usize> = range.clone().filter(is_left).collect();
        // without the second stage a look at every word is as cheap as this one
        let likely = if self.by_both() {
            self.likely(kind, passage, &words)
        } else {
            Vec::new()
        };
        let enough = |at: &usize| without(&[*at]) < least;
        match likely.into_iter().take(LIKELY).find(enough) {
            Some(one) => vec![one],
            None => weightiest(&words, odds, least, without),
        }
    }

    /// The words by what they weigh in the first stage, the weightiest first.
    fn likely(&self, kind: AbuseKind, passage: usize, words: &[usize]) -> Vec<usize> {
        let rest = |at: &usize| {
            let fast = self.fast_without(passage, *at);
            fast.get(kind as usize).copied().unwrap_or_default()
        };
        let mut weighed: Vec<(f32, usize)> = words.iter().map(|at| (rest(at), *at)).collect();
        // stable sorts: of equals the first in the text
        weighed.sort_by(|a, b| a.0.total_cmp(&b.0));
        weighed.into_iter().map(|(_, at)| at).collect()
    }
}

/// The words without which the odds fall most, as many as it takes to get below `least`.
fn weightiest(
    words: &[usize],
    odds: f32,
    least: f32,
    without: impl Fn(&[usize]) -> f32,
) -> Vec<usize> {
    let mut weights: Vec<(f32, usize)> = candidates(words, |group| odds - without(group))
        .into_iter()
        .map(|at| (odds - without(&[at]), at))
        .collect();
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
    gone
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
