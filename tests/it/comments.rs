//! From what somebody sends to what everybody reads.

use std::collections::HashSet;

use belowline::article::Mode;
use belowline::comment::{Screened, Status};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Article, Belowline, Client, Events, Options, Person, encoded, posted};

#[tokio::test]
async fn a_comment_is_pending_then_screened_then_live() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let ada = house.reader("Ada").await;
    let answer = ada
        .post(
            &article.comments(),
            &ada.comment("The bridge is a gift to the town."),
        )
        .await
        .expect(201);
    assert_eq!(answer.json()["status"], "pending");
    let id = posted(&answer);
    house.eventually_is(id, Status::Live).await;
    let shown = house
        .client()
        .get(&article.comment(id))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["text"], "The bridge is a gift to the town.");
    assert_eq!(shown["author"], "Ada");
    assert_eq!(shown["is_own"], false);
    assert_eq!(shown["status"], "live");
    assert_eq!(house.count("SELECT count(*) FROM verdict").await, 1);
    assert_eq!(house.count("SELECT live_count FROM thread").await, 1);
}

#[tokio::test]
async fn what_the_filter_holds_only_its_writer_sees_with_the_reason() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let ada = house.reader("Ada").await;
    let id = ada
        .posts(&article, "You are a fucking idiot and a moron")
        .await;
    house.eventually_is(id, Status::Held).await;
    let own = ada.get(&article.comment(id)).await.expect(200).json();
    assert_eq!(own["status"], "held");
    assert!(!own["why"].as_array().expect("reasons").is_empty());
    assert!(
        !house
            .client()
            .get(&article.comment(id))
            .await
            .text()
            .contains("moron")
    );
    assert!(!house.reader("Eve").await.sees(&article, id).await);
}

#[tokio::test]
async fn a_guest_sees_their_own_waiting_comment_and_nobody_elses() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let (bo, cy) = (house.guest("Bo"), house.guest("Cy"));
    let id = bo.posts(&article, "Bo was here.").await;
    let other = cy.posts(&article, "Cy was here.").await;
    assert!(bo.sees(&article, id).await && cy.sees(&article, other).await);
    assert!(!bo.sees(&article, other).await && !cy.sees(&article, id).await);
    let page = bo.get(&article.page()).await.text();
    assert!(page.contains("Bo was here.") && !page.contains("Cy was here."));
}

#[tokio::test]
async fn the_same_key_and_text_answer_the_same_and_store_nothing_new() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let ada = house.reader("Ada").await;
    let first = ada
        .posts_with_key(&article, "k1", "Once.")
        .await
        .expect(201);
    // also when it has been settled since
    house
        .screens(posted(&first), Screened::Live)
        .await
        .expect("settled");
    let again = ada
        .posts_with_key(&article, "k1", "Once.")
        .await
        .expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 1);

    ada.posts_with_key(&article, "k1", "Something else.")
        .await
        .expect(422);
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 1);

    // a key is its owner's
    let eve = house.reader("Eve").await;
    let hers = eve
        .posts_with_key(&article, "k1", "Once.")
        .await
        .expect(201);
    assert_ne!(posted(&hers), posted(&first));
    // without a key, the same text to the same place is the same comment
    let (one, two) = (
        ada.posts(&article, "Twice.").await,
        ada.posts(&article, "Twice.").await,
    );
    assert_eq!(one, two);
}

