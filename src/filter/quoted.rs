//! What a comment repeats of the one that it answers. Those words are somebody else's, who has been judged for them:
//! a reader who quotes an insult in order to object to it must not be held for it.

use std::collections::HashSet;

/// So many words in a row are a quotation; fewer are a figure of speech.
const LEAST: usize = 5;

/// The bytes of `text`, half-open and in order, that stand word by word in `parent` too. Capitals, punctuation and
/// white space do not count. In time proportional to both lengths.
pub(super) fn quoted(text: &str, parent: &str) -> Vec<[usize; 2]> {
    let (_, said) = words(parent);
    let known: HashSet<&[String]> = said.windows(LEAST).collect();
    let (places, words) = words(text);
    let mut found: Vec<[usize; 2]> = Vec::new();
    for (run, places) in words.windows(LEAST).zip(places.windows(LEAST)) {
        let ([from, _], [_, to]) = match places {
            [first, .., last] => (*first, *last),
            _ => continue,
        };
        if known.contains(run) {
            match found.last_mut() {
                Some(last) if from <= last[1] => last[1] = to,
                _ => found.push([from, to]),
            }
        }
    }
    found
}

/// The words of a text: their bytes, and each in lower case.
fn words(text: &str) -> (Vec<[usize; 2]>, Vec<String>) {
    let mut places = Vec::new();
    let mut open = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (open, c.is_alphanumeric()) {
            (None, true) => open = Some(at),
            (Some(from), false) => {
                places.push([from, at]);
                open = None;
            }
            _ => {}
        }
    }
    let folded = places
        .iter()
        .map(|[from, to]| text.get(*from..*to).unwrap_or_default().to_lowercase())
        .collect();
    (places, folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'t>(text: &'t str, parent: &str) -> Vec<&'t str> {
        let cut = |[from, to]: [usize; 2]| text.get(from..to).unwrap_or_default();
        quoted(text, parent).into_iter().map(cut).collect()
    }

    const PARENT: &str = "People like you are the reason why this town goes to the dogs.";

    #[test]
    fn words_of_the_parent_are_quoted() {
        assert_eq!(
            parts(
                "You wrote “people like you are the reason”, and I object. Why “this town goes to the Dogs!”?",
                PARENT
            ),
            [
                "people like you are the reason",
                "this town goes to the Dogs"
            ]
        );
        assert_eq!(parts(PARENT, PARENT), [PARENT.trim_end_matches('.')]);
    }

    #[test]
    fn a_phrase_in_common_is_no_quotation() {
        for text in [
            "People like you are wrong.",
            "The reason why is plain.",
            "",
            "Die Stadt geht vor die Hunde, sagen Sie?",
        ] {
            assert!(parts(text, PARENT).is_empty(), "{text}");
        }
        assert!(parts("anything at all that is long enough", "too short").is_empty());
    }
}
