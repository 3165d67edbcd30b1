//! On topic, from the article that comes in to the reader who strays: what is kept, what follows, what is shown.

use belowline::article;
use belowline::comment::{Screened, Status};
use belowline::filter::TopicTable;
use belowline::screening::{Screening, Settings};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Article, Belowline, Options, Person, eventually};

/// About another game than the article's.
const CRICKET: [&str; 5] = [
    "The umpire needs glasses: how was that not lbw on Sunday? Our batsmen deserve better.",
    "Our bowlers took six wickets before tea and the batsmen then threw away the innings.",
    "The captain should have declared the innings; the bowlers were fresh and the pitch took spin.",
    "No batsman of ours can play spin bowling on a pitch like that; the wickets fell in a heap.",
    "The umpire was right. The spin bowler took his wickets fairly and the batsmen played badly.",
];
/// About neither.
const BAKING: &str = "My sourdough never rises. Do you feed the starter with rye or with white flour, and how often?";

/// The ruleset in force, with a change of its topic.
async fn set_topic(admin: &Person, change: impl FnOnce(&mut Value)) {
    let ruleset = admin.get("/api/v1/desk/ruleset").await.expect(200).json();
    let mut source = ruleset["source"].clone();
    change(&mut source);
    let asked = json!({ "based_on": ruleset["id"], "source": source, "note": "Topic." });
    admin
        .json(Method::PUT, "/api/v1/desk/ruleset", &asked)
        .await
        .expect(200);
}

/// Far from both ends, so that the tests hold whatever the table is.
async fn at_an_even_threshold(house: &Belowline) {
    let admin = house.admin("Ada").await;
    set_topic(&admin, |source| source["topic"]["threshold"] = json!(0.6)).await;
}

async fn rules(moderator: &Person, comment: Uuid, ruling: &str) {
    let path = format!("/api/v1/desk/comments/{comment}/side-thread");
    moderator
        .post(&path, &json!({ "ruling": ruling }))
        .await
        .expect(204);
}

/// Posted, and where the machine then sends it.
async fn screened(
    house: &Belowline,
    article: &Article,
    parent: Option<Uuid>,
    text: &str,
) -> (Uuid, Status) {
    let guest = house.guest("Bo");
    let id = match parent {
        Some(parent) => guest.replies(article, parent, text).await,
        None => guest.posts(article, text).await,
    };
    house.forget_limits().await;
    eventually("the filter has spoken", async || {
        house.status(id).await != Status::Pending
    })
    .await;
    (id, house.status(id).await)
}

fn off_topic(item: &Value) -> &Value {
    let reasons = item["reasons"].as_array().expect("a list");
    let mut found = reasons
        .iter()
        .filter(|reason| reason["kind"] == "off_topic");
    found.next().unwrap_or(&Value::Null)
}

async fn prepared(house: &Belowline, article: &Article) -> (Vec<u8>, bool) {
    sqlx::query_as(
        "SELECT prepared, read_at = updated_at FROM article JOIN article_topic ON article_id = id WHERE id = $1",
    )
    .bind(article.id)
    .fetch_one(&house.db)
    .await
    .expect("prepared")
}

#[tokio::test]
async fn an_article_is_read_when_it_comes_in_and_again_when_it_changes() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let first = prepared(&house, &article).await;
    assert!(first.1);
    let known = article::for_screening(&house.db, article.id)
        .await
        .expect("there");
    assert_eq!(known.prepared, first.0);
    // by a program that knows nothing of this table; and by one with other tables
    for change in [
        "UPDATE article SET body_text = 'Moths were counted in gardens.', updated_at = now() + interval '1 second'",
        "UPDATE article_topic SET prepared = 'made by others'",
        "DELETE FROM article_topic",
    ] {
        sqlx::query(change)
            .execute(&house.db)
            .await
            .expect("changed");
        let known = article::for_screening(&house.db, article.id)
            .await
            .expect("there");
        let table = TopicTable::shipped().expect("a table");
        assert!(table.read_article(&known.prepared).is_ok(), "{change}");
        assert_ne!(known.prepared, first.0, "{change}");
        let kept = prepared(&house, &article).await;
        assert_eq!((kept.0, kept.1), (known.prepared, true), "{change}");
    }
    // the same text gives the same bytes
    house.article("bridge").await;
    assert_eq!(prepared(&house, &article).await, first);
}

