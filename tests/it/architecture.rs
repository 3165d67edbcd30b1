//! The house's own rules, read off its source: who may know whom, who writes what, what stays pure.
//!
//! A rule that is broken for a good reason is changed here, in the open.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Shared words. They know no room.
const FLOOR: &[&str] = &[
    "config",
    "cursor",
    "db",
    "error",
    "ids",
    "language",
    "limit",
    "local_pg",
    "telemetry",
    "web",
];

/// Each room and the rooms that it may know.
const ROOMS: &[(&str, &[&str])] = &[
    ("account", &["site"]),
    ("article", &["filter"]),
    ("comment", &["account", "article", "filter", "site"]),
    ("filter", &[]),
    ("page", &["account", "article", "comment", "site"]),
    ("perspective", &["filter", "policy", "screener", "site"]),
    ("policy", &["account", "filter", "review", "site"]),
    (
        "review",
        &["account", "article", "comment", "filter", "site"],
    ),
    ("screen", &["filter"]),
    ("screener", &["filter"]),
    (
        "screening",
        &["article", "comment", "filter", "policy", "screener"],
    ),
    ("site", &[]),
];

/// What is made of the rooms. No room knows it.
const TOP: &[&str] = &["app", "assets", "cli", "commands", "health", "openapi"];

/// Whose each table is. The site's pointer to its ruleset is policy's: one write puts a ruleset in force.
const WRITERS: &[(&str, &[&str])] = &[
    ("account", &["account"]),
    ("article", &["article"]),
    ("article_topic", &["article"]),
    ("client", &["perspective"]),
    ("comment", &["comment"]),
    ("comment_topic", &["screening"]),
    ("live_event", &["comment"]),
    ("rate_bucket", &["limit"]),
    ("reason", &["screening"]),
    ("ruleset", &["policy"]),
    ("session", &["account"]),
    ("settlement", &["comment"]),
    ("side_thread_ruling", &["comment"]),
    ("site", &["policy", "site"]),
    ("suggestion", &["perspective"]),
    ("thread", &["comment"]),
    ("thread_topic", &["comment"]),
    ("verdict", &["screening"]),
];

/// Text that pages print unescaped: sanitised when it was imported, or made from Markdown by ourselves.
const UNESCAPED: &[&str] = &[
    "page/article.html: article.body_html|safe",
    "page/faq.html: html|safe",
    "review/faq.html: preview|safe",
];

const LONGEST_FILE: usize = 400;

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, by their path from there.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let start = top().join(folder);
    let mut found = Vec::new();
    let mut open = vec![start.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let name = path
                    .strip_prefix(&start)
                    .expect("below")
                    .to_string_lossy()
                    .into_owned();
                found.push((name, fs::read_to_string(&path).expect("text")));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found.sort();
    found
}

fn source() -> Vec<(String, String)> {
    files("src", "rs")
}

/// Without comments, which may speak of anything.
fn code(text: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

/// The module of `lib.rs` that a file belongs to.
fn module(file: &str) -> &str {
    file.split('/')
        .next()
        .unwrap_or(file)
        .trim_end_matches(".rs")
}

/// The modules of this program that a text names: `crate::a`, `crate::{b, c::{d, e}}`.
fn named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let Some(list) = after.strip_prefix('{') else {
            found.extend(first_word(after));
            continue;
        };
        let mut depth = 0;
        let mut at_start = true;
        for (at, c) in list.char_indices() {
            if depth == 0 && at_start && c.is_alphabetic() {
                found.extend(list.get(at..).and_then(first_word));
                at_start = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => at_start = true,
                _ => {}
            }
        }
    }
    found
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

#[test]
fn names_are_found_in_every_form() {
    let names = |code: &str| named(code).into_iter().collect::<Vec<_>>().join(" ");
    for (code, expected) in [
        ("use crate::site::Site;", "site"),
        ("use crate::{account, db::{a, b}, web};", "account db web"),
        ("let x = crate::html::y(crate::ids::new());", "html ids"),
        ("use super::store;", ""),
    ] {
        assert_eq!(names(code), expected, "{code}");
    }
}

