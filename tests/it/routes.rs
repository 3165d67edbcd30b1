//! Every address: who may use it, what it carries, and that no other spelling of it opens more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use belowline::account::Role;
use regex::Regex;
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::harness::{Answer, Article, Belowline, Client, Options};

/// Who may use an address at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Least {
    Anybody,
    Reader,
    Moderator,
    Admin,
    /// a program with a key of its own: no person
    Program,
}
use Least::{Admin, Anybody, Moderator, Program, Reader};

/// Every address of the public listener. One that is missing here fails the tests.
const ACCESS: &[(&str, &str, Least)] = &[
    ("GET", "/", Anybody),
    ("GET", "/faq", Anybody),
    ("GET", "/articles/{slug}", Anybody),
    ("GET", "/articles/{slug}/comments/{id}", Anybody),
    ("GET", "/articles/{slug}/fragment", Anybody),
    ("POST", "/articles/{slug}/comments", Anybody),
    ("GET", "/sign-up", Anybody),
    ("POST", "/sign-up", Anybody),
    ("GET", "/sign-in", Anybody),
    ("POST", "/sign-in", Anybody),
    ("POST", "/sign-out", Anybody),
    ("GET", "/account", Reader),
    ("POST", "/account/password", Reader),
    ("POST", "/account/sessions/end", Reader),
    ("GET", "/desk", Moderator),
    ("GET", "/desk/comments/{id}", Moderator),
    ("POST", "/desk/comments/{id}/decision", Moderator),
    ("POST", "/desk/comments/{id}/undo", Moderator),
    ("POST", "/desk/comments/{id}/side-thread", Moderator),
    ("GET", "/desk/history", Moderator),
    ("GET", "/desk/articles", Moderator),
    ("GET", "/desk/articles/{slug}", Moderator),
    ("POST", "/desk/articles", Moderator),
    ("GET", "/desk/terms", Moderator),
    ("POST", "/desk/terms/try", Moderator),
    ("GET", "/desk/faq", Admin),
    ("POST", "/desk/faq", Admin),
    ("POST", "/desk/terms/add", Admin),
    ("POST", "/desk/terms/remove", Admin),
    ("POST", "/desk/terms/allow", Admin),
    ("POST", "/desk/terms/disallow", Admin),
    ("POST", "/desk/terms/lists", Admin),
    ("POST", "/desk/terms/actions", Admin),
    ("POST", "/desk/terms/settings", Admin),
    ("POST", "/desk/terms/model", Admin),
    ("POST", "/desk/terms/roll-back", Admin),
    ("GET", "/api/v1/openapi.json", Anybody),
    ("POST", "/api/v1/accounts", Anybody),
    ("POST", "/api/v1/session", Anybody),
    // without a session there is none to end
    ("DELETE", "/api/v1/session", Reader),
    ("GET", "/api/v1/me", Reader),
    ("GET", "/api/v1/articles/{slug}/comments", Anybody),
    ("POST", "/api/v1/articles/{slug}/comments", Anybody),
    ("GET", "/api/v1/articles/{slug}/comments/{id}", Anybody),
    ("GET", "/api/v1/articles/{slug}/events", Anybody),
    ("GET", "/api/v1/desk/held", Moderator),
    ("GET", "/api/v1/desk/history", Moderator),
    ("GET", "/api/v1/desk/comments/{id}", Moderator),
    ("POST", "/api/v1/desk/comments/{id}/decision", Moderator),
    ("POST", "/api/v1/desk/comments/{id}/undo", Moderator),
    ("POST", "/api/v1/desk/comments/{id}/side-thread", Moderator),
    ("GET", "/api/v1/desk/ruleset", Moderator),
    ("PUT", "/api/v1/desk/ruleset", Admin),
    ("POST", "/api/v1/desk/ruleset/try", Moderator),
    ("POST", "/v1alpha1/comments:analyze", Program),
    ("POST", "/v1alpha1/comments:suggestscore", Program),
    ("GET", "/$discovery/rest", Anybody),
    ("GET", "/assets/{name:.+}", Anybody),
    ("GET", "/livez", Anybody),
    ("GET", "/__lbheartbeat__", Anybody),
    ("GET", "/readyz", Anybody),
    ("GET", "/__heartbeat__", Anybody),
];

const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND",
];

