//! Looking words up by the sum of their letters, which is the same in any order, so that a word
//! with two letters swapped, one that is split in two and one that lacks a letter are each found
//! with one look.

/// A number for a multiset of letters: the sums of the parts of a word add up to that of the word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::filter) struct Sum(u64);

impl Sum {
    pub(in crate::filter) fn of(letters: impl IntoIterator<Item = char>) -> Self {
        let sum = letters.into_iter().map(scattered);
        Self(sum.fold(0, u64::wrapping_add))
    }

    pub(in crate::filter) fn and(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    fn without(self, letter: char) -> Self {
        Self(self.0.wrapping_sub(scattered(letter)))
    }
}

/// A 64-bit mix (the finaliser of `SplitMix64`), so that sums of different letters differ.
fn scattered(letter: char) -> u64 {
    let mut bits = u64::from(letter).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Which of many words have a sum.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Sorted.
    sums: Vec<(Sum, usize)>,
    /// One bit for each of the last bits of a sum: most words of a text are done with here.
    bits: Vec<u64>,
}

impl Index {
    /// The words by their own sums.
    pub(in crate::filter) fn whole<'a>(words: impl Iterator<Item = (usize, &'a [char])>) -> Self {
        Self::build(words.map(|(id, word)| (Sum::of(word.iter().copied()), id)))
    }

    /// The words by their sums without one letter inside.
    pub(in crate::filter) fn dropped<'a>(words: impl Iterator<Item = (usize, &'a [char])>) -> Self {
        Self::build(words.flat_map(|(id, word)| {
            let whole = Sum::of(word.iter().copied());
            let inside = word.len().saturating_sub(2);
            let letters = word.iter().skip(1).take(inside);
            letters.map(move |letter| (whole.without(*letter), id))
        }))
    }

    fn build(sums: impl Iterator<Item = (Sum, usize)>) -> Self {
        let mut sums: Vec<_> = sums.collect();
        sums.sort_unstable();
        sums.dedup();
        // Sixteen bits for each: one in sixteen other words is looked up in vain.
        let mut bits = vec![0; (sums.len() / 4 + 1).next_power_of_two()];
        for (sum, _) in &sums {
            let (at, bit) = place(*sum, bits.len());
            if let Some(block) = bits.get_mut(at) {
                *block |= bit;
            }
        }
        Self { sums, bits }
    }

    /// The words that may have this sum.
    pub(in crate::filter) fn get(&self, sum: Sum) -> impl Iterator<Item = usize> + '_ {
        let (at, bit) = place(sum, self.bits.len());
        let known = self.bits.get(at).is_some_and(|block| block & bit != 0);
        let from = if known {
            self.sums.partition_point(|(other, _)| *other < sum)
        } else {
            self.sums.len()
        };
        let rest = self.sums.get(from..).unwrap_or_default().iter();
        rest.take_while(move |(other, _)| *other == sum)
            .map(|(_, id)| *id)
    }
}

/// The block and the bit in it. Blocks are a power of two.
fn place(sum: Sum, blocks: usize) -> (usize, u64) {
    let low = usize::try_from(sum.0 & u64::from(u32::MAX)).unwrap_or_default();
    ((low / 64) & blocks.saturating_sub(1), 1 << (low % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_in_parts() {
        let words: Vec<Vec<char>> = ["listen", "banana"]
            .iter()
            .map(|w| w.chars().collect())
            .collect();
        let all = || words.iter().map(Vec::as_slice).enumerate();
        let (whole, dropped) = (Index::whole(all()), Index::dropped(all()));
        let found = |index: &Index, sum| index.get(sum).collect::<Vec<_>>();
        let sum = |word: &str| Sum::of(word.chars());
        assert_eq!(found(&whole, sum("silent")), [0]);
        assert_eq!(found(&whole, sum("ban").and(sum("ana"))), [1]);
        assert_eq!(found(&dropped, sum("liten")), [0]);
        assert_eq!(found(&dropped, sum("bnana")), [1]);
        for none in ["isten", "listens", "", "banan"] {
            assert!(found(&whole, sum(none)).is_empty(), "{none}");
        }
        assert!(found(&dropped, sum("isten")).is_empty());
        assert!(found(&Index::default(), sum("a")).is_empty());
    }
}
