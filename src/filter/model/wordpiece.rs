//! Words to word pieces (Wu et al. 2016, with the vocabulary of BERT's uncased base model).

use std::collections::HashMap;

/// A longer word is unknown as a whole.
const LONGEST_WORD: usize = 100;

/// Special pieces, by the lines of the vocabulary.
const UNKNOWN: u32 = 100;
pub(super) const START: u32 = 101;
pub(super) const END: u32 = 102;

#[derive(Debug)]
pub(super) struct Vocabulary {
    starts: HashMap<Box<str>, u32>,
    continuations: HashMap<Box<str>, u32>,
}

impl Vocabulary {
    /// One piece a line; the number of its line, from 0, is its id. `None`: these are not BERT's special pieces.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut vocabulary = Self {
            starts: HashMap::new(),
            continuations: HashMap::new(),
        };
        for (id, line) in (0..).zip(text.lines()) {
            match line.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => vocabulary.continuations.insert(rest.into(), id),
                _ => vocabulary.starts.insert(line.into(), id),
            };
        }
        let special = [("[UNK]", UNKNOWN), ("[CLS]", START), ("[SEP]", END)];
        let fits = special
            .iter()
            .all(|(piece, id)| vocabulary.starts.get(*piece) == Some(id));
        fits.then_some(vocabulary)
    }

    /// The pieces of a word as [`super::words`] spells it.
    pub(super) fn pieces(&self, spelled: &str) -> Vec<u32> {
        // the name of an emoji has several words
        spelled
            .split_whitespace()
            .flat_map(|word| self.split(word))
            .collect()
    }

    /// The longest known piece first, then the longest of what is left.
    fn split(&self, word: &str) -> Vec<u32> {
        let mut found = Vec::new();
        let mut rest = word;
        if word.chars().count() > LONGEST_WORD {
            return vec![UNKNOWN];
        }
        while !rest.is_empty() {
            let known = if found.is_empty() {
                &self.starts
            } else {
                &self.continuations
            };
            let longest = rest
                .char_indices()
                .rev()
                .filter_map(|(at, c)| rest.split_at_checked(at + c.len_utf8()))
                .find_map(|(head, tail)| Some((*known.get(head)?, tail)));
            let Some((id, tail)) = longest else {
                return vec![UNKNOWN];
            };
            found.push(id);
            rest = tail;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_pieces_first() {
        let mut lines: Vec<String> = (0..100).map(|i| format!("[unused{i}]")).collect();
        lines.extend(
            [
                "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##a", "a",
            ]
            .map(str::to_owned),
        );
        let vocabulary = Vocabulary::parse(&lines.join("\n")).unwrap();
        assert_eq!(vocabulary.pieces("unaffable"), [103, 104, 105]);
        assert_eq!(vocabulary.pieces("a"), [107]);
        assert_eq!(vocabulary.pieces("unxyz"), [UNKNOWN]);
        assert_eq!(vocabulary.pieces(&"a".repeat(101)), [UNKNOWN]);
        assert!(Vocabulary::parse("a\nb").is_none());
    }
}
