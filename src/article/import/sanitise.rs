//! The one door through which an article's markup passes, and the plain text that comes out of it.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::{ImportError, depth};

/// What an article is made of. No images, no scripts, nothing that carries a style, class or id.
const TAGS: [&str; 22] = [
    "a",
    "blockquote",
    "br",
    "em",
    "h2",
    "h3",
    "hr",
    "li",
    "ol",
    "p",
    "q",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Elements that go with everything in them.
const GONE_WITH_CONTENT: [&str; 18] = [
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "svg",
    "math",
    "form",
    "button",
    "select",
    "textarea",
    "nav",
    "aside",
    "figure",
    "figcaption",
    "title",
    "audio",
];

/// What becomes of links that name no host.
pub(super) enum RelativeLinks<'a> {
    /// They stay, for they were written for this site.
    Keep,
    /// They lead to the page they stood in.
    Resolve(&'a Url),
    /// They lose their target, for where they led is not known.
    Drop,
}

/// A body that is safe to put into a page, and its plain text.
pub(super) struct Clean {
    pub(super) html: String,
    pub(super) text: String,
}

/// Reduces any markup to [`TAGS`], with `href` on links and `lang` and `dir` on everything.
pub(super) fn sanitise(html: &str, links: &RelativeLinks<'_>) -> Result<Clean, ImportError> {
    if depth::too_deep(html) {
        return Err(ImportError::TooDeep);
    }
    let relative = match links {
        RelativeLinks::Keep => UrlRelative::PassThrough,
        RelativeLinks::Resolve(base) => UrlRelative::RewriteWithBase((*base).clone()),
        RelativeLinks::Drop => UrlRelative::Deny,
    };
    let clean = Builder::empty()
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(GONE_WITH_CONTENT))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .generic_attributes(HashSet::from(["lang", "dir"]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(relative)
        .link_rel(Some("noopener"))
        .clean(html)
        .to_string();
    let html = without_empty_blocks(&clean);
    let text = plain_text(&html);
    Ok(Clean { html, text })
}

/// Text as the content of an element.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Leaves out the paragraphs from which everything was taken, such as a picture.
fn without_empty_blocks(html: &str) -> String {
    let mut html = html.replace("&nbsp;", " ");
    for empty in [
        "<p></p>",
        "<p> </p>",
        "<p>\n</p>",
        "<h2></h2>",
        "<h3></h3>",
        "<li></li>",
        "<ul></ul>",
    ] {
        html = html.replace(empty, "");
    }
    let lines = html.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The words of sanitised markup, paragraphs separated by one blank line.
///
/// It relies on what the sanitiser writes: every tag is closed by `>`, attribute values are quoted,
/// and `<`, `>`, `&` in text are escaped.
fn plain_text(html: &str) -> String {
    let mut paragraphs: Vec<String> = vec![String::new()];
    let mut tag: Option<String> = None;
    let mut quoted = false;
    for letter in html.chars() {
        match (&mut tag, letter) {
            (Some(_), '"') => quoted = !quoted,
            (Some(name), '>') if !quoted => {
                if breaks_paragraph(name) {
                    paragraphs.push(String::new());
                } else if name.starts_with("br") {
                    push(&mut paragraphs, ' ');
                }
                tag = None;
            }
            (Some(name), _) => name.push(letter),
            (None, '<') => tag = Some(String::new()),
            (None, _) => push(&mut paragraphs, letter),
        }
    }
    let paragraphs = paragraphs
        .iter()
        .filter_map(|paragraph| super::some_line(&unescape(paragraph)));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn push(paragraphs: &mut [String], letter: char) {
    if let Some(last) = paragraphs.last_mut() {
        last.push(letter);
    }
}

fn breaks_paragraph(tag: &str) -> bool {
    let name = tag.trim_start_matches('/');
    let name = name.split([' ', '/']).next().unwrap_or_default();
    !matches!(name, "a" | "em" | "strong" | "q" | "sub" | "sup" | "br")
}

/// The entities that the sanitiser writes, the ampersand last so that nothing is read twice.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::{RelativeLinks, sanitise};

    #[test]
    fn markup() {
        for (html, expected) in [
            ("<p class=x id=y style='color:red'>Hi</p>", "<p>Hi</p>"),
            (
                "<p onclick=alert(1)>Hi<script>alert(1)</script></p>",
                "<p>Hi</p>",
            ),
            ("<p><img src=x onerror=alert(1)></p><p>Hi</p>", "<p>Hi</p>"),
            ("<svg><style>Hi</style><path/></svg><p>Ho</p>", "<p>Ho</p>"),
            (
                "<a href='javascript:alert(1)'>Hi</a>",
                "<a rel=\"noopener\">Hi</a>",
            ),
            (
                "<a href='https://a.example/' target=_blank>Hi</a>",
                "<a href=\"https://a.example/\" rel=\"noopener\">Hi</a>",
            ),
            (
                "<p dir=rtl lang=ur>ہاں</p>",
                "<p dir=\"rtl\" lang=\"ur\">ہاں</p>",
            ),
            (
                "<figure><figcaption>A bridge</figcaption></figure><p>Hi</p>",
                "<p>Hi</p>",
            ),
        ] {
            let clean = sanitise(html, &RelativeLinks::Keep).unwrap();
            assert_eq!(clean.html, expected, "{html}");
        }
    }

    #[test]
    fn text() {
        for (html, expected) in [
            ("<p>One</p><p>Two</p>", "One\n\nTwo"),
            (
                "<h2>Why</h2><p>A <em>good</em> reason<br>or two</p>",
                "Why\n\nA good reason or two",
            ),
            ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
            ("<p>Fish &amp;lt; chips &lt;3 </p>", "Fish &lt; chips <3"),
            (
                "<p><a href='https://a.example/?q=\">\"'>Here</a></p>",
                "Here",
            ),
            ("<p>no\u{a0}break</p>", "no break"),
        ] {
            let clean = sanitise(html, &RelativeLinks::Keep).unwrap();
            assert_eq!(clean.text, expected, "{html}");
        }
    }

    #[test]
    fn relative_links() {
        let base = url::Url::parse("https://paper.example/world/story").unwrap();
        for (links, expected) in [
            (
                RelativeLinks::Keep,
                "<a href=\"/faq\" rel=\"noopener\">FAQ</a>",
            ),
            (
                RelativeLinks::Resolve(&base),
                "<a href=\"https://paper.example/faq\" rel=\"noopener\">FAQ</a>",
            ),
            (RelativeLinks::Drop, "<a rel=\"noopener\">FAQ</a>"),
        ] {
            let clean = sanitise("<a href='/faq'>FAQ</a>", &links).unwrap();
            assert_eq!(clean.html, expected);
        }
    }
}