#[test]
fn every_module_has_its_place() {
    let map = fs::read_to_string(top().join("src/lib.rs")).expect("text");
    let modules: BTreeSet<&str> = map
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let rooms = ROOMS.iter().map(|(room, _)| *room);
    let placed: BTreeSet<&str> = FLOOR.iter().chain(TOP).copied().chain(rooms).collect();
    assert_eq!(modules, placed);
}

#[test]
fn rooms_know_only_the_rooms_that_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    for (file, text) in source() {
        let here = module(&file);
        if TOP.contains(&here) || ["main", "lib"].contains(&here) {
            continue;
        }
        for name in named(&code(&text)) {
            let name = name.as_str();
            let known = allowed.get(here).is_some_and(|rooms| rooms.contains(&name));
            let is_module = allowed.contains_key(name) || TOP.contains(&name);
            assert!(
                name == here || known || !is_module,
                "src/{file} knows {name}, which {here} may not"
            );
        }
    }
}

#[test]
fn no_rooms_know_each_other_in_a_circle() {
    let mut open: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    while !open.is_empty() {
        let leaf = open
            .iter()
            .find(|(_, knows)| knows.iter().all(|room| !open.contains_key(room)));
        let leaf = leaf.map(|(room, _)| *room);
        let leaf = leaf.unwrap_or_else(|| panic!("a circle among {:?}", open.keys()));
        open.remove(leaf);
    }
}