/// How many comments the summary of an article's thread has, and its bytes; `None` without one.
async fn summary(house: &Belowline, article: &Article) -> Option<(usize, Vec<u8>)> {
    let kept: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT summary FROM thread_topic WHERE article_id = $1 AND about = $1")
            .bind(article.id)
            .fetch_optional(&house.db)
            .await
            .expect("a query");
    kept.map(|bytes| {
        let table = TopicTable::shipped().expect("a table");
        let count = table.read_conversation(&bytes).expect("readable").len();
        (count, bytes)
    })
}

#[tokio::test]
async fn a_thread_knows_what_it_is_about_without_being_read_again() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    at_an_even_threshold(&house).await;
    let moderator = house.moderator("Mo").await;
    let (first, _) = screened(&house, &article, None, "The ferry over the river was slow.").await;
    // made when it is asked for first, then kept
    for (n, text) in [
        "The bridge is faster than the ferry.",
        "Cars on the bridge, at last.",
        "I miss the slow old ferry.",
    ]
    .into_iter()
    .enumerate()
    {
        let (_, status) = screened(&house, &article, None, text).await;
        assert_eq!(status, Status::Live, "{text}");
        assert_eq!(summary(&house, &article).await.expect("kept").0, n + 2);
    }
    let (_, added) = summary(&house, &article).await.expect("kept");
    sqlx::query("DELETE FROM thread_topic")
        .execute(&house.db)
        .await
        .expect("deleted");
    let (held, status) = screened(&house, &article, Some(first), BAKING).await;
    assert_eq!(status, Status::Held);
    let (count, made) = summary(&house, &article).await.expect("made again");
    assert_eq!(
        (count, made),
        (4, added),
        "added one by one or made at once is the same"
    );
    // nothing of what was taken down stays
    moderator.removes(first, "other").await.expect(200);
    assert_eq!(summary(&house, &article).await, None);
    moderator.approves(held).await.expect(200);
    screened(
        &house,
        &article,
        None,
        "The river is wide, and the bridge is long.",
    )
    .await;
    assert_eq!(summary(&house, &article).await.expect("made again").0, 5);
    // a summary that lacks what another program has published is not trusted
    let empty = TopicTable::shipped().expect("a table").conversation();
    sqlx::query("UPDATE thread_topic SET last_event = last_event - 1, summary = $1")
        .bind(empty.to_bytes())
        .execute(&house.db)
        .await
        .expect("set");
    screened(
        &house,
        &article,
        None,
        "A ferry is more than a way over the river.",
    )
    .await;
    assert_eq!(summary(&house, &article).await.expect("made again").0, 6);
}

#[tokio::test]
async fn what_is_off_topic_alone_is_held_at_most_and_only_marked_where_the_site_says_so() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let admin = house.admin("Al").await;
    set_topic(&admin, |source| {
        source["topic"]["threshold"] = json!(0.6);
        source["actions"] =
            json!({ "off_topic": { "mild": "reject", "strong": "reject", "severe": "reject" } });
    })
    .await;
    let (held, status) = screened(&house, &article, None, BAKING).await;
    assert_eq!(status, Status::Held);
    let item = admin.looks_at(held).await;
    assert_eq!(off_topic(&item)["phase"], "topic");
    let (other, status) =
        screened(&house, &article, None, "You piece of filth on the bridge.").await;
    assert_eq!(status, Status::Held);
    // last in the order of work, though it came first
    let browser = house.browser("Al").await;
    let desk = browser.get("/desk").await.expect(200).text();
    let list = desk.split("class=\"desk-queue\"").nth(1).expect("a list");
    let place = |id: Uuid| {
        list.find(&format!("/desk/comments/{id}?queue"))
            .expect("listed")
    };
    assert!(place(other) < place(held));
    set_topic(&admin, |source| source["topic"]["hold"] = json!(false)).await;
    let (live, status) = screened(&house, &article, None, CRICKET[0]).await;
    assert_eq!(status, Status::Live);
    assert_eq!(off_topic(&admin.looks_at(live).await)["severity"], "strong");
    // and whoever is held for something else is not told of it
    let guest = house.guest("Bo");
    let text = format!("{BAKING} You piece of filth.");
    let id = guest.posts(&article, &text).await;
    house.eventually_is(id, Status::Held).await;
    assert_eq!(off_topic(&admin.looks_at(id).await)["severity"], "strong");
    let told = guest.get(&article.comment(id)).await.expect(200).text();
    assert!(told.contains(&text), "{told}");
    assert!(!told.contains("seems to be about something else"), "{told}");
}

