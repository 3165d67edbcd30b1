//! Markdown into HTML for the publisher's own pages. Whoever edits them may write no markup of their own: an
//! administrator's session that was stolen must not become a script in every reader's browser.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

/// Headings, lists, emphasis, links and tables. HTML in the text is shown as the text that it is; a link that
/// leads anywhere but to the web, a mail address or this site loses its address; pictures become their
/// descriptions.
pub fn render_markdown(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(tame);
    let mut out = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut out, events);
    out
}

fn tame(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            id,
            ..
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: if is_safe(&dest_url) {
                dest_url
            } else {
                CowStr::Borrowed("")
            },
            title: CowStr::Borrowed(""),
            id,
        }),
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(pulldown_cmark::TagEnd::Image) => Event::End(pulldown_cmark::TagEnd::Emphasis),
        other => other,
    }
}

/// Does an address stay on the web, on this site, or in a mail program?
fn is_safe(address: &str) -> bool {
    match url::Url::parse(address) {
        Ok(url) => matches!(url.scheme(), "http" | "https" | "mailto"),
        Err(url::ParseError::RelativeUrlWithoutBase) => true,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rendered() {
        for (markdown, html) in [
            ("# A\n\nb *c*", "<h1>A</h1>\n<p>b <em>c</em></p>\n"),
            (
                "[a](https://b.example)",
                "<p><a href=\"https://b.example\">a</a></p>\n",
            ),
            ("[a](/faq#x)", "<p><a href=\"/faq#x\">a</a></p>\n"),
            (
                "<me@paper.example>",
                "<p><a href=\"mailto:me@paper.example\">me@paper.example</a></p>\n",
            ),
            (
                "![a cat](https://b.example/c.png)",
                "<p><em>a cat</em></p>\n",
            ),
        ] {
            assert_eq!(render_markdown(markdown), html, "{markdown}");
        }
    }

    #[test]
    fn nothing_runs() {
        for markdown in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt:alert(1))",
            "[a](java\tscript:alert(1))",
            "[a]( javascript:alert(1))",
            "[a](&#106;avascript:alert(1))",
            "[a](data:text/html,x)",
            "[a][b]\n\n[b]: vbscript:x",
            "<javascript:alert(1)>",
            "![x](javascript:alert(1))",
            "[x](https://a.example '\"onclick=\"y')",
            "[x](https://a.example/\"onclick=\"y)",
            "<svg/onload=alert(1)>",
            "<!-- --><style>*{}</style>",
        ] {
            let html = render_markdown(markdown);
            for bad in [
                "<script",
                "<img",
                "<svg",
                "<style",
                "<!--",
                "\"javascript:",
                "\"data:",
                "\"vbscript:",
                "\" on",
                "\"on",
            ] {
                assert!(!html.to_lowercase().contains(bad), "{markdown:?} → {html}");
            }
        }
    }
}
