use super::*;
use crate::article::Picture;
use crate::comment::{Block, Order};
use crate::page::place::On;
use crate::page::samples::{self, EVIL};

fn thread(conversations: Vec<Conversation>) -> ThreadPage {
    ThreadPage {
        conversations,
        next: None,
        live_count: 1,
        last_event: 4,
    }
}

fn place(on: On) -> Place {
    Place {
        path: path("a"),
        order: Order::Newest,
        on,
        can_reply: true,
        moderates: false,
    }
}

fn page(article: &Article, thread: &ThreadPage, form: CommentBox) -> String {
    let chrome = samples::chrome();
    let place = place(On::Article { after: None });
    ArticlePage {
        chrome: &chrome,
        article,
        thread,
        place,
        form,
    }
    .render()
    .unwrap()
}

fn with_comment(change: impl FnOnce(&mut Shown)) -> String {
    let mut conversation = samples::conversation(&[(1, 0), (2, 1)]);
    change(&mut conversation.comments[1]);
    page(
        &samples::article(),
        &thread(vec![conversation]),
        CommentBox::Closed,
    )
}

fn open(form: CommentForm) -> String {
    page(
        &samples::article(),
        &thread(Vec::new()),
        CommentBox::Open(form),
    )
}

#[test]
fn nothing_that_people_write_becomes_markup() {
    let mut article = samples::article();
    let evil = || EVIL.to_owned();
    article.title = evil();
    (article.standfirst, article.byline, article.section) =
        (Some(evil()), Some(evil()), Some(evil()));
    article.picture = Some(Picture {
        url: evil(),
        alt: evil(),
        credit: Some(evil()),
    });
    (article.lang, article.canonical_url) = (Some(evil()), Some(evil()));
    let mut comment = samples::comment(1, 0, EVIL);
    comment.author = evil();
    comment.answers = Some(evil());
    comment.parent_id = Some(Uuid::from_u128(7));
    comment.is_own = true;
    comment.status = Status::Held;
    comment.why = vec![evil(), evil()];
    let link = Inline::Link {
        href: evil(),
        text: evil(),
    };
    comment.body = Some(vec![Block {
        quote: true,
        inlines: vec![link, Inline::Text(evil())],
    }]);
    let conversation = Conversation {
        comments: vec![comment],
        more_replies: 0,
    };
    let form = CommentForm {
        parent: Some(Parent {
            id: Uuid::nil(),
            author: evil(),
            excerpt: evil(),
        }),
        is_guest: true,
        name: evil(),
        email: evil(),
        text: format!("</textarea>{EVIL}"),
        problem: Some(evil()),
        key: evil(),
    };
    let mut chrome = samples::chrome();
    (chrome.site_name, chrome.viewer, chrome.csrf) = (evil(), Some(evil()), evil());
    let headline = Headline {
        slug: evil(),
        title: evil(),
        standfirst: Some(evil()),
        section: Some(evil()),
        lang: Some(evil()),
        published_at: None,
        live_count: 1,
    };
    let conversations = vec![conversation.clone()];
    let alone = On::Alone {
        target: Uuid::from_u128(1),
    };
    let pages = [
        FrontPage {
            chrome: &chrome,
            articles: &[headline],
        }
        .render(),
        ArticlePage {
            chrome: &chrome,
            article: &article,
            thread: &thread(conversations.clone()),
            place: place(On::Article { after: None }),
            form: CommentBox::Open(form),
        }
        .render(),
        ConversationPage {
            chrome: &chrome,
            article: &article,
            conversation: &conversation,
            place: place(alone),
            root_id: Uuid::nil(),
            is_whole: false,
        }
        .render(),
        FragmentPage {
            chrome: &chrome,
            conversations: &conversations,
            place: place(On::Fragment),
        }
        .render(),
    ];
    for html in pages.map(Result::unwrap) {
        assert!(
            !html.contains("<script>") && !html.contains("<img src=x"),
            "{html}"
        );
        assert!(html.contains("&#60;script&#62;"), "{html}");
        assert_eq!(
            html.matches("</textarea>").count(),
            html.matches("<textarea ").count()
        );
    }
}

#[test]
fn an_article_s_own_markup_is_kept() {
    let html = page(&samples::article(), &thread(Vec::new()), CommentBox::Closed);
    assert!(html.contains("<p>The <em>bridge</em>.</p>"));
}

#[test]
fn what_a_comment_shows_in_each_state() {
    let held = |why: &[&str]| {
        let why = why.iter().map(|&why| why.to_owned()).collect();
        with_comment(|c| (c.is_own, c.status, c.why) = (true, Status::Held, why))
    };
    for (html, expected) in [
        (
            with_comment(|_| ()),
            "data-reply=\"00000000-0000-0000-0000-000000000002\"",
        ),
        (with_comment(|_| ()), "Replying to <bdi>Reader 1</bdi>"),
        (
            with_comment(|c| c.answers = None),
            "Replying to a comment that is no longer shown",
        ),
        (with_comment(|c| c.is_staff = true), ">Staff<"),
        (
            held(&[]),
            "<p>Waiting for review. Only you can see this.</p>",
        ),
        (
            held(&["It has a link."]),
            "Waiting for review. Only you can see this. It has a link.</p>",
        ),
        (held(&["a", "b"]), "<li>a</li><li>b</li>"),
        (
            with_comment(|c| {
                (c.is_own, c.status, c.why) =
                    (true, Status::Rejected, vec!["It advertises.".into()]);
            }),
            "Not published: It advertises.",
        ),
        (
            with_comment(|c| (c.body, c.status) = (None, Status::Removed)),
            "This comment was removed.",
        ),
        (
            with_comment(|c| (c.body, c.status) = (None, Status::Held)),
            "This comment is not shown.",
        ),
    ] {
        assert!(html.contains(expected), "{expected} in {html}");
    }
}

