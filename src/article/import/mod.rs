//! From bytes to a [`Draft`]: plain text as copied from a paper's page, Markdown, or HTML.
//!
//! Pure: no files, no network, no clock. The same bytes give the same draft.

mod byline;
mod date;
mod depth;
mod furniture;
mod html;
mod json_ld;
mod markdown;
mod picture;
mod sanitise;
mod slug;
mod text;

use super::draft::Draft;
use crate::filter::language;
pub use slug::slug;

/// The largest source that is read, in bytes: 2 MiB. A long read with all its furniture is a tenth of that.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The longest headline, in characters. A first line above this is a paragraph.
const MAX_TITLE_CHARS: usize = 300;

/// How many keywords a draft keeps; pages made for search engines carry hundreds.
const MAX_TAGS: usize = 12;

/// Why a source did not become a draft. Each message says what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("There is nothing in this file. Give one that holds the text of the article.")]
    Empty,
    #[error("This file is larger than 2 MiB. Save only the article itself and try again.")]
    TooLarge,
    #[error("This file is not written in UTF-8. Save it with the encoding UTF-8 and try again.")]
    NotUtf8,
    #[error(
        "No headline was found. Put it on the first line (in Markdown: `# The headline`) and try again."
    )]
    NoHeadline,
    #[error(
        "No text was found below the headline. Add the paragraphs of the article and try again."
    )]
    NoBody,
    #[error(
        "This page has too many elements, or nests them too deeply, to be an article. Save its text as a plain file and import that."
    )]
    TooDeep,
}

/// How a source is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A page as copied from a paper's site, furniture and all.
    Text,
    /// Markdown, with or without front matter.
    Markdown,
    /// A whole web page.
    Html,
}

impl Format {
    /// The format that a `Content-Type` header names, if it is one of the three.
    #[must_use]
    pub fn from_content_type(value: &str) -> Option<Self> {
        let kind = value.split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            "text/html" | "application/xhtml+xml" => Some(Self::Html),
            "text/markdown" | "text/x-markdown" => Some(Self::Markdown),
            "text/plain" => Some(Self::Text),
            _ => None,
        }
    }

    /// The format that a file name, path or URL ends in, if it is one of the three.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let path = name.split(['?', '#']).next().unwrap_or_default();
        let (_, ending) = path.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" | "xhtml" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "txt" | "text" => Some(Self::Text),
            _ => None,
        }
    }

    /// The format that the content shows by how it begins; plain text when nothing else fits.
    fn from_content(content: &str) -> Self {
        let start: String = content.trim_start().chars().take(200).collect();
        let start = start.to_ascii_lowercase();
        let is_html = ["<!doctype html", "<html", "<head", "<body", "<article"]
            .iter()
            .any(|tag| start.contains(tag));
        if is_html {
            Self::Html
        } else if start.starts_with("# ") || start.starts_with("---\n") {
            Self::Markdown
        } else {
            Self::Text
        }
    }
}

/// Reads one article.
///
/// `hint` decides the format where it is given; otherwise the ending of `name_or_url` does, otherwise
/// how the content begins. An http(s) `name_or_url` also serves as the base of relative links.
///
/// # Errors
/// [`ImportError`], whose text is fit to be shown to the person who imports.
pub fn parse(
    bytes: &[u8],
    hint: Option<Format>,
    name_or_url: Option<&str>,
) -> Result<Draft, ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge);
    }
    let content = std::str::from_utf8(bytes).map_err(|_| ImportError::NotUtf8)?;
    let content = content.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    // U+0000 has no place in text, and Postgres refuses it.
    let content = content.replace(['\r', '\0'], "\n");
    if content.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    let format = hint
        .or_else(|| name_or_url.and_then(Format::from_name))
        .unwrap_or_else(|| Format::from_content(&content));
    let draft = match format {
        Format::Text => text::parse(&content)?,
        Format::Markdown => markdown::parse(&content)?,
        Format::Html => html::parse(&content, name_or_url.filter(|name| is_web_address(name)))?,
    };
    finish(draft)
}

/// What holds for a draft of any format: it has a headline and a text, and its language if its words tell.
fn finish(mut draft: Draft) -> Result<Draft, ImportError> {
    draft.title = one_line(&draft.title);
    let length = draft.title.chars().count();
    if length == 0 || length > MAX_TITLE_CHARS {
        return Err(ImportError::NoHeadline);
    }
    if draft.body_text.trim().is_empty() {
        return Err(ImportError::NoBody);
    }
    if draft.lang.is_none() {
        draft.lang = language(&draft.body_text).map(str::to_owned);
    }
    draft.tags.truncate(MAX_TAGS);
    Ok(draft)
}

/// One line with single spaces. No-break spaces count: pages put them anywhere.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Some text on one line, or nothing if there is none.
fn some_line(text: &str) -> Option<String> {
    Some(one_line(text)).filter(|line| !line.is_empty())
}

/// The keywords of a list that commas separate.
fn split_tags(list: &str) -> Vec<String> {
    list.split([',', ';', '|', '،'])
        .filter_map(some_line)
        .collect()
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests;
