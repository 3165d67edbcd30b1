//! Whole walks: a reader writes, a moderator decides, everybody's open page follows.

use thirtyfour::Key;

use super::chrome::{Browser, Chrome};
use crate::harness::{Belowline, Options};
use belowline::account::Role;
use belowline::comment::{Screened, Status};

/// Strong enough to be held, mild enough not to be refused outright.
const INSULT: &str = "The mayor is a piece of filth and the bridge will prove it to the river.";

/// A page long enough to be scrolled.
async fn a_long_thread(house: &Belowline) -> crate::harness::Article {
    let article = house.article("bridge").await;
    let reader = house.reader("Olga").await;
    for n in 1..=12 {
        let id = reader
            .posts(&article, &format!("Bridge remark number {n}."))
            .await;
        house.screens(id, Screened::Live).await.expect("settled");
        house.forget_limits().await;
    }
    article
}

#[tokio::test]
async fn a_guest_writes_a_moderator_decides_and_open_pages_follow_without_jumping() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = a_long_thread(&house).await;
    house.account("Mo", Role::Moderator).await;
    // now the real filter
    let _screening = house.another(Options::default()).await;
    let chrome = Chrome::start(&house).await;
    let (guest, other, desk) = tokio::join!(chrome.open(), chrome.open(), chrome.open());

    // the other reader has read on to the middle of the thread
    other.go(&article.page()).await;
    other.find("#live-count").await;
    other
        .eval("document.querySelectorAll('.comment')[7].scrollIntoView()")
        .await;
    let place = other.eval("scrollY").await;
    assert!(place.as_f64() > Some(500.0), "{place}");

    guest.go(&article.page()).await;
    guest.posts_as_guest("Gus", INSULT).await;
    guest
        .waits_until("location.hash.startsWith('#comment-')")
        .await;
    let id = guest.path().await;
    let id = id.split_once("#comment-").expect("an id").1.to_owned();
    let comment = format!("#comment-{id}");
    house
        .eventually_is(id.parse().expect("an id"), Status::Held)
        .await;
    guest.reload().await;
    let own = guest.text(&comment).await;
    assert!(
        own.contains("Waiting for review. Only you can see this."),
        "{own}"
    );
    assert!(own.contains(INSULT), "{own}");
    assert!(
        guest.value("#text").await.is_empty(),
        "the form is empty again"
    );
    assert!(
        !house
            .client()
            .get(&article.page())
            .await
            .text()
            .contains("piece of filth")
    );
    assert_eq!(other.count(&comment).await, 0);

    desk.signs_in("Mo").await;
    desk.go("/desk").await;
    let marked = desk.text(".desk-item .comment-body mark").await;
    // a part of it may be marked apart, for the model's own reason
    assert!(
        !marked.is_empty() && "piece of filth".contains(&marked),
        "{marked}"
    );
    let why = desk.text(".desk-item .reason-list").await;
    assert!(why.contains("strong: insult"), "{why}");
    desk.has_read().await;
    desk.strike("a").await;
    desk.waits_for("Approved Gus’s comment").await;

    other.waits_for("1 new comment").await;
    assert_eq!(
        other.eval("scrollY").await,
        place,
        "the page stays where it is"
    );
    assert_eq!(other.count(&comment).await, 0, "nothing moves unasked");
    other.click(".arrivals button").await;
    let shown = other.text(&comment).await;
    assert!(shown.contains(INSULT) && shown.contains("New"), "{shown}");
    let first = other
        .eval("document.querySelector('#thread .comment').id")
        .await;
    assert_eq!(first, format!("comment-{id}"), "newest first");
    other
        .waits_until(&format!("document.activeElement.id === 'comment-{id}'"))
        .await;

    // no notice left, and that without a reload
    guest
        .waits_until(&format!("!document.querySelector('{comment} .own-notice')"))
        .await;
    assert!(guest.text(&comment).await.contains(INSULT));

    desk.strike("z").await;
    desk.waits_for("waits for a person").await;
    other
        .waits_until(&format!("document.querySelector('{comment} .tombstone')"))
        .await;
    assert!(!other.shows("piece of filth").await);
    guest
        .waits_for("Waiting for review. Only you can see this.")
        .await;
    assert!(
        guest.text(&comment).await.contains(INSULT),
        "its writer keeps it"
    );
}