#[tokio::test]
async fn fifty_parallel_repetitions_of_twenty_posts_make_twenty_comments() {
    let house = Belowline::with(Options::unscreened()).await;
    let other = house.another(Options::unscreened()).await;
    let article = house.article("bridge").await;
    for key in 0..20 {
        let (key, text) = (format!("key-{key}"), format!("The comment number {key}."));
        let ada = house.guest("Ada");
        // the same guest at two processes
        let there = Person {
            client: Client::from(other.address, ada.ip),
            id: None,
            name: ada.name.clone(),
            email: ada.email.clone(),
        };
        let posts = (0..50)
            .map(|n| if n % 2 == 0 { &ada } else { &there }.posts_with_key(&article, &key, &text));
        let answers = futures_util::future::join_all(posts).await;
        let mut ids = HashSet::new();
        for answer in &answers {
            // a repetition that comes before the first is stored counts as a try
            assert!(
                [201, 429].contains(&answer.status),
                "{} {}",
                answer.status,
                answer.text()
            );
            if answer.status == 201 {
                ids.insert(posted(answer));
            }
        }
        ids.insert(posted(
            &ada.posts_with_key(&article, &key, &text).await.expect(201),
        ));
        assert_eq!(ids.len(), 1, "{key}");
        house.forget_limits().await;
    }
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 20);
}

#[tokio::test]
async fn nobody_writes_under_a_closed_article_or_answers_what_is_not_live() {
    let house = Belowline::with(Options::unscreened()).await;
    let (article, other) = (house.article("bridge").await, house.article("moths").await);
    let ada = house.reader("Ada").await;
    let states = [Screened::Held, Screened::Rejected];
    let pending = ada.posts(&article, "Not yet screened.").await;
    ada.tries_to_reply(&article, pending, "Answer.")
        .await
        .expect(409);
    for to in states {
        house.forget_limits().await;
        let id = ada.posts(&article, &format!("To be {to:?}.")).await;
        house.screens(id, to).await.expect("settled");
        ada.tries_to_reply(&article, id, "Answer.")
            .await
            .expect(409);
    }
    house.forget_limits().await;
    ada.tries_to_reply(&article, Uuid::now_v7(), "Answer.")
        .await
        .expect(409);

    let eve = house.reader("Eve").await;
    let live = eve.posts(&article, "To be live.").await;
    house.screens(live, Screened::Live).await.expect("settled");
    eve.tries_to_reply(&other, live, "Under another article.")
        .await
        .expect(409);
    eve.replies(&article, live, "Under this one.").await;

    house.set_mode(&article, Mode::Closed).await;
    let stored = house.count("SELECT count(*) FROM comment").await;
    eve.post(&article.comments(), &eve.comment("Too late."))
        .await
        .expect(409);
    eve.tries_to_reply(&article, live, "Too late.")
        .await
        .expect(409);
    let form = [
        ("text", "Too late."),
        ("name", "Bo"),
        ("email", "bo@guest.example"),
    ];
    house
        .client()
        .form(&format!("{}/comments", article.page()), &form)
        .await
        .expect(409);
    assert_eq!(house.count("SELECT count(*) FROM comment").await, stored);
}

#[tokio::test]
async fn comments_that_were_posted_before_an_article_closed_wait_for_a_person() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house
        .guest("Bo")
        .posts(&article, "The bridge is a gift to the town.")
        .await;
    house.set_mode(&article, Mode::Closed).await;
    let _working = house.another(Options::default()).await;
    house.eventually_is(id, Status::Held).await;
}

#[tokio::test]
async fn under_a_premoderated_article_everything_waits_for_a_person() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    house.set_mode(&article, Mode::Premoderated).await;
    let id = house
        .guest("Bo")
        .posts(&article, "The bridge is a gift to the town.")
        .await;
    house.eventually_is(id, Status::Held).await;
    // the desk tells it from what the filter held
    house.moderator("Mo").await;
    let desk = house.browser("Mo").await;
    let queue = desk.get("/desk").await.expect(200).text();
    assert!(queue.contains("all are read first"), "{queue}");

    // what the filter finds as well goes before, by the gravest that it finds
    let threat = house
        .guest("Cy")
        .posts(&article, "You pathetic little liar, kill yourself.")
        .await;
    house.eventually_is(threat, Status::Held).await;
    let queue = desk.get("/desk").await.expect(200).text();
    let list = queue.split("class=\"desk-queue\"").nth(1).expect("a list");
    let entries: Vec<&str> = list.split("<li>").collect();
    assert!(entries[1].contains(&threat.to_string()), "{list}");
    assert!(entries[1].contains(">severe: threat<"), "{list}");
    assert!(entries[2].contains(&id.to_string()), "{list}");
}

