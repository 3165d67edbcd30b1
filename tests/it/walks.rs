//! What people live through from end to end.

use std::collections::HashSet;

use belowline::comment::{Screened, Status};
use futures_util::future::join_all;
use serde_json::Value;
use sqlx::Executor as _;
use uuid::Uuid;

use crate::harness::{Article, Belowline, Events, Options, Person};

#[tokio::test]
async fn a_held_comment_is_approved_and_appears_on_open_pages_also_on_one_that_was_away() {
    let house = Belowline::start().await;
    let article = house.article("bridge").await;
    let (reader, moderator) = (house.reader("Ada").await, house.moderator("Mo").await);
    let looker = house.guest("Cy");
    let mut page = Events::open(&looker, &article, None).await;

    let first = reader
        .posts(&article, "You are a fucking idiot and a moron")
        .await;
    house.eventually_is(first, Status::Held).await;
    moderator.approves(first).await.expect(200);
    assert_eq!(
        page.next_change().await,
        (1, "shown".into(), first.to_string())
    );
    assert!(looker.sees(&article, first).await);
    let fragment = looker
        .get(&format!("{}/fragment?ids={first}", article.page()))
        .await
        .expect(200);
    assert!(fragment.text().contains("moron"));

    // the page is away for a while
    drop(page);
    let second = reader
        .posts(&article, "The bridge is a gift to the whole town.")
        .await;
    house.eventually_is(second, Status::Live).await;
    moderator.removes(first, "abusive").await.expect(200);
    let mut page = Events::open(&looker, &article, Some(1)).await;
    assert_eq!(
        page.next_change().await,
        (2, "shown".into(), second.to_string())
    );
    assert_eq!(
        page.next_change().await,
        (3, "gone".into(), first.to_string())
    );
    let third = moderator.undoes(first, 4).await.expect(200);
    assert_eq!(third.json()["status"], "live");
    assert_eq!(
        page.next_change().await,
        (4, "shown".into(), first.to_string())
    );
}

#[tokio::test]
async fn a_page_that_comes_and_goes_while_two_processes_publish_misses_nothing() {
    let house = Belowline::with(Options::unscreened()).await;
    let other = house.another(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let mut ids = Vec::new();
    for n in 0..60 {
        let guest = Person {
            email: format!("g{n}@guest.example"),
            ..house.guest("Bo")
        };
        ids.push(guest.posts(&article, &format!("Comment number {n}.")).await);
    }
    let publish = join_all(ids.iter().map(|id| house.screens(*id, Screened::Live)));
    let watch = async {
        let (mut seen, mut last) = (Vec::new(), 0);
        while seen.len() < ids.len() {
            // now at one process, now at the other
            let looker = if seen.len() % 2 == 0 {
                house.client()
            } else {
                other.client()
            };
            let mut page = Events::open(&looker, &article, Some(last)).await;
            for _ in 0..7.min(ids.len() - seen.len()) {
                let (number, kind, id) = page.next_change().await;
                assert_eq!((number, kind.as_str()), (last + 1, "shown"));
                last = number;
                seen.push(id);
            }
        }
        seen
    };
    let (published, seen) = tokio::join!(publish, watch);
    assert!(published.iter().all(Result::is_ok));
    let seen: HashSet<String> = seen.into_iter().collect();
    assert_eq!(seen, ids.iter().map(Uuid::to_string).collect());
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye_and_its_successor_goes_on_where_it_was() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let old = house.another(Options::unscreened()).await;
    let page = Events::open(&old.client(), &article, None).await;
    let first = house
        .guest("Bo")
        .posts(&article, "Before the restart.")
        .await;
    house.screens(first, Screened::Live).await.expect("settled");
    let ended = std::thread::spawn(move || drop(old));
    let heard = page.until_the_end().await;
    ended.join().expect("it stopped");
    assert!(heard.len() <= 1, "{heard:?}");
    let second = house
        .guest("Cy")
        .posts(&article, "After the restart.")
        .await;
    house
        .screens(second, Screened::Live)
        .await
        .expect("settled");
    let last = i64::try_from(heard.len()).expect("a number");
    let mut page = Events::open(&house.client(), &article, Some(last)).await;
    for (number, id) in [(1, first), (2, second)]
        .into_iter()
        .filter(|(number, _)| *number > last)
    {
        assert_eq!(
            page.next_change().await,
            (number, "shown".into(), id.to_string())
        );
    }
}

#[tokio::test]
async fn a_page_that_was_away_for_too_long_is_told_to_load_afresh() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    let id = house.guest("Bo").posts(&article, "To and fro.").await;
    house.screens(id, Screened::Live).await.expect("settled");
    // the events of more than a day ago are forgotten
    for command in [
        "DELETE FROM live_event",
        "UPDATE thread SET last_event = 700",
    ] {
        house.db.execute(command).await.expect("changed");
    }
    let mut page = Events::open(&house.client(), &article, Some(1)).await;
    let moderator = house.moderator("Mo").await;
    moderator.removes(id, "other").await.expect(200);
    assert_eq!(page.next().await.event, "resync");
}

/// Comments, and answers under the n-th of them.
const ROOTS: i64 = 400;
const ALL: i64 = 5_000;
const LARGEST: i64 = 700;

