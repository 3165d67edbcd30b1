//! Other programs ask for scores as they would ask the Perspective API. A filter with fixed answers stands in for the
//! model where a test needs numbers to compare.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use belowline::perspective::{create_client, list_clients, revoke_client, suggestions_after};
use belowline::screener::ScreenerCommand;
use belowline::screening::Settings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Belowline, Client, Options, PROGRAM};

const ANALYZE: &str = "/v1alpha1/comments:analyze";
const SUGGEST: &str = "/v1alpha1/comments:suggestscore";

/// Answers by what is in the line, and misbehaves when it meets the word, or is asked for what no answer tells.
const FAKE: &str = r#"#!/bin/bash
IFS= read -r ruleset
while IFS= read -r line; do
    id=${line#*\"id\":\"}
    toxicity=0.25 insult=0.125 rest='"severe_toxicity":0.0,"identity_attack":0.0625,"threat":0.03125,"profanity":0.5,"spam":1'
    case $line in
    *'"unexplained":false'*|*'"article":{'*) toxicity=17 ;;
    *FAKE-exit*) exit 1 ;;
    *FAKE-hang*) sleep 1000 ;;
    *FAKE-garbage*) printf '%s\n' '<<<<'; continue ;;
    *FAKE-wild*) toxicity=17 ;;
    *FAKE-abstains*) toxicity=null insult=null ;;
    *FAKE-nothing*) printf '{"id":"%s","verdict":"publish","scores":{},"reasons":[],"ruleset":"r","model":"none"}\n' "${id%%\"*}"; continue ;;
    *'"text":"You fool."'*) insult=0.75 ;;
    *'"parent":"the parent"'*) toxicity=0.5 ;;
    esac
    printf '{"id":"%s","verdict":"publish","scores":{"toxicity":%s,"insult":%s,%s},"reasons":[],"ruleset":"r","model":"m"}\n' "${id%%\"*}" "$toxicity" "$insult" "$rest"
done
"#;

/// A service with the stand-in, and a program that has a key for it.
struct Stage {
    house: Belowline,
    client: Client,
    key: String,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("filter");
        std::fs::write(&program, FAKE).expect("written");
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("executable");
        let house = Belowline::with(Options {
            screener: ScreenerCommand {
                program,
                arguments: Vec::new(),
            },
            screening: Settings {
                time_limit: Duration::from_secs(4),
                ..Settings::default()
            },
            ..Options::unscreened()
        })
        .await;
        let key = key(&house, "coral", 1000).await;
        Self {
            client: house.client(),
            house,
            key,
            _folder: folder,
        }
    }

    async fn asks(&self, path: &str, body: &Value) -> Answer {
        self.asks_as(&self.key, path, body).await
    }

    async fn asks_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        ask(&self.client, path, key, body).await
    }

    /// The scores of this text, or the error.
    async fn scores(&self, body: &Value) -> Value {
        self.asks(ANALYZE, body).await.json()
    }
}

async fn key(house: &Belowline, name: &str, per_second: i32) -> String {
    let key = create_client(&house.db, house.site.id, name, per_second).await;
    key.expect("a key").as_str().to_owned()
}

/// And again while the service says that it has no time just now.
async fn ask(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, &format!("{path}?key={key}"));
    client.send(request.body(body.to_string())).await
}

/// Where that very answer is what is wanted.
async fn ask_once(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, &format!("{path}?key={key}"));
    send(client, request.body(body.to_string())).await
}

async fn send(client: &Client, request: reqwest::RequestBuilder) -> Answer {
    client.try_send(request).await.expect("an answer")
}

fn wanting(text: &str, attributes: &[&str]) -> Value {
    let attributes: serde_json::Map<String, Value> = attributes
        .iter()
        .map(|name| ((*name).to_owned(), json!({})))
        .collect();
    json!({ "comment": { "text": text }, "requestedAttributes": attributes, "languages": ["en"] })
}