#[tokio::test]
async fn what_the_filter_cannot_read_waits_for_a_person_until_the_site_says_otherwise() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let text = "یہ پل شہر کے سب لوگوں کو بہت پسند ہے";
    let id = house.guest("Bo").posts(&article, text).await;
    house.eventually_is(id, Status::Held).await;
    let admin = house.admin("Ada").await;
    let desk = house.browser("Ada").await;
    let page = desk.get(&format!("/desk/comments/{id}")).await;
    let page = page.expect(200).text();
    assert!(page.contains("unread language") && !page.contains("found nothing"));
    // as an Urdu newspaper would
    let ruleset = admin.get("/api/v1/desk/ruleset").await.expect(200).json();
    let mut source = ruleset["source"].clone();
    source["actions"]["unread_language"] =
        json!({ "mild": "publish", "strong": "publish", "severe": "publish" });
    let asked = json!({ "based_on": ruleset["id"], "source": source, "note": "We read Urdu." });
    admin
        .json(Method::PUT, "/api/v1/desk/ruleset", &asked)
        .await
        .expect(200);
    let id = house
        .guest("Bo")
        .posts(&article, "مگر اس کا ٹول بہت زیادہ ہے، اسے کم ہونا چاہیے")
        .await;
    house.eventually_is(id, Status::Live).await;
}

#[tokio::test]
async fn how_a_word_was_hidden_is_for_moderators_alone() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let (mo, gus) = (house.moderator("Mo").await, house.guest("Gus"));
    for (text, told, kept) in [
        // a Cyrillic letter
        (
            "You are an assh\u{43e}le.",
            "is listed as",
            "look-alike letters",
        ),
        ("so \u{202e}tihs\u{202c}", "", "Invisible characters"),
    ] {
        let id = gus.posts(&article, text).await;
        house.eventually_is(id, Status::Held).await;
        let own = gus.get(&article.comment(id)).await.expect(200).json();
        let why = own["why"].to_string();
        assert!(
            why.contains(told) && why.contains("Some of it is not written plainly."),
            "{why}"
        );
        assert!(!why.contains(kept), "{why}");
        let seen = mo.looks_at(id).await["reasons"].to_string();
        assert!(seen.contains(kept), "{seen}");
    }
}

#[tokio::test]
async fn a_name_that_would_be_held_as_a_comment_holds_what_it_stands_over() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let text = "The new bridge will save us twenty minutes on the way to school.";
    let guest = Person {
        email: "face@guest.example".to_owned(),
        ..house.guest("Fuck Face")
    };
    let id = guest.posts(&article, text).await;
    house.eventually_is(id, Status::Held).await;
    house.moderator("Mo").await;
    let desk = house.browser("Mo").await;
    let page = desk.get(&format!("/desk/comments/{id}")).await;
    assert!(page.expect(200).text().contains("The name contains"));
}

#[tokio::test]
async fn what_cannot_be_a_comment_is_refused_with_a_sentence_and_nothing_is_stored() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let long = "é".repeat(10_001);
    let zalgo = format!("z{}", "\u{300}".repeat(40));
    let texts: &[(&str, u16)] = &[
        ("", 422),
        (" \n\t\u{200b}", 422),
        ("a\0b", 400),
        ("\u{1}", 400),
        ("a\u{7f}", 400),
        ("a\u{85}b", 400),
        ("\u{1b}[31m", 400),
        ("a\u{fdd0}", 400),
        ("a\u{ffff}", 400),
        (&long, 422),
        (&zalgo, 422),
    ];
    for (text, status) in texts {
        let bo = house.guest("Bo");
        let answer = bo.post(&article.comments(), &bo.comment(text)).await;
        assert_refused(&answer, *status, &text.chars().take(20).collect::<String>());
        let form = [
            ("text", *text),
            ("name", "Bo"),
            ("email", "bo@guest.example"),
        ];
        let answer = bo
            .form(&format!("{}/comments", article.page()), &form)
            .await;
        assert_eq!(answer.status, *status, "form {text:?}");
    }
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 0);
}