/// Fills an article: 400 conversations, one of them with 700 answers, many begun in the same moment.
async fn fill(house: &Belowline, article: &Article) {
    let mut tx = house.db.begin().await.expect("a transaction");
    let make = format!(
        "CREATE TEMP TABLE made ON COMMIT DROP AS
         SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS settlement, gen_random_uuid() AS verdict,
                CASE WHEN n <= {ROOTS} THEN NULL WHEN n <= {ROOTS} + {LARGEST} THEN 7 ELSE 1 + n % {ROOTS} END AS root,
                '2026-01-01'::timestamptz + n / 5 * interval '1 second' AS at
         FROM generate_series(1, {ALL}) AS n"
    );
    tx.execute(sqlx::AssertSqlSafe(make)).await.expect("made");
    sqlx::query(
        "INSERT INTO comment (id, site_id, article_id, parent_id, root_id, depth, author_name, guest_email, body, status, version,
                              settlement_id, created_at, live_at, idempotency_scope, idempotency_key, request_hash)
         SELECT m.id, $1, $2, r.id, coalesce(r.id, m.id), CASE WHEN r.id IS NULL THEN 0 ELSE 1 END, 'Reader ' || m.n, 'r@guest.example',
                'Text ' || m.n, 'live', 2, m.settlement, m.at, m.at, 'made', m.n::text, ''
         FROM made m LEFT JOIN made r ON r.n = m.root ORDER BY m.n",
    )
    .bind(house.site.id)
    .bind(article.id)
    .execute(&mut *tx)
    .await
    .expect("comments");
    tx.execute("INSERT INTO verdict (id, comment_id, outcome, scores, ruleset, model) SELECT verdict, id, 'publish', '{}', 'r', 'm' FROM made")
        .await
        .expect("verdicts");
    sqlx::query(
        "INSERT INTO settlement (id, site_id, comment_id, seen_version, from_status, to_status, action, verdict_id)
         SELECT settlement, $1, id, 1, 'pending', 'live', 'screened', verdict FROM made",
    )
    .bind(house.site.id)
    .execute(&mut *tx)
    .await
    .expect("settlements");
    sqlx::query("INSERT INTO thread (article_id, live_count) VALUES ($1, $2)")
        .bind(article.id)
        .bind(ALL)
        .execute(&mut *tx)
        .await
        .expect("a count");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_thread_of_five_thousand_is_read_page_by_page_each_comment_once_and_in_order() {
    let house = Belowline::with(Options::unscreened()).await;
    let article = house.article("bridge").await;
    fill(&house, &article).await;
    let reader = house.client();
    for sort in ["oldest", "newest"] {
        let (mut roots, mut seen, mut left_out, mut pages) = (Vec::new(), HashSet::new(), 0, 0);
        let mut after = String::new();
        loop {
            let answer = reader
                .get(&format!("{}?sort={sort}{after}", article.comments()))
                .await
                .expect(200);
            assert!(answer.body.len() < 600_000, "{} bytes", answer.body.len());
            let page = answer.json();
            assert_eq!(page["live_count"], ALL);
            let conversations = page["conversations"].as_array().expect("a list").clone();
            assert!(
                (1..=30).contains(&conversations.len()),
                "{}",
                conversations.len()
            );
            for conversation in &conversations {
                let comments = conversation["comments"].as_array().expect("a list");
                assert!(comments.len() <= 51, "{}", comments.len());
                let more = conversation["more_replies"].as_i64().expect("a number");
                assert!(
                    more == 0 || comments.len() == 51,
                    "{more} left out of {}",
                    comments.len()
                );
                left_out += more;
                roots.push(key(&comments[0]));
                assert!(
                    comments
                        .windows(2)
                        .skip(1)
                        .all(|pair| key(&pair[0]).0 <= key(&pair[1]).0)
                );
                for comment in comments {
                    assert!(
                        seen.insert(comment["id"].as_str().expect("an id").to_owned()),
                        "twice"
                    );
                }
            }
            pages += 1;
            match page["next"].as_str() {
                Some(cursor) => after = format!("&after={cursor}"),
                None => break,
            }
        }
        assert_eq!(pages, (ROOTS + 29) / 30);
        assert_eq!(i64::try_from(seen.len()).expect("a number") + left_out, ALL);
        assert_eq!(i64::try_from(roots.len()).expect("a number"), ROOTS);
        let mut sorted = roots.clone();
        sorted.sort();
        if sort == "newest" {
            sorted.reverse();
        }
        assert_eq!(roots, sorted, "{sort}");
    }
    // the page for people, and the whole of the largest conversation
    let page = reader.get(&article.page()).await.expect(200).text();
    assert!(page.contains("5,000") && page.contains("rel=\"next\""));
    assert_eq!(page.matches("<li class=\"conversation\">").count(), 30);
    let largest: Uuid = sqlx::query_scalar("SELECT root_id FROM comment WHERE parent_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        .fetch_one(&house.db)
        .await
        .expect("an id");
    let alone = reader
        .get(&format!("{}/comments/{largest}", article.page()))
        .await
        .expect(200)
        .text();
    assert_eq!(alone.matches("<article class=\"comment").count(), 501);
}

/// By what conversations are ordered: when they began, then by id.
fn key(comment: &Value) -> (String, String) {
    let word = |name: &str| comment[name].as_str().expect("a word").to_owned();
    (word("created_at"), word("id"))
}
