//! What every test stands on: a whole running service of its own, and people who use it.

mod events;
mod http;
mod people;
mod postgres;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use belowline::app::{Running, Start};
use belowline::article::{self, Draft, Mode};
use belowline::comment::{self, Evidence, Move, Screened, Settle, Settled, Status};
use belowline::config::{Config, SiteSettings};
use belowline::error::Result;
use belowline::screener::ScreenerCommand;
use belowline::screening;
use belowline::site::Site;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::oneshot;
use uuid::Uuid;

pub use events::Events;
pub use http::{Answer, Client, encoded};
pub use people::{PASSWORD, Person, posted};
pub use postgres::Database;

/// Longer than anything takes that is to happen by itself, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(90);

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_belowline");

/// How a service is run.
#[derive(Clone, Debug)]
pub struct Options {
    pub workers: usize,
    pub screener: ScreenerCommand,
    pub screening: screening::Settings,
    pub public_url: &'static str,
}

impl Default for Options {
    /// One worker with the real filter, that does not wait for long after a failure.
    fn default() -> Self {
        Self {
            workers: 1,
            screener: ScreenerCommand::of(PROGRAM.into()),
            screening: screening::Settings {
                first_pause_s: 0.05,
                // a test that floods the queue gets the quick look soon
                patience_s: 0.3,
                ..screening::Settings::default()
            },
            public_url: "http://localhost",
        }
    }
}

impl Options {
    /// Nothing is screened unless the test does it.
    pub fn unscreened() -> Self {
        Self {
            workers: 0,
            ..Self::default()
        }
    }
}

/// A whole service in this process, on a database of its own. Ends with its owner.
pub struct Belowline {
    pub db: PgPool,
    pub site: Site,
    pub address: SocketAddr,
    pub ops_address: SocketAddr,
    pub database_url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // after the service that uses it
    database: Option<Arc<Database>>,
}

/// What is being discussed.
#[derive(Clone, Debug)]
pub struct Article {
    pub id: Uuid,
    pub slug: String,
}

impl Article {
    pub fn page(&self) -> String {
        format!("/articles/{}", self.slug)
    }

    pub fn api(&self) -> String {
        format!("/api/v1/articles/{}", self.slug)
    }

    pub fn comments(&self) -> String {
        format!("{}/comments", self.api())
    }

    pub fn comment(&self, id: Uuid) -> String {
        format!("{}/{id}", self.comments())
    }
}

/// What the service runs on, once it does.
struct Started {
    site: Site,
    address: SocketAddr,
    ops_address: SocketAddr,
}

