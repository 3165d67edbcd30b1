//! Everything can be reached and used from the keyboard, and one sees where one is.

use belowline::account::Role;
use belowline::comment::{Screened, Status};
use serde_json::json;
use thirtyfour::Key;
use uuid::Uuid;

use super::chrome::{Browser, Chrome};
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

/// A desk on which three comments wait, oldest first.
async fn a_desk(house: &Belowline) -> (Browser, [Uuid; 3]) {
    let article = house.article("bridge").await;
    house.account("Mo", Role::Moderator).await;
    let mut ids = [Uuid::nil(); 3];
    for (n, id) in ids.iter_mut().enumerate() {
        *id = house.held(&article, &format!("Remark number {n}.")).await;
    }
    let desk = Chrome::start(house).await.open().await;
    desk.signs_in("Mo").await;
    desk.go("/desk").await;
    (desk, ids)
}

const DECISIONS: &str = "SELECT count(*) FROM settlement WHERE moderator_id IS NOT NULL";

/// Presses a key as a script does it, sooner than any hand could.
const PRESS: &str = "document.dispatchEvent(new KeyboardEvent('keydown', KEY))";

#[tokio::test]
async fn a_double_press_or_a_held_key_decides_nothing_that_nobody_has_read() {
    let house = Belowline::with(Options::unscreened()).await;
    let (desk, ids) = a_desk(&house).await;
    desk.has_read().await;
    desk.eval(&PRESS.replace("KEY", "{ key: 'a', repeat: true }"))
        .await;
    // from now on every page is pressed upon as soon as it listens, with a key and with a click
    let early = format!(
        "addEventListener('DOMContentLoaded', () => {{
            {};
            document.querySelector('[data-key=\"a\"]')?.click();
            window.pressed = true;
        }})",
        PRESS.replace("KEY", "{ key: '1' }")
    );
    desk.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": early }),
    )
    .await;
    assert_eq!(house.count(DECISIONS).await, 0, "a held key");
    // two different keys at once: the first counts
    let both = ["{ key: '4' }", "{ key: '1' }"].map(|key| PRESS.replace("KEY", key));
    desk.execute(&both.join(";"), vec![]).await;
    desk.waits_until("window.pressed").await;
    desk.has_read().await;
    assert_eq!(house.count(DECISIONS).await, 1, "the second half");
    assert_eq!(house.status(ids[0]).await, Status::Rejected);
    assert!(desk.path().await.contains(&ids[1].to_string()));
    desk.strike("a").await;
    desk.waits_for("Approved").await;
    assert_eq!(house.status(ids[1]).await, Status::Live);
}

#[tokio::test]
async fn what_has_come_to_wait_is_said_and_moves_nothing() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    // written first, and still being read when the desk is opened
    let slow = house.guest("Bo").posts(&article, "An early remark.").await;
    let (desk, ids) = a_desk(&house).await;
    let come_back = "document.dispatchEvent(new Event('visibilitychange'))";
    let listed = ".desk-queue li";
    for (more, said) in [
        (1, "1 more is waiting: show it"),
        (2, "2 more are waiting: show them"),
    ] {
        if more == 1 {
            house.screens(slow, Screened::Held).await.expect("settled");
        } else {
            house.held(&article, "A late remark.").await;
        }
        desk.eval(come_back).await;
        desk.waits_for(said).await;
        assert_eq!(desk.count(listed).await, 3);
    }
    desk.press("2 more are waiting").await;
    desk.waits_until(&format!(
        "document.querySelectorAll('{listed}').length === 5"
    ))
    .await;
    assert!(desk.path().await.contains(&ids[0].to_string()));
    assert!(!desk.shows("waiting: show").await);
}

#[tokio::test]
async fn decisions_can_be_taken_back_one_after_another_from_further_on() {
    let house = Belowline::with(Options::unscreened()).await;
    let (desk, ids) = a_desk(&house).await;
    desk.strike("z").await;
    desk.waits_for("There is nothing to take back from here")
        .await;
    desk.has_read().await;
    desk.strike("1").await;
    desk.waits_for("Rejected").await;
    desk.has_read().await;
    desk.strike("a").await;
    desk.waits_for("Approved").await;
    // not the page on which it was decided
    desk.go("/desk/history").await;
    desk.go("/desk").await;
    desk.waits_until(&format!(
        "document.querySelector('.desk-queue [aria-current]').href.includes('{}')",
        ids[2]
    ))
    .await;
    for (at, next) in [(1, "Before that: Rejected"), (0, "")] {
        desk.has_read().await;
        desk.strike("z").await;
        desk.waits_for(&format!(
            "Back in the queue: Bo, \u{201c}Remark number {at}.\u{201d}"
        ))
        .await;
        assert!(desk.path().await.contains(&ids[at].to_string()));
        assert_eq!(house.status(ids[at]).await, Status::Held);
        // with the focus, so that it is read out
        let told = desk.eval("document.activeElement.innerText").await;
        let told = told.as_str().expect("text");
        assert!(
            told.contains("Back in the queue") && told.contains(next),
            "{told}"
        );
    }
    desk.strike("z").await;
    desk.waits_for("There is nothing to take back from here")
        .await;
}