#[tokio::test]
async fn a_side_topic_is_admitted_once_enough_of_it_has_been_approved() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    at_an_even_threshold(&house).await;
    let moderator = house.moderator("Mo").await;
    // nobody has said anything else yet: the first of a side topic is held, again and again
    let (first, status) = screened(&house, &article, None, CRICKET[0]).await;
    assert_eq!(status, Status::Held);
    let (second, status) = screened(&house, &article, None, CRICKET[1]).await;
    assert_eq!(status, Status::Held);
    let (third, status) = screened(&house, &article, None, CRICKET[2]).await;
    assert_eq!(status, Status::Held);
    for id in [first, second, third] {
        moderator.approves(id).await.expect(200);
    }
    let (_, status) = screened(&house, &article, None, CRICKET[3]).await;
    assert_eq!(status, Status::Live, "the conversation admits it");
    let elsewhere = house.article("another-bridge").await;
    let (_, status) = screened(&house, &elsewhere, None, CRICKET[3]).await;
    assert_eq!(
        status,
        Status::Held,
        "where nothing of it has been approved"
    );
    let (_, status) = screened(&house, &article, None, BAKING).await;
    assert_eq!(status, Status::Held, "and nothing else");
}

#[tokio::test]
async fn a_moderator_says_once_that_a_side_thread_belongs() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    at_an_even_threshold(&house).await;
    let moderator = house.moderator("Mo").await;
    let (root, status) = screened(
        &house,
        &article,
        None,
        "The bridge opens, and the ferry over the river is gone.",
    )
    .await;
    assert_eq!(status, Status::Live);
    let (aside, status) = screened(&house, &article, Some(root), CRICKET[0]).await;
    assert_eq!(status, Status::Held);
    let side = &moderator.looks_at(aside).await["side_thread"];
    assert_eq!(side["begins_with"], json!(aside));
    assert_eq!(
        (&side["belongs"], &side["closed"]),
        (&json!(false), &json!(false))
    );
    moderator.approves(aside).await.expect(200);
    rules(&moderator, aside, "belongs").await;
    let (answer, status) = screened(&house, &article, Some(aside), BAKING).await;
    assert_eq!(status, Status::Live);
    let item = moderator.looks_at(answer).await;
    assert_eq!(item["side_thread"]["begins_with"], json!(aside));
    assert_eq!(item["side_thread"]["belongs"], json!(true));
    // everything under it, however deep, and nothing beside it; and for nothing but the topic
    let (_, status) = screened(
        &house,
        &article,
        Some(answer),
        "The new telephone has a better camera, and its battery lasts two days.",
    )
    .await;
    assert_eq!(status, Status::Live);
    let (_, status) = screened(
        &house,
        &article,
        Some(answer),
        "You are a piece of filth, you and your flour.",
    )
    .await;
    assert_eq!(status, Status::Held);
    let (_, status) = screened(
        &house,
        &article,
        Some(root),
        "Tomatoes need more sun than cucumbers, and plenty of compost in spring.",
    )
    .await;
    assert_eq!(status, Status::Held);
    rules(&moderator, aside, "judged").await;
    let (_, status) = screened(
        &house,
        &article,
        Some(aside),
        "Cucumbers like compost; tomatoes want sun, and both want a greenhouse.",
    )
    .await;
    assert_eq!(status, Status::Held);
    // the record stays
    assert_eq!(
        house.count("SELECT count(*) FROM side_thread_ruling").await,
        2
    );
    let change = sqlx::query("DELETE FROM side_thread_ruling")
        .execute(&house.db)
        .await;
    assert!(change.is_err());
}