impl Belowline {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let database = Arc::new(Database::create());
        let url = database.url.clone();
        Self::on(url, options, Some(database)).await
    }

    /// On somebody else's database.
    pub async fn on(
        database_url: String,
        options: Options,
        database: Option<Arc<Database>>,
    ) -> Self {
        let (started, running) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let url = database_url.clone();
        // on a runtime of its own, so that what a test does to its runtime is not done to the service
        let thread = std::thread::spawn(move || serve(url, options, started, stopped));
        let started = running.await.expect("the service starts");
        let db = PgPoolOptions::new()
            .max_connections(4)
            .connect(&database_url)
            .await;
        Self {
            db: db.expect("a connection"),
            site: started.site,
            address: started.address,
            ops_address: started.ops_address,
            database_url,
            stop: Some(stop),
            thread: Some(thread),
            database,
        }
    }

    /// Another service on the same database.
    pub async fn another(&self, options: Options) -> Self {
        Self::on(self.database_url.clone(), options, self.database.clone()).await
    }

    /// Somebody new, from an address that nobody else has.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// On the operators' side.
    pub fn operator(&self) -> Client {
        Client::new(self.ops_address)
    }

    pub async fn article(&self, slug: &str) -> Article {
        let draft = Draft {
            title: "The bridge over the river opens to cars".into(),
            standfirst: Some("After twenty years of ferries the town has a bridge.".into()),
            byline: None,
            published_at: None,
            picture: None,
            body_html:
                "<p>The ferry over the river made its last crossing. The bridge opens to cars.</p>"
                    .into(),
            body_text: "The ferry over the river made its last crossing. The bridge opens to cars."
                .into(),
            lang: Some("en".into()),
            section: None,
            tags: vec!["bridge".into(), "ferry".into()],
            canonical_url: None,
        };
        article::save(&self.db, self.site.id, slug, &draft)
            .await
            .expect("saved");
        let article = article::by_slug(&self.db, self.site.id, slug)
            .await
            .expect("there");
        Article {
            id: article.id,
            slug: article.slug,
        }
    }

    pub async fn set_mode(&self, article: &Article, mode: Mode) {
        article::set_mode(&self.db, self.site.id, &article.slug, mode)
            .await
            .expect("set");
    }

    /// Everybody may do everything again, as often as the first time.
    pub async fn forget_limits(&self) {
        sqlx::query("DELETE FROM rate_bucket")
            .execute(&self.db)
            .await
            .expect("deleted");
    }

    pub async fn status(&self, id: Uuid) -> Status {
        self.state(id).await.0
    }

    /// Where a comment stands, and its version.
    pub async fn state(&self, id: Uuid) -> (Status, i32) {
        let query = sqlx::query_as("SELECT status, version FROM comment WHERE id = $1").bind(id);
        query.fetch_one(&self.db).await.expect("the comment")
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query)
            .fetch_one(&self.db)
            .await
            .expect("a number")
    }

    /// A comment that waits for a person.
    pub async fn held(&self, article: &Article, text: &str) -> Uuid {
        let id = self.guest("Bo").posts(article, text).await;
        self.forget_limits().await;
        self.screens(id, Screened::Held).await.expect("settled");
        id
    }

    pub async fn eventually_is(&self, id: Uuid, status: Status) {
        eventually(&format!("{id} is {status:?}"), async || {
            self.status(id).await == status
        })
        .await;
    }

    /// What a screening worker would conclude, written by its own means.
    pub async fn screens(&self, id: Uuid, to: Screened) -> Result<Settled> {
        let outcome = match to {
            Screened::Live => "publish",
            Screened::Held => "hold",
            Screened::Rejected => "reject",
        };
        let (version, fence): (i32, i64) =
            sqlx::query_as("SELECT version, fence FROM comment WHERE id = $1")
                .bind(id)
                .fetch_one(&self.db)
                .await?;
        let mut tx = self.db.begin().await?;
        let verdict_id: Uuid = sqlx::query_scalar(
            "INSERT INTO verdict (id, comment_id, outcome, scores, ruleset, model)
             VALUES (gen_random_uuid(), $1, $2, '{}', gen_random_uuid()::text, 'm') RETURNING id",
        )
        .bind(id)
        .bind(outcome)
        .fetch_one(&mut *tx)
        .await?;
        let evidence = Evidence::Machine {
            verdict_id: Some(verdict_id),
            fence,
            reason: None,
        };
        let order = Settle {
            site_id: self.site.id,
            comment_id: id,
            seen_version: version,
            step: Move::Screened(to),
            evidence,
        };
        let settled = comment::settle(&mut tx, &order).await?;
        tx.commit().await?;
        Ok(settled)
    }
}

impl Drop for Belowline {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            // a second panic would hide the first
            assert!(
                ended.is_ok() || std::thread::panicking(),
                "the service broke off"
            );
        }
    }
}

fn serve(
    url: String,
    options: Options,
    started: oneshot::Sender<Started>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let start = Start {
            database_url: url,
            config: Config {
                listen: local,
                ops_listen: local,
                public_url: options.public_url.parse().expect("an address"),
                // so that each client can have an address of its own
                trusted_proxies: "127.0.0.0/8".parse().expect("a network"),
                site: SiteSettings {
                    name: Some("The Daily Test".into()),
                    ..SiteSettings::default()
                },
                screening_workers: options.workers,
                analysts: 1,
            },
            screener: options.screener,
            screening: options.screening,
            metrics: None,
        };
        let running = Running::start(start).await.expect("the service starts");
        let parts = Started {
            site: running.site.clone(),
            address: running.address,
            ops_address: running.ops_address,
        };
        let _ = started.send(parts);
        // the owner goes away: an error, and the end
        let _ = stopped.await;
        running.stop().await;
    });
}

/// Waits until a condition holds; fails when it does not come to hold.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let limit = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < limit, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Cycles of the tests that kill and cut: few by default, as many as one has time for by `BELOWLINE_CYCLES`.
pub fn cycles(default: usize) -> usize {
    let asked = std::env::var("BELOWLINE_CYCLES").ok();
    asked.map_or(default, |text| {
        text.parse().expect("BELOWLINE_CYCLES is a number")
    })
}
