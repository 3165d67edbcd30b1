//! Every page, on every screen: accessible, no wider than the screen, quiet in the console, asking nobody else.

use std::sync::Arc;

use belowline::account::Role;
use belowline::article::{self, Format, Mode};
use belowline::comment::{Screened, Status};
use uuid::Uuid;

use super::chrome::{Browser, Chrome};
use super::inspect::axe;
use crate::harness::{Article, Belowline, Options};

/// A thread with what is hard to set: a long word, a line of pictures, a long address, a quote, answers, a removal.
async fn a_thread(house: &Belowline, article: &Article) -> Uuid {
    let olga = house.reader("Olga").await;
    let live = async |id| {
        house.screens(id, Screened::Live).await.expect("settled");
        house.forget_limits().await;
        id
    };
    let root = live(olga.posts(article, "The ferry was better.").await).await;
    for text in [
        &"Donaudampfschiff".repeat(20),
        &"🌉⛴️".repeat(80),
        &format!("See https://example.org/{} for more", "path/".repeat(50)),
        "> The ferry was better.\n\nThe bridge is faster, and\nit does not sink.",
    ] {
        live(olga.posts(article, text).await).await;
    }
    let mut parent = root;
    for n in 1..=9 {
        parent = live(
            olga.replies(article, parent, &format!("Answer number {n}."))
                .await,
        )
        .await;
    }
    let gone = live(olga.posts(article, "To be removed.").await).await;
    live(olga.replies(article, gone, "It will leave a hole.").await).await;
    let mo = house.moderator("Remo").await;
    mo.removes(gone, "spam").await.expect(200);
    root
}

async fn check(browser: &Browser, axe: &str, pages: &[(&str, &str)], faults: &mut Vec<String>) {
    for (name, path) in pages {
        browser.go(path).await;
        browser.find("#main").await;
        faults.extend(browser.faults(axe, name).await);
    }
}

#[track_caller]
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn the_readers_pages_are_for_everybody_on_every_screen() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let root = a_thread(&house, &article).await;
    let empty = house.article("moths").await;
    let closed = house.article("well").await;
    house.set_mode(&closed, Mode::Closed).await;
    let (axe, chrome) = (axe(), Chrome::start(&house).await);
    let reader = chrome.open().await;
    let mut faults = Vec::new();
    let page = article.page();
    let pages = [
        ("front", "/"),
        ("article", &page),
        ("reply form", &format!("{page}?reply={root}")),
        ("no comments", &empty.page()),
        ("closed", &closed.page()),
        ("permalink", &format!("{page}/comments/{root}")),
        ("FAQ", "/faq"),
        ("sign in", "/sign-in"),
        ("create an account", "/sign-up"),
    ];
    check(&reader, &axe, &pages, &mut faults).await;

    reader.go(&page).await;
    reader.click("a.reply").await;
    faults.extend(reader.faults(&axe, "reply in place").await);
    reader.go(&empty.page()).await;
    reader
        .eval("document.getElementById('form').noValidate = true")
        .await;
    reader.posts_as_guest("?", "A name that will not do.").await;
    reader.find("#problem").await;
    reader.console_errors().await;
    faults.extend(reader.faults(&axe, "problem").await);
    reader
        .posts_as_guest("Gus", "Waiting for its verdict.")
        .await;
    reader.waits_for("Waiting for review").await;
    faults.extend(reader.faults(&axe, "waiting").await);
    none(faults);
}

#[tokio::test]
async fn pages_with_an_error_are_for_everybody_too() {
    let house = Belowline::with(Options::unscreened()).await;
    house.account("Ada", Role::Reader).await;
    let (axe, chrome) = (axe(), Chrome::start(&house).await);
    let reader = chrome.open().await;
    let mut faults = Vec::new();
    reader.go("/nothing/here").await;
    // Chromium itself notes that the answer was 404
    let noted = reader.console_errors().await;
    assert_eq!(noted.len(), 1, "{noted:?}");
    faults.extend(reader.faults(&axe, "not found").await);
    reader.go("/sign-in").await;
    reader.fill("#name_or_email", "Ada").await;
    reader.fill("#password", "wrong").await;
    reader.click("form.stack button").await;
    reader.find("#problem").await;
    reader.console_errors().await;
    faults.extend(reader.faults(&axe, "wrong password").await);
    reader.signs_in("Ada").await;
    check(&reader, &axe, &[("account", "/account")], &mut faults).await;
    none(faults);
}