#[tokio::test]
async fn a_closed_side_thread_takes_no_answers_and_loses_no_text() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    house
        .account("Rita", belowline::account::Role::Reader)
        .await;
    let rita = house.reader("Olga").await;
    let live = async |parent: Option<Uuid>, text: &str| {
        let id = match parent {
            Some(parent) => rita.replies(&article, parent, text).await,
            None => rita.posts(&article, text).await,
        };
        house.screens(id, Screened::Live).await.expect("settled");
        house.forget_limits().await;
        id
    };
    let root = live(None, "The ferry was slow.").await;
    let aside = live(Some(root), CRICKET[0]).await;
    let deep = live(Some(aside), CRICKET[1]).await;
    let waits = rita.replies(&article, deep, CRICKET[2]).await;
    house.forget_limits().await;
    rules(&moderator, aside, "closed").await;
    // what was on its way when it was closed is for a person
    let screener = Options::default().screener;
    let mut worker = Screening::new(house.db.clone(), screener, Settings::default());
    worker.step().await.expect("a step");
    assert_eq!(house.status(waits).await, Status::Held);
    for parent in [aside, deep] {
        let refused = rita
            .tries_to_reply(&article, parent, "One more on this.")
            .await;
        let sentence = refused.expect(409).text();
        assert!(sentence.contains("closed this side thread"), "{sentence}");
    }
    let beside = rita
        .tries_to_reply(&article, root, "The ferry was fine.")
        .await;
    beside.expect(201);
    house.forget_limits().await;
    // on the page: no way to answer, a word on why, and whoever had the form open keeps what they wrote
    let browser = house.browser("Rita").await;
    let page = browser.get(&article.page()).await.expect(200).text();
    assert!(page.contains("This side thread is closed to answers."));
    assert!(page.contains(&format!("data-reply=\"{root}\"")));
    assert!(!page.contains(&format!("data-reply=\"{deep}\"")));
    let form = browser
        .get(&format!("{}?reply={deep}", article.page()))
        .await;
    let form = form.expect(200).text();
    assert!(form.contains("closed this side thread") && form.contains("Write a comment"));
    let sent = [
        ("parent", deep.to_string()),
        ("text", "What I had typed for so long.".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let again = browser
        .submit(&format!("{}/comments", article.page()), &fields)
        .await;
    let again = again.expect(409).text();
    assert!(
        again.contains("What I had typed for so long.")
            && again.contains("closed this side thread")
    );
    assert!(
        again.contains("Write a comment"),
        "now a comment of its own"
    );
    // of the rulings on the way up the newest holds: a part is opened, and then the whole closed again
    house.forget_limits().await;
    rules(&moderator, deep, "open").await;
    rita.tries_to_reply(&article, deep, "Only here.")
        .await
        .expect(201);
    let page = browser.get(&article.page()).await.expect(200).text();
    assert!(page.contains(&format!("data-reply=\"{deep}\"")));
    assert!(!page.contains(&format!("data-reply=\"{aside}\"")));
    rules(&moderator, aside, "closed").await;
    rita.tries_to_reply(&article, deep, "And here?")
        .await
        .expect(409);
    house.forget_limits().await;
    rules(&moderator, aside, "open").await;
    rita.tries_to_reply(&article, deep, "Once more, with leave.")
        .await
        .expect(201);
    // nor does anybody rule on what they wrote themselves
    let own = moderator.posts(&article, "I came by ferry.").await;
    let path = format!("/api/v1/desk/comments/{own}/side-thread");
    moderator
        .post(&path, &json!({ "ruling": "belongs" }))
        .await
        .expect(403);
    // a stranger's comment is nobody's to rule on
    let path = format!("/api/v1/desk/comments/{}/side-thread", Uuid::new_v4());
    moderator
        .post(&path, &json!({ "ruling": "closed" }))
        .await
        .expect(404);
}

#[tokio::test]
async fn writer_and_moderator_are_told_what_was_compared() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    at_an_even_threshold(&house).await;
    for (slug, title, text) in [
        (
            "test",
            "Home side lose the test by six wickets",
            "The umpire gave four batsmen lbw, the bowlers took wickets with spin, and the captain declared the innings too late.",
        ),
        (
            "tour",
            "Captain names his squad for the tour",
            "Two spin bowlers and a young batsman join the cricket squad, in which the captain sees the best innings builders.",
        ),
    ] {
        let draft = article::parse(
            format!("# {title}\n\n{text}\n").as_bytes(),
            Some(article::Format::Markdown),
            None,
        )
        .expect("an article");
        article::save(&house.db, house.site.id, slug, &draft)
            .await
            .expect("saved");
    }
    let moderator = house.moderator("Mo").await;
    let guest = house.guest("Bo");
    let id = guest.posts(&article, CRICKET[0]).await;
    house.eventually_is(id, Status::Held).await;
    let own = guest.get(&article.comment(id)).await;
    let item = moderator.looks_at(id).await;
    let compared = &off_topic(&item)["compared"];
    assert!(compared["closer"].as_u64() > Some(0), "{compared}");
    let others = compared["others"].to_string();
    assert!(others.contains("six wickets"), "{others}");
    let passage = compared["passage"]["text"].as_str().expect("a passage");
    assert!(passage.contains("bridge"), "{passage}");
    let words: Vec<&str> = compared["foreign"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|span| {
            let at = |n: usize| usize::try_from(span[n].as_u64()?).ok();
            CRICKET[0].get(at(0)?..at(1)?)
        })
        .collect();
    assert!(words.contains(&"umpire"), "{words:?}");
    let browser = house.browser("Mo").await;
    let page = browser
        .get(&format!("/desk/comments/{id}"))
        .await
        .expect(200)
        .text();
    assert!(page.contains("than to this one</strong>:"));
    assert!(page.contains("<mark class=\"foreign\""));
    assert!(page.contains("Words found nowhere here:"));
    let own = own.text();
    assert!(
        !own.contains("six wickets"),
        "the writer is told that it is so, not how it was found"
    );
    // once a moderator has said that it belongs, the writer is told nothing of the kind
    let why = "seems to be about something else than the article";
    let session = house.reader("Olga").await;
    let text = "Our all-rounder has not taken a wicket since June, and the umpire is blind.";
    let hers = session.posts(&article, text).await;
    house.eventually_is(hers, Status::Held).await;
    let told = session.get(&article.comment(hers)).await.expect(200).text();
    assert!(told.contains(why), "{told}");
    rules(&moderator, hers, "belongs").await;
    let told = session.get(&article.comment(hers)).await.expect(200).text();
    assert!(!told.contains(why), "{told}");
}

