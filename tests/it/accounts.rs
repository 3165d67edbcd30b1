//! Signing up, in and out: who a request counts as, and until when.

use belowline::account::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Belowline, Client, Options, PASSWORD, encoded};

const COOKIE: &str = "belowline";

fn credentials(name: &str, password: &str) -> Value {
    json!({ "name_or_email": name, "password": password })
}

async fn is_signed_in(client: &Client) -> bool {
    let status = client.get("/api/v1/me").await.status;
    assert!([200, 401].contains(&status), "{status}");
    status == 200
}

#[tokio::test]
async fn a_sign_up_opens_an_account_and_a_session() {
    let house = Belowline::start().await;
    let ada = house.client();
    let fields = [
        ("name", "Ada"),
        ("email", "Ada@Reader.example"),
        ("password", PASSWORD),
        ("next", "/faq"),
    ];
    let answer = ada.submit("/sign-up", &fields).await.expect(303);
    assert_eq!(answer.header("location"), "/faq");
    let me = ada.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["name"], "Ada");
    assert_eq!(me["email"], "ada@reader.example");
    assert_eq!(me["role"], "reader");
}

#[tokio::test]
async fn a_session_cookie_is_out_of_reach_of_scripts_neighbours_and_plain_http() {
    let over_tls = Options {
        public_url: "https://comments.example",
        ..Options::unscreened()
    };
    for (options, role, expected) in [
        (
            Options::unscreened(),
            Role::Reader,
            vec![
                "belowline=",
                "HttpOnly",
                "SameSite=Lax",
                "Path=/",
                "Max-Age=2592000",
            ],
        ),
        (
            Options::unscreened(),
            Role::Moderator,
            vec![
                "belowline=",
                "HttpOnly",
                "SameSite=Strict",
                "Path=/",
                "Max-Age=43200",
            ],
        ),
        (
            over_tls,
            Role::Admin,
            vec![
                "__Host-belowline=",
                "HttpOnly",
                "Secure",
                "SameSite=Strict",
                "Path=/",
                "Max-Age=43200",
            ],
        ),
    ] {
        let house = Belowline::with(options).await;
        house.account("Ada", role).await;
        let fields = [("name_or_email", "Ada"), ("password", PASSWORD)];
        let answer = house.client().form("/sign-in", &fields).await.expect(303);
        let cookie = answer.header("set-cookie");
        for part in expected {
            assert!(
                cookie.starts_with(part) || cookie.contains(&format!("; {part}")),
                "{part} in {cookie}"
            );
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

#[tokio::test]
async fn a_sign_out_ends_the_session_and_its_token_at_once() {
    let house = Belowline::with(Options::unscreened()).await;
    house.account("Ada", Role::Reader).await;

    let browser = house.browser("Ada").await;
    let token = browser.cookie(COOKIE).expect("a session");
    let answer = browser.submit("/sign-out", &[]).await.expect(303);
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(browser.cookie(COOKIE), None);
    let thief = house.client();
    thief.set_cookie(COOKIE, &token);
    assert!(!is_signed_in(&thief).await);
    assert!(!is_signed_in(&house.client().with_token(&token)).await);

    let session = house
        .client()
        .post("/api/v1/session", &credentials("Ada", PASSWORD))
        .await;
    let token = session.expect(201).json()["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let program = house.client().with_token(&token);
    assert!(is_signed_in(&program).await);
    program
        .json(Method::DELETE, "/api/v1/session", &Value::Null)
        .await
        .expect(204);
    assert!(!is_signed_in(&program).await);
}

#[tokio::test]
async fn every_sign_in_makes_a_new_token_and_ends_the_one_that_was_there() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    house.account("Ada", Role::Reader).await;

    // somebody plants a token of their own choice
    let browser = house.client();
    let planted = "x".repeat(43);
    browser.set_cookie(COOKIE, &planted);
    let fields = [("name_or_email", "Ada"), ("password", PASSWORD)];
    browser.submit("/sign-in", &fields).await.expect(303);
    let first = browser.cookie(COOKIE).expect("a session");
    assert_ne!(first, planted);

    browser.submit("/sign-in", &fields).await.expect(303);
    assert_ne!(browser.cookie(COOKIE).expect("a session"), first);
    assert!(is_signed_in(&browser).await);
    assert!(!is_signed_in(&house.client().with_token(&first)).await);

    // a guest's token does not become an account's
    let guest = house.client();
    let fields = [
        ("text", "Good news for the town."),
        ("name", "Bo"),
        ("email", "bo@guest.example"),
    ];
    guest
        .submit(&format!("{}/comments", article.page()), &fields)
        .await
        .expect(303);
    let before = guest.cookie(COOKIE).expect("a guest's session");
    guest
        .submit(
            "/sign-in",
            &[("name_or_email", "Ada"), ("password", PASSWORD)],
        )
        .await
        .expect(303);
    assert_ne!(guest.cookie(COOKIE).expect("a session"), before);
    assert!(!is_signed_in(&house.client().with_token(&before)).await);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_disabled_account_are_answered_alike() {
    let house = Belowline::with(Options::unscreened()).await;
    house.account("Ada", Role::Reader).await;
    house.account("Eve", Role::Reader).await;
    sqlx::query("UPDATE account SET disabled_at = now() WHERE name = 'Eve'")
        .execute(&house.db)
        .await
        .expect("disabled");
    let tries = [
        ("Ada", "another good password"),
        ("Bob", PASSWORD),
        ("Eve", PASSWORD),
        ("nobody@reader.example", PASSWORD),
    ];

    let mut answers: Vec<Vec<u8>> = Vec::new();
    for (name, password) in tries {
        let answer = house
            .client()
            .post("/api/v1/session", &credentials(name, password))
            .await;
        answers.push(answer.expect(422).body);
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{answers:?}"
    );

    let mut pages: Vec<String> = Vec::new();
    for (name, password) in tries {
        let fields = [("name_or_email", name), ("password", password)];
        let answer = house.client().form("/sign-in", &fields).await.expect(422);
        assert_eq!(answer.header("set-cookie"), "");
        // the form shows again what was typed
        pages.push(answer.text().replace(name, "NAME"));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{pages:?}");
}

#[tokio::test]
async fn a_request_that_changes_something_needs_its_own_sessions_token() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    house.account("Ada", Role::Reader).await;
    house.account("Eve", Role::Reader).await;
    let (ada, eve) = (house.browser("Ada").await, house.browser("Eve").await);
    let (own, of_eve) = (ada.csrf().await, eve.csrf().await);
    assert!(!own.is_empty() && own != of_eve);
    let comments = format!("{}/comments", article.page());
    let forms: &[(&str, &[(&str, &str)])] = &[
        ("/sign-out", &[]),
        (
            "/sign-in",
            &[("name_or_email", "Ada"), ("password", PASSWORD)],
        ),
        (
            "/sign-up",
            &[
                ("name", "New"),
                ("email", "new@reader.example"),
                ("password", PASSWORD),
            ],
        ),
        (
            "/account/password",
            &[
                ("current_password", PASSWORD),
                ("new_password", "another good password"),
            ],
        ),
        ("/account/sessions/end", &[("session", "others")]),
        (&comments, &[("text", "Forged.")]),
    ];
    for wrong in [None, Some(""), Some("x"), Some(of_eve.as_str())] {
        for (path, fields) in forms {
            let mut fields = fields.to_vec();
            fields.extend(wrong.map(|token| ("csrf", token)));
            assert_eq!(
                ada.form(path, &fields).await.status,
                403,
                "{path} {wrong:?}"
            );
        }
        for (method, path, body) in [
            (Method::DELETE, "/api/v1/session".to_owned(), Value::Null),
            (
                Method::POST,
                article.comments(),
                json!({ "text": "Forged." }),
            ),
        ] {
            let mut request = ada
                .request(method.clone(), &path)
                .header("content-type", "application/json");
            if let Some(token) = wrong {
                request = request.header("x-csrf-token", token);
            }
            let answer = ada.send(request.body(body.to_string())).await;
            assert_eq!(answer.status, 403, "{method} {path} {wrong:?}");
        }
    }
    assert!(is_signed_in(&ada).await);
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 0);
    assert_eq!(house.count("SELECT count(*) FROM account").await, 2);
    ada.submit(&comments, &[("text", "Mine.")])
        .await
        .expect(303);
}

#[tokio::test]
async fn a_request_from_another_site_is_not_carried_out() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let guest = house.guest("Bo");
    for (name, value, expected) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost.evil.example", 403),
        ("origin", "http://localhost", 201),
        ("sec-fetch-site", "same-origin", 201),
    ] {
        let body = guest
            .comment(&format!("Sent with {name} {value}"))
            .to_string();
        let request = guest
            .program_request(Method::POST, &article.comments())
            .await;
        let answer = guest.send(request.header(name, value).body(body)).await;
        assert_eq!(answer.status, expected, "{name}: {value}");
    }
}

#[tokio::test]
async fn where_to_go_next_never_leads_to_another_site() {
    let house = Belowline::with(Options::unscreened()).await;
    house.account("Ada", Role::Reader).await;
    let signed_in = house.browser("Ada").await;
    let hosts = [
        "evil.example",
        "evil.example/",
        "evil.example/%2e%2e",
        "@evil.example",
        "localhost@evil.example",
        "localhost.evil.example",
    ];
    let leads = [
        "//",
        "///",
        "////",
        "/\\",
        "\\/",
        "\\\\",
        "/\t/",
        "\t//",
        "/\n/",
        "\r\n//",
        "/\u{0}/",
        " //",
        "/ /",
        "http://",
        "https:",
        "https:/",
        "HTTPS://",
        "hTTp:\\\\",
        "ftp://",
        "javascript://",
        "data:",
        "/\u{2215}",
        "\u{ff0f}\u{ff0f}",
        "/\u{a0}/",
        "?next=//",
        "#//",
        "..//",
        ".//",
        "/.\\",
        "/\u{85}/",
    ];
    let mut tried = 0;
    for lead in leads {
        for host in hosts {
            let next = format!("{lead}{host}");
            let path = format!("/sign-in?{}", encoded(&[("next", &next)]));
            let answer = signed_in.get(&path).await.expect(303);
            assert_stays(&answer, &next);
            tried += 1;
        }
    }
    assert!(tried >= 60);
    for next in ["//evil.example", "/\\evil.example", "https://evil.example/"] {
        let fields = [
            ("name_or_email", "Ada"),
            ("password", PASSWORD),
            ("next", next),
        ];
        assert_stays(
            &house.client().form("/sign-in", &fields).await.expect(303),
            next,
        );
    }
}

/// A browser that follows this answer is still here.
fn assert_stays(answer: &Answer, next: &str) {
    let here: url::Url = "http://localhost/sign-in".parse().expect("an address");
    let there = here.join(answer.header("location")).expect("an address");
    assert_eq!(there.origin(), here.origin(), "{next:?} leads to {there}");
}

#[tokio::test]
async fn nobody_can_set_what_is_not_theirs_to_set() {
    let house = Belowline::with(Options::unscreened()).await;
    let stranger = house.client();
    for field in [
        "role",
        "site_id",
        "id",
        "created_at",
        "disabled_at",
        "is_staff",
    ] {
        let mut body =
            json!({ "name": "Eve", "email": "eve@reader.example", "password": PASSWORD });
        body[field] = json!("admin");
        assert_eq!(
            stranger.post("/api/v1/accounts", &body).await.status,
            400,
            "{field}"
        );
        let fields = [
            ("name", "Eve"),
            ("email", "eve@reader.example"),
            ("password", PASSWORD),
            (field, "admin"),
        ];
        assert_eq!(
            stranger.form("/sign-up", &fields).await.status,
            400,
            "{field}"
        );
    }
    assert_eq!(house.count("SELECT count(*) FROM account").await, 0);
    let ada = house.reader("Ada").await;
    let mut body = credentials("Ada", PASSWORD);
    body["role"] = json!("admin");
    assert_eq!(ada.post("/api/v1/session", &body).await.status, 400);
    assert_eq!(ada.get("/api/v1/me").await.json()["role"], "reader");
}

#[tokio::test]
async fn sign_ups_from_one_address_are_limited() {
    let house = Belowline::with(Options::unscreened()).await;
    let school = house.client();
    let body = |n: usize| json!({ "name": format!("Ada {n}"), "email": format!("ada{n}@reader.example"), "password": PASSWORD });
    for n in 0..5 {
        school.post("/api/v1/accounts", &body(n)).await.expect(201);
    }
    let refused = school.post("/api/v1/accounts", &body(5)).await.expect(429);
    assert_retry_after(&refused, 360);
    house
        .client()
        .post("/api/v1/accounts", &body(5))
        .await
        .expect(201);
}

#[tokio::test]
async fn guesses_at_one_account_are_limited_wherever_they_come_from() {
    let house = Belowline::with(Options::unscreened()).await;
    let other = house.another(Options::unscreened()).await;
    house.account("Ada", Role::Reader).await;
    // two processes, ten addresses, two ways to write the name
    for n in 0..10 {
        let client = if n % 2 == 0 {
            house.client()
        } else {
            other.client()
        };
        let name = if n % 3 == 0 { "Ada" } else { " aDA " };
        client
            .post("/api/v1/session", &credentials(name, "guess"))
            .await
            .expect(422);
    }
    let refused = other
        .client()
        .post("/api/v1/session", &credentials("Ada", PASSWORD))
        .await
        .expect(429);
    assert_retry_after(&refused, 60);
}

fn assert_retry_after(answer: &Answer, at_most: u64) {
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=at_most).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let house = Belowline::with(Options::unscreened()).await;
    house.account("Ada", Role::Reader).await;
    let (here, there) = (house.browser("Ada").await, house.browser("Ada").await);
    let old = here.cookie(COOKIE).expect("a session");
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", "another good password"),
    ];
    here.submit("/account/password", &fields).await.expect(303);
    assert!(is_signed_in(&here).await);
    assert!(!is_signed_in(&there).await);
    assert!(!is_signed_in(&house.client().with_token(&old)).await);
    house
        .client()
        .post("/api/v1/session", &credentials("Ada", PASSWORD))
        .await
        .expect(422);
}

