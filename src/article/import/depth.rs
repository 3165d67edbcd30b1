//! How deeply a page nests its elements, estimated before any parser sees it.
//!
//! A parser's work on a page of N unclosed elements grows with N², and at 20,000 levels the extraction
//! of the text overflows the stack, which ends the process. Real pages stay below 60 levels.

use std::collections::HashMap;

/// The deepest nesting that is parsed.
const MAX_DEPTH: usize = 400;

/// The most elements that are parsed: several times those of a long live report.
const MAX_TAGS: usize = 25_000;

/// Elements that never have an end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements whose end tag may be left out in honest HTML; a following one closes the one before.
const OPTIONAL_END: [&str; 14] = [
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "rt",
    "rp",
];

/// Elements whose content is not markup, up to their own end tag.
const RAW: [&str; 8] = [
    "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes",
];

/// Whether a page nests deeper, or has more elements, than any article. One pass, linear in the length.
pub(super) fn too_deep(html: &str) -> bool {
    let mut scan = Scan::default();
    html.split('<').skip(1).any(|part| {
        scan.read(part);
        scan.depth > MAX_DEPTH || scan.tags > MAX_TAGS
    })
}

#[derive(Default)]
struct Scan {
    /// By name, so that `<div></b>` repeated cannot hide: an end tag counts only for its own element.
    open: HashMap<String, usize>,
    depth: usize,
    /// Start tags of any kind, so that what the leniency lets through is bounded too.
    tags: usize,
    in_comment: bool,
    /// The element whose content is being skipped.
    raw: Option<String>,
}

impl Scan {
    /// Reads what stands between one `<` and the next.
    fn read(&mut self, part: &str) {
        if self.in_comment || part.starts_with("!--") {
            self.in_comment = !(part.contains("-->") || part.contains("--!>"));
            return;
        }
        let (closing, rest) = match part.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, part),
        };
        let name = tag_name(rest);
        if let Some(raw) = &self.raw {
            if closing && *raw == name {
                self.raw = None;
            }
            return;
        }
        if !name.is_empty() {
            self.tags += usize::from(!closing);
            self.count(name, closing, rest);
        }
    }

    fn count(&mut self, name: String, closing: bool, rest: &str) {
        // Inside a drawing or a formula nothing is raw, and the leniency about end tags does not apply.
        let foreign = self.is_open("svg") || self.is_open("math");
        if !foreign {
            let lenient = VOID.contains(&name.as_str()) || OPTIONAL_END.contains(&name.as_str());
            if lenient {
                return;
            }
            if RAW.contains(&name.as_str()) {
                self.raw = (!closing).then_some(name);
                return;
            }
        }
        let closes_itself = foreign && rest.split('>').next().is_some_and(|tag| tag.ends_with('/'));
        if closing {
            if let Some(count) = self.open.get_mut(&name).filter(|count| **count > 0) {
                *count -= 1;
                self.depth -= 1;
            }
        } else if !closes_itself {
            *self.open.entry(name).or_default() += 1;
            self.depth += 1;
        }
    }

    fn is_open(&self, name: &str) -> bool {
        self.open.get(name).is_some_and(|count| *count > 0)
    }
}

fn tag_name(rest: &str) -> String {
    rest.chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(24)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn depths() {
        for (name, html, expected) in [
            (
                "an article",
                "<article><p>One<p>Two<br></article>".to_owned(),
                false,
            ),
            ("many paragraphs left open", "<p>One".repeat(5_000), false),
            (
                "many closed elements",
                "<div><b>x</b></div>".repeat(5_000),
                false,
            ),
            (
                "a script full of less-than signs",
                format!("<script>{}</script>", "a<b;".repeat(5_000)),
                false,
            ),
            (
                "a comment",
                format!("<!-- {} -->", "<div>".repeat(5_000)),
                false,
            ),
            (
                "icons",
                "<svg><path/><path></path></svg><input>".repeat(5_000),
                false,
            ),
            ("divs", "<div>".repeat(5_000), true),
            ("bolds", "<b>".repeat(5_000), true),
            ("a foreign end tag", "<div></b>".repeat(5_000), true),
            (
                "a script inside a title",
                format!("<title><script></title>{}", "<div>".repeat(5_000)),
                true,
            ),
            (
                "an empty comment",
                format!("<!-->{}", "<div>".repeat(5_000)),
                true,
            ),
            (
                "cells inside a drawing",
                format!("<svg>{}", "<td>".repeat(5_000)),
                true,
            ),
        ] {
            assert_eq!(too_deep(&html), expected, "{name}");
        }
    }
}