/// Fails unless the answer is an error in Google's envelope.
#[track_caller]
fn assert_refused(answer: &Answer, code: u16, status: &str, message: &str, what: &str) -> Value {
    let error = &answer.json()["error"];
    assert_eq!(answer.status, code, "{what}: {error}");
    assert_eq!(error["code"], code, "{what}: {error}");
    assert_eq!(error["status"], status, "{what}: {error}");
    let said = error["message"].as_str().expect("a message");
    assert!(said.contains(message), "{what}: {said}");
    assert!(
        answer
            .header("content-type")
            .starts_with("application/json")
    );
    error["details"][0].clone()
}

#[tokio::test]
async fn a_request_as_coral_builds_it_is_answered_with_the_score_that_it_reads() {
    let stage = Stage::set().await;
    // what Coral makes of its endpoint setting: the path, the operation, the key
    let request = json!({
        "comment": { "text": "The bridge is late." },
        "doNotStore": true,
        "requestedAttributes": { "TOXICITY": {} },
        "languages": ["en"],
    });
    let answer = stage.asks(ANALYZE, &request).await.expect(200).json();
    assert_eq!(
        answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"],
        0.25
    );
}

#[tokio::test]
async fn what_coral_sends_when_a_moderator_has_decided_is_kept() {
    let stage = Stage::set().await;
    let note = json!({ "url": "https://paper.example/story?commentID=7", "Coral_comment_id": "7" });
    // by the model since 2021; before, by the decision
    let decisions = [
        ("TOXICITY", 0.0),
        ("TOXICITY", 1.0),
        ("APPROVED", 1.0),
        ("DELETED", 1.0),
        ("APPROVED", 0.0),
        ("REJECTED", 1.0),
    ];
    for (name, value) in decisions {
        let decided = json!({
            "comment": { "text": "The bridge is late." },
            "context": { "entries": [{ "text": note.to_string() }] },
            "attributeScores": { name: { "summaryScore": { "value": value } } },
            "languages": ["en"],
            "communityId": "Coral:https://coral.paper.example",
            "clientToken": "comment:7",
        });
        let thanks = stage.asks(SUGGEST, &decided).await.expect(200).json();
        assert_eq!(thanks["clientToken"], "comment:7", "{name}");
    }
    let all = suggestions_after(&stage.house.db, stage.house.site.id, None)
        .await
        .expect("suggestions");
    assert_eq!(all.len(), decisions.len());
    for (kept, (name, value)) in all.iter().zip(decisions) {
        let kept = serde_json::to_value(kept).expect("JSON");
        assert_eq!(kept["client"], "coral");
        assert_eq!(kept["community"], "Coral:https://coral.paper.example");
        assert_eq!(kept["token"], "comment:7");
        assert_eq!(
            kept["suggested"],
            json!({ name: { "summaryScore": { "value": value } } })
        );
        assert_eq!(kept["measured"]["toxicity"], 0.25);
        assert_eq!(kept["model"], "m");
    }
}

#[tokio::test]
async fn no_word_of_a_text_is_kept() {
    let stage = Stage::set().await;
    for do_not_store in [true, false] {
        let mut asked = wanting("A secret-word here. And parent.", &["TOXICITY"]);
        asked["context"] = json!({ "entries": [{ "text": "secret-word above" }] });
        asked["doNotStore"] = json!(do_not_store);
        stage.asks(ANALYZE, &asked).await.expect(200);
    }
    let suggested = json!({
        "comment": { "text": "A secret-word." },
        "context": { "entries": [{ "text": "secret-word" }] },
        "attributeScores": { "TOXICITY": { "summaryScore": { "value": 0.5 } } },
    });
    stage.asks(SUGGEST, &suggested).await.expect(200);
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&stage.house.db)
            .await
            .expect("tables");
    assert!(tables.contains(&"suggestion".to_owned()));
    for table in tables {
        let with_the_word: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT count(*) FROM {table} t WHERE t::text LIKE '%secret-word%' OR t::text LIKE '%{}%'",
            stage.key
        )))
        .fetch_one(&stage.house.db)
        .await
        .expect("a number");
        assert_eq!(with_the_word, 0, "{table}");
    }
}