fn assert_refused(answer: &crate::harness::Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    let sentence = answer.json()["error"]["message"]
        .as_str()
        .expect("a sentence")
        .to_owned();
    assert!(sentence.ends_with('.'), "{what}: {sentence}");
    for inside in ["sqlx", "postgres", "src/", "panicked", "belowline::"] {
        assert!(!sentence.contains(inside), "{what}: {sentence}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_and_nothing_is_stored() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let guest = r#""name":"Bo","email":"bo@guest.example""#;
    let deep = format!("{}{}", "[".repeat(60_000), "]".repeat(5));
    let large = format!(r#"{{"text":"{}",{guest}}}"#, "x".repeat(64 * 1024));
    let json: Vec<(Vec<u8>, &str, u16)> = vec![
        (b"".to_vec(), "application/json", 400),
        (b"{".to_vec(), "application/json", 400),
        (b"null".to_vec(), "application/json", 400),
        (deep.into_bytes(), "application/json", 400),
        (br#"{"text":7}"#.to_vec(), "application/json", 400),
        (
            format!(r#"{{"text":"a","text":"b",{guest}}}"#).into(),
            "application/json",
            400,
        ),
        (
            format!(r#"{{"text":"\ud800",{guest}}}"#).into(),
            "application/json",
            400,
        ),
        (
            format!(r#"{{"text":"\u0000",{guest}}}"#).into(),
            "application/json",
            400,
        ),
        (
            format!(r#"{{"text":"a","parent_id":"x",{guest}}}"#).into(),
            "application/json",
            400,
        ),
        (
            [
                b"{\"text\":\"\xff\xfe\",".as_slice(),
                guest.as_bytes(),
                b"}",
            ]
            .concat(),
            "application/json",
            400,
        ),
        (
            [
                b"{\"text\":\"\xc0\xaf\",".as_slice(),
                guest.as_bytes(),
                b"}",
            ]
            .concat(),
            "application/json",
            400,
        ),
        (large.into_bytes(), "application/json", 413),
        (
            format!(r#"{{"text":"a",{guest}}}"#).into(),
            "text/plain",
            400,
        ),
        (
            format!(r#"{{"text":"a",{guest}}}"#).into(),
            "application/x-www-form-urlencoded",
            400,
        ),
    ];
    for (body, kind, status) in json {
        let what = String::from_utf8_lossy(&body)
            .chars()
            .take(40)
            .collect::<String>();
        let client = house.client();
        let request = client
            .request(Method::POST, &article.comments())
            .header("content-type", kind);
        assert_refused(&client.send(request.body(body)).await, status, &what);
    }
    for key in ["", "x"].map(|start| format!("{start}{}", "k".repeat(256))) {
        let answer = house
            .guest("Bo")
            .posts_with_key(&article, &key, "A long key.")
            .await;
        assert_refused(&answer, 400, "a long key");
    }
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 0);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_and_nothing_is_stored() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let path = format!("{}/comments", article.page());
    let whole = encoded(&[("text", "a"), ("name", "Bo"), ("email", "bo@guest.example")]);
    let forms: Vec<(Vec<u8>, &str, u16)> = vec![
        (
            format!("{whole}&text=b").into(),
            "application/x-www-form-urlencoded",
            400,
        ),
        (
            format!("{whole}&status=live").into(),
            "application/x-www-form-urlencoded",
            400,
        ),
        (
            b"text=%ff&name=Bo&email=bo@guest.example".to_vec(),
            "application/x-www-form-urlencoded",
            400,
        ),
        (
            b"text=\xff".to_vec(),
            "application/x-www-form-urlencoded",
            400,
        ),
        (
            format!("{whole}&key={}", "x".repeat(128 * 1024)).into(),
            "application/x-www-form-urlencoded",
            413,
        ),
        (whole.clone().into(), "multipart/form-data", 400),
        (whole.into(), "application/json", 400),
    ];
    for (body, kind, status) in forms {
        let what = String::from_utf8_lossy(&body)
            .chars()
            .take(60)
            .collect::<String>();
        let client = house.client();
        let request = client
            .request(Method::POST, &path)
            .header("content-type", kind);
        assert_eq!(
            client.send(request.body(body)).await.status,
            status,
            "{what}"
        );
    }
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 0);
}

#[tokio::test]
async fn nobody_can_set_more_of_a_comment_than_its_text() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let ada = house.reader("Ada").await;
    let theirs: &[(&str, Value)] = &[
        ("status", json!("live")),
        ("role", json!("admin")),
        ("site_id", json!(Uuid::nil())),
        ("user_id", json!(Uuid::nil())),
        ("account_id", json!(Uuid::nil())),
        ("id", json!(Uuid::nil())),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("approved_at", json!("2020-01-01T00:00:00Z")),
        ("live_at", json!("2020-01-01T00:00:00Z")),
        ("score", json!(0)),
        ("version", json!(7)),
        ("ip", json!("127.0.0.1")),
        ("is_staff", json!(true)),
    ];
    for (field, value) in theirs {
        let mut body = ada.comment("With more.");
        body[*field] = value.clone();
        assert_refused(&ada.post(&article.comments(), &body).await, 400, field);
    }
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 0);
}

#[tokio::test]
async fn what_is_stored_and_shown_is_what_was_accepted() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let longest = format!("{}👩‍👩‍👧‍👦", "語".repeat(9_993));
    let texts = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>",
        "</textarea></title>{{7*7}} ${7*7} %s %n",
        "'; DROP TABLE comment; --",
        "\\ \\\\ \\u0000 &#0; &lt;b&gt;",
        "a\u{2028}b\u{2029}c",
        "data: x\nevent: evil\nid: 7",
        "سلام دنیا، یہ پل \u{200f}بہت اچھا\u{200e} ہے",
        "\u{202e}evil\u{202c} bidi \u{2066}isolated\u{2069}",
        "👩‍👩‍👧‍👦 🏳️‍🌈 e\u{301}\u{302}\u{303}",
        "tab\there and   spaces",
        "%00 %ff %2e%2e/",
        "\u{fffd}\u{10fffd}",
        longest.as_str(),
    ];
    for text in texts {
        house.forget_limits().await;
        let id = house.guest("Bo").posts(&article, text).await;
        let stored: String = sqlx::query_scalar("SELECT body FROM comment WHERE id = $1")
            .bind(id)
            .fetch_one(&house.db)
            .await
            .expect("stored");
        let composed: String = unicode_normalization::UnicodeNormalization::nfc(text).collect();
        assert_eq!(stored, composed);
        house.screens(id, Screened::Live).await.expect("settled");
        let page = house
            .client()
            .get(&format!("{}/comments/{id}", article.page()))
            .await
            .expect(200)
            .text();
        for markup in [
            "<script>alert",
            "<img src=x",
            "<svg/onload",
            "</textarea></title>",
        ] {
            assert!(!page.contains(markup), "{text}");
        }
    }
}

#[tokio::test]
async fn names_that_mislead_are_refused() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    house
        .account("Ada Lovelace", belowline::account::Role::Reader)
        .await;
    for name in [
        "",
        "x",
        "Moderator",
        "M0derator",
        "The Daily Test",
        "Аdа Lovelace",
        "ada lovelace",
        "https://evil.example",
        "evil.com",
        "<b>Bo</b>",
    ] {
        let mut body = house.guest("Bo").comment("Who am I?");
        body["name"] = json!(name);
        let status = house.client().post(&article.comments(), &body).await.status;
        assert!([400, 422].contains(&status), "{name:?}: {status}");
    }
    for email in [
        "",
        "x",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@b.example\nbcc: c@d.example",
        "a\0@b.example",
    ] {
        let mut body = house.guest("Bo").comment("Who am I?");
        body["email"] = json!(email);
        let status = house.client().post(&article.comments(), &body).await.status;
        assert!([400, 422].contains(&status), "{email:?}: {status}");
    }
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 0);
    // what nobody can see is not part of a name
    let mut body = house.guest("Bo").comment("Who am I?");
    body["name"] = json!("\u{202e}B\0\u{200b}o\u{ad}");
    house
        .client()
        .post(&article.comments(), &body)
        .await
        .expect(201);
    assert_eq!(
        house
            .count("SELECT count(*) FROM comment WHERE author_name = 'Bo'")
            .await,
        1
    );
}

#[tokio::test]
async fn posts_are_limited_by_writer_and_by_address() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let ada = house.reader("Ada").await;
    for n in 0..5 {
        ada.posts(&article, &format!("Comment {n}.")).await;
    }
    let refused = ada
        .post(&article.comments(), &ada.comment("One more."))
        .await
        .expect(429);
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=20).contains(&seconds), "{seconds}");
    // the page says so too, and keeps what was typed
    let school = house.client();
    for n in 0..10 {
        let body = json!({ "text": format!("Pupil {n}."), "name": "Pupil", "email": format!("p{n}@school.example") });
        let client = Client::from(house.address, school.ip);
        client.post(&article.comments(), &body).await.expect(201);
    }
    let form = [
        ("text", "What I typed."),
        ("name", "Pupil"),
        ("email", "p11@school.example"),
    ];
    let refused = school
        .form(&format!("{}/comments", article.page()), &form)
        .await
        .expect(429);
    assert!(!refused.header("retry-after").is_empty());
    assert!(refused.text().contains("What I typed."));
}

