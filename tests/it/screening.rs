//! The machine's queue, and a filter that does everything wrong: what cannot be screened is never shown.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use belowline::comment::{Evidence, Move, Settle, Status, claim, give_back, settle};
use belowline::error::Error;
use belowline::filter::RulesetSource;
use belowline::policy::Rules;
use belowline::screener::ScreenerCommand;
use belowline::screening::{Screening, Settings};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Belowline, Options, PROGRAM, Person, eventually};

/// The real filter behind a script that misbehaves when it meets the word, in every process of it anew.
const WRAPPER: &str = r#"#!/bin/bash
coproc filter { exec "$PROGRAM" screen --ruleset - --unrelated --threads 1 --memory-mib 448; }
while IFS= read -r line; do
    case $line in
    *POISON-exit*) exit 1 ;;
    *POISON-abort*) kill -ABRT $$ ;;
    *POISON-kill*) kill -KILL $$ ;;
    *POISON-hang*) sleep 1000 ;;
    *POISON-close*) exec >&-; sleep 1000 ;;
    *POISON-garbage*) printf '%s\n' '<<<<'; continue ;;
    *POISON-empty*) printf '\n'; continue ;;
    *POISON-half*) printf '{"id":'; exit 0 ;;
    *POISON-unknown*) printf '{"id":"x","verdict":"publish"}\n'; continue ;;
    *POISON-label*) id=${line#*\"id\":\"}; printf '{"id":"%s","verdict":"perhaps","scores":{},"reasons":[],"ruleset":"r","model":"m"}\n' "${id%%\"*}"; continue ;;
    *POISON-error*) id=${line#*\"id\":\"}; printf '{"id":"%s","error":"no"}\n' "${id%%\"*}"; continue ;;
    *POISON-other*) printf '{"id":"00000000-0000-0000-0000-000000000000","verdict":"publish","scores":{},"reasons":[],"ruleset":"r","model":"m"}\n'; continue ;;
    *POISON-number*) id=${line#*\"id\":\"}; printf '{"id":"%s","verdict":"publish","scores":{"toxicity":17},"reasons":[],"ruleset":"r","model":"m"}\n' "${id%%\"*}"; continue ;;
    *POISON-flood*) head -c 8000000 /dev/zero | tr '\0' x; printf '\n'; continue ;;
    esac
    printf '%s\n' "$line" >&"${filter[1]}"
    # the first line is the ruleset, which is not answered
    if [ -z "$started" ]; then started=yes; continue; fi
    IFS= read -r answer <&"${filter[0]}" || exit 1
    printf '%s\n' "$answer"
done
"#;

const POISONS: &[&str] = &[
    "exit", "abort", "kill", "hang", "close", "garbage", "empty", "half", "unknown", "label",
    "error", "other", "number", "flood",
];