#[tokio::test]
async fn scores_spans_and_parent_are_the_filters() {
    let stage = Stage::set().await;
    let all = [
        "TOXICITY_EXPERIMENTAL",
        "SEVERE_TOXICITY",
        "IDENTITY_ATTACK",
        "INSULT",
        "THREAT",
        "PROFANITY",
        "SPAM",
    ];
    let answer = stage.scores(&wanting("The bridge is late.", &all)).await;
    for (name, value) in all
        .iter()
        .zip([0.25, 0.0, 0.0625, 0.125, 0.03125, 0.5, 1.0])
    {
        let scores = &answer["attributeScores"][name];
        let score = json!({ "value": value, "type": "PROBABILITY" });
        assert_eq!(scores["summaryScore"], score, "{name}");
        assert_eq!(
            scores["spanScores"],
            json!([{ "begin": 0, "end": 19, "score": score }]),
            "{name}"
        );
    }
    let mut asked = wanting("😀 Late again! You fool.", &["INSULT"]);
    asked["spanAnnotations"] = json!(true);
    let spans = &stage.scores(&asked).await["attributeScores"]["INSULT"]["spanScores"];
    let ends = |at: usize| {
        [
            &spans[at]["begin"],
            &spans[at]["end"],
            &spans[at]["score"]["value"],
        ]
        .map(Value::to_string)
    };
    assert_eq!(ends(0), ["0", "14", "0.125"]);
    assert_eq!(ends(1), ["15", "24", "0.75"]);

    let mut asked = wanting("The bridge is late.", &["TOXICITY"]);
    for (context, value) in [
        (
            json!({ "entries": [{ "text": "first" }, { "text": "second" }, { "text": "the parent" }] }),
            0.5,
        ),
        (
            json!({ "articleAndParentComment": { "article": { "text": "the article" }, "parentComment": { "text": "the parent" } } }),
            0.5,
        ),
        (json!({ "entries": [{ "text": "another" }] }), 0.25),
        (
            json!({ "articleAndParentComment": { "article": { "text": "the parent" } } }),
            0.25,
        ),
    ] {
        asked["context"] = context;
        let answer = stage.scores(&asked).await;
        assert_eq!(
            answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"], value,
            "{asked}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_in_googles_words() {
    let stage = Stage::set().await;
    let good = wanting("The bridge is late.", &["TOXICITY"]);
    let with = |pointer: &str, value: Value| {
        let mut request = good.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        request.pointer_mut(parent).expect("there")[name] = value;
        request
    };
    for (request, error_type, message) in [
        (
            with("/comment", json!({})),
            "COMMENT_EMPTY",
            "Comment must be non-empty.",
        ),
        (
            with("/comment/text", json!(" \n")),
            "COMMENT_EMPTY",
            "Comment must be non-empty.",
        ),
        (
            with("/comment/text", json!("a".repeat(20_481))),
            "COMMENT_TOO_LONG",
            "Comment text too long.",
        ),
        (
            with("/requestedAttributes", json!({})),
            "NO_REQUESTED_ATTRIBUTES",
            "Missing requested_attributes",
        ),
        (
            with("/requestedAttributes", json!({ "SEXUALLY_EXPLICIT": {} })),
            "INVALID_REQUEST",
            "Unknown requested attribute: SEXUALLY_EXPLICIT",
        ),
        (
            with(
                "/requestedAttributes/TOXICITY",
                json!({ "scoreType": "RAW" }),
            ),
            "INVALID_REQUEST",
            "Requested score type RAW is not supported by attribute TOXICITY",
        ),
        (
            with("/comment/type", json!("HTML")),
            "INVALID_REQUEST",
            "Currently, only 'PLAIN_TEXT' comments are supported",
        ),
        (
            with("/comment/type", json!("PDF")),
            "INVALID_REQUEST",
            "Unknown text type",
        ),
        (
            with("/languages", json!(["fr", "ur"])),
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "Attribute TOXICITY does not support request languages: fr, ur",
        ),
        (
            with("/comment/text", json!("FAKE-abstains")),
            "LANGUAGE_DETECTION_FAILED",
            "Unable to detect language",
        ),
        (
            with(
                "/context",
                json!({ "entries": [{ "text": "a" }], "articleAndParentComment": {} }),
            ),
            "INVALID_REQUEST",
            "but both fields were populated",
        ),
        (
            with("/clientToken", json!("t".repeat(2000))),
            "INVALID_REQUEST",
            "1024 bytes",
        ),
    ] {
        let what = format!("{error_type}: {message}");
        let answer = stage.asks(ANALYZE, &request).await;
        let detail = assert_refused(&answer, 400, "INVALID_ARGUMENT", message, &what);
        assert_eq!(
            detail["@type"], "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
            "{what}"
        );
        assert_eq!(detail["errorType"], error_type, "{what}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_googles_words() {
    let stage = Stage::set().await;
    let client = &stage.client;
    for (body, message) in [
        ("", "Invalid JSON payload received."),
        ("{", "Invalid JSON payload received."),
        ("[]", "Invalid JSON payload received."),
        ("comment=a", "Invalid JSON payload received."),
        (r#"{"coment":{}}"#, "coment"),
        (
            r#"{"comment":{"text":7}}"#,
            "Invalid JSON payload received.",
        ),
    ] {
        for path in [ANALYZE, SUGGEST] {
            let request = client.request(Method::POST, &format!("{path}?key={}", stage.key));
            let answer = send(client, request.body(body)).await;
            let detail = assert_refused(&answer, 400, "INVALID_ARGUMENT", message, body);
            assert_eq!(
                detail["@type"], "type.googleapis.com/google.rpc.BadRequest",
                "{body}"
            );
        }
    }
    let long = json!({ "comment": { "text": "a".repeat(200_000) } });
    let answer = stage.asks(ANALYZE, &long).await;
    assert_refused(
        &answer,
        400,
        "INVALID_ARGUMENT",
        "Request payload size exceeds the limit",
        "long",
    );
    // a NUL is a character like another to the filter, but no token can be kept with it
    let nul = json!({ "comment": { "text": "a" }, "clientToken": "\u{0}", "attributeScores": { "TOXICITY": { "summaryScore": { "value": 0 } } } });
    let answer = stage.asks(SUGGEST, &nul).await;
    assert_refused(&answer, 400, "INVALID_ARGUMENT", "", "NUL");
    // nor a text where a language is kept
    let text = json!({ "comment": { "text": "a" }, "languages": ["The bridge is late."], "attributeScores": { "TOXICITY": { "summaryScore": { "value": 0 } } } });
    let answer = stage.asks(SUGGEST, &text).await;
    let message = "Name at most 16 languages";
    assert_refused(&answer, 400, "INVALID_ARGUMENT", message, "a text");
}

#[tokio::test]
async fn a_key_is_needed_and_can_be_revoked_and_bounds_how_much_is_asked() {
    let stage = Stage::set().await;
    let (house, good) = (&stage.house, wanting("The bridge is late.", &["TOXICITY"]));
    let client = &stage.client;
    let answer = send(
        client,
        client.request(Method::POST, ANALYZE).body(good.to_string()),
    )
    .await;
    assert_refused(
        &answer,
        403,
        "PERMISSION_DENIED",
        "unregistered callers",
        "no key",
    );
    let answer = stage.asks_as("belowline-0", ANALYZE, &good).await;
    let detail = assert_refused(
        &answer,
        400,
        "INVALID_ARGUMENT",
        "API key not valid",
        "wrong key",
    );
    assert_eq!(detail["reason"], "API_KEY_INVALID");
    for path in [ANALYZE, &format!("{ANALYZE}?key=")] {
        let by_header = client
            .request(Method::POST, path)
            .header("x-goog-api-key", &stage.key);
        send(client, by_header.body(good.to_string()))
            .await
            .expect(200);
    }

    let slow = key(house, "slow", 1).await;
    // one a second: of several at once, some are too many
    let all = (0..8).map(|_| ask_once(client, ANALYZE, &slow, &good));
    let mut all = futures_util::future::join_all(all).await;
    let first_refused = all.iter().position(|answer| answer.status == 429);
    let answer = all.swap_remove(first_refused.expect("a refusal"));
    assert!(all.iter().any(|answer| answer.status != 429), "the first");
    let detail = assert_refused(
        &answer,
        429,
        "RESOURCE_EXHAUSTED",
        "Quota exceeded",
        "quota",
    );
    assert_eq!(detail["reason"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(answer.header("retry-after"), "1");
    // nobody else's quota
    stage.asks(ANALYZE, &good).await.expect(200);

    let (db, site) = (&house.db, house.site.id);
    assert!(create_client(db, site, "slow", 5).await.is_err(), "taken");
    revoke_client(db, site, "slow").await.expect("revoked");
    assert!(revoke_client(db, site, "slow").await.is_err(), "gone");
    let answer = stage.asks_as(&slow, ANALYZE, &good).await;
    assert_refused(
        &answer,
        400,
        "INVALID_ARGUMENT",
        "API key not valid",
        "revoked",
    );
    key(house, "slow", 5).await;
    let listed: Vec<(String, bool, bool)> = list_clients(db, site)
        .await
        .expect("a list")
        .into_iter()
        .map(|client| {
            (
                client.name,
                client.used_at.is_some(),
                client.revoked_at.is_some(),
            )
        })
        .collect();
    let expected = [
        ("coral", true, false),
        ("slow", false, false),
        ("slow", true, true),
    ];
    assert_eq!(
        listed,
        expected.map(|(name, used, revoked)| (name.to_owned(), used, revoked))
    );
}

#[tokio::test]
async fn a_filter_that_fails_is_an_error_and_the_next_text_is_measured() {
    let stage = Stage::set().await;
    for (text, message) in [
        ("FAKE-exit", "could not be measured"),
        ("FAKE-hang", "could not be measured"),
        ("FAKE-garbage", "could not be measured"),
        ("FAKE-nothing", "Nothing measures toxicity"),
        ("FAKE-wild", "could not be measured"),
    ] {
        let asked = wanting(text, &["TOXICITY"]);
        let answer = ask_once(&stage.client, ANALYZE, &stage.key, &asked).await;
        assert_refused(&answer, 503, "UNAVAILABLE", message, text);
        assert_eq!(answer.header("retry-after"), "1", "{text}");
        let next = stage
            .scores(&wanting("The bridge is late.", &["TOXICITY"]))
            .await;
        assert_eq!(
            next["attributeScores"]["TOXICITY"]["summaryScore"]["value"], 0.25,
            "after {text}"
        );
    }
    // a suggestion is kept without a measurement
    let suggested = json!({ "comment": { "text": "FAKE-exit" }, "attributeScores": { "TOXICITY": { "summaryScore": { "value": 0 } } } });
    stage.asks(SUGGEST, &suggested).await.expect(200);
    let unmeasured = "SELECT count(*) FROM suggestion WHERE measured IS NULL";
    assert_eq!(stage.house.count(unmeasured).await, 1);
}

#[tokio::test]
async fn a_full_queue_says_so_and_stops_nobody_else() {
    let stage = Stage::set().await;
    let hang = wanting("FAKE-hang", &["TOXICITY"]);
    let all = futures_util::future::join_all(
        (0..60).map(|_| ask_once(&stage.client, ANALYZE, &stage.key, &hang)),
    )
    .await;
    let refused = |message: &str| {
        let said = |answer: &&Answer| {
            assert_refused(answer, 503, "UNAVAILABLE", "", "full");
            answer.text().contains(message)
        };
        all.iter().filter(said).count()
    };
    assert!(refused("Too many texts wait") > 0);
    assert!(refused("could not be measured") > 0);
    let article = stage.house.article("bridge").await;
    stage.client.get(&article.page()).await.expect(200);
    let next = stage
        .scores(&wanting("The bridge is late.", &["TOXICITY"]))
        .await;
    assert_eq!(
        next["attributeScores"]["TOXICITY"]["summaryScore"]["value"],
        0.25
    );
}

#[tokio::test]
async fn the_real_filter_measures_or_says_that_nothing_does() {
    let house = Belowline::with(Options::unscreened()).await;
    let key = key(&house, "coral", 1000).await;
    let client = house.client();
    let text = "You are a stupid idiot and everybody in this town knows it.";
    for (attribute, score) in [
        ("TOXICITY", "toxicity"),
        ("SEVERE_TOXICITY", "severe_toxicity"),
        ("IDENTITY_ATTACK", "identity_attack"),
        ("INSULT", "insult"),
        ("THREAT", "threat"),
        ("PROFANITY", "profanity"),
        ("SPAM", "spam"),
    ] {
        let given = screened(text)["scores"][score].clone();
        let asked = wanting(text, &[attribute]);
        if given.is_null() {
            let answer = ask_once(&client, ANALYZE, &key, &asked).await;
            assert_refused(&answer, 503, "UNAVAILABLE", "Nothing measures", attribute);
        } else {
            let told = ask(&client, ANALYZE, &key, &asked).await.expect(200).json();
            let told = &told["attributeScores"][attribute]["summaryScore"]["value"];
            assert!(
                (0.0..=1.0).contains(&told.as_f64().expect("a number")),
                "{attribute} {told}"
            );
            assert_eq!(*told, given, "{attribute}");
        }
    }
    // which explains itself, as no analysis does
    let screened = screened(text);
    let reasons = screened["reasons"].as_array().expect("reasons");
    let of_model = |reason: &&Value| reason["phase"] == "model" && reason["kind"] == "insult";
    let insult = reasons.iter().find(of_model).expect("an insult");
    assert!(!insult["spans"].as_array().expect("spans").is_empty());

    // another ruleset counts from the next text on
    let admin = house.admin("Ada").await;
    let ruleset = admin.get("/api/v1/desk/ruleset").await.expect(200).json();
    let mut source = ruleset["source"].clone();
    source["abuse"]["enabled"] = json!(false);
    let change = json!({ "based_on": ruleset["id"], "source": source, "note": "No model." });
    admin
        .json(Method::PUT, "/api/v1/desk/ruleset", &change)
        .await
        .expect(200);
    let answer = ask_once(&client, ANALYZE, &key, &wanting(text, &["TOXICITY"])).await;
    assert_refused(&answer, 503, "UNAVAILABLE", "Nothing measures", "no model");
}

/// The score of one attribute by the real filter.
async fn score(client: &Client, key: &str, asked: &Value, attribute: &str) -> f64 {
    let answer = ask(client, ANALYZE, key, asked).await.expect(200).json();
    let score = &answer["attributeScores"][attribute]["summaryScore"]["value"];
    score.as_f64().expect("a number")
}

#[tokio::test]
async fn what_is_quoted_of_the_comment_above_is_not_held_against_its_critic() {
    let house = Belowline::with(Options::unscreened()).await;
    let key = key(&house, "coral", 1000).await;
    let client = house.client();
    let parent = "All immigrants are vermin and they should drown in the sea.";
    let text = format!("“{parent}” You wrote that yesterday, and it made my son cry.");
    let mut asked = wanting(&text, &["IDENTITY_ATTACK"]);
    let alone = score(&client, &key, &asked, "IDENTITY_ATTACK").await;
    let of = |text: &str| json!({ "text": text });
    for (context, is_lower) in [
        (json!({ "entries": [of("Hello."), of(parent)] }), true),
        (
            json!({ "articleAndParentComment": { "parentComment": of(parent) } }),
            true,
        ),
        // nothing else of a context counts
        (json!({ "entries": [of(parent), of("Hello.")] }), false),
        (
            json!({ "articleAndParentComment": { "article": of(parent) } }),
            false,
        ),
    ] {
        asked["context"] = context;
        let score = score(&client, &key, &asked, "IDENTITY_ATTACK").await;
        assert_eq!(score < alone, is_lower, "{asked}: {score}, alone {alone}");
        assert!(is_lower || score.to_bits() == alone.to_bits(), "{asked}");
    }
}

#[tokio::test]
async fn every_language_that_the_model_has_learnt_is_served_named_or_not() {
    let house = Belowline::with(Options::unscreened()).await;
    let key = key(&house, "coral", 1000).await;
    let client = house.client();
    let german = "Das ist doch nicht wahr, ihr habt keine Ahnung von der Brücke.";
    let roman_urdu = "tum log kya kar rahe ho yahan, yeh acha nahi hai";
    let urdu = "یہ پل شہر کے سب لوگوں کو بہت پسند ہے";
    let french = "Les habitants de la ville ne veulent pas payer davantage pour les transports.";
    for (text, detected, served, refused) in [
        (
            german,
            "de",
            &["", "de", "de-AT", "en"][..],
            &["fr", "es"][..],
        ),
        (roman_urdu, "ur-Latn", &["", "ur-Latn", "hi-Latn"], &["ur"]),
        (urdu, "ur", &[], &["", "ur", "ur-Latn", "en"]),
        (french, "fr", &[], &["", "fr", "en", "de"]),
    ] {
        for named in served.iter().chain(refused) {
            let mut asked = wanting(text, &["TOXICITY"]);
            let named = Some(*named).filter(|named| !named.is_empty());
            asked["languages"] = json!(Vec::from_iter(named));
            let what = format!("{text} {named:?}");
            let answer = ask(&client, ANALYZE, &key, &asked).await;
            if served.contains(&named.unwrap_or_default()) {
                let answer = answer.expect(200).json();
                let languages = json!([named.unwrap_or(detected)]);
                assert_eq!(answer["languages"], languages, "{what}");
                assert_eq!(answer["detectedLanguages"], json!([detected]), "{what}");
                let score = &answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"];
                assert!(score.is_number(), "{what}");
            } else {
                let message = "does not support request languages";
                let detail = assert_refused(&answer, 400, "INVALID_ARGUMENT", message, &what);
                let error = "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE";
                assert_eq!(detail["errorType"], error, "{what}");
            }
        }
    }
}

/// What `belowline screen` says of a text.
fn screened(text: &str) -> Value {
    let mut child = Command::new(PROGRAM)
        .arg("screen")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let line = json!({ "id": "1", "text": text, "article": { "title": "", "body": "" } });
    writeln!(child.stdin.take().expect("an input"), "{line}").expect("written");
    let output = child.wait_with_output().expect("an end");
    serde_json::from_slice(&output.stdout).expect("a verdict")
}

#[tokio::test]
async fn the_description_names_the_address_that_is_set() {
    let house = Belowline::with(Options {
        public_url: "https://comments.example",
        ..Options::unscreened()
    })
    .await;
    let client = house.client();
    for path in [
        "/$discovery/rest?version=v1alpha1",
        "/%24discovery/rest?version=v1alpha1&key=x",
    ] {
        let document = client.get(path).await.expect(200).json();
        assert_eq!(document["rootUrl"], "https://comments.example/", "{path}");
        let analyze = &document["resources"]["comments"]["methods"]["analyze"];
        assert_eq!(analyze["path"], "v1alpha1/comments:analyze");
    }
    for path in [
        "/v1alpha1/comments:other",
        "/v1alpha1/",
        "/$discovery/other",
        ANALYZE,
    ] {
        let answer = client.get(path).await;
        assert_refused(&answer, 404, "NOT_FOUND", "nothing at this address", path);
    }
    // what a page of another site would send
    let request = client.request(Method::POST, ANALYZE);
    let answer = client
        .send(request.header("origin", "https://evil.example").body("{}"))
        .await;
    assert_refused(&answer, 403, "PERMISSION_DENIED", "another site", "origin");
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn googles_own_library_works_after_a_change_of_address() {
    let stage = Stage::set().await;
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = top.join("target/tools/google-client/bin/python");
    assert!(
        python.exists(),
        "{} is missing: run scripts/setup test",
        python.display()
    );
    let questions = [
        json!({ "method": "analyze", "body": wanting("The bridge is late.", &["TOXICITY", "SPAM"]) }),
        json!({ "method": "analyze", "body": wanting("The bridge is late.", &["LIKELY_TO_REJECT"]) }),
        json!({ "method": "analyze", "body": wanting("FAKE-nothing", &["TOXICITY"]) }),
        json!({ "method": "suggestscore", "body": {
            "comment": { "text": "The bridge is late." }, "clientToken": "t",
            "attributeScores": { "TOXICITY": { "summaryScore": { "value": 0 } } } } }),
    ];
    let (address, key) = (format!("http://{}", stage.house.address), stage.key.clone());
    let answers = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(python)
            .arg(top.join("tests/perspective/client.py"))
            .args([address, key])
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let mut input = child.stdin.take().expect("an input");
        for question in questions {
            writeln!(input, "{question}").expect("written");
        }
        drop(input);
        child.wait_with_output().expect("an end")
    })
    .await
    .expect("joined");
    assert!(answers.status.success(), "{answers:?}");
    let lines = String::from_utf8(answers.stdout).expect("text");
    let answers: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        answers[0]["attributeScores"]["TOXICITY"]["summaryScore"]["value"],
        0.25
    );
    assert_eq!(
        answers[0]["attributeScores"]["SPAM"]["summaryScore"]["value"],
        1.0
    );
    assert_eq!(answers[1]["status"], 400);
    assert_eq!(
        answers[1]["reason"],
        "Unknown requested attribute: LIKELY_TO_REJECT"
    );
    assert_eq!(answers[1]["details"][0]["errorType"], "INVALID_REQUEST");
    assert_eq!(answers[2]["status"], 503);
    assert_eq!(answers[3]["clientToken"], "t");
}

#[tokio::test]
async fn an_operator_makes_lists_and_revokes_keys_and_takes_suggestions_away() {
    let stage = Stage::set().await;
    let run = |arguments: &[&str]| {
        let output = Command::new(PROGRAM)
            .args(arguments)
            .args(["--database-url", &stage.house.database_url])
            .output()
            .expect("the program");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (is_made, key, _) = run(&["client", "create", "blog", "--per-second", "3"]);
    assert!(is_made);
    let suggested = json!({ "comment": { "text": "The bridge." }, "clientToken": "7", "attributeScores": { "SPAM": { "summaryScore": { "value": 0.5 } } } });
    stage
        .asks_as(key.trim(), SUGGEST, &suggested)
        .await
        .expect(200);
    let (_, list, _) = run(&["client", "list"]);
    assert!(
        list.contains("blog: 3 a second") && list.contains("coral"),
        "{list}"
    );
    assert!(!list.contains(key.trim()), "{list}");
    let (is_twice, ..) = run(&["client", "create", "blog"]);
    assert!(!is_twice);
    let (_, lines, _) = run(&["client", "suggestions"]);
    let line: Value = serde_json::from_str(&lines).expect("one line");
    assert_eq!(line["client"], "blog");
    assert_eq!(line["measured"]["spam"], 1.0);
    assert!(run(&["client", "revoke", "blog"]).0);
    assert!(!run(&["client", "revoke", "blog"]).0);
    stage
        .asks_as(key.trim(), SUGGEST, &suggested)
        .await
        .expect(400);
    assert!(!run(&["client", "create", "x", "--per-second", "0"]).0);
}
