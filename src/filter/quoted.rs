//! What a comment quotes of the one that it answers. Those words are somebody else's, who has been judged for them:
//! a reader who quotes an insult in order to object to it must not be held for it.

use std::collections::HashSet;

use super::verdict::merge_spans;

/// So many words in a row are a quotation; fewer are a figure of speech.
const LEAST: usize = 5;
/// Words of its own that a comment has at least beside its quotations. Where less is left, the quotation is all that it
/// says, and it is judged for that.
const LEAST_OWN: usize = 5;

/// The bytes of `text`, half-open and in order, that stand between quotation marks or on a line after `>`, and word by
/// word in `parent` too. Capitals, punctuation and white space do not count; a sign or an emoji does. What is not
/// marked as a quotation is the writer's own, wherever it comes from, and all is where little else is left. In time
/// proportional to both lengths.
pub(super) fn quoted(text: &str, parent: &str) -> Vec<[usize; 2]> {
    let marked = marked(text);
    if marked.is_empty() {
        return marked;
    }
    let (_, said) = words(parent);
    let known: HashSet<&[String]> = said.windows(LEAST).collect();
    let mut found = Vec::new();
    for [start, end] in marked {
        let (places, words) = words(text.get(start..end).unwrap_or_default());
        for (run, places) in words.windows(LEAST).zip(places.windows(LEAST)) {
            if let ([[from, _], .., [_, to]], true) = (places, known.contains(run)) {
                found.push([start + from, start + to]);
            }
        }
    }
    let found = merge_spans(found);
    let is_own =
        |[from, to]: &&[usize; 2]| !found.iter().any(|[start, end]| start <= from && to <= end);
    if words(text).0.iter().filter(is_own).count() < LEAST_OWN {
        return Vec::new();
    }
    found
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

/// The words of a text: their bytes, and each in lower case. A sign that is no punctuation is a word of its own.
fn words(text: &str) -> (Vec<[usize; 2]>, Vec<String>) {
    let mut places = Vec::new();
    let mut open = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
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
    const PARENT: &str = "People like you are the reason why this town goes to the dogs.";

    #[test]
    fn marked_words_of_the_parent_are_quoted() {
        assert_eq!(
            parts(
                "You wrote “people like you are the reason”, and I object. Why \"this town goes to the Dogs!\"?",
                PARENT
            ),
            [
                "people like you are the reason",
                "this town goes to the Dogs"
            ]
        );
        assert_eq!(
            parts(
                "> people like you are the reason\nShame on you, and on your paper!",
                PARENT
            ),
            ["people like you are the reason"]
        );
    }

    #[test]
    fn a_quotation_with_little_beside_it_is_all_that_is_said() {
        let quotation = "“people like you are the reason”";
        assert!(parts(&format!("{quotation} So true, my friend."), PARENT).is_empty());
        assert!(!parts(&format!("{quotation} So very true, my friend."), PARENT).is_empty());
    }

    #[test]
    fn the_rest_is_the_writers_own() {
        for text in [
            // said again, not quoted
            PARENT,
            "people like you are the reason",
            "“Well”, people like you are the reason, “really”",
            "“people like you are the reason",
            // something between the words that is not the parent's
            "“people 🐷 like you are the 🐷 reason why this town 🐷”",
            "“people like you are bad”",
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