#[tokio::test]
async fn one_event_is_one_message_whatever_is_in_the_text_and_the_name() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let reader = house.client();
    let mut events = Events::open(&reader, &article, None).await;
    let texts = [
        "a\nevent: resync\ndata: {}\n\nid: 99\ndata: evil",
        "a\rb\rdata: evil\r\r",
        "a\u{2028}data: evil\u{2029}\u{2028}",
        "a\r\n\r\nid: 5\r\n\r\n",
    ];
    for (n, text) in (1..).zip(texts) {
        let id = house.guest("Bo").posts(&article, text).await;
        house.screens(id, Screened::Live).await.expect("settled");
        let message = events.next().await;
        assert_eq!(
            (message.id.as_str(), message.event.as_str()),
            (n.to_string().as_str(), "")
        );
        let data: Value = serde_json::from_str(&message.data).expect("one line of JSON");
        assert_eq!(data, json!({ "number": n, "kind": "shown", "id": id }));
    }
}

/// Every address under which a comment could show itself to the public.
fn surfaces(article: &Article, id: Uuid) -> Vec<String> {
    let (page, api) = (article.page(), article.api());
    vec![
        "/".into(),
        "/faq".into(),
        page.clone(),
        format!("{page}?sort=oldest"),
        format!("{page}?posted={id}"),
        format!("{page}?reply={id}"),
        format!("{page}?after=9999999999999999_{}", id.simple()),
        format!("{page}/comments/{id}"),
        format!("{page}/fragment?ids={id}"),
        format!("{api}/comments"),
        format!("{api}/comments?sort=oldest"),
        format!("{api}/comments/{id}"),
        "/api/v1/openapi.json".into(),
        "/livez".into(),
        "/readyz".into(),
    ]
}