#[tokio::test]
async fn the_urdu_pages_are_for_everybody_on_every_screen() {
    let house = Belowline::with(Options::unscreened()).await;
    let source = include_str!("../../fixtures/articles/urdu.txt");
    let draft = article::parse(source.as_bytes(), Some(Format::Text), None).expect("an article");
    article::save(&house.db, house.site.id, "urdu", &draft)
        .await
        .expect("saved");
    let id = article::by_slug(&house.db, house.site.id, "urdu")
        .await
        .expect("there")
        .id;
    let article = Article {
        id,
        slug: "urdu".into(),
    };
    let olga = house.reader("Olga").await;
    for text in [
        "کتب خانہ شہر کے لیے اچھا ہے۔",
        "An English comment, from left to right.",
    ] {
        let id = olga.posts(&article, text).await;
        house.screens(id, Screened::Live).await.expect("settled");
    }
    let (axe, chrome) = (axe(), Chrome::start(&house).await);
    let reader = chrome.open().await;
    let mut faults = Vec::new();
    check(&reader, &axe, &[("Urdu", "/articles/urdu")], &mut faults).await;
    let direction = "getComputedStyle(document.querySelector('.story')).direction";
    assert_eq!(reader.eval(direction).await, "rtl");
    none(faults);
}

/// A desk with work on it, and somebody who may do everything.
async fn a_desk(house: &Belowline) -> (Arc<Chrome>, Browser, Uuid, Uuid) {
    let article = house.article("bridge").await;
    house.account("Chief", Role::Admin).await;
    let screening = house.another(Options::default()).await;
    let gus = house.guest("Gus");
    let root = gus
        .posts(&article, "The ferry over the river was slow.")
        .await;
    house.eventually_is(root, Status::Live).await;
    let id = gus
        .replies(
            &article,
            root,
            "The bridge is full of shit and the mayor is a piece of filth.",
        )
        .await;
    let decided = gus
        .posts(&article, "The river ferry: a piece of filth.")
        .await;
    let other = gus
        .posts(&article, "You piece of filth on the bridge.")
        .await;
    house.forget_limits().await;
    let aside = gus
        .posts(
            &article,
            "Lasagne: layer the pasta with a thick bechamel, a ragu of beef and grated parmesan, then bake it in a hot \
             oven for forty minutes and serve it with salad.",
        )
        .await;
    let elsewhere = gus
        .posts(
            &article,
            "My sourdough never rises. Do you feed the starter with rye or with white flour, and how often? \
             My yeast is dead and the dough smells of vinegar.",
        )
        .await;
    for id in [id, decided, other, aside, elsewhere] {
        house.eventually_is(id, Status::Held).await;
    }
    drop(screening);
    let mo = house.moderator("Remo").await;
    for id in [decided, aside] {
        mo.approves(id).await.expect(200);
    }
    let chrome = Chrome::start(house).await;
    let chief = chrome.open().await;
    chief.signs_in("Chief").await;
    (chrome, chief, id, elsewhere)
}

#[tokio::test]
async fn the_desk_is_for_everybody_on_every_screen() {
    let house = Belowline::with(Options::unscreened()).await;
    let (_chrome, chief, id, elsewhere) = a_desk(&house).await;
    let axe = axe();
    let mut faults = Vec::new();
    let pages = [
        ("desk", "/desk"),
        ("desk item", &format!("/desk/comments/{id}")),
        ("off topic", &format!("/desk/comments/{elsewhere}")),
        ("article at the desk", "/desk/articles/bridge"),
        ("dead letters", "/desk?queue=dead_letters"),
        ("decided", "/desk/history"),
        ("rules", "/desk/terms"),
        ("articles", "/desk/articles"),
        ("FAQ editor", "/desk/faq"),
    ];
    check(&chief, &axe, &pages, &mut faults).await;
    chief.go("/desk/terms").await;
    chief.fill("#try", "a piece of filth").await;
    chief.press("Try it").await;
    chief.find("mark").await;
    faults.extend(chief.faults(&axe, "a text tried").await);
    chief.go("/desk").await;
    chief.strike("?").await;
    chief.find("dialog[open]").await;
    faults.extend(chief.faults(&axe, "keys").await);
    none(faults);
}