/// The script, in a folder that goes with it.
fn wrapper() -> (tempfile::TempDir, ScreenerCommand) {
    let folder = tempfile::tempdir().expect("a folder");
    let program: PathBuf = folder.path().join("screener");
    // the service clears the filter's environment
    std::fs::write(&program, WRAPPER.replace("$PROGRAM", PROGRAM)).expect("written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("executable");
    let arguments = Vec::new();
    (folder, ScreenerCommand { program, arguments })
}

fn quick() -> Settings {
    Settings {
        time_limit: Duration::from_millis(1_500),
        first_pause_s: 0.02,
        ..Settings::default()
    }
}

async fn dead_letters(house: &Belowline) -> i64 {
    house
        .count("SELECT count(*) FROM comment WHERE dead_letter AND status = 'held'")
        .await
}

#[tokio::test]
async fn a_comment_that_breaks_the_filter_ends_with_a_person_and_stops_nobody_else() {
    let (_folder, screener) = wrapper();
    let options = Options {
        screener,
        screening: quick(),
        ..Options::default()
    };
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let mut poisoned = Vec::new();
    for poison in POISONS {
        poisoned.push(
            house
                .guest("Bo")
                .posts(&article, &format!("The bridge and POISON-{poison}."))
                .await,
        );
        house.forget_limits().await;
    }
    let mut healthy = Vec::new();
    for n in 0..50 {
        let guest = house.guest(&format!(
            "Guest {}",
            ["one", "two", "three", "four", "five"][n % 5]
        ));
        let guest = Person {
            email: format!("g{n}@guest.example"),
            ..guest
        };
        healthy.push(
            guest
                .posts(
                    &article,
                    &format!(
                        "Healthy thought number {n} about the new bridge: {}",
                        "word ".repeat(n)
                    ),
                )
                .await,
        );
    }
    let _working = house
        .another(Options {
            workers: 2,
            ..options
        })
        .await;
    eventually("the healthy ones are screened", async || {
        house.count("SELECT count(*) FROM verdict").await == 50
    })
    .await;
    for id in &healthy {
        assert_ne!(house.status(*id).await, Status::Pending);
    }
    let all = i64::try_from(POISONS.len()).expect("a number");
    for _ in 0..4 {
        // each hangs for its time at each of five tries
        if dead_letters(&house).await == all {
            break;
        }
        let before = house.count("SELECT sum(attempts) FROM comment").await;
        eventually("tries go on", async || {
            dead_letters(&house).await == all
                || house.count("SELECT sum(attempts) FROM comment").await > before + 4
        })
        .await;
    }
    eventually("the rest wait for a person", async || {
        dead_letters(&house).await == all
    })
    .await;
    let moderator = house.moderator("Mo").await;
    let letters = moderator
        .get("/api/v1/desk/held?queue=dead_letters")
        .await
        .expect(200)
        .json();
    assert_eq!(
        letters["comments"].as_array().expect("a list").len(),
        POISONS.len()
    );
    for (id, poison) in poisoned.into_iter().zip(POISONS) {
        assert!(!house.guest("Cy").sees(&article, id).await, "{poison}");
        let (attempts, failure): (i16, Option<String>) =
            sqlx::query_as("SELECT attempts, failure FROM comment WHERE id = $1")
                .bind(id)
                .fetch_one(&house.db)
                .await
                .expect("a row");
        assert_eq!(attempts, 5, "{poison}");
        let failure = failure.expect("why");
        assert!(failure.contains("filter"), "{poison}: {failure}");
        assert!(!failure.contains("POISON"), "{poison}: {failure}");
    }
    // nothing without a verdict is live, and each has one
    let live_without = "SELECT count(*) FROM comment c WHERE status = 'live' AND NOT EXISTS (SELECT FROM verdict v WHERE v.comment_id = c.id)";
    assert_eq!(house.count(live_without).await, 0);
}

#[tokio::test]
async fn without_a_filter_everything_stays_pending_or_goes_to_a_person_and_nothing_is_shown() {
    let command = |program: &str, arguments: &[&str]| ScreenerCommand {
        program: program.into(),
        arguments: arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect(),
    };
    for screener in [
        command("/nonexistent/filter", &[]),
        command("/", &[]),
        command("/bin/false", &[]),
        command("/bin/true", &[]),
        command("/bin/cat", &[]),
        command("/bin/echo", &[r#"{"verdict":"publish"}"#]),
        command(PROGRAM, &["screen", "--ruleset", "/nonexistent"]),
        command(PROGRAM, &["--help"]),
    ] {
        let what = format!("{screener:?}");
        let screening = Settings {
            tries: 2,
            ..quick()
        };
        let house = Belowline::with(Options {
            screener,
            screening,
            ..Options::default()
        })
        .await;
        let article = house.article("bridge").await;
        let id = house
            .guest("Bo")
            .posts(&article, "The bridge is a gift to the town.")
            .await;
        eventually(&what, async || dead_letters(&house).await == 1).await;
        assert!(!house.guest("Cy").sees(&article, id).await, "{what}");
        let moves = "SELECT count(*) FROM settlement WHERE from_status = 'pending' AND to_status = 'held' AND action = 'dead_letter'";
        assert_eq!(house.count(moves).await, 1, "{what}");
    }
}

#[tokio::test]
async fn a_ruleset_that_cannot_be_read_leaves_comments_pending() {
    let house = Belowline::with(Options {
        screening: Settings {
            tries: 3,
            ..quick()
        },
        ..Options::default()
    })
    .await;
    let article = house.article("bridge").await;
    house.account("Al", belowline::account::Role::Admin).await;
    sqlx::raw_sql(
        r#"INSERT INTO ruleset (id, site_id, version, source, created_by)
           SELECT gen_random_uuid(), site_id, 'x', '{"from_the_future":1}', id FROM account;
           UPDATE site SET ruleset_id = (SELECT id FROM ruleset)"#,
    )
    .execute(&house.db)
    .await
    .expect("changed");
    let id = house
        .guest("Bo")
        .posts(&article, "The bridge is a gift to the town.")
        .await;
    eventually("a person takes over", async || {
        house.status(id).await == Status::Held
    })
    .await;
    assert_eq!(dead_letters(&house).await, 1);
    assert_eq!(house.count("SELECT count(*) FROM verdict").await, 0);
}

#[tokio::test]
async fn the_terms_in_force_are_read_only_when_others_come_into_force() {
    let house = Belowline::with(Options::unscreened()).await;
    let admin = house.admin("Ada").await;
    let put = async |based_on: Option<Uuid>, allow: &str| {
        let source = RulesetSource {
            allow: vec![allow.to_owned()],
            ..RulesetSource::default()
        };
        let change = json!({ "based_on": based_on, "source": source, "note": allow });
        let made = admin
            .json(Method::PUT, "/api/v1/desk/ruleset", &change)
            .await
            .expect(200)
            .json();
        let id = made["id"].as_str().expect("an id").parse().expect("a UUID");
        (id, source)
    };
    let point_to = async |id: Option<Uuid>| {
        sqlx::query("UPDATE site SET ruleset_id = $1")
            .bind(id)
            .execute(&house.db)
            .await
            .expect("pointed");
    };
    let mut rules = Rules::default();
    let mut now = async || {
        let now = rules.of(&house.db, house.site.id).await;
        now.map(|now| (now.id, now.source.clone())).ok()
    };
    assert_eq!(now().await, Some((None, RulesetSource::default())));
    let (first, source) = put(None, "first").await;
    assert_eq!(now().await, Some((Some(first), source.clone())));
    // whoever reads it from now on fails
    sqlx::query(r#"UPDATE ruleset SET source = '{"from_the_future":1}'"#)
        .execute(&house.db)
        .await
        .expect("changed");
    assert_eq!(now().await, Some((Some(first), source)));
    let (second, source) = put(Some(first), "second").await;
    assert_eq!(now().await, Some((Some(second), source.clone())));
    // what cannot be read is never taken for what was in force before
    point_to(Some(first)).await;
    assert_eq!((now().await, now().await), (None, None));
    point_to(Some(second)).await;
    assert_eq!(now().await, Some((Some(second), source)));
    point_to(None).await;
    assert_eq!(now().await, Some((None, RulesetSource::default())));
}

#[tokio::test]
async fn a_filter_that_recovers_screens_what_has_waited() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("screener");
    // away until the file is there
    let script = format!(
        "#!/bin/sh\ntest -e {0}/ready && exec {PROGRAM} screen --ruleset - --threads 1\nexit 1\n",
        folder.path().display()
    );
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("executable");
    let screener = ScreenerCommand {
        program,
        arguments: Vec::new(),
    };
    let screening = Settings {
        tries: 100,
        first_pause_s: 0.001,
        ..quick()
    };
    let house = Belowline::with(Options {
        screener,
        screening,
        ..Options::default()
    })
    .await;
    let article = house.article("bridge").await;
    let id = house
        .guest("Bo")
        .posts(&article, "The bridge is a gift to the town.")
        .await;
    eventually("it was tried", async || {
        house.count("SELECT sum(attempts) FROM comment").await >= 2
    })
    .await;
    assert_eq!(house.status(id).await, Status::Pending);
    std::fs::write(folder.path().join("ready"), "").expect("written");
    house.eventually_is(id, Status::Live).await;
}

#[tokio::test]
async fn a_claim_holds_while_its_lease_lasts_and_no_longer() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house.guest("Bo").posts(&article, "Claimed.").await;
    let first = claim(&house.db, 10, 30.0).await.expect("claimed");
    assert_eq!(
        first.iter().map(|claimed| claimed.id).collect::<Vec<_>>(),
        [id]
    );
    assert!(claim(&house.db, 10, 30.0).await.expect("none").is_empty());
    // its time is up
    sqlx::query("UPDATE comment SET due_at = now()")
        .execute(&house.db)
        .await
        .expect("due");
    let second = claim(&house.db, 10, 30.0).await.expect("claimed");
    assert_eq!(
        (second[0].id, second[0].attempts, second[0].fence),
        (id, 2, first[0].fence + 1)
    );
    // the first worker wakes up: it can neither settle nor give back
    give_back(&house.db, &first[0], 0.0, "late")
        .await
        .expect("ignored");
    assert!(claim(&house.db, 10, 30.0).await.expect("none").is_empty());
    let refused = settle_claimed(&house, &first[0])
        .await
        .expect_err("refused");
    assert!(matches!(refused, Error::Conflict(_)), "{refused:?}");
    assert_eq!(house.state(id).await, (Status::Pending, 1));
    settle_claimed(&house, &second[0]).await.expect("settled");
    assert!(settle_claimed(&house, &second[0]).await.is_err());
    assert_eq!(house.count("SELECT count(*) FROM settlement").await, 1);
    assert_eq!(house.state(id).await, (Status::Held, 2));
}

async fn settle_claimed(
    house: &Belowline,
    claimed: &belowline::comment::Claimed,
) -> Result<(), Error> {
    let order = Settle {
        site_id: claimed.site_id,
        comment_id: claimed.id,
        seen_version: claimed.version,
        step: Move::DeadLetter,
        evidence: Evidence::Machine {
            verdict_id: None,
            fence: claimed.fence,
            reason: None,
        },
    };
    let mut tx = house.db.begin().await?;
    settle(&mut tx, &order).await?;
    tx.commit().await?;
    Ok(())
}

#[tokio::test]
async fn parallel_workers_never_claim_the_same_comment() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    for n in 0..40 {
        let guest = Person {
            email: format!("g{n}@guest.example"),
            ..house.guest("Bo")
        };
        guest.posts(&article, &format!("Number {n}.")).await;
    }
    let workers = (0..8).map(|_| async {
        let mut mine = Vec::new();
        loop {
            match claim(&house.db, 3, 30.0).await.expect("claimed") {
                claimed if claimed.is_empty() => return mine,
                claimed => mine.extend(claimed.into_iter().map(|claimed| claimed.id)),
            }
        }
    });
    let mut ids: Vec<Uuid> = futures_util::future::join_all(workers).await.concat();
    // whoever came while others held the rest went home early; nobody claimed one twice
    assert_eq!(ids.len(), 40);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
}

#[tokio::test]
async fn a_worker_that_comes_back_after_its_lease_is_refused_and_there_is_one_verdict() {
    // the very first answer comes long after the lease
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("screener");
    let slow = format!(
        "    mkdir {}/came 2>/dev/null && sleep 1.5\n    printf '%s\\n' \"$answer\"",
        folder.path().display()
    );
    let script = WRAPPER.replace("$PROGRAM", PROGRAM);
    let script = script.replace("    printf '%s\\n' \"$answer\"", &slow);
    assert!(script.contains("sleep 1.5"));
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("executable");
    let screener = ScreenerCommand {
        program,
        arguments: Vec::new(),
    };
    let settings = Settings {
        lease_s: 0.3,
        tries: 1_000,
        ..Settings::default()
    };

    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let ids = [
        house
            .guest("Bo")
            .posts(&article, "The bridge is a gift to the town.")
            .await,
        house
            .guest("Cy")
            .posts(&article, "I will miss the old ferry over the river.")
            .await,
    ];
    let work = async || {
        let mut worker = Screening::new(house.db.clone(), screener.clone(), settings);
        // until both are settled, and this worker knows
        eventually_steps(&house, &mut worker).await;
    };
    tokio::join!(work(), work());
    for id in ids {
        assert_eq!(house.state(id).await, (Status::Live, 2));
    }
    assert!(
        house.count("SELECT sum(attempts) FROM comment").await > 2,
        "nobody came late"
    );
    assert_eq!(house.count("SELECT count(*) FROM verdict").await, 2);
    assert_eq!(house.count("SELECT count(*) FROM settlement").await, 2);
    assert_eq!(house.count("SELECT count(*) FROM live_event").await, 2);
}

async fn eventually_steps(house: &Belowline, worker: &mut Screening) {
    let limit = std::time::Instant::now() + Duration::from_secs(20);
    while house
        .count("SELECT count(*) FROM comment WHERE status = 'pending'")
        .await
        > 0
    {
        assert!(std::time::Instant::now() < limit, "they are never settled");
        worker.step().await.expect("a step");
    }
}
