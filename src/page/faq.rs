//! The Comments FAQ: Markdown in, safe HTML out.

use pulldown_cmark::{Options, Parser, html};

/// The text that ships, until an admin saves another.
const SHIPPED: &str = include_str!("faq.md");

/// The site's own text, or the one that ships, as HTML that may be printed as it is.
pub(super) fn render(own: Option<&str>) -> String {
    let parser = Parser::new_ext(own.unwrap_or(SHIPPED), Options::ENABLE_TABLES);
    let mut html = String::new();
    html::push_html(&mut html, parser);
    // an admin wrote it, but an admin's session can be stolen, and raw HTML is Markdown too
    ammonia::clean(&html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_harmless_html() {
        for (text, expected) in [
            ("# a\n\nb *c*", "<h1>a</h1>\n<p>b <em>c</em></p>\n"),
            ("<script>alert(1)</script>", ""),
            (
                "[x](javascript:alert(1))",
                "<p><a rel=\"noopener noreferrer\">x</a></p>\n",
            ),
            ("<b onclick=\"x()\">y</b>", "<p><b>y</b></p>\n"),
        ] {
            assert_eq!(render(Some(text)), expected, "{text}");
        }
    }

    #[test]
    fn without_an_own_text_the_shipped_one_is_shown() {
        assert!(render(None).contains("<h2>Who decides?</h2>"));
    }
}
