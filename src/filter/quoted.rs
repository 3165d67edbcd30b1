//! What a comment quotes of the one that it answers. Those words are somebody else's, who has been judged for them:
//! a reader who quotes an insult in order to object to it must not be held for it.

use std::collections::HashSet;

use super::verdict::{covered, merge_spans};

/// A sentence of fewer words may be anybody's.
const LEAST: usize = 5;
/// Words of its own that a comment has at least beside its quotations. Where less is left, the quotation is all that it
/// says, and it is judged for that.
const LEAST_OWN: usize = 5;

/// The bytes of `text`, half-open and in order, of sentences that stand between quotation marks or on a line after `>`,
/// and word by word in `parent` too. Capitals, punctuation and white space do not count; a sign or an emoji does. What
/// is not marked as a quotation is the writer's own, wherever it comes from, and so is half a sentence, which may say the
/// opposite of the whole; all is where little else is left. In time proportional to both lengths.
pub(super) fn quoted(text: &str, parent: &str) -> Vec<[usize; 2]> {
    let marked = marked(text);
    if marked.is_empty() {
        return marked;
    }
    let said: HashSet<Vec<String>> = sentences(parent)
        .map(|[from, to]| words(parent, from, to).1)
        .collect();
    let mut found = Vec::new();
    for [start, end] in marked {
        let part = text.get(start..end).unwrap_or_default();
        for [from, to] in sentences(part) {
            let (places, words) = words(text, start + from, start + to);
            if let ([[from, _], .., [_, to]], true) = (
                places.as_slice(),
                words.len() >= LEAST && said.contains(&words),
            ) {
                found.push([*from, *to]);
            }
        }
    }
    let found = merge_spans(found);
    let own = words(text, 0, text.len()).0;
    if own.iter().filter(|word| !covered(&found, **word)).count() < LEAST_OWN {
        return Vec::new();
    }
    found
}

/// The bytes of each sentence and line, with what ends it.
fn sentences(text: &str) -> impl Iterator<Item = [usize; 2]> {
    let mut from = 0;
    text.split_inclusive(['.', '!', '?', '…', '\n'])
        .map(move |part| {
            let here = from;
            from += part.len();
            [here, from]
        })
}

/// What closes a quotation that this character opens.
fn closing(c: char) -> &'static [char] {
    match c {
        '"' => &['"'],
        '“' => &['”'],
        '„' => &['“', '”'],
        '«' => &['»'],
        '»' => &['«'],
        _ => &[],
    }
}

/// What stands between quotation marks, and lines that begin with `>`.
fn marked(text: &str) -> Vec<[usize; 2]> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &[char])> = None;
    for (at, c) in text.char_indices() {
        match open {
            Some((from, close)) if close.contains(&c) => {
                found.push([from, at]);
                open = None;
            }
            Some(_) => {}
            None => {
                let close = closing(c);
                open = (!close.is_empty()).then_some((at + c.len_utf8(), close));
            }
        }
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('>') {
            found.push([at, at + line.len()]);
        }
        at += line.len();
    }
    found
}

/// The words of a part of a text: their bytes, and each in lower case. A sign that is no punctuation is a word of its own.
fn words(text: &str, from: usize, to: usize) -> (Vec<[usize; 2]>, Vec<String>) {
    let mut places = Vec::new();
    let mut open = None;
    let part = text.get(from..to).unwrap_or_default();
    let places_of = part.char_indices().map(|(at, c)| (from + at, c));
    for (at, c) in places_of.chain([(to, ' ')]) {
        if let (Some(from), false) = (open, c.is_alphanumeric()) {
            places.push([from, at]);
            open = None;
        }
        if c.is_alphanumeric() {
            open = open.or(Some(at));
        } else if !c.is_whitespace() && !PUNCTUATION.contains(&c) {
            places.push([at, at + c.len_utf8()]);
        }
    }
    let folded = places
        .iter()
        .map(|[from, to]| text.get(*from..*to).unwrap_or_default().to_lowercase())
        .collect();
    (places, folded)
}

const PUNCTUATION: [char; 24] = [
    '.', ',', ';', ':', '!', '?', '\'', '"', '(', ')', '[', ']', '-', '>', '“', '”', '„', '‘', '’',
    '«', '»', '–', '—', '…',
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'t>(text: &'t str, parent: &str) -> Vec<&'t str> {
        let cut = |[from, to]: [usize; 2]| text.get(from..to).unwrap_or_default();
        quoted(text, parent).into_iter().map(cut).collect()
    }

    /// Words of its own, so that it is judged without its quotations.
    const OWN: &str = " What a thing to say to anybody.";
    const PARENT: &str =
        "Nobody wrote that. People like you are the reason, some say! This town goes to the dogs.";

    #[test]
    fn marked_sentences_of_the_parent_are_quoted() {
        assert_eq!(
            parts(
                "You wrote “people like you are the reason, some say”, and I object. Why \"this town goes to the Dogs!\"?",
                PARENT
            ),
            [
                "people like you are the reason, some say",
                "this town goes to the Dogs"
            ]
        );
        assert_eq!(
            parts(
                "> Nobody wrote that. people like you are the reason, some say\nShame on you, and on your paper!",
                PARENT
            ),
            ["people like you are the reason, some say"]
        );
    }

    #[test]
    fn a_quotation_with_little_beside_it_is_all_that_is_said() {
        let quotation = "“This town goes to the dogs.”";
        assert!(parts(&format!("{quotation} So true, my friend."), PARENT).is_empty());
        assert!(!parts(&format!("{quotation} So very true, my friend."), PARENT).is_empty());
    }

    #[test]
    fn the_rest_is_the_writers_own() {
        for text in [
            // said again, not quoted
            PARENT,
            "this town goes to the dogs",
            "“Well”, this town goes to the dogs, “really”",
            "“this town goes to the dogs",
            // half a sentence, which may say the opposite
            "“people like you are the reason”",
            // something between the words that is not the parent's
            "“this 🐷 town goes to 🐷 the dogs 🐷”",
            "“this town goes to the cats”",
            "",
            "„Die Stadt geht vor die Hunde“, sagen Sie?",
        ] {
            let text = format!("{text}{OWN}");
            assert!(parts(&text, PARENT).is_empty(), "{text}");
        }
        let text = format!("“anything at all that is long enough”{OWN}");
        assert!(parts(&text, "too short").is_empty());
    }
}
