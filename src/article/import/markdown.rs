//! Markdown: optional front matter, `# headline`, an emphasised standfirst, the picture, the text.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::super::draft::Picture;
use super::sanitise::{self, RelativeLinks};
use super::{Draft, ImportError, byline, date, picture, some_line};
use crate::language;

pub(super) fn parse(text: &str) -> Result<Draft, ImportError> {
    let (front, text) = front_matter(text);
    let front = Front { entries: front };
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let heading = take_title(&mut events);
    let drawn = take_picture(&mut events);
    let emphasised = take_standfirst(&mut events);
    lower_headings(&mut events);
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    let clean = sanitise::sanitise(&body, &RelativeLinks::Keep)?;
    Ok(Draft {
        title: front
            .get(&["title", "headline"])
            .or(heading)
            .ok_or(ImportError::NoHeadline)?,
        standfirst: front
            .get(&["standfirst", "description", "summary", "subtitle"])
            .or(emphasised),
        byline: front
            .get(&["byline", "author"])
            .map(|name| byline::without_by(&name)),
        published_at: front
            .get(&["published_at", "published", "date"])
            .and_then(|printed| date::find(&printed))
            .map(|found| found.at),
        picture: front.picture().or(drawn),
        body_html: clean.html,
        body_text: clean.text,
        lang: front
            .get(&["lang", "language"])
            .and_then(|tag| language::primary(&tag)),
        section: front.get(&["section", "category"]),
        tags: front.tags(),
        canonical_url: front
            .get(&["canonical_url", "url"])
            .filter(|address| super::is_web_address(address)),
    })
}

/// The `key: value` lines between two `---`, keys in lower case.
struct Front<'t> {
    entries: Vec<(String, &'t str)>,
}

impl Front<'_> {
    fn get(&self, keys: &[&str]) -> Option<String> {
        let find = |wanted: &&str| self.entries.iter().find(|(key, _)| key == wanted);
        let (_, value) = keys.iter().find_map(find)?;
        some_line(value.trim_matches(['"', '\'']))
    }

    fn tags(&self) -> Vec<String> {
        let list = self.get(&["tags", "keywords"]).unwrap_or_default();
        let bare = |tag: String| some_line(tag.trim_matches(['"', '\'']));
        let tags = super::split_tags(list.trim_matches(['[', ']'])).into_iter();
        tags.filter_map(bare).collect()
    }

    fn picture(&self) -> Option<Picture> {
        let address = self.get(&["picture", "image"])?;
        let alt = self.get(&["picture_alt", "alt"]).unwrap_or_default();
        let credit = self.get(&["picture_credit", "credit"]);
        picture::picture(&address, &alt, credit.as_deref())
    }
}

/// Splits off the front matter. Without a closing `---` it is text, as a rule across the page is.
fn front_matter(text: &str) -> (Vec<(String, &str)>, &str) {
    let text = text.trim_start();
    let parts = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---"));
    let Some((front, rest)) = parts else {
        return (Vec::new(), text);
    };
    let entries = front.lines().filter_map(|line| line.split_once(':'));
    let entries = entries.map(|(key, value)| (key.trim().to_lowercase(), value.trim()));
    let rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    (entries.collect(), rest)
}

/// Takes the first heading of level one out of the text.
fn take_title(events: &mut Vec<Event<'_>>) -> Option<String> {
    let is_start = |event: &Event<'_>| {
        matches!(
            event,
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1,
                ..
            })
        )
    };
    let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Heading(HeadingLevel::H1)));
    let start = events.iter().position(is_start)?;
    let length = events.iter().skip(start).position(is_end)?;
    let taken: Vec<Event<'_>> = events.drain(start..=start + length).collect();
    some_line(&words(&taken))
}

/// Takes the first picture out of the text; its title, `![alt](address "title")`, is the credit.
fn take_picture(events: &mut Vec<Event<'_>>) -> Option<Picture> {
    let start = events
        .iter()
        .position(|event| matches!(event, Event::Start(Tag::Image { .. })))?;
    let end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Image));
    let length = events.iter().skip(start).position(end)?;
    let taken: Vec<Event<'_>> = events.drain(start..=start + length).collect();
    let Some(Event::Start(Tag::Image {
        dest_url, title, ..
    })) = taken.first()
    else {
        return None;
    };
    picture::picture(dest_url, &words(&taken), Some(title))
}

/// Takes the first paragraph out of the text if all of it is emphasised.
fn take_standfirst(events: &mut Vec<Event<'_>>) -> Option<String> {
    let is_paragraph = |event: &Event<'_>| matches!(event, Event::Start(Tag::Paragraph));
    let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Paragraph));
    let mut from = 0;
    // A paragraph that held nothing but the picture is empty now.
    let (start, length) = loop {
        let start = from + events.iter().skip(from).position(is_paragraph)?;
        let length = events.iter().skip(start).position(is_end)?;
        if length > 1 {
            break (start, length);
        }
        from = start + length;
    };
    let inner = events.get(start + 1..start + length)?;
    if !is_one_emphasis(inner) {
        return None;
    }
    let taken: Vec<Event<'_>> = events.drain(start..=start + length).collect();
    some_line(&words(&taken))
}

/// Whether one emphasis begins at the first event and ends no earlier than the last.
fn is_one_emphasis(events: &[Event<'_>]) -> bool {
    let mut depth = 0_usize;
    let last = events.len().saturating_sub(1);
    events.iter().enumerate().all(|(index, event)| {
        match event {
            Event::Start(Tag::Emphasis | Tag::Strong) => depth += 1,
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0 || (index == last && index > 0)
    })
}

/// The headline is the only heading of level one on the page, and three levels are enough.
fn lower_headings(events: &mut [Event<'_>]) {
    let lowered = |level: HeadingLevel| match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H2,
        _ => HeadingLevel::H3,
    };
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) | Event::End(TagEnd::Heading(level)) => {
                *level = lowered(*level);
            }
            _ => {}
        }
    }
}

fn words(events: &[Event<'_>]) -> String {
    let mut words = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn standfirsts() {
        for (text, expected) in [
            (
                "# H\n\n*Short and sweet.*\n\nText.",
                Some("Short and sweet."),
            ),
            ("# H\n\n**Short** and sweet.\n\nText.", None),
            ("# H\n\n*Short* and *sweet*\n\nText.", None),
            (
                "# H\n\n![A bridge](/b.svg)\n\n_Short,\nand **sweet**._\n\nText.",
                Some("Short, and sweet."),
            ),
            (
                "---\nstandfirst: From the front: here\n---\n# H\n\nText.",
                Some("From the front: here"),
            ),
            ("# H\n\nText.\n\n*Not this.*", None),
        ] {
            let draft = parse(text).unwrap();
            assert_eq!(draft.standfirst.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn headings() {
        let draft = parse("Intro.\n\n# H\n\n## Two\n\n#### Four\n\n# One").unwrap();
        assert_eq!(draft.title, "H");
        assert_eq!(
            draft.body_html,
            "<p>Intro.</p>\n<h2>Two</h2>\n<h3>Four</h3>\n<h2>One</h2>"
        );
    }

    #[test]
    fn markup_of_the_author_passes_the_sanitiser() {
        let draft = parse(
            "# H\n\nHi <b onclick=x>there</b> <script>alert(1)</script>\n\n<img src=x onerror=y>",
        )
        .unwrap();
        assert_eq!(draft.body_html, "<p>Hi there </p>");
    }
}
