//! The database goes away and comes back; the service stays.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use belowline::local_pg::{self, LocalPg};
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};

use super::all_is_well;
use crate::harness::{Article, Belowline, Options, Person, eventually, posted};

/// A PostgreSQL of this test's own.
struct Postgres {
    cluster: PathBuf,
    options: local_pg::Options,
    running: Option<LocalPg>,
    _home: tempfile::TempDir,
}

impl Postgres {
    async fn start() -> Self {
        let home = tempfile::Builder::new()
            .prefix("bl")
            .tempdir()
            .expect("a folder");
        // root's server runs as another user
        fs::set_permissions(home.path(), PermissionsExt::from_mode(0o755)).expect("open");
        let home_path = home.path().canonicalize().expect("a real path");
        let mut postgres = Self {
            cluster: home_path.join("data/pg"),
            options: local_pg::Options {
                data_dir: home_path.join("data"),
                bin_dir: None,
                os_user: None,
            },
            running: None,
            _home: home,
        };
        postgres.start_again().await;
        postgres
    }

    async fn start_again(&mut self) {
        // whoever is left of the one before goes first
        drop(self.running.take());
        self.running = Some(
            LocalPg::start(&self.options, &mut |_| {})
                .await
                .expect("started"),
        );
    }

    fn url(&self) -> String {
        self.running.as_ref().expect("it runs").url()
    }

    async fn stop(&mut self) {
        self.running
            .take()
            .expect("it runs")
            .stop()
            .await
            .expect("stopped");
    }

    /// To all its processes.
    fn signal(&self, signal: Signal) {
        for pid in processes(&self.cluster) {
            // it may have ended by itself
            let _ = kill_process(pid, signal);
        }
    }
}

fn processes(cluster: &Path) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").expect("processes").flatten();
    entries
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == cluster))
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .collect()
}

/// Without the database: no promise, no hanging, and word of when to come again.
async fn says_so(house: &Belowline, article: &Article, writer: &Person) {
    let post = writer
        .post_with_key(article, "key", "Posted while the database is away.")
        .await;
    let refused = writer.try_send(post).await.expect("an answer").expect(503);
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=3).contains(&seconds), "{seconds}");
    assert_eq!(refused.json()["error"]["code"], "unavailable");
    assert_eq!(status(house, &article.page()).await, 503);
    assert_eq!(status(house, "/livez").await, 200);
    assert_eq!(status(house, "/__lbheartbeat__").await, 200);
    eventually("it is not ready", async || {
        status(house, "/readyz").await == 503
    })
    .await;
}

/// The answer to one request.
async fn status(house: &Belowline, path: &str) -> u16 {
    let client = house.client();
    let answer = client.try_send(client.request(Method::GET, path)).await;
    answer.expect("an answer").status
}

/// With it again: the same service carries on, and what was sent twice is there once.
async fn carries_on(house: &Belowline, article: &Article, writer: &Person) {
    eventually("it is ready", async || {
        status(house, "/readyz").await == 200
    })
    .await;
    eventually("it accepts", async || {
        let answer = writer
            .posts_with_key(article, "key", "Posted while the database is away.")
            .await;
        if answer.status != 201 {
            assert_eq!(answer.status, 503);
            return false;
        }
        let again = writer
            .posts_with_key(article, "key", "Posted while the database is away.")
            .await;
        posted(&answer) == posted(&again.expect(201))
    })
    .await;
    // by a connection of the test's own, which may have to be made anew
    eventually("it is there once", async || {
        let count = sqlx::query_scalar::<_, i64>(
            "SELECT count(*) FROM comment WHERE idempotency_key = 'key'",
        );
        count
            .fetch_one(&house.db)
            .await
            .is_ok_and(|count| count == 1)
    })
    .await;
    all_is_well(house).await;
}

async fn scene() -> (Postgres, Belowline, Article, Person) {
    let postgres = Postgres::start().await;
    let house = Belowline::on(postgres.url(), Options::default(), None).await;
    let article = house.article("bridge").await;
    let writer = house.reader("Ada").await;
    writer.posts(&article, "Posted before.").await;
    (postgres, house, article, writer)
}

#[tokio::test]
async fn while_the_database_is_stopped_nothing_is_promised_and_afterwards_all_goes_on() {
    let (mut postgres, house, article, writer) = scene().await;
    postgres.stop().await;
    says_so(&house, &article, &writer).await;
    postgres.start_again().await;
    carries_on(&house, &article, &writer).await;
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 2);
}

#[tokio::test]
async fn a_killed_database_has_lost_nothing_that_was_accepted() {
    let (mut postgres, house, article, writer) = scene().await;
    for round in 0..3 {
        let kept = writer
            .posts_with_key(
                &article,
                &format!("kept-{round}"),
                &format!("Kept, number {round}."),
            )
            .await;
        let kept = posted(&kept.expect(201));
        postgres.signal(Signal::KILL);
        says_so(&house, &article, &writer).await;
        postgres.start_again().await;
        eventually("it is ready", async || {
            status(&house, "/readyz").await == 200
        })
        .await;
        eventually("it is there", async || {
            writer
                .try_send(writer.request(Method::GET, &article.comment(kept)))
                .await
                .is_ok_and(|answer| answer.status == 200)
        })
        .await;
    }
    carries_on(&house, &article, &writer).await;
    assert_eq!(house.count("SELECT count(*) FROM comment").await, 5);
}

#[tokio::test]
async fn a_database_that_does_not_answer_keeps_nobody_waiting() {
    let (postgres, house, article, writer) = scene().await;
    postgres.signal(Signal::STOP);
    says_so(&house, &article, &writer).await;
    postgres.signal(Signal::CONT);
    carries_on(&house, &article, &writer).await;
}
