//! Whatever somebody writes stays text, on every page that shows it.

use std::collections::BTreeSet;

use belowline::account::Role;
use belowline::article::{self, Draft};
use belowline::comment::Screened;

use super::chrome::{Browser, Chrome};
use crate::harness::{Article, Belowline, Options};

/// Ways out of text: elements, attributes, addresses, other parsers' ways of reading, and this service's own syntax.
/// Each would set `__pwned`, or leave an element or attribute that no page of ours has.
const PAYLOADS: &[&str] = &[
    "<script>__pwned=1</script>",
    "</textarea><script>__pwned=2</script>",
    "</title><script>__pwned=3</script>",
    "</p></div></article><script>__pwned=4</script>",
    "<img src=x onerror=__pwned=5>",
    "<img/src='x'/onerror='__pwned=6'>",
    "\"><img src=x onerror=__pwned=7>",
    "' autofocus onfocus='__pwned=8",
    "\" autofocus onfocus=\"__pwned=9",
    "<svg onload=__pwned=10>",
    "<svg><script>__pwned=11</script></svg>",
    "<svg><animate onbegin=__pwned=12 attributeName=x dur=1s>",
    "<math><mtext></mtext><mglyph><style><!--</style><img title=\"--><img src=x onerror=__pwned=13>\">",
    "<iframe srcdoc='<script>parent.__pwned=14</script>'></iframe>",
    "<iframe src=javascript:parent.__pwned=15></iframe>",
    "<object data=javascript:__pwned=16></object>",
    "<embed src=javascript:__pwned=17>",
    "<details open ontoggle=__pwned=18>",
    "<input autofocus onfocus=__pwned=19>",
    "<marquee onstart=__pwned=20>",
    "<video><source onerror=__pwned=21></video>",
    "<body onload=__pwned=22>",
    "<style>@import '/evil.css'; * { animation: x } </style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:__pwned=26'>",
    "<form action=//evil.example><button>Post comment</button></form>",
    "<a href=javascript:__pwned=28>javascript:__pwned=28</a>",
    "javascript:__pwned=29//https://example.org/x",
    "https://example.org/\"onmouseover=\"__pwned=30",
    "https://example.org/'onmouseover='__pwned=31",
    "https://example.org/?q=<script>__pwned=32</script>",
    "data:text/html,<script>__pwned=33</script>",
    "[text](javascript:__pwned=34) ![x](x\"onerror=\"__pwned=34)",
    "> <script>__pwned=35</script>",
    "&lt;script&gt;__pwned=36&lt;/script&gt;",
    "&#60;img src=x onerror=__pwned=37&#62;",
    "<scr<script>ipt>__pwned=38</scr</script>ipt>",
    "{{constructor.constructor('__pwned=39')()}} ${__pwned=39} <%= 39 %> {% raw %}",
    "<!--><img src=x onerror=__pwned=40>-->",
    "<noscript><p title=\"</noscript><img src=x onerror=__pwned=41>\">",
    "<template><script>__pwned=42</script></template>",
    "＜script＞__pwned=43＜/script＞",
    "<xss id=x tabindex=1 onfocus=__pwned=44>",
    "<div is=comment-form data-reply=x class=comment id=form>",
];

/// Every pair of an element and an attribute that the page has, and the addresses that its links lead to.
const SHAPE: &str = "Array.from(document.querySelectorAll('*')).flatMap((node) => {
    const tag = node.localName;
    return [tag, ...Array.from(node.attributes, (one) => `${tag} ${one.name}`),
        ...(node.href && !/^https?:/.test(node.href) ? [`${tag} to ${node.href}`] : [])];
})";

async fn shape(browser: &Browser) -> BTreeSet<String> {
    let all = browser.eval(SHAPE).await;
    let all = all.as_array().expect("a list").iter();
    all.map(|one| one.as_str().expect("text").to_owned())
        .collect()
}

async fn article(house: &Belowline, slug: &str, words: &str) -> Article {
    let draft = Draft {
        title: words.into(),
        standfirst: Some(words.into()),
        byline: Some(words.into()),
        published_at: None,
        picture: None,
        body_html: "<p>The ferry over the river.</p>".into(),
        body_text: "The ferry over the river.".into(),
        lang: Some("en".into()),
        section: Some(words.into()),
        tags: vec![],
        canonical_url: None,
    };
    article::save(&house.db, house.site.id, slug, &draft)
        .await
        .expect("saved");
    let id = article::by_slug(&house.db, house.site.id, slug)
        .await
        .expect("there")
        .id;
    Article {
        id,
        slug: slug.into(),
    }
}

