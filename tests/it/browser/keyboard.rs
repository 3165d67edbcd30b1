//! Everything can be reached and used from the keyboard, and one sees where one is.

use belowline::comment::Screened;
use thirtyfour::Key;

use super::chrome::Chrome;
use crate::harness::{Belowline, Options};

/// Where the focus is, in few words; empty on nothing.
const WHERE: &str = "(() => {
    const node = document.activeElement;
    if (!node || node === document.body) return '';
    return node.id ? `#${node.id}` : `${node.localName} ${node.textContent.trim().replace(/\\s+/g, ' ')}`;
})()";

const IS_SEEN: &str = "(() => {
    const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
        && box.bottom > 0 && box.top < innerHeight;
})()";

#[tokio::test]
async fn the_tab_key_goes_through_the_page_in_order_and_shows_where_it_is() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house
        .reader("Ada")
        .await
        .posts(&article, "The ferry was better.")
        .await;
    house.screens(id, Screened::Live).await.expect("settled");
    let chrome = Chrome::start(&house).await;
    let reader = chrome.open().await;
    reader.go(&article.page()).await;
    let mut stops = Vec::new();
    // round once: the browser's own places come between the last stop and the first
    for _ in 0..30 {
        reader.strike_special(Key::Tab).await;
        let stop = reader.eval(WHERE).await.as_str().expect("text").to_owned();
        if stop.is_empty() || stops.first() == Some(&stop) {
            break;
        }
        assert_eq!(
            reader.eval(IS_SEEN).await,
            true,
            "{stop} shows that it has the focus"
        );
        stops.push(stop);
    }
    let expected = [
        "a Skip to the content",
        "a The Daily Test",
        "a Sign in",
        "#text",
        "#name",
        "#email",
        "button Post comment",
        "a Reply to Ada",
        "a Comments FAQ",
    ];
    let mut rest = stops.iter();
    for stop in expected {
        assert!(
            rest.any(|one| one == stop),
            "{stop} in its place: {stops:?}"
        );
    }
    assert!(
        !stops.contains(&"#website".to_owned()),
        "not into the trap: {stops:?}"
    );

    // and past all that with one key
    reader.reload().await;
    reader.strike_special(Key::Tab).await;
    reader.strike_special(Key::Enter).await;
    reader.waits_until("location.hash === '#main'").await;
    reader.strike_special(Key::Tab).await;
    let inside = "document.getElementById('main').contains(document.activeElement)";
    assert_eq!(reader.eval(inside).await, true);

    // a reply without a mouse
    reader
        .eval("document.querySelector('a.reply').focus()")
        .await;
    reader.strike_special(Key::Enter).await;
    reader
        .waits_until("document.activeElement.id === 'text'")
        .await;
    reader.strike("Typed by hand.").await;
    assert_eq!(reader.value("#text").await, "Typed by hand.");
}