#[tokio::test]
async fn a_reply_is_written_under_what_it_answers_and_can_be_given_up() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house
        .reader("Ada")
        .await
        .posts(&article, "The ferry was better.")
        .await;
    house.screens(id, Screened::Live).await.expect("settled");
    let chrome = Chrome::start(&house).await;
    let guest = chrome.open().await;
    guest.go(&article.page()).await;
    let reply = format!("#comment-{id} a.reply");
    let form_is_inside = format!("Boolean(document.querySelector('#comment-{id} #form'))");

    for way in ["cancel", "escape"] {
        guest.click(&reply).await;
        assert_eq!(guest.text("#form-title").await, "Replying to Ada", "{way}");
        assert_eq!(
            guest.text("#quoted").await,
            "The ferry was better.",
            "{way}"
        );
        assert_eq!(guest.eval(&form_is_inside).await, true, "{way}");
        guest
            .waits_until("document.activeElement.id === 'text'")
            .await;
        if way == "cancel" {
            guest.click("#cancel").await;
        } else {
            guest.strike_special(Key::Escape).await;
        }
        assert_eq!(guest.text("#form-title").await, "Write a comment", "{way}");
        assert_eq!(guest.eval(&form_is_inside).await, false, "{way}");
        guest
            .waits_until("document.activeElement.className === 'reply'")
            .await;
    }

    guest.click(&reply).await;
    guest.posts_as_guest("Gus", "The bridge is faster.").await;
    guest
        .waits_until("location.hash.startsWith('#comment-')")
        .await;
    let answer = guest.text("#thread .conversation .replies li").await;
    assert!(answer.contains("The bridge is faster."), "{answer}");
    assert!(answer.contains("Replying to Ada"), "{answer}");
}

#[tokio::test]
async fn a_draft_outlives_a_reload_and_ends_with_the_post() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house
        .reader("Ada")
        .await
        .posts(&article, "The ferry was better.")
        .await;
    house.screens(id, Screened::Live).await.expect("settled");
    let chrome = Chrome::start(&house).await;
    let guest = chrome.open().await;
    guest.go(&article.page()).await;
    guest.click("a.reply").await;
    guest.fill("#text", "Half a thought").await;
    guest.reload().await;
    assert_eq!(guest.value("#text").await, "Half a thought");
    assert_eq!(
        guest.text("#form-title").await,
        "Replying to Ada",
        "what it answers, too"
    );

    guest
        .posts_as_guest("Gus", "Half a thought, and its end.")
        .await;
    guest
        .waits_until("location.hash.startsWith('#comment-')")
        .await;
    assert_eq!(guest.value("#text").await, "");
    assert_eq!(guest.value("#name").await, "Gus", "who one is stays");
    guest.reload().await;
    assert_eq!(guest.value("#text").await, "");
}

/// What stands in the box after something went wrong, and that it was said aloud.
async fn is_told(guest: &Browser, problem: &str, text: &str) {
    guest.waits_for(problem).await;
    assert_eq!(guest.value("#text").await, text, "{problem}");
    assert_eq!(guest.count("#problem[role='alert']").await, 1, "{problem}");
    guest
        .waits_until("document.activeElement.id === 'problem'")
        .await;
}