#[tokio::test]
async fn a_session_ends_with_its_time_its_account_or_its_role() {
    let house = Belowline::with(Options::unscreened()).await;
    for (name, role, change) in [
        ("Ada", Role::Reader, "UPDATE session SET expires_at = now()"),
        (
            "Bea",
            Role::Moderator,
            "UPDATE session SET last_seen_at = now() - interval '31 minutes'",
        ),
        (
            "Cyd",
            Role::Reader,
            "UPDATE account SET disabled_at = now()",
        ),
    ] {
        let person = house.person(name, role).await;
        assert!(is_signed_in(&person).await, "{name}");
        sqlx::query(change)
            .execute(&house.db)
            .await
            .expect("changed");
        assert!(!is_signed_in(&person).await, "{change}");
        sqlx::query("UPDATE account SET disabled_at = NULL")
            .execute(&house.db)
            .await
            .expect("changed");
    }
    // readers may be idle
    let dot = house.reader("Dot").await;
    sqlx::query("UPDATE session SET last_seen_at = now() - interval '20 days'")
        .execute(&house.db)
        .await
        .expect("changed");
    assert!(is_signed_in(&dot).await);
}

#[tokio::test]
async fn signing_in_leads_back_to_the_page_of_ours_where_the_link_was() {
    let house = Belowline::with(Options::unscreened()).await;
    let cases = [
        (
            "http://localhost/articles/bridge?sort=oldest",
            "",
            "/articles/bridge?sort=oldest",
        ),
        ("http://localhost/articles/bridge", "?next=%2Fdesk", "/desk"),
        ("http://localhost/sign-up", "", "/"),
        ("http://localhost.evil.example/articles/bridge", "", "/"),
        ("http://localhost@evil.example/", "", "/"),
        ("http://localhost//evil.example", "", "/"),
        ("https://evil.example/articles/bridge", "", "/"),
    ];
    for (referer, query, next) in cases {
        let client = house.client();
        let request = client.request(Method::GET, &format!("/sign-in{query}"));
        let page = client
            .send(request.header("referer", referer))
            .await
            .expect(200)
            .text();
        let field = format!("name=\"next\" value=\"{next}\"");
        assert!(page.contains(&field), "{referer} {query}: {page}");
    }
}
