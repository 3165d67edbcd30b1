//! A text cut into sentences, each of which gets scores of its own.

use std::ops::Range;

/// At most this many parts: each costs a run of the filter, and a text can consist of full stops. The last part is
/// all the rest.
pub(super) const MOST: usize = 50;

/// The sentences of a text: byte ranges on character boundaries, in order, without the space between them.
///
/// A sentence ends after `.`, `!`, `?` and their kin with the quotes and brackets that follow, if a space comes next
/// (so that 3.5 and example.org stay whole), and at the end of a line. "Mr. Day" is cut in two: a list of
/// abbreviations would be right more often, in one language.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut has_ended = false;
    for (at, c) in text.char_indices() {
        if c == '\n' || (has_ended && c.is_whitespace()) {
            push(text, start..at, &mut found);
            start = at;
            has_ended = false;
        } else if has_ended && !is_end(c) && !is_closing(c) {
            // 。 and its kin need no space after them
            if text.get(..at).is_some_and(ends_without_space) {
                push(text, start..at, &mut found);
                start = at;
            }
            has_ended = false;
        } else if is_end(c) {
            has_ended = true;
        }
    }
    push(text, start..text.len(), &mut found);
    join_rest(&mut found);
    found
}

fn is_end(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | '۔' | '؟' | '।' | '॥' | '。' | '！' | '？'
    )
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | ')' | ']' | '}' | '»' | '”' | '’' | '」' | '』'
    )
}

fn ends_without_space(before: &str) -> bool {
    before
        .trim_end_matches(is_closing)
        .ends_with(['。', '！', '？'])
}

/// Adds a range without the space around it, unless nothing is left.
fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(part) = text.get(range.clone()) else {
        return;
    };
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    if start < end {
        found.push(start..end);
    }
}

fn join_rest(found: &mut Vec<Range<usize>>) {
    let end = found.last().map(|last| last.end);
    found.truncate(MOST);
    if let (Some(last), Some(end)) = (found.last_mut(), end) {
        last.end = end;
    }
}

/// Where a byte offset lies as Perspective counts: in UTF-16 code units.
pub(super) fn utf16_offset(text: &str, byte: usize) -> usize {
    text.get(..byte)
        .map_or(0, |before| before.encode_utf16().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_sentences_end() {
        let cases: &[(&str, &[&str])] = &[
            (
                "What kind of name is foo? Sorry, I like your name.",
                &["What kind of name is foo?", "Sorry, I like your name."],
            ),
            ("no end", &["no end"]),
            ("  One.   Two!\n\nThree ", &["One.", "Two!", "Three"]),
            ("Really?!... Yes.", &["Really?!...", "Yes."]),
            ("“Go.” He went.", &["“Go.”", "He went."]),
            ("3.5 of example.org", &["3.5 of example.org"]),
            ("Line one\nline two", &["Line one", "line two"]),
            (
                "پل بند ہے۔ کیوں؟ پتا نہیں",
                &["پل بند ہے۔", "کیوں؟", "پتا نہیں"],
            ),
            ("橋だ。川だ！", &["橋だ。", "川だ！"]),
            ("", &[]),
            (" \n ", &[]),
            ("...", &["..."]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = sentences(text)
                .into_iter()
                .filter_map(|at| text.get(at))
                .collect();
            assert_eq!(found, *expected, "{text:?}");
        }
    }

    #[test]
    fn the_last_of_too_many_is_all_the_rest() {
        let text = "a. ".repeat(MOST + 7);
        let found = sentences(&text);
        assert_eq!(found.len(), MOST);
        assert_eq!(found[MOST - 2], 3 * (MOST - 2)..3 * (MOST - 2) + 2);
        assert_eq!(found[MOST - 1], 3 * (MOST - 1)..text.trim_end().len());
    }

    #[test]
    fn offsets_count_as_utf_16_does() {
        let text = "é😀. Ok";
        for (byte, expected) in [(0, 0), (2, 1), (6, 3), (8, 5), (text.len(), 7)] {
            assert_eq!(utf16_offset(text, byte), expected, "{byte}");
        }
    }

    proptest::proptest! {
        #[test]
        fn sentences_are_in_order_and_hold_all_that_is_no_space(text in "[a.!?۔。 \n😀\"]{0,200}") {
            let found = sentences(&text);
            let mut kept = String::new();
            let mut last = 0;
            for at in &found {
                assert!(last <= at.start && at.start < at.end);
                last = at.end;
                kept.push_str(text.get(at.clone()).unwrap());
            }
            let solid = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(solid(&kept), solid(&text));
        }
    }
}