#[tokio::test]
async fn the_desk_sees_which_conversations_have_left_an_article() {
    let house = Belowline::start().await;
    at_an_even_threshold(&house).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let browser = house.browser("Mo").await;
    let path = format!("/desk/articles/{}", article.slug);
    let empty = browser.get(&path).await.expect(200).text();
    assert!(empty.contains("No live comment under it could be measured yet."));
    screened(
        &house,
        &article,
        None,
        "The ferry over the river was slow; the bridge is better.",
    )
    .await;
    let (aside, _) = screened(&house, &article, None, CRICKET[0]).await;
    moderator.approves(aside).await.expect(200);
    let page = browser.get(&path).await.expect(200).text();
    assert!(
        page.contains("2 conversations, of which one has left the article: 1 (Bo)."),
        "{page}"
    );
    assert!(page.contains(&format!("/articles/bridge/comments/{aside}")));
    assert_eq!(page.matches("<polyline").count(), 2);
    let ruling = [("ruling", "closed"), ("queue", "held")];
    browser
        .submit(&format!("/desk/comments/{aside}/side-thread"), &ruling)
        .await
        .expect(303);
    let page = browser.get(&path).await.expect(200).text();
    assert!(page.contains("Open it again"), "{page}");
    browser.get("/desk/articles/nothing").await.expect(404);
}

