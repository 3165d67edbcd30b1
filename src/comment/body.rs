//! A comment's text: accepted at the door, and cut into what a page shows. Plain text with paragraphs, quoted
//! lines and links; there is no markup, so there is no HTML to clean.

use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result};
use crate::filter::is_blank;
use crate::web::check_text;

/// The longest comment, in characters.
pub const MAX_CHARS: usize = 10_000;

/// No script stacks more marks than this on one letter; what does is drawing over its neighbours.
const MAX_MARKS: usize = 4;

/// Text that may be stored: NFC, no control characters, not empty, at most [`MAX_CHARS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// # Errors
    /// [`Error::Invalid`] or [`Error::BadRequest`] with a sentence for the writer.
    pub fn parse(text: &str) -> Result<Self> {
        let text = check_text(text)?.trim().to_owned();
        let length = text.chars().count();
        if is_blank(&text) {
            return Err(Error::Invalid("Please write something first.".into()));
        }
        if length > MAX_CHARS {
            return Err(Error::Invalid(format!(
                "Your comment has {length} characters; at most {MAX_CHARS} can be posted. Please shorten it."
            )));
        }
        if has_stacked_marks(&text) {
            return Err(Error::Invalid(
                "Please take out the stacked accents: they cover the lines around them.".into(),
            ));
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn has_stacked_marks(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        run = if is_combining_mark(c) { run + 1 } else { 0 };
        run > MAX_MARKS
    })
}

/// A paragraph, or several lines that somebody quotes with `>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub quote: bool,
    pub inlines: Vec<Inline>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    /// An http or https address, shown as it was written.
    Link {
        href: String,
        text: String,
    },
    Break,
}

/// Cuts stored text into blocks. Linear in its length.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let (quote, line) = match line.trim_start().strip_prefix('>') {
            Some(rest) => (true, rest.trim()),
            None => (false, line.trim()),
        };
        if line.is_empty() {
            open = false;
            continue;
        }
        match blocks.last_mut().filter(|last| open && last.quote == quote) {
            Some(last) => {
                last.inlines.push(Inline::Break);
                last.inlines.extend(inlines(line));
            }
            None => blocks.push(Block {
                quote,
                inlines: inlines(line).collect(),
            }),
        }
        open = true;
    }
    blocks
}

fn inlines(line: &str) -> impl Iterator<Item = Inline> {
    let mut finder = linkify::LinkFinder::new();
    finder.kinds(&[linkify::LinkKind::Url]);
    let inlines: Vec<Inline> = finder
        .spans(line)
        .map(|span| inline(span.as_str(), span.kind().is_some()))
        .collect();
    inlines.into_iter()
}

fn inline(text: &str, is_link: bool) -> Inline {
    // a user or a password before the host passes for the host
    let is_web = |url: &url::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
    };
    match url::Url::parse(text)
        .ok()
        .filter(|url| is_link && is_web(url))
    {
        Some(url) => Inline::Link {
            href: url.into(),
            text: text.to_owned(),
        },
        None => Inline::Text(text.to_owned()),
    }
}

/// The first words, for a line that reminds of a comment. Whole words, at most `chars` characters.
pub fn excerpt(text: &str, chars: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= chars {
        return flat;
    }
    let cut: String = flat.chars().take(chars).collect();
    let words = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(words, _)| words);
    format!("{words} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted() {
        for (text, stored) in [
            ("  hello \r\n", "hello"),
            ("a\r\n\r\nb", "a\n\nb"),
            ("e\u{301}", "é"),
            ("سلام", "سلام"),
        ] {
            assert_eq!(Body::parse(text).unwrap().as_str(), stored);
        }
        assert!(Body::parse(&"x".repeat(MAX_CHARS)).is_ok());
    }

    #[test]
    fn what_is_refused() {
        let long = "é".repeat(MAX_CHARS + 1);
        for text in [
            "",
            " \n\t",
            "\u{200b}\u{200b}",
            "\u{3164} \u{2800}\u{e0041}",
            "a\0b",
            "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}",
            &long,
        ] {
            assert!(Body::parse(text).is_err(), "{text:?}");
        }
    }

    fn shown(text: &str) -> String {
        let inline = |inline: &Inline| match inline {
            Inline::Text(text) => text.clone(),
            Inline::Link { href, text } => format!("[{text}]({href})"),
            Inline::Break => "/".into(),
        };
        let block = |block: &Block| {
            let text: String = block.inlines.iter().map(inline).collect();
            if block.quote {
                format!("> {text}")
            } else {
                text
            }
        };
        blocks(text).iter().map(block).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn paragraphs_quotes_and_links() {
        for (text, expected) in [
            ("a", "a"),
            ("a\nb\n\nc", "a/b|c"),
            ("> q\n>r\nanswer", "> q/r|answer"),
            (
                "see https://a.example/x.",
                "see [https://a.example/x](https://a.example/x).",
            ),
            ("javascript:alert(1)", "javascript:alert(1)"),
            ("ftp://a.example", "ftp://a.example"),
            ("https://user@evil.example/", "https://user@evil.example/"),
            (
                "https://:a.example@b.example",
                "https://:a.example@b.example",
            ),
            ("<b>&amp;", "<b>&amp;"),
            ("\n\n\n", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn excerpts_end_at_words() {
        assert_eq!(excerpt("one two\nthree", 100), "one two three");
        assert_eq!(excerpt("one two three", 9), "one two …");
        assert_eq!(excerpt("ایک دو تین چار", 8), "ایک دو …");
    }
}
