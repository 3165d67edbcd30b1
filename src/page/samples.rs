//! Made-up articles and comments for this room's tests.

use chrono::DateTime;
use uuid::Uuid;

use crate::article::{Article, Mode, Picture};
use crate::comment::{Block, Conversation, Inline, Shown, Status};
use crate::web::Chrome;

/// What no page may pass on as it is.
pub(super) const EVIL: &str = "<script>alert('x')</script>\"><img src=x onerror=y>";

pub(super) fn chrome() -> Chrome {
    Chrome {
        site_name: "The Paper".into(),
        lang: "en".into(),
        ..Chrome::default()
    }
}

pub(super) fn article() -> Article {
    Article {
        id: Uuid::from_u128(99),
        slug: "a".into(),
        title: "A bridge".into(),
        standfirst: Some("It is closed.".into()),
        byline: Some("Jo Doe".into()),
        published_at: Some(DateTime::UNIX_EPOCH),
        picture: Some(Picture {
            url: "https://paper.example/a.jpg".into(),
            alt: "The bridge".into(),
            credit: Some("Photograph: Jo Doe".into()),
        }),
        section: Some("City".into()),
        lang: None,
        body_html: "<p>The <em>bridge</em>.</p>".into(),
        body_text: "The bridge.".into(),
        canonical_url: None,
        mode: Mode::Filtered,
    }
}

/// Comment `n`, an answer to `parent` unless that is 0. Blank lines divide the text into blocks; `>` marks a
/// quote; a line that starts with `https:` is a link.
pub(super) fn comment(n: u128, parent: u128, text: &str) -> Shown {
    let block = |text: &str| Block {
        quote: text.starts_with('>'),
        inlines: inlines(text.trim_start_matches(['>', ' '])),
    };
    Shown {
        id: Uuid::from_u128(n),
        parent_id: (parent > 0).then(|| Uuid::from_u128(parent)),
        root_id: Uuid::from_u128(1),
        level: u8::from(parent > 0),
        author: format!("Reader {n}"),
        is_staff: false,
        created_at: DateTime::UNIX_EPOCH,
        body: Some(text.split("\n\n").map(block).collect()),
        status: Status::Live,
        is_own: false,
        answers: (parent > 0).then(|| format!("Reader {parent}")),
        is_closed: false,
        why: Vec::new(),
    }
}

fn inlines(text: &str) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for word in text.split_inclusive([' ', '\n']) {
        let trimmed = word.trim_end().to_owned();
        if trimmed.starts_with("https:") {
            inlines.push(Inline::Link {
                href: trimmed.clone(),
                text: trimmed,
            });
            inlines.push(Inline::Text(" ".into()));
        } else if word.ends_with('\n') {
            inlines.extend([Inline::Text(trimmed), Inline::Break]);
        } else {
            inlines.push(Inline::Text(word.to_owned()));
        }
    }
    inlines
}

/// `(number, parent)` in reading order.
pub(super) fn conversation(tree: &[(u128, u128)]) -> Conversation {
    Conversation {
        comments: tree
            .iter()
            .map(|&(n, parent)| comment(n, parent, "text"))
            .collect(),
        more_replies: 0,
    }
}