#[test]
fn only_live_comments_can_be_answered() {
    let html = with_comment(|c| (c.is_own, c.status) = (true, Status::Pending));
    assert_eq!(html.matches("data-reply=").count(), 1);
}

#[test]
fn links_of_readers_are_kept_at_a_distance() {
    let html = with_comment(|c| c.body = samples::comment(2, 1, "see https://a.example/ end").body);
    let link = "<a href=\"https://a.example/\" rel=\"ugc nofollow noopener noreferrer\" referrerpolicy=\"no-referrer\">https://a.example/</a>";
    assert!(
        html.contains(&format!("<p dir=\"auto\">see {link} end</p>")),
        "{html}"
    );
}

#[test]
fn the_form_says_what_it_is() {
    let promise = "Comments are moderated and generally will be posted if they are on-topic and not abusive. For more information, please see our <a href=\"/faq\">Comments FAQ</a>";
    let guest = open(CommentForm {
        is_guest: true,
        ..CommentForm::default()
    });
    let reader = open(CommentForm::default());
    let typed = open(CommentForm {
        text: "\nmine\n  two".into(),
        problem: Some("Too long.".into()),
        parent: Some(Parent {
            id: Uuid::from_u128(3),
            author: "Ada".into(),
            excerpt: "was said".into(),
        }),
        ..CommentForm::default()
    });
    for (html, expected, there) in [
        (&guest, promise, true),
        (&reader, promise, true),
        (&guest, "name=\"email\"", true),
        (&reader, "name=\"email\"", false),
        (&reader, "name=\"website\" tabindex=\"-1\"", true),
        (
            &reader,
            "name=\"parent\" value=\"\" autocomplete=\"off\" disabled",
            true,
        ),
        (&reader, "role=\"alert\"", false),
        (&typed, "role=\"alert\" tabindex=\"-1\">Too long.</p>", true),
        (&typed, "Replying to <bdi>Ada</bdi>", true),
        (
            &typed,
            "<blockquote dir=\"auto\">was said</blockquote>",
            true,
        ),
        (
            &typed,
            "name=\"parent\" value=\"00000000-0000-0000-0000-000000000003\"",
            true,
        ),
        // browsers drop the first line break of a textarea; those that were typed stay
        (&typed, ">\n\nmine\n  two</textarea>", true),
    ] {
        assert_eq!(html.contains(expected), there, "{expected} in {html}");
    }
}

#[test]
fn where_all_is_read_first_the_form_says_so_once() {
    for (mode, times) in [(Mode::Filtered, 0), (Mode::Premoderated, 1)] {
        for lang in ["en", "ur"] {
            let article = Article {
                mode,
                lang: Some(lang.into()),
                ..samples::article()
            };
            let form = CommentBox::Open(CommentForm::default());
            let html = page(&article, &thread(Vec::new()), form);
            let said = html.matches("read by a moderator").count();
            assert_eq!(said, times, "{mode:?} {lang}: {html}");
            let described = html.matches("read-first").count();
            assert_eq!(described, 2 * times, "{mode:?} {lang}: {html}");
        }
    }
}

#[test]
fn what_stands_in_place_of_the_form() {
    for (form, expected) in [
        (CommentBox::Closed, "Comments are closed."),
        (
            CommentBox::SignInFirst,
            "href=\"/sign-in?next=%2Farticles%2Fa\"",
        ),
    ] {
        let html = page(&samples::article(), &thread(Vec::new()), form);
        assert!(
            html.contains(expected) && !html.contains("<form class=\"comment-form\""),
            "{html}"
        );
    }
}

#[test]
fn an_urdu_article_runs_from_right_to_left_on_an_english_page() {
    let mut article = samples::article();
    article.lang = Some("ur".into());
    let html = page(&article, &thread(Vec::new()), CommentBox::Closed);
    assert!(html.contains("<html lang=\"en\" dir=\"ltr\">"), "{html}");
    assert!(
        html.contains("<article class=\"story\" lang=\"ur\" dir=\"rtl\">"),
        "{html}"
    );
}

#[test]
fn longer_conversations_and_threads_go_on_elsewhere() {
    let mut long = thread(vec![samples::conversation(&[(1, 0), (2, 1)])]);
    long.conversations[0].more_replies = 1200;
    long.next = Some("5_00000000000000000000000000000007".parse().unwrap());
    let html = page(&samples::article(), &long, CommentBox::Closed);
    for expected in [
        "<summary>1,201 replies</summary>",
        "comments/00000000-0000-0000-0000-000000000001\">Read 1,200 more replies in this conversation</a>",
        "rel=\"next\" href=\"/articles/a?after=5_00000000000000000000000000000007#comments\">Older comments</a>",
    ] {
        assert!(html.contains(expected), "{expected} in {html}");
    }
}

#[test]
fn a_comment_s_own_page_marks_it() {
    let chrome = samples::chrome();
    let conversation = samples::conversation(&[(1, 0), (2, 1)]);
    let target = Uuid::from_u128(2);
    let page = ConversationPage {
        chrome: &chrome,
        article: &samples::article(),
        conversation: &conversation,
        place: place(On::Alone { target }),
        root_id: Uuid::from_u128(1),
        is_whole: false,
    };
    let html = page.render().unwrap();
    assert_eq!(html.matches("is-target").count(), 1, "{html}");
    assert!(html.contains("All comments on this article"));
}