/// A comment with an answer, and one that was decided, in these words, by somebody of that name. The rules for names
/// stand aside: what got past them must be shown as text, too.
async fn written(
    house: &Belowline,
    article: &Article,
    words: &[&str],
    name: &str,
) -> [uuid::Uuid; 2] {
    let mut root = None;
    let gus = house.guest("Gus");
    for words in words {
        let id = match root {
            None => gus.posts(article, words).await,
            Some(root) => gus.replies(article, root, words).await,
        };
        house.screens(id, Screened::Live).await.expect("settled");
        root.get_or_insert(id);
        house.forget_limits().await;
    }
    let held = gus.posts(article, &words.join("\n\n")).await;
    house.screens(held, Screened::Held).await.expect("settled");
    sqlx::query("UPDATE comment SET author_name = $1 WHERE article_id = $2")
        .bind(name)
        .bind(article.id)
        .execute(&house.db)
        .await
        .expect("named");
    [root.expect("one"), held]
}

#[tokio::test]
async fn whatever_is_written_stays_text_on_every_page() {
    let house = Belowline::with(Options::unscreened()).await;
    // the same pages in harmless words show which elements and attributes they are made of
    let harmless = [
        "Harmless words.",
        "> A quote.",
        "See https://example.org/x and more",
    ];
    let tame = article(&house, "tame", "Harmless").await;
    let wild = article(&house, "wild", &PAYLOADS.join(" ")).await;
    let [tame_root, tame_held] = written(&house, &tame, &harmless, "Gus").await;
    let [wild_root, wild_held] = written(&house, &wild, PAYLOADS, &PAYLOADS[..12].join(" ")).await;
    let mo = house.moderator("Remo").await;
    house.account("Chief", Role::Admin).await;
    for held in [tame_held, wild_held] {
        mo.approves(held).await.expect(200);
    }
    let chrome = Chrome::start(&house).await;
    let reader = chrome.open().await;
    reader.signs_in("Chief").await;
    assert_eq!(
        reader.eval("document.cookie").await,
        "",
        "no script reads the session"
    );

    let paths = |article: &Article, root, held| {
        let page = article.page();
        [
            page.clone(),
            format!("{page}?sort=oldest"),
            format!("{page}?reply={root}"),
            format!("{page}/comments/{root}"),
            format!("/desk/comments/{held}"),
            format!("/desk/comments/{root}"),
        ]
    };
    let tame_pages = paths(&tame, tame_root, tame_held);
    let wild_pages = paths(&wild, wild_root, wild_held);
    let mut known = BTreeSet::new();
    for path in &tame_pages {
        reader.go(path).await;
        known.extend(shape(&reader).await);
    }
    for path in ["/", "/desk/history", "/desk/articles"] {
        reader.go(path).await;
        known.extend(shape(&reader).await);
    }
    for path in
        wild_pages
            .iter()
            .map(String::as_str)
            .chain(["/", "/desk/history", "/desk/articles"])
    {
        reader.go(path).await;
        is_only_text(&reader, &known, path).await;
    }

    reader.go("/desk/terms").await;
    known.extend(shape(&reader).await);
    reader.fill("#try", "You piece of filth").await;
    reader.press("Try it").await;
    reader.find("mark").await;
    known.extend(shape(&reader).await);
    let all = PAYLOADS.join("\n");
    reader
        .execute(
            "document.getElementById('try').value = arguments[0]",
            vec![all.into()],
        )
        .await;
    reader.press("Try it").await;
    reader
        .waits_until("document.querySelector('.desk-item')?.textContent.includes('__pwned=5')")
        .await;
    is_only_text(&reader, &known, "try it").await;
}

async fn is_only_text(reader: &Browser, known: &BTreeSet<String>, path: &str) {
    reader
        .waits_until("document.readyState === 'complete'")
        .await;
    if !path.contains("/desk/articles") {
        reader.waits_for("__pwned").await;
    }
    // as somebody would who moves over the page and through it
    reader
        .eval("document.querySelectorAll('*').forEach((node) => {
            for (const kind of ['mouseover', 'focus', 'toggle', 'animationstart']) node.dispatchEvent(new Event(kind));
        })")
        .await;
    assert_eq!(
        reader.eval("window.__pwned ?? null").await,
        serde_json::Value::Null,
        "{path}"
    );
    assert_eq!(
        reader.eval("window.__violations ?? []").await,
        serde_json::json!([]),
        "{path}"
    );
    let strange: Vec<String> = shape(reader).await.difference(known).cloned().collect();
    assert!(strange.is_empty(), "{path}: {strange:?}");
    assert_eq!(
        reader.console_errors().await,
        Vec::<String>::new(),
        "{path}"
    );
}