#[tokio::test]
async fn what_is_not_live_shows_nowhere_and_its_address_is_like_any_unknown_one() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let live = house
        .guest("Bo")
        .posts(&article, "The one that is live.")
        .await;
    house.screens(live, Screened::Live).await.expect("settled");
    let moderator = house.moderator("Mo").await;
    let strangers = [
        house.client(),
        house.reader("Eve").await.client,
        house.moderator("Mia").await.client,
    ];

    // each form has another
    let key = regex::Regex::new(r#"name="key" value="[^"]*""#).expect("a pattern");
    for state in ["pending", "held", "rejected", "removed"] {
        let canary = house.guest(&format!("Kanarie{state}"));
        let text = format!("canary-{state}-text");
        let id = canary.replies(&article, live, &text).await;
        match state {
            "held" => drop(house.screens(id, Screened::Held).await.expect("settled")),
            "rejected" => drop(
                house
                    .screens(id, Screened::Rejected)
                    .await
                    .expect("settled"),
            ),
            "removed" => {
                house.screens(id, Screened::Live).await.expect("settled");
                moderator.removes(id, "other").await.expect(200);
            }
            _ => {}
        }
        let unknown = Uuid::now_v7();
        for stranger in &strangers {
            for (path, like) in surfaces(&article, id)
                .into_iter()
                .zip(surfaces(&article, unknown))
            {
                let (answer, expected) = (stranger.get(&path).await, stranger.get(&like).await);
                assert_hidden(&answer.text(), &text, &canary.name, &path);
                for (name, value) in &answer.headers {
                    assert_hidden(
                        value.to_str().expect("text"),
                        &text,
                        &canary.name,
                        name.as_str(),
                    );
                }
                // the same bytes, but for what was asked for
                let plain = |text: String, id: Uuid| {
                    let text = text
                        .replace(&id.to_string(), "ID")
                        .replace(&id.simple().to_string(), "ID");
                    key.replace_all(&text, "KEY").into_owned()
                };
                assert_eq!(answer.status, expected.status, "{state} {path}");
                assert_eq!(
                    plain(answer.text(), id),
                    plain(expected.text(), unknown),
                    "{state} {path}"
                );
            }
            let comments = stranger.get(&article.comments()).await.json();
            assert_eq!(comments["live_count"], 1, "{state}");
        }
        let metrics = house.operator().get("/metrics").await.text();
        assert_hidden(&metrics, &text, &canary.name, "/metrics");
        // its writer sees it
        assert!(canary.sees(&article, id).await, "{state}");
    }
    house.set_mode(&article, Mode::Closed).await;
    let mut events = Events::open(&house.client(), &article, Some(0)).await;
    let shown = events.next_change().await;
    assert_eq!(shown, (1, "shown".into(), live.to_string()));
}

fn assert_hidden(shown: &str, text: &str, author: &str, place: &str) {
    assert!(
        !shown.contains(text) && !shown.contains(author),
        "{place} shows it"
    );
}

#[tokio::test]
async fn a_comment_of_one_article_is_unknown_under_another() {
    let house = Belowline::with(Options::unscreened()).await;
    let (article, other) = (house.article("bridge").await, house.article("moths").await);
    let id = house.guest("Bo").posts(&article, "Under the bridge.").await;
    house.screens(id, Screened::Live).await.expect("settled");
    let reader = house.client();
    reader.get(&article.comment(id)).await.expect(200);
    for path in [
        other.comment(id),
        format!("{}/comments/{id}", other.page()),
        format!("{}/comments/{id}", "/articles/none"),
    ] {
        reader.get(&path).await.expect(404);
    }
    assert!(
        !reader
            .get(&format!("{}/fragment?ids={id}", other.page()))
            .await
            .text()
            .contains("Under the bridge.")
    );
}