#[test]
fn thought_has_no_database_clock_or_request() {
    let outside = [
        "sqlx",
        "tokio",
        "actix",
        "reqwest",
        "std::time",
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "std::io",
        "rand::",
        "Utc::now",
        "Instant",
        "SystemTime",
    ];
    let is_pure = |file: &str| {
        module(file) == "filter"
            || [
                "comment/body.rs",
                "comment/thread.rs",
                "article/import/html.rs",
            ]
            .contains(&file)
    };
    let mut seen = 0;
    for (file, text) in source().into_iter().filter(|(file, _)| is_pure(file)) {
        seen += 1;
        let code = code(&text);
        for word in outside {
            assert!(!code.contains(word), "src/{file} uses {word}");
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn each_table_is_written_by_its_own_room_alone() {
    let mut tables = BTreeSet::new();
    let made = Regex::new(r"(?m)^CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)").expect("a pattern");
    for (_, text) in files("migrations", "sql") {
        tables.extend(made.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    let declared: BTreeSet<String> = WRITERS
        .iter()
        .map(|(table, _)| (*table).to_owned())
        .collect();
    assert_eq!(tables, declared);

    let writes =
        Regex::new(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+(?:ONLY\s+)?([a-z_]+)")
            .expect("a pattern");
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in source() {
        for found in writes.captures_iter(&code(&text)) {
            if tables.contains(&found[1]) {
                let room = module(&file).to_owned();
                writers.entry(found[1].to_owned()).or_default().insert(room);
            }
        }
    }
    let owned = |rooms: &[&str]| rooms.iter().map(|room| (*room).to_owned()).collect();
    let declared: BTreeMap<String, BTreeSet<String>> = WRITERS
        .iter()
        .map(|(table, rooms)| ((*table).to_owned(), owned(rooms)))
        .collect();
    assert_eq!(writers, declared);
}

#[test]
fn queries_are_in_stores_and_nothing_is_pasted_into_them() {
    let query = Regex::new(r"\bsqlx::(query|raw_sql)|\buse sqlx::[^;]*\b(query|raw_sql)")
        .expect("a pattern");
    let floor = ["db.rs", "limit.rs", "health.rs", "local_pg/connect.rs"];
    for (file, text) in source() {
        let is_store = file.ends_with("/store.rs") || file.contains("/store/");
        let code = code(&text);
        assert!(
            is_store || floor.contains(&file.as_str()) || !query.is_match(&code),
            "src/{file} has a query"
        );
        assert!(
            !code.contains("AssertSqlSafe"),
            "src/{file} makes a query out of parts"
        );
    }
}

#[test]
fn scripts_make_no_markup_from_text() {
    for (file, text) in files("assets", "js") {
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "createContextualFragment",
            "setHTMLUnsafe",
            "eval(",
            "new Function",
            "javascript:",
            "srcdoc",
        ] {
            assert!(!text.contains(word), "assets/{file} has {word}");
        }
    }
}

#[test]
fn templates_print_unescaped_only_what_was_made_safe() {
    let mut found = Vec::new();
    for (file, text) in files("templates", "html") {
        for part in text.split("{{").skip(1) {
            let shown = part
                .split("}}")
                .next()
                .unwrap_or_default()
                .trim()
                .trim_matches('+')
                .trim();
            if shown.replace(' ', "").contains("|safe") {
                found.push(format!("{file}: {shown}"));
            }
        }
        assert!(
            !text.contains("escape none") && !text.contains("escape \"none\""),
            "{file}"
        );
        for word in [
            "<script>",
            " onclick=",
            " onload=",
            " onerror=",
            " style=",
            "javascript:",
        ] {
            assert!(!text.contains(word), "templates/{file} has {word}");
        }
    }
    assert_eq!(found, UNESCAPED);
}

#[test]
fn there_is_one_way_out_to_other_servers() {
    let out = Regex::new(r"\bClient::(builder|new)\(|\breqwest::get\(|TcpStream::connect")
        .expect("a pattern");
    let mut found = Vec::new();
    for (file, text) in source() {
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        // asks the service on its own machine how it is
        if file == "commands/health.rs" || file.ends_with("/tests.rs") {
            continue;
        }
        for _ in out.find_iter(&code(production)) {
            found.push(file.clone());
        }
    }
    assert_eq!(found, ["article/fetch.rs"]);
}

#[test]
fn every_file_can_be_read_in_one_sitting() {
    let long = |(file, text): (String, String)| {
        let lines = text.lines().count();
        (lines > LONGEST_FILE).then(|| format!("src/{file}: {lines} lines"))
    };
    let found: Vec<String> = source().into_iter().filter_map(long).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_environment_is_read_in_one_place() {
    for (file, text) in source() {
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        let reads = code(production).contains("env::var");
        assert!(
            !reads || file == "config.rs" || module(&file) == "local_pg" || file == "telemetry.rs",
            "src/{file}"
        );
    }
}

#[test]
fn the_map_names_only_what_is_there() {
    let quoted = Regex::new(r"`([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]*)*)`").expect("a pattern");
    for document in ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"] {
        let Ok(text) = fs::read_to_string(top().join(document)) else {
            continue;
        };
        for found in quoted.captures_iter(&text) {
            let name = &found[1];
            let is_path = name.contains('/')
                || [".rs", ".sql", ".md", ".toml"]
                    .iter()
                    .any(|end| name.ends_with(end));
            let is_there = [".", "src", "tests/it", "templates"]
                .iter()
                .any(|folder| top().join(folder).join(name).exists());
            assert!(
                !is_path || is_there,
                "{document} names {name}, which is not there"
            );
        }
    }
}

#[test]
fn the_readme_names_the_score_that_holds() {
    let readme = fs::read_to_string(top().join("README.md")).expect("the README");
    let threshold = belowline::filter::Topic::default().threshold;
    assert!(
        readme.contains(&format!("held from a score of {threshold} on")),
        "{threshold}"
    );
}

#[test]
fn no_log_line_carries_what_people_write() {
    let call = Regex::new(r"(?s)tracing::(?:trace|debug|info|warn|error)!\((.*?)\)[;,\s}]")
        .expect("a pattern");
    let quoted = Regex::new(r#""(?:[^"\\]|\\.)*""#).expect("a pattern");
    let private =
        Regex::new(r"\b(body|text|email|password|token|author|name|ip)\b").expect("a pattern");
    let mut calls = 0;
    for (name, text) in files("src", "rs") {
        for found in call.captures_iter(&text) {
            let said = quoted.replace_all(&found[1], "");
            assert!(!private.is_match(&said), "{name} logs {said}");
            calls += 1;
        }
    }
    assert!(calls > 5, "the pattern finds no calls any more");
}