#[tokio::test]
async fn every_problem_is_announced_and_takes_no_text_away() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let chrome = Chrome::start(&house).await;
    let guest = chrome.open().await;
    guest.go(&article.page()).await;
    // the browser's own checks stand aside, as an older one's would
    let lenient = "document.getElementById('form').noValidate = true";

    guest.eval(lenient).await;
    guest
        .posts_as_guest("?", "A thought with a name that will not do")
        .await;
    is_told(
        &guest,
        "at least 2 characters",
        "A thought with a name that will not do",
    )
    .await;

    guest.eval(lenient).await;
    let long = "long ".repeat(2001);
    let long = long.trim();
    guest
        .execute(
            "document.getElementById('text').value = arguments[0]",
            vec![long.into()],
        )
        .await;
    guest.fill("#name", "Gus").await;
    guest.click("#form button.primary").await;
    is_told(&guest, "Please shorten it", long).await;

    guest.posts_as_guest("Gus", "The first of many.").await;
    guest
        .waits_until("location.hash.startsWith('#comment-')")
        .await;
    sqlx::query("UPDATE rate_bucket SET tokens = 0, at = now()")
        .execute(&house.db)
        .await
        .expect("emptied");
    guest.posts_as_guest("Gus", "One too many.").await;
    is_told(&guest, "a little fast", "One too many.").await;

    house.forget_limits().await;
    guest
        .eval("document.querySelector('#form [name=csrf]').value = 'of another session'")
        .await;
    guest.click("#form button.primary").await;
    is_told(&guest, "This page was open for too lon", "One too many.").await;

    house
        .set_mode(&article, belowline::article::Mode::Closed)
        .await;
    guest.click("#form button.primary").await;
    is_told(&guest, "closed", "One too many.").await;
}

#[tokio::test]
async fn without_scripts_everything_can_be_done() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    house.account("Mo", Role::Moderator).await;
    let ada = house.reader("Ada").await;
    for text in ["The ferry was better.", "The ferry was slower."] {
        let id = ada.posts(&article, text).await;
        house.screens(id, Screened::Live).await.expect("settled");
    }
    let chrome = Chrome::start(&house).await;
    let (reader, desk) = tokio::join!(chrome.open_without_scripts(), chrome.open_without_scripts());
    reader.go("/").await;
    reader.press("The bridge over the river").await;
    reader.waits_for("The ferry was better.").await;
    assert_eq!(reader.count(".arrivals").await, 0, "no script has run");
    assert!(reader.text("#thread > li").await.contains("slower"));
    reader.press("Oldest first").await;
    reader.waits_for("The ferry was better.").await;
    assert!(reader.text("#thread > li").await.contains("better"));

    reader.press("Reply").await;
    assert_eq!(reader.text("#form-title").await, "Replying to Ada");
    reader.press("Cancel").await;
    assert_eq!(reader.text("#form-title").await, "Write a comment");
    reader.press("Reply").await;
    reader.posts_as_guest("Gus", "Faster, though.").await;
    reader.waits_for("Faster, though.").await;
    reader
        .waits_for("Waiting for review. Only you can see this.")
        .await;

    reader.press("Create an account").await;
    reader.fill("#name", "Gustav").await;
    reader.fill("#email", "gustav@reader.example").await;
    reader.fill("#password", crate::harness::PASSWORD).await;
    reader.click("form.stack button").await;
    reader.waits_for("Sign out").await;
    reader.press("Sign out").await;
    reader.waits_for("Sign in").await;
    reader.signs_in("Gustav").await;
    reader.go(&article.page()).await;
    reader.fill("#text", "With an account.").await;
    reader.click("#form button.primary").await;
    reader.waits_for("With an account.").await;

    for id in sqlx::query_scalar::<_, uuid::Uuid>("SELECT id FROM comment WHERE status = 'pending'")
        .fetch_all(&house.db)
        .await
        .expect("ids")
    {
        house.screens(id, Screened::Held).await.expect("settled");
    }
    desk.signs_in("Mo").await;
    desk.press("Desk").await;
    desk.press("Approve").await;
    desk.waits_for("Approved").await;
    desk.press("Abusive").await;
    desk.waits_for("Rejected").await;
    desk.press("Undo").await;
    desk.waits_for("waits for a person").await;
    desk.press("Comments FAQ").await;
    desk.waits_for("Comments FAQ").await;
    assert!(desk.path().await.ends_with("/faq"));
}
