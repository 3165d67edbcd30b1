use super::super::draft::{Draft, Picture};
use super::{Format, ImportError, MAX_BYTES, parse, slug};

fn fixture(name: &str) -> Draft {
    let path = format!(
        "{}/tests/fixtures/articles/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    parse(&std::fs::read(path).unwrap(), None, Some(name)).unwrap()
}

/// Everything but the body, one value a line, so that a failure reads like the head of a page.
fn head(draft: &Draft) -> [String; 8] {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [
        draft.title.clone(),
        or_none(&draft.standfirst),
        or_none(&draft.byline),
        draft
            .published_at
            .map_or("-".to_owned(), |at| at.to_rfc3339()),
        or_none(&draft.section),
        draft.tags.join(", "),
        or_none(&draft.lang),
        or_none(&draft.canonical_url),
    ]
}

/// The beginnings of the paragraphs.
fn paragraphs(draft: &Draft) -> Vec<String> {
    let begin = |paragraph: &str| paragraph.split(' ').take(3).collect::<Vec<_>>().join(" ");
    draft.body_text.split("\n\n").map(begin).collect()
}

#[test]
fn a_dateline_glued_together() {
    let draft = fixture("glued-dateline.txt");
    assert_eq!(
        head(&draft),
        [
            "Harbour board turns down offer to lease out the lifeboat station",
            "Members say the “slipway is not for rent” after a shipping firm’s letter",
            "News Desk",
            "2025-03-07T00:00:00+00:00",
            "-",
            "",
            "en",
            "-",
        ]
    );
    assert_eq!(draft.picture, None);
    assert_eq!(
        paragraphs(&draft),
        [
            "The harbour board",
            "At a public",
            "The offer came",
            "The company had",
            "In reply, a"
        ]
    );
}

#[test]
fn a_page_with_share_bars_and_boxes() {
    let draft = fixture("share-bar.txt");
    assert_eq!(
        head(&draft),
        [
            "Night bus to the hill villages saved until spring",
            "Passengers’ petition persuades council to pay for four more months of service 47",
            "Jane Roe and Al Noor",
            "2025-02-09T10:30:00+00:00",
            "Local news",
            "Buses, Hill villages, District council",
            "en",
            "-",
        ]
    );
    assert_eq!(
        paragraphs(&draft),
        [
            "The last bus",
            "More than two",
            "Why it was",
            "The council pays",
            "Drivers welcomed the",
            "The council will",
        ]
    );
    assert!(draft.body_html.contains("<h2>Why it was to go</h2>"));
}

#[test]
fn rows_that_were_wrapped_become_paragraphs() {
    let draft = fixture("wrapped.txt");
    assert_eq!(
        head(&draft),
        [
            "Otters return to the upper Lenn after forty years",
            "-",
            "Rana Iqbal",
            "2025-01-18T00:00:00+00:00",
            "SCIENCE",
            "",
            "en",
            "-",
        ]
    );
    assert_eq!(
        paragraphs(&draft),
        [
            "Biologists have found",
            "The water authority",
            "Anglers are of"
        ]
    );
}

#[test]
fn urdu() {
    let draft = fixture("urdu.txt");
    assert_eq!(
        head(&draft),
        [
            "پرانے ڈاک خانے کی عمارت کو کتب خانہ بنانے کا فیصلہ",
            "شہر کی کونسل نے برسوں کی بحث کے بعد منصوبہ منظور کر لیا",
            "نمائندہ خصوصی",
            "2025-01-15T00:00:00+00:00",
            "مقامی خبریں",
            "",
            "ur",
            "-",
        ]
    );
    assert_eq!(
        paragraphs(&draft),
        ["نور گڑھ کی", "یہ عمارت بارہ", "محلے کے رہنے"]
    );
}

#[test]
fn markdown() {
    let draft = fixture("front-matter.md");
    assert_eq!(
        head(&draft),
        [
            "The curtain that would not rise",
            "A small theatre learns to live with its stubborn machinery.",
            "Jane Roe",
            "2025-02-03T06:30:00+00:00",
            "Culture",
            "Theatre, Town hall",
            "en",
            "https://paper.example/culture/curtain",
        ]
    );
    let picture = Picture {
        url: "https://img.example/curtain.jpg".to_owned(),
        alt: "An empty stage with a red curtain".to_owned(),
        credit: Some("Al Noor/Valley Pictures".to_owned()),
    };
    assert_eq!(draft.picture, Some(picture));
    assert_eq!(
        draft.body_html,
        "<p>The motor is from 1961 and so is the man who oils it.</p>\n\
         <h2>A list of parts</h2>\n\
         <ul>\n<li>one motor</li>\n<li>two <a href=\"/glossary#ropes\" rel=\"noopener\">ropes</a></li>\n</ul>\n\
         <blockquote>\n<p>“It rises when it likes.”</p>\n</blockquote>\n\
         <p>The audience has learned to wait.</p>"
    );
}

#[test]
fn a_page_that_describes_itself() {
    let path = format!(
        "{}/tests/fixtures/articles/json-ld.html",
        env!("CARGO_MANIFEST_DIR")
    );
    let bytes = std::fs::read(path).unwrap();
    let draft = parse(&bytes, None, Some("https://paper.example/sport/x?utm=1")).unwrap();
    assert_eq!(
        head(&draft),
        [
            "Ice rink to open a month late",
            "Pipes ordered in spring are still at sea.",
            "Jane Roe, Al Noor",
            "2025-11-04T07:00:00+00:00",
            "Sport",
            "Skating, Market square",
            "en",
            "https://paper.example/sport/ice-rink-late",
        ]
    );
    let picture = Picture {
        url: "https://img.example/rink.jpg".to_owned(),
        alt: "Workers lay pipes on a square".to_owned(),
        credit: Some("Jo Field/Valley Pictures".to_owned()),
    };
    assert_eq!(draft.picture, Some(picture));
    assert_eq!(
        paragraphs(&draft),
        [
            "The ice rink",
            "“We have the",
            "A long way",
            "The ship left",
            "Season tickets stay"
        ]
    );
    let link = "<strong>pumps</strong>, we have the boards, we have the skates,” said the head of the \
                <a href=\"https://paper.example/sport/office\" rel=\"noopener\">sports office</a>";
    assert!(draft.body_html.contains(link), "{}", draft.body_html);
}

#[test]
fn a_page_that_says_nothing_of_itself() {
    let draft = fixture("bare.html");
    let [title, _, byline, published, ..] = head(&draft);
    assert_eq!(
        [title, byline, published],
        [
            "Baker wins prize for rye loaf",
            "Al Noor",
            "2024-12-12T00:00:00+00:00"
        ]
    );
    assert_eq!(
        paragraphs(&draft),
        ["A baker from", "The jury praised", "There will be"]
    );
}

#[test]
fn formats() {
    for (name, content, expected) in [
        (None, "<!DOCTYPE html><p>x", Format::Html),
        (None, "<?xml version='1.0'?>\n<html>", Format::Html),
        (None, "# Headline", Format::Markdown),
        (None, "---\ntitle: Headline", Format::Markdown),
        (None, "Headline", Format::Text),
    ] {
        let format = name
            .and_then(Format::from_name)
            .unwrap_or_else(|| Format::from_content(content));
        assert_eq!(format, expected, "{content}");
    }
    for (name, expected) in [
        ("story.HTML", Some(Format::Html)),
        (
            "https://paper.example/story.html?x=1.txt#top",
            Some(Format::Html),
        ),
        ("story.md", Some(Format::Markdown)),
        ("story.txt", Some(Format::Text)),
        ("https://paper.example/story", None),
        ("story", None),
    ] {
        assert_eq!(Format::from_name(name), expected, "{name}");
    }
    for (header, expected) in [
        ("text/html; charset=utf-8", Some(Format::Html)),
        ("Application/XHTML+XML", Some(Format::Html)),
        ("text/plain", Some(Format::Text)),
        ("text/markdown", Some(Format::Markdown)),
        ("image/png", None),
        ("", None),
    ] {
        assert_eq!(Format::from_content_type(header), expected, "{header}");
    }
}

#[test]
fn what_is_refused() {
    let large = vec![b'a'; MAX_BYTES + 1];
    let long = "word ".repeat(200);
    for (name, bytes, expected) in [
        ("a.txt", &b""[..], ImportError::Empty),
        ("a.txt", b"\xef\xbb\xbf \r\n\0", ImportError::Empty),
        ("a.txt", &large, ImportError::TooLarge),
        ("a.txt", b"Caf\xe9", ImportError::NotUtf8),
        ("a.txt", b"COMMENTS\n\nShare", ImportError::NoHeadline),
        ("a.txt", long.as_bytes(), ImportError::NoHeadline),
        ("a.txt", b"Only a headline", ImportError::NoBody),
        ("a.md", b"Text without a headline.", ImportError::NoHeadline),
        ("a.md", b"# Only a headline", ImportError::NoBody),
        (
            "a.html",
            b"<p>Text without a headline.",
            ImportError::NoHeadline,
        ),
        ("a.html", b"<h1>Only a headline</h1>", ImportError::NoBody),
    ] {
        assert_eq!(
            parse(bytes, None, Some(name)),
            Err(expected),
            "{name} {expected:?}"
        );
    }
}

/// Run on the small stack of a test thread: a recursion over the tree would end the whole process.
#[test]
fn deep_nesting_ends_in_an_answer() {
    let text =
        "<p>A paragraph that is long enough to be taken for the text of an article.</p>".repeat(20);
    for unit in [
        "<b>",
        "<div>",
        "<blockquote>",
        "<div><p>",
        "<table><td>",
        "<svg><g>",
        "<div></b>",
        "<p>",
        "<li>",
    ] {
        let page = format!("<h1>Headline</h1>{}{text}", unit.repeat(100_000));
        let html = parse(page.as_bytes(), Some(Format::Html), None);
        assert!(
            matches!(html, Err(ImportError::TooDeep | ImportError::NoBody)),
            "{unit}: {html:?}"
        );
    }
    for unit in [">", "> ", "[", "*", "(", "_", "![", "<b>", "`", "- "] {
        let page = format!("# Headline\n\n{} text", unit.repeat(100_000));
        let markdown = parse(page.as_bytes(), Some(Format::Markdown), None);
        assert!(
            matches!(
                markdown,
                Ok(_) | Err(ImportError::TooDeep | ImportError::NoBody)
            ),
            "{unit}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}(\n{1,2}(\\PC{0,60}|Comments|By A B|4 May 2025|# x|<b>|\\[x\\]\\(y\\))){0,8}") {
        for format in [Format::Text, Format::Markdown, Format::Html] {
            if let Ok(draft) = parse(text.as_bytes(), Some(format), None) {
                assert!(!draft.title.is_empty() && !draft.body_text.is_empty());
                assert!(!draft.body_html.contains("<script"));
            }
        }
    }
}

#[test]
fn the_demo_articles_have_the_slugs_that_their_thread_names() {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");
    let threads = std::fs::read(format!("{demo}/thread.json")).unwrap();
    let threads: serde_json::Value = serde_json::from_slice(&threads).unwrap();
    for (index, (name, lang)) in [
        ("ferry-bridge", "en"),
        ("moth-count", "en"),
        ("old-well", "ur"),
    ]
    .iter()
    .enumerate()
    {
        let draft = parse(
            &std::fs::read(format!("{demo}/{name}.md")).unwrap(),
            None,
            Some("x.md"),
        )
        .unwrap();
        assert_eq!(threads[index]["article"], slug(&draft.title));
        assert_eq!(draft.lang.as_deref(), Some(*lang), "{name}");
        let complete =
            draft.standfirst.is_some() && draft.byline.is_some() && draft.published_at.is_some();
        assert!(complete, "{draft:?}");
        assert_eq!(draft.picture.is_some(), *name == "ferry-bridge");
    }
}