/// The addresses that the source registers, as far as it does so in plain words.
fn registered() -> BTreeSet<(String, String)> {
    let by_macro =
        Regex::new(r#"#\[(get|post|put|patch|delete)\("([^"]+)"\)\]"#).expect("a pattern");
    let by_call = Regex::new(
        r#"web::scope\("([^"]+)"\)|\.route\(\s*"([^"]*)",\s*web::(get|post|put|patch|delete)\(\)"#,
    )
    .expect("a pattern");
    let mut found = BTreeSet::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("text");
            // the operators' listener is another one
            let text = text
                .split("pub fn configure_ops")
                .next()
                .unwrap_or_default();
            for route in by_macro.captures_iter(text) {
                found.insert((route[1].to_uppercase(), route[2].to_owned()));
            }
            let mut scope = "";
            for part in by_call.captures_iter(text) {
                match (part.get(1), part.get(2), part.get(3)) {
                    (Some(start), ..) => scope = start.as_str(),
                    (_, Some(path), Some(method)) => {
                        found.insert((
                            method.as_str().to_uppercase(),
                            format!("{scope}{}", path.as_str()),
                        ));
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

#[test]
fn every_address_says_who_may_use_it() {
    let declared: BTreeSet<(String, String)> = ACCESS
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(declared.len(), ACCESS.len());
    let missing: Vec<_> = registered()
        .into_iter()
        .filter(|route| !declared.contains(route))
        .collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
    // registered in a loop
    let probes = ["/livez", "/__lbheartbeat__", "/readyz", "/__heartbeat__"];
    let known = registered();
    let gone: Vec<_> = declared
        .into_iter()
        .filter(|(_, path)| !probes.contains(&path.as_str()))
        .filter(|route| !known.contains(route))
        .collect();
    assert!(gone.is_empty(), "in the table alone: {gone:?}");
}

#[tokio::test]
async fn the_description_of_the_api_lists_all_of_it() {
    let house = Belowline::with(Options::unscreened()).await;
    let description = house
        .client()
        .get("/api/v1/openapi.json")
        .await
        .expect(200)
        .json();
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for method in methods
            .as_object()
            .expect("methods")
            .keys()
            .filter(|key| METHODS.contains(&key.to_uppercase().as_str()))
        {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let declared: BTreeSet<(String, String)> = ACCESS
        .iter()
        .filter(|(_, path, _)| path.starts_with("/api/") && *path != "/api/v1/openapi.json")
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(described, declared);
}

/// A house with one of everything.
struct Stage {
    house: Belowline,
    article: Article,
    held: Uuid,
}

impl Stage {
    async fn set() -> Self {
        let house = Belowline::with(Options::unscreened()).await;
        let article = house.article("bridge").await;
        let held = house.held(&article, "secret-held-text").await;
        for (name, role) in [
            ("Rea", Role::Reader),
            ("Mo", Role::Moderator),
            ("Al", Role::Admin),
        ] {
            house.account(name, role).await;
        }
        Self {
            house,
            article,
            held,
        }
    }

    fn path(&self, template: &str) -> String {
        let path = template
            .replace("{slug}", &self.article.slug)
            .replace("{name:.+}", "belowline.css");
        let path = path.replace("{id}", &self.held.to_string());
        if path.ends_with("/fragment") {
            format!("{path}?ids={}", self.held)
        } else {
            path
        }
    }

    /// A browser of somebody who may do this much.
    async fn browser(&self, level: Least) -> Client {
        self.house.forget_limits().await;
        match level {
            Anybody => self.house.client(),
            Reader => self.house.browser("Rea").await,
            Moderator => self.house.browser("Mo").await,
            Admin | Program => self.house.browser("Al").await,
        }
    }
}

/// With the session's own token wherever one could be asked for, and nothing else.
async fn ask(client: &Client, method: &str, path: &str, csrf: &str) -> Answer {
    let method: Method = method.parse().expect("a method");
    let mut request = client.request(method.clone(), path);
    if method != Method::GET && method != Method::HEAD {
        let is_api = path.starts_with("/api/");
        let (kind, body) = if is_api {
            ("application/json", "{}".to_owned())
        } else {
            ("application/x-www-form-urlencoded", format!("csrf={csrf}"))
        };
        request = request
            .header("content-type", kind)
            .header("x-csrf-token", csrf)
            .body(body);
    }
    if path.ends_with("/events") {
        let response = client.open(request).await;
        return Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Vec::new(),
        };
    }
    client.send(request).await
}

/// Was somebody told that they may not?
fn is_refused(answer: &Answer) -> bool {
    [401, 403].contains(&answer.status) || answer.header("location").starts_with("/sign-in")
}

#[tokio::test]
async fn nobody_may_do_more_than_their_role_even_with_a_valid_token() {
    let stage = Stage::set().await;
    let mut cells = 0;
    for level in [Anybody, Reader, Moderator, Admin] {
        let mut browser = stage.browser(level).await;
        let mut csrf = browser.csrf().await;
        for (method, template, least) in ACCESS {
            let path = stage.path(template);
            let answer = ask(&browser, method, &path, &csrf).await;
            let what = format!(
                "{level:?} {method} {path}: {} {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
            assert_eq!(is_refused(&answer), level < *least, "{what}");
            assert!(answer.status < 500, "{what}");
            if *least == Program {
                assert_eq!(answer.status, 403, "{what}");
            } else if level == Anybody && *least > Anybody {
                let expected = if *method == "GET" && !path.starts_with("/api/") {
                    303
                } else {
                    401
                };
                assert_eq!(answer.status, expected, "{what}");
            } else if level < *least {
                assert_eq!(answer.status, 403, "{what}");
            }
            cells += 1;
            if path == "/sign-out" || (*method == "DELETE" && path.ends_with("/session")) {
                browser = stage.browser(level).await;
                csrf = browser.csrf().await;
            }
        }
    }
    assert!(cells >= 200, "{cells}");
    // and nothing was done
    assert_eq!(stage.house.state(stage.held).await.1, 2);
    assert_eq!(stage.house.count("SELECT count(*) FROM ruleset").await, 0);
}

#[tokio::test]
async fn no_other_spelling_of_an_address_opens_more() {
    let stage = Stage::set().await;
    for level in [Anybody, Reader] {
        let browser = stage.browser(level).await;
        for (method, template, least) in ACCESS.iter().filter(|(_, _, least)| *least > level) {
            let path = stage.path(template);
            let upper = path.to_uppercase();
            let (start, last) = path.rsplit_once('/').expect("a slash");
            let spellings = [
                format!("{path}/"),
                format!("{path}//"),
                format!("/{path}"),
                format!("{path};x"),
                format!("{path};.css"),
                format!("{path}.json"),
                format!("{path}.html"),
                format!("{path}%2f"),
                format!("{path}%00"),
                format!("{path}%20"),
                format!("{path}%3f"),
                format!("{start}%2f{last}"),
                format!("{start}//{last}"),
                format!("{start}/%2e/{last}"),
                format!("/assets/..%2f..{path}"),
                format!("/articles/bridge/..%2f..{path}"),
                upper,
                path.clone(),
            ];
            for spelling in &spellings {
                // "host%2fdesk" is no address at all
                if !spelling.starts_with('/') {
                    continue;
                }
                for asked in [*method, "HEAD", "GET"] {
                    let answer = ask(&browser, asked, spelling, "").await;
                    assert_opens_nothing(
                        &answer,
                        &format!("{level:?} {asked} {spelling} ({least:?})"),
                    );
                }
            }
            for header in [
                "x-http-method-override",
                "x-method-override",
                "x-http-method",
                "x-original-url",
                "x-rewrite-url",
            ] {
                for asked in ["GET", "POST"] {
                    let value = if header.contains("url") {
                        path.as_str()
                    } else {
                        method
                    };
                    let at = if header.contains("url") {
                        "/"
                    } else {
                        path.as_str()
                    };
                    let request = browser
                        .request(asked.parse().expect("a method"), at)
                        .header(header, value);
                    let answer = browser.send(request).await;
                    let is_front = at == "/" && asked == "GET" && answer.status == 200;
                    assert!(
                        is_front || !(200..300).contains(&answer.status),
                        "{level:?} {asked} {at} {header}: {value}"
                    );
                    assert!(!answer.text().contains("secret-held-text"));
                }
            }
        }
    }
    assert_eq!(stage.house.state(stage.held).await.1, 2);
}

fn assert_opens_nothing(answer: &Answer, what: &str) {
    assert!(
        [303, 400, 401, 403, 404, 405].contains(&answer.status),
        "{what}: {}",
        answer.status
    );
    if answer.status == 303 {
        assert!(answer.header("location").starts_with("/sign-in?"), "{what}");
    }
    assert!(
        !String::from_utf8_lossy(&answer.body).contains("secret-held-text"),
        "{what}"
    );
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let stage = Stage::set().await;
    let browser = stage.browser(Admin).await;
    let csrf = browser.csrf().await;
    let unknown = [
        "/nothing",
        "/api/v1/nothing",
        "/desk/nothing",
        "/articles/none",
        "/assets/none.js",
        "/%00",
        "/articles/bridge/comments/x",
    ];
    let paths: BTreeSet<String> = ACCESS
        .iter()
        .map(|(_, path, _)| stage.path(path))
        .chain(unknown.map(str::to_owned))
        .collect();
    for path in paths {
        for method in METHODS {
            let ends = path == "/sign-out" || (*method == "DELETE" && path.ends_with("/session"));
            let csrf = if ends { "" } else { csrf.as_str() };
            let answer = ask(&browser, method, &path, csrf).await;
            let what = format!("{method} {path}: {}", answer.status);
            assert!(answer.status < 500, "{what}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "strict-origin-when-cross-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(answer.header(name), value, "{what} {name}");
            }
            assert!(
                answer.header("permissions-policy").contains("camera=()"),
                "{what}"
            );
            assert!(!answer.header("cache-control").is_empty(), "{what}");
            let policy = answer.header("content-security-policy");
            if answer.status != 204 {
                for part in ["default-src 'none'", "frame-ancestors 'none'"] {
                    assert!(policy.contains(part), "{what} {part}");
                }
            }
            for loose in ["unsafe-inline", "unsafe-eval", "*"] {
                assert!(!policy.contains(loose), "{what} {loose}");
            }
            if !answer.body.is_empty() {
                let kind = answer.header("content-type");
                let is_text = kind.starts_with("text/") || kind.contains("javascript");
                assert!(
                    !kind.is_empty() && (!is_text || kind.contains("charset=utf-8")),
                    "{what} {kind}"
                );
            }
            assert_eq!(answer.header("server"), "", "{what}");
            assert_eq!(
                answer.header("strict-transport-security"),
                "",
                "{what}: this one is plain HTTP"
            );
        }
    }
    let over_tls = stage
        .house
        .another(Options {
            public_url: "https://comments.example",
            ..Options::unscreened()
        })
        .await;
    for path in ["/", "/nothing", "/api/v1/me", "/assets/belowline.css"] {
        let answer = over_tls.client().get(path).await;
        assert!(
            answer
                .header("strict-transport-security")
                .starts_with("max-age=63072000"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_somebody_in_particular_is_shown_is_kept_by_nobody() {
    let stage = Stage::set().await;
    let browser = stage.browser(Admin).await;
    let public = |path: &str| path.starts_with("/assets/") || path.ends_with("openapi.json");
    for (_, template, _) in ACCESS
        .iter()
        .filter(|(method, path, _)| *method == "GET" && !public(path))
    {
        let path = stage.path(template);
        let kept = ask(&browser, "GET", &path, "")
            .await
            .header("cache-control")
            .to_owned();
        assert!(kept.contains("no-store"), "{path}: {kept}");
    }
    for path in ["/assets/belowline.css", "/api/v1/openapi.json"] {
        let shown = browser.get(path).await;
        assert_eq!(shown.body, stage.house.client().get(path).await.body);
        assert_eq!(shown.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn reading_changes_nothing() {
    let stage = Stage::set().await;
    let tables = [
        "site",
        "account",
        "article",
        "thread",
        "comment",
        "verdict",
        "reason",
        "settlement",
        "live_event",
        "ruleset",
    ];
    let state = async || {
        let mut state = Vec::new();
        for table in tables {
            let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
                "SELECT t::text FROM {table} t ORDER BY 1"
            )))
            .fetch_all(&stage.house.db)
            .await
            .expect("rows");
            state.push((table, rows));
        }
        let sessions = "SELECT id::text || coalesce(account_id::text, '') || expires_at::text FROM session ORDER BY 1";
        state.push((
            "session",
            sqlx::query_scalar(sessions)
                .fetch_all(&stage.house.db)
                .await
                .expect("rows"),
        ));
        state
    };
    let browser = stage.browser(Admin).await;
    let before = state().await;
    for method in ["GET", "HEAD", "OPTIONS"] {
        for (_, template, _) in ACCESS {
            for query in [
                "",
                "?done=sessions",
                "?version=2&action=approve",
                "?saved=true&then=save&markdown=x",
            ] {
                let path = stage.path(template);
                let path = if path.contains('?') {
                    path
                } else {
                    format!("{path}{query}")
                };
                if !path.contains("/events") {
                    ask(&browser, method, &path, "").await;
                }
            }
        }
    }
    assert_eq!(state().await, before);
}

#[tokio::test]
async fn no_path_breaks_the_service_or_tells_of_its_inside() {
    let stage = Stage::set().await;
    let mut paths: Vec<String> = [
        "/..", "/../", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../Cargo.toml", "/assets/%2e%2e%2fCargo.toml",
        "/assets/..%5c..%5cCargo.toml", "/assets/%00", "/assets/", "//", "///", "/\\", "/%", "/%zz", "/%ff", "/%c0%af", "/%0d%0aSet-Cookie:x",
        "/articles/%00", "/articles/%ff", "/articles/'", "/articles/\"><script>", "/articles/{slug}", "/articles/..%2f", "/articles//comments/x",
        "/articles/bridge/comments/00000000-0000-0000-0000-000000000000", "/articles/bridge/comments/'", "/articles/bridge/fragment",
        "/articles/bridge/fragment?ids=", "/articles/bridge/fragment?ids=x,y", "/articles/bridge?after=x", "/articles/bridge?after=_",
        "/articles/bridge?after=99999999999999999999_00000000000000000000000000000000", "/articles/bridge?after=-1_0",
        "/articles/bridge?sort=x", "/articles/bridge?sort=newest&sort=oldest", "/articles/bridge?posted=x", "/articles/bridge?reply=%ff",
        "/api/v1/articles/bridge/comments?after=9223372036854775807_00000000000000000000000000000000",
        "/api/v1/articles/bridge/comments?unknown=1", "/api/v1/articles/bridge/comments?sort=", "/api/v1/articles/bridge/events?after=x",
        "/api/v1/articles/bridge/events?after=99999999999999999999", "/account?done=%00", "/sign-in?next=%00", "/desk/comments/x",
        "/desk?queue=x", "/desk?undone=x", "/desk/history?before=x", "/api/v1/desk/held?after=%ff", "/api/v1/desk/held?queue=other",
        "/.git/config", "/.env", "/Cargo.toml", "/assets/thread.js.map", "/debug", "/metrics", "/__version__",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.push(format!("/{}", "a".repeat(20_000)));
    paths.push(format!("/articles/{}", "é".repeat(500)));
    paths.push(format!("/?{}", "a=b&".repeat(3_000)));
    let browser = stage.browser(Admin).await;
    let cookie = format!(
        "belowline={}",
        browser.cookie("belowline").expect("a session")
    );
    for path in paths {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        );
        let answer = raw(&stage.house, head.as_bytes()).await;
        let shown = path.chars().take(80).collect::<String>();
        let status: u16 = answer
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("{shown}: {answer}"));
        assert!(status < 500, "{shown}: {answer}");
        for inside in [
            "/root/",
            env!("CARGO_MANIFEST_DIR"),
            "/home/",
            "/src/",
            "sqlx",
            "SELECT ",
            "panicked",
            "postgres",
            "invalid digit",
        ] {
            assert!(!answer.contains(inside), "{shown}: {answer}");
        }
        assert!(
            !answer.to_lowercase().contains("\nset-cookie: x"),
            "{shown}"
        );
    }
    stage.house.client().get("/livez").await.expect(200);
}

/// What comes back for these bytes.
async fn raw(house: &Belowline, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(house.address)
        .await
        .expect("a connection");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    // a server that has heard enough may cut
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn two_readings_of_one_request_are_none() {
    let house = Belowline::with(Options::unscreened()).await;
    let hidden = "GET /account HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: \r\n",
    ] {
        let request = format!(
            "POST /sign-out HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n0\r\n\r\n{hidden}"
        );
        let answer = raw(&house, request.as_bytes()).await;
        let statuses: Vec<&str> = answer
            .match_indices("HTTP/1.1 ")
            .filter_map(|(at, _)| answer.get(at + 9..at + 12))
            .collect();
        assert!(statuses.len() <= 1, "{head}: {statuses:?}");
        assert!(
            statuses.iter().all(|status| status.starts_with('4')),
            "{head}: {statuses:?}"
        );
    }
    house.client().get("/livez").await.expect(200);
}

#[tokio::test]
async fn operators_have_an_address_of_their_own() {
    let house = Belowline::with(Options::unscreened()).await;
    let operator = house.operator();
    for path in ["/livez", "/readyz", "/__version__", "/metrics"] {
        operator.get(path).await.expect(200);
    }
    for path in ["/", "/desk", "/api/v1/me"] {
        operator.get(path).await.expect(404);
    }
    let public = house.client();
    for path in ["/metrics", "/__version__"] {
        public.get(path).await.expect(404);
    }
    assert_eq!(public.get("/readyz").await.text(), "ready\n");
}