#[tokio::test]
async fn who_rules_on_a_side_thread_at_the_desk_is_told_so_and_sees_it_among_what_was_decided() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let moderator = house.moderator("Mo").await;
    let rita = house.reader("Rita").await;
    let aside = rita.posts(&article, CRICKET[0]).await;
    house.screens(aside, Screened::Live).await.expect("live");
    let part = rita.replies(&article, aside, CRICKET[1]).await;
    house.screens(part, Screened::Live).await.expect("live");
    let browser = house.browser("Mo").await;
    let press = async |begins_with: Uuid, ruling: &str, undo: &str| {
        let back = part.to_string();
        let fields = [
            ("ruling", ruling),
            ("queue", "held"),
            ("back", &back),
            ("undo", undo),
        ];
        let ruled = browser
            .submit(
                &format!("/desk/comments/{begins_with}/side-thread"),
                &fields,
            )
            .await
            .expect(303);
        browser
            .get(ruled.header("location"))
            .await
            .expect(200)
            .text()
    };
    let rule = async |begins_with, ruling| press(begins_with, ruling, "false").await;
    let way = format!("/desk/comments/{part}");
    let page = browser.get(&article.page()).await.expect(200).text();
    assert!(page.contains(&way), "{page}");
    let page = rita.get(&article.page()).await.expect(200).text();
    assert!(!page.contains(&way), "{page}");
    let page = rule(aside, "closed").await;
    assert!(
        page.contains("this side thread takes no further answers"),
        "{page}"
    );
    rita.tries_to_reply(&article, part, "And then?")
        .await
        .expect(409);
    assert!(
        page.contains("Open only this comment and its answers"),
        "{page}"
    );
    let page = rule(part, "open").await;
    assert!(
        page.contains("what you opened can be answered again"),
        "{page}"
    );
    // it is told that all around it is still closed, and what can be ruled on is the part
    assert!(page.contains("is still closed"), "{page}");
    assert!(
        !page.contains(&format!("/desk/comments/{aside}/side-thread")),
        "{page}"
    );
    rita.tries_to_reply(&article, part, "And then?")
        .await
        .expect(201);
    rita.tries_to_reply(&article, aside, "And before?")
        .await
        .expect(409);
    let decided = browser.get("/desk/history").await.expect(200).text();
    let newest = decided.find("Side thread: open again").expect("the newest");
    let before = decided
        .find("Side thread: closed to answers")
        .expect("the first");
    assert!(newest < before);
    let listed = moderator
        .get("/api/v1/desk/history")
        .await
        .expect(200)
        .json();
    let actions: Vec<&str> = (0..2)
        .filter_map(|at| listed["decisions"][at]["action"].as_str())
        .collect();
    assert_eq!(actions, ["open", "closed"]);
    house.forget_limits().await;
    let page = rule(aside, "open").await;
    assert!(!page.contains("is still closed"), "{page}");
    rita.tries_to_reply(&article, aside, "And before?")
        .await
        .expect(201);

    // taken back, it is not offered to be put back: the next to be taken back is the decision before
    let waiting = house.held(&article, "Waiting.").await;
    moderator.approves(waiting).await.expect(200);
    let undoes_the_ruling = "name=\"undo\" value=\"true\"";
    let undoes_the_decision = format!("/desk/comments/{waiting}/undo");
    for (undo, rules, decides) in [("false", true, false), ("true", false, true)] {
        let page = press(aside, "closed", undo).await;
        assert_eq!(page.contains(undoes_the_ruling), rules, "{undo}: {page}");
        assert_eq!(
            page.contains(&undoes_the_decision),
            decides,
            "{undo}: {page}"
        );
    }
}
