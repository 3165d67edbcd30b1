//! The lines of a newspaper's page that are not the article: buttons, boxes, adverts, the comments.
//!
//! A phrase is listed only if no sentence of an article begins with it, or if it must be the whole line.

mod phrases;

use phrases::{BOX, BUTTONS, COUNTED, END, END_START, START, WHOLE};

/// What to do with a line that is not the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Furniture {
    /// The line goes.
    Line,
    /// The line heads a box: the links that follow it go too.
    Box,
    /// The article is over.
    End,
}

/// A line above this many characters is a paragraph, whatever it begins with.
const MAX_CHARS: usize = 200;

/// What a line is, if it is not the article.
pub(super) fn of(line: &str) -> Option<Furniture> {
    if line.chars().count() > MAX_CHARS {
        return None;
    }
    let key = key(line);
    let whole = key.trim_end_matches([':', '.', '…']).trim_end();
    if END.contains(&whole) || begins(&key, END_START) || is_reply_header(line, &key) {
        return Some(Furniture::End);
    }
    if BOX.contains(&whole) || (key.starts_with("more from ") && !ends_sentence(line)) {
        return Some(Furniture::Box);
    }
    let is_line = key.is_empty()
        || WHOLE.contains(&whole)
        || begins(&key, START)
        || is_button_row(&key)
        || is_count(&key);
    is_line.then_some(Furniture::Line)
}

/// Whether a line ends as sentences do, in English or Urdu.
pub(super) fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']'])
        .ends_with(['.', '!', '?', '…', ':', ';', '۔', '؟'])
}

/// Lower case, straight apostrophes, and without the ornaments around.
fn key(line: &str) -> String {
    let ornaments = [
        '•', '»', '›', '>', '|', '-', '–', '—', '*', '[', ']', '▶', '▼', '+', '#', '_', '=',
    ];
    let line = line.to_lowercase().replace(['’', '‘'], "'");
    let line =
        line.trim_matches(|letter: char| ornaments.contains(&letter) || letter.is_whitespace());
    super::one_line(line)
}

fn begins(key: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| key.starts_with(phrase))
}

/// `Replying to X` above a comment; a sentence may begin so, but it is longer or ends in a full stop.
fn is_reply_header(line: &str, key: &str) -> bool {
    key.starts_with("replying to ") && key.split(' ').count() <= 5 && !ends_sentence(line)
}

fn is_button_row(key: &str) -> bool {
    let mut names = key
        .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
        .filter(|name| !name.is_empty())
        .peekable();
    names.peek().is_some() && names.all(|name| BUTTONS.contains(&name))
}

fn is_count(key: &str) -> bool {
    let Some((number, counted)) = key.split_once([' ', '-']) else {
        return false;
    };
    let has_digit = number.chars().any(char::is_numeric);
    let is_number = number
        .chars()
        .all(|letter| letter.is_numeric() || ".,k".contains(letter));
    has_digit && is_number && COUNTED.contains(&counted.replace('-', " ").as_str())
}

#[cfg(test)]
mod tests {
    use super::{Furniture, of};

    #[test]
    fn furniture() {
        for line in [
            "ADVERTISEMENT",
            "Listen\u{a0}to article",
            "Share",
            "Facebook | X | WhatsApp",
            "3 min read",
            "4-minute read",
            "1.2k shares",
            "45 comments",
            "Read more: Ferry fares to rise",
            "Sign up to our morning newsletter.",
            "© 2025 The Paper",
            "اشتہار",
            "یہ بھی پڑھیں: نیا پل",
            "• Copy link",
            "Continue reading…",
        ] {
            assert_eq!(of(line), Some(Furniture::Line), "{line}");
        }
        for line in [
            "Related stories",
            "MOST READ",
            "More from World",
            "متعلقہ خبریں:",
            "Editor’s picks",
        ] {
            assert_eq!(of(line), Some(Furniture::Box), "{line}");
        }
        for line in [
            "COMMENTS",
            "Comments (12)",
            "Replying to X",
            "Leave a comment",
            "تبصرے",
            "Comments are moderated and generally will be posted.",
        ] {
            assert_eq!(of(line), Some(Furniture::End), "{line}");
        }
    }

    #[test]
    fn the_article() {
        for line in [
            "Share prices fell on Monday after the bridge was closed.",
            "Replying to the minister, she said the ferry would stay.",
            "More from the same source was promised by the editor.",
            "Comments by the mayor angered the ferry crews.",
            "3 people were hurt",
            "Related charges were dropped in March.",
            "Home owners on the quay have asked for a meeting.",
            "X marks the spot",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
